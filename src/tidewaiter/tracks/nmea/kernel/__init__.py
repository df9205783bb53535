"""The compiled heart: bytes of a log to framed messages, those to columns.

`scan` frames lines until there is no room; then `accept`, `write_positions` and `write_statics` decode what is framed,
and the caller sets `Memory.at[FRAMED]` to 0. `finish` ends a log.
"""

from __future__ import annotations

from .arrays import (
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
from .lengths import accept
from .positions import write_positions
from .scan import LONGEST_LINE, finish, scan
from .statics import write_statics

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
