"""The numbers the case stands for, kept as the table ``measurements``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import rfc8785

from tidewaiter.errors import EvidenceError, StoreDamaged
from tidewaiter.evidence.layout import table_path
from tidewaiter.evidence.tables import read_table, write_table
from tidewaiter.model import Measurement

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

TABLE = "measurements"
MEASUREMENTS = pa.schema(
    [
        pa.field("measurement_id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("level", pa.float64()),
        pa.field("low_50", pa.float64()),
        pa.field("high_50", pa.float64()),
        pa.field("low_80", pa.float64()),
        pa.field("high_80", pa.float64()),
        pa.field("scenario", pa.string(), nullable=False),
        pa.field("period_start", pa.string(), nullable=False),
        pa.field("period_end", pa.string(), nullable=False),
        pa.field("method", pa.string(), nullable=False),
        pa.field("parameters", pa.string(), nullable=False),  # RFC 8785 canonical JSON
        pa.field("inputs", pa.list_(pa.string()), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("note", pa.string(), nullable=False),
    ]
)
_NUMBERS = ("value", "low", "high", "low_50", "high_50", "low_80", "high_80")


def save_measurements(root: Path, measurements: Iterable[Measurement]) -> Path:
    """Write all measurements of the case, sorted by id, in place of those before.

    A measurement without inputs rests on nothing, so it is saved as ``asserted``, whatever it says of itself; only
    ``withdrawn`` stands.

    Raises:
        EvidenceError: an id is used twice or empty, a number is not finite, an interval is reversed, or parameters
            cannot be written as JSON.
        StorageFull: no room; the table is as it was.
    """
    rows: dict[str, dict[str, object]] = {}
    for item in measurements:
        key = item.measurement_id
        if not key or key in rows:
            raise EvidenceError(f'measurement id "{key}" is {"used twice" if key else "empty"}')
        _check_numbers(item)
        try:
            parameters = rfc8785.dumps(msgspec.to_builtins(item.parameters)).decode()
        except (ValueError, TypeError) as error:
            raise EvidenceError(f'parameters of measurement "{key}" cannot be written as JSON: {error}') from None
        status = item.status if item.inputs or item.status == "withdrawn" else "asserted"
        fields = {name: getattr(item, name) for name in MEASUREMENTS.names}
        rows[key] = {**fields, "inputs": list(item.inputs), "parameters": parameters, "status": status}
    table = pa.Table.from_pylist([rows[key] for key in sorted(rows)], schema=MEASUREMENTS)
    return write_table(root, TABLE, table)


def load_measurements(root: Path) -> dict[str, Measurement]:
    """Return all measurements of the case by id; empty when the case has not been run.

    Raises:
        StoreDamaged: the table is not one of measurements.
    """
    path = table_path(root, TABLE)
    if not path.is_file():
        return {}
    found = {}
    try:
        for row in read_table(root, TABLE).to_pylist():
            row["parameters"] = msgspec.json.decode(row["parameters"])
            item = msgspec.convert(row, Measurement)
            found[item.measurement_id] = item
    except (KeyError, TypeError, msgspec.DecodeError) as error:
        hint = "delete the folder .tidewaiter/tables and repeat `tidewaiter run`"
        raise StoreDamaged(f"does not hold measurements ({str(error)[:120]})", file=path, hint=hint) from None
    return found


def _check_numbers(item: Measurement) -> None:
    key = item.measurement_id
    for name in _NUMBERS:
        number = getattr(item, name)
        if number is not None and not math.isfinite(number):
            raise EvidenceError(f'measurement "{key}": {name} is {number}, not a number that can be shown')
    for low, high in ((item.low, item.high), (item.low_50, item.high_50), (item.low_80, item.high_80)):
        if low is not None and high is not None and low > high:
            raise EvidenceError(f'measurement "{key}": the interval {low}–{high} is reversed')
