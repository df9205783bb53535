"""The compiled heart: bytes of a log to framed messages, those to columns.

`scan` frames lines until there is no room; then `accept`, `write_positions` and `write_statics` decode what is framed,
and the caller sets `Memory.at[FRAMED]` to 0. `finish` ends a log.
"""

from __future__ import annotations

from tidewaiter.tracks.nmea.kernel.arrays import (
    FRAMED,
    LINE,
    MESSAGES,
    POSITIONS,
    REJECTED,
    SLOTS,
    STATICS,
    STATIONS,
    STATIONS_LOST,
    TAGS_IGNORED,
    USED,
    Positions,
    Statics,
    Texts,
    new_framed,
    new_memory,
    new_positions,
    new_statics,
)
from tidewaiter.tracks.nmea.kernel.lengths import accept
from tidewaiter.tracks.nmea.kernel.positions import write_positions
from tidewaiter.tracks.nmea.kernel.scan import LONGEST_LINE, finish, scan
from tidewaiter.tracks.nmea.kernel.statics import write_statics

__all__ = [
    "FRAMED",
    "LINE",
    "LONGEST_LINE",
    "MESSAGES",
    "POSITIONS",
    "REJECTED",
    "SLOTS",
    "STATICS",
    "STATIONS",
    "STATIONS_LOST",
    "TAGS_IGNORED",
    "USED",
    "Positions",
    "Statics",
    "Texts",
    "accept",
    "finish",
    "new_framed",
    "new_memory",
    "new_positions",
    "new_statics",
    "scan",
    "write_positions",
    "write_statics",
]
