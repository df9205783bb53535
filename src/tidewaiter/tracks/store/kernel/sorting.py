"""Rows of a batch to groups of vessels, and a group in the order of vessel and time."""

import numpy as np

from tidewaiter.compiled import compiled


@compiled
def partition(codes, group_of, groups):
    """Return the rows of a batch by group (stable), int32, and where each group begins, int64[groups + 1].

    Args:
        codes: int32[n], of vessels.
        group_of: int32 by code; negative = left out.
        groups: number of groups.
    """
    begins = np.zeros(groups + 1, np.int64)
    for code in codes:
        group = group_of[code]
        if group >= 0:
            begins[group + 1] += 1
    for group in range(groups):
        begins[group + 1] += begins[group]
    at = begins[:-1].copy()
    order = np.empty(begins[-1], np.int32)
    for i in range(codes.shape[0]):
        group = group_of[codes[i]]
        if group >= 0:
            order[at[group]] = i
            at[group] += 1
    return order, begins


@compiled
def pack_keys(place, t, first, first_t, step, t_bits, row_bits, out):
    """Fill uint64 keys whose order is that of (vessel, time, row).

    Args:
        place: int32[n], place of the row's vessel among all, `first` or later.
        t: int64[n], all `first_t` or later and, from there, multiples of `step`.
        first: the first place.
        first_t: the first time.
        step: 1, 1,000 or 1,000,000 microseconds.
        t_bits: bits that a time takes.
        row_bits: bits that a row takes.
        out: uint64[n] to fill.
    """
    for i in range(t.shape[0]):
        since = t[i] - first_t
        if step == 1_000_000:  # dividing by a constant is a multiplication
            since //= 1_000_000
        elif step == 1_000:
            since //= 1_000
        vessel = np.uint64(place[i] - first)
        out[i] = ((vessel << np.uint64(t_bits)) | np.uint64(since)) << np.uint64(row_bits) | np.uint64(i)


@compiled
def unpack_keys(keys, first, first_t, step, t_bits, row_bits, order, place, t):
    """Fill rows, places and times from sorted keys; arguments as `pack_keys`."""
    rows = (np.uint64(1) << np.uint64(row_bits)) - np.uint64(1)
    times = (np.uint64(1) << np.uint64(t_bits)) - np.uint64(1)
    for i in range(keys.shape[0]):
        both = keys[i] >> np.uint64(row_bits)
        order[i] = np.int32(keys[i] & rows)
        place[i] = np.int32(both >> np.uint64(t_bits)) + first
        t[i] = np.int64(both & times) * step + first_t


@compiled
def starts_of(place):
    """Return where each vessel begins among rows in order, and the end: int64[vessels + 1]."""
    vessels = 0
    for i in range(place.shape[0]):
        vessels += i == 0 or place[i] != place[i - 1]
    starts = np.empty(vessels + 1, np.int64)
    vessels = 0
    for i in range(place.shape[0]):
        if i == 0 or place[i] != place[i - 1]:
            starts[vessels] = i
            vessels += 1
    starts[vessels] = place.shape[0]
    return starts


@compiled
def time_step(t, begin):
    """Return the coarsest of 1 s, 1 ms, 1 µs (in microseconds) of which all times are multiples after `begin`."""
    step = 1_000_000
    for value in t:
        if step == 1_000_000 and (value - begin) % 1_000_000:
            step = 1_000
        if step == 1_000 and (value - begin) % 1_000:
            return 1
    return step


@compiled
def drop_repeats(order, place, t, lat, lon, sog, cog, heading):
    """Take out rows that repeat an earlier one of their vessel and time in everything.

    Rows of one instant are few; where they are many (made-up data), a table of hashes keeps the work linear.

    Args:
        order: int32[n], rows of the columns below in the order of vessel and time; the kept ones move to its front.
        place: int32[n], of the vessels, in this order; likewise.
        t: int64[n], in this order; likewise.
        lat: column, not in order, and so are the others.

    Returns:
        How many are kept.
    """
    count = 0
    i = 0
    size = order.shape[0]
    while i < size:
        end = i + 1
        while end < size and t[end] == t[i] and place[end] == place[i]:
            end += 1
        vessel, moment = place[i], t[i]
        begin = count
        if end == i + 1:
            order[count] = order[i]
            count += 1
        elif end - i <= 16:
            for j in range(i, end):
                fresh = True
                for k in range(begin, count):
                    if _same(order[k], order[j], lat, lon, sog, cog, heading):
                        fresh = False
                        break
                if fresh:
                    order[count] = order[j]
                    count += 1
        else:
            count = _many(order, i, end, count, lat, lon, sog, cog, heading)
        place[begin:count] = vessel
        t[begin:count] = moment
        i = end
    return count


@compiled
def drop_jumps(order, place, t, jump_place, jump_t):
    """Take out the rows of the given vessels and times (sorted by vessel, then time); otherwise as `drop_repeats`."""
    count = 0
    at = 0
    for i in range(order.shape[0]):
        while at < jump_place.shape[0] and (
            jump_place[at] < place[i] or (jump_place[at] == place[i] and jump_t[at] < t[i])
        ):
            at += 1
        if at < jump_place.shape[0] and jump_place[at] == place[i] and jump_t[at] == t[i]:
            continue
        order[count], place[count], t[count] = order[i], place[i], t[i]
        count += 1
    return count


@compiled
def _many(order, begin, end, count, lat, lon, sog, cog, heading):
    size = 1
    while size < 2 * (end - begin):
        size *= 2
    table = np.full(size, -1, np.int32)
    word = np.empty(5, np.float64)
    bits = word.view(np.uint64)
    mask = np.uint64(size - 1)
    for j in range(begin, end):
        row = order[j]
        # adding 0 makes one zero of two
        word[0], word[1], word[2], word[3], word[4] = lat[row] + 0.0, lon[row] + 0.0, sog[row], cog[row], heading[row]
        mixed = np.uint64(0x9E3779B97F4A7C15)
        for k in range(5):
            piece = bits[k] if not np.isnan(word[k]) else np.uint64(1)
            mixed = (mixed ^ piece) * np.uint64(0xBF58476D1CE4E5B9)
            mixed ^= mixed >> np.uint64(29)
        at = np.int64(mixed & mask)
        fresh = True
        while table[at] >= 0:
            if _same(table[at], row, lat, lon, sog, cog, heading):
                fresh = False
                break
            at = np.int64(np.uint64(at + 1) & mask)
        if fresh:
            table[at] = row
            order[count] = row
            count += 1
    return count


@compiled
def _same(a, b, lat, lon, sog, cog, heading):
    return (
        _equal(lat[a], lat[b])
        and _equal(lon[a], lon[b])
        and _equal(sog[a], sog[b])
        and _equal(cog[a], cog[b])
        and _equal(heading[a], heading[b])
    )


@compiled
def _equal(x, y):
    return x == y or (np.isnan(x) and np.isnan(y))


@compiled
def gather(column, order):
    """Return the values of a column in some order."""
    out = np.empty(order.shape[0], column.dtype)
    for i in range(order.shape[0]):
        out[i] = column[order[i]]
    return out


@compiled
def side_votes(starts, t, lat, lon, sog, cog):
    """Return how many legs run along their declared course as they are, and how many with lat and lon exchanged.

    Legs of up to ten minutes at 3 kn and more whose two directions differ by at least 40 degrees; a leg counts when the
    bearing is within 20 degrees of the course the fix declares.
    """
    straight, swapped = 0, 0
    for vessel in range(starts.shape[0] - 1):
        for i in range(starts[vessel] + 1, starts[vessel + 1]):
            if t[i] - t[i - 1] > 600_000_000 or t[i] == t[i - 1]:
                continue
            if not (sog[i] >= 3.0 and sog[i - 1] >= 3.0 and cog[i] >= 0.0):
                continue
            dlat, dlon = lat[i] - lat[i - 1], lon[i] - lon[i - 1]
            if dlat == 0.0 and dlon == 0.0:
                continue
            as_is = np.degrees(np.arctan2(dlon * np.cos(np.radians(lat[i])), dlat)) % 360.0
            other = np.degrees(np.arctan2(dlat * np.cos(np.radians(lon[i])), dlon)) % 360.0
            if _apart(as_is, other) < 40.0:
                continue
            straight += _apart(as_is, cog[i]) < 20.0
            swapped += _apart(other, cog[i]) < 20.0
    return straight, swapped


@compiled
def _apart(a, b):
    d = abs(a - b) % 360.0
    return min(d, 360.0 - d)
