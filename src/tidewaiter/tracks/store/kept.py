"""A store that is there: its vessels, and its positions as batches of whole vessels."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError
from tidewaiter.tracks.store.kernel.whole import from_whole
from tidewaiter.tracks.store.tracks import Tracks
from tidewaiter.tracks.store.written import EDITION, QUANTITIES, About, absent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from numpy.typing import NDArray


class Store:
    """Ordered positions on disk.

    Attributes:
        path: the file.
        summary: what was read when it was made.
        vessel_names: names of vessels by their key; empty where they have numbers.
        extra_texts: name of an extra column of text -> its values, by code.
        vessels: int64[n], keys in order.
        rows: int64[n], how many positions each has.

    Raises:
        InputError: the file is no store, damaged, or of another edition.
    """

    def __init__(self, path: Path) -> None:
        hint = "take the file away; it is made again from its sources"
        try:
            self._metadata = pq.read_metadata(path)
            raw = (self._metadata.metadata or {}).get(b"tidewaiter")
            if raw is None:
                raise InputError("is no store of positions", file=path, hint=hint)
            about = msgspec.json.decode(raw, type=About)
            self.vessels, self._starts = about.index()
        except (pa.ArrowException, OSError, msgspec.MsgspecError, ValueError) as error:
            raise InputError(f"is no store of positions, or it is damaged ({error})", file=path, hint=hint) from error
        if about.edition != EDITION:
            raise InputError("is a store of another edition", file=path, hint=hint)
        if len(self._starts) != len(self.vessels) + 1 or self._starts[-1] != self._metadata.num_rows:
            raise InputError("is damaged: its index does not fit its rows", file=path, hint=hint)
        self.path = path
        self.key = about.key
        self.summary = about.summary
        self.vessel_names = about.vessel_names
        self.extra_texts = about.texts
        self.rows = np.diff(self._starts)
        self._about = about

    def batches(self, vessels: Collection[int] | None = None, *, threads: int = 2) -> Iterator[Tracks]:
        """Yield whole vessels in the order of their keys.

        Args:
            vessels: only these keys; None = all. Row groups without any of them are not read.
            threads: threads that read ahead.

        Raises:
            InputError: the file is damaged.
        """
        wanted = None if vessels is None else np.isin(self.vessels, np.fromiter(vessels, np.int64))
        waiting: deque[Future[Tracks]] = deque()
        with ThreadPoolExecutor(threads) as pool:
            for groups, first, end in self._pieces():
                low, high = (int(i) for i in np.searchsorted(self._starts[:-1], [first, end]))
                if wanted is not None and not wanted[low:high].any():
                    continue
                waiting.append(pool.submit(self._read, groups, first, low, high, wanted))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _pieces(self) -> Iterator[tuple[list[int], int, int]]:
        """Yield row groups to be read together, and their first row and end: whole vessels each."""
        groups: list[int] = []
        first = end = 0
        for number in range(self._metadata.num_row_groups):
            groups.append(number)
            end += self._metadata.row_group(number).num_rows
            if self._starts[np.searchsorted(self._starts, end)] == end:
                yield groups, first, end
                groups, first = [], end

    def _read(self, groups: list[int], first: int, low: int, high: int, wanted: NDArray[np.bool_] | None) -> Tracks:
        try:
            with pq.ParquetFile(self.path) as file:
                names = [name for name in file.schema_arrow.names if name != "vessel_key"]
                table = file.read_row_groups(groups, columns=names, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise InputError(f"is damaged ({error})", file=self.path, hint="take the file away") from error
        starts = self._starts[low : high + 1] - first
        columns: dict[str, NDArray[Any]] = {"t": _values(table["t"]) * self._about.time_step}
        for name in QUANTITIES:
            columns[name] = self._quantity(name, table[name])
        extras = {name: _values(table[f"extra:{name}"]) for name in self._about.extras}
        tracks = Tracks(starts, self.vessels[low:high], **columns, extras=extras)
        return tracks if wanted is None else only(tracks, wanted[low:high])

    def _quantity(self, name: str, column: pa.ChunkedArray) -> NDArray[Any]:
        unit = self._about.units[name]
        values = _values(column)
        if unit is None:
            return values
        out = np.empty(len(values), np.float32 if name == "heading_deg" else np.float64)
        from_whole(values, *unit, absent(name), out)
        return out


def only(tracks: Tracks, wanted: NDArray[np.bool_]) -> Tracks:
    """Return the vessels of a batch that are wanted, bool[vessels]."""
    sizes = np.diff(tracks.starts)
    rows = np.repeat(wanted, sizes)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes[wanted])])
    fixes = [column[rows] for column in tracks[2:8]]
    extras = {name: column[rows] for name, column in tracks.extras.items()}
    return Tracks._make([starts, tracks.vessel_key[wanted], *fixes, extras])


def _values(column: pa.ChunkedArray) -> NDArray[Any]:
    return np.asarray(column.to_numpy())
