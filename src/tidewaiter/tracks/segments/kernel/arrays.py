"""The arrays a run of the segmenter works on.

What belongs to one message, one open segment or one match is a record, and functions are given few arrays: handing on many
of them costs more than the work of a message, for Numba counts the references to each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

NO_ID = np.iinfo(np.int64).min
"""In place of the time of an id: the message is in no segment."""
CLASS_A, CLASS_B, VMS, LONG_RANGE = 1, 2, 4, 8
"""Bits of the kind of a message: who may send it, and whether it is a long-range broadcast (type 27)."""
CLASSES = CLASS_A | CLASS_B | VMS

TRACK = np.dtype(
    [
        ("t", np.int64),  # UTC microseconds
        ("lat", np.float64),  # degrees, NaN = none
        ("lon", np.float64),
        ("speed", np.float64),  # knots
        ("course", np.float64),  # degrees
        ("east", np.float64),  # the course as a unit vector
        ("north", np.float64),
        ("lon_per_mile", np.float64),  # degrees of longitude
        ("metric", np.float64),  # how well it fits where it is (1/h)
        ("heading", np.float64),
        ("id_t", np.int64),  # time in its segment's id, or NO_ID
        ("hash", np.uint64),  # of its id, then of its place
        ("earlier", np.int32),  # the message before it in its segment, dropped ones left out; -1 = none
        ("next_dropped", np.int32),  # another one dropped from its segment; -1 = none
        ("kind", np.int8),  # bits, see above
        ("repeat", np.int8),  # 1 = its id came before
    ],
    align=True,
)
"""A message of the vessel in hand."""
OPEN = np.dtype(
    [
        ("id_t", np.int64),  # the time in its id
        ("length", np.int64),  # its messages, dropped ones among them
        ("last", np.int32),  # its last message
        ("dropped", np.int32),  # a message dropped from it, the head of a list; -1 = none
    ],
    align=True,
)
"""An open segment of the vessel in hand; they stand in the order they began."""
MATCH = np.dtype(
    [
        ("metric", np.float64),  # how well (1/h)
        ("score", np.float64),  # the metric, lower for short segments
        ("hours", np.float64),  # since the message it would follow
        ("segment", np.int32),
        ("back", np.int32),  # how many messages would be dropped
    ],
    align=True,
)
"""An open segment that a message fits to."""


class Messages(NamedTuple):
    """Messages of many vessels, in any order of rows.

    Attributes:
        order: (n,) int64, rows by vessel and time.
        start: (vessels + 1,) int64, where each vessel begins in `order`.
        t: int64 UTC microseconds.
        lat, lon: float64 degrees, NaN = none.
        speed: float64 knots, NaN = none.
        course, heading: float64 degrees, NaN = none.
        kind: int8, bits as above; 0 = of no known class.
        letters: uint8, the bytes of all message ids.
        ends: (rows + 1,) int64, where each id begins in `letters`; empty where messages have none.
        named: int8, 1 where a message has an id.
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
    nth_length: bool
    still_without_motion: bool
    number_noise: bool
