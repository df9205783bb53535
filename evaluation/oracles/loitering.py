"""Loitering under the preset gfw against the reference's own tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from oracles.rows import compare_rows

from tidewaiter.tracks.loitering import Loitering, loitering_tables
from tidewaiter.tracks.presets import preset

if TYPE_CHECKING:
    from pathlib import Path


def compare(data: Path) -> dict[str, object]:
    """Return the equal and different rows of each table, with the legs given and with legs measured by ours.

    Args:
        data: folder that holds `oracles`.
    """
    oracles = data / "oracles"
    positions = pq.read_table(oracles / "input.parquet")
    given = positions.filter(positions["in_loitering"])
    measured = positions.drop_columns(["hours", "meters_to_prev"])
    result: dict[str, object] = {}
    for name, table in (("", given), ("_own_legs", measured)):
        ours = loitering_tables(table, preset("gfw", "loitering", Loitering))
        for kind in ours._fields:
            oracle = pq.read_table(oracles / f"loitering_{kind}.parquet")
            result[f"loitering_{kind}{name}"] = compare_rows(getattr(ours, kind), oracle)
    return result
