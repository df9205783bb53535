"""A long text in overlapping pieces that end where paragraphs end."""

from __future__ import annotations


def windows(text: str, size: int, overlap: int) -> list[tuple[int, int]]:
    """Return start and end of each piece, in code points of `text`; together they cover it.

    A piece ends after a line break, else after a space, else where it is full; it never is shorter than half of `size`
    but for the last. The next begins at a line or word within the last `overlap` characters of the one before.

    Args:
        text: the whole text.
        size: longest piece, at least 8.
        overlap: shared characters, at most a quarter of `size` is used.
    """
    size = max(8, size)
    overlap = max(0, min(overlap, size // 4))
    found: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > size:
        end = _cut(text, start + size // 2, start + size)
        found.append((start, end))
        start = _resume(text, end - overlap, end)
    if start < len(text):
        found.append((start, len(text)))
    return found


def _cut(text: str, low: int, high: int) -> int:
    for mark in ("\n", " "):
        at = text.rfind(mark, low, high)
        if at >= 0:
            return at + 1
    return high


def _resume(text: str, low: int, high: int) -> int:
    for mark in ("\n", " "):
        at = text.find(mark, low, high)
        if 0 <= at < high - 1:
            return at + 1
    return low
