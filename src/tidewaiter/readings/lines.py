"""Physical lines of a text file from outside: bounded in length and memory, each with its number."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import IO, TYPE_CHECKING, NamedTuple, cast

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST_LINE = 1 << 20
LARGEST_UNPACKED = 16 << 30
_HEAD = 8192
_MAGIC = {
    b"PK\x03\x04": ("a zip archive or an Excel workbook", "in the spreadsheet choose: save as, CSV UTF-8"),
    b"\xd0\xcf\x11\xe0": ("an old Excel or Word file", "in the spreadsheet choose: save as, CSV UTF-8"),
    b"\x89PNG": ("a PNG image", "give the table as CSV or Parquet"),
    b"\xff\xd8\xff": ("a JPEG image", "give the table as CSV or Parquet"),
    b"%PDF": ("a PDF", "give the table as CSV or Parquet"),
    b"\x1f\x8b": ("gzip-compressed", "let its name end in .csv.gz, or unpack it"),
    b"PAR1": ("Parquet", "let its name end in .parquet"),
    b"\xff\xfe": ("UTF-16 text", "save it as UTF-8 (in Excel: CSV UTF-8)"),
    b"\xfe\xff": ("UTF-16 text", "save it as UTF-8 (in Excel: CSV UTF-8)"),
}
_ENCODINGS = (  # what a word of the script looks like; single letters are as likely accents of a Western text
    ("cp949", re.compile("[가-힣]{2,}"), "Korean (CP949)"),
    ("shift_jis", re.compile("[ぁ-ヿ]{2,}"), "Japanese (Shift JIS)"),
    ("cp1251", re.compile("[А-яЁё]{3,}"), "Cyrillic (Windows-1251)"),
)


class Line(NamedTuple):
    """A line without its end; `problem` says why it cannot be used, `text` is then only a start of it to show."""

    number: int
    text: str
    problem: str = ""


def lines(path: Path, name: str) -> Iterator[Line]:
    """Yield the lines of a UTF-8 text (with or without BOM), plain or gzip-compressed by its name.

    Lines longer than 1 MiB are read past in pieces and never held; they and lines that are not UTF-8 come with a `problem`.

    Raises:
        InputError: the file is empty, not text, or UTF-16; or its compression is damaged or unpacks without measure.
    """
    packed = name.casefold().endswith(".gz")
    with _opened(path, packed=packed) as stream:
        try:
            with _opened(path, packed=packed) as again:
                _check_head(again.read(_HEAD), name)
            number, size = 0, 0
            while raw := stream.readline(LONGEST_LINE + 1):
                number += 1
                size += len(raw)
                if number == 1:
                    raw = raw.removeprefix(b"\xef\xbb\xbf")  # the BOM is no part of the header
                if len(raw) > LONGEST_LINE and not raw.endswith(b"\n"):
                    shown = raw[:200].decode("utf-8", "replace")
                    while (rest := stream.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                        size += len(rest)
                        _check_size(size, name, packed=packed)
                    yield Line(number, shown, "the line is longer than 1 MiB: a line end or a closing quote is missing")
                    continue
                _check_size(size, name, packed=packed)
                yield _decoded(number, raw)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(
                "the compressed file is damaged", file=name, hint="unpack it and look, or fetch it again"
            ) from error


def _opened(path: Path, *, packed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")


def _check_head(head: bytes, name: str) -> None:
    for magic, (what, hint) in _MAGIC.items():
        if head.startswith(magic):
            raise InputError(f"is {what}, not a CSV file", file=name, hint=hint)
    if not head.strip(b"\xef\xbb\xbf \t\r\n,;"):
        raise InputError("is empty", file=name, hint="it needs at least a header; docs/inputs.md lists the columns")
    if b"\0" in head:
        hint = "save the table as CSV UTF-8; if it is UTF-16 text, save it as UTF-8"
        raise InputError("is not text: it holds zero bytes", file=name, hint=hint)
    if b"\r" in head and b"\n" not in head:
        raise InputError("has line ends of an old Macintosh", file=name, hint="save it with Unix or Windows line ends")


def _check_size(size: int, name: str, *, packed: bool) -> None:
    if packed and size > LARGEST_UNPACKED:
        raise InputError("unpacks to more than 16 GiB", file=name, hint="split the file")


def _decoded(number: int, raw: bytes) -> Line:
    raw = raw.removesuffix(b"\n").removesuffix(b"\r")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Line(number, raw[:200].decode("utf-8", "replace"), f"the line is not UTF-8 text; {_likely(raw)}")
    if "\0" in text:
        return Line(number, text[:200].replace("\0", "�"), "the line holds zero bytes")
    return Line(number, text)


def _likely(raw: bytes) -> str:
    """Name the encoding in which the bytes read best; a hint for people, nothing is decoded with it."""
    for encoding, word, label in _ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        letters = sum(len(found) for found in word.findall(text))
        if letters > 0.8 * sum(not char.isascii() for char in text):
            return f"it looks like {label}: save the file as UTF-8"
    return "it looks like Western European (Windows-1252): save the file as UTF-8"
