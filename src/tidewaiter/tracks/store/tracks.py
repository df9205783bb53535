"""What ordering and stores give: whole vessels as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Tracks(NamedTuple):
    """Whole vessels, each in the order of time.

    Attributes:
        starts: int64[vessels + 1]; vessel i has the rows starts[i] to starts[i + 1].
        vessel_key: int64[vessels], ascending; of vessels with names the place in `vessel_names`.
        t: int64[n], UTC microseconds.
        lat, lon: float64[n], degrees WGS 84.
        sog_kn, cog_deg: float64[n], NaN = not available.
        heading_deg: float32[n], NaN = not available.
        extras: further columns by name, [n].
    """

    starts: NDArray[np.int64]
    vessel_key: NDArray[np.int64]
    t: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    sog_kn: NDArray[np.float64]
    cog_deg: NDArray[np.float64]
    heading_deg: NDArray[np.float32]
    extras: dict[str, NDArray[Any]]

    def keys_by_row(self) -> NDArray[np.int64]:
        """Return the vessel of each row, int64[n]."""
        return np.repeat(self.vessel_key, np.diff(self.starts))
