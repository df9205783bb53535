"""Whether rows lie in order already."""

from __future__ import annotations

from tidewaiter.compiled import compiled


@compiled
def in_order(vessel, t):
    """Tell whether rows lie in order of vessel and time."""
    for i in range(1, t.shape[0]):
        if vessel[i] < vessel[i - 1] or (vessel[i] == vessel[i - 1] and t[i] < t[i - 1]):
            return False
    return True
