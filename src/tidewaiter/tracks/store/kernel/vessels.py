"""Vessel keys to codes 0, 1, 2, … by first appearance, and what the order of a file says about its times."""

import numpy as np

from tidewaiter.compiled import compiled


@compiled
def encode(key, t, table, codes_of, seed, uniques, counts, last, before, known, jump, out, jump_code, jump_t):
    """Give each row the code of its vessel.

    Args:
        key, t: int64[n], of rows in the order of the file.
        table, codes_of: open-addressing table of a power of two: int64 keys and int32 codes (-1 = free).
        seed: int64, mixed into the hash.
        uniques, counts, last, before: by code: key, rows so far, time of the last row and of the one before it.
        known: number of codes so far.
        jump: microseconds beyond which a time is off; 0 = do not look.
        out: int32[n] to fill.
        jump_code, jump_t: int64[n] to fill with rows found to be clock jumps.

    Returns:
        Rows done (fewer than n when the table is full by half: grow it and go on), codes, jumps found, rows that are
        earlier than the row of their vessel before them.
    """
    mask = np.uint64(table.shape[0] - 1)
    jumps = 0
    disorder = 0
    for i in range(key.shape[0]):
        at = np.int64(_mix(np.uint64(key[i]) ^ np.uint64(seed)) & mask)
        while codes_of[at] >= 0 and table[at] != key[i]:
            at = np.int64(np.uint64(at + 1) & mask)
        code = codes_of[at]
        if code < 0:
            if 2 * known >= table.shape[0] or known >= uniques.shape[0]:
                return i, known, jumps, disorder
            code = known
            known += 1
            table[at] = key[i]
            codes_of[at] = code
            uniques[code] = key[i]
            counts[code] = 0
        out[i] = code
        if counts[code] > 0:
            was = last[code]
            if t[i] < was:
                disorder += 1
            if (
                jump > 0
                and counts[code] > 1
                and abs(was - before[code]) > jump
                and abs(t[i] - was) > jump
                and abs(t[i] - before[code]) <= jump
            ):
                jump_code[jumps] = code
                jump_t[jumps] = was
                jumps += 1
            else:
                before[code] = was
        last[code] = t[i]
        counts[code] += 1
    return key.shape[0], known, jumps, disorder


@compiled
def fill_table(table, codes_of, seed, uniques, known):
    """Put the first `known` of `uniques` into an empty table."""
    mask = np.uint64(table.shape[0] - 1)
    for code in range(known):
        at = np.int64(_mix(np.uint64(uniques[code]) ^ np.uint64(seed)) & mask)
        while codes_of[at] >= 0:
            at = np.int64(np.uint64(at + 1) & mask)
        table[at] = uniques[code]
        codes_of[at] = code


@compiled
def _mix(x):
    # the finaliser of splitmix64 (Steele, Lea and Flood 2014)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
