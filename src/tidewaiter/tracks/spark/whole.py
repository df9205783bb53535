"""A lot put in order, as the local engine does with a range of vessels: sorted, without repeats and clock jumps."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tidewaiter.tracks.spark.blocks import SAID, WHEN, records
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


def in_order(batches: Sequence[pa.RecordBatch], clean: Clean, names: Names | None, *, jumps: bool) -> Settled | None:
    """Return the rows of a lot in the order of vessel and time.

    Args:
        batches: its blocks, in the order of the files.
        clean: thresholds of cleaning.
        names: None where vessels have numbers.
        jumps: take clock jumps out.
    """
    when, said = records(batches, "times", WHEN), records(batches, "said", SAID)
    key, t = (np.ascontiguousarray(when[name]) for name in WHEN.names or ())
    if names is not None:
        key = names.places[np.searchsorted(names.hashes, key)]
    vessels = Vessels(clean.clock_jump_h if jumps else 0.0, 1.0)
    codes = vessels.encode(key, t)
    places = vessels.places(())
    keys = np.empty(vessels.known, np.int64)
    keys[places] = vessels.keys
    columns = {CODE: codes, "t": t} | {name: np.ascontiguousarray(said[name]) for name in SAID.names or ()}
    return settled([columns], places, keys, Jumps.sorted(*vessels.jumps(), places), drop=clean.drop_duplicates)
