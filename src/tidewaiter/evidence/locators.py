"""The words at a locator, read again from the stored original."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from typing import TYPE_CHECKING, cast

from tidewaiter.errors import StoreDamaged
from tidewaiter.evidence.durable import disk_errors
from tidewaiter.evidence.layout import object_path
from tidewaiter.evidence.objects import hash_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import TextIO

    from tidewaiter.model import Locator

QUOTE = 500
"""Longest quote, characters."""

_PIECE = 1 << 16  # longest part of a line held at once, characters
_RECORD_LINES = 100  # a record that spans more lines than this is cut
_DELIMITERS = ",;\t"
_ANY_SIZE = 1 << 62


class Quotes:
    """Quotes from the originals of one case; each original is read and re-hashed once, whatever is asked of it."""

    def __init__(self, root: Path, locators: Iterable[Locator]) -> None:
        """Get ready to quote at these locators; nothing is read yet."""
        self._root = root
        self._wanted: dict[str, set[Locator]] = defaultdict(set)
        self._found: dict[Locator, str] = {}
        for locator in locators:
            self._wanted[locator.evidence].add(locator)

    def at(self, locator: Locator) -> str:
        """Return what the original says there, cut to `QUOTE` characters; empty when the locator is the whole file.

        Rows of a CSV file are whole records, also when they span lines; rows of a Parquet file come as JSON.

        Raises:
            StoreDamaged: the original is gone or is not what was stored.
        """
        if locator not in self._found:
            wanted = self._wanted[locator.evidence] | {locator}
            path = self._checked(locator.evidence)
            self._found.update(dict.fromkeys(wanted, ""))
            with disk_errors(path, "reading the evidence"), path.open("rb") as file:
                magic = file.read(4)
            with disk_errors(path, "reading the evidence"):
                if magic == b"PAR1":
                    self._found.update(_parquet_rows(path, wanted))
                else:
                    self._found.update(_records(path, wanted, magic))
                    self._found.update((w, _span(path, w, magic)) for w in wanted if w.start is not None)
        return self._found[locator]

    def _checked(self, sha256: str) -> Path:
        path = object_path(self._root, sha256)
        hint = "`tidewaiter verify` lists all damage; restore the object from a copy"
        if not path.is_file() or path.is_symlink():
            raise StoreDamaged("the stored bytes of this evidence are missing", file=path, hint=hint)
        if hash_file(path, limit=_ANY_SIZE)[0] != sha256:
            raise StoreDamaged("is not what was stored, so nothing is quoted from it", file=path, hint=hint)
        return path


def _open_text(path: Path, magic: bytes) -> TextIO:
    encoding = "utf-16" if magic[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    opened = gzip.open if magic[:2] == b"\x1f\x8b" else open
    return cast("TextIO", opened(path, "rt", encoding=encoding, errors="replace", newline="\n"))


def _lines(file: TextIO) -> Iterator[str]:
    """Yield lines, which end with a line feed as the readers of tables count them; of a long one only the beginning."""
    start = ""
    while piece := file.readline(_PIECE):
        start = start or piece
        if piece.endswith("\n"):
            yield start
            start = ""
    if start:
        yield start


def _records(path: Path, wanted: set[Locator], magic: bytes) -> dict[Locator, str]:
    by_line: dict[int, list[Locator]] = defaultdict(list)
    for locator in wanted:
        if locator.line is not None:
            by_line[locator.line].append(locator)
    found: dict[Locator, str] = {}
    if not by_line:
        return found
    with _open_text(path, magic) as file:
        lines = enumerate(_lines(file), 1)
        ahead: list[tuple[int, str]] = []  # read for a record that spans lines; may hold wanted lines of their own
        delimiter = ""
        last = max(by_line)
        for number, line in _with_ahead(ahead, lines):
            if not delimiter and line.strip(_DELIMITERS + " \r\n"):
                delimiter = max(_DELIMITERS, key=line.count)
            if number in by_line:
                quote = _record(line, delimiter, ahead, lines)
                found.update(dict.fromkeys(by_line[number], quote))
            if number >= last:
                break
    return found


def _with_ahead(ahead: list[tuple[int, str]], lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    while True:
        if ahead:
            yield ahead.pop(0)
        elif (following := next(lines, None)) is not None:
            yield following
        else:
            return


def _record(line: str, delimiter: str, ahead: list[tuple[int, str]], lines: Iterator[tuple[int, str]]) -> str:
    """Return the record that starts with `line`, that line alone if a quote is never closed.

    What is read beyond the line is put into `ahead`.
    """
    if '"' not in line:
        return cut(line)
    parts = [line]

    def feed() -> Iterator[str]:
        yield line
        for position, (_, text) in enumerate(_remembering(ahead, lines)):
            if position >= _RECORD_LINES:
                return
            parts.append(text)
            yield text

    try:
        next(csv.reader(feed(), delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        del parts[1:]
    return cut("".join(parts))


def _remembering(ahead: list[tuple[int, str]], lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    yield from list(ahead)
    for item in lines:
        ahead.append(item)
        yield item


def _span(path: Path, locator: Locator, magic: bytes) -> str:
    start = locator.start or 0
    length = min((locator.end or start + QUOTE + 1) - start, QUOTE + 1)
    with _open_text(path, magic) as file:
        skipped = 0
        while skipped < start and (piece := file.read(min(_PIECE, start - skipped))):
            skipped += len(piece)
        return cut(file.read(length))


def _parquet_rows(path: Path, wanted: set[Locator]) -> dict[Locator, str]:
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy, and only for Parquet originals

    found: dict[Locator, str] = {}
    rows = [(w.row - 1, w) for w in wanted if w.row]
    with pq.ParquetFile(path) as file:
        first = 0
        for group in range(file.metadata.num_row_groups):
            end = first + file.metadata.row_group(group).num_rows
            here = [(row, w) for row, w in rows if first <= row < end]
            if here:
                table = file.read_row_group(group)
                for row, locator in here:
                    record = table.slice(row - first, 1).to_pylist()[0]
                    found[locator] = cut(json.dumps(record, ensure_ascii=False, default=str))
            first = end
    return found


def cut(text: str) -> str:
    """Return `text` without the line end it closes with, at most `QUOTE` characters, an ellipsis where it was cut."""
    text = text.rstrip("\r\n")
    return text if len(text) <= QUOTE else f"{text[: QUOTE - 1]}…"
