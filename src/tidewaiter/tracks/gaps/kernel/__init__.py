"""Compiled core of gaps: silences and what was heard around them, and the area that a silence lets a vessel reach."""

from tidewaiter.tracks.gaps.kernel.area import reach
from tidewaiter.tracks.gaps.kernel.scan import count_around, find_silences, straight_distances

__all__ = ["count_around", "find_silences", "reach", "straight_distances"]
