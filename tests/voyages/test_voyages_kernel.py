"""The compiled core against brute force: every path of a tiny world, with its exact probability."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.voyages import kernel

STEPS, DESTS = 9, 2
LENGTHS = np.array([1, 3, 2, 2, 3, 1, 2])
AFTER = {0: (0, 1), 1: (1, 3, 5), 2: (2, 0, 1), 3: (3, 4), 4: (4, 2), 5: (5, 6), 6: (6, 2)}


def laws(rng):
    pmf = np.zeros((7, 3))
    for p in range(1, 7):
        x = rng.random(LENGTHS[p]) + 0.1
        pmf[p, : LENGTHS[p]] = x / x.sum()
    hazard, straight = rng.random(STEPS) * 0.6 + 0.1, rng.random(STEPS) * 0.5 + 0.1
    share = rng.random((STEPS, DESTS)) + 0.1
    return pmf, kernel.survival(pmf), hazard, straight, share / share.sum(axis=1, keepdims=True)


def paths():
    def grow(path):
        if len(path) == STEPS:
            yield tuple(path)
            return
        for nxt in AFTER[path[-1]]:
            yield from grow([*path, nxt])

    for first in (0, 1):
        yield from grow([first])


def density(path, evidence, pmf, surv, hazard, straight, share):
    """Probability of a path, from runs, with the wait before step 0 open."""
    total, k, previous = 1.0, 0, 0
    while k < STEPS:
        p, end = path[k], k
        if p == 0:
            # idle: one step at a time
            total *= (1 - straight[k]) if previous == 2 else (1 - hazard[k])
            total *= evidence[0, k]
            previous, k = 0, k + 1
            continue
        while end + 1 < STEPS and path[end + 1] == p:
            end += 1
        if p == 1:
            total *= straight[k] if previous == 2 else hazard[k]
        elif p in (3, 5):
            total *= share[k, (p - 3) // 2]
        d = end - k
        if d >= LENGTHS[p]:
            return 0.0
        total *= surv[p, d] if end == STEPS - 1 else pmf[p, d]
        total *= math.prod(evidence[p, k : end + 1])
        previous, k = p, end + 1
    return total


def draw(rng, path, a, b, evidence, law):
    pmf, surv, hazard, straight, share = law
    work = np.zeros((7, STEPS)), np.zeros((7, STEPS)), np.zeros(STEPS)
    block = kernel.draw_block(
        rng, path, a, b, evidence[:, a:b].copy(), hazard, straight, share, LENGTHS, pmf, surv, *work
    )
    out = path.copy()
    out[a:b] = block
    return tuple(int(x) for x in out)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("a", "b"), [(0, STEPS), (0, 4), (3, 7), (5, STEPS), (4, 5)])
def test_a_block_is_drawn_from_its_exact_conditional(seed, a, b):
    rng = np.random.default_rng(seed)
    law = laws(rng)
    evidence = rng.random((7, STEPS)) + 0.05
    weights = {p: density(p, evidence, *law) for p in paths()}
    weights = {p: w for p, w in weights.items() if w > 0}
    start = list(weights)[int(rng.integers(len(weights)))]
    fixed = {p: w for p, w in weights.items() if p[:a] == start[:a] and p[b:] == start[b:]}
    total = sum(fixed.values())
    n = 6000
    counts = dict.fromkeys(fixed, 0)
    path = np.array(start, np.int8)
    for _ in range(n):
        counts[draw(rng, path, a, b, evidence, law)] += 1  # a path outside the support would be a KeyError
    chi2 = sum((counts[p] - n * w / total) ** 2 / (n * w / total) for p, w in fixed.items() if n * w / total > 5)
    cells = sum(n * w / total > 5 for w in fixed.values())
    assert chi2 < cells + 5 * math.sqrt(2 * cells) + 5


def brute_look(there, weights, other, seen, missed):
    """Sum over assignments of sightings to ships present (each at most once) or to another ship."""
    total = 0.0
    for choice in itertools.product([None, *there], repeat=len(weights)):
        used = [c for c in choice if c is not None]
        if len(set(used)) < len(used):
            continue
        x = missed ** (len(there) - len(used))
        for j, c in enumerate(choice):
            x *= other[j] if c is None else weights[j, c] * seen
        total += x
    return total


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_a_look_sums_over_all_explanations(ships, sightings, seed):
    rng = np.random.default_rng(seed)
    weights, other = rng.random((sightings, 5)), rng.random(sightings)
    there = np.array([*range(ships), *[0] * (16 - ships)])
    got = kernel.look_likelihood(there, ships, -1, -1, 0, sightings, weights, other, 0.9, 0.1)
    assert got == pytest.approx(brute_look(list(range(ships)), weights, other, 0.9, 0.1))


def test_leaving_out_and_adding_a_ship_to_a_look():
    weights, other = np.array([[0.2, 0.7]]), np.array([0.05])
    there = np.array([0, 1, *[0] * 14])
    both = kernel.look_likelihood(there, 2, -1, -1, 0, 1, weights, other, 0.9, 0.1)
    assert kernel.look_likelihood(there, 2, 1, 1, 0, 1, weights, other, 0.9, 0.1) == pytest.approx(both)
    alone = kernel.look_likelihood(there, 2, 1, -1, 0, 1, weights, other, 0.9, 0.1)
    assert alone == pytest.approx(0.2 * 0.9 + 0.05 * 0.1)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 6), min_size=0, max_size=9),
    st.integers(0, 9),
    st.integers(0, 3),
    st.integers(0, 2**32 - 1),
)
def test_counts_follow_the_poisson_binomial_law(covered, low, width, seed):
    chance = np.random.default_rng(seed).random(kernel.COVERED)
    hist = np.bincount(np.array(covered, np.int64), minlength=kernel.COVERED)
    q = [chance[c] for c in covered]
    exact = 0.0
    for seen in itertools.product([0, 1], repeat=len(q)):
        if low <= sum(seen) <= low + width:
            exact += math.prod(x if s else 1 - x for x, s in zip(q, seen, strict=True))
    assert kernel.count_pmf(hist, chance, low, low + width) == pytest.approx(exact, abs=1e-12)


def test_chance_counted_is_hypergeometric_without_clustering():
    days, usable, covered = 30, 12, 4
    exact = 1 - math.comb(days - covered, usable) / math.comb(days, usable)
    assert kernel.chance_counted(covered, days, usable, 0.0, 1.0) == pytest.approx(exact)
    assert kernel.chance_counted(covered, days, usable, 0.5, 1.0) < exact
    assert kernel.chance_counted(3, 20, 20, 0.2, 0.9) == pytest.approx(0.9)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.3, 6), st.floats(0.1, 0.8), st.integers(0, 2**32 - 1))
def test_stays_cover_grid_instants_as_often_as_chance_says(median_days, spread, seed):
    rng = np.random.default_rng(seed)
    pmf = np.zeros(80)
    kernel.fill_stay(pmf, 80, median_days, spread, 0.5)
    assert pmf.sum() == pytest.approx(1, abs=1e-6)
    stays = median_days * np.exp(spread * rng.standard_normal(40_000)) / 0.5
    instants = np.floor(stays + rng.random(40_000)).astype(int)
    seen = np.bincount(np.clip(instants, 1, 80), minlength=81)[1:] / 40_000
    assert np.abs(pmf - seen).max() < 0.015


def test_stays_of_a_path_are_counted_by_the_images_they_cover():
    path = np.array([0, 1, 1, 1, 3, 4, 2, 0, 1, 1, 0, 1], np.int8)
    hist = np.zeros(kernel.COVERED, np.int64)
    kernel.survey_histogram(path, 1, np.array([0, 2, 3, 4, 9]), hist)
    assert hist[:4].tolist() == [0, 1, 1, 0]  # the stay from step 8 covers one image, the last stay none


def test_at_once_is_the_chance_that_a_wait_covers_no_grid_instant():
    rng = np.random.default_rng(1)
    for rate in (1e-9, 0.02, 0.4, 3.0):
        waits = rng.exponential(1 / rate, 200_000)
        none = np.mean(np.floor(waits + rng.random(200_000)) == 0)
        assert kernel.at_once(rate) == pytest.approx(none, abs=5e-3)
