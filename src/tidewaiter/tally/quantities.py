"""Voyages x load x content: draw by draw, per period, scenarios apart."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tally.content import Content, Holdings
from tidewaiter.tally.loads import LoadPosterior, draw_loads, fit_loads, read_loads

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from tidewaiter.model import Case, Scenario, Window

UNKNOWN = np.iinfo(np.int64).max


class Tally:
    """Posterior totals of a case over any period, from what was seen and counted; claims play no part.

    Every total is an array over the same draws, (draws,) float64, so totals can be compared draw by draw. Periods are
    half-open and aware UTC; None leaves an end at the end of the window. A call counts when it arrives at the origin
    (one that lies there when the window opens counts at the opening); a voyage and its load count when it reaches the
    destination.

    Attributes:
        scenarios: by id.
        contents: the same scenarios as functions of their coordinates.
        unit: the load unit.
        window: of the case.
        size: number of draws.
        loads_model: posterior of the load model.
        content_z: by scenario, (draws, coordinates) behind its content.
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
        items = {i.id: i for i in case.items}
        self.scenarios: Mapping[str, Scenario] = {s.id: s for s in case.scenarios}
        self.contents: Mapping[str, Content] = {s.id: Content(s, items[s.item]) for s in case.scenarios}
        self.unit = case.load_model.unit
        self.window: Window = case.window
        self.size = draws
        self._draw = voyages["draw"].to_numpy().astype(np.int64)
        self._vessels = list(dict.fromkeys(v.id for v in case.vessels))
        self._vessel = _codes(voyages["vessel_id"], self._vessels)
        self._destinations = list(dict.fromkeys(leg.destination for leg in case.legs))
        self._destination = _codes(voyages["destination_id"], self._destinations)
        self._seen = np.asarray(voyages["seen"].fill_null(False).to_numpy(), np.bool_)  # noqa: FBT003 - pyarrow takes it by position
        arrival, departure, reached = (_micros(voyages[c]) for c in ("arrival", "departure", "destination_arrival"))
        self._arrival = np.maximum(arrival, _instant(case.window.start, 0))
        self._reached = reached
        readings, self.notices = read_loads(case, loads)
        rng = np.random.default_rng([seed, 1 << 22])
        self.loads_model: LoadPosterior = fit_loads(case, readings, draws, rng)
        detections = tuple(pc.unique(voyages["detection_id"]).drop_null().to_pylist())
        self._load, self._counted = draw_loads(
            self.loads_model,
            self._draw,
            self._vessel,
            arrival,
            departure,
            _codes(voyages["detection_id"], list(detections)),
            detections,
            rng,
        )
        prior = {s: c.prior(draws, [seed, zlib.crc32(s.encode())]) for s, c in self.contents.items()}
        self.content_z: Mapping[str, NDArray[np.float64]] = {s: z for s, (z, _) in prior.items()}
        self._holdings = {s: held for s, (_, held) in prior.items()}
        self._totals: dict[tuple[object, ...], NDArray[np.float64]] = {}

    def calls(
        self, start: datetime | None = None, end: datetime | None = None, vessel: str | None = None
    ) -> NDArray[np.float64]:
        """Calls at the origin that arrive in ``[start, end)``, of all vessels or of one."""

        def total() -> NDArray[np.float64]:
            chosen = self._in(self._arrival, start, end)
            return self._sum(chosen if vessel is None else chosen & (self._vessel == self._vessels.index(vessel)), None)

        return self._once(("calls", start, end, vessel), total)

    def voyages(
        self, start: datetime | None = None, end: datetime | None = None, *, seen: bool | None = None
    ) -> NDArray[np.float64]:
        """Voyages that reach a destination in ``[start, end)``; only those that a reading shows, or only the others."""

        def total() -> NDArray[np.float64]:
            chosen = self._in(self._reached, start, end)
            return self._sum(chosen if seen is None else chosen & (self._seen == seen), None)

        return self._once(("voyages", start, end, seen), total)

    def loads(
        self, start: datetime | None = None, end: datetime | None = None, *, counted: bool | None = None
    ) -> NDArray[np.float64]:
        """Load units that reach a destination in ``[start, end)``, loaded channel only; counted ones, or the others."""

        def total() -> NDArray[np.float64]:
            chosen = self._in(self._reached, start, end)
            return self._sum(chosen if counted is None else chosen & (self._counted == counted), self._load)

        return self._once(("loads", start, end, counted), total)

    def loads_without(
        self, legs: Collection[str], vessels: Collection[str], start: datetime | None, end: datetime | None
    ) -> NDArray[np.float64]:
        """Load units of a period without those to some destinations and without those of some vessels."""
        chosen = self._in(self._reached, start, end)
        chosen &= ~np.isin(self._destination, [self._destinations.index(d) for d in legs])
        chosen &= ~np.isin(self._vessel, [self._vessels.index(v) for v in vessels])
        return self._sum(chosen, self._load)

    def items(self, scenario: str, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Items that reach a destination in ``[start, end)`` if the scenario holds."""
        return self.loads(start, end) * self.factor(scenario)

    def factor(self, scenario: str) -> NDArray[np.float64]:
        """Items per load unit under a scenario, the share of units that hold the item included."""
        return np.exp(self._holdings[scenario].items)

    def holdings(self, scenario: str) -> Holdings:
        """What a load unit holds under a scenario, by its prior."""
        return self._holdings[scenario]

    def load_per_voyage(self) -> NDArray[np.float64]:
        """Mean load of a voyage of the fleet."""
        return self.loads_model.per_voyage()

    def _once(self, key: tuple[object, ...], make: Callable[[], NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return a total that was asked for before without summing it again; it cannot be written to."""
        if key not in self._totals:
            total = make()
            total.flags.writeable = False
            self._totals[key] = total
        return self._totals[key]

    def _in(self, t: NDArray[np.int64], start: datetime | None, end: datetime | None) -> NDArray[np.bool_]:
        low = max(_instant(start, 0), _instant(self.window.start, 0))
        high = min(_instant(end, UNKNOWN), _instant(self.window.end, UNKNOWN))
        return np.asarray((t >= low) & (t < high))

    def _sum(self, chosen: NDArray[np.bool_], weights: NDArray[np.float64] | None) -> NDArray[np.float64]:
        w = None if weights is None else weights[chosen]
        return np.bincount(self._draw[chosen], weights=w, minlength=self.size).astype(np.float64)


def _codes(column: pa.ChunkedArray, known: list[str]) -> NDArray[np.int64]:
    """Position of each value in `known`, -1 where it is null or not in it."""
    found = pc.index_in(column, value_set=pa.array(known, pa.string()), skip_nulls=True)
    return np.asarray(found.fill_null(-1).to_numpy(), np.int64)


def _micros(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Timestamps as UTC microseconds, the largest integer where unknown."""
    filled = column.cast(pa.int64()).fill_null(UNKNOWN)
    return np.asarray(filled.to_numpy(), np.int64)


def _instant(t: datetime | None, default: int) -> int:
    return default if t is None else int(t.timestamp() * 1e6)
