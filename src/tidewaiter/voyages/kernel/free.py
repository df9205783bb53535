"""A joint move of the typical stay and of every stay that no evidence touches.

Given the paths, many stays pin the typical stay down, and it in turn holds the stays: where most calls were not seen, the
two would creep. Here a new typical stay is proposed together with fresh lengths for the stays of untouched cycles (from
one arrival at the origin to the next of the same vessel, with no look and no evidence of its own in between). Arrivals
stay where they are; what a stay gains, the wait at the end of its cycle loses. Lengths are drawn from the proposed law,
cut off where the wait is used up, so the law itself leaves the acceptance ratio but for that cut.
"""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import TINY, compiled
from tidewaiter.voyages.kernel.laws import fill_stay
from tidewaiter.voyages.kernel.paths import pick


@compiled
def propose_stays(rng, kind, z, prior, paths, line, pmf, free, hazard, straight, stays, cuts, trial_paths, trial_pmf):
    """Propose a typical stay and fresh stays in untouched cycles.

    Args:
        rng: source of randomness.
        kind: 0 for the origin, 1 for the destinations.
        z: (1,) its coordinate; the proposal is returned, `z` is not changed.
        prior: mean and sd of the log typical stay, and the spread.
        paths: (vessels, steps).
        line: `arrays.Line`.
        pmf: (phases, longest) laws of the runs.
        free: (vessels, steps + 1) number of steps with evidence before each step.
        hazard: (vessels, steps) chance that a wait ends.
        straight: (vessels, steps) chance that there is no wait.
        stays: (longest,) all complete stays of the kind, by length.
        cuts: (longest,) those cut off by the end of the grid.
        trial_paths: filled with the proposed paths.
        trial_pmf: (longest,) filled with the proposed law.

    Returns:
        Proposed coordinate and log acceptance ratio, without looks (which do not change) and surveys.
    """
    phase = 1 if kind == 0 else 4
    length = line.lengths[phase]
    trial = z[0] + 0.6 * rng.standard_normal()
    fill_stay(trial_pmf, length, math.exp(prior[0] + prior[1] * trial), prior[2], line.step_days)
    law = pmf[phase]
    ratio = 0.5 * (z[0] ** 2 - trial**2)
    trial_paths[:] = paths
    kept = stays.copy()
    weight = np.empty(length)
    steps = paths.shape[1]
    for v in range(paths.shape[0]):
        start = _next_call(paths[v], 0)
        while start < steps:
            after = _next_call(paths[v], _run_end(paths[v], start))
            if after >= steps:
                break
            if free[v, start] == free[v, after]:
                # one cycle: origin, passage, destination, way back, wait
                a = _run_end(paths[v], start)
                b = _run_end(paths[v], a)
                c = _run_end(paths[v], b)
                d = _run_end(paths[v], c)
                old = a - start if kind == 0 else c - b
                wait = after - d
                most = min(old + wait, length)
                old_cut = new_cut = 0.0
                for r in range(most):
                    old_cut += law[r]
                    new_cut += trial_pmf[r]
                    weight[r] = trial_pmf[r]
                new = pick(rng, weight[:most], new_cut) + 1
                kept[old - 1] -= 1
                ratio += math.log(new_cut + TINY) - math.log(old_cut + TINY)
                shift = new - old
                if shift != 0:
                    ratio -= _cycle_loglik(paths[v], a, d, after, line, hazard[v], straight[v])
                    _rebuild(paths[v], trial_paths[v], start, a, b, c, d, after, shift, kind)
                    moved = a + shift if kind == 0 else a
                    ratio += _cycle_loglik(trial_paths[v], moved, d + shift, after, line, hazard[v], straight[v])
            start = after
    old_tail = new_tail = 0.0
    for r in range(length - 1, -1, -1):
        old_tail += law[r]
        new_tail += trial_pmf[r]
        if kept[r] > 0:
            ratio += kept[r] * (math.log(trial_pmf[r] + TINY) - math.log(law[r] + TINY))
        if cuts[r] > 0:
            ratio += cuts[r] * (math.log(new_tail + TINY) - math.log(old_tail + TINY))
    return trial, ratio


@compiled
def _next_call(path, k):
    while k < path.shape[0] and path[k] != 1:
        k += 1
    return k


@compiled
def _run_end(path, k):
    """First step after the run that holds step `k`."""
    phase = path[k]
    while k < path.shape[0] and path[k] == phase:
        k += 1
    return k


@compiled
def _cycle_loglik(path, leave, back, after, line, hazard, straight):
    """Log-chance of what depends on when a cycle leaves the origin and is back: the leg taken and the wait."""
    total = math.log(line.leg_share[leave, (path[leave] - 3) // 2] + TINY)
    if back == after:
        return total + math.log(straight[after] + TINY)
    total += math.log(1.0 - straight[back] + TINY) + math.log(hazard[after] + TINY)
    for k in range(back + 1, after):
        total += math.log(1.0 - hazard[k] + TINY)
    return total


@compiled
def _rebuild(path, out, start, a, b, c, d, after, shift, kind):
    """Write the cycle ``[start, after)`` with its stay longer by `shift`; a, b, c, d end origin, passage, destination, back."""
    ends = np.array([a, b, c, d])
    for i in range(4):
        if i >= 2 * kind:
            ends[i] += shift
    k = start
    for i in range(4):
        source = (start, a, b, c)[i]
        while k < ends[i]:
            out[k] = path[source]
            k += 1
    while k < after:
        out[k] = 0
        k += 1
