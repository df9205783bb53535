"""Numbers about the answer: beside the tally from evidence, the tally with claims and before any evidence; what moves it.

Everything here is made of draws that are there already: shares of variance, local sensitivity to each prior, influence
of each source, conflict of each claim, and sweeps over what no evidence decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.model import Measurement
from tidewaiter.model.tables import ANSWERS, CLAIM_FITS, PRIORS
from tidewaiter.tally.balance import going_on, standing
from tidewaiter.tally.book import FIT, WITH, Book, dates
from tidewaiter.tally.conflict import SURPRISING, Conflict, conflicts
from tidewaiter.tally.figures import months
from tidewaiter.tally.flows import fit_flows
from tidewaiter.tally.levers import judgements, sources, undecided, variance
from tidewaiter.tally.totals import before, split, with_claims

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Case, Status
    from tidewaiter.tally.flows import FlowPosterior
    from tidewaiter.tally.observed import Fate, Reading
    from tidewaiter.tally.quantities import Tally
    from tidewaiter.tally.weigh import Weighed

WHAT_IF_MONTHS = (1, 2, 3, 6, 9, 12, 18, 24)


class Answers(msgspec.Struct, frozen=True):
    """All that is said about the answer.

    Attributes:
        measurements: every number in the tables below.
        answers: ANSWERS; priors: PRIORS; claim_fits: CLAIM_FITS.
        notices: (subject, message) for people.
    """

    measurements: tuple[Measurement, ...]
    answers: pa.Table
    priors: pa.Table
    claim_fits: pa.Table
    notices: tuple[tuple[str, str], ...]


def answer(
    case: Case,
    tally: Tally,
    weighed: Weighed,
    claims: pa.Table,
    prior_trips: tuple[NDArray[np.float64], NDArray[np.float64]],
    coordinates: Mapping[str, NDArray[np.float64]],
    *,
    declaration: str,
) -> Answers:
    """Measure everything that is said about the answer.

    Args:
        case: the case.
        tally: from what was seen and counted.
        weighed: the same with claims.
        claims: CLAIMS.
        prior_trips: calls and voyages the assumptions alone let one expect, (draws,) each.
        coordinates: by id of a prior of the call model, (draws,) coordinate in the tally.
        declaration: SHA-256 of case.toml, in which the assumptions stand.
    """
    book = Book(case, tally, weighed, declaration)
    flows = fit_flows(case, claims)
    _entered(book, flows)
    with_claims(book)
    before(book, *prior_trips)
    split(book)
    found = _conflicts(book)
    variance(book)
    judgements(book, coordinates)
    sources(book)
    undecided(book)
    _flows(book, flows)
    _balances(book, flows)
    fates = dict(weighed.observed.fates)
    for flow in flows.values():
        fates |= flow.fates
    readings = [*weighed.observed.readings, *(r for f in flows.values() for r in f.readings)]
    return Answers(
        measurements=tuple(book.measurements),
        answers=pa.Table.from_pylist(book.rows, schema=ANSWERS),
        priors=pa.Table.from_pylist(book.priors, schema=PRIORS),
        claim_fits=_claim_fits(fates, readings, weighed, found),
        notices=weighed.notices,
    )


def _entered(book: Book, flows: Mapping[str, FlowPosterior]) -> None:
    """Count the claims behind each fit."""
    told = {FIT if not s else f"{FIT}.{s}": fit.readings for s, fit in book.weighed.fits.items()}
    told |= {f"{FIT}.flow.{i}": f.readings for i, f in flows.items()}
    for ident, readings in told.items():
        ids = [f"claims/{r.claim_id}" for r in readings]
        book.exact(ident, "claims that entered", len(ids), "claim", ids or [book.declaration])


def _conflicts(book: Book) -> dict[str, Conflict]:
    """Hold every claim that entered against the rest."""
    found: dict[str, Conflict] = {}
    for fit in book.weighed.fits.values():
        for one in conflicts(book.case, book.tally, fit):
            found.setdefault(one.claim_id, one)
    units = {r.claim_id: r for r in book.weighed.observed.readings}
    for key, one in found.items():
        reading = units[key]
        unit = f"{reading.unit} per {book.tally.unit}" if reading.quantity == "factor" else reading.unit
        inputs = [f"claims/{key}", book.fit_id(one.scenario)]
        book.measurements.append(
            Measurement(
                measurement_id=f"claim.{key}.predicted",
                name="what the rest of the evidence lets one expect this claim to say",
                value=one.middle,
                low=one.low,
                high=one.high,
                level=0.95,
                unit=unit,
                scenario=one.scenario,
                method="tally.conflict/1",
                inputs=tuple(inputs),
            )
        )
        name = "chance of a number as far off as this one"
        book.exact(f"claim.{key}.conflict", name, round(one.p, 4), "probability", [f"claim.{key}.predicted"])
    return found


def _flows(book: Book, flows: Mapping[str, FlowPosterior]) -> None:
    """Keep the flows that are known from claims."""
    for ident, known in flows.items():
        unit, label = known.flow.unit, known.flow.label
        inputs = [f"{FIT}.flow.{ident}", book.declaration]
        status: Status = "supported" if known.readings else "asserted"
        book.keep(f"flow.{ident}.total", label, known.total(), unit, inputs, status=status)
        name = f"{label}, by the assumptions alone"
        book.keep(f"prior.flow.{ident}.total", name, known.paths.loads(), unit, [book.declaration], status="asserted")
        for start, end in months(book.case):
            more: dict[str, Any] = {"period": dates(book.case.window.start, end), "status": status}
            name = f"{label}, up to the end of {start:%Y-%m}"
            book.keep(f"flow.{ident}.to-{start:%Y-%m}", name, known.total(None, end), unit, inputs, **more)


def _balances(book: Book, flows: Mapping[str, FlowPosterior]) -> None:
    """Set use against what covers it, as things are and under each what-if."""
    for balance in book.case.balances:
        totals = book.weighed.totals[balance.scenario]
        now = standing(book.case, balance, totals, flows)
        inputs = [f"flow.{i}.total" for i in (balance.consumption, balance.production) if i]
        inputs += [f"{WITH}items.total.{balance.scenario}", book.declaration]
        more: dict[str, Any] = {"scenario": balance.scenario, "method": "tally.balance/1"}
        quantity = f"items.total.{balance.scenario}"
        ident = f"balance.{balance.id}.covered"
        book.keep(
            ident,
            f"part of the use covered by the line, {balance.label}",
            100 * now.covered(),
            "percent",
            inputs,
            **more,
        )
        book.row("balance", quantity, balance.id, balance.label, ident)
        for change in (w for w in book.case.what_ifs if w.balance == balance.id):
            part = going_on(book.case, change, totals)
            for month in (m for m in WHAT_IF_MONTHS if m <= balance.horizon_months):
                uncovered = now.uncovered(part, month)
                ident = f"what_if.{change.id}.{month}"
                book.keep(
                    ident, f"part of the use uncovered, {change.label}", 100 * uncovered, "percent", inputs, **more
                )
                chance = f"{ident}.chance"
                book.exact(
                    chance,
                    f"chance of any gap, {change.label}",
                    float(np.mean(uncovered > 0)),
                    "probability",
                    [ident],
                )
                book.row("balance", quantity, change.id, change.label, ident, setting=float(month), other=chance)


def _claim_fits(
    fates: Mapping[str, Fate], readings: Sequence[Reading], weighed: Weighed, found: Mapping[str, Conflict]
) -> pa.Table:
    entered = {r.claim_id: r for r in readings}
    learning = [s for s in weighed.fits if s]
    folded: dict[str, list[str]] = {}
    for claim_id, fate in fates.items():
        if fate.role == "copy" and fate.origin:
            folded.setdefault(fate.origin, []).append(claim_id)
    rows = []
    for claim_id, fate in sorted(fates.items()):
        reading = entered.get(claim_id)
        conflict = found.get(claim_id)
        scenarios = []
        if reading is not None and reading.needs_content:
            scenarios = [s for s in learning if any(r.claim_id == claim_id for r in weighed.fits[s].readings)]
        lost = reading is not None and reading.needs_content and not scenarios
        rows.append(
            {
                "claim_id": claim_id,
                "role": "refused" if lost else fate.role,
                "kind": reading.kind if reading and not lost else "",
                "source_id": reading.voice.id if reading and not lost else "",
                "group": reading.voice.group if reading and not lost else "",
                "folded": sorted(folded.get(claim_id, [])),
                "scenarios": scenarios,
                "reason": "no scenario that is an estimate counts in its unit" if lost else fate.reason,
                "predicted": f"claim.{claim_id}.predicted" if conflict else None,
                "conflict": f"claim.{claim_id}.conflict" if conflict else None,
                "surprising": bool(conflict and conflict.p < SURPRISING),
            }
        )
    return pa.Table.from_pylist(rows, schema=CLAIM_FITS)
