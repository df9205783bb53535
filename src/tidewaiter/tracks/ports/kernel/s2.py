"""S2 cells, as far as the reference needs them: numbers and neighbours of level 9, tokens of level 14.

A cell is (face, i, j) on a cube around the globe with the quadratic projection; see s2geometry.io and
GlobalFishingWatch/anchorages_pipeline : pipe_anchorages/common.py @ 099169e4.
"""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.ports.kernel.sphere import EARTH_KM

LEVEL = 9
ACROSS = 1 << LEVEL
CELLS = 6 * ACROSS * ACROSS
LEAVES = 1 << 30
# Along the curve: which quadrant (2 i + j) comes at each position, and how the curve turns in it, for each of its four
# orientations (1 = i and j swapped, 2 = both inverted).
QUADRANT = np.array([[0, 1, 3, 2], [0, 2, 3, 1], [3, 2, 0, 1], [3, 1, 0, 2]], np.int64)
TURN = np.array([1, 0, 0, 3], np.int64)


@compiled
def _face_uv(x, y, z):
    ax, ay, az = abs(x), abs(y), abs(z)
    if ax > ay and ax > az:
        return (0, y / x, z / x) if x >= 0 else (3, z / x, y / x)
    if ax <= ay and ay > az:
        return (1, -x / y, z / y) if y >= 0 else (4, z / y, -x / y)
    return (2, -x / z, -y / z) if z >= 0 else (5, -y / z, -x / z)


@compiled
def _xyz(face, u, v):
    if face == 0:
        return 1.0, u, v
    if face == 1:
        return -u, 1.0, v
    if face == 2:
        return -u, -v, 1.0
    if face == 3:
        return -1.0, -v, -u
    if face == 4:
        return v, -1.0, -u
    return v, u, -1.0


@compiled
def _leaf(s):
    return max(0, min(LEAVES - 1, math.floor(LEAVES * s)))


@compiled
def _s_of(u):
    return 0.5 * math.sqrt(1 + 3 * u) if u >= 0 else 1 - 0.5 * math.sqrt(1 - 3 * u)


@compiled
def leaf_of(lat, lon):
    """(face, i, j) of the smallest cell that holds a position in degrees; i, j in [0, 2**30)."""
    phi, theta = math.radians(lat), math.radians(lon)
    face, u, v = _face_uv(math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi))
    return face, _leaf(_s_of(u)), _leaf(_s_of(v))


@compiled
def _number(face, i, j):
    return (face * ACROSS + (i >> (30 - LEVEL))) * ACROSS + (j >> (30 - LEVEL))


@compiled
def _beyond(face, i, j):
    """Cell of a leaf that may lie past an edge of its face."""
    if 0 <= i < LEAVES and 0 <= j < LEAVES:
        return _number(face, i, j)
    u = (2 * max(-1, min(LEAVES, i)) + 1 - LEAVES) / LEAVES
    v = (2 * max(-1, min(LEAVES, j)) + 1 - LEAVES) / LEAVES
    x, y, z = _xyz(face, u, v)
    other, u, v = _face_uv(x, y, z)
    return _number(other, _leaf(0.5 * (u + 1)), _leaf(0.5 * (v + 1)))


@compiled
def _around(lat, lon, out):
    """Fill `out` with the distinct cells that are or touch the one of a position; returns their number."""
    face, i, j = leaf_of(lat, lon)
    size = LEAVES >> LEVEL
    i &= -size
    j &= -size
    n = 0
    for di in range(-1, 2):
        for dj in range(-1, 2):
            cell = _beyond(face, i + di * size, j + dj * size)
            known = False
            for k in range(n):
                known = known or out[k] == cell
            if not known:
                out[n] = cell
                n += 1
    return n


@compiled
def listing(lat, lon):
    """List each place under its cell and the neighbours of it: (cells + 1,) slices and the places, ascending."""
    around = np.empty(9, np.int64)
    start = np.zeros(CELLS + 1, np.int32)
    for p in range(lat.shape[0]):
        for k in range(_around(lat[p], lon[p], around)):
            start[around[k] + 1] += 1
    for k in range(CELLS):
        start[k + 1] += start[k]
    item = np.empty(start[CELLS], np.int32)
    at = start[:-1].copy()
    for p in range(lat.shape[0]):
        for k in range(_around(lat[p], lon[p], around)):
            item[at[around[k]]] = p
            at[around[k]] += 1
    return start, item


@compiled
def nearest_listed(start, item, shapes, lat, lon, two):
    """Nearest of the places listed under the cell of each position and its distance in km; -1 and NaN: none listed.

    `two` is the number 2.0: a power that the compiler cannot know stays the power of the C library, whose last bit
    differs from a product once in a thousand times.
    """
    place = np.full(lat.shape[0], -1, np.int64)
    km = np.full(lat.shape[0], np.nan)
    for i in range(lat.shape[0]):
        face, u, v = leaf_of(lat[i], lon[i])
        cell = _number(face, u, v)
        least = np.inf
        for at in range(start[cell], start[cell + 1]):
            p = np.int64(item[at])
            away = _distance_km(lat[i], lon[i], shapes.lat[p], shapes.lon[p], shapes.cos_lat[p], two)
            if away < least:
                least = away
                place[i] = p
                km[i] = away
    return place, km


@compiled
def _distance_km(lat_a, lon_a, lat_b, lon_b, cos_b, two):
    p = math.sin(math.radians(lat_a - lat_b) / 2) ** two
    q = math.sin(math.radians(lon_a - lon_b) / 2) ** two
    h = p + math.cos(math.radians(lat_a)) * cos_b * q
    return 2 * EARTH_KM * math.asin(math.sqrt(min(h, 1.0)))


@compiled
def cell_ids(lat, lon, level):
    """64-bit ids of the cells of a level that hold the positions."""
    ids = np.empty(lat.shape[0], np.uint64)
    for n in range(lat.shape[0]):
        face, i, j = leaf_of(lat[n], lon[n])
        position = np.uint64(face)
        turn = face & 1
        for depth in range(29, 29 - level, -1):
            quadrant = ((i >> depth) & 1) * 2 + ((j >> depth) & 1)
            k = 0
            while QUADRANT[turn, k] != quadrant:
                k += 1
            position = (position << np.uint64(2)) | np.uint64(k)
            turn ^= TURN[k]
        ids[n] = ((position << np.uint64(1)) | np.uint64(1)) << np.uint64(60 - 2 * level)
    return ids
