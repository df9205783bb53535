"""Encounters: two vessels stay near one another for a while.

Tracks are put on a grid of ten minutes; a run of instants at which the same two are near is a raw encounter, told from
either side; runs that follow one another are joined.

Source: GlobalFishingWatch/pipe-encounters : src/pipe_encounters/transforms @ df93ee4.
"""

from tidewaiter.tracks.encounters.find import (
    MERGED,
    RAW,
    RESAMPLED,
    EncounterTables,
    Resampled,
    encounter_tables,
    find_encounters,
    meetings_of,
    resample_part,
    resample_tracks,
)
from tidewaiter.tracks.encounters.rule import Encounters

__all__ = [
    "MERGED",
    "RAW",
    "RESAMPLED",
    "EncounterTables",
    "Encounters",
    "Resampled",
    "encounter_tables",
    "find_encounters",
    "meetings_of",
    "resample_part",
    "resample_tracks",
]
