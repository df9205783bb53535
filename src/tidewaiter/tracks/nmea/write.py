"""Logs to Parquet, as a stream: neither the logs nor the rows are ever held whole."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError
from tidewaiter.tracks.nmea.columns import POSITIONS, STATICS, TIMES_FROM
from tidewaiter.tracks.nmea.decode import decode_batches
from tidewaiter.tracks.nmea.decoder import Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

GROUP_ROWS = 524_288  # of a Parquet row group


def decode_to(
    paths: Sequence[Path],
    positions_out: Path,
    statics_out: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    source: str | None = None,
    times: Sequence[str] = TIMES_FROM,
) -> Summary:
    """Decode logs into Parquet files, which appear under their names only when they are whole.

    Args:
        paths: logs, plain or gzip; see `decode`.
        positions_out: file with the schema `POSITIONS`.
        statics_out: file with the schema `STATICS`, None when not wanted.
        progress: told how many bytes of the logs were read, and how many there are.
        source: as in `decode`.
        times: as in `decode`.

    Raises:
        InputError: no logs, a log that cannot be read, an output that is one of the logs or cannot be written.
    """
    outputs = [positions_out] if statics_out is None else [positions_out, statics_out]
    taken = [path.resolve() for path in (*paths, *outputs)]
    for path in outputs:
        if taken.count(path.resolve()) > 1:
            raise InputError("would be written over", file=path, hint="give each output a name of its own")
    total = sum(path.stat().st_size for path in paths if path.exists())
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, total)

    summary = Summary()
    with _parquet(positions_out, POSITIONS) as positions, _parquet(statics_out, STATICS) as statics:
        for item in decode_batches(paths, source=source, times=times, advance=advance):
            if isinstance(item, Summary):
                summary += item
                continue
            positions.add(item.positions)
            statics.add(item.statics)
    return summary


class _Rows:
    """Batches gathered to row groups."""

    def __init__(self, writer: pq.ParquetWriter | None) -> None:
        self._writer = writer
        self._batches: list[pa.RecordBatch] = []
        self._rows = 0

    def add(self, batch: pa.RecordBatch | None) -> None:
        """Take in a batch, None for nothing."""
        if batch is None or self._writer is None:
            return
        self._batches.append(batch)
        self._rows += batch.num_rows
        if self._rows >= GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what is held."""
        if self._writer is not None and self._batches:
            self._writer.write_table(pa.Table.from_batches(self._batches).unify_dictionaries(), GROUP_ROWS)
        self._batches, self._rows = [], 0


@contextmanager
def _parquet(path: Path | None, schema: pa.Schema) -> Iterator[_Rows]:
    """Write a file under a temporary name beside it; give it its name at the end, or take it away on failure."""
    if path is None:
        yield _Rows(None)
        return
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        packed = {"line": "DELTA_BINARY_PACKED", "t": "DELTA_BINARY_PACKED"}  # both grow slowly
        few = [name for name in schema.names if name not in {*packed, "lat", "lon"}]
        with pq.ParquetWriter(part, schema, compression="zstd", use_dictionary=few, column_encoding=packed) as writer:
            rows = _Rows(writer)
            yield rows
            rows.flush()
        part.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", file=path, hint="check the folder") from error
    finally:
        part.unlink(missing_ok=True)
