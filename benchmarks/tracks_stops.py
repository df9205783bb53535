"""Stops: rows per CPU-second of ours, MovingPandas, trackintel and DuckDB's window functions on the same work.

    python benchmarks/tracks_stops.py [--quick] [--json FILE] [--data FOLDER]

The work: stops of at least 30 minutes within 500 m, cut by silences of an hour. Ours and trackintel apply the same rule
(trackintel's) and must find the same stops. MovingPandas has its own (diameter of a window) and is given a part of the
tracks, for it is slow. SQL has no running window whose anchor moves, so DuckDB counts runs of low speed between the same
gaps, as people do in SQL: less work than the rule. Sorting is left out for all but DuckDB, which cannot be told.

CPU seconds are of the process, best of three for ours and DuckDB. Peers that cannot be imported are left out.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from tracks_data import DATA, real_positions

from tidewaiter.tracks.stops import Stops, find_stops

if TYPE_CHECKING:
    from collections.abc import Callable

DISTANCE_M, DURATION_MIN, GAP_MIN = 500.0, 30.0, 60.0
RULE = Stops(DISTANCE_M, DURATION_MIN, GAP_MIN, 1, ends_at_departure=True, keeps_cut_off=False)
PART_ROWS = 25_000  # of the tracks for MovingPandas
SQL = f"""
with legs as (
    select vessel_key, t, lat, lon, epoch_us(t) as us,
        lag(epoch_us(t)) over w as us0, lag(lat) over w as lat0, lag(lon) over w as lon0
    from positions window w as (partition by vessel_key order by t)
), slow as (
    select *, coalesce(us - us0 > {GAP_MIN * 60e6:.0f}, true) as cut,
        coalesce(2 * 6371000 * asin(least(1, sqrt(pow(sin(radians(lat - lat0) / 2), 2)
            + cos(radians(lat)) * cos(radians(lat0)) * pow(sin(radians(lon - lon0) / 2), 2)))) / nullif(us - us0, 0) * 1e6, 0)
            < 0.2 as still
    from legs
), runs as (
    select *, sum(case when cut or not still then 1 else 0 end) over (partition by vessel_key order by t) as run from slow
)
select vessel_key, run, min(t) as started, max(t) as ended, avg(lat) as lat, avg(lon) as lon, count(*) as n
from runs group by vessel_key, run having max(us) - min(us) >= {DURATION_MIN * 60e6:.0f}
"""  # noqa: S608 - numbers of this file


def ordered(data: Path) -> pa.Table:
    """Return the real positions, exact duplicates left out, in the order of vessel and time."""
    table = real_positions(data).select(["vessel_key", "t", "lat", "lon"])
    table = table.group_by(table.schema.names, use_threads=False).aggregate([])
    return table.sort_by([(name, "ascending") for name in table.schema.names]).combine_chunks()


def repeated(table: pa.Table, copies: int) -> pa.Table:
    """Return the tracks `copies` times, under keys of their own."""
    keys = np.asarray(table["vessel_key"])
    parts = [table.set_column(0, "vessel_key", pa.array(keys + copy * 1_000)) for copy in range(copies)]
    return pa.concat_tables(parts).combine_chunks()


def cpu_s(work: Callable[[], Any], tries: int = 1) -> tuple[float, Any]:
    """Return the CPU seconds of the best try, and what the work gives."""
    best, out = float("inf"), None
    for _ in range(tries):
        start = time.process_time()
        out = work()
        best = min(best, time.process_time() - start)
    return best, out


def trackintel_stops(table: pa.Table) -> tuple[float, int]:
    """Return CPU seconds and number of staypoints."""
    import geopandas as gpd  # noqa: PLC0415
    import trackintel  # noqa: PLC0415

    points = gpd.points_from_xy(np.asarray(table["lon"]), np.asarray(table["lat"]))
    frame = gpd.GeoDataFrame(
        {"user_id": np.asarray(table["vessel_key"]), "tracked_at": table["t"].to_pandas()}, geometry=points, crs=4326
    )
    frame.index.name = "id"
    fixes = trackintel.Positionfixes(frame)
    used, (_, stays) = cpu_s(
        lambda: fixes.generate_staypoints(
            method="sliding", dist_threshold=DISTANCE_M, time_threshold=DURATION_MIN, gap_threshold=GAP_MIN
        )
    )
    return used, len(stays)


def movingpandas_stops(table: pa.Table) -> tuple[float, int]:
    """Return CPU seconds and number of stops."""
    import movingpandas  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    frame = table.to_pandas()
    frame["t"] = frame["t"].dt.tz_localize(None)
    collection = movingpandas.TrajectoryCollection(frame, "vessel_key", t="t", x="lon", y="lat")

    def work() -> int:
        split = movingpandas.ObservationGapSplitter(collection).split(gap=pd.Timedelta(minutes=GAP_MIN))
        detector = movingpandas.TrajectoryStopDetector(split)
        stops = detector.get_stop_time_ranges(max_diameter=DISTANCE_M, min_duration=pd.Timedelta(minutes=DURATION_MIN))
        return len(stops)

    return cpu_s(work)


def measure(data: Path, *, quick: bool) -> dict[str, Any]:
    """Run all readers and return the figures."""
    base = ordered(data)
    big = repeated(base, 10 if quick else 90)
    find_stops(base, RULE)
    used, stops = cpu_s(lambda: find_stops(big, RULE), 3)
    rate = len(big) / used
    figures: dict[str, Any] = {"stops_rows": len(big), "stops_rows_per_cpu_s": rate, "stops_found": len(stops)}
    figures["versions"] = {name: version(name) for name in ("numba", "numpy", "pyarrow")}
    if find_spec("duckdb"):
        import duckdb  # noqa: PLC0415

        link = duckdb.connect()
        link.execute("set threads = 1")
        positions = big if quick else big.slice(0, 4_000_000)
        link.register("positions", positions)
        used, _ = cpu_s(lambda: link.execute(SQL).to_arrow_table(), 1 if quick else 3)
        figures["stops_duckdb_rows_per_cpu_s"] = len(positions) / used
        figures["stops_x_duckdb"] = rate / (len(positions) / used)
    if find_spec("trackintel"):
        used, n = trackintel_stops(base)
        figures["stops_trackintel_rows_per_cpu_s"] = len(base) / used
        figures["stops_x_trackintel"] = rate / (len(base) / used)
        figures["stops_same_number_as_trackintel"] = n == len(find_stops(base, RULE))
    if find_spec("movingpandas"):
        part = base.slice(0, 5_000 if quick else PART_ROWS)
        used, _ = movingpandas_stops(part)
        figures["stops_movingpandas_rows_per_cpu_s"] = len(part) / used
        figures["stops_x_movingpandas"] = rate / (len(part) / used)
    for name in ("duckdb", "trackintel", "movingpandas"):
        if find_spec(name):
            figures["versions"][name] = version(name)
        else:
            print(f"{name} is not installed: left out")
    return figures


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # the peers' own
    figures = measure(options.data, quick=options.quick)
    for name, value in figures.items():
        print(f"{name:40} {value:,.1f}" if isinstance(value, float) else f"{name:40} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
