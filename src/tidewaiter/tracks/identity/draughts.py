"""Draught changes: a ship lies deeper after loading and higher after discharging.

Draught is typed in by hand, often late and often never; a change corroborates, it proves nothing. Where the ship lay
between the two readings is for the caller to look up.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.tracks.identity.attributes import micros
from tidewaiter.tracks.identity.messages import ordered, senders_and_times
from tidewaiter.tracks.ordered import moments

DRAUGHT_CHANGES = pa.schema(
    [
        ("vessel_key", pa.int64()),
        ("start", pa.timestamp("us", "UTC")),  # last reading before
        ("end", pa.timestamp("us", "UTC")),  # first reading after
        ("draught_before_m", pa.float64()),
        ("draught_after_m", pa.float64()),
        ("change_m", pa.float64()),  # positive = deeper: loaded
        ("n_before", pa.int64()),  # readings
        ("n_after", pa.int64()),
    ]
)


class Draughts(msgspec.Struct, frozen=True):
    """What counts as a change of draught."""

    min_change_m: Annotated[float, msgspec.Meta(gt=0, description="smaller changes are none, in metres")]
    same_m: Annotated[float, msgspec.Meta(ge=0, description="readings of one new draught lie within this, in metres")]
    min_messages: Annotated[int, msgspec.Meta(ge=1, description="readings in a row that settle a draught")]
    max_between_h: Annotated[float, msgspec.Meta(gt=0, description="longest time between both draughts, in hours")]
    max_draught_m: Annotated[float, msgspec.Meta(gt=0, description="deeper readings are none, in metres")]


def find_draught_changes(statics: pa.Table, thresholds: Draughts) -> pa.Table:
    """Return where settled draughts change.

    Args:
        statics: ``vessel_key``, ``t``, ``draught_m``; in any order; whole histories of senders.
        thresholds: what counts as one.

    Returns:
        Table of the schema `DRAUGHT_CHANGES`, in the order of vessel and time.

    Raises:
        InputError: a column is missing or of another type.
    """
    from tidewaiter.tracks.identity.kernel import changes  # noqa: PLC0415 - Numba only when it is needed

    if "draught_m" not in statics.column_names:
        raise InputError("static messages lack draught_m")
    if not (pa.types.is_floating(kind := statics["draught_m"].type) or pa.types.is_integer(kind)):
        raise InputError(f"draught_m is {kind}, not a number", hint="give it as float32")
    said = ordered(statics, "draught_m")
    said = said.filter(pc.is_valid(said["draught_m"]))
    vessel, t = senders_and_times(said)
    draught = np.asarray(said["draught_m"].cast(pa.float64()), np.float64)
    found, depths = np.empty((len(t) + 1, 5), np.int64), np.empty((len(t) + 1, 2))
    n = changes(
        np.array(vessel), np.array(t), np.round(draught, 3), thresholds.min_change_m - 1e-9, thresholds.same_m + 1e-9,
        int(thresholds.min_messages), micros(thresholds.max_between_h), float(thresholds.max_draught_m), found, depths,
    )  # fmt: skip
    who, start, end, before, after = (np.ascontiguousarray(c) for c in found[:n].T)
    old, new = (np.ascontiguousarray(c) for c in depths[:n].T)
    columns = [who, moments(start), moments(end), old, new, new - old, before, after]
    return pa.Table.from_arrays([pa.array(c) for c in columns], schema=DRAUGHT_CHANGES)
