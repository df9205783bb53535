"""The pass over the bytes: lines, framing, checksum, then single messages at once and parts to their table.

Nothing is read beyond the newline that ends the buffer: every step first knows that the byte before it was none.
"""

from __future__ import annotations

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import (
    AT_LINE,
    BITS,
    FRAMED,
    FRAMED_ROWS,
    FROM_PGHP,
    FROM_SUFFIX,
    FROM_TAG,
    KEY,
    LINE,
    LINES,
    NONE,
    PGHP_AT,
    PGHP_SUM,
    PGHP_T,
    REJECTED,
    SLOTS,
    STATION,
    TIME,
    TIME_FROM,
)
from tidewaiter.tracks.nmea.kernel.bits import ARMOUR, MOST_CHARS, NOT_ARMOUR, unarmour
from tidewaiter.tracks.nmea.kernel.parts import add_part, better, close
from tidewaiter.tracks.nmea.kernel.tags import (
    BACKSLASH,
    BANG,
    COMMA,
    DOLLAR,
    NEWLINE,
    RETURN,
    SPACE,
    STAR,
    TAB,
    hexadecimal,
    is_gatehouse,
    plain_suffix,
    read_gatehouse,
    suffix,
    sum_holds,
    tag_block,
)
from tidewaiter.tracks.nmea.reasons import (
    BAD_ARMOUR,
    BLANK,
    CHECKSUM,
    FRAMING,
    LENGTH,
    NOT_NMEA,
    OTHER_SENTENCE,
    TAG_BLOCK,
    TOO_LONG,
)

LONGEST_LINE = 4_096


@compiled
def scan(buffer, start, stop, memory, framed):
    """Frame the messages in the lines of buffer[start:stop], whose last byte is a newline.

    Returns:
        Where the first line begins that was not read: `stop`, or less when there is no room for more messages.
    """
    at, slots, payloads, names, hashed = memory
    words, facts = framed
    begin = start
    while begin < stop and at[FRAMED] < FRAMED_ROWS:
        at[LINE] += 1
        p = begin
        while buffer[p] == SPACE or buffer[p] == TAB:
            p += 1
        tag_t, station, group = NONE, -1, -1
        while p >= 0 and buffer[p] == BACKSLASH:
            p, block_t, block_station, block_group = tag_block(buffer, p, at, names, hashed)
            tag_t = block_t if block_t != NONE else tag_t
            station = block_station if block_station >= 0 else station
            group = block_group if block_group >= 0 else group
        if p < 0:
            begin = _reject(buffer, begin, begin, TAG_BLOCK, at)
            continue
        if buffer[p] != BANG:
            begin = _other(buffer, begin, p, at)
            continue
        if buffer[p + 1] == NEWLINE or buffer[p + 2] == NEWLINE or buffer[p + 3] != 86 or buffer[p + 4] != 68:  # VD
            begin = _reject(buffer, begin, p, OTHER_SENTENCE, at)
            continue
        formatter = buffer[p + 5]
        if (formatter != 77 and formatter != 79) or buffer[p + 6] != COMMA:  # noqa: PLR1714 (M, O)
            begin = _reject(buffer, begin, p, OTHER_SENTENCE, at)
            continue
        total, number, sequence, channel, payload = _fields(buffer, p + 7)
        if payload < 0:
            begin = _damaged(buffer, begin, p, FRAMING, at)
            continue
        chars = 0
        if total == 1:
            chars = unarmour(buffer, payload, words, at[FRAMED])
        else:
            while chars < MOST_CHARS and ARMOUR[buffer[payload + chars]] != NOT_ARMOUR:
                chars += 1
        q = payload + chars
        if buffer[q] != COMMA:
            begin = _damaged(buffer, begin, p, LENGTH if chars == MOST_CHARS else _after(buffer[q]), at)
            continue
        fill = buffer[q + 1] - 48
        if fill < 0 or fill > 5 or buffer[q + 2] != STAR or not sum_holds(buffer, p + 1, q + 2):
            begin = _damaged(buffer, begin, p, FRAMING, at)
            continue

        end = q + 5
        suffix_t = NONE
        if buffer[end] == RETURN:
            end += 1
        if buffer[end] != NEWLINE:
            suffix_t, end = plain_suffix(buffer, end)
        if buffer[end] != NEWLINE:
            end = _end(buffer, end)
            if end - begin <= LONGEST_LINE:
                suffix_t, named = suffix(buffer, q + 5, end, at, names, hashed)
                station = station if station >= 0 else named
        if end - begin > LONGEST_LINE or chars == 0:
            at[REJECTED + (LENGTH if end - begin <= LONGEST_LINE else TOO_LONG)] += 1
            begin = end + 1
            continue
        begin = end + 1

        own_sum = (hexadecimal(buffer[q + 3]) << 4) | hexadecimal(buffer[q + 4])
        t, time_from = NONE, 0
        if tag_t != NONE and better(FROM_TAG, 0, at):
            t, time_from = tag_t, FROM_TAG
        if suffix_t != NONE and better(FROM_SUFFIX, time_from, at):
            t, time_from = suffix_t, FROM_SUFFIX
        if not better(FROM_PGHP, time_from, at):
            at[PGHP_AT], at[PGHP_T] = -1, NONE
        elif at[PGHP_AT] >= 0:
            read_gatehouse(buffer, at)
        if total == 1:
            if at[PGHP_T] != NONE and (at[PGHP_SUM] < 0 or at[PGHP_SUM] == own_sum):
                t, time_from = at[PGHP_T], FROM_PGHP
                at[PGHP_T] = NONE
            row = at[FRAMED]
            at[FRAMED] += 1
            facts[row, BITS] = 6 * chars - fill
            facts[row, AT_LINE] = at[LINE]
            facts[row, LINES] = 1
            facts[row, TIME] = t
            facts[row, TIME_FROM] = time_from
            facts[row, STATION] = station
        else:
            talker = buffer[p + 1] << 16 | buffer[p + 2] << 8 | formatter
            key = talker << 32 | channel << 16 | sequence << 4 | total
            add_part(
                buffer,
                payload,
                chars,
                fill,
                number,
                key,
                group,
                own_sum,
                station,
                t,
                time_from,
                at,
                slots,
                payloads,
                words,
                facts,
            )
    if at[PGHP_AT] >= 0:
        read_gatehouse(buffer, at)  # the buffer will be another one
    return begin


@compiled
def finish(slot, memory, framed):
    """Close the messages that wait, from `slot` on; return the slot to go on from when there is no room for more."""
    at, slots, payloads, _, _ = memory
    words, facts = framed
    while slot < SLOTS and at[FRAMED] < FRAMED_ROWS:
        if slots[slot, KEY]:
            close(slot, at, slots, payloads, words, facts)
        slot += 1
    return slot


@compiled
def _fields(buffer, p):
    """Read the fields before the payload.

    Returns:
        Count of parts, part, sequence number (0 = none, else one more than it is), channel, and where the payload
        begins, -1 if a field is not what it should be.
    """
    total = buffer[p] - 48
    number = sequence = channel = 0
    if total < 1 or total > 9 or buffer[p + 1] != COMMA:
        return total, number, sequence, channel, -1
    number = buffer[p + 2] - 48
    if number < 1 or number > total or buffer[p + 3] != COMMA:
        return total, number, sequence, channel, -1
    q = p + 4
    while 48 <= buffer[q] <= 57 and q < p + 6:
        sequence = sequence * 10 + (buffer[q] - 47)
        q += 1
    if buffer[q] != COMMA:
        return total, number, sequence, channel, -1
    q += 1
    while buffer[q] != COMMA:
        if buffer[q] == NEWLINE or channel > 255:
            return total, number, sequence, channel, -1
        channel = channel << 8 | buffer[q]
        q += 1
    return total, number, sequence, channel, q + 1


@compiled
def _after(byte):
    """Return why a payload must not end in this byte."""
    return FRAMING if byte in (STAR, NEWLINE, RETURN) else BAD_ARMOUR


@compiled
def _end(buffer, p):
    while buffer[p] != NEWLINE:
        p += 1
    return p


@compiled
def _reject(buffer, begin, p, why, at):
    """Count a line that was read up to `p`; return where the next one begins."""
    end = _end(buffer, p)
    at[REJECTED + (TOO_LONG if end - begin > LONGEST_LINE else why)] += 1
    return end + 1


@compiled
def _damaged(buffer, begin, p, why, at):
    """Count a VDM or VDO that cannot be used: a checksum that differs explains all else."""
    star = p
    while buffer[star] != STAR and buffer[star] != NEWLINE:
        star += 1
    if buffer[star] == STAR and hexadecimal(buffer[star + 1]) < 16 and hexadecimal(buffer[star + 2]) < 16:
        if not sum_holds(buffer, p + 1, star):
            why = CHECKSUM
    elif why != LENGTH:
        why = FRAMING
    at[PGHP_AT], at[PGHP_T] = -1, NONE  # it may have spoken of this line
    return _reject(buffer, begin, star, why, at)


@compiled
def _other(buffer, begin, p, at):
    """Count a line that does not begin with "!"; a $PGHP sentence leaves its time for the next one."""
    why = NOT_NMEA
    if buffer[p] == DOLLAR:
        why = OTHER_SENTENCE
        if is_gatehouse(buffer, p):
            start = p
            p = _end(buffer, p)
            if p - begin <= LONGEST_LINE:
                at[PGHP_AT], at[PGHP_T] = start, NONE
    elif p > begin and buffer[p - 1] == BACKSLASH:
        why = TAG_BLOCK
    else:
        while buffer[p] == SPACE or buffer[p] == TAB or buffer[p] == RETURN:
            p += 1
        if buffer[p] == NEWLINE:
            why = BLANK
    return _reject(buffer, begin, p, why, at)
