"""How often vessels fall silent, for the time they are heard."""

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.gaps.kernel.cells import cell

DAY = 86_400_000_000.0


@compiled
def gap_rates(units, t, lat, lon, before, vessel, longest, recent, first):
    """Return gaps and days heard of the vessel, of the vessel lately, and of others in the region, (gaps, 6) float64.

    Args:
        units: (vessels + 1,) slices the rows.
        t, lat, lon: (rows,).
        before: (gaps,) last row before each gap, ascending.
        vessel: (gaps,) whose.
        longest: a silence longer than this is a gap and not heard time, microseconds.
        recent: lately is the time so long before the gap, microseconds.
        first: the bands of the regions.

    Returns:
        The vessel's gaps and days; those lately, this gap included; those of other vessels in the region where the gap
        begins (zero when it begins nowhere).
    """
    out = np.zeros((before.shape[0], 6))
    gaps, days = np.zeros(first[-1]), np.zeros(first[-1])
    for v in range(units.shape[0] - 1):
        _hear(units[v], units[v + 1], t, lat, lon, longest, first, days, 1.0)
    for g in range(before.shape[0]):
        region = cell(lat[before[g]], lon[before[g]], first)
        if region >= 0:
            gaps[region] += 1.0
    own_gaps, own_days = np.zeros(first[-1]), np.zeros(first[-1])
    g = 0
    while g < before.shape[0]:
        v, end = vessel[g], g
        total = _hear(units[v], units[v + 1], t, lat, lon, longest, first, own_days, 1.0)
        while end < before.shape[0] and vessel[end] == v:
            region = cell(lat[before[end]], lon[before[end]], first)
            if region >= 0:
                own_gaps[region] += 1.0
            end += 1
        low, low_gap, row, lately = units[v], g, units[v], 0.0
        for k in range(g, end):
            edge = before[k]
            while row < edge:
                row += 1
                lately += _step(t, row, longest)
            while t[low] < t[edge] - recent:
                low += 1
                lately -= _step(t, low, longest)
            while before[low_gap] < low:
                low_gap += 1
            out[k, 0], out[k, 1] = end - g, total
            out[k, 2], out[k, 3] = k - low_gap + 1, max(lately, 0.0)
            region = cell(lat[edge], lon[edge], first)
            if region >= 0:
                out[k, 4], out[k, 5] = gaps[region] - own_gaps[region], max(days[region] - own_days[region], 0.0)
        _hear(units[v], units[v + 1], t, lat, lon, longest, first, own_days, 0.0)
        for k in range(g, end):
            region = cell(lat[before[k]], lon[before[k]], first)
            if region >= 0:
                own_gaps[region] = 0.0
        g = end
    return out


@compiled
def _step(t, row, longest):
    """Days heard between a row and the one before."""
    apart = t[row] - t[row - 1]
    return apart / DAY if apart <= longest else 0.0


@compiled
def _hear(begin, end, t, lat, lon, longest, first, days, keep):
    """Add heard days to the region of the row that begins them (keep 1), or clear these regions (keep 0); return the sum."""
    total = 0.0
    for i in range(begin + 1, end):
        region = cell(lat[i - 1], lon[i - 1], first)
        step = _step(t, i, longest)
        total += step
        if region >= 0:
            days[region] = (days[region] + step) * keep
    return total
