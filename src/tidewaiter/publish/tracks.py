"""What the section on AIS shows: each ship of the case, what it did, and what its silences are worth."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tidewaiter.model import Case

MOST_ROWS = 80
"""Events listed of one ship; all of them are in tables/events.csv."""
_SPEAKING = {"port_visit": 0, "encounter": 1, "identity_change": 1, "implausible": 1, "gap": 2, "circle": 2}


class Told(msgspec.Struct, frozen=True):
    """One event.

    Attributes:
        row: of `events`.
        key: id of the reading, ``events/…``.
        detail: what else is known of it.
        other: name of the other ship of a meeting, empty when there is none.
    """

    row: dict[str, Any]
    key: str
    detail: dict[str, Any]
    other: str

    @property
    def reception(self) -> str:
        """How well anybody was heard around a gap: heard | weak | lost | nobody; empty for other kinds."""
        return str(self.detail.get("reception_word") or "")


class Track(msgspec.Struct, frozen=True):
    """A ship of the case with its events in order of time; `shown` are those that the page lists."""

    vessel_id: str
    name: str
    events: tuple[Told, ...]
    shown: tuple[Told, ...]


def tracks(case: Case, rows: Sequence[dict[str, Any]]) -> list[Track]:
    """Return the ships of the case that AIS tells of, in the order of the case.

    Args:
        case: names of ships and places; its window.
        rows: of the table `events`.
    """
    names = {v.id: v.name for v in case.vessels}
    inside = [r for r in rows if _meets(r, case.window.start, case.window.end)]
    found = []
    for vessel in case.vessels:
        told = tuple(
            Told(
                row=r,
                key=f"events/{r['event_id']}",
                detail=json.loads(r["detail"] or "{}"),
                other=names.get(r["other_id"] or "", str(r["other_key"] or "")),
            )
            for r in inside
            if r["vessel_id"] == vessel.id
        )
        if told:
            found.append(Track(vessel.id, vessel.name, told, _shown(told)))
    return found


def _shown(told: tuple[Told, ...]) -> tuple[Told, ...]:
    """Return the events to be listed: of too many those that say most, in order of time."""
    ranked = sorted(range(len(told)), key=lambda i: (_SPEAKING.get(told[i].row["kind"], 3), i))
    return tuple(told[i] for i in sorted(ranked[:MOST_ROWS]))


def _meets(row: dict[str, Any], start: datetime | None, end: datetime | None) -> bool:
    last = row["end"] or row["start"]
    return (end is None or row["start"] < end) and (start is None or last >= start)
