"""Positions in the order of vessel and time, whole vessels in each batch, within a limit of memory.

Batches are held as they come. When all are there, vessels are cut into groups of neighbours in the order of their keys,
every chunk is put into groups, and each group, small enough for the processor's cache, is sorted by one packed number
(vessel, time, row) and gathered. Where memory ends, chunks go to disk by ranges of keys, and each range is then ordered
alone. Rows of one time stay in the order of the files.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading import CLOCK_JUMP, DUPLICATE
from tidewaiter.tracks.store.chunks import CODE, FIXED, Columns, Grouped, Spilled, as_one, grouped, row_bytes
from tidewaiter.tracks.store.kernel import sorting
from tidewaiter.tracks.store.units import Units
from tidewaiter.tracks.store.vessels import Vessels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from tidewaiter.tracks.reading import Reading

GROUP_ROWS = 1 << 16
LEAST_MEMORY = 256 << 20
_OWN_MEMORY = 300 << 20
"""What the process needs besides rows: libraries, compiled code, batches on their way."""
_VOTERS = 300_000


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

    def __iter__(self) -> Iterator[Tracks]:
        spill: Spilled | None = None
        held: list[Columns] = []
        try:
            held_rows, edges = 0, np.empty(0, np.int64)
            for chunk in self._chunks():
                held.append(chunk)
                held_rows += len(chunk["t"])
                if held_rows > self._most_rows(chunk):
                    if spill is None:
                        edges = self._edges(held_rows)
                        spill = Spilled(self._folder, {name: column.dtype for name, column in chunk.items()})
                    spill.write(held, self._parts(edges), len(edges) + 1)
                    held_rows = 0
            pieces = iter([(held, np.ones(self._vessels.known, bool))])
            if spill is not None:
                if held:
                    spill.write(held, self._parts(edges), len(edges) + 1)
                pieces = self._from_disk(spill, edges)
            yield from self._finish(self._checked(pieces))
        finally:
            if spill is not None:
                spill.close()

    def _chunks(self) -> Iterator[Columns]:
        kinds: dict[str, np.dtype[Any]] = {}
        for batch in self.reading:
            if not len(batch.t):
                continue
            chunk: Columns = {CODE: self._vessels.encode(batch.vessel_key, batch.t)}
            chunk |= dict(zip(list(FIXED)[1:], batch[1:7], strict=True))
            for name, values in batch.extras.items():
                kinds[name] = as_one([values.dtype, kinds.get(name, values.dtype)])
                if kinds[name] == np.int64 and values.dtype == np.int64 and name != "row":
                    kinds[name] = np.dtype(np.float64)  # later batches may hold nulls, which whole numbers cannot say
                chunk[name] = values.astype(kinds[name], copy=False)
            if self._measure_units:
                self.units.look(chunk)
            yield chunk

    def _most_rows(self, chunk: Columns) -> int:
        # a group, its sorted copy and the batch a consumer holds are small; a chunk put into groups is held twice
        return max(LEAST_MEMORY, self._memory - _OWN_MEMORY) * 6 // 10 // row_bytes(chunk)

    # ------------------------------------------------------------------ on disk

    def _edges(self, held_rows: int) -> NDArray[Any]:
        """Return keys (or names) that cut the vessels into parts of less than half of what memory holds."""
        parts = int(np.clip(2 * self.reading.row_hint // held_rows + 2, 4, 256))
        places = self._vessels.places(self.reading.vessel_names)
        by_place = np.empty(self._vessels.known, np.int64)
        by_place[places] = np.arange(self._vessels.known)
        upto = np.cumsum(self._vessels.counts[by_place])
        cuts = np.searchsorted(upto, upto[-1] * np.arange(1, parts) // parts)
        return np.unique(self._sort_values()[by_place[cuts]])

    def _parts(self, edges: NDArray[Any]) -> NDArray[np.int32]:
        return np.searchsorted(edges, self._sort_values(), side="right").astype(np.int32)

    def _sort_values(self) -> NDArray[Any]:
        names = self.reading.vessel_names
        return np.array([names[key] for key in self._vessels.keys], object) if names else self._vessels.keys

    def _from_disk(self, spill: Spilled, edges: NDArray[Any]) -> Iterator[tuple[list[Columns], NDArray[np.bool_]]]:
        part_of, counts = self._parts(edges), self._vessels.counts
        places = self._vessels.places(self.reading.vessel_names)
        for part in range(len(edges) + 1):
            codes = np.flatnonzero(part_of == part)
            codes = codes[np.argsort(places[codes])]
            if not len(codes):
                continue
            before = np.cumsum(counts[codes]) - counts[codes]
            most = max(1, (self._memory - _OWN_MEMORY) // 160)
            pieces = before // most  # a part that grew too large is read several times, some vessels each
            for piece in np.unique(pieces):
                wanted = np.zeros(self._vessels.known, bool)
                wanted[codes[pieces == piece]] = True
                yield spill.read(part, None if pieces[-1] == 0 else wanted, 1 << 18), wanted

    # ------------------------------------------------------------------ in order

    def _checked(self, pieces: Iterator[tuple[list[Columns], NDArray[np.bool_]]]) -> Iterator[tuple[Tracks, int, int]]:
        """Yield ordered groups, after a look at whether the first of them have latitude and longitude exchanged."""
        first: list[tuple[Tracks, int, int]] = []
        rows, straight, swapped, looked = 0, 0, 0, False
        for found in self._groups(pieces):
            if looked:
                yield found
                continue
            first.append(found)
            tracks = found[0]
            votes = sorting.side_votes(tracks.starts, tracks.t, tracks.lat, tracks.lon, tracks.sog_kn, tracks.cog_deg)
            straight, swapped, rows = straight + votes[0], swapped + votes[1], rows + len(tracks.t)
            if rows >= _VOTERS:
                self._refuse_swapped(straight, swapped)
                looked = True
                yield from first
                first = []
        if not looked:
            self._refuse_swapped(straight, swapped)
            yield from first

    def _refuse_swapped(self, straight: int, swapped: int) -> None:
        if swapped >= 100 and swapped > 3 * straight:
            raise InputError(
                f"latitude and longitude are swapped: {swapped} legs run along their course once they are exchanged, {straight} as they are",
                file=self.reading.files[0][0].path,
                hint="exchange the two columns in the file, or [lat] and [lon] in a mapping of your own",
            )

    def _groups(self, pieces: Iterator[tuple[list[Columns], NDArray[np.bool_]]]) -> Iterator[tuple[Tracks, int, int]]:
        vessels = self._vessels
        names = self.reading.vessel_names
        places = vessels.places(names)
        if names:
            self.vessel_names = sorted(names[key] for key in vessels.keys)
        keys = np.arange(vessels.known)
        if not names:
            keys[places] = vessels.keys
        jump_codes, jump_t = vessels.jumps()
        in_order = np.lexsort((jump_t, places[jump_codes]))
        jumps = places[jump_codes][in_order], jump_t[in_order]
        with ThreadPoolExecutor(self._threads) as pool:
            for chunks, wanted in pieces:
                group_of, groups = self._group_of(places, wanted)
                for chunk in chunks:
                    chunk["place"] = places[chunk[CODE]]
                tasks = [pool.submit(_take_apart, chunks, i, group_of, groups) for i in range(len(chunks))]
                ready = [task.result() for task in tasks]
                chunks.clear()
                waiting: deque[Future[tuple[Tracks, int, int] | None]] = deque()
                for number in range(groups):
                    waiting.append(
                        pool.submit(_ordered, ready, number, keys, jumps, drop=self.reading.clean.drop_duplicates)
                    )
                    if len(waiting) > 2 * self._threads and (found := waiting.popleft().result()) is not None:
                        yield found
                while waiting:
                    if (found := waiting.popleft().result()) is not None:
                        yield found

    def _group_of(self, places: NDArray[np.int32], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int32], int]:
        """Return the group of each code, -1 for those that are not wanted, and how many groups there are."""
        by_place = np.empty(len(places), np.int64)
        by_place[places] = np.arange(len(places))
        by_place = by_place[wanted[by_place]]
        group_of = np.full(len(places), -1, np.int32)
        if not len(by_place):
            return group_of, 0
        counts = self._vessels.counts[by_place]
        slots = (np.cumsum(counts) - counts) // self._group_rows
        group_of[by_place] = np.cumsum(np.diff(slots, prepend=slots[0]) > 0)
        return group_of, int(group_of[by_place[-1]]) + 1

    def _finish(self, found: Iterator[tuple[Tracks, int, int]]) -> Iterator[Tracks]:
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


def _take_apart(chunks: list[Columns], number: int, group_of: NDArray[np.int32], groups: int) -> Grouped:
    chunk = chunks[number]
    order_by = chunk.pop(CODE)
    chunk[CODE] = order_by
    return grouped(chunk, group_of, groups)


def _ordered(
    chunks: list[Grouped],
    number: int,
    keys: NDArray[np.int64],
    jumps: tuple[NDArray[np.int32], NDArray[np.int64]],
    *,
    drop: bool,
) -> tuple[Tracks, int, int] | None:
    """Return one group in order, how many rows repeated another, and how many were clock jumps."""
    names = [name for name in chunks[0].columns if name != CODE]
    column = {name: np.concatenate([chunk.group(name, number) for chunk in chunks]) for name in names}
    place, t = column["place"], column["t"]
    if not len(t):
        return None
    order = _sort(place, t)
    rows = len(order)
    if len(jumps[0]):
        low, high = np.searchsorted(jumps[0], [place.min(), place.max() + 1])
        if high > low:
            order = sorting.without_jumps(order, place, t, jumps[0][low:high], jumps[1][low:high])
    jumped = rows - len(order)
    if drop:
        said = (column[name] for name in ("lat", "lon", "sog_kn", "cog_deg", "heading_deg"))
        order = sorting.without_repeats(order, place, t, *said)
    repeated = rows - jumped - len(order)
    starts = sorting.starts_of(place, order)
    fixes = [sorting.gather(column[name], order) for name in list(FIXED)[1:]]
    extras = {name: sorting.gather(column[name], order) for name in names if name not in FIXED and name != "place"}
    tracks = Tracks._make([starts, keys[place[order[starts[:-1]]]], *fixes, extras])
    return tracks, repeated, jumped


def _sort(place: NDArray[np.int32], t: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return rows in the order of vessel, time, row."""
    first, first_t = int(place.min()), int(t.min())
    vessel_bits = (int(place.max()) - first).bit_length()
    row_bits = len(t).bit_length()
    span = int(t.max()) - first_t
    step = 1
    if vessel_bits + span.bit_length() + row_bits > 64:
        step = sorting.time_step(t, first_t)
    t_bits = (span // step).bit_length()
    if vessel_bits + t_bits + row_bits > 64:
        return np.lexsort((t, place)).astype(np.int32)
    packed = np.empty(len(t), np.uint64)
    sorting.pack_keys(place, t, first, first_t, step, t_bits, row_bits, packed)
    packed.sort()
    order = np.empty(len(t), np.int32)
    sorting.unpack_rows(packed, row_bits, order)
    return order
