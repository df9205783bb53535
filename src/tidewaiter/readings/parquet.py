"""Tables of users that come as Parquet: hand-made ones cell by cell like CSV, positions batch by batch."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError
from tidewaiter.readings.records import Record, Sheet, match_header

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BATCH_ROWS = 65_536


def read_parquet(path: Path, name: str, reader: str) -> Sheet:
    """Open a hand-made table; numbers, dates and lists become the text that a CSV file would hold. Lines are 0.

    Raises:
        InputError: not Parquet, damaged, a header that does not fit, or a column of a type that has no plain text.
    """
    columns, batches = parquet_batches(path, name, reader)
    return Sheet(columns, _records(batches, name), decimal_comma=False)


def parquet_batches(path: Path, name: str, reader: str) -> tuple[tuple[str, ...], Iterator[pa.RecordBatch]]:
    """Return the canonical column names and the batches of a Parquet file.

    Raises:
        InputError: not Parquet, damaged, or a header that does not fit.
    """
    with _damage_named(name):
        schema = pq.read_schema(path)
        header = list(schema.names)
    columns = match_header(header, name, reader, line=None)
    return columns, _batches(path, name)


def _batches(path: Path, name: str) -> Iterator[pa.RecordBatch]:
    with _damage_named(name), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            batch.validate(full=True)  # damaged text or offsets, which Arrow trusts otherwise
            yield batch


@contextmanager
def _damage_named(name: str) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        raise InputError(
            "is not a Parquet file, or it is damaged", file=name, hint="write it again from its source"
        ) from error


def _records(batches: Iterator[pa.RecordBatch], name: str) -> Iterator[Record]:
    row = 0
    for batch in batches:
        with _damage_named(name):
            values = [_plain(column).to_pylist() for column in batch.columns]
        for cells in zip(*values, strict=True):
            row += 1  # rows of Parquet are found by their position, so empty ones count here
            texts = [_text(cell, name) for cell in cells]
            if any(text.strip() for text in texts):
                yield Record(row, 0, texts)


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return column


def _text(cell: Any, name: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float | Decimal):
        return _number_text(cell)
    if isinstance(cell, date):  # a datetime is one, too
        return cell.isoformat()
    if isinstance(cell, list) and all(isinstance(part, str) for part in cell):
        return "; ".join(cell)
    hint = "columns should hold text, numbers, dates, yes/no, or lists of text"
    raise InputError(f"holds a value of the type {type(cell).__name__}", file=name, hint=hint)


def _number_text(cell: float | Decimal) -> str:
    exact = Decimal(repr(cell)) if isinstance(cell, float) else cell
    if not exact.is_finite() or abs(exact.adjusted()) > 30:
        return str(cell)
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    # typed numbers are never ambiguous; a fourth decimal keeps 12.125 from reading like twelve thousand
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text[:30]
