"""Numbers about the answer: beside the tally from evidence, the tally with claims and before any evidence; what moves it.

Everything here is made of draws that are there already: shares of variance, local sensitivity to each prior, influence
of each source, conflict of each claim, and sweeps over what no evidence decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.case import elicited
from tidewaiter.inference import law, share_law
from tidewaiter.model import Measurement
from tidewaiter.model.tables import ANSWERS, CLAIM_FITS, PRIORS
from tidewaiter.tally.balance import going_on, standing
from tidewaiter.tally.conflict import SURPRISING, Conflict, conflicts, influences
from tidewaiter.tally.figures import counted, months, periods, posterior
from tidewaiter.tally.flows import fit_flows
from tidewaiter.tally.fusion import METHOD
from tidewaiter.tally.intervals import interval
from tidewaiter.tally.sweep import SETTINGS, with_unseen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from tidewaiter.case import Elicited
    from tidewaiter.model import Case, Status
    from tidewaiter.tally.flows import FlowPosterior
    from tidewaiter.tally.fusion import Fit
    from tidewaiter.tally.observed import Fate, Reading
    from tidewaiter.tally.quantities import Tally
    from tidewaiter.tally.weigh import Totals, Weighed

WITH = "with_claims."
FIT = "fit.claims"
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
    book = _Book(case, tally, weighed, declaration)
    flows = fit_flows(case, claims)
    book.entered(flows)
    book.with_claims()
    book.before(*prior_trips)
    book.split()
    found = book.conflicts()
    book.variance()
    book.levers(coordinates)
    book.influences()
    book.sweeps()
    book.flows(flows)
    book.balances(flows)
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


class _Book:
    """Measurements and rows as they are made, one method a kind."""

    def __init__(self, case: Case, tally: Tally, weighed: Weighed, declaration: str) -> None:
        self.case, self.tally, self.weighed, self.declaration = case, tally, weighed, declaration
        self.measurements: list[Measurement] = []
        self.rows: list[dict[str, Any]] = []
        self.priors: list[dict[str, Any]] = []
        self.units = {s.id: next(i.unit for i in case.items if i.id == s.item) for s in case.scenarios}
        self.window = (case.window.start.date().isoformat(), case.window.end.date().isoformat())

    def keep(
        self, ident: str, name: str, draws: NDArray[np.float64], unit: str, inputs: Sequence[str], **more: Any
    ) -> str:
        """Keep an interval and return its id."""
        more = {"method": METHOD, "period": self.window} | more
        self.measurements.append(posterior(ident, name, draws, unit, inputs, **more))
        return ident

    def exact(self, ident: str, name: str, value: float, unit: str, inputs: Sequence[str]) -> str:
        """Keep a number that has no interval and return its id."""
        made = counted(ident, name, value, unit, inputs)
        self.measurements.append(msgspec.structs.replace(made, method=METHOD))
        return ident

    def row(
        self,
        kind: str,
        quantity: str,
        part: str,
        label: str,
        measurement: str,
        setting: float | None = None,
        other: str | None = None,
    ) -> None:
        """Keep a row of ANSWERS."""
        values = (kind, quantity, part, setting, label, measurement, other)
        self.rows.append(dict(zip(ANSWERS.names, values, strict=True)))

    def entered(self, flows: Mapping[str, FlowPosterior]) -> None:
        """Count the claims behind each fit."""
        told = {FIT if not s else f"{FIT}.{s}": fit.readings for s, fit in self.weighed.fits.items()}
        told |= {f"{FIT}.flow.{i}": f.readings for i, f in flows.items()}
        for ident, readings in told.items():
            ids = [f"claims/{r.claim_id}" for r in readings]
            self.exact(ident, "claims that entered", len(ids), "claim", ids or [self.declaration])

    def _fit_id(self, scenario: str) -> str:
        return f"{FIT}.{scenario}" if scenario in self.weighed.fits and scenario else FIT

    def with_claims(self) -> None:
        """Totals with claims, over the same periods as those without; all routes and usable items, both ways."""
        base = self.weighed.totals[""]
        for tag, words, start, end in periods(self.case):
            more: dict[str, Any] = {"period": _dates(start, end)}
            for kind, draws, unit in (
                ("calls", base.calls(start, end), "call"),
                ("voyages", base.voyages(start, end), "voyage"),
            ):
                name = f"{kind} {words}, with claims"
                self.keep(f"{WITH}{kind}.{tag}", name, draws, unit, [f"{kind}.{tag}", FIT], whole=True, **more)
            unit = self.tally.unit
            inputs = [f"load.{tag}", FIT]
            self.keep(
                f"{WITH}load.{tag}", f"{unit}s {words}, with claims", base.loads(start, end), unit, inputs, **more
            )
            for s in self.case.scenarios:
                self.keep(
                    f"{WITH}items.{tag}.{s.id}",
                    f"{self.units[s.id]}s {words}, {s.label}, with claims",
                    self.weighed.totals[s.id].items(start, end),
                    self.units[s.id],
                    [f"items.{tag}.{s.id}", self._fit_id(s.id)],
                    scenario=s.id,
                    note=s.condition,
                    **more,
                )
        for prefix, totals in (("", self.weighed.evidence), (WITH, self.weighed.totals)):
            self._other_totals(prefix, totals)

    def _other_totals(self, prefix: str, totals: Mapping[str, Totals]) -> None:
        words = ", with claims" if prefix else ""
        wider = any(leg.relative is not None for leg in self.case.legs)
        if wider:
            inputs = [f"{prefix}load.total", self.declaration]
            draws = totals[""].loads(all_routes=True)
            name = f"{self.tally.unit}s by all routes{words}"
            self.keep(f"{prefix}all_routes.load.total", name, draws, self.tally.unit, inputs)
        for s in self.case.scenarios:
            inputs = [f"{prefix}items.total.{s.id}", self.declaration]
            of = totals[s.id]
            more: dict[str, Any] = {"scenario": s.id, "note": s.condition}
            unit = self.units[s.id]
            if wider:
                name = f"{unit}s by all routes, {s.label}{words}"
                self.keep(
                    f"{prefix}all_routes.items.total.{s.id}", name, of.items(all_routes=True), unit, inputs, **more
                )
            if s.defect is not None:
                name = f"usable {unit}s, {s.label}{words}"
                self.keep(f"{prefix}usable.total.{s.id}", name, of.items(usable=True), unit, inputs, **more)

    def before(self, calls: NDArray[np.float64], voyages: NDArray[np.float64]) -> None:
        """Keep what the assumptions alone let one expect."""
        rng = np.random.default_rng([self.case.seed, 1 << 27])
        model, n = self.case.load_model, len(voyages)
        typical, spread = (law(q).at(rng.standard_normal(n)) for q in (model.typical, model.voyage_spread))
        whose = np.repeat(np.arange(n), np.minimum(voyages, 1e5).astype(int))
        each = typical[whose] * np.exp(spread[whose] * rng.standard_normal(len(whose)))
        load = np.bincount(whose, weights=each, minlength=n).astype(float)
        inputs = [self.declaration]
        status: Status = "asserted"
        more: dict[str, Any] = {"status": status, "method": "case.prior/1"}
        self.keep("prior.calls.total", "calls by the assumptions alone", calls, "call", inputs, whole=True, **more)
        self.keep(
            "prior.voyages.total", "voyages by the assumptions alone", voyages, "voyage", inputs, whole=True, **more
        )
        unit = self.tally.unit
        self.keep("prior.load.total", f"{unit}s by the assumptions alone", load, unit, inputs, **more)
        for s in self.case.scenarios:
            factor = self.tally.factor(s.id)
            items = load * factor[rng.integers(len(factor), size=n)]
            name = f"{self.units[s.id]}s by the assumptions alone, {s.label}"
            self.keep(f"prior.items.total.{s.id}", name, items, self.units[s.id], inputs, scenario=s.id, **more)

    def split(self) -> None:
        """Keep what was seen and counted apart from what is inferred."""
        tally, unit = self.tally, self.tally.unit
        for ident, seen, name in (
            ("voyages.seen", True, "voyages that a dated reading shows"),
            ("voyages.inferred", False, "voyages inferred"),
        ):
            self.keep(ident, name, tally.voyages(seen=seen), "voyage", ["voyages.total"], whole=True)
        for ident, known, name in (
            ("load.counted", True, f"{unit}s on voyages whose load was counted"),
            ("load.imputed", False, f"{unit}s on voyages whose load is inferred"),
        ):
            self.keep(ident, name, tally.loads(counted=known), unit, ["load.total"])

    def conflicts(self) -> dict[str, Conflict]:
        """Hold every claim that entered against the rest."""
        found: dict[str, Conflict] = {}
        for fit in self.weighed.fits.values():
            for one in conflicts(self.case, self.tally, fit):
                found.setdefault(one.claim_id, one)
        units = {r.claim_id: r for r in self.weighed.observed.readings}
        for key, one in found.items():
            reading = units[key]
            unit = f"{reading.unit} per {self.tally.unit}" if reading.quantity == "factor" else reading.unit
            inputs = [f"claims/{key}", self._fit_id(one.scenario)]
            self.measurements.append(
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
            self.exact(f"claim.{key}.conflict", name, round(one.p, 4), "probability", [f"claim.{key}.predicted"])
        return found

    def _fitted(self) -> list[tuple[str, str, Fit]]:
        """Quantity, unit and fit of the load and of every scenario that learns."""
        fits = self.weighed.fits
        return [("load.total", "", fits[""])] + [(f"items.total.{s}", s, fit) for s, fit in fits.items() if s]

    def variance(self) -> None:
        """Split the variance of the log of each total into its factors: the parts sum to the whole."""
        for quantity, _, fit in self._fitted():
            voyages = np.log(np.maximum(self.tally.voyages()[fit.index], 0.5))
            load = np.log(np.maximum(self.tally.loads()[fit.index], 1.0))
            parts = {"voyages": (voyages, "number of voyages"), "load": (load - voyages, "load of a voyage")}
            if fit.holdings is not None:
                parts["share"] = (fit.holdings.share, f"share of {self.tally.unit}s that hold the item")
                parts["content"] = (fit.holdings.content, f"content of a {self.tally.unit}")
            total = np.sum([x for x, _ in parts.values()], axis=0)
            whole = float(np.var(total))
            for part, (x, label) in parts.items():
                if whole <= 0 or float(np.var(x)) == 0:
                    continue
                value = 100 * float(np.cov(x, total)[0, 1]) / whole
                ident = f"variance.{quantity}.{part}"
                name = f"part of the uncertainty of {quantity} from: {label}"
                self.exact(ident, name, value, "percent", [f"{WITH}{quantity}"])
                self.row("variance", quantity, part, label, ident)

    def levers(self, coordinates: Mapping[str, NDArray[np.float64]]) -> None:
        """List every prior beside what was learnt of it, and how far each moves the answer.

        If the middle of a prior moves by one of its standard deviations, the mean of any function h moves by the
        posterior covariance of h and the standard normal coordinate, to first order (Gustafson 1996; Giordano,
        Broderick, Jordan 2018).
        """
        load_z = self.tally.loads_model.z
        shared = dict(coordinates) | {
            "load_model.typical": load_z[:, 0],
            "load_model.voyage_spread": load_z[:, 1],
            "load_model.count_error": load_z[:, 3],
        }
        declared = {e.prior_id: e for e in elicited(self.case)}
        learnt: dict[tuple[str, str], NDArray[np.float64]] = {}
        for quantity, scenario, fit in self._fitted():
            totals = self.weighed.totals[scenario]
            log_total = np.log(np.maximum(totals.items() if scenario else totals.loads(), 1.0))
            known = {name: z[fit.index] for name, z in shared.items()}
            known |= {name: fit.z[:, j] for j, name in enumerate(fit.names)}
            shifts = []
            for name, z in known.items():
                if name in declared and z.any():
                    shifts.append((float(np.expm1(np.cov(log_total, z)[0, 1])), name))
                    learnt.setdefault((name, declared[name].scenario), z)
            for shift, name in sorted(shifts, key=lambda x: (-abs(x[0]), x[1])):
                ident = f"sensitivity.{quantity}.{name}"
                words = f"move of {quantity} when the middle of this prior moves by one of its standard deviations"
                self.exact(ident, words, 100 * shift, "percent", [f"{WITH}{quantity}", self.declaration])
                self.row("sensitivity", quantity, name, _named(declared[name]), ident)
        for prior in declared.values():
            self.priors.append(self._prior(prior, learnt.get((prior.prior_id, prior.scenario))))

    def _prior(self, prior: Elicited, z: NDArray[np.float64] | None) -> dict[str, Any]:
        q, ident = prior.quantiles, None
        summed = prior.prior_id == "calls_model.survey_coverage"  # one coordinate for several surveys
        if z is not None and not summed and q.p95 > q.p5:
            draws = (share_law(q) if prior.scale == "logit" else law(q)).at(z)
            low, high = interval(draws, 0.9)
            ident = f"posterior.{prior.prior_id}"
            self.measurements.append(
                Measurement(
                    measurement_id=ident,
                    name=f"{_named(prior)}, given everything",
                    value=float(np.median(draws)),
                    low=low,
                    high=high,
                    level=0.9,
                    unit="share" if prior.scale == "logit" else "",
                    scenario=prior.scenario,
                    method=METHOD,
                    inputs=(self._fit_id(prior.scenario), self.declaration),
                )
            )
        return {
            "prior_id": prior.prior_id,
            "label": _named(prior),
            "p5": q.p5,
            "p50": q.p50,
            "p95": q.p95,
            "scale": prior.scale,
            "source": q.source,
            "posterior": ident,
            "scenario": prior.scenario,
        }

    def influences(self) -> None:
        """Say what each source does to each total."""
        for quantity, scenario, fit in self._fitted():
            for one in influences(self.case, self.tally, fit, items=bool(scenario)):
                ids = [f"claims/{r.claim_id}" for r in fit.readings if r.voice.id == one.source]
                ident = f"influence.{quantity}.{one.source}"
                inputs = [*ids, f"{WITH}{quantity}"]
                moved = self.exact(
                    ident, f"move of {quantity} without this source", 100 * np.expm1(one.shift), "percent", inputs
                )
                wide = self.exact(
                    f"{ident}.width", "width of the interval without this source, relative", one.width_ratio, "", inputs
                )
                self.row("influence", quantity, one.source, self._speaker(one.source), moved, other=wide)

    def _speaker(self, source: str) -> str:
        """Return the names a case declares for a source, else how it calls itself."""
        declared = next((s.names for s in self.case.sources if s.id == source), ())
        return ", ".join(declared) or source

    def sweeps(self) -> None:
        """Give the totals for settings of what no evidence decides."""
        label = "part of all voyages that nobody could have seen, on top of what the model infers"
        first = next((s for s in self.case.scenarios if not s.condition), None)
        for share in SETTINGS:
            grown = with_unseen(self.tally, share, self.case.seed)
            swept = [("load.total", self.tally.loads() * grown, self.tally.unit, "")]
            if first is not None:
                swept.append(
                    (f"items.total.{first.id}", self.tally.items(first.id) * grown, self.units[first.id], first.id)
                )
            for quantity, draws, unit, scenario in swept:
                ident = f"sweep.unseen_share.{round(100 * share)}.{quantity}"
                name = f"{quantity}, if so many of all voyages could not be seen"
                self.keep(ident, name, draws, unit, [quantity], scenario=scenario)
                self.row("sweep", quantity, "unseen_share", label, ident, setting=share)

    def flows(self, flows: Mapping[str, FlowPosterior]) -> None:
        """Keep the flows that are known from claims."""
        for ident, known in flows.items():
            unit, label = known.flow.unit, known.flow.label
            inputs = [f"{FIT}.flow.{ident}", self.declaration]
            status: Status = "supported" if known.readings else "asserted"
            self.keep(f"flow.{ident}.total", label, known.total(), unit, inputs, status=status)
            name = f"{label}, by the assumptions alone"
            self.keep(
                f"prior.flow.{ident}.total", name, known.paths.loads(), unit, [self.declaration], status="asserted"
            )
            for start, end in months(self.case):
                more: dict[str, Any] = {"period": _dates(self.case.window.start, end), "status": status}
                name = f"{label}, up to the end of {start:%Y-%m}"
                self.keep(f"flow.{ident}.to-{start:%Y-%m}", name, known.total(None, end), unit, inputs, **more)

    def balances(self, flows: Mapping[str, FlowPosterior]) -> None:
        """Set use against what covers it, as things are and under each what-if."""
        for balance in self.case.balances:
            totals = self.weighed.totals[balance.scenario]
            now = standing(self.case, balance, totals, flows)
            inputs = [f"flow.{i}.total" for i in (balance.consumption, balance.production) if i]
            inputs += [f"{WITH}items.total.{balance.scenario}", self.declaration]
            more: dict[str, Any] = {"scenario": balance.scenario, "method": "tally.balance/1"}
            quantity = f"items.total.{balance.scenario}"
            ident = f"balance.{balance.id}.covered"
            self.keep(
                ident,
                f"part of the use covered by the line, {balance.label}",
                100 * now.covered(),
                "percent",
                inputs,
                **more,
            )
            self.row("balance", quantity, balance.id, balance.label, ident)
            for change in (w for w in self.case.what_ifs if w.balance == balance.id):
                part = going_on(self.case, change, totals)
                for month in (m for m in WHAT_IF_MONTHS if m <= balance.horizon_months):
                    uncovered = now.uncovered(part, month)
                    ident = f"what_if.{change.id}.{month}"
                    self.keep(
                        ident, f"part of the use uncovered, {change.label}", 100 * uncovered, "percent", inputs, **more
                    )
                    chance = f"{ident}.chance"
                    self.exact(
                        chance,
                        f"chance of any gap, {change.label}",
                        float(np.mean(uncovered > 0)),
                        "probability",
                        [ident],
                    )
                    self.row("balance", quantity, change.id, change.label, ident, setting=float(month), other=chance)


def _named(prior: Elicited) -> str:
    return f"{prior.label}: {prior.of}" if prior.of else prior.label


def _dates(start: datetime | None, end: datetime | None) -> tuple[str, str]:
    return ("" if start is None else start.date().isoformat(), "" if end is None else end.date().isoformat())


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
