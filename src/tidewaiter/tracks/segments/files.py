"""Segments of a Parquet file: the columns that decide at once, the rest batch by batch."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError
from tidewaiter.tracks.segments.columns import found_columns
from tidewaiter.tracks.segments.kernel.arrays import NO_ID
from tidewaiter.tracks.segments.rows import Rows, segment_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tidewaiter.tracks.segments import Segments

COLUMN = "segment_id"
BATCH_ROWS = 131_072
GROUP_ROWS = 1_048_576


class Segmented(msgspec.Struct, frozen=True):
    """What a file was sorted into."""

    rows: int
    vessels: int
    segments: int  # distinct ids
    without: int  # rows in no segment


def write_segmented(
    path: Path, out: Path, thresholds: Segments, progress: Callable[[int, int], None] | None
) -> Segmented:
    """Do what `tidewaiter.tracks.segments.segment_file` says."""
    part = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if name != COLUMN]
            table = file.read(columns=list(found_columns(names).values()))
            table.validate(full=True)  # damaged text or offsets, which Arrow trusts otherwise
            found = segment_rows(table, thresholds)
            _write(file, names, found, part, progress)
        part.replace(out)
    except InputError as error:
        raise InputError(error.message, file=path, hint=error.hint) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        if not path.exists():
            raise InputError("there is no such file", file=path, hint="check the path") from error
        if isinstance(error, OSError) and error.errno is not None:  # a full disk, a folder that is none
            raise InputError(f"cannot be written ({os.strerror(error.errno)})", file=out) from error
        hint = "write it again from its source"
        raise InputError("is not a Parquet file, or it is damaged", file=path, hint=hint) from error
    finally:
        with suppress(OSError):  # where there is no folder there is no part either
            part.unlink()
    return _counted(found)


def _write(
    file: pq.ParquetFile, names: list[str], found: Rows, part: Path, progress: Callable[[int, int], None] | None
) -> None:
    fields = [file.schema_arrow.field(name) for name in names]
    schema = pa.schema([*fields, pa.field(COLUMN, pa.string())], file.schema_arrow.metadata)
    done = 0
    with pq.ParquetWriter(part, schema, compression="zstd") as writer:
        group: list[pa.RecordBatch] = []
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=names):
            batch.validate(full=True)
            ids = found.names(done, done + batch.num_rows)
            done += batch.num_rows
            group.append(pa.RecordBatch.from_arrays([*batch.columns, ids], schema=schema))
            if sum(b.num_rows for b in group) >= GROUP_ROWS or done == len(found.id_t):
                writer.write_table(pa.Table.from_batches(group), row_group_size=2 * GROUP_ROWS)
                group = []
            if progress is not None:
                progress(done, len(found.id_t))


def _counted(found: Rows) -> Segmented:
    inside = found.id_t != NO_ID
    ids = np.unique(np.stack([found.vessel[inside].astype(np.int64), found.id_t[inside]]), axis=1)
    return Segmented(len(found.id_t), len(found.vessels), ids.shape[1], int((~inside).sum()))
