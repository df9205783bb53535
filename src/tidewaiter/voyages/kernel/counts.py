"""What published counts say, given the paths."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import compiled


@compiled
def survey_histogram(path, phase, instants, hist):
    """Count the stays of one path at `phase` by the number of `instants` (imaging steps, sorted) they cover."""
    hist[:] = 0
    n = instants.shape[0]
    i = 0
    while i < n:
        if path[instants[i]] != phase:
            i += 1
            continue
        end = instants[i]
        while end + 1 < path.shape[0] and path[end + 1] == phase:
            end += 1
        covered = 0
        while i < n and instants[i] <= end:
            covered += 1
            i += 1
        hist[min(covered, hist.shape[0] - 1)] += 1


@compiled
def chance_counted(covered, days, usable, clustering, distinct):
    """Chance that a call covering `covered` of `days` days is counted by a team that saw `usable` of them.

    The days seen are a random subset of the window (hypergeometric); `clustering` in [0, 1) shrinks the number of
    independent chances, because cloudy days come in runs.
    """
    independent = 1.0 + (covered - 1) * (1.0 - clustering)
    missed = 1.0
    i = 0
    while i < independent:
        part = min(independent - i, 1.0)
        factor = max(days - usable - i, 0.0) / max(days - i, 1.0)
        missed *= factor**part
        i += 1
    return (1.0 - missed) * distinct


@compiled
def count_pmf(hist, chance, low, high):
    """Chance that between `low` and `high` calls are counted: Poisson-binomial over the calls in `hist` (counts).

    The recursion runs over the calls that are counted or over those that are missed, whichever are fewer. `chance` is
    that of being counted, by the number of imaging days a call covers.
    """
    calls = hist[1:].sum()
    if low > calls:
        return 0.0
    high = min(high, calls)
    missed = calls - low < high
    first, last = (calls - high, calls - low) if missed else (low, high)
    dist = np.zeros(last + 1)
    dist[0] = 1.0
    top = 0
    for covered in range(1, hist.shape[0]):
        m = hist[covered]
        if m == 0:
            continue
        q = chance[covered]
        if missed:
            q = 1.0 - q
        for _ in range(m):
            top = min(top + 1, last)
            for c in range(top, 0, -1):
                dist[c] = dist[c] * (1.0 - q) + dist[c - 1] * q
            dist[0] *= 1.0 - q
    total = 0.0
    for c in range(first, last + 1):
        total += dist[c]
    return total


@compiled
def survey_loglik(sv, s, paths, hists, posterior):
    """Log-likelihood of survey `s`: its count of calls and, when given, its days with a ship, over the days it saw.

    Days with a ship follow a hypergeometric law in the ship-days of the window; here its normal approximation, the
    variance raised by the clustering of usable days.

    Args:
        sv: `arrays.Surveys`.
        s: which survey.
        paths: (hulls, steps).
        hists: (surveys, hulls, covered) calls by the number of imaging days they cover.
        posterior: (grid,) filled with the weight of each possible coverage, not normalised.
    """
    hist = np.zeros(hists.shape[2], np.int64)
    for v in range(hists.shape[1]):
        for c in range(hists.shape[2]):
            hist[c] += hists[s, v, c]
    part = 0.0
    if sv.with_ship[s] >= 0:
        part = _ship_days(paths, sv.phase[s], instants_of(sv, s), sv.mask[s]) / sv.days[s]
    total = 0.0
    for g in range(sv.usable.shape[1]):
        x = sv.share[s, g]
        posterior[g] = 0.0
        if x == 0.0:
            continue
        if sv.low[s] >= 0:
            x *= count_pmf(hist, sv.chance[s, g], sv.low[s], sv.high[s])
        if sv.with_ship[s] >= 0:
            usable = sv.usable[s, g]
            mean = usable * part
            var = mean * (1.0 - part) * max(1.0 - usable / sv.days[s], 0.02) * (1.0 + 2.0 * sv.clustering) + 0.5
            x *= math.exp(-0.5 * (sv.with_ship[s] - mean) ** 2 / var) / math.sqrt(var)
        posterior[g] = x
        total += x
    # far from the data the slope leads a chain out of impossible starts
    short = max(sv.low[s] - hist[1:].sum(), 0) if sv.low[s] >= 0 else 0
    return sv.weight[s] * (math.log(total + 1e-60) - short)


@compiled
def instants_of(sv, s):
    """Imaging steps of survey `s`."""
    return sv.instants[sv.start[s] : sv.start[s + 1]]


@compiled
def _ship_days(paths, phase, instants, mask):
    n = 0
    for k in instants:
        for v in range(paths.shape[0]):
            if mask[v] and paths[v, k] == phase:
                n += 1
                break
    return n
