"""Read all inputs of a case into the tables of readings, the rejects and the notices."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa

from tidewaiter.case.names import Names
from tidewaiter.errors import CaseError, InputError, did_you_mean
from tidewaiter.model.tables import NOTICES, READING_ID, READINGS, REJECTS
from tidewaiter.readings.parquet import read_parquet
from tidewaiter.readings.positions import read_positions
from tidewaiter.readings.records import Record, Sheet, read_delimited
from tidewaiter.readings.rejection import Rejected
from tidewaiter.readings.row import Row
from tidewaiter.readings.spans import Spans
from tidewaiter.readings.tables import BUILDERS, Fields, source_fields

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo
    from pathlib import Path

    from tidewaiter.model import Case, Evidence, Input

MOST_ROWS = 1_000_000
CHUNK_ROWS = 20_000
SUFFIXES = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".parquet")
_ORDER = ("looks", "sightings", "surveys", "calls", "detections", "exposures", "loads", "claims", "positions")
_REFERENCES = {  # (reader, column) -> the reader whose ids stand in it, and what an empty cell means
    ("sightings", "look_id"): ("looks", "Leave the cell empty when the look itself was not published"),
    ("loads", "detection_id"): ("detections", "Leave the cell empty when no list saw this voyage"),
}
_SORT = {
    "looks": ("t_start", "look_id"),
    "sightings": ("t_start", "sighting_id"),
    "surveys": ("t_start", "survey_id"),
    "calls": ("arrival_earliest", "call_id"),
    "detections": ("t_start", "detection_id"),
    "exposures": ("list_id", "t_start", "evidence", "row"),
    "loads": ("t_start", "load_id"),
    "claims": ("stated", "claim_id"),
    "positions": ("vessel_key", "t", "evidence", "row"),
}


class Readings(msgspec.Struct, frozen=True):
    """What the files of a case say.

    Attributes:
        tables: the tables of `model.tables.READINGS`, each in a canonical order, empty when nothing was read.
        rejects: rows that were set aside, schema `REJECTS`.
        notices: what a reader of the report should know, schema `NOTICES`.
    """

    tables: dict[str, pa.Table]
    rejects: pa.Table
    notices: pa.Table


def read_inputs(case: Case, files: Sequence[tuple[Input, Evidence, Path]]) -> Readings:
    """Read the files of a case. A bad row is set aside; only a file that is not what it is declared to be stops the run.

    Args:
        case: names, units and identifiers come from it.
        files: for each file its declaration, its record in the store (its name tells the format) and the stored bytes.

    Raises:
        CaseError: an unknown reader.
        InputError: a file that cannot be read at all, or a header that does not fit.
    """
    for entry, _, _ in files:
        if entry.reader not in READINGS:
            hint = did_you_mean(entry.reader, READINGS) or f"readers: {', '.join(_ORDER)}"
            raise CaseError(f'unknown reader "{entry.reader}"', file=case.root / "case.toml", hint=hint)
    reading = _Reading(case)
    in_order = sorted(files, key=lambda f: (_ORDER.index(f[0].reader), f[1].name, f[1].sha256))
    for entry, evidence, path in in_order:
        tz = ZoneInfo(entry.timezone) if entry.timezone else None
        try:
            if entry.reader == "positions":
                reading.positions(evidence, path, tz)
            else:
                reading.table(entry.reader, evidence, path, tz)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", file=evidence.name) from error
    return reading.result()


class _Reading:
    """What has been read so far: batches by reader, ids by reader with where they stand, rejects and notices."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._names = Names(case)
        self._batches: dict[str, list[pa.RecordBatch]] = {reader: [] for reader in READINGS}
        self._ids: dict[str, dict[str, str]] = {reader: {} for reader in READINGS}
        self._exposed = Spans()
        self._rejects: list[dict[str, Any]] = []
        self._notices: set[tuple[str, str, str]] = set(_identifier_notices(case))

    def table(self, reader: str, evidence: Evidence, path: Path, tz: tzinfo | None) -> None:
        """Read one hand-made file."""
        sheet = _sheet(path, evidence.name, reader)
        rows = 0
        while chunk := list(islice(sheet.records, CHUNK_ROWS)):
            rows += len(chunk)
            if rows > MOST_ROWS:
                hint = "hand-made tables are smaller; AIS positions have the reader positions; otherwise split the file"
                raise InputError(f"has more than {MOST_ROWS} rows", file=evidence.name, hint=hint)
            found = [fields for record in chunk if (fields := self._fields(reader, sheet, record, evidence, tz))]
            self._batches[reader].append(pa.RecordBatch.from_pylist(found, schema=READINGS[reader]))

    def positions(self, evidence: Evidence, path: Path, tz: tzinfo | None) -> None:
        """Read one file of positions."""
        _check_suffix(evidence.name)
        batches, refused = read_positions(path, evidence.name, evidence.sha256, tz)
        self._batches["positions"] += batches
        for row, line, rejected in refused:
            self._reject(evidence, row, line, rejected)

    def result(self) -> Readings:
        """Return all tables in their canonical order."""
        tables = {}
        for reader, schema in READINGS.items():
            table = pa.Table.from_batches(self._batches[reader], schema=schema)
            tables[reader] = table.sort_by([(column, "ascending") for column in _SORT[reader]]).combine_chunks()
        rejects = sorted(self._rejects, key=lambda r: (r["file"], r["row"], r["evidence"]))
        notices = [dict(zip(NOTICES.names, notice, strict=True)) for notice in sorted(self._notices)]
        return Readings(tables, pa.Table.from_pylist(rejects, REJECTS), pa.Table.from_pylist(notices, NOTICES))

    def _fields(
        self, reader: str, sheet: Sheet, record: Record, evidence: Evidence, tz: tzinfo | None
    ) -> Fields | None:
        try:
            if record.cells is None:
                raise record.rejected or Rejected("", "", "the row cannot be read")
            values = dict(zip(sheet.columns, record.cells, strict=False))
            row = Row(values, self._names, tz, decimal_comma=sheet.decimal_comma)
            fields = {**BUILDERS[reader](row, self._case), **source_fields(row)}
            self._references(reader, fields)
            if reader == "exposures":
                self._claim_span(row, fields, evidence, record)
            else:
                self._claim_id(reader, fields, evidence, record)
        except Rejected as rejected:
            self._reject(evidence, record.row, record.line, rejected)
            return None
        return fields | {"evidence": evidence.sha256, "row": record.row, "line": record.line}

    def _references(self, reader: str, fields: Fields) -> None:
        """Reject a row that names a look or a detection which is not there."""
        for (own, column), (other, empty) in _REFERENCES.items():
            ident = fields.get(column) if own == reader else None
            if ident is not None and ident not in self._ids[other]:
                hint = did_you_mean(ident, self._ids[other]) or empty
                raise Rejected(column, ident, f'no {other.removesuffix("s")} has the id "{ident}"', hint)

    def _claim_id(self, reader: str, fields: Fields, evidence: Evidence, record: Record) -> None:
        """Take the id of a reading; the second one with the same id is rejected."""
        column = READING_ID[reader]
        ident, here = fields[column], f"{evidence.name}, row {record.row}"
        first = self._ids[reader].setdefault(ident, here)
        if first != here:
            raise Rejected(column, ident, f'the id "{ident}" is already used in {first}', "Give this row another id")

    def _claim_span(self, row: Row, fields: Fields, evidence: Evidence, record: Record) -> None:
        """Take the span of an exposure; a list that is said twice to have looked in it is rejected the second time."""
        here = f"{evidence.name}, row {record.row}"
        first = self._exposed.take(fields["list_id"], fields["t_start"], fields["t_end"], here)
        if first is not None:
            reason = f'the looks of "{fields["list_id"]}" in this span are already given in {first}'
            raise row.reject("start", reason, "Add the looks up in one row, or correct the dates")

    def _reject(self, evidence: Evidence, row: int, line: int, rejected: Rejected) -> None:
        values = (evidence.name, row, line, rejected.column, rejected.value, rejected.reason, evidence.sha256)
        self._rejects.append(dict(zip(REJECTS.names, values, strict=True)))
        if rejected.notice:
            where = f"{evidence.name}, row {row}"
            self._notices.add(("confusable", where, f"{rejected.notice} The row was set aside."))


def _sheet(path: Path, name: str, reader: str) -> Sheet:
    _check_suffix(name)
    return (read_parquet if name.casefold().endswith(".parquet") else read_delimited)(path, name, reader)


def _check_suffix(name: str) -> None:
    if not name.casefold().endswith(SUFFIXES):
        hint = "tables are read from .csv, .tsv, .txt, .csv.gz and .parquet; export the spreadsheet as CSV UTF-8"
        raise InputError("is not a table this reader knows", file=name, hint=hint)


def _identifier_notices(case: Case) -> Iterator[tuple[str, str, str]]:
    for vessel in case.vessels:
        for label, values in (("IMO", vessel.imo), ("MMSI", vessel.mmsi)):
            for dated in values:
                if dated.verdict:
                    message = f'{label} "{dated.value}" of {vessel.name} is kept as written: {dated.verdict}.'
                    yield "identifier", vessel.id, message
