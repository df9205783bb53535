"""Tracks on a grid of time: interpolated between messages, dead-reckoned before the first and after the last.

Every step is the reference's (GlobalFishingWatch/pipe-encounters : src/pipe_encounters/transforms/sort_by_time.py,
resample.py @ df93ee4), with a switch for each of its faults.
"""

import math
from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import DEGREE

DAY = 86_400_000_000
_TOP_SPEED_KN = 102.2
_LEAST_COS = 0.1  # of the latitude, for eastward dead reckoning


class Grid(NamedTuple):
    """How tracks are put on the grid.

    Attributes:
        step, longest: microseconds between instants of the grid; longest silence that is bridged.
        very_slow_kn: below, a message without a course may be dead-reckoned (as if north).
        needs_motion: a message without speed or course is left out; otherwise it is only not dead-reckoned from.
        by_day: each UTC day by itself.
        course_twice: the course is turned to radians twice.
        keeps_known: a message exactly on the grid is taken as it is, even beside a hole.
    """

    step: int
    longest: int
    very_slow_kn: float
    needs_motion: bool
    by_day: bool
    course_twice: bool
    keeps_known: bool


class Sampled(NamedTuple):
    """Vessels at instants of the grid, ordered by unit and time; (rows,) each.

    Attributes:
        unit, slot: int64, whose row; which instant, in steps since 1970.
        lat, lon: float64 degrees.
        speed: float64 knots, NaN where unknown.
        density: float64, messages that the row stands for.
    """

    unit: np.ndarray
    slot: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    speed: np.ndarray
    density: np.ndarray


@compiled
def resample(first, units, t, lat, lon, speed, course, grid):
    """Put tracks on the grid.

    Args:
        first: (units + 1,) slices the rows.
        units: (units,) in which order to go through them; the place in it becomes the number of the unit.
        t: (rows,) microseconds, ascending within a unit.
        lat, lon, speed, course: (rows,) degrees, knots, degrees; NaN where unknown. Rows without a valid position, or
            with a speed that is none, are passed over.
        grid: how.
    """
    none = Sampled(
        np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0), np.empty(0)
    )  # fmt: skip
    rows = _walk(first, units, t, lat, lon, speed, course, grid, none)
    out = Sampled(
        np.empty(rows, np.int64), np.empty(rows, np.int64), np.empty(rows), np.empty(rows), np.empty(rows),
        np.empty(rows),
    )  # fmt: skip
    _walk(first, units, t, lat, lon, speed, course, grid, out)
    return out


@compiled
def _walk(first, units, t, lat, lon, speed, course, grid, out):
    """Return how many rows there are, and write them where there is room."""
    n, fill = 0, out.unit.shape[0] > 0
    for u in range(units.shape[0]):
        i, stop = first[units[u]], first[units[u] + 1]
        begun, day, ahead = False, 0, 0  # ahead: the next slot
        t0, lat0, lon0, speed0, course0 = 0, 0.0, 0.0, 0.0, 0.0
        while i < stop:
            j = i + 1
            while j < stop and t[j] == t[i]:
                j += 1
            now = t[i]
            if j == i + 1:
                known = _valid(lat[i], lon[i], speed[i])
                y, x, s, c = lat[i], lon[i], speed[i], course[i] * DEGREE
            else:
                known, y, x, s, c = _together(lat[i:j], lon[i:j], speed[i:j], course[i:j])
            i = j
            if not known:
                continue
            if math.isnan(c) and s <= grid.very_slow_kn:
                c = 0.0
            if grid.needs_motion and (math.isnan(s) or math.isnan(c)):
                continue
            if begun and grid.by_day and now // DAY != day:
                n = _after(n, out, fill, grid, u, ahead, day, t0, lat0, lon0, speed0, course0)
                begun = False
            if not begun:
                begun, day = True, now // DAY
                ahead = -(-now // grid.step)
                n = _before(n, out, fill, grid, u, ahead, day, now, y, x, s, c)
                if ahead * grid.step == now and grid.keeps_known:
                    n = _put(n, out, fill, u, ahead, y, x, s, 1.0)
                    ahead += 1
            elif now >= ahead * grid.step:
                last = now // grid.step
                if now - t0 < grid.longest:
                    span = now / 1e6 - t0 / 1e6
                    density = _density(span, grid.step)
                    for slot in range(ahead, last + 1 if fill else ahead):
                        mix = (slot * grid.step / 1e6 - t0 / 1e6) / span
                        _put(
                            n + slot - ahead, out, fill, u, slot, y * mix + lat0 * (1 - mix),
                            x * mix + lon0 * (1 - mix), s * mix + speed0 * (1 - mix), density,
                        )  # fmt: skip
                    n += last - ahead + 1
                elif grid.keeps_known and last * grid.step == now:
                    n = _put(n, out, fill, u, last, y, x, s, 1.0)
                ahead = last + 1
            t0, lat0, lon0, speed0, course0 = now, y, x, s, c
        if begun:
            n = _after(n, out, fill, grid, u, ahead, day, t0, lat0, lon0, speed0, course0)
    return n


@compiled
def _before(n, out, fill, grid, u, ahead, day, t0, lat0, lon0, speed0, course0):
    earliest = t0 - grid.longest
    if grid.by_day:
        earliest = max(earliest, day * DAY)
    return _reckon(n, out, fill, grid, u, -(-earliest // grid.step), ahead - 1, t0, lat0, lon0, speed0, course0)


@compiled
def _after(n, out, fill, grid, u, ahead, day, t0, lat0, lon0, speed0, course0):
    latest = t0 + grid.longest
    if grid.by_day:
        latest = min(latest, (day + 1) * DAY - 1)
    begin = max(ahead, t0 // grid.step + 1)
    return _reckon(n, out, fill, grid, u, begin, latest // grid.step, t0, lat0, lon0, speed0, course0)


@compiled
def _reckon(n, out, fill, grid, u, begin, last, t0, lat0, lon0, speed0, course0):
    """Dead reckoning from one message; nothing without speed and course."""
    if last < begin or math.isnan(speed0) or math.isnan(course0):
        return n
    if not fill:
        return n + last - begin + 1
    angle = math.atan2(math.sin(course0), math.cos(course0))
    if grid.course_twice:
        angle *= DEGREE
    a_second = speed0 / (60 * 60) / 60
    north = math.cos(angle) * a_second
    east = math.sin(angle) * a_second / max(math.cos(lat0 * DEGREE), _LEAST_COS)
    for slot in range(begin, last + 1):
        dt = slot * grid.step / 1e6 - t0 / 1e6
        x = (lon0 + dt * east + 180) % 360 - 180
        n = _put(n, out, fill, u, slot, lat0 + dt * north, x, speed0, _density(dt, grid.step))
    return n


@compiled
def _put(n, out, fill, unit, slot, lat, lon, speed, density):
    if fill:
        out.unit[n], out.slot[n] = unit, slot
        out.lat[n], out.lon[n], out.speed[n], out.density[n] = lat, lon, speed, density
    return n + 1


@compiled
def _density(span, step):
    """Messages a step, to two decimals."""
    return np.rint(step / 1e6 / max(span, step / 1e6) * 100.0) / 100.0


@compiled
def _valid(lat, lon, speed):
    return abs(lat) <= 90.0 and abs(lon) <= 180.0 and (math.isnan(speed) or 0.0 <= speed <= _TOP_SPEED_KN)


@compiled
def _together(lat, lon, speed, course):
    """Medians of messages of one instant; latitude and longitude each for itself, the course by its sine and cosine."""
    size = lat.shape[0]
    if size == 2 and _valid(lat[0], lon[0], speed[0]) and _valid(lat[1], lon[1], speed[1]):  # nearly all of them
        c = course[0] * DEGREE
        if course[0] != course[1]:
            first, second = course[0] * DEGREE, course[1] * DEGREE
            c = math.atan2(
                _middle(math.sin(first), math.sin(second)), _middle(math.cos(first), math.cos(second))
            )  # fmt: skip
        return True, _middle(lat[0], lat[1]), _middle(lon[0], lon[1]), _middle(speed[0], speed[1]), c
    lats, lons, knots, sines, cosines = (
        np.empty(size), np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    )  # fmt: skip
    places, speeds, courses = 0, 0, 0
    for k in range(lat.shape[0]):
        if not _valid(lat[k], lon[k], speed[k]):
            continue
        lats[places], lons[places] = lat[k], lon[k]
        places += 1
        if not math.isnan(speed[k]):
            knots[speeds] = speed[k]
            speeds += 1
        if not math.isnan(course[k]):
            sines[courses], cosines[courses] = math.sin(course[k] * DEGREE), math.cos(course[k] * DEGREE)
            courses += 1
    if places == 0:
        return False, math.nan, math.nan, math.nan, math.nan
    s = median(knots[:speeds]) if speeds else math.nan
    c = math.atan2(median(sines[:courses]), median(cosines[:courses])) if courses else math.nan
    return True, median(lats[:places]), median(lons[:places]), s, c


@compiled
def _middle(a, b):
    if math.isnan(a):
        return b
    return a if math.isnan(b) else (a + b) / 2


@compiled
def median(values):
    """Return the median; of an even number the mean of the middle two."""
    ordered = np.sort(values)
    half = ordered.shape[0] // 2
    if ordered.shape[0] % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2
