"""Positions that cannot be: steps no ship can have made, tracks that run round a circle, and way that leads nowhere."""

from tidewaiter.tracks.jumps.circles import CIRCLES, Circles, find_circles, shared
from tidewaiter.tracks.jumps.fast_pairs import FAST_PAIRS, FastPairs, FastPairSearch, find_fast_pairs
from tidewaiter.tracks.jumps.jumps import JUMPS, Jumps, JumpSearch, find_jumps
from tidewaiter.tracks.jumps.limits import ClassSpeeds
from tidewaiter.tracks.jumps.pinned import PINNED, Pinned, find_pinned

__all__ = [
    "CIRCLES",
    "FAST_PAIRS",
    "JUMPS",
    "PINNED",
    "Circles",
    "ClassSpeeds",
    "FastPairSearch",
    "FastPairs",
    "JumpSearch",
    "Jumps",
    "Pinned",
    "find_circles",
    "find_fast_pairs",
    "find_jumps",
    "find_pinned",
    "shared",
]
