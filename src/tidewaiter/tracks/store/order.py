"""Positions in the order of vessel and time, whole vessels in each batch, within a limit of memory.

Every chunk of rows is put into ranges of vessel keys as it comes; where the ranges end is learnt from a sample. When all rows
are there, each range, small enough for the processor's cache, is sorted by one packed number (vessel, time, row) and
gathered. Where memory ends, chunks go to disk, range by range. A range that grew too large (the sample was not like the
rest) is cut up again by the numbers of rows that its vessels really have. Rows of one time stay in the order of the files.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading import CLOCK_JUMP, DUPLICATE
from tidewaiter.tracks.store.chunks import CODE, FIXED, Columns, Grouped, Spilled, grouped, joined, row_bytes
from tidewaiter.tracks.store.kernel import sorting
from tidewaiter.tracks.store.ranges import Ranges
from tidewaiter.tracks.store.settle import Jumps, Settled, settled
from tidewaiter.tracks.store.units import Units
from tidewaiter.tracks.store.vessels import Vessels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tidewaiter.tracks.reading import Reading
    from tidewaiter.tracks.store.tracks import Tracks

GROUP_ROWS = 1 << 15
"""Two megabytes with all columns: what a core's own cache holds."""
LEAST_MEMORY = 512 << 20
_OWN_MEMORY = 400 << 20
"""What the process needs besides rows: libraries, compiled code, batches on their way."""
DAY_US = 86_400_000_000
_VOTERS = 300_000
_PIECE = 1 << 18  # rows


class Days:
    """On which UTC days there are rows."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}

    def add(self, t: NDArray[np.int64]) -> None:
        """Count rows, by their times in microseconds."""
        for day, rows in zip(*_by_day(t), strict=True):
            self._rows[day] = self._rows.get(day, 0) + rows

    def end(self, without: NDArray[np.int64]) -> int:
        """Return the end of the last day that has rows, in microseconds, when rows of these times are left out."""
        rows = dict(self._rows)
        for day, dropped in zip(*_by_day(without), strict=True):
            rows[day] -= dropped
        return max((day + 1 for day, n in rows.items() if n > 0), default=0) * DAY_US


def _by_day(t: NDArray[np.int64]) -> tuple[list[int], list[int]]:
    """Return the days of times and how many there are of each."""
    if not len(t):
        return [], []
    days = t // DAY_US
    first = int(days.min())
    if int(days.max()) - first > len(days) + 1_000:
        found, counts = np.unique(days, return_counts=True)
        return found.tolist(), counts.tolist()
    counts = np.bincount(days - first)
    there = np.flatnonzero(counts)
    return (there + first).tolist(), counts[there].tolist()


class Ordered:
    """Positions in order, to iterate over once.

    Attributes:
        reading: where they come from; its summary is complete when the iteration is over.
        vessel_names: names of vessels by their key, sorted; empty where vessels have numbers. There when the first batch is.
        units: of which values are whole numbers, if they are measured; known when the first batch is.

    Args:
        reading: positions in any order.
        memory: bytes that the process may take; beyond, rows go to disk. None = half of the machine's memory.
        folder: for rows on disk; None = where temporary files go.
        group_rows: rows of a batch, about; a vessel is never cut. A single vessel larger than the memory is held whole
            all the same (twice its rows for a moment).
        threads: threads that order while one reads.
        measure_units: look for the units of the values, for a store.
    """

    def __init__(
        self,
        reading: Reading,
        *,
        memory: int | None = None,
        folder: Path | None = None,
        group_rows: int = GROUP_ROWS,
        threads: int = 2,
        measure_units: bool = False,
    ) -> None:
        if memory is not None and memory < LEAST_MEMORY:
            raise InputError("the limit of memory is too low", hint=f"give at least {LEAST_MEMORY >> 20} MiB")
        self.reading = reading
        self.vessel_names: list[str] = []
        self.units = Units()
        self._measure_units = measure_units
        self._memory = memory or os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
        self._folder = folder
        self._group_rows = group_rows
        self._threads = threads
        self._vessels = Vessels(reading.clean.clock_jump_h, reading.clean.clock_max_disorder)
        self._ranges = Ranges(reading, self._vessels, group_rows)
        self._places = np.empty(0, np.int32)  # of vessels in the order of their keys, by code, once all are known
        self._days = Days()

    def __iter__(self) -> Iterator[Tracks]:
        held: list[Grouped] = []
        spill: Spilled | None = None
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                held_rows = 0
                for chunk in self._grouped(pool):
                    held.append(chunk)
                    held_rows += len(chunk.columns[CODE])
                    if held_rows > self._most_rows(chunk.columns):
                        spill = spill or Spilled(self._folder)
                        spill.write(held)
                        held_rows = 0
                if spill is not None and held:
                    spill.write(held)
                self._places = self._vessels.places(self.reading.vessel_names)
                parts = self._held(held) if spill is None else self._from_disk(spill)
                yield from self._finish(self._checked(self._settled(parts, pool)))
            finally:
                if spill is not None:
                    spill.close()

    # ------------------------------------------------------------------ as rows come

    def _grouped(self, pool: ThreadPoolExecutor) -> Iterator[Grouped]:
        """Yield the rows of the reading, each chunk range by range."""
        waiting: deque[Future[Grouped]] = deque()
        for chunk in self._chunks():
            waiting.append(pool.submit(grouped, chunk, self._ranges.of_codes(), self._ranges.count))
            if len(waiting) > self._threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _chunks(self) -> Iterator[Columns]:
        for batch in self.reading:
            if not len(batch.t):
                continue
            chunk: Columns = {CODE: self._vessels.encode(batch.vessel_key, batch.t)}
            chunk |= dict(zip(list(FIXED)[1:], batch[1:7], strict=True))
            for name, values in batch.extras.items():
                # later batches may hold nulls, which whole numbers cannot say; the row is never null
                whole = values.dtype == np.int64 and name != "row"
                chunk[name] = values.astype(np.float64) if whole else values
            if self._measure_units:
                self.units.look(chunk)
            self._days.add(batch.t)
            yield chunk

    def _most_rows(self, columns: Columns) -> int:
        return (self._memory - _OWN_MEMORY) * 7 // 10 // row_bytes(columns)

    # ------------------------------------------------------------------ when all are there

    def _held(self, held: list[Grouped]) -> Iterator[list[Columns]]:
        for number in range(self._ranges.count if held else 0):
            yield [chunk.group(number) for chunk in held]

    def _from_disk(self, spill: Spilled) -> Iterator[list[Columns]]:
        """Yield ranges from disk; one that memory does not hold is read several times, some of its vessels each."""
        most = max(self._group_rows, (self._memory - _OWN_MEMORY) // 160)
        for number, rows in enumerate(spill.rows()):
            if rows <= most:
                yield spill.read(number, None, _PIECE)
                continue
            codes, slots = self._slots(np.flatnonzero(self._ranges.of_codes() == number), most)
            for slot in np.unique(slots):
                wanted = np.zeros(self._vessels.known, bool)
                wanted[codes[slots == slot]] = True
                yield spill.read(number, wanted, _PIECE)

    def _slots(self, codes: NDArray[np.int64], rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return vessels in their order, and for each the number of its slot, of so many rows and one vessel at most."""
        codes = codes[np.argsort(self._places[codes])]
        counts = self._vessels.counts[codes]
        slots = (np.cumsum(counts) - counts) // rows
        return codes, np.unique(slots, return_inverse=True)[1]

    def _settled(self, ranges: Iterator[list[Columns]], pool: ThreadPoolExecutor) -> Iterator[Settled]:
        """Yield groups of whole vessels in order."""
        vessels, names, places = self._vessels, self.reading.vessel_names, self._places
        keys = np.arange(vessels.known)
        if names:
            self.vessel_names = sorted(names[key] for key in vessels.keys)
        else:
            keys[places] = vessels.keys
        codes, times = vessels.jumps()
        self.reading.summary.until_us = self._days.end(times)
        jumps = Jumps.sorted(codes, times, places)
        waiting: deque[Future[Settled | None]] = deque()
        for parts in self._not_too_large(ranges, pool):
            waiting.append(pool.submit(settled, parts, places, keys, jumps, drop=self.reading.clean.drop_duplicates))
            if len(waiting) > 2 * self._threads and (found := waiting.popleft().result()) is not None:
                yield found
        while waiting:
            if (found := waiting.popleft().result()) is not None:
                yield found

    def _not_too_large(self, ranges: Iterator[list[Columns]], pool: ThreadPoolExecutor) -> Iterator[list[Columns]]:
        for parts in ranges:
            if sum(len(part[CODE]) for part in parts) <= 4 * self._group_rows:
                yield parts
                continue
            there = np.zeros(self._vessels.known, bool)
            for part in parts:
                there[part[CODE]] = True
            codes, slots = self._slots(np.flatnonzero(there), self._group_rows)
            group_of = np.full(self._vessels.known, -1, np.int32)
            group_of[codes] = slots
            groups = int(slots[-1]) + 1
            tasks = [pool.submit(grouped, joined(some), group_of, groups) for some in _some_rows(parts, _PIECE)]
            cut = [task.result() for task in tasks]
            for number in range(groups):
                yield [part.group(number) for part in cut]

    def _checked(self, groups: Iterator[Settled]) -> Iterator[Settled]:
        """Yield ordered groups, after a look at whether the first of them have latitude and longitude exchanged."""
        first: list[Settled] = []
        rows, straight, swapped, looked = 0, 0, 0, False
        for found in groups:
            if looked:
                yield found
                continue
            first.append(found)
            tracks = found.tracks
            votes = sorting.side_votes(tracks.starts, tracks.t, tracks.lat, tracks.lon, tracks.sog_kn, tracks.cog_deg)
            straight, swapped, rows = straight + votes[0], swapped + votes[1], rows + len(tracks.t)
            if rows >= _VOTERS:
                refuse_swapped(straight, swapped, self.reading.files[0][0].path)
                looked = True
                yield from first
                first = []
        if not looked:
            refuse_swapped(straight, swapped, self.reading.files[0][0].path)
            yield from first

    def _finish(self, found: Iterator[Settled]) -> Iterator[Tracks]:
        summary = self.reading.summary
        summary.out_of_order = self._vessels.disorder
        summary.vessels = 0
        repeats, jumps = 0, 0
        for tracks, repeated, jumped in found:
            repeats, jumps = repeats + repeated, jumps + jumped
            summary.vessels += len(tracks.vessel_key)
            yield tracks
        summary.reject(DUPLICATE, repeats)
        summary.reject(CLOCK_JUMP, jumps)
        summary.kept -= repeats + jumps


def _some_rows(parts: list[Columns], rows: int) -> Iterator[list[Columns]]:
    """Yield parts that follow one another, of so many rows together."""
    some: list[Columns] = []
    have = 0
    for part in parts:
        some.append(part)
        have += len(part[CODE])
        if have >= rows:
            yield some
            some, have = [], 0
    if some:
        yield some


def refuse_swapped(straight: int, swapped: int, path: Path) -> None:
    """Raise when legs run along their courses only once latitude and longitude are exchanged.

    Args:
        straight: legs that do so as they are.
        swapped: legs that do so when exchanged.
        path: of the file, or the first of them.

    Raises:
        InputError: latitudes are longitudes.
    """
    if swapped >= 100 and swapped > 3 * straight:
        raise InputError(
            f"latitude and longitude are swapped: {swapped} legs run along their course once they are exchanged, {straight} as they are",
            file=path,
            hint="exchange the two columns in the file, or [lat] and [lon] in a mapping of your own",
        )
