"""What the order of the files says about clocks: rows out of order, and which fixes are off in time.

A fix far in time from the ones around it is a clock jump only where the files as a whole are in the order of time. So
disorder is counted over all lots before any row is dropped, in the same places as the local engine looks at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from tidewaiter.tracks.spark.blocks import WHEN, records, sizes
from tidewaiter.tracks.spark.decode import DAY_US
from tidewaiter.tracks.store.vessels import WATCHED, Vessels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.tracks.reading import Clean


class Clocks(msgspec.Struct, frozen=True, array_like=True):
    """Of one lot: rows out of order by the batch they are in; rows that would be clock jumps by their day."""

    late: dict[int, int]
    jumps: dict[int, int]


class Order(NamedTuple):
    """What holds for all files.

    Attributes:
        out_of_order: rows earlier than the row of their vessel before them.
        tells: whether clock jumps are told from the order.
        until_us: end of the last UTC day with a row that is no clock jump.
    """

    out_of_order: int
    tells: bool
    until_us: int


def clocks_of(batches: Sequence[pa.RecordBatch], clean: Clean) -> Clocks:
    """Look at the times of a lot.

    Args:
        batches: columns ``place`` and ``times`` of its blocks, in the order of the files.
        clean: what counts as a jump.
    """
    when = records(batches, "times", WHEN)
    key, t = (np.ascontiguousarray(when[name]) for name in WHEN.names or ())
    place = np.repeat(np.concatenate([b.column("place").to_numpy() for b in batches]), sizes(batches, "times", WHEN))
    vessels = Vessels(clean.clock_jump_h, 1.0)  # told apart from disorder, which is for all lots to say
    codes = vessels.encode(key, t)
    times = vessels.jumps()[1]
    by_vessel = np.argsort(codes, kind="stable")
    codes, t, place = codes[by_vessel], t[by_vessel], place[by_vessel]
    late = (np.diff(codes) == 0) & (np.diff(t) < 0)
    return Clocks(_counts(place[1:][late]), _counts(times // DAY_US))


def order_of(found: Sequence[Clocks], rows: Mapping[int, int], days: Mapping[int, int], clean: Clean) -> Order:
    """Put together what the lots say.

    Args:
        found: of each lot.
        rows: batch -> rows that are positions.
        days: UTC day -> rows.
        clean: how much disorder there may be.
    """
    places = np.array(sorted(rows), np.int64)
    kept = np.cumsum([rows[place] for place in places.tolist()])
    late = np.zeros(len(places), np.int64)
    for clocks in found:
        at = np.searchsorted(places, np.fromiter(clocks.late, np.int64, len(clocks.late)))
        late[at] += np.fromiter(clocks.late.values(), np.int64, len(clocks.late))
    late = np.cumsum(late)
    most = clean.clock_max_disorder
    given_up = (kept > WATCHED) & (late > 4 * most * kept)
    tells = clean.clock_jump_h > 0 and len(places) > 0 and not given_up.any() and not late[-1] > most * kept[-1]
    left = dict(days)
    if tells:
        for clocks in found:
            for day, jumps in clocks.jumps.items():
                left[day] -= jumps
    end = max((day + 1 for day, n in left.items() if n > 0), default=0) * DAY_US
    return Order(int(late[-1]) if len(late) else 0, bool(tells), end)


def _counts(values: NDArray[np.int64]) -> dict[int, int]:
    found, counts = np.unique(values, return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
