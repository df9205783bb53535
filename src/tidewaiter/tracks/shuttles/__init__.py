"""Shuttle search: which vessels of a fleet go to and fro between two places, seen or in silence.

port visits ──┐
gaps ─────────┼──► legs ──► parts of a score ──► vessels, most likely first
draughts ─────┘      └────────────────────────► evidence
"""

from tidewaiter.tracks.shuttles.ends import End, end, end_of
from tidewaiter.tracks.shuttles.reading import read_tables
from tidewaiter.tracks.shuttles.search import Shuttles, find_shuttles, turn_round
from tidewaiter.tracks.shuttles.tables import LEGS, PARTS, SHUTTLES
from tidewaiter.tracks.shuttles.thresholds import Shuttling

__all__ = [
    "LEGS",
    "PARTS",
    "SHUTTLES",
    "End",
    "Shuttles",
    "Shuttling",
    "end",
    "end_of",
    "find_shuttles",
    "read_tables",
    "turn_round",
]
