"""Gaps under the preset gfw against the reference's own tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
from oracles.rows import compare_rows

from tidewaiter.tracks.gaps import Gaps, find_gaps
from tidewaiter.tracks.presets import preset

if TYPE_CHECKING:
    from pathlib import Path

UNTIL = datetime(2021, 1, 10, tzinfo=UTC)


def compare(data: Path) -> dict[str, object]:
    """Return the equal and different rows of each table.

    Args:
        data: folder that holds `oracles`.
    """
    oracles = data / "oracles"
    positions = pq.read_table(oracles / "input.parquet")
    result: dict[str, object] = {}
    for hours in (6, 12):
        ours = find_gaps(positions, preset("gfw", "gap", Gaps, {"min_h": hours}), UNTIL)
        result[f"gaps_{hours}h"] = compare_rows(ours, pq.read_table(oracles / f"gaps_{hours}h.parquet"))
    return result
