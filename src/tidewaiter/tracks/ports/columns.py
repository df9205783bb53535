"""The columns that port events are made of, checked and as arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.model.tables import TIME

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARLIEST, LATEST = -(2**59), 2**59  # microseconds, about 18,000 years: sums of times and gaps stay whole


class Names(NamedTuple):
    """Names of the columns that say whose a position is.

    Attributes:
        vessel: events and visits are told of these; text or whole numbers.
        segment: stretches of one hull within a vessel, which the daily thinning takes one by one; None = the vessel.
            Rows without one belong to no track and are not used.
        ssvid: number sent by the vessel (MMSI); None = the vessel.
    """

    vessel: str = "vessel_key"
    segment: str | None = None
    ssvid: str | None = None


VESSELS = Names()


class Columns(NamedTuple):
    """Positions as arrays; see `read_columns`.

    Attributes:
        t: (n,) UTC microseconds.
        lat, lon: (n,) float64 degrees, NaN = null.
        speed: (n,) float64 knots, NaN = null.
        run: (n,) int32, number of the vessel in the order of the rows.
        slot: (n,) int32, number of the segment below `slots`.
    """

    t: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    speed: NDArray[np.float64]
    run: NDArray[np.int32]
    slot: NDArray[np.int32]
    slots: int


def chosen(positions: pa.Table | pa.RecordBatch, names: Names) -> pa.Table:
    """Return the columns that are used, under names of our own and in types of few kinds.

    Columns: ``vessel``, ``segment`` and ``ssvid`` where they have names, ``t`` int64, ``lat``, ``lon``, ``speed``.

    Raises:
        InputError: a column is missing or of a type that cannot be used, or a vessel or time is null.
    """
    table = pa.table(positions) if isinstance(positions, pa.RecordBatch) else positions
    if names.segment in table.column_names and table[names.segment].null_count:
        table = table.filter(pc.is_valid(table[names.segment]))
    segment = None if names.segment == names.vessel else names.segment
    wanted = {"vessel": names.vessel, "segment": segment, "ssvid": names.ssvid}
    wanted |= {"t": "t", "lat": "lat", "lon": "lon", "speed": "sog_kn"}
    found: dict[str, pa.ChunkedArray] = {}
    for own, name in wanted.items():
        if name is None:
            continue
        if name not in table.column_names:
            hint = did_you_mean(name, table.column_names) or f"there are: {', '.join(table.column_names)}"
            raise InputError(f'positions have no column "{name}"', hint=hint)
        try:
            found[own] = _TYPED[own](table[name])
        except pa.ArrowException as error:
            hint = "vessels are text or whole numbers, t is a time or UTC microseconds, the others are numbers"
            raise InputError(f'column "{name}" is of a type that cannot be used here', hint=hint) from error
        if own in {"vessel", "segment", "t"} and found[own].null_count:
            raise InputError(f'column "{name}" has empty cells', hint="leave rows without it out")
    return pa.table(found)


def _key(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    raise pa.ArrowTypeError(f"{kind} is no key")


def _time(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
    if pa.types.is_integer(column.type):
        return column.cast(pa.int64())
    raise pa.ArrowTypeError(f"{column.type} is no time")


def _number(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.float64())


_TYPED = {
    "vessel": _key,
    "segment": _key,
    "ssvid": _key,
    "t": _time,
    "lat": _number,
    "lon": _number,
    "speed": _number,
}


def read_columns(table: pa.Table) -> Columns:
    """Return the columns of `chosen` as arrays.

    Raises:
        InputError: rows are not grouped by vessel, or not in the order of time within one.
    """
    from tidewaiter.tracks.ports.kernel.order import runs  # noqa: PLC0415  Numba is loaded when used

    t = _numpy(table["t"])
    if t.size and not (t.min() > EARLIEST and t.max() < LATEST):
        raise InputError("a time lies out of range", hint="t is UTC microseconds since 1970")
    run, first, bad = runs(_codes(table["vessel"]), t)
    if bad >= 0:
        hint = f"sort by (vessel, time) first; row {bad} of these comes before the row above it"
        raise InputError("positions are not in the order of time", hint=hint)
    heads = table["vessel"].take(pa.array(first))
    if len(heads) != len(pc.unique(heads)):
        raise InputError("rows of one vessel do not stand together", hint="sort by (vessel, time) first")
    slot, slots = run, len(first)
    if "segment" in table.column_names:
        coded = _whole(table["segment"]).dictionary_encode()
        slot, slots = coded.indices.to_numpy(zero_copy_only=False).astype(np.int32), len(coded.dictionary)
    lat, lon, speed = (_numpy(table[name]) for name in ("lat", "lon", "speed"))
    return Columns(t, lat, lon, speed, run, slot, slots)


def _numpy(column: pa.ChunkedArray) -> NDArray[Any]:
    return _frozen(_whole(column).to_numpy(zero_copy_only=False))


def _codes(column: pa.ChunkedArray) -> NDArray[Any]:
    """Whole numbers that are equal where the cells are; for text small ones, counted from 0."""
    if pa.types.is_integer(column.type):
        return _numpy(column)
    return _frozen(_whole(column).dictionary_encode().indices.to_numpy(zero_copy_only=False))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    """Read-only, as most come from Arrow: kernels are compiled for one kind of array, not for two."""
    values = values.view()
    values.flags.writeable = False
    return values


def times(t: NDArray[np.int64]) -> pa.Array:
    """UTC microseconds as time stamps."""
    return pa.array(t, pa.int64()).cast(TIME)


def rank(column: pa.ChunkedArray) -> NDArray[np.intp]:
    """Rank of each cell among the sorted distinct values, shape (n,)."""
    coded = column.combine_chunks().dictionary_encode()
    ranks = np.argsort(pc.sort_indices(coded.dictionary).to_numpy())
    return np.asarray(ranks[coded.indices.to_numpy()])
