"""Encounters as tables: tracks on the grid, raw encounters of both directions, joined encounters."""

from __future__ import annotations

from hashlib import md5
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tracks.grouped import grouped, named, text_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.tracks.encounters.kernel import Meetings, Pairs, Sampled
    from tidewaiter.tracks.encounters.rule import Encounters

TIME = pa.timestamp("us", tz="UTC")
_FIGURES = [
    ("start_time", TIME),
    ("end_time", TIME),
    ("mean_latitude", pa.float64()),
    ("mean_longitude", pa.float64()),
    ("median_distance_km", pa.float64()),
    ("median_speed_knots", pa.float64()),
    ("vessel_1_point_count", pa.int32()),
    ("vessel_2_point_count", pa.int32()),
    *((f"{side}_{name}", pa.float64()) for side in ("start", "end") for name in ("lat", "lon")),
]
RESAMPLED = pa.schema(
    [
        ("id", pa.string()),
        ("timestamp", TIME),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("speed", pa.float64()),
        ("point_density", pa.float64()),
    ]
)
RAW = pa.schema(
    [("encounter_id", pa.string()), ("vessel_1_seg_id", pa.string()), ("vessel_2_seg_id", pa.string()), *_FIGURES]
)
MERGED = pa.schema(
    [
        ("encounter_id", pa.string()),
        ("vessel_1_id", pa.string()),
        ("vessel_2_id", pa.string()),
        ("vessel_1_seg_ids", pa.list_(pa.string())),
        ("vessel_2_seg_ids", pa.list_(pa.string())),
        *_FIGURES,
    ]
)
_WORD_BITS = 63


class EncounterTables(NamedTuple):
    """The reference's tables, with the schemas `RAW` (ordered by both segments and start) and `MERGED` (by both vessels)."""

    raw: pa.Table
    merged: pa.Table


class _Units(NamedTuple):
    """Segments in the order of their names; `vessel` numbers the vessels in the order of theirs."""

    names: pa.Array
    vessel: np.ndarray
    vessels: pa.Array


def find_encounters(positions: pa.Table, thresholds: Encounters) -> pa.Table:
    """Return the encounters of all vessels.

    Args:
        positions: ``segment_id`` or ``seg_id`` (without either, the vessel is the segment), ``vessel_key`` or ``ssvid``,
            ``t`` or ``timestamp``, ``lat``, ``lon``, and where there are any ``sog_kn`` or ``speed``, ``cog_deg`` or
            ``course``; in any order, all vessels together. Invalid positions and speeds are passed over.
        thresholds: what counts as an encounter.

    Returns:
        Table of the schema `MERGED`, ordered by both vessels (as text) and start. Ids are
        md5("encounter|first segment|first segment of the other|start").

    Raises:
        InputError: columns are not as told.
    """
    raw, units = _raw(positions, thresholds)
    return _merged_table(raw, units, thresholds)


def encounter_tables(positions: pa.Table, thresholds: Encounters) -> EncounterTables:
    """Return the encounters with the raw encounters that they are made of.

    Args:
        positions: as `find_encounters`.
        thresholds: what counts as an encounter.

    Raises:
        InputError: columns are not as told.
    """
    raw, units = _raw(positions, thresholds)
    return EncounterTables(_raw_table(raw, units), _merged_table(raw, units, thresholds))


class Resampled(NamedTuple):
    """Tracks of part of a fleet on the grid of time; made by `resample_part`."""

    units: _Units
    sampled: Sampled


def resample_part(positions: pa.Table, thresholds: Encounters) -> Resampled:
    """Put whole tracks of part of a fleet on the grid, for `meetings_of`.

    Args:
        positions: as `find_encounters`.
        thresholds: what counts as an encounter.

    Raises:
        InputError: columns are not as told.
    """
    return Resampled(*_sampled(positions, thresholds))


def meetings_of(parts: Sequence[Resampled], thresholds: Encounters) -> pa.Table:
    """Return the encounters of a fleet whose tracks come in parts: the same as `find_encounters` of all at once.

    Args:
        parts: of `resample_part`; every vessel whole in one of them.
        thresholds: those the parts were made with.
    """
    if not parts:
        return MERGED.empty_table()
    units, sampled = _whole_fleet(parts)
    return _merged_table(*_raw_of(units, sampled, thresholds), thresholds)


def encounters_of_pairs(sampled: Sampled, pairs: Pairs, names: pa.Array, thresholds: Encounters) -> pa.Table:
    """Return the encounters of some pairs of vessels, as `find_encounters`.

    Args:
        sampled: rows that the pairs need, ordered by unit and time; where a vessel has others between, a row of no unit.
        pairs: all near instants of these vessels, as `near_pairs` orders them.
        names: text, of the units.
        thresholds: those the pairs were made with.
    """
    units = _Units(names, np.arange(len(names)), names)
    return _merged_table(_raw_of_pairs(sampled, pairs, thresholds), units, thresholds)


def _whole_fleet(parts: Sequence[Resampled]) -> tuple[_Units, Sampled]:
    """Join parts; units get their places in the order of all names."""
    names = pa.concat_arrays([part.units.names for part in parts])
    owners = pa.concat_arrays([part.units.vessels.take(pa.array(part.units.vessel)) for part in parts])
    order = pc.sort_indices(names).to_numpy()
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    vessels = pc.unique(owners)
    vessels = vessels.take(pc.sort_indices(vessels))
    of = np.asarray(pc.index_in(owners.take(pa.array(order)), vessels).to_numpy(), np.int64)
    offsets = np.cumsum([0, *(len(part.units.names) for part in parts)])
    unit = np.concatenate([rank[part.sampled.unit + at] for part, at in zip(parts, offsets, strict=False)])
    by_unit = np.argsort(unit, kind="stable")
    rest = [np.concatenate([part.sampled[i] for part in parts])[by_unit] for i in range(1, 6)]
    sampled = type(parts[0].sampled)(unit[by_unit], *rest)
    return _Units(names.take(pa.array(order)), of, vessels), sampled


def resample_tracks(positions: pa.Table, thresholds: Encounters) -> pa.Table:
    """Return the tracks on the grid of time.

    Args:
        positions: as `find_encounters`.
        thresholds: what counts as an encounter.

    Returns:
        Table of the schema `RESAMPLED`, ordered by segment (as text) and time.

    Raises:
        InputError: columns are not as told.
    """
    units, sampled = _sampled(positions, thresholds)
    columns = [
        units.names.take(pa.array(sampled.unit)),
        pa.array(sampled.slot * thresholds.step_us()).cast(TIME),
        pa.array(sampled.lat),
        pa.array(sampled.lon),
        _known(sampled.speed),
        pa.array(sampled.density),
    ]
    return pa.Table.from_arrays(columns, schema=RESAMPLED)


def _raw(positions: pa.Table, thresholds: Encounters) -> tuple[Meetings, _Units]:
    """Return the raw encounters ordered by both segments and start."""
    return _raw_of(*_sampled(positions, thresholds), thresholds)


def _raw_of(units: _Units, sampled: Sampled, thresholds: Encounters) -> tuple[Meetings, _Units]:
    from tidewaiter.tracks.encounters import kernel  # noqa: PLC0415

    pairs = near_pairs(sampled, thresholds)
    if not thresholds.same_vessel:
        apart = units.vessel[sampled.unit[pairs.a]] != units.vessel[sampled.unit[pairs.b]]
        pairs = kernel.Pairs(*(column[apart] for column in pairs))
    return _raw_of_pairs(sampled, pairs, thresholds), units


def _raw_of_pairs(sampled: Sampled, pairs: Pairs, thresholds: Encounters) -> Meetings:
    from tidewaiter.tracks.encounters import kernel  # noqa: PLC0415

    raw = kernel.meetings(sampled, pairs, thresholds.run())
    return _ordered(raw, (raw.start, raw.unit2, raw.unit1))


def _sampled(positions: pa.Table, thresholds: Encounters) -> tuple[_Units, Sampled]:
    from tidewaiter.tracks.encounters import kernel  # noqa: PLC0415

    by_vessel = named(positions, "segment") is None
    rows = grouped(positions, "vessel" if by_vessel else "segment")
    rank = rows.rank()
    by_name = np.argsort(rank)
    names = rows.names.take(pa.array(by_name))
    if by_vessel:
        units = _Units(names, np.arange(len(names)), names)
    else:
        owners = text_column(positions, "vessel", rows.rows(rows.first[:-1][by_name]))
        vessels = pc.unique(owners)
        vessels = vessels.take(pc.sort_indices(vessels))
        units = _Units(names, np.asarray(pc.index_in(owners, vessels).to_numpy(), np.int64), vessels)
    columns = [rows.column(positions, what) for what in ("lat", "lon", "speed", "course")]
    return units, kernel.resample(rows.first, by_name, rows.t, *columns, thresholds.grid())


def near_pairs(sampled: Sampled, thresholds: Encounters) -> Pairs:
    """Return the near pairs ordered by their units and time.

    Args:
        sampled: in any order; every vessel that has a row at an instant, or none.
        thresholds: what counts as near.
    """
    from tidewaiter.tracks.encounters import kernel  # noqa: PLC0415

    bands, parts = kernel.places(sampled.lat, sampled.lon, thresholds.max_km)
    slot = sampled.slot - sampled.slot.min() if len(sampled.slot) else sampled.slot
    order = _order_by(slot, bands, parts)
    a, b, km = kernel.near_pairs(order, slot, bands, parts, sampled.unit, sampled.lat, sampled.lon, thresholds.max_km)
    order = _order_by(sampled.unit[a], sampled.unit[b], slot[a])
    a, b, km = a[order], b[order], km[order]
    sees, seen = _nearest(a, b, km, sampled.unit, thresholds.most_neighbours)
    return kernel.Pairs(a, b, km, sees, seen)


def _nearest(
    a: np.ndarray, b: np.ndarray, km: np.ndarray, unit: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return whether b is among the nearest `most` of a, and a of b; of equal distances the lower unit counts first."""
    near = np.ones((2, len(a)), bool)
    rows, others = np.concatenate([a, b]), np.concatenate([b, a])
    counts = np.bincount(rows) if len(rows) else np.zeros(1, np.int64)
    if counts.max() > most:
        order = np.lexsort((unit[others], np.tile(km, 2), rows))
        first = np.cumsum(counts) - counts
        near.reshape(-1)[order] = np.arange(len(rows)) - first[rows[order]] < most
    return near[0], near[1]


def _order_by(*keys: np.ndarray) -> np.ndarray:
    """Return the order by non-negative whole numbers, the first the most significant; packed into one when they fit."""
    if not len(keys[0]):
        return np.empty(0, np.int64)
    bits = [int(key.max()).bit_length() for key in keys]
    if sum(bits) > _WORD_BITS:
        return np.lexsort(keys[::-1])
    packed = np.zeros(len(keys[0]), np.int64)
    for key, width in zip(keys, bits, strict=True):
        packed <<= width
        packed |= key
    return np.argsort(packed, kind="stable")


def _ordered(meetings: Meetings, keys: tuple[np.ndarray, ...]) -> Meetings:
    order = np.lexsort(keys)
    return type(meetings)(*(column[order] for column in meetings))


def _raw_table(raw: Meetings, units: _Units) -> pa.Table:
    one, two = units.names.take(pa.array(raw.unit1)), units.names.take(pa.array(raw.unit2))
    columns = {
        "encounter_id": _ids(one, two, raw.start),
        "vessel_1_seg_id": one,
        "vessel_2_seg_id": two,
        **_figures(raw),
    }
    return pa.Table.from_arrays([columns[name] for name in RAW.names], schema=RAW)


def _merged_table(raw: Meetings, units: _Units, thresholds: Encounters) -> pa.Table:
    from tidewaiter.tracks.encounters import kernel  # noqa: PLC0415

    one, two = units.vessel[raw.unit1], units.vessel[raw.unit2]
    keys = (raw.unit2, two, raw.unit1, one, raw.end, raw.start, np.maximum(one, two), np.minimum(one, two))
    raw = _ordered(raw, keys)
    joined, parts = kernel.merge(raw, units.vessel, round(thresholds.join_h * 3_600_000_000), thresholds.counts_twice)
    of = np.repeat(np.arange(len(parts) - 1), np.diff(parts))
    turned = units.vessel[raw.unit1] == joined.unit2[of]
    lists = [
        _segments(of, np.where(turned, mine, theirs), len(joined.start), units)
        for mine, theirs in ((raw.unit2, raw.unit1), (raw.unit1, raw.unit2))
    ]
    heads = [pc.list_element(segments, 0) for segments in lists]
    columns = {
        "encounter_id": _ids(heads[0], heads[1], joined.start),
        "vessel_1_id": units.vessels.take(pa.array(joined.unit1)),
        "vessel_2_id": units.vessels.take(pa.array(joined.unit2)),
        "vessel_1_seg_ids": lists[0],
        "vessel_2_seg_ids": lists[1],
        **_figures(joined),
    }
    table = pa.Table.from_arrays([columns[name] for name in MERGED.names], schema=MERGED)
    kept = joined.end - joined.start >= round(thresholds.merged_min * 60_000_000)
    return table if kept.all() else table.filter(pa.array(kept))


def _segments(of: np.ndarray, segment: np.ndarray, encounters: int, units: _Units) -> pa.ListArray:
    """Return the distinct segments of each encounter, in the order of their names."""
    both = np.unique(np.column_stack([of, segment]), axis=0) if len(of) else np.empty((0, 2), np.int64)
    first = np.searchsorted(both[:, 0], np.arange(encounters + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(first), units.names.take(pa.array(both[:, 1])))


def _figures(found: Meetings) -> dict[str, pa.Array]:
    return {
        "start_time": pa.array(found.start).cast(TIME),
        "end_time": pa.array(found.end).cast(TIME),
        "mean_latitude": pa.array(found.lat),
        "mean_longitude": pa.array(found.lon),
        "median_distance_km": pa.array(found.km),
        "median_speed_knots": pa.array(found.knots),
        "vessel_1_point_count": pa.array(found.count1.astype(np.int32)),
        "vessel_2_point_count": pa.array(found.count2.astype(np.int32)),
        "start_lat": pa.array(found.start_lat),
        "start_lon": pa.array(found.start_lon),
        "end_lat": pa.array(found.end_lat),
        "end_lon": pa.array(found.end_lon),
    }


def _ids(one: pa.Array, two: pa.Array, start: np.ndarray) -> pa.Array:
    moments = pc.strftime(pa.array(start // 1_000_000).cast(pa.timestamp("s")), format="%Y-%m-%d %H:%M:%S")
    texts = pc.binary_join_element_wise(pa.scalar("encounter"), one, two, moments, "|")
    return pa.array([md5(text.encode(), usedforsecurity=False).hexdigest() for text in texts.to_pylist()], pa.string())


def _known(values: np.ndarray) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))
