"""Legs: from one stay at an end of the line to the next stay at an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tidewaiter.tracks.shuttles.history import DESTINATION, HEARD, HOUR_US, OTHER, UNMEASURED
from tidewaiter.tracks.shuttles.rooms import courses, rooms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.shuttles.ends import End
    from tidewaiter.tracks.shuttles.history import Draughts, Floats, History, Ints
    from tidewaiter.tracks.shuttles.thresholds import Shuttling

KINDS = ("seen", "dark", "unheard", "home", "elsewhere")
SEEN, DARK, UNHEARD, HOME, ELSEWHERE = range(5)


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
    shared: Ints  # of these, where many fall silent
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
    found = rooms(history, ends, before[(calls == 0) & (stays.kind[before] == stays.kind[after])], rule)
    inner = np.flatnonzero(found.within)
    vessel = np.concatenate([stays.vessel[before], quiet.vessel[found.silence[inner]]])
    end = np.concatenate([stays.start[after], quiet.end[found.silence[inner]]])
    start = np.minimum(np.concatenate([stays.end[before], quiet.start[found.silence[inner]]]), end)
    order = np.lexsort((end, start, vessel))
    rows = len(order)
    number = np.empty(rows, np.int64)
    number[order] = np.arange(rows)
    unordered = np.searchsorted(before, found.stay)
    unordered[inner] = len(before) + np.arange(len(inner))
    leg = number[unordered]
    by_leg = np.argsort(leg, kind="stable")
    possible = Possible(leg[by_leg], found.silence[by_leg], found.room_h[by_leg])
    legs = Legs(
        vessel=vessel[order],
        kind=np.zeros(rows, np.int8),
        before=np.concatenate([before, found.stay[inner]])[order],
        after=np.concatenate([after, found.stay[inner]])[order],
        start=start[order],
        end=end[order],
        calls=np.concatenate([calls, np.zeros(len(inner), np.int64)])[order],
        weight=np.ones(rows),
        turn_h=np.full(rows, np.nan),
        silence=np.full(rows, -1),
        room_h=np.full(rows, np.nan),
        course=np.zeros(rows, np.int64),
        toward=np.zeros(rows, np.int64),
        shared=np.zeros(rows, np.int64),
        absent=np.zeros(rows, bool),
        draught=np.zeros(rows, bool),
    )
    legs = _judged(legs, possible, history, rule)
    shown = courses(history, ends, legs.before, legs.after, legs.silence, rule)
    legs = legs._replace(course=shown.known, toward=shown.toward, shared=shown.shared)
    legs = legs._replace(absent=_absent(legs, history, turn_low_h), turn_h=_turns(legs, history))
    if history.draughts is not None:
        legs = legs._replace(draught=_changed(legs, history.draughts))
    return legs, possible


def _judged(legs: Legs, possible: Possible, history: History, rule: Shuttling) -> Legs:
    stays, heard = history.stays, history.silences.heard
    back = stays.kind[legs.before] == stays.kind[legs.after]
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


def _absent(legs: Legs, history: History, turn_low_h: float) -> NDArray[np.bool_]:
    kind = history.stays.kind
    return np.asarray((kind[legs.before] == kind[legs.after]) & (legs.hours >= turn_low_h))


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
