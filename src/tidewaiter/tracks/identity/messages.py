"""Static messages as arrays: who sent what when, in the order of sender and time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.errors import InputError
from tidewaiter.tracks.ordered import times, whole


class Messages(NamedTuple):
    """Messages that say something about one attribute, in the order of sender and time.

    Attributes:
        vessel: (n,) int64.
        t: (n,) int64 UTC microseconds.
        code: (n,) int64, places in `values`.
        values: text.
    """

    vessel: np.ndarray
    t: np.ndarray
    code: np.ndarray
    values: pa.StringArray


def ordered(statics: pa.Table, *attributes: str) -> pa.Table:
    """Return static messages in the order of sender and time; those without one of the two are left out.

    Args:
        statics: ``vessel_key`` whole numbers, ``t`` timestamps or int64 UTC microseconds, other columns as they are.
        attributes: the other columns to keep, as far as they are there.

    Raises:
        InputError: one of the two is missing or of another type.
    """
    missing = [name for name in ("vessel_key", "t") if name not in statics.column_names]
    if missing:
        raise InputError(
            f"static messages lack {', '.join(missing)}", hint="the columns are vessel_key, t, name, imo, …"
        )
    known = statics.select(["vessel_key", "t", *(name for name in attributes if name in statics.column_names)])
    if known["vessel_key"].null_count or known["t"].null_count:
        known = known.filter(pc.and_(pc.is_valid(known["vessel_key"]), pc.is_valid(known["t"])))
    vessel, t = senders_and_times(known)
    steps = np.diff(vessel)
    if ((steps < 0) | ((steps == 0) & (np.diff(t) < 0))).any():
        return known.combine_chunks().take(pa.array(np.lexsort((t, vessel))))
    return known


def senders_and_times(statics: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Return senders and times (UTC microseconds) as int64.

    Raises:
        InputError: they are of another type or have nulls.
    """
    batches = statics.select(["vessel_key", "t"]).combine_chunks().to_batches()
    if not batches:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return whole(batches[0], "vessel_key"), times(batches[0], "t")


def messages(statics: pa.Table, attribute: str) -> Messages:
    """Return the messages of ordered statics that give an attribute; texts trimmed, in capitals, numbers as text.

    Text is cut at an ``@``, which AIS fills names with; what is empty then, 0 or null is not said.

    Raises:
        InputError: the column is neither text nor whole numbers.
    """
    vessel, t = senders_and_times(statics)
    if attribute not in statics.column_names:
        return Messages(vessel[:0], t[:0], vessel[:0], pa.array([], pa.string()))
    column = statics[attribute]
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    column = column.unify_dictionaries().combine_chunks()
    kind = column.type.value_type
    if pa.types.is_floating(kind) or not (
        pa.types.is_integer(kind)
        or pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_null(kind)
    ):
        raise InputError(f"{attribute} is {kind}, neither text nor a whole number")
    said = pc.replace_substring_regex(column.dictionary.cast(pa.string()), "@(?s:.)*", "")
    said = pc.utf8_trim_whitespace(pc.utf8_upper(said))
    said = pc.if_else(pc.is_in(said, pa.array(["", "0"])), None, said).dictionary_encode()
    to = np.append(np.asarray(pc.fill_null(said.indices, -1)), -1).astype(np.int64)
    code = to[np.asarray(pc.fill_null(column.indices.cast(pa.int64()), len(to) - 1))]
    good = code >= 0
    return Messages(vessel[good], t[good], code[good], said.dictionary)
