"""AIS of a case: what its ships did becomes readings; everybody else tells where anybody could be heard.

files ──► logs ──► hulls ──► one pass ──► events with the rows they rest on
decoded,  MMSI and   cleaned,     positions, thinned
numbered  IMO        reception    notices
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from tidewaiter.errors import CaseError, InputError
from tidewaiter.model.tables import CASE_EVENTS, FIXES, POSITIONS
from tidewaiter.pipeline.tracks.files import Logs, open_logs
from tidewaiter.pipeline.tracks.hulls import numbers, with_numbers
from tidewaiter.pipeline.tracks.lines import lines_of
from tidewaiter.pipeline.tracks.listening import listen, others
from tidewaiter.pipeline.tracks.measures import measures
from tidewaiter.pipeline.tracks.notices import remarks
from tidewaiter.pipeline.tracks.rows import MEETINGS, own_events, tables, with_fixes
from tidewaiter.pipeline.tracks.thinning import position_table, thinned
from tidewaiter.tracks.events import Rules, named_kinds, rules
from tidewaiter.tracks.events.fleet import run_id
from tidewaiter.tracks.ports import Places, case_places
from tidewaiter.voyages.extent import DEFAULT_RADIUS_KM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.model import Case, Evidence, Input

__all__ = ["Tracks", "measures", "read_tracks"]

KINDS = (
    "port_visit",
    "gap",
    "dark_meeting",
    "encounter",
    "circle",
    "identity_change",
    "draught_change",
)
"""Kinds of events that are looked for; jumps are found when the tracks are cleaned."""
_NEAR_KM = {"entry_km": 0.1, "exit_km": 1.0}
"""A ship is in port inside the place that the case draws; it may swing a kilometre beyond before it has left."""


class Tracks(msgspec.Struct, frozen=True):
    """What AIS says about a case.

    Attributes:
        case: with the numbers that ships were found under.
        positions: of its ships, thinned, POSITIONS.
        events: CASE_EVENTS. fixes: FIXES, the rows they rest on.
        notices: NOTICES.
    """

    case: Case
    positions: pa.Table
    events: pa.Table
    fixes: pa.Table
    notices: pa.Table


def read_tracks(case: Case, files: Sequence[tuple[Input, Evidence, Path]]) -> Tracks:
    """Read the AIS of a case and find what its ships did.

    Args:
        case: its vessels, places, and the section [tracks].
        files: those of `case.layout.AIS_READERS`: each with its declaration, its record in the store and the stored bytes.

    Raises:
        CaseError: [tracks] names a preset, kind or threshold that is not there.
        InputError: a file that is not what it is declared to be.
    """
    rule = _rules(case)
    places = _places(case)
    with tempfile.TemporaryDirectory(prefix="tidewaiter-") as folder:
        logs = open_logs(case.root, files, Path(folder))
        ships, told = numbers(case, logs.statics, rule.of("identity"))
        hulls = tuple(v.id for v in case.vessels if v.count == 1)
        if logs.reading is None:
            notices = remarks(case, logs, None, ships, [*logs.notes, *told])
            return Tracks(case, POSITIONS.empty_table(), CASE_EVENTS.empty_table(), FIXES.empty_table(), notices)
        kinds = tuple(k for k in named_kinds(KINDS) if _can(k.needs, places, logs))
        heard = listen(logs, ships, kinds, rule, places, hulls)
        events = own_events(heard)
        strangers = {e["other_key"] for e in events if e["kind"] in MEETINGS and not e["other_id"]} - {None}
        found = with_fixes(heard, events, others(logs, sorted(strangers)))
        kept = [(rows := one.kept(), thinned(rows, case.places)) for one in heard.rows]
        wanted = [(f.where, f.key) for _, fixes in found for f in fixes]
        wanted += [
            (int(w), int(k)) for rows, some in kept for w, k in zip(rows.where[some], rows.key[some], strict=True)
        ]
        lines = lines_of(logs.sources, wanted)
        secret = frozenset(s.evidence.sha256 for s in logs.sources if s.evidence.sensitive)
        table, fixes = tables(found, logs.sources, lambda fix: lines.get(fix.where, 0), secret)
        run = run_id([s.stored for s in logs.sources], rule, kinds, heard.until)
        place = table.schema.get_field_index("run_id")
        return Tracks(
            case=with_numbers(case, ships),
            positions=position_table(kept, logs.sources, lambda where: lines.get(where, 0)),
            events=table.set_column(place, table.schema.field(place), pa.repeat(run, table.num_rows)),
            fixes=fixes,
            notices=remarks(case, logs, heard, ships, [*logs.notes, *told]),
        )


def _rules(case: Case) -> Rules:
    """Return the thresholds: those of the preset, for ports and reach those of the case, and what [tracks] sets."""
    own = {"gap": {"max_speed_kn": case.call_model.fastest_kn}, "port_visit": dict(_NEAR_KM)}
    for table, values in case.track_model.thresholds.items():
        own[table] = {**own.get(table, {}), **values}
    try:
        return rules(case.track_model.preset, own)
    except InputError as error:
        raise CaseError(f"[tracks]: {error.message}", file=case.root / "case.toml", hint=error.hint) from error


def _places(case: Case) -> Places | None:
    """Return the places of the case, each with its extent; None when none has a position."""
    sized = [
        p if p.polygon or p.radius_km else msgspec.structs.replace(p, radius_km=DEFAULT_RADIUS_KM) for p in case.places
    ]
    places = case_places(sized)
    return places if len(places) else None


def _can(needs: str, places: Places | None, logs: Logs) -> bool:
    have = {"": True, "places": places is not None, "statics": logs.statics is not None}
    return all(have[need] for need in needs.split("+"))
