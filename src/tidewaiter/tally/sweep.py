"""What no evidence can decide: the answer if a given part of all voyages could not be seen by anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tally.quantities import Tally

SETTINGS = (0.0, 0.1, 0.25, 0.4, 0.5)


def with_unseen(tally: Tally, share: float, seed: int) -> NDArray[np.float64]:
    """Return the factor by which voyages and load grow in each draw, (draws,).

    Beside N voyages that can be seen there are Poisson(N w / (1 - w)) that cannot, of the same mean load.
    """
    seen = tally.voyages()
    rng = np.random.default_rng([seed, 1 << 26, round(1000 * share)])
    extra = rng.poisson(seen * share / (1 - share))
    return np.asarray(1 + extra / np.maximum(seen, 1.0))
