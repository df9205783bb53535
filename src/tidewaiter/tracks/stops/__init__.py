"""Stops: a vessel stays near one spot for a while.

A window opens at a fix and takes every following fix that lies within a distance of this first one. The first fix outside
ends the window and opens the next; a silence ends it too. A window that lasted long enough is a stop. This is the rule of
Li et al., "Mining user similarity based on location history" (2008), as trackintel states it (mie-lab/trackintel :
trackintel/preprocessing/positionfixes.py, method 'sliding', release 1.4.2); two switches make it exactly that one.

Linear in rows, in constant memory: `StopSearch` takes batches and carries the open window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.tracks.ordered import batches, moments, refuse_disorder, words

if TYPE_CHECKING:
    from tidewaiter.tracks.stops.kernel import Found

STOPS = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("start", pa.timestamp("us", "UTC")),  # first fix
        ("end", pa.timestamp("us", "UTC")),  # last fix, or the fix that left, as the thresholds say
        ("duration_h", pa.float64()),
        ("lat", pa.float64()),  # mean of the fixes
        ("lon", pa.float64()),
        ("radius_m", pa.float64()),  # largest distance from the first fix
        ("n_fixes", pa.int64()),
        ("ended", pa.dictionary(pa.int8(), pa.string())),  # left | silence | end of track
    ]
)
_ENDED = ("left", "silence", "end of track")
_MINUTE = 60_000_000


class Stops(msgspec.Struct, frozen=True):
    """What counts as a stop."""

    max_distance_m: Annotated[float, msgspec.Meta(gt=0, description="fixes nearer than this to the first one belong")]
    min_duration_min: Annotated[float, msgspec.Meta(ge=0, description="shortest stop, in minutes")]
    max_gap_min: Annotated[float, msgspec.Meta(gt=0, description="a longer silence, in minutes, ends the window")]
    min_fixes: Annotated[int, msgspec.Meta(ge=1, description="fewest fixes inside")]
    ends_at_departure: Annotated[
        bool, msgspec.Meta(description="a stop lasts to the first fix outside, not to the last one inside")
    ]
    keeps_cut_off: Annotated[
        bool, msgspec.Meta(description="windows that a silence or the end of the track cut off may be stops too")
    ]


class StopSearch:
    """Finds stops in positions that come in batches, ordered by vessel and time across batches."""

    def __init__(self, thresholds: Stops) -> None:
        """Begin before the first row."""
        from tidewaiter.tracks.stops.kernel import Rule, nothing_open  # noqa: PLC0415 - Numba only when it is needed

        self._rule = Rule(
            float(thresholds.max_distance_m),
            _micros(thresholds.min_duration_min),
            _micros(thresholds.max_gap_min),
            int(thresholds.min_fixes),
            bool(thresholds.ends_at_departure),
            bool(thresholds.keeps_cut_off),
        )
        self._carried = nothing_open()

    def push(self, positions: pa.Table | pa.RecordBatch) -> pa.Table:
        """Return the stops that ended within these rows.

        Args:
            positions: ``vessel_key``, ``t``, ``lat``, ``lon``; rows without a usable position are passed over.

        Returns:
            Table of the schema `STOPS`, in the order of vessel and start.

        Raises:
            InputError: columns or order are not as told.
        """
        from tidewaiter.tracks.stops import kernel  # noqa: PLC0415

        found = [STOPS.empty_table()]
        for part in batches(positions):
            room = _room(len(part.t) + 1)
            n, disorder = kernel.scan(part.vessel, part.t, part.lat, part.lon, self._rule, self._carried, room)
            refuse_disorder(disorder)
            if n:
                found.append(_table(room, n))
        return pa.concat_tables(found).combine_chunks()

    def finish(self) -> pa.Table:
        """Return the stop that the end of the data cut off, if that is one, and begin anew."""
        from tidewaiter.tracks.stops import kernel  # noqa: PLC0415

        room = _room(1)
        n = kernel.close(self._rule, self._carried, room)
        self._carried = kernel.nothing_open()
        return _table(room, n)


def find_stops(positions: pa.Table | pa.RecordBatch, thresholds: Stops) -> pa.Table:
    """Return all stops of a table of positions.

    Args:
        positions: as `StopSearch.push`; whole tracks, ordered by vessel and time.
        thresholds: what counts as one.

    Returns:
        Table of the schema `STOPS`, in the order of vessel and start.

    Raises:
        InputError: columns or order are not as told.
    """
    search = StopSearch(thresholds)
    return pa.concat_tables([search.push(positions), search.finish()]).combine_chunks()


def _micros(minutes: float) -> int:
    return int(min(minutes * _MINUTE, 2.0**62))


def _room(rows: int) -> Found:
    from tidewaiter.tracks.stops.kernel import Found  # noqa: PLC0415

    return Found(np.empty((rows, 5), np.int64), np.empty((rows, 3)))


def _table(found: Found, n: int) -> pa.Table:
    vessel, start, end, fixes, ended = (np.ascontiguousarray(c) for c in found.whole[:n].T)
    lat, lon, radius = (np.ascontiguousarray(c) for c in found.real[:n].T)
    hours = (end - start) / (60 * _MINUTE)
    columns = [vessel, moments(start), moments(end), hours, lat, lon, radius, fixes, words(ended, _ENDED)]
    return pa.Table.from_arrays([pa.array(c) for c in columns], schema=STOPS)
