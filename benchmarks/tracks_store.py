"""How fast positions are read, put in order of vessel and time, and kept, beside DuckDB and Polars sorting the same file.

    python benchmarks/tracks_store.py [--quick] [--large] [--json FILE] [--peers PYTHON] [--data FOLDER] [--rounds N]

The file is ten million real positions, replicated and shuffled (tracks_data.py); with --quick one million; --large adds
100 million under a limit of two gigabytes, beside the same work on ten million. Each measurement is a process of its own, with
two threads: it warms up on a small file, then does its work once, and the best of three rounds counts. Given are rows per
second of the processor (all threads), rows per second of the clock, and the largest resident memory in bytes a row. Peers do
less: they sort all columns by vessel and time and hand them over as Arrow batches, but check, clean and count nothing.

Peers are run by the interpreter given with --peers; where one is missing the script says so and goes on.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).resolve()
DATA = HERE.parents[2] / "shared" / "data" / "ais"
COPIES = {"small": 1, "quick": 9, "full": 92, "large": 920}
LIMIT = 2_000_000_000
THREADS = 2
MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, bytes
WORDS = {
    "read": "read and clean",
    "order": "read, clean, put in order",
    "order_2gb": "the same within 2 GB",
    "keep": "read, clean, put in order, write the store",
    "store": "take out of the store",
    "duckdb": "DuckDB: sort to Arrow",
    "polars": "Polars: sort",
}
OURS = ("read", "order", "keep", "store")
PEERS = ("duckdb", "polars")


def read_rows(file: Path, _folder: Path) -> int:
    """Read and clean."""
    from tidewaiter.tracks.reading import read  # noqa: PLC0415

    return sum(len(batch.t) for batch in read(file, threads=THREADS))


def order_rows(file: Path, folder: Path, memory: int | None = None) -> int:
    """Read, clean and put in order."""
    from tidewaiter.tracks.reading import read  # noqa: PLC0415
    from tidewaiter.tracks.store import Ordered  # noqa: PLC0415

    reading = read(file, threads=THREADS)
    for _ in Ordered(reading, memory=memory, folder=folder, threads=THREADS):
        pass
    return reading.summary.rows


def order_rows_2gb(file: Path, folder: Path) -> int:
    """Likewise, within two gigabytes."""
    return order_rows(file, folder, LIMIT)


def keep_rows(file: Path, folder: Path) -> int:
    """Make the store."""
    from tidewaiter.tracks.store import keep  # noqa: PLC0415

    return keep(file, folder, threads=THREADS).summary.rows


def store_rows(file: Path, folder: Path) -> int:
    """Take all positions out of the store, which is there."""
    from tidewaiter.tracks.store import keep  # noqa: PLC0415

    return sum(len(batch.t) for batch in keep(file, folder, threads=THREADS).batches(threads=THREADS))


def duckdb_rows(file: Path, folder: Path) -> int:
    """Sort with DuckDB."""
    import duckdb  # noqa: PLC0415

    connection = duckdb.connect(config={"threads": THREADS, "temp_directory": str(folder)})
    query = f"select * from read_parquet('{file}') order by vessel_key, t"  # noqa: S608 - a path of ours
    return sum(batch.num_rows for batch in connection.execute(query).to_arrow_reader(1 << 17))


def polars_rows(file: Path, _folder: Path) -> int:
    """Sort with Polars."""
    import polars as pl  # noqa: PLC0415

    return int(pl.scan_parquet(file).sort("vessel_key", "t").collect().height)


WORK: dict[str, Callable[[Path, Path], int]] = {
    "read": read_rows,
    "order": order_rows,
    "order_2gb": order_rows_2gb,
    "keep": keep_rows,
    "store": store_rows,
    "duckdb": duckdb_rows,
    "polars": polars_rows,
}


def once(name: str, file: Path, small: Path) -> dict[str, Any]:
    """Do one piece of work after a warm-up, in this process."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        WORK[name](small, Path(folder))
        if name == "store":
            keep_rows(file, file.parent / "stores")
        wall, cpu = time.perf_counter(), time.process_time()
        rows = WORK[name](file, file.parent / "stores" if name == "store" else Path(folder))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MEMORY_UNIT
    return {"rows": rows, "cpu_s": cpu, "wall_s": wall, "peak_bytes": peak}


def measured(name: str, file: Path, small: Path, python: str, rounds: int) -> dict[str, Any] | None:
    """Return the best of some rounds, each in a process of its own; None where it cannot be run."""
    found = []
    for _ in range(rounds):
        command = [python, str(HERE), "--once", name, str(file), str(small)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
        if done.returncode:
            print(f"{WORDS[name]}: not measured ({done.stderr.strip().splitlines()[-1][:200]})")
            return None
        found.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(found, key=lambda run: run["cpu_s"])
    best["wall_s"] = min(run["wall_s"] for run in found)
    best["peak_bytes"] = min(run["peak_bytes"] for run in found)
    return best


def _environment() -> dict[str, str]:
    import os  # noqa: PLC0415

    return os.environ | {"POLARS_MAX_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)}


def _version(name: str, python: str) -> str:
    code = f"import importlib.metadata as m; print(m.version('{name}'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--peers", default=sys.executable, help="interpreter that has duckdb and polars")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--folder", type=Path, help="where the files of positions are kept; otherwise a temporary one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", nargs=3, metavar=("WORK", "FILE", "SMALL"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.once[0], Path(options.once[1]), Path(options.once[2]))))
        return
    folder = options.folder or Path(tempfile.mkdtemp(prefix="tidewaiter-"))
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    size = "quick" if options.quick else "full"
    for name in ("small", size, *(["large"] if options.large else [])):
        files[name] = folder / f"{name}.parquet"
        # in a process of its own: the peak memory of a child counts from the size of the process it came from
        making = [str(HERE.with_name("tracks_data.py")), str(files[name]), "--copies", str(COPIES[name])]
        subprocess.run([sys.executable, *making, "--data", str(options.data)], check=True)
    try:
        report(options, files, size)
    finally:
        shutil.rmtree(folder / "stores", ignore_errors=True)
        if options.folder is None:
            shutil.rmtree(folder)


def report(options: argparse.Namespace, files: dict[str, Path], size: str) -> None:
    """Measure each piece of work and write what came out."""
    jobs = [(name, size, sys.executable) for name in OURS] + [(name, size, options.peers) for name in PEERS]
    if options.large:
        jobs.append(("order_2gb", "large", sys.executable))
    metrics: dict[str, Any] = {}
    print(f"{'':48s} {'M rows/CPU-s':>13s} {'M rows/s':>9s} {'bytes/row':>10s}")
    for name, which, python in jobs:
        rounds = 1 if which == "large" else options.rounds
        run = measured(name, files[which], files["small"], python, rounds)
        if run is None:
            continue
        rows = run["rows"]
        metrics |= {
            f"{name}_rows": rows,
            f"{name}_rows_per_cpu_s": round(rows / run["cpu_s"]),
            f"{name}_rows_per_s": round(rows / run["wall_s"]),
            f"{name}_peak_bytes_per_row": round(run["peak_bytes"] / rows, 1),
            f"{name}_peak_bytes": run["peak_bytes"],
        }
        print(
            f"{WORDS[name] + f', {rows / 1e6:.0f} M':48s} {rows / run['cpu_s'] / 1e6:13.2f} {rows / run['wall_s'] / 1e6:9.2f}"
            f" {run['peak_bytes'] / rows:10.1f}"
        )
    for peer in PEERS:
        if f"{peer}_rows_per_cpu_s" in metrics and "order_rows_per_cpu_s" in metrics:
            ratio = metrics["order_rows_per_cpu_s"] / metrics[f"{peer}_rows_per_cpu_s"]
            metrics[f"order_x_{peer}"] = round(ratio, 2)
            print(f"order / {peer}: {ratio:.2f} per CPU second")
    metrics["versions"] = {"python": sys.version.split()[0], "tidewaiter": _own("tidewaiter"), "numba": _own("numba")}
    metrics["versions"] |= {"pyarrow": _own("pyarrow")} | {peer: _version(peer, options.peers) for peer in PEERS}
    if options.json:
        options.json.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")


def _own(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
