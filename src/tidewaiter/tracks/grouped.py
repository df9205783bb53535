"""Rows of a table grouped by vessel or segment, in the order of time: what the kernels of gaps, loitering and encounters run over.

Columns go by the names of the positions table or by those of Global Fishing Watch's tables; units may be numbers or text.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError

NAMES = {
    "vessel": ("vessel_key", "ssvid"),
    "segment": ("segment_id", "seg_id"),
    "t": ("t", "timestamp"),
    "lat": ("lat",),
    "lon": ("lon",),
    "speed": ("sog_kn", "speed"),
    "course": ("cog_deg", "course"),
    "receiver": ("receiver_type",),
    "message": ("msgid",),
    "hours": ("hours",),
    "metres": ("meters_to_prev",),
    "shore": ("distance_from_shore_m",),
}
"""What a column holds -> the names it may have."""
FURTHEST_US = 2**60
"""Sums and differences of times within this stay within 64 bits."""


class Grouped(NamedTuple):
    """Rows of one table, unit after unit.

    Attributes:
        names: (units,) text, the vessels or segments in the order in which their rows come.
        first: (units + 1,) int64, slices the rows.
        t: (rows,) int64 UTC microseconds, ascending within a unit.
        order: (rows,) int64, where each row stands in the table; None = as it comes.
    """

    names: pa.StringArray
    first: np.ndarray
    t: np.ndarray
    order: np.ndarray | None

    def rank(self) -> np.ndarray:
        """Return the place of each unit in the order of names (by their bytes), (units,) int64."""
        rank = np.empty(len(self.names), np.int64)
        rank[pc.sort_indices(self.names).to_numpy()] = np.arange(len(rank))
        return rank

    def column(self, table: pa.Table, what: str) -> np.ndarray:
        """Return a column of numbers as float64 in the order of the rows; NaN for null or an absent column.

        Raises:
            InputError: it holds no numbers.
        """
        name = named(table, what)
        if name is None:
            return _read_only(np.full(len(self.t), np.nan))
        column = table[name]
        if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
            raise InputError(f"{name} is {column.type}, not a number", hint="give it as float64")
        values = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), np.float64)
        return _read_only(values if self.order is None else values[self.order])

    def rows(self, places: np.ndarray) -> pa.Array:
        """Return which rows of the table stand at these places; a negative place gives null."""
        found = places if self.order is None else self.order[np.maximum(places, 0)] if len(self.t) else places
        return pa.array(found, pa.int64(), mask=places < 0)

    def mask(self, kept: np.ndarray) -> pa.Array:
        """Return flags of the rows in the order of the table."""
        if self.order is not None:
            flags = np.empty_like(kept)
            flags[self.order] = kept
            kept = flags
        return pa.array(kept)


def grouped(table: pa.Table, unit: str) -> Grouped:
    """Return the rows grouped by unit and ordered by time; rows of one instant stay in the order of the table.

    Args:
        table: any number of columns; the unit and the time are needed.
        unit: ``vessel`` or ``segment``.

    Raises:
        InputError: a needed column is missing, of another type, or has nulls.
    """
    codes, names = _units(table, unit)
    t = times(table)
    rows = len(t)
    heads = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1)) if rows else np.empty(0, np.int64)
    together = len(np.unique(codes[heads])) == len(heads)
    late = np.diff(t) < 0
    late[heads[1:] - 1] = False
    order = None
    if not together or late.any():
        order = np.lexsort((t, codes))
        codes, t = codes[order], t[order]
        heads = np.flatnonzero(np.diff(codes, prepend=codes[0] - 1))
    texts = names.take(pa.array(codes[heads])) if isinstance(names, pa.Array) else pa.array(codes[heads])
    return Grouped(texts.cast(pa.string()), np.append(heads, rows).astype(np.int64), _read_only(t), order)


def times(table: pa.Table) -> np.ndarray:
    """Return the times as int64 UTC microseconds, in the order of the table.

    Raises:
        InputError: the column is missing, holds something else, or nulls.
    """
    name = named(table, "t", needed=True)
    column = table[name]
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    if not pa.types.is_integer(column.type):
        raise InputError(f"{name} is {column.type}, not a time", hint="give it as timestamp, or as int64 microseconds")
    _refuse_nulls(column, name)
    t = np.asarray(column.to_numpy(zero_copy_only=False), np.int64)
    if len(t) and (t.min() < -FURTHEST_US or t.max() > FURTHEST_US):
        raise InputError(f"{name} holds times beyond all calendars", hint="give microseconds since 1970, UTC")
    return t


def named(table: pa.Table, what: str, *, needed: bool = False) -> str | None:
    """Return the name of the column that holds this, None when there is none.

    Raises:
        InputError: there is none, but it is needed.
    """
    found = next((name for name in NAMES[what] if name in table.column_names), None)
    if found is None and needed:
        raise InputError(f"positions lack {what}", hint=f"name the column {' or '.join(NAMES[what])}")
    return found


def text_column(table: pa.Table, what: str, rows: pa.Array) -> pa.Array:
    """Return some rows of a column as text; null where the row is null or the column is absent."""
    name = named(table, what)
    if name is None:
        return pa.nulls(len(rows), pa.string())
    return as_array(table[name].take(rows)).cast(pa.string())


def as_array(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as one array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _read_only(values: np.ndarray) -> np.ndarray:
    """Return one type of array whether it came from Arrow or not, so that kernels are compiled once."""
    view = np.ascontiguousarray(values).view()
    view.flags.writeable = False
    return view


def _units(table: pa.Table, unit: str) -> tuple[np.ndarray, pa.Array | None]:
    name = named(table, unit, needed=True)
    column = table[name]
    _refuse_nulls(column, name)
    if pa.types.is_integer(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False), np.int64), None
    if not _is_text(column.type):
        raise InputError(f"{name} is {column.type}, not text or a whole number")
    coded = as_array(column)
    if not pa.types.is_dictionary(coded.type):
        coded = coded.dictionary_encode()
    return np.asarray(coded.indices.to_numpy(zero_copy_only=False), np.int64), coded.dictionary


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _refuse_nulls(column: pa.ChunkedArray, name: str | None) -> None:
    if column.null_count:
        raise InputError(f"{name} is missing in {column.null_count} rows", hint="leave such rows out")
