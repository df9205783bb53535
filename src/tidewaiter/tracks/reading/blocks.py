"""Delimited text in blocks of whole lines, and a block as Arrow columns. Memory is bounded by a few blocks."""

from __future__ import annotations

import codecs
import gzip
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.csv as pcsv

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading.files import damage_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tidewaiter.tracks.reading.files import Opened

BLOCK_BYTES = 1 << 24
LONGEST_LINE = 1 << 20


class Block(NamedTuple):
    """Whole lines of a file, without the header, UTF-8."""

    data: bytes
    first_line: int
    lines: int


def blocks(opened: Opened, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """Yield the lines under the header.

    Raises:
        InputError: the file is cut off or damaged, or a line is longer than a mebibyte.
    """
    line = 1
    rest = b""
    head = True
    source: Any
    with gzip.open(opened.path) if opened.gz else opened.path.open("rb") as source:
        decode = codecs.getincrementaldecoder(opened.encoding)() if opened.encoding != "utf-8" else None
        source.read(opened.begin)
        while True:
            with damage_named(opened.path, f", after line {line}"):
                data = source.read(block_bytes)
                last = not data
                if decode is not None:
                    data = decode.decode(data, last).encode()
            data = rest + data
            if b"\n" not in data and b"\r" in data:
                data = data.replace(b"\r", b"\n")  # lines of old Macintosh files
            cut = len(data) if last else data.rfind(b"\n") + 1
            data, rest = data[:cut], data[cut:]
            if len(rest) > LONGEST_LINE:
                hint = "is it a table with one row a line?"
                raise InputError("a line is longer than a mebibyte", file=opened.path, line=line, hint=hint)
            if head and data:
                blank = len(data) - len(data.lstrip(b"\r\n"))
                under = data.find(b"\n", blank) + 1 or len(data)
                line += data.count(b"\n", 0, under)
                data, head = data[under:], False
            if data:
                lines = data.count(b"\n") + (not data.endswith(b"\n"))
                yield Block(data, line, lines)
                line += lines
            if last:
                return


def arrow(block: Block, opened: Opened, columns: Sequence[str], missing: Sequence[str]) -> tuple[pa.RecordBatch, int]:
    """Return columns of a block as text, and how many lines have a wrong number of cells.

    Quotes that belong to no cell would swallow the lines that follow. Where rows and lines do not add up, the block is
    read again line by line, without quotes.
    """
    torn = 0

    def refuse(_row: pcsv.InvalidRow) -> str:
        nonlocal torn
        torn += 1
        return "skip"

    data = _utf8(block.data)
    table = _parse(data, opened, columns, missing, refuse, quotes=b'"' in data)
    if table.num_rows + torn != block.lines:
        full = sum(1 for line in data.split(b"\n") if line.strip())
        if table.num_rows + torn != full:
            torn = 0
            table = _parse(data, opened, columns, missing, refuse, quotes=False)
            torn += max(0, full - table.num_rows - torn)
    return table, torn


def _utf8(data: bytes) -> bytes:
    """Return text as UTF-8; lines that are not are read as Latin-1, each for itself, for files get pasted together."""
    if data.isascii():
        return data
    try:
        data.decode()
    except UnicodeDecodeError:
        return b"\n".join(_line_utf8(line) for line in data.split(b"\n"))
    return data


def _line_utf8(line: bytes) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1").encode()
    return line


def _parse(
    data: bytes, opened: Opened, columns: Sequence[str], missing: Sequence[str], refuse: object, *, quotes: bool
) -> pa.Table:
    return pcsv.read_csv(
        BytesIO(data),
        read_options=pcsv.ReadOptions(
            use_threads=False, block_size=max(len(data) + 1, 1 << 16), column_names=list(opened.columns)
        ),
        parse_options=pcsv.ParseOptions(
            delimiter=opened.delimiter, quote_char='"' if quotes else False, invalid_row_handler=refuse
        ),
        convert_options=pcsv.ConvertOptions(
            check_utf8=False,  # seen to
            column_types=dict.fromkeys(columns, pa.string()),
            include_columns=list(columns),
            null_values=["", *missing],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
