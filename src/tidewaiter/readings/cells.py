"""What one cell says: numbers, shares, yes or no, vessels with weights. Whatever could be read in two ways is refused."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from tidewaiter.errors import did_you_mean
from tidewaiter.readings.rejection import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LARGEST_NUMBER = 1e15
_PLAIN = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?")
_PLAIN_COMMA = re.compile(r"-?[0-9]{1,18}(?:[.,][0-9]{1,18})?")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:[\s.,'’_\u00a0\u2009\u202f][0-9]{3})+(?:[.,][0-9]+)?")


def number(column: str, text: str, *, decimal_comma: bool, low: float = 0.0, high: float = math.inf) -> float:
    """Return a plain decimal number in ``[low, high]``.

    Raises:
        Rejected: not a plain number; or "12.000", "12 000" and their like, which people read as twelve or as twelve thousand.
    """
    written = text.strip()
    if _THOUSANDS.fullmatch(written) or (_GROUPED.fullmatch(written) and not _PLAIN.fullmatch(written)):
        digits = re.sub(r"[^0-9-]", "", written)
        reason = f'"{written[:40]}" can be read in two ways'
        raise Rejected(column, text, reason, f"Write thousands without separator: {digits}; write decimals like 12.5")
    if not (_PLAIN_COMMA if decimal_comma else _PLAIN).fullmatch(written):
        hint = "Use digits only, with a point for decimals: 250 or 12.5"
        if "," in written and not decimal_comma:
            hint = "In a file with commas between cells decimals have a point: 12.5"
        raise Rejected(column, text, f'"{written[:40]}" is not a plain number', hint)
    value = float(written.replace(",", "."))
    if not abs(value) <= LARGEST_NUMBER:
        raise Rejected(column, text, f'"{written[:40]}" is too large to be meant')
    return within(column, text, value, low, high)


def within(column: str, text: str, value: float, low: float, high: float) -> float:
    """Return `value` when it lies in ``[low, high]``, else reject the row."""
    if value < low:
        reason = "a negative number makes no sense here" if low == 0 else f"the number is below {low:g}"
        raise Rejected(column, text, reason)
    if value > high:
        raise Rejected(column, text, f"the number is above {high:g}")
    return value


def choice(column: str, text: str, choices: Iterable[str], synonyms: dict[str, str] | None = None) -> str:
    """Return the one of `choices` that the cell names; case does not matter, a space is as good as an underscore."""
    written = re.sub(r"[\s\-]+", "_", text.strip()).casefold()
    known = tuple(choices)
    if synonyms:
        written = synonyms.get(written, written)
    if written not in known:
        hint = did_you_mean(written, known) or f"One of: {', '.join(known)}"
        raise Rejected(column, text, f'"{text.strip()[:40]}" is not known', hint)
    return written


def listing(text: str) -> list[str]:
    """Return the parts of a list written with semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


def weights(column: str, text: str, resolve: Callable[[str], str], *, decimal_comma: bool) -> list[tuple[str, float]]:
    """Return (vessel id, probability) pairs in order of id; an empty cell is no pair.

    "a" is a for certain; "a | b" is one of the two, equally likely; "a:0.6; b:0.3" gives weights, and what is missing to one is
    left to other ships.

    Raises:
        Rejected: weights that are not above 0 and at most 1 in sum, a vessel named twice, or a list whose meaning is open.
    """
    if not text.strip():
        return []
    parts = [part.strip() for part in re.split(r"[|;]", text) if part.strip()]
    weighted = [":" in part for part in parts]
    if len(parts) > 1 and not all(weighted) and (any(weighted) or ";" in text):
        hint = 'Write "a | b" for one of the two, or give each a weight: "a:0.6; b:0.4"'
        raise Rejected(column, text, "it is open how the vessels are joined", hint)
    found: dict[str, float] = {}
    for part, has_weight in zip(parts, weighted, strict=True):
        name, _, weight = part.rpartition(":") if has_weight else (part, "", "")
        share = number(column, weight, decimal_comma=decimal_comma, high=1) if has_weight else 1 / len(parts)
        if share <= 0:
            raise Rejected(column, text, "a weight should be above 0", "Leave out a vessel that it was not")
        ident = resolve(name.strip())
        if ident in found:
            raise Rejected(column, text, f'the vessel "{ident}" is named twice')
        found[ident] = share
    if math.fsum(found.values()) > 1 + 1e-9:
        raise Rejected(
            column, text, "the weights are more than 1 in sum", "They are chances of one ship: at most 1 together"
        )
    return sorted(found.items())
