"""Pinned: a ship reports for hours that it makes way, yet its positions stay within a few miles.

RadianceFleet calls it circle spoofing. A forged position that is moved about a spot looks so; so do a ferry, a tug at work and
a pilot boat, which is why the evidence stands beside it. `find_circles` looks at the shape of the track instead.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.tracks.ordered import at_once, moments, refuse_disorder

_HOUR = 3_600_000_000

PINNED = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("lat", pa.float64()),  # mean
        ("lon", pa.float64()),
        ("spread_km", pa.float64()),  # standard distance from it
        ("farthest_km", pa.float64()),
        ("sog_kn", pa.float64()),  # mean of the reported speeds
        ("share_fast", pa.float64()),  # of the reported speeds, above the limit
        ("reported_nm", pa.float64()),  # way that the reported speeds make
        ("n_fixes", pa.int64()),
    ]
)


class Pinned(msgspec.Struct, frozen=True):
    """Which windows count."""

    window_h: Annotated[float, msgspec.Meta(gt=0, description="length of the window that begins at a fix, in hours")]
    min_span_h: Annotated[float, msgspec.Meta(ge=0, description="fixes must span so much of it, in hours")]
    min_fixes: Annotated[int, msgspec.Meta(ge=2, description="fewest fixes in it")]
    min_speed_kn: Annotated[
        float, msgspec.Meta(ge=0, description="more than half of the reported speeds are above this")
    ]
    max_spread_deg: Annotated[
        float,
        msgspec.Meta(
            gt=0, description="standard deviation of latitude, and of longitude as long as on the equator, in degrees"
        ),
    ]
    least_cos: Annotated[
        float,
        msgspec.Meta(gt=0, le=1, description="that limit grows with 1 / cosine of the latitude, down to this cosine"),
    ]


def find_pinned(positions: pa.Table | pa.RecordBatch, thresholds: Pinned) -> pa.Table:
    """Return stretches in which a ship reports way and stays where it is.

    Args:
        positions: ``vessel_key``, ``t``, ``lat``, ``lon``, ``sog_kn``; whole tracks, ordered by vessel and time.
        thresholds: which windows count; overlapping ones are one stretch.

    Returns:
        Table of the schema `PINNED`, in the order of vessel and start.

    Raises:
        InputError: columns or order are not as told.
    """
    from tidewaiter.tracks.jumps.kernel import pinned as kernel  # noqa: PLC0415 - Numba only when it is needed

    fixes = at_once(positions)
    size = len(fixes.t)
    rule = kernel.Rule(
        int(min(thresholds.window_h * _HOUR, 2.0**62)),
        int(min(thresholds.min_span_h * _HOUR, 2.0**62)),
        int(thresholds.min_fixes),
        float(thresholds.min_speed_kn),
        float(thresholds.max_spread_deg),
        float(thresholds.least_cos),
    )
    room = np.empty((size, 2), np.int64)
    n, disorder = kernel.scan(fixes, rule, kernel.Work(np.empty(size, np.int64), np.empty(size), np.empty(size)), room)
    refuse_disorder(disorder)
    first, last = room[:n].T
    evidence = [kernel.measure(fixes, a, b, rule.min_speed_kn) for a, b in room[:n]]
    lat, lon, spread, sog, share, sailed, far, fixes_in = np.array(evidence, float).reshape(-1, 8).T
    columns = [
        fixes.vessel[first], moments(fixes.t[first]), moments(fixes.t[last]), lat, lon, spread, far, sog, share, sailed,
        fixes_in.astype(np.int64),
    ]  # fmt: skip
    return pa.Table.from_arrays([pa.array(c) for c in columns], schema=PINNED)
