"""Compiled core of encounters: tracks on a grid of time, who is near whom, runs of that, and their joining."""

from tidewaiter.tracks.encounters.kernel.merge import merge
from tidewaiter.tracks.encounters.kernel.near import Pairs, near_pairs, places
from tidewaiter.tracks.encounters.kernel.resample import Grid, Sampled, resample
from tidewaiter.tracks.encounters.kernel.runs import Meetings, Rule, meetings

__all__ = [
    "Grid", "Meetings", "Pairs", "Rule", "Sampled", "meetings", "merge", "near_pairs", "places",
    "resample",
]  # fmt: skip
