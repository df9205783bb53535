"""Title, outlet and date of publication of a web page, each with the place that says it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tidewaiter.reports.document import Known
from tidewaiter.reports.opening.dates import iso_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewaiter.reports.opening.markup import Page

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "parsely-pub-date",
    "sailthru.date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
    "citation_publication_date", "pubdate", "publishdate", "publish-date", "publication_date", "date",
)  # fmt: skip
_OUTLET = ("og:site_name", "application-name", "dc.publisher", "publisher", "citation_publisher")
_SEPARATORS = (" | ", " – ", " — ", " - ", " :: ", " · ", " / ")
_MOST_NODES = 20_000


def published_of(page: Page) -> Known | None:
    """Return the date of publication: meta elements first, then JSON-LD, then <time>."""
    first = page.first_meta("article:published_time")
    if day := iso_date(first):
        return Known(day, "meta article:published_time")
    for value in _linked(page, "datePublished"):
        if isinstance(value, str) and (day := iso_date(value)):
            return Known(day, "json-ld datePublished")
    for name in _PUBLISHED:
        if day := iso_date(page.first_meta(name)):
            return Known(day, f"meta {name}")
    for value in page.times[:20]:
        if len(day := iso_date(value)) == len("2024-03-12"):
            return Known(day, "time datetime")
    return None


def outlet_of(page: Page) -> Known | None:
    """Return who publishes the page: og:site_name, the publisher of its JSON-LD, other meta elements."""
    if value := page.first_meta("og:site_name"):
        return Known(value, "meta og:site_name")
    for publisher in _linked(page, "publisher"):
        name = publisher.get("name") if isinstance(publisher, dict) else publisher
        if isinstance(name, str) and name.strip():
            return Known(name.strip()[:200], "json-ld publisher")
    for meta in _OUTLET:
        value = page.first_meta(meta)
        if value and "://" not in value:
            return Known(value, f"meta {meta}")
    return None


def title_of(page: Page) -> Known | None:
    """Return the headline: the <h1> that the <title> repeats, else what the page declares, else what is there."""
    known = " ".join((page.title, page.first_meta("og:title"), *_headlines(page))).casefold()
    for heading in page.headings[:10]:
        if len(heading) > 10 and heading.casefold() in known:
            return Known(heading, "h1")
    if title := page.first_meta("og:title"):
        return Known(_without_outlet(title, page), "meta og:title")
    for headline in _headlines(page):
        return Known(headline, "json-ld headline")
    if page.headings:
        return Known(page.headings[0], "h1")
    return Known(_without_outlet(page.title, page), "title") if page.title else None


def address_of(page: Page) -> str:
    """Return the address that the page states for itself, "" when it states none."""
    for url in (page.canonical, page.first_meta("og:url")):
        if is_address(url):
            return url
    return ""


def language_of(page: Page) -> str:
    """Return the language the page declares when it is one of the six, else ""."""
    code = page.language.replace("_", "-").partition("-")[0].strip().lower()
    return code if code in {"de", "en", "fr", "uk", "ru", "ko"} else ""


def is_address(url: str) -> bool:
    """Whether a string is a whole web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _without_outlet(title: str, page: Page) -> str:
    outlet = outlet_of(page)
    for separator in _SEPARATORS:
        head, found, tail = title.rpartition(separator)
        if found and ((outlet and tail.casefold() == outlet.value.casefold()) or separator == " | "):
            return head.strip() or title
    return title


def _headlines(page: Page) -> list[str]:
    return [" ".join(value.split())[:1000] for value in _linked(page, "headline") if isinstance(value, str) and value]


def _linked(page: Page, key: str) -> Iterator[Any]:
    """Yield the values of a key anywhere in the JSON-LD of a page, outermost first."""
    for script in page.linked:
        try:
            layer = [json.loads(script, strict=False)]
        except (ValueError, RecursionError):
            continue
        seen = 0
        while layer and seen < _MOST_NODES:
            below: list[Any] = []
            for node in layer:
                seen += 1
                if isinstance(node, dict):
                    if key in node:
                        yield node[key]
                    below.extend(value for value in node.values() if isinstance(value, dict | list))
                elif isinstance(node, list):
                    below.extend(value for value in node if isinstance(value, dict | list))
            layer = below
