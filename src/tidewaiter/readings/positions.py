"""AIS positions: millions of rows, so values are checked and converted by whole columns (Arrow), CSV and Parquet alike.

Values that mean "not available" (speed 102.3, course 360.0, heading 511; ITU-R M.1371) become null; a position without
latitude or longitude (91, 181) is rejected, for there is nothing to keep.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.case.dates import parse_span
from tidewaiter.errors import InputError
from tidewaiter.model.tables import POSITIONS
from tidewaiter.readings.parquet import BATCH_ROWS, parquet_batches
from tidewaiter.readings.records import read_delimited
from tidewaiter.readings.rejection import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo
    from pathlib import Path

    from tidewaiter.readings.records import Record

MOST_REJECTS = 500_000
_TIMES = {"t": 1, "t_epoch_s": 1_000_000, "t_epoch_ms": 1_000}
_EARLIEST, _LATEST = -2_208_988_800_000_000, 4_133_980_800_000_000  # 1900 and 2101, microseconds
_ZONED = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"
_NUMBER = r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$"
_KEY = r"^[0-9]{1,18}$"
_LIMITS = {
    "lat": (-90.0, 90.0),
    "lon": (-180.0, 180.0),
    "sog_kn": (0.0, 102.2),
    "cog_deg": (0.0, 359.95),
    "heading_deg": (0.0, 359.5),
}
_ABSENT = {"sog_kn": 102.3, "cog_deg": 360.0, "heading_deg": 511.0}
_WORDS = {
    "vessel_key": "the vessel is not a number of up to 18 digits",
    "t": "the time is missing, does not exist, or lacks its zone",
    "lat": "the latitude is missing or not a number from -90 to 90",
    "lon": "the longitude is missing or not a number from -180 to 180",
    "sog_kn": "the speed is not a number from 0 to 102.2 knots (102.3 = not available)",
    "cog_deg": "the course is not a number from 0 to below 360 degrees (360 = not available)",
    "heading_deg": "the heading is not a number from 0 to below 360 degrees (511 = not available)",
}


class Refused(NamedTuple):
    """A row that was set aside: where it stands and why."""

    row: int
    line: int
    rejected: Rejected


class _Batch(NamedTuple):
    columns: dict[str, pa.Array]
    rows: np.ndarray
    lines: np.ndarray


def read_positions(path: Path, name: str, sha256: str, tz: tzinfo | None) -> tuple[list[pa.RecordBatch], list[Refused]]:
    """Read one file of positions.

    Args:
        path: the stored bytes.
        name: path of the file in the case; its end tells the format.
        sha256: the address of the bytes, for the locators.
        tz: the zone of times written without one, None when undeclared.

    Returns:
        Batches with the schema `POSITIONS` in the order of the file, and the rows that were set aside.

    Raises:
        InputError: a header that does not fit, or more than half a million bad rows.
    """
    batches: list[pa.RecordBatch] = []
    refused: list[Refused] = []
    decimal_comma = False
    if name.casefold().endswith(".parquet"):
        columns, parts = parquet_batches(path, name, "positions")
        source = _from_parquet(columns, parts)
    else:
        sheet = read_delimited(path, name, "positions")
        columns, decimal_comma = sheet.columns, sheet.decimal_comma
        source = _from_records(sheet.columns, sheet.records, refused)
    times = [column for column in _TIMES if column in columns]
    if len(times) != 1:
        what = "the time column is missing" if not times else f"two time columns: {' and '.join(times)}"
        raise InputError(what, file=name, hint="give exactly one of t, t_epoch_s, t_epoch_ms")
    for batch in source:
        try:
            batches.append(_convert(batch, times[0], tz, sha256, refused, decimal_comma=decimal_comma))
        except pa.ArrowException as error:
            hint = "columns of positions should hold numbers, text, or time stamps for t"
            raise InputError("holds a column of a type that cannot be read", file=name, hint=hint) from error
        if len(refused) > MOST_REJECTS:
            reason = refused[-1].rejected
            hint = f"the last one: {reason.column}: {reason.reason}"
            raise InputError(f"more than {MOST_REJECTS} rows cannot be used", file=name, hint=hint)
    return batches, sorted(refused, key=lambda r: r.row)


def _from_parquet(columns: tuple[str, ...], parts: Iterator[pa.RecordBatch]) -> Iterator[_Batch]:
    done = 0
    for part in parts:
        rows = np.arange(done + 1, done + part.num_rows + 1, dtype=np.int64)
        yield _Batch(dict(zip(columns, part.columns, strict=False)), rows, np.zeros_like(rows))
        done += part.num_rows


def _from_records(columns: tuple[str, ...], records: Iterator[Record], refused: list[Refused]) -> Iterator[_Batch]:
    while chunk := list(islice(records, BATCH_ROWS)):
        refused += [Refused(r.row, r.line, r.rejected) for r in chunk if r.rejected is not None]
        good = [r for r in chunk if r.cells is not None]
        by_column = list(zip(*(r.cells for r in good), strict=True)) or [()] * len(columns)
        arrays = {name: pa.array(cells, pa.string()) for name, cells in zip(columns, by_column, strict=True)}
        yield _Batch(arrays, np.array([r.row for r in good], np.int64), np.array([r.line for r in good], np.int64))


def _convert(
    batch: _Batch, time_column: str, tz: tzinfo | None, sha256: str, refused: list[Refused], *, decimal_comma: bool
) -> pa.RecordBatch:
    size = len(batch.rows)
    columns: dict[str, pa.Array] = {}
    bad: dict[str, np.ndarray] = {}
    columns["vessel_key"], bad["vessel_key"] = _keys(batch.columns["vessel_key"])
    columns["t"], bad["t"] = _times(batch.columns[time_column], time_column, tz)
    for name in _LIMITS:
        column = batch.columns.get(name)
        columns[name], bad[name] = _numbers(name, column, size, decimal_comma=decimal_comma)
    source = batch.columns.get("source")
    columns["source"] = pa.nulls(size, pa.string()) if source is None else _texts(source)
    dropped = np.zeros(size, bool)
    for name, flags in bad.items():
        written = batch.columns.get(time_column if name == "t" else name)
        for index in np.flatnonzero(flags & ~dropped):
            value = None if written is None else written[int(index)].as_py()
            rejected = Rejected(time_column if name == "t" else name, value, _WORDS[name])
            refused.append(Refused(int(batch.rows[index]), int(batch.lines[index]), rejected))
        dropped |= flags
    columns["evidence"] = pa.repeat(sha256, size)
    columns["row"], columns["line"] = pa.array(batch.rows), pa.array(batch.lines)
    arrays = [columns[field.name].cast(field.type) for field in POSITIONS]
    return pa.RecordBatch.from_arrays(arrays, schema=POSITIONS).filter(pa.array(~dropped))


def _texts(column: pa.Array) -> pa.Array:
    """Return a column as trimmed text; empty cells are null."""
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), None, text)


def _mask(flags: pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(flags, fill_value=False).to_numpy(zero_copy_only=False), bool)


def _keys(column: pa.Array) -> tuple[pa.Array, np.ndarray]:
    if pa.types.is_floating(column.type):  # what data frames make of whole numbers with gaps
        whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), 2**53))
        column = pc.if_else(whole, column, None).cast(pa.int64())
    text = _texts(column)
    good = pc.match_substring_regex(text, _KEY)
    keys = pc.if_else(good, text, None).cast(pa.int64())
    return keys, ~_mask(good)


def _numbers(name: str, column: pa.Array | None, size: int, *, decimal_comma: bool) -> tuple[pa.Array, np.ndarray]:
    """Return float64 values, and which rows hold something that is no value of this column."""
    if column is None:
        return pa.nulls(size, pa.float64()), np.zeros(size, bool)
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        written = _mask(column.is_valid())
        values = column.cast(pa.float64(), safe=False)
        if name in _ABSENT:  # NaN is how many tools write "nothing" in a column of numbers
            written &= ~_mask(pc.is_nan(values))
    else:
        text = _texts(column)
        if decimal_comma:
            text = pc.replace_substring(text, ",", ".")
        written = _mask(text.is_valid())
        values = pc.if_else(pc.match_substring_regex(text, _NUMBER), text, None).cast(pa.float64())
    low, high = _LIMITS[name]
    good = _mask(pc.and_(pc.greater_equal(values, low), pc.less_equal(values, high)))
    if name not in _ABSENT:
        return values, ~good
    absent = _mask(pc.less(pc.abs(pc.subtract(values, _ABSENT[name])), 0.001))
    return pc.if_else(pa.array(good), values, None), written & ~good & ~absent


def _times(column: pa.Array, name: str, tz: tzinfo | None) -> tuple[pa.Array, np.ndarray]:
    """Return UTC microseconds as int64, and which rows hold no time."""
    if name != "t":
        if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
            seconds = column.cast(pa.float64(), safe=False)
        else:
            text = _texts(column)
            seconds = pc.if_else(pc.match_substring_regex(text, _NUMBER), text, None).cast(pa.float64())
        scaled = np.round(seconds.to_numpy(zero_copy_only=False) * _TIMES[name])
        good = np.isfinite(scaled) & (scaled >= _EARLIEST) & (scaled < _LATEST)
        return pa.array(np.where(good, scaled, 0).astype(np.int64)), ~good
    if pa.types.is_timestamp(column.type):
        moments = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        if column.type.tz is not None:
            return _in_range(moments.cast(pa.int64()))
        text = pc.strftime(moments, "%Y-%m-%dT%H:%M:%S")
    else:
        text = _texts(column)
    zoned = pc.match_substring_regex(text, _ZONED)
    if _mask(zoned).all():
        try:
            return _in_range(text.cast(pa.timestamp("us", "UTC")).cast(pa.int64()))
        except pa.ArrowInvalid:
            pass  # one of them does not exist in the calendar: look at each
    return _in_range(pa.array([_moment(value, tz) for value in text.to_pylist()], pa.int64()))


def _in_range(moments: pa.Array) -> tuple[pa.Array, np.ndarray]:
    good = _mask(pc.and_(pc.greater_equal(moments, _EARLIEST), pc.less(moments, _LATEST)))
    return moments, ~good


def _moment(text: str | None, tz: tzinfo | None) -> int | None:
    if text is None or ":" not in text:
        return None
    try:
        start = parse_span(text, tz).start
    except InputError:
        return None
    return None if start is None else round(start.timestamp() * 1_000_000)
