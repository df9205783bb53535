"""Rows as they came, in chunks of columns, and on disk where memory ends."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tidewaiter.tracks.store.kernel.sorting import gather, partition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CODE = "code"
FIXED: dict[str, Any] = {
    CODE: np.int32,
    "t": np.int64,
    "lat": np.float64,
    "lon": np.float64,
    "sog_kn": np.float64,
    "cog_deg": np.float64,
    "heading_deg": np.float32,
}
"""Columns of every chunk; extras follow."""
Columns = dict[str, "NDArray[Any]"]


class Grouped(NamedTuple):
    """A chunk whose rows stand group by group: group g has the rows begins[g] to begins[g + 1]."""

    columns: Columns
    begins: NDArray[np.int64]

    def group(self, number: int) -> Columns:
        """Return the columns of one group."""
        rows = slice(self.begins[number], self.begins[number + 1])
        return {name: column[rows] for name, column in self.columns.items()}


def grouped(chunk: Columns, group_of: NDArray[np.int32], groups: int) -> Grouped:
    """Put the rows of a chunk into groups, taking its columns apart one by one so that no two copies are held.

    Args:
        chunk: its columns; emptied.
        group_of: group by code; negative = leave these rows out.
        groups: how many.
    """
    order, begins = partition(chunk[CODE], group_of, groups)
    return Grouped({name: gather(chunk.pop(name), order) for name in list(chunk)}, begins)


def joined(parts: Sequence[Columns]) -> Columns:
    """Return parts that follow one another as one; at least one."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


class Spilled:
    """Rows on disk, in ranges of vessels; removed with `close`.

    Args:
        folder: where; None = where temporary files go.
    """

    def __init__(self, folder: Path | None) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="tidewaiter-", dir=folder)
        self._runs: list[tuple[Path, dict[str, np.dtype[Any]], NDArray[np.int64]]] = []

    def write(self, chunks: list[Grouped]) -> None:
        """Write chunks as one more file, range by range, and empty the list."""
        kinds = {name: as_one([c.columns[name].dtype for c in chunks]) for name in chunks[0].columns}
        begins = sum((chunk.begins for chunk in chunks), np.zeros(1, np.int64))
        path = Path(self._temporary.name) / f"{len(self._runs)}.rows"
        with path.open("wb") as file:
            for number in range(len(begins) - 1):
                parts = [chunk.group(number) for chunk in chunks]
                for name, kind in kinds.items():
                    column = np.concatenate([part[name] for part in parts])
                    file.write(column.astype(kind, copy=False).data)
        self._runs.append((path, kinds, begins))
        chunks.clear()

    def rows(self) -> NDArray[np.int64]:
        """Return how many rows each range has."""
        total: NDArray[np.int64] = sum((np.diff(begins) for _, _, begins in self._runs), np.zeros(1, np.int64))
        return total

    def read(self, number: int, wanted: NDArray[np.bool_] | None, rows_at_once: int) -> list[Columns]:
        """Return the rows of one range, as chunks.

        Args:
            number: of the range.
            wanted: by code, which vessels; None = all of them.
            rows_at_once: the most rows of a chunk.
        """
        found: list[Columns] = []
        for path, kinds, begins in self._runs:
            first, rows = int(begins[number]), int(begins[number + 1] - begins[number])
            for low in range(0, rows, rows_at_once):
                size = min(rows_at_once, rows - low)
                chunk: Columns = {}
                keep: NDArray[np.bool_] | None = None
                at = first * sum(kind.itemsize for kind in kinds.values())
                for name, kind in kinds.items():
                    column = np.fromfile(path, kind, size, offset=at + low * kind.itemsize)
                    at += rows * kind.itemsize
                    if name == CODE and wanted is not None:
                        keep = wanted[column]
                    chunk[name] = column if keep is None else column[keep]
                if len(chunk[CODE]):
                    found.append(chunk)
        return found

    def close(self) -> None:
        """Remove the files."""
        self._temporary.cleanup()


def row_bytes(columns: Columns) -> int:
    """Return how many bytes a row takes."""
    return sum(column.dtype.itemsize for column in columns.values())


def as_one(kinds: Sequence[np.dtype[Any]]) -> np.dtype[Any]:
    """Return the type that holds all of these."""
    return np.result_type(*kinds)
