"""Declared destinations beside the ports a ship then called at.

A declaration is in force from its first message until another one begins. It is judged by the first port visit that begins
in this time; a visit that agrees decides, wherever in it it comes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import pyarrow as pa

from tidewaiter.errors import InputError
from tidewaiter.tracks.identity.attributes import micros
from tidewaiter.tracks.identity.destinations.places import Match, Place, Places, distance_km
from tidewaiter.tracks.identity.destinations.text import Destination, key, read_destination
from tidewaiter.tracks.identity.messages import messages, ordered
from tidewaiter.tracks.identity.numbers import country_name
from tidewaiter.tracks.identity.spells import spells

DECLARED = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("declared", pa.string()),  # as sent
        ("start", pa.timestamp("us", "UTC")),  # first message
        ("end", pa.timestamp("us", "UTC")),  # last message
        ("n_messages", pa.int64()),
        ("interleaved", pa.bool_()),  # another destination was sent meanwhile: two ships share the number
        ("kind", pa.string()),  # place | orders | nothing | doing
        ("place", pa.string()),  # found in the list; null = not found
        ("locode", pa.string()),
        ("how", pa.string()),  # locode | name | name and country | cut-off name | one letter off
        ("verdict", pa.string()),  # agrees | differs | not seen | not resolvable
        ("visited", pa.string()),  # name or code of the port it went to; null = none seen
        ("visit_start", pa.timestamp("us", "UTC")),
        ("apart_km", pa.float64()),  # from the declared place to the visited one
        ("words", pa.string()),  # the verdict as a sentence
    ]
)


class Declarations(msgspec.Struct, frozen=True):
    """How declarations are judged."""

    same_km: Annotated[
        float, msgspec.Meta(ge=0, description="a visit so near to the declared place is one to it, in km")
    ]
    hold_h: Annotated[
        float,
        msgspec.Meta(ge=0, description="the last declaration is in force for so many hours after its last message"),
    ]
    come_back_h: Annotated[
        float, msgspec.Meta(ge=0, description="a declaration that returns within so many hours has not been given up")
    ]
    min_messages: Annotated[
        int, msgspec.Meta(ge=1, description="declarations with fewer messages are left out as garbled")
    ]


class _Visit(msgspec.Struct, frozen=True):
    start: int
    end: int
    name: str
    locode: str
    lat: float
    lon: float


def declared_destinations(statics: pa.Table, places: Places, visits: pa.Table, thresholds: Declarations) -> pa.Table:
    """Return every declared destination with where the ship then went.

    Args:
        statics: ``vessel_key``, ``t``, ``destination``; in any order.
        places: the list to look names up in.
        visits: ``vessel_key``, ``start``, ``end`` (null = still there), ``lat``, ``lon``, and where known ``name`` and
            ``locode``; in any order.
        thresholds: how declarations are judged.

    Returns:
        Table of the schema `DECLARED`, in the order of vessel and start.

    Raises:
        InputError: a column is missing or of another type.
    """
    ports = _by_vessel(visits)
    said = messages(ordered(statics, "destination"), "destination")
    found = spells(said.vessel, said.t, said.code, micros(thresholds.come_back_h), thresholds.min_messages)
    texts = said.values.to_pylist()
    read: dict[int, tuple[Destination, Match]] = {}
    hold = micros(thresholds.hold_h)
    rows: list[tuple[Any, ...]] = []
    kept = [row for row in zip(*(c.tolist() for c in found), strict=True) if not row[-1]]
    for row, after in zip(kept, [*kept, None][1:], strict=True):
        vessel, code, start, end, count, mixed, _ = row
        if code not in read:
            destination = read_destination(texts[code])
            read[code] = destination, places.find(destination)
        destination, match = read[code]
        until = after[2] if after is not None and after[0] == vessel and after[2] > end else end + hold
        judged = _judge(destination, match, ports.get(vessel, []), start, until, thresholds.same_km)
        place = match.place
        rows.append(
            (vessel, texts[code], start, end, count, mixed, destination.kind, place and place.name,
             (place and place.locode) or None, match.how or None, *judged)
        )  # fmt: skip
    columns = list(zip(*rows, strict=True)) or [()] * len(DECLARED)
    arrays = [
        pa.array(column, pa.int64()).cast(field.type)
        if pa.types.is_timestamp(field.type)
        else pa.array(column, field.type)
        for column, field in zip(columns, DECLARED, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=DECLARED)


def _judge(
    destination: Destination, match: Match, ports: list[_Visit], start: int, until: int, same_km: float
) -> tuple[str, str | None, int | None, float | None, str]:
    """Verdict, port, time of arrival, distance in km, sentence."""
    arrivals = ports[bisect_left(ports, start, key=_start) : bisect_left(ports, until, key=_start)]
    first = arrivals[0] if arrivals else None
    went = (_name(first), first.start) if first else (None, None)
    lying = [v for v in ports[: bisect_right(ports, start, key=_start)][-1:] if v.end >= start and v not in arrivals]
    for place in (match.place,) if match.place else match.several:
        there = next((v for v in (*lying, *arrivals) if _is_visit_to(place, v, same_km)), None)
        if there is None:
            continue
        far = distance_km(place, there.lat, there.lon)
        words = f"declared {place.name}, arrived at {_name(there)} on {_day(there.start)}"
        if there in lying:
            words = f"lay at {place.name} already when it was declared"
        return "agrees", _name(there), there.start, far, words
    if match.place is None:
        return "not resolvable", *went, None, _unresolved(destination, match)
    place = match.place
    if first is None:
        return "not seen", None, None, None, f"declared {place.name}; no port visit is known while that was in force"
    far = distance_km(place, first.lat, first.lon)
    words = f"declared {place.name}, but arrived at {_name(first)}, {far:,.0f} km from it, on {_day(first.start)}"
    return "differs", *went, far, words


def _unresolved(destination: Destination, match: Match) -> str:
    if destination.kind == "orders":
        return "declared to wait for orders"
    if destination.kind == "nothing":
        return "declared no destination"
    if destination.kind == "doing":
        return "declared what it does, not where it goes"
    if destination.to_and_fro and match.several:
        ends = " and ".join(place.name for place in match.several)
        return f"declared a line between {ends}; no visit to either is known while that was in force"
    if match.country:
        return f"declared a country only, {country_name(match.country)}"
    if match.several:
        where = "; ".join(
            f"{p.name} ({p.country or p.locode[:2] or f'{p.lat:.1f}, {p.lon:.1f}'})" for p in match.several[:4]
        )
        return f'"{match.said}" may be {len(match.several)} places: {where}'
    return f'no place of the list is called "{destination.names[0]}"'


def _is_visit_to(place: Place, visit: _Visit, same_km: float) -> bool:
    if place.locode and place.locode == visit.locode:
        return True
    return distance_km(place, visit.lat, visit.lon) <= same_km


def _by_vessel(visits: pa.Table) -> dict[int, list[_Visit]]:
    missing = [n for n in ("vessel_key", "start", "end", "lat", "lon") if n not in visits.column_names]
    if missing:
        raise InputError(f"port visits lack {', '.join(missing)}")
    for name in ("start", "end"):
        if not (
            pa.types.is_timestamp(kind := visits[name].type) or pa.types.is_integer(kind) or pa.types.is_null(kind)
        ):
            raise InputError(f"{name} of port visits is {kind}, not a time", hint="give it as timestamp")
    columns = [visits["vessel_key"].to_pylist()]
    for name in ("start", "end"):
        column = visits[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        columns.append(column.cast(pa.int64()).to_pylist())
    nothing = [None] * len(visits)
    columns += [
        visits[n].to_pylist() if n in visits.column_names else nothing for n in ("name", "locode", "lat", "lon")
    ]
    out: dict[int, list[_Visit]] = {}
    for vessel, start, end, name, locode, lat, lon in zip(*columns, strict=True):
        if vessel is None or start is None or lat is None or lon is None:
            continue
        visit = _Visit(start, 2**62 if end is None else end, str(name or ""), key(str(locode or "")), lat, lon)
        out.setdefault(vessel, []).append(visit)
    return {vessel: sorted(those, key=_start) for vessel, those in out.items()}


def _start(visit: _Visit) -> int:
    return visit.start


def _name(visit: _Visit) -> str:
    return visit.name or visit.locode or f"{visit.lat:.2f}, {visit.lon:.2f}"


def _day(t: int) -> str:
    return datetime.fromtimestamp(t / 1e6, UTC).strftime("%Y-%m-%d")
