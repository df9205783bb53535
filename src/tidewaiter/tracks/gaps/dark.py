"""Dark meetings: two vessels are silent at the same time, near one another, and could have met.

Rule and distances: RadianceFleet/RadianceFleet : backend/app/modules/sts_detector.py (its third phase) @ 698e232, without
what it asks about the vessels (flag, age, detention), which is no matter of tracks.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tracks.gaps.find import HOUR_US, TIME, microseconds

_NM_KM = 1.852
_SLICE = 8192  # pairs looked at by one thread at a time
DARK_MEETINGS = pa.schema(
    [
        ("gap_1_id", pa.string()),
        ("gap_2_id", pa.string()),
        ("vessel_1_id", pa.string()),  # the lower as text
        ("vessel_2_id", pa.string()),
        ("start_time", TIME),  # both are silent
        ("end_time", TIME),
        ("overlap_h", pa.float64()),
        ("nearest_km", pa.float64()),  # between an end of one gap and an end of the other
        ("confidence", pa.string()),  # high | medium | low, by the distance
        ("together_h", pa.float64()),  # longest time at one place that both could have kept; null = none
        ("lat", pa.float64()),  # such a place
        ("lon", pa.float64()),
    ]
)


class DarkMeetings(msgspec.Struct, frozen=True):
    """Which gaps may hide a meeting."""

    min_overlap_h: Annotated[
        float, msgspec.Meta(ge=0, le=1e6, description="both are silent for at least so long, in hours")
    ]
    high_nm: Annotated[
        float, msgspec.Meta(ge=0, description="ends nearer than this: high confidence, in nautical miles")
    ]
    medium_nm: Annotated[float, msgspec.Meta(ge=0, description="nearer than this: medium")]
    low_nm: Annotated[float, msgspec.Meta(ge=0, le=10_000, description="no farther than this: low; farther is none")]
    max_speed_kn: Annotated[float, msgspec.Meta(gt=0, le=1000, description="greatest speed of either, in knots")]
    min_together_h: Annotated[
        float,
        msgspec.Meta(ge=0, le=1e6, description="they could have stayed at one place for at least so long, in hours"),
    ]
    longest_d: Annotated[
        float, msgspec.Meta(gt=0, le=1e5, description="a vessel silent for longer, in days, is no party to a meeting")
    ]
    open_too: Annotated[bool, msgspec.Meta(description="gaps that are still open count")]
    min_moved_km: Annotated[
        float,
        msgspec.Meta(
            ge=0, description="one of the two is heard again at least this far from where it fell silent, in km"
        ),
    ]
    needs_reach: Annotated[bool, msgspec.Meta(description="pairs that could not have met are left out")]


def _together(
    a: np.ndarray, b: np.ndarray, start: np.ndarray, end: np.ndarray, places: np.ndarray, speed_km_h: float
) -> np.ndarray:
    """Do what `kernel.longest_together` says, in slices side by side."""
    from tidewaiter.tracks.gaps import kernel  # noqa: PLC0415

    with ThreadPoolExecutor() as pool:
        cuts = range(0, max(len(a), 1), _SLICE)
        parts = pool.map(
            lambda i: kernel.longest_together(a[i : i + _SLICE], b[i : i + _SLICE], start, end, places, speed_km_h),
            cuts,
        )
        return np.concatenate(list(parts))


def dark_meetings(gaps: pa.Table, thresholds: DarkMeetings) -> pa.Table:
    """Return the pairs of gaps during which two vessels may have met.

    The work grows with the gaps and with how many are open at once.

    Args:
        gaps: what `find_gaps` returned, or some of its rows.
        thresholds: what counts.

    Returns:
        Table of the schema `DARK_MEETINGS`, ordered by both vessels and the start.
    """
    from tidewaiter.tracks.gaps import kernel  # noqa: PLC0415 - Numba only when it is needed

    usable = gaps["silent_h"].to_numpy() <= thresholds.longest_d * 24
    if not thresholds.open_too:
        usable &= gaps["is_closed"].to_numpy()
    gaps = gaps.filter(pa.array(usable))
    names = pc.unique(gaps["ssvid"].combine_chunks())
    names = names.take(pc.sort_indices(names))
    vessel = np.asarray(pc.index_in(gaps["ssvid"].combine_chunks(), names).to_numpy(zero_copy_only=False), np.int64)
    start = gaps["start_timestamp"].cast(pa.int64()).to_numpy()
    end = start + np.round(gaps["silent_h"].to_numpy() * HOUR_US).astype(np.int64)
    ends = ("start_lat", "start_lon", "end_lat", "end_lon")
    places = np.column_stack([gaps[name].to_numpy() for name in ends]) if len(gaps) else np.empty((0, 4))
    places[:, :2][~(np.abs(places[:, 0]) <= 90)] = np.nan
    places[:, 2:][~(np.abs(places[:, 2]) <= 90)] = np.nan
    order = np.argsort(start, kind="stable")
    least = microseconds(thresholds.min_overlap_h)
    a, b, km = kernel.overlapping(order, start, end, vessel, places, least, thresholds.low_nm * _NM_KM)
    turned = vessel[a] > vessel[b]
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    if thresholds.min_moved_km > 0:
        moved = kernel.straight_distances_km(places) >= thresholds.min_moved_km  # False where an end is unknown
        apart = moved[a] | moved[b]
        a, b, km = a[apart], b[apart], km[apart]
    together = _together(a, b, start, end, places, thresholds.max_speed_kn * _NM_KM)
    kept = np.ones(len(a), bool)
    if thresholds.needs_reach:
        kept = np.nan_to_num(together[:, 0], nan=-1.0) >= thresholds.min_together_h
    order = np.lexsort((start[b], start[a], vessel[b], vessel[a]))
    order = order[kept[order]]
    a, b, km, together = a[order], b[order], km[order], together[order]
    begin, finish = np.maximum(start[a], start[b]), np.minimum(end[a], end[b])
    word = np.select([km < thresholds.high_nm * _NM_KM, km < thresholds.medium_nm * _NM_KM], [0, 1], 2)
    columns = [
        gaps["gap_id"].take(pa.array(a)),
        gaps["gap_id"].take(pa.array(b)),
        names.take(pa.array(vessel[a])),
        names.take(pa.array(vessel[b])),
        pa.array(begin).cast(TIME),
        pa.array(finish).cast(TIME),
        pa.array((finish - begin) / HOUR_US),
        pa.array(km),
        pa.array(["high", "medium", "low"]).take(pa.array(word)),
        *(pa.array(np.ascontiguousarray(column), mask=np.isnan(column)) for column in together.T),
    ]
    return pa.Table.from_arrays(columns, schema=DARK_MEETINGS).combine_chunks()
