"""The one door: a path or bytes of any kind become a `Document`."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.reports.document import Document, Known
from tidewaiter.reports.language import detect
from tidewaiter.reports.opening.dates import iso_date
from tidewaiter.reports.opening.kinds import PEEK, kind_of
from tidewaiter.reports.opening.limits import MOST_BYTES, MOST_CHARACTERS, MOST_MARKUP
from tidewaiter.reports.opening.source import Source, read_at_most, stream_of
from tidewaiter.reports.opening.txt import open_txt


def open_document(source: Source, *, name: str = "", published: str = "", ocr: bool = False) -> Document:
    """Open one file and say what it holds.

    Args:
        source: path of the file, or its bytes.
        name: file name; that of the path when left out. Its suffix says what the file is declared to be; without a
            known suffix the bytes decide.
        published: ISO date (2024, 2024-03, 2024-03-12) known to the caller; it wins over what the file says.
        ocr: recognise the pages of a PDF that hold no text, by tesseract where it is installed.

    Returns:
        The document. For a text file its `text` is the decoded file and nothing else; for other kinds it is
        extracted text, and the original bytes remain in the store.

    Raises:
        InputError: the file cannot be read as what it is declared to be, is too large, is encrypted, or needs a
            library that is not installed; or `published` is no date.
    """
    name = name or (source.name if isinstance(source, Path) else "")
    given = iso_date(published) if published else ""
    if published and not given:
        raise InputError(f'"{published}" is no date of publication', file=name or None, hint="write it as 2024-03-12")
    with stream_of(source, name) as stream:
        document = _open(stream, name, ocr=ocr)
    language, score = detect(document.text)
    notes = document.notes
    if len(document.text) > MOST_CHARACTERS:
        notes = (*notes, f"holds {len(document.text)} characters: claims are read from the first {MOST_CHARACTERS}")
    return msgspec.structs.replace(
        document,
        language=language or document.language,
        language_score=score if language else document.language_score,
        published=Known(given, "given") if given else document.published,
        notes=notes,
    )


def _open(stream: BinaryIO, name: str, *, ocr: bool) -> Document:
    """Hand the stream to the reader of its kind; readers load only when a file of theirs comes."""
    match kind_of(stream.read(PEEK), name):
        case "html":
            from tidewaiter.reports.opening.html import open_html  # noqa: PLC0415 - needs the extra [reports]

            return open_html(read_at_most(stream, MOST_MARKUP, name), name)
        case "pdf":
            from tidewaiter.reports.opening.pdf import open_pdf  # noqa: PLC0415 - needs the extra [reports]

            return open_pdf(read_at_most(stream, MOST_BYTES, name), name, ocr=ocr)
        case "wacz":
            from tidewaiter.reports.opening.wacz import open_wacz  # noqa: PLC0415 - needs the extra [reports]

            return open_wacz(stream, name)
        case "mhtml":
            from tidewaiter.reports.opening.mhtml import open_mhtml  # noqa: PLC0415 - needs the extra [reports]

            return open_mhtml(read_at_most(stream, MOST_BYTES, name), name)
        case _:
            return open_txt(read_at_most(stream, MOST_BYTES, name), name)
