"""What the rest of the fleet does: habits and spreads, for each vessel of all others.

Every estimate is drawn to even odds as by `fleet_weight` more vessels, so that a small fleet claims little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.shuttles.history import Floats, Ints

_LEAST_RHO, _MOST_RHO = 0.01, 0.95


class Habit(NamedTuple):
    """Beta laws of a share, one for each vessel; (vessels,) each."""

    a: Floats
    b: Floats


class Spread(NamedTuple):
    """Normal laws of a quantity whose mean differs from vessel to vessel; (vessels,) each."""

    mean: Floats
    between: Floats  # standard deviation of the means
    within: Floats  # of the values of one vessel


def habit(some: Floats, of: Floats, rest: NDArray[np.bool_], weight: float) -> Habit:
    """Return how shares vary from vessel to vessel, by the moments of the shares.

    Args:
        some: (vessels,) counts.
        of: (vessels,) what they are counted of; vessels with 0 tell nothing.
        rest: (vessels,) which vessels are the rest of the fleet; each one's law leaves it out.
        weight: of even odds, in vessels.
    """
    tells = rest & (of > 0)
    share = np.divide(some, of, out=np.zeros(len(of)), where=tells)
    single = np.divide(1.0, np.maximum(of, 1.0), out=np.zeros(len(of)), where=tells)
    n, s, squares, alone = (_others(column, tells) for column in (np.ones(len(of)), share, share * share, single))
    p = (s + 0.5 * weight) / (n + weight)
    apart = np.maximum(squares - 2 * p * s + n * p * p, 0.0) / (p * (1 - p))  # n (r + (1 - r) / legs), r as below
    settled = n - alone
    rho = (np.clip(apart - alone, 0.0, settled) + 0.5 * weight) / (settled + weight)
    size = 1.0 / np.clip(rho, _LEAST_RHO, _MOST_RHO) - 1.0
    return Habit(p * size, (1 - p) * size)


def spread(
    vessel: Ints, value: Floats, rest: NDArray[np.bool_], weight: float, prior: tuple[float, float, float]
) -> Spread:
    """Return how a quantity varies between vessels and within one, by the moments of their means and values.

    Args:
        vessel: (n,) whose; below ``len(rest)``.
        value: (n,).
        rest: (vessels,) as in `habit`.
        weight: of `prior`, in vessels and in values.
        prior: mean, standard deviation between vessels, and within one.
    """
    size = len(rest)
    n: Floats = np.bincount(vessel, minlength=size).astype(np.float64)
    tells = rest & (n > 0)
    mean = np.divide(np.bincount(vessel, value, size), n, out=np.zeros(size), where=n > 0)
    off = np.bincount(vessel, (value - mean[vessel]) ** 2, size)
    centre, apart, around = prior
    single = np.divide(1.0, n, out=np.zeros(size), where=n > 0)
    vessels, means = _others(np.ones(size), tells), _others(mean - centre, tells)
    inside, spare, alone = _others(off, tells), _others(n - 1.0, tells), _others(single, tells)
    squares = _others((mean - centre) ** 2, tells)
    within = (inside + weight * around**2) / (spare + weight)
    middle = means / (vessels + weight)
    between = np.maximum(squares - 2 * middle * means + vessels * middle**2 - within * alone, 0.0)
    between = (between + weight * apart**2) / (vessels + weight)
    return Spread(centre + middle, np.sqrt(between), np.sqrt(within))


def _others(column: NDArray[Any], tells: NDArray[np.bool_]) -> Floats:
    """Sum over the vessels that tell something, without the own one."""
    told = np.where(tells, column, 0.0)
    return np.asarray(told.sum() - told)
