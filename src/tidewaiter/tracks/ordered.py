"""Positions as plain arrays, in the order of vessel and time: what the kernels of stops, jumps and circles run over."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEEDED = ("vessel_key", "t", "lat", "lon")


class Fixes(NamedTuple):
    """Columns of positions; all of one length.

    Attributes:
        vessel: int64.
        t: int64, UTC microseconds.
        lat, lon: float64 degrees WGS 84; NaN where there is none.
        sog: float64 knots; NaN where there is none.
    """

    vessel: np.ndarray
    t: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    sog: np.ndarray


def batches(positions: pa.Table | pa.RecordBatch) -> Iterator[Fixes]:
    """Yield the columns batch by batch, without copies where Arrow has no nulls.

    Args:
        positions: ``vessel_key``, ``t`` (timestamp, or int64 UTC microseconds), ``lat``, ``lon`` and, where there is
            one, ``sog_kn``, ordered by vessel and time.

    Raises:
        InputError: a column is missing or of another type, or a vessel or a time is null.
    """
    missing = [name for name in NEEDED if name not in positions.schema.names]
    if missing:
        raise InputError(f"positions lack {', '.join(missing)}", hint=f"the columns are {', '.join(NEEDED)}, sog_kn")
    parts: Iterable[pa.RecordBatch] = positions.to_batches() if isinstance(positions, pa.Table) else (positions,)
    for part in parts:
        sog = _decimals(part, "sog_kn") if "sog_kn" in part.schema.names else np.full(part.num_rows, np.nan)
        yield _sealed(whole(part, "vessel_key"), times(part, "t"), _decimals(part, "lat"), _decimals(part, "lon"), sog)


def at_once(positions: pa.Table | pa.RecordBatch) -> Fixes:
    """Return the columns as `batches` yields them, joined.

    Raises:
        InputError: as `batches`.
    """
    parts = list(batches(positions))
    if len(parts) == 1:
        return parts[0]
    if not parts:
        empty = np.empty(0)
        return _sealed(empty.astype(np.int64), empty.astype(np.int64), empty, empty, empty)
    return _sealed(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def refuse_disorder(row: int) -> None:
    """Raise when a kernel found a row out of order.

    Args:
        row: the first such row; negative = none.

    Raises:
        InputError: there is one.
    """
    if row >= 0:
        raise InputError(
            f"positions are not in the order of vessel and time: row {row} (counted from 0) comes too late",
            hint="sort them by vessel_key, then t",
        )


def whole(part: pa.RecordBatch, name: str) -> np.ndarray:
    """Return a column of whole numbers as int64.

    Raises:
        InputError: it holds nulls or something else than whole numbers.
    """
    column = part.column(name)
    if not pa.types.is_integer(column.type):
        raise InputError(f"{name} is {column.type}, not a whole number", hint="give it as int64")
    if column.null_count:
        raise InputError(f"{name} is missing in {column.null_count} rows", hint="leave such rows out")
    return np.asarray(column.to_numpy(zero_copy_only=False), np.int64)


def times(part: pa.RecordBatch, name: str) -> np.ndarray:
    """Return a column of times as int64 UTC microseconds.

    Raises:
        InputError: it holds nulls or something else than times.
    """
    column = part.column(name)
    if pa.types.is_timestamp(column.type):
        column = pc.cast(column, pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
        part = pa.RecordBatch.from_arrays([column], names=[name])
    return whole(part, name)


def moments(t: np.ndarray) -> pa.Array:
    """Return int64 UTC microseconds as Arrow times."""
    return pa.array(t, pa.int64()).cast(pa.timestamp("us", tz="UTC"))


def words(codes: np.ndarray, meanings: tuple[str, ...]) -> pa.DictionaryArray:
    """Return small whole numbers as the words they stand for."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(meanings, pa.string()))


def _sealed(*columns: np.ndarray) -> Fixes:
    """Return columns that cannot be written to, as those of Arrow are: kernels are compiled once and not for both kinds."""
    views = [column.view() for column in columns]
    for view in views:
        view.flags.writeable = False
    return Fixes(*views)


def _decimals(part: pa.RecordBatch, name: str) -> np.ndarray:
    column = part.column(name)
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        raise InputError(f"{name} is {column.type}, not a number", hint="give it as float64")
    return np.asarray(column.to_numpy(zero_copy_only=False), np.float64)
