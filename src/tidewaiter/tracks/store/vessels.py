"""Vessels as small codes: which there are, how many rows each has, and whether the file is in the order of time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from tidewaiter.tracks.store.kernel.vessels import KEY, ROWS, encode, fill_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HOUR_US = 3_600_000_000
WATCHED = 10_000  # rows after which disorder says whether the order of the file means anything


class Vessels:
    """Codes 0, 1, 2, … for vessel keys, by first appearance.

    Args:
        jump_h: hours beyond which a fix is off in time; 0 = do not look.
        max_disorder: share of rows out of order above which clock jumps are not looked for.
    """

    def __init__(self, jump_h: float, max_disorder: float) -> None:
        self.known = 0
        self.rows = 0
        self.disorder = 0
        self._max_disorder = max_disorder
        self._jump = round(min(jump_h * HOUR_US, 2.0**62))
        self._jumps: list[tuple[NDArray[np.int32], NDArray[np.int64]]] = []
        self._seed = int.from_bytes(os.urandom(7), "little")  # made-up keys cannot aim at one slot
        self._room(1 << 12)

    def encode(self, key: NDArray[np.int64], t: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return the codes of rows that follow, in the order of the file, those before."""
        out = np.empty(len(key), np.int32)
        done = 0
        while done < len(key):
            jump_code, jump_t = np.empty(len(key) - done, np.int32), np.empty(len(key) - done, np.int64)
            stepped, self.known, jumps, disorder = encode(
                key[done:], t[done:], self._table, self._seed, self._vessels, self.known, self._jump, out[done:],
                jump_code, jump_t,
            )  # fmt: skip
            if jumps:
                self._jumps.append((jump_code[:jumps].copy(), jump_t[:jumps].copy()))
            self.disorder += disorder
            done += stepped
            if done < len(key):
                self._room(len(self._table) * 4)
        self.rows += len(key)
        if self.rows > WATCHED and self.disorder > 4 * self._max_disorder * self.rows:
            self._jump, self._jumps = 0, []
        return out

    @property
    def keys(self) -> NDArray[np.int64]:
        """Keys by code."""
        return self._vessels[: self.known, KEY]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Rows by code."""
        return self._vessels[: self.known, ROWS]

    def jumps(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Return codes and times of rows that are clock jumps; none where the file is in no order of time."""
        if not self._jumps or self.disorder > self._max_disorder * self.rows:
            return np.empty(0, np.int32), np.empty(0, np.int64)
        codes, times = zip(*self._jumps, strict=True)
        return np.concatenate(codes), np.concatenate(times)

    def places(self, names: Sequence[str]) -> NDArray[np.int32]:
        """Return the place of each code in the order of the keys, or of the names that the keys stand for."""
        places = np.empty(self.known, np.int32)
        places[np.argsort(self.sorted_by(names), kind="stable")] = np.arange(self.known, dtype=np.int32)
        return places

    def sorted_by(self, names: Sequence[str], first: int = 0) -> NDArray[Any]:
        """Return what vessels are sorted by, by code from `first` on: keys, or the names that they stand for."""
        keys = self.keys[first:]
        return np.array([names[key] for key in keys], object) if names else keys

    def _room(self, size: int) -> None:
        """Make room for half as many vessels as `size`, a power of two."""
        vessels = np.zeros((size // 2, 4), np.int64)
        if self.known:
            vessels[: self.known] = self._vessels[: self.known]
        self._vessels: NDArray[np.int64] = vessels
        self._table: NDArray[np.int64] = np.full((size, 2), -1, np.int64)
        fill_table(self._table, self._seed, self._vessels, self.known)
