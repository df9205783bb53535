"""Encounters in parts: near pairs of some instants, and the encounters of some pairs of vessels.

Who is near whom at an instant is told by the positions of that instant alone, and runs of a pair by its own near instants. So
a fleet too large for one machine is cut by instants first, then by pairs; the tables are those of `find_encounters`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tidewaiter.tracks.encounters.find import MERGED, encounters_of_pairs, near_pairs

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.tracks.encounters.kernel import Sampled
    from tidewaiter.tracks.encounters.rule import Encounters

GRID = np.dtype([(name, "<i8") for name in ("unit", "row", "slot")] + [(n, "<f8") for n in ("lat", "lon", "density")])
"""A vessel at an instant: `row` counts the instants of the vessel, so that it is seen where one is missing."""
PAIR = np.dtype([("a", GRID), ("b", GRID), ("km", "<f8"), ("sees", "?"), ("seen", "?")])
"""Two vessels near one another at an instant; a is the lower unit."""


def pairs_at(grid: NDArray[np.void], thresholds: Encounters) -> NDArray[np.void]:
    """Return the near pairs, `PAIR`, by units and instant.

    Args:
        grid: `GRID`; all vessels at some instants, in any order. Units are numbers in the order of the vessels' names.
        thresholds: what counts as near.
    """
    found = near_pairs(_sampled(grid), thresholds)
    out = np.empty(len(found.a), PAIR)
    out["a"], out["b"] = grid[found.a], grid[found.b]
    out["km"], out["sees"], out["seen"] = found.km, found.sees, found.seen
    return out


def encounters_of(pairs: NDArray[np.void], names: pa.Array, thresholds: Encounters) -> pa.Table:
    """Return the encounters of some pairs of vessels.

    Args:
        pairs: `PAIR`; all near instants of these pairs, in any order.
        names: text, of the units.
        thresholds: what counts as an encounter.

    Returns:
        Table of the schema `MERGED`, ordered by both vessels and start.
    """
    from tidewaiter.tracks.encounters import kernel  # noqa: PLC0415 - Numba only when it is needed

    if not len(pairs):
        return MERGED.empty_table()
    pairs = pairs[np.lexsort((pairs["a"]["slot"], pairs["b"]["unit"], pairs["a"]["unit"]))]
    both = np.concatenate([pairs["a"], pairs["b"]])
    order = np.lexsort((both["row"], both["unit"]))
    rows = both[order]
    fresh = np.append(True, (np.diff(rows["unit"]) != 0) | (np.diff(rows["row"]) != 0))
    rows = rows[fresh]
    # where a vessel has an instant between two of these, an empty row keeps them apart
    holes = (np.diff(rows["unit"]) == 0) & (np.diff(rows["row"]) > 1)
    at = np.arange(len(rows)) + np.append(0, np.cumsum(holes))
    grid = np.zeros(at[-1] + 1, GRID)
    grid["unit"] = -1
    grid[at] = rows
    place = np.empty(len(both), np.int64)
    place[order] = at[np.cumsum(fresh) - 1]
    columns = [np.ascontiguousarray(pairs[name]) for name in ("km", "sees", "seen")]
    found = kernel.Pairs(place[: len(pairs)], place[len(pairs) :], *columns)
    return encounters_of_pairs(_sampled(grid), found, names, thresholds)


def _sampled(grid: NDArray[np.void]) -> Sampled:
    from tidewaiter.tracks.encounters import kernel  # noqa: PLC0415

    unit, slot, lat, lon, density = (np.ascontiguousarray(grid[n]) for n in ("unit", "slot", "lat", "lon", "density"))
    return kernel.Sampled(unit, slot, lat, lon, np.full(len(grid), np.nan), density)
