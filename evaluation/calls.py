"""How often the call model is right: bias and interval coverage over simulated worlds with known truth.

    python evaluation/calls.py [--quick] [--worlds N] [--json FILE]

Every world draws its own rates, stays, cloud and images from the priors; ships move in continuous time. The model sees
looks at the origin on 20, 40 or 64 % of days, fewer at the destinations, uncertain identities, a few AIS fixes and, in
every second world, one published count. Beside it stand what is done today: the count of distinct calls that were seen,
the same with a Poisson interval, and a spreadsheet's "seen times 1.0 to 1.3".

Writes the table into docs/calibration.md and the figures into the package, from where the report shows them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from tidewaiter.simulate import WorldSpec, readings, simulate
from tidewaiter.tally.intervals import interval, median
from tidewaiter.voyages import fit_calls

if TYPE_CHECKING:
    from tidewaiter.simulate.world import World

ROOT = Path(__file__).resolve().parent.parent
LOOKS = (0.20, 0.40, 0.64)
LEVELS = (0.5, 0.8, 0.9, 0.95)
FIRST_SEED = 10_000
METHODS = {
    "model": "Tidewaiter",
    "naive": "distinct calls seen, as a bare count",
    "poisson": "the same with a Poisson interval",
    "spreadsheet": "seen × 1.0 to 1.3",
}


def seen_calls(world: World) -> int:
    """Distinct calls an analyst counts from the looks at the origin: a ship is new after an empty clear look."""
    counted, alongside = 0, []
    for look in sorted((x for x in world.looks if x.place == "origin"), key=lambda x: x.t):
        there = []
        for weights, _ in look.ships:
            match = next((a for a in alongside if not a or not weights or set(a) & set(weights)), None)
            if match is None:
                counted += 1
            else:
                alongside.remove(match)
            there.append(weights)
        if there or look.state == "clear":
            alongside = there
    return counted


def one_world(task: tuple[float, int, int]) -> dict[str, object]:
    """Fit one world; returns truth and intervals of every method."""
    looks, seed, draws = task
    world = simulate(WorldSpec(looks=looks, destination_looks=looks / 2, surveys=seed % 2), seed)
    fit = fit_calls(world.case, readings(world), draws=draws, chains=2, warmup=300, sweeps_per_draw=2)
    calls = np.bincount(fit.voyages["draw"].to_numpy(), minlength=fit.draws).astype(float)
    seen = seen_calls(world)
    half = {level: math.sqrt(seen) * NormalDist().inv_cdf((1 + level) / 2) for level in LEVELS}
    return {
        "truth": world.true_calls,
        "rhat": fit.diagnostics["rhat"],
        "model": (median(calls, whole=True), {level: interval(calls, level, whole=True) for level in LEVELS}),
        "naive": (seen, dict.fromkeys(LEVELS, (seen, seen))),
        "poisson": (seen, {level: (seen - half[level], seen + half[level]) for level in LEVELS}),
        "spreadsheet": (1.15 * seen, dict.fromkeys(LEVELS, (seen, 1.3 * seen))),
    }


def score(results: list[dict[str, object]]) -> dict[str, dict[str, float]]:
    """Per method: bias of the middle, coverage at each level, mean width of the 90 % interval."""
    out = {}
    for method in METHODS:
        truth = np.array([r["truth"] for r in results], float)
        middle = np.array([r[method][0] for r in results], float)
        row = {"bias": float((middle - truth).sum() / truth.sum())}
        for level in LEVELS:
            ends = np.array([r[method][1][level] for r in results], float)
            row[f"coverage_{round(100 * level)}"] = float(np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1])))
            if level == 0.9:
                row["width_90"] = float(np.mean(ends[:, 1] - ends[:, 0]))
        out[method] = row
    return out


def table(scores: dict[float, dict[str, dict[str, float]]], worlds: int) -> str:
    """The result as Markdown."""
    lines = [
        (
            f"{worlds} worlds for each share of days with a look. Coverage: share of worlds whose true number of calls lies in the "
            "interval. Bias: summed error of the middle over summed truth."
        ),
        "",
        "| days with a look | method | bias | 50 % | 80 % | 90 % | 95 % | mean width of 90 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for looks, by_method in scores.items():
        for method, words in METHODS.items():
            r = by_method[method]
            cover = " | ".join(f"{100 * r[f'coverage_{round(100 * level)}']:.0f} %" for level in LEVELS)
            lines.append(
                f"| {100 * looks:.0f} % | {words} | {100 * r['bias']:+.1f} % | {cover} | {r['width_90']:.1f} calls |"
            )
    return "\n".join(lines)


def main() -> None:
    """Run the worlds, print the table, write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer worlds, a couple of minutes; writes no docs")
    parser.add_argument("--worlds", type=int, help="worlds for each share of days with a look")
    parser.add_argument("--json", type=Path, help="write the metrics to this file")
    options = parser.parse_args()
    worlds = options.worlds or (20 if options.quick else 200)
    draws = 800

    tasks = [(looks, FIRST_SEED + n, draws) for looks in LOOKS for n in range(worlds)]
    results: dict[float, list[dict[str, object]]] = {looks: [] for looks in LOOKS}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for n, (task, result) in enumerate(zip(tasks, pool.map(one_world, tasks, chunksize=2), strict=True), 1):
            results[task[0]].append(result)
            if sys.stderr.isatty() or n % 60 == 0:
                print(f"\r{n}/{len(tasks)} worlds", end="" if sys.stderr.isatty() else "\n", file=sys.stderr)

    scores = {looks: score(r) for looks, r in results.items()}
    metrics: dict[str, object] = {"worlds": worlds, "draws": draws}
    for looks, by_method in scores.items():
        for method, row in by_method.items():
            prefix = "" if method == "model" else f"{method}_"
            metrics |= {f"{prefix}{name}_looks_{round(100 * looks)}": round(value, 4) for name, value in row.items()}
    everything = [r for rows in results.values() for r in rows]
    metrics["rhat_above_1_05"] = float(np.mean([r["rhat"] > 1.05 for r in everything]))
    metrics["versions"] = {"tidewaiter": version("tidewaiter"), "numpy": np.__version__, "numba": version("numba")}
    text = table(scores, worlds)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(metrics, indent=1) + "\n")
    if not options.quick:
        (ROOT / "src/tidewaiter/publish/calibration.json").write_text(json.dumps(metrics, indent=1) + "\n")
        page = ROOT / "docs/calibration.md"
        head, _, _ = page.read_text().partition("<!-- table -->")
        page.write_text(f"{head}<!-- table -->\n\n{text}\n")


if __name__ == "__main__":
    main()
