"""The account of a file: what became of its rows, batch by batch, in the order in which they stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading.clean import TORN, Summary
from tidewaiter.tracks.reading.rows import count

if TYPE_CHECKING:
    from tidewaiter.tracks.reading.files import Opened
    from tidewaiter.tracks.reading.source import Read

ENOUGH_ROWS = 1_000
"""Fewer rows say nothing about swapped coordinates, unless the file has no more."""


class Counted(NamedTuple):
    """What became of the rows of one batch.

    Attributes:
        rows, torn, kept: rows with the right number of cells; those without; positions among the rows.
        rejected: reason -> rows, and the first of them, from 0.
        nulled: reason -> values.
        swapped: rows whose latitude can only be a longitude.
        commas: a comma stood for the decimal point.
        line: on which the text began, 0 for Parquet.
    """

    rows: int
    torn: int
    kept: int
    rejected: dict[str, tuple[int, int]]
    nulled: dict[str, int]
    swapped: int
    commas: bool
    line: int


def counted(read: Read) -> Counted:
    """Return what became of the rows of a batch."""
    part = read.part
    rejected, nulled = count(part)
    firsts = [int(first) for first, n in zip(part.first, part.rejected, strict=True) if n]
    why = {reason: (n, first) for (reason, n), first in zip(rejected.items(), firsts, strict=True)}
    return Counted(part.rows, read.torn, len(part.t), why, nulled, part.swapped, part.commas, read.line)


class Account:
    """Adds the batches of one file to a summary."""

    def __init__(self, opened: Opened, summary: Summary) -> None:
        self._opened = opened
        self._summary = summary
        self._done = 0
        self._swapped = 0

    def add(self, batch: Counted) -> int:
        """Add a batch; return how many rows of the file came before it.

        Raises:
            InputError: latitudes of the file are longitudes.
        """
        summary, done, name = self._summary, self._done, self._opened.path.name
        summary.rows += batch.rows + batch.torn
        summary.kept += batch.kept
        about = "about " if batch.torn else ""
        for reason, (rows, first) in batch.rejected.items():
            summary.reject(reason, rows, f"{name}, {about}row {done + first + 1}")
        summary.reject(TORN, batch.torn, f"{name}, after line {batch.line}")
        for reason, values in batch.nulled.items():
            summary.null(reason, values)
        note = f"{name}: decimal commas"
        if batch.commas and note not in summary.notes:
            summary.notes.append(note)
        self._swapped += batch.swapped
        if done + batch.rows >= ENOUGH_ROWS:
            self._refuse_swapped(done + batch.rows)
        self._done += batch.rows + batch.torn
        return done

    def close(self) -> None:
        """End the file.

        Raises:
            InputError: as `add`.
        """
        if self._done:
            self._refuse_swapped(self._done)
        else:
            self._summary.notes.append(f"{self._opened.path.name} holds no rows")

    def _refuse_swapped(self, rows: int) -> None:
        if self._swapped * 10 > rows:
            raise InputError(
                f"latitude and longitude are swapped: {self._swapped} of {rows} latitudes can only be longitudes",
                file=self._opened.path,
                hint="exchange the two columns in the file, or [lat] and [lon] in a mapping of your own",
            )
