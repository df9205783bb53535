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
from tidewaiter.tracks.encounters import Resampled, meetings_of, resample_part
from tidewaiter.tracks.events.rows import events_of
from tidewaiter.tracks.events.statics import of_statics
from tidewaiter.tracks.gaps import dark_meetings, find_gaps, telling_positions, weigh_gaps
from tidewaiter.tracks.jumps import find_circles, find_jumps, shared
from tidewaiter.tracks.loitering import find_loitering
from tidewaiter.tracks.ports import Names, PlaceIndex, Places, index_places, port_events, port_visits, voyages
from tidewaiter.tracks.stops import find_stops

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from tidewaiter.tracks.events.kinds import Kind, Rules
    from tidewaiter.tracks.store import Tracks

EVIDENT = ("heard", "weak")
"""Words of reception for which a gap says something about the vessel; where nobody is heard it proves nothing."""
VOYAGE_CONFIDENCES = (2, 3, 4)
"""Voyages are told for each least confidence of their visits, as in the reference; take one of them."""

_NOBODY = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("t", pa.int64()),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("sog_kn", pa.float64()),
        ("cog_deg", pa.float64()),
    ]
).empty_table()
NEVER_US = 2**62
"""After every time."""


class Found(NamedTuple):
    """What was found.

    Attributes:
        events: table of the schema `model.tables.EVENTS`, by kind, vessel and start.
        tables: kind -> its own table, with all its columns; ``port_event`` and ``voyage`` stand beside the kinds.
    """

    events: pa.Table
    tables: dict[str, pa.Table]


class Vessels(NamedTuple):
    """What whole vessels tell.

    Attributes:
        tables: kind -> its table.
        telling: positions that tell where and when vessels are heard; None when no gap is asked for.
        grid: the tracks on the grid of time; None when no encounter is asked for.
    """

    tables: dict[str, pa.Table]
    telling: pa.Table | None
    grid: Resampled | None


class Asked(NamedTuple):
    """What is looked for.

    Attributes:
        kinds, rules: which events, and what counts as one.
        places: for kinds that need them.
        until: aware; the end of the data, by which a silence is open.
        segments: name of an extra column of the positions that holds segment ids; "" = vessels are whole.
        segment_ids: what the codes in it stand for; None = it holds numbers, which are the ids.
    """

    kinds: tuple[Kind, ...]
    rules: Rules
    places: Places | None
    until: datetime
    segments: str = ""
    segment_ids: Sequence[str] | None = None

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
        InputError: a kind needs places or statics that are not given, or the data begin after their end.
    """
    refuse_lacks(asked, statics)
    index = place_index(asked)
    fleet: list[Vessels] = []
    begins = NEVER_US
    waiting: deque[tuple[Future[Vessels], int]] = deque()
    done = 0

    def settle() -> None:
        nonlocal done
        found, rows = waiting.popleft()
        fleet.append(found.result())
        done += rows
        if progress is not None:
            progress(done)

    with ThreadPoolExecutor(threads) as pool:
        for tracks in batches:
            begins = min(begins, int(tracks.t.min(initial=NEVER_US)))
            table = as_table(tracks, asked.segments, asked.segment_ids)
            waiting.append((pool.submit(of_vessels, table, asked, index), len(tracks.t)))
            while len(waiting) > threads:
                settle()
        while waiting:
            settle()
    if done:
        refuse_late(begins, asked.until)
    if not fleet:
        fleet.append(of_nobody(asked, index))
    return of_fleet(fleet, asked, statics)


def refuse_late(begins: int, until: datetime) -> None:
    """Raise when data begin, UTC microseconds, after their end.

    Raises:
        InputError: they do.
    """
    if begins > until.timestamp() * 1e6:
        first = np.datetime_as_string(np.datetime64(begins, "us"), "m")
        raise InputError(
            f"the data begin at {first}Z, after the end that they are given",
            hint=f"the end was {until.isoformat()}; leave it out for the end of the last day",
        )


def of_nobody(asked: Asked, index: PlaceIndex | None) -> Vessels:
    """Return what no vessel at all tells: of each kind an empty table."""
    return of_vessels(_NOBODY, asked, index)


def as_table(tracks: Tracks, segments: str = "", segment_ids: Sequence[str] | None = None) -> pa.Table:
    """Return positions as a table whose columns are those of the batch, without copies.

    Args:
        tracks: whole vessels.
        segments: extra column of segments, which becomes ``segment_id``; "" = none.
        segment_ids: what its codes stand for, of which a negative one is null; None = it holds numbers, which are the ids.
            An id that does not begin with its vessel gets it in front, for each vessel may have a segment 1.
    """
    unknown = [pa.array(column, mask=np.isnan(column)) for column in (tracks.sog_kn, tracks.cog_deg)]
    table = pa.table(
        [tracks.keys_by_row(), tracks.t, tracks.lat, tracks.lon, *unknown],
        names=["vessel_key", "t", "lat", "lon", "sog_kn", "cog_deg"],
    )
    if not segments:
        return table
    codes = tracks.extras[segments]
    if segment_ids is None:
        ids = pa.array(codes, mask=np.isnan(codes)).cast(pa.string())
    else:
        told = pa.array(codes, pa.int32(), mask=codes < 0)
        ids = pa.DictionaryArray.from_arrays(told, pa.array(segment_ids, pa.string())).cast(pa.string())
    return table.append_column("segment_id", _of_vessel(tracks, ids))


def _of_vessel(tracks: Tracks, ids: pa.Array) -> pa.Array:
    """Return ids of segments, in front of each its vessel where it is not there."""
    vessels = pa.array(np.repeat(tracks.vessel_key, np.diff(tracks.starts))).cast(pa.string())
    front = pc.binary_join_element_wise(vessels, "", "-")
    there = np.zeros(len(ids), np.bool_)
    for length in np.unique(pc.utf8_length(front).to_numpy()).tolist():
        there |= pc.fill_null(pc.equal(pc.utf8_slice_codeunits(ids, 0, length), front), fill_value=False).to_numpy(
            zero_copy_only=False
        )
    return pc.if_else(pa.array(there), ids, pc.binary_join_element_wise(front, ids, ""))


def refuse_lacks(asked: Asked, statics: pa.Table | None) -> None:
    """Raise when a kind needs what is not given.

    Raises:
        InputError: it does.
    """
    have = {"places": asked.places is not None, "statics": statics is not None, "": True}
    for kind in asked.kinds:
        for need in kind.needs.split("+"):
            if not have[need]:
                lacking = "--places, or a case whose places have positions" if need == "places" else "--statics"
                raise InputError(f"{kind.name} needs {need}", hint=f"give {lacking}")


def place_index(asked: Asked) -> PlaceIndex | None:
    """Return the index of the places, None when none is looked for."""
    if asked.places is None or not asked.wants("port_visit", "destination"):
        return None
    rule = asked.rules.of("port_visit")
    return index_places(asked.places, rule.entry_km, rule.exit_km)


def of_vessels(table: pa.Table, asked: Asked, index: PlaceIndex | None) -> Vessels:
    """Find what whole vessels tell by themselves.

    Args:
        table: whole tracks, ordered by vessel and time, as `as_table` gives them.
        asked: kinds, thresholds and the end of the data.
        index: of the places, None when none is looked for.
    """
    of = asked.rules.of
    out: dict[str, pa.Table] = {}
    hulls = table
    if "segment_id" in table.column_names:
        hulls = table.filter(table["segment_id"].is_valid())  # the rest is noise
        table = table.drop_columns(["segment_id"])
    if index is not None:
        names = Names(segment="segment_id") if "segment_id" in hulls.column_names else Names()
        out["port_event"] = port_events(hulls, index, of("port_visit"), names, asked.until)
        out["port_visit"] = port_visits(out["port_event"], of("port_visit"))
        out["voyage"] = pa.concat_tables(voyages(out["port_visit"], least) for least in VOYAGE_CONFIDENCES)
    if asked.wants("gap", "dark_meeting"):
        out["gap"] = find_gaps(table, of("gap"), asked.until)
    for name, rule, find in (
        ("stop", "stop", find_stops),
        ("implausible", "jump", find_jumps),
        ("circle", "circle", find_circles),
    ):
        if asked.wants(name):
            out[name] = find(table, of(rule))
    if asked.wants("loitering"):
        out["loitering"] = find_loitering(hulls, of("loitering"))
    telling = telling_positions(table, of("gap_weight")) if "gap" in out else None
    grid = resample_part(hulls, of("encounter")) if asked.wants("encounter") else None
    return Vessels(out, telling, grid)


def of_fleet(
    fleet: Sequence[Vessels], asked: Asked, statics: pa.Table | None, encounters: pa.Table | None = None
) -> Found:
    """Put together what vessels tell, and add what only all of them together tell.

    Args:
        fleet: in any order; every vessel in one of them.
        asked: as for `of_vessels`.
        statics: as `find_events`.
        encounters: found elsewhere; None = to be found on the grids of the fleet.
    """
    of = asked.rules.of
    names = dict.fromkeys(name for part in fleet for name in part.tables)
    tables = {
        name: _by_vessel(pa.concat_tables(part.tables[name] for part in fleet)).combine_chunks() for name in names
    }
    with ThreadPoolExecutor(1) as beside:
        met = None
        if encounters is not None:
            tables["encounter"] = encounters
        elif asked.wants("encounter"):
            parts = [part.grid for part in fleet if part.grid is not None]
            met = beside.submit(meetings_of, parts, of("encounter"))
        if "gap" in tables:
            told = _by_vessel(pa.concat_tables(part.telling for part in fleet if part.telling is not None))
            tables["gap"] = weigh_gaps(tables["gap"], told, of("gap"), of("gap_weight"), asked.until)
        if met is not None:
            tables["encounter"] = met.result()
    if asked.wants("dark_meeting") and "gap" in tables:
        evident = pc.is_in(tables["gap"]["reception_word"], value_set=pa.array(EVIDENT))
        tables["dark_meeting"] = dark_meetings(tables["gap"].filter(evident), of("dark_meeting"))
    if asked.wants("circle") and "circle" in tables:
        tables["circle"] = shared(tables["circle"], of("circle"))
    if statics is not None:
        tables |= of_statics(statics, asked, tables)
    return Found(_events(asked, tables), tables)


def _by_vessel(rows: pa.Table) -> pa.Table:
    """Return rows in the order of vessels as numbers; those of a vessel stay in their order."""
    name = next(name for name in ("vessel_key", "vessel_id", "ssvid") if name in rows.column_names)
    vessel = rows[name].cast(pa.int64()).to_numpy()
    return rows if (np.diff(vessel) >= 0).all() else rows.take(pa.array(np.argsort(vessel, kind="stable")))


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
