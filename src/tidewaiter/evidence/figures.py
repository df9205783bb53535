"""Figures as the evidence tree shows them: the number with its interval and unit, in the words of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.numbers import exact_range, is_exact, level_text, median_text, plural, range_text

if TYPE_CHECKING:
    from tidewaiter.model import Measurement

_BOUNDS = {"about": "about ", "at_least": "at least ", "over": "over ", "up_to": "up to ", "below": "below "}
_SHARES = {"percent", "share", "probability"}  # written with their sign already


def measured(item: Measurement) -> str:
    """Return a measurement as text: ``62–81 calls (95 %), median 69``, or ``64 voyages`` when it is exact."""
    one = is_exact(item) and item.value == 1 and item.low in {None, 1}
    unit = "" if item.unit in _SHARES or not item.unit else f" {item.unit if one else plural(item.unit)}"
    if is_exact(item):
        return f"{range_text(item)}{unit}"
    return f"{range_text(item)}{unit} ({level_text(item)}), median {median_text(item)}"


def stated(low: float | None, high: float | None, unit: str, bound: str = "") -> str:
    """Return a quantity as its source gives it: ``at least 25 calls``, ``4–6 million rounds``; empty without a number."""
    values = [v for v in (low, high) if v is not None]
    if not values:
        return ""
    name = unit if values[0] == values[-1] == 1 else plural(unit)
    return f"{_BOUNDS.get(bound, '')}{exact_range(values[0], values[-1])}{' ' if name else ''}{name}"
