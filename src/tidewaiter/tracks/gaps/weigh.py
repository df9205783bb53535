"""What a gap is worth as evidence: could anybody be heard there, and does the vessel, or do others, often fall silent?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.tracks.gaps.find import Edges, Gaps, end_of_data, find_edges, microseconds
from tidewaiter.tracks.grouped import grouped

if TYPE_CHECKING:
    from datetime import datetime

    from tidewaiter.tracks.grouped import Grouped

WORDS = ("nobody", "lost", "weak", "heard")
WEIGHED = [
    ("start_others_before", pa.int64()),  # vessel-hours of others around the last position, before and in the silence
    ("start_others_during", pa.int64()),
    ("end_others_during", pa.int64()),  # the same around the next position; null while open
    ("end_others_after", pa.int64()),
    ("reception", pa.float64()),  # [0, 1], of the worse end; null where nobody is ever heard
    ("reception_word", pa.string()),
    ("vessel_gaps", pa.int64()),  # of this vessel in all
    ("vessel_heard_days", pa.float64()),
    ("recent_gaps", pa.int64()),  # of this vessel lately, this one included
    ("recent_heard_days", pa.float64()),
    ("region_gaps", pa.int64()),  # of others in the region where this one begins
    ("region_heard_days", pa.float64()),
    ("times_own_rate", pa.float64()),  # recent gaps a heard day over the vessel's own
    ("times_region_rate", pa.float64()),  # the vessel's gaps a heard day over those of others there
]
"""Columns that `weigh_gaps` adds."""


class Weighing(msgspec.Struct, frozen=True):
    """How reception and rates are measured."""

    cell_deg: Annotated[
        float,
        msgspec.Meta(
            ge=0.1, le=30, description="others are looked for in a cell of this size, in degrees, and its neighbours"
        ),
    ]
    bin_h: Annotated[
        float, msgspec.Meta(ge=0.1, le=24, description="hearing is counted in vessels a bin of so many hours")
    ]
    look_h: Annotated[
        float, msgspec.Meta(ge=1, le=240, description="hours looked at on either side of an end of the gap")
    ]
    weak_below: Annotated[
        float,
        msgspec.Meta(gt=0, le=1, description="reception is weak when fewer than this share of others are still heard"),
    ]
    region_deg: Annotated[float, msgspec.Meta(ge=0.1, le=90, description="size of the regions for rates, in degrees")]
    recent_d: Annotated[float, msgspec.Meta(gt=0, le=3650, description="lately means so many days")]
    least_heard_h: Annotated[float, msgspec.Meta(ge=0, le=1e5, description="no rate is told on fewer heard hours")]


def weigh_gaps(
    gaps: pa.Table, positions: pa.Table, thresholds: Gaps, weighing: Weighing, until: datetime | None = None
) -> pa.Table:
    """Add to gaps what they are worth.

    Reception at an end of a gap is the vessel-hours of others around it in the silence over those outside, hour for hour, at
    most 1. The words, the worse end counts: ``heard`` = others are heard as before; ``weak`` = fewer than `weak_below` of
    them; ``lost`` = others were heard, and none in the silence: the receiver failed, or everyone left; ``nobody`` = nobody
    is ever heard there. Only a gap among the heard says something about the vessel.

    Rates are gaps for a day of being heard. Half a gap is added to those of the region, for none in little time is not never.

    Args:
        gaps: what `find_gaps` returned, or some of its rows.
        positions: as `find_gaps`; the whole fleet, for only others tell of reception.
        thresholds: those the gaps were found with.
        weighing: how to measure.
        until: as `find_gaps`.

    Returns:
        `gaps` with the columns `WEIGHED`.

    Raises:
        InputError: columns are not as told, or a gap is of a vessel or moment that the positions do not have.
    """
    from tidewaiter.tracks.gaps import kernel  # noqa: PLC0415 - Numba only when it is needed

    rows = grouped(positions, "vessel")
    lat, lon = rows.column(positions, "lat"), rows.column(positions, "lon")
    end_us = end_of_data(positions, until)
    edges = _edges(gaps, rows)
    columns: dict[str, pa.Array] = _reception(rows, lat, lon, edges, weighing, end_us)
    every = find_edges(rows, thresholds, end_us)
    rates = kernel.gap_rates(
        rows.first, rows.t, lat, lon, every.before, every.vessel, microseconds(thresholds.min_h),
        microseconds(weighing.recent_d * 24), kernel.bands(weighing.region_deg),
    )  # fmt: skip
    place = np.searchsorted(every.before, edges.before)
    found = place < len(every.before)
    if not (found.all() and (every.before[place] == edges.before).all()):
        raise InputError("some of these are no gaps under the thresholds given", hint="give those they were found with")
    columns |= _rates(rates[place], weighing)
    for name, kind in WEIGHED:
        gaps = gaps.append_column(pa.field(name, kind), columns[name])
    return gaps


def telling_positions(positions: pa.Table, weighing: Weighing) -> pa.Table:
    """Return the rows that `weigh_gaps` needs: the first and last of each vessel in each cell and bin of time.

    They give the same reception. A gap's own ends are among them. Time heard lately may differ by less than a bin.

    Args:
        positions: as `find_gaps`, ordered by vessel and time; whole tracks, of part of the fleet or all of it.
        weighing: how to measure.

    Returns:
        Table of ``vessel_key``, ``t``, ``lat`` and ``lon``.
    """
    from tidewaiter.tracks.gaps import kernel  # noqa: PLC0415

    rows = grouped(positions, "vessel")
    lat, lon = rows.column(positions, "lat"), rows.column(positions, "lon")
    cells, regions = kernel.bands(weighing.cell_deg), kernel.bands(weighing.region_deg)
    kept = kernel.telling_rows(rows.first, rows.t, lat, lon, cells, regions, microseconds(weighing.bin_h))
    return positions.select(["vessel_key", "t", "lat", "lon"]).filter(rows.mask(kept))


def _edges(gaps: pa.Table, rows: Grouped) -> Edges:
    """Find the rows at the ends of each gap."""
    vessel = pc.index_in(gaps["ssvid"].combine_chunks(), rows.names)
    if vessel.null_count:
        raise InputError("there are gaps of vessels that the positions do not have")
    who = np.asarray(vessel.to_numpy(zero_copy_only=False), np.int64)
    start = gaps["start_timestamp"].cast(pa.int64()).to_numpy()
    closed = gaps["is_closed"].to_numpy()
    before, after = np.full(len(gaps), -1, np.int64), np.full(len(gaps), -1, np.int64)
    for g, v in enumerate(who):
        first, last = rows.first[v], rows.first[v + 1]
        before[g] = first + np.searchsorted(rows.t[first:last], start[g], side="right") - 1
        if closed[g]:
            after[g] = before[g] + 1
    wrong = (before < rows.first[who]) | (rows.t[np.maximum(before, 0)] != start) | (after >= rows.first[who + 1])
    if wrong.any():
        raise InputError("there are gaps that do not begin at a message of the positions")
    return Edges(before, after, who)


def _reception(
    rows: Grouped, lat: np.ndarray, lon: np.ndarray, edges: Edges, weighing: Weighing, end_us: int
) -> dict[str, pa.Array]:
    from tidewaiter.tracks.gaps import kernel  # noqa: PLC0415

    bin_us, most = microseconds(weighing.bin_h), max(1, round(weighing.look_h / weighing.bin_h))
    cells = kernel.bands(weighing.cell_deg)
    earliest = int(rows.t.min()) // bin_us if len(rows.t) else 0
    bins = int(rows.t.max()) // bin_us - earliest + 1 if len(rows.t) else 1
    if bins * int(cells[-1]) >= 2**62:
        raise InputError("the positions span too long a time", hint="look for times that are none")
    wanted = kernel.wanted_cells(lat, lon, np.concatenate([edges.before, edges.after]), cells)
    keys = np.sort(kernel.heard(rows.first, rows.t, lat, lon, wanted, cells, bin_us, earliest, bins))
    counts = []
    is_open = edges.after < 0
    again = np.where(is_open, end_us, rows.t[np.maximum(edges.after, 0)]) if len(rows.t) else edges.after
    for edge, other, sign in ((edges.before, again, 1), (edges.after, rows.t[edges.before], -1)):
        counts.append(
            kernel.others_around(
                keys, rows.first, rows.t, lat, lon, edge, other, edges.vessel, sign, cells, bin_us, earliest, bins, most
            )
        )
    shares = np.column_stack([_share(side) for side in counts])
    shares[is_open, 1] = np.inf  # an open gap has one end
    unknown = np.isnan(shares).any(axis=1)
    worst = np.where(unknown, np.nan, shares.min(axis=1))
    word = np.select([unknown, worst == 0, worst < weighing.weak_below], [0, 1, 2], 3)
    return {
        "start_others_before": pa.array(counts[0][:, 2]),
        "start_others_during": pa.array(counts[0][:, 0]),
        "end_others_during": pa.array(counts[1][:, 0], mask=is_open),
        "end_others_after": pa.array(counts[1][:, 2], mask=is_open),
        "reception": pa.array(worst, mask=unknown),
        "reception_word": pa.array(WORDS).take(pa.array(word)),
    }


def _share(counts: np.ndarray) -> np.ndarray:
    """Others in the silence over others outside, hour for hour; 1 when there are some only in the silence; NaN for none."""
    during, during_bins, beyond, beyond_bins = counts.T
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (during / during_bins) / (beyond / beyond_bins)
    share = np.where(beyond > 0, np.minimum(share, 1.0), np.where(during > 0, 1.0, np.nan))
    return np.where(during_bins > 0, share, np.nan)


def _rates(rates: np.ndarray, weighing: Weighing) -> dict[str, pa.Array]:
    gaps, days, recent_gaps, recent_days, region_gaps, region_days = rates.T
    least = weighing.least_heard_h / 24
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (recent_gaps / recent_days) / (gaps / days)
        region = (gaps / days) / ((region_gaps + 0.5) / region_days)
    own[~((recent_days > 0) & (recent_days >= least))] = np.nan
    region[~((days > 0) & (days >= least) & (region_days > 0) & (region_days >= least))] = np.nan
    columns = {
        "vessel_gaps": gaps.astype(np.int64),
        "vessel_heard_days": days,
        "recent_gaps": recent_gaps.astype(np.int64),
        "recent_heard_days": recent_days,
        "region_gaps": region_gaps.astype(np.int64),
        "region_heard_days": region_days,
    }
    return {name: pa.array(np.ascontiguousarray(values)) for name, values in columns.items()} | {
        "times_own_rate": pa.array(own, mask=np.isnan(own)),
        "times_region_rate": pa.array(region, mask=np.isnan(region)),
    }
