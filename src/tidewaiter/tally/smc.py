"""Tempered sequential Monte Carlo on a standard normal prior, moved by elliptical slice sampling.

Del Moral, Doucet, Jasra, "Sequential Monte Carlo samplers", JRSS B 68 (2006); Murray, Adams, MacKay, "Elliptical slice
sampling", AISTATS 2010. Every unknown is a standard normal coordinate pushed through a transform, so nothing needs
tuning and a gradient is not needed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Loglik = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def tempered(
    loglik: Loglik, dims: int, particles: int, rng: np.random.Generator, *, sweeps: int = 4, final: int = 12
) -> NDArray[np.float64]:
    """Return (particles, dims) equally weighted draws from N(0, I) times exp(loglik).

    Args:
        loglik: maps (n, dims) to (n,); finite everywhere.
        dims: number of coordinates.
        particles: number of draws.
        rng: source of randomness.
        sweeps: slice moves after each resampling.
        final: slice moves once the full likelihood is on.
    """
    z = rng.standard_normal((particles, dims))
    value = loglik(z)
    beta = 0.0
    while beta < 1.0:
        beta_next = _next_temperature(value, beta, particles)
        weights = np.exp((beta_next - beta) * (value - value.max()))
        beta = beta_next
        positions = (np.arange(particles) + rng.random()) / particles
        picked = np.minimum(np.searchsorted(np.cumsum(weights / weights.sum()), positions), particles - 1)
        z, value = z[picked], value[picked]
        for _ in range(sweeps if beta < 1.0 else final):
            z, value = _slice_move(loglik, z, value, beta, rng)
    return z[rng.permutation(particles)]


def _next_temperature(value: NDArray[np.float64], beta: float, particles: int) -> float:
    """Largest step that keeps half of the particles effective, by bisection."""

    def effective(step: float) -> float:
        w = np.exp(step * (value - value.max()))
        return float(w.sum() ** 2 / (w**2).sum())

    if effective(1.0 - beta) >= particles / 2:
        return 1.0
    low, high = 0.0, 1.0 - beta
    for _ in range(50):
        mid = (low + high) / 2
        low, high = (mid, high) if effective(mid) >= particles / 2 else (low, mid)
    return min(1.0, beta + max(low, 1e-9))


def _slice_move(
    loglik: Loglik, z: NDArray[np.float64], value: NDArray[np.float64], beta: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n = len(z)
    nu = rng.standard_normal(z.shape)
    bar = beta * value + np.log(rng.random(n))
    theta = rng.random(n) * 2 * math.pi
    low, high = theta - 2 * math.pi, theta.copy()
    out, out_value = z.copy(), value.copy()
    todo = np.arange(n)
    for _ in range(60):
        trial = z[todo] * np.cos(theta[todo])[:, None] + nu[todo] * np.sin(theta[todo])[:, None]
        trial_value = loglik(trial)
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
