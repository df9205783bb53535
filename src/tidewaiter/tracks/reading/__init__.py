"""Read positions from the files people have: any of the declared shapes, cleaned, as NumPy columns in batches.

    reading = read([Path("aisdk-2024-01-01.csv")])
    for batch in reading: ...
    reading.summary.rejected     # {"no position": 12, …}

A file is streamed: memory is bounded by a few batches. `tidewaiter.tracks.store` puts the batches in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading.account import Account, counted
from tidewaiter.tracks.reading.clean import CLOCK_JUMP, DUPLICATE, TORN, Clean, Summary
from tidewaiter.tracks.reading.detect import Fitted, detect, fit
from tidewaiter.tracks.reading.files import Opened, open_file
from tidewaiter.tracks.reading.rows import ROW, Part, Texts
from tidewaiter.tracks.reading.shape import Column, Shape, Times, load_shape, own_shape, shapes
from tidewaiter.tracks.reading.source import parts, sample_keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = [
    "CLOCK_JUMP",
    "DUPLICATE",
    "ROW",
    "TORN",
    "Clean",
    "Column",
    "Positions",
    "Reading",
    "Shape",
    "Summary",
    "Times",
    "load_shape",
    "named_shape",
    "own_shape",
    "read",
    "shapes",
]


class Positions(NamedTuple):
    """A batch of positions in the order of the file.

    Attributes:
        vessel_key: int64[n]; MMSI or another number, or an index of `Reading.vessel_names`.
        t: int64[n], UTC microseconds.
        lat, lon: float64[n], degrees WGS 84.
        sog_kn, cog_deg: float64[n], NaN = not available.
        heading_deg: float32[n], NaN = not available.
        extras: further columns by name, float64[n] or int64[n]; of text the index of `Reading.extra_texts`, -1 = null.
    """

    vessel_key: NDArray[np.int64]
    t: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    sog_kn: NDArray[np.float64]
    cog_deg: NDArray[np.float64]
    heading_deg: NDArray[np.float32]
    extras: dict[str, NDArray[np.float64] | NDArray[np.int64] | NDArray[np.int32]]


class Reading:
    """Positions of some files, read while one iterates, once.

    Attributes:
        summary: what was read and what became of it; complete when the iteration is over.
        vessel_names: names of vessels that go by names, by their key; empty where they have numbers.
        extra_texts: name of an extra column of text -> its values, by code.
    """

    def __init__(
        self, files: Sequence[tuple[Opened, Fitted]], extras: Sequence[str], clean: Clean, threads: int
    ) -> None:
        self.clean = clean
        self.extras = tuple(extras)
        self.files = tuple(files)
        self.summary = Summary(shape=files[0][1].shape.name, files=[str(opened.path) for opened, _ in files])
        self.vessel_names: list[str] = []
        self.extra_texts: dict[str, list[str]] = {}
        self._threads = threads
        self._codes: dict[str, dict[str, int]] = {}

    @property
    def row_hint(self) -> int:
        """How many rows there may be, from what is known before reading; 0 = unknown."""
        import pyarrow.parquet as pq  # noqa: PLC0415

        total = 0
        for opened, _ in self.files:
            if opened.kind == "parquet":
                total += pq.read_metadata(opened.path).num_rows
            else:
                total += opened.path.stat().st_size * (4 if opened.gz else 1) // 80
        return total

    def sample_keys(self) -> list[NDArray[np.int64]]:
        """Return keys of vessels from places all over the files, where a file can be read in any place (Parquet)."""
        return [
            keys
            for opened, fitted in self.files[:: max(1, len(self.files) // 8)]
            if opened.kind == "parquet" and not fitted.shape.vessel.text
            for keys in sample_keys(opened, fitted)
        ]

    def __iter__(self) -> Iterator[Positions]:
        for opened, fitted in self.files:
            account = Account(opened, self.summary)
            for read_part in parts(opened, fitted, self.clean, self.extras, self._threads):
                begin = account.add(counted(read_part))
                yield self._batch(read_part.part, begin)
            account.close()

    def _batch(self, part: Part, done: int) -> Positions:
        extras: dict[str, NDArray[np.float64] | NDArray[np.int64] | NDArray[np.int32]] = {}
        for name in self.extras:
            values = part.extras.get(name)
            if values is None:
                raise InputError(
                    f'no column "{name}"', file=self.files[0][0].path, hint=f"or {ROW}, the row in the file"
                )
            if isinstance(values, Texts):
                self.extra_texts.setdefault(name, [])
                extras[name] = self._coded(name, values, self.extra_texts[name])
            elif name == ROW and ROW not in self.files[0][0].columns:
                extras[name] = values + done
            else:
                extras[name] = values
        key = part.key
        if isinstance(key, Texts):
            key = self._coded("", key, self.vessel_names).astype(np.int64)
        return Positions(key, part.t, part.lat, part.lon, part.sog, part.cog, part.heading, extras)

    def _coded(self, name: str, texts: Texts, values: list[str]) -> NDArray[np.int32]:
        """Return the codes of a column of text over all batches."""
        known = self._codes.setdefault(name, {})
        common = np.empty(len(texts.values) + 1, np.int32)
        common[-1] = -1
        for code, text in enumerate(texts.values):
            common[code] = known.setdefault(text, len(values))
            if common[code] == len(values):
                values.append(text)
        return common[texts.codes]


def named_shape(name: str | Path | Shape) -> Shape:
    """Return a shape by its name, or from a TOML file of the user.

    Raises:
        InputError: there is none, or the file declares none.
    """
    if isinstance(name, Shape):
        return name
    if isinstance(name, Path) or str(name).endswith(".toml"):
        return load_shape(Path(name))
    return own_shape(name)


def read(
    files: Path | Sequence[Path],
    shape: str | Path | Shape | None = None,
    *,
    extras: Sequence[str] = (),
    clean: Clean | None = None,
    threads: int = 2,
) -> Reading:
    """Open files of positions.

    Args:
        files: one or several of the same shape, Parquet or delimited text (plain or gz).
        shape: name of a shape, a TOML file that declares one, or a `Shape`; None = by the header, and the summary says
            which was chosen.
        extras: further columns to keep by their names in the file, or `ROW`.
        clean: thresholds of cleaning; None = the defaults.
        threads: threads that convert while one reads.

    Returns:
        The positions, to iterate over once.

    Raises:
        InputError: a file is missing, empty, damaged or of no known shape. While iterating: it is cut off, its latitudes
            are longitudes, or a column does not hold what the shape declares.
    """
    paths = [files] if isinstance(files, Path) else list(files)
    if not paths:
        raise InputError("no files of positions", hint="give at least one")
    declared = None if shape is None else named_shape(shape)
    fitted: list[tuple[Opened, Fitted]] = []
    for path in paths:
        opened = open_file(path)
        fitted.append((opened, detect(opened) if declared is None else fit(declared, opened)))
    for opened, _ in fitted:
        for name in extras:
            if name != ROW and name not in opened.columns:
                hint = f"its columns: {', '.join(opened.columns)[:300]}"
                raise InputError(f'has no column "{name}"', file=opened.path, hint=hint)
    reading = Reading(fitted, extras, clean or Clean(), threads)
    if declared is None:
        reading.summary.notes += [f"{opened.path.name}: shape {f.shape.name}, by its header" for opened, f in fitted]
    return reading
