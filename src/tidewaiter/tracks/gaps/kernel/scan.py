"""Silences in tracks, and the messages before and after them."""

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import geodesic_m

KINDS = 4  # terrestrial, satellite, dynamic, another


@compiled
def find_silences(first, t, longest, until):
    """Return the last row before each silence and the first after it, and the vessel; (gaps,) int64 each.

    Args:
        first: (vessels + 1,) slices the rows.
        t: (rows,) microseconds, ascending within a vessel.
        longest: a silence lasts longer than this, in microseconds.
        until: the data end here; a vessel that has been silent for longer then has an open gap, whose end is -1.
    """
    gaps = 0
    for v in range(first.shape[0] - 1):
        for i in range(first[v] + 1, first[v + 1]):
            gaps += t[i] - t[i - 1] > longest
        if first[v + 1] > first[v]:
            gaps += until - t[first[v + 1] - 1] > longest
    before, after, vessel = np.empty(gaps, np.int64), np.empty(gaps, np.int64), np.empty(gaps, np.int64)
    n = 0
    for v in range(first.shape[0] - 1):
        for i in range(first[v] + 1, first[v + 1]):
            if t[i] - t[i - 1] > longest:
                before[n], after[n], vessel[n] = i - 1, i, v
                n += 1
        last = first[v + 1] - 1
        if last >= first[v] and until - t[last] > longest:
            before[n], after[n], vessel[n] = last, -1, v
            n += 1
    return before, after, vessel


@compiled
def count_around(first, t, kind, before, after, vessel, span):
    """Count messages by kind of receiver before and after each gap.

    The message at the edge of the gap counts once, others of the same instant do not, and those at the far end of the
    span do.

    Returns:
        (gaps, KINDS) int64 before, and after; zeros after an open gap.
    """
    earlier = np.zeros((before.shape[0], KINDS), np.int64)
    later = np.zeros((before.shape[0], KINDS), np.int64)
    for g in range(before.shape[0]):
        edge = before[g]
        earlier[g, kind[edge]] += 1
        i = edge - 1
        while i >= first[vessel[g]] and t[i] >= t[edge] - span:
            if t[i] < t[edge]:
                earlier[g, kind[i]] += 1
            i -= 1
        edge = after[g]
        if edge < 0:
            continue
        later[g, kind[edge]] += 1
        i = edge + 1
        while i < first[vessel[g] + 1] and t[i] <= t[edge] + span:
            if t[i] > t[edge]:
                later[g, kind[i]] += 1
            i += 1
    return earlier, later


@compiled
def straight_distances(lat, lon, before, after):
    """Return the geodesic distance in metres between the ends of each gap; NaN when it is open or a position is none."""
    out = np.full(before.shape[0], math.nan)
    for g in range(before.shape[0]):
        if after[g] >= 0:
            out[g] = geodesic_m(lat[before[g]], lon[before[g]], lat[after[g]], lon[after[g]])
    return out
