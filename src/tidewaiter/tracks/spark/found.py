"""What workers find, as rows of a Spark table: a kind, the lot, a bin of time, and bytes.

Tables go as Arrow streams. Tracks on the grid of time go as records, cut into bins of time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SCHEMA = "kind string, lot int, bin long, payload binary"
ARROW = pa.schema([("kind", pa.string()), ("lot", pa.int32()), ("bin", pa.int64()), ("payload", pa.binary())])
COUNTS, TELLING, GRID, HULLS = "counts", "telling", "grid", "hulls"
"""Kinds of rows besides those of events."""


class Counts(msgspec.Struct, frozen=True, array_like=True):
    """Of one lot.

    Attributes:
        repeats, jumps: rows that were dropped because they repeat another or are off in time.
        rows: rows that are left.
        begins: time of the first of them, UTC microseconds.
        straight, swapped: votes on whether latitude and longitude are exchanged.
        vessels: int64, their keys.
    """

    repeats: int
    jumps: int
    rows: int
    begins: int
    straight: int
    swapped: int
    vessels: bytes


def row(kind: str, lot: int, payload: bytes | memoryview) -> pa.RecordBatch:
    """Return one row."""
    return rows(kind, lot, np.zeros(1, np.int64), pa.array([payload], pa.binary()))


def rows(kind: str, lot: int, bins: NDArray[np.int64], payloads: pa.Array) -> pa.RecordBatch:
    """Return one row for each bin."""
    kinds = pa.array([kind] * len(bins), pa.string())
    return pa.RecordBatch.from_arrays(
        [kinds, pa.array([lot] * len(bins), pa.int32()), pa.array(bins), payloads], schema=ARROW
    )


def as_bytes(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def as_table(payload: Any) -> pa.Table:
    """Return what `as_bytes` wrote."""
    with pa.ipc.open_stream(pa.py_buffer(payload)) as reader:
        return reader.read_all()


def fetched(frame: Any) -> Iterator[tuple[str, int, bytes]]:
    """Yield kind, lot and payload of all rows of a frame, a partition at a time."""
    for found in frame.select("kind", "lot", "payload").toLocalIterator():
        yield found["kind"], found["lot"], bytes(found["payload"])
