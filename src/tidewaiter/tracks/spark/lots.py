"""Whole lots out of Arrow batches: Spark cuts batches anywhere, so the open lot is carried from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa


def whole_lots(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, list[pa.RecordBatch]]]:
    """Yield each lot with its rows, in pieces.

    Args:
        batches: sorted by the column ``lot``, cut anywhere; at most one lot is held.
    """
    held: list[pa.RecordBatch] = []
    open_lot = 0
    for batch in batches:
        lots = batch.column("lot").to_numpy()
        heads = np.flatnonzero(np.diff(lots)) + 1
        for begin, end in zip([0, *heads.tolist()], [*heads.tolist(), len(lots)], strict=True):
            if begin == end:
                continue
            if held and lots[begin] != open_lot:
                yield open_lot, held
                held = []
            open_lot = int(lots[begin])
            held.append(batch.slice(begin, end - begin))
    if held:
        yield open_lot, held
