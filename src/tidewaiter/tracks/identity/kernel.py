"""Settled draughts and where they change."""

from __future__ import annotations

from tidewaiter.compiled import compiled


@compiled
def changes(vessel, t, draught, min_change, same, min_messages, longest, most, found, depths):
    """Find changes of draught.

    A level is held by every reading nearer than `min_change` to the last one. Readings farther off make a new level as
    soon as `min_messages` of them in a row lie within `same` of each other.

    Args:
        vessel, t: (n,) int64, in the order of vessel and time.
        draught: (n,) float64 metres.
        min_change, same: metres.
        min_messages: readings that settle a level.
        longest: microseconds between the last reading before and the first after a change, at most.
        most: readings above it are none, metres.
        found: (n, 5) int64 to be filled: vessel, both times, readings before and after.
        depths: (n, 2) float64 to be filled: metres before and after.

    Returns:
        The number of changes.
    """
    n, ship = 0, -1
    level, last_t, held, settled = 0.0, 0, 0, False
    other, other_t, others = 0.0, 0, 0
    open_row = -1
    for i in range(vessel.shape[0]):
        d = draught[i]
        if not 0.0 < d <= most:
            continue
        if i == 0 or ship != vessel[i] or held + others == 0:
            if open_row >= 0:
                found[open_row, 4] = held
            ship, level, last_t, held, settled, others, open_row = vessel[i], d, t[i], 1, min_messages <= 1, 0, -1
            continue
        if abs(d - level) < min_change:
            level, last_t, held, others = d, t[i], held + 1, 0
            settled |= held >= min_messages
            continue
        if others and abs(d - other) <= same:
            others += 1
        else:
            other_t, others = t[i], 1
        other = d
        if others < min_messages:
            continue
        if open_row >= 0:
            found[open_row, 4] = held
        open_row = -1
        if settled and other_t - last_t <= longest:
            found[n, 0], found[n, 1], found[n, 2], found[n, 3], found[n, 4] = ship, last_t, other_t, held, others
            depths[n, 0], depths[n, 1] = level, d
            open_row = n
            n += 1
        level, last_t, held, settled, others = d, t[i], others, True, 0
    if open_row >= 0:
        found[open_row, 4] = held
    return n
