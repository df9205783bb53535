"""What the reference keeps of the positions of each segment and day, as a table; to compare with, and to look into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.errors import InputError
from tidewaiter.tracks.ports.columns import VESSELS, Names, chosen, read_columns, times
from tidewaiter.tracks.ports.counting import counted
from tidewaiter.tracks.ports.index import PlaceIndex, index_places
from tidewaiter.tracks.ports.places import Places
from tidewaiter.tracks.ports.tables import THINNED

if TYPE_CHECKING:
    from tidewaiter.tracks.ports.thresholds import PortThresholds


def thin_positions(
    positions: pa.Table, places: Places | PlaceIndex, thresholds: PortThresholds, names: Names = VESSELS
) -> pa.Table:
    """List the positions that count for port events, with the nearest place of each.

    The place is found as the reference does: among those listed under the S2 cell of level 9 around the position and its
    neighbours, by their centres, however far. `port_events` does not need it and is much faster.

    Args:
        positions: as for `port_events`.
        places: as for `port_events`.
        thresholds: with `daily_thinning`.
        names: as for `port_events`.

    Returns:
        `vessel_id`, `seg_id`, `ssvid` and `tables.THINNED`, in the order of the rows.

    Raises:
        InputError: as `port_events`, or thresholds without `daily_thinning`.
    """
    from tidewaiter.tracks.ports.kernel import s2  # noqa: PLC0415

    if not thresholds.daily_thinning:
        raise InputError("only thresholds with daily_thinning thin positions", hint='the preset "gfw" has it')
    index = places
    if isinstance(index, Places):
        index = index_places(index, thresholds.entry_km, thresholds.exit_km)
    table = chosen(positions, names)
    columns = read_columns(table)
    rows, ends_gap = counted(columns, index, thresholds, 0, table)[1:]
    shapes = index.places.shapes
    lat, lon = columns.lat[rows], columns.lon[rows]
    place, km = s2.nearest_listed(*s2.listing(shapes.lat, shapes.lon), shapes, lat, lon, 2.0)
    none = place < 0
    taken = table.take(pa.array(rows))
    keys = {
        "vessel_id": taken["vessel"],
        "seg_id": taken["segment" if "segment" in taken.column_names else "vessel"],
        "ssvid": taken["ssvid" if "ssvid" in taken.column_names else "vessel"],
    }
    values = (
        times(columns.t[rows]),
        lat,
        lon,
        columns.speed[rows].astype(np.float64),
        ends_gap,
        index.ids_of(place),
        pa.array(km, mask=none),
        pa.array(shapes.lat[place] if len(index.places) else km, mask=none),
        pa.array(shapes.lon[place] if len(index.places) else km, mask=none),
    )
    schema = pa.schema([pa.field(name, column.type) for name, column in keys.items()] + list(THINNED))
    return pa.table([*keys.values(), *values], schema=schema)
