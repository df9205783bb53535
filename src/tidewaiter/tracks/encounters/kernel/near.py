"""Which vessels are near one another at the same instant.

Rows are ordered by (instant, band of latitude, longitude), bands being as high as the distance is long. So the neighbours
of a row lie in its own band and the next, in a window of longitude that moves along with the row: linear in rows and pairs.
Exact at the antimeridian and over the poles.
"""

import math
from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import DEGREE, RADIUS_KM

TURN = 1 << 24  # parts of a turn of longitude
_LEAST_BAND = 0.001  # degrees: keeps the number of bands within 18 bits
_SOUTH = -100.0  # dead reckoning may cross a pole


class Pairs(NamedTuple):
    """Pairs of rows near one another at one instant; (pairs,) each.

    Attributes:
        a, b: int64 rows, a of the lower unit.
        km: float64 distance.
        sees, seen: bool, b is among the nearest of a; a is among the nearest of b.
    """

    a: np.ndarray
    b: np.ndarray
    km: np.ndarray
    sees: np.ndarray
    seen: np.ndarray


@compiled
def band_degrees(max_km):
    """Height of a band of latitude that no pair within the distance can span."""
    return max(max_km / RADIUS_KM / DEGREE * (1.0 + 1e-9), _LEAST_BAND)


@compiled
def places(lat, lon, max_km):
    """Return band and part of the turn of each row, int64."""
    bands, parts = np.empty(lat.shape[0], np.int64), np.empty(lat.shape[0], np.int64)
    height = band_degrees(max_km)
    for i in range(lat.shape[0]):
        bands[i] = int((min(max(lat[i], _SOUTH), -_SOUTH) - _SOUTH) / height)
        parts[i] = min(int((lon[i] + 180.0) / 360.0 * TURN), TURN - 1)
    return bands, parts


@compiled
def near_pairs(order, slot, bands, parts, unit, lat, lon, max_km):
    """Return all pairs of rows of one instant within the distance.

    Args:
        order: (rows,) rows by (slot, band, part).
        slot, bands, parts, unit: (rows,) int64.
        lat, lon: (rows,) degrees.
        max_km: greatest distance, inclusive.

    Returns:
        a, b, km.
    """
    rows = order.shape[0]
    found_a, found_b, found_km = np.empty(rows + 16, np.int64), np.empty(rows + 16, np.int64), np.empty(rows + 16)
    cos_lat = np.cos(lat * DEGREE)
    height = band_degrees(max_km)
    n, begin = 0, 0
    while begin < rows:
        head = order[begin]
        end = _run_end(order, slot, bands, begin)
        next_end = end
        if end < rows and slot[order[end]] == slot[head] and bands[order[end]] == bands[head] + 1:
            next_end = _run_end(order, slot, bands, end)
        width = _width(_SOUTH + bands[head] * height, height, max_km)
        low = end
        for p in range(begin, end):
            i = order[p]
            if n + 2 * (next_end - begin) > found_a.shape[0]:
                found_a, found_b = _grown(found_a, n + next_end - begin), _grown(found_b, n + next_end - begin)
                found_km = _grown(found_km, n + next_end - begin)
            while low < next_end and parts[order[low]] < parts[i] - width:
                low += 1
            for q in range(p + 1, end):  # the same band, eastward
                if parts[order[q]] > parts[i] + width:
                    break
                n = _test(i, order[q], unit, lat, lon, cos_lat, max_km, found_a, found_b, found_km, n)
            high = low  # the next band
            while high < next_end and parts[order[high]] <= parts[i] + width:
                n = _test(i, order[high], unit, lat, lon, cos_lat, max_km, found_a, found_b, found_km, n)
                high += 1
            if width < TURN and parts[i] < width:  # westward over the antimeridian
                for q in range(end - 1, p, -1):
                    if parts[order[q]] < parts[i] - width + TURN:
                        break
                    n = _test(i, order[q], unit, lat, lon, cos_lat, max_km, found_a, found_b, found_km, n)
                for q in range(next_end - 1, high - 1, -1):
                    if parts[order[q]] < parts[i] - width + TURN:
                        break
                    n = _test(i, order[q], unit, lat, lon, cos_lat, max_km, found_a, found_b, found_km, n)
            if width < TURN and parts[i] + width >= TURN:  # eastward over it, into the next band
                for q in range(end, low):
                    if parts[order[q]] > parts[i] + width - TURN:
                        break
                    n = _test(i, order[q], unit, lat, lon, cos_lat, max_km, found_a, found_b, found_km, n)
        begin = end
    return found_a[:n].copy(), found_b[:n].copy(), found_km[:n].copy()


@compiled
def _run_end(order, slot, bands, begin):
    head, end = order[begin], begin + 1
    while end < order.shape[0] and slot[order[end]] == slot[head] and bands[order[end]] == bands[head]:
        end += 1
    return end


@compiled
def _width(south, height, max_km):
    """Parts of the turn that two points of a band or the next can be apart; a whole turn near the poles."""
    steepest = min(max(abs(south), abs(south + 2.0 * height)) + 1e-9, 90.0)
    share = math.sin(min(0.5 * max_km / RADIUS_KM, 0.5 * math.pi)) / max(math.cos(steepest * DEGREE), 1e-300)
    if share >= 0.7:
        return TURN
    return int(2.0 * math.asin(share) / (2.0 * math.pi) * TURN) + 2


@compiled
def _test(i, j, unit, lat, lon, cos_lat, max_km, found_a, found_b, found_km, n):
    down = math.sin(0.5 * ((lat[j] - lat[i]) * DEGREE))
    across = math.sin(0.5 * ((lon[j] - lon[i]) * DEGREE))
    h = down * down + cos_lat[i] * cos_lat[j] * (across * across)
    km = 2.0 * RADIUS_KM * math.asin(math.sqrt(min(h, 1.0)))
    if not km <= max_km:
        return n
    found_a[n], found_b[n] = (i, j) if unit[i] < unit[j] else (j, i)
    found_km[n] = km
    return n + 1


@compiled
def _grown(values, needed):
    out = np.empty(2 * max(values.shape[0], needed), values.dtype)
    for k in range(values.shape[0]):
        out[k] = values[k]
    return out
