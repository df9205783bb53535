"""The tables of the report as CSV (safe to open in a spreadsheet) and Parquet."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tidewaiter.model import Measurement

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

MEASUREMENTS = pa.schema(
    [
        pa.field("measurement_id", pa.string()),
        pa.field("name", pa.string()),
        *(
            pa.field(c, pa.float64())
            for c in ("value", "low", "high", "level", "low_50", "high_50", "low_80", "high_80")
        ),
        *(pa.field(c, pa.string()) for c in ("unit", "scenario", "period_start", "period_end", "method")),
        pa.field("inputs", pa.list_(pa.string())),
        pa.field("parameters", pa.string()),  # JSON
        pa.field("status", pa.string()),
        pa.field("note", pa.string()),
    ]
)


def measurement_table(measurements: Mapping[str, Measurement]) -> pa.Table:
    """Return all measurements as a table, sorted by id, parameters as JSON."""
    rows = [
        {c: getattr(m, c) for c in MEASUREMENTS.names}
        | {"parameters": json.dumps(m.parameters, sort_keys=True, ensure_ascii=False, default=str)}
        for _, m in sorted(measurements.items())
    ]
    return pa.Table.from_pylist(rows, schema=MEASUREMENTS)


def write_tables(tables: Mapping[str, pa.Table], folder: Path) -> None:
    """Write each table as ``NAME.csv`` and ``NAME.parquet`` into the existing `folder`; same table, same bytes.

    Args:
        tables: by name; maps and lists become ``a:0.6; b:0.4`` in CSV and stay what they are in Parquet.
        folder: where to write.
    """
    for name, table in sorted(tables.items()):
        (folder / f"{name}.csv").write_bytes(csv_bytes(table))
        pq.write_table(table.replace_schema_metadata(), folder / f"{name}.parquet", compression="zstd", version="2.6")


def csv_bytes(table: pa.Table) -> bytes:
    """Return a table as UTF-8 CSV without BOM: ISO times, no cell that a spreadsheet would run as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in table.column_names])
    for batch in table.to_batches(max_chunksize=10_000):
        writer.writerows(
            [_cell(value) for value in row] for row in zip(*(c.to_pylist() for c in batch.columns), strict=True)
        )
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value.microsecond == 0 else value.isoformat()
        case date():
            return value.isoformat()
        case int() | float():
            return repr(value)
        case list():
            parts = (
                f"{p[0]}:{p[1]:g}" if isinstance(p, tuple) and isinstance(p[1], float) else _joined(p) for p in value
            )
            return _defused("; ".join(parts))
    return _defused(str(value))


def _joined(part: Any) -> str:
    return ":".join(map(str, part)) if isinstance(part, tuple) else str(part)


def _defused(text: str) -> str:
    """Put an apostrophe before text that spreadsheets take for a formula, plain numbers excepted.

    Blanks before the sign count too: some programs trim them. Source: OWASP, CSV injection.
    """
    if not text.lstrip(" \u00a0").startswith(_FORMULA) and not text.startswith(_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
