"""What could be known on a day: the readings that had been published by then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tidewaiter.case.dates import parse_span
from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping


def published_by(tables: Mapping[str, pa.Table], day: date) -> dict[str, pa.Table]:
    """Keep the readings published on or before a day.

    A date that is not given to the day counts from the end of its month or year. A claim without a date of publication
    counts from when it was stated; any other row from the end of the time it speaks of; an AIS position from its time, an event in AIS from its end.

    Args:
        tables: readings by the names of `model.tables.READINGS`.
        day: of UTC, included.
    """
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    return {
        name: table.filter(pa.array([_known(row, end) for row in table.to_pylist()], pa.bool_()))
        for name, table in tables.items()
    }


def _known(row: Mapping[str, Any], end: datetime) -> bool:
    written = row.get("published") or row.get("stated")
    if written:
        try:
            last = parse_span(str(written)).end
        except InputError:
            last = None
        if last is not None:
            return last <= end
    if isinstance(row.get("t"), int):
        return bool(row["t"] < end.timestamp() * 1e6)
    known = next(
        (
            row[c]
            for c in (
                "t_end",
                "departure_latest",
                "arrival_latest",
                "departure_earliest",
                "arrival_earliest",
                "end",
                "start",
            )
            if isinstance(row.get(c), datetime)
        ),
        None,
    )
    return known is not None and known <= end
