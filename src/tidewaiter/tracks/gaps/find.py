"""Gaps as tables: what was heard before and after a silence, and the area it lets a vessel reach."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.tracks.grouped import grouped, named, text_column, times

if TYPE_CHECKING:
    from tidewaiter.tracks.grouped import Grouped

TIME = pa.timestamp("us", tz="UTC")
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
RECEIVERS = ("terrestrial", "satellite", "dynamic")
_COUNTS = ("", "_ter", "_sat", "_dyn")

GAPS = pa.schema(
    [
        ("gap_id", pa.string()),
        ("ssvid", pa.string()),
        ("is_closed", pa.bool_()),
        *(
            (f"start_{name}", kind)
            for name, kind in (("timestamp", TIME), ("msgid", pa.string()), ("seg_id", pa.string()))
        ),
        *((f"start_{name}", kind) for name, kind in (("lat", pa.float64()), ("lon", pa.float64()))),
        ("start_receiver_type", pa.string()),
        *(
            (f"end_{name}", kind)
            for name, kind in (("timestamp", TIME), ("msgid", pa.string()), ("seg_id", pa.string()))
        ),
        *((f"end_{name}", kind) for name, kind in (("lat", pa.float64()), ("lon", pa.float64()))),
        ("end_receiver_type", pa.string()),
        ("duration_h", pa.float64()),  # null while open
        ("distance_m", pa.float64()),  # WGS 84; null while open, or where a latitude is none
        ("implied_speed_knots", pa.float64()),
        *((f"positions_hours_before{kind}", pa.int64()) for kind in _COUNTS),
        *((f"positions_hours_after{kind}", pa.int64()) for kind in _COUNTS),  # null while open
        ("silent_h", pa.float64()),  # to the end of the gap, or of the data
        ("reach_major_km", pa.float64()),  # semi-axes of the ellipse (a disc while open) that could be reached; null
        ("reach_minor_km", pa.float64()),  # where the ends are too far apart or unknown
        ("reach_km2", pa.float64()),
    ]
)
"""What `find_gaps` returns; the names up to ``positions_hours_before_dyn`` are those of GFW's pipe-gaps."""


class Gaps(msgspec.Struct, frozen=True):
    """What counts as a gap, and what is told about it."""

    min_h: Annotated[float, msgspec.Meta(ge=0, le=1e6, description="a silence is a gap when it lasts longer, in hours")]
    count_h: Annotated[
        float, msgspec.Meta(ge=0, le=1e6, description="messages are counted this many hours before and after a gap")
    ]
    max_speed_kn: Annotated[
        float, msgspec.Meta(gt=0, le=1000, description="greatest speed for the area that could be reached, in knots")
    ]


class Edges(NamedTuple):
    """Gaps as places in grouped rows; (gaps,) int64 each.

    Attributes:
        before: last row heard.
        after: first row heard again, -1 while open.
        vessel: whose.
    """

    before: np.ndarray
    after: np.ndarray
    vessel: np.ndarray


def find_gaps(positions: pa.Table, thresholds: Gaps, until: datetime | None = None) -> pa.Table:
    """Return the gaps of all vessels, open ones too.

    A gap is a silence of one vessel strictly longer than the threshold. Messages count `count_h` before the last message
    (from the far end on, that one itself once, others of the same instant not), and likewise after. The gap's id is
    md5("vessel|seconds|lat|lon") of its last message, so an open gap keeps its id when it closes.

    Args:
        positions: ``vessel_key`` or ``ssvid``, ``t`` or ``timestamp``, ``lat``, ``lon``, and where there are any
            ``segment_id`` or ``seg_id``, ``msgid`` and ``receiver_type`` (terrestrial, satellite, dynamic). In any
            order; whole tracks. Rows without a position count as heard.
        thresholds: what counts as a gap.
        until: aware; the end of the data, by which a silence is judged to be an open gap. Without it, the end of the day
            of the last message.

    Returns:
        Table of the schema `GAPS`, ordered by vessel (as text), start and end.

    Raises:
        InputError: columns are not as told, or `until` lacks its zone.

    Source: GlobalFishingWatch/pipe-gaps : src/pipe_gaps/core/gap_detector.py @ 9d9426e.
    """
    rows = grouped(positions, "vessel")
    return _table(positions, rows, find_edges(rows, thresholds, end_of_data(positions, until)), thresholds, until)


def find_edges(rows: Grouped, thresholds: Gaps, until_us: int) -> Edges:
    """Return where the gaps are, in the order of the rows."""
    from tidewaiter.tracks.gaps import kernel  # noqa: PLC0415 - Numba only when it is needed

    return Edges(*kernel.find_silences(rows.first, rows.t, microseconds(thresholds.min_h), until_us))


def end_of_data(positions: pa.Table, until: datetime | None) -> int:
    """Return the moment by which open gaps are judged, in UTC microseconds.

    Raises:
        InputError: it lacks its zone.
    """
    if until is None:
        t = times(positions)
        return (int(t.max()) // DAY_US + 1) * DAY_US if len(t) else 0
    if until.tzinfo is None:
        raise InputError("the end of the data lacks its zone", hint="give an aware time, such as 2021-01-10T00:00Z")
    return (until - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def microseconds(hours: float) -> int:
    """Return hours as whole microseconds."""
    return round(hours * HOUR_US)


def _table(positions: pa.Table, rows: Grouped, edges: Edges, thresholds: Gaps, until: datetime | None) -> pa.Table:
    from tidewaiter.tracks.gaps import kernel  # noqa: PLC0415

    rank = rows.rank()
    order = np.lexsort((edges.before, rank[edges.vessel]))
    before, after, vessel = (column[order] for column in edges)
    is_open = after < 0
    lat, lon = rows.column(positions, "lat"), rows.column(positions, "lon")
    kinds = _receivers(positions, rows)
    earlier, later = kernel.count_around(
        rows.first, rows.t, kinds, before, after, vessel, microseconds(thresholds.count_h)
    )
    distance = kernel.straight_distances(lat, lon, before, after)
    ends = np.where(is_open, before, after)
    hours = (rows.t[ends] - rows.t[before]) / 1_000_000 * (1 / 3600)
    silent = np.where(is_open, (end_of_data(positions, until) - rows.t[before]) / HOUR_US, hours)
    reach = kernel.reach(distance / 1000.0, thresholds.max_speed_kn * 1.852 * silent, is_open)
    reach[~(np.abs(lat[before]) <= 90)] = np.nan
    names = rows.names.take(pa.array(vessel))
    columns: dict[str, pa.Array] = {
        "gap_id": gap_ids(names, rows.t[before], lat[before], lon[before]),
        "ssvid": names,
        "is_closed": pa.array(~is_open),
        "duration_h": pa.array(hours, mask=is_open),
        "distance_m": _known(distance),
        "implied_speed_knots": _known(_speed(distance, hours)),
        "silent_h": pa.array(silent),
        **{name: _known(reach[:, k]) for k, name in enumerate(GAPS.names[-3:])},
    }
    for side, at in (("start", before), ("end", after)):
        places = rows.rows(at)
        columns[f"{side}_timestamp"] = pa.array(rows.t[np.maximum(at, 0)], pa.int64(), mask=at < 0).cast(TIME)
        columns[f"{side}_lat"], columns[f"{side}_lon"] = _at(lat, at), _at(lon, at)
        for name, what in (("msgid", "message"), ("seg_id", "segment"), ("receiver_type", "receiver")):
            columns[f"{side}_{name}"] = text_column(positions, what, places)
    for side, counts, unknown in (("before", earlier, np.zeros_like(is_open)), ("after", later, is_open)):
        for name, values in zip(_COUNTS, (counts.sum(axis=1), *counts.T), strict=False):
            columns[f"positions_hours_{side}{name}"] = pa.array(np.ascontiguousarray(values), mask=unknown)
    return pa.Table.from_arrays([columns[name] for name in GAPS.names], schema=GAPS)


def gap_ids(names: pa.Array, t: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> pa.Array:
    """Return the reference's ids: times as decimal seconds, unknown and zero coordinates as 0.0."""
    lat, lon = np.where(np.isfinite(lat) & (lat != 0), lat, 0.0), np.where(np.isfinite(lon) & (lon != 0), lon, 0.0)
    lines = zip(names.to_pylist(), (t / 1_000_000).tolist(), lat.tolist(), lon.tolist(), strict=True)
    texts = (f"{name}|{seconds}|{y}|{x}" for name, seconds, y, x in lines)
    return pa.array([md5(text.encode(), usedforsecurity=False).hexdigest() for text in texts], pa.string())


def _receivers(positions: pa.Table, rows: Grouped) -> np.ndarray:
    name = named(positions, "receiver")
    if name is None:
        return np.full(len(rows.t), len(RECEIVERS), np.int8)
    code = pc.index_in(positions[name].cast(pa.string()), pa.array(RECEIVERS))
    kinds = np.asarray(pc.fill_null(code, len(RECEIVERS)).cast(pa.int8()).to_numpy(), np.int8)
    return kinds if rows.order is None else kinds[rows.order]


def _speed(metres: np.ndarray, hours: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(hours > 0, metres / hours / 1852, np.nan)


def _at(values: np.ndarray, places: np.ndarray) -> pa.Array:
    if not len(values):
        return pa.nulls(len(places), pa.float64())
    found = values[np.maximum(places, 0)]
    return pa.array(found, mask=(places < 0) | np.isnan(found))


def _known(values: np.ndarray) -> pa.Array:
    return pa.array(np.ascontiguousarray(values), mask=~np.isfinite(values))
