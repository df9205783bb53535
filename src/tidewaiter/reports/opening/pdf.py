"""A PDF: the text of its pages, each a part with its number; pages that are images can be recognised."""

from __future__ import annotations

import io
import logging
import struct
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tidewaiter.errors import InputError
from tidewaiter.reports.document import Document, Known, Part
from tidewaiter.reports.language import detect
from tidewaiter.reports.opening import ocr as recognition
from tidewaiter.reports.opening.dates import date_near_top, iso_date
from tidewaiter.reports.opening.flow import reflow
from tidewaiter.reports.opening.headline import first_line
from tidewaiter.reports.opening.limits import MOST_CHARACTERS, MOST_OCR_PAGES, MOST_PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pypdf import PageObject, PdfReader

_BROKEN = (
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_SCANNED = 20
"""A page with fewer characters than this is taken for an image of text."""


def open_pdf(raw: bytes, name: str, *, ocr: bool = False) -> Document:
    """Extract the text of a PDF page by page. Offsets count that text; the file itself remains in the store.

    Args:
        raw: the file.
        name: its file name.
        ocr: recognise pages without text, each line a part with its box on the page.

    Raises:
        InputError: it is encrypted, broken beyond reading, or the extra [reports] is not installed.
    """
    try:
        from pypdf.errors import PyPdfError  # noqa: PLC0415 - comes with the extra [reports]
    except ImportError as error:
        hint = "pip install 'tidewaiter[reports]'"
        raise InputError("reading a PDF needs pypdf", file=name, hint=hint) from error
    broken = (*_BROKEN, PyPdfError)
    with _quiet():
        reader = _reader(raw, name, broken)
        try:
            count = len(reader.pages)
        except broken as error:
            hint = "open it in a viewer and print it to a new PDF"
            raise InputError("is a broken PDF: its pages cannot be found", file=name, hint=hint) from error
        pages, notes = _pages(reader, count, broken)
        empty = [number for number, text in pages.items() if len(text) < _SCANNED]
        recognised, more = _recognise(raw, empty, ocr=ocr)
        text, parts = _joined(pages, recognised)
        title = _title(reader, text, broken)
        published = date_near_top(text, detect(text)[0]) or _created(reader, broken)
    return Document(
        name=name,
        text=text,
        kind="pdf",
        title=title,
        published=published,
        parts=tuple(parts),
        notes=(*notes, *more),
    )


def _reader(raw: bytes, name: str, broken: tuple[type[Exception], ...]) -> PdfReader:
    """Open the file; one that is encrypted with an empty password opens as in a viewer."""
    from pypdf import PdfReader  # noqa: PLC0415 - comes with the extra [reports]

    try:
        reader = PdfReader(io.BytesIO(raw))
        locked = reader.is_encrypted
    except broken as error:
        hint = "fetch it again, or open it in a viewer and print it to a new PDF"
        raise InputError("is a broken PDF", file=name, hint=hint) from error
    if locked:
        try:
            opened = bool(reader.decrypt(""))
        except broken:
            opened = False
        if not opened:
            hint = "store a copy without its password: qpdf --password=… --decrypt in.pdf out.pdf"
            raise InputError("is encrypted", file=name, hint=hint)
    return reader


def _pages(reader: PdfReader, count: int, broken: tuple[type[Exception], ...]) -> tuple[dict[int, str], list[str]]:
    """Return the running text of each page by its number from 1, and what could not be read."""
    texts: dict[int, str] = {}
    notes: list[str] = []
    failed: list[int] = []
    characters = 0
    for number in range(1, min(count, MOST_PAGES) + 1):
        try:
            page: PageObject = reader.pages[number - 1]
            texts[number] = reflow(page.extract_text().replace("\x00", "\ufffd"))
        except broken:
            texts[number] = ""
            failed.append(number)
        characters += len(texts[number])
        if characters > MOST_CHARACTERS and number < count:
            notes.append(f"pages {number + 1} to {count} were not read: the text before is long enough")
            break
    if count > MOST_PAGES and characters <= MOST_CHARACTERS:
        notes.append(f"pages {MOST_PAGES + 1} to {count} were not read")
    if failed:
        notes.append(f"could not be read: {_numbered(failed)}")
    return texts, notes


def _recognise(raw: bytes, empty: list[int], *, ocr: bool) -> tuple[dict[int, list[recognition.Line]], list[str]]:
    """Recognise pages without text where asked for; say what stays unread."""
    if not empty:
        return {}, []
    if not ocr:
        return {}, [f"no text, perhaps an image of it: {_numbered(empty)}; open with ocr to recognise it"]
    lines, notes = recognition.recognise(raw, empty[:MOST_OCR_PAGES])
    if len(empty) > MOST_OCR_PAGES:
        notes.append(f"not recognised, beyond the first {MOST_OCR_PAGES}: {_numbered(empty[MOST_OCR_PAGES:])}")
    return lines, notes


def _joined(pages: dict[int, str], recognised: dict[int, list[recognition.Line]]) -> tuple[str, list[Part]]:
    """Put the pages one behind the other; a sentence that runs over the end of a page is not broken."""
    pieces: list[str] = []
    parts: list[Part] = []
    at = 0
    last = ""

    def put(piece: str) -> None:
        nonlocal at, last
        pieces.append(piece)
        at += len(piece)
        last = piece

    for number, text in pages.items():
        lines = recognised.get(number, [])
        if not (text or lines):
            continue
        first = lines[0].text if lines else text
        if pieces:
            put(" " if last[-1:].isalnum() and first[:1].islower() else "\n\n")
        if not lines:
            parts.append(Part(at, at + len(text), page=number, method="pypdf"))
            put(text)
        for line in lines:
            if line is not lines[0]:
                put("\n\n" if line.opens else " ")
            parts.append(Part(at, at + len(line.text), page=number, box=line.box, method=line.method))
            put(line.text)
    return "".join(pieces), parts


def _title(reader: PdfReader, text: str, broken: tuple[type[Exception], ...]) -> Known | None:
    """Return the title of the file's properties when the text repeats it, else the first line, else that title."""
    try:
        stated = " ".join(str((reader.metadata and reader.metadata.title) or "").split())[:300]
    except broken:
        stated = ""
    at = text[:2000].find(stated) if stated else -1
    if at >= 0:
        return Known(stated, "pdf Title", at, at + len(stated))
    return first_line(text) or (Known(stated, "pdf Title") if stated else None)


def _created(reader: PdfReader, broken: tuple[type[Exception], ...]) -> Known | None:
    """Return the day the file was made, the only date left when its text states none."""
    try:
        made = reader.metadata.creation_date if reader.metadata else None
        day = iso_date(made.date().isoformat()) if made else ""
    except broken:
        return None
    return Known(day, "pdf CreationDate") if day else None


def _numbered(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:20]))
    return f"{'page' if len(pages) == 1 else 'pages'} {shown}{' …' if len(pages) > 20 else ''}"


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pypdf's remarks on malformed files out of the terminal; what was lost is in the notes."""
    log = logging.getLogger("pypdf")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
