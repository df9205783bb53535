"""Segment ids as text: ``<vessel>-2021-01-06T07:33:48.000000Z``, written straight into the bytes of an Arrow array."""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.segments.kernel.arrays import NO_ID

STAMP = 28  # characters after the vessel
DAY_US = 86_400_000_000
ZERO = 48


@compiled
def measure(id_t, vessel, names_at, at, valid):
    """Fill where each id begins, and which rows have one (a bit each, least significant first)."""
    at[0] = 0
    for i in range(id_t.shape[0]):
        length = 0
        if id_t[i] != NO_ID:
            v = vessel[i]
            length = names_at[v + 1] - names_at[v] + STAMP
            valid[i >> 3] |= np.uint8(1 << (i & 7))
        at[i + 1] = at[i] + length


@compiled
def write(id_t, vessel, names, names_at, at, letters):
    """Fill the bytes of all ids.

    Args:
        id_t: int64, time in the id, microseconds; `NO_ID` = none.
        vessel: number of the vessel.
        names, names_at: bytes of the vessels' names, and where each begins.
        at: where each id begins, as `measure` found.
        letters: uint8, filled.
    """
    before = -1  # the last row written: rows of one segment mostly follow one another
    for i in range(id_t.shape[0]):
        if id_t[i] == NO_ID:
            continue
        start, end = at[i], at[i + 1]
        if before >= 0 and id_t[i] == id_t[before] and vessel[i] == vessel[before]:
            written = at[before]
            for j in range(end - start):
                letters[start + j] = letters[written + j]
        else:
            named = names_at[vessel[i]]
            for j in range(end - start - STAMP):
                letters[start + j] = names[named + j]
            _stamp(letters, end - STAMP, id_t[i])
        before = i


@compiled
def _stamp(letters, at, t):
    day = t // DAY_US
    rest = t - day * DAY_US
    year, month, date = _calendar(day)
    seconds = rest // 1_000_000
    letters[at] = letters[at + 5] = letters[at + 8] = 45  # -
    letters[at + 11] = 84  # T
    letters[at + 14] = letters[at + 17] = 58  # :
    letters[at + 20] = 46  # .
    letters[at + 27] = 90  # Z
    _digits(letters, at + 1, 4, year)
    _digits(letters, at + 6, 2, month)
    _digits(letters, at + 9, 2, date)
    _digits(letters, at + 12, 2, seconds // 3600)
    _digits(letters, at + 15, 2, seconds // 60 % 60)
    _digits(letters, at + 18, 2, seconds % 60)
    _digits(letters, at + 21, 6, rest % 1_000_000)


@compiled
def _digits(letters, at, n, value):
    for i in range(n - 1, -1, -1):
        letters[at + i] = ZERO + value % 10
        value //= 10


@compiled
def _calendar(day):
    """Return year, month and day of the month of a day since 1970-01-01, in the calendar of today.

    Years are taken to begin in March, so that the day that comes and goes is their last one (H. Hinnant, "chrono-Compatible
    Low-Level Date Algorithms", `civil_from_days`).
    """
    day += 719_468  # days from 0000-03-01
    era = day // 146_097
    of_era = day - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    march_month = (5 * of_year + 2) // 153
    month = march_month + 3 if march_month < 10 else march_month - 9
    return year + era * 400 + (1 if month <= 2 else 0), month, of_year - (153 * march_month + 2) // 5 + 1
