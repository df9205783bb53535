"""Segments: messages per CPU-second of ours, of the reference where it can be imported, and of the method in plain Python.

    python benchmarks/tracks_segment.py [--quick] [--json FILE] [--data FOLDER]

The work: Global Fishing Watch's regression messages, a number of times under other MMSIs, to their segment ids; all must
give the same ones. The reference, GlobalFishingWatch/gpsdio-segment @ e356238, is on no package index; without it ours is
set against the speed that was measured for it elsewhere (88,883 messages in 5.1 CPU seconds) and,
in this run, against a plain reading of its method that the tests use (`tests/tracks/slow_segments.py`).

CPU seconds are of the process with all its threads; ours is the best of three after one run that compiles.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tracks_data import DATA

from tidewaiter.tracks.presets import preset
from tidewaiter.tracks.segments import Segments, segment, segment_file

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "tracks"))

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLE = "gfw_segment_regression.parquet"
LIMITS = preset("gfw", "segment", Segments)
STATED_PER_S = 17_400
POSITIONS = {
    "ssvid": "vessel_key",
    "timestamp": "t",
    "lat": "lat",
    "lon": "lon",
    "speed": "sog_kn",
    "course": "cog_deg",
    "heading": "heading_deg",
}


def repeated(table: pa.Table, copies: int) -> pa.Table:
    """Return the messages `copies` times, each under MMSIs of its own."""
    vessel = table["ssvid"].cast(pa.int64())
    at = table.column_names.index("ssvid")
    parts = (
        table.set_column(at, "ssvid", pc.add(vessel, copy * 10**9).cast(pa.large_string())) for copy in range(copies)
    )
    return pa.concat_tables(parts).combine_chunks()


def cpu_s(work: Callable[[], Any], tries: int = 1) -> tuple[float, Any]:
    """Return the CPU seconds of the best try, and what the work gives."""
    best, out = float("inf"), None
    for _ in range(tries):
        began = time.process_time()
        out = work()
        best = min(best, time.process_time() - began)
    return best, out


def measure(data: Path, copies: int) -> dict[str, object]:
    """Return messages per CPU-second of all that can be measured, their ratios, and versions."""
    sample = pq.read_table(data / SAMPLE)
    expected = sample["expected"].to_pylist()
    table = repeated(sample.drop_columns(["expected"]), copies)
    positions = table.filter(pc.is_valid(table["lat"])).select(list(POSITIONS)).rename_columns(list(POSITIONS.values()))
    positions = positions.set_column(0, "vessel_key", positions["vessel_key"].cast(pa.int64())).combine_chunks()
    shuffled = table.take(pc.sort_indices(pc.binary_reverse(pc.cast(table["msgid"], pa.binary()))))
    if segment(sample, LIMITS).to_pylist() != expected:
        raise ValueError("ids differ from those of the reference")
    out: dict[str, object] = {"messages": len(table)}
    for name, rows in (("messages", table), ("unsorted", shuffled), ("positions", positions)):
        segment(rows.slice(0, 1000), LIMITS)
        out[f"{name}_per_s"] = round(len(rows) / cpu_s(lambda rows=rows: segment(rows, LIMITS), 3)[0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "messages.parquet"
        pq.write_table(table, path)
        seconds, _ = cpu_s(lambda: segment_file(path, path.with_name("out.parquet"), LIMITS), 3)
    out["file_to_file_per_s"] = round(len(table) / seconds)
    seconds, ids = plainly(sample)
    out["plain_python_per_s"] = round(len(sample) / seconds)
    out["plain_python_equal"] = ids == expected
    out["times_plain_python"] = round(out["messages_per_s"] / out["plain_python_per_s"], 1)
    out["times_reference_as_stated"] = round(out["messages_per_s"] / STATED_PER_S, 1)
    out["reference"] = reference(sample, out)
    out["versions"] = {name: version(name) for name in ("tidewaiter", "numba", "numpy", "pyarrow")}
    return out


def plainly(sample: pa.Table) -> tuple[float, list[str | None]]:
    """Return the CPU seconds and the ids of the plain reading."""
    from slow_segments import Row, segment_vessel  # noqa: PLC0415 - stands among the tests

    begin, microsecond = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
    vessels = defaultdict(list)
    for number, m in enumerate(sample.to_pylist()):
        t = (m["timestamp"] - begin) // microsecond
        row = Row(number, t, m["lat"], m["lon"], m["speed"], m["course"], m["heading"], m["type"], m["msgid"])
        vessels[m["ssvid"]].append(row)
    seconds, found = cpu_s(lambda: [segment_vessel(vessel, rows, LIMITS) for vessel, rows in vessels.items()])
    ids = {number: name for part in found for number, name in part.items()}
    return seconds, [ids.get(i) for i in range(len(sample))]


def reference(sample: pa.Table, out: dict[str, object]) -> str:
    """Measure the reference into `out` if it is here; return what it is, or that it is not."""
    if not find_spec("gpsdio_segment"):
        return f"absent; {STATED_PER_S} messages/s as measured elsewhere"
    from gpsdio_segment.core import Segmentizer  # noqa: PLC0415

    vessels = defaultdict(list)
    for m in sample.drop_columns(["expected"]).to_pylist():
        vessels[m["ssvid"]].append(m)
    seconds, _ = cpu_s(lambda: [sum(len(s) for s in Segmentizer(messages)) for messages in vessels.values()])
    out["reference_per_s"] = round(len(sample) / seconds)
    out["times_reference"] = round(out["messages_per_s"] / out["reference_per_s"], 1)
    return "gpsdio_segment, as installed"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="three copies of the messages instead of twenty")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the real samples")
    arguments = parser.parse_args()
    figures = measure(arguments.data, 3 if arguments.quick else 20)
    for key, value in figures.items():
        print(f"{key:28} {value:,}" if type(value) in {int, float} else f"{key:28} {value}")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
