"""Stops in one pass: the window of rows near its first row, carried from batch to batch."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled

EARTH_M = 6_371_000.0
LEFT, SILENCE, CUT = 0, 1, 2
PLANE_M, PLANE_DEG = (
    5_000.0,
    80.0,
)  # within these a plane is off by less than half a percent; near the limit the sphere decides


class Rule(NamedTuple):
    """Thresholds in the units of the columns: metres and microseconds."""

    max_distance_m: float
    min_duration: int
    max_gap: int
    min_fixes: int
    ends_at_departure: bool
    keeps_cut_off: bool


class Carried(NamedTuple):
    """The open window between batches.

    Attributes:
        whole: (6,) int64: fixes, vessel, first time, last time, vessel and time of the last row of any kind.
        real: (5,) float64: first latitude and longitude, sums of the steps from there, largest square of a step (rad²).
    """

    whole: np.ndarray
    real: np.ndarray


class Found(NamedTuple):
    """Stops, one a row.

    Attributes:
        whole: (n, 5) int64: vessel, start, end, fixes, what ended it.
        real: (n, 3) float64: latitude and longitude of the centre, largest distance from the first fix in metres.
    """

    whole: np.ndarray
    real: np.ndarray


def nothing_open() -> Carried:
    """Return the state before the first row."""
    whole = np.zeros(6, np.int64)
    whole[4:] = np.iinfo(np.int64).min
    return Carried(whole, np.zeros(5))


@compiled
def scan(vessel, t, lat, lon, rule, carried, found):
    """Run over a batch; fills `found` (which must hold one row more than the batch) and moves `carried` on.

    Returns:
        The number of stops, and the first row out of order (-1 = none).
    """
    fixes, ship, first_t, last_t, seen_ship, seen_t = carried.whole
    lat0, lon0, sum_lat, sum_lon, widest = carried.real
    sphere = math.sin(min(0.5 * rule.max_distance_m / EARTH_M, 0.5 * math.pi)) ** 2
    plane = (rule.max_distance_m / EARTH_M) ** 2
    flat = rule.max_distance_m <= PLANE_M
    cos0 = math.cos(math.radians(lat0))
    n = 0
    for i in range(vessel.shape[0]):
        v, now = vessel[i], t[i]
        if v < seen_ship or (v == seen_ship and now < seen_t):
            return n, i
        seen_ship, seen_t = v, now
        y, x = lat[i], lon[i]
        if not (abs(y) <= 90.0 and abs(x) <= 180.0):
            continue
        ended = -1
        step_lat, step_lon, square = 0.0, 0.0, 0.0
        if fixes:
            if v != ship:
                ended = CUT
            elif now - last_t > rule.max_gap:
                ended = SILENCE
            else:
                step_lat, step_lon = math.radians(y - lat0), math.radians(_turned(x - lon0))
                flat_lon = step_lon * cos0
                square = step_lat * step_lat + flat_lon * flat_lon
                if not flat or abs(lat0) > PLANE_DEG or abs(square - plane) < 0.01 * plane:
                    a = math.sin(0.5 * step_lat) ** 2 + cos0 * math.cos(math.radians(y)) * math.sin(0.5 * step_lon) ** 2
                    square = 4.0 * a
                    if a >= sphere:
                        ended = LEFT
                elif square >= plane:
                    ended = LEFT
        if fixes and ended < 0:
            fixes += 1
            last_t = now
            sum_lat += step_lat
            sum_lon += step_lon
            widest = max(widest, square)
            continue
        if fixes:
            end = now if ended == LEFT and rule.ends_at_departure else last_t
            if end - first_t >= rule.min_duration and fixes >= rule.min_fixes and (ended == LEFT or rule.keeps_cut_off):
                _keep(found, n, ship, first_t, end, fixes, ended, lat0, lon0, sum_lat, sum_lon, widest)
                n += 1
        fixes, ship, first_t, last_t = 1, v, now, now
        lat0, lon0, sum_lat, sum_lon, widest = y, x, 0.0, 0.0, 0.0
        cos0 = math.cos(math.radians(y))
    whole, real = carried.whole, carried.real
    whole[0], whole[1], whole[2], whole[3], whole[4], whole[5] = fixes, ship, first_t, last_t, seen_ship, seen_t
    real[0], real[1], real[2], real[3], real[4] = lat0, lon0, sum_lat, sum_lon, widest
    return n, -1


@compiled
def close(rule, carried, found):
    """Return 1 and fill the first row of `found` when the window that is open at the end of the data is a stop, else 0."""
    fixes, ship, first_t, last_t, _, _ = carried.whole
    lat0, lon0, sum_lat, sum_lon, widest = carried.real
    if fixes < max(rule.min_fixes, 1) or not rule.keeps_cut_off or last_t - first_t < rule.min_duration:
        return 0
    _keep(found, 0, ship, first_t, last_t, fixes, CUT, lat0, lon0, sum_lat, sum_lon, widest)
    return 1


@compiled
def _keep(found, n, ship, start, end, fixes, ended, lat0, lon0, sum_lat, sum_lon, widest):
    whole, real = found.whole, found.real
    whole[n, 0], whole[n, 1], whole[n, 2], whole[n, 3], whole[n, 4] = ship, start, end, fixes, ended
    real[n, 0] = lat0 + math.degrees(sum_lat / fixes)
    real[n, 1] = _turned(lon0 + math.degrees(sum_lon / fixes))
    real[n, 2] = 2.0 * EARTH_M * math.asin(min(1.0, math.sqrt(0.25 * widest)))


@compiled
def _turned(degrees):
    """Degrees of longitude within [-180, 180]."""
    if degrees > 180.0:
        return degrees - 360.0
    return degrees + 360.0 if degrees < -180.0 else degrees
