"""Tracks that run round a circle: windows of steady turning, and the circle through them.

The turning at a fix is the change of direction between the step to it and the step from it. A window is the shortest
stretch up to a fix within which a track has turned by so many laps, all turns taken as positive; where they nearly all go
one way, a circle is fitted (I. Kåsa, IEEE Transactions on Instrumentation and Measurement 25, 1976). A window is fitted
again only after a quarter of it is new, so the work is linear in fixes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled

KM_A_DEGREE = 111.19492664455873  # on the sphere of 6371 km
KM_A_MILE = 1.852
HOUR = 3_600_000_000
SECTORS = 12


class Rule(NamedTuple):
    """Thresholds in km, radians and microseconds."""

    step_km: float
    turned: float
    one_way: float
    min_fixes: int
    min_radius_km: float
    max_radius_km: float
    residual: float
    min_sectors: int
    max_gap: int
    max_window: int


class Work(NamedTuple):
    """Room for as many fixes as there are rows: their row, and the sums of turns and of turns taken as positive, radians."""

    row: np.ndarray
    turn: np.ndarray
    both: np.ndarray


class Fit(NamedTuple):
    """A circle through fixes: centre, radius and root mean square of what is left in km; laps; sectors with a fix; shares."""

    lat: float
    lon: float
    radius_km: float
    rms_km: float
    laps: float
    sectors: int
    one_way: float


@compiled
def scan(fixes, rule, work, found):
    """Find stretches that run round a circle.

    Args:
        fixes: `ordered.Fixes`, whole tracks.
        rule: thresholds.
        work: as long as `fixes`.
        found: (n, 2) int64 to be filled with first and last row of each stretch, as long as `fixes`.

    Returns:
        The number of stretches, and the first row out of order (-1 = none).
    """
    vessel, t, lat, lon, _ = fixes
    n, k, j, chain, due = 0, 0, 0, 0, 0
    first, last = -1, -1
    heading, heard = 0.0, 0
    for i in range(vessel.shape[0]):
        if i and (vessel[i] < vessel[i - 1] or (vessel[i] == vessel[i - 1] and t[i] < t[i - 1])):
            return n, i
        if not (abs(lat[i]) <= 90.0 and abs(lon[i]) <= 180.0):
            continue
        if k > chain:
            p = work.row[k - 1]
            if vessel[i] != vessel[p] or t[i] - heard > rule.max_gap:
                chain = k
        heard = t[i]
        if k > chain:
            p = work.row[k - 1]
            north = (lat[i] - lat[p]) * KM_A_DEGREE
            if abs(north) > 2.0 * rule.max_radius_km:
                chain = k
            else:
                east = _turned(lon[i] - lon[p]) * KM_A_DEGREE * math.cos(math.radians(lat[p]))
                square = north * north + east * east
                if square < rule.step_km * rule.step_km:
                    continue
                if square > 4.0 * rule.max_radius_km * rule.max_radius_km:
                    chain = k
                else:
                    to = math.atan2(east, north)
                    change = _wrapped(to - heading) if k > chain + 1 else 0.0
                    heading = to
                    work.turn[k] = work.turn[k - 1] + change
                    work.both[k] = work.both[k - 1] + abs(change)
        if k == chain:
            if first >= 0:
                found[n, 0], found[n, 1] = work.row[first], work.row[last]
                n += 1
                first = -1
            j, due = k, k
            work.turn[k] = work.both[k] = 0.0
        work.row[k] = i
        k += 1
        e = k - 1
        while e - j > 2 and (work.both[e] - work.both[j + 2] >= rule.turned or t[i] - t[work.row[j]] > rule.max_window):
            j += 1
        if e < due or e - j + 1 < rule.min_fixes:
            continue
        both = work.both[e] - work.both[j + 1]
        if both < rule.turned or abs(work.turn[e] - work.turn[j + 1]) < rule.one_way * both:
            continue
        due = e + max(1, (e - j) // 4)
        if not passes(fit(lat, lon, work.row[j : e + 1]), rule):
            continue
        if first >= 0 and j > last:
            found[n, 0], found[n, 1] = work.row[first], work.row[last]
            n += 1
            first = -1
        if first < 0:
            first = j
        last = e
    if first >= 0:
        found[n, 0], found[n, 1] = work.row[first], work.row[last]
        n += 1
    return n, -1


@compiled
def passes(circle, rule):
    """Whether a fitted circle is one."""
    return (
        rule.min_radius_km <= circle.radius_km <= rule.max_radius_km
        and circle.rms_km <= rule.residual * circle.radius_km
        and circle.sectors >= rule.min_sectors
        and circle.one_way >= rule.one_way
    )


@compiled
def thinned(fixes, first, last, step_km, rows):
    """Fill `rows` with the usable rows from `first` to `last` that lie at least a step apart; returns how many."""
    _, _, lat, lon, _ = fixes
    k = 0
    for i in range(first, last + 1):
        if not (abs(lat[i]) <= 90.0 and abs(lon[i]) <= 180.0):
            continue
        if k:
            p = rows[k - 1]
            north = (lat[i] - lat[p]) * KM_A_DEGREE
            east = _turned(lon[i] - lon[p]) * KM_A_DEGREE * math.cos(math.radians(lat[p]))
            if north * north + east * east < step_km * step_km:
                continue
        rows[k] = i
        k += 1
    return k


@compiled
def fit(lat, lon, rows):
    """Fit a circle to the fixes of these rows, in a plane around their mean; all NaN where they lie on a line."""
    n = rows.shape[0]
    lat0, lon0 = lat[rows[0]], lon[rows[0]]
    mean_y, mean_x = 0.0, 0.0
    for i in rows:
        mean_y += lat[i] - lat0
        mean_x += _turned(lon[i] - lon0)
    mean_y, mean_x = mean_y / n, mean_x / n
    wide = KM_A_DEGREE * max(math.cos(math.radians(lat0 + mean_y)), 1e-6)
    xx, yy, xy, xz, yz = 0.0, 0.0, 0.0, 0.0, 0.0
    for i in rows:
        y = (lat[i] - lat0 - mean_y) * KM_A_DEGREE
        x = (_turned(lon[i] - lon0) - mean_x) * wide
        z = x * x + y * y
        xx, yy, xy, xz, yz = xx + x * x, yy + y * y, xy + x * y, xz + x * z, yz + y * z
    det = xx * yy - xy * xy
    if not det > 1e-9 * (xx + yy) ** 2:
        return Fit(np.nan, np.nan, np.nan, np.nan, np.nan, 0, np.nan)
    cx, cy = 0.5 * (xz * yy - yz * xy) / det, 0.5 * (yz * xx - xz * xy) / det
    radius = math.sqrt(cx * cx + cy * cy + (xx + yy) / n)
    left, round_, ahead, before = 0.0, 0.0, 0, 0.0
    hit = np.zeros(SECTORS, np.bool_)
    for k in range(n):
        i = rows[k]
        y = (lat[i] - lat0 - mean_y) * KM_A_DEGREE - cy
        x = (_turned(lon[i] - lon0) - mean_x) * wide - cx
        left += (math.sqrt(x * x + y * y) - radius) ** 2
        angle = math.atan2(x, y)
        hit[min(int((angle + math.pi) / (2.0 * math.pi) * SECTORS), SECTORS - 1)] = True
        if k:
            step = _wrapped(angle - before)
            round_ += step
            ahead += 1 if step > 0.0 else 0
        before = angle
    share = ahead / max(n - 1, 1)
    return Fit(
        lat0 + mean_y + cy / KM_A_DEGREE, _turned(lon0 + mean_x + cx / wide), radius, math.sqrt(left / n),
        round_ / (2.0 * math.pi), hit.sum(), max(share, 1.0 - share),
    )  # fmt: skip


@compiled
def reported(fixes, first, last):
    """Mean of the reported speeds from row `first` to row `last` in knots (NaN = none), and the number of usable rows."""
    _, _, lat, lon, sog = fixes
    total, told, usable = 0.0, 0, 0
    for i in range(first, last + 1):
        if abs(lat[i]) <= 90.0 and abs(lon[i]) <= 180.0:
            usable += 1
            if sog[i] >= 0.0:
                total += sog[i]
                told += 1
    return total / told if told else np.nan, usable


@compiled
def _turned(degrees):
    if degrees > 180.0:
        return degrees - 360.0
    return degrees + 360.0 if degrees < -180.0 else degrees


@compiled
def _wrapped(angle):
    """An angle in (-π, π], from one in (-2π, 2π)."""
    if angle > math.pi:
        return angle - 2.0 * math.pi
    return angle + 2.0 * math.pi if angle <= -math.pi else angle
