"""Which unit makes the values of a column whole numbers, so that a store holds them in fewer bytes and loses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.tracks.store.kernel.sorting import time_step
from tidewaiter.tracks.store.kernel.whole import is_whole

if TYPE_CHECKING:
    from tidewaiter.tracks.store.chunks import Columns

_DEGREES = ((1e6, 0.0), (6e5, 0.0), (6e5, 1e10), (1e7, 0.0))
TRIED: dict[str, tuple[tuple[float, float], ...]] = {
    "lat": _DEGREES,
    "lon": _DEGREES,
    "sog_kn": ((10.0, 0.0), (100.0, 0.0)),
    "cog_deg": ((10.0, 0.0), (100.0, 0.0)),
    "heading_deg": ((1.0, 0.0), (10.0, 0.0)),
}
"""Column -> units that are tried; the first that fits all values is taken. A unit is parts of a degree or knot, and the power
of ten to which the quotient was rounded (0 = it was not). Of degrees: millionths; 1e-4 minutes, which is what AIS sends, as
they are or written with ten decimals; ten-millionths."""
TIME_STEPS = (1_000_000, 1_000, 1)
"""Likewise for times: microseconds."""


class Units:
    """The units that still fit, as values are looked at."""

    def __init__(self) -> None:
        self._left = {name: list(units) for name, units in TRIED.items()}
        self._steps = list(TIME_STEPS)

    def look(self, columns: Columns) -> None:
        """Look at further values."""
        for name, units in self._left.items():
            while units and not is_whole(columns[name], *units[0]):
                del units[0]
        while self._steps[0] > 1 and time_step(columns["t"], 0) < self._steps[0]:
            del self._steps[0]

    def unit(self, name: str) -> tuple[float, float] | None:
        """Return the unit of a column; None = none fits, so it stays as it is."""
        return self._left[name][0] if self._left[name] else None

    @property
    def time_step(self) -> int:
        """Microseconds of which all times are multiples."""
        return self._steps[0]
