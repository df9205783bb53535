"""Tables of events from a folder, as `tracks events --tables` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

USED = ("port_visit", "gap", "draught_change", "identity_interval")
NEEDED = USED[:2]


def read_tables(folder: Path) -> dict[str, pa.Table]:
    """Read the tables that the search uses.

    Raises:
        InputError: port visits or gaps are missing, or a file is damaged.
    """
    tables: dict[str, pa.Table] = {}
    for kind in USED:
        path = folder / f"{kind}.parquet"
        if not path.exists():
            if kind in NEEDED:
                raise InputError(
                    "is not there", file=path, hint="write it with `tracks events --places … --tables DIR`"
                )
            continue
        try:
            names = [name for name in pq.read_schema(path).names if name != "events"]
            tables[kind] = pq.read_table(path, columns=names)
            tables[kind].validate(full=True)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise InputError("is not a Parquet file, or it is damaged", file=path, hint="write it again") from error
    return tables
