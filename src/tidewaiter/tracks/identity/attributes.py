"""Names, call signs, IMO numbers and types as dated intervals, and where one gives way to another."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.tracks.identity.messages import messages, ordered
from tidewaiter.tracks.identity.numbers import imo_holds
from tidewaiter.tracks.identity.spells import spells
from tidewaiter.tracks.ordered import moments

ATTRIBUTES = ("name", "callsign", "imo", "ship_type")
_HOUR = 3_600_000_000

INTERVALS = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("attribute", pa.string()),  # name | callsign | imo | ship_type
        ("value", pa.string()),
        ("start", pa.timestamp("us", "UTC")),  # first message that says so
        ("end", pa.timestamp("us", "UTC")),  # last one
        ("n_messages", pa.int64()),
        ("interleaved", pa.bool_()),  # another value was heard in between: two ships share the number
        ("rare", pa.bool_()),  # heard too seldom to count
        ("holds", pa.bool_()),  # false = an IMO number whose check digit does not fit, or 1234567
    ]
)
CHANGES = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("attribute", pa.string()),
        ("old", pa.string()),
        ("new", pa.string()),
        ("last_old", pa.timestamp("us", "UTC")),
        ("first_new", pa.timestamp("us", "UTC")),
        ("n_old", pa.int64()),  # messages
        ("n_new", pa.int64()),
    ]
)


class Identity(msgspec.Struct, frozen=True):
    """How messages are gathered into intervals."""

    come_back_h: Annotated[
        float, msgspec.Meta(ge=0, description="a value that returns within so many hours has not been given up")
    ]
    min_messages: Annotated[
        int, msgspec.Meta(ge=1, description="a value with fewer messages is rare: it may be garbled")
    ]


def identity_intervals(statics: pa.Table, thresholds: Identity) -> pa.Table:
    """Return from when to when each sender was heard with each name, call sign, IMO number and type.

    Args:
        statics: ``vessel_key``, ``t`` and any of ``name``, ``callsign``, ``imo``, ``ship_type``; in any order. Messages
            without a time are left out.
        thresholds: how messages are gathered.

    Returns:
        Table of the schema `INTERVALS`, in the order of vessel, attribute and start.

    Raises:
        InputError: a column is missing or of another type.
    """
    statics = ordered(statics, *ATTRIBUTES)
    parts = [INTERVALS.empty_table()]
    for attribute in ATTRIBUTES:
        said = messages(statics, attribute)
        found = spells(said.vessel, said.t, said.code, micros(thresholds.come_back_h), thresholds.min_messages)
        value = said.values.take(pa.array(found.value))
        holds = np.ones(len(value), bool)
        if attribute == "imo":
            digits = pc.if_else(pc.match_substring_regex(value, r"^\d{7}$"), value, "0").cast(pa.int64())
            holds = imo_holds(np.asarray(digits))
        columns = [
            found.holder, pa.repeat(attribute, len(value)), value, moments(found.start), moments(found.end),
            found.messages, found.interleaved, found.rare, holds,
        ]  # fmt: skip
        parts.append(pa.Table.from_arrays([pa.array(c) for c in columns], schema=INTERVALS))
    joined = pa.concat_tables(parts)
    rank = pc.index_in(joined["attribute"], pa.array(ATTRIBUTES))
    order = np.lexsort((np.asarray(rank), np.asarray(joined["vessel_key"])))
    return joined.take(pa.array(order)).combine_chunks()


def identity_changes(intervals: pa.Table) -> pa.Table:
    """Return where a value gave way to another, as told by `identity_intervals`.

    Rare and interleaved intervals take no part: the first may be garbled, the second are two ships on one number.

    Args:
        intervals: table of the schema `INTERVALS`, in its order.

    Returns:
        Table of the schema `CHANGES`, in the order of vessel, attribute and time.
    """
    kept = intervals.filter(pc.invert(pc.or_(intervals["rare"], intervals["interleaved"]))).combine_chunks()
    old, new = kept.slice(0, max(len(kept) - 1, 0)), kept.slice(1)
    both = pc.and_(pc.equal(old["vessel_key"], new["vessel_key"]), pc.equal(old["attribute"], new["attribute"]))
    changed = pc.and_(both, pc.not_equal(old["value"], new["value"]))
    old, new = old.filter(changed), new.filter(changed)
    columns = [
        old["vessel_key"], old["attribute"], old["value"], new["value"], old["end"], new["start"],
        old["n_messages"], new["n_messages"],
    ]  # fmt: skip
    return pa.Table.from_arrays(columns, schema=CHANGES)


def micros(hours: float) -> int:
    """Return hours in microseconds, as many as a time can hold at most."""
    return int(min(hours * _HOUR, 2.0**62))
