"""The kernel's arrays as Arrow columns, without a step for each row: buffers are handed over as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from tidewaiter.tracks.nmea.kernel import Positions, Statics, Texts

TIMES_FROM = ("tag block", "suffix", "PGHP", "message")

_FRONT = [pa.field("vessel_key", pa.int64()), pa.field("t", pa.int64())]
_BACK = [
    pa.field("source", pa.string()),
    pa.field("file", pa.dictionary(pa.int32(), pa.string())),
    pa.field("line", pa.int64()),
    pa.field("msg_type", pa.int8()),
    pa.field("time_from", pa.dictionary(pa.int8(), pa.string())),
]
POSITIONS = pa.schema(
    [
        *_FRONT,
        pa.field("lat", pa.float64()),
        pa.field("lon", pa.float64()),
        pa.field("sog_kn", pa.float32()),
        pa.field("cog_deg", pa.float32()),
        pa.field("heading_deg", pa.float32()),
        *_BACK,
        pa.field("nav_status", pa.int8()),  # 0 under way … 14; 15, not defined, is null
        pa.field("rot_deg_min", pa.float32()),  # to starboard; null without a turn indicator
    ]
)
"""`vessel_key` is the MMSI, `t` UTC microseconds; `line` counts from 1 in `file`, the first line of the message."""
STATICS = pa.schema(
    [
        *_FRONT,
        *_BACK,
        pa.field("part", pa.int8()),  # of type 24: 0 = A, 1 = B
        pa.field("name", pa.string()),
        pa.field("callsign", pa.string()),
        pa.field("imo", pa.int64()),
        pa.field("ship_type", pa.int16()),
        pa.field("aid_type", pa.int8()),  # of type 21, an aid to navigation
        pa.field("to_bow_m", pa.int16()),
        pa.field("to_stern_m", pa.int16()),
        pa.field("to_port_m", pa.int16()),
        pa.field("to_starboard_m", pa.int16()),
        pa.field("length_m", pa.int16()),
        pa.field("width_m", pa.int16()),
        pa.field("mothership_mmsi", pa.int64()),  # of type 24 B, a craft of another ship (98…)
        pa.field("draught_m", pa.float32()),
        pa.field("eta_month", pa.int8()),  # as stated, without a year
        pa.field("eta_day", pa.int8()),
        pa.field("eta_hour", pa.int8()),
        pa.field("eta_minute", pa.int8()),
        pa.field("destination", pa.string()),
    ]
)
"""`length_m` is the sum of `to_bow_m` and `to_stern_m`, `width_m` of the other two."""


def position_batch(columns: Positions, rows: int, names: Names) -> pa.RecordBatch:
    """Return the first `rows` positions; the arrays must not be written to any more."""
    known = {
        "lat": _measured(columns.lat[:rows]),
        "lon": _measured(columns.lon[:rows]),
        "sog_kn": _measured(columns.sog_kn[:rows]),
        "cog_deg": _measured(columns.cog_deg[:rows]),
        "heading_deg": _measured(columns.heading_deg[:rows]),
        "nav_status": _counted(columns.nav_status[:rows]),
        "rot_deg_min": _measured(columns.rot_deg_min[:rows]),
    } | _common(columns, rows, names)
    return pa.record_batch([known[name] for name in POSITIONS.names], schema=POSITIONS)


def static_batch(columns: Statics, rows: int, names: Names) -> pa.RecordBatch:
    """Return the first `rows` static messages; the arrays must not be written to any more."""
    port, starboard = (c[:rows].astype(np.int16) for c in (columns.to_port_m, columns.to_starboard_m))
    for wide in (port, starboard):
        wide[wide == np.iinfo(np.int8).min] = np.iinfo(np.int16).min
    known = {
        "part": _counted(columns.part[:rows]),
        "name": _text(columns.name, rows),
        "callsign": _text(columns.callsign, rows),
        "imo": _counted(columns.imo[:rows]),
        "ship_type": _counted(columns.ship_type[:rows]),
        "aid_type": _counted(columns.aid_type[:rows]),
        "to_bow_m": _counted(columns.to_bow_m[:rows]),
        "to_stern_m": _counted(columns.to_stern_m[:rows]),
        "to_port_m": _counted(port),
        "to_starboard_m": _counted(starboard),
        "length_m": _sum(columns.to_bow_m[:rows], columns.to_stern_m[:rows]),
        "width_m": _sum(port, starboard),
        "mothership_mmsi": _counted(columns.mothership[:rows]),
        "draught_m": _measured(columns.draught_m[:rows]),
        "eta_month": _counted(columns.eta_month[:rows]),
        "eta_day": _counted(columns.eta_day[:rows]),
        "eta_hour": _counted(columns.eta_hour[:rows]),
        "eta_minute": _counted(columns.eta_minute[:rows]),
        "destination": _text(columns.destination, rows),
    } | _common(columns, rows, names)
    return pa.record_batch([known[name] for name in STATICS.names], schema=STATICS)


class Names:
    """What rows refer to by number: the log's name, and its receiving stations.

    Args:
        file: name of the log, None when it has none.
        source: what stands in `source` where the log names no station.
        stations: names of the stations by number.
    """

    def __init__(self, file: str | None, source: str | None, stations: list[str]) -> None:
        self.file = file
        self.source = source
        self.stations = stations

    def sources(self, numbers: np.ndarray) -> pa.Array:
        """Return the text of `source` for station numbers, -1 = none."""
        if not self.stations:
            return pa.repeat(pa.scalar(self.source, pa.string()), len(numbers))
        words = pa.array([*self.stations, self.source], pa.string())
        return words.take(pa.array(np.where(numbers < 0, len(self.stations), numbers)))

    def files(self, rows: int) -> pa.Array:
        """Return the column `file`."""
        if self.file is None:
            return pa.nulls(rows, POSITIONS.field("file").type)
        return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), pa.array([self.file]))


def _common(columns: Positions | Statics, rows: int, names: Names) -> dict[str, pa.Array]:
    times = columns.time_from[:rows]
    return {
        "vessel_key": pa.array(columns.vessel_key[:rows]),
        "t": _counted(columns.t[:rows]),
        "source": names.sources(columns.station[:rows]),
        "file": names.files(rows),
        "line": pa.array(columns.line[:rows]),
        "msg_type": pa.array(columns.msg_type[:rows]),
        "time_from": pa.DictionaryArray.from_arrays(pa.array(times - 1, mask=times == 0), pa.array(TIMES_FROM)),
    }


def _measured(values: np.ndarray) -> pa.Array:
    return _column(values, ~np.isnan(values))


def _counted(values: np.ndarray) -> pa.Array:
    return _column(values, values != np.iinfo(values.dtype).min)


def _sum(one: np.ndarray, other: np.ndarray) -> pa.Array:
    valid = one != np.iinfo(one.dtype).min
    return _column(np.where(valid, one + np.where(valid, other, 0), 0).astype(one.dtype), valid)


def _text(texts: Texts, rows: int) -> pa.Array:
    ends = texts.ends[: rows + 1]
    buffers = [pa.py_buffer(ends), pa.py_buffer(texts.data[: ends[-1]])]
    validity, nulls = _bits(np.diff(ends) > 0)
    return pa.Array.from_buffers(pa.string(), rows, [validity, *buffers], nulls)


def _column(values: np.ndarray, valid: np.ndarray) -> pa.Array:
    validity, nulls = _bits(valid)
    return pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), len(values), [validity, pa.py_buffer(values)], nulls
    )


def _bits(valid: np.ndarray) -> tuple[Any, int]:
    nulls = len(valid) - int(np.count_nonzero(valid))
    return (pa.py_buffer(np.packbits(valid, bitorder="little")) if nulls else None), nulls
