"""Consecutive fixes that are too far apart for the time between them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth import NAUTICAL_MILE_KM, haversine_km

HOUR = 3_600_000_000
OUTSIDE = -(2**63)


class Rule(NamedTuple):
    """Thresholds in knots, km and microseconds; `keys` (sorted) and `limits_kn` hold the vessels with a limit of their own."""

    max_speed_kn: float
    min_distance_km: float
    min_apart: int
    max_apart: int
    keys: np.ndarray
    limits_kn: np.ndarray


class Carried(NamedTuple):
    """The last usable fix and the last row.

    Attributes:
        whole: (5,) int64: whether there is one, its vessel and time, vessel and time of the last row.
        real: (2,) float64: its latitude and longitude.
    """

    whole: np.ndarray
    real: np.ndarray


class Found(NamedTuple):
    """Pairs, one a row.

    Attributes:
        whole: (n, 3) int64: vessel, both times.
        real: (n, 7) float64: both latitudes and longitudes, distance in km, implied speed and limit in knots.
    """

    whole: np.ndarray
    real: np.ndarray


def nothing_seen() -> Carried:
    """Return the state before the first row."""
    return Carried(np.array([0, 0, 0, OUTSIDE, OUTSIDE]), np.zeros(2))


@compiled
def scan(fixes, rule, carried, found):
    """Run over a batch; fills `found` (as long as the batch) and moves `carried` on.

    Returns:
        The number of pairs, and the first row out of order (-1 = none).
    """
    vessel, t, lat, lon, _ = fixes
    there, ship, before, seen_ship, seen_t = carried.whole
    lat0, lon0 = carried.real
    limit = limit_of(rule.keys, rule.limits_kn, ship, rule.max_speed_kn)
    n = 0
    for i in range(vessel.shape[0]):
        v, now = vessel[i], t[i]
        if v < seen_ship or (v == seen_ship and now < seen_t):
            return n, i
        seen_ship, seen_t = v, now
        y, x = lat[i], lon[i]
        if not (abs(y) <= 90.0 and abs(x) <= 180.0):
            continue
        if not there or v != ship:
            limit = limit_of(rule.keys, rule.limits_kn, v, rule.max_speed_kn)
        else:
            apart = now - before
            if rule.min_apart <= apart <= rule.max_apart and apart > 0:
                reach = max(limit * (apart / HOUR) * NAUTICAL_MILE_KM, rule.min_distance_km)
                if not surely_within(lat0, lon0, y, x, reach):
                    km = haversine_km(lat0, lon0, y, x)
                    speed = km / NAUTICAL_MILE_KM / (apart / HOUR)
                    if km >= rule.min_distance_km and speed > limit:
                        w, r = found.whole[n], found.real[n]
                        w[0], w[1], w[2] = v, before, now
                        r[0], r[1], r[2], r[3], r[4], r[5], r[6] = lat0, lon0, y, x, km, speed, limit
                        n += 1
        there, ship, before, lat0, lon0 = 1, v, now, y, x
    w, r = carried.whole, carried.real
    w[0], w[1], w[2], w[3], w[4] = there, ship, before, seen_ship, seen_t
    r[0], r[1] = lat0, lon0
    return n, -1


@compiled
def limit_of(keys, limits_kn, ship, otherwise):
    """The limit of a vessel in knots: its own, else the general one."""
    at = np.searchsorted(keys, ship)
    return limits_kn[at] if at < keys.shape[0] and keys[at] == ship else otherwise


@compiled
def surely_within(lat1, lon1, lat2, lon2, km):
    """True only if two positions are within a distance; cheap, because a plane without meridians drawing together is wider."""
    step_lat, step_lon = lat2 - lat1, abs(lon2 - lon1)
    if step_lon > 180.0:
        step_lon = 360.0 - step_lon
    reach = km * 0.00899  # degrees a km, a little less than there are
    return step_lat * step_lat + step_lon * step_lon < reach * reach
