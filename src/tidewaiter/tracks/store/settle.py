"""A group of rows put in order: sorted, without repeats and clock jumps, gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tidewaiter.tracks.store.chunks import CODE, FIXED, Columns, joined
from tidewaiter.tracks.store.kernel import sorting
from tidewaiter.tracks.store.tracks import Tracks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_SAID = ("lat", "lon", "sog_kn", "cog_deg", "heading_deg")
_KEY_BITS = 64


class Jumps(NamedTuple):
    """Rows that are clock jumps, sorted by the place of their vessel, then time."""

    place: NDArray[np.int32]
    t: NDArray[np.int64]

    @classmethod
    def sorted(cls, codes: NDArray[np.int32], t: NDArray[np.int64], places: NDArray[np.int32]) -> Jumps:
        """Sort jumps given by the codes of vessels."""
        place = places[codes]
        order = np.lexsort((t, place))
        return cls(place[order], t[order])


class Settled(NamedTuple):
    """A group in order, and how many rows were dropped: repeats of another, clock jumps."""

    tracks: Tracks
    repeats: int
    jumps: int


class _Sorted(NamedTuple):
    order: NDArray[np.int32]
    place: NDArray[np.int32]
    t: NDArray[np.int64]

    def first(self, count: int) -> _Sorted:
        return _Sorted(self.order[:count], self.place[:count], self.t[:count])


def settled(
    parts: Sequence[Columns], places: NDArray[np.int32], keys: NDArray[np.int64], jumps: Jumps, *, drop: bool
) -> Settled | None:
    """Put the rows of some vessels in order.

    Args:
        parts: their columns in pieces, in the order of the files.
        places: place of a vessel among all, by code.
        keys: key of a vessel, by place.
        jumps: rows to drop.
        drop: drop rows that repeat another.

    Returns:
        None where there is no row.
    """
    column = joined(parts) if parts else {}
    if not column or not len(column[CODE]):
        return None
    rows = _sort(places[column[CODE]], column["t"])
    size = len(rows.order)
    if len(jumps.place):
        low, high = np.searchsorted(jumps.place, [rows.place[0], rows.place[-1] + 1])
        if high > low:
            rows = rows.first(sorting.drop_jumps(*rows, jumps.place[low:high], jumps.t[low:high]))
    jumped = size - len(rows.order)
    if drop:
        rows = rows.first(sorting.drop_repeats(*rows, *(column[name] for name in _SAID)))
    starts = sorting.starts_of(rows.place)
    fixes = [sorting.gather(column[name], rows.order) for name in _SAID]
    extras = {name: sorting.gather(values, rows.order) for name, values in column.items() if name not in FIXED}
    tracks = Tracks._make([starts, keys[rows.place[starts[:-1]]], rows.t, *fixes, extras])
    return Settled(tracks, size - jumped - len(rows.order), jumped)


def _sort(place: NDArray[np.int32], t: NDArray[np.int64]) -> _Sorted:
    """Return rows in the order of vessel, time, row."""
    first, first_t = int(place.min()), int(t.min())
    span = int(t.max()) - first_t
    vessel_bits, row_bits = (int(place.max()) - first).bit_length(), (len(t) - 1).bit_length()
    step = 1
    if vessel_bits + span.bit_length() + row_bits > _KEY_BITS:
        step = int(sorting.time_step(t, first_t))
    t_bits = (span // step).bit_length()
    if vessel_bits + t_bits + row_bits > _KEY_BITS:
        order = np.lexsort((t, place)).astype(np.int32)
        return _Sorted(order, place[order], t[order])
    packed = np.empty(len(t), np.uint64)
    sorting.pack_keys(place, t, first, first_t, step, t_bits, row_bits, packed)
    packed.sort()
    found = _Sorted(np.empty(len(t), np.int32), np.empty(len(t), np.int32), np.empty(len(t), np.int64))
    sorting.unpack_keys(packed, first, first_t, step, t_bits, row_bits, *found)
    return found
