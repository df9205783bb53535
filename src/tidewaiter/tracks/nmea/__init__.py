"""Decode: NMEA 0183 text of AIS receivers to positions and statics."""

from __future__ import annotations

from tidewaiter.tracks.nmea.columns import POSITIONS, STATICS, TIMES_FROM
from tidewaiter.tracks.nmea.decode import Tables, decode, decode_batches
from tidewaiter.tracks.nmea.decoder import Decoded, Summary
from tidewaiter.tracks.nmea.reasons import REASONS
from tidewaiter.tracks.nmea.write import decode_to

__all__ = [
    "POSITIONS",
    "REASONS",
    "STATICS",
    "TIMES_FROM",
    "Decoded",
    "Summary",
    "Tables",
    "decode",
    "decode_batches",
    "decode_to",
]
