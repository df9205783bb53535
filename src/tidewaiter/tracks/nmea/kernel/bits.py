"""Payloads: from armoured characters to words of 60 bits, and from those to numbers and text.

ITU-R M.1371-5, annex 8, tables 45–47 (six-bit text) and IEC 61162-1 (armour).
"""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.nmea.kernel.arrays import WORDS

WORD_BITS = 60  # ten characters
MOST_CHARS = 240  # of a payload: 1,440 bits; the longest message fills five slots with 1,064
NOT_ARMOUR = 255


def _armour():
    table = np.full(256, NOT_ARMOUR, np.uint8)
    for value in range(64):
        table[value + 48 if value < 40 else value + 56] = value
    return table


ARMOUR = _armour()


@compiled
def unarmour(buffer, start, words, row):
    """Fill words[row] with the first bits of the payload at `start`; return its count of characters, to `MOST_CHARS`."""
    n = 0
    held = 0
    word = 0
    bits = 0
    while n < MOST_CHARS:
        value = ARMOUR[buffer[start + n]]
        if value == NOT_ARMOUR:
            break
        bits = (bits << 6) | value
        n += 1
        held += 1
        if held == 10:
            if word < WORDS:
                words[row, word] = bits
                word += 1
            held = 0
            bits = 0
    if word < WORDS and held:
        words[row, word] = bits << (6 * (10 - held))
    return n


@compiled
def number(words, row, start, width):
    """Return the unsigned number of `width` (1–60) bits from bit `start`."""
    word = start // WORD_BITS
    have = WORD_BITS - start % WORD_BITS
    if width <= have:
        return (words[row, word] >> (have - width)) & ((1 << width) - 1)
    rest = width - have
    return ((words[row, word] << rest) | (words[row, word + 1] >> (WORD_BITS - rest))) & ((1 << width) - 1)


@compiled
def signed(words, row, start, width):
    """Return the two's complement number of `width` bits from bit `start`."""
    value = number(words, row, start, width)
    return value - ((value >> (width - 1)) << width)


@compiled
def all_zero(words, row, start, stop):
    """Whether no bit is set from `start` to before `stop`; not known, so no, beyond the stored words."""
    if stop > WORDS * WORD_BITS:
        return False
    for bit in range(start, stop):  # noqa: SIM110 (no generators in compiled code)
        if number(words, row, bit, 1):
            return False
    return True


@compiled
def put_text(words, row, start, chars, data, at):
    """Write `chars` six-bit characters from bit `start` to data[at:]; return the end without padding (@)."""
    end = at
    left = chars
    bit = start
    while left > 0:
        block = min(left, 10)
        value = number(words, row, bit, 6 * block)
        for k in range(block):
            code = (value >> (6 * (block - 1 - k))) & 63
            data[end + k] = code if code >= 32 else code + 64
        end += block
        bit += 6 * block
        left -= block
    while end > at and data[end - 1] == 64:
        end -= 1
    return end


@compiled
def trim(data, at, end):
    """Take the spaces off both ends of data[at:end], in place; return the new end."""
    while end > at and data[end - 1] == 32:
        end -= 1
    lead = 0
    while at + lead < end and data[at + lead] == 32:
        lead += 1
    if lead:
        for i in range(at, end - lead):
            data[i] = data[i + lead]
    return end - lead
