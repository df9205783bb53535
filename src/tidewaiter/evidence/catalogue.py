"""Everything in a case that has an id, loaded once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tidewaiter.errors import StoreDamaged, UnknownId, did_you_mean
from tidewaiter.evidence.layout import escaped, table_path
from tidewaiter.evidence.measurements import load_measurements
from tidewaiter.evidence.store import Store
from tidewaiter.evidence.tables import read_table, table_names
from tidewaiter.model import Evidence, Locator, Measurement
from tidewaiter.model.tables import READING_ID, TRACK_ID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INFERRED = "inferred_calls"
_PREFIX = re.compile(r"[0-9a-f]{8,64}")

Row = dict[str, Any]


class Catalogue:
    """Measurements, readings, inferred calls and evidence of a case by id.

    Attributes:
        measurements: by measurement id.
        readings: rows of the tables of readings by full id, as ``looks/L001``.
        calls: rows of ``inferred_calls`` by call id.
        evidence: by SHA-256.
    """

    def __init__(self, root: Path) -> None:
        """Load all tables that hold ids.

        Raises:
            StoreDamaged: the log or a table is not readable as what it is.
        """
        with Store.open(root, write=False) as store:
            self.evidence: dict[str, Evidence] = store.evidence()
        self.measurements: dict[str, Measurement] = load_measurements(root)
        self.readings: dict[str, Row] = {}
        self.calls: dict[str, Row] = {}
        self._bare: dict[str, list[str]] = {}
        present = set(table_names(root))
        for table, column in (READING_ID | TRACK_ID).items():
            if table in present:
                for key, row in _rows(root, table, column):
                    self.readings[f"{table}/{key}"] = row
                    self._bare.setdefault(key, []).append(f"{table}/{key}")
        if INFERRED in present:
            self.calls.update(_rows(root, INFERRED, "call_id"))

    def resolve(self, name: str) -> str:
        """Return the full id that `name` stands for: of a measurement, an inferred call, ``looks/L001`` or a SHA-256.

        A bare reading id and the first 8 or more digits of a hash do when only one thing has them.

        Raises:
            UnknownId: nothing or more than one thing has this id.
        """
        name = name.removeprefix(f"{INFERRED}/")
        if any(name in known for known in (self.measurements, self.calls, self.readings, self.evidence)):
            return name
        found = self._bare.get(name, [])
        if not found and _PREFIX.fullmatch(name):
            found = [sha256 for sha256 in self.evidence if sha256.startswith(name)]
        if len(found) == 1:
            return found[0]
        shown = escaped(name[:80])
        if found:
            raise UnknownId(f'"{shown}" is the id of {len(found)} things', hint=f"write one of: {', '.join(found[:5])}")
        near = did_you_mean(name[:200], self._known())
        hint = near or ("`tidewaiter run` makes the measurements" if not self.measurements else None)
        raise UnknownId(f'nothing in this case has the id "{shown}"', hint=hint)

    def locator(self, full_id: str) -> Locator | None:
        """Return where a reading stands; None for what does not stand in a file."""
        row = self.readings.get(full_id, {})
        if not row.get("evidence"):
            return None
        if isinstance(row.get("start"), int):  # characters of a text say more than its line
            return Locator(row["evidence"], row.get("row"), start=row["start"], end=row.get("end"))
        line = row.get("line") or None  # 0 in tables read from Parquet
        return Locator(row["evidence"], row.get("row"), line)

    def locators(self) -> Iterator[Locator]:
        """Yield where all readings stand."""
        for full_id in self.readings:
            if (locator := self.locator(full_id)) is not None:
                yield locator

    def _known(self) -> Iterator[str]:
        yield from self.measurements
        yield from self.calls
        yield from self._bare
        yield from self.readings
        yield from self.evidence


def _rows(root: Path, table: str, column: str) -> Iterator[tuple[str, Row]]:
    rows = read_table(root, table)
    if column not in rows.column_names:
        hint = "delete the folder .tidewaiter/tables and repeat `tidewaiter run`"
        raise StoreDamaged(f'has no column "{column}"', file=table_path(root, table), hint=hint)
    for row in rows.to_pylist():
        yield str(row[column]), row
