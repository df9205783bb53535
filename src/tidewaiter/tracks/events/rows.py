"""Rows of the table of events, from the table of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.model.tables import EVENTS, TIME
from tidewaiter.tracks.events.details import as_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def events_of(kind: str, table: pa.Table) -> pa.Table:
    """Return the rows of the table of events for what was found of a kind.

    Args:
        kind: its name.
        table: of that kind, with the columns of its own door.

    Returns:
        Table of the schema `EVENTS` without `run_id`.
    """
    return _MAKERS[kind](table)


def _port_visits(visits: pa.Table) -> pa.Table:
    told = ("duration_hrs", "n_events", "end_anchorage_id", "end_lat", "end_lon")
    return _made(
        "port_visit",
        visits,
        event_id=visits["visit_id"],
        vessel=visits["vessel_id"],
        span=("start_timestamp", "end_timestamp"),
        at=("start_lat", "start_lon"),
        place=visits["start_anchorage_id"],
        confidence=visits["confidence"].cast(pa.string()),
        detail={name: visits[name] for name in told},
    )


def _gaps(gaps: pa.Table) -> pa.Table:
    skipped = {"gap_id", "ssvid", "start_timestamp", "end_timestamp", "start_lat", "start_lon"}
    empty = {name for name in gaps.column_names if gaps[name].null_count == gaps.num_rows}
    return _made(
        "gap",
        gaps,
        event_id=gaps["gap_id"],
        vessel=gaps["ssvid"],
        span=("start_timestamp", "end_timestamp"),
        at=("start_lat", "start_lon"),
        detail={name: gaps[name] for name in gaps.column_names if name not in skipped | empty},
    )


def _dark_meetings(meetings: pa.Table) -> pa.Table:
    return _made(
        "dark_meeting",
        meetings,
        event_id=_joined("dark", meetings["gap_1_id"], meetings["gap_2_id"]),
        vessel=meetings["vessel_1_id"],
        other=meetings["vessel_2_id"],
        span=("start_time", "end_time"),
        at=("lat", "lon"),
        confidence=meetings["confidence"],
        detail={name: meetings[name] for name in ("overlap_h", "nearest_km", "together_h", "gap_1_id", "gap_2_id")},
    )


def _encounters(found: pa.Table) -> pa.Table:
    told = ("median_distance_km", "median_speed_knots", "vessel_1_point_count", "vessel_2_point_count")
    return _made(
        "encounter",
        found,
        event_id=found["encounter_id"],
        vessel=found["vessel_1_id"],
        other=found["vessel_2_id"],
        span=("start_time", "end_time"),
        at=("mean_latitude", "mean_longitude"),
        detail={name: found[name] for name in told},
    )


def _loitering(found: pa.Table) -> pa.Table:
    told = ("loitering_hours", "tot_distance_nm", "avg_speed_knots", "end_lat", "end_lon")
    return _made(
        "loitering",
        found,
        event_id=_named("loitering", _hulls(found), found["loitering_start_timestamp"]),
        vessel=found["ssvid"],
        span=("loitering_start_timestamp", "loitering_end_timestamp"),
        at=("start_lat", "start_lon"),
        detail={name: found[name] for name in told},
    )


def _stops(found: pa.Table) -> pa.Table:
    return _of_tracks("stop", found, ("duration_h", "radius_m", "n_fixes", "ended"))


def _jumps(found: pa.Table) -> pa.Table:
    told = ("kind", "t_before", "lat_before", "lon_before", "distance_km", "speed_kn", "speed_back_kn", "limit_kn")
    return _of_tracks("implausible", found, (*told, "n_elsewhere", "n_home", "n_switches"))


def _circles(found: pa.Table) -> pa.Table:
    told = ("radius_km", "residual", "laps", "one_way", "sectors", "n_fixes", "round_speed_kn", "sog_kn")
    return _of_tracks("circle", found, (*told, "vessels_around", "suspect"))


def _identity(changes: pa.Table) -> pa.Table:
    ids = _joined("identity", changes["vessel_key"], changes["attribute"], changes["first_new"].cast(pa.int64()))
    return _made(
        "identity_change",
        changes,
        event_id=ids,
        vessel=changes["vessel_key"],
        span=("last_old", "first_new"),
        detail={name: changes[name] for name in ("attribute", "old", "new", "n_old", "n_new")},
    )


def _draughts(changes: pa.Table) -> pa.Table:
    told = ("draught_before_m", "draught_after_m", "change_m", "n_before", "n_after")
    return _made(
        "draught_change",
        changes,
        event_id=_named("draught", changes["vessel_key"], changes["start"]),
        vessel=changes["vessel_key"],
        span=("start", "end"),
        detail={name: changes[name] for name in told},
    )


def _destinations(found: pa.Table) -> pa.Table:
    told = ("declared", "place", "locode", "verdict", "visited", "apart_km", "words", "n_messages", "interleaved")
    return _made(
        "destination",
        found,
        event_id=_named("destination", found["vessel_key"], found["start"]),
        vessel=found["vessel_key"],
        span=("start", "end"),
        confidence=found["verdict"],
        detail={name: found[name] for name in told},
    )


_MAKERS = {
    "port_visit": _port_visits,
    "gap": _gaps,
    "dark_meeting": _dark_meetings,
    "encounter": _encounters,
    "loitering": _loitering,
    "stop": _stops,
    "implausible": _jumps,
    "circle": _circles,
    "identity_change": _identity,
    "draught_change": _draughts,
    "destination": _destinations,
}


def _of_tracks(kind: str, found: pa.Table, told: Sequence[str]) -> pa.Table:
    return _made(
        kind,
        found,
        event_id=_named(kind, found["vessel_key"], found["start"]),
        vessel=found["vessel_key"],
        span=("start", "end"),
        at=("lat", "lon"),
        detail={name: found[name] for name in told},
    )


def _made(
    kind: str,
    table: pa.Table,
    *,
    event_id: pa.ChunkedArray,
    vessel: pa.ChunkedArray,
    span: tuple[str, str],
    at: tuple[str, str] | None = None,
    other: pa.ChunkedArray | None = None,
    place: pa.ChunkedArray | None = None,
    confidence: pa.ChunkedArray | None = None,
    detail: Mapping[str, pa.ChunkedArray],
) -> pa.Table:
    rows = table.num_rows
    columns = {
        "event_id": event_id,
        "kind": pa.repeat(kind, rows),
        "vessel_key": vessel,
        "other_key": pa.nulls(rows, pa.int64()) if other is None else other,
        "start": table[span[0]],
        "end": table[span[1]],
        "place_id": pa.nulls(rows, pa.string()) if place is None else place,
        "lat": pa.nulls(rows, pa.float64()) if at is None else table[at[0]],
        "lon": pa.nulls(rows, pa.float64()) if at is None else table[at[1]],
        "confidence": pa.nulls(rows, pa.string()) if confidence is None else confidence,
        "detail": as_json(detail, rows),
        "run_id": pa.nulls(rows, pa.string()),
    }
    return pa.table([columns[f.name].cast(f.type) for f in EVENTS], schema=EVENTS)


def _named(kind: str, vessel: pa.ChunkedArray, start: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return ids of events that have none of their own: kind, vessel, and first instant in microseconds."""
    return _joined(kind, vessel, start.cast(TIME).cast(pa.int64()))


def _hulls(found: pa.Table) -> pa.ChunkedArray:
    """Return vessels, with their segment where there are any: two hulls of one number may begin at the same instant."""
    vessel, segment = found["ssvid"], found["seg_id"]
    both = pc.binary_join_element_wise(vessel, segment, "-")
    return pc.if_else(pc.equal(vessel, segment), vessel, both)


def _joined(kind: str, *parts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(pa.scalar(kind), *(part.cast(pa.string()) for part in parts), "-")
