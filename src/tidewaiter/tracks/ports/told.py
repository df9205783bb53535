"""What the state machine found, as a table of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.tracks.ports.columns import Columns, rank, times
from tidewaiter.tracks.ports.tables import EVENT_TYPES, events_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.ports.index import PlaceIndex


def event_rows(table: pa.Table, columns: Columns, found: NDArray[np.int64], index: PlaceIndex) -> pa.Table:
    """Rows of the events that `machine.run_machine` found in a table, sorted by vessel, time and type.

    Args:
        table: of `columns.chosen`.
        columns: the same, of `columns.read_columns`.
        found: (events, 5) as the machine makes them.
        index: tells the port of each event.

    Returns:
        `tables.events_schema`.
    """
    from tidewaiter.tracks.ports.kernel import machine  # noqa: PLC0415
    from tidewaiter.tracks.ports.kernel.grid import nearest  # noqa: PLC0415

    vessel = table["vessel"]
    segment = table["segment"] if "segment" in table.column_names else vessel
    ssvid = table["ssvid"] if "ssvid" in table.column_names else vessel
    schema = events_schema(vessel.type, segment.type, ssvid.type)
    if not len(found):
        return schema.empty_table()
    found = found[_order(found, columns.run, segment)]
    row, port = pa.array(found[:, machine.ROW]), found[:, machine.PORT]
    ports, which = np.unique(port, return_inverse=True)
    shapes = index.places.shapes
    place = nearest(index.grid, shapes, columns.lat[ports], columns.lon[ports])[0][which]
    silent = found[:, machine.TYPE] == machine.GAP_BEGIN
    kinds = pa.array(EVENT_TYPES).take(pa.array(found[:, machine.TYPE]))
    return pa.table(
        [
            vessel.take(row),
            ssvid.take(row),
            segment.take(row),
            times(found[:, machine.TIME]),
            kinds,
            index.ids_of(place),
            shapes.lat[place],
            shapes.lon[place],
            pa.array(columns.lat[found[:, machine.ROW]], mask=silent),
            pa.array(columns.lon[found[:, machine.ROW]], mask=silent),
            times(found[:, machine.LAST]),
        ],
        schema=schema,
    )


def _order(found: NDArray[np.int64], run: NDArray[np.int32], segment: pa.ChunkedArray) -> NDArray[np.intp]:
    """Order of events by vessel, time, type and, where these are equal, segment."""
    from tidewaiter.tracks.ports.kernel import machine  # noqa: PLC0415

    row, kind, t = found[:, machine.ROW], found[:, machine.TYPE], found[:, machine.TIME]
    order = np.lexsort((kind, t, run[row]))
    same = np.diff(np.column_stack([run[row], t, kind])[order], axis=0) == 0
    if same.all(axis=1).any():
        order = np.lexsort((rank(segment.take(pa.array(row))), kind, t, run[row]))
    return order
