"""What looks say, given which vessels are there."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import TINY, compiled


@compiled
def look_likelihood(present, n_present, skip, add, first, last, weights, other, seen, missed):
    """Chance of what one look shows, given which vessels are there.

    Sums over all ways to explain each sighting by a vessel that is present (at most one sighting each) or by a ship
    outside the fleet; a vessel that is present and explains nothing was missed.

    Args:
        present: (>= n_present,) vessels at the place; `skip` is left out of it, `add` joins it (-1: nobody).
        first, last: sightings of this look, rows of `weights`.
        weights: (sightings, vessels) chance of the description given the vessel.
        other: (sightings,) the same for a ship outside the fleet.
        seen, missed: chance that a vessel which is present is seen or missed; ``seen = missed = 1`` for a sighting
            published without its look, which says nothing about ships that were not reported.
    """
    there = np.empty(16, np.int64)
    n = 0
    for i in range(n_present):
        if present[i] != skip and n < 12:
            there[n] = present[i]
            n += 1
    if add >= 0:
        there[n] = add
        n += 1
    if first == last:
        return missed**n
    if last == first + 1:
        total = other[first] * missed**n
        if n:
            rest = missed ** (n - 1)
            for i in range(n):
                total += weights[first, there[i]] * seen * rest
        return total
    size = 1 << n
    ways = np.zeros(size)
    ways[0] = 1.0
    for j in range(first, last):
        after = np.empty(size)
        for mask in range(size):
            total = ways[mask] * other[j]
            for i in range(n):
                if mask >> i & 1:
                    total += ways[mask ^ (1 << i)] * weights[j, there[i]] * seen
            after[mask] = total
        ways = after
    total = 0.0
    for mask in range(size):
        free = n
        for i in range(n):
            free -= mask >> i & 1
        total += ways[mask] * missed**free
    return total


@compiled
def _present(paths, step, phase, out):
    n = 0
    for v in range(paths.shape[0]):
        if paths[v, step] == phase and n < 12:
            out[n] = v
            n += 1
    return n


@compiled
def looks_loglik(looks, paths, a, b):
    """Log-likelihood of the looks (`arrays.Looks`) with steps in ``[a, b)``."""
    present = np.empty(16, np.int64)
    total = 0.0
    for i in range(looks.at[a], looks.at[b]):
        n = _present(paths, looks.step[i], looks.phase[i], present)
        total += math.log(_likelihood(looks, i, present, n, -1, -1) + TINY)
    return total


@compiled
def emissions(looks, own, v, paths, a, b):
    """Relative chance of the evidence of steps ``[a, b)`` for each phase of vessel `v`, others fixed; (phases, b - a)."""
    out = own[v, :, a:b].copy()
    present = np.empty(16, np.int64)
    for i in range(looks.at[a], looks.at[b]):
        k = looks.step[i] - a
        n = _present(paths, looks.step[i], looks.phase[i], present)
        here = _likelihood(looks, i, present, n, v, v)
        away = _likelihood(looks, i, present, n, v, -1)
        for p in range(out.shape[0]):
            out[p, k] *= here if p == looks.phase[i] else away
    return out


@compiled
def _likelihood(looks, i, present, n, skip, add):
    return look_likelihood(
        present,
        n,
        skip,
        add,
        looks.sight[i],
        looks.sight[i + 1],
        looks.weights,
        looks.other,
        looks.seen[i],
        looks.missed[i],
    )
