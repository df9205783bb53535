"""Fast pairs: consecutive fixes that would have taken more speed than the ship has. The plain rule of the trade.

It says that something is wrong, not what: an outlier gives two pairs, two hulls on one number give one for each change.
`find_jumps` tells them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.tracks.jumps.limits import sorted_limits
from tidewaiter.tracks.ordered import batches, moments, refuse_disorder

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAUTICAL_MILE_KM = 1.852
_HOUR = 3_600_000_000

FAST_PAIRS = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("lat_end", pa.float64()),
        ("lon_end", pa.float64()),
        ("distance_km", pa.float64()),
        ("speed_kn", pa.float64()),  # distance over time
        ("limit_kn", pa.float64()),
    ]
)


class FastPairs(msgspec.Struct, frozen=True):
    """Which consecutive fixes are too far apart."""

    max_speed_kn: Annotated[float, msgspec.Meta(gt=0, description="implied speeds above this cannot be, in knots")]
    min_distance_nm: Annotated[float, msgspec.Meta(ge=0, description="shorter steps are jitter, in nautical miles")]
    min_apart_s: Annotated[float, msgspec.Meta(ge=0, description="fixes nearer in time than this are not compared")]
    max_apart_h: Annotated[float, msgspec.Meta(gt=0, description="fixes farther apart in time are not compared")]


class FastPairSearch:
    """Finds fast pairs in positions that come in batches, ordered by vessel and time across batches."""

    def __init__(self, thresholds: FastPairs, limits_kn: Mapping[int, float] | None = None) -> None:
        """Begin before the first row; `limits_kn` holds vessels with a limit of their own."""
        from tidewaiter.tracks.jumps.kernel import pairs  # noqa: PLC0415 - Numba only when it is needed

        self._rule = pairs.Rule(
            float(thresholds.max_speed_kn),
            thresholds.min_distance_nm * _NAUTICAL_MILE_KM,
            int(min(thresholds.min_apart_s * 1e6, 2.0**62)),
            int(min(thresholds.max_apart_h * _HOUR, 2.0**62)),
            *sorted_limits(limits_kn),
        )
        self._carried = pairs.nothing_seen()

    def push(self, positions: pa.Table | pa.RecordBatch) -> pa.Table:
        """Return the fast pairs whose second fix is among these rows.

        Args:
            positions: ``vessel_key``, ``t``, ``lat``, ``lon``; rows without a usable position are passed over.

        Returns:
            Table of the schema `FAST_PAIRS`, in the order of vessel and time.

        Raises:
            InputError: columns or order are not as told.
        """
        from tidewaiter.tracks.jumps.kernel import pairs  # noqa: PLC0415

        found = [FAST_PAIRS.empty_table()]
        for part in batches(positions):
            room = pairs.Found(np.empty((len(part.t), 3), np.int64), np.empty((len(part.t), 7)))
            n, disorder = pairs.scan(part, self._rule, self._carried, room)
            refuse_disorder(disorder)
            vessel, start, end = (np.ascontiguousarray(c) for c in room.whole[:n].T)
            real = [pa.array(np.ascontiguousarray(c)) for c in room.real[:n].T]
            found.append(
                pa.Table.from_arrays([pa.array(vessel), moments(start), moments(end), *real], schema=FAST_PAIRS)
            )
        return pa.concat_tables(found).combine_chunks()


def find_fast_pairs(
    positions: pa.Table | pa.RecordBatch, thresholds: FastPairs, limits_kn: Mapping[int, float] | None = None
) -> pa.Table:
    """Return all fast pairs of a table of positions; see `FastPairSearch`.

    Raises:
        InputError: columns or order are not as told.
    """
    return FastPairSearch(thresholds, limits_kn).push(positions)
