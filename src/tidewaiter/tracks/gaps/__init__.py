"""Gaps: silences of a vessel, what was heard around them, and what they allow.

A gap proves nothing where nobody is heard, so it comes with the reception at its ends (`weigh_gaps`).
"""

from tidewaiter.tracks.gaps.find import GAPS, Gaps, find_gaps

__all__ = ["GAPS", "Gaps", "find_gaps"]
