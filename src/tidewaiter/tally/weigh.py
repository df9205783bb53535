"""The tally with the claims in it: one fit for voyages and load, one for each scenario that learns, the same questions."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.inference import law
from tidewaiter.tally.claim import read_claims
from tidewaiter.tally.fusion import PARTICLES, Fit, fit_claims
from tidewaiter.tally.observed import Observed, observe
from tidewaiter.tally.origins import trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case
    from tidewaiter.tally.content import Holdings
    from tidewaiter.tally.quantities import Tally

FEW = 200  # draws of the tally below which the ends of an interval with claims wander


class Totals(msgspec.Struct, frozen=True):
    """Totals of one scenario over any period, with claims or without; arrays over the same draws.

    Attributes:
        tally: gives calls, voyages and load.
        index: (draws,) draw of the tally behind each.
        holdings: what a load unit holds; None where no content is asked.
        routes: (draws, legs) log load on the legs that are not measured, relative to the measured ones.
    """

    tally: Tally
    index: NDArray[np.int64]
    holdings: Holdings | None
    routes: NDArray[np.float64]

    def calls(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Calls at the origin."""
        return self.tally.calls(start, end)[self.index]

    def voyages(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Voyages that reach a destination."""
        return self.tally.voyages(start, end)[self.index]

    def loads(
        self, start: datetime | None = None, end: datetime | None = None, *, all_routes: bool = False
    ) -> NDArray[np.float64]:
        """Load units on the measured legs, or on all legs that declare what they carry."""
        measured = self.tally.loads(start, end)[self.index]
        return measured * (1 + np.exp(self.routes).sum(axis=1)) if all_routes else measured

    def items(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        all_routes: bool = False,
        usable: bool = False,
    ) -> NDArray[np.float64]:
        """Items in those load units, all of them or the usable ones."""
        if self.holdings is None:
            raise ValueError("items need a scenario")
        per_unit = np.exp(self.holdings.items + (self.holdings.usable if usable else 0.0))
        return self.loads(start, end, all_routes=all_routes) * per_unit


class Weighed(msgspec.Struct, frozen=True):
    """What the claims do to the tally.

    Attributes:
        observed: the claims sorted.
        fits: by scenario, "" whatever the content; conditional scenarios have none, they learn nothing.
        totals: with claims, by scenario, "" for calls, voyages and load.
        evidence: without claims, likewise.
        notices: (subject, message) for people.
    """

    observed: Observed
    fits: Mapping[str, Fit]
    totals: Mapping[str, Totals]
    evidence: Mapping[str, Totals]
    notices: tuple[tuple[str, str], ...]


def weigh(case: Case, claims: pa.Table, tally: Tally, *, particles: int = PARTICLES) -> Weighed:
    """Let the claims move the tally.

    Args:
        case: its assumptions about sources and claims.
        claims: CLAIMS.
        tally: from what was seen and counted.
        particles: draws of each fit.
    """
    told = read_claims(claims)
    observed = observe(case, told, trace(told, tally.unit))
    fits = {"": fit_claims(case, tally, observed.readings, None, particles=particles)}
    for s in case.scenarios:
        if not s.condition:
            fits[s.id] = fit_claims(case, tally, observed.readings, s, particles=particles)
    totals = {name: Totals(tally, fit.index, fit.holdings, fit.routes) for name, fit in fits.items()}
    for s in case.scenarios:
        if s.condition:
            held = tally.holdings(s.id).take(fits[""].index)
            totals[s.id] = Totals(tally, fits[""].index, held, fits[""].routes)
    notices = [
        ("fit.claims", f"few draws of the tally agree with the claims{_under(name)}; raise `draws`")
        for name, fit in fits.items()
        if fit.readings and fit.distinct < min(FEW, len(fit.index) / 2)
    ]
    if not observed.readings:
        notices.append(("fit.claims", "no claim could be used, so the answer with claims is the answer without"))
    elif len(observed.readings) == 1:
        notices.append(("fit.claims", "one claim alone cannot show how far its source is off"))
    notices += _clashes(observed)
    return Weighed(observed, fits, totals, _without(case, tally), tuple(notices))


def _without(case: Case, tally: Tally) -> dict[str, Totals]:
    legs = [law(leg.relative) for leg in case.legs if leg.relative is not None]
    rng = np.random.default_rng([case.seed, zlib.crc32(b"routes")])
    z = rng.standard_normal((tally.size, len(legs)))
    routes = np.stack([x.log_at(z[:, j]) for j, x in enumerate(legs)], axis=1) if legs else z
    rows = np.arange(tally.size)
    return {"": Totals(tally, rows, None, routes)} | {
        s: Totals(tally, rows, tally.holdings(s), routes) for s in tally.scenarios
    }


def _under(scenario: str) -> str:
    return f' under the scenario "{scenario}"' if scenario else ""


def _clashes(observed: Observed) -> list[tuple[str, str]]:
    """Say where a floor lies above a ceiling on the same thing whose window contains it."""
    found = []
    floors = [r for r in observed.readings if r.kind == "floor"]
    ceilings = [r for r in observed.readings if r.kind == "ceiling"]
    for low in floors:
        for high in ceilings:
            same = (low.quantity, low.unit, low.modes) == (high.quantity, high.unit, high.modes)
            inside = high.start <= low.start and low.end <= high.end
            if same and inside and low.log_value > high.log_value:
                found.append(
                    (f"claims/{low.claim_id}", f"its lower bound lies above the upper bound of {high.claim_id}")
                )
    return found
