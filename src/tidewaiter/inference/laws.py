"""From 5/50/95 % points given by people to distributions, each a transform of a standard normal coordinate.

A quantity above zero is lognormal, a share in (0, 1) is logit-normal. Both go through the median as given; their spread
is that of the 5 and 95 % points. With every unknown a standard normal coordinate, the joint prior is N(0, I) whatever
people declare, and the sampler needs no tuning.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.model import Quantiles

Z95 = 1.6448536269514722
"""95 % point of the standard normal distribution."""
SURE = 1e-3
"""A share this near to none or all counts as certain; the logit of certainty is not finite."""


class Law(msgspec.Struct, frozen=True):
    """A distribution: `mu` and `sigma` are mean and standard deviation of the log or the logit of the quantity."""

    mu: float
    sigma: float
    scale: Literal["log", "logit"] = "log"

    def at(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the quantity at standard normal coordinates, of any shape."""
        x = self.mu + self.sigma * z
        return np.asarray(np.exp(x) if self.scale == "log" else 1 / (1 + np.exp(-x)))

    def log_at(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the natural logarithm of the quantity; exact where a share is near none or all."""
        x = self.mu + self.sigma * z
        return np.asarray(x if self.scale == "log" else -np.logaddexp(0.0, -x))

    def draw(self, rng: np.random.Generator) -> float:
        """Return one draw of the quantity."""
        return float(self.at(rng.standard_normal(1))[0])

    def points(self) -> tuple[float, float, float]:
        """Return the 5, 50 and 95 % points."""
        low, middle, high = self.at(np.array([-Z95, 0.0, Z95])).tolist()
        return low, middle, high


def law(quantiles: Quantiles) -> Law:
    """Return the lognormal law of a quantity above zero."""
    return Law(math.log(quantiles.p50), math.log(quantiles.p95 / quantiles.p5) / (2 * Z95))


def share_law(quantiles: Quantiles) -> Law:
    """Return the logit-normal law of a share in (0, 1]; points at the very ends are drawn in by `SURE`."""
    low, mid, high = (
        math.log(q / (1 - q))
        for q in (min(max(q, SURE), 1 - SURE) for q in (quantiles.p5, quantiles.p50, quantiles.p95))
    )
    return Law(mid, (high - low) / (2 * Z95), "logit")
