"""How fast a ship can be: limits of single vessels, and of classes of tankers by deadweight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import numpy as np

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClassSpeeds(msgspec.Struct, frozen=True):
    """Speeds above which a position of a tanker is taken for false, by deadweight."""

    vlcc_kn: Annotated[float, msgspec.Meta(gt=0, description="limit from 200,000 t deadweight")]
    suezmax_kn: Annotated[float, msgspec.Meta(gt=0, description="limit from 120,000 t")]
    aframax_kn: Annotated[float, msgspec.Meta(gt=0, description="limit from 80,000 t")]
    panamax_kn: Annotated[float, msgspec.Meta(gt=0, description="limit from 60,000 t")]
    small_kn: Annotated[float, msgspec.Meta(gt=0, description="limit below that, and when the deadweight is not known")]

    def limit_kn(self, deadweight_t: float | None) -> float:
        """Return the limit of a ship in knots.

        Args:
            deadweight_t: its deadweight in tonnes, None when not known.
        """
        steps = (
            (200_000, self.vlcc_kn),
            (120_000, self.suezmax_kn),
            (80_000, self.aframax_kn),
            (60_000, self.panamax_kn),
        )
        return next((kn for least, kn in steps if deadweight_t is not None and deadweight_t >= least), self.small_kn)


def sorted_limits(limits_kn: Mapping[int, float] | None) -> tuple[np.ndarray, np.ndarray]:
    """Return vessels, sorted, and their limits in knots, as int64 and float64.

    Raises:
        InputError: a limit that is not a positive number.
    """
    items = sorted((limits_kn or {}).items())
    for vessel, limit in items:
        if not 0 < limit < float("inf"):
            raise InputError(f"the speed limit of vessel {vessel} is {limit}", hint="give a positive number of knots")
    return np.array([k for k, _ in items], np.int64), np.array([kn for _, kn in items], np.float64)
