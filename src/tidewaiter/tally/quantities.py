"""Voyages x load x content: draw by draw, per period, scenarios apart."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.tally.loads import Z95, LoadPosterior, draw_loads, fit_loads, read_loads

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from tidewaiter.model import Case, Scenario, Window

UNKNOWN = np.iinfo(np.int64).max


class Tally:
    """Posterior totals of a case over any period.

    Every total is an array over the same draws, (draws,) float64, so totals can be compared draw by draw. Periods are
    half-open and aware UTC; None leaves an end at the end of the window. A call counts when it arrives at the origin
    (one that lies there when the window opens counts at the opening); a voyage and its load count when it reaches the
    destination.

    Attributes:
        scenarios: by id.
        unit: the load unit.
        window: of the case.
        size: number of draws.
        loads_model: posterior of the load model.
        notices: load readings that were left out, and why.
    """

    def __init__(self, case: Case, voyages: pa.Table, loads: pa.Table, draws: int, seed: int) -> None:
        """Draw loads for all voyages.

        Args:
            case: vessels, load model and scenarios.
            voyages: VOYAGE_DRAWS, sorted by draw.
            loads: readings of loads.
            draws: number of draws in `voyages`.
            seed: of the load and content draws.
        """
        self.scenarios: Mapping[str, Scenario] = {s.id: s for s in case.scenarios}
        self.unit = case.load_model.unit
        self.window: Window = case.window
        self.size = draws
        self._seed = seed
        self._draw = voyages["draw"].to_numpy().astype(np.int64)
        vessels = list(dict.fromkeys(v.id for v in case.vessels))
        index = {v: i for i, v in enumerate(vessels)}
        self._vessel = np.array([index[v] for v in voyages["vessel_id"].to_pylist()], np.int64)
        self._vessels = vessels
        arrival, departure, reached = (_micros(voyages[c]) for c in ("arrival", "departure", "destination_arrival"))
        self._arrival = np.maximum(arrival, _instant(case.window.start, 0))
        self._reached = reached
        readings, self.notices = read_loads(case, loads)
        rng = np.random.default_rng([seed, 1 << 22])
        self.loads_model: LoadPosterior = fit_loads(case, readings, draws, rng)
        self._load = draw_loads(self.loads_model, self._draw, self._vessel, arrival, departure, rng)

    def calls(
        self, start: datetime | None = None, end: datetime | None = None, vessel: str | None = None
    ) -> NDArray[np.float64]:
        """Calls at the origin that arrive in ``[start, end)``, of all vessels or of one."""
        chosen = self._in(self._arrival, start, end)
        if vessel is not None:
            chosen &= self._vessel == self._vessels.index(vessel)
        return self._sum(chosen, None)

    def voyages(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Voyages that reach a destination in ``[start, end)``."""
        return self._sum(self._in(self._reached, start, end), None)

    def loads(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Load units that reach a destination in ``[start, end)``, loaded channel only."""
        return self._sum(self._in(self._reached, start, end), self._load)

    def items(self, scenario: str, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Items that reach a destination in ``[start, end)`` if the scenario holds."""
        return self.loads(start, end) * self.factor(scenario)

    def factor(self, scenario: str) -> NDArray[np.float64]:
        """Items per load unit under a scenario, the share of units that hold the item included."""
        s = self.scenarios[scenario]
        rng = np.random.default_rng([self._seed, zlib.crc32(scenario.encode())])
        q = s.per_unit
        factor = np.exp(math.log(q.p50) + math.log(q.p95 / q.p5) / (2 * Z95) * rng.standard_normal(self.size))
        if s.share is not None:
            low, mid, high = (
                math.log(x / (1 - x)) for x in (min(p, 0.999) for p in (s.share.p5, s.share.p50, s.share.p95))
            )
            factor /= 1 + np.exp(-(mid + (high - low) / (2 * Z95) * rng.standard_normal(self.size)))
        return np.asarray(factor, np.float64)

    def load_per_voyage(self) -> NDArray[np.float64]:
        """Mean load of a voyage of the fleet."""
        m = self.loads_model
        return np.asarray(np.exp(m.mu + m.spread**2 / 2), np.float64)

    def _in(self, t: NDArray[np.int64], start: datetime | None, end: datetime | None) -> NDArray[np.bool_]:
        low = max(_instant(start, 0), _instant(self.window.start, 0))
        high = min(_instant(end, UNKNOWN), _instant(self.window.end, UNKNOWN))
        return np.asarray((t >= low) & (t < high))

    def _sum(self, chosen: NDArray[np.bool_], weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
        w = None if weights is None else weights[chosen]
        return np.bincount(self._draw[chosen], weights=w, minlength=self.size).astype(np.float64)


def _micros(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Timestamps as UTC microseconds, the largest integer where unknown."""
    filled = column.cast(pa.int64()).fill_null(UNKNOWN)
    return np.asarray(filled.to_numpy(), np.int64)


def _instant(t: datetime | None, default: int) -> int:
    return default if t is None else int(t.timestamp() * 1e6)
