"""Loitering as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
import numpy as np

from tidewaiter.errors import InputError
from tidewaiter.tracks.grouped import grouped, named
from tidewaiter.tracks.loitering.told import DAILY, MERGED, Told

if TYPE_CHECKING:
    import pyarrow as pa

    from tidewaiter.tracks.grouped import Grouped


class Loitering(msgspec.Struct, frozen=True):
    """What counts as loitering."""

    slow_kn: Annotated[float, msgspec.Meta(gt=0, description="a clock hour is slow below this speed, in knots")]
    longest_leg_h: Annotated[
        float,
        msgspec.Meta(
            gt=0, description="a longer silence between two messages, in hours, ends an event and counts for nothing"
        ),
    ]
    min_h: Annotated[float, msgspec.Meta(ge=0, description="shortest event after joining, in hours of its legs")]


class LoiteringTables(NamedTuple):
    """The reference's three tables, with the schemas `HOURLY`, `DAILY` and `MERGED`, ordered by segment and start."""

    hourly: pa.Table
    daily: pa.Table
    merged: pa.Table


def find_loitering(positions: pa.Table, thresholds: Loitering) -> pa.Table:
    """Return the loitering of all segments.

    Args:
        positions: ``segment_id`` or ``seg_id`` (without either, the vessel is the segment), ``vessel_key`` or ``ssvid``,
            ``t`` or ``timestamp``, ``lat``, ``lon``; in any order, whole segments. Rows without a valid position and
            later ones of the same instant are passed over. With ``hours`` and ``meters_to_prev`` the legs are taken from
            there, otherwise they are measured on the sphere; ``distance_from_shore_m`` is averaged where it is known.
        thresholds: what counts as loitering.

    Returns:
        Table of the schema `MERGED`, ordered by segment (as text) and start.

    Raises:
        InputError: columns are not as told.
    """
    return loitering_tables(positions, thresholds).merged


def loitering_tables(positions: pa.Table, thresholds: Loitering) -> LoiteringTables:
    """Return the events with the clock hours and the daily events that they are made of.

    Args:
        positions: as `find_loitering`.
        thresholds: what counts as loitering.

    Raises:
        InputError: columns are not as told.
    """
    from tidewaiter.tracks.loitering import kernel  # noqa: PLC0415 - Numba only when it is needed

    unit = "vessel" if named(positions, "segment") is None else "segment"
    positions, rows = _usable(positions, unit)
    lat, lon = rows.column(positions, "lat"), rows.column(positions, "lon")
    hours, metres = _legs(positions, rows, lat, lon)
    longest = thresholds.longest_leg_h
    begin, segment, sums, slow = kernel.hourly(rows.first, rows.t, hours, metres, thresholds.slow_kn, longest)
    start, end, follows = kernel.runs(begin, segment, rows.t, hours, slow, longest)
    run_segment = segment[np.searchsorted(begin, end, side="right") - 1]
    told = Told(positions, rows, unit)
    totals = kernel.add_up(start, end, hours, metres, rows.column(positions, "shore"), longest)
    daily_kn = _over(totals[:, 1], totals[:, 0]) / 1852.0  # in the reference's order of dividing
    totals[:, 1:] /= 1852.0
    daily = told.events(DAILY, start, end, run_segment, totals, daily_kn)
    m_start, m_end, m_segment, m_totals = _joined(start, end, run_segment, totals, follows)
    kept = np.nan_to_num(m_totals[:, 0]) >= thresholds.min_h
    merged_kn = _over(m_totals[:, 1], m_totals[:, 0])
    merged = told.events(MERGED, m_start[kept], m_end[kept], m_segment[kept], m_totals[kept], merged_kn[kept])
    return LoiteringTables(told.hours(begin, segment, sums, slow), daily, merged)


def _usable(positions: pa.Table, unit: str) -> tuple[pa.Table, Grouped]:
    """Leave out rows without a valid position, and all but the first of one instant of a segment."""
    rows = grouped(positions, unit)
    lat, lon = rows.column(positions, "lat"), rows.column(positions, "lon")
    good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    if not good.all():
        positions = positions.filter(rows.mask(good))
        rows = grouped(positions, unit)
    again = np.diff(rows.t, prepend=rows.t[:1] - 1) == 0
    again[rows.first[:-1]] = False
    if again.any():
        positions = positions.filter(rows.mask(~again))
        rows = grouped(positions, unit)
    return positions, rows


def _legs(positions: pa.Table, rows: Grouped, lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    given = [named(positions, what) for what in ("hours", "metres")]
    if all(given):
        return rows.column(positions, "hours"), rows.column(positions, "metres")
    if any(given):
        raise InputError("legs have only one of hours and meters_to_prev", hint="give both, or neither")
    from tidewaiter.tracks.loitering import kernel  # noqa: PLC0415

    hours, metres = kernel.legs(rows.first, rows.t, lat, lon)
    return hours, metres


def _joined(
    start: np.ndarray, end: np.ndarray, segment: np.ndarray, totals: np.ndarray, follows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Join daily events that touch; distance from shore is weighted by all hours, as in the reference's query."""
    if not len(start):
        return start, end, segment, totals
    heads = np.flatnonzero(~follows)
    tails = np.append(heads[1:], len(start)) - 1
    hours, miles = (_sum_known(totals[:, k], heads) for k in (0, 1))
    shore = _over(_sum_known(totals[:, 0] * totals[:, 2], heads), hours)
    return start[heads], end[tails], segment[heads], np.column_stack([hours, miles, shore])


def _sum_known(values: np.ndarray, heads: np.ndarray) -> np.ndarray:
    known = ~np.isnan(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), heads)
    return np.where(np.logical_or.reduceat(known, heads), sums, np.nan)


def _over(values: np.ndarray, by: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(by > 0, values / by, np.nan)
