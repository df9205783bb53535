"""The evidence of each vessel: its legs as rows, with the events that they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.model.tables import TIME
from tidewaiter.tracks.shuttles.history import DESTINATION, HEARD, HOUR_US, ORIGIN
from tidewaiter.tracks.shuttles.legs import DARK, HOME, KINDS, UNHEARD
from tidewaiter.tracks.shuttles.tables import LEGS
from tidewaiter.tracks.shuttles.words import leg_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.shuttles.ends import End
    from tidewaiter.tracks.shuttles.history import Floats, History, Ints
    from tidewaiter.tracks.shuttles.legs import Legs, Possible

_SIDES = pa.array(["origin", "destination"])


def event_ids(known: History, legs: Legs, possible: Possible, rows: Ints) -> pa.Array:
    """Return the ids of the events of some legs, one list each: the visits at both ends, and silences in between."""
    first, last = (np.searchsorted(possible.leg, rows, side=side) for side in ("left", "right"))
    before, after = (known.stays.visit.take(pa.array(c[rows])).to_pylist() for c in (legs.before, legs.after))
    gaps = known.silences.gap.take(pa.array(possible.silence)).to_pylist()
    ids = [
        list(dict.fromkeys([a, *gaps[i:j], b]))
        for a, b, i, j in zip(before, after, first.tolist(), last.tolist(), strict=True)
    ]
    return pa.array(ids, pa.list_(pa.string()))


def leg_rows(known: History, legs: Legs, ends: tuple[End, End], rows: Ints, events: pa.Array) -> pa.Table:
    """Return some legs as a table of the schema `LEGS`.

    Args:
        known: history of the fleet.
        legs: all of them.
        ends: origin and destination.
        rows: which, grouped by vessel.
        events: of these, of `event_ids`.
    """
    vessel, kind, silence = legs.vessel[rows], legs.kind[rows], legs.silence[rows]
    heads = np.flatnonzero(np.diff(vessel, prepend=-1))
    nth = np.arange(len(rows)) - np.repeat(heads, np.diff(np.append(heads, len(rows)))) + 1
    quiet, stays = known.silences, known.stays
    none = silence < 0
    at = np.maximum(silence, 0)
    heard = pa.array(HEARD).take(
        pa.array(quiet.heard[at] if len(quiet.heard) else at, mask=_unmeasured(known, at) | none)
    )
    silent = (quiet.end[at] - quiet.start[at]) / HOUR_US if len(quiet.heard) else np.zeros(len(rows))
    told = np.zeros(len(known.keys), bool)
    if known.draughts is not None:
        told[known.draughts.vessel] = True
    sides = [stays.kind[c[rows]] if len(stays.kind) else c[rows] for c in (legs.before, legs.after)]
    places = [stays.place.take(pa.array(c[rows])) for c in (legs.before, legs.after)]
    columns = {
        "vessel_key": known.keys[vessel],
        "leg": nth,
        "kind": pa.array(KINDS).take(pa.array(kind)),
        "from_end": _SIDES.take(pa.array(sides[0])),
        "to_end": _SIDES.take(pa.array(sides[1])),
        "from_place": places[0],
        "to_place": places[1],
        "start": pa.array(legs.start[rows]).cast(TIME),
        "end": pa.array(legs.end[rows]).cast(TIME),
        "hours": legs.hours[rows],
        "turn_h": _known(legs.turn_h[rows]),
        "weight": legs.weight[rows],
        "reception_word": heard,
        "silent_h": pa.array(silent, mask=none),
        "room_h": _known(legs.room_h[rows]),
        "course_known": legs.course[rows],
        "course_toward": legs.toward[rows],
        "course_shared": legs.shared[rows],
        "other_calls": legs.calls[rows],
        "draught_changed": pa.array(legs.draught[rows], mask=~told[vessel]),
        "events": events,
        "words": _words(known, legs, ends, rows, heard, places),
    }
    return pa.Table.from_arrays([pa.array(columns[f.name], f.type) for f in LEGS], schema=LEGS)


def _words(
    known: History, legs: Legs, ends: tuple[End, End], rows: Ints, heard: pa.Array, places: list[pa.Array]
) -> list[str]:
    quiet, words = known.silences, heard.to_pylist()
    named = [column.to_pylist() for column in places]
    told = []
    for i, leg in enumerate(rows.tolist()):
        kind, s = int(legs.kind[leg]), int(legs.silence[leg])
        silence = None
        if kind in {DARK, UNHEARD}:
            course = (int(legs.course[leg]), int(legs.toward[leg]), int(legs.shared[leg]))
            silence = (int(quiet.start[s]), int(quiet.end[s]), words[i], float(legs.room_h[leg]), course)
        other = ends[DESTINATION if known.stays.kind[legs.before[leg]] == ORIGIN else ORIGIN].name
        moments = (int(legs.start[leg]), int(legs.end[leg]))
        spoken = (named[0][i] or "a place", named[1][i] or "a place")
        told.append(
            leg_words(KINDS[kind], spoken, moments, int(legs.calls[leg]), silence, other if kind <= HOME else "")
        )
    return told


def _unmeasured(known: History, at: Ints) -> NDArray[np.bool_]:
    heard = known.silences.heard
    return np.asarray(heard[at] >= len(HEARD)) if len(heard) else np.ones(len(at), bool)


def _known(values: Floats) -> pa.Array:
    return pa.array(np.ascontiguousarray(values), mask=~np.isfinite(values))
