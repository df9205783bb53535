"""Implausible jumps, told apart: what the fixes before and after say about a step that no ship can have made.

outlier       one fix elsewhere, then back (or on to a third place): a wrong position
excursion     several fixes elsewhere, then back: the position was false for a while
displacement  elsewhere to stay: the track before, or the one after, is another ship's or false
cloning       to and fro: two hulls send under one number
zero          a position at 0° N 0° E, which receivers send when they have none
unsettled     the track ends too soon after the jump to tell
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.tracks.jumps.limits import sorted_limits
from tidewaiter.tracks.ordered import batches, moments, refuse_disorder, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tidewaiter.tracks.jumps.kernel.episodes import Found

_HOUR = 3_600_000_000
_KINDS = ("outlier", "excursion", "displacement", "cloning", "zero", "unsettled")

JUMPS = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("start", pa.timestamp("us", "UTC")),  # first fix elsewhere
        ("end", pa.timestamp("us", "UTC")),  # last fix elsewhere
        ("t_before", pa.timestamp("us", "UTC")),  # last fix before the jump
        ("lat_before", pa.float64()),
        ("lon_before", pa.float64()),
        ("lat", pa.float64()),  # first fix elsewhere
        ("lon", pa.float64()),
        ("lat_end", pa.float64()),  # last fix elsewhere
        ("lon_end", pa.float64()),
        ("distance_km", pa.float64()),  # of the jump
        ("speed_kn", pa.float64()),  # that it would have taken; inf at equal times
        ("speed_back_kn", pa.float64()),  # that the first step back would have taken; null = no return
        ("limit_kn", pa.float64()),
        ("n_elsewhere", pa.int64()),  # fixes
        ("n_home", pa.int64()),  # fixes of the old track between the first and the last elsewhere
        ("n_switches", pa.int64()),  # changes from one to the other
    ]
)


class Jumps(msgspec.Struct, frozen=True):
    """Which steps no ship can have made, and how they are told apart."""

    max_speed_kn: Annotated[
        float, msgspec.Meta(gt=0, description="no ship without a limit of its own is faster, in knots")
    ]
    min_distance_nm: Annotated[
        float, msgspec.Meta(ge=0, description="shorter steps are never jumps, in nautical miles")
    ]
    slack_s: Annotated[float, msgspec.Meta(ge=0, description="seconds by which clocks may be wrong")]
    memory_h: Annotated[float, msgspec.Meta(gt=0, description="a track not heard for so long is given up, in hours")]
    settled_fixes: Annotated[int, msgspec.Meta(ge=1, description="fewest fixes elsewhere for a displacement")]
    clone_switches: Annotated[int, msgspec.Meta(ge=2, description="fewest changes to and fro for cloning")]
    clone_fixes: Annotated[int, msgspec.Meta(ge=1, description="fewest fixes of either hull meanwhile for cloning")]
    zero_deg: Annotated[float, msgspec.Meta(ge=0, description="degrees around 0° N 0° E that count as no position")]


class JumpSearch:
    """Finds jumps in positions that come in batches, ordered by vessel and time across batches."""

    def __init__(self, thresholds: Jumps, limits_kn: Mapping[int, float] | None = None) -> None:
        """Begin before the first row; `limits_kn` holds vessels with a limit of their own."""
        from tidewaiter.tracks.jumps.kernel import episodes  # noqa: PLC0415 - Numba only when it is needed

        self._rule = episodes.Rule(
            float(thresholds.max_speed_kn),
            thresholds.min_distance_nm * 1.852,
            int(min(thresholds.slack_s * 1e6, 2.0**60)),
            int(min(thresholds.memory_h * _HOUR, 2.0**62)),
            int(thresholds.settled_fixes),
            int(thresholds.clone_switches),
            int(thresholds.clone_fixes),
            float(thresholds.zero_deg),
            *sorted_limits(limits_kn),
        )
        self._carried = episodes.nothing_seen()

    def push(self, positions: pa.Table | pa.RecordBatch) -> pa.Table:
        """Return the jumps that were settled by these rows.

        Args:
            positions: ``vessel_key``, ``t``, ``lat``, ``lon``; rows without a usable position are passed over.

        Returns:
            Table of the schema `JUMPS`, in the order of vessel and start.

        Raises:
            InputError: columns or order are not as told.
        """
        from tidewaiter.tracks.jumps.kernel import episodes  # noqa: PLC0415

        found = [JUMPS.empty_table()]
        for part in batches(positions):
            room = _room(len(part.t) + 2)
            n, disorder = episodes.scan(part, self._rule, self._carried, room)
            refuse_disorder(disorder)
            found.append(_table(room, n))
        return pa.concat_tables(found).combine_chunks()

    def finish(self) -> pa.Table:
        """Return the jump that is open at the end of the data, if there is one, and begin anew."""
        from tidewaiter.tracks.jumps.kernel import episodes  # noqa: PLC0415

        room = _room(1)
        n = episodes.close(self._rule, self._carried, room)
        self._carried = episodes.nothing_seen()
        return _table(room, n)


def find_jumps(
    positions: pa.Table | pa.RecordBatch, thresholds: Jumps, limits_kn: Mapping[int, float] | None = None
) -> pa.Table:
    """Return all jumps of a table of positions.

    Args:
        positions: as `JumpSearch.push`; whole tracks, ordered by vessel and time.
        thresholds: what counts as one.
        limits_kn: limits of single vessels, by key, in knots.

    Returns:
        Table of the schema `JUMPS`, in the order of vessel and start.

    Raises:
        InputError: columns or order are not as told.
    """
    search = JumpSearch(thresholds, limits_kn)
    return pa.concat_tables([search.push(positions), search.finish()]).combine_chunks()


def _room(rows: int) -> Found:
    from tidewaiter.tracks.jumps.kernel.episodes import Found  # noqa: PLC0415

    return Found(np.empty((rows, 8), np.int64), np.empty((rows, 10)))


def _table(found: Found, n: int) -> pa.Table:
    vessel, kind, start, end, away, home, switches, before = (np.ascontiguousarray(c) for c in found.whole[:n].T)
    real = [pa.array(np.ascontiguousarray(c)) for c in found.real[:n].T]
    real[8] = pa.array(np.ascontiguousarray(found.real[:n, 8]), from_pandas=True)
    columns = [
        pa.array(vessel), words(kind, _KINDS), moments(start), moments(end), moments(before), *real,
        pa.array(away), pa.array(home), pa.array(switches),
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=JUMPS)
