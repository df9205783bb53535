"""Rows in order of vessel and time, equal ones in the order they came."""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled


@compiled
def in_order(vessel, t):
    """Tell whether rows lie in order of vessel and time."""
    for i in range(1, t.shape[0]):
        if vessel[i] < vessel[i - 1] or (vessel[i] == vessel[i - 1] and t[i] < t[i - 1]):
            return False
    return True


@compiled
def settle_ties(key, order):
    """Sort the rows of equal keys, for a sort that is fast does not keep their order."""
    n = order.shape[0]
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and key[order[end]] == key[order[begin]]:
            end += 1
        if end - begin > 1:
            order[begin:end] = np.sort(order[begin:end])
        begin = end
