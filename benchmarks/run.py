"""How long it takes and how much memory: whole runs, the start, the fits, and the kernel beside plain filters.

    python benchmarks/run.py [--quick] [--json FILE]

Whole processes are measured from outside (`wait4`): processor seconds of user and system together, wall-clock seconds,
and the largest resident memory. Each example is run on a copy without its store, so nothing is there but the compiled
kernel; the first run has not even that. Whatever has a peer is measured next to it in the same run and given as a ratio,
for ratios travel from machine to machine and seconds do not.

Peers: `python -c pass` for the start; for one draw of a vessel's path, a forward filter of the same hidden semi-Markov
model as one would write it in NumPy or in plain Python. The filters only go forward; the kernel goes there and back. All
three must agree on the likelihood, or the script stops.

Writes the tables into docs/speed.md, unless --quick.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tidewaiter.inference import law
from tidewaiter.simulate import LineSpec, WorldSpec, readings, simulate, simulate_line
from tidewaiter.tally import Tally, weigh
from tidewaiter.tally.conflict import conflicts
from tidewaiter.voyages import fit_calls, kernel
from tidewaiter.voyages.grid import longest_stay

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "speed.md"
EXAMPLES = ("rajin", "tankers", "two_surveys")
MEMORY_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, bytes
LAUNCHER = """
import json, os, sys, time
begin = time.perf_counter()
silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - begin
print(json.dumps([used.ru_utime + used.ru_stime, wall, used.ru_maxrss]))
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""
# A small process starts each measured one: the peak memory of a child counts from the size of the process it came from.
TALLY_WORDS = {
    "voyages": "voyages from detection lists, seen and unseen",
    "loads": "loads of all of them",
    "claims": "claims weighed, for the load alone and with its content",
    "conflicts": "each claim left out in turn",
}
STEP_DAYS = 0.5
STEPS = 720  # a year in steps of twelve hours


class Usage(NamedTuple):
    """What one process took."""

    cpu_s: float
    wall_s: float
    memory_mb: float


class Model(NamedTuple):
    """One vessel's semi-Markov model on a grid, in the arrays of `kernel.draw_block`, and evidence for it."""

    evidence: np.ndarray
    hazard: np.ndarray
    straight: np.ndarray
    leg_share: np.ndarray
    lengths: np.ndarray
    pmf: np.ndarray


def measure(command: list[str], env: Mapping[str, str] | None = None) -> Usage:
    """Run a command to its end and return what it took; its output is dropped, its errors are shown when it fails."""
    launched = subprocess.run(
        [sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, env=env, check=False
    )
    if launched.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{launched.stderr}")
    cpu, wall, memory = json.loads(launched.stdout)
    return Usage(cpu, wall, memory * MEMORY_UNIT / 1e6)


def middle(uses: list[Usage]) -> Usage:
    """Median of each quantity."""
    return Usage(*(median(column) for column in zip(*uses, strict=True)))


def runs(repeats: int) -> dict[str, Usage]:
    """`tidewaiter run` of each example with the compiled kernel in place, and the very first run without it."""
    tool = str(Path(sys.executable).with_name("tidewaiter"))
    out: dict[str, Usage] = {}
    with tempfile.TemporaryDirectory() as scratch:
        env = os.environ | {"NUMBA_CACHE_DIR": str(Path(scratch) / "compiled")}

        def once(name: str) -> Usage:
            folder = Path(scratch) / "case"
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(ROOT / "examples" / name, folder, ignore=shutil.ignore_patterns(".tidewaiter", "report"))
            return measure([tool, "run", str(folder)], env)

        out["first"] = once(EXAMPLES[0])
        for name in EXAMPLES:
            out[name] = middle([once(name) for _ in range(repeats)])
    return out


def starts(repeats: int) -> dict[str, Usage]:
    """Start of the bare interpreter, of the package and of the command, taking turns."""
    tool = str(Path(sys.executable).with_name("tidewaiter"))
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "import": [sys.executable, "-c", "import tidewaiter"],
        "tally": [sys.executable, "-c", "import tidewaiter.tally"],
        "help": [tool, "--help"],
    }
    uses: dict[str, list[Usage]] = {name: [] for name in commands}
    for _ in range(repeats + 1):
        for name, command in commands.items():
            uses[name].append(measure(command))
    return {name: middle(taken[1:]) for name, taken in uses.items()}  # the first round fills the caches of the disk


def fit(draws: int) -> tuple[float, float]:
    """Processor and wall-clock seconds of the call model on a simulated world, compiled beforehand."""
    world = simulate(WorldSpec(surveys=1), 1)
    tables = readings(world)
    fit_calls(world.case, tables, draws=8, chains=1, warmup=4)
    cpu, wall = time.process_time(), time.perf_counter()
    fit_calls(world.case, tables, draws=draws)
    return time.process_time() - cpu, time.perf_counter() - wall


def tally(draws: int, repeats: int) -> dict[str, float]:
    """Processor seconds of the steps of the tally on simulated lines of twenty months, median over the lines."""
    taken: list[dict[str, float]] = []
    for seed in range(1, repeats + 1):
        line = simulate_line(LineSpec(), seed)
        marks = [time.process_time()]
        voyages = fit_calls(line.case, line.tables, draws=draws).voyages
        marks.append(time.process_time())
        totals = Tally(line.case, voyages, line.tables["loads"], draws, seed)
        marks.append(time.process_time())
        weighed = weigh(line.case, line.tables["claims"], totals)
        marks.append(time.process_time())
        for fit in weighed.fits.values():
            conflicts(line.case, totals, fit)
        marks.append(time.process_time())
        taken.append(dict(zip(TALLY_WORDS, np.diff(marks).tolist(), strict=True)))
    return {step: median(t[step] for t in taken) for step in TALLY_WORDS}


def one_vessel() -> Model:
    """A vessel between an origin and two destinations over a year, imaged on two days of five."""
    rng = np.random.default_rng(1)
    assumed = simulate(WorldSpec(), 1).case
    call = assumed.call_model
    passage = assumed.legs[0].travel_days
    assert passage is not None  # noqa: S101
    laws = [call.origin_stay_days, call.turnaround_days, *[passage, call.destination_stay_days] * 2]
    spreads = [
        call.stay_spread,
        law(call.turnaround_days).sigma,
        *[law(passage).sigma, call.stay_spread] * 2,
    ]
    lengths = [1, *(longest_stay(law(q), s, STEP_DAYS) for q, s in zip(laws, spreads, strict=True))]
    pmf = np.zeros((7, max(lengths)))
    for p, (typical, spread) in enumerate(zip(laws, spreads, strict=True), 1):
        kernel.fill_stay(pmf[p], lengths[p], typical.p50, spread, STEP_DAYS)
    pmf[0, 0] = 1.0
    evidence = np.ones((7, STEPS))
    looks = np.flatnonzero(rng.random(STEPS) < 0.2)
    evidence[1, looks] = np.where(rng.random(len(looks)) < 0.15, 30.0, 0.03)
    chance = 1 - math.exp(-STEP_DAYS / call.idle_days.p50)
    hazard, straight = np.full(STEPS, chance), np.full(STEPS, chance / 2)
    return Model(evidence, hazard, straight, np.full((STEPS, 2), 0.5), np.array(lengths, np.int64), pmf)


def filter_numpy(m: Model) -> float:
    """Forward filter in NumPy: chance of each phase and steps left, one step after the other; returns the log-likelihood."""
    phases, steps = m.evidence.shape
    left = np.zeros_like(m.pmf)  # [phase, d]: under way in this phase with d more steps after this one
    waiting, loglik = 1.0, 0.0
    enter = np.zeros(phases)
    for k in range(steps):
        ended = left[:, 0].copy()
        enter[1] = waiting * m.hazard[k] + ended[2] * m.straight[k]
        enter[2] = ended[4::2].sum()
        enter[3::2] = ended[1] * m.leg_share[k]
        enter[4::2] = ended[3::2]
        waiting = waiting * (1 - m.hazard[k]) + ended[2] * (1 - m.straight[k])
        left[:, :-1] = left[:, 1:]
        left[:, -1] = 0.0
        left[1:] += enter[1:, None] * m.pmf[1:]
        left[1:] *= m.evidence[1:, k, None]
        waiting *= m.evidence[0, k]
        total = waiting + left[1:].sum()
        left /= total
        waiting /= total
        loglik += math.log(total)
    return loglik


def filter_python(m: Model) -> float:
    """The same filter in plain Python lists."""
    phases, steps = m.evidence.shape
    evidence, hazard, straight = m.evidence.T.tolist(), m.hazard.tolist(), m.straight.tolist()
    share = m.leg_share.tolist()
    pmf = [row[:n] for row, n in zip(m.pmf.tolist(), m.lengths.tolist(), strict=True)]
    left = [[0.0] * len(row) for row in pmf]
    waiting, loglik = 1.0, 0.0
    for k in range(steps):
        ended = [row[0] for row in left]
        enter = [0.0, waiting * hazard[k] + ended[2] * straight[k], sum(ended[4::2])]
        for j, part in enumerate(share[k]):
            enter += [ended[1] * part, ended[3 + 2 * j]]
        waiting = (waiting * (1 - hazard[k]) + ended[2] * (1 - straight[k])) * evidence[k][0]
        total = waiting
        for p in range(1, phases):
            seen, come = evidence[k][p], enter[p]
            left[p] = [(old + come * new) * seen for old, new in zip([*left[p][1:], 0.0], pmf[p], strict=True)]
            total += sum(left[p])
        left = [[x / total for x in row] for row in left]
        waiting /= total
        loglik += math.log(total)
    return loglik


def draw_path(m: Model, rng: np.random.Generator) -> float:
    """Draw a whole path with the kernel; returns the log-likelihood, read off the scaling of the evidence."""
    evidence = m.evidence.copy()
    survival = kernel.survival(m.pmf)
    work = np.zeros((2, *evidence.shape))
    path = np.zeros(STEPS, np.int8)
    kernel.draw_block(
        rng, path, 0, STEPS, evidence, m.hazard, m.straight, m.leg_share, m.lengths, m.pmf, survival, work[0], work[1],
        np.zeros(STEPS),
    )  # fmt: skip
    return float(np.log(m.evidence[1] / evidence[1]).sum())


def paths(seconds: float) -> dict[str, float]:
    """Microseconds per path of the kernel and of the two filters, taking turns for about `seconds` each."""
    m = one_vessel()
    rng = np.random.default_rng(2)
    ways: dict[str, Callable[[], float]] = {
        "kernel": lambda: draw_path(m, rng),
        "numpy": lambda: filter_numpy(m),
        "python": lambda: filter_python(m),
    }
    logliks = {name: way() for name, way in ways.items()}  # compiles, too
    if max(logliks.values()) - min(logliks.values()) > 1e-6 * abs(logliks["numpy"]):
        raise ArithmeticError(f"the filters disagree: {logliks}")
    taken: dict[str, list[float]] = {name: [] for name in ways}
    while sum(taken["python"]) < seconds:
        for name, way in ways.items():
            begin = time.process_time()
            for _ in range(20 if name == "kernel" else 1):
                way()
            taken[name].append((time.process_time() - begin) / (20 if name == "kernel" else 1))
    return {name: 1e6 * median(times) for name, times in taken.items()}


def collect(*, quick: bool) -> dict[str, Any]:
    """Measure everything."""
    metrics: dict[str, Any] = {}
    for name, use in runs(1 if quick else 3).items():
        metrics |= {f"run_{name}_{key}": round(value, 2) for key, value in use._asdict().items()}
    start = starts(5 if quick else 15)
    for name, use in start.items():
        metrics[f"start_{name}_ms"] = round(1e3 * use.wall_s, 1)
        metrics[f"start_{name}_ratio"] = round(use.cpu_s / start["python"].cpu_s, 2)
    draws = 400 if quick else 2000
    metrics["fit_draws"] = draws
    metrics["fit_cpu_s"], metrics["fit_wall_s"] = (round(x, 2) for x in fit(draws))
    metrics["tally_draws"] = 10_000
    steps = tally(metrics["tally_draws"], 1 if quick else 5)
    metrics |= {f"tally_{step}_cpu_s": round(seconds, 2) for step, seconds in steps.items()}
    taken = paths(1.0 if quick else 5.0)
    for name, value in taken.items():
        metrics[f"path_{name}_us"] = round(value, 1)
        metrics[f"path_{name}_ratio"] = round(value / taken["kernel"], 2)
    metrics["versions"] = {name: version(name) for name in ("tidewaiter", "numpy", "numba", "pyarrow")}
    metrics["versions"]["python"] = platform.python_version()
    metrics["cores"] = os.cpu_count()
    return metrics


def tables(m: Mapping[str, Any]) -> str:
    """Everything measured, as Markdown."""
    words = {"first": f"{EXAMPLES[0]}, very first run (compiles)"}
    start_words = {
        "python": "`python -c pass`",
        "import": "`import tidewaiter`",
        "help": "`tidewaiter --help`",
        "tally": "`import tidewaiter.tally`",
    }
    path_words = {
        "kernel": "kernel, draws the path",
        "numpy": "NumPy, filters only",
        "python": "plain Python, filters only",
    }
    versions = ", ".join(f"{name} {number}" for name, number in sorted(m["versions"].items()))
    return "\n".join(
        [
            f"{m['cores']} cores; {versions}.",
            "",
            "| `tidewaiter run` of | processor s | wall-clock s | memory MB |",
            "|---|---|---|---|",
            *(
                f"| {words.get(name, name)} | {m[f'run_{name}_cpu_s']:.1f} | {m[f'run_{name}_wall_s']:.1f} "
                f"| {m[f'run_{name}_memory_mb']:.0f} |"
                for name in (*EXAMPLES, "first")
            ),
            "",
            "| start | wall-clock ms | processor time, ratio |",
            "|---|---|---|",
            *(
                f"| {text} | {m[f'start_{name}_ms']:.0f} | {m[f'start_{name}_ratio']:.2f} |"
                for name, text in start_words.items()
            ),
            "",
            "| one vessel, one year, one path | µs | ratio |",
            "|---|---|---|",
            *(
                f"| {text} | {m[f'path_{name}_us']:,.0f} | {m[f'path_{name}_ratio']:.1f} |"
                for name, text in path_words.items()
            ),
            "",
            (
                f"Fit of a simulated world of four ships over 330 days, {m['fit_draws']} draws: {m['fit_cpu_s']:.1f} processor "
                f"seconds, {m['fit_wall_s']:.1f} by the clock."
            ),
            "",
            f"| tally of a simulated line of twenty months, {m['tally_draws']:,} draws | processor s |",
            "|---|---|",
            *(f"| {text} | {m[f'tally_{step}_cpu_s']:.1f} |" for step, text in TALLY_WORDS.items()),
        ]
    )


def main() -> None:
    """Measure, print, write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, a couple of minutes; writes no docs")
    parser.add_argument("--json", type=Path, help="write the metrics to this file")
    options = parser.parse_args()
    metrics = collect(quick=options.quick)
    text = tables(metrics)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    if not options.quick:
        page = PAGE.read_text(encoding="utf-8")
        block = f"<!-- generated -->\n{text}\n<!-- /generated -->"
        page = re.sub(r"<!-- generated -->.*?<!-- /generated -->", lambda _: block, page, count=1, flags=re.DOTALL)
        PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
