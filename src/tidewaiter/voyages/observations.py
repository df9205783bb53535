"""Readings laid on the grid: what each look, sighting, known call and AIS fix says about each vessel and step."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from tidewaiter.errors import ModelError
from tidewaiter.voyages.fleet import ORIGIN, Anchor, Fleet
from tidewaiter.voyages.heard import EXCLUDED, lay_tracks
from tidewaiter.voyages.kernel import Looks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Interval, Leg, Place
    from tidewaiter.voyages.grid import Grid


def make_fleet(case: Case) -> Fleet:
    """Order hulls and places for the kernel.

    Raises:
        ModelError: no measured leg, more than one origin, or no vessel.
    """
    legs = [leg for leg in case.legs if leg.measured]
    origins = sorted({leg.origin for leg in legs})
    if not legs:
        raise ModelError(
            "no leg is measured", file="case.toml", hint="add a [[legs]] entry with origin, destination and travel_days"
        )
    if len(origins) > 1:
        raise ModelError(
            f"calls are counted at one origin, but the measured legs start at {', '.join(origins)}",
            file="case.toml",
            hint="set measured = false on the legs that are context only, or split the case",
        )
    if not case.vessels:
        raise ModelError(
            "no vessel is declared",
            file="case.toml",
            hint='add [[vessels]]; unknown ships can stand as one entry with count = 5 and name = "unidentified"',
        )
    destinations = tuple(dict.fromkeys(leg.destination for leg in legs))
    phase_of = {origins[0]: ORIGIN} | {d: 4 + 2 * j for j, d in enumerate(destinations)}
    parts: dict[str, list[str]] = defaultdict(list)
    for place in case.places:
        root = _root(place, case, phase_of)
        if root in phase_of and place.id != root:
            parts[root].append(place.id)
    share_of = dict.fromkeys(phase_of, 1.0)
    for root, ids in parts.items():
        for part in ids:
            phase_of[part] = phase_of[root]
            share_of[part] = 1.0 / max(len(ids), 1)
    hulls = tuple(v.id for v in case.vessels for _ in range(v.count))
    return Fleet(hulls, origins[0], destinations, phase_of, share_of)


def _root(place: Place, case: Case, ends: Mapping[str, int]) -> str:
    """The first of a place and those it is part of that is an end of a leg, else the outermost."""
    by_id = {p.id: p for p in case.places}
    seen = set()
    while place.part_of and place.id not in seen and place.id not in ends:
        seen.add(place.id)
        place = by_id[place.part_of]
    return place.id


def active_steps(case: Case, fleet: Fleet, grid: Grid) -> NDArray[np.bool_]:
    """Whether each hull can start a call at each step, (hulls, steps)."""
    during = {v.id: v.active for v in case.vessels}
    return np.stack([_during(during[hull], grid) for hull in fleet.hulls])


def leg_shares(case: Case, fleet: Fleet, grid: Grid) -> NDArray[np.float64]:
    """Chance of each destination for a departure at each step, (steps, destinations); equal when no leg is open."""
    shares = np.zeros((grid.steps, len(fleet.destinations)))
    for leg in case.legs:
        if leg.measured:
            shares[:, fleet.destinations.index(leg.destination)] += leg.share * _during(leg.active, grid)
    total = shares.sum(axis=1, keepdims=True)
    return np.where(total > 0, shares / np.maximum(total, 1e-12), 1.0 / shares.shape[1])


def legs_in_order(case: Case, fleet: Fleet) -> list[Leg]:
    """The measured leg to each destination, in the order of the fleet."""
    return [next(leg for leg in case.legs if leg.measured and leg.destination == d) for d in fleet.destinations]


def _during(spans: tuple[Interval, ...], grid: Grid) -> NDArray[np.bool_]:
    if not spans:
        return np.ones(grid.steps, np.bool_)
    middle = np.arange(grid.steps) + 0.5
    inside = np.zeros(grid.steps, np.bool_)
    for span in spans:
        low = -math.inf if span.start is None else grid.fraction(span.start)
        high = math.inf if span.end is None else grid.fraction(span.end)
        inside |= (middle >= low) & (middle < high)
    return inside


def presence(start: datetime, end: datetime, *, within: bool) -> tuple[datetime, datetime]:
    """First and last moment at which a reading over ``[start, end)`` shows presence.

    A span of up to a day, or one that only says "at some time within", stands for its middle. A longer span of days
    stands for presence from the middle of the first day to the middle of the last.
    """
    day = timedelta(days=1)
    middle = start + (end - start) / 2
    if within or end - start <= day:
        return middle, middle
    return start + day / 2, end - day / 2


def rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """Rows of a readings table as dicts; map columns become dicts."""
    for row in table.to_pylist():
        if "vessel_weights" in row:
            row["vessel_weights"] = dict(row["vessel_weights"] or [])
        yield row


def build_looks(
    case: Case, fleet: Fleet, grid: Grid, tables: Mapping[str, pa.Table]
) -> tuple[Looks, NDArray[np.float64], list[Anchor]]:
    """Lay looks, sightings, known calls and AIS fixes on the grid.

    Returns:
        The looks, the evidence on single vessels (hulls, phases, steps) as relative chances, and the anchors.
    """
    model = case.call_model
    own = np.ones((len(fleet.hulls), fleet.phases, grid.steps))
    at_place = [ORIGIN, *(4 + 2 * j for j in range(len(fleet.destinations)))]
    sightings = list(rows(tables["sightings"]))
    identity = _Identities(case, fleet, sightings)
    by_look: dict[str, list[dict[str, Any]]] = defaultdict(list)
    look_rows = {r["look_id"]: r for r in rows(tables["looks"]) if r["place_id"] in fleet.phase_of}
    for s in sightings:
        if s["look_id"] in look_rows:
            by_look[s["look_id"]].append(s)

    entries: list[tuple[int, int, float, float, list[tuple[NDArray[np.float64], float]]]] = []
    anchors: list[Anchor] = []

    for look_id, look in sorted(look_rows.items()):
        phase = fleet.phase_of[look["place_id"]]
        moment, _ = presence(look["t_start"], look["t_end"], within=True)
        step = grid.index(moment)
        if not 0 <= step < grid.steps:
            continue
        chance = model.seen_clear if look["state"] == "clear" else model.seen_obscured
        share = look["visible_share"]
        chance *= fleet.share_of[look["place_id"]] if share is None else share
        scale = chance / model.seen_clear
        seen = []
        for s in by_look[look_id]:
            seen.append(identity(s["vessel_weights"], scale))
            who = _possible(s["vessel_weights"])
            reading = f"sightings/{s['sighting_id']}"
            anchors.append(Anchor(reading, look["place_id"], phase, step, step, moment, moment, who))
        entries.append((step, phase, chance, 1.0 - chance, seen))

    lone = [
        (
            f"sightings/{s['sighting_id']}",
            s["place_id"],
            s["vessel_weights"],
            *presence(s["t_start"], s["t_end"], within=bool(s["within"])),
        )
        for s in sightings
        if s["look_id"] not in look_rows
    ]
    for c in rows(tables["calls"]):
        here = [t for t in (c["arrival_latest"], c["departure_earliest"]) if t is not None]
        if len(here) == 2 and here[0] > here[1]:  # the spans overlap: it was there at some moment, which is not known
            here = [here[1] + (here[0] - here[1]) / 2]
        if here:
            lone.append((f"calls/{c['call_id']}", c["place_id"], c["vessel_weights"], min(here), max(here)))
        _exclude_outside(c, fleet, grid, own)
    for reading, place_id, vessel_weights, first, last in lone:
        a, b = grid.index(first), grid.index(last)
        there = fleet.phase_of.get(place_id)
        if b < 0 or a >= grid.steps:
            continue
        a, b = max(a, 0), min(b, grid.steps - 1)
        if there is None:
            for v, hull in enumerate(fleet.hulls):
                w = vessel_weights.get(hull, 0.0)
                own[v, at_place, a : b + 1] *= max(1.0 - w, model.other_ship)
            continue
        weights, other = identity(vessel_weights)
        anchors.append(Anchor(reading, place_id, there, a, b, first, last, _possible(vessel_weights)))
        entries.append((a, there, 1.0, 1.0, [(weights, other)]))
        possible = (weights > 0).astype(np.float64)
        entries.extend((k, there, 1.0, 1.0, [(possible, other)]) for k in range(a + 1, b + 1))

    anchors += lay_tracks(case, fleet, grid, tables, own)
    return _pack(entries, len(fleet.hulls), grid.steps), own, sorted(anchors, key=lambda x: (x.first, x.reading))


def _possible(weights: dict[str, float]) -> frozenset[str]:
    """Ships that a weighted identity allows; empty when it names none."""
    return frozenset(v for v, w in weights.items() if w > 0)


class _Identities:
    """Chance of the identity a sighting gives, for each hull and for a ship outside the fleet.

    A weighted identity is read as a likelihood (equal prior weights), scaled to a largest value of 1; what the weights
    leave over, up to 1, is the chance that it was another ship. Ships outside the fleet mostly go unnamed, so a sighting
    without identity is weaker evidence for a call. How often ships of the fleet go unnamed is read off the sightings.
    """

    def __init__(self, case: Case, fleet: Fleet, sightings: list[dict[str, Any]]) -> None:
        self._fleet = fleet
        self._other = case.call_model.other_ship
        self._misnamed = case.call_model.misnamed
        unnamed = sum(not s["vessel_weights"] for s in sightings)
        self._unnamed = (unnamed + 1) / (len(sightings) + 2)

    def __call__(self, weights: dict[str, float], scale: float = 1.0) -> tuple[NDArray[np.float64], float]:
        """Return ((hulls,) chances, chance given another ship); `scale` lowers the latter where little can be seen."""
        hulls = self._fleet.hulls
        top = max(weights.values(), default=0.0)
        if top <= 0:
            return np.full(len(hulls), self._unnamed), self._other * scale * (1 - self._misnamed)
        named = 1 - self._unnamed
        spare = max(1.0 - sum(weights.values()), 0.0) / top
        chances = np.array([named * weights.get(h, 0.0) / top for h in hulls])
        return chances, self._other * scale * self._misnamed + named * spare


def _exclude_outside(call: dict[str, Any], fleet: Fleet, grid: Grid, own: NDArray[np.float64]) -> None:
    """A known call also says that its vessel was not there before its earliest arrival or after its latest departure."""
    phase = fleet.phase_of.get(call["place_id"])
    if phase is None:
        return
    for v, hull in enumerate(fleet.hulls):
        if call["vessel_weights"].get(hull, 0.0) < 0.99 or fleet.hulls.count(hull) > 1:
            continue
        for t, offset in ((call["arrival_earliest"], -1), (call["departure_latest"], 0)):
            if t is not None and 0 <= (k := grid.index(t) + offset) < grid.steps:
                own[v, phase, k] *= EXCLUDED


def _pack(
    entries: list[tuple[int, int, float, float, list[tuple[NDArray[np.float64], float]]]], hulls: int, steps: int
) -> Looks:
    entries.sort(key=lambda e: (e[0], e[1], e[2], len(e[4])))
    step = np.array([e[0] for e in entries], np.int64)
    flat = [s for e in entries for s in e[4]]
    return Looks(
        at=np.searchsorted(step, np.arange(steps + 1)).astype(np.int64),
        step=step,
        phase=np.array([e[1] for e in entries], np.int64),
        sight=np.concatenate([[0], np.cumsum([len(e[4]) for e in entries])]).astype(np.int64),
        seen=np.array([e[2] for e in entries], np.float64),
        missed=np.array([e[3] for e in entries], np.float64),
        weights=np.array([w for w, _ in flat], np.float64).reshape(len(flat), hulls),
        other=np.array([o for _, o in flat], np.float64),
    )


def imaging_instants(place: Place | None, start: datetime, end: datetime) -> list[datetime]:
    """One imaging moment per day of ``[start, end)``: 10:30 local solar time, when most optical satellites pass."""
    hour = 10.5 - (0.0 if place is None or place.lon is None else place.lon) / 15.0
    t = datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(hours=hour % 24)
    while t < start:
        t += timedelta(days=1)
    out = []
    while t < end:
        out.append(t)
        t += timedelta(days=1)
    return out
