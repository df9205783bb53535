"""All kinds of events in one pass over whole vessels.

What one vessel tells (port visits, gaps, stops, loitering, jumps, circles) is found batch by batch, on several threads; what
needs the fleet (reception, dark meetings, encounters) at the end.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.model.tables import EVENTS
from tidewaiter.tracks.encounters import find_encounters
from tidewaiter.tracks.events.rows import events_of
from tidewaiter.tracks.events.statics import of_statics
from tidewaiter.tracks.gaps import dark_meetings, find_gaps, weigh_gaps
from tidewaiter.tracks.jumps import find_circles, find_jumps, shared
from tidewaiter.tracks.loitering import find_loitering
from tidewaiter.tracks.ports import PlaceIndex, Places, index_places, port_events, port_visits, voyages
from tidewaiter.tracks.stops import find_stops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from tidewaiter.tracks.events.kinds import Kind, Rules
    from tidewaiter.tracks.store import Tracks

FLEET = frozenset({"gap", "dark_meeting", "encounter"})
"""Kinds for which the positions of all vessels are kept until the end."""
EVIDENT = ("heard", "weak")
"""Words of reception for which a gap says something about the vessel; where nobody is heard it proves nothing."""
VOYAGE_CONFIDENCE = 3
"""Visits with less are no ends of a voyage: GFW's own recommendation (anchorages_pipeline : README.md @ 099169e4)."""


class Found(NamedTuple):
    """What was found.

    Attributes:
        events: table of the schema `model.tables.EVENTS`, by kind, vessel and start.
        tables: kind -> its own table, with all its columns; ``port_event`` and ``voyage`` stand beside the kinds.
    """

    events: pa.Table
    tables: dict[str, pa.Table]


class Asked(NamedTuple):
    """What is looked for."""

    kinds: tuple[Kind, ...]
    rules: Rules
    places: Places | None
    until: datetime

    def wants(self, *names: str) -> bool:
        """Tell whether one of these kinds is among them."""
        return any(kind.name in names for kind in self.kinds)


def find_events(
    batches: Iterable[Tracks],
    asked: Asked,
    statics: pa.Table | None = None,
    *,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> Found:
    """Find events in tracks.

    Args:
        batches: whole vessels, as `tracks.store` gives them.
        asked: kinds, thresholds, places, and the end of the data (aware), by which a silence is open.
        statics: what ships say of themselves, as `tracks.nmea` decodes it; for kinds that need it.
        threads: that look at batches side by side.
        progress: called with the number of rows looked at.

    Raises:
        InputError: a kind needs places or statics that are not given.
    """
    _refuse_lacks(asked, statics)
    index = _index(asked)
    parts: dict[str, list[pa.Table]] = {}
    fleet: list[pa.Table] = []
    waiting: deque[tuple[Future[dict[str, pa.Table]], int]] = deque()
    done = 0

    def settle() -> None:
        nonlocal done
        found, rows = waiting.popleft()
        for name, table in found.result().items():
            parts.setdefault(name, []).append(table)
        done += rows
        if progress is not None:
            progress(done)

    with ThreadPoolExecutor(threads) as pool:
        for tracks in batches:
            table = as_table(tracks)
            if asked.wants(*FLEET):
                fleet.append(table)
            waiting.append((pool.submit(_of_vessels, table, asked, index), table.num_rows))
            while len(waiting) > threads:
                settle()
        while waiting:
            settle()
    tables = {name: pa.concat_tables(found).combine_chunks() for name, found in parts.items()}
    _of_fleet(tables, fleet, asked)
    if statics is not None:
        tables |= of_statics(statics, asked, tables)
    return Found(_events(asked, tables), tables)


def as_table(tracks: Tracks) -> pa.Table:
    """Return positions as a table whose columns are those of the batch, without copies."""
    unknown = [pa.array(column, mask=np.isnan(column)) for column in (tracks.sog_kn, tracks.cog_deg)]
    return pa.table(
        [tracks.keys_by_row(), tracks.t, tracks.lat, tracks.lon, *unknown],
        names=["vessel_key", "t", "lat", "lon", "sog_kn", "cog_deg"],
    )


def _refuse_lacks(asked: Asked, statics: pa.Table | None) -> None:
    have = {"places": asked.places is not None, "statics": statics is not None, "": True}
    for kind in asked.kinds:
        for need in kind.needs.split("+"):
            if not have[need]:
                lacking = "--places, or a case whose places have positions" if need == "places" else "--statics"
                raise InputError(f"{kind.name} needs {need}", hint=f"give {lacking}")


def _index(asked: Asked) -> PlaceIndex | None:
    if asked.places is None or not asked.wants("port_visit", "destination"):
        return None
    rule = asked.rules.of("port_visit")
    return index_places(asked.places, rule.entry_km, rule.exit_km)


def _of_vessels(table: pa.Table, asked: Asked, index: PlaceIndex | None) -> dict[str, pa.Table]:
    """Find what whole vessels tell by themselves."""
    of = asked.rules.of
    out: dict[str, pa.Table] = {}
    if index is not None:
        out["port_event"] = port_events(table, index, of("port_visit"), until=asked.until)
        out["port_visit"] = port_visits(out["port_event"], of("port_visit"))
        out["voyage"] = voyages(out["port_visit"], VOYAGE_CONFIDENCE)
    if asked.wants("gap", "dark_meeting"):
        out["gap"] = find_gaps(table, of("gap"), asked.until)
    for name, rule, find in (
        ("stop", "stop", find_stops),
        ("loitering", "loitering", find_loitering),
        ("implausible", "jump", find_jumps),
        ("circle", "circle", find_circles),
    ):
        if asked.wants(name):
            out[name] = find(table, of(rule))
    return out


def _of_fleet(tables: dict[str, pa.Table], fleet: Sequence[pa.Table], asked: Asked) -> None:
    """Add what only all vessels together tell."""
    of = asked.rules.of
    everything = pa.concat_tables(fleet) if fleet else None
    with ThreadPoolExecutor(1) as beside:
        met = None
        if everything is not None and asked.wants("encounter"):
            met = beside.submit(find_encounters, everything, of("encounter"))
        if everything is not None and "gap" in tables:
            tables["gap"] = weigh_gaps(tables["gap"], everything, of("gap"), of("gap_weight"), asked.until)
        if met is not None:
            tables["encounter"] = met.result()
    if asked.wants("dark_meeting") and "gap" in tables:
        told = pc.is_in(tables["gap"]["reception_word"], value_set=pa.array(EVIDENT))
        tables["dark_meeting"] = dark_meetings(tables["gap"].filter(told), of("dark_meeting"))
    if asked.wants("circle") and "circle" in tables:
        tables["circle"] = shared(tables["circle"], of("circle"))


def _events(asked: Asked, tables: dict[str, pa.Table]) -> pa.Table:
    names = sorted(kind.name for kind in asked.kinds)
    found = [events_of(name, tables[name]) for name in names if name in tables]
    if not found:
        return EVENTS.empty_table()
    return pa.concat_tables(_in_order(rows) for rows in found)


def _in_order(rows: pa.Table) -> pa.Table:
    """Return events of a kind by vessel and start; of equal ones in the order in which they were found."""
    vessel, start = rows["vessel_key"].to_numpy(), rows["start"].cast(pa.int64()).fill_null(0).to_numpy()
    late = (np.diff(vessel) < 0) | ((np.diff(vessel) == 0) & (np.diff(start) < 0))
    return rows.take(pa.array(np.lexsort((start, vessel)))) if late.any() else rows
