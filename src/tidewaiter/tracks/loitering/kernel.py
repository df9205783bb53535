"""Clock hours of a track and the runs of slow ones.

A bucket holds the messages of one segment in one clock hour. A run holds successive slow buckets and begins with the last
message of the bucket before; hours and distance add up from the second message on.
"""

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import DEGREE, RADIUS_KM

HOUR, DAY = 3_600_000_000, 86_400_000_000


@compiled
def legs(first, t, lat, lon):
    """Return hours since and metres from the previous row of the segment, (rows,) float64 each; NaN for the first."""
    hours, metres = np.full(t.shape[0], math.nan), np.full(t.shape[0], math.nan)
    for s in range(first.shape[0] - 1):
        cos_before = math.cos(lat[first[s]] * DEGREE)
        for i in range(first[s] + 1, first[s + 1]):
            cos_lat = cos_before if lat[i] == lat[i - 1] else math.cos(lat[i] * DEGREE)
            down = math.sin(0.5 * ((lat[i] - lat[i - 1]) * DEGREE))
            across = math.sin(0.5 * ((lon[i] - lon[i - 1]) * DEGREE))
            h = down * down + cos_before * cos_lat * (across * across)
            hours[i] = (t[i] - t[i - 1]) / 1e6 / 3600.0
            metres[i] = 2000.0 * RADIUS_KM * math.asin(math.sqrt(min(h, 1.0)))
            cos_before = cos_lat
    return hours, metres


@compiled
def hourly(first, t, hours, metres, slow_kn, longest_h):
    """Return the buckets.

    Args:
        first: (segments + 1,) slices the rows.
        t: (rows,) microseconds, ascending within a segment.
        hours, metres: (rows,) the leg to each row; NaN where it is unknown.
        slow_kn: a bucket is slow below this speed.
        longest_h: longer legs are left out, as if they were unknown.

    Returns:
        First row of each bucket and one past the last, (buckets + 1,) int64; its segment, (buckets,) int64; hours, metres,
        knots, (buckets, 3) float64, NaN where unknown; whether it is slow.
    """
    buckets = 0
    for s in range(first.shape[0] - 1):
        last = -1
        for i in range(first[s], first[s + 1]):
            hour = t[i] // HOUR
            buckets += i == first[s] or hour != last
            last = hour
    begin, segment = np.empty(buckets + 1, np.int64), np.empty(buckets, np.int64)
    b = 0
    for s in range(first.shape[0] - 1):
        last = -1
        for i in range(first[s], first[s + 1]):
            hour = t[i] // HOUR
            if i == first[s] or hour != last:
                begin[b], segment[b] = i, s
                b += 1
            last = hour
    begin[buckets] = t.shape[0]
    sums, slow = np.empty((buckets, 3)), np.empty(buckets, np.bool_)
    for b in range(buckets):
        h, m = _sums(hours, metres, begin[b], begin[b + 1], longest_h)
        sums[b, 0], sums[b, 1], sums[b, 2] = h, m, m / h / 1852.0
        slow[b] = sums[b, 2] < slow_kn
    return begin, segment, sums, slow


@compiled
def runs(begin, segment, t, hours, slow, longest_h):
    """Return first and last row and whether it begins where the run before ends; cut at midnight.

    The bucket before gives its last message when it is of the same or the previous day and the leg between is not too long.

    Returns:
        (runs,) int64, int64, bool.
    """
    room = slow.sum() + 1
    start, end, follows = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.bool_)
    n, b = 0, 0
    buckets = segment.shape[0]
    while b < buckets:
        if not slow[b]:
            b += 1
            continue
        head = begin[b]
        day = t[head] // DAY
        if b > 0 and segment[b - 1] == segment[b] and day - t[head - 1] // DAY <= 1 and not hours[head] > longest_h:
            head -= 1
        b += 1
        while (
            b < buckets and slow[b] and segment[b] == segment[b - 1] and t[begin[b]] // DAY == day
            and not hours[begin[b]] > longest_h
        ):  # fmt: skip
            b += 1
        if begin[b] - 1 > head:
            start[n], end[n] = head, begin[b] - 1
            follows[n] = n > 0 and end[n - 1] == head
            n += 1
    return start[:n].copy(), end[:n].copy(), follows[:n].copy()


@compiled
def add_up(start, end, hours, metres, shore, longest_h):
    """Return hours, metres and mean distance from shore in metres of each run, (runs, 3) float64; NaN where unknown."""
    out = np.empty((start.shape[0], 3))
    for r in range(start.shape[0]):
        out[r, 0], out[r, 1] = _sums(hours, metres, start[r] + 1, end[r] + 1, longest_h)
        n, weight, weighted, plain = 0, 0.0, 0.0, 0.0
        for i in range(start[r], end[r] + 1):
            if not math.isnan(shore[i]):
                n += 1
                plain += shore[i]
                if hours[i] != 0.0 and not math.isnan(hours[i]) and not hours[i] > longest_h:
                    weight += hours[i]
                    weighted += shore[i] * hours[i]
        out[r, 2] = weighted / weight if weight > 0.0 else plain / n if n > 0 else math.nan
    return out


@compiled
def _sums(hours, metres, begin, end, longest_h):
    """Sums of the hours that are neither unknown nor zero, and of the known metres; NaN when there are none."""
    h, m, any_h, any_m = 0.0, 0.0, False, False
    for i in range(begin, end):
        if hours[i] > longest_h:
            continue
        if hours[i] != 0.0 and not math.isnan(hours[i]):
            h += hours[i]
            any_h = True
        if not math.isnan(metres[i]):
            m += metres[i]
            any_m = True
    return (h if any_h else math.nan), (m if any_m else math.nan)
