"""Legs: from one stay at an end of the line to the next stay at an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tidewaiter.tracks.earth import NAUTICAL_MILE_KM
from tidewaiter.tracks.shuttles.history import DESTINATION, HEARD, OTHER, UNMEASURED, latest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.shuttles.ends import End
    from tidewaiter.tracks.shuttles.history import Draughts, Floats, History, Ints, Silences
    from tidewaiter.tracks.shuttles.thresholds import Shuttling

KINDS = ("seen", "dark", "unheard", "home", "elsewhere")
SEEN, DARK, UNHEARD, HOME, ELSEWHERE = range(5)
HOUR_US = 3_600_000_000


class Legs(NamedTuple):
    """Legs in the order of vessel and time; (n,) each."""

    vessel: Ints
    kind: NDArray[np.int8]
    before: Ints  # number of the stay it leaves
    after: Ints  # of the stay it comes to; the same one where a ship was silent within a stay
    start: Ints  # UTC microseconds
    end: Ints
    calls: Ints  # at other places in between
    weight: Floats  # 1, `weak_weight` for dark legs of weak reception, 0 for unheard ones
    turn_h: Floats  # turn-round time of the round trip it completes, NaN = none
    silence: Ints  # the silence that says most, -1 = none
    room_h: Floats  # left for a stay at the other end in that silence
    course: Ints  # ends of that silence that show a course, 0 to 2
    toward: Ints  # of these, on the way to the other end
    absent: NDArray[np.bool_]  # back to the same end after a time that could be a round trip
    draught: NDArray[np.bool_]  # the draught changed

    @property
    def hours(self) -> Floats:
        """How long they took."""
        return (self.end - self.start) / HOUR_US


class Possible(NamedTuple):
    """Silences that could have held a visit at the other end; (n,) each, ascending by leg."""

    leg: Ints
    silence: Ints
    room_h: Floats


def find_legs(history: History, ends: tuple[End, End], rule: Shuttling, turn_low_h: float) -> tuple[Legs, Possible]:
    """Return all legs of all vessels, and the silences that could have held a visit at the other end.

    Legs with calls at other places are *elsewhere*. Of the others, those between the ends are *seen*. A leg back to the
    same end is *dark* when a silence in it leaves room for a stay at the other end: the way from the last position over
    that end to the next position, at the fastest voyage, and the shortest stay. It is *unheard* when all such silences are
    where nobody is heard; otherwise *home*. A silence within a stay that leaves such room is a leg of its own.

    Args:
        history: of the fleet.
        ends: origin and destination.
        rule: speeds, stays and the weight of weak reception.
        turn_low_h: shortest round trip.
    """
    stays, quiet = history.stays, history.silences
    line = np.flatnonzero(stays.kind != OTHER)
    together = stays.vessel[line[1:]] == stays.vessel[line[:-1]]
    before, after = line[:-1][together], line[1:][together]
    calls = after - before - 1
    back = stays.kind[before] == stays.kind[after]
    at = _places(history, before)
    between, within = at.leg, at.stay
    room = np.full(len(quiet.start), np.nan)
    base = np.where(within >= 0, within, before[np.maximum(between, 0)] if len(before) else -1)
    direct = (within >= 0) | ((between >= 0) & (back & (calls == 0))[np.maximum(between, 0)] if len(before) else False)
    for number, where in enumerate(ends):
        rows = (
            np.flatnonzero(direct & (base >= 0) & (stays.kind[np.maximum(base, 0)] == 1 - number)) if len(line) else []
        )
        room[rows] = _room(quiet, np.asarray(rows, np.int64), where, rule)
    enough = np.nan_to_num(room, nan=-1.0) >= rule.least_stay_h
    inner = np.flatnonzero(enough & (within >= 0))
    leg = np.where(enough & (within < 0), between, -1)
    leg[inner] = len(before) + np.arange(len(inner))
    zeros = np.zeros(len(inner), np.int64)
    vessel = np.concatenate([stays.vessel[before], quiet.vessel[inner]])
    end = np.concatenate([stays.start[after], quiet.end[inner]])
    start = np.minimum(np.concatenate([stays.end[before], quiet.start[inner]]), end)
    order = np.lexsort((end, start, vessel))
    number = np.empty(len(order), np.int64)
    number[order] = np.arange(len(order))
    found = np.flatnonzero(leg >= 0)
    possible = Possible(number[leg[found]], found, room[found])
    possible = Possible(*(column[np.argsort(possible.leg, kind="stable")] for column in possible))
    legs = Legs(
        vessel=vessel[order],
        kind=np.zeros(len(order), np.int8),
        before=np.concatenate([before, within[inner]])[order],
        after=np.concatenate([after, within[inner]])[order],
        start=start[order],
        end=end[order],
        calls=np.concatenate([calls, zeros])[order],
        weight=np.ones(len(order)),
        turn_h=np.full(len(order), np.nan),
        silence=np.full(len(order), -1),
        room_h=np.full(len(order), np.nan),
        course=np.zeros(len(order), np.int64),
        toward=np.zeros(len(order), np.int64),
        absent=np.zeros(len(order), bool),
        draught=np.zeros(len(order), bool),
    )
    legs = _judged(legs, possible, history, rule)
    course, toward = _courses(legs, history, ends, rule)
    legs = legs._replace(course=course, toward=toward)
    legs = legs._replace(absent=_absent(legs, history, turn_low_h), turn_h=_turns(legs, history))
    if history.draughts is not None:
        legs = legs._replace(draught=_changed(legs, history.draughts))
    return legs, possible


class _Where(NamedTuple):
    leg: Ints  # between which stays a silence lies, as number of the leg; -1 = none
    stay: Ints  # within which stay at an end, -1 = none


def _places(history: History, before: Ints) -> _Where:
    stays, quiet = history.stays, history.silences
    none = np.full(len(quiet.start), -1)
    if not len(stays.start):
        return _Where(none, none)
    at = latest(stays, quiet.vessel, quiet.start)
    here = np.maximum(at, 0)
    within = (at >= 0) & (quiet.end <= stays.end[here]) & (stays.kind[here] != OTHER)
    follows = np.minimum(here + 1, len(stays.start) - 1)
    followed = (follows > here) & (stays.vessel[follows] == stays.vessel[here])
    outside = (at >= 0) & ~within & followed & (quiet.start >= stays.end[here]) & (quiet.end <= stays.start[follows])
    leg_of = np.full(len(stays.start), -1)
    leg_of[before] = np.arange(len(before))
    return _Where(np.where(outside, leg_of[here], -1), np.where(within, here, -1))


def _room(quiet: Silences, rows: Ints, where: End, rule: Shuttling) -> Floats:
    """Hours left for a stay."""
    from tidewaiter.tracks.shuttles.kernel import way_over  # noqa: PLC0415  Numba is loaded when used

    at = (np.ascontiguousarray(c[rows], np.float64) for c in (quiet.lat, quiet.lon, quiet.to_lat, quiet.to_lon))
    way = way_over(*at, *(np.ascontiguousarray(c, np.float64) for c in (where.lat, where.lon, where.radius_km)))
    hours = (quiet.end[rows] - quiet.start[rows]) / HOUR_US
    return np.asarray(hours - way / (rule.fast_kn * NAUTICAL_MILE_KM))


def _judged(legs: Legs, possible: Possible, history: History, rule: Shuttling) -> Legs:
    stays, heard = history.stays, history.silences.heard
    back = stays.kind[legs.before] == stays.kind[legs.after] if len(stays.kind) else np.zeros(0, bool)
    worth = np.full(UNMEASURED + 1, rule.weak_weight)
    worth[[HEARD.index("heard"), HEARD.index("lost"), HEARD.index("nobody")]] = 1.0, 0.0, 0.0
    best = np.lexsort((-possible.room_h, -worth[heard[possible.silence]], possible.leg))
    which, first = np.unique(possible.leg[best], return_index=True)
    chosen = best[first]
    silence, room, weight = legs.silence.copy(), legs.room_h.copy(), legs.weight.copy()
    silence[which], room[which] = possible.silence[chosen], possible.room_h[chosen]
    weight[which] = worth[heard[silence[which]]]
    kind = np.where(back, np.where(silence < 0, HOME, np.where(weight > 0, DARK, UNHEARD)), SEEN)
    kind = np.where(legs.calls > 0, ELSEWHERE, kind)
    return legs._replace(kind=kind.astype(np.int8), silence=silence, room_h=room, weight=weight)


def _courses(legs: Legs, history: History, ends: tuple[End, End], rule: Shuttling) -> tuple[Ints, Ints]:
    """Count the ends of silences that show a course, and those on the way between both ends of the line.

    On the way is who came nearer to the other end by at least `toward` of the distance from the place that was left, or
    that was reached afterwards.
    """
    from tidewaiter.tracks.shuttles.kernel import way_over  # noqa: PLC0415  Numba is loaded when used

    stays, quiet = history.stays, history.silences
    known, toward = np.zeros((2, len(legs.start)), np.int64)
    for stay, at_lat, at_lon in ((legs.before, quiet.lat, quiet.lon), (legs.after, quiet.to_lat, quiet.to_lon)):
        for number, where in enumerate(ends):
            rows = np.flatnonzero(legs.silence >= 0)
            rows = rows[stays.kind[stay[rows]] == 1 - number]
            home, silence = stay[rows], legs.silence[rows]
            here = (stays.lat[home], stays.lon[home])
            there = (at_lat[silence], at_lon[silence])
            points = (where.lat, where.lon, where.radius_km)
            zero = np.zeros(len(rows))
            whole, left = (0.5 * way_over(*_floats(*at, *at, *points)) for at in (here, there))
            made = way_over(*_floats(*here, *there, zero[:1], zero[:1], np.full(1, 1e5)))
            tells = np.nan_to_num(made, nan=-1.0) >= max(rule.toward_km, 1e-6)
            known[rows] += tells
            toward[rows] += tells & (whole - left >= rule.toward * made)
    return known, toward


def _floats(*columns: Floats) -> tuple[Floats, ...]:
    return tuple(np.ascontiguousarray(column, np.float64) for column in columns)


def _absent(legs: Legs, history: History, turn_low_h: float) -> NDArray[np.bool_]:
    kind = history.stays.kind
    if not len(legs.start):
        return np.zeros(0, bool)
    return (kind[legs.before] == kind[legs.after]) & (legs.hours >= turn_low_h)


def _turns(legs: Legs, history: History) -> Floats:
    """Turn-round times: of dark legs, and of two legs seen in a row, from the destination back to it."""
    turn = np.where(legs.kind == DARK, legs.hours, np.nan)
    if len(turn) > 1:
        seen = legs.kind == SEEN
        out = seen & (history.stays.kind[legs.before] == DESTINATION)
        pair = np.flatnonzero(out[:-1] & seen[1:] & (legs.before[1:] == legs.after[:-1]))
        turn[pair + 1] = (legs.end[pair + 1] - legs.start[pair]) / HOUR_US
    return turn


def _changed(legs: Legs, draughts: Draughts) -> NDArray[np.bool_]:
    """Tell in which round trips and absences the draught changed: a change that begins by their end and ends after their start."""
    whole = np.where(np.isfinite(legs.turn_h), legs.end - np.nan_to_num(legs.turn_h * HOUR_US), legs.start)
    moments, rank = np.unique(np.concatenate([draughts.start, draughts.end, whole, legs.end]), return_inverse=True)
    size, n, m = len(moments) + 1, len(draughts.start), len(legs.start)
    begun = np.sort(draughts.vessel * size + rank[:n])
    done = np.sort(draughts.vessel * size + rank[n : 2 * n])
    until = np.searchsorted(begun, legs.vessel * size + rank[2 * n + m :], side="right")
    return np.asarray(until > np.searchsorted(done, legs.vessel * size + rank[2 * n : 2 * n + m], side="right"))
