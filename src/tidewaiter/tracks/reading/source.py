"""Files as batches of positions: reading in one thread, converting in others, in the order of the files."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading.blocks import Block, arrow, blocks
from tidewaiter.tracks.reading.cells import whole_numbers
from tidewaiter.tracks.reading.files import damage_named
from tidewaiter.tracks.reading.kernel.sieve import NO_KEY
from tidewaiter.tracks.reading.points import check_reference
from tidewaiter.tracks.reading.rows import Part, positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from tidewaiter.tracks.reading.clean import Clean
    from tidewaiter.tracks.reading.detect import Fitted
    from tidewaiter.tracks.reading.files import Opened

BATCH_ROWS = 1 << 17


class Read(NamedTuple):
    """A converted batch, the rows of it that were torn, and the line its text began on (0 for Parquet)."""

    part: Part
    torn: int
    line: int


def parts(
    opened: Opened,
    fitted: Fitted,
    clean: Clean,
    extras: Sequence[str],
    threads: int,
    groups: Sequence[int] | None = None,
) -> Iterator[Read]:
    """Yield the batches of a file, converted by `threads` threads while the next ones are read.

    Args:
        opened: the file.
        fitted: which of its columns is what.
        clean: thresholds of cleaning.
        extras: further columns to keep.
        threads: threads that convert.
        groups: only these row groups of a Parquet file; None = all.

    Raises:
        InputError: the file is damaged or cut off, or a column is of a kind that the shape does not fit.
    """
    wanted = list(dict.fromkeys([*fitted.columns.values(), *(e for e in extras if e in opened.columns)]))
    convert: Callable[..., Read]
    source: Iterator[Block] | Iterator[pa.RecordBatch]
    if opened.kind == "parquet":
        if "point" in fitted.columns:
            check_reference(opened.path, fitted.columns["point"])
        source, convert = _parquet(opened, wanted, groups), partial(_from_parquet, fitted, clean, extras)
    else:
        source, convert = blocks(opened), partial(_from_text, opened, fitted, clean, extras, wanted)
    waiting: deque[Future[Read]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for raw in source:
                waiting.append(pool.submit(convert, raw))
                if len(waiting) > threads:
                    yield _result(waiting.popleft(), opened)
            while waiting:
                yield _result(waiting.popleft(), opened)
        finally:
            for future in waiting:
                future.cancel()


def sample_keys(opened: Opened, fitted: Fitted) -> Iterator[NDArray[np.int64]]:
    """Yield vessel keys of the first rows of some row groups of a Parquet file."""
    name = fitted.columns["vessel"]
    with damage_named(opened.path), pq.ParquetFile(opened.path) as file:
        groups = range(0, file.num_row_groups, max(1, file.num_row_groups // 8))
        for group in groups:
            batches = file.iter_batches(batch_size=1 << 15, row_groups=[group], columns=[name], use_threads=False)
            for batch in islice(batches, 1):
                keys = whole_numbers(batch.column(0), NO_KEY)
                yield keys[keys != NO_KEY]


def _result(future: Future[Read], opened: Opened) -> Read:
    try:
        return future.result()
    except InputError as error:
        if error.file is None:
            raise InputError(error.message, file=opened.path, hint=error.hint) from error
        raise


def _parquet(opened: Opened, columns: list[str], groups: Sequence[int] | None) -> Iterator[pa.RecordBatch]:
    # Arrow holds what it read of a row group for as long as one iterates: so each for itself, and through a buffer
    with damage_named(opened.path), pq.ParquetFile(opened.path, buffer_size=1 << 20) as file:
        for group in range(file.num_row_groups) if groups is None else groups:
            yield from file.iter_batches(BATCH_ROWS, row_groups=[group], columns=columns, use_threads=False)


def _from_parquet(fitted: Fitted, clean: Clean, extras: Sequence[str], batch: pa.RecordBatch) -> Read:
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    return Read(positions(columns, batch.num_rows, fitted, clean, extras, comma=False), 0, 0)


def _from_text(
    opened: Opened, fitted: Fitted, clean: Clean, extras: Sequence[str], wanted: Sequence[str], block: Block
) -> Read:
    with damage_named(opened.path, f", somewhere after line {block.first_line}"):
        table, torn = arrow(block, opened, wanted, fitted.shape.missing)
    columns = {name: table[name].combine_chunks() for name in table.column_names}
    part = positions(columns, table.num_rows, fitted, clean, extras, comma=opened.delimiter != ",")
    return Read(part, torn, block.first_line)
