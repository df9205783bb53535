"""The shuttle search: a whole fleet, most likely first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.model.tables import TIME
from tidewaiter.tracks.earth import NAUTICAL_MILE_KM
from tidewaiter.tracks.shuttles import legs as of_legs
from tidewaiter.tracks.shuttles.evidence import event_ids, leg_rows
from tidewaiter.tracks.shuttles.history import DESTINATION, ORIGIN, history
from tidewaiter.tracks.shuttles.legs import find_legs
from tidewaiter.tracks.shuttles.parts import score_parts
from tidewaiter.tracks.shuttles.tables import PARTS, SHUTTLES
from tidewaiter.tracks.shuttles.words import verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tidewaiter.tracks.shuttles.ends import End
    from tidewaiter.tracks.shuttles.history import Floats, History, Ints
    from tidewaiter.tracks.shuttles.legs import Legs
    from tidewaiter.tracks.shuttles.thresholds import Shuttling


class Shuttles(NamedTuple):
    """What was found.

    Attributes:
        vessels: table of the schema `SHUTTLES`, most likely first.
        legs: table of the schema `LEGS`, of these vessels in the same order.
        fleet: vessels that were looked at.
    """

    vessels: pa.Table
    legs: pa.Table
    fleet: int


def find_shuttles(
    tables: Mapping[str, pa.Table],
    origin: End,
    destination: End,
    thresholds: Shuttling,
    names: Mapping[int, str] | None = None,
) -> Shuttles:
    """Rank vessels by how much more likely their history is for a shuttle between two ends than for the rest of the fleet.

    Vessels without a leg that could be one of a shuttle are left out: never seen to go from one end to the other, and no
    silence among the heard that could have held a visit at one between two stays at the other. `parts` says what the score
    is; it says "consistent with", never more.

    Args:
        tables: by kind of event, as `tracks.events.find_events` returns them: ``port_visit`` and ``gap`` of the whole
            fleet, weighed gaps best; with ``draught_change`` and ``identity_interval`` where there are any. Visits must be
            of a list of places that holds other ports besides the two ends, or nothing can speak against.
        origin: one end.
        destination: the other.
        thresholds: what a shuttle is.
        names: of vessels by their keys; they go before what ``identity_interval`` tells.

    Raises:
        InputError: a table or column is missing or of another type, ends share a place, or thresholds exclude each other.
    """
    ends = (origin, destination)
    turn_h = turn_round(ends, thresholds)
    known = history(tables, ends, thresholds.min_confidence)
    legs, possible = find_legs(known, ends, thresholds, turn_h[0])
    parts = score_parts(known, legs, thresholds, turn_h)
    score = parts.sum(axis=1)
    counts = np.stack(
        [np.bincount(legs.vessel[legs.kind == k], minlength=len(score)) for k in range(len(of_legs.KINDS))]
    )
    speaking = np.flatnonzero(counts[of_legs.SEEN] + counts[of_legs.DARK])
    ranked = speaking[np.lexsort((known.keys[speaking], -score[speaking]))]
    rows = _rows_of(legs, ranked, len(known.keys))
    events = event_ids(known, legs, possible, rows)
    called = _names(tables, names or {})
    table = _vessels(known, legs, parts, counts, ranked, rows, events, turn_h, thresholds, called)
    return Shuttles(table, leg_rows(known, legs, ends, rows, events), len(known.keys))


def turn_round(ends: tuple[End, End], rule: Shuttling) -> tuple[float, float]:
    """Return the shortest and the longest turn-round time that distance, speeds and stays allow, in hours.

    Raises:
        InputError: the ends share a place, or thresholds exclude each other.
    """
    from tidewaiter.tracks.shuttles.kernel import way_over  # noqa: PLC0415  Numba is loaded when used

    if rule.slow_kn > rule.fast_kn or rule.least_stay_h > rule.longest_stay_h:
        raise InputError("the slowest voyage is above the fastest, or the shortest stay above the longest")
    shared = ends[0].ids & ends[1].ids
    if shared:
        raise InputError(f'"{min(shared)}" belongs to both ends', hint="give two ends that lie apart")
    ways = []
    for here, there in (ends, ends[::-1]):
        at = (np.ascontiguousarray(c, np.float64) for c in (here.lat, here.lon, here.lat, here.lon))
        ways.append(
            way_over(*at, *(np.ascontiguousarray(c, np.float64) for c in (there.lat, there.lon, there.radius_km)))
        )
    km = np.concatenate(ways)
    low = km.min() / (rule.fast_kn * NAUTICAL_MILE_KM) + rule.least_stay_h
    high = km.max() * rule.detour / (rule.slow_kn * NAUTICAL_MILE_KM) + rule.longest_stay_h
    return max(float(low), 0.1), max(float(high), 0.2)


def _rows_of(legs: Legs, ranked: Ints, vessels: int) -> Ints:
    """Legs of the ranked vessels, in their order and that of time."""
    rank = np.full(vessels, -1)
    rank[ranked] = np.arange(len(ranked))
    place = rank[legs.vessel]
    order = np.argsort(place, kind="stable")
    return np.asarray(order[place[order] >= 0], np.int64)


def _names(tables: Mapping[str, pa.Table], given: Mapping[int, str]) -> dict[int, str]:
    names: dict[int, str] = {}
    told = tables.get("identity_interval")
    if told is not None and {"vessel_key", "attribute", "value", "rare", "end"} <= set(told.column_names):
        chosen = told.filter(pc.and_(pc.equal(told["attribute"], "name"), pc.invert(told["rare"]))).sort_by("end")
        names |= dict(zip(chosen["vessel_key"].to_pylist(), chosen["value"].to_pylist(), strict=True))
    return names | dict(given)


def _vessels(
    known: History,
    legs: Legs,
    parts: Floats,
    counts: Ints,
    ranked: Ints,
    rows: Ints,
    events: pa.Array,
    turn_h: tuple[float, float],
    rule: Shuttling,
    names: Mapping[int, str],
) -> pa.Table:
    vessels = len(known.keys)
    each = np.bincount(legs.vessel, minlength=vessels)[ranked]
    first = np.cumsum(each) - each
    trips = [turn[np.isfinite(turn)] for turn in np.split(legs.turn_h[rows], first[1:])] if len(ranked) else []
    told = np.zeros(vessels, bool)
    if known.draughts is not None:
        told[known.draughts.vessel] = True
    changed = np.bincount(legs.vessel[np.isfinite(legs.turn_h) & legs.draught], minlength=vessels)
    visits = [np.bincount(known.stays.vessel[known.stays.kind == k], minlength=vessels) for k in (ORIGIN, DESTINATION)]
    offsets = events.offsets.to_numpy()
    score = parts.sum(axis=1)
    seen, dark, unheard = (counts[k] for k in (of_legs.SEEN, of_legs.DARK, of_legs.UNHEARD))
    ids = [
        list(dict.fromkeys(events.values[offsets[a] : offsets[b]].to_pylist()))
        for a, b in zip(first, first + each, strict=True)
    ]
    columns = {
        "vessel_key": known.keys[ranked],
        "name": pa.array([names.get(key) for key in known.keys[ranked].tolist()], pa.string()),
        "score": score[ranked],
        **{part: parts[ranked, i] for i, part in enumerate(PARTS)},
        "verdict": [verdict(float(score[v]), int(seen[v]), int(dark[v]), int(unheard[v]), rule) for v in ranked],
        "visits_origin": visits[0][ranked],
        "visits_destination": visits[1][ranked],
        "dark_visits_possible": dark[ranked],
        "legs": each,
        **{f"legs_{name}": counts[k][ranked] for k, name in enumerate(of_legs.KINDS)},
        "round_trips": np.array([len(turns) for turns in trips], np.int64),
        "median_turn_h": pa.array([float(np.median(turns)) if len(turns) else None for turns in trips], pa.float64()),
        "turn_low_h": np.full(len(ranked), turn_h[0]),
        "turn_high_h": np.full(len(ranked), turn_h[1]),
        "draught_changes": pa.array(changed[ranked], pa.int64(), mask=~told[ranked]),
        "first": _moments(legs.start[rows][first] if len(ranked) else first),
        "last": _moments(np.maximum.reduceat(legs.end[rows], first) if len(ranked) else first),
        "events": pa.array(ids, pa.list_(pa.string())),
    }
    return pa.Table.from_arrays([pa.array(columns[f.name], f.type) for f in SHUTTLES], schema=SHUTTLES)


def _moments(t: Ints) -> pa.Array:
    return pa.array(t, pa.int64()).cast(TIME)
