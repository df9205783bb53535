"""The store of ordered positions: one Parquet file, sorted by vessel and time, a few bytes a row.

Columns are whole numbers of a unit where that loses nothing (`units`), delta-coded; else doubles, their bytes split.
Absent speeds, courses and headings are -1 there. The file's metadata, under ``tidewaiter``, holds the units, the summary of
what was read, and the index: keys of the vessels and the row each begins at. Row groups end where a vessel ends, unless the
vessel alone has more than a million rows.
"""

from __future__ import annotations

import base64
import os
import zlib
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.tracks.reading import Summary  # noqa: TC001 - read when a store is opened
from tidewaiter.tracks.store.kernel.whole import to_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tidewaiter.tracks.store.order import Ordered
    from tidewaiter.tracks.store.tracks import Tracks

EDITION = 2
"""Raised when the same input gives another file than before; a store of another edition is made again."""
ABSENT = -1
NO_DEGREE = -2_147_483_648
ROW_GROUP = 1 << 18
LARGEST_GROUP = 1 << 20
QUANTITIES = ("lat", "lon", "sog_kn", "cog_deg", "heading_deg")


class About(msgspec.Struct, frozen=True):
    """What the metadata of a store says."""

    edition: int
    key: str
    units: dict[str, tuple[float, float] | None]
    time_step: int
    summary: Summary
    vessel_names: list[str]
    extras: dict[str, str]  # name -> int64 | float64 | text
    texts: dict[str, list[str]]
    vessel_keys: str  # int64, deltas, deflated, base 64
    starts: str  # likewise

    def index(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the vessels, and the row each begins at with the end: int64[n], int64[n + 1]."""
        return unpack(self.vessel_keys), unpack(self.starts)


def absent(name: str) -> int:
    """Return the number that stands for "not available" in a column."""
    return NO_DEGREE if name in {"lat", "lon"} else ABSENT


def write(ordered: Ordered, path: Path, key: str) -> Iterator[Tracks]:
    """Write a store while its positions pass by: yields each batch after it is written.

    The file appears when the iteration is over, whole or not at all.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    keys: list[NDArray[np.int64]] = []
    starts: list[NDArray[np.int64]] = []
    rows = 0
    writer: pq.ParquetWriter | None = None
    held: list[pa.Table] = []
    held_rows = 0
    try:
        for tracks in ordered:
            table = _table(tracks, ordered)
            if writer is None:
                writer = _writer(temporary, table.schema)
            if held and held_rows + table.num_rows > ROW_GROUP:
                writer.write_table(pa.concat_tables(held), row_group_size=LARGEST_GROUP)
                held, held_rows = [], 0
            held.append(table)
            held_rows += table.num_rows
            keys.append(tracks.vessel_key)
            starts.append(tracks.starts[:-1] + rows)
            rows += len(tracks.t)
            yield tracks
        if writer is None:
            writer = _writer(temporary, _empty().schema)
        if held:
            writer.write_table(pa.concat_tables(held), row_group_size=LARGEST_GROUP)
        writer.add_key_value_metadata({"tidewaiter": msgspec.json.encode(_about(ordered, key, keys, starts, rows))})
        writer.close()
        writer = None
        temporary.replace(path)
    finally:
        if writer is not None:
            writer.close()
        temporary.unlink(missing_ok=True)


def pack(numbers: NDArray[np.int64]) -> str:
    """Return whole numbers as text."""
    deltas = np.diff(numbers, prepend=np.int64(0)).astype("<i8")
    return base64.b64encode(zlib.compress(deltas.tobytes(), 6)).decode()


def unpack(text: str) -> NDArray[np.int64]:
    """Return what `pack` made text of."""
    return np.cumsum(np.frombuffer(zlib.decompress(base64.b64decode(text)), "<i8"), dtype=np.int64)


def _table(tracks: Tracks, ordered: Ordered) -> pa.Table:
    columns: dict[str, Any] = {"vessel_key": tracks.keys_by_row(), "t": tracks.t // ordered.units.time_step}
    for name in QUANTITIES:
        unit = ordered.units.unit(name)
        values = getattr(tracks, name)
        columns[name] = values if unit is None else to_whole(values, unit[0], absent(name))
    columns |= {f"extra:{name}": values for name, values in tracks.extras.items()}
    return pa.table(columns)


def _empty() -> pa.Table:
    return pa.table({"vessel_key": np.empty(0, np.int64), "t": np.empty(0, np.int64)})


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    encodings = {
        field.name: "DELTA_BINARY_PACKED" if pa.types.is_integer(field.type) else "BYTE_STREAM_SPLIT"
        for field in schema
        if field.name != "vessel_key"
    }
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=["vessel_key"],
        column_encoding=encodings,
        write_statistics=["vessel_key", "t"],
    )


def _about(
    ordered: Ordered, key: str, keys: list[NDArray[np.int64]], starts: list[NDArray[np.int64]], rows: int
) -> About:
    empty = np.empty(0, np.int64)
    texts = ordered.reading.extra_texts
    return About(
        edition=EDITION,
        key=key,
        units={name: ordered.units.unit(name) for name in QUANTITIES},
        time_step=ordered.units.time_step,
        summary=ordered.reading.summary,
        vessel_names=ordered.vessel_names,
        extras={name: "text" if name in texts else "number" for name in ordered.reading.extras},
        texts=texts,
        vessel_keys=pack(np.concatenate([*keys, empty])),
        starts=pack(np.append(np.concatenate([*starts, empty]), rows)),
    )
