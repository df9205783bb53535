"""Port visits to voyages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tracks.ports.tables import voyages_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray


def voyages(visits: pa.Table, min_confidence: int) -> pa.Table:
    """List the voyages between the visits of each vessel that are certain enough.

    The voyage before the first visit has no start, that after the last no end. Definitions:
    GlobalFishingWatch/anchorages_pipeline : assets/queries/generate_confidence_voyages.sql.j2 @ 099169e4.

    Args:
        visits: of `port_visits`, all visits of each vessel; in any order.
        min_confidence: visits with a lower confidence do not count.

    Returns:
        `tables.voyages_schema`, sorted by vessel and start, unknown starts first.
    """
    schema = voyages_schema(visits.schema.field("vessel_id").type, visits.schema.field("ssvid").type)
    kept = visits.filter(pc.greater_equal(visits["confidence"], min_confidence))
    kept = kept.sort_by([(name, "ascending") for name in ("vessel_id", "start_timestamp", "end_timestamp", "visit_id")])
    n = kept.num_rows
    if n == 0:
        return schema.empty_table()
    vessel = kept["vessel_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    new = np.flatnonzero(np.concatenate([[True], vessel[1:] != vessel[:-1]]))
    # each visit ends a voyage and begins one; -1 where the other end is not known
    ending = np.insert(np.arange(n), np.append(new[1:], n), -1)
    beginning = np.insert(np.arange(n), new, -1)
    before, after = _taken(kept, beginning), _taken(kept, ending)
    ssvid = pc.coalesce(after["ssvid"], before["ssvid"])
    key = pc.coalesce(after["vessel_id"], before["vessel_id"])
    made = {
        "min_confidence": pa.repeat(pa.scalar(min_confidence, pa.int32()), ending.size),
        "ssvid": ssvid,
        "vessel_id": key,
        "trip_start": before["end_timestamp"],
        "trip_end": after["start_timestamp"],
        "trip_start_anchorage_id": before["end_anchorage_id"],
        "trip_end_anchorage_id": after["start_anchorage_id"],
        "trip_start_visit_id": before["visit_id"],
        "trip_end_visit_id": after["visit_id"],
        "trip_start_confidence": before["confidence"],
        "trip_end_confidence": after["confidence"],
        "trip_id": _ids(ssvid, key, before["end_timestamp"]),
    }
    return pa.table([made[field.name] for field in schema], schema=schema)


def _taken(table: pa.Table, rows: NDArray[np.intp]) -> pa.Table:
    return table.drop_columns(["events"]).take(pa.array(rows, mask=rows < 0))


def _ids(ssvid: pa.ChunkedArray, vessel: pa.ChunkedArray, start: pa.ChunkedArray) -> list[str]:
    """Ids of voyages: ssvid, vessel and, if it is known, the start in milliseconds as twelve hex digits."""
    moments = start.cast(pa.int64()).to_pylist()
    return [
        f"{number}-{key}" if t is None else f"{number}-{key}-{int(t / 1000):012x}"
        for number, key, t in zip(ssvid.to_pylist(), vessel.to_pylist(), moments, strict=True)
    ]
