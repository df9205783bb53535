"""Silences that leave room for a visit: is there time to go there, stay, and come back, and does the course lead there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tidewaiter.tracks.earth import NAUTICAL_MILE_KM
from tidewaiter.tracks.shuttles.history import HOUR_US, OTHER, latest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.shuttles.ends import End
    from tidewaiter.tracks.shuttles.history import Floats, History, Ints
    from tidewaiter.tracks.shuttles.thresholds import Shuttling


class Rooms(NamedTuple):
    """Silences that leave room for a visit at the other end; (n,) each."""

    silence: Ints  # its number
    stay: Ints  # at an end of the line; the last one before, or the one it falls into
    within: NDArray[np.bool_]  # it falls into that stay
    room_h: Floats  # for the visit


def rooms(history: History, ends: tuple[End, End], left: Ints, rule: Shuttling) -> Rooms:
    """Return the silences that leave room for a visit at the other end.

    Args:
        history: of the fleet.
        ends: origin and destination.
        left: stays at an end after which the next call is at the same end, ascending; silences between these two, and
            within any stay at an end, are looked at.
        rule: the fastest voyage and the shortest stay.
    """
    stays, quiet = history.stays, history.silences
    at = latest(stays, quiet.vessel, quiet.start)
    row = np.flatnonzero(at >= 0)
    stay = at[row]
    within = (quiet.end[row] <= stays.end[stay]) & (stays.kind[stay] != OTHER)
    after = np.isin(stay, left)
    until = stays.start[np.minimum(stay + 1, max(len(stays.start) - 1, 0))]
    between = after & ~within & (quiet.start[row] >= stays.end[stay]) & (quiet.end[row] <= until)
    row, stay, within = (column[within | between] for column in (row, stay, within))
    room = np.full(len(row), np.nan)
    for number, where in enumerate(ends):
        there = np.flatnonzero(stays.kind[stay] == 1 - number)
        room[there] = _room(history, row[there], where, rule)
    enough = np.nan_to_num(room, nan=-1.0) >= rule.least_stay_h
    return Rooms(row[enough], stay[enough], within[enough], room[enough])


class Courses(NamedTuple):
    """What the ends of the silence of each leg show; (legs,) counts, 0 to 2."""

    known: Ints  # ends that are far enough off
    toward: Ints  # of these, on the way to the other end of the line
    shared: Ints  # of these, where many fall silent


def courses(
    history: History, ends: tuple[End, End], before: Ints, after: Ints, silence: Ints, rule: Shuttling
) -> Courses:
    """Count the ends of silences that show a course, those on the way to the other end, and those in common spots.

    On the way is who came nearer to the other end by at least `toward` of the distance from the place that was left, or
    that was reached afterwards. A spot is common when `spot_share` of the vessels that call at the line's ends fall silent
    or are heard again there: it is then more likely a hole in the reception.

    Args:
        history: of the fleet.
        ends: origin and destination.
        before: (legs,) number of the stay it leaves.
        after: (legs,) of the stay it comes to.
        silence: (legs,) its silence, -1 = none.
        rule: `toward`, `toward_km`, `spot_deg`, `spot_share` and `fleet_weight` are used.
    """
    from tidewaiter.tracks.shuttles.kernel import apart, way_over  # noqa: PLC0415  Numba is loaded when used

    stays, quiet = history.stays, history.silences
    known, toward, shared = np.zeros((3, len(before)), np.int64)
    common = common_spots(history, rule)
    sides = (before, quiet.lat, quiet.lon), (after, quiet.to_lat, quiet.to_lon)
    for side, (stay, at_lat, at_lon) in enumerate(sides):
        for number, where in enumerate(ends):
            rows = np.flatnonzero(silence >= 0)
            rows = rows[stays.kind[stay[rows]] == 1 - number]
            home, row = stay[rows], silence[rows]
            here = (stays.lat[home], stays.lon[home])
            there = (at_lat[row], at_lon[row])
            points = (where.lat, where.lon, where.radius_km)
            whole, left = (0.5 * way_over(*_floats(*at, *at, *points)) for at in (here, there))
            made = apart(*_floats(*here, *there))
            tells = np.nan_to_num(made, nan=-1.0) >= max(rule.toward_km, 1e-6)
            known[rows] += tells
            toward[rows] += tells & (whole - left >= rule.toward * made)
            shared[rows] += tells & common[side][row]
    return Courses(known, toward, shared)


def common_spots(history: History, rule: Shuttling) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell which silences begin, and which end, in spots that are common."""
    stays, quiet = history.stays, history.silences
    calls = np.zeros(len(history.keys), bool)
    calls[stays.vessel[stays.kind != OTHER]] = True
    lat, lon = np.concatenate([quiet.lat, quiet.to_lat]), np.concatenate([quiet.lon, quiet.to_lon])
    vessel = np.tile(quiet.vessel, 2)
    row = np.floor(np.clip(np.nan_to_num(lat), -90, 90) / rule.spot_deg)
    wide = np.maximum(np.cos(np.radians((row + 0.5) * rule.spot_deg)), 0.01)
    column = np.floor((np.nan_to_num(lon) % 360) * wide / rule.spot_deg)
    spots, spot = np.unique(np.column_stack([row, column]), axis=0, return_inverse=True)
    pairs = np.unique(np.column_stack([spot, vessel])[calls[vessel]], axis=0)
    here = np.bincount(pairs[:, 0], minlength=len(spots))[spot]
    others = here - calls[vessel]  # its own vessel is one of them
    rest = np.maximum(calls.sum() - calls[vessel], 1)
    common = others >= rule.fleet_weight + rule.spot_share * rest  # of a small fleet a few make no habit
    return common[: len(quiet.lat)], common[len(quiet.lat) :]


def _room(history: History, rows: Ints, where: End, rule: Shuttling) -> Floats:
    """Hours left for a stay."""
    from tidewaiter.tracks.shuttles.kernel import way_over  # noqa: PLC0415  Numba is loaded when used

    quiet = history.silences
    ends = (column[rows] for column in (quiet.lat, quiet.lon, quiet.to_lat, quiet.to_lon))
    way = way_over(*_floats(*ends, where.lat, where.lon, where.radius_km))
    hours = (quiet.end[rows] - quiet.start[rows]) / HOUR_US
    return np.asarray(hours - way / (rule.fast_kn * NAUTICAL_MILE_KM))


def _floats(*columns: Floats) -> tuple[Floats, ...]:
    """Arrays of one type for the kernel."""
    return tuple(np.ascontiguousarray(column, np.float64) for column in columns)
