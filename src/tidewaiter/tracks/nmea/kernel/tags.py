r"""What stands around a sentence: tag blocks before it, a receiver's time after it, a $PGHP sentence on the line above.

Tag blocks: NMEA 0183 version 4.10 (\s:station,c:unix time,g:part-parts-group*hh\). After the checksum: any numbers that
can be Unix times; the US Coast Guard also writes its station there (r… or b…).
"""

from __future__ import annotations

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import (
    MOST_STATIONS,
    NONE,
    PGHP_AT,
    PGHP_DATE,
    PGHP_DAY,
    PGHP_SUM,
    PGHP_T,
    STATION_CHARS,
    STATIONS,
    STATIONS_LOST,
    TAGS_IGNORED,
)
from tidewaiter.tracks.nmea.kernel.times import civil_us, integer, scaled_us, unix_us

PGHP = (80, 71, 72, 80, 44, 49, 44)  # "PGHP,1,"
FEWEST_DIGITS = 9  # of a time after the checksum: from 1973 on
NEWLINE, RETURN, SPACE, TAB = 10, 13, 32, 9
COMMA, STAR, COLON, DASH, BACKSLASH, BANG, DOLLAR = 44, 42, 58, 45, 92, 33, 36


@compiled
def hexadecimal(byte):
    """Return the value of a hexadecimal digit, or 16."""
    if 48 <= byte <= 57:
        return byte - 48
    if 65 <= byte <= 70:
        return byte - 55
    if 97 <= byte <= 102:
        return byte - 87
    return 16


@compiled
def sum_holds(buffer, start, star):
    """Whether the two digits after the star are the exclusive or of buffer[start:star]. The buffer ends in a newline."""
    high = hexadecimal(buffer[star + 1])
    if high > 15:
        return False
    low = hexadecimal(buffer[star + 2])
    if low > 15:
        return False
    total = 0
    for p in range(start, star):
        total ^= buffer[p]
    return total == (high << 4) | low


@compiled
def printable(byte):
    """Return a byte of a name, a question mark where it is none of ASCII's: names are text, whatever the log holds."""
    return byte if 32 <= byte < 127 else 63


@compiled
def station_number(buffer, start, stop, at, names, hashed):
    """Return the number of the station named in buffer[start:stop], known or new; -1 when empty or there is no room."""
    length = min(stop - start, STATION_CHARS)
    if length <= 0:
        return -1
    mixed = 0
    for p in range(start, start + length):
        mixed = (mixed * 31 + printable(buffer[p])) & 0xFFFFFFF
    size = 2 * MOST_STATIONS
    place = mixed % size
    while hashed[place] >= 0:
        known = hashed[place]
        same = length == STATION_CHARS or names[known, length] == 0
        k = 0
        while same and k < length:
            same = names[known, k] == printable(buffer[start + k])
            k += 1
        if same:
            return known
        place = (place + 1) % size
    if at[STATIONS] == MOST_STATIONS:
        at[STATIONS_LOST] += 1
        return -1
    new = at[STATIONS]
    at[STATIONS] += 1
    hashed[place] = new
    for k in range(length):
        names[new, k] = printable(buffer[start + k])
    return new


@compiled
def tag_block(buffer, start, at, names, hashed):
    """Read the tag block whose backslash is at `start`.

    Returns:
        Where the line goes on (-1: the block does not end on this line), its time or NONE, its station or -1, its group
        or -1. A block whose checksum is wrong says nothing, and is counted.
    """
    t, station, group = NONE, -1, -1
    star = -1
    stop = start + 1
    while buffer[stop] != BACKSLASH:
        if buffer[stop] == NEWLINE:
            return -1, t, station, group
        if buffer[stop] == STAR and star < 0:
            star = stop
        stop += 1
    if star < 0 or stop - star != 3 or not sum_holds(buffer, start + 1, star):
        at[TAGS_IGNORED] += 1
        return stop + 1, t, station, group
    p = start + 1
    while p < star:
        end = p
        while end < star and buffer[end] != COMMA:
            end += 1
        if end - p > 2 and buffer[p + 1] == COLON:
            code = buffer[p]
            if code == 99:  # c
                t = unix_us(buffer, p + 2, end, 1)
            elif code == 115:  # s
                station = station_number(buffer, p + 2, end, at, names, hashed)
            elif code == 103:  # g
                last = end - 1
                while last > p + 1 and buffer[last] != DASH:
                    last -= 1
                group = integer(buffer, last + 1, end) if buffer[last] == DASH else -1
        p = end + 1
    return stop + 1, t, station, group


@compiled
def _parts_tokens(byte):
    return byte == COMMA or byte == SPACE or byte == TAB or byte == RETURN or byte == 59 or byte == 124  # noqa: PLR1714


@compiled
def plain_suffix(buffer, start):
    """Read ",number" or " number" that ends its line, the usual suffix.

    Returns:
        The time and where the line ends, or NONE and `start` when it is anything else.
    """
    if buffer[start] != COMMA and buffer[start] != SPACE:
        return NONE, start
    p = start + 1
    value = 0
    while 48 <= buffer[p] <= 57 and p - start <= 17:
        value = value * 10 + (buffer[p] - 48)
        p += 1
    digits = p - start - 1
    if buffer[p] == RETURN:
        p += 1
    t = scaled_us(value, digits)
    if buffer[p] != NEWLINE or digits < FEWEST_DIGITS or t == NONE:
        return NONE, start
    return t, p


@compiled
def suffix(buffer, start, stop, at, names, hashed):
    """Read what follows the checksum: return a time or NONE, and a station or -1. The last of each counts."""
    t, station = NONE, -1
    p = start
    while p < stop:
        byte = buffer[p]
        if _parts_tokens(byte):
            p += 1
            continue
        end = p + 1
        while end < stop:
            byte = buffer[end]
            if _parts_tokens(byte):
                break
            end += 1
        first = buffer[p]
        if 48 <= first <= 57:
            found = unix_us(buffer, p, end, FEWEST_DIGITS)
            if found != NONE:
                t = found
        elif first in (98, 114) and end - p > 1:  # b, r
            station = station_number(buffer, p, end, at, names, hashed)
        p = end
    return t, station


@compiled
def is_gatehouse(buffer, start):
    """Whether the line at `start` begins with $PGHP,1 and a comma."""
    p = start + 1
    for expected in PGHP:
        if buffer[p] != expected:
            return False
        p += 1
    return True


@compiled
def read_gatehouse(buffer, at):
    """Read the $PGHP,1 sentence at at[PGHP_AT]: the time of a message, and the checksum of that message if it tells.

    Its time stays NONE unless it is sound. Fields: year, month, day, hour, minute, second, millisecond, four about the
    station, the checksum of the message.
    """
    start = at[PGHP_AT]
    at[PGHP_AT] = -1
    at[PGHP_T] = NONE
    p = start + 1 + len(PGHP)
    date = clock = 0
    for field in range(6):
        value = 0
        places = 4 if field == 0 else 2
        while places and 48 <= buffer[p] <= 57:
            value = 10 * value + (buffer[p] - 48)
            p += 1
            places -= 1
        if buffer[p] != COMMA or (field >= 3 and value > (23 if field == 3 else 59)):
            return
        p += 1
        if field < 3:
            date = 100 * date + value
        else:
            clock = 60 * clock + value
    first = p
    thousandths = 0
    while 48 <= buffer[p] <= 57 and p - first < 3:
        thousandths = thousandths * 10 + (buffer[p] - 48)
        p += 1
    if p == first or buffer[p] != COMMA:
        return
    while buffer[p] != STAR:
        if buffer[p] == NEWLINE:
            return
        p += 1
    if not sum_holds(buffer, start + 1, p):
        return
    if date != at[PGHP_DATE]:
        at[PGHP_DATE] = date
        at[PGHP_DAY] = civil_us(date // 10_000, date // 100 % 100, date % 100, 0, 0, 0)
    if at[PGHP_DAY] == NONE:
        return
    high, low = hexadecimal(buffer[p - 2]), hexadecimal(buffer[p - 1])
    at[PGHP_T] = at[PGHP_DAY] + 1_000_000 * clock + 1000 * thousandths
    at[PGHP_SUM] = (high << 4) | low if buffer[p - 3] == COMMA and high < 16 and low < 16 else -1
