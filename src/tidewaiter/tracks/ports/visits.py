"""Port events to port visits."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.tracks.ports.tables import EVENT_TYPES, visits_schema

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tidewaiter.tracks.ports.thresholds import PortThresholds

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def port_visits(events: pa.Table, thresholds: PortThresholds) -> pa.Table:
    """Put port events together to visits.

    A visit begins with an entry, with the first event of a vessel, or where the segment changes and the places of both
    events are more than `apart_nm` apart (flat earth, by the mean latitude); it ends with an exit or where the next one
    begins. Confidence: 4 = stop or gap, entry and exit; 3 = stop or gap and one of the two; 2 = stop or gap; 1 = entry
    or exit only. Definitions: GlobalFishingWatch/anchorages_pipeline :
    pipe_anchorages/transforms/create_port_visits.py @ 099169e4.

    Args:
        events: of `port_events`, all events of each vessel; in any order.
        thresholds: `apart_nm` and `most_events` are used.

    Returns:
        `tables.visits_schema`, sorted by vessel, start and end.

    Raises:
        InputError: an event of an unknown type.
    """
    from tidewaiter.tracks.ports.kernel.visits import visit_slices  # noqa: PLC0415

    schema = visits_schema(*(events.schema.field(name).type for name in ("vessel_id", "seg_id", "ssvid")))
    if events.num_rows == 0:
        return schema.empty_table()
    kind = pc.index_in(events["event_type"], pa.array(EVENT_TYPES)).combine_chunks()
    if kind.null_count:
        raise InputError("an event of an unknown type", hint=f"types are: {', '.join(EVENT_TYPES)}")
    events = events.append_column("kind", kind).sort_by(
        [(name, "ascending") for name in ("vessel_id", "timestamp", "kind", "anchorage_id")]
    )
    lat, lon = events["anchorage_lat"].to_numpy(), events["anchorage_lon"].to_numpy()
    kinds = events["kind"].to_numpy()
    start, kinds_seen = visit_slices(
        _codes(events["vessel_id"]), _codes(events["seg_id"]), kinds, lat, lon, thresholds.apart_nm
    )
    first, last = start[:-1], start[1:] - 1
    t = events["timestamp"].cast(pa.int64()).to_numpy()
    shown, offsets = _shown(start, thresholds.most_events)
    listed = events.take(pa.array(shown)).combine_chunks()
    inner = schema.field("events").type.value_type
    struct = pa.StructArray.from_arrays([_whole(listed[field.name]) for field in inner], fields=list(inner))
    heads, tails = events.take(pa.array(first)), events.take(pa.array(last))
    made = {
        "visit_id": _ids(heads),
        "ssvid": heads["ssvid"],
        "vessel_id": heads["vessel_id"],
        "duration_hrs": (t[last] - t[first]) / 1e6 / 3600,
        "confidence": _CONFIDENCE[kinds_seen],
        "n_events": np.diff(offsets),
        "events": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), struct),
    }
    for end, rows in (("start", heads), ("end", tails)):
        made[f"{end}_timestamp"] = rows["timestamp"]
        made[f"{end}_lat"] = rows["anchorage_lat"]
        made[f"{end}_lon"] = rows["anchorage_lon"]
        made[f"{end}_anchorage_id"] = rows["anchorage_id"]
    table = pa.table({field.name: made[field.name] for field in schema}).cast(schema)
    return table.sort_by([(name, "ascending") for name in ("vessel_id", "start_timestamp", "end_timestamp")])


def _confidences() -> NDArray[np.int32]:
    """Confidence by the set of types in a visit, as bits."""
    sets = np.arange(1 << len(EVENT_TYPES))
    has = {name: (sets >> bit & 1).astype(bool) for bit, name in enumerate(EVENT_TYPES)}
    rests = has["PORT_STOP_BEGIN"] | has["PORT_STOP_END"] | has["PORT_GAP_BEGIN"] | has["PORT_GAP_END"]
    ends = has["PORT_ENTRY"].astype(np.int32) + has["PORT_EXIT"]
    return np.where(rests, 2 + ends, 1).astype(np.int32)


_CONFIDENCE = _confidences()


def _shown(start: NDArray[np.int64], most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers of the events that visits list, and where the list of each visit begins."""
    sizes = np.diff(start)
    half = most // 2
    long = sizes > most
    listed = np.where(long, 2 * half, sizes)
    offsets = np.concatenate([[0], np.cumsum(listed)])
    visit = np.repeat(np.arange(sizes.size), listed)
    nth = np.arange(offsets[-1]) - offsets[visit]
    nth = np.where(long[visit] & (nth >= half), nth + sizes[visit] - listed[visit], nth)
    return start[visit] + nth, offsets


def _ids(heads: pa.Table) -> list[str]:
    """Ids of visits: of vessel, first instant and place as Python writes them."""
    columns = (heads[name].to_pylist() for name in ("vessel_id", "anchorage_lon", "anchorage_lat"))
    moments = heads["timestamp"].cast(pa.int64()).to_pylist()
    return [
        hashlib.md5(f"{vessel}-{_isoformat(t)}-{lon}-{lat}".encode(), usedforsecurity=False).hexdigest()
        for t, vessel, lon, lat in _zipped(moments, *columns)
    ]


def _zipped(*columns: Iterable[object]) -> Iterable[tuple[object, ...]]:
    return zip(*columns, strict=True)


def _isoformat(t: object) -> str:
    return (_EPOCH + timedelta(microseconds=int(str(t)))).isoformat()


def _codes(column: pa.ChunkedArray) -> NDArray[np.int32]:
    return np.asarray(column.combine_chunks().dictionary_encode().indices.to_numpy())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole.chunk(0) if isinstance(whole, pa.ChunkedArray) else whole
