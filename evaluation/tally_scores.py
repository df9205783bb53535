"""How good intervals are: how often they hold the truth, at what width, and whether the draws behind them are even."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

BINS = 20
SMALLEST = 1.0  # stands for none in a logarithm
MISS = 20.0  # per unit of distance outside a 90 % interval, 2 / (1 - 0.9)


def coverage(truth: ArrayLike, ends: ArrayLike) -> float:
    """Share of truths (n,) inside closed intervals (n, 2)."""
    t, e = np.asarray(truth, float), np.asarray(ends, float)
    return float(np.mean((e[:, 0] <= t) & (t <= e[:, 1])))


def interval_score(truth: ArrayLike, ends: ArrayLike) -> float:
    """Mean score of 90 % intervals (n, 2) on log scale: width, and 20 times the distance of a truth outside; low is good.

    Gneiting, Raftery, "Strictly proper scoring rules, prediction, and estimation", JASA 102 (2007), section 6.2.
    """
    t = np.log(np.maximum(np.asarray(truth, float), SMALLEST))
    e = np.log(np.maximum(np.asarray(ends, float), SMALLEST))
    outside = np.maximum(e[:, 0] - t, 0) + np.maximum(t - e[:, 1], 0)
    return float(np.mean(e[:, 1] - e[:, 0] + MISS * outside))


def width(ends: ArrayLike) -> float:
    """Median ratio of the upper to the lower end of intervals (n, 2)."""
    e = np.maximum(np.asarray(ends, float), SMALLEST)
    return float(np.median(e[:, 1] / e[:, 0]))


def rank(truth: float, draws: NDArray[np.float64], rng: np.random.Generator) -> float:
    """Place of a truth among draws, in [0, 1]; ties, which whole numbers have, are broken at random."""
    return float(np.mean(draws < truth) + rng.random() * np.mean(draws == truth))


def histogram(ranks: ArrayLike) -> list[int]:
    """Ranks per bin of equal width."""
    return [int(n) for n in np.histogram(np.asarray(ranks, float), BINS, (0.0, 1.0))[0]]


def ks_distance(ranks: ArrayLike) -> float:
    """Largest distance of the ranks from a uniform law (Kolmogorov, Smirnov)."""
    r = np.sort(np.asarray(ranks, float))
    steps = np.arange(len(r) + 1) / len(r)
    return float(max((steps[1:] - r).max(), (r - steps[:-1]).max()))
