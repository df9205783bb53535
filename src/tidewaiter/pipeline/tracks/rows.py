"""Events of the ships of a case as readings: each with the rows of AIS that it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.model.tables import CASE_EVENTS, EVENTS, FIXES, TIME
from tidewaiter.pipeline.tracks.files import FILE_BITS, WHERE
from tidewaiter.pipeline.tracks.hulls import micros
from tidewaiter.tracks.events.rows import events_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from tidewaiter.pipeline.tracks.files import Source
    from tidewaiter.pipeline.tracks.listening import Heard, Rows

MEETINGS = ("encounter", "dark_meeting")
_SPOKEN = ("identity_change", "draught_change")

Event = dict[str, Any]


class Fix(msgspec.Struct, frozen=True):
    """A row of AIS: a position, or a message in which a ship says something of itself (`says`)."""

    where: int
    key: int
    t: int
    vessel_id: str | None = None
    lat: float | None = None
    lon: float | None = None
    sog_kn: float | None = None
    cog_deg: float | None = None
    heading_deg: float | None = None
    says: str | None = None


def own_events(heard: Heard) -> list[Event]:
    """Return the events in which ships of the case take part, as rows of EVENTS with `vessel_id` and `other_id`."""
    of_key = dict(zip(heard.keys, heard.hulls, strict=True))
    jumps = events_of("implausible", heard.jumps)
    rows = pa.concat_tables([heard.found.events, jumps]).to_pylist()
    out = []
    for row in [*rows, *_number_changes(heard)]:
        hull, other = of_key.get(row["vessel_key"]), of_key.get(row["other_key"])
        if hull is None and other is None:
            continue
        if hull is None:
            row["vessel_key"], row["other_key"] = row["other_key"], row["vessel_key"]
            hull, other = other, hull
        out.append(row | {"vessel_id": hull, "other_id": other})
    return sorted(out, key=lambda e: (e["vessel_id"], e["start"], e["kind"], e["event_id"]))


def with_fixes(heard: Heard, events: Sequence[Event], others: Mapping[int, Rows]) -> list[tuple[Event, list[Fix]]]:
    """Return each event with the rows it rests on, in order of time, and of port visits when they came and went."""
    by_hull = dict(zip(heard.hulls, heard.rows, strict=True))
    visits = heard.found.tables.get("port_visit")
    types = (
        {} if visits is None else {v["visit_id"]: [e["event_type"] for e in v["events"]] for v in visits.to_pylist()}
    )
    out = []
    for event in events:
        every = by_hull[event["vessel_id"]]
        if event["kind"] in _SPOKEN and not event["event_id"].startswith("number"):
            fixes = list(_messages(heard, event))
        elif event["kind"] == "port_visit":
            event, fixes = _visit(event, every.kept(), types[event["event_id"]])  # noqa: PLW2901
        elif event["kind"] == "implausible":
            fixes = list(_around(every, event, event["vessel_id"]))
        else:
            fixes = list(_around(every.kept(), event, event["vessel_id"]))
        if event["kind"] in MEETINGS:
            met = by_hull[event["other_id"]].kept() if event["other_id"] else others.get(event["other_key"])
            fixes += [] if met is None else _around(met, event, event["other_id"])
        out.append((event, sorted(fixes, key=lambda f: (f.t, f.where))))
    return out


def tables(
    found: Sequence[tuple[Event, Sequence[Fix]]],
    sources: Sequence[Source],
    line_of: Callable[[Fix], int],
    secret: frozenset[str],
) -> tuple[pa.Table, pa.Table]:
    """Return CASE_EVENTS and FIXES.

    Args:
        found: events with their fixes.
        sources: the files, by number.
        line_of: line of the file that a fix stands in; 0 = unknown.
        secret: hashes of evidence that is sensitive; an event that rests on any of it belongs to it.
    """
    fixes: dict[str, dict[str, Any]] = {}
    events = []
    for event, rests in found:
        ids = []
        for fix in rests:
            row = _fix_row(fix, sources, line_of(fix))
            fixes.setdefault(row["fix_id"], row)
            ids.append(row["fix_id"])
        at = next((fixes[i] for i in ids if fixes[i]["evidence"] in secret), fixes[ids[0]] if ids else None)
        where = {"evidence": "", "row": 0, "line": 0} if at is None else {n: at[n] for n in ("evidence", "row", "line")}
        events.append(
            {name: event.get(name) for name in CASE_EVENTS.names} | where | {"fixes": list(dict.fromkeys(ids))}
        )
    known = sorted(fixes.values(), key=lambda f: (f["vessel_id"] or "", f["t"], f["fix_id"]))
    return pa.Table.from_pylist(events, CASE_EVENTS), pa.Table.from_pylist(known, FIXES)


def place_of(where: int) -> tuple[int, int]:
    """Return number of the file and row, or line of a log."""
    return where >> FILE_BITS, where & ((1 << FILE_BITS) - 1)


def _fix_row(fix: Fix, sources: Sequence[Source], line: int) -> dict[str, Any]:
    number, row = place_of(fix.where)
    sha256 = sources[number].evidence.sha256
    told = {name: getattr(fix, name) for name in ("t", "lat", "lon", "sog_kn", "cog_deg", "heading_deg", "says")}
    return told | {
        "fix_id": f"{sha256[:12]}-{row}{'-says' if fix.says is not None else ''}",
        "vessel_id": fix.vessel_id,
        "vessel_key": fix.key,
        "source": None,
        "evidence": sha256,
        "row": row,
        "line": line,
    }


def _fix(rows: Rows, i: int, vessel_id: str | None) -> Fix:
    def known(column: NDArray[Any]) -> float | None:
        return None if np.isnan(column[i]) else float(column[i])

    return Fix(
        where=int(rows.where[i]),
        key=int(rows.key[i]),
        t=int(rows.t[i]),
        vessel_id=vessel_id,
        lat=known(rows.lat),
        lon=known(rows.lon),
        sog_kn=known(rows.sog_kn),
        cog_deg=known(rows.cog_deg),
        heading_deg=known(rows.heading_deg),
    )


def _around(rows: Rows, event: Event, vessel_id: str | None) -> Iterator[Fix]:
    """Yield the last row up to the start of an event and the first one from its end on; of an open one the last."""
    first = int(np.searchsorted(rows.t, micros(event["start"]), side="right")) - 1
    chosen = [first] if first >= 0 else []
    if event["end"] is not None:
        last = int(np.searchsorted(rows.t, micros(event["end"])))
        chosen += [last] if last < len(rows.t) and last != first else []
    yield from (_fix(rows, i, vessel_id) for i in chosen)


def _visit(event: Event, rows: Rows, types: Sequence[str]) -> tuple[Event, list[Fix]]:
    """Add to a port visit when the ship came and went: between the rows elsewhere and those in port."""
    entered, left = types[0] == "PORT_ENTRY", types[-1] == "PORT_EXIT"
    first = int(np.searchsorted(rows.t, micros(event["start"])))
    if left and event["end"] is not None:
        last = int(np.searchsorted(rows.t, micros(event["end"]))) - 1
    else:
        last = len(rows.t) - 1
    last = max(min(last, len(rows.t) - 1), first)
    before, after = (first - 1 if entered else -1), (last + 1 if left else len(rows.t))
    chosen = sorted({i for i in (before, first, last, after) if 0 <= i < len(rows.t)})

    def moment(i: int) -> datetime | None:
        return pa.scalar(int(rows.t[i]), TIME).as_py() if 0 <= i < len(rows.t) else None

    told = {
        "arrival_earliest": moment(before),
        "arrival_latest": moment(first),
        "departure_earliest": moment(last),
        "departure_latest": moment(after),
    }
    if not left:
        told["end"] = None
    return event | told, [_fix(rows, i, event["vessel_id"]) for i in chosen]


def _messages(heard: Heard, event: Event) -> Iterator[Fix]:
    """Yield the last message with the old value and the first one with the new."""
    said = heard.said
    if said is None:
        return
    detail = msgspec.json.decode(event["detail"])
    attribute = detail.get("attribute", "draught_m")
    key, t = said["vessel_key"].to_numpy(), said["t"].cast(pa.int64()).to_numpy()
    for moment in (event["start"], event["end"]):
        rows = np.flatnonzero((key == event["vessel_key"]) & (t == micros(moment))) if moment else ()
        told = [(int(i), said[attribute][int(i)].as_py()) for i in rows if attribute in said.column_names]
        for i, value in [(i, v) for i, v in told if v not in {None, "", 0}][:1]:
            words = f"{attribute} {value:g}" if isinstance(value, float) else f"{attribute} {value}"
            yield Fix(said[WHERE][i].as_py(), event["vessel_key"], int(t[i]), event["vessel_id"], says=words)


def _number_changes(heard: Heard) -> Iterator[Event]:
    """Yield where a ship of the case went on under another MMSI."""
    for key, hull, every in zip(heard.keys, heard.hulls, heard.rows, strict=True):
        rows = every.kept()
        for i in np.flatnonzero(np.diff(rows.key) != 0).tolist():
            old, new = (pa.scalar(int(rows.t[j]), TIME).as_py() for j in (i, i + 1))
            told = {"attribute": "mmsi", "old": str(rows.key[i]), "new": str(rows.key[i + 1])}
            yield dict.fromkeys(EVENTS.names) | {
                "event_id": f"number-{hull}-{int(rows.t[i + 1])}",
                "kind": "identity_change",
                "vessel_key": key,
                "start": old,
                "end": new,
                "detail": msgspec.json.encode(told).decode(),
            }
