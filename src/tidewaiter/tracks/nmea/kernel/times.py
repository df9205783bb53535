"""Times in a log: civil dates and Unix numbers to microseconds, `NONE` when they are none."""

from __future__ import annotations

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import NONE

LATEST = 4_133_980_800_000_000  # 2101, microseconds
DOT = 46


@compiled
def civil_us(year, month, day, hour, minute, second):
    """Return UTC microseconds of a date from 1970 to 2100, or NONE when there is no such moment."""
    if year < 1970 or year > 2100 or month < 1 or month > 12 or day < 1 or hour > 23 or minute > 59 or second > 59:
        return NONE
    long_february = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if month == 2:
        most = 29 if long_february else 28
    elif month == 4 or month == 6 or month == 9 or month == 11:  # noqa: PLR1714 (a set is no code)
        most = 30
    else:
        most = 31
    if day > most:
        return NONE
    # days since 1970 of a calendar whose year begins in March (the leap day comes last)
    y = year - 1 if month <= 2 else year
    of_era = y % 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = (y // 400) * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000


@compiled
def scaled_us(value, digits):
    """Return a Unix time of so many digits in microseconds, NONE when it is not from 1970 to 2100."""
    if digits < 1 or digits > 17:
        return NONE
    if digits <= 11:
        value *= 1_000_000
    elif digits <= 14:
        value *= 1_000
    return value if 0 < value < LATEST else NONE


@compiled
def unix_us(buffer, start, stop, fewest_digits):
    """Return the time of a number that fills buffer[start:stop], or NONE.

    Up to 11 digits are seconds (with a fraction, if any), 12–14 milliseconds, 15–17 microseconds.
    """
    value = 0
    p = start
    while p < stop and 48 <= buffer[p] <= 57 and p - start < 18:
        value = value * 10 + (buffer[p] - 48)
        p += 1
    digits = p - start
    if digits < fewest_digits:
        return NONE
    value = scaled_us(value, digits)
    if value != NONE and p < stop:
        if buffer[p] != DOT or digits > 11:
            return NONE
        p += 1
        unit = 100_000
        while p < stop and 48 <= buffer[p] <= 57:
            value += unit * (buffer[p] - 48)
            unit //= 10
            p += 1
        if p < stop:
            return NONE
    return value


@compiled
def integer(buffer, start, stop):
    """Return the unsigned number of 1–9 digits that fills buffer[start:stop], or -1."""
    if stop <= start or stop - start > 9:
        return -1
    value = 0
    for p in range(start, stop):
        if not 48 <= buffer[p] <= 57:
            return -1
        value = value * 10 + (buffer[p] - 48)
    return value
