"""Tables of port events, visits and voyages; columns as in the reference, so that tools for it can read ours."""

from __future__ import annotations

import pyarrow as pa

from tidewaiter.model.tables import TIME

EVENT_TYPES = ("PORT_ENTRY", "PORT_GAP_BEGIN", "PORT_GAP_END", "PORT_STOP_BEGIN", "PORT_STOP_END", "PORT_EXIT")
"""In the order in which events of one instant are read; `kernel.machine` numbers them so."""

_HAPPENED = (
    pa.field("timestamp", TIME),
    pa.field("event_type", pa.string()),
    pa.field("anchorage_id", pa.string()),  # nearest place at the last position in port
    pa.field("anchorage_lat", pa.float64()),
    pa.field("anchorage_lon", pa.float64()),
    pa.field("vessel_lat", pa.float64()),  # null where a gap begins
    pa.field("vessel_lon", pa.float64()),
)


def events_schema(key: pa.DataType, segment: pa.DataType, ssvid: pa.DataType) -> pa.Schema:
    """Port events; keys are text or int64, as the positions have them."""
    return pa.schema(
        [
            pa.field("vessel_id", key),
            pa.field("ssvid", ssvid),
            pa.field("seg_id", segment),
            *_HAPPENED,
            pa.field("last_timestamp", TIME),  # of the position before that counted
        ]
    )


def visits_schema(key: pa.DataType, segment: pa.DataType, ssvid: pa.DataType) -> pa.Schema:
    """Port visits; places and their positions are those of the first and the last event."""
    ends = [
        pa.field(f"{end}_{name}", kind)
        for end in ("start", "end")
        for name, kind in (
            ("timestamp", TIME),
            ("lat", pa.float64()),
            ("lon", pa.float64()),
            ("anchorage_id", pa.string()),
        )
    ]
    return pa.schema(
        [
            pa.field("visit_id", pa.string()),  # MD5 of vessel, first instant and place
            pa.field("ssvid", ssvid),
            pa.field("vessel_id", key),
            *ends,
            pa.field("duration_hrs", pa.float64()),
            pa.field("confidence", pa.int32()),  # 1 to 4
            pa.field("n_events", pa.int32()),  # length of `events`
            pa.field("events", pa.list_(pa.struct([pa.field("seg_id", segment), *_HAPPENED]))),
        ]
    )


def voyages_schema(key: pa.DataType, ssvid: pa.DataType) -> pa.Schema:
    """Voyages; a null start or end lies before the first or after the last visit."""
    ends = [
        pa.field(f"trip_{end}_{name}", kind)
        for name, kind in (("anchorage_id", pa.string()), ("visit_id", pa.string()), ("confidence", pa.int32()))
        for end in ("start", "end")
    ]
    return pa.schema(
        [
            pa.field("min_confidence", pa.int32()),
            pa.field("ssvid", ssvid),
            pa.field("vessel_id", key),
            pa.field("trip_start", TIME),
            pa.field("trip_end", TIME),
            *ends,
            pa.field("trip_id", pa.string()),
        ]
    )


THINNED = (
    pa.field("timestamp", TIME),
    pa.field("lat", pa.float64()),
    pa.field("lon", pa.float64()),
    pa.field("speed", pa.float64()),
    pa.field("is_possible_gap_end", pa.bool_()),
    pa.field("port_s2id", pa.string()),  # nearest of the anchorages listed under the position's S2 cell
    pa.field("port_dist_km", pa.float64()),
    pa.field("port_lat", pa.float64()),
    pa.field("port_lon", pa.float64()),
)
