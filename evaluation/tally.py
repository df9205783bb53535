"""How often the tally is right: coverage, sharpness, peers, wrong assumptions, lies, repeats, cost; over frozen lines.

    python evaluation/tally.py [--quick] [--cases N] [--json FILE]

Every line draws its rates, lists, loads, content, sources and claims from the priors that its case declares, so
intervals that are right hold the truth as often as they say. Two further sets are drawn with other assumptions than the
fit has: dark voyages nearly invisible, and sources three times as biased. The seeds are fixed and are used for nothing
else. Peers answer on the same lines.

Writes tables and a chart into docs/calibration.md and the shares into the package, from where the report shows them;
`--quick` writes neither.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"  # the lines run side by side; read when NumPy is loaded

import numpy as np  # noqa: E402
from tally_fits import LEVELS, QUANTITIES, Outcome, one_line  # noqa: E402
from tally_page import shares, tables, write_page  # noqa: E402
from tally_peers import CALCULATED, FITTED, engine  # noqa: E402
from tally_scores import coverage, histogram, interval_score, ks_distance, width  # noqa: E402
from tally_trials import Falsified, Repeated, Stable, cost, falsified, flagged, repeated, slope, stable  # noqa: E402

from tidewaiter.simulate import LineSpec  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parent.parent
SEEDS = {"model": 310_000, "dark": 320_000, "bias": 330_000, "lies": 340_000, "stable": 350_000, "repeat": 360_000}
STRESS = {"dark": LineSpec(dark_visibility=0.05), "bias": LineSpec(bias_scale=3.0)}
SCORED = ("containers", "rounds")


class Sizes(NamedTuple):
    """How much is tried.

    Attributes:
        cases, stress: lines as modelled, and of each further set.
        peers: of the lines as modelled, on which the peers that fit are asked, for they take as long as we do.
        lies, stable, repeated, seeds: lines with a falsified number, with repeats, with other seeds, and how many seeds.
        months, voyages: sizes at which the cost is measured.
        timed: lines on which the cost of a fit is measured; imports: how often the package is imported.
    """

    cases: int
    stress: int
    peers: int
    lies: int
    stable: int
    repeated: int
    seeds: int
    months: tuple[int, ...]
    voyages: tuple[int, ...]
    timed: int
    imports: int


FULL = Sizes(200, 100, 24, 30, 2, 1, 3, (12, 24, 48), (100, 1000, 3000, 10_000), 10, 3)
QUICK = Sizes(24, 10, 6, 8, 1, 1, 2, (12, 48), (100, 1000), 6, 3)
USUAL_MONTHS, USUAL_VOYAGES, COST_DRAWS = 20, 70, 1000


class Task(NamedTuple):
    """One piece of work for a worker."""

    of: str
    call: Callable[..., Any]
    args: tuple[Any, ...]
    options: dict[str, Any]


def plan(sizes: Sizes) -> list[Task]:
    """Lay out the work, longest pieces first."""
    tasks = [Task("voyages", cost, (USUAL_MONTHS, n, COST_DRAWS), {}) for n in reversed(sizes.voyages)]
    tasks += [Task("months", cost, (n, USUAL_VOYAGES, COST_DRAWS), {}) for n in reversed(sizes.months)]
    tasks += [Task("stable", stable, (SEEDS["stable"] + n,), {}) for n in range(sizes.stable)]
    tasks += [Task("repeat", repeated, (SEEDS["repeat"] + n, sizes.seeds), {}) for n in range(sizes.repeated)]
    for n in range(sizes.cases):
        asked = {"peers": True, "fitted_peers": n < sizes.peers, "as_run": n < sizes.timed}
        tasks.append(Task("model", one_line, (LineSpec(), SEEDS["model"] + n), asked))
    tasks += [Task("lies", falsified, (SEEDS["lies"] + n,), {"beside_honest": n % 3 == 0}) for n in range(sizes.lies)]
    tasks += [
        Task(name, one_line, (spec, SEEDS[name] + n), {}) for name, spec in STRESS.items() for n in range(sizes.stress)
    ]
    return tasks


def work(tasks: Sequence[Task]) -> dict[str, list[Any]]:
    """Do all of it on all cores; results in the order of the tasks."""
    results: dict[int, Any] = {}
    begin = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        waiting = {pool.submit(t.call, *t.args, **t.options): n for n, t in enumerate(tasks)}
        for done, future in enumerate(as_completed(waiting), 1):
            results[waiting[future]] = future.result()
            if sys.stderr.isatty() or done % 50 == 0 or done == len(tasks):
                text = f"{done}/{len(tasks)} pieces, {time.perf_counter() - begin:.0f} s"
                print(
                    f"\r{text}" if sys.stderr.isatty() else text,
                    end="" if sys.stderr.isatty() else "\n",
                    file=sys.stderr,
                )
    out: dict[str, list[Any]] = {}
    for n, task in enumerate(tasks):
        out.setdefault(task.of, []).append(results[n])
    return out


def of_fits(prefix: str, outcomes: Sequence[Outcome], method: str = "") -> dict[str, float]:
    """Coverage, interval scores and widths of a method that fits."""
    out = {}
    for q in QUANTITIES:
        truth = [o.truth[q] for o in outcomes]
        for level in LEVELS:
            ends = [o.fits[method][q].ends[level] for o in outcomes]
            out[f"{prefix}coverage_{round(100 * level)}_{q}"] = coverage(truth, ends)
        ends = [o.fits[method][q].ends[0.9] for o in outcomes]
        out[f"{prefix}width_90_{q}"] = width(ends)
        if q in SCORED:
            out[f"{prefix}interval_score_{q}"] = interval_score(truth, ends)
    return out


def of_peers(outcomes: Sequence[Outcome], fitted: Sequence[Outcome]) -> dict[str, float]:
    """Every peer, and how many times our score its score is on the same lines."""
    out: dict[str, float] = {}
    for name in (*CALCULATED, *FITTED, "no_claims"):
        lines = fitted if name in FITTED else outcomes
        for q in SCORED:
            truth = [o.truth[q] for o in lines]
            ours = [o.fits[""][q].ends[0.9] for o in lines]
            theirs = [o.ranges[name][q] if name in CALCULATED else o.fits[name][q].ends[0.9] for o in lines]
            ratio = interval_score(truth, theirs) / interval_score(truth, ours)
            out[f"ratio_{name}" if q == "rounds" else f"ratio_{name}_{q}"] = ratio
            if name != "no_claims":
                out[f"peer_{name}_coverage_90_{q}"] = coverage(truth, theirs)
                out[f"peer_{name}_interval_score_{q}"] = interval_score(truth, theirs)
                out[f"peer_{name}_width_90_{q}"] = width(theirs)
    return out


def of_lies(lines: Sequence[Falsified]) -> dict[str, float]:
    """Share of falsified numbers that were flagged, and of honest ones."""
    honest = [p for x in lines for p in x.honest]
    out = {
        "conflict_cases": len(lines),
        "conflict_honest_readings": len(honest),
        "conflict_power": flagged([x.p for x in lines]),
        "conflict_false_alarms": flagged(honest),
        "conflict_false_alarms_beside_a_lie": flagged([p for x in lines for p in x.beside]),
    }
    for kind in ("point", "floor"):
        out[f"conflict_power_{kind}s"] = flagged([x.p for x in lines if x.kind == kind])
    for source in sorted({x.source for x in lines}):
        out[f"conflict_power_of_{source}"] = flagged([x.p for x in lines if x.source == source])
    return out


def of_stability(lines: Sequence[Stable], again: Sequence[Repeated]) -> dict[str, Any]:
    """What should not move the answer, and how far it does."""
    out: dict[str, Any] = {
        "repeats_shift": max(max(x.repeats, x.derived) for x in lines),
        "repeats_shift_copies": max(x.repeats for x in lines),
        "repeats_shift_unlabelled": max(x.unlabelled for x in lines),
        "repeats_shift_derived": max(x.derived for x in lines),
        "stale_bound_p_min": min(p for x in lines for p in x.stale_p),
        "repeat_equal": all(x.equal for x in again),
        "seeds_median_shift": max(m for x in again for m in x.medians),
        "seeds_ends_shift": max(m for x in again for m in x.ends),
        "seeds_ends_shift_mean": float(np.mean([m for x in again for m in x.ends])),
    }
    for looseness, name in (("stale", "stale_bound_shift"), ("", "stale_bound_shift_unsaid")):
        moved = {q: [x.stale[q, looseness] for x in lines] for q in SCORED}
        out[name] = max(abs(float(np.mean(m))) for m in moved.values())
        out[f"{name}_worst"] = max(abs(m) for each in moved.values() for m in each)
    return out


def import_seconds(times: int) -> dict[str, float]:
    """Least wall-clock and processor seconds to start Python and import the tally; the least, for others use the machine."""
    walls, cpus = [], []
    for _ in range(times + 1):  # the first fills the caches of the disk
        before, begin = os.times(), time.perf_counter()
        subprocess.run([sys.executable, "-c", "import tidewaiter.tally"], check=True)
        walls.append(time.perf_counter() - begin)
        after = os.times()
        cpus.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return {"import_seconds": min(walls[1:]), "import_cpu_seconds": min(cpus[1:])}


def collect(sizes: Sizes) -> dict[str, Any]:
    """Try everything."""
    metrics: dict[str, Any] = {"cases": sizes.cases, "stress_cases": sizes.stress, "peer_cases": sizes.peers}
    metrics |= import_seconds(sizes.imports)
    results = work(plan(sizes))
    model: list[Outcome] = results["model"]
    metrics |= of_fits("", model) | of_fits("no_claims_", model, "no_claims")
    metrics |= of_peers(model, model[: sizes.peers])
    for name in STRESS:
        metrics |= of_fits(f"stress_{name}_", results[name])
        metrics |= of_fits(f"stress_{name}_no_claims_", results[name], "no_claims")
    for q in QUANTITIES:
        ranks = [o.fits[""][q].rank for o in model]
        metrics |= {f"sbc_ks_{q}": ks_distance(ranks), f"sbc_counts_{q}": histogram(ranks)}
    metrics |= of_lies(results["lies"]) | of_stability(results["stable"], results["repeat"])
    seconds = [o.cpu_s for o in model[: sizes.timed]]
    metrics["cpu_seconds_per_fit"] = float(np.mean(seconds))
    metrics["cpu_seconds_per_fit_95"] = float(np.quantile(seconds, 0.95))
    metrics["distinct_draws_median"] = float(np.median([o.distinct for o in model]))
    metrics["distinct_draws_min"] = min(o.distinct for o in model)
    for name, size in (("voyages", "voyages"), ("months", "months")):
        costs = sorted(results[name], key=lambda c: getattr(c, size))
        metrics |= {f"cost_{round(getattr(c, size))}_{name}_cpu_s": c.cpu_s for c in costs}
        large = costs[1:] if len(costs) > 2 else costs  # what does not grow hides in the smallest
        metrics[f"scaling_{name}_slope"] = slope([getattr(c, size) for c in large], [c.cpu_s for c in large])
    metrics["versions"] = {name: version(name) for name in ("tidewaiter", "numpy", "scipy")}
    metrics["versions"] |= {"python": sys.version.split()[0], "product": engine()}
    return {name: _short(value) for name, value in metrics.items()}


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main() -> None:
    """Try everything, print the tables, write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer of everything, a couple of minutes; writes no docs")
    parser.add_argument("--cases", type=int, help="lines as modelled")
    parser.add_argument("--json", type=Path, help="write the metrics to this file")
    options = parser.parse_args()
    sizes = QUICK if options.quick else FULL
    if options.cases:
        sizes = sizes._replace(cases=options.cases, peers=min(sizes.peers, options.cases))
    metrics = collect(sizes)
    print(tables(metrics))
    if options.json:
        options.json.write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    if not options.quick:
        kept = json.dumps(shares(metrics), indent=1) + "\n"
        (ROOT / "src/tidewaiter/publish/tally_calibration.json").write_text(kept, encoding="utf-8")
        write_page(ROOT / "docs", metrics)


if __name__ == "__main__":
    main()
