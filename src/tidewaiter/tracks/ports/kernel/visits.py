"""Where visits begin and end in a list of events."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.ports.kernel.machine import ENTRY, EXIT


@compiled
def visit_slices(vessel, segment, kind, lat, lon, apart_nm):
    """Cut events, sorted by vessel, time and type, into visits.

    Args:
        vessel, segment: (n,) numbers that are equal where the ids are.
        kind: (n,) types as numbered in `machine`.
        lat, lon: (n,) degrees of the places.
        apart_nm: events of two segments further apart belong to two visits.

    Returns:
        (visits + 1,) slices of the events, and (visits,) the set of types of each, as bits.
    """
    n = kind.shape[0]
    start = np.empty(n + 1, np.int64)
    seen = np.zeros(n, np.int64)
    visits = 0
    for i in range(n):
        begins = i == 0 or vessel[i] != vessel[i - 1] or kind[i] == ENTRY or kind[i - 1] == EXIT
        if not begins and segment[i] != segment[i - 1]:
            begins = _apart_nm(lat[i - 1], lon[i - 1], lat[i], lon[i]) > apart_nm
        if begins:
            start[visits] = i
            visits += 1
        seen[visits - 1] |= 1 << kind[i]
    start[visits] = n
    return start[: visits + 1].copy(), seen[:visits].copy()


@compiled
def _apart_nm(lat_a, lon_a, lat_b, lon_b):
    scale = math.cos(math.radians(0.5 * (lat_a + lat_b)))
    lon = (lon_b - lon_a + 180) % 360 - 180
    return math.hypot(lat_b - lat_a, scale * lon) * 60
