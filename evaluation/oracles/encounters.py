"""Encounters against the reference's own tables: with its faults, and without, every difference by its cause.

The preset gfw commits the faults of the reference too, so its rows are compared one by one. Then each fault is mended by
itself and with the others; a row that differs is put down to the first mending that brings it about:

- course: dead reckoning ran north, for the course was turned to radians twice
- holes: a run went on over a silence of the first vessel
- empty day: the reference stops at a vessel-day without any speed or course, so ten vessels were kept from it
- together: only all of them bring it about
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from oracles.rows import compare_rows, count_rows

from tidewaiter.tracks.encounters import Encounters, encounter_tables, resample_tracks
from tidewaiter.tracks.presets import preset

if TYPE_CHECKING:
    from pathlib import Path

SETS: dict[str, dict[str, Any]] = {
    "a": {"max_km": 0.5, "raw_min": 60, "merged_min": 120},
    "b": {"max_km": 1.0, "raw_min": 30, "merged_min": 30},
}
MENDED: dict[str, dict[str, Any]] = {"course": {"course_twice": False}, "holes": {"holes_join": False}}
LEFT_OUT = ("66", "67", "135", "136", "171", "189", "190", "193", "194", "200")
"""Vessels of the Danish sample with an empty day."""


def inputs(data: Path) -> dict[str, tuple[pa.Table, pa.Table]]:
    """Return the positions the reference was given, and all there are.

    Args:
        data: folder that holds the samples and `oracles`.
    """
    gfw = pq.read_table(data / "oracles" / "input.parquet")
    usable = pc.and_(pc.less_equal(pc.abs(gfw["lat"]), 90), pc.less_equal(pc.abs(gfw["lon"]), 180))
    gfw = gfw.filter(pc.and_(usable, pc.less_equal(gfw["speed"], 102.2)))
    raw = pq.read_table(data / "dma_20221101_hour.parquet")
    columns = {"timestamp": "datetime", "lat": "lat", "lon": "lon", "speed": "SOG", "course": "Heading"}
    dma = pa.table({"ssvid": raw["mmsi"].cast(pa.string())} | {name: raw[c] for name, c in columns.items()})
    given = dma.filter(pc.invert(pc.is_in(dma["ssvid"], pa.array(LEFT_OUT))))
    suez = pq.read_table(data / "oracles" / "encounters_suez_input.parquet")
    suez = suez.rename_columns(["ssvid" if name == "id" else name for name in suez.column_names])
    return {"gfw": (gfw, gfw), "dma": (given, dma), "suez": (suez, suez)}


def compare(data: Path) -> dict[str, object]:
    """Return for each table the rows that are equal with the faults, and without them the different rows by cause.

    Args:
        data: folder that holds the samples and `oracles`.
    """
    samples, oracles = inputs(data), data / "oracles"
    ours = resample_tracks(samples["dma"][0], preset("gfw", "encounter", Encounters))
    result: dict[str, object] = {
        "encounters_dma_resampled": compare_rows(ours, pq.read_table(oracles / "encounters_dma_resampled.parquet"))
    }
    for sample, (given, every) in samples.items():
        for name, own in SETS.items():
            faithful = encounter_tables(given, preset("gfw", "encounter", Encounters, own))
            right = preset("gfw", "encounter", Encounters, own | MENDED["course"] | MENDED["holes"])
            variants = {
                cause: encounter_tables(given, preset("gfw", "encounter", Encounters, own | change))
                for cause, change in MENDED.items()
            }
            variants["together"] = encounter_tables(given, right)
            variants["empty day"] = encounter_tables(every, right)
            for kind in faithful._fields:
                oracle = pq.read_table(oracles / f"encounters_{sample}_{name}_{kind}.parquet")
                tables = {cause: getattr(tables, kind) for cause, tables in variants.items()}
                result[f"encounters_{sample}_{name}_{kind}"] = compare_rows(getattr(faithful, kind), oracle) | {
                    "mended": explain(oracle, tables)
                }
    return result


def explain(oracle: pa.Table, variants: dict[str, pa.Table]) -> dict[str, object]:
    """Return how the last variant differs from the oracle, and how many rows each cause explains.

    Args:
        oracle: the reference's rows.
        variants: cause -> our rows when it is mended; each of the last two has all that go before.
    """
    theirs = count_rows(oracle, oracle.column_names)
    ours = {cause: count_rows(table, oracle.column_names) for cause, table in variants.items()}
    final = ours[list(ours)[-1]]
    gone, new = theirs - final, final - theirs
    causes: Counter[str] = Counter()
    for row, count in gone.items():
        causes[f"gone: {_first(cause for cause, rows in ours.items() if rows[row] < theirs[row])}"] += count
    for row, count in new.items():
        causes[f"new: {_first(cause for cause, rows in ours.items() if rows[row] > theirs[row])}"] += count
    return {"rows": final.total(), "equal": final.total() - new.total(), "causes": dict(sorted(causes.items()))}


def _first(causes: Any) -> str:
    return next(iter(causes), "unexplained")
