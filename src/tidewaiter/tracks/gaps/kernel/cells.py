"""Cells of the Earth: bands of latitude, cut into parts of about equal width."""

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import DEGREE

AROUND = 9


@compiled
def bands(degrees):
    """Return the first cell of each band of latitude and one past the last, (bands + 1,) int64."""
    count = max(1, math.ceil(180.0 / degrees - 1e-9))
    first = np.zeros(count + 1, np.int64)
    for b in range(count):
        middle = (b + 0.5) * 180.0 / count - 90.0
        first[b + 1] = first[b] + max(1, int(360.0 / degrees * math.cos(middle * DEGREE)))
    return first


@compiled
def cell(lat, lon, first):
    """Return the cell of a position in degrees, -1 when it is none."""
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        return -1
    count = first.shape[0] - 1
    band = min(int((lat + 90.0) / 180.0 * count), count - 1)
    width = first[band + 1] - first[band]
    return first[band] + min(int((lon + 180.0) / 360.0 * width), width - 1)


@compiled
def around(lat, lon, first, out):
    """Write the cell of a position and its neighbours, each once, to `out` (AROUND,); return how many."""
    if not (abs(lat) <= 90.0 and abs(lon) <= 180.0):
        return 0
    count = first.shape[0] - 1
    band = min(int((lat + 90.0) / 180.0 * count), count - 1)
    n = 0
    for b in range(max(band - 1, 0), min(band + 2, count)):
        width = first[b + 1] - first[b]
        part = min(int((lon + 180.0) / 360.0 * width), width - 1)
        for step in range(-1, min(width, 3) - 1):
            out[n] = first[b] + (part + step) % width
            n += 1
    return n
