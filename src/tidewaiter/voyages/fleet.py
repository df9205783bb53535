"""Who takes part in the shuttle, and what shows a ship at one of its places."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time

import msgspec

ORIGIN = 1  # kernel phase of a stay at the origin


class Fleet(msgspec.Struct, frozen=True):
    """Hulls and places of the shuttle in the order the kernel knows them.

    Attributes:
        hulls: vessel id of each hull; an entry with ``count = n`` appears n times.
        origin: id of the place whose calls are counted.
        destinations: ids, in the order of the phases 3 + 2j and 4 + 2j.
        phase_of: place id -> phase, parts of a place included.
        share_of: place id -> part of the berths of its phase that it shows (1 / number of declared parts).
    """

    hulls: tuple[str, ...]
    origin: str
    destinations: tuple[str, ...]
    phase_of: dict[str, int]
    share_of: dict[str, float]

    @property
    def phases(self) -> int:
        """Number of phases."""
        return 3 + 2 * len(self.destinations)


class Anchor(msgspec.Struct, frozen=True):
    """A moment at which evidence shows a ship at a place of the shuttle.

    Attributes:
        reading: id of the reading, ``sightings/S01``.
        phase: kernel phase of the place.
        first, last: steps at which it was there.
        t_first, t_last: the same as times.
        vessels: ids of the ships it can have been; empty = any.
        alone: it shows a call of itself; False for a ship heard at a destination, where it may lie without one.
        not_before, not_after: between these it must have come and gone, for it was elsewhere; None = not known.
    """

    reading: str
    place_id: str
    phase: int
    first: int
    last: int
    t_first: datetime
    t_last: datetime
    vessels: frozenset[str] = frozenset()
    alone: bool = True
    not_before: datetime | None = None
    not_after: datetime | None = None
