"""Texts that were copied: near-equal word sequences, found without comparing every text with every other.

Bottom-k sketches of word shingles (A. Broder, "On the resemblance and containment of documents", 1997; E. Cohen and
H. Kaplan, "Summarizing data using bottom-k sketches", 2007): two texts are compared when one of the few smallest hash
values of their shingles agrees; the resemblance itself is then counted exactly. Hash values do not depend on the run.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

WORDS = 3  # of a shingle
SKETCH = 6  # hash values kept: at a resemblance of 0.8 all six differ in fewer than one pair of ten thousand
FEWEST = 6  # words: shorter sentences are equal by chance
MOST_COMPARED = 40  # earlier texts that a new one is compared with
_WORD = re.compile(r"\w+")
_MASK = (1 << 64) - 1
_FACTOR = 0x9E3779B97F4A7C15  # odd, from the golden ratio: spreads sums of word values over 64 bits


def near_copies(
    texts: Mapping[str, str], *, least: float = 0.8, keep: Callable[[str], object] = lambda _: None
) -> list[tuple[str, str]]:
    """Return pairs of names whose texts are copies: each copy with the first text found that it copies.

    Args:
        texts: by name. The order decides which one of several copies the others are paired with: the first.
        least: share of shingles in common, of all that occur in either.
        keep: name -> what copies must share beside their words.
    """
    values: dict[str, int] = {}
    first_with: dict[tuple[frozenset[int], object], str] = {}
    buckets: dict[tuple[int, object], list[str]] = {}
    sets: dict[str, frozenset[int]] = {}
    pairs = []
    for name, text in texts.items():
        shingles = frozenset(_shingles(text, values))
        if not shingles:
            continue
        must = keep(name)
        twin = first_with.setdefault((shingles, must), name)
        if twin != name:
            pairs.append((twin, name))
            continue
        sets[name] = shingles
        seen: dict[str, None] = {}
        for value in sorted(shingles)[:SKETCH]:
            bucket = buckets.setdefault((value, must), [])
            seen.update(dict.fromkeys(bucket[:MOST_COMPARED]))
            bucket.append(name)
        for other in list(seen)[:MOST_COMPARED]:
            if resemblance(sets[other], shingles) >= least:
                pairs.append((other, name))
                break
    return pairs


def resemblance(a: frozenset[int], b: frozenset[int]) -> float:
    """Return the share of elements in common, of all that occur in either."""
    common = len(a & b)
    return common / (len(a) + len(b) - common)


def _shingles(text: str, values: dict[str, int]) -> Iterator[int]:
    words = _WORD.findall(text.casefold())
    if len(words) < FEWEST:
        return
    hashed = []
    for word in words:
        value = values.get(word)
        if value is None:
            value = values[word] = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
        hashed.append(value)
    for at in range(len(hashed) - WORDS + 1):
        mixed = 0
        for value in hashed[at : at + WORDS]:
            mixed = ((mixed ^ value) * _FACTOR) & _MASK
            mixed ^= mixed >> 29
        yield mixed
