"""Declared destinations: what the field says, which place that is, and whether the ship went there."""

from tidewaiter.tracks.identity.destinations.places import Match, Place, Places
from tidewaiter.tracks.identity.destinations.text import Destination, read_destination
from tidewaiter.tracks.identity.destinations.visits import DECLARED, Declarations, declared_destinations

__all__ = [
    "DECLARED",
    "Declarations",
    "Destination",
    "Match",
    "Place",
    "Places",
    "declared_destinations",
    "read_destination",
]
