"""Gaps, loitering and encounters: messages a CPU second, beside what the reference's way costs.

Ours runs over replicated real positions (see tracks_data.py), ordered by vessel and time as the store keeps them, after one
run for compiling; best of three. The peer of gaps is a plain Python loop over the sorted messages of a vessel, which is the
reference's own algorithm without its dictionaries (pipe-gaps states 10 million messages in 3.6 s for that scan alone); the
peer of distances is geographiclib, which geopy and so pipe-gaps call. A peer that is not installed is said to be absent.

    python benchmarks/tracks_gaps_encounters.py [--quick] [--json FILE] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tracks_data import DATA, replicated

from tidewaiter.tracks.earth import geodesic_m
from tidewaiter.tracks.encounters import Encounters, find_encounters, resample_tracks
from tidewaiter.tracks.gaps import DarkMeetings, Gaps, Weighing, dark_meetings, find_gaps, weigh_gaps
from tidewaiter.tracks.loitering import Loitering, find_loitering
from tidewaiter.tracks.presets import preset

if TYPE_CHECKING:
    from collections.abc import Callable

COPIES, QUICK_COPIES, ROUNDS = 92, 12, 3


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true", help="a million and a half positions instead of ten million")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--data", type=Path, default=DATA)
    options = parser.parse_args()
    figures = measure(options.data, QUICK_COPIES if options.quick else COPIES)
    for name, value in figures.items():
        print(f"{name:42} {value:,.4g}" if isinstance(value, float) else f"{name:42} {value}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


def measure(data: Path, copies: int) -> dict[str, Any]:
    """Return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "positions.parquet"
        replicated(data, copies, file, shuffle=False)
        table = pq.read_table(file)
    order = np.lexsort((np.asarray(table["t"].cast(pa.int64())), np.asarray(table["vessel_key"])))
    table = table.take(pa.array(order)).combine_chunks()
    rows = len(table)
    figures: dict[str, Any] = {"rows": rows, "vessels": len(np.unique(np.asarray(table["vessel_key"])))}
    for name in ("gfw", "tidewaiter"):
        gap, slow = preset(name, "gap", Gaps), preset(name, "loitering", Loitering)
        meet = preset(name, "encounter", Encounters)
        jobs: dict[str, Callable[[], Any]] = {
            "gaps": lambda gap=gap: find_gaps(table, gap),
            "loitering": lambda slow=slow: find_loitering(table, slow),
            "encounters": lambda meet=meet: find_encounters(table, meet),
        }
        for what, job in jobs.items():
            seconds, found = best(job)
            figures[f"{what}_{name}_rows_per_cpu_s"] = rows / seconds
            figures[f"{what}_{name}_events"] = len(found)
    figures["encounters_grid_rows"] = len(resample_tracks(table, preset("tidewaiter", "encounter", Encounters)))
    gap = preset("tidewaiter", "gap", Gaps)
    gaps = find_gaps(table, gap)
    seconds, _ = best(lambda: weigh_gaps(gaps, table, gap, preset("tidewaiter", "gap_weight", Weighing)))
    figures["weigh_gaps_rows_per_cpu_s"] = rows / seconds
    some = gaps.slice(0, 3000)
    seconds, pairs = best(lambda: dark_meetings(some, preset("tidewaiter", "dark_meeting", DarkMeetings)))
    figures["dark_meetings_of_3000_gaps_cpu_s"], figures["dark_meetings_of_3000_gaps"] = seconds, len(pairs)
    return figures | peers(table, figures) | versions()


def peers(table: pa.Table, figures: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of the peers and the ratios."""
    part = table.slice(0, min(len(table), 300_000))
    seconds, _ = best(lambda: plain_gaps(part), rounds=1)
    found: dict[str, Any] = {"plain_python_gaps_rows_per_cpu_s": len(part) / seconds}
    found["gaps_times_plain_python"] = figures["gaps_gfw_rows_per_cpu_s"] / found["plain_python_gaps_rows_per_cpu_s"]
    places = np.random.default_rng(1).uniform(-60, 60, (20_000, 4))
    seconds, ours = best(lambda: [geodesic_m(*place) for place in places])
    found["geodesics_per_cpu_s"] = len(places) / seconds
    try:
        from geographiclib.geodesic import Geodesic  # noqa: PLC0415 - a peer, where it is installed
    except ImportError:
        print("geographiclib: absent")
    else:
        inverse = Geodesic.WGS84.Inverse
        some = places[:3000]
        seconds, theirs = best(lambda: [inverse(*place)["s12"] for place in some], rounds=1)
        found["geographiclib_per_cpu_s"] = len(some) / seconds
        found["geodesics_times_geographiclib"] = found["geodesics_per_cpu_s"] / found["geographiclib_per_cpu_s"]
        found["geodesics_largest_difference_m"] = float(np.abs(np.array(ours[:3000]) - theirs).max())
    return found


def plain_gaps(table: pa.Table) -> list[tuple[int, float]]:
    """Return gaps over six hours and how much was heard before: a loop over pairs of messages."""
    rows = list(zip(table["vessel_key"].to_pylist(), np.asarray(table["t"].cast(pa.int64())) / 1e6, strict=True))
    found = []
    for k in range(1, len(rows)):
        (vessel, before), (other, now) = rows[k - 1], rows[k]
        if vessel == other and now - before > 6 * 3600:
            heard = k - 1
            while heard >= 0 and rows[heard][0] == vessel and rows[heard][1] >= before - 12 * 3600:
                heard -= 1
            found.append((k - heard, now - before))
    return found


def best(job: Callable[[], Any], rounds: int = ROUNDS) -> tuple[float, Any]:
    """Return the least CPU seconds of some rounds, after one to warm up, and the result."""
    result = job() if rounds > 1 else None
    least = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        result = job()
        least = min(least, time.process_time() - begin)
    return least, result


def versions() -> dict[str, str]:
    """Return what was compared."""
    names = ("numpy", "numba", "pyarrow", "geographiclib")
    found = {"version_python": platform.python_version()}
    for name in names:
        try:
            found[f"version_{name}"] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[f"version_{name}"] = "absent"
    return found


if __name__ == "__main__":
    main()
