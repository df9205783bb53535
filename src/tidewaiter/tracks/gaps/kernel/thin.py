"""Rows that tell as much about hearing as all of them do: the first and the last of each stay in a cell and an hour."""

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.gaps.kernel.cells import cell


@compiled
def telling_rows(units, t, lat, lon, cells, regions, bin_us):
    """Return which rows are the first or last of a run of one vessel in one cell, region and bin of time, (rows,) bool.

    Args:
        units: (vessels + 1,) slices the rows.
        t, lat, lon: (rows,).
        cells, regions: bands of both grids.
        bin_us: length of a bin in microseconds.
    """
    kept = np.zeros(t.shape[0], np.bool_)
    for v in range(units.shape[0] - 1):
        last_cell, last_region, last_bin = -2, -2, 0
        for i in range(units[v], units[v + 1]):
            at, region, when = cell(lat[i], lon[i], cells), cell(lat[i], lon[i], regions), t[i] // bin_us
            if at != last_cell or region != last_region or when != last_bin:
                kept[i] = True
                if i > units[v]:
                    kept[i - 1] = True
                last_cell, last_region, last_bin = at, region, when
        if units[v] < units[v + 1]:
            kept[units[v + 1] - 1] = True
    return kept
