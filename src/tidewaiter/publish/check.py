"""The last gate of the report: no digit outside a figure, no figure that leads nowhere.

A page may hold digits only inside a link of class ``fig``, in ``<time>``, in quotes (``data-quote``), names of the case
(``data-name``), code, style and script, on the ticks of an axis (class ``tick`` inside an SVG) and on marks of a chart
that link to their evidence.
"""

from __future__ import annotations

from html.parser import HTMLParser

from tidewaiter.errors import UnprovenFigure

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_FREE = frozenset({"time", "code", "style", "script"})


def check_page(html: str) -> None:
    """Fail unless every figure of the page is proven inside the page.

    Args:
        html: the whole document.

    Raises:
        UnprovenFigure: names the first offending text or the first link without a target.
    """
    gate = _Gate()
    gate.feed(html)
    gate.close()
    missing = [link for link in gate.links if link not in gate.ids]
    if missing:
        raise UnprovenFigure(f'a figure of the report leads to "#{missing[0]}", which is not in the report')


class _Gate(HTMLParser):
    """Walks the document with the stack of open elements; each entry says whether digits are allowed below it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: set[str] = set()
        self.links: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        if "id" in have:
            if have["id"] in self.ids:
                raise UnprovenFigure(f'the id "{have["id"]}" occurs twice in the report')
            self.ids.add(have["id"])
        href = have.get("href", have.get("xlink:href", ""))
        if tag == "a" and href.startswith("#"):
            self.links.append(href[1:])
        if tag in _VOID:
            return
        above = bool(self._open) and self._open[-1][1]
        self._open.append((tag, above or self._allows(tag, have, href)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        allowed = bool(self._open) and self._open[-1][1]
        if not allowed and any(c.isdigit() for c in data):
            raise UnprovenFigure(
                f'the report shows "{" ".join(data.split())[:80]}" without a measurement behind it',
                hint="write figures with fig(), dates in <time>, names of the case with data-name, quotes with data-quote",
            )

    def _allows(self, tag: str, have: dict[str, str], href: str) -> bool:
        if tag in _FREE or "data-quote" in have or "data-name" in have:
            return True
        classes = have.get("class", "").split()
        inside_svg = any(name == "svg" for name, _ in self._open)
        if tag == "a":
            return href.startswith("#") and ("fig" in classes or inside_svg)
        return inside_svg and "tick" in classes
