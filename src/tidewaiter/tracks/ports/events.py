"""Positions to port events, of a whole table or batch by batch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.tracks.ports.columns import VESSELS, Columns, Names, chosen, read_columns
from tidewaiter.tracks.ports.counting import counted
from tidewaiter.tracks.ports.index import PlaceIndex, index_places
from tidewaiter.tracks.ports.places import Places
from tidewaiter.tracks.ports.tables import events_schema
from tidewaiter.tracks.ports.thresholds import DAY
from tidewaiter.tracks.ports.told import event_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.ports.thresholds import PortThresholds

NEVER = -(2**62)  # no silence lasts until then


def port_events(
    positions: pa.Table | pa.RecordBatch,
    places: Places | PlaceIndex,
    thresholds: PortThresholds,
    names: Names = VESSELS,
    until: datetime | None = None,
) -> pa.Table:
    """List what vessels do at places: enter, stop, fall silent, are heard again, move, leave.

    A vessel is in port from `entry_km` until `exit_km`, stopped there from `stop_begin_kn` until `stop_end_kn`; its
    first position gives no event. States and rules: GlobalFishingWatch/anchorages_pipeline :
    pipe_anchorages/transforms/create_in_out_events.py and smart_thin_records.py @ 099169e4. The reference finds places
    only under the S2 cells around a position, which is the same up to 11 km.

    Args:
        positions: columns `t` (time stamps or int64 UTC microseconds), `lat`, `lon`, `sog_kn`, and those of `names`;
            rows of a vessel together, in the order of time. Positions out of range are not used.
        places: the places, or their index for the same distances.
        thresholds: see there.
        names: columns of vessel, segment and ssvid.
        until: up to when silence at the end counts; None = the end of the UTC day of the last position.

    Returns:
        `tables.events_schema`, by vessel in the order of the rows, then time and type.

    Raises:
        InputError: missing or unfit columns, rows out of order, or an index for other distances.
    """
    table = chosen(positions, names)
    stream = PortStream(places, thresholds, names, until or _end_of_day(table))
    return pa.concat_tables([stream.take(table), stream.close()])


class PortStream:
    """Port events of positions that come in batches, in the same order as for `port_events`.

    A vessel that is cut by the end of a batch goes on in the next: its state and two positions are carried, and rows
    whose day (with `daily_thinning`) or instant is not yet over wait for the next batch.

    Args:
        places, thresholds, names: as for `port_events`.
        until: up to when silence at the end of a vessel counts; None = such gaps are not told.

    Raises:
        InputError: an index for other distances.
    """

    def __init__(
        self,
        places: Places | PlaceIndex,
        thresholds: PortThresholds,
        names: Names = VESSELS,
        until: datetime | None = None,
    ) -> None:
        index = places
        if isinstance(index, Places):
            index = index_places(index, thresholds.entry_km, thresholds.exit_km)
        if (index.grid.entry_km, index.grid.exit_km) != (thresholds.entry_km, thresholds.exit_km):
            raise InputError("the index of places was made for other distances", hint="make it anew: index_places")
        self.index = index
        self.thresholds = thresholds
        self.names = names
        self._until = NEVER if until is None else microseconds(until) - 1
        self._waiting: list[pa.Table] = []
        self._carried: pa.Table | None = None  # last position in port (or any) and last position of the open vessel
        self._state = -1
        self._in_port_once = False
        self._schema: pa.Schema | None = None

    def feed(self, positions: pa.Table | pa.RecordBatch) -> pa.Table:
        """Take a batch and return the events that are certain now.

        Raises:
            InputError: as `port_events`.
        """
        table = chosen(positions, self.names)
        if table.num_rows == 0:
            return self._nothing(table)
        cut = _unfinished(table, by_day=self.thresholds.daily_thinning)
        if cut == 0 and self._waiting:
            last = self._waiting[-1].slice(self._waiting[-1].num_rows - 1)
            both = pa.concat_tables([last, table.slice(table.num_rows - 1)])
            if _unfinished(both, by_day=self.thresholds.daily_thinning) == 0:
                self._waiting.append(table)
                return self._nothing(table)
        done = pa.concat_tables([*self._waiting, table.slice(0, cut)])
        self._waiting = [table.slice(cut)] if cut < table.num_rows else []
        return self.take(done)

    def close(self) -> pa.Table:
        """Return the events of the rows that waited, and the gap that is open at the end of the last vessel."""
        from tidewaiter.tracks.ports.kernel import machine  # noqa: PLC0415

        events = []
        if self._waiting:
            events.append(self.take(pa.concat_tables(self._waiting)))
            self._waiting = []
        if self._carried is not None:
            columns = read_columns(self._carried)
            found = np.empty((1, 5), np.int64)
            port = 0 if self._in_port_once else -1
            n = machine.open_gap(found, 0, columns.t, self.thresholds.gap, self._until, self._state, 1, port)
            events.append(self._told(self._carried, columns, found[:n]))
            self._carried, self._state = None, -1
        elif not events:
            return self._no_events()
        return pa.concat_tables(events)

    def take(self, table: pa.Table) -> pa.Table:
        """Walk over rows of `columns.chosen` whose last day or instant is over; return their events."""
        from tidewaiter.tracks.ports.kernel import machine  # noqa: PLC0415

        first = 0
        if self._carried is not None:
            first = self._carried.num_rows
            table = pa.concat_tables([self._carried, table])
        columns = read_columns(table)
        zone, rows, ends_gap = counted(columns, self.index, self.thresholds, first, table)
        limits = self.thresholds
        found, self._state, last, port = machine.run_machine(
            rows,
            ends_gap,
            columns.run,
            columns.t,
            columns.lat,
            columns.lon,
            zone,
            columns.speed,
            limits.stop_begin_kn + limits.speed_slack_kn,
            limits.stop_end_kn - limits.speed_slack_kn,
            limits.gap,
            limits.moved_km,
            self._until,
            self._state,
            first - 1,
            0 if first and self._in_port_once else -1,
        )
        events = self._told(table, columns, found)
        self._in_port_once = port >= 0
        if last >= 0:
            # copied, so that two rows do not keep a whole batch in memory
            self._carried = table.take(pa.array([port if port >= 0 else last, last])).combine_chunks()
        return events

    def _told(self, table: pa.Table, columns: Columns, found: NDArray[np.int64]) -> pa.Table:
        events = event_rows(table, columns, found, self.index)
        self._schema = events.schema
        return events

    def _nothing(self, table: pa.Table) -> pa.Table:
        return self._told(table, read_columns(table.slice(0, 0)), np.empty((0, 5), np.int64))

    def _no_events(self) -> pa.Table:
        return (self._schema or events_schema(pa.string(), pa.string(), pa.string())).empty_table()


def microseconds(moment: datetime) -> int:
    """UTC microseconds of an aware instant.

    Raises:
        InputError: it has no zone.
    """
    if moment.tzinfo is None:
        raise InputError("an instant without a zone", hint="give an aware datetime, such as one in UTC")
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _end_of_day(table: pa.Table) -> datetime | None:
    t = max((int(np.max(chunk.to_numpy())) for chunk in table["t"].chunks if len(chunk)), default=None)
    if t is None:
        return None
    try:
        return datetime.fromtimestamp((t // DAY + 1) * (DAY // 1_000_000), UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise InputError("a time lies out of range", hint="t is UTC microseconds since 1970") from error


def _unfinished(table: pa.Table, *, by_day: bool) -> int:
    """First row of the last vessel's last UTC day, or of its last instant."""
    n = table.num_rows
    if n == 0:
        return 0
    unit = DAY if by_day else 1
    width = 1024
    while True:
        start = max(n - width, 0)
        part = table.slice(start)
        t = part["t"].to_numpy() // unit
        vessel = part["vessel"].combine_chunks()
        same = (t == t[-1]) & np.asarray(pc.equal(vessel, vessel[-1]).to_numpy(zero_copy_only=False))
        others = np.flatnonzero(~same)
        if others.size:
            return int(start + others[-1] + 1)
        if start == 0:
            return 0
        width *= 8
