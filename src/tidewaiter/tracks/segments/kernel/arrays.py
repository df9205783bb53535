"""The arrays a run of the segmenter works on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tidewaiter.compiled import compiled

NO_ID = np.iinfo(np.int64).min
"""In place of the time of an id: the message is in no segment."""
CLASS_A, CLASS_B, VMS, LONG_RANGE = 1, 2, 4, 8
"""Bits of `Messages.kind`: who may send it, and whether it is a long-range broadcast (type 27)."""
CLASSES = CLASS_A | CLASS_B | VMS
LAT, LON, SPEED, COURSE, EAST, NORTH, LON_PER_MILE, METRIC = range(8)
"""Columns of `Track.place`; EAST and NORTH are the course as a unit vector."""


class Messages(NamedTuple):
    """Messages of many vessels, in any order of rows.

    Attributes:
        order: (n,) int64, rows by vessel and time.
        start: (vessels + 1,) int64, where each vessel begins in `order`.
        t: int64 UTC microseconds.
        lat, lon: float64 degrees, NaN = none.
        speed: float64 knots, NaN = none.
        course, heading: float64 degrees, NaN = none.
        kind: uint8, bits as above; 0 = of no known class.
        letters: uint8, the bytes of all message ids; empty where messages have none.
        ends: (rows + 1,) int64, where each id begins in `letters`.
        named: uint8, 1 where a message has an id.
    """

    order: np.ndarray
    start: np.ndarray
    t: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    speed: np.ndarray
    course: np.ndarray
    heading: np.ndarray
    kind: np.ndarray
    letters: np.ndarray
    ends: np.ndarray
    named: np.ndarray


class Rule(NamedTuple):
    """The thresholds; what each means stands in `tidewaiter.tracks.segments.Segments`."""

    max_gap_h: float
    penalty_h: float
    exponent: float
    buffer_h: float
    max_speed_kn: float
    steepness: float
    shape_factor: float
    lookback: int
    lookback_factor: float
    ambiguity_factor: float
    short_segment: float
    other_class_weight: float
    type_27_gap_h: float
    max_open: int
    very_slow_kn: float
    noise_speeds_kn: np.ndarray
    nth_length: bool
    still_without_motion: bool
    number_noise: bool


class Track(NamedTuple):
    """The messages of the vessel in hand, by their number k in its time order.

    Attributes:
        row: int64, its row among all messages.
        t: int64 microseconds.
        place: (longest, 8) float64, see the names of its columns.
        heading: float64, NaN = none.
        kind: uint8.
        earlier: int32, the message before it in its segment, leaving out dropped ones; -1 = none.
        next_dropped: int32, another message dropped from its segment; -1 = none.
        place_hash, name_hash: uint64.
        place_slots, name_slots: int32 hash tables of places in `Messages.order`; what points before the vessel is free.
    """

    row: np.ndarray
    t: np.ndarray
    place: np.ndarray
    heading: np.ndarray
    kind: np.ndarray
    earlier: np.ndarray
    next_dropped: np.ndarray
    place_hash: np.ndarray
    name_hash: np.ndarray
    place_slots: np.ndarray
    name_slots: np.ndarray


class Open(NamedTuple):
    """Open segments of the vessel in hand, in the order they began.

    Attributes:
        n: (1,) int64, how many.
        id_t: int64, the time in the segment's id, microseconds.
        last: int32, its last message.
        dropped: int32, a message dropped from it, the head of a list; -1 = none.
        length: int64, its messages, dropped ones among them.
    """

    n: np.ndarray
    id_t: np.ndarray
    last: np.ndarray
    dropped: np.ndarray
    length: np.ndarray


class Matches(NamedTuple):
    """Open segments a message fits to.

    Attributes:
        segment: int64, number of the open segment; later the chosen ones, best first.
        metric: float64, how well (1/h).
        score: float64, the metric, lower for short segments.
        hours: float64, since the message it would follow.
        back: int64, how many messages would be dropped.
    """

    segment: np.ndarray
    metric: np.ndarray
    score: np.ndarray
    hours: np.ndarray
    back: np.ndarray


@compiled
def new_track(longest, named):
    """Return room for the longest vessel."""
    slots = 1
    while slots < 2 * longest:
        slots *= 2
    return Track(
        np.empty(longest, np.int64),
        np.empty(longest, np.int64),
        np.empty((longest, 8), np.float64),
        np.empty(longest, np.float64),
        np.empty(longest, np.uint8),
        np.empty(longest, np.int32),
        np.empty(longest, np.int32),
        np.empty(longest, np.uint64),
        np.empty(longest if named else 1, np.uint64),
        np.full(slots, -1, np.int32),
        np.full(slots if named else 1, -1, np.int32),
    )


@compiled
def new_open(most):
    """Return room for `most` open segments."""
    return Open(
        np.zeros(1, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
        np.empty(most, np.int64),
    )


@compiled
def new_matches(most):
    """Return room for `most` matches."""
    return Matches(
        np.empty(most, np.int64),
        np.empty(most, np.float64),
        np.empty(most, np.float64),
        np.empty(most, np.float64),
        np.empty(most, np.int64),
    )
