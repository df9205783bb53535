"""The sieve: which rows are positions, and which values mean "not available"."""

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.reading.kernel.times import NONE

NO_KEY = np.iinfo(np.int64).min
"""Stands for "no vessel"."""


@compiled
def sift(key, t, lat, lon, sog, cog, heading, placeholders, earliest, latest, drop_impossible, drop_null_island):
    """Look at every row once.

    Args:
        key, t: int64; `NO_KEY` and `NONE` where there is none.
        lat, lon, sog, cog: float64, NaN where there is none; speed and course that mean "not available" become NaN here.
        heading: float32, likewise.
        placeholders: int64, sorted keys that stand for no vessel.
        earliest, latest: microseconds, first possible time and first impossible one.
        drop_impossible: drop positions outside ±90, ±180; else they are kept as they are.
        drop_null_island: drop positions at 0, 0.

    Returns:
        Kept rows int64[m]; for each reason of `REASONS` the number of rejected rows and the first of them (-1 = none);
        for each of `ABSENCES` the number of values made null.
    """
    size = key.shape[0]
    kept = np.empty(size, np.int64)
    count = 0
    rejected = np.zeros(8, np.int64)
    first = np.full(8, -1, np.int64)
    absent = np.zeros(6, np.int64)
    for i in range(size):
        why = -1
        if key[i] == NO_KEY:
            why = 0
        elif _among(placeholders, key[i]):
            why = 1
        elif t[i] == NONE:
            why = 2
        elif t[i] < earliest or t[i] >= latest:
            why = 3
        elif np.isnan(lat[i]) or np.isnan(lon[i]):
            why = 4
        elif not (-90.0 <= lat[i] <= 90.0 and -180.0 <= lon[i] <= 180.0):
            if drop_impossible:
                # in AIS 91 and 181 say that there is no position
                why = 5 if abs(lat[i] - 91.0) < 1e-3 or abs(lon[i] - 181.0) < 1e-3 else 6
        elif drop_null_island and lat[i] == 0.0 and lon[i] == 0.0:
            why = 7
        if why >= 0:
            rejected[why] += 1
            if first[why] < 0:
                first[why] = i
            continue
        kept[count] = i
        count += 1
        if not 0.0 <= sog[i] < 102.25:  # 102.2 = that or more
            if not np.isnan(sog[i]):
                absent[0 if abs(sog[i] - 102.3) < 0.05 else 1] += 1
            sog[i] = np.nan
        if not 0.0 <= cog[i] < 360.0:
            if not np.isnan(cog[i]):
                absent[2 if abs(cog[i] - 360.0) < 1e-3 else 3] += 1
            cog[i] = np.nan
        if not 0.0 <= heading[i] < 360.0:
            if not np.isnan(heading[i]):
                absent[4 if heading[i] == 511.0 else 5] += 1
            heading[i] = np.nan
    return kept[:count], rejected, first, absent


@compiled
def _among(placeholders, key):
    found = False
    for value in placeholders:
        found = found or value == key
    return found


@compiled
def decimals_of(values, ten):
    """Return single-precision values as the decimal numbers they were written from: rounded to 1 / `ten`, float64."""
    out = np.empty(values.shape[0], np.float64)
    for i in range(values.shape[0]):
        out[i] = np.rint(np.float64(values[i]) * ten) / ten
    return out


@compiled
def take(column, rows):
    """Return the values of some rows."""
    out = np.empty(rows.shape[0], column.dtype)
    for i in range(rows.shape[0]):
        out[i] = column[rows[i]]
    return out
