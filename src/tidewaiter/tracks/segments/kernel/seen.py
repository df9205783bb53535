"""Repeats within one vessel: message ids, and places where it moved but was before.

Both are open hash tables over the messages of the vessel. A slot holds a place in the order of all messages, so that what an
earlier vessel left behind reads as free and nothing has to be cleared.
"""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled

MIX_1, MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64
TURN = np.uint64(0x9E3779B97F4A7C15)
NO_HEADING = 1e9
LARGEST = 9e15  # a whole number beyond it still has its hash


@compiled
def mark_name_repeats(messages, track, slots, first, n):
    """Mark the messages of a vessel whose id came before.

    Args:
        messages: `arrays.Messages`.
        track: the vessel's messages, of type `arrays.TRACK`.
        slots: int32 hash table, at least twice as long as `n`, a power of two; -1 before the first vessel.
        first: where the vessel begins in `messages.order`.
        n: how many messages it has.
    """
    letters, ends, order, named = messages.letters, messages.ends, messages.order, messages.named
    mask = mask_for(n)
    for k in range(n):
        row = order[first + k]
        if not named[row]:
            continue
        begin, end = ends[row], ends[row + 1]
        hashed = _hash_bytes(letters, begin, end)
        slot = np.int64(hashed & np.uint64(mask))
        while slots[slot] >= first:
            other = slots[slot] - first
            if track[other].hash == hashed and _same_bytes(letters, begin, end, ends, order[first + other]):
                track[k].repeat = 1
                break
            slot = (slot + 1) & mask
        else:
            track[k].hash = hashed
            slots[slot] = first + k


@compiled
def place_repeats(track, slots, first, k, mask):
    """Tell whether the vessel, moving, was at this very place with this course, speed and heading before.

    Places are compared at the resolution of AIS: 1/1000 minute (1/60,000 degrees), 0.1 degrees, 0.1 knots, whole degrees of
    heading (gpsdio_segment/msg_processor.py, `extract_normalized_location` and `_already_seen`).

    Args:
        track: the vessel's messages, of type `arrays.TRACK`.
        slots: as in `mark_name_repeats`, a table of its own.
        first: where the vessel begins in the order of all messages.
        k: number of the message.
        mask: as `mask_for` says.
    """
    if np.rint(track[k].speed * 10.0) <= 0:
        return False
    hashed = _hash_place(track, k)
    slot = np.int64(hashed & np.uint64(mask))
    while slots[slot] >= first:
        other = slots[slot] - first
        if track[other].hash == hashed and _same_place(track, other, k):
            return True
        slot = (slot + 1) & mask
    track[k].hash = hashed
    slots[slot] = first + k
    return False


@compiled
def mask_for(n):
    """Return the slots to use for n messages, a power of two, less one."""
    slots = 1
    while slots < 2 * n:
        slots *= 2
    return slots - 1


@compiled
def _mixed(x):
    x = (x ^ (x >> np.uint64(30))) * MIX_1
    x = (x ^ (x >> np.uint64(27))) * MIX_2
    return x ^ (x >> np.uint64(31))


@compiled
def _word(letters, at, n):
    word = np.uint64(0)
    for i in range(n):
        word |= np.uint64(letters[at + i]) << np.uint64(8 * i)
    return word


@compiled
def _hash_bytes(letters, begin, end):
    hashed = np.uint64(end - begin) * TURN
    at = begin
    while at + 8 <= end:
        hashed = _mixed(hashed ^ _word(letters, at, 8))
        at += 8
    return _mixed(hashed ^ _word(letters, at, end - at))


@compiled
def _same_bytes(letters, begin, end, ends, row):
    other = ends[row]
    if ends[row + 1] - other != end - begin:
        return False
    same = True
    for i in range(end - begin):
        same &= letters[begin + i] == letters[other + i]
    return same


@compiled
def _steps(track, k):
    """Return the place of message k in whole steps of its resolution."""
    heading = track[k].heading
    return (
        np.rint(track[k].lon * 60000.0),
        np.rint(track[k].lat * 60000.0),
        np.rint(track[k].course * 10.0),
        np.rint(track[k].speed * 10.0),
        np.rint(heading) if math.isfinite(heading) else NO_HEADING,
    )


@compiled
def _hash_place(track, k):
    hashed = TURN
    for steps in _steps(track, k):
        hashed = _mixed(hashed ^ np.uint64(np.int64(min(max(steps, -LARGEST), LARGEST))))
    return hashed


@compiled
def _same_place(track, a, b):
    return _steps(track, a) == _steps(track, b)
