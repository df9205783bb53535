"""AIS laid on the grid: where a ship was heard, and where it cannot have been meanwhile.

A fix at a place of the line shows the ship there, whatever silence lies around it. A fix elsewhere excludes the places
that are out of reach before and after it. Silence itself says nothing: neither that a ship was there nor that it was not.
Only fixes count here; port visits and gaps, which are made from them, name the evidence and count no second time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.voyages.extent import inside, km_at_least
from tidewaiter.voyages.fleet import ORIGIN, Anchor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Vessel
    from tidewaiter.voyages.fleet import Fleet
    from tidewaiter.voyages.grid import Grid

EXCLUDED = 0.03  # left to a state that evidence on one vessel excludes: it may have changed by the middle of the step
WRONG = 0.002  # left, once for each stay that was heard: the number may have been another ship's
IDLE_THERE = 0.1  # a ship at a destination may lie idle there, without a voyage of the line
HELD_H = 12.0  # fixes of one place this near in time leave no room for a round in between
KM_PER_KN_H = 1.852
HOUR_US = 3_600_000_000


class Fixes(msgspec.Struct, frozen=True):
    """Fixes of one hull in the order of time, (n,) each.

    Attributes:
        t: UTC microseconds.
        at: place on the grid in steps; may lie outside it.
        phase: kernel phase of the place of the line it lies at, 0 = elsewhere.
        km: phase -> km from each fix to the nearest place of this phase; absent where none has a position.
    """

    t: NDArray[np.int64]
    at: NDArray[np.float64]
    phase: NDArray[np.int64]
    km: dict[int, NDArray[np.float64]]


class Stay(msgspec.Struct, frozen=True):
    """A run of fixes at one place without a silence in which a round would have room.

    Attributes:
        phase: of the place.
        first, last: fixes of the run.
        steps: of the grid at which the ship was there; at least one.
    """

    phase: int
    first: int
    last: int
    steps: NDArray[np.int64]


def lay_tracks(
    case: Case, fleet: Fleet, grid: Grid, tables: Mapping[str, pa.Table], own: NDArray[np.float64]
) -> list[Anchor]:
    """Lay AIS on the grid.

    Args:
        case: whose numbers were whose when; the greatest speed; places.
        fleet: hulls and phases.
        grid: the time grid.
        tables: `positions`, and `events` where they were found, by the schemas of `model.tables`.
        own: (hulls, phases, steps) relative chances; multiplied in place.

    Returns:
        Stays at places of the line that a port visit names.
    """
    positions = tables["positions"]
    if positions.num_rows == 0:
        return []
    visits = _visits(fleet, tables.get("events"))
    vessels = {v.id: v for v in case.vessels}
    columns = {name: positions[name].to_numpy() for name in ("vessel_key", "t", "lat", "lon")}
    anchors: list[Anchor] = []
    for v, hull in enumerate(fleet.hulls):
        if fleet.hulls.count(hull) > 1:  # which of the interchangeable ships it was is not known
            continue
        mine = _of_vessel(vessels[hull], columns)
        if not mine.any():
            continue
        named = [row for row in visits if row["vessel_id"] == hull]
        fixes = _fixes(case, fleet, grid, {name: column[mine] for name, column in columns.items()}, named)
        stays = list(_stays(fixes, grid))
        own[v] *= chances(fixes, stays, fleet, grid, case.call_model.fastest_kn)
        anchors += _anchors(fixes, stays, named, fleet, hull, case.call_model.fastest_kn)
    return anchors


def chances(fixes: Fixes, stays: Sequence[Stay], fleet: Fleet, grid: Grid, fastest_kn: float) -> NDArray[np.float64]:
    """Return how well each phase fits what was heard of a hull, (phases, steps)."""
    places = at_places(fleet)
    others = [p for p in range(fleet.phases) if p not in places]
    heard = np.zeros((fleet.phases, grid.steps), np.bool_)
    step = np.floor(fixes.at).astype(np.int64)
    on_grid = (step >= 0) & (step < grid.steps)
    heard[fixes.phase[on_grid], step[on_grid]] = True
    told = heard.any(axis=0)
    out = np.ones((fleet.phases, grid.steps))
    for p in range(fleet.phases):
        out[p, told & ~heard[0 if p in others else p]] = EXCLUDED
    for p in places:
        if p in fixes.km:
            out[p, ~told & ~_within_reach(fixes, fixes.km[p], grid, fastest_kn)] = EXCLUDED
    claimed = np.zeros(grid.steps, np.bool_)
    for stay in stays:
        free = stay.steps[~claimed[stay.steps]]
        rest = [p for p in range(fleet.phases) if p != stay.phase]
        out[np.array(rest)[:, None], free] = EXCLUDED
        out[stay.phase, stay.steps] = 1.0  # two stays in one step leave both open
        if len(free):
            middle = free[len(free) // 2]
            out[rest, middle] = WRONG
            if stay.phase != ORIGIN:
                out[0, free] = 1.0
                out[0, middle] = IDLE_THERE
        claimed[stay.steps] = True
    return out


def at_places(fleet: Fleet) -> list[int]:
    """Return the phases in which a ship lies at a place of the line."""
    return [ORIGIN, *(4 + 2 * j for j in range(len(fleet.destinations)))]


def _within_reach(fixes: Fixes, km: NDArray[np.float64], grid: Grid, fastest_kn: float) -> NDArray[np.bool_]:
    """Whether a ship can have been at a place in the middle of each step, given the fixes before and after, (steps,)."""
    middle = np.arange(grid.steps) + 0.5
    need = km / (fastest_kn * KM_PER_KN_H * 24 * grid.step_days)  # steps
    after = np.searchsorted(fixes.at, middle, side="right")
    fits = np.ones(grid.steps, np.bool_)
    known = after > 0
    fits[known] &= (middle[known] - fixes.at[after[known] - 1]) >= need[after[known] - 1]
    known = after < len(fixes.at)
    fits[known] &= (fixes.at[after[known]] - middle[known]) >= need[after[known]]
    return fits


def _stays(fixes: Fixes, grid: Grid) -> Iterator[Stay]:
    if not len(fixes.t):
        return
    breaks = (np.diff(fixes.phase) != 0) | (np.diff(fixes.t) > HELD_H * HOUR_US)
    heads = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    tails = np.concatenate([heads[1:], [len(fixes.t)]]) - 1
    for first, last in zip(heads.tolist(), tails.tolist(), strict=True):
        if fixes.phase[first] == 0:
            continue
        a, b = fixes.at[first], fixes.at[last]
        steps = np.arange(np.ceil(a - 0.5), np.floor(b - 0.5) + 1).astype(np.int64)
        if not len(steps):
            steps = np.array([np.floor((a + b) / 2)], np.int64)
        steps = steps[(steps >= 0) & (steps < grid.steps)]
        if len(steps):
            yield Stay(int(fixes.phase[first]), first, last, steps)


def _anchors(
    fixes: Fixes, stays: Sequence[Stay], visits: Sequence[dict[str, Any]], fleet: Fleet, hull: str, fastest_kn: float
) -> Iterator[Anchor]:
    for stay in stays:
        first, last = _moment(fixes.t[stay.first]), _moment(fixes.t[stay.last])
        named = [
            row
            for row in visits
            if fleet.phase_of[row["place_id"]] == stay.phase and row["first"] <= last and first <= row["last"]
        ]
        if named:
            yield Anchor(
                reading=f"events/{named[0]['event_id']}",
                place_id=named[0]["place_id"],
                phase=stay.phase,
                first=int(stay.steps[0]),
                last=int(stay.steps[-1]),
                t_first=first,
                t_last=last,
                vessels=frozenset({hull}),
                alone=stay.phase == ORIGIN,
                not_before=_bound(fixes, stay, stay.first - 1, fastest_kn),
                not_after=_bound(fixes, stay, stay.last + 1, fastest_kn),
            )


def _bound(fixes: Fixes, stay: Stay, other: int, fastest_kn: float) -> datetime | None:
    """Return when a ship heard elsewhere at fix `other` can at the earliest have come, or must have gone at the latest."""
    if not 0 <= other < len(fixes.t) or fixes.phase[other] == stay.phase:
        return None
    here = stay.first if other < stay.first else stay.last
    hours = fixes.km[stay.phase][other] / (fastest_kn * KM_PER_KN_H) if stay.phase in fixes.km else 0.0
    way = timedelta(hours=float(hours)) if other < stay.first else -timedelta(hours=float(hours))
    bound = _moment(fixes.t[other]) + way
    seen = _moment(fixes.t[here])
    return min(bound, seen) if other < stay.first else max(bound, seen)


def _visits(fleet: Fleet, events: pa.Table | None) -> list[dict[str, Any]]:
    """Port visits at places of the line, each with `first` and `last`, between which the ship was heard there."""
    if events is None:
        return []
    found = [e for e in events.to_pylist() if e["kind"] == "port_visit" and e["place_id"] in fleet.phase_of]
    return [
        {**e, "first": e["arrival_latest"] or e["start"], "last": e["departure_earliest"] or e["end"] or e["start"]}
        for e in found
    ]


def _fixes(
    case: Case, fleet: Fleet, grid: Grid, columns: Mapping[str, NDArray[Any]], visits: Sequence[dict[str, Any]]
) -> Fixes:
    order = np.lexsort((columns["lon"], columns["lat"], columns["t"]))
    t, lat, lon = (columns[name][order] for name in ("t", "lat", "lon"))
    phase = np.zeros(len(t), np.int64)
    km: dict[int, NDArray[np.float64]] = {}
    for place in case.places:
        p = fleet.phase_of.get(place.id)
        if p is None:
            continue
        phase[inside(place, lat, lon)] = p
        far = km_at_least(place, lat, lon)
        if far is not None:
            km[p] = np.minimum(km[p], far) if p in km else far
    for row in visits:  # a visit goes on while the ship swings a little beyond the rim of the place
        phase[(t >= _micros(row["first"])) & (t <= _micros(row["last"]))] = fleet.phase_of[row["place_id"]]
    return Fixes(t, (t - _micros(grid.start)) / (grid.step / timedelta(microseconds=1)), phase, km)


def _of_vessel(vessel: Vessel, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    key, t = columns["vessel_key"], columns["t"]
    mine = np.zeros(len(key), np.bool_)
    for number in vessel.mmsi:
        if number.value.isdigit():
            start, end = number.during.start, number.during.end
            now = (t >= (-(2**62) if start is None else _micros(start))) & (
                t < (2**62 if end is None else _micros(end))
            )
            mine |= (key == int(number.value)) & now
    mine &= np.isfinite(columns["lat"]) & np.isfinite(columns["lon"])
    return mine


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1e6)


def _moment(micros: np.int64) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(micros))
