"""Compiled core of gaps.

Silences and what was heard around them, the area that a silence lets a vessel reach, whether others were heard, how often
vessels fall silent, and whether two silent ones could have met.
"""

from tidewaiter.tracks.gaps.kernel.area import reach
from tidewaiter.tracks.gaps.kernel.cells import bands
from tidewaiter.tracks.gaps.kernel.dark import longest_together, overlapping, straight_distances_km
from tidewaiter.tracks.gaps.kernel.rates import gap_rates
from tidewaiter.tracks.gaps.kernel.reception import heard, others_around, wanted_cells
from tidewaiter.tracks.gaps.kernel.scan import count_around, find_silences, straight_distances
from tidewaiter.tracks.gaps.kernel.thin import telling_rows

__all__ = [
    "bands",
    "count_around",
    "find_silences",
    "gap_rates",
    "heard",
    "longest_together",
    "others_around",
    "overlapping",
    "reach",
    "straight_distances",
    "straight_distances_km",
    "telling_rows",
    "wanted_cells",
]
