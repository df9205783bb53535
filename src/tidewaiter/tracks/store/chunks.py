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

    def group(self, name: str, number: int) -> NDArray[Any]:
        """Return a column of one group."""
        return self.columns[name][self.begins[number] : self.begins[number + 1]]


def grouped(chunk: Columns, group_of: NDArray[np.int32], groups: int) -> Grouped:
    """Put the rows of a chunk into groups, taking its columns apart one by one so that no two copies are held.

    Args:
        chunk: its columns; emptied.
        group_of: group by code; negative = leave these rows out.
        groups: how many.
    """
    order, begins = partition(chunk[CODE], group_of, groups)
    return Grouped({name: gather(chunk.pop(name), order) for name in list(chunk)}, begins)


class Spilled:
    """Rows on disk, in parts of vessels; removed with `close`.

    Args:
        folder: where; None = where temporary files go.
        columns: name -> type.
    """

    def __init__(self, folder: Path | None, columns: dict[str, np.dtype[Any]]) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="tidewaiter-", dir=folder)
        self._columns = columns
        self._row_bytes = sum(kind.itemsize for kind in columns.values())
        self._runs: list[tuple[Path, NDArray[np.int64]]] = []

    def write(self, chunks: list[Columns], part_of: NDArray[np.int32], parts: int) -> None:
        """Write chunks as one more file, part by part, and empty the list."""
        ready: list[Grouped] = []
        while chunks:
            ready.append(grouped(chunks.pop(0), part_of, parts))
        path = Path(self._temporary.name) / f"{len(self._runs)}.rows"
        begins = np.zeros(parts + 1, np.int64)
        with path.open("wb") as file:
            for part in range(parts):
                for name in self._columns:
                    for chunk in ready:
                        chunk.group(name, part).tofile(file)
                begins[part + 1] = begins[part] + sum(len(chunk.group(CODE, part)) for chunk in ready)
        self._runs.append((path, begins))

    def read(self, part: int, wanted: NDArray[np.bool_] | None, rows_at_once: int) -> list[Columns]:
        """Return the rows of one part, as chunks.

        Args:
            part: its number.
            wanted: by code, which vessels; None = all of the part.
            rows_at_once: the most rows of a chunk.
        """
        found: list[Columns] = []
        for path, begins in self._runs:
            first, rows = int(begins[part]), int(begins[part + 1] - begins[part])
            for low in range(0, rows, rows_at_once):
                size = min(rows_at_once, rows - low)
                chunk: Columns = {}
                keep: NDArray[np.bool_] | None = None
                at = first * self._row_bytes
                for name, kind in self._columns.items():
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


def row_bytes(chunk: Columns) -> int:
    """Return how many bytes a row takes."""
    return sum(column.dtype.itemsize for column in chunk.values())


def as_one(kinds: Sequence[np.dtype[Any]]) -> np.dtype[Any]:
    """Return the type that holds all of these."""
    return np.result_type(*kinds)
