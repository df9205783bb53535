"""Repeats within one vessel: message ids, and places where it moved but was before.

Both are open hash tables over the messages of the vessel. A slot holds a place in the order of all messages, so that what an
earlier vessel left behind reads as free and nothing has to be cleared.
"""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.segments.kernel.arrays import COURSE, LAT, LON, SPEED

MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64
TURN = np.uint64(0x9E3779B97F4A7C15)
NO_HEADING = 1e9


@compiled
def name_repeats(messages, track, first, k, mask):
    """Tell whether the id of message k came before; remember it otherwise.

    Args:
        messages: `arrays.Messages`.
        track: `arrays.Track`.
        first: where the vessel begins in `messages.order`.
        k: number of the message; `track.row[k]` is set.
        mask: slots in use, a power of two, less one.
    """
    row = track.row[k]
    begin, end = messages.ends[row], messages.ends[row + 1]
    hashed = _hash_bytes(messages.letters, begin, end)
    slot = np.int64(hashed & np.uint64(mask))
    while track.name_slots[slot] >= first:
        other = track.name_slots[slot] - first
        if track.name_hash[other] == hashed and _same_bytes(messages, begin, end, track.row[other]):
            return True
        slot = (slot + 1) & mask
    track.name_hash[k] = hashed
    track.name_slots[slot] = first + k
    return False


@compiled
def place_repeats(track, first, k, mask):
    """Tell whether the vessel, moving, was at this very place with this course, speed and heading before.

    Places are compared at the resolution of AIS: 1/1000 minute (of degrees 1/60,000), 0.1 degrees, 0.1 knots, whole
    degrees of heading (gpsdio_segment/msg_processor.py, `extract_normalized_location` and `_already_seen`).
    """
    if np.rint(track.place[k, SPEED] * 10.0) <= 0:
        return False
    hashed = _hash_place(track, k)
    slot = np.int64(hashed & np.uint64(mask))
    while track.place_slots[slot] >= first:
        other = track.place_slots[slot] - first
        if track.place_hash[other] == hashed and _same_place(track, other, k):
            return True
        slot = (slot + 1) & mask
    track.place_hash[k] = hashed
    track.place_slots[slot] = first + k
    return False


@compiled
def _mixed(x):
    x = (x ^ (x >> np.uint64(30))) * MIX_1
    x = (x ^ (x >> np.uint64(27))) * MIX_2
    return x ^ (x >> np.uint64(31))


@compiled
def _hash_bytes(letters, begin, end):
    hashed = np.uint64(end - begin) * TURN
    at = begin
    while at + 8 <= end:
        word = np.uint64(0)
        for i in range(8):
            word |= np.uint64(letters[at + i]) << np.uint64(8 * i)
        hashed = _mixed(hashed ^ word)
        at += 8
    word = np.uint64(0)
    for i in range(end - at):
        word |= np.uint64(letters[at + i]) << np.uint64(8 * i)
    return _mixed(hashed ^ word)


@compiled
def _same_bytes(messages, begin, end, row):
    other = messages.ends[row]
    if messages.ends[row + 1] - other != end - begin:
        return False
    for i in range(end - begin):
        if messages.letters[begin + i] != messages.letters[other + i]:
            return False
    return True


@compiled
def _steps(place, heading, k, which):
    """Return one of the five numbers that make a place, in whole steps of its resolution."""
    if which == 0:
        return np.rint(place[k, LON] * 60000.0)
    if which == 1:
        return np.rint(place[k, LAT] * 60000.0)
    if which == 2:
        return np.rint(place[k, COURSE] * 10.0)
    if which == 3:
        return np.rint(place[k, SPEED] * 10.0)
    return NO_HEADING if not math.isfinite(heading[k]) else np.rint(heading[k])


@compiled
def _hash_place(track, k):
    hashed = TURN
    for which in range(5):
        steps = _steps(track.place, track.heading, k, which)
        steps = min(max(steps, -9e15), 9e15)  # a number beyond it still has its hash
        hashed = _mixed(hashed ^ np.uint64(np.int64(steps)))
    return hashed


@compiled
def _same_place(track, a, b):
    for which in range(5):
        if _steps(track.place, track.heading, a, which) != _steps(track.place, track.heading, b, which):
            return False
    return True
