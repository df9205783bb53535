"""Whether two engines that share no sampler give one answer: the one that answers, and NUTS through PyMC and nutpie.

    python evaluation/crosscheck.py [--quick] [--cases N] [--json FILE]

Every case is a simulated line with detection lists, counts and claims. Compared are the 5, 50 and 95 % points of
containers by sea and of rounds by all routes: the engine with many draws, so that its own Monte Carlo error is small,
and as users run it, against the gradient sampler. Targets: 3 % apart on average, 8 % at worst, no divergence. Missing
one makes the exit status 1.

Needs the extra [pymc], Python 3.12 or newer. Writes its table into docs/calibration.md, unless it is quick.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as on the command line; read when NumPy is loaded

import numpy as np

from tidewaiter.pipeline.nuts import Nuts
from tidewaiter.simulate import LineSpec, simulate_line
from tidewaiter.tally import Tally, weigh
from tidewaiter.tally.fusion import PARTICLES
from tidewaiter.tally.loads import read_loads
from tidewaiter.voyages import fit_calls
from tidewaiter.voyages.lists import read_lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.simulate import Line
    from tidewaiter.tally import Weighed

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/calibration.md"
BEGIN, END = "<!-- crosscheck -->", "<!-- /crosscheck -->"
FIRST_SEED = 40_000
CASES, QUICK = 20, 4
DRAWS, MANY = 20_000, 8_000
NUTS_DRAWS = 1_000
POINTS = (0.05, 0.5, 0.95)
QUANTITIES = ("containers", "rounds")
MEAN_TARGET, WORST_TARGET = 0.03, 0.08


def answer(line: Line, draws: int, particles: int) -> tuple[Weighed, NDArray[np.float64], float]:
    """The engine that answers: the fit, log points (quantities, points), CPU seconds."""
    begun = time.process_time()
    calls = fit_calls(line.case, line.tables, draws=draws)
    tally = Tally(line.case, calls.voyages, line.tables["loads"], draws, line.case.seed)
    weighed = weigh(line.case, line.tables["claims"], tally, particles=particles)
    totals = weighed.totals["mix"]
    found = log_points(totals.loads(), totals.items(all_routes=True))
    return weighed, found, time.process_time() - begun


def log_points(containers: NDArray[np.float64], rounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of the points of both quantities, (quantities, points)."""
    return np.log([np.quantile(x, POINTS) for x in (containers, rounds)])


def one_case(nuts: Nuts, seed: int) -> dict[str, object]:
    """Fit one line three times; returns log ratios to NUTS, costs and diagnostics."""
    line = simulate_line(LineSpec(), seed)
    case = line.case
    weighed, many, smc_seconds = answer(line, DRAWS, MANY)
    _, usual, usual_seconds = answer(line, case.draws, PARTICLES)
    evidence, _ = read_lists(case, line.tables)
    loads, _ = read_loads(case, line.tables["loads"])
    sampled = nuts.fit(case, evidence, loads, weighed.observed.readings, case.scenarios[0], draws=NUTS_DRAWS)
    reference = log_points(sampled.loads, sampled.items)
    return {
        "seed": seed,
        "many": many - reference,
        "usual": usual - reference,
        "smc_seconds": smc_seconds,
        "usual_seconds": usual_seconds,
        "nuts_seconds": sampled.sample_seconds,
        "compile_seconds": sampled.compile_seconds,
        "divergences": sampled.divergences,
        "again": sampled.again,
        "rhat": sampled.rhat,
        "ess": sampled.ess,
    }


def summary(results: list[dict[str, object]]) -> dict[str, object]:
    """The metrics over all cases; differences are absolute log ratios, 0.03 = 3 %."""
    many, usual = (np.abs([r[name] for r in results]) for name in ("many", "usual"))

    def mean(name: str) -> float:
        return round(float(np.mean([r[name] for r in results])), 2)

    compiled = [float(r["compile_seconds"]) for r in results if float(r["compile_seconds"]) > 1]
    return {
        "cases": len(results),
        "agreement_mean": round(float(many.mean()), 4),
        "agreement_worst": round(float(many.max()), 4),
        "default_mean": round(float(usual.mean()), 4),
        "default_worst": round(float(usual.max()), 4),
        "divergences": int(sum(r["divergences"] for r in results)),
        "sampled_again": int(sum(r["again"] > 0 for r in results)),
        "rhat_max": round(float(max(r["rhat"] for r in results)), 3),
        "ess_min": round(float(min(r["ess"] for r in results))),
        "cpu_seconds_smc": mean("smc_seconds"),
        "cpu_seconds_smc_default": mean("usual_seconds"),
        "cpu_seconds_nuts": mean("nuts_seconds"),
        "cpu_seconds_compile": round(float(np.mean(compiled)), 1) if compiled else 0.0,
        "compiled": len(compiled),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("tidewaiter", "numpy", "scipy", "pymc", "pytensor", "nutpie")},
        },
    }


def met(metrics: dict[str, object]) -> bool:
    """Whether the targets are met."""
    return (
        metrics["agreement_mean"] <= MEAN_TARGET
        and metrics["agreement_worst"] <= WORST_TARGET
        and metrics["divergences"] == 0
    )


def table(results: list[dict[str, object]], metrics: dict[str, object]) -> str:
    """The result as Markdown."""
    many, usual = (np.array([r[name] for r in results]) for name in ("many", "usual"))
    lines = [
        "| | point | difference | size of the difference | worst | as run by default: difference | size | worst |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for i, quantity in enumerate(QUANTITIES):
        for j, point in enumerate(POINTS):
            cells = [
                cell
                for x in (many[:, i, j], usual[:, i, j])
                for cell in (
                    f"{100 * x.mean():+.1f} %",
                    f"{100 * np.abs(x).mean():.1f} %",
                    f"{100 * np.abs(x).max():.1f} %",
                )
            ]
            lines.append(f"| {quantity} | {100 * point:.0f} % | {' | '.join(cells)} |")
    v = metrics["versions"]
    apart = {name: f"{100 * metrics[name]:.1f} %" for name in metrics if name.startswith(("agreement", "default"))}
    lines.append(f"""
All points together: {apart["agreement_mean"]} apart on average, {apart["agreement_worst"]} at worst (targets:
{100 * MEAN_TARGET:.0f} % and {100 * WORST_TARGET:.0f} %); as run by default {apart["default_mean"]} and {apart["default_worst"]}.
{metrics["divergences"]} divergences (after {metrics["sampled_again"]} lines were sampled again by smaller steps), R-hat
{metrics["rhat_max"]:.3f} at most, {metrics["ess_min"]:,} effective draws at least.
CPU seconds a fit: {metrics["cpu_seconds_smc"]:.1f} ({metrics["cpu_seconds_smc_default"]:.1f} by default) against
{metrics["cpu_seconds_nuts"]:.1f}, and {metrics["cpu_seconds_compile"]:.0f} to compile, once for lines of one shape.
Python {v["python"]}, NumPy {v["numpy"]}, PyMC {v["pymc"]}, nutpie {v["nutpie"]}.""")
    return "\n".join(lines)


def section(results: list[dict[str, object]], metrics: dict[str, object]) -> str:
    """The part of the page, with its heading."""
    return f"""## Do two engines give one answer?

`make crosscheck` fits {metrics["cases"]} simulated lines with lists, counts and claims by the engine that answers and a second
time, in one piece, by a gradient sampler (NUTS, through PyMC and nutpie) whose densities were written separately. Differences
are those of the engine from NUTS: with {DRAWS:,} draws of voyages and {MANY:,} particles, and with the numbers it runs with
by default. A gradient needs smooth sums, so the second engine replaces sums over whole voyages by lognormals; a part of
the difference is that, and a part is the chance of {2 * NUTS_DRAWS:,} draws. The table is written by the script.

{table(results, metrics)}
"""


def write_section(text: str) -> None:
    """Put the text between the marks of the page; at its end when they are not there yet."""
    page = PAGE.read_text(encoding="utf-8")
    made = f"{BEGIN}\n\n{text}\n{END}"
    head, mark, rest = page.partition(BEGIN)
    page = head + made + rest.partition(END)[2] if mark else f"{page.rstrip()}\n\n{made}\n"
    PAGE.write_text(page, encoding="utf-8")


def main() -> int:
    """Run the cases, print the table, write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} cases, a couple of minutes; writes no docs")
    parser.add_argument("--cases", type=int, help=f"number of simulated lines; {CASES} when not said")
    parser.add_argument("--json", type=Path, help="write the metrics to this file")
    options = parser.parse_args()
    cases = options.cases or (QUICK if options.quick else CASES)

    nuts = Nuts()
    results = []
    for n in range(cases):
        results.append(one_case(nuts, FIRST_SEED + n))
        print(f"{n + 1}/{cases} {np.abs(results[-1]['many']).max():.3f} at worst", file=sys.stderr)
    metrics = summary(results)
    print(table(results, metrics))
    if options.json:
        options.json.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    if not options.quick:
        write_section(section(results, metrics))
    if not met(metrics):
        print("the engines do not agree as they should", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
