"""Raw encounters of the same two vessels that follow one another become one."""

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import DEGREE
from tidewaiter.tracks.encounters.kernel.resample import median
from tidewaiter.tracks.encounters.kernel.runs import no_meetings


@compiled
def merge(raw, vessel, apart, counts_twice):
    """Return the joined encounters and which raw ones each is made of.

    Args:
        raw: encounters ordered by the lower vessel, the higher one, start, end, and (vessel, segment) of either side.
        vessel: (units,) int64 number of the vessel of each segment; vessels are compared by it.
        apart: encounters of a pair at least so far apart stay apart, microseconds.
        counts_twice: both directions add to the counts of messages; otherwise each vessel's own direction does.

    Returns:
        Encounters, whose units are the vessels (`unit1` is the lower); (encounters + 1,) slices the raw ones.
    """
    n_raw = raw.start.shape[0]
    heads = np.empty(n_raw + 1, np.int64)
    n, end = 0, 0
    for k in range(n_raw):
        if k == 0 or not _same_pair(raw, vessel, k - 1, k) or raw.start[k] - end >= apart:
            heads[n], end = k, raw.end[k]
            n += 1
        end = max(end, raw.end[k])
    heads[n] = n_raw
    out = no_meetings(n)
    for m in range(n):
        _join(raw, vessel, heads[m], heads[m + 1], out, m, counts_twice)
    return out, heads[: n + 1].copy()


@compiled
def _same_pair(raw, vessel, j, k):
    j1, j2, k1, k2 = vessel[raw.unit1[j]], vessel[raw.unit2[j]], vessel[raw.unit1[k]], vessel[raw.unit2[k]]
    return min(j1, j2) == min(k1, k2) and max(j1, j2) == max(k1, k2)


@compiled
def _join(raw, vessel, begin, stop, out, m, counts_twice):
    one, two = vessel[raw.unit1[begin]], vessel[raw.unit2[begin]]
    out.unit1[m], out.unit2[m] = min(one, two), max(one, two)
    seconds, lat, cosine, sine, count1, count2 = 0.0, 0.0, 0.0, 0.0, 0, 0
    earliest, latest = begin, begin
    for k in range(begin, stop):
        weight = (raw.end[k] - raw.start[k]) / 1e6
        seconds += weight
        lat += weight * raw.lat[k]
        cosine += weight * math.cos(raw.lon[k] * DEGREE)
        sine += weight * math.sin(raw.lon[k] * DEGREE)
        turned = vessel[raw.unit1[k]] == out.unit2[m]
        if counts_twice or not turned or out.unit1[m] == out.unit2[m]:
            count1 += raw.count2[k] if turned else raw.count1[k]
            count2 += raw.count1[k] if turned else raw.count2[k]
        if raw.start[k] < raw.start[earliest]:
            earliest = k
        if raw.end[k] > raw.end[latest]:
            latest = k
    seconds = max(seconds, 1.0)
    out.start[m], out.end[m] = raw.start[earliest], raw.end[latest]
    out.lat[m] = lat / seconds
    out.lon[m] = math.atan2(sine / seconds, cosine / seconds) * (180.0 / math.pi)
    out.km[m], out.knots[m] = median(raw.km[begin:stop]), median(raw.knots[begin:stop])
    out.count1[m], out.count2[m] = count1, count2
    out.start_lat[m], out.start_lon[m] = raw.start_lat[earliest], raw.start_lon[earliest]
    out.end_lat[m], out.end_lon[m] = raw.end_lat[latest], raw.end_lon[latest]
