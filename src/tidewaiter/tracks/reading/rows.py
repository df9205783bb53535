"""Arrow columns of a file to NumPy columns of positions, cleaned row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tracks.reading.cells import is_text, numbers, plain, texts, whole_numbers
from tidewaiter.tracks.reading.clean import ABSENCES, REASONS
from tidewaiter.tracks.reading.kernel.sieve import NO_KEY, decimals_of, sift, take
from tidewaiter.tracks.reading.kernel.times import NONE
from tidewaiter.tracks.reading.points import coordinates
from tidewaiter.tracks.reading.times import microseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tidewaiter.tracks.reading.clean import Clean
    from tidewaiter.tracks.reading.detect import Fitted
    from tidewaiter.tracks.reading.shape import Column

ROW = "row"
"""An extra column that any file has: its row, counted from 1 under the header."""
DAY_US = 86_400_000_000


class Texts(NamedTuple):
    """A column of text: where each value stands in `values`; -1 = null."""

    codes: NDArray[np.int32]
    values: list[str]


class Part(NamedTuple):
    """A batch of a file after the sieve: rows that are positions, in the order of the file.

    Attributes:
        key: int64, or `Texts` where vessels go by names.
        t: int64 UTC microseconds.
        lat, lon, sog, cog: float64; heading: float32.
        extras: further columns by name: float64, int64 or `Texts`.
        rows: rows of the batch before the sieve.
        rejected, first: by reason of `REASONS`: rows, and the first of them in the batch (-1 = none).
        nulled: by reason of `ABSENCES`.
        swapped: rows whose latitude can only be a longitude.
        commas: a comma stood for the decimal point.
    """

    key: NDArray[np.int64] | Texts
    t: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    sog: NDArray[np.float64]
    cog: NDArray[np.float64]
    heading: NDArray[np.float32]
    extras: dict[str, NDArray[np.float64] | NDArray[np.int64] | Texts]
    rows: int
    rejected: NDArray[np.int64]
    first: NDArray[np.int64]
    nulled: NDArray[np.int64]
    swapped: int
    commas: bool


def positions(
    columns: Mapping[str, pa.Array], size: int, fitted: Fitted, clean: Clean, extras: Sequence[str], *, comma: bool
) -> Part:
    """Convert one batch.

    Args:
        columns: columns of the file by name.
        size: number of rows.
        fitted: which of them is what.
        clean: thresholds of cleaning.
        extras: further columns to keep.
        comma: a comma may stand for the decimal point.
    """
    shape, place = fitted.shape, fitted.columns
    commas = False

    def number(field: str, kind: str) -> NDArray[np.float64]:
        nonlocal commas
        declared: Column | None = getattr(shape, field)
        if declared is None or field not in place:
            return np.full(size, np.nan)
        values, comma_seen = _quantity(columns[place[field]], declared, kind, comma=comma)
        commas |= comma_seen
        return values

    names: Texts | None = None
    if shape.vessel.text:
        names = _text_column(columns[place["vessel"]])
        key = np.where(names.codes < 0, NO_KEY, names.codes.astype(np.int64))
    else:
        key = whole_numbers(columns[place["vessel"]], NO_KEY)
    t = microseconds(columns[place["t"]], shape.t)
    if "point" in place:
        lon, lat = coordinates(plain(columns[place["point"]]))
    else:
        lat, lon = number("lat", "degrees"), number("lon", "degrees")
    sog, cog = _own(number("sog", "speed")), _own(number("cog", "degrees"))
    heading = number("heading", "degrees").astype(np.float32)
    with np.errstate(invalid="ignore"):
        swapped = int(np.count_nonzero((np.abs(lat) > 91.5) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)))
    kept, rejected, first, nulled = sift(
        key, t, lat, lon, sog, cog, heading,
        np.array(() if names else clean.placeholders, np.int64), _year(clean.earliest_year), _year(clean.latest_year + 1),
        clean.drop_impossible, clean.drop_null_island,
    )  # fmt: skip
    pick: Callable[[NDArray[Any]], NDArray[Any]] = (
        (lambda column: column) if len(kept) == size else (lambda column: take(column, kept))
    )
    further = {name: _extra(columns, name, size) for name in extras if name == ROW or name in columns}
    return Part(
        key=pick(key) if names is None else Texts(pick(key).astype(np.int32), names.values),
        t=pick(t), lat=pick(lat), lon=pick(lon), sog=pick(sog), cog=pick(cog), heading=pick(heading),
        extras={n: Texts(pick(c.codes), c.values) if isinstance(c, Texts) else pick(c) for n, c in further.items()},
        rows=size, rejected=rejected, first=first, nulled=nulled, swapped=swapped, commas=commas,
    )  # fmt: skip


def count(part: Part) -> tuple[dict[str, int], dict[str, int]]:
    """Return what the sieve did with a batch: rows dropped and values made null, by reason."""
    return (
        {reason: int(n) for reason, n in zip(REASONS, part.rejected, strict=True) if n},
        {reason: int(n) for reason, n in zip(ABSENCES, part.nulled, strict=True) if n},
    )


def _quantity(column: pa.Array, declared: Column, kind: str, *, comma: bool) -> tuple[NDArray[np.float64], bool]:
    commas, owned = False, False
    if declared.decimals is not None and pa.types.is_float32(column.type):
        values, owned = decimals_of(column.to_numpy(zero_copy_only=False), 10.0**declared.decimals), True
    else:
        values, commas = numbers(column, comma)
    for code in declared.absent:
        values, owned = (values if owned else values.copy()), True
        values[values == code] = np.nan
    multiply, divide = declared.scale(kind)
    if multiply != 1:
        values = values * multiply
    if divide != 1:
        values = values / divide
    return values, commas


def _own(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an array that may be written to. NumPy's flag tells: Arrow's memory is read-only."""
    return values if values.flags.writeable else values.copy()


def _year(year: int) -> int:
    return int(np.datetime64(f"{year:04d}-01-01", "us").astype(np.int64))


def _text_column(column: pa.Array) -> Texts:
    coded = pc.dictionary_encode(texts(column))
    codes = np.asarray(coded.indices.fill_null(-1) if coded.indices.null_count else coded.indices, np.int32)
    return Texts(codes, coded.dictionary.to_pylist())


def _extra(columns: Mapping[str, pa.Array], name: str, size: int) -> NDArray[np.float64] | NDArray[np.int64] | Texts:
    if name == ROW and ROW not in columns:
        return np.arange(1, size + 1, dtype=np.int64)  # within the batch; the reader adds where the batch begins
    column = plain(columns[name])
    if pa.types.is_timestamp(column.type):
        return np.asarray(column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()).fill_null(NONE))
    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    if pa.types.is_integer(column.type) and not column.null_count and column.type != pa.uint64():
        return np.asarray(column.cast(pa.int64()))
    if is_text(column) or not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        return _text_column(column)
    return numbers(column)[0]
