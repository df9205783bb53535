"""Which claims are one voice repeated, which contradict, and what became of a number on its way.

hierarchy, offices     who speaks for whom
extent, agreement      numbers and periods as intervals, claims compared field by field
copies, merge          verbatim copies, then statements of one origin; every link can be undone
derivation             numbers computed from others
contradiction, drift   what cannot both hold, and what a retelling changed
"""

from tidewaiter.reports.origins.contradiction import contradictions
from tidewaiter.reports.origins.drift import drift
from tidewaiter.reports.origins.merge import merge

__all__ = ["contradictions", "drift", "merge"]
