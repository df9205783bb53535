"""The state machine of port events: at sea, in port, stopped."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.ports.kernel.grid import BETWEEN, NEAR
from tidewaiter.tracks.ports.kernel.sphere import haversine_km

AT_SEA, IN_PORT, STOPPED = 0, 1, 2
# numbered in the order in which events of one instant are read
ENTRY, GAP_BEGIN, GAP_END, STOP_BEGIN, STOP_END, EXIT = 0, 1, 2, 3, 4, 5
ROW, TYPE, TIME, PORT, LAST = 0, 1, 2, 3, 4


@compiled
def next_state(state, zone, speed, begin_kn, end_kn):
    """State after a position; `state` is -1 before the first. Between two thresholds the state stays as it was."""
    if not (zone == NEAR or (zone == BETWEEN and state > AT_SEA)):
        return AT_SEA
    if speed <= begin_kn or (state == STOPPED and not speed >= end_kn):
        return STOPPED
    return IN_PORT


@compiled
def _grown(events):
    more = np.empty((2 * events.shape[0], events.shape[1]), np.int64)
    more[: events.shape[0]] = events
    return more


@compiled
def _put(events, n, row, kind, time, port, last):
    events[n, ROW] = row
    events[n, TYPE] = kind
    events[n, TIME] = time
    events[n, PORT] = port
    events[n, LAST] = last
    return n + 1


@compiled
def run_machine(
    rows, ends_gap, run, t, lat, lon, zone, speed, begin_kn, end_kn, gap, moved_km, until, state, last, port
):
    """Walk over positions of vessels one after the other, in time, and list their events.

    Args:
        rows: positions to walk over, numbers of rows of the other columns.
        ends_gap: (rows,) whether a gap may end at each of them.
        run, t, lat, lon, zone, speed: columns: number of the vessel, microseconds, degrees, zone of `grid.zones`, knots.
        begin_kn, end_kn: a stop begins at or below, ends at or above.
        gap: microseconds; at least as long a silence in port is a gap.
        moved_km: a gap from one position in port to another further away is a departure and an arrival.
        until: instant up to which silence counts at the end of a vessel; its last position has to be `gap` before it.
        state, last, port: as left by the positions walked over before: state or -1, row of the last position or -1,
            row of the last position in port or -1.

    Returns:
        (events, 5) row, type, time, row whose nearest place is the port, time of the position before; then state, last
        and port as left.
    """
    events = np.empty((1024, 5), np.int64)
    n = 0
    for k in range(rows.shape[0]):
        i = rows[k]
        if n + 8 > events.shape[0]:
            events = _grown(events)
        if last >= 0 and run[last] != run[i]:
            n = open_gap(events, n, t, gap, until, state, last, port)
            state, last, port = -1, -1, -1
        now = next_state(state, zone[i], speed[i], begin_kn, end_kn)
        before = t[max(last, 0)]
        in_ports = last >= 0 and state > AT_SEA and now > AT_SEA
        if in_ports and ends_gap[k] and t[i] - before > gap and _apart_km(lat, lon, last, i) > moved_km:
            n = _put(events, n, last, GAP_BEGIN, before + gap, port, before)
            n = _put(events, n, last, EXIT, before + gap, port, before)
            state = AT_SEA
        if zone[i] == NEAR or now > AT_SEA:
            port = i
        if last >= 0:
            if state > AT_SEA and ends_gap[k] and t[i] - before >= gap:
                n = _put(events, n, i, GAP_END, t[i], port, before)
                n = _put(events, n, i, GAP_BEGIN, before + gap, port, before)
            if now != state:
                if state == AT_SEA:
                    n = _put(events, n, i, ENTRY, t[i], port, before)
                if now == STOPPED:
                    n = _put(events, n, i, STOP_BEGIN, t[i], port, before)
                if state == STOPPED:
                    n = _put(events, n, i, STOP_END, t[i], port, before)
                if now == AT_SEA:
                    n = _put(events, n, i, EXIT, t[i], port, before)
        state, last = now, i
    return events[:n], state, last, port


@compiled
def _apart_km(lat, lon, i, k):
    return haversine_km(lat[i], lon[i], lat[k], lon[k], math.cos(math.radians(lat[k])))


@compiled
def open_gap(events, n, t, gap, until, state, last, port):
    """Add the gap that begins after the last position of a vessel in port, if it is silent for long enough."""
    if state > AT_SEA and until - t[last] >= gap:
        n = _put(events, n, last, GAP_BEGIN, t[last] + gap, port, t[last])
    return n
