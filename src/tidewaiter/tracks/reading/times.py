"""Times of a file to microseconds since 1970, UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading.cells import bytes_of, numbers, plain
from tidewaiter.tracks.reading.kernel import times as kernel
from tidewaiter.tracks.reading.shape import EPOCHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.reading.shape import Times

_PARTS = {
    "Y": kernel.YEAR,
    "y": kernel.SHORT_YEAR,
    "m": kernel.MONTH,
    "d": kernel.DAY,
    "H": kernel.HOUR,
    "M": kernel.MINUTE,
    "S": kernel.SECOND,
    "f": kernel.FRACTION,
    "z": kernel.ZONE,
}
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def microseconds(column: pa.Array, times: Times) -> NDArray[np.int64]:
    """Return the times of a column; `kernel.NONE` where there is none.

    Args:
        column: time stamps, dates, numbers or text.
        times: how the shape declares them. Time stamps need no declaration, but for the zone if they have none.

    Raises:
        InputError: the column is of a kind that the declared form does not fit, or the zone does not exist.
    """
    column = plain(column)
    if pa.types.is_null(column.type):
        return np.full(len(column), kernel.NONE, np.int64)
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("s"))
    if pa.types.is_timestamp(column.type):
        out = _stamps(column)
        return out if column.type.tz is not None else _to_utc(out, np.ones(len(out), bool), times.zone)
    epoch = next((EPOCHS[way] for way in times.format if way in EPOCHS), None)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        if epoch is None:
            raise InputError(
                f"holds times as {column.type}, which the shape does not declare",
                hint='a mapping with [t] format = ["epoch_s"] (or epoch_ms, epoch_us) reads times that are numbers',
            )
        return _epochs(column, epoch)
    data, offsets = bytes_of(column)
    out, zoned = np.full(len(column), kernel.NONE, np.int64), np.zeros(len(column), bool)
    for way in times.format:
        if way == "iso":
            kernel.parse_iso(data, offsets, out, zoned)
        elif way in EPOCHS:
            left = out == kernel.NONE
            out[left] = _epochs(column, EPOCHS[way])[left]
            zoned |= left
        else:
            kernel.parse_form(data, offsets, _form(way), out, zoned)
    return _to_utc(out, ~zoned & (out != kernel.NONE), times.zone)


def _stamps(column: pa.Array) -> NDArray[np.int64]:
    unit = _PER_SECOND[column.type.unit]
    raw = column.cast(pa.int64())
    values: NDArray[np.int64] = np.asarray(raw.fill_null(kernel.NONE) if raw.null_count else raw)
    if unit == 1_000_000:
        return values
    if unit > 1_000_000:
        return np.where(values == kernel.NONE, kernel.NONE, values // (unit // 1_000_000))
    factor = 1_000_000 // unit
    beyond = np.abs(values) > np.iinfo(np.int64).max // factor
    return np.where(beyond, kernel.NONE, values * factor)


def _epochs(column: pa.Array, micros: float) -> NDArray[np.int64]:
    values, _ = numbers(column)
    scaled = np.round(values * micros)
    good = np.abs(scaled) < 9e18  # NaN is not
    return np.where(good, np.where(good, scaled, 0).astype(np.int64), kernel.NONE)


def _to_utc(t: NDArray[np.int64], local: NDArray[np.bool_], zone: str) -> NDArray[np.int64]:
    """Shift the local times among `t`; an hour that is there twice counts as the first of the two."""
    if zone == "UTC" or not local.any():
        return t
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        hint = "give a name like Europe/Copenhagen"
        raise InputError(f'the mapping names the unknown zone "{zone}"', hint=hint) from error
    stamps = pa.array(t[local]).cast(pa.timestamp("us"))
    there = pc.assume_timezone(stamps, zone, ambiguous="earliest", nonexistent="earliest")
    out = t.copy()
    out[local] = np.asarray(there.cast(pa.int64()))
    return out


def _form(way: str) -> NDArray[np.uint16]:
    tokens: list[int] = []
    letters = iter(way)
    for letter in letters:
        if letter != "%":
            tokens += [byte + 256 for byte in letter.encode()]
            continue
        part: Any = next(letters, "")
        if part not in _PARTS:
            raise InputError(f'the form of time "{way}" holds "%{part}"', hint=f"it may hold %{', %'.join(_PARTS)}")
        tokens.append(_PARTS[part])
    return np.array(tokens, np.uint16)
