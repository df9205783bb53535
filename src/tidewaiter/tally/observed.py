"""Which claims move the answer, and how: the table of claims as readings, each source's own counts once.

    what was published                       how it enters
    ---------------------------------------  ---------------------------------------------------------------------
    a number, "about" a number, a range      a point; a stated range is read as an 80 % interval
    "more than", "at least"                  a floor: below the truth by a distance that depends on how it is meant
    "up to", "below"                         a ceiling, its mirror image
    voyages by a team that counts from       a count of what it saw, however it is worded
      images
    items from one's own load units          the source's factor, once per source: given the units it says no more
    the same, "if all were …"                a capacity: its factor is a ceiling on content
    a number of somebody else again          nothing; it is folded under its origin

A number is taken only with its unit, its window and its route stated: otherwise it is refused, and the reason kept.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.tally.claim import CEILINGS, FLOORS, Claim
from tidewaiter.tally.demands import TRIPS, base_units
from tidewaiter.tally.loads import RANGE_Z
from tidewaiter.tally.speakers import Voice, voice
from tidewaiter.tally.verdicts import first_scenario
from tidewaiter.tally.windows import MONTH, PERIOD_DAYS, modes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tidewaiter.model import Case, Flow, Item
    from tidewaiter.tally.origins import Trace

BEFORE = timedelta(days=62)
"""A window that opens this long before the case counts from its start: starts are stated to the month, or the season."""
SLACKS = {
    "tight": ((1.0, "tight"),),
    "loose": ((1.0, "loose"),),
    "stale": ((1.0, "stale"),),
    "": ((1 / 3, "tight"), (1 / 3, "loose"), (1 / 3, "stale")),
}
"""How far a bound lies from the truth, as weights of the distances of the case; unsaid, all of them are possible."""


ONWARD = "it speaks of what is carried on, which came by this line: it is compared with the totals and never added"
ROUNDING = 0.01
"""Log factors that differ by less are the same factor, and products of it published with two or three digits."""
SAME_FACTOR = 0.2
"""Factors of one source that differ by less than this, on log scale, are one factor and rounding."""


class Reading(msgspec.Struct, frozen=True):
    """One number that enters the likelihood.

    Attributes:
        claim_id: whose it is; of a factor, the first claim it was taken from.
        kind: point | floor | ceiling | count | factor | capacity.
        quantity: trips | load | items | mass | factor.
        unit: unit of the number, for items the unit of the item.
        item: id of the item it counts, empty when it counts none.
        log_value: log of the number; of a rate, of the quantity over its window.
        error: log standard deviation of its own, besides the error all numbers have.
        slack: (weight, mean log distance) pairs of a bound; empty for others.
        voice: who speaks.
        start, end: window ``[start, end)``, inside that of the case.
        modes: ways of transport it speaks of.
        scale: what the number was multiplied by to become a quantity over the window.
    """

    claim_id: str
    kind: str
    quantity: str
    unit: str
    item: str
    log_value: float
    error: float
    slack: tuple[tuple[float, float], ...]
    voice: Voice
    start: datetime
    end: datetime
    modes: frozenset[str]
    scale: float = 1.0

    @property
    def needs_content(self) -> bool:
        """It can be held only against a tally under a scenario."""
        return self.quantity in {"items", "mass", "factor"}


class Fate(msgspec.Struct, frozen=True):
    """What became of a claim.

    Attributes:
        role: reading | factor | copy | check | refused.
        reason: in words without figures; empty for a reading.
        origin: claim under which a copy is folded.
    """

    role: str
    reason: str = ""
    origin: str = ""


class Observed(msgspec.Struct, frozen=True):
    """The claims sorted.

    Attributes:
        readings: those that enter, ordered by claim id.
        fates: of every claim, by id.
    """

    readings: tuple[Reading, ...]
    fates: dict[str, Fate]


def observe(case: Case, claims: Sequence[Claim], traces: Mapping[str, Trace]) -> Observed:
    """Sort the claims into readings, factors, copies, checks and refusals.

    Args:
        case: its legs say which routes are measured, its items which units count.
        claims: with distinct ids.
        traces: of the same claims.
    """
    by_id = {c.claim_id: c for c in claims}
    fates: dict[str, Fate] = {}
    readings: list[Reading] = []
    factors: dict[tuple[str, str, str], list[Reading]] = defaultdict(list)
    for claim in claims:
        trace = traces[claim.claim_id]
        reason = _aside(claim) or _copy(claim, trace, by_id)
        if reason:
            fates[claim.claim_id] = reason
            continue
        base = base_units(claim, by_id, trace, case.load_model.unit)
        made = _reading(case, claim, base)
        if isinstance(made, str):
            fates[claim.claim_id] = Fate("refused", made)
        elif made.quantity == "factor":
            factors[made.voice.id, made.item or made.unit, made.kind].append(made)
        else:
            fates[claim.claim_id] = Fate("reading")
            readings.append(made)
    for factor, told in _factors(factors):
        fates |= told
        readings.append(factor)
    for claim_id, fate in fates.items():
        if fate.role == "copy" and fates[fate.origin].role in {"refused", "check"}:
            lost = "rests on a number that is not taken in itself"
            fates[claim_id] = msgspec.structs.replace(fate, reason=lost)
    return Observed(tuple(sorted(readings, key=lambda r: r.claim_id)), fates)


def flow_readings(
    case: Case, flow: Flow, claims: Sequence[Claim], traces: Mapping[str, Trace]
) -> tuple[list[Reading], dict[str, Fate]]:
    """Sort the claims on a flow; it has one way, so no route need be stated."""
    by_id = {c.claim_id: c for c in claims}
    modes = frozenset(leg.mode for leg in case.legs if leg.measured) or frozenset({"sea"})
    readings: list[Reading] = []
    fates: dict[str, Fate] = {}
    for claim in claims:
        if claim.flow != flow.id:
            continue
        plain = msgspec.structs.replace(claim, flow="", category="delivery", route=" ".join(sorted(modes)))
        fate = _aside(plain) or _copy(claim, traces[claim.claim_id], by_id)
        made: Reading | str | None = None
        if fate is None:
            made = _flow_reading(case, flow, plain)
            fate = Fate("refused", made) if isinstance(made, str) else Fate("reading")
        if isinstance(made, Reading):
            readings.append(made)
        fates[claim.claim_id] = fate
    return readings, fates


def _flow_reading(case: Case, flow: Flow, claim: Claim) -> Reading | str:
    if claim.quantity != flow.unit:
        return "its unit is not that of the flow"
    if claim.figure is None or claim.figure <= 0:
        return "its number is not above zero"
    if claim.condition:
        return "a conditional says what could be, not what was"
    span = _window(case, claim)
    if isinstance(span, str):
        return span
    who = msgspec.structs.replace(voice(claim, case), imagery=False)  # completeness is one of voyages, not of flows
    return _plain_reading(case, claim, who, "load", span)


def _aside(claim: Claim) -> Fate | None:
    if claim.use == "check":
        return Fate("check", "declared as a check")
    if claim.flow:
        return Fate("refused", "it speaks of another flow, which is estimated on its own")
    if claim.category not in {"delivery", "finding"}:
        return Fate("refused", f"it speaks of {claim.category}, not of deliveries")
    if not claim.numbers:
        return Fate("refused", "it gives no number")
    return None


def _copy(claim: Claim, trace: Trace, by_id: Mapping[str, Claim]) -> Fate | None:
    """Return the fate of a claim that rests on somebody else's number, or repeats one."""
    if trace.link == "origin":
        return None
    parent = by_id[trace.parent]
    own_step = trace.link == "arithmetic" and parent.speaker == claim.speaker
    if own_step:
        return None
    if parent.quantity != claim.quantity:
        return Fate("copy", "computed from a number that counts already", trace.origin)
    sure = "repeats a number that counts already"
    return Fate("copy", sure if trace.link in {"stated", "arithmetic"} else f"probably {sure}", trace.origin)


def _reading(case: Case, claim: Claim, base: float | None) -> Reading | str:
    """Return the claim as a reading, or the reason why it is none."""
    figure = claim.figure
    if figure is None or figure <= 0:
        return "its number is not above zero" if figure is not None else "it gives no number"
    who = voice(claim, case)
    units = {i.unit: i for i in case.items}
    item = units.get(claim.quantity)
    if item is not None and base:
        kind = "capacity" if claim.condition else "factor"
        return _build(case, claim, who, kind, "factor", figure / base, (case.window.start, case.window.end), 1.0)
    quantity = _quantity(case, claim, item)
    if not quantity:
        return "it counts something that this case does not measure"
    span = _window(case, claim)
    if isinstance(span, str):
        return span
    modes = modes_of(claim.route)
    reason = ONWARD if "onward" in claim.route.casefold() else _route(case, modes)
    if reason:
        return reason
    if claim.condition:
        if quantity in {"trips", "load"}:
            return "a conditional on load units says what could have been, not what was"
        return _build(
            case, claim, who, "capacity", quantity, _middle(claim) * _scale(claim, span), span, _scale(claim, span)
        )
    return _plain_reading(case, claim, who, quantity, span)


def _plain_reading(case: Case, claim: Claim, who: Voice, quantity: str, span: tuple[datetime, datetime]) -> Reading:
    """Return a point, a floor, a ceiling, or a count of what was seen."""
    kind = "floor" if claim.bound in FLOORS else "ceiling" if claim.bound in CEILINGS else "point"
    if quantity == "trips" and who.imagery:
        kind = "count"
    value = claim.figure if kind in {"floor", "ceiling"} else _middle(claim)
    scale = _scale(claim, span)
    made = _build(case, claim, who, kind, quantity, (value or 0.0) * scale, span, scale)
    if kind in {"floor", "ceiling"}:
        slack = tuple((w, float(getattr(case.claim_model, name))) for w, name in SLACKS[claim.looseness])
        made = msgspec.structs.replace(made, slack=slack)
    return made


def _scale(claim: Claim, span: tuple[datetime, datetime]) -> float:
    """Return what a rate is multiplied by to become a quantity over its window; 1 for a total."""
    return (span[1] - span[0]) / timedelta(days=PERIOD_DAYS[claim.per]) if claim.per else 1.0


def _build(
    case: Case,
    claim: Claim,
    who: Voice,
    kind: str,
    quantity: str,
    value: float,
    span: tuple[datetime, datetime],
    scale: float,
) -> Reading:
    spread = 0.0
    if claim.low and claim.high and kind != "ceiling":
        spread = math.log(claim.high / claim.low) / RANGE_Z
    measured = frozenset(leg.mode for leg in case.legs if leg.measured)
    return Reading(
        claim_id=claim.claim_id,
        kind=kind,
        quantity=quantity,
        unit=claim.quantity,
        item=_item(case, claim),
        log_value=math.log(value),
        error=math.hypot(spread, claim.relative_error or 0.0),
        slack=(),
        voice=who,
        start=span[0],
        end=span[1],
        modes=modes_of(claim.route) or measured,
        scale=scale,
    )


def _item(case: Case, claim: Claim) -> str:
    """Return the id of the item a claim counts: of those in its unit, the one whose scenario reads most like the claim."""
    scenarios = {
        s.id: s for s in case.scenarios if any(i.id == s.item and i.unit == claim.quantity for i in case.items)
    }
    first = first_scenario(claim, scenarios)
    return scenarios[first].item if first else ""


def _middle(claim: Claim) -> float:
    """Return the number of a point: the geometric middle of a range."""
    low, high = claim.numbers[0], claim.numbers[-1]
    return math.sqrt(low * high) if low > 0 else (low + high) / 2


def _quantity(case: Case, claim: Claim, item: Item | None) -> str:
    if claim.quantity in TRIPS:
        return "trips"
    if claim.quantity == case.load_model.unit:
        return "load"
    if item is not None:
        return "items"
    massive = any(i.kg_per_unit for i in case.items) or any(part.kg_per_item for s in case.scenarios for part in s.mix)
    return "mass" if claim.quantity == "tonne" and massive else ""


def _window(case: Case, claim: Claim) -> tuple[datetime, datetime] | str:
    if claim.t_start is None or claim.t_end is None:
        return "its window is not stated"
    start, end = max(claim.t_start, case.window.start), min(claim.t_end, case.window.end)
    if start >= end:
        return "it speaks of a time outside the window of the case"
    if not claim.per and claim.t_start < case.window.start - BEFORE:
        return "it counts from a date before the case begins"
    if not claim.per and claim.t_end > case.window.end + MONTH:
        return "it runs on after the case ends"
    return start, end


def _route(case: Case, modes: frozenset[str]) -> str:
    if not modes:
        return "its route is not stated"
    measured = {leg.mode for leg in case.legs if leg.measured}
    known = measured | {leg.mode for leg in case.legs if leg.relative is not None}
    if modes >= {"sea", "rail", "road", "air"}:  # "all routes": all that the case knows of
        return "" if known > measured else "it speaks of all routes, and no leg declares what the others carry"
    if not modes <= known:
        return "it speaks of a route that is not measured here"
    return ""


def _factors(told: Mapping[tuple[str, str, str], list[Reading]]) -> Iterator[tuple[Reading, dict[str, Fate]]]:
    """Yield the factor of each source, once for what it gave as such and once for what it gave under a condition.

    A number without its condition that is computed by the factor of the same source's conditional ones is one of them.
    """
    groups = {key: list(readings) for key, readings in told.items()}
    dropped: set[str] = set()
    for (source, item, kind), readings in told.items():
        conditional = groups.get((source, item, "capacity"), [])
        if kind == "factor" and conditional:
            usual = _mean(told[source, item, "capacity"])
            lost = [r for r in readings if abs(r.log_value - usual) < SAME_FACTOR]
            dropped |= {r.claim_id for r in lost}
            groups[source, item, kind] = [r for r in readings if r not in lost]
            conditional += [msgspec.structs.replace(r, kind="capacity") for r in lost]
    for readings in groups.values():
        if not readings:
            continue
        first = readings[0]
        error = min(r.error for r in readings)
        fates = {}
        for r in readings:
            reason = (
                "" if r is first else "its factor counts once, with the others this source computed from load units"
            )
            if r.claim_id in dropped:
                reason = "states no condition, but is computed by the factor that this source gave under one"
            fates[r.claim_id] = Fate("factor", reason, first.claim_id)
        yield msgspec.structs.replace(first, log_value=_mean(readings), error=error), fates


def _mean(readings: Sequence[Reading]) -> float:
    """Return the mean of the log factors; those that differ from an earlier one by rounding alone say nothing new."""
    told: list[float] = []
    for r in readings:
        if all(abs(r.log_value - other) > ROUNDING for other in told):
            told.append(r.log_value)
    return math.fsum(told) / len(told)
