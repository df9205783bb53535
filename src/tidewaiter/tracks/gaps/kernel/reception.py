"""Whether others are heard where and while a vessel is silent.

Hearing is counted in vessel-hours: a vessel heard in a cell in a bin of time, however many messages it sent (one that
leaves a cell and comes back in the same bin counts again).
"""

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.gaps.kernel.cells import AROUND, around, cell


@compiled
def wanted_cells(lat, lon, rows, first):
    """Return which cells lie around these rows, (cells,) bool; a negative row is none."""
    wanted = np.zeros(first[-1], np.bool_)
    cells = np.empty(AROUND, np.int64)
    for row in rows:
        if row >= 0:
            for k in range(around(lat[row], lon[row], first, cells)):
                wanted[cells[k]] = True
    return wanted


@compiled
def heard(units, t, lat, lon, wanted, first, bin_us, earliest, bins):
    """Return the keys cell * bins + bin of every vessel-hour in the wanted cells, unordered.

    Args:
        units: (vessels + 1,) slices the rows.
        t, lat, lon: (rows,).
        wanted: (cells,) bool.
        first: the bands of the cells.
        bin_us: length of a bin in microseconds.
        earliest, bins: the first bin and their number.
    """
    out = np.empty(0, np.int64)
    n = 0
    for fill in range(2):
        n = 0
        for v in range(units.shape[0] - 1):
            last = -1
            for i in range(units[v], units[v + 1]):
                at = cell(lat[i], lon[i], first)
                if at >= 0 and wanted[at]:
                    key = at * bins + t[i] // bin_us - earliest
                    if key != last:
                        if fill:
                            out[n] = key
                        n += 1
                        last = key
        if not fill:
            out = np.empty(n, np.int64)
    return out


@compiled
def others_around(keys, units, t, lat, lon, edge, other, vessel, sign, first, bin_us, earliest, bins, most):
    """Count the vessel-hours of others in the cells around one end of each gap.

    Args:
        keys: what `heard` found, ordered.
        units, t, lat, lon, first, bin_us, earliest, bins: as there.
        edge: (gaps,) row at this end of the gap, negative = none.
        other: (gaps,) int64 microseconds of the other end.
        vessel: (gaps,) whose.
        sign: 1 where silence follows the edge, -1 where it goes before.
        most: bins looked at on either side at most.

    Returns:
        (gaps, 4) int64: vessel-hours and bins in the silence, vessel-hours and bins on the other side of the edge. The bins
        that hold the ends of the silence are left out.
    """
    out = np.zeros((edge.shape[0], 4), np.int64)
    cells = np.empty(AROUND, np.int64)
    for g in range(edge.shape[0]):
        if edge[g] < 0:
            continue
        row = edge[g]
        size = around(lat[row], lon[row], first, cells)
        if size == 0:
            continue
        here, there = t[row] // bin_us, other[g] // bin_us
        if sign > 0:
            during = here + 1, min(there, here + 1 + most, earliest + bins)
            beyond = max(here - most, earliest), here
        else:
            during = max(there + 1, here - most, earliest), here
            beyond = here + 1, min(here + 1 + most, earliest + bins)
        out[g, 1], out[g, 3] = max(during[1] - during[0], 0), max(beyond[1] - beyond[0], 0)
        for k in range(size):
            out[g, 0] += _count(keys, cells[k] * bins - earliest, during[0], during[1])
            out[g, 2] += _count(keys, cells[k] * bins - earliest, beyond[0], beyond[1])
        out[g, 2] -= _own(units, t, lat, lon, row, vessel[g], sign, first, bin_us, beyond, cells[:size])
    return out


@compiled
def _count(keys, base, begin, end):
    return np.searchsorted(keys, base + end) - np.searchsorted(keys, base + begin) if end > begin else 0


@compiled
def _own(units, t, lat, lon, row, vessel, sign, first, bin_us, span, cells):
    """Count the vessel's own vessel-hours in these bins and cells, as `heard` counts them."""
    begin = row
    while units[vessel] < begin and t[begin - 1] // bin_us >= span[0] and sign > 0:
        begin -= 1
    n, last_cell, last_bin = 0, -1, -1
    for i in range(begin, units[vessel + 1]):
        at_bin = t[i] // bin_us
        if at_bin >= span[1]:
            break
        at = cell(lat[i], lon[i], first)
        mine = False
        for c in cells:
            mine |= c == at
        if mine and at_bin >= span[0] and (at != last_cell or at_bin != last_bin):
            n += 1
            last_cell, last_bin = at, at_bin
    return n
