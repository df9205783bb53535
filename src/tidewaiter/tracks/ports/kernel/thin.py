"""Which positions count: one for each instant, and the few of each day that the reference keeps."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.ports.kernel.grid import INVALID
from tidewaiter.tracks.ports.kernel.machine import next_state

KEEP, GAP_END = 1, 2
DAY = 86_400_000_000  # microseconds


@compiled
def drop_doubles(zone, first, run, slot, slots, t, speed, lat, lon):
    """Of the positions of a segment at one instant leave the lowest (speed, lat, lon), mark the others invalid.

    Args:
        zone: (n,) of `grid.zones`; changed in place.
        first: rows before are left alone.
        run: (n,) number of the vessel.
        slot: (n,) number of the segment, below `slots`.
    """
    best = np.full(slots, -1, np.int64)
    for i in range(first, zone.shape[0]):
        if zone[i] == INVALID:
            continue
        s = slot[i]
        b = best[s]
        if b < 0 or t[b] != t[i] or run[b] != run[i]:
            best[s] = i
        elif _before(speed[i], lat[i], lon[i], speed[b], lat[b], lon[b]):
            zone[b] = INVALID
            best[s] = i
        else:
            zone[i] = INVALID


@compiled
def _before(speed_a, lat_a, lon_a, speed_b, lat_b, lon_b):
    known_a, known_b = not math.isnan(speed_a), not math.isnan(speed_b)
    if known_a != known_b:
        return known_a
    if known_a and speed_a != speed_b:
        return speed_a < speed_b
    if lat_a != lat_b:
        return lat_a < lat_b
    return lon_a < lon_b


@compiled
def thin(zone, first, run, slot, slots, t, speed, begin_kn, end_kn, gap):
    """Mark what the reference keeps of each segment and UTC day.

    Kept are the first and last of the day, both sides of a change of state, and both sides of a gap. Every segment-day
    starts without a state.

    Returns:
        (n,) bits: KEEP, GAP_END = may end a gap (first of the day, or at least `gap` microseconds after the one before).
    """
    mark = np.zeros(zone.shape[0], np.uint8)
    last = np.full(slots, -1, np.int64)
    ends = np.empty(slots, np.int64)
    state = np.empty(slots, np.int8)
    for i in range(first, zone.shape[0]):
        if zone[i] == INVALID:
            continue
        s = slot[i]
        before = last[s]
        if before < 0 or t[i] >= ends[s] or run[before] != run[i]:
            if before >= 0:
                mark[before] |= KEEP
            mark[i] = KEEP | GAP_END
            ends[s] = (t[i] // DAY + 1) * DAY
            state[s] = next_state(-1, zone[i], speed[i], begin_kn, end_kn)
        else:
            if t[i] - t[before] >= gap:
                mark[i] = KEEP | GAP_END
                mark[before] |= KEEP
            now = next_state(state[s], zone[i], speed[i], begin_kn, end_kn)
            if now != state[s]:
                mark[i] |= KEEP
                mark[before] |= KEEP
            state[s] = now
        last[s] = i
    for s in range(slots):
        if last[s] >= 0:
            mark[last[s]] |= KEEP
    return mark
