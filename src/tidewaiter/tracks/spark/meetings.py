"""Encounters on Spark: who is near whom by bins of time, then runs by pairs of vessels.

A bin holds all vessels of the world at some instants of the grid, so no pair is cut and no halo is needed in space; a pair's
near instants of all bins then meet in one place, so none is needed in time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tracks.encounters import MERGED, Resampled
from tidewaiter.tracks.encounters.parts import GRID, PAIR, encounters_of, pairs_at
from tidewaiter.tracks.spark import found
from tidewaiter.tracks.spark.blocks import as_binary, lot_of, records
from tidewaiter.tracks.spark.lots import whole_lots

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tidewaiter.tracks.encounters import Encounters

BIN_H = 6
BLOCKS = "lot long, rows binary"
PIECE = 1 << 20  # pairs
PAIR_LOTS = 8
"""Lots of pairs for each task."""


def grid_rows(lot: int, grid: Resampled, thresholds: Encounters) -> pa.RecordBatch:
    """Return tracks on the grid as rows of what workers find, one for each bin of time.

    Units are the keys of the vessels until all vessels are known.
    """
    sampled = grid.sampled
    size = len(sampled.unit)
    rows = np.empty(size, GRID)
    rows["unit"] = grid.units.names.cast(pa.int64()).to_numpy()[sampled.unit]
    heads = np.searchsorted(sampled.unit, np.arange(len(grid.units.names)))
    rows["row"] = np.arange(size) - heads[sampled.unit]
    for name in ("slot", "lat", "lon", "density"):
        rows[name] = getattr(sampled, name)
    bins = sampled.slot // max(1, BIN_H * 3_600_000_000 // thresholds.step_us())
    order = np.argsort(bins, kind="stable")
    bins = bins[order]
    begins = np.flatnonzero(np.diff(bins, prepend=bins[0] - 1)) if size else np.empty(0, np.int64)
    return found.rows(found.GRID, lot, bins[begins], as_binary(rows[order], np.append(begins, size)))


def encounters_on_spark(seen: Any, vessels: NDArray[np.int64], thresholds: Encounters) -> pa.Table:
    """Return the encounters of the fleet, as `find_encounters`.

    Args:
        seen: what workers found, with the rows of `grid_rows`.
        vessels: int64, keys of all vessels, ascending.
        thresholds: what counts as an encounter.
    """
    names = pa.array(vessels).cast(pa.string())
    order = pc.sort_indices(names).to_numpy()
    unit = np.empty(len(vessels), np.int64)
    unit[order] = np.arange(len(vessels))
    names = names.take(pa.array(order))
    parts = 2 * seen.sparkSession.sparkContext.defaultParallelism
    lots = parts * PAIR_LOTS

    def near(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _, held in whole_lots(batches):
            grid = records(held, "rows", GRID).copy()
            grid["unit"] = unit[np.searchsorted(vessels, grid["unit"])]
            pairs = pairs_at(grid, thresholds)
            for first in range(0, len(pairs), PIECE):
                yield _by_pair(pairs[first : first + PIECE], lots)

    def met(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _, held in whole_lots(batches):
            table = encounters_of(records(held, "rows", PAIR), names, thresholds)
            yield pa.RecordBatch.from_arrays([pa.array([found.as_bytes(table)], pa.binary())], names=["encounters"])

    grid = seen.filter(f"kind = '{found.GRID}'").selectExpr("bin as lot", "payload as rows")
    pairs = grid.repartition(parts, "lot").sortWithinPartitions("lot").mapInArrow(near, BLOCKS)
    runs = pairs.repartition(parts, "lot").sortWithinPartitions("lot").mapInArrow(met, "encounters binary")
    tables = [found.as_table(bytes(row["encounters"])) for row in runs.toLocalIterator()]
    table = pa.concat_tables([MERGED.empty_table(), *tables])
    keys = [(name, "ascending") for name in ("vessel_1_id", "vessel_2_id", "start_time")]
    return table.take(pc.sort_indices(table, keys))


def _by_pair(pairs: NDArray[np.void], lots: int) -> pa.RecordBatch:
    """Return pairs as blocks, those of the same two vessels in one lot."""
    lot = lot_of(pairs["a"]["unit"] * 0x1F123BB5 + pairs["b"]["unit"], lots)
    order = np.argsort(lot, kind="stable")
    lot = lot[order]
    begins = np.flatnonzero(np.diff(lot, prepend=-1))
    cells = as_binary(pairs[order], np.append(begins, len(lot)))
    return pa.RecordBatch.from_arrays([pa.array(lot[begins].astype(np.int64)), cells], names=["lot", "rows"])
