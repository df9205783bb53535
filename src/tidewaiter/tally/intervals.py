"""Equal-tailed intervals of posterior draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEVELS = (0.5, 0.8, 0.95)


def interval(draws: NDArray[np.float64], level: float, *, whole: bool = False) -> tuple[float, float]:
    """Return the ends of the equal-tailed interval at `level`.

    Whole numbers use mid-distribution quantiles (Ma, Genton, Parzen, "Asymptotic properties of sample quantiles of
    discrete distributions", Annals of the Institute of Statistical Mathematics 63, 2011) and are rounded inwards:
    plain quantiles of a count include both end values whole, and so hold more than they say.

    Args:
        draws: (n,) posterior draws.
        level: such as 0.95.
        whole: the quantity is a count.
    """
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if not whole:
        low, high = np.quantile(draws, tails)
        return float(low), float(high)
    values, counts = np.unique(np.round(draws), return_counts=True)
    share = counts / counts.sum()
    low, high = np.interp(tails, np.cumsum(share) - share / 2, values)
    low, high = np.ceil(low - 1e-9) + 0.0, np.floor(high + 1e-9) + 0.0  # adding zero turns -0.0 into 0.0
    return (float(low), float(high)) if low <= high else (float(high), float(high))


def median(draws: NDArray[np.float64], *, whole: bool = False) -> float:
    """Median of posterior draws; of a count, the nearest count."""
    middle = float(np.median(draws))
    return float(np.floor(middle + 0.5)) if whole else middle
