"""Ranges of vessel keys with about as many rows each, learnt from a sample before the rows are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.tracks.reading import Reading
    from tidewaiter.tracks.store.vessels import Vessels

MOST = 512
"""Ranges into which a chunk is taken apart at once; with more, each gets too few of its rows to be copied fast."""
FEW = 128
_ENOUGH = 20_000


class Ranges:
    """Which range each vessel is in; ranges and vessels have the same order.

    Args:
        reading: whose vessels they are; it can be asked for a sample of them.
        vessels: codes of the vessels met so far.
        rows: how many a range should have.
    """

    def __init__(self, reading: Reading, vessels: Vessels, rows: int) -> None:
        self._reading = reading
        self._vessels = vessels
        self._rows = rows
        self._edges: NDArray[Any] | None = None
        self._of_codes = np.empty(0, np.int32)

    @property
    def count(self) -> int:
        """How many ranges there are."""
        return 1 if self._edges is None else len(self._edges) + 1

    def of_codes(self) -> NDArray[np.int32]:
        """Return the range of each vessel met so far, by code."""
        known = len(self._of_codes)
        if known < self._vessels.known:
            names = self._reading.vessel_names
            if self._edges is None:
                self._edges = self._learn(names)
            fresh = np.searchsorted(self._edges, self._vessels.sorted_by(names, known), side="right")
            self._of_codes = np.concatenate([self._of_codes, fresh.astype(np.int32)])
        return self._of_codes

    def _learn(self, names: list[str]) -> NDArray[Any]:
        """Return where ranges end: quantiles of the first rows, and of rows from all over the files if they tell."""
        count = max(1, self._reading.row_hint // self._rows)
        if count > MOST:  # large ranges, then, to be cut again when they are all there
            count = int(np.clip(count // 24, FEW, MOST))
        values = np.repeat(self._vessels.sorted_by(names), np.minimum(self._vessels.counts, _ENOUGH))
        if not names:
            values = np.concatenate([values, *self._reading.sample_keys()])
        values = np.sort(values)
        return np.unique(values[len(values) * np.arange(1, count) // count])
