"""From posterior paths to voyages per draw, and from those to one ledger of calls a person can read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tidewaiter.model.tables import INFERRED_CALLS, TIME, VOYAGE_DRAWS
from tidewaiter.voyages.observations import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tidewaiter.voyages.grid import Grid
    from tidewaiter.voyages.observations import Anchor, Fleet

MIN_PROBABILITY = 0.5  # an unseen call stands in the ledger of its own when it is more likely than not


class Stays:
    """Every stay at the origin in every draw, as columns sorted by draw and arrival step.

    Columns (int64 unless said): draw, hull, first and last step at the origin, phase, first and last step at the
    destination (-1 while not reached or still there); ``exact`` float64 (n, 4): the four ends in steps, spread evenly
    inside the step in which they fall, nan where unknown.
    """

    def __init__(self, paths: NDArray[np.int8], rng: np.random.Generator) -> None:
        draws, hulls, steps = paths.shape
        here = paths == ORIGIN
        edge = np.zeros((draws, hulls, 1), np.bool_)
        starts = here & ~np.concatenate([edge, here[:, :, :-1]], axis=2)
        ends = here & ~np.concatenate([here[:, :, 1:], edge], axis=2)
        self.draw, self.hull, self.first = np.nonzero(starts)
        _, _, self.last = np.nonzero(ends)

        at_dest = (paths >= 4) & (paths % 2 == 0)
        d_starts = at_dest & ~np.concatenate([edge, at_dest[:, :, :-1]], axis=2)
        d_ends = at_dest & ~np.concatenate([at_dest[:, :, 1:], edge], axis=2)
        lane = self.draw * hulls + self.hull
        sd, sh, sk = np.nonzero(d_starts)
        _, _, ek = np.nonzero(d_ends)
        key = (sd * hulls + sh) * (steps + 1) + sk
        nearest = np.searchsorted(key, lane * (steps + 1) + self.last)
        found = nearest < len(key)
        found[found] &= (sd * hulls + sh)[nearest[found]] == lane[found]
        # the destination must belong to this voyage: it starts before the next stay at the origin of the same hull
        following = np.append(self.first[1:], 0)
        same_lane = np.append(lane[1:] == lane[:-1], False)  # noqa: FBT003
        limit = np.where(same_lane, following, steps)
        found[found] &= sk[nearest[found]] < limit[found]
        self.d_first = np.where(found, sk[np.minimum(nearest, max(len(sk) - 1, 0))] if len(sk) else -1, -1)
        self.d_last = np.where(found, ek[np.minimum(nearest, max(len(ek) - 1, 0))] if len(ek) else -1, -1)
        self.d_phase = np.where(found, paths[self.draw, self.hull, np.maximum(self.d_first, 0)], 0)

        u = rng.random((len(self.draw), 4))
        self.exact = np.full((len(self.draw), 4), np.nan)
        self.exact[:, 0] = self.first + 0.5 - u[:, 0]
        ended = self.last < steps - 1
        self.exact[ended, 1] = self.last[ended] + 0.5 + u[ended, 1]
        self.exact[found, 2] = np.maximum(self.d_first + 0.5 - u[:, 2], self.exact[:, 1])[found]
        left = found & (self.d_last < steps - 1)
        self.exact[left, 3] = (self.d_last + 0.5 + u[:, 3])[left]

        order = np.lexsort((self.hull, self.first, self.draw))
        for name in ("draw", "hull", "first", "last", "d_first", "d_last", "d_phase", "exact"):
            setattr(self, name, getattr(self, name)[order])


def times(grid: Grid, fractions: NDArray[np.float64]) -> pa.Array:
    """Positions on the grid (steps, nan = unknown) as UTC timestamps."""
    start = int(grid.start.timestamp() * 1e6)
    step = grid.step / timedelta(microseconds=1)
    micros = np.round(np.nan_to_num(fractions) * step).astype(np.int64) + start
    return pa.array(micros, pa.timestamp("us", tz="UTC"), mask=np.isnan(fractions))


def voyage_draws(fleet: Fleet, grid: Grid, stays: Stays) -> pa.Table:
    """All stays at the origin inside the window, with what followed, as VOYAGE_DRAWS."""
    keep = _in_window(grid, stays)
    hulls = pa.array(fleet.hulls).take(pa.array(stays.hull[keep]))
    dest = pa.array([None, *fleet.destinations], pa.string())
    column = np.where(stays.d_phase[keep] > 0, (stays.d_phase[keep] - 4) // 2 + 1, 0)
    return pa.table(
        {
            "draw": pa.array(stays.draw[keep], pa.int32()),
            "vessel_id": hulls,
            "origin_id": pa.array([fleet.origin] * int(keep.sum()), pa.string()),
            "destination_id": dest.take(pa.array(column)),
            "arrival": times(grid, stays.exact[keep, 0]),
            "departure": times(grid, stays.exact[keep, 1]),
            "destination_arrival": times(grid, stays.exact[keep, 2]),
            "destination_departure": times(grid, stays.exact[keep, 3]),
        },
        schema=VOYAGE_DRAWS,
    )


def _in_window(grid: Grid, stays: Stays) -> NDArray[np.bool_]:
    """A call belongs to the window when its stay reaches into it: a ship that lies there at the opening counts."""
    assert grid.window.start is not None  # noqa: S101 - make_grid refuses open windows
    return np.nan_to_num(stays.exact[:, 1], nan=np.inf) > grid.fraction(grid.window.start)


def build_ledger(fleet: Fleet, grid: Grid, stays: Stays, anchors: Sequence[Anchor], draws: int) -> pa.Table:
    """One row per call, as INFERRED_CALLS.

    Seen calls come first from the evidence: readings that show a ship at the origin, or at a destination afterwards,
    are joined when most draws put them into the same stay. Between two seen calls, and before the first and after the
    last, the calls nobody saw are ranked by arrival in each draw; the j-th unseen call of such a gap gets a row when
    more than half of the draws have at least j of them. Ends are the 2.5 % and 97.5 % points over the draws.
    """
    starts = np.searchsorted(stays.draw, np.arange(draws + 1))
    keep = _in_window(grid, stays)
    of_anchor = [_stay_of_anchor(stays, starts, a, draws) for a in anchors]
    groups = _join(of_anchor)
    taken = np.zeros(len(stays.draw), np.bool_)
    seen = []
    for members in groups:
        stay = np.full(draws, -1)
        for i in members:
            stay = np.where(stay < 0, of_anchor[i], stay)
        rows = stay[stay >= 0]
        rows = rows[keep[rows]]
        if len(rows) < 0.05 * draws:
            continue
        taken[rows] = True
        seen.append((float(np.median(stays.first[rows])), rows, [anchors[i] for i in members]))
    seen.sort(key=lambda x: x[0])

    entries = [(*_row(fleet, grid, stays, rows, draws), "seen", found) for _, rows, found in seen]
    edges = np.array([-np.inf, *[x[0] for x in seen], np.inf])
    free = np.flatnonzero(keep & ~taken)
    gap = np.searchsorted(edges, stays.first[free], side="right") - 1
    for g in range(len(edges) - 1):
        mine = free[gap == g]
        if len(mine) == 0:
            continue
        rank = np.arange(len(mine)) - np.searchsorted(stays.draw[mine], stays.draw[mine])
        for j in range(int(rank.max()) + 1):
            rows = mine[rank == j]
            if len(rows) <= MIN_PROBABILITY * draws:
                break
            entries.append((*_row(fleet, grid, stays, rows, draws), "inferred", []))
    entries.sort(key=lambda e: (e[0]["arrival_earliest"], e[0]["arrival_latest"]))
    width = max(3, len(str(len(entries))))
    for n, (row, _, basis, found) in enumerate(entries, 1):
        row |= {
            "call_id": f"call-{n:0{width}d}",
            "place_id": fleet.origin,
            "basis": basis,
            "readings": sorted({a.reading for a in found}),
        }
        _respect_evidence(row, found)
    return pa.Table.from_pylist([e[0] for e in entries], schema=INFERRED_CALLS)


def _stay_of_anchor(stays: Stays, starts: NDArray[np.int64], anchor: Anchor, draws: int) -> NDArray[np.int64]:
    """Row of `stays` in each draw that explains the anchor, -1 where none does; (draws,)."""
    if anchor.phase == ORIGIN:
        fits = (stays.first <= anchor.first) & (stays.last >= anchor.last)
    else:
        fits = (stays.d_phase == anchor.phase) & (stays.d_first <= anchor.first) & (stays.d_last >= anchor.last)
    rows = np.flatnonzero(fits)
    out = np.full(draws, -1)
    out[stays.draw[rows][::-1]] = rows[::-1]  # the earliest arrival wins when two ships could explain it
    return out


def _join(of_anchor: list[NDArray[np.int64]]) -> list[list[int]]:
    groups: list[tuple[NDArray[np.int64], list[int]]] = []
    for i, stay in enumerate(of_anchor):
        for reference, members in groups:
            both = (reference >= 0) & (stay >= 0)
            if both.sum() > 0.5 * max((stay >= 0).sum(), 1) and (reference[both] == stay[both]).mean() > 0.5:
                members.append(i)
                reference[:] = np.where(reference < 0, stay, reference)
                break
        else:
            groups.append((stay.copy(), [i]))
    return [members for _, members in groups]


def _row(
    fleet: Fleet, grid: Grid, stays: Stays, rows: NDArray[np.int64], draws: int
) -> tuple[dict[str, object], float]:
    share = Counter(fleet.hulls[h] for h in stays.hull[rows])
    weights = [(v, round(n / len(rows), 3)) for v, n in sorted(share.items()) if n / len(rows) >= 0.005]
    arrival = stays.exact[rows, 0]
    departure = stays.exact[rows, 1]
    known = departure[~np.isnan(departure)]
    ends = np.array(
        [*np.quantile(arrival, [0.025, 0.975]), *(np.quantile(known, [0.025, 0.975]) if len(known) else [np.nan] * 2)]
    )
    if np.isnan(departure).mean() > 0.025:
        ends[3] = np.nan  # it may still be there when the window closes
    t = [x.as_py() for x in times(grid, np.round(ends * 4) / 4).cast(TIME)]
    row: dict[str, object] = dict(
        zip(("arrival_earliest", "arrival_latest", "departure_earliest", "departure_latest"), t, strict=True)
    )
    probability = min(len(rows) / draws, 1.0)
    row |= {"vessel_weights": weights, "probability": round(probability, 3)}
    return row, probability


def _respect_evidence(row: dict[str, object], anchors: Sequence[Anchor]) -> None:
    """A ship that was seen had arrived by then and had not left: the step of the grid is coarser than the evidence."""
    at_origin = [a for a in anchors if a.phase == ORIGIN]
    if not at_origin:
        return
    first: datetime = min(a.t_first for a in at_origin)
    last: datetime = max(a.t_last for a in at_origin)
    arrival, departure = row["arrival_latest"], row["departure_earliest"]
    if arrival is not None and arrival > first:  # type: ignore[operator]
        row["arrival_latest"] = first
        row["arrival_earliest"] = min(row["arrival_earliest"], first)  # type: ignore[type-var]
    if departure is not None and departure < last:  # type: ignore[operator]
        row["departure_earliest"] = last
        if row["departure_latest"] is not None:
            row["departure_latest"] = max(row["departure_latest"], last)  # type: ignore[type-var]
