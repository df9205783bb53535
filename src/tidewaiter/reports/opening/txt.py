"""A plain text file: its decoded bytes and nothing else."""

from __future__ import annotations

from tidewaiter.errors import InputError
from tidewaiter.reports.document import Document
from tidewaiter.reports.language import detect
from tidewaiter.reports.opening.dates import date_near_top
from tidewaiter.reports.opening.decode import decode
from tidewaiter.reports.opening.headline import first_line
from tidewaiter.reports.opening.kinds import looks_like_markup

_CONTROLS = bytes(b for b in range(0x20) if b not in b"\t\n\v\f\r\x1b\x1e\x1f")


def open_txt(raw: bytes, name: str) -> Document:
    """Open a text file. An empty one is a document with a note, no error: a folder of texts goes on.

    Args:
        raw: its bytes, kept exactly: line ends, byte order mark, direction marks and no-break spaces included.
        name: its file name.

    Raises:
        InputError: it holds zero bytes, or control bytes as only binary files do.
    """
    if not raw:
        return Document(name=name, text="", notes=("is empty",))
    text, encoding, notes = decode(raw)
    if "\x00" in text:
        even = raw[:4096:2].count(0), raw[1:4096:2].count(0)
        wide = max(even) > 10 * (min(even) + 1)
        hint = "it looks like UTF-16 without its mark: save it as UTF-8" if wide else "give the text as UTF-8"
        raise InputError("is not text: it holds zero bytes", file=name, hint=hint)
    if not encoding.startswith("utf") and (len(raw) - len(raw.translate(None, _CONTROLS))) * 100 > len(raw):
        raise InputError("is not text: it holds control bytes", file=name, hint="give the text as UTF-8")
    if not text.strip("\ufeff \t\r\n\v\f\xa0"):
        notes = (*notes, "holds no words")
    if looks_like_markup(raw[:1024]):
        notes = (*notes, "looks like HTML but is read as text: let its name end in .html to read its article alone")
    return Document(
        name=name,
        text=text,
        kind="txt",
        title=first_line(text),
        published=date_near_top(text, detect(text)[0]),
        notes=notes,
    )
