"""Positions read, ordered and kept by ours, beside the rows they were read from and the input of the reference pipelines.

The input of the oracles is what its README says it is made of: rows of the regression messages with a segment and a position,
in the order of the file. Read with the preset ``gfw``, kept in a store and taken out again, they have to be the same rows with
the same bits, once both are in the order of vessel, time and row.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.tracks.presets import preset
from tidewaiter.tracks.reading import ROW, Clean, read
from tidewaiter.tracks.store import Ordered, keep

COLUMNS = ("vessel_key", "t", "lat", "lon", "sog_kn", "cog_deg", "row", "seg_id")
NOT_A_SPEED, NOT_A_COURSE = 102.25, 360.0


def compare(data: Path) -> dict[str, object]:
    """Return how many rows are equal and different, straight and through a store.

    Args:
        data: folder of the samples, with ``oracles`` in it.
    """
    clean = preset("gfw", "clean", Clean)
    file = data / "gfw_segment_regression.parquet"
    theirs = _theirs(data / "oracles" / "input.parquet")
    reading = read(file, "gfw", extras=[ROW, "expected"], clean=clean)
    straight = _ours(Ordered(reading), None, reading)
    with TemporaryDirectory() as folder:
        store = keep(file, Path(folder), "gfw", extras=[ROW, "expected"], clean=clean)
        kept = _ours(store.batches(), store.extra_texts["expected"], None)
        size = store.path.stat().st_size
    return {
        "read": dict(reading.summary.rejected) | {"kept": reading.summary.kept},
        "ordered": _count(straight, theirs),
        "stored": _count(kept, theirs) | {"bytes_a_row": round(size / max(1, store.summary.kept), 2)},
    }


def _theirs(path: Path) -> list[tuple[Any, ...]]:
    table = pq.read_table(path)
    rows = zip(
        (int(key) for key in table["ssvid"].to_pylist()),
        np.asarray(table["timestamp"].cast(pa.int64())).tolist(),
        table["lat"].to_pylist(),
        table["lon"].to_pylist(),
        (v if v is not None and v < NOT_A_SPEED else None for v in table["speed"].to_pylist()),
        (v if v is not None and v < NOT_A_COURSE else None for v in table["course"].to_pylist()),
        table["row"].to_pylist(),
        table["seg_id"].to_pylist(),
        strict=True,
    )
    return sorted(rows, key=lambda row: (row[0], row[1], row[6]))


def _ours(batches: Any, texts: list[str] | None, reading: Any) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for batch in batches:
        names = texts if texts is not None else reading.extra_texts["expected"]
        columns = [
            batch.keys_by_row().tolist(),
            batch.t.tolist(),
            batch.lat.tolist(),
            batch.lon.tolist(),
            *([None if np.isnan(v) else v for v in column.tolist()] for column in (batch.sog_kn, batch.cog_deg)),
            (batch.extras[ROW].astype(np.int64) - 1).tolist(),
            [None if code < 0 else names[int(code)] for code in batch.extras["expected"].tolist()],
        ]
        found += [row for row in zip(*columns, strict=True) if row[-1] is not None]
    return found


def _count(ours: list[tuple[Any, ...]], theirs: list[tuple[Any, ...]]) -> dict[str, Any]:
    equal = sum(a == b for a, b in zip(ours, theirs, strict=False))
    different = [(a, b) for a, b in zip(ours, theirs, strict=False) if a != b]
    examples = [dict(zip(COLUMNS, zip(a, b, strict=True), strict=True)) for a, b in different[:3]]
    return {"equal": equal, "ours": len(ours), "theirs": len(theirs), "different": len(different), "examples": examples}
