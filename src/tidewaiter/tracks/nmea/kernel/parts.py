"""Messages of several parts, put together in whatever order the parts come, in a bounded table.

Parts belong together when talker, formatter, channel, sequence number and count agree, and the tag block's group or
else its station. Sequence numbers come round every ten messages, so order decides in doubt: a part that came before the
first part is used at once only when it is near; farther off, the message waits whether a later part takes its place, and
still farther off, the part stays alone.
"""

from __future__ import annotations

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import (
    ARRIVED,
    AT_LINE,
    BITS,
    EARLY,
    FILL,
    FRAMED,
    FROM_PGHP,
    GROUP,
    HELD,
    KEY,
    LINE,
    LINES,
    NONE,
    PART_CHARS,
    PGHP_SUM,
    PGHP_T,
    RANK,
    REJECTED,
    SLOT_PGHP_SUM,
    SLOT_PGHP_T,
    SLOT_STATION,
    SLOT_TIME,
    SLOT_TIME_FROM,
    SLOTS,
    STATION,
    SUMS,
    TIME,
    TIME_FROM,
    WORDS,
)
from tidewaiter.tracks.nmea.kernel.bits import ARMOUR, MOST_CHARS
from tidewaiter.tracks.nmea.reasons import LENGTH, PART_ALONE, PART_REPEATED

WINDOW = 500  # lines in which the parts of a message must come
EARLIEST = 100  # lines in which a part may come before the first part: sequence numbers seldom come round sooner
NEAR = 16  # lines in which such a part is used at once
PROBES = 8


@compiled
def better(candidate, time_from, at):
    """Whether times from `candidate` are used, and sooner than from `time_from` (0 = no time so far)."""
    rank = at[RANK + candidate]
    return rank >= 0 and (time_from == 0 or rank < at[RANK + time_from])


@compiled
def close(slot, at, slots, payloads, words, facts):
    """Free a slot; frame its message if it is complete, else count its parts."""
    total = slots[slot, KEY] & 15
    slots[slot, KEY] = 0
    here = 0
    for part in range(total):
        here += (slots[slot, HELD] >> part) & 1
    if here < total:
        at[REJECTED + PART_ALONE] += here
        return
    row = at[FRAMED]
    chars = word = held = bits = 0
    for part in range(total):
        count = payloads[slot, part, 0]
        chars += count
        for k in range(1, count + 1):
            bits = (bits << 6) | ARMOUR[payloads[slot, part, k]]
            held += 1
            if held == 10:
                if word < WORDS:
                    words[row, word] = bits
                    word += 1
                bits = held = 0
    if word < WORDS and held:
        words[row, word] = bits << (6 * (10 - held))
    if chars == 0 or chars > MOST_CHARS:
        at[REJECTED + LENGTH] += total
        return
    at[FRAMED] += 1
    facts[row, BITS] = 6 * chars - slots[slot, FILL]
    facts[row, AT_LINE] = slots[slot, ARRIVED]
    facts[row, LINES] = total
    facts[row, TIME] = slots[slot, SLOT_TIME]
    facts[row, TIME_FROM] = slots[slot, SLOT_TIME_FROM]
    facts[row, STATION] = slots[slot, SLOT_STATION]
    named = slots[slot, SLOT_PGHP_SUM]
    spoken_of = slots[slot, SLOT_PGHP_T] != NONE and (named < 0 or named == slots[slot, SUMS])
    if spoken_of and better(FROM_PGHP, slots[slot, SLOT_TIME_FROM], at):
        facts[row, TIME] = slots[slot, SLOT_PGHP_T]
        facts[row, TIME_FROM] = FROM_PGHP


@compiled
def _find(key, group, station, line, slots):
    """Return a slot and whether the message is in it: if not, the slot is free or the one that has waited longest."""
    start = (key * 0x9E3779B1 >> 7) % SLOTS
    best = -1
    for probe in range(PROBES):
        slot = (start + probe) % SLOTS
        if slots[slot, KEY] == key and slots[slot, GROUP] == group and line - slots[slot, ARRIVED] <= WINDOW:
            known = slots[slot, SLOT_STATION]
            if group >= 0 or known == station or known < 0 or station < 0:
                return slot, True
        if best < 0 or (slots[best, KEY] and (slots[slot, KEY] == 0 or slots[slot, ARRIVED] < slots[best, ARRIVED])):
            best = slot
    return best, False


@compiled
def _same(buffer, start, chars, part):
    """Whether a stored part, its count of characters in front, is the same as buffer[start : start + chars]."""
    if part[0] != chars:
        return False
    for k in range(chars):  # noqa: SIM110 (no generators in compiled code)
        if part[k + 1] != buffer[start + k]:
            return False
    return True


@compiled
def add_part(
    buffer, start, chars, fill, number, key, group, own_sum, station, t, time_from, at, slots, payloads, words, facts
):
    """Take in one part, its armoured payload in buffer[start : start + chars]; frame at most one message.

    Args:
        number: from 1.
        own_sum: checksum of its sentence.
        key: never 0; its lowest four bits are the count of parts.
    """
    line = at[LINE]
    total = key & 15
    bit = 1 << (number - 1)
    if chars > PART_CHARS:
        at[REJECTED + LENGTH] += 1
        return
    slot, old = _find(key, group, station, line, slots)
    if old and slots[slot, HELD] & bit:
        same = _same(buffer, start, chars, payloads[slot, number - 1])
        if slots[slot, EARLY] & bit and slots[slot, HELD] & 1:
            at[REJECTED + (PART_REPEATED if same else PART_ALONE)] += 1
            slots[slot, EARLY] &= ~bit
            slots[slot, SLOT_PGHP_T] = NONE  # it spoke of the part that is dropped
        elif same:
            at[REJECTED + PART_REPEATED] += 1
            return
        else:
            old = False
    if old and number == 1 and line - slots[slot, ARRIVED] > EARLIEST:
        old = False
    if not old:
        if slots[slot, KEY]:
            close(slot, at, slots, payloads, words, facts)
        slots[slot, KEY] = key
        slots[slot, GROUP] = group
        slots[slot, SLOT_STATION] = station
        slots[slot, HELD] = 0
        slots[slot, EARLY] = 0
        slots[slot, ARRIVED] = line
        slots[slot, SLOT_TIME_FROM] = 0
        slots[slot, SUMS] = 0
        slots[slot, SLOT_PGHP_T] = at[PGHP_T]
        slots[slot, SLOT_PGHP_SUM] = at[PGHP_SUM]
        at[PGHP_T] = NONE
    if slots[slot, SLOT_TIME_FROM] == 0:
        slots[slot, SLOT_TIME] = t
        slots[slot, SLOT_TIME_FROM] = time_from
    if slots[slot, SLOT_STATION] < 0:
        slots[slot, SLOT_STATION] = station
    slots[slot, HELD] |= bit
    slots[slot, SUMS] ^= own_sum
    if number > 1 and not slots[slot, HELD] & 1:
        slots[slot, EARLY] |= bit
    payloads[slot, number - 1, 0] = chars
    for k in range(chars):
        payloads[slot, number - 1, k + 1] = buffer[start + k]
    if number == total:
        slots[slot, FILL] = fill
    here = slots[slot, HELD] == (1 << total) - 1
    if here and (slots[slot, EARLY] == 0 or line - slots[slot, ARRIVED] <= NEAR):
        close(slot, at, slots, payloads, words, facts)
