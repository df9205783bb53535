"""Windows in which a ship reports way and stays where it is; two pointers over each track, so linear in fixes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled

HOUR = 3_600_000_000


class Rule(NamedTuple):
    """Thresholds in microseconds, knots and degrees."""

    window: int
    min_span: int
    min_fixes: int
    min_speed_kn: float
    max_spread_deg: float
    least_cos: float


class Work(NamedTuple):
    """Usable fixes, as long as there are rows: their row, and latitude and unwrapped longitude from the track's first."""

    row: np.ndarray
    north: np.ndarray
    east: np.ndarray


@compiled
def scan(fixes, rule, work, found):
    """Find stretches of windows that pass.

    Args:
        fixes: `ordered.Fixes`, whole tracks.
        rule: thresholds.
        work: as long as `fixes`.
        found: (n, 2) int64 to be filled with first and last row of each stretch, as long as `fixes`.

    Returns:
        The number of stretches, and the first row out of order (-1 = none).
    """
    vessel, t, lat, lon, _ = fixes
    n, k, head = 0, 0, 0
    for i in range(vessel.shape[0]):
        if i and (vessel[i] < vessel[i - 1] or (vessel[i] == vessel[i - 1] and t[i] < t[i - 1])):
            return n, i
        if not (abs(lat[i]) <= 90.0 and abs(lon[i]) <= 180.0):
            continue
        if k > head and vessel[work.row[head]] != vessel[i]:
            n = _track(fixes, rule, work, head, k, found, n)
            head = k
        work.row[k] = i
        if k == head:
            work.north[k], work.east[k] = 0.0, 0.0
        else:
            step = lon[i] - lon[work.row[k - 1]]
            work.east[k] = work.east[k - 1] + (step - 360.0 * round(step / 360.0))
            work.north[k] = lat[i] - lat[work.row[head]]
        k += 1
    return _track(fixes, rule, work, head, k, found, n), -1


@compiled
def _track(fixes, rule, work, head, end, found, n):
    """Slide the window over one track."""
    _, t, lat, _, sog = fixes
    row, north, east = work.row, work.north, work.east
    y, yy, x, xx, told, fast = 0.0, 0.0, 0.0, 0.0, 0, 0
    j, first, last = head, -1, -1
    for i in range(head, end):
        while j < end and t[row[j]] - t[row[i]] <= rule.window:
            y, yy, x, xx = y + north[j], yy + north[j] ** 2, x + east[j], xx + east[j] ** 2
            told += sog[row[j]] >= 0.0
            fast += sog[row[j]] > rule.min_speed_kn
            j += 1
        m = j - i
        if m >= rule.min_fixes and t[row[j - 1]] - t[row[i]] >= rule.min_span and 2 * fast > told:
            cos = math.cos(math.radians(lat[row[head]] + y / m))
            limit = (rule.max_spread_deg / max(cos, rule.least_cos)) ** 2 * (m - 1)
            if yy - y * y / m < limit and (xx - x * x / m) * cos * cos < limit:
                if first >= 0 and i > last:
                    found[n, 0], found[n, 1] = row[first], row[last]
                    n += 1
                    first = -1
                if first < 0:
                    first = i
                last = j - 1
        y, yy, x, xx = y - north[i], yy - north[i] ** 2, x - east[i], xx - east[i] ** 2
        told -= sog[row[i]] >= 0.0
        fast -= sog[row[i]] > rule.min_speed_kn
    if first >= 0:
        found[n, 0], found[n, 1] = row[first], row[last]
        n += 1
    return n


@compiled
def measure(fixes, first, last, limit_kn):
    """Return evidence on the usable rows from `first` to `last`.

    Returns:
        (8,) float64: mean latitude and longitude, standard distance from them in km, mean reported speed, share of
        reported speeds above the limit, nautical miles that the reported speeds make, farthest fix from the mean in km,
        number of fixes.
    """
    _, t, lat, lon, sog = fixes
    y, x, m, total, told, fast, sailed = 0.0, 0.0, 0, 0.0, 0, 0, 0.0
    before = -1
    for i in range(first, last + 1):
        if not (abs(lat[i]) <= 90.0 and abs(lon[i]) <= 180.0):
            continue
        y, x, m = y + lat[i] - lat[first], x + _turned(lon[i] - lon[first]), m + 1
        if sog[i] >= 0.0:
            total, told, fast = total + sog[i], told + 1, fast + (1 if sog[i] > limit_kn else 0)
            if before >= 0:
                sailed += 0.5 * (sog[i] + sog[before]) * (t[i] - t[before]) / HOUR
            before = i
    y, x = y / m, x / m
    wide = math.cos(math.radians(lat[first] + y))
    spread, far = 0.0, 0.0
    for i in range(first, last + 1):
        if abs(lat[i]) <= 90.0 and abs(lon[i]) <= 180.0:
            north = (lat[i] - lat[first] - y) * 111.19492664455873
            east = (_turned(lon[i] - lon[first]) - x) * 111.19492664455873 * wide
            square = north * north + east * east
            spread += square
            far = max(far, square)
    return np.array([
        lat[first] + y, _turned(lon[first] + x), math.sqrt(spread / m), total / told, fast / told, sailed, math.sqrt(far),
        float(m),
    ])  # fmt: skip


@compiled
def _turned(degrees):
    if degrees > 180.0:
        return degrees - 360.0
    return degrees + 360.0 if degrees < -180.0 else degrees
