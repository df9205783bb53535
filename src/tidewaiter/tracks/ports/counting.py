"""Which positions count for port events, and in which zone each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.tracks.ports.columns import Columns, rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.ports.index import PlaceIndex
    from tidewaiter.tracks.ports.thresholds import PortThresholds


def counted(
    columns: Columns, index: PlaceIndex, limits: PortThresholds, first: int, table: pa.Table
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.bool_]]:
    """Zone of every position; rows from `first` on that count, by vessel and time; whether a gap may end at each."""
    from tidewaiter.tracks.ports.kernel import grid, thin  # noqa: PLC0415

    lat, lon, speed = columns.lat, columns.lon, columns.speed
    shapes = index.places.shapes
    zone = grid.zones(index.grid, shapes, lat, lon, speed, limits.fastest_kn, limits.needs_speed)
    thin.drop_doubles(zone, first, columns.run, columns.slot, columns.slots, columns.t, speed, lat, lon)
    if limits.daily_thinning:
        mark = thin.thin(
            zone,
            first,
            columns.run,
            columns.slot,
            columns.slots,
            columns.t,
            speed,
            limits.stop_begin_kn + limits.speed_slack_kn,
            limits.stop_end_kn - limits.speed_slack_kn,
            limits.gap,
        )
        rows = np.flatnonzero(mark)
    else:
        mark = np.full(zone.size, thin.GAP_END, np.uint8)
        rows = np.flatnonzero(zone[first:] != grid.INVALID) + first
    if "segment" in table.column_names:
        run, t = columns.run[rows], columns.t[rows]
        if ((run[1:] == run[:-1]) & (t[1:] == t[:-1])).any():  # segments at one instant go by their ids
            rows = rows[np.lexsort((rank(table["segment"].take(pa.array(rows))), t, run))]
    return zone, rows, (mark[rows] & thin.GAP_END) > 0
