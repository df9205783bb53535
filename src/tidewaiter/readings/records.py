"""Records of delimited text: header, delimiter, quotes, and what to do when a quote is never closed.

A quoted cell may hold line breaks, but a record spans at most `MOST_LINES` lines. A quote that is still open then costs the one
line it stands on, and reading goes on with the next: it never swallows the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.readings.columns import COLUMNS, normal, spellings
from tidewaiter.readings.lines import lines
from tidewaiter.readings.rejection import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tidewaiter.readings.lines import Line

MOST_LINES = 100
MOST_COLUMNS = 500
_DELIMITERS = (",", ";", "\t")


class Record(NamedTuple):
    """A data row: `row` counts from 1 under the header, `line` is the line of the file it starts on.

    `cells` are in the order of `Sheet.columns`; None when the row is `rejected`.
    """

    row: int
    line: int
    cells: list[str] | None
    rejected: Rejected | None = None


class Sheet(NamedTuple):
    """A table of a user: its columns by their canonical names, its records, and whether "250,5" is a number in it."""

    columns: tuple[str, ...]
    records: Iterator[Record]
    decimal_comma: bool


def read_delimited(path: Path, name: str, reader: str) -> Sheet:
    """Open a CSV file with comma, semicolon or tab between cells.

    Raises:
        InputError: not text, empty, or a header that does not fit the reader. Bad rows do not raise.
    """
    source = lines(path, name)
    first = next((line for line in source if line.problem or line.text.strip(",;\t ")), None)
    if first is None:
        raise InputError("is empty", file=name, hint="it needs at least a header; docs/inputs.md lists the columns")
    if first.problem:
        raise InputError(f"the header cannot be read: {first.problem}", file=name, line=first.number)
    known = spellings(reader)
    best: tuple[int, str, list[str]] = (-1, "", [])
    torn = False
    for delimiter in _DELIMITERS:
        try:
            header = next(csv.reader([first.text], delimiter=delimiter, strict=True))
        except (csv.Error, StopIteration):
            torn = True
            continue
        score = sum(normal(cell) in known for cell in header)
        best = max(best, (score, delimiter, header), key=lambda found: found[0])
    score, delimiter, header = best
    if torn and score < 1:
        hint = "put the column names on one line, each once, without stray quotes"
        raise InputError("the header cannot be read", file=name, line=first.number, hint=hint)
    columns = match_header(header, name, reader, line=first.number)
    return Sheet(columns, _records(source, delimiter, columns), delimiter != ",")


def match_header(header: list[str], name: str, reader: str, *, line: int | None) -> tuple[str, ...]:
    """Return the canonical column names of a header.

    Raises:
        InputError: a column is unknown, nameless, there twice, or a required one is missing.
    """
    known = spellings(reader)
    cells = list(header)
    while cells and not cells[-1].strip():
        cells.pop()
    columns: list[str] = []
    for position, cell in enumerate(cells, 1):
        shown = cell.strip()[:60]
        column = known.get(normal(cell[:200]))
        if column is None:
            what = f'unknown column "{shown}"' if shown else f"column {position} has no name"
            hint = (
                did_you_mean(normal(cell[:200]), known)
                or f"columns of {reader}: {', '.join(c.name for c in COLUMNS[reader])}"
            )
            raise InputError(f"{what} for the reader {reader}", file=name, line=line, hint=hint)
        if column in columns:
            what = f'the column "{column}" is there twice'
            if cells[columns.index(column)].strip() != shown:
                what += f' (as "{cells[columns.index(column)].strip()}" and as "{shown}")'
            raise InputError(what, file=name, line=line, hint="take one of the two out")
        columns.append(column)
    missing = [column.name for column in COLUMNS[reader] if column.required and column.name not in columns]
    if missing:
        what = f"the column {missing[0]} is" if len(missing) == 1 else f"the columns {', '.join(missing)} are"
        hint = f"the first line should name the columns; docs/inputs.md lists those of {reader}"
        raise InputError(f"{what} missing for the reader {reader}", file=name, line=line, hint=hint)
    return tuple(columns)


def _records(source: Iterator[Line], delimiter: str, columns: tuple[str, ...]) -> Iterator[Record]:
    waiting: deque[Line] = deque()
    row = 0
    while (line := _take(waiting, source)) is not None:
        if line.problem:
            row += 1
            yield Record(row, line.number, None, Rejected("", line.text, line.problem))
            continue
        problem = ""
        if '"' not in line.text and "\r" not in line.text:
            cells = line.text.split(delimiter)
        else:
            cells, problem = _quoted(line, delimiter, waiting, source)
        if not problem and not any(cell and not cell.isspace() for cell in cells):
            continue  # blank rows are no data; spreadsheets export them below the table
        row += 1
        if not problem and len(cells) > len(columns) and not any(cell.strip() for cell in cells[len(columns) :]):
            del cells[len(columns) :]
        if not problem and len(cells) != len(columns):
            problem = f"the row has {len(cells)} cells, the header has {len(columns)}: text that holds the delimiter needs quotes"
        if problem:
            yield Record(row, line.number, None, Rejected("", line.text, problem))
        else:
            yield Record(row, line.number, cells)


def _take(waiting: deque[Line], source: Iterator[Line]) -> Line | None:
    return waiting.popleft() if waiting else next(source, None)


def _quoted(line: Line, delimiter: str, waiting: deque[Line], source: Iterator[Line]) -> tuple[list[str], str]:
    """Return the cells of a record that starts on `line` and may go on, or the problem; lines not used wait again."""
    more: list[Line] = []

    def following() -> Iterator[str]:
        while len(more) < MOST_LINES and (extra := _take(waiting, source)) is not None:
            if extra.problem:
                waiting.appendleft(extra)
                return
            more.append(extra)
            yield extra.text + "\n"

    try:
        return next(csv.reader(chain([line.text + "\n"], following()), delimiter=delimiter, strict=True)), ""
    except csv.Error as error:
        waiting.extendleft(reversed(more))
        if "unexpected end" in str(error):
            return [], "a quote is opened and never closed; double a quote that belongs to the text"
        if "limit" in str(error):
            return [], "a cell is longer than 128 KiB: is a closing quote missing?"
        if "new-line" in str(error):
            return [], "a stray carriage return stands inside the row"
        return [], "a quote ends before its cell does; double a quote that belongs to the text"
