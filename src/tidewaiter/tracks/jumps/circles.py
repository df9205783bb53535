"""Circles: a track that runs round and round, as positions do that a false satellite signal draws.

Ships circle too: fishing, at survey, waiting, at anchor in the tide. What speaks against the ship is said beside each circle:
the reported speed does not fit the speed along it, or several ships run round the same place at the same time, which one
forged signal for a region makes them do (see Bjorn Bergman, "Systematic GPS manipulation occurring at Chinese oil
terminals and government installations", SkyTruth 2019; RadianceFleet/RadianceFleet :
backend/app/modules/circle_classifier.py @ c3780c3, whose range of 30 nm for several ships is taken over).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.tracks.ordered import Fixes, at_once, moments, refuse_disorder, words

if TYPE_CHECKING:
    from tidewaiter.tracks.jumps.kernel.circles import Fit, Rule

_HOUR = 3_600_000_000
_SCALES = (1, 5, 25)  # steps looked at, in units of the shortest: wide circles of noisy fixes need long ones
_EARTH_KM = 6371.0
_SUSPECT = ("nothing", "speed", "shared", "speed and shared")

CIRCLES = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("lat", pa.float64()),  # centre
        ("lon", pa.float64()),
        ("radius_km", pa.float64()),
        ("residual", pa.float64()),  # root mean square of distances from the circle, over its radius
        ("laps", pa.float64()),  # negative = anticlockwise
        ("one_way", pa.float64()),  # share of steps that go the same way round
        ("sectors", pa.int64()),  # of twelve, with a fix
        ("n_fixes", pa.int64()),
        ("round_speed_kn", pa.float64()),  # along the circle
        ("sog_kn", pa.float64()),  # mean of the reported ones; null = none
        ("vessels_around", pa.int64()),  # other vessels that circle around the same place meanwhile
        ("suspect", pa.dictionary(pa.int8(), pa.string())),  # what speaks against it: nothing | speed | shared | both
    ]
)


class Circles(msgspec.Struct, frozen=True):
    """What counts as a circle, and what speaks against it."""

    min_step_m: Annotated[
        float, msgspec.Meta(gt=0, description="fixes nearer than this to the last one are passed over")
    ]
    min_laps: Annotated[float, msgspec.Meta(gt=0, description="fewest laps")]
    min_one_way: Annotated[
        float, msgspec.Meta(gt=0.5, le=1, description="least share of turning, and of steps, that goes one way")
    ]
    min_fixes: Annotated[int, msgspec.Meta(ge=4, description="fewest fixes")]
    min_radius_m: Annotated[float, msgspec.Meta(gt=0, description="smallest circle, in metres")]
    max_radius_km: Annotated[float, msgspec.Meta(gt=0, le=200, description="widest circle, in km")]
    max_residual: Annotated[
        float, msgspec.Meta(gt=0, description="largest root mean square of distances from the circle, over its radius")
    ]
    min_sectors: Annotated[int, msgspec.Meta(ge=1, le=12, description="of twelve sectors, so many must hold a fix")]
    max_gap_h: Annotated[float, msgspec.Meta(gt=0, description="a longer silence ends it, in hours")]
    max_window_h: Annotated[float, msgspec.Meta(gt=0, description="the laps must be made within this time, in hours")]
    speed_factor: Annotated[
        float,
        msgspec.Meta(
            ge=1, description="the reported speed may be so many times the speed along it, or so many times less"
        ),
    ]
    speed_slack_kn: Annotated[float, msgspec.Meta(ge=0, description="and differ by so much anyway, in knots")]
    shared_nm: Annotated[
        float, msgspec.Meta(ge=0, description="centres nearer than this are one place, in nautical miles")
    ]
    min_vessels: Annotated[int, msgspec.Meta(ge=2, description="so many vessels around one place are a shared circle")]


class _Circle(NamedTuple):
    first: int
    last: int
    fit: Fit
    sog: float
    fixes: int


def find_circles(positions: pa.Table | pa.RecordBatch, thresholds: Circles) -> pa.Table:
    """Return all stretches of tracks that run round a circle.

    Args:
        positions: ``vessel_key``, ``t``, ``lat``, ``lon`` and, where known, ``sog_kn``; whole tracks, ordered by vessel
            and time. Vessels in other tables are not seen when it is counted who shares a circle: `shared` does that.
        thresholds: what counts as one.

    Returns:
        Table of the schema `CIRCLES`, in the order of vessel and start.

    Raises:
        InputError: columns or order are not as told.
    """
    from tidewaiter.tracks.jumps.kernel import circles as kernel  # noqa: PLC0415 - Numba only when it is needed

    fixes = at_once(positions)
    size = len(fixes.t)
    work = kernel.Work(np.empty(size, np.int64), np.empty(size), np.empty(size))
    room = np.empty((size, 2), np.int64)
    stretches: list[tuple[int, int, float]] = []
    for scale in _SCALES:
        rule = _rule(thresholds, scale)
        n, disorder = kernel.scan(fixes, rule, work, room)
        refuse_disorder(disorder)
        stretches += [(int(a), int(b), rule.step_km) for a, b in room[:n]]
    found = [_measured(fixes, *stretch, work.row) for stretch in _longest(stretches)]
    return shared(_table(fixes, [c for c in found if np.isfinite(c.fit.radius_km)]), thresholds)


def shared(circles: pa.Table, thresholds: Circles) -> pa.Table:
    """Return circles with the vessels counted that run round the same place at the same time, and what speaks against each.

    Args:
        circles: table of the schema `CIRCLES`; those of several calls may be joined.
        thresholds: as given to `find_circles`.
    """
    around = _around(circles, thresholds.shared_nm * 1.852)
    sog, speed = (np.asarray(circles[n].to_numpy(zero_copy_only=False), float) for n in ("sog_kn", "round_speed_kn"))
    with np.errstate(invalid="ignore"):
        far = np.maximum(sog, speed) > thresholds.speed_factor * np.minimum(sog, speed)
        unfit = far & (np.abs(sog - speed) > thresholds.speed_slack_kn)
    together = around + 1 >= thresholds.min_vessels
    suspect = words(unfit + 2 * together, _SUSPECT)
    places = [CIRCLES.get_field_index(n) for n in ("vessels_around", "suspect")]
    for place, column in zip(places, (pa.array(around, pa.int64()), suspect), strict=True):
        circles = circles.set_column(place, CIRCLES.field(place), column)
    return circles


def _rule(thresholds: Circles, scale: int) -> Rule:
    from tidewaiter.tracks.jumps.kernel.circles import Rule  # noqa: PLC0415

    return Rule(
        thresholds.min_step_m * scale / 1000.0,
        2.0 * np.pi * thresholds.min_laps,
        float(thresholds.min_one_way),
        int(thresholds.min_fixes),
        thresholds.min_radius_m / 1000.0,
        float(thresholds.max_radius_km),
        float(thresholds.max_residual),
        int(thresholds.min_sectors),
        int(min(thresholds.max_gap_h * _HOUR, 2.0**62)),
        int(min(thresholds.max_window_h * _HOUR, 2.0**62)),
    )


def _longest(stretches: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Return stretches without those that overlap a longer one, in order."""
    kept: list[tuple[int, int, float]] = []
    for stretch in sorted(stretches):
        if kept and stretch[0] <= kept[-1][1]:
            if stretch[1] - stretch[0] > kept[-1][1] - kept[-1][0]:
                kept[-1] = stretch
            continue
        kept.append(stretch)
    return kept


def _measured(fixes: Fixes, first: int, last: int, step_km: float, room: np.ndarray) -> _Circle:
    from tidewaiter.tracks.jumps.kernel import circles as kernel  # noqa: PLC0415

    n = kernel.thinned(fixes, first, last, step_km, room)
    sog, usable = kernel.reported(fixes, first, last)
    return _Circle(first, last, kernel.fit(fixes.lat, fixes.lon, room[:n]), sog, usable)


def _table(fixes: Fixes, found: list[_Circle]) -> pa.Table:
    first, last = (np.array([getattr(c, n) for c in found], np.int64) for n in ("first", "last"))
    fit = np.array([c.fit for c in found], float).reshape(-1, 7)
    lat, lon, radius, rms, laps, sectors, one_way = fit.T
    hours = np.maximum(fixes.t[last] - fixes.t[first], 1) / _HOUR
    speed = 2.0 * np.pi * radius * np.abs(laps) / hours / 1.852
    columns = [
        fixes.vessel[first], moments(fixes.t[first]), moments(fixes.t[last]), lat, lon, radius, rms / radius, laps, one_way,
        sectors.astype(np.int64), np.array([c.fixes for c in found], np.int64), speed,
        pa.array(np.array([c.sog for c in found], float), from_pandas=True), np.zeros(len(found), np.int64),
        words(np.zeros(len(found), np.int8), _SUSPECT),
    ]  # fmt: skip
    return pa.Table.from_arrays([pa.array(c) for c in columns], schema=CIRCLES)


def _around(circles: pa.Table, within_km: float) -> np.ndarray:
    """Number of other vessels whose circle overlaps in time and has its centre near."""
    from scipy.spatial import cKDTree  # noqa: PLC0415 - only where there are circles

    vessel, start, end = (np.asarray(circles[n].cast(pa.int64())) for n in ("vessel_key", "start", "end"))
    out = np.zeros(len(vessel), np.int64)
    if len(vessel) < 2:
        return out
    lat, lon = (np.radians(np.asarray(circles[n])) for n in ("lat", "lon"))
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=1)
    chord = 2.0 * np.sin(min(within_km / _EARTH_KM, np.pi) / 2.0)
    for k, near in enumerate(cKDTree(points).query_ball_point(points, chord)):
        other = np.array(near)
        meanwhile = other[(start[other] <= end[k]) & (end[other] >= start[k]) & (vessel[other] != vessel[k])]
        out[k] = len(np.unique(vessel[meanwhile]))
    return out
