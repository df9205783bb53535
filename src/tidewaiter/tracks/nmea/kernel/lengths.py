"""Which framed messages are decoded: the type is one of ours and the count of bits fits it."""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import BITS, FRAMED, KIND, LINES, MESSAGES, REJECTED, USED
from tidewaiter.tracks.nmea.kernel.bits import all_zero, number
from tidewaiter.tracks.nmea.reasons import LENGTH, UNKNOWN_PART, UNUSED_TYPE


def _lengths():
    least = np.zeros(64, np.int64)
    most = np.zeros(64, np.int64)
    for kind in (1, 2, 3, 4, 9, 11, 18):
        least[kind] = most[kind] = 168
    least[5], most[5] = 422, 424  # early transponders leave the two spare bits away
    least[19] = most[19] = 312
    least[21], most[21] = 272, 360  # a name may go on in up to 84 bits more, filled up to whole bytes
    least[24], most[24] = 160, 168  # part A is 160
    least[27], most[27] = 96, 168  # receivers fill it up to a slot
    return least, most


LEAST_BITS, MOST_BITS = _lengths()
PART_B_BITS = 162


@compiled
def accept(memory, framed):
    """Set the type of each framed message, 0 where it is set aside and counted."""
    at = memory.at
    words = framed.words
    facts = framed.facts
    for row in range(at[FRAMED]):
        kind = number(words, row, 0, 6)
        bits = facts[row, BITS]
        why = -1
        if LEAST_BITS[kind] == 0:
            why = UNUSED_TYPE
        elif bits < LEAST_BITS[kind] or (bits > MOST_BITS[kind] and not all_zero(words, row, MOST_BITS[kind], bits)):
            why = LENGTH
        elif kind == 24:
            part = number(words, row, 38, 2)
            if part > 1:
                why = UNKNOWN_PART
            elif part == 1 and bits < PART_B_BITS:
                why = LENGTH
        if why >= 0:
            at[REJECTED + why] += facts[row, LINES]
            kind = 0
        else:
            at[MESSAGES] += 1
            at[USED] += facts[row, LINES]
        facts[row, KIND] = kind
