"""Gaps: silences of a vessel, what was heard around them, and what they allow.

A gap proves nothing where nobody is heard, so it comes with the reception at its ends (`weigh_gaps`).
"""

from tidewaiter.tracks.gaps.dark import DARK_MEETINGS, DarkMeetings, dark_meetings
from tidewaiter.tracks.gaps.find import GAPS, Gaps, find_gaps
from tidewaiter.tracks.gaps.weigh import WEIGHED, Weighing, telling_positions, weigh_gaps

__all__ = [
    "DARK_MEETINGS",
    "GAPS",
    "WEIGHED",
    "DarkMeetings",
    "Gaps",
    "Weighing",
    "dark_meetings",
    "find_gaps",
    "telling_positions",
    "weigh_gaps",
]
