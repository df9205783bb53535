"""Quantiles of weighted draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def effective(weights: NDArray[np.float64]) -> float:
    """Return the effective number of draws of normalised weights (Kish)."""
    return float(1 / (weights**2).sum())


def quantiles(draws: NDArray[np.float64], weights: NDArray[np.float64], at: Sequence[float]) -> NDArray[np.float64]:
    """Return quantiles of draws (n,) with normalised weights (n,)."""
    order = np.argsort(draws, kind="stable")
    total = np.cumsum(weights[order])
    return np.asarray(np.interp(at, total - weights[order] / 2, draws[order]))
