"""What is known of the vessels: their calls and their silences, as columns in the order of vessel and time."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.model.tables import TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tidewaiter.tracks.shuttles.ends import End

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

HOUR_US = 3_600_000_000
ORIGIN, DESTINATION, OTHER = 0, 1, 2
HEARD = ("heard", "weak", "lost", "nobody")  # words of reception; of equal evidence the first says most
UNMEASURED = len(HEARD)

_VISIT = (
    ("visit_id", pa.string()),
    ("vessel_id", None),
    ("start_timestamp", TIME),
    ("end_timestamp", TIME),
    ("start_anchorage_id", pa.string()),
    ("end_anchorage_id", pa.string()),
    ("start_lat", pa.float64()),
    ("start_lon", pa.float64()),
    ("confidence", pa.int64()),
)
_GAP = (
    ("gap_id", pa.string()),
    ("ssvid", None),
    ("start_timestamp", TIME),
    ("end_timestamp", TIME),
    *((f"{end}_{at}", pa.float64()) for end in ("start", "end") for at in ("lat", "lon")),
)
_WEIGHED = (("reception_word", pa.string()), ("times_own_rate", pa.float64()), ("times_region_rate", pa.float64()))
_DRAUGHT = (("vessel_key", None), ("start", TIME), ("end", TIME))


class Stays(NamedTuple):
    """Calls of vessels at places; (n,) each."""

    vessel: Ints  # number of the vessel
    start: Ints  # UTC microseconds
    end: Ints
    kind: NDArray[np.int8]  # ORIGIN, DESTINATION, OTHER
    lat: Floats  # of the place
    lon: Floats
    place: pa.Array  # id of the place
    visit: pa.Array  # id of the visit


class Silences(NamedTuple):
    """Closed gaps; (n,) each."""

    vessel: Ints
    start: Ints
    end: Ints
    lat: Floats  # of the last position before
    lon: Floats
    to_lat: Floats  # of the first one after
    to_lon: Floats
    heard: Ints  # place in HEARD, UNMEASURED
    own: Floats  # times_own_rate, NaN where it is not known
    region: Floats
    gap: pa.Array  # its id


class Draughts(NamedTuple):
    """Changes of draught; (n,) each."""

    vessel: Ints
    start: Ints
    end: Ints


class History(NamedTuple):
    """All of it; vessels are numbered in the order of their keys."""

    keys: Ints
    stays: Stays
    silences: Silences
    draughts: Draughts | None


def history(tables: Mapping[str, pa.Table], ends: tuple[End, End], min_confidence: int) -> History:
    """Return what the tables of events tell.

    A visit that ends with the first position after a silence is taken to end where the silence begins: nobody saw more.

    Args:
        tables: ``port_visit`` and ``gap``, and ``draught_change`` where there is one.
        ends: of the line; a visit that begins or ends at one of them is a call there.
        min_confidence: visits with less are passages.

    Raises:
        InputError: a table or column is missing or of another type, or a vessel or time is null.
    """
    visits, gaps = _columns(tables, "port_visit", _VISIT), _columns(tables, "gap", _GAP, _WEIGHED)
    told = _columns(tables, "draught_change", _DRAUGHT) if "draught_change" in tables else None
    visits = visits.filter(pc.greater_equal(visits["confidence"], min_confidence))
    gaps = gaps.filter(pc.is_valid(gaps["end_timestamp"]))
    owners = [_keys(visits["vessel_id"], "port_visit"), _keys(gaps["ssvid"], "gap")]
    owners += [] if told is None else [_keys(told["vessel_key"], "draught_change")]
    keys, code = np.unique(np.concatenate(owners), return_inverse=True)
    codes = np.split(code.astype(np.int64), np.cumsum([len(o) for o in owners])[:-1])
    silences = _silences(gaps, codes[1])
    stays = _cut_short(_stays(visits, codes[0], ends), silences)
    draughts = None
    if told is not None:
        draughts = Draughts(codes[2], *(_times(told, name, "draught_change") for name in ("start", "end")))
    return History(keys, stays, silences, draughts)


def latest(stays: Stays, vessel: Ints, t: Ints) -> Ints:
    """Return the last stay that began by each moment, of the same vessel; -1 = none."""
    moments, rank = np.unique(np.concatenate([stays.start, t]), return_inverse=True)
    own = stays.vessel * (len(moments) + 1) + rank[: len(stays.start)]
    found = np.searchsorted(own, vessel * (len(moments) + 1) + rank[len(stays.start) :], side="right") - 1
    if not len(own):
        return found
    return np.where((found >= 0) & (stays.vessel[np.maximum(found, 0)] == vessel), found, -1)


def _stays(visits: pa.Table, vessel: Ints, ends: tuple[End, End]) -> Stays:
    start, end = (_times(visits, f"{side}_timestamp", "port_visit") for side in ("start", "end"))
    lat, lon = (visits[f"start_{at}"].to_numpy() for at in ("lat", "lon"))
    kind = np.full(len(start), OTHER, np.int8)
    for side in ("end", "start"):  # where both ends are touched, the one that came first
        for number, where in enumerate(ends):
            there = np.asarray(
                pc.is_in(visits[f"{side}_anchorage_id"], value_set=pa.array(sorted(where.ids), pa.string()))
            )
            kind[there | (where.holds(lat, lon) & (side == "start"))] = number
    order = np.lexsort((end, start, vessel))
    place, visit = (_whole(visits[name]).take(pa.array(order)) for name in ("start_anchorage_id", "visit_id"))
    return Stays(vessel[order], start[order], end[order], kind[order], lat[order], lon[order], place, visit)


def _silences(gaps: pa.Table, vessel: Ints) -> Silences:
    start, end = (_times(gaps, f"{side}_timestamp", "gap") for side in ("start", "end"))
    heard = pc.fill_null(pc.index_in(gaps["reception_word"], value_set=pa.array(HEARD)), UNMEASURED)
    order = np.lexsort((end, start, vessel))
    lat, lon, to_lat, to_lon = (gaps[name].to_numpy()[order] for name, _ in _GAP[4:])
    own, region = (gaps[name].to_numpy()[order] for name, _ in _WEIGHED[1:])
    heard = heard.to_numpy().astype(np.int64)[order]
    gap = _whole(gaps["gap_id"]).take(pa.array(order))
    return Silences(vessel[order], start[order], end[order], lat, lon, to_lat, to_lon, heard, own, region, gap)


def _cut_short(stays: Stays, silences: Silences) -> Stays:
    at = latest(stays, silences.vessel, silences.start)
    last = stays.end[np.maximum(at, 0)] if len(stays.end) else at
    over = (at >= 0) & (silences.start < last) & (last <= silences.end)
    end = stays.end.copy()
    np.minimum.at(end, at[over], silences.start[over])
    return stays._replace(end=end)


def _columns(
    tables: Mapping[str, pa.Table],
    name: str,
    needed: tuple[tuple[str, pa.DataType | None], ...],
    besides: tuple[tuple[str, pa.DataType | None], ...] = (),
) -> pa.Table:
    if name not in tables:
        raise InputError(f"there is no table of the kind {name}", hint="find port visits and gaps first, with places")
    table = tables[name]
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for column, kind in (*needed, *besides):
        if column not in table.column_names:
            if (column, kind) in needed:
                raise InputError(f'{name} has no column "{column}"', hint="give the table as `tracks events` wrote it")
            columns[column] = pa.nulls(table.num_rows, kind)
            continue
        try:
            columns[column] = table[column] if kind is None else table[column].cast(kind)
        except pa.ArrowException as error:
            raise InputError(f"{name}: {column} is {table[column].type}, not {kind}") from error
    return pa.table(columns)


def _keys(column: pa.ChunkedArray, name: str) -> Ints:
    try:
        keys = column.cast(pa.string()).cast(pa.int64())
    except pa.ArrowException as error:
        raise InputError(f"{name}: vessels are no whole numbers", hint="MMSI, or keys of your own") from error
    if keys.null_count:
        raise InputError(f"{name}: {keys.null_count} rows are of no vessel", hint="leave such rows out")
    return np.asarray(keys.to_numpy(), np.int64)


def _times(table: pa.Table, column: str, name: str) -> Ints:
    if table[column].null_count:
        raise InputError(f"{name}: {column} is missing in {table[column].null_count} rows", hint="leave such rows out")
    return np.asarray(table[column].cast(pa.int64()).to_numpy(), np.int64)


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
