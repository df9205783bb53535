"""Kinds of events, and the thresholds that decide about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.tracks.encounters import Encounters
from tidewaiter.tracks.gaps import DarkMeetings, Gaps, Weighing
from tidewaiter.tracks.identity import Draughts, Identity
from tidewaiter.tracks.identity.destinations import Declarations
from tidewaiter.tracks.jumps import Circles, Jumps
from tidewaiter.tracks.loitering import Loitering
from tidewaiter.tracks.ports import PortThresholds, port_thresholds
from tidewaiter.tracks.presets import Explained, explain, preset, presets
from tidewaiter.tracks.reading import Clean
from tidewaiter.tracks.stops import Stops

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import msgspec

FALLBACK = "tidewaiter"


class Kind(NamedTuple):
    """A kind of event.

    Attributes:
        name: as in the column `kind`.
        table: table of the presets with its thresholds.
        struct: its thresholds.
        needs: what must be given beside positions: "" | places | statics | places+statics.
        meaning: in words.
    """

    name: str
    table: str
    struct: type[msgspec.Struct]
    needs: str
    meaning: str


KINDS = (
    Kind(
        "port_visit", "port_visit", PortThresholds, "places", "a vessel comes to a place, stays or falls silent there"
    ),
    Kind("gap", "gap", Gaps, "", "a vessel is not heard for hours"),
    Kind(
        "dark_meeting", "dark_meeting", DarkMeetings, "", "two vessels are silent near one another and could have met"
    ),
    Kind("encounter", "encounter", Encounters, "", "two vessels stay near one another"),
    Kind("stop", "stop", Stops, "", "a vessel stays near one spot"),
    Kind("loitering", "loitering", Loitering, "", "a vessel moves slowly for hours"),
    Kind("implausible", "jump", Jumps, "", "a step that no ship can have made"),
    Kind("circle", "circle", Circles, "", "a track that runs round and round a point"),
    Kind("identity_change", "identity", Identity, "statics", "name, call sign, IMO number or type change"),
    Kind("draught_change", "draught", Draughts, "statics", "a ship lies deeper or higher than before"),
    Kind(
        "destination", "destination", Declarations, "places+statics", "declared destination beside the ports called at"
    ),
)
BESIDES: dict[str, tuple[tuple[str, type[msgspec.Struct]], ...]] = {
    "": (("clean", Clean),),
    "gap": (("gap_weight", Weighing),),
}
"""Further tables of thresholds that a kind uses; those of all kinds under an empty name."""


class Rules(NamedTuple):
    """Thresholds by table of the presets, and which preset each came from."""

    thresholds: dict[str, msgspec.Struct]
    presets: dict[str, str]

    def of(self, table: str) -> Any:
        """Return the thresholds of a table."""
        return self.thresholds[table]


def named_kinds(names: Sequence[str]) -> tuple[Kind, ...]:
    """Return kinds by their names; all of them for no names.

    Raises:
        InputError: there is no such kind.
    """
    known = {kind.name: kind for kind in KINDS}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"kinds are: {', '.join(known)}"
            raise InputError(f'no kind of event "{name}"', hint=hint)
    return tuple(kind for kind in KINDS if not names or kind.name in names)


def rules(name: str, own: Mapping[str, Mapping[str, Any]] | None = None) -> Rules:
    """Return the thresholds of a preset; what it does not define is taken from our own.

    Args:
        name: name of the preset.
        own: table -> threshold -> value, set by the user.

    Raises:
        InputError: no such preset, table or threshold, or a value that is none.
    """
    mine = own or {}
    tables = _tables()
    for table in mine:
        if table not in tables:
            hint = did_you_mean(table, tables) or f"there are: {', '.join(tables)}"
            raise InputError(f'no thresholds for "{table}"', hint=hint)
    if name not in presets():
        raise InputError(
            f'no preset "{name}"', hint=did_you_mean(name, presets()) or f"there are: {', '.join(presets())}"
        )
    found: dict[str, msgspec.Struct] = {}
    origin: dict[str, str] = {}
    for table, struct in tables.items():
        origin[table] = _defines(name, table, struct)
        found[table] = (
            port_thresholds(origin[table], mine.get(table))
            if table == "port_visit"
            else preset(origin[table], table, struct, mine.get(table))
        )
    return Rules(found, origin)


def explained(name: str) -> list[Explained]:
    """Return what a preset sets for each kind, in words.

    Raises:
        InputError: no such preset.
    """
    return [explain(origin, table, _tables()[table]) for table, origin in rules(name).presets.items()]


def _tables() -> dict[str, type[msgspec.Struct]]:
    out: dict[str, type[msgspec.Struct]] = dict(BESIDES[""])
    for kind in KINDS:
        out[kind.table] = kind.struct
        out |= dict(BESIDES.get(kind.name, ()))
    return out


def _defines(name: str, table: str, struct: type[msgspec.Struct]) -> str:
    try:
        preset(name, table, struct)
    except InputError:
        return FALLBACK
    return name
