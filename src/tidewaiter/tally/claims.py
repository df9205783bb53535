"""Claims held against the tally: who had each number first, what it requires, and whether the evidence allows it.

Nothing here says true or false. A verdict says whether a claim lies within the 80 % interval of the tally (consistent),
only within the 95 % interval (strained), or outside it, over its own window, under each scenario apart. Flags say how a number changed on its way:

    flag                      meaning
    ------------------------  ---------------------------------------------------------------------------------------
    derived-from-unknown      names a source claim that is not in the table
    derived-in-circle         its chain of sources leads back to itself; the one stated first counts as origin
    several-origins           rests on claims of more than one origin
    repeated                  the same claimant says an earlier number again
    same-number-later         repeats the number of another claimant later, without saying so: probably one origin
    capacity                  carries a condition: it says what could be, not what was
    condition-dropped         an earlier claim with the same number carried a condition, this one does not
    alternatives              one of several numbers joined by "or": never to be added
    or-became-and             joins by "and", or adds up, what its source joined by "or"
    unit-changed              its source gives the same number of another thing
    cumulative-became-annual  its source gives the same number as a total, this one as a rate
    start-added               its source names no start, this one does
    base-period-changed       counts from another date than the claimant (or the source) did before
    shrinking-series          a cumulative number of a claimant goes down
    contradicts:<claim id>    cannot hold together with this claim of another origin; growth is no contradiction
    denied-by:<claim id>      somebody denies it
    finding:<claim id>        a court or a body found something on it
    window-not-stated         start or end is not stated; taken as the start of the case, or the date it was stated
    window-exceeds-case       speaks of more than a month outside the window of the case; compared over what is inside
    window-outside-case       has no time in common with the case
    route-wider               speaks of routes the case does not measure as well
    other-route               speaks only of routes the case does not measure
    exceeds-voyages           even the low end of the voyages it requires is more than its own window can have seen
    exceeds-all-voyages       the voyages it requires at the usual load are more than the whole case can have seen
    likely-exceeds-all        the same, but only more likely than not: above the median, not above all that can be

"Can have seen" means up to the upper end of the 95 % interval of the voyages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from tidewaiter.model import Measurement  # noqa: TC001 - msgspec reads the annotation
from tidewaiter.model.tables import CLAIM_CHECKS
from tidewaiter.tally.claim import Claim, read_claims
from tidewaiter.tally.demands import TRIPS, Subject, base_units, demands, given, published
from tidewaiter.tally.drift import drift
from tidewaiter.tally.intervals import interval, median
from tidewaiter.tally.origins import Trace, trace
from tidewaiter.tally.verdicts import NOT_COMPARABLE, first_scenario, in_words, verdict
from tidewaiter.tally.windows import Compared, compared_window, route_flag

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Item
    from tidewaiter.tally.view import TallyView


class Reconciliation(msgspec.Struct, frozen=True):
    """The claims beside the tally.

    Attributes:
        checks: one row a claim (model/tables.CLAIM_CHECKS), ordered by claim id.
        measurements: every number in `checks` and every tally it was compared with.
    """

    checks: pa.Table
    measurements: tuple[Measurement, ...]


def reconcile(case: Case, claims: pa.Table, tally: TallyView) -> Reconciliation:
    """Trace every claim to its origin and hold it against the tally.

    Args:
        case: its legs say which routes are measured, its items what a unit weighs.
        claims: model/tables.CLAIMS, claim ids distinct.
        tally: posterior draws over the window of the case.
    """
    told = read_claims(claims)
    by_id = {claim.claim_id: claim for claim in told}
    traces = trace(told, tally.unit)
    drifts = drift(told, traces, tally.window)
    modes = frozenset(leg.mode for leg in case.legs if leg.measured)
    items = {item.id: item for item in case.items}
    in_all = tally.voyages(None, None)
    rows: list[dict[str, Any]] = []
    measurements: list[Measurement] = []
    for claim in told:
        own = traces[claim.claim_id]
        window = compared_window(claim, tally.window)
        base = base_units(claim, by_id, own, tally.unit)
        check = _Check(claim, own, window, base, route_flag(claim.route, modes))
        check.compare(tally, items, in_all)
        check.flags = [*own.flags, *drifts[claim.claim_id], *check.flags]
        rows.append(check.row())
        measurements += check.measurements
    return Reconciliation(pa.Table.from_pylist(rows, schema=CLAIM_CHECKS), tuple(measurements))


class _Check:
    """One claim on its way to a row of CLAIM_CHECKS."""

    def __init__(self, claim: Claim, trace_: Trace, window: Compared, base: float | None, route: str) -> None:
        self.claim, self.trace, self.window, self.base = claim, trace_, window, base
        self.comparable = claim.category in {"delivery", "finding"} and bool(claim.numbers)
        self.flags = [*window.flags, *([route] if route else [])] if self.comparable else []
        self.scenario, self.verdict = "", NOT_COMPARABLE
        self.verdicts: dict[str, str] = {}
        self.demands: dict[str, Measurement] = {}
        self.measurements = [m for m in (published(claim),) if m is not None]

    def compare(self, tally: TallyView, items: Mapping[str, Item], in_all: NDArray[np.float64]) -> None:
        """Find the verdicts and the demands, as far as the claim can be compared at all."""
        claim, window = self.claim, self.window
        if not self.comparable or "other-route" in self.flags or window.span is None:
            return
        content = {i: s for i, s in tally.scenarios.items() if _counts(items.get(s.item), claim, tally.unit)}
        if not content and claim.quantity not in {tally.unit, *TRIPS}:
            return
        self.scenario = first_scenario(claim, content)
        item = items[content[self.scenario].item] if content else None
        subject = Subject(claim, window.span, window.scale, self.base, self.scenario, item)
        for scenario in content or [""]:
            draws, source = _draws(claim, tally, window.span, scenario, items)
            measured = given(subject, draws, source, scenario)
            self.verdicts[scenario] = verdict(claim, window.scale, measured)
            self.measurements.append(measured)
        self.verdict = self.verdicts[self.scenario]
        self.demands = demands(subject, tally)
        self.measurements += self.demands.values()
        needed = self.demands.get("requires_voyages")
        if needed is None:
            return
        least = needed.value if needed.low is None else needed.low
        if least > _most(tally.voyages(*window.span)):
            self.flags.append("exceeds-voyages")
        if needed.value > _most(in_all):
            self.flags.append("exceeds-all-voyages")
        elif needed.value > median(in_all, whole=True):
            self.flags.append("likely-exceeds-all")

    def row(self) -> dict[str, Any]:
        """Return the row of CLAIM_CHECKS."""
        span = self.window.span or (None, None)
        value = {name: m.value for name, m in self.demands.items()}
        needed = self.demands.get("requires_voyages")
        return {
            "claim_id": self.claim.claim_id,
            "origin_group": self.trace.origin,
            "is_origin": self.trace.origin == self.claim.claim_id,
            "link": self.trace.link,
            "t_start": span[0],
            "t_end": span[1],
            "own_factor": value.get("own_factor"),
            "scenario": self.scenario,
            "verdict": self.verdict,
            "verdicts": sorted((i, v) for i, v in self.verdicts.items() if i),
            "requires_voyages": value.get("requires_voyages"),
            "requires_voyages_low": None if needed is None else needed.low,
            "requires_voyages_high": None if needed is None else needed.high,
            "requires_units_per_voyage": value.get("requires_units_per_voyage"),
            "requires_tonnes_per_unit": value.get("requires_tonnes_per_unit"),
            "flags": self.flags,
            "reason": in_words(self.claim, self.verdict, self.flags),
            "measurements": [m.measurement_id for m in self.measurements],
        }


def _most(draws: NDArray[np.float64]) -> float:
    """Return the upper end of the 95 % interval of a count, draws (draws,)."""
    return interval(draws, 0.95, whole=True)[1]


def _counts(item: Item | None, claim: Claim, load_unit: str) -> bool:
    """Tell whether a claim is about the content of load units, in the unit of this item or by weight."""
    if item is None or claim.quantity in {load_unit, *TRIPS}:
        return False
    return claim.quantity == item.unit or (claim.quantity == "tonne" and item.kg_per_unit is not None)


def _draws(
    claim: Claim,
    tally: TallyView,
    span: tuple[datetime, datetime],
    scenario: str,
    items: Mapping[str, Item],
) -> tuple[NDArray[np.float64], str]:
    """Return what the tally gives in the unit of the claim, (draws,), and the id of the measurement it belongs to."""
    if claim.quantity == "call":
        return tally.calls(*span), "calls.total"
    if claim.quantity == "voyage":
        return tally.voyages(*span), "voyages.total"
    if not scenario:
        return tally.loads(*span), "load.total"
    draws = tally.items(scenario, *span)
    kg = items[tally.scenarios[scenario].item].kg_per_unit
    if claim.quantity == "tonne" and kg is not None:
        draws = draws * kg / 1000
    return draws, f"items.total.{scenario}"
