"""Events of files: read, order, search, in one call; the local engine.

The store of an earlier run of the same files is used where one is kept.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pyarrow as pa

from tidewaiter.errors import InputError
from tidewaiter.tracks.events.search import Asked, Found, find_events
from tidewaiter.tracks.reading import Summary, read
from tidewaiter.tracks.store import Ordered, keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tidewaiter.tracks.events.kinds import Kind, Rules
    from tidewaiter.tracks.ports import Places
    from tidewaiter.tracks.reading import Clean
    from tidewaiter.tracks.store import Tracks


SEGMENTS = ("segment_id", "seg_id")
"""Columns of a file that tell hulls apart: of `tracks segment`, and of Global Fishing Watch."""


class Searched(NamedTuple):
    """Events, and what was read to find them."""

    found: Found
    summary: Summary
    until: datetime
    vessel_names: Sequence[str]


def search_files(
    files: Sequence[Path],
    kinds: tuple[Kind, ...],
    rules: Rules,
    places: Places | None,
    *,
    shape: str | Path | None = None,
    clean: Clean | None = None,
    statics: pa.Table | None = None,
    until: datetime | None = None,
    store: Path | None = None,
    memory: int | None = None,
    threads: int = 2,
    progress: Callable[[int], None] | None = None,
) -> Searched:
    """Find events in files of positions.

    Args:
        files: of one shape.
        kinds: which events.
        rules: thresholds.
        places: for port visits and destinations.
        shape: as `reading.read`.
        clean: what counts as a position; None = our own.
        statics: what ships say of themselves.
        until: aware; the end of the data, by which a silence is open. None = the end of the UTC day of the last position.
        store: folder to keep ordered positions in, for later runs; None = nothing is kept.
        memory: bytes that ordering may take.
        threads: that work side by side.
        progress: called with the number of positions looked at.

    Raises:
        InputError: as `reading.read` and `find_events`.
    """
    reading = read(files, shape, clean=clean, threads=threads)
    segments = next((name for name in SEGMENTS if name in reading.files[0][0].columns), "")
    extras = (segments,) if segments else ()
    if store is not None:
        kept = keep(files, store, shape, extras=extras, clean=clean, memory=memory, threads=threads)
        batches: Iterable[Tracks] = kept.batches(threads=threads)
        summary, names, texts = kept.summary, kept.vessel_names, kept.extra_texts
    else:
        reading = read(files, shape, extras=extras, clean=clean, threads=threads)
        ordered = Ordered(reading, memory=memory, threads=threads)
        batches = _begun(iter(ordered))
        summary, names, texts = reading.summary, ordered.vessel_names, reading.extra_texts
    asked = Asked(kinds, rules, places, until or _moment(summary.until_us), segments, texts.get(segments))
    found = find_events(batches, asked, statics, threads=threads, progress=progress)
    return Searched(found, summary, asked.until, names)


def run_id(files: Sequence[Path], rules: Rules, kinds: tuple[Kind, ...], until: datetime) -> str:
    """Return the hash of what the events were made of: files, thresholds, kinds and the end of the data."""
    digest = hashlib.sha256()
    for path in files:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", file=path) from error
    about = ({k: msgspec.structs.asdict(v) for k, v in rules.thresholds.items()}, [k.name for k in kinds], until)
    digest.update(msgspec.json.encode(about, order="deterministic"))
    return digest.hexdigest()[:16]


def stamped(events: pa.Table, run: str) -> pa.Table:
    """Return events with the id of their run."""
    place = events.schema.get_field_index("run_id")
    return events.set_column(place, events.schema.field(place), pa.repeat(run, events.num_rows))


def with_names(events: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return events with `vessel_name` and `other_name`, where vessels go by names; without any as they are."""
    if not names:
        return events
    known = pa.array(names, pa.string())
    for key in ("vessel", "other"):
        events = events.append_column(f"{key}_name", known.take(events[f"{key}_key"].combine_chunks()))
    return events


def _moment(microseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def _begun(batches: Iterator[Tracks]) -> Iterator[Tracks]:
    """Return the batches after the first has been made: then all rows are read, and the end of the data is known."""
    first = next(batches, None)
    return batches if first is None else chain([first], batches)
