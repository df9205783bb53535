"""What ship tracks cost, from bytes to events, beside the field's own tools: all measurements of tracks_*.py in one go.

    python benchmarks/tracks.py [--quick] [--json FILE] [--data FOLDER] [--peers PYTHON]

Each script is a process of its own and says itself what is measured and how. They are run by an interpreter that has the
peers as well: the one given, or an environment that uv makes from the package index and that is thrown away afterwards; no
part of the project needs them. Here is added what a user waits for: `tidewaiter tracks events` on a file of positions in no
order, all kinds that positions and places allow, by the clock and by the processor, with the largest resident memory.

Writes the table into docs/speed.md, unless --quick.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import resource

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "speed.md"
DATA = HERE.parents[1] / "shared" / "data" / "ais"
BEGIN, END = "<!-- tracks -->", "<!-- /tracks -->"
SCRIPTS = ("decode", "segment", "store", "ports", "gaps_encounters", "jumps", "stops")
PEERS = (
    "pyais==3.3.1",
    "aiscat==0.68.16",
    "libais==0.17",
    "movingpandas==0.23.0",
    "trackintel==1.4.2",
    "duckdb==2.0.1",
    "polars==2.1.0",
    "geographiclib==2.1",
)
COPIES = {"small": 9, "full": 92}
MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, bytes


class Line(NamedTuple):
    """A line of the table.

    Attributes:
        work: in words.
        ours: metric of our rate, a processor second.
        ratios: peer -> metric of how many times as fast as that peer.
    """

    work: str
    ours: str
    ratios: dict[str, str]


LINES = (
    *(
        Line(
            f"NMEA to columns, {what}",
            f"decode_{log}_ours_messages_per_cpu_s",
            {
                "pyais": f"decode_{log}_times_pyais",
                "aiscat, columns": f"decode_{log}_times_aiscat_columns",
                "aiscat, dicts": f"decode_{log}_times_aiscat_dicts",
                "libais": f"decode_{log}_times_libais",
            },
        )
        for log, what in (
            ("terrestrial", "a terrestrial network"),
            ("satellite", "a satellite"),
            ("stream", "a mixed stream"),
        )
    ),
    Line(
        "segments of shared numbers",
        "segment_messages_per_s",
        {
            "its method in plain Python": "segment_times_plain_python",
            "reference, as measured elsewhere": "segment_times_reference_as_stated",
        },
    ),
    Line(
        "read, clean, put in order",
        "store_order_rows_per_cpu_s",
        {"DuckDB, sort only": "store_order_x_duckdb", "Polars, sort only": "store_order_x_polars"},
    ),
    Line("the same from the store", "store_store_rows_per_cpu_s", {}),
    Line("port events, 55,953 places", "ports_ports_gfw_rows_per_cpu_s", {}),
    Line(
        "gaps",
        "gaps_encounters_gaps_gfw_rows_per_cpu_s",
        {"the scan alone in plain Python": "gaps_encounters_gaps_times_plain_python"},
    ),
    Line("loitering", "gaps_encounters_loitering_gfw_rows_per_cpu_s", {}),
    Line("encounters", "gaps_encounters_encounters_tidewaiter_rows_per_cpu_s", {}),
    Line("reception and rates of gaps", "gaps_encounters_weigh_gaps_rows_per_cpu_s", {}),
    Line("jumps", "jumps_jumps_rows_per_cpu_s", {}),
    Line("fast pairs of fixes", "jumps_fast_pairs_rows_per_cpu_s", {"DuckDB, window SQL": "jumps_fast_pairs_x_duckdb"}),
    Line("circles", "jumps_circles_rows_per_cpu_s", {}),
    Line(
        "stops",
        "stops_stops_rows_per_cpu_s",
        {
            "MovingPandas": "stops_stops_x_movingpandas",
            "trackintel": "stops_stops_x_trackintel",
            "DuckDB, window SQL": "stops_stops_x_duckdb",
        },
    ),
)


def main() -> int:
    """Measure, print, and write the docs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less of everything; writes no docs")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the samples")
    parser.add_argument("--peers", type=Path, help="interpreter that has tidewaiter and the peers")
    options = parser.parse_args()
    if not options.data.is_dir():
        print(f"no samples at {options.data}; give --data", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = options.peers or environment(folder)
        metrics: dict[str, Any] = {"cores": os.cpu_count(), "versions": versions(python)}
        for script in SCRIPTS:
            print(f"tracks_{script} …", flush=True)
            metrics |= measured(script, python, folder, options.data, quick=options.quick)
        for size in ("small",) if options.quick else COPIES:
            metrics |= events(size, folder, options.data)
    text = page(metrics)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    if not options.quick:
        whole = PAGE.read_text("utf-8")
        head, rest = whole.split(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{rest.split(END)[1]}", "utf-8")
    return 0


def environment(folder: Path) -> Path:
    """Make an environment with the project and its peers; return its interpreter.

    Raises:
        RuntimeError: uv is not there.
    """
    beside = Path(sys.executable).with_name("uv")
    uv = shutil.which("uv") or (str(beside) if beside.exists() else "")
    if not uv:
        raise RuntimeError("uv is needed to install the peers; `make` puts it into .venv")
    python = folder / "peers" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder / "peers")], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", str(python), "-e", str(HERE.parent), *PEERS], check=True
    )
    return python


def measured(script: str, python: Path, folder: Path, data: Path, *, quick: bool) -> dict[str, Any]:
    """Run one of the scripts and return its figures, each behind the name of the script."""
    out = folder / f"{script}.json"
    command = [str(python), str(HERE / f"tracks_{script}.py"), "--json", str(out), "--data", str(data)]
    subprocess.run(command + ["--quick"] * quick, check=True, stdout=subprocess.DEVNULL)
    return {f"{script}_{name}": value for name, value in json.loads(out.read_text("utf-8")).items()}


def versions(python: Path) -> dict[str, str]:
    """Return the versions of what was measured and of what it rests on, as an interpreter has them."""
    names = ("tidewaiter", "numba", "numpy", "pyarrow", *(peer.partition("==")[0] for peer in PEERS))
    ask = (
        f"import json; from importlib.metadata import version; print(json.dumps({{n: version(n) for n in {names!r}}}))"
    )
    found = subprocess.run([str(python), "-c", ask], check=True, capture_output=True, text=True)
    return {"python": sys.version.partition(" ")[0], **json.loads(found.stdout)}


def events(size: str, folder: Path, data: Path) -> dict[str, Any]:
    """Run `tidewaiter tracks events` on positions in no order and return what it took."""
    file = folder / f"{size}.parquet"
    make = [sys.executable, str(HERE / "tracks_data.py"), str(file), "--copies", str(COPIES[size]), "--data", str(data)]
    subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
    places = data / "oracles" / "anchorages.parquet"
    run = [
        str(Path(sys.executable).with_name("tidewaiter")),
        "tracks",
        "events",
        str(file),
        "--places",
        str(places),
        "--json",
    ]
    found = subprocess.run([*run, "-o", str(folder / "events.parquet")], check=True, capture_output=True)  # compiles
    began = time.perf_counter()
    child = subprocess.Popen(
        [*run, "-o", str(folder / "events.parquet")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    rows = json.loads(found.stdout)["summary"]["rows"]
    return {
        f"events_{size}_rows": rows,
        f"events_{size}_rows_per_s": rows / wall,
        f"events_{size}_rows_per_cpu_s": rows / cpu(used),
        f"events_{size}_bytes_per_row": used.ru_maxrss * MEMORY_UNIT / rows,
    }


def cpu(used: resource.struct_rusage) -> float:
    """Return processor seconds."""
    return used.ru_utime + used.ru_stime


def page(metrics: dict[str, Any]) -> str:
    """Write the tables."""
    told = ", ".join(f"{name} {number}" for name, number in metrics["versions"].items())
    lines = [
        f"{metrics['cores']} cores; {told}.",
        "",
        "| work | rows a processor second | times the speed of |",
        "|---|---|---|",
    ]
    for line in LINES:
        if line.ours in metrics:
            ratios = ", ".join(f"{peer} {times(metrics[m])}" for peer, m in line.ratios.items() if m in metrics)
            lines.append(f"| {line.work} | {metrics[line.ours] / 1e6:,.1f} M | {ratios or '–'} |")
    lines += ["", "| `tidewaiter tracks events`, all kinds, file in no order | rows a second, two cores | a processor second | peak memory, bytes a row |",
              "|---|---|---|---|"]  # fmt: skip
    for size in COPIES:
        if f"events_{size}_rows" in metrics:
            rows, rate, own, memory = (metrics[f"events_{size}_{x}"] for x in ("rows", "rows_per_s", "rows_per_cpu_s", "bytes_per_row"))  # fmt: skip
            lines.append(f"| {rows / 1e6:.0f} M rows | {rate / 1e6:.2f} M | {own / 1e6:.2f} M | {memory:,.0f} |")
    return "\n".join(lines)


def times(ratio: float) -> str:
    """Write a ratio."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


if __name__ == "__main__":
    sys.exit(main())
