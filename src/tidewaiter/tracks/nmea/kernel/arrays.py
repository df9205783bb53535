"""The arrays that the decoding kernel reads and writes, as named tuples (which Numba understands).

They are few and wide where the pass over the lines uses them, for each array handed to a compiled function costs a few
nanoseconds. Values that are not there are NaN, or the smallest number of an integer column (`NONE` for times), until the
columns become Arrow arrays.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.tracks.nmea.reasons import REASONS

Bytes = NDArray[np.uint8]
Int8s = NDArray[np.int8]
Int16s = NDArray[np.int16]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

NONE = -(2**63)  # a time that is not known
NONE8, NONE16 = -(2**7), -(2**15)

# places in `Memory.at`: lines read, messages framed and not yet written, rows of the open batches, messages written and
# the lines they took; the last $PGHP while it waits for its sentence: where it stands, not yet read (-1: none), or its time
# and the checksum of that sentence (-1: the next one); the last date as digits and as time; tag blocks passed over, stations
# known and not; then lines by reason of rejection, then the rank of times by where they are from (less is better, -1 = not
# used)
LINE, FRAMED, POSITIONS, STATICS, MESSAGES, USED = range(6)
PGHP_AT, PGHP_T, PGHP_SUM, PGHP_DATE, PGHP_DAY, TAGS_IGNORED, STATIONS, STATIONS_LOST = range(6, 14)
REJECTED = 14
RANK = REJECTED + len(REASONS)
FROM_TAG, FROM_SUFFIX, FROM_PGHP, FROM_MESSAGE = 1, 2, 3, 4

# columns of `Framed.facts`
BITS, AT_LINE, LINES, TIME, TIME_FROM, STATION, KIND = range(7)
WORDS = 9  # 540 bits; the longest message that is written has 424
FRAMED_ROWS = 4_096  # so many stay in the processor's cache

# columns of `Memory.slots`: talker, formatter, channel, sequence number and count of parts (0: free); group of the tag
# block, -1 without; bits of the parts that are here and of those that came before the first part; line of the first to
# arrive; time so far; fill bits of the last part; exclusive or of the checksums; a $PGHP that may speak of the message, and
# the checksum it names
KEY, GROUP, SLOT_STATION, HELD, EARLY, ARRIVED, SLOT_TIME, SLOT_TIME_FROM, FILL = range(9)
SUMS, SLOT_PGHP_T, SLOT_PGHP_SUM = range(9, 12)
SLOTS = 256  # messages that wait for parts
MOST_PARTS = 9
PART_CHARS = 128  # of one part; one more byte in front holds their count

MOST_STATIONS = 4_096
STATION_CHARS = 32


class Framed(NamedTuple):
    """Sound messages, not yet decoded.

    Attributes:
        words: (rows, WORDS) the first bits of the payload, 60 a word.
        facts: (rows, 7) see the names of the columns.
    """

    words: Int64s
    facts: Int64s


class Memory(NamedTuple):
    """All that is carried from line to line.

    Attributes:
        at: counters; see the names above.
        slots: (SLOTS, 12) messages that wait for parts; see the names of the columns.
        payloads: (SLOTS, MOST_PARTS, 1 + PART_CHARS) their parts, as armoured.
        names: (MOST_STATIONS, STATION_CHARS) receiving stations in the order of first sight, filled up with zeros.
        hashed: (2 × MOST_STATIONS,) hash table of their numbers, -1 when free.
    """

    at: Int64s
    slots: Int64s
    payloads: Bytes
    names: Bytes
    hashed: Int32s


class Positions(NamedTuple):
    """One row for each message with a place for a position; all (rows,), units as in the column names."""

    vessel_key: Int64s
    t: Int64s
    lat: Doubles
    lon: Doubles
    sog_kn: Floats
    cog_deg: Floats
    heading_deg: Floats
    station: Int32s
    line: Int64s
    msg_type: Int8s
    nav_status: Int8s
    rot_deg_min: Floats
    time_from: Int8s


class Texts(NamedTuple):
    """Text of one column: row i is data[ends[i] : ends[i + 1]]; an empty one is null."""

    ends: Int32s
    data: Bytes


class Statics(NamedTuple):
    """One row for each message that names or describes its sender; all (rows,)."""

    vessel_key: Int64s
    t: Int64s
    station: Int32s
    line: Int64s
    msg_type: Int8s
    part: Int8s
    name: Texts
    callsign: Texts
    imo: Int64s
    ship_type: Int16s
    aid_type: Int8s
    to_bow_m: Int16s
    to_stern_m: Int16s
    to_port_m: Int8s
    to_starboard_m: Int8s
    mothership: Int64s
    draught_m: Floats
    eta_month: Int8s
    eta_day: Int8s
    eta_hour: Int8s
    eta_minute: Int8s
    destination: Texts
    time_from: Int8s


def new_memory(rank: dict[int, int]) -> Memory:
    """Return the memory of a stream that has not begun; `rank` tells which times are used, less is better."""
    at = np.zeros(RANK + 5, np.int64)
    at[PGHP_AT] = -1
    at[PGHP_T] = at[PGHP_DAY] = NONE
    at[RANK:] = -1
    for time_from, place in rank.items():
        at[RANK + time_from] = place
    return Memory(
        at,
        np.zeros((SLOTS, 12), np.int64),
        np.zeros((SLOTS, MOST_PARTS, 1 + PART_CHARS), np.uint8),
        np.zeros((MOST_STATIONS, STATION_CHARS), np.uint8),
        np.full(2 * MOST_STATIONS, -1, np.int32),
    )


def new_framed() -> Framed:
    """Return an empty store of framed messages."""
    return Framed(np.zeros((FRAMED_ROWS, WORDS), np.int64), np.zeros((FRAMED_ROWS, 7), np.int64))


def new_positions(rows: int) -> Positions:
    """Return columns for so many positions, their content undefined."""
    return Positions(
        vessel_key=np.empty(rows, np.int64),
        t=np.empty(rows, np.int64),
        lat=np.empty(rows, np.float64),
        lon=np.empty(rows, np.float64),
        sog_kn=np.empty(rows, np.float32),
        cog_deg=np.empty(rows, np.float32),
        heading_deg=np.empty(rows, np.float32),
        station=np.empty(rows, np.int32),
        line=np.empty(rows, np.int64),
        msg_type=np.empty(rows, np.int8),
        nav_status=np.empty(rows, np.int8),
        rot_deg_min=np.empty(rows, np.float32),
        time_from=np.empty(rows, np.int8),
    )


def new_statics(rows: int) -> Statics:
    """Return columns for so many static messages, their content undefined."""

    def texts(chars: int) -> Texts:
        return Texts(np.zeros(rows + 1, np.int32), np.empty(rows * chars, np.uint8))

    return Statics(
        vessel_key=np.empty(rows, np.int64),
        t=np.empty(rows, np.int64),
        station=np.empty(rows, np.int32),
        line=np.empty(rows, np.int64),
        msg_type=np.empty(rows, np.int8),
        part=np.empty(rows, np.int8),
        name=texts(34),  # with the rest of an aid's name
        callsign=texts(7),
        imo=np.empty(rows, np.int64),
        ship_type=np.empty(rows, np.int16),
        aid_type=np.empty(rows, np.int8),
        to_bow_m=np.empty(rows, np.int16),
        to_stern_m=np.empty(rows, np.int16),
        to_port_m=np.empty(rows, np.int8),
        to_starboard_m=np.empty(rows, np.int8),
        mothership=np.empty(rows, np.int64),
        draught_m=np.empty(rows, np.float32),
        eta_month=np.empty(rows, np.int8),
        eta_day=np.empty(rows, np.int8),
        eta_hour=np.empty(rows, np.int8),
        eta_minute=np.empty(rows, np.int8),
        destination=texts(20),
        time_from=np.empty(rows, np.int8),
    )
