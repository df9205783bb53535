"""The arrays that the compiled core works on, as named tuples (which Numba understands)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Shapes(NamedTuple):
    """Places, in ascending order of their ids.

    Attributes:
        lat, lon: (places,) degrees of the centre.
        cos_lat: (places,) cosine of `lat`.
        x, y, z: (places,) unit vector of a point; NaN for a circle and an outline.
        radius_km: (places,) extent around the centre; 0 for a point and for an outline.
        south, north, west, east: (places,) degrees; `west` to `east` may leave [-180, 180], so that it is one stretch.
        edge: (places + 1,) slices `edges`; empty for a point or circle.
        edges: (edges, 10) short pieces of outlines: lat, lon of both ends in degrees, then both ends as unit vectors.
    """

    lat: Floats
    lon: Floats
    cos_lat: Floats
    x: Floats
    y: Floats
    z: Floats
    radius_km: Floats
    south: Floats
    north: Floats
    west: Floats
    east: Floats
    edge: Ints
    edges: Floats


class Grid(NamedTuple):
    """Cells of latitude and longitude with the places that can be within reach of a position in them.

    Only blocks of 16 x 16 cells that some place can reach are kept, so that the open sea costs one look.

    Attributes:
        scale: cells per degree.
        rows, columns: cells from south to north and round the globe.
        entry_km, exit_km: nearer counts as near, further as far.
        block: (blocks of the globe,) number of the kept block, -1 = nothing within reach.
        start: (kept cells + 1,) slices `item`.
        item: places of a cell, ascending.
        sure: (kept cells,) 1 where every position of the cell is within `entry_km` of a place.
    """

    scale: float
    rows: int
    columns: int
    entry_km: float
    exit_km: float
    block: NDArray[np.int32]
    start: NDArray[np.int32]
    item: NDArray[np.int32]
    sure: NDArray[np.uint8]
