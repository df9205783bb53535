"""Jumps away from a track and what came of them, decided from the fixes on both sides.

Two tracks of a vessel are kept: home, and elsewhere since the last jump. Each fix goes to the one from which it can be
reached, to the nearer one (by the speed it takes) when both will do. The episode ends when one of the two has not been
heard for the memory time, when a third place turns up, or with the track.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth import NAUTICAL_MILE_KM, haversine_km
from tidewaiter.tracks.jumps.kernel.pairs import HOUR, OUTSIDE, limit_of, surely_within

OUTLIER, EXCURSION, DISPLACEMENT, CLONING, ZERO, UNSETTLED = 0, 1, 2, 3, 4, 5
HOME, ELSEWHERE, THIRD, NONE = 0, 1, 2, 3


class Rule(NamedTuple):
    """Thresholds in knots, km, degrees and microseconds; `keys` (sorted) and `limits_kn` hold limits of single vessels."""

    max_speed_kn: float
    min_distance_km: float
    slack: int
    memory: int
    settled_fixes: int
    clone_switches: int
    clone_fixes: int
    zero_deg: float
    keys: np.ndarray
    limits_kn: np.ndarray


class Carried(NamedTuple):
    """Both tracks between batches.

    Attributes:
        whole: (13,) int64: stage (0 = no fix, 1 = home, 2 = home and elsewhere), vessel, time of the last fix of home and
            of elsewhere, fixes elsewhere and at home since the jump, changes of side, side of the last fix, start of the
            episode, time of the fix before it, vessel and time of the last row, fixes at home before the last elsewhere.
        real: (11,) float64: last position of home and of elsewhere, position before the jump, first one after it,
            distance in km, speed there and back in knots (NaN = did not come back).
    """

    whole: np.ndarray
    real: np.ndarray


class Found(NamedTuple):
    """Episodes, one a row.

    Attributes:
        whole: (n, 8) int64: vessel, kind, start, end, fixes elsewhere, fixes at home meanwhile, changes of side, time of
            the fix before.
        real: (n, 10) float64: position before, first and last elsewhere, distance in km, speeds there and back, limit.
    """

    whole: np.ndarray
    real: np.ndarray


def nothing_seen() -> Carried:
    """Return the state before the first row."""
    whole = np.zeros(13, np.int64)
    whole[10:12] = OUTSIDE
    return Carried(whole, np.zeros(11))


@compiled
def scan(fixes, rule, carried, found):
    """Run over a batch; fills `found` (two rows longer than the batch) and moves `carried` on.

    Returns:
        The number of episodes, and the first row out of order (-1 = none).
    """
    vessel, t, lat, lon, _ = fixes
    w, r = carried.whole, carried.real
    limit = limit_of(rule.keys, rule.limits_kn, w[1], rule.max_speed_kn)
    n = 0
    for i in range(vessel.shape[0]):
        v, now = vessel[i], t[i]
        if v < w[10] or (v == w[10] and now < w[11]):
            return n, i
        w[10], w[11] = v, now
        y, x = lat[i], lon[i]
        if not (abs(y) <= 90.0 and abs(x) <= 180.0):
            continue
        if w[0] == 0 or v != w[1]:
            if w[0] == 2:
                n = _close(n, w, r, rule, limit, found, NONE)
            w[0], w[1] = 1, v
            limit = limit_of(rule.keys, rule.limits_kn, v, rule.max_speed_kn)
            _put(w, r, HOME, now, y, x)
            continue
        if w[0] == 2 and (now - w[2] > rule.memory or now - w[3] > rule.memory):
            n = _close(n, w, r, rule, limit, found, HOME if w[2] < w[3] else ELSEWHERE)
        if w[0] == 1:
            if _within(w[2], r[0], r[1], now, y, x, limit, rule):
                _put(w, r, HOME, now, y, x)
            else:
                _leave(w, r, now, y, x)
            continue
        home = _speed(w[2], r[0], r[1], now, y, x, limit, rule)
        elsewhere = _speed(w[3], r[2], r[3], now, y, x, limit, rule)
        if home < 0.0 and elsewhere < 0.0:
            n = _close(n, w, r, rule, limit, found, THIRD)
            _leave(w, r, now, y, x)
            continue
        side = HOME if elsewhere < 0.0 or 0.0 <= home <= elsewhere else ELSEWHERE
        if side != w[7]:
            w[6] += 1
            w[7] = side
            if side == HOME and np.isnan(r[10]):
                r[10] = _implied(w[3], r[2], r[3], now, y, x)
        if side == HOME:
            w[5] += 1
        else:
            w[4] += 1
            w[12] = w[5]
        _put(w, r, side, now, y, x)
    return n, -1


@compiled
def close(rule, carried, found):
    """Return 1 and fill the first row of `found` when an episode is open at the end of the data, else 0."""
    if carried.whole[0] != 2:
        return 0
    limit = limit_of(rule.keys, rule.limits_kn, carried.whole[1], rule.max_speed_kn)
    return _close(0, carried.whole, carried.real, rule, limit, found, NONE)


@compiled
def _put(w, r, side, now, y, x):
    w[2 + side] = now
    r[2 * side], r[2 * side + 1] = y, x


@compiled
def _leave(w, r, now, y, x):
    """Open an episode: home stays where it was, this fix is elsewhere."""
    w[0], w[4], w[5], w[6], w[7], w[8], w[9], w[12] = 2, 1, 0, 1, ELSEWHERE, now, w[2], 0
    r[4], r[5], r[6], r[7] = r[0], r[1], y, x
    r[8] = haversine_km(r[0], r[1], y, x)
    r[9], r[10] = _implied(w[2], r[0], r[1], now, y, x), np.nan
    _put(w, r, ELSEWHERE, now, y, x)


@compiled
def _within(before, lat0, lon0, now, y, x, limit, rule):
    """Whether a fix can have been reached."""
    reach = max(limit * ((now - before + rule.slack) / HOUR) * NAUTICAL_MILE_KM, rule.min_distance_km)
    return surely_within(lat0, lon0, y, x, reach) or haversine_km(lat0, lon0, y, x) <= reach


@compiled
def _speed(before, lat0, lon0, now, y, x, limit, rule):
    """The speed in knots that it takes to reach a fix, slack granted; -1 when it cannot have been reached."""
    hours = (now - before + rule.slack) / HOUR
    km = haversine_km(lat0, lon0, y, x)
    if km > max(limit * hours * NAUTICAL_MILE_KM, rule.min_distance_km):
        return -1.0
    return km / NAUTICAL_MILE_KM / max(hours, 1e-9)


@compiled
def _implied(before, lat0, lon0, now, y, x):
    knots = haversine_km(lat0, lon0, y, x) / NAUTICAL_MILE_KM
    return knots / ((now - before) / HOUR) if now > before else np.inf


@compiled
def _close(n, w, r, rule, limit, found, lost):
    """Write the episode down and leave one track as home.

    Args:
        lost: the side that was not heard any more, THIRD when a third place turned up, NONE when the track ends.
    """
    away, home, switches, between = w[4], w[5], w[6], w[12]
    if _at_zero(r[6], r[7], rule) or _at_zero(r[4], r[5], rule):
        kind = ZERO
    elif away == 1 and (home > 0 or lost in (ELSEWHERE, THIRD)):
        kind = OUTLIER
    elif switches >= rule.clone_switches and min(away, between) >= rule.clone_fixes:
        kind = CLONING
    elif w[7] == HOME:
        kind = EXCURSION
    elif away >= rule.settled_fixes:
        kind = DISPLACEMENT
    else:
        kind = UNSETTLED
    a, b = found.whole[n], found.real[n]
    a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7] = w[1], kind, w[8], w[3], away, between, switches, w[9]
    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9] = (
        r[4], r[5], r[6], r[7], r[2], r[3], r[8], r[9], r[10], limit
    )  # fmt: skip
    if lost == HOME or (lost == THIRD and away > 1 and w[7] == ELSEWHERE):
        _put(w, r, HOME, w[3], r[2], r[3])
    w[0] = 1
    return n + 1


@compiled
def _at_zero(lat, lon, rule):
    return abs(lat) <= rule.zero_deg and abs(lon) <= rule.zero_deg
