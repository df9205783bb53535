"""Printed lines back to running text: a line that was broken for want of room is joined to the next."""

from __future__ import annotations

_ENDS = (".", "!", "?", ":", "…", "»", "”", "“", '"', ")")
_FULL = 0.6
"""A line shorter than this share of the widest ends where its author ended it."""
_NEARLY = 0.85
"""A line that ends like a sentence is joined only when it is this wide."""
_SHORT = 20
"""Columns narrower than so many characters are a table, not running text."""


def reflow(printed: str) -> str:
    """Join the lines of a page into paragraphs, one a line; blank lines stay breaks.

    A word broken by a hyphen before a small letter is made whole.
    """
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    widest = max(map(len, lines), default=0)
    if widest < _SHORT:
        return "\n".join(line for line in lines if line)
    paragraphs: list[str] = []
    words: list[str] = []
    for line in lines:
        if not line:
            _close(words, paragraphs)
            continue
        words.append(line)
        ended = line.endswith(_ENDS) and len(line) < _NEARLY * widest
        if ended or len(line) < _FULL * widest:
            _close(words, paragraphs)
    _close(words, paragraphs)
    return "\n".join(paragraphs)


def joint(before: str, after: str) -> tuple[int, str]:
    """Return how many last characters of `before` to drop, and what to put between two parts of one text."""
    if not before or not after:
        return 0, ""
    if before.endswith(("-", "\u00ad", "\u2010")) and before[-2:-1].isalpha() and after[0].islower():
        return 1, ""
    return 0, " "


def _close(lines: list[str], paragraphs: list[str]) -> None:
    if not lines:
        return
    pieces: list[str] = []
    for line in lines:
        drop, between = joint(pieces[-1], line) if pieces else (0, "")
        if drop:
            pieces[-1] = pieces[-1][:-drop]
        pieces.extend((between, line) if between else (line,))
    paragraphs.append("".join(pieces))
    lines.clear()
