"""Times written as text, from the bytes of an Arrow string column to microseconds since 1970."""

import numpy as np

from tidewaiter.compiled import compiled

NONE = np.iinfo(np.int64).min
"""Stands for "no time"."""
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FRACTION, ZONE, SHORT_YEAR = 1, 2, 3, 4, 5, 6, 7, 8, 9
_DAY_US = 86_400_000_000


@compiled
def parse_form(data, offsets, form, out, zoned):
    """Read times of one declared form.

    Args:
        data: uint8, the bytes of all cells.
        offsets: n + 1 positions in them.
        form: uint16; below 256 a part of a time as named above, from 256 on a literal byte + 256.
        out: int64[n] to fill; only cells that hold `NONE` are looked at, and what is no time stays so.
        zoned: bool[n] to fill: the cell names its own zone.
    """
    for i in range(out.shape[0]):
        if out[i] == NONE and offsets[i + 1] > offsets[i]:
            out[i], zoned[i] = _formed(data, offsets[i], offsets[i + 1], form)


@compiled
def parse_iso(data, offsets, out, zoned):
    """Read times like 2021-01-01T07:33:48.5Z; seconds, fraction and zone may be missing, a blank may stand for T."""
    for i in range(out.shape[0]):
        if out[i] == NONE and offsets[i + 1] > offsets[i]:
            out[i], zoned[i] = _iso(data, offsets[i], offsets[i + 1])


@compiled
def _iso(data, begin, end):
    begin, end = _trim(data, begin, end)
    if end - begin < 16:  # 2021-01-01 07:33
        return NONE, False
    year, month, day = _fixed(data, begin, 4), _fixed(data, begin + 5, 2), _fixed(data, begin + 8, 2)
    hour, minute, second = _fixed(data, begin + 11, 2), _fixed(data, begin + 14, 2), 0
    between = data[begin + 10]
    if data[begin + 4] != 45 or data[begin + 7] != 45 or (between not in {84, 32}) or data[begin + 13] != 58:
        return NONE, False
    at = begin + 16
    micros = 0
    if at < end and data[at] == 58:
        if at + 3 > end:
            return NONE, False
        second = _fixed(data, at + 1, 2)
        at += 3
        if at < end and (data[at] == 46 or data[at] == 44):
            micros, at = _fraction(data, at + 1, end)
    shift, zone, at = _zone(data, at, end)
    if at != end:
        return NONE, False
    t = _moment(year, month, day, hour, minute, second, micros)
    return (NONE if t == NONE else t - shift), zone


@compiled
def _formed(data, begin, end, form):
    at, end = _trim(data, begin, end)
    year, month, day, hour, minute, second, micros, shift = 1970, 1, 1, 0, 0, 0, 0, 0
    zone = False
    for token in form:
        if token >= 256:
            if at >= end or data[at] != token - 256:
                return NONE, False
            at += 1
        elif token == ZONE:
            shift, zone, at = _zone(data, at, end)
        elif token == FRACTION:
            micros, at = _fraction(data, at, end)
        else:
            most = 4 if token == YEAR else 2
            value, digits = 0, 0
            while at < end and digits < most and 48 <= data[at] <= 57:
                value = value * 10 + data[at] - 48
                at += 1
                digits += 1
            if digits == 0 or (token == YEAR and digits < 4):
                return NONE, False
            if token == YEAR:
                year = value
            elif token == SHORT_YEAR:
                year = value + (2000 if value < 69 else 1900)
            elif token == MONTH:
                month = value
            elif token == DAY:
                day = value
            elif token == HOUR:
                hour = value
            elif token == MINUTE:
                minute = value
            else:
                second = value
    if at != end:
        return NONE, False
    t = _moment(year, month, day, hour, minute, second, micros)
    return (NONE if t == NONE else t - shift), zone


@compiled
def _trim(data, begin, end):
    while begin < end and (data[begin] <= 32 or data[begin] == 34):
        begin += 1
    while end > begin and (data[end - 1] <= 32 or data[end - 1] == 34):
        end -= 1
    return begin, end


@compiled
def _fixed(data, at, digits):
    """Return a number of so many digits, -1 when there is something else."""
    value = 0
    for i in range(at, at + digits):
        digit = np.int64(data[i]) - 48
        if digit < 0 or digit > 9:
            return -1
        value = value * 10 + digit
    return value


@compiled
def _fraction(data, at, end):
    micros, unit = 0, 100_000
    while at < end and 48 <= data[at] <= 57:
        micros += (np.int64(data[at]) - 48) * unit
        unit //= 10
        at += 1
    return micros, at


@compiled
def _zone(data, at, end):
    """Return the offset from UTC in microseconds, whether a zone is named, and where it ends."""
    if at == end:
        return 0, False, at
    if at < end and data[at] == 32:
        at += 1
    if at < end and data[at] == 90:
        return 0, True, at + 1
    if at + 3 == end and data[at] == 85 and data[at + 1] == 84 and data[at + 2] == 67:
        return 0, True, end
    if at + 3 <= end and (data[at] == 43 or data[at] == 45):
        sign = 1 if data[at] == 43 else -1
        hours, minutes = _fixed(data, at + 1, 2), 0
        at += 3
        if at < end and data[at] == 58:
            at += 1
        if at + 2 <= end:
            minutes = _fixed(data, at, 2)
            at += 2
        if 0 <= hours <= 18 and 0 <= minutes <= 59:
            return sign * (hours * 60 + minutes) * 60_000_000, True, at
    return 0, False, -1


@compiled
def _moment(year, month, day, hour, minute, second, micros):
    if year < 1 or month < 1 or month > 12 or day < 1 or hour < 0 or hour > 23 or minute < 0 or minute > 59:
        return NONE
    if second < 0 or second > 60:  # 60: a leap second, which is the first of the next minute here
        return NONE
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 30 if month in (4, 6, 9, 11) else 31
    if month == 2:
        longest = 29 if leap else 28
    if day > longest:
        return NONE
    # days since 1970 in the proleptic Gregorian calendar, the year beginning in March
    y = year - 1 if month <= 2 else year
    era = y // 400
    of_era = y - era * 400
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return days * _DAY_US + ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros
