"""From a table of messages to the arrays of the kernel, and back to ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from tidewaiter.tracks.segments.columns import read_columns
from tidewaiter.tracks.segments.kernel.arrays import Messages, Rule
from tidewaiter.tracks.segments.kernel.order import in_order
from tidewaiter.tracks.segments.kernel.scan import segment_all
from tidewaiter.tracks.segments.kernel.text import measure, write

if TYPE_CHECKING:
    from tidewaiter.tracks.segments import Segments

_LARGEST_STRINGS = 2**31 - 1  # bytes in an Arrow array of strings


class Rows(NamedTuple):
    """The segment of each row.

    Attributes:
        vessel: int32, number of the vessel in `vessels`; -1 = none.
        id_t: int64, time in the segment's id in UTC microseconds; the least int64 = in no segment.
        vessels: (k,) large strings.
    """

    vessel: np.ndarray
    id_t: np.ndarray
    vessels: pa.Array

    def names(self, begin: int = 0, end: int | None = None) -> pa.Array:
        """Return the ids of rows `begin` to `end` as strings, null where there is none."""
        id_t, vessel = self.id_t[begin:end], self.vessel[begin:end]
        names_at, names = _string_buffers(self.vessels)
        names_at, names = _fixed(names_at), _fixed(names)
        at = np.empty(len(id_t) + 1, np.int64)
        valid = np.zeros((len(id_t) + 7) // 8, np.uint8)
        measure(id_t, vessel, names_at, at, valid)
        letters = np.empty(at[-1], np.uint8)
        write(id_t, vessel, names, names_at, at, letters)
        kind = pa.string() if at[-1] <= _LARGEST_STRINGS else pa.large_string()
        offsets = at.astype(np.int32) if kind == pa.string() else at
        return pa.Array.from_buffers(kind, len(id_t), [pa.py_buffer(b) for b in (valid, offsets, letters)])


def segment_rows(table: pa.Table, thresholds: Segments) -> Rows:
    """Return the segment of each row of `table`, see `tidewaiter.tracks.segments.segment`.

    Raises:
        InputError: a column is missing or of another type.
    """
    columns = read_columns(table)
    order, start = _ordered(columns.vessel, columns.t)
    names_at, names = (
        (np.zeros(1, np.int64), np.zeros(0, np.uint8)) if columns.msgid is None else _string_buffers(columns.msgid)
    )
    named = np.zeros(0, np.int8) if columns.msgid is None else _present(columns.msgid)
    arrays = (
        order, start, columns.t, columns.lat, columns.lon, columns.speed, columns.course, columns.heading, columns.kind,
        names, names_at, named,
    )  # fmt: skip
    messages = Messages(*(_fixed(array) for array in arrays))
    id_t = np.empty(len(columns.t), np.int64)
    noise_speeds = np.array(thresholds.noise_speeds_kn, np.float64).reshape(-1, 2)
    segment_all(messages, _rule(thresholds), noise_speeds, id_t)
    return Rows(columns.vessel, id_t, columns.vessels)


def _rule(thresholds: Segments) -> Rule:
    return Rule(
        float(thresholds.max_gap_h),
        float(thresholds.penalty_h),
        1 - float(thresholds.hours_exponent),
        float(thresholds.buffer_h),
        float(thresholds.max_speed_kn),
        thresholds.max_speed_kn / thresholds.penalty_speed_kn,
        float(thresholds.shape_factor),
        int(thresholds.lookback),
        float(thresholds.lookback_factor),
        float(thresholds.ambiguity_factor),
        float(thresholds.short_segment),
        float(thresholds.other_class_weight),
        float(thresholds.type_27_gap_h),
        int(thresholds.max_open_segments),
        float(thresholds.very_slow_kn),
        bool(thresholds.nth_length),
        bool(thresholds.still_without_motion),
        bool(thresholds.number_noise),
    )


def _ordered(vessel: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows by vessel and time, equal ones as they came, and where each vessel begins."""
    if (vessel >= 0).all() and in_order(_fixed(vessel), _fixed(t)):
        order = np.arange(len(t), dtype=np.int64)
    else:
        rows = np.flatnonzero(vessel >= 0)
        span = int(np.ptp(t[rows])) + 1 if len(rows) else 1
        if span < 2**62 // (int(vessel.max(initial=0)) + 1):
            key = vessel[rows] * np.int64(span) + (t[rows] - (t[rows].min() if len(rows) else 0))
            order = rows[_sorted(key)]
        else:
            order = rows[np.lexsort((t[rows], vessel[rows]))]
    ordered = vessel[order]
    start = np.flatnonzero(np.diff(ordered, prepend=-1)) if len(order) else np.empty(0, np.int64)
    return order, np.append(start, len(order)).astype(np.int64)


def _sorted(key: np.ndarray) -> np.ndarray:
    """Return a stable order: of a fast sort that is not, with the equal ones put right."""
    order = np.argsort(key)
    ordered = key[order]
    same = ordered[1:] == ordered[:-1]
    tied = np.flatnonzero(np.append(same, False) | np.append(False, same)) if len(key) else order
    order[tied] = order[tied][np.lexsort((order[tied], ordered[tied]))]
    return order


def _fixed(array: np.ndarray) -> np.ndarray:
    """Return a view nobody can write to, as Arrow's own are: Numba compiles anew for each mixture of the two."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


def _present(column: pa.Array) -> np.ndarray:
    return np.asarray(column.is_valid().to_numpy(zero_copy_only=False), np.int8)


def _string_buffers(strings: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return where each of the large strings begins (one more than there are), and their bytes."""
    _, offsets, letters = strings.buffers()
    if len(strings) == 0 or offsets is None:
        return np.zeros(len(strings) + 1, np.int64), np.zeros(0, np.uint8)
    at = np.frombuffer(offsets, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    return at, np.zeros(0, np.uint8) if letters is None else np.frombuffer(letters, np.uint8)
