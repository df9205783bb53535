"""The hull behind the numbers: under which MMSI, and so under which flags, one IMO number was heard.

An IMO number stays with a hull for life, an MMSI changes with the flag. So one IMO number on several MMSI in turn is a
change of flag or operator, and on several at once a ship that uses the number of another.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tracks.identity.attributes import Identity, micros
from tidewaiter.tracks.identity.messages import messages, ordered
from tidewaiter.tracks.identity.numbers import flags, imo_holds
from tidewaiter.tracks.identity.spells import spells
from tidewaiter.tracks.ordered import moments

_DAY = 86_400_000_000

HULLS = pa.schema(
    [
        ("imo", pa.int64()),
        ("vessel_key", pa.int64()),  # MMSI
        ("flag", pa.string()),  # country named by the MMSI, two letters; null = none
        ("start", pa.timestamp("us", "UTC")),
        ("end", pa.timestamp("us", "UTC")),
        ("n_messages", pa.int64()),
        ("interleaved", pa.bool_()),  # another MMSI sent this IMO number meanwhile
        ("rare", pa.bool_()),
        ("n_numbers", pa.int64()),  # MMSI that sent this IMO number often enough, in all
    ]
)
NUMBER_CHANGES = pa.schema(
    [
        ("imo", pa.int64()),
        ("old", pa.int64()),
        ("new", pa.int64()),
        ("flag_old", pa.string()),
        ("flag_new", pa.string()),
        ("last_old", pa.timestamp("us", "UTC")),
        ("first_new", pa.timestamp("us", "UTC")),
    ]
)
FLAG_HOPPING = pa.schema(
    [
        ("imo", pa.int64()),
        ("start", pa.timestamp("us", "UTC")),  # first change of flag
        ("end", pa.timestamp("us", "UTC")),  # last one
        ("n_changes", pa.int64()),
        ("most_in_short", pa.int64()),  # most changes within the short span
        ("most_in_long", pa.int64()),
        ("flags", pa.list_(pa.string())),  # in turn
    ]
)


class FlagHopping(msgspec.Struct, frozen=True):
    """How often a flag may change."""

    short_d: Annotated[float, msgspec.Meta(gt=0, description="the short span, in days")]
    min_in_short: Annotated[int, msgspec.Meta(ge=1, description="changes within the short span that are hopping")]
    long_d: Annotated[float, msgspec.Meta(gt=0, description="the long span, in days")]
    min_in_long: Annotated[int, msgspec.Meta(ge=1, description="changes within the long span that are hopping")]


def hull_intervals(statics: pa.Table, thresholds: Identity) -> pa.Table:
    """Return from when to when each IMO number was sent by each MMSI.

    Args:
        statics: ``vessel_key``, ``t``, ``imo``; in any order. IMO numbers whose check digit does not fit are left out.
        thresholds: how messages are gathered.

    Returns:
        Table of the schema `HULLS`, in the order of IMO number and start.

    Raises:
        InputError: a column is missing or of another type.
    """
    said = messages(ordered(statics, "imo"), "imo")
    right = pc.match_substring_regex(said.values, r"^\d{7}$")
    numbers = np.asarray(pc.if_else(right, said.values, "0").cast(pa.int64()), np.int64)
    imo = numbers[said.code] if len(said.code) else said.code
    good = imo_holds(imo)
    imo, vessel, t = imo[good], said.vessel[good], said.t[good]
    ships, code = np.unique(vessel, return_inverse=True)
    order = np.lexsort((t, imo))
    found = spells(imo[order], t[order], code[order], micros(thresholds.come_back_h), thresholds.min_messages)
    mmsi = ships[found.value] if len(ships) else found.value
    pairs = np.unique(np.stack([found.holder, mmsi])[:, ~found.rare], axis=1)[0]
    known, count = np.unique(pairs, return_counts=True)
    of_hull = dict(zip(known.tolist(), count.tolist(), strict=True))
    columns = [
        found.holder, mmsi, flags(mmsi).cast(pa.string()), moments(found.start), moments(found.end), found.messages,
        found.interleaved, found.rare, pa.array([of_hull.get(i, 0) for i in found.holder.tolist()], pa.int64()),
    ]  # fmt: skip
    return pa.Table.from_arrays([pa.array(c) for c in columns], schema=HULLS)


def number_changes(hulls: pa.Table) -> pa.Table:
    """Return where a hull went on under another MMSI, as told by `hull_intervals`; interleaved and rare ones take no part.

    Args:
        hulls: table of the schema `HULLS`, in its order.

    Returns:
        Table of the schema `NUMBER_CHANGES`, in the order of IMO number and time.
    """
    kept = hulls.filter(pc.invert(pc.or_(hulls["rare"], hulls["interleaved"]))).combine_chunks()
    old, new = kept.slice(0, max(len(kept) - 1, 0)), kept.slice(1)
    changed = pc.and_(pc.equal(old["imo"], new["imo"]), pc.not_equal(old["vessel_key"], new["vessel_key"]))
    old, new = old.filter(changed), new.filter(changed)
    columns = [old["imo"], old["vessel_key"], new["vessel_key"], old["flag"], new["flag"], old["end"], new["start"]]
    return pa.Table.from_arrays(columns, schema=NUMBER_CHANGES)


def flag_hopping(changes: pa.Table, thresholds: FlagHopping) -> pa.Table:
    """Return the hulls that changed their flag too often.

    Args:
        changes: table of the schema `NUMBER_CHANGES`, in its order; changes within one flag do not count.
        thresholds: how often is too often; a span may begin at any change.

    Returns:
        Table of the schema `FLAG_HOPPING`, in the order of IMO number.
    """
    moved = changes.filter(pc.fill_null(pc.not_equal(changes["flag_old"], changes["flag_new"]), fill_value=False))
    imo, t = np.asarray(moved["imo"]), np.asarray(moved["first_new"].cast(pa.int64()))
    old, new = moved["flag_old"].to_pylist(), moved["flag_new"].to_pylist()
    heads = np.flatnonzero(np.diff(imo, prepend=imo[0] - 1)) if len(imo) else np.empty(0, np.int64)
    rows = []
    for a, b in pairwise([*heads.tolist(), len(imo)]):
        short, long = (_most_within(t[a:b], days * _DAY) for days in (thresholds.short_d, thresholds.long_d))
        if short >= thresholds.min_in_short or long >= thresholds.min_in_long:
            turns = [old[a], *new[a:b]]
            rows.append((int(imo[a]), int(t[a]), int(t[b - 1]), b - a, short, long, turns))
    columns = list(zip(*rows, strict=True)) or [()] * len(FLAG_HOPPING)
    arrays = [pa.array(c, pa.int64()).cast(f.type) if f.name != "flags" else pa.array(c, f.type)
              for c, f in zip(columns, FLAG_HOPPING, strict=True)]  # fmt: skip
    return pa.Table.from_arrays(arrays, schema=FLAG_HOPPING)


def _most_within(t: np.ndarray, span: float) -> int:
    """Return the most times that lie within one span."""
    return int((np.searchsorted(t, t + span, side="right") - np.arange(len(t))).max())
