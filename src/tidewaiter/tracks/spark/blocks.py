"""Blocks: rows of one batch and one lot of vessels as bytes, one block a row of a Spark table.

Columns of the table: `lot`; `place`, which batch of all files the rows are of; `times` and `said`, the rows, `WHEN` and
`said_kind`; `texts`, what the segments of the block are called, as MessagePack. Rows of a negative lot are words of the
reader, see `decode`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.tracks.store.kernel.sorting import gather, partition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WHEN = np.dtype([("key", "<i8"), ("t", "<i8")])
SAID = np.dtype([("lat", "<f8"), ("lon", "<f8"), ("sog_kn", "<f8"), ("cog_deg", "<f8"), ("heading_deg", "<f4")])
SEGMENT = "segment"
SCHEMA = "lot int, place long, times binary, said binary, texts binary"
ARROW = pa.schema(
    [("lot", pa.int32()), ("place", pa.int64()), ("times", pa.binary()), ("said", pa.binary()), ("texts", pa.binary())]
)


def said_kind(*, segments: bool) -> np.dtype[Any]:
    """Return the type of a row of `said`; with segments it ends with a number, or the place of a text."""
    return np.dtype([*SAID.descr, (SEGMENT, "<f8")]) if segments else SAID


def cut(columns: dict[str, NDArray[Any]], place: int, lots: int, texts: Sequence[str] | None = None) -> pa.RecordBatch:
    """Return the blocks of a batch of rows.

    Args:
        columns: those of `WHEN` and `SAID`, and `SEGMENT` if there are segments.
        place: which batch it is of all.
        lots: how many lots there are.
        texts: what the codes of segments stand for, of which a negative one is null; None = segments are numbers.
    """
    lot = lot_of(columns["key"], lots)
    order, begins = partition(lot, np.arange(lots, dtype=np.int32), lots)
    some = np.flatnonzero(np.diff(begins)).astype(np.int32)
    ends = np.append(begins[:-1][some], begins[-1])
    parts = [pa.array(some), pa.array(np.full(len(some), place, np.int64))]
    moved = {name: gather(column, order) for name, column in columns.items()}
    words = [b""] * len(some)
    if texts is not None:
        words = _texts_by_block(moved, ends, texts)
    for kind in (WHEN, said_kind(segments=SEGMENT in columns)):
        rows = np.empty(len(order), kind)
        for name in kind.names or ():
            rows[name] = moved[name]
        parts.append(as_binary(rows, ends))
    parts.append(pa.array(words, pa.binary()))
    return pa.RecordBatch.from_arrays(parts, schema=ARROW)


def _texts_by_block(moved: dict[str, NDArray[Any]], ends: NDArray[np.int64], texts: Sequence[str]) -> list[bytes]:
    """Return the texts of each block, and have the column of segments say where a row's text stands among them."""
    codes, words = moved[SEGMENT], []
    places = np.empty(len(codes), np.float64)
    for begin, end in pairwise(ends.tolist()):
        used, places[begin:end] = np.unique(codes[begin:end], return_inverse=True)
        words.append(msgspec.msgpack.encode([None if code < 0 else texts[code] for code in used.tolist()]))
    moved[SEGMENT] = places
    return words


def lot_of(key: NDArray[np.int64], lots: int) -> NDArray[np.int32]:
    """Return the lot of each vessel; multiplicative hashing (Knuth), with the golden ratio of 64 bits."""
    mixed = (key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
    return (mixed % np.uint64(lots)).astype(np.int32)


def as_binary(rows: NDArray[Any], ends: NDArray[np.int64]) -> pa.Array:
    """Return records as cells of bytes, without a copy.

    Args:
        rows: structured array.
        ends: int64[cells + 1], where each cell begins, and the end; ascending, all rows.
    """
    offsets = (ends * rows.dtype.itemsize).astype(np.int32)
    data = pa.py_buffer(np.ascontiguousarray(rows).view(np.uint8).reshape(-1))
    return pa.BinaryArray.from_buffers(pa.binary(), len(ends) - 1, [None, pa.py_buffer(offsets), data])


def records(batches: Sequence[pa.RecordBatch], name: str, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return the cells of a column of bytes as one array of records."""
    return np.concatenate([_of(batch.column(name), kind)[0] for batch in batches])


def sizes(batches: Sequence[pa.RecordBatch], name: str, kind: np.dtype[Any]) -> NDArray[np.int64]:
    """Return how many records each cell of a column holds."""
    return np.concatenate([_of(batch.column(name), kind)[1] for batch in batches])


def _of(cells: pa.Array, kind: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    wide = pa.types.is_large_binary(cells.type)
    _, positions, data = cells.buffers()
    offsets = np.frombuffer(positions, np.int64 if wide else np.int32)[cells.offset : cells.offset + len(cells) + 1]
    raw = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]] if data is not None else np.empty(0, np.uint8)
    return raw.view(kind), np.diff(offsets).astype(np.int64) // kind.itemsize
