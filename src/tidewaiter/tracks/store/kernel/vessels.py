"""Vessel keys to codes 0, 1, 2, … by first appearance, and what the order of a file says about its times."""

import numpy as np

from tidewaiter.compiled import compiled

KEY, ROWS, LAST, BEFORE = 0, 1, 2, 3
"""Of a vessel: its key, rows so far, time of the last row, time of the one before it."""


@compiled
def encode(key, t, table, seed, vessels, known, jump, out, jump_code, jump_t):
    """Give each row the code of its vessel.

    Args:
        key: int64[n], of rows in the order of the file.
        t: int64[n].
        table: int64[a power of two, 2], open addressing: key and code (-1 = free).
        seed: int64, mixed into the hash.
        vessels: int64[m, 4], by code, as named above.
        known: number of codes so far.
        jump: microseconds beyond which a time is off; 0 = do not look.
        out: int32[n] to fill.
        jump_code: int32[n] to fill with vessels whose last row was a clock jump.
        jump_t: int64[n], likewise the time of that row.

    Returns:
        Rows done (fewer than n when the table is full by half: grow it and go on), codes, jumps found, rows that are
        earlier than the row of their vessel before them.
    """
    mask = np.uint64(table.shape[0] - 1)
    jumps = 0
    disorder = 0
    for i in range(key.shape[0]):
        at = np.int64(_mix(np.uint64(key[i]) ^ np.uint64(seed)) & mask)
        while table[at, 1] >= 0 and table[at, 0] != key[i]:
            at = np.int64(np.uint64(at + 1) & mask)
        code = table[at, 1]
        if code < 0:
            if 2 * known >= table.shape[0] or known >= vessels.shape[0]:
                return i, known, jumps, disorder
            code = known
            known += 1
            table[at, 0] = key[i]
            table[at, 1] = code
            vessels[code, KEY] = key[i]
            vessels[code, ROWS] = 0
        out[i] = code
        if vessels[code, ROWS] > 0:
            was = vessels[code, LAST]
            before = vessels[code, BEFORE]
            disorder += t[i] < was
            if (
                jump > 0
                and vessels[code, ROWS] > 1
                and abs(was - before) > jump
                and abs(t[i] - was) > jump
                and abs(t[i] - before) <= jump
            ):
                jump_code[jumps] = code
                jump_t[jumps] = was
                jumps += 1
            else:
                vessels[code, BEFORE] = was
        vessels[code, LAST] = t[i]
        vessels[code, ROWS] += 1
    return key.shape[0], known, jumps, disorder


@compiled
def fill_table(table, seed, vessels, known):
    """Put the first `known` of `vessels` into an empty table."""
    mask = np.uint64(table.shape[0] - 1)
    for code in range(known):
        at = np.int64(_mix(np.uint64(vessels[code, KEY]) ^ np.uint64(seed)) & mask)
        while table[at, 1] >= 0:
            at = np.int64(np.uint64(at + 1) & mask)
        table[at, 0] = vessels[code, KEY]
        table[at, 1] = code


@compiled
def _mix(x):
    # the finaliser of splitmix64 (Steele, Lea and Flood 2014)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
