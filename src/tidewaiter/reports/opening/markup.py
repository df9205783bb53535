"""One linear pass over an HTML page: what it says about itself, and its visible text in the order of the page.

The parser is libxml2's, event by event, so that neither depth nor malformed markup costs more than time proportional
to the length. Scripts are never executed; their text and that of styles is never part of the visible text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

_UNSEEN = frozenset(
    ("head", "iframe", "noscript", "object", "script", "select", "style", "svg", "template", "textarea")
)
_SECTIONS = frozenset(
    ("article", "aside", "body", "details", "div", "figure", "footer", "form", "header", "main", "nav")
)
_LINES = frozenset(("address", "blockquote", "br", "fieldset", "hr", "legend", "p", "pre", "section", "summary"))
_HEADINGS = frozenset(("caption", "figcaption", "h1", "h2", "h3", "h4", "h5", "h6"))
_ROWS = frozenset(("dd", "dl", "dt", "li", "ol", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"))
_BLOCKS = _SECTIONS | _LINES | _HEADINGS | _ROWS
_SPACES = re.compile(r"[ \t\r\f\v]+")
_BREAKS = re.compile(r" ?\n[ \n]*")
MOST_JSON = 2 * 2**20
"""So many characters of JSON-LD are read."""


class Page:
    """What one pass found; filled by the parser as its target.

    Attributes:
        meta: name, property or itemprop (folded) -> contents in order.
        linked: JSON-LD scripts in order, as written.
        times: values of <time datetime=…> in order.
        headings: texts of <h1> in order.
        title: text of <title>.
        language: value of <html lang=…>.
        canonical: address of <link rel=canonical>.
        elements: how many elements the page has.
    """

    def __init__(self) -> None:
        self.meta: dict[str, list[str]] = defaultdict(list)
        self.linked: list[str] = []
        self.times: list[str] = []
        self.headings: list[str] = []
        self.title = ""
        self.language = ""
        self.canonical = ""
        self.elements = 0
        self._visible: list[str] = []
        self._unseen: list[str] = []
        self._capture: list[str] | None = None
        self._captures = ""
        self._json_left = MOST_JSON

    def start(self, tag: Any, attributes: Any) -> None:
        """Take an opening tag."""
        tag = str(tag)
        self.elements += 1
        if tag == "html":
            self.language = str(attributes.get("lang") or attributes.get("xml:lang") or "")[:20]
        elif tag == "meta":
            self._meta(attributes)
        elif tag == "link" and str(attributes.get("rel", "")).casefold() == "canonical":
            self.canonical = self.canonical or str(attributes.get("href", ""))
        elif tag == "time":
            self.times.append(str(attributes.get("datetime") or ""))
        linked = tag == "script" and str(attributes.get("type", "")).casefold().startswith("application/ld+json")
        if linked or tag == "h1" or (tag == "title" and not self.title and "svg" not in self._unseen):
            self._begin(tag)
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag in _BLOCKS:
            self._put("\n")

    def end(self, tag: Any) -> None:
        """Take a closing tag."""
        tag = str(tag)
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()
        elif tag in _BLOCKS:
            self._put("\n")
        if self._capture is not None and tag == self._captures:
            self._finish()

    def data(self, data: str) -> None:
        """Take characters."""
        if self._capture is not None:
            self._capture.append(data)
        self._put(data.replace("\n", " "))

    def comment(self, _comment: str) -> None:
        """Take a comment: nothing of it is text."""

    def close(self) -> Page:
        """Return what was found."""
        return self

    def text(self) -> str:
        """Return the visible text, a line per block."""
        return _BREAKS.sub("\n", _SPACES.sub(" ", "".join(self._visible))).strip()

    def first_meta(self, *names: str) -> str:
        """Return the first non-empty content of the meta elements of these names, in the order of the names."""
        return next((value for name in names for value in self.meta.get(name, ()) if value), "")

    def _put(self, data: str) -> None:
        if not self._unseen:
            self._visible.append(data)

    def _meta(self, attributes: Any) -> None:
        content = str(attributes.get("content") or "").strip()
        for kind in ("property", "name", "itemprop"):
            name = attributes.get(kind)
            if name:
                self.meta[str(name).casefold()].append(content[:2000])

    def _begin(self, tag: str) -> None:
        if self._capture is None:
            self._capture, self._captures = [], tag

    def _finish(self) -> None:
        text = "".join(self._capture or ())
        line = " ".join(text.split())[:1000]
        if self._captures == "script" and len(text) <= self._json_left:
            self._json_left -= len(text)
            self.linked.append(text)
        elif self._captures == "h1" and line:
            self.headings.append(line)
        elif self._captures == "title":
            self.title = line
        self._capture, self._captures = None, ""


def scan(markup: bytes) -> Page:
    """Read a page given as UTF-8 bytes; malformed markup is read as browsers do, as far as libxml2 can.

    Raises:
        ImportError: lxml is not installed.
    """
    from lxml import etree  # noqa: PLC0415 - comes with the extra [reports]

    parser = etree.HTMLParser(target=Page(), huge_tree=True, encoding="utf-8", no_network=True)
    try:
        parser.feed(markup)
        page = parser.close()
    except etree.ParserError:
        return Page()
    return page if isinstance(page, Page) else Page()
