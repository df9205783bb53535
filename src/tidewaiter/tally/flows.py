"""Flows known from claims alone (production, consumption, what comes back, people): cumulative counts over time.

The rate of a month walks at random from what the case assumes of the first; paths drawn from that prior take the place
of the tally, and claims choose among them by the same algebra as claims on the line: sources with biases of their own,
points, floors, ceilings, copies that count once.
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.inference import law
from tidewaiter.tally.claim import read_claims
from tidewaiter.tally.fusion import fit_claims
from tidewaiter.tally.observed import Fate, flow_readings
from tidewaiter.tally.origins import trace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Flow, Window
    from tidewaiter.tally.content import Content
    from tidewaiter.tally.observed import Reading

DRAWS = 4000
MONTH = timedelta(days=365.25 / 12)


class Paths:
    """Draws of one flow from its prior; stands where a tally stands in a fit.

    Attributes:
        size: number of draws.
        contents: none; a flow is counted in its own unit.
    """

    def __init__(self, flow: Flow, window: Window, seed: int) -> None:
        """Draw rates for every month of `window`."""
        self.size = DRAWS
        self.contents: Mapping[str, Content] = {}
        self._window = window
        months = max(-(-(window.end - window.start) // MONTH), 1)
        rng = np.random.default_rng([seed, zlib.crc32(flow.id.encode())])
        change = law(flow.monthly_change).at(rng.standard_normal(DRAWS))
        steps = np.concatenate([np.zeros((DRAWS, 1)), rng.standard_normal((DRAWS, months - 1))], axis=1)
        first = law(flow.per_month).log_at(rng.standard_normal(DRAWS))
        self._rate = np.exp(first[:, None] + change[:, None] * np.cumsum(steps, axis=1))
        self._total = np.concatenate([np.zeros((DRAWS, 1)), np.cumsum(self._rate, axis=1)], axis=1)

    def loads(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Amount of the flow in ``[start, end)``, (draws,)."""
        return self._until(end or self._window.end) - self._until(start or self._window.start)

    voyages = loads

    def last_month(self) -> NDArray[np.float64]:
        """Amount in the last mean month of the window, (draws,)."""
        return self.loads(max(self._window.end - MONTH, self._window.start), self._window.end)

    def _until(self, t: datetime) -> NDArray[np.float64]:
        at = np.clip((t - self._window.start) / MONTH, 0.0, self._rate.shape[1])
        month = min(int(at), self._rate.shape[1] - 1)
        return np.asarray(self._total[:, month] + (at - month) * self._rate[:, month])


class FlowPosterior(msgspec.Struct, frozen=True):
    """A flow given the claims on it.

    Attributes:
        paths: draws from the prior; index: (particles,) those that remain.
        readings: claims that entered; fates: of every claim on this flow.
    """

    flow: Flow
    paths: Paths
    index: NDArray[np.int64]
    readings: tuple[Reading, ...]
    fates: dict[str, Fate]

    def total(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Amount in ``[start, end)``, (particles,)."""
        return self.paths.loads(start, end)[self.index]

    def monthly(self) -> NDArray[np.float64]:
        """Amount a month at the end of the window, (particles,)."""
        return self.paths.last_month()[self.index]


def fit_flows(case: Case, claims: pa.Table) -> dict[str, FlowPosterior]:
    """Estimate every flow of the case from the claims on it."""
    told = read_claims(claims)
    traces = trace(told, case.load_model.unit)
    out = {}
    for flow in case.flows:
        paths = Paths(flow, case.window, case.seed)
        readings, fates = flow_readings(case, flow, told, traces)
        fit = fit_claims(case, paths, readings, None)
        out[flow.id] = FlowPosterior(flow, paths, fit.index, tuple(readings), fates)
    return out
