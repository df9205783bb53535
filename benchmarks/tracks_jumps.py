"""Jumps, circles, pinned ships and identity: rows per CPU-second, and fast pairs beside DuckDB's window functions on the same work.

    python benchmarks/tracks_jumps.py [--quick] [--json FILE] [--data FOLDER]

The work for DuckDB: consecutive fixes whose distance takes more than 25 kn (RadianceFleet's rule); both must find the same
pairs. For the rest nobody offers code that reads more than a few hundred rows a second, so there is no peer. Positions are
real tracks, repeated; static messages are those of the regression file, repeated. CPU seconds of the process, best of three.
"""

from __future__ import annotations

import argparse
import json
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tracks_data import DATA, real_positions
from tracks_stops import cpu_s, repeated

from tidewaiter.tracks.identity import Draughts, Identity, find_draught_changes, hull_intervals, identity_intervals
from tidewaiter.tracks.jumps import (
    Circles,
    FastPairs,
    Jumps,
    Pinned,
    find_circles,
    find_fast_pairs,
    find_jumps,
    find_pinned,
)
from tidewaiter.tracks.presets import preset

PAIRS = preset("radiancefleet", "fake_position", FastPairs)
SQL = f"""
with legs as (
    select vessel_key, epoch_us(t) as us, lat, lon,
        lag(epoch_us(t)) over w as us0, lag(lat) over w as lat0, lag(lon) over w as lon0
    from positions window w as (partition by vessel_key order by t)
), steps as (
    select *, (us - us0) / 3.6e9 as hours, 2 * 6371 / 1.852 * asin(least(1, sqrt(pow(sin(radians(lat - lat0) / 2), 2)
        + cos(radians(lat)) * cos(radians(lat0)) * pow(sin(radians(lon - lon0) / 2), 2)))) as nm
    from legs where us - us0 >= {PAIRS.min_apart_s * 1e6:.0f}
)
select count(*) from steps where nm >= {PAIRS.min_distance_nm} and nm / hours > {PAIRS.max_speed_kn}
"""  # noqa: S608 - numbers of this file


def positions(data: Path, copies: int) -> pa.Table:
    """Return real positions in the order of vessel and time, repeated; exact duplicates and equal times left out."""
    table = real_positions(data).select(["vessel_key", "t", "lat", "lon", "sog_kn"])
    table = table.take(pa.array(np.lexsort((np.asarray(table["t"].cast(pa.int64())), np.asarray(table["vessel_key"])))))
    keys, t = np.asarray(table["vessel_key"]), np.asarray(table["t"].cast(pa.int64()))
    first = np.append(True, (keys[1:] != keys[:-1]) | (t[1:] != t[:-1]))
    return repeated(table.filter(pa.array(first)).combine_chunks(), copies)


def statics(data: Path, copies: int) -> pa.Table:
    """Return the static messages of the regression file, repeated under other keys; draughts are made up."""
    raw = pq.read_table(data / "gfw_segment_regression.parquet").filter(pc.field("shipname").is_valid())
    keys = np.asarray(raw["ssvid"].cast(pa.int64()))
    number = pc.match_substring_regex(raw["imo"], r"^\d{7}$")
    once = {
        "t": raw["timestamp"], "name": raw["shipname"], "callsign": raw["callsign"], "ship_type": raw["shiptype"],
        "imo": pc.if_else(number, raw["imo"], None).cast(pa.int64()),
        "draught_m": pa.array(np.random.default_rng(1).choice([5.0, 5.1, 9.0], len(raw)).astype(np.float32)),
    }  # fmt: skip
    return pa.concat_tables([pa.table({"vessel_key": keys + k, **once}) for k in range(copies)]).combine_chunks()


def measure(data: Path, *, quick: bool) -> dict[str, Any]:
    """Run everything and return the figures."""
    many = positions(data, 10 if quick else 90)
    said = statics(data, 50 if quick else 400)
    identity = preset("tidewaiter", "identity", Identity)
    work = {
        "fast_pairs": (many, lambda: find_fast_pairs(many, PAIRS)),
        "jumps": (many, lambda: find_jumps(many, preset("tidewaiter", "jump", Jumps))),
        "circles": (many, lambda: find_circles(many, preset("tidewaiter", "circle", Circles))),
        "pinned": (many, lambda: find_pinned(many, preset("tidewaiter", "pinned", Pinned))),
        "identity": (said, lambda: identity_intervals(said, identity)),
        "hulls": (said, lambda: hull_intervals(said, identity)),
        "draughts": (said, lambda: find_draught_changes(said, preset("tidewaiter", "draught", Draughts))),
    }
    figures: dict[str, Any] = {"jumps_rows": len(many), "identity_messages": len(said)}
    for name, (rows, run) in work.items():
        run()
        used, found = cpu_s(run, 3)
        figures[f"{name}_rows_per_cpu_s"] = len(rows) / used
        figures[f"{name}_found"] = len(found)
    figures["versions"] = {name: version(name) for name in ("numba", "numpy", "pyarrow")}
    if not find_spec("duckdb"):
        print("duckdb is not installed: left out")
        return figures
    import duckdb  # noqa: PLC0415

    link = duckdb.connect()
    link.execute("set threads = 1")
    part = many.slice(0, 4_000_000)
    link.register("positions", part)
    used, counted = cpu_s(lambda: link.execute(SQL).fetchone(), 1 if quick else 3)
    figures["fast_pairs_duckdb_rows_per_cpu_s"] = len(part) / used
    figures["fast_pairs_x_duckdb"] = figures["fast_pairs_rows_per_cpu_s"] / (len(part) / used)
    figures["fast_pairs_same_number_as_duckdb"] = counted == (len(find_fast_pairs(part, PAIRS)),)
    figures["versions"]["duckdb"] = version("duckdb")
    return figures


def main() -> None:
    """Measure and show."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    figures = measure(options.data, quick=options.quick)
    for name, value in figures.items():
        print(f"{name:40} {value:,.1f}" if isinstance(value, float) else f"{name:40} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
