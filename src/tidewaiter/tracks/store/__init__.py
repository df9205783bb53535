"""Put positions in the order of vessel and time, and keep them so that later runs need not.

for batch in Ordered(read([Path("day.csv")])): ...              # once, nothing kept
store = keep([Path("day.csv")], Path("stores"))                 # made once, found again by what it was made of
for batch in store.batches(): ...                               # whole vessels: `Tracks`
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading import Clean, read
from tidewaiter.tracks.store.kept import Store
from tidewaiter.tracks.store.order import Ordered
from tidewaiter.tracks.store.tracks import Tracks
from tidewaiter.tracks.store.written import EDITION, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tidewaiter.tracks.reading import Reading, Shape

__all__ = ["Ordered", "Store", "Tracks", "keep", "keeping", "store_key"]


def store_key(reading: Reading) -> str:
    """Return the key of the store of some files: a hash of their bytes, their shapes, and all that is set.

    Raises:
        InputError: a file cannot be read.
    """
    digest = hashlib.sha256(f"tidewaiter {EDITION}".encode())
    for opened, fitted in reading.files:
        try:
            with opened.path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise InputError(f"cannot be read ({error})", file=opened.path) from error
        digest.update(fitted.shape.digest())
    digest.update(msgspec.json.encode((reading.clean, reading.extras), order="deterministic"))
    return digest.hexdigest()[:32]


def keep(
    files: Path | Sequence[Path],
    folder: Path,
    shape: str | Path | Shape | None = None,
    *,
    extras: Sequence[str] = (),
    clean: Clean | None = None,
    memory: int | None = None,
    threads: int = 2,
) -> Store:
    """Return the store of some files, made now unless it is there.

    Args:
        files: as `reading.read`.
        folder: where stores lie; made if need be. Rows that memory does not hold go there, too, for a while.
        shape: as `reading.read`.
        extras: as `reading.read`.
        clean: as `reading.read`.
        memory: bytes that the process may take; None = half of the machine's memory.
        threads: threads beside the one that reads.

    Raises:
        InputError: as `reading.read`, or the folder cannot be written to.
    """
    reading = read(files, shape, extras=extras, clean=clean, threads=threads)
    path = _path(folder, store_key(reading))
    found = _found(path)
    if found is None:
        for _ in keeping(reading, folder, memory=memory, threads=threads):
            pass
        found = Store(path)
    return found


def keeping(reading: Reading, folder: Path, *, memory: int | None = None, threads: int = 2) -> Iterator[Tracks]:
    """Yield positions in order, from their store if it is there; if not, it is made while they pass by.

    Args:
        reading: positions in any order.
        folder: as `keep`.
        memory: as `keep`.
        threads: as `keep`.

    Raises:
        InputError: as `keep`.
    """
    key = store_key(reading)
    path = _path(folder, key)
    found = _found(path)
    if found is not None:
        reading.summary = found.summary
        yield from found.batches(threads=threads)
        return
    yield from write(Ordered(reading, memory=memory, folder=folder, threads=threads, measure_units=True), path, key)


def _path(folder: Path, key: str) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"no store can be kept there ({error})", file=folder) from error
    return folder / f"tracks-{key}.parquet"


def _found(path: Path) -> Store | None:
    """Return the store at a place; None where there is none that can be used, so that it is made again."""
    if not path.exists():
        return None
    try:
        return Store(path)
    except InputError:
        return None
