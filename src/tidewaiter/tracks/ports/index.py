"""The nearest-place index: a grid of cells for one pair of distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.tracks.ports.kernel.arrays import Grid

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.ports.places import Places

# A cell of about 0.4 of the exit distance: at 4 km a 64th of a degree.
CELLS_PER_REACH = 2.5
KM_PER_DEGREE = 111.2
FINEST, COARSEST = 7, -2  # cells per degree, as powers of two: whole numbers of cells round the globe
MOST_CELLS, MOST_COST = 30_000_000, 100_000_000


class PlaceIndex(msgspec.Struct, frozen=True):
    """Places and the grid over them.

    Attributes:
        places: the places.
        ids: their ids once more, as an Arrow array.
        grid: compiled arrays; distances up to `grid.exit_km` are exact, beyond it nothing is found.
    """

    places: Places
    ids: pa.Array
    grid: Grid

    def ids_of(self, place: NDArray[np.int64]) -> pa.Array:
        """Ids of places by their numbers; null for -1."""
        return self.ids.take(pa.array(place, mask=place < 0))


def index_places(places: Places, entry_km: float, exit_km: float) -> PlaceIndex:
    """Lay a grid over places, good for one entry and one exit distance.

    Cells get coarser where places or distances are so large that there would be too many; answers stay exact.
    """
    from tidewaiter.tracks.ports.kernel import grid as kernel  # noqa: PLC0415  Numba is loaded when used

    entry_km, exit_km = float(entry_km), float(exit_km)  # kernels are compiled for one kind of number
    shapes = places.shapes
    power = int(np.clip(np.floor(np.log2(KM_PER_DEGREE / exit_km * CELLS_PER_REACH)), COARSEST, FINEST))
    while True:
        scale = 2.0**power
        rows, columns = int(180 * scale), int(360 * scale)
        cells, cost = kernel.cells_within(shapes, scale, rows, columns, exit_km)
        if power <= COARSEST or (cells <= MOST_CELLS and cost <= MOST_COST):
            break
        power -= 1
    side = kernel.SIDE
    blocks = -(-rows // side) * -(-columns // side)
    block = np.full(blocks, -1, np.int32)
    cell, place = np.empty(cells, np.int32), np.empty(cells, np.int32)
    sure = np.zeros(min(int(cells), blocks) * side * side, np.uint8)
    n, kept = kernel.pairs(shapes, scale, rows, columns, entry_km, exit_km, block, cell, place, sure)
    start, item = kernel.by_cell(cell[:n], place[:n], kept * side * side)
    sure = sure[: kept * side * side].copy()
    ids = pa.array(places.ids, pa.string())
    return PlaceIndex(places, ids, Grid(scale, rows, columns, entry_km, exit_km, block, start, item, sure))


def nearest_places(index: PlaceIndex, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> pa.Table:
    """Nearest place of each position within the exit distance of the index.

    Args:
        index: as `index_places` makes it.
        lat: (n,) degrees WGS 84.
        lon: (n,) degrees WGS 84.

    Returns:
        `place_id` and `distance_km` (haversine on a sphere of 6,371 km, 0 inside), null where no place is so near.
    """
    from tidewaiter.tracks.ports.kernel.grid import nearest  # noqa: PLC0415

    lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    place, km = nearest(index.grid, index.places.shapes, lat, lon)
    return pa.table({"place_id": index.ids_of(place), "distance_km": pa.array(km, mask=place < 0)})
