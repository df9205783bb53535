"""The tables that the reference writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.tracks.grouped import text_column

if TYPE_CHECKING:
    from tidewaiter.tracks.grouped import Grouped

_TIME = pa.timestamp("us", tz="UTC")
HOURLY = pa.schema(
    [
        ("seg_id", pa.string()),
        ("ssvid", pa.string()),
        ("start_timestamp", _TIME),  # first and last message
        ("end_timestamp", _TIME),
        ("n_msgs", pa.int32()),
        ("hours", pa.float64()),
        ("meters_to_prev", pa.float64()),
        ("avg_speed_knots", pa.float64()),
        ("slow", pa.bool_()),
    ]
)
_SPAN = [
    ("ssvid", pa.string()),
    ("seg_id", pa.string()),
    ("loitering_start_timestamp", _TIME),
    ("loitering_end_timestamp", _TIME),
]
_SUMS = [("avg_speed_knots", pa.float64()), ("loitering_hours", pa.float64()), ("tot_distance_nm", pa.float64())]
_PLACE = [
    ("avg_distance_from_shore_nm", pa.float64()),
    *((f"{side}_{name}", pa.float64()) for side in ("start", "end") for name in ("lon", "lat")),
]
DAILY = pa.schema(_SPAN + _SUMS + _PLACE)
MERGED = pa.schema(_SPAN + _SUMS[1:] + _SUMS[:1] + _PLACE)


class Told:
    """Turns places in grouped rows into the tables of the reference."""

    def __init__(self, positions: pa.Table, rows: Grouped, unit: str) -> None:
        self.positions, self.rows, self.unit = positions, rows, unit
        self.rank = rows.rank()
        self.lat, self.lon = rows.column(positions, "lat"), rows.column(positions, "lon")

    def hours(self, begin: np.ndarray, segment: np.ndarray, sums: np.ndarray, slow: np.ndarray) -> pa.Table:
        """Return the buckets of clock hours, as the kernel found them."""
        order = np.argsort(self.rank[segment], kind="stable")
        head, tail, segment = begin[:-1][order], begin[1:][order] - 1, segment[order]
        columns = {
            **self._who(head, segment),
            "start_timestamp": self._when(head),
            "end_timestamp": self._when(tail),
            "n_msgs": pa.array((tail - head + 1).astype(np.int32)),
            "hours": _known(sums[order, 0]),
            "meters_to_prev": _known(sums[order, 1]),
            "avg_speed_knots": _known(sums[order, 2]),
            "slow": pa.array(slow[order]),
        }
        return pa.Table.from_arrays([columns[name] for name in HOURLY.names], schema=HOURLY)

    def events(
        self,
        schema: pa.Schema,
        start: np.ndarray,
        end: np.ndarray,
        segment: np.ndarray,
        totals: np.ndarray,
        knots: np.ndarray,
    ) -> pa.Table:
        """Return events from their first and last rows; hours, miles and miles from shore in `totals`."""
        order = np.argsort(self.rank[segment], kind="stable")
        start, end, segment, totals, knots = start[order], end[order], segment[order], totals[order], knots[order]
        columns = {
            **self._who(start, segment),
            "loitering_start_timestamp": self._when(start),
            "loitering_end_timestamp": self._when(end),
            "avg_speed_knots": _known(knots),
            "loitering_hours": _known(totals[:, 0]),
            "tot_distance_nm": _known(totals[:, 1]),
            "avg_distance_from_shore_nm": _known(totals[:, 2]),
        }
        for side, at in (("start", start), ("end", end)):
            columns[f"{side}_lon"], columns[f"{side}_lat"] = pa.array(self.lon[at]), pa.array(self.lat[at])
        return pa.Table.from_arrays([columns[name] for name in schema.names], schema=schema)

    def _who(self, at: np.ndarray, segment: np.ndarray) -> dict[str, pa.Array]:
        names = self.rows.names.take(pa.array(segment))
        vessel = names if self.unit == "vessel" else text_column(self.positions, "vessel", self.rows.rows(at))
        return {"seg_id": names, "ssvid": vessel}

    def _when(self, at: np.ndarray) -> pa.Array:
        return pa.array(self.rows.t[at]).cast(_TIME)


def _known(values: np.ndarray) -> pa.Array:
    return pa.array(np.ascontiguousarray(values), mask=~np.isfinite(values))
