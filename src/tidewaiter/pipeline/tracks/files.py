"""AIS files of a case as one stream of positions whose rows know where they stand, and one table of statics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.case.layout import AIS_READERS
from tidewaiter.errors import InputError
from tidewaiter.tracks.identity import read_statics
from tidewaiter.tracks.nmea import decode_to
from tidewaiter.tracks.reading import ROW, Clean, Reading, Summary, named_shape
from tidewaiter.tracks.reading.detect import detect, fit
from tidewaiter.tracks.reading.files import open_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tidewaiter.model import Evidence, Input
    from tidewaiter.tracks.reading import Positions
    from tidewaiter.tracks.reading.detect import Fitted
    from tidewaiter.tracks.reading.files import Opened

SAID = ["vessel_key", "t", "name", "callsign", "imo", "ship_type", "draught_m", "destination"]
WHERE = "where"
FILE_BITS = 40
"""A row of file f is the number ``f << FILE_BITS | row``; rows, or lines of a log, count from 1."""


class Source(msgspec.Struct, frozen=True):
    """A file of AIS.

    Attributes:
        evidence: its original.
        stored: the stored bytes.
        by_line: rows are lines of a log; else data rows of a table.
    """

    evidence: Evidence
    stored: Path
    by_line: bool = False


class Logs(msgspec.Struct, frozen=True):
    """What the files of a case hold.

    Attributes:
        sources: the files, by number.
        reading: all positions, to iterate over once, with the extra column `WHERE`; None when no file has any.
        statics: what ships say of themselves, with the column `WHERE`; None when no file has any.
        speaking: names of logs in which ships say something of themselves; they need no positions.
        notes: (file, words) for people.
    """

    sources: tuple[Source, ...]
    reading: Numbered | None
    statics: pa.Table | None
    speaking: frozenset[str]
    notes: tuple[tuple[str, str], ...]


def open_logs(root: Path, files: Sequence[tuple[Input, Evidence, Path]], folder: Path) -> Logs:
    """Open the AIS files of a case; logs of sentences are decoded first.

    Args:
        root: of the case, for mappings that users wrote.
        files: each with its declaration, its record and its stored bytes.
        folder: for decoded logs and names of files; has to stay while they are read.

    Raises:
        InputError: a file that is not what it is declared to be.
    """
    sources: list[Source] = []
    fitted: list[tuple[int, Opened, Fitted]] = []
    statics: list[pa.Table] = []
    notes: list[tuple[str, str]] = []
    speaking: set[str] = set()
    for entry, evidence, stored in sorted(
        files, key=lambda f: (AIS_READERS.index(f[0].reader), f[1].name, f[1].sha256)
    ):
        number, name = len(sources), evidence.name
        sources.append(Source(evidence, stored, by_line=entry.reader == "nmea"))
        if stored.stat().st_size == 0:
            notes.append((name, "The file is empty; nothing was heard in it, which is not the same as silence."))
            continue
        with_name = folder / f"{number}" / Path(name).name
        with_name.parent.mkdir()
        with_name.symlink_to(stored)
        with naming(name):
            if entry.reader == "statics":
                table = read_statics(with_name)
                statics.append(_placed(table, number, np.arange(1, table.num_rows + 1)))
                continue
            if entry.reader == "nmea":
                decoded, said = folder / f"{number}.parquet", folder / f"{number}.statics.parquet"
                summary = decode_to([with_name], decoded, said)
                notes += [(name, words) for words in _of_log(summary.rejected, summary.damage)]
                with_name = decoded
                table = pq.read_table(said)
                known = table.filter(table["t"].is_valid())
                if known.num_rows:
                    speaking.add(name)
                    statics.append(_placed(known.select(SAID), number, known["line"].to_numpy()))
            opened = open_file(with_name)
            shape = "positions" if entry.reader == "nmea" else entry.shape
            how = root / shape if shape.endswith(".toml") else shape
            found = fit(named_shape(how), opened) if shape else detect(opened)
            if found.shape.vessel.text:
                hint = "in a case, vessels are told by their MMSI; give a mapping whose [vessel] is a number"
                raise InputError("names vessels in words", file=name, hint=hint)
            fitted.append((number, opened, found))
    reading = Numbered(fitted, sources) if fitted else None
    said_all = pa.concat_tables(statics, promote_options="permissive") if statics else None
    return Logs(tuple(sources), reading, said_all, frozenset(speaking), tuple(notes))


class naming:  # noqa: N801 - reads as a word of the sentence
    """Say the name that a file has in the case where an error names a temporary one."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError):
            raise InputError(error.message, file=self._name, hint=error.hint) from error


class Numbered(Reading):
    """Positions of files of several shapes, each row with the number of its file and its row or line."""

    def __init__(self, fitted: Sequence[tuple[int, Opened, Fitted]], sources: Sequence[Source]) -> None:
        super().__init__([(opened, shape) for _, opened, shape in fitted], (WHERE,), Clean(), 2)
        self._numbered = fitted
        self._sources = sources
        self.of_file: dict[str, Summary] = {}

    def __iter__(self) -> Iterator[Positions]:
        for number, opened, shape in self._numbered:
            source = self._sources[number]
            extra = "line" if source.by_line else ROW
            one = Reading([(opened, shape)], (extra,), self.clean, 2)
            self.of_file[source.evidence.name] = one.summary
            with naming(source.evidence.name):
                for batch in one:
                    where = batch.extras[extra].astype(np.int64) | (number << FILE_BITS)
                    self.summary.rows += len(where)
                    yield batch._replace(extras={WHERE: where})


def _placed(table: pa.Table, number: int, rows: np.ndarray) -> pa.Table:
    return table.append_column(WHERE, pa.array(rows.astype(np.int64) | (number << FILE_BITS)))


def _of_log(rejected: object, damage: Sequence[str]) -> Iterator[str]:
    counts = dict(rejected) if isinstance(rejected, dict) else {}
    for reason, n in sorted(counts.items()):
        if n:
            yield f"{n:,} lines were set aside: {reason}."
    for words in damage:
        yield f"The log is damaged and was read as far as it goes ({words.rpartition(': ')[2]})."
