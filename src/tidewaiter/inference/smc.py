"""Tempered sequential Monte Carlo on a standard normal prior, moved by elliptical slice sampling.

Del Moral, Doucet, Jasra, "Sequential Monte Carlo samplers", JRSS B 68 (2006); Murray, Adams, MacKay, "Elliptical slice
sampling", AISTATS 2010. Every unknown is a standard normal coordinate pushed through a transform, so nothing needs
tuning and a gradient is not needed.

Particles may carry an index into draws that another sampler made (histories of voyages, say), all of them equally
likely beforehand. The index is resampled with its particle, and moved by Metropolis steps to neighbouring indices; so
the caller numbers the draws such that neighbours are alike. Where another draw changes what coordinates explain as well,
the caller says how they shift along with the index; without that, index and coordinates hold one another fast.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Loglik = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]
    Shift = Callable[[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]]

MOST_SHRINKS = 60  # of a bracket; after them the particle stays where it is
NEAR, FAR = 0.05, 0.3  # furthest Metropolis step of an index, as a part of all indices: alone, and with a shift
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
    shift: Shift | None = None,
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
        shift: maps coordinates (n, dims), indices and offered indices (n,) to what is added to the coordinates with such
            a step, (n, dims); it may depend only on coordinates that it leaves alone, and goes back with the step back.
        blocks: groups of coordinates that move together; each sweep moves every block once.
        sweeps: passes over the blocks after each resampling.
        final: passes once the full likelihood is on.
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
        for _ in range(sweeps if beta < 1.0 else final):
            for block in blocks:
                z, value = _slice_move(loglik, z, index, value, beta, block, rng)
                if indices > 1:
                    z, index, value = _step_index(loglik, z, index, value, beta, indices, None, rng)
                    if shift is not None:
                        z, index, value = _step_index(loglik, z, index, value, beta, indices, shift, rng)
    order = rng.permutation(particles)
    return Cloud(z[order], index[order], value[order], evidence)


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
    shift: Shift | None,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Offer every particle another index, one in four anywhere and the others nearby (on a ring, so symmetrically)."""
    reach = max(round((NEAR if shift is None else FAR) * indices), 1)
    near = rng.integers(1, reach + 1, len(z)) * rng.choice([-1, 1], len(z))
    step = np.where(rng.random(len(z)) < 0.25, rng.integers(indices, size=len(z)), near)
    offered = (index + step) % indices
    moved = z if shift is None else z + shift(z, index, offered)
    offered_value = loglik(moved, offered)
    gain = beta * (offered_value - value)
    if shift is not None:
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
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Move one block of every particle along its own ellipse to a point above its own threshold."""
    n = len(z)
    old = z[:, block]
    nu = rng.standard_normal(old.shape)
    bar = beta * value + np.log(rng.random(n))
    theta = rng.random(n) * 2 * math.pi
    low, high = theta - 2 * math.pi, theta.copy()
    out, out_value = z.copy(), value.copy()
    todo = np.arange(n)
    for _ in range(MOST_SHRINKS):
        trial = z[todo]
        trial[:, block] = old[todo] * np.cos(theta[todo])[:, None] + nu[todo] * np.sin(theta[todo])[:, None]
        trial_value = loglik(trial, index[todo])
        good = beta * trial_value > bar[todo]
        out[todo[good]], out_value[todo[good]] = trial[good], trial_value[good]
        todo = todo[~good]
        if len(todo) == 0:
            break
        negative = theta[todo] < 0
        low[todo[negative]] = theta[todo[negative]]
        high[todo[~negative]] = theta[todo[~negative]]
        theta[todo] = low[todo] + rng.random(len(todo)) * (high[todo] - low[todo])
    return out, out_value
