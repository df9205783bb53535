"""Which positions of a ship are kept in the case: few, and all that say where it can have been."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.model.tables import POSITIONS
from tidewaiter.pipeline.tracks.rows import place_of
from tidewaiter.voyages.extent import inside

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Place
    from tidewaiter.pipeline.tracks.files import Source
    from tidewaiter.pipeline.tracks.listening import Rows

EVERY_H = 6.0
"""The first and the last position of each so many hours stay, at each place and outside all: so no silence that counts,
no arrival and no departure is lost, and a year of a ship is some thousand rows."""


def thinned(rows: Rows, places: Sequence[Place]) -> NDArray[np.int64]:
    """Return which positions stay, in the order of time."""
    at = np.zeros(len(rows.t), np.int64)
    for number, place in enumerate(places, 1):
        at[inside(place, rows.lat, rows.lon)] = number
    spell = rows.t // int(EVERY_H * 3_600_000_000)
    order = np.lexsort((np.arange(len(at)), at, spell))
    edge = (np.diff(spell[order]) != 0) | (np.diff(at[order]) != 0)
    first = np.concatenate([[True], edge]) if len(at) else np.zeros(0, np.bool_)
    last = np.concatenate([edge, [True]]) if len(at) else np.zeros(0, np.bool_)
    return np.sort(order[first | last])


def position_table(
    rows: Sequence[tuple[Rows, NDArray[np.int64]]], sources: Sequence[Source], line_of: Callable[[int], int]
) -> pa.Table:
    """Return POSITIONS of some rows of ships, in the order of the table.

    Args:
        rows: positions of each ship, and which of them.
        sources: the files, by number.
        line_of: where -> line of the file, 0 = unknown.
    """
    parts = [POSITIONS.empty_table()]
    for one, some in rows:
        at = [place_of(int(w)) for w in one.where[some]]
        values = {
            "vessel_key": one.key[some],
            "t": one.t[some],
            "lat": one.lat[some],
            "lon": one.lon[some],
            **{n: pa.array(getattr(one, n)[some].astype(np.float32), from_pandas=True) for n in ("sog_kn", "cog_deg", "heading_deg")},
            "source": pa.repeat(pa.scalar("AIS"), len(some)),
            "evidence": pa.array([sources[f].evidence.sha256 for f, _ in at], pa.string()),
            "row": [row for _, row in at],
            "line": [line_of(int(w)) for w in one.where[some]],
        }  # fmt: skip
        parts.append(pa.table([pa.array(values[f.name]).cast(f.type) for f in POSITIONS], schema=POSITIONS))
    order = [(c, "ascending") for c in ("vessel_key", "t", "evidence", "row")]
    return pa.concat_tables(parts).sort_by(order).combine_chunks()
