"""Runs of instants at which the same two vessels are near: raw encounters, once from each vessel's side."""

import math
from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import DEGREE, haversine_km
from tidewaiter.tracks.encounters.kernel.resample import DAY, median

_KNOTS = 1.94384  # in a metre a second, as the reference rounds it


class Rule(NamedTuple):
    """When near instants make an encounter.

    Attributes:
        step: microseconds between instants.
        shortest: least duration in microseconds, inclusive.
        holes_join: instants at which the first vessel has no row do not end a run.
        by_day: midnight ends a run.
    """

    step: int
    shortest: int
    holes_join: bool
    by_day: bool


class Meetings(NamedTuple):
    """Encounters seen from the side of their first vessel; (encounters,) each.

    Attributes:
        unit1, unit2: int64.
        start, end: int64 microseconds.
        count1, count2: int64 messages.
        lat, lon, km, knots, start_lat, start_lon, end_lat, end_lon: float64; means of position, medians of distance and
            speed of the first vessel, its first and last position.
    """

    unit1: np.ndarray
    unit2: np.ndarray
    start: np.ndarray
    end: np.ndarray
    count1: np.ndarray
    count2: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    km: np.ndarray
    knots: np.ndarray
    start_lat: np.ndarray
    start_lon: np.ndarray
    end_lat: np.ndarray
    end_lon: np.ndarray


@compiled
def no_meetings(n):
    """Return room for n encounters."""
    return Meetings(
        np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64),
        np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n),
        np.empty(n), np.empty(n), np.empty(n),
    )  # fmt: skip


@compiled
def meetings(sampled, pairs, rule):
    """Return the encounters of both directions.

    Args:
        sampled: rows of vessels on the grid, ordered by unit and slot.
        pairs: ordered by the unit of a, the unit of b, and time.
        rule: when there is one.
    """
    found = 0
    for side in range(2):
        found += _runs(sampled, pairs, rule, side == 0, no_meetings(0), 0)
    out = no_meetings(found)
    n = 0
    for side in range(2):
        n = _runs(sampled, pairs, rule, side == 0, out, n)
    return out


@compiled
def _runs(sampled, pairs, rule, forward, out, n):
    fill = out.start.shape[0] > 0
    valid = pairs.sees if forward else pairs.seen
    ones, twos = (pairs.a, pairs.b) if forward else (pairs.b, pairs.a)
    begin = 0
    while begin < ones.shape[0]:
        if not valid[begin]:
            begin += 1
            continue
        end = begin + 1
        while end < ones.shape[0] and valid[end] and _goes_on(sampled, ones, twos, end, rule):
            end += 1
        first, last = ones[begin], ones[end - 1]
        if end - begin > 1 and (sampled.slot[last] - sampled.slot[first]) * rule.step >= rule.shortest:
            if fill:
                _tell(sampled, ones[begin:end], twos[begin:end], pairs.km[begin:end], rule, out, n)
            n += 1
        begin = end
    return n


@compiled
def _goes_on(sampled, ones, twos, k, rule):
    """Whether the near instant k belongs to the run of the one before."""
    one, before = ones[k], ones[k - 1]
    if sampled.unit[one] != sampled.unit[before] or sampled.unit[twos[k]] != sampled.unit[twos[k - 1]]:
        return False
    if rule.by_day and sampled.slot[one] * rule.step // DAY != sampled.slot[before] * rule.step // DAY:
        return False
    return one == before + 1 if rule.holes_join else sampled.slot[one] == sampled.slot[before] + 1


@compiled
def _tell(sampled, ones, twos, km, rule, out, n):
    size = ones.shape[0]
    speeds, cosines, sines = np.empty(size - 1), np.empty(size), np.empty(size)
    count1, count2 = 0.0, 0.0
    for k in range(size):
        i = ones[k]
        count1 += sampled.density[i]
        count2 += sampled.density[twos[k]]
        cosines[k], sines[k] = math.cos(sampled.lon[i] * DEGREE), math.sin(sampled.lon[i] * DEGREE)
        if k:
            j = ones[k - 1]
            metres = 1000 * haversine_km(sampled.lat[j], sampled.lon[j], sampled.lat[i], sampled.lon[i])
            speeds[k - 1] = metres / ((sampled.slot[i] - sampled.slot[j]) * rule.step / 1e6)
    first, last = ones[0], ones[size - 1]
    out.unit1[n], out.unit2[n] = sampled.unit[first], sampled.unit[twos[0]]
    out.start[n], out.end[n] = sampled.slot[first] * rule.step, sampled.slot[last] * rule.step
    out.count1[n], out.count2[n] = int(np.rint(count1)), int(np.rint(count2))
    out.lat[n] = _mean(sampled.lat[ones])
    out.lon[n] = math.atan2(_mean(sines), _mean(cosines)) * (180.0 / math.pi)
    out.km[n], out.knots[n] = median(km), median(speeds) * _KNOTS
    out.start_lat[n], out.start_lon[n] = sampled.lat[first], sampled.lon[first]
    out.end_lat[n], out.end_lon[n] = sampled.lat[last], sampled.lon[last]


@compiled
def _mean(values):
    """Mean of the exact sum, as Python's `statistics.mean`: summed in two parts (D. Knuth's exact addition)."""
    high, low = 0.0, 0.0
    for value in values:
        total = high + value
        part = total - high
        low += (high - (total - part)) + (value - part)
        high = total
    n = float(values.shape[0])
    mean = high / n
    rest = _remainder(high, mean, n)
    return mean + (rest + low) / n


@compiled
def _remainder(high, mean, n):
    """Return high - mean * n without loss (T. J. Dekker's exact product)."""
    product = mean * n
    split = 134217729.0 * mean
    big = split - (split - mean)
    small = mean - big
    split = 134217729.0 * n
    n_big = split - (split - n)
    n_small = n - n_big
    error = ((big * n_big - product) + big * n_small + small * n_big) + small * n_small
    return (high - product) - error
