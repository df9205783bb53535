"""The span of time over which a claim can be held against the tally, and the routes it speaks of."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.case.dates import parse_span
from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection

    from tidewaiter.model import Interval
    from tidewaiter.tally.claim import Claim

MONTH = timedelta(days=31)
"""Most periods are stated to the month, so a difference of up to a month is no difference."""
PERIOD_DAYS = {"year": 365.25, "month": 365.25 / 12, "week": 7.0, "day": 1.0}
_MODES = {
    "sea": {"sea", "ship", "ships", "vessel", "vessels", "maritime", "seaborne"},
    "rail": {"rail", "railway", "train", "trains"},
    "road": {"road", "truck", "trucks", "lorry", "lorries"},
    "air": {"air", "aircraft", "plane", "planes", "flight", "flights"},
}


class Compared(msgspec.Struct, frozen=True):
    """What part of a claim's time the tally covers.

    Attributes:
        span: ``[start, end)`` inside the window of the case; None when they have no common time.
        scale: what the stated numbers are multiplied by to become a quantity in that span: 1 for cumulative claims, the
            number of years (months, days) for rates.
        flags: words of the table in `tidewaiter.tally.claims`.
    """

    span: tuple[datetime, datetime] | None
    scale: float
    flags: tuple[str, ...]


def compared_window(claim: Claim, case: Interval) -> Compared:
    """Clip the time a claim speaks of to the window of the case.

    A claim that names no start counts from the start of the case, one that names no end up to the date it was stated. A
    rate without a period is one for the time just before it was stated.

    Args:
        claim: the claim.
        case: window of the case, both ends given.
    """
    case_start, case_end = _ends(case)
    start, end = told_span(claim, case)
    unit_days = PERIOD_DAYS.get(claim.per)
    flags = []
    if claim.t_start is None or claim.t_end is None:
        flags.append("window-not-stated")
    first, last = max(start, case_start), min(end, case_end)
    if first >= last:
        return Compared(None, 1.0, (*flags, "window-outside-case"))
    if case_start - start > MONTH or end - case_end > MONTH:
        flags.append("window-exceeds-case")
    scale = 1.0 if unit_days is None else (last - first) / timedelta(days=unit_days)
    return Compared((first, last), scale, tuple(flags))


def told_span(claim: Claim, case: Interval) -> tuple[datetime, datetime]:
    """Return the span a claim speaks of: as stated, else from the start of the case (a rate: one period back) to its date."""
    case_start, case_end = _ends(case)
    end = claim.t_end or _stated_by(claim) or case_end
    unit_days = PERIOD_DAYS.get(claim.per)
    return claim.t_start or (case_start if unit_days is None else end - timedelta(days=unit_days)), end


def modes_of(route: str) -> frozenset[str]:
    """Return the modes of transport that the words of a route name; all of them for "all routes", none when unsaid."""
    words = set(re.findall(r"[a-z]+", route.casefold()))
    if words & {"all", "any"} and words & {"route", "routes", "modes", "ways"}:
        return frozenset(_MODES)
    return frozenset(mode for mode, names in _MODES.items() if words & names)


def route_flag(route: str, measured: Collection[str]) -> str:
    """Return "other-route" when a claim is about ways the case does not measure, "route-wider" when about more, or ""."""
    named = modes_of(route)
    if not named or named <= set(measured):
        return ""
    return "route-wider" if named & set(measured) else "other-route"


def _ends(case: Interval) -> tuple[datetime, datetime]:
    if case.start is None or case.end is None:
        raise ValueError("the window of a case has two ends")
    return case.start, case.end


def _stated_by(claim: Claim) -> datetime | None:
    """Return the end of the day, month or year in which a claim was stated; None when that is not known."""
    try:
        end = parse_span(claim.stated).end if claim.stated else None
    except InputError:
        return None
    return None if end is None else end.astimezone(UTC)
