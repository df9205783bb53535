"""A text as it was opened: its characters, and what is known about who published it when, each with its evidence."""

from __future__ import annotations

import msgspec


class Known(msgspec.Struct, frozen=True):
    """A fact about a document and where it comes from.

    Attributes:
        value: ISO date for `published`, a name or words otherwise.
        source: "given" | "meta article:published_time" | "json-ld datePublished" | "pdf CreationDate" | "first line" | …
        start, end: characters of the text that say it, None when it stands outside the text.
    """

    value: str
    source: str
    start: int | None = None
    end: int | None = None


class Part(msgspec.Struct, frozen=True):
    """A stretch of the text that came from one place of the original: a page of a PDF, a record of a WACZ.

    Attributes:
        start, end: code points of the text, half-open.
        page: counted from 1, None when the original has none.
        box: left, top, right, bottom in points from the upper left, None for the whole page.
        name: inner name ("index.html", the URL of a web record), "" when there is none.
        method: how its characters were won: "text" | "trafilatura" | "pypdf" | "tesseract deu+eng".
    """

    start: int
    end: int
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    name: str = ""
    method: str = "text"


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One text, exactly as claims count its characters.

    Attributes:
        name: file name.
        text: decoded or extracted text. For a text file the decoded bytes and nothing else; line ends are kept.
        kind: txt | html | pdf | wacz | mhtml.
        language: de | en | fr | uk | ru | ko | "" when none of these; `language_score` in 0..1 says how sure.
        title, outlet, published: None when nothing says so.
        parts: where stretches of the text come from, in order; empty for a text file.
        url: address of the page where the file states one.
        notes: what was lost or repaired on the way ("12 bytes were not UTF-8"), in words.
    """

    name: str
    text: str
    kind: str = "txt"
    language: str = ""
    language_score: float = 0.0
    title: Known | None = None
    outlet: Known | None = None
    published: Known | None = None
    parts: tuple[Part, ...] = ()
    url: str = ""
    notes: tuple[str, ...] = ()
