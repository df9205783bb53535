"""A WACZ: a zip file with web records (WARC) inside. Each page it lists is extracted like an HTML file.

Nothing is written: the names inside are only ever compared and shown. All that is unpacked is counted.
"""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple
from urllib.parse import urldefrag, urljoin

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.reports.opening.bounded import Allowance, Bounded, Spent
from tidewaiter.reports.opening.html import open_html
from tidewaiter.reports.opening.limits import MOST_ARCHIVE, MOST_MARKUP, MOST_UNPACKED, MOST_WEB_PAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewaiter.reports.document import Document, Part

_MOST_MEMBERS = 10_000
_MOST_LIST = 16 * 2**20
_MARKUP = ("text/html", "application/xhtml+xml")
_BROKEN = (EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error)
_MALFORMED = (AttributeError, LookupError, TypeError)  # what warcio makes of records without their headers


class _WebPage(NamedTuple):
    rank: int
    document: Document


def open_wacz(stream: BinaryIO, name: str) -> Document:
    """Extract the pages of a web archive, one part each, named by its address, in the order the archive lists them.

    Title, outlet, date and address are those of the first page. Offsets count the extracted text; the archive itself
    remains in the store.

    Args:
        stream: the file, seekable.
        name: its file name.

    Raises:
        InputError: it is no WACZ, is a zip bomb, holds no page that can be read, or the extra is not installed.
    """
    try:
        from warcio.exceptions import ArchiveLoadFailed  # noqa: PLC0415 - comes with the extra [reports]
    except ImportError as error:
        hint = "pip install 'tidewaiter[reports]'"
        raise InputError("reading a WACZ needs warcio", file=name, hint=hint) from error
    _check_size(stream, name)
    notes: list[str] = []
    try:
        with zipfile.ZipFile(stream) as archive:
            warcs = _warcs(archive, name)
            allowance = Allowance(MOST_UNPACKED)
            listed = _listed(archive, allowance, name)
            pages = _collect(archive, warcs, listed, allowance, name, notes, (*_BROKEN, *_MALFORMED, ArchiveLoadFailed))
    except _BROKEN as error:
        raise InputError("is a broken zip file", file=name, hint="fetch or export it again") from error
    found = {page.rank for page in pages}
    missing = [url for rank, url in enumerate(listed) if rank not in found]
    if missing:
        notes.append(f"{len(missing)} of the pages it lists have no HTML record, the first: {missing[0][:200]}")
    return _joined(sorted(pages, key=lambda page: page.rank), name, notes)


def _check_size(stream: BinaryIO, name: str) -> None:
    stream.seek(0, 2)
    if stream.tell() > MOST_ARCHIVE:
        raise InputError(f"is larger than {MOST_ARCHIVE // 2**20} MiB", file=name, hint="export single pages from it")
    stream.seek(0)


def _warcs(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """Return the members that hold web records."""
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise InputError(f"holds more than {_MOST_MEMBERS} members", file=name, hint="export single pages from it")
    names = {member.filename for member in members}
    warcs = [m for m in members if m.filename.startswith("archive/") and m.filename.endswith((".warc", ".warc.gz"))]
    if warcs:
        if any(member.flag_bits & 1 for member in warcs):
            raise InputError("is encrypted", file=name, hint="export it without a password")
        return warcs
    if "word/document.xml" in names or "content.xml" in names:
        raise InputError("is a word processor file", file=name, hint="save it as text (UTF-8) or as PDF")
    hint = "give the texts inside one by one" if "datapackage.json" not in names else "export it again"
    raise InputError("is a zip file without web records, not a WACZ", file=name, hint=hint)


def _listed(archive: zipfile.ZipFile, allowance: Allowance, name: str) -> list[str]:
    """Return the addresses of pages/pages.jsonl in order, [] when the archive lists none."""
    member = next((m for m in archive.infolist() if m.filename == "pages/pages.jsonl"), None)
    if member is None:
        return []
    with archive.open(member) as packed:
        source = Bounded(packed, member.compress_size, allowance, name)
        raw = b"".join(iter(lambda: source.read(65_536) if source.tell() < _MOST_LIST else b"", b""))
    urls: dict[str, None] = {}
    for line in raw.decode("utf-8", "replace").split("\n"):
        try:
            row: Any = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and isinstance(row.get("url"), str):
            urls[urldefrag(row["url"]).url] = None
    return list(urls)


def _collect(
    archive: zipfile.ZipFile,
    warcs: list[zipfile.ZipInfo],
    listed: list[str],
    allowance: Allowance,
    name: str,
    notes: list[str],
    broken: tuple[type[Exception], ...],
) -> list[_WebPage]:
    """Return the listed pages, or all HTML pages when none is listed, each address once."""
    wanted = {url: rank for rank, url in enumerate(listed)}
    pages: dict[str, _WebPage] = {}
    for member in warcs:
        try:
            with archive.open(member) as packed:
                for page in _pages_of(packed, member, allowance, name, wanted, notes):
                    if page.document.url in pages:
                        continue
                    if len(pages) == MOST_WEB_PAGES:
                        notes.append(f"holds more than {MOST_WEB_PAGES} pages: the others were not read")
                        return list(pages.values())
                    pages[page.document.url] = page
        except Spent:
            notes.append(f"unpacks to more than {MOST_UNPACKED // 2**20} MiB: what lies behind was not read")
            break
        except broken:
            notes.append(f"{member.filename[:100]} is broken: what lies behind in it was not read")
    return list(pages.values())


def _pages_of(
    packed: Any, member: zipfile.ZipInfo, allowance: Allowance, name: str, wanted: dict[str, int], notes: list[str]
) -> Iterator[_WebPage]:
    from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - comes with the extra [reports]

    stored = Bounded(packed, member.compress_size, allowance, name)
    if member.filename.endswith(".gz"):
        source: Any = stored  # gzip asks for no more than read()
        records = Bounded(gzip.GzipFile(fileobj=source), member.compress_size, allowance, name)
    else:
        records = stored
    for record in ArchiveIterator(records):
        url = urldefrag(str(record.rec_headers.get_header("WARC-Target-URI") or "")).url
        if record.rec_type not in {"response", "resource"} or (wanted and url not in wanted):
            continue
        headers = record.http_headers
        status = str(headers.get_statuscode() if headers else "200")
        if wanted and status.startswith("3"):  # the page that was listed stands where it was sent on to
            wanted.setdefault(urljoin(url, str(headers.get_header("Location") or "")), wanted[url])
        kind = str((headers or record.rec_headers).get_header("Content-Type") or "").lower()
        if not kind.startswith(_MARKUP) or not status.startswith("2"):
            continue
        markup = _payload(record)
        if markup is None:
            notes.append(f"a page is larger than {MOST_MARKUP // 2**20} MiB and was not read: {url[:200]}")
        elif markup:
            charset = kind.partition("charset=")[2].strip("\"' ;")[:40]
            yield _WebPage(wanted.get(url, 0), open_html(markup, name, charset=charset, url=url))
        else:
            notes.append(f"a page is empty or packed in a way that cannot be read: {url[:200]}")


def _payload(record: Any) -> bytes | None:
    """Return the page of a record, unpacked; None when it is too large."""
    content = record.content_stream()
    pieces: list[bytes] = []
    length = 0
    while length <= MOST_MARKUP:
        piece = content.read(65_536)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        length += len(piece)
    return None


def _joined(pages: list[_WebPage], name: str, notes: list[str]) -> Document:
    """Put the texts of the pages one behind the other."""
    first: Document | None = None
    pieces: list[str] = []
    parts: list[Part] = []
    at = 0
    for _, document in pages:
        notes.extend(f"{document.url[:200]}: {note}" for note in document.notes)
        if not document.text:
            continue
        if pieces:
            pieces.append("\n\n")
            at += 2
        parts.extend(
            msgspec.structs.replace(p, start=p.start + at, end=p.end + at, name=document.url) for p in document.parts
        )
        pieces.append(document.text)
        at += len(document.text)
        first = first or document
    if first is None:
        hint = "export it again with its HTML pages" if not pages else "its pages hold no words"
        raise InputError("holds no web page with a text", file=name, hint=hint)
    if len(pieces) > 1:
        notes.append(f"holds {(len(pieces) + 1) // 2} pages: title, outlet, date and address are those of the first")
    return msgspec.structs.replace(first, text="".join(pieces), kind="wacz", parts=tuple(parts), notes=tuple(notes))
