"""Statics of a file, as `tracks decode --statics` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("vessel_key", "t", "name", "callsign", "imo", "ship_type", "draught_m", "destination")


def read_statics(path: Path) -> pa.Table:
    """Read what ships say of themselves; columns that are not there are left out.

    Raises:
        InputError: no Parquet file, damaged, or without ``vessel_key`` or ``t``.
    """
    try:
        names = pq.read_schema(path).names
        lacking = [name for name in COLUMNS[:2] if name not in names]
        if lacking:
            raise InputError(
                f"lacks {' and '.join(lacking)}", file=path, hint="write it with `tracks decode --statics`"
            )
        table = pq.read_table(path, columns=[name for name in COLUMNS if name in names])
        table.validate(full=True)
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path, hint="check the path") from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError("is not a Parquet file, or it is damaged", file=path, hint="write it again") from error
    return table
