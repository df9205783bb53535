"""How numbers are written: ranges first, no more digits than the interval supports, exact counts exact.

Thousands are set apart by a narrow no-break space, ranges joined by an en dash, millions written as a word.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidewaiter.model import Measurement

GAP = "\u202f"
MILLION = 1e6
_WHOLE = frozenset({"call", "voyage", "day", "trip", "vessel"})  # units that only come in whole numbers


def plural(unit: str) -> str:
    """Return the plural of a singular English unit ("call" -> "calls", "percent" stays)."""
    for joint in (" per ", " of "):
        head, found, tail = unit.partition(joint)
        if found:
            return f"{plural(head)}{joint}{tail}"
    if not unit or unit.endswith(("percent", "TEU", "s")) or not unit.isascii():
        return unit
    if unit.endswith("y") and unit[-2:-1] not in "aeiou":
        return f"{unit[:-1]}ies"
    return f"{unit}es" if unit.endswith(("x", "ch", "sh")) else f"{unit}s"


def rounding_step(end: float, low: float, high: float, *, whole: bool = False) -> float:
    """Return the power of ten to which `end`, an end or the middle of an inferred range, is rounded.

    Two significant digits; three between a hundred and a thousand, and where the range is too narrow for two.

    Args:
        end: the number to be written.
        low: lower end of the range.
        high: upper end, not below `low`.
        whole: the unit has no fractions, so nothing is written finer than one.
    """
    scale = max(abs(low), abs(high))
    if scale == 0 or end == 0:
        return 1.0
    step = 10.0 ** (math.floor(math.log10(abs(end))) - 1)
    coarsest = 10.0 ** (math.floor(math.log10(scale)) - 1)
    if coarsest == 10 or high - low < 4 * coarsest:
        step, coarsest = min(step, coarsest / 10), coarsest / 10
    return max(step, 1.0) if whole else max(step, coarsest / 10)


def _plain(value: float, step: float) -> str:
    rounded = round(value / step) * step
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{rounded:,.{places}f}".replace(",", GAP)
    return "0" if not text.strip("-0.") else text.replace("-", "−")


def spread(low: float, high: float, *, whole: bool = False) -> str:
    """Write an inferred range: ``62–81``, ``13 000–19 000``, ``4.1–6.0 million``."""
    scale, word = (MILLION, f"{GAP}million") if abs(high) >= MILLION else (1.0, "")
    a, b = (_plain(v / scale, rounding_step(v, low, high, whole=whole) / scale) for v in (low, high))
    if a == b:
        return f"{a}{word}"
    return f"{a}{' to ' if a.startswith('−') or b.startswith('−') else '–'}{b}{word}"


def point(value: float, low: float, high: float, *, whole: bool = False) -> str:
    """Write the middle of an inferred range with the digits that the range supports."""
    step = rounding_step(value, low, high, whole=whole)
    if abs(value) >= MILLION:
        return f"{_plain(value / MILLION, step / MILLION)}{GAP}million"
    return _plain(value, step)


def exact(value: float) -> str:
    """Write a counted or published number as it is: ``25``, ``6 700``, ``4.2 million``."""
    if abs(value) >= MILLION and value % 10_000 == 0:
        return f"{value / MILLION:.2f}".rstrip("0").rstrip(".") + f"{GAP}million"
    text = f"{value:,.0f}" if value == round(value) else f"{value:,.3f}".rstrip("0").rstrip(".")
    return text.replace(",", GAP).replace("-", "−")


def exact_range(low: float, high: float) -> str:
    """Write a published range as it is: ``4–6 million``."""
    a, b = exact(low), exact(high)
    word = f"{GAP}million"
    return a if a == b else f"{a.removesuffix(word)}–{b}" if b.endswith(word) and a.endswith(word) else f"{a}–{b}"


def percent(share: float) -> str:
    """Write a share in [0, 1]; certainty is not claimed by rounding (``> 99 %``)."""
    if 0.995 <= share < 1:
        return f">{GAP}99{GAP}%"
    if 0 < share < 0.005:
        return f"<{GAP}1{GAP}%"
    return f"{share * 100:.0f}{GAP}%"


def is_exact(measurement: Measurement) -> bool:
    """Tell whether a measurement was counted or published rather than inferred (it has no interval level)."""
    m = measurement
    return m.low is None or m.high is None or m.level is None or (m.low == m.high == m.value)


def range_text(measurement: Measurement) -> str:
    """Write a measurement, range first: the interval when it was inferred, the number itself when it is exact."""
    m = measurement
    if m.unit in {"percent", "share", "probability"}:
        return _share_text(m)
    if m.low is None or m.high is None:
        return exact(m.value)
    return exact_range(m.low, m.high) if is_exact(m) else spread(m.low, m.high, whole=m.unit in _WHOLE)


def median_text(measurement: Measurement) -> str:
    """Write the median of an inferred measurement with the digits of its interval, an exact one exactly."""
    m = measurement
    if m.unit in {"percent", "share", "probability"}:
        return percent(m.value / (100 if m.unit == "percent" else 1))
    if m.low is None or m.high is None or is_exact(m):
        return exact(m.value)
    return point(m.value, m.low, m.high, whole=m.unit in _WHOLE)


def level_text(measurement: Measurement) -> str:
    """Write the level of the interval, ``95 %``; levels are stored as a share or as percent."""
    level = measurement.level or 0.0
    return f"{level * 100 if level <= 1 else level:.0f}{GAP}%"


def _share_text(m: Measurement) -> str:
    scale = 100.0 if m.unit == "percent" else 1.0
    if m.low is None or m.high is None or m.low == m.high:
        return percent(m.value / scale)
    a, b = percent(m.low / scale), percent(m.high / scale)
    return a if a == b else f"{a.removesuffix(f'{GAP}%')}–{b}"
