"""An HTML page: its article as trafilatura finds it, or all its visible text where there is none to find."""

from __future__ import annotations

import re

from tidewaiter.errors import InputError
from tidewaiter.reports.document import Document, Known, Part
from tidewaiter.reports.language import detect
from tidewaiter.reports.opening.dates import date_near_top
from tidewaiter.reports.opening.decode import decode
from tidewaiter.reports.opening.limits import MOST_ELEMENTS, MOST_MARKUP
from tidewaiter.reports.opening.markup import scan
from tidewaiter.reports.opening.metadata import address_of, language_of, outlet_of, published_of, title_of

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,4}=\s{0,4}[\"']?([\w-]{2,40})", re.IGNORECASE)
_SLOW = 2 * 2**20
"""Above so many bytes only trafilatura's own method runs, not the ones it compares itself with."""
_DECLARED = 0.5
"""How sure a language is that only the page declares."""


def open_html(raw: bytes, name: str, *, charset: str = "", url: str = "") -> Document:
    """Extract the article of a page. Offsets count its extracted text; the page itself remains in the store.

    Nothing is fetched and no script is run. The headline stands first, also where the extraction leaves it out.

    Args:
        raw: the page.
        name: its file name.
        charset: the encoding that its carrier declares (HTTP or MIME header).
        url: its address, when its carrier states it.

    Raises:
        InputError: it is too large, or the extra [reports] is not installed.
    """
    if len(raw) > MOST_MARKUP:
        raise InputError(
            f"holds a page larger than {MOST_MARKUP // 2**20} MiB", file=name, hint="it is no news article"
        )
    declared = _CHARSET.search(raw[:4096])
    decoded = decode(raw, charset or (declared[1].decode("ascii", "replace") if declared else ""))
    markup = decoded.text.removeprefix("\ufeff").replace("\x00", "\ufffd").encode("utf-8", "replace")
    notes = [note for note in decoded.notes if "byte order mark" not in note]
    try:
        page = scan(markup)
        bearable = page.elements <= MOST_ELEMENTS
        body = _article(markup) if bearable else ""
    except ImportError as error:
        hint = "pip install 'tidewaiter[reports]'"
        raise InputError(f"reading HTML needs {error.name}", file=name, hint=hint) from error
    visible = page.text()
    method = "trafilatura"
    if not body:
        body, method = visible, "markup"
        notes.append("no article was found in the page: all its visible text is given" if body else "holds no words")
    title = title_of(page)
    headed, title = _headed(body, title, visible, method)
    text, parts = headed
    published = published_of(page) or date_near_top(text, detect(text)[0]) or (_guessed(markup) if bearable else None)
    language = language_of(page)
    return Document(
        name=name,
        text=text,
        kind="html",
        language=language,
        language_score=_DECLARED if language else 0.0,
        title=title,
        outlet=outlet_of(page),
        published=published,
        parts=parts,
        url=url or address_of(page),
        notes=tuple(notes),
    )


def _headed(
    body: str, title: Known | None, visible: str, method: str
) -> tuple[tuple[str, tuple[Part, ...]], Known | None]:
    """Put the headline in front where the body lacks it, and say where in the text it stands."""
    whole = (Part(0, len(body), method=method),) if body else ()
    if title is None:
        return (body, whole), None
    at = body[: 4 * len(title.value) + 2000].find(title.value)
    if at >= 0:
        return (body, whole), Known(title.value, title.source, at, at + len(title.value))
    if method == "trafilatura" and title.value in visible:
        begin = len(title.value) + 1
        parts = (Part(0, len(title.value), method=title.source), Part(begin, begin + len(body), method=method))
        known = Known(title.value, title.source, 0, len(title.value))
        return (f"{title.value}\n{body}", parts), known
    return (body, whole), title


def _article(markup: bytes) -> str:
    """Return the main text, "" when none is found or the page is nested too deep for a tree."""
    import trafilatura  # noqa: PLC0415 - comes with the extra [reports]
    from lxml import etree, html  # noqa: PLC0415 - comes with the extra [reports]

    parser = html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        tree = html.document_fromstring(markup, parser=parser)
    except (etree.LxmlError, ValueError):
        return ""
    if any("depth" in entry.message for entry in parser.error_log):
        return ""
    try:
        found = trafilatura.extract(
            tree, fast=len(markup) > _SLOW, include_comments=False, include_tables=True, deduplicate=False
        )
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, etree.LxmlError):
        return ""
    return found or ""


def _guessed(markup: bytes) -> Known | None:
    """Return the date that htmldate reads from marked-up places of the page, no guess from loose text."""
    import htmldate  # noqa: PLC0415 - comes with the extra [reports]
    from lxml import etree, html  # noqa: PLC0415 - comes with the extra [reports]

    try:
        tree = html.document_fromstring(markup, parser=html.HTMLParser(encoding="utf-8", no_network=True))
        found = htmldate.find_date(tree, extensive_search=False, original_date=True)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, etree.LxmlError):
        return None
    return Known(found, "htmldate") if found else None
