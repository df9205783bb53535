"""Events of files on Spark: the rows equal those of the local engine to the last value."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.errors import InputError
from tidewaiter.tracks.encounters import meetings_of
from tidewaiter.tracks.events.fleet import SEGMENTS, Searched
from tidewaiter.tracks.events.search import (
    NEVER_US,
    Asked,
    Vessels,
    as_table,
    of_fleet,
    of_nobody,
    of_vessels,
    place_index,
    refuse_lacks,
    refuse_late,
)
from tidewaiter.tracks.reading import CLOCK_JUMP, DUPLICATE, Clean, Reading, read
from tidewaiter.tracks.reading.account import Account
from tidewaiter.tracks.spark import blocks, found
from tidewaiter.tracks.spark.blocks import SEGMENT
from tidewaiter.tracks.spark.clocks import Clocks, Order, clocks_of, order_of
from tidewaiter.tracks.spark.decode import REFUSED, Piece, Refused, Told, decoded, pieces
from tidewaiter.tracks.spark.lots import whole_lots
from tidewaiter.tracks.spark.meetings import encounters_on_spark, grid_rows
from tidewaiter.tracks.spark.session import on_disk, spark_session
from tidewaiter.tracks.spark.whole import Names, in_order
from tidewaiter.tracks.store.kernel.sorting import side_votes
from tidewaiter.tracks.store.order import refuse_swapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tidewaiter.tracks.encounters import Resampled
    from tidewaiter.tracks.events.kinds import Kind, Rules
    from tidewaiter.tracks.ports import Places

LOT_ROWS = 1 << 18
MOST_LOTS = 1 << 14
LOTS_A_TASK = 2
VOTING_LOTS = 2
"""So many lots vote on whether latitude and longitude are exchanged; the local engine asks as many rows."""


def search_files_on_spark(
    files: Sequence[Path],
    kinds: tuple[Kind, ...],
    rules: Rules,
    places: Places | None,
    *,
    shape: str | Path | None = None,
    clean: Clean | None = None,
    statics: pa.Table | None = None,
    until: datetime | None = None,
    session: Any = None,
    lot_rows: int = LOT_ROWS,
    progress: Callable[[int], None] | None = None,
) -> Searched:
    """Find events in files of positions.

    Args:
        files: as `fleet.search_files`; every worker can read them by these paths.
        kinds: which events.
        rules: thresholds.
        places: for port visits and destinations.
        shape: as `reading.read`.
        clean: as `reading.read`.
        statics: what ships say of themselves.
        until: as `fleet.search_files`.
        session: a SparkSession; None = the active one, else as Spark is configured, else one on this machine.
        lot_rows: positions looked at together, about; a vessel is never cut.
        progress: called with the number of positions looked at, once they are.

    Raises:
        InputError: as `fleet.search_files`, or Spark is not installed.
    """
    reading = read(files, shape, clean=clean, threads=1)
    segments = next((name for name in SEGMENTS if name in reading.files[0][0].columns), "")
    if segments:
        reading = read(files, shape, extras=(segments,), clean=clean, threads=1)
    refuse_lacks(Asked(kinds, rules, places, until or datetime.now(UTC)), statics)
    with spark_session(session) as spark:
        lots = int(np.clip(reading.row_hint // lot_rows, 1, MOST_LOTS))
        moved = _moved(spark, reading, pieces(reading.files), lots).persist(on_disk())
        try:
            told, order = _told(moved, reading)
            end = until or datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=order.until_us)
            asked = Asked(kinds, rules, places, end, segments)
            names = _names(told, reading)
            seen = _seen(moved, asked, reading.clean, names, jumps=order.tells).persist(on_disk())
            try:
                result = _fleet(seen, asked, reading, statics, progress)
            finally:
                seen.unpersist()
        finally:
            moved.unpersist()
    return Searched(result, reading.summary, end, reading.vessel_names)


def _moved(spark: Any, reading: Reading, todo: Sequence[Piece], lots: int) -> Any:
    """Return the blocks of all files, those of a lot together and in the order of the files."""
    files, clean = reading.files, reading.clean
    segments = reading.extras[0] if reading.extras else ""

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from decoded(number, todo[number], files, clean, lots, segments)

    cores = spark.sparkContext.defaultParallelism
    tasks = spark.range(0, len(todo), 1, min(len(todo), 64 * cores))
    parts = max(min(lots, 3 * cores), lots // LOTS_A_TASK)
    cut = tasks.mapInArrow(work, blocks.SCHEMA)
    return cut.repartition(parts, "lot").sortWithinPartitions("lot", "place")


def _told(moved: Any, reading: Reading) -> tuple[list[Told], Order]:
    """Account for all rows, as reading here would have done, and look at their order."""
    clean = reading.clean

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for lot, held in whole_lots(batches):
            if lot >= 0:
                word = msgspec.msgpack.encode(clocks_of(held, clean))
                yield pa.RecordBatch.from_arrays([pa.array([word], pa.binary())], names=["clocks"])

    clocks = [
        msgspec.msgpack.decode(bytes(row["clocks"]), type=Clocks)
        for row in moved.select("lot", "place", "times").mapInArrow(work, "clocks binary").toLocalIterator()
    ]
    words = moved.filter("lot < 0").select("lot", "place", "times").collect()
    words.sort(key=lambda row: row["place"])
    told: list[Told] = []
    rows: dict[int, int] = {}
    days: dict[int, int] = {}
    accounts = [Account(opened, reading.summary) for opened, _ in reading.files]
    at = 0
    for word in words:
        if word["lot"] == REFUSED:
            why = msgspec.msgpack.decode(bytes(word["times"]), type=Refused)
            raise InputError(why.message, file=why.file, line=why.line, hint=why.hint)
        batch = msgspec.msgpack.decode(bytes(word["times"]), type=Told)
        while at < batch.file:
            accounts[at].close()
            at += 1
        accounts[at].add(batch.counted)
        told.append(batch)
        rows[word["place"]] = batch.counted.kept
        for day, n in batch.days.items():
            days[day] = days.get(day, 0) + n
    for account in accounts[at:]:
        account.close()
    if len({batch.texts for batch in told}) > 1:
        raise InputError(f'"{reading.extras[0]}" holds text in some files and numbers in others')
    order = order_of(clocks, rows, days, clean)
    reading.summary.until_us, reading.summary.out_of_order = order.until_us, order.out_of_order
    return told, order


def _names(told: Iterable[Told], reading: Reading) -> Names | None:
    """Return the places of names; None where vessels have numbers."""
    by_hash: dict[int, str] = {}
    for batch in told:
        for key, name in batch.names.items():
            if by_hash.setdefault(key, name) != name:
                raise InputError(f'"{name}" and "{by_hash[key]}" cannot be told apart by their hashes')
    if not by_hash:
        return None
    reading.vessel_names = sorted(by_hash.values())
    place = {name: i for i, name in enumerate(reading.vessel_names)}
    hashes = np.array(sorted(by_hash), np.int64)
    return Names(hashes, np.array([place[by_hash[key]] for key in hashes.tolist()], np.int64))


def _seen(moved: Any, asked: Asked, clean: Clean, names: Names | None, *, jumps: bool) -> Any:
    """Return what whole vessels tell: one streaming pass over the lots."""
    index = place_index(asked)

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for lot, held in whole_lots(batches):
            whole = None if lot < 0 else in_order(held, clean, names, jumps=jumps, segments=bool(asked.segments))
            if whole is None:
                continue
            settled, tracks = whole.settled, whole.settled.tracks
            votes = (0, 0)
            if lot < VOTING_LOTS:
                votes = side_votes(tracks.starts, tracks.t, tracks.lat, tracks.lon, tracks.sog_kn, tracks.cog_deg)
            rows, begins = len(tracks.t), int(tracks.t.min(initial=NEVER_US))
            keys = tracks.vessel_key.tobytes()
            counts = found.Counts(settled.repeats, settled.jumps, rows, begins, *votes, keys)
            yield found.row(found.COUNTS, lot, msgspec.msgpack.encode(counts))
            positions = as_table(tracks, SEGMENT if asked.segments else "", whole.texts)
            vessels = of_vessels(positions, asked, index)
            for kind, table in vessels.tables.items():
                yield found.row(kind, lot, found.as_bytes(table))
            if vessels.telling is not None:
                yield found.row(found.TELLING, lot, found.as_bytes(vessels.telling))
            if vessels.grid is not None and asked.segments:
                yield found.row(found.HULLS, lot, pickle.dumps(vessels.grid))
            elif vessels.grid is not None:
                yield grid_rows(lot, vessels.grid, asked.rules.of("encounter"))

    return moved.mapInArrow(work, found.SCHEMA)


def _fleet(
    seen: Any, asked: Asked, reading: Reading, statics: pa.Table | None, progress: Callable[[int], None] | None
) -> Any:
    """Fetch what vessels tell, and add what only all of them together tell."""
    tables: dict[str, list[pa.Table]] = {}
    counts: list[found.Counts] = []
    hulls: list[Resampled] = []
    for kind, _, payload in found.fetched(seen.filter(f"kind != '{found.GRID}'")):
        if kind == found.COUNTS:
            counts.append(msgspec.msgpack.decode(payload, type=found.Counts))
        elif kind == found.HULLS:
            hulls.append(pickle.loads(payload))  # noqa: S301 - of our own workers
        else:
            tables.setdefault(kind, []).append(found.as_table(payload))
    refuse_swapped(sum(c.straight for c in counts), sum(c.swapped for c in counts), reading.files[0][0].path)
    vessels = np.sort(np.concatenate([np.frombuffer(c.vessels, np.int64) for c in counts] or [np.empty(0, np.int64)]))
    _count(reading, counts, len(vessels))
    if progress is not None:
        progress(sum(c.rows for c in counts))
    if not counts:  # each kind has its table all the same
        return of_fleet([of_nobody(asked, place_index(asked))], asked, statics)
    refuse_late(min(c.begins for c in counts), asked.until)
    encounters = None
    if hulls:
        encounters = meetings_of(hulls, asked.rules.of("encounter"))
    elif asked.wants("encounter"):
        encounters = encounters_on_spark(seen, vessels, asked.rules.of("encounter"))
    joined = {kind: pa.concat_tables(parts) for kind, parts in tables.items()}
    telling = joined.pop(found.TELLING, None)
    return of_fleet([Vessels(joined, telling, None)], asked, statics, encounters)


def _count(reading: Reading, counts: Sequence[found.Counts], vessels: int) -> None:
    summary = reading.summary
    repeats, jumps = sum(c.repeats for c in counts), sum(c.jumps for c in counts)
    summary.vessels = vessels
    summary.reject(DUPLICATE, repeats)
    summary.reject(CLOCK_JUMP, jumps)
    summary.kept -= repeats + jumps
