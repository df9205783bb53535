"""Vessels as runs of rows."""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled


@compiled
def runs(vessel, t):
    """Number the vessels in the order of their rows.

    Returns:
        (n,) number of the vessel; (vessels,) first row of each; first row that is earlier than the one before of the
        same vessel, or -1.
    """
    n = t.shape[0]
    run = np.empty(n, np.int32)
    bad = -1
    count = 0
    for i in range(n):
        if i == 0 or vessel[i] != vessel[i - 1]:
            count += 1
        elif bad < 0 and t[i] < t[i - 1]:
            bad = i
        run[i] = count - 1
    first = np.empty(count, np.int64)
    for i in range(n):
        if i == 0 or run[i] != run[i - 1]:
            first[run[i]] = i
    return run, first, bad
