"""Who a ship says it is: names, call signs, numbers, draught and destination as dated intervals, and where they change."""

from tidewaiter.tracks.identity.attributes import (
    ATTRIBUTES,
    CHANGES,
    INTERVALS,
    Identity,
    identity_changes,
    identity_intervals,
)
from tidewaiter.tracks.identity.draughts import DRAUGHT_CHANGES, Draughts, find_draught_changes
from tidewaiter.tracks.identity.hulls import (
    FLAG_HOPPING,
    HULLS,
    NUMBER_CHANGES,
    FlagHopping,
    flag_hopping,
    hull_intervals,
    number_changes,
)
from tidewaiter.tracks.identity.numbers import country_name, flags, imo_holds, mmsi_kinds
from tidewaiter.tracks.identity.reading import read_statics

__all__ = [
    "ATTRIBUTES",
    "CHANGES",
    "DRAUGHT_CHANGES",
    "FLAG_HOPPING",
    "HULLS",
    "INTERVALS",
    "NUMBER_CHANGES",
    "Draughts",
    "FlagHopping",
    "Identity",
    "country_name",
    "find_draught_changes",
    "flag_hopping",
    "flags",
    "hull_intervals",
    "identity_changes",
    "identity_intervals",
    "imo_holds",
    "mmsi_kinds",
    "number_changes",
    "read_statics",
]
