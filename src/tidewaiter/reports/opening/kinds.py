"""Telling what a file is: by its name, checked against its first bytes; by the bytes alone where the name says nothing."""

from __future__ import annotations

import re
from pathlib import PurePath

from tidewaiter.errors import InputError

PEEK = 4096
"""So many first bytes are looked at."""

_SUFFIXES = {
    "txt": "txt", "text": "txt", "md": "txt", "html": "html", "htm": "html", "xhtml": "html", "shtml": "html",
    "pdf": "pdf", "wacz": "wacz", "mhtml": "mhtml", "mht": "mhtml",
}  # fmt: skip
_TITLES = {"txt": "a text file", "html": "HTML", "pdf": "a PDF", "wacz": "a zip file", "mhtml": "MHTML"}
_FOREIGN = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip file"),
    (b"BZh9", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x7fELF", "a program"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a SQLite database"),
    (b"WARC/1.", "a bare WARC file"),
)
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|meta|title|div|p)[\s>/]", re.IGNORECASE)
_MIME = re.compile(
    rb"^content-type:\s{0,8}(?:multipart/related|multipart/alternative|text/html)", re.IGNORECASE | re.MULTILINE
)


def kind_of(head: bytes, name: str) -> str:
    """Return txt, html, pdf, wacz or mhtml for a file with the first bytes `head`.

    Args:
        head: the first `PEEK` bytes, or all when there are fewer.
        name: file name; its suffix is what the file is declared to be.

    Raises:
        InputError: the bytes are of another kind than the name says, or of no kind that holds a text.
    """
    declared = _SUFFIXES.get(PurePath(name).suffix[1:].lower(), "")
    foreign = next((title for magic, title in _FOREIGN if head.startswith(magic)), "")
    if foreign:
        hint = "save it as text (UTF-8), HTML or PDF"
        raise InputError(f"is {foreign}, not {_TITLES[declared] if declared else 'a text'}", file=name, hint=hint)
    found = _found(head)
    if not declared:
        return found or "txt"
    if found == declared or (not head and declared == "txt"):
        return declared
    if found in {"", "html"} and declared in {"txt", "html"} and head:
        return declared
    if not head:
        raise InputError(f"is empty, not {_TITLES[declared]}", file=name, hint="fetch or save it again")
    if not found:
        raise InputError(f"is not {_TITLES[declared]}", file=name, hint="fetch or save it again, or mend its name")
    hint = f"let its name end in .{found}"
    raise InputError(f"is {_TITLES[found]}, not {_TITLES[declared]}", file=name, hint=hint)


def looks_like_markup(head: bytes) -> bool:
    """Whether the first bytes are those of an HTML page."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1024]
    return start.startswith(b"<") and _MARKUP.search(start) is not None


def _found(head: bytes) -> str:
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "wacz"
    start = head.lstrip()
    header = start[: start.find(b"\n\n")] if b"\n\n" in start else start
    if re.match(rb"[A-Za-z][A-Za-z-]{1,40}:", start) and b"mime-version:" in header.lower() and _MIME.search(header):
        return "mhtml"
    return "html" if looks_like_markup(head) else ""
