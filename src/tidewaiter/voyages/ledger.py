"""From posterior paths to voyages per draw, and from those to one ledger of calls a person can read."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.model.tables import INFERRED_CALLS, TIME, VOYAGE_DRAWS
from tidewaiter.voyages.fleet import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tidewaiter.voyages.fleet import Anchor, Fleet
    from tidewaiter.voyages.grid import Grid

MIN_PROBABILITY = 0.5  # an unseen call stands in the ledger of its own when it is more likely than not


class Stays(msgspec.Struct, frozen=True):
    """Every stay at the origin in every draw and what followed, as columns (n,) sorted by draw and arrival.

    Attributes:
        draw, hull: which path.
        first, last: steps at the origin.
        d_phase: phase of the destination reached afterwards, 0 if none was.
        d_first, d_last: steps at the destination, -1 if none was reached.
        exact: (n, 4) arrival and departure at the origin, arrival and departure at the destination, in steps, spread
            evenly inside the step in which they fall; nan where unknown.
    """

    draw: NDArray[np.int64]
    hull: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    d_phase: NDArray[np.int64]
    d_first: NDArray[np.int64]
    d_last: NDArray[np.int64]
    exact: NDArray[np.float64]


def read_stays(paths: NDArray[np.int8], rng: np.random.Generator) -> Stays:
    """Read the stays off posterior paths, (draws, hulls, steps)."""
    _, hulls, steps = paths.shape
    draw, hull, first, last = _runs(paths == ORIGIN)
    to_draw, to_hull, to_first, to_last = _runs((paths >= 4) & (paths % 2 == 0))

    # the destination of a stay is the next one of the same path, if it comes before the next stay there
    lane, to_lane = draw * hulls + hull, to_draw * hulls + to_hull
    following = np.append(first[1:], steps)
    limit = np.where(np.append(lane[1:], -1) == lane, following, steps)
    nearest = np.searchsorted(to_lane * steps + to_first, lane * steps + last)
    found = nearest < len(to_lane)
    index = nearest[found]
    found[found] = (to_lane[index] == lane[found]) & (to_first[index] < limit[found])
    index = nearest[found]
    d_first, d_last, d_phase = (np.full(len(draw), x) for x in (-1, -1, 0))
    d_first[found], d_last[found] = to_first[index], to_last[index]
    d_phase[found] = paths[draw[found], hull[found], d_first[found]]

    u = rng.random((len(draw), 4))
    exact = np.full((len(draw), 4), np.nan)
    exact[:, 0] = first + 0.5 - u[:, 0]
    ended = last < steps - 1
    exact[ended, 1] = (last + 0.5 + u[:, 1])[ended]
    exact[found, 2] = np.maximum(d_first + 0.5 - u[:, 2], exact[:, 1])[found]
    left = found & (d_last < steps - 1)
    exact[left, 3] = np.maximum(d_last + 0.5 + u[:, 3], exact[:, 2])[left]

    order = np.lexsort((hull, first, draw))
    path = (draw[order], hull[order])
    return Stays(*path, first[order], last[order], d_phase[order], d_first[order], d_last[order], exact[order])


def _runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    """(draw, hull, first step, last step) of each run of True along the last axis, in that order."""
    edge = np.zeros((*mask.shape[:2], 1), np.bool_)
    draw, hull, first = np.nonzero(mask & ~np.concatenate([edge, mask[:, :, :-1]], axis=2))
    *_, last = np.nonzero(mask & ~np.concatenate([mask[:, :, 1:], edge], axis=2))
    return draw, hull, first, last


def times(grid: Grid, fractions: NDArray[np.float64]) -> pa.Array:
    """Positions on the grid (steps, nan = unknown) as UTC timestamps."""
    start = int(grid.start.timestamp() * 1e6)
    step = grid.step / timedelta(microseconds=1)
    micros = np.round(np.nan_to_num(fractions) * step).astype(np.int64) + start
    return pa.array(micros, pa.timestamp("us", tz="UTC"), mask=np.isnan(fractions))


def voyage_draws(fleet: Fleet, grid: Grid, stays: Stays, shown: NDArray[np.bool_]) -> pa.Table:
    """All stays at the origin inside the window, with what followed, as VOYAGE_DRAWS.

    Args:
        fleet: names of hulls and places.
        grid: the time grid.
        stays: of all draws.
        shown: (stays,) which of them a reading shows.
    """
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
            "detection_id": pa.nulls(int(keep.sum()), pa.string()),
            "seen": pa.array(shown[keep]),
        },
        schema=VOYAGE_DRAWS,
    )


def _in_window(grid: Grid, stays: Stays) -> NDArray[np.bool_]:
    """A call belongs to the window when its stay reaches into it: a ship that lies there at the opening counts."""
    return np.asarray(np.nan_to_num(stays.exact[:, 1], nan=np.inf) > grid.fraction(grid.window.start))


def build_ledger(
    fleet: Fleet, grid: Grid, stays: Stays, anchors: Sequence[Anchor], draws: int
) -> tuple[pa.Table, NDArray[np.bool_]]:
    """One row per call, as INFERRED_CALLS; and (stays,) which stays are the calls that readings show.

    Seen calls come first from the evidence: readings that show a ship at the origin, or at a destination afterwards,
    are joined when most draws put them into the same stay. Between two seen calls, and before the first and after the
    last, the calls nobody saw are ranked by arrival in each draw; the j-th unseen call of such a gap gets a row when
    more than half of the draws have at least j of them. A ship heard at a destination may lie there without a voyage of
    the line: that alone shows no call, and stands beside the inferred one that most draws explain it by. Ends are the
    2.5 % and 97.5 % points over the draws.
    """
    keep = _in_window(grid, stays)
    of_anchor = [_stay_of_anchor(fleet, stays, a, draws) for a in anchors]
    groups = _join(of_anchor)
    taken = np.zeros(len(stays.draw), np.bool_)
    seen = []
    hints = []
    for members in groups:
        stay = np.full(draws, -1)
        for i in members:
            stay = np.where(stay < 0, of_anchor[i], stay)
        rows = stay[stay >= 0]
        rows = rows[keep[rows]]
        if len(rows) < 0.05 * draws:
            continue
        if not any(anchors[i].alone for i in members):
            hints.append((rows, [anchors[i] for i in members]))
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
            found = [a for hinted, some in hints if np.isin(rows, hinted).mean() > 0.5 for a in some]
            entries.append((*_row(fleet, grid, stays, rows, draws), "inferred", found))
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
    return pa.Table.from_pylist([e[0] for e in entries], schema=INFERRED_CALLS), taken


def _stay_of_anchor(fleet: Fleet, stays: Stays, anchor: Anchor, draws: int) -> NDArray[np.int64]:
    """Row of `stays` in each draw that explains the anchor, -1 where none does; (draws,)."""
    if anchor.phase == ORIGIN:
        fits = (stays.first <= anchor.first) & (stays.last >= anchor.last)
    else:
        fits = (stays.d_phase == anchor.phase) & (stays.d_first <= anchor.first) & (stays.d_last >= anchor.last)
    if anchor.vessels:
        fits &= np.array([hull in anchor.vessels for hull in fleet.hulls])[stays.hull]
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


def _row(fleet: Fleet, grid: Grid, stays: Stays, rows: NDArray[np.int64], draws: int) -> tuple[dict[str, Any], float]:
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
    row: dict[str, Any] = dict(
        zip(("arrival_earliest", "arrival_latest", "departure_earliest", "departure_latest"), t, strict=True)
    )
    probability = min(len(rows) / draws, 1.0)
    row |= {"vessel_weights": weights, "probability": round(probability, 3)}
    return row, probability


def _respect_evidence(row: dict[str, Any], anchors: Sequence[Anchor]) -> None:
    """A ship that was seen had arrived by then and had not left: the step of the grid is coarser than the evidence.

    Where it was heard elsewhere before and after, it cannot have come sooner or gone later.
    """
    at_origin = [a for a in anchors if a.phase == ORIGIN]
    if not at_origin:
        return
    first, last = min(a.t_first for a in at_origin), max(a.t_last for a in at_origin)
    not_before = max((a.not_before for a in at_origin if a.not_before and a.t_first == first), default=None)
    not_after = min((a.not_after for a in at_origin if a.not_after and a.t_last == last), default=None)
    for column in ("arrival_earliest", "arrival_latest"):
        row[column] = min(row[column], first)
        if not_before is not None:
            row[column] = max(row[column], not_before)
    for column in ("departure_earliest", "departure_latest"):
        if row[column] is not None:
            row[column] = max(row[column], last)
            if not_after is not None:
                row[column] = min(row[column], not_after)
    if row["departure_latest"] is None and not_after is not None:
        row["departure_latest"] = not_after
