"""A lot put in order, as the local engine does with a range of vessels: sorted, without repeats and clock jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from tidewaiter.tracks.spark.blocks import SEGMENT, WHEN, records, said_kind, sizes
from tidewaiter.tracks.store.chunks import CODE
from tidewaiter.tracks.store.settle import Jumps, settled
from tidewaiter.tracks.store.vessels import Vessels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.tracks.reading import Clean
    from tidewaiter.tracks.store.settle import Settled


class Names(NamedTuple):
    """Vessels that go by names: hashes of the names, ascending, and the place of each in the order of names."""

    hashes: NDArray[np.int64]
    places: NDArray[np.int64]


class Lot(NamedTuple):
    """A lot in order.

    Attributes:
        settled: its rows, with the extra column `SEGMENT` if there are segments.
        texts: what the codes of segments stand for, of which a negative one is null; None = they are numbers.
    """

    settled: Settled
    texts: list[str] | None


def in_order(
    batches: Sequence[pa.RecordBatch], clean: Clean, names: Names | None, *, jumps: bool, segments: bool
) -> Lot | None:
    """Return the rows of a lot in the order of vessel and time.

    Args:
        batches: its blocks, in the order of the files.
        clean: thresholds of cleaning.
        names: None where vessels have numbers.
        jumps: take clock jumps out.
        segments: rows have segments.

    Returns:
        None where there is no row.
    """
    kind = said_kind(segments=segments)
    when, said = records(batches, "times", WHEN), records(batches, "said", kind)
    key, t = (np.ascontiguousarray(when[name]) for name in WHEN.names or ())
    if names is not None:
        key = names.places[np.searchsorted(names.hashes, key)]
    vessels = Vessels(clean.clock_jump_h if jumps else 0.0, 1.0)
    codes = vessels.encode(key, t)
    places = vessels.places(())
    keys = np.empty(vessels.known, np.int64)
    keys[places] = vessels.keys
    columns = {CODE: codes, "t": t} | {name: np.ascontiguousarray(said[name]) for name in kind.names or ()}
    texts = None
    if segments and (words := _words(batches)) is not None:
        columns[SEGMENT], texts = _common(columns[SEGMENT], words, sizes(batches, "said", kind))
    found = settled([columns], places, keys, Jumps.sorted(*vessels.jumps(), places), drop=clean.drop_duplicates)
    return None if found is None else Lot(found, texts)


def _words(batches: Sequence[pa.RecordBatch]) -> list[list[str | None]] | None:
    """Return the texts of each block; None where segments are numbers."""
    cells = [cell for batch in batches for cell in batch.column("texts").to_pylist()]
    return [msgspec.msgpack.decode(cell) for cell in cells] if cells and cells[0] else None


def _common(
    places: NDArray[np.float64], words: Sequence[Sequence[str | None]], rows: NDArray[np.int64]
) -> tuple[NDArray[np.int32], list[str]]:
    """Return codes that all blocks have in common, and what they stand for."""
    known: dict[str | None, int] = {None: -1}
    codes = [known.setdefault(text, len(known) - 1) for block in words for text in block]
    firsts = np.cumsum([0, *map(len, words[:-1])])
    at = places.astype(np.int64) + np.repeat(firsts, rows)
    return np.array(codes, np.int32)[at], [text for text in known if text is not None]
