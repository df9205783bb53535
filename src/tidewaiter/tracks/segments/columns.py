"""The columns the segmenter reads, under any of the names they go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.tracks.segments.kernel.arrays import CLASS_A, CLASS_B, LONG_RANGE, VMS

if TYPE_CHECKING:
    from collections.abc import Iterable

NAMES = {
    "vessel": ("ssvid", "vessel_key", "mmsi"),
    "t": ("timestamp", "t"),
    "lat": ("lat",),
    "lon": ("lon",),
    "speed": ("speed", "sog_kn"),
    "course": ("course", "cog_deg"),
    "heading": ("heading", "heading_deg"),
    "kind": ("type", "msg_type"),
    "msgid": ("msgid",),
}
"""What a column means -> the names it goes by."""
_NEEDED = ("vessel", "t", "lat", "lon")
_NOT_AVAILABLE = {"sog_kn": 102.3, "cog_deg": 360.0}  # the codes of ITU-R M.1371 that are null in our positions
KINDS = {
    "AIS.1": CLASS_A,
    "AIS.2": CLASS_A,
    "AIS.3": CLASS_A,
    "AIS.18": CLASS_B,
    "AIS.19": CLASS_B,
    "AIS.27": CLASS_A | CLASS_B | LONG_RANGE,
    "VMS": VMS,
}
"""Type of message -> classes of transponder that send it (gpsdio_segment/matcher.py, `POSITION_TYPES`)."""
_EARLIEST, _LATEST = -62_135_596_800_000_000, 253_402_300_799_000_000  # years 1 to 9999, microseconds
_MOST_ROWS = 2**31 - 1


class Columns(NamedTuple):
    """Messages as arrays, see `kernel.arrays.Messages`; `vessel` is -1 where vessel or time are missing."""

    vessel: np.ndarray
    vessels: pa.Array
    t: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    speed: np.ndarray
    course: np.ndarray
    heading: np.ndarray
    kind: np.ndarray
    msgid: pa.Array | None


def found_columns(names: Iterable[str]) -> dict[str, str]:
    """Return what each column that is read is called here.

    Raises:
        InputError: there is no vessel, time, latitude or longitude, or two columns for the same thing.
    """
    here = list(names)
    found = {}
    for meaning, known in NAMES.items():
        having = [name for name in here if name in known]
        if len(having) > 1:
            raise InputError(f"more than one column says the same: {', '.join(having)}", hint="leave one of them out")
        if having:
            found[meaning] = having[0]
    for meaning in _NEEDED:
        if meaning not in found:
            wanted = NAMES[meaning]
            near = next((hint for hint in (did_you_mean(name, here) for name in wanted) if hint), None)
            raise InputError(f"there is no column {' or '.join(wanted)}", hint=near or f"there are: {', '.join(here)}")
    return found


def read_columns(table: pa.Table) -> Columns:
    """Return the columns of a table of messages.

    Raises:
        InputError: a column is missing or of another type, or the table is too long.
    """
    if table.num_rows > _MOST_ROWS:
        raise InputError(f"{table.num_rows} rows are too many at once", hint="split the table between vessels")
    found = found_columns(table.column_names)
    rows = table.num_rows
    vessel, vessels = _vessels(table[found["vessel"]], found["vessel"])
    t, timed = _times(table[found["t"]], found["t"])
    return Columns(
        vessel=np.where(timed, vessel, np.int32(-1)),
        vessels=vessels,
        t=t,
        lat=_numbers(table, found["lat"]),
        lon=_numbers(table, found["lon"]),
        speed=_numbers(table, found.get("speed")),
        course=_numbers(table, found.get("course")),
        heading=_numbers(table, found.get("heading")),
        kind=_kinds(table[found["kind"]] if "kind" in found else None, rows),
        msgid=_names(table[found["msgid"]]) if "msgid" in found else None,
    )


def _vessels(column: pa.ChunkedArray, name: str) -> tuple[np.ndarray, pa.Array]:
    """Return the number of each row's vessel, -1 = none, and the names by number."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (_is_text(kind) or pa.types.is_integer(kind)):
        raise InputError(f"{name} is {column.type}, neither text nor a whole number", hint="give the MMSI as int64")
    coded = _one(column.cast(kind).dictionary_encode())
    numbers = pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return numbers, coded.dictionary.cast(pa.large_string())


def _times(column: pa.ChunkedArray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return UTC microseconds, and which rows have a time that can be written."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    if not pa.types.is_integer(column.type):
        raise InputError(f"{name} is {column.type}, not a time", hint="give it as timestamp in UTC")
    timed = np.asarray(column.is_valid().to_numpy(), bool)
    t = np.asarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy(), np.int64)
    timed &= (t >= _EARLIEST) & (t <= _LATEST)
    return np.where(timed, t, 0), timed


def _numbers(table: pa.Table, name: str | None) -> np.ndarray:
    """Return a column as float64, NaN where there is nothing."""
    if name is None:
        return np.full(table.num_rows, np.nan)
    column = table[name]
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise InputError(f"{name} is {column.type}, not a number", hint="give it as float64")
    numbers = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)
    if name in _NOT_AVAILABLE:
        return np.where(np.isnan(numbers), _NOT_AVAILABLE[name], numbers)
    return numbers


def _kinds(column: pa.ChunkedArray | None, rows: int) -> np.ndarray:
    """Return the bits of each row's type; without types all are of one class."""
    if column is None:
        return np.full(rows, CLASS_A, np.int8)
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    one = _one(coded)
    whole = pa.types.is_integer(one.dictionary.type)
    bits = [KINDS.get(f"AIS.{kind}" if whole else str(kind), 0) for kind in one.dictionary.to_pylist()]
    numbers = np.asarray(pc.fill_null(one.indices, len(bits)).to_numpy(zero_copy_only=False), np.int64)
    return np.array([*bits, 0], np.int8)[numbers]


def _names(column: pa.ChunkedArray) -> pa.Array:
    """Return message ids as one array of large strings."""
    if not (_is_text(column.type) or pa.types.is_integer(column.type) or pa.types.is_null(column.type)):
        raise InputError(f"msgid is {column.type}, neither text nor a whole number", hint="give it as text")
    return _one(column.cast(pa.large_string()))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _one(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    joined = column.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)
