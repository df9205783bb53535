"""Port events, visits and voyages against the tables of Global Fishing Watch's own code, row by row.

What the tables hold and how they were made stands in the README beside them (ais/oracles/README.md).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.tracks.ports import (
    Names,
    anchorages,
    index_places,
    port_events,
    port_thresholds,
    port_visits,
    thin_positions,
    voyages,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

END = datetime(2021, 1, 10, tzinfo=UTC)
CONFIDENCES = (2, 3, 4)
TYPES = ("PORT_ENTRY", "PORT_GAP_BEGIN", "PORT_GAP_END", "PORT_STOP_BEGIN", "PORT_STOP_END", "PORT_EXIT")


def compare(data: Path) -> dict[str, object]:
    """Count rows that are equal in every column, in the same order, and those that are not.

    Args:
        data: the folder of AIS samples; ``oracles`` inside it holds the tables.

    Returns:
        For each table: rows of the reference, rows of ours, equal rows, and the first row that differs.
    """
    return {name: compared(ours, pq.read_table(data / "oracles" / f"{name}.parquet")) for name, ours in made(data)}


def made(data: Path) -> Iterator[tuple[str, pa.Table]]:
    """Yield name and content of each table, made from the positions under the preset `gfw`."""
    limits = port_thresholds("gfw")
    index = index_places(anchorages(data / "oracles" / "anchorages.parquet"), limits.entry_km, limits.exit_km)
    rows = pq.read_table(
        data / "oracles" / "input.parquet", columns=["ssvid", "seg_id", "timestamp", "lat", "lon", "speed"]
    )
    rows = rows.rename_columns({"timestamp": "t", "speed": "sog_kn"})
    for vessel, name in (("seg_id", "by_segment"), ("ssvid", "by_ssvid")):
        names = Names(vessel, "seg_id", "ssvid")
        positions = rows.sort_by([(vessel, "ascending"), ("t", "ascending")])
        if vessel == "seg_id":
            thinned = thin_positions(positions, index, limits, names)
            yield "port_thinned", thinned.sort_by([("seg_id", "ascending"), ("timestamp", "ascending")])
        events = port_events(positions, index, limits, names, END)
        yield f"port_events_{name}", events
        visits = port_visits(events, limits)
        yield f"port_visits_{name}", visits
        yield f"voyages_{name}", pa.concat_tables([voyages(visits, least) for least in CONFIDENCES])


def compared(ours: pa.Table, theirs: pa.Table) -> dict[str, Any]:
    """Count equal rows of two tables over the columns of the second."""
    names = theirs.column_names
    left, right = _rows(ours.select(names)), _rows(theirs)
    equal = sum(a == b for a, b in zip(left, right, strict=False))
    differing = next(((a, b) for a, b in zip(left, right, strict=False) if a != b), None)
    return {
        "reference_rows": len(right),
        "our_rows": len(left),
        "equal_rows": equal,
        "different_rows": max(len(left), len(right)) - equal,
        "first_difference": None if differing is None else _differing(names, *differing),
    }


def _rows(table: pa.Table) -> list[tuple[object, ...]]:
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _differing(names: Sequence[str], ours: tuple[object, ...], theirs: tuple[object, ...]) -> str:
    parts = (f"{n}: {a!r}, reference {b!r}" for n, a, b in zip(names, ours, theirs, strict=True) if a != b)
    return "; ".join(parts)[:500]
