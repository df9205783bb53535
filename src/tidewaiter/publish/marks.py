"""Dates and outside links as the page writes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from tidewaiter.publish.sections import month_span

_HARD = "\u00a0"


def day(value: Any) -> Markup:
    """Write a date, or an ISO date of any precision as a source gave it, in a ``<time>``."""
    if isinstance(value, str):
        text = value
        try:
            if len(value) == len("2023-09-07"):
                text = f"{date.fromisoformat(value):%-d %b %Y}"
            elif len(value) == len("2023-09"):
                text = f"{date.fromisoformat(f'{value}-01'):%b %Y}"
        except ValueError:
            return Markup("<span data-quote>{}</span>").format(value)
        return Markup("<time>{}</time>").format(text.replace(" ", "\u00a0"))
    if value is None:
        return Markup("–")
    return Markup('<time datetime="{}">{}</time>').format(
        f"{value:%Y-%m-%d}", f"{value:%-d}\u00a0{value:%b}\u00a0{value:%Y}"
    )


def moment(value: datetime | None) -> Markup:
    """Write a time of UTC to the minute."""
    if value is None:
        return Markup("–")
    return Markup('<time datetime="{}">{}</time>').format(f"{value:%Y-%m-%dT%H:%MZ}", f"{value:%Y-%m-%d %H:%M} UTC")


def month(key: str) -> Markup:
    """Write a month (``2023-09``)."""
    return Markup('<time datetime="{}">{}</time>').format(key, f"{month_span(key)[0]:%b}\u00a0{key[:4]}")


def web(url: str | None, text: str = "source") -> Markup:
    """Link an outside address when it is http or https; anything else is shown as text or not at all."""
    try:
        parts = urlsplit(url or "")
        host = parts.hostname if parts.scheme in {"http", "https"} else None
    except ValueError:
        host = None
    if not host:
        return Markup("<span data-quote>{}</span>").format(url) if url else Markup("")
    return Markup('<a class="out" rel="noopener noreferrer nofollow" href="{}" title="{}">{}</a>').format(
        url, host, text
    )


def between(start: datetime | None, end: datetime | None) -> Markup:
    """Write the days from one moment to another, both meant: ``3–7 Sep 2031``."""
    if start is None or end is None or start.date() == end.date():
        return day(end if start is None else start)
    if start.year != end.year:
        return Markup("{} – {}").format(day(start), day(end))
    head = f"{start:%-d}" if start.month == end.month else f"{start:%-d}{_HARD}{start:%b}"
    dash = "–" if start.month == end.month else f"{_HARD}–{_HARD}"
    return Markup('<time datetime="{}/{}">{}{}{}{}{}{}{}</time>').format(
        f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", head, dash, f"{end:%-d}", _HARD, f"{end:%b}", _HARD, f"{end:%Y}"
    )


def window_of(start: datetime | None, end: datetime | None) -> Markup:
    """Write a half-open span by its first and its last day."""
    if start is None and end is None:
        return Markup("not stated")
    last = None if end is None else end - timedelta(microseconds=1)
    if start is None or last is None:
        return Markup("{} {}").format("until" if start is None else "from", day(last if start is None else start))
    return between(start, max(start, last))
