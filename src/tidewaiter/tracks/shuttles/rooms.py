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


def courses(
    history: History, ends: tuple[End, End], before: Ints, after: Ints, silence: Ints, rule: Shuttling
) -> tuple[Ints, Ints]:
    """Count the ends of silences that show a course, and those on the way between both ends of the line.

    On the way is who came nearer to the other end by at least `toward` of the distance from the place that was left, or
    that was reached afterwards.

    Args:
        history: of the fleet.
        ends: origin and destination.
        before: (legs,) number of the stay it leaves.
        after: (legs,) of the stay it comes to.
        silence: (legs,) its silence, -1 = none.
        rule: `toward` and `toward_km` are used.
    """
    from tidewaiter.tracks.shuttles.kernel import way_over  # noqa: PLC0415  Numba is loaded when used

    stays, quiet = history.stays, history.silences
    known, toward = np.zeros((2, len(before)), np.int64)
    for stay, at_lat, at_lon in ((before, quiet.lat, quiet.lon), (after, quiet.to_lat, quiet.to_lon)):
        for number, where in enumerate(ends):
            rows = np.flatnonzero(silence >= 0)
            rows = rows[stays.kind[stay[rows]] == 1 - number]
            home, row = stay[rows], silence[rows]
            here = (stays.lat[home], stays.lon[home])
            there = (at_lat[row], at_lon[row])
            points = (where.lat, where.lon, where.radius_km)
            zero = np.zeros(len(rows))
            whole, left = (0.5 * way_over(*_floats(*at, *at, *points)) for at in (here, there))
            made = way_over(*_floats(*here, *there, zero[:1], zero[:1], np.full(1, 1e5)))
            tells = np.nan_to_num(made, nan=-1.0) >= max(rule.toward_km, 1e-6)
            known[rows] += tells
            toward[rows] += tells & (whole - left >= rule.toward * made)
    return known, toward


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
