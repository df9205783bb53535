"""What a file is: Parquet or delimited text, its header, delimiter, encoding and compression."""

from __future__ import annotations

import csv
import gzip
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DELIMITERS = (",", ";", "\t", "|")
HEAD_BYTES = 1 << 16
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class Opened(NamedTuple):
    """A file before its rows are read.

    Attributes:
        path: where it is.
        kind: ``parquet`` or ``text``.
        columns: names in its header, as written.
        delimiter: between cells, of text.
        encoding: of text: ``utf-8``, ``utf-16-le`` or ``utf-16-be`` (by the mark at the beginning).
        gz: compressed.
        begin: bytes of the mark, uncompressed.
        geo: it says that it is GeoParquet.
    """

    path: Path
    kind: str
    columns: tuple[str, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    gz: bool = False
    begin: int = 0
    geo: bool = False


@contextmanager
def damage_named(path: Path, done: str = "") -> Iterator[None]:
    """Turn what libraries raise over damaged files into an InputError; `done` says how far reading came."""
    try:
        yield
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path, hint="check the path") from error
    except (pa.ArrowException, OSError, EOFError, zlib.error, UnicodeDecodeError, OverflowError) as error:
        cut = "truncated" in str(error).casefold() or isinstance(error, EOFError)
        what = "is cut off: the compressed data ends too early" if cut else f"is damaged or cannot be read ({error})"
        raise InputError(what + done, file=path, hint="fetch it again from its source") from error


def open_file(path: Path) -> Opened:
    """Look at the beginning of a file.

    Raises:
        InputError: it is not there, empty, not a table, or its header cannot be read.
    """
    with damage_named(path):
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if head[:4] == b"PAR1":
            schema = pq.read_schema(path)
            return Opened(path, "parquet", tuple(schema.names), geo=b"geo" in (schema.metadata or {}))
        gz = head[:2] == b"\x1f\x8b"
        if gz:
            with gzip.open(path) as unpacked:
                head = unpacked.read(HEAD_BYTES)
    mark, encoding = next(((m, e) for m, e in _MARKS if head.startswith(m)), (b"", "utf-8"))
    if b"\0" in head and encoding == "utf-8":
        hint = "AIS as NMEA sentences is read by `tracks decode`; archives (zip, 7z) have to be unpacked"
        raise InputError("is neither text nor Parquet", file=path, hint=hint)
    text = head[len(mark) :].decode(encoding, "replace").strip()
    if not text:
        raise InputError("is empty", file=path, hint="it needs a header that names the columns, and rows")
    line = text.splitlines()[0]
    if line.startswith(("!AIVD", "!BSVD", "!ABVD", "\\")):
        raise InputError("holds NMEA sentences, not a table", file=path, hint="decode it first: `tracks decode`")
    best: tuple[str, ...] = (line,)
    delimiter = ","
    for candidate in DELIMITERS:
        try:
            cells = tuple(cell.strip() for cell in next(csv.reader([line], delimiter=candidate)))
        except (csv.Error, StopIteration):
            continue
        if len(cells) > len(best):
            best, delimiter = cells, candidate
    return Opened(path, "text", best, delimiter, encoding, gz, len(mark))
