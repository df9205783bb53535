"""Tempered sequential Monte Carlo on a standard normal prior, moved by elliptical slice sampling.

Del Moral, Doucet, Jasra, "Sequential Monte Carlo samplers", JRSS B 68 (2006); Murray, Adams, MacKay, "Elliptical slice
sampling", AISTATS 2010. Every unknown is a standard normal coordinate pushed through a transform, so nothing needs
tuning and a gradient is not needed.

Particles may carry an index into draws that another sampler made (histories of voyages, say), all of them equally
likely beforehand. The index is resampled with its particle, and moved by Metropolis steps to neighbouring indices; so
the caller numbers the draws such that neighbours are alike. Where another draw changes what coordinates explain as well,
index and coordinates would hold one another fast; so coordinates also move along with the index, as the cloud shows that
they depend on it.

The ellipses are those of the prior, and those of a normal law fitted to the cloud (Nishihara, Murray, Adams, "Parallel
MCMC with generalized elliptical slice sampling", JMLR 15, 2014), on which a tight and tilted posterior is crossed at once.

How long a cloud is moved depends on how fast it forgets where it was resampled: passes go on until neither the carried
index nor the log-likelihood is correlated with what it was before (South, Pettitt, Drovandi, "Sequential Monte Carlo
samplers with independent Markov chain Monte Carlo proposals", Bayesian Analysis 14, 2019, on how to choose their number).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Loglik = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]
    Refresh = Callable[[NDArray[np.float64], np.random.Generator], NDArray[np.float64]]

MOST_SHRINKS = 60  # of a bracket; after them the particle stays where it is
NEAR, FAR = 0.05, 0.3  # furthest Metropolis step of an index, as a part of all indices: alone, and with a shift
FORGOTTEN = 0.5  # correlation with the state after resampling below which a cloud counts as moved
MOST_SWEEPS = 12  # passes over the blocks after one resampling
NARROWEST = 1e-6  # variance added to a fitted law, so that a cloud of few distinct particles has one
SMALLEST_STEP = 1e-9  # of the temperature, so that a likelihood of needles still ends


class Cloud(msgspec.Struct, frozen=True):
    """Equally weighted draws from N(0, I) times a likelihood.

    Attributes:
        z: (particles, dims) coordinates.
        carried: (particles,) index each particle carries.
        loglik: (particles,) log-likelihood of each.
        log_evidence: log of the mean likelihood under the prior, up to the constants left out of it.
    """

    z: NDArray[np.float64]
    carried: NDArray[np.int64]
    loglik: NDArray[np.float64]
    log_evidence: float


def tempered(
    loglik: Loglik,
    dims: int,
    particles: int,
    rng: np.random.Generator,
    *,
    indices: int = 0,
    refresh: Refresh | None = None,
    blocks: Sequence[Sequence[int] | slice] = (slice(None),),
    sweeps: int = 4,
    final: int = 12,
) -> Cloud:
    """Draw from N(0, I) times exp(loglik).

    Args:
        loglik: maps coordinates (n, dims) and carried indices (n,) to (n,); never nan, somewhere above -inf.
        dims: number of coordinates.
        particles: number of draws.
        rng: source of randomness.
        indices: number of draws that a particle can carry the index of; 0 = none, and `loglik` gets zeros.
        refresh: moves coordinates (n, dims) such that N(0, I) is left as it is and `loglik` does not change at all;
            costs no likelihood.
        blocks: groups of coordinates that move together; each sweep moves every block once.
        sweeps: passes over the blocks after each resampling, at least.
        final: passes once the full likelihood is on, at least.
    """
    z = rng.standard_normal((particles, dims))
    index = rng.permutation(np.arange(particles) % max(indices, 1))
    value = loglik(z, index)
    beta, evidence = 0.0, 0.0
    while beta < 1.0:
        after = _next_temperature(value, beta, particles)
        top = float(value.max())
        weights = np.exp((after - beta) * (value - top))
        evidence += math.log(float(weights.mean())) + (after - beta) * top
        beta = after
        positions = (np.arange(particles) + rng.random()) / particles
        picked = np.minimum(np.searchsorted(np.cumsum(weights / weights.sum()), positions), particles - 1)
        z, index, value = z[picked], index[picked], value[picked]
        before = index if indices > 1 else value
        fitted = _Fitted(z, index, indices)
        for done in range(1, MOST_SWEEPS + 1):
            for block, law in ((slice(None), fitted), *((block, None) for block in blocks)):
                z, value = _slice_move(loglik, z, index, value, beta, block, law, rng)
                if indices > 1:
                    z, index, value = _step_index(loglik, z, index, value, beta, indices, law, rng)
            if refresh is not None:
                z = refresh(z, rng)
            if done >= (sweeps if beta < 1.0 else final) and _forgot(before, index if indices > 1 else value):
                break
    order = rng.permutation(particles)
    return Cloud(z[order], index[order], value[order], evidence)


class _Fitted:
    """A normal law around the cloud: coordinates given the carried index, which is normal by its rank."""

    def __init__(self, z: NDArray[np.float64], index: NDArray[np.int64], indices: int) -> None:
        from scipy.special import ndtri  # noqa: PLC0415 - as slow to load as all the rest

        self._score = ndtri((np.arange(max(indices, 1)) + 0.5) / max(indices, 1))
        at = self._score[index]
        spread = float(at.var())
        self.slope = (at - at.mean()) @ z / (len(z) * spread) if spread > 0 else np.zeros(z.shape[1])
        rest = z - at[:, None] * self.slope
        self._mean = rest.mean(axis=0)
        around = rest - self._mean
        cov = around.T @ around / len(z) + NARROWEST * np.eye(z.shape[1])
        self._root = np.linalg.cholesky(cov)
        self._inverse = np.linalg.inv(self._root)

    def shift(self, index: NDArray[np.int64], offered: NDArray[np.int64]) -> NDArray[np.float64]:
        """What is added to the coordinates when the index moves, (n, dims)."""
        return np.asarray((self._score[offered] - self._score[index])[:, None] * self.slope)

    def centre(self, index: NDArray[np.int64]) -> NDArray[np.float64]:
        """Middle of the law given the index, (n, dims)."""
        return np.asarray(self._mean + self._score[index][:, None] * self.slope)

    def draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Deviations from the middle, (n, dims)."""
        return np.asarray(rng.standard_normal((n, len(self._mean))) @ self._root.T)

    def prior_over(self, z: NDArray[np.float64], around: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log of N(0, I) over this law, up to a constant, (n,)."""
        return np.asarray(0.5 * (((around @ self._inverse.T) ** 2).sum(axis=1) - (z**2).sum(axis=1)))


def _forgot(before: NDArray[Any], now: NDArray[Any]) -> bool:
    """Tell whether particles no longer resemble what they were; a cloud that agrees on one value has nothing to forget."""
    if np.ptp(before) == 0 or np.ptp(now) == 0:
        return True
    return bool(abs(np.corrcoef(before, now)[0, 1]) < FORGOTTEN)


def _next_temperature(value: NDArray[np.float64], beta: float, particles: int) -> float:
    """Largest step that keeps half of the particles effective, by bisection."""
    below = value - value.max()

    def effective(step: float) -> float:
        w = np.exp(step * below)
        return float(w.sum() ** 2 / (w**2).sum())

    if effective(1.0 - beta) >= particles / 2:
        return 1.0
    low, high = 0.0, 1.0 - beta
    for _ in range(50):
        mid = (low + high) / 2
        low, high = (mid, high) if effective(mid) >= particles / 2 else (low, mid)
    return min(1.0, beta + max(low, SMALLEST_STEP))


def _step_index(
    loglik: Loglik,
    z: NDArray[np.float64],
    index: NDArray[np.int64],
    value: NDArray[np.float64],
    beta: float,
    indices: int,
    fitted: _Fitted | None,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Offer every particle another index, one in four anywhere and the others nearby (on a ring, so symmetrically)."""
    reach = max(round((NEAR if fitted is None else FAR) * indices), 1)
    near = rng.integers(1, reach + 1, len(z)) * rng.choice([-1, 1], len(z))
    step = np.where(rng.random(len(z)) < 0.25, rng.integers(indices, size=len(z)), near)
    offered = (index + step) % indices
    moved = z if fitted is None else z + fitted.shift(index, offered)
    offered_value = loglik(moved, offered)
    gain = beta * (offered_value - value)
    if fitted is not None:
        gain -= 0.5 * ((moved**2).sum(axis=1) - (z**2).sum(axis=1))
    good = np.log(rng.random(len(z))) < gain
    return (
        np.where(good[:, None], moved, z),
        np.where(good, offered, index),
        np.where(good, offered_value, value),
    )


def _slice_move(
    loglik: Loglik,
    z: NDArray[np.float64],
    index: NDArray[np.int64],
    value: NDArray[np.float64],
    beta: float,
    block: Sequence[int] | slice,
    fitted: _Fitted | None,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move one block of every particle along its own ellipse, of the prior or as fitted, above its own threshold."""
    n = len(z)
    centre = np.zeros_like(z[:, block]) if fitted is None else fitted.centre(index)
    old = z[:, block] - centre
    nu = rng.standard_normal(old.shape) if fitted is None else fitted.draw(n, rng)
    bar = beta * value + np.log(rng.random(n))
    if fitted is not None:
        bar += fitted.prior_over(z, old)
    theta = rng.random(n) * 2 * math.pi
    low, high = theta - 2 * math.pi, theta.copy()
    out, out_value = z.copy(), value.copy()
    todo = np.arange(n)
    for _ in range(MOST_SHRINKS):
        trial = z[todo]
        around = old[todo] * np.cos(theta[todo])[:, None] + nu[todo] * np.sin(theta[todo])[:, None]
        trial[:, block] = centre[todo] + around
        trial_value = loglik(trial, index[todo])
        height = beta * trial_value
        if fitted is not None:
            height = height + fitted.prior_over(trial, around)
        good = height > bar[todo]
        out[todo[good]], out_value[todo[good]] = trial[good], trial_value[good]
        todo = todo[~good]
        if len(todo) == 0:
            break
        negative = theta[todo] < 0
        low[todo[negative]] = theta[todo[negative]]
        high[todo[~negative]] = theta[todo[~negative]]
        theta[todo] = low[todo] + rng.random(len(todo)) * (high[todo] - low[todo])
    return out, out_value
