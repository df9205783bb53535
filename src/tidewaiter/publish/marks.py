"""Dates and outside links as the page writes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from tidewaiter.publish.sections import month_name, month_span

_HARD = "\u00a0"


def day(value: Any) -> Markup:
    """Write a date, or an ISO date of any precision as a source gave it, in a ``<time>``."""
    if value is None:
        return Markup("–")
    if isinstance(value, str):
        return _as_given(value)
    return Markup('<time datetime="{}">{}</time>').format(f"{value:%Y-%m-%d}", _words(value))


def _as_given(text: str) -> Markup:
    try:
        whole = date.fromisoformat(f"{text}-01" if len(text) == len("2031-09") else text)
    except ValueError:
        bare = Markup("<time>{}</time>") if text.isdecimal() else Markup("<span data-quote>{}</span>")
        return bare.format(text)
    words = _words(whole) if len(text) > len("2031-09") else f"{month_name(whole)}{_HARD}{whole.year}"
    return Markup('<time datetime="{}">{}</time>').format(text, words)


def _words(value: date) -> str:
    return f"{value.day}{_HARD}{month_name(value)}{_HARD}{value.year}"


def moment(value: datetime | None) -> Markup:
    """Write a time of UTC to the minute."""
    if value is None:
        return Markup("–")
    return Markup('<time datetime="{}">{}</time>').format(f"{value:%Y-%m-%dT%H:%MZ}", f"{value:%Y-%m-%d %H:%M} UTC")


def month(key: str) -> Markup:
    """Write a month (``2023-09``)."""
    return Markup('<time datetime="{}">{}</time>').format(key, f"{month_name(month_span(key)[0])}{_HARD}{key[:4]}")


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
    same = start.month == end.month
    head = f"{start.day}" if same else f"{start.day}{_HARD}{month_name(start)}"
    dash = "–" if same else f"{_HARD}–{_HARD}"
    return Markup('<time datetime="{}/{}">{}{}{}</time>').format(
        f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", head, dash, _words(end)
    )


def window_of(start: datetime | None, end: datetime | None) -> Markup:
    """Write a half-open span by its first and its last day."""
    if start is None and end is None:
        return Markup("not stated")
    last = None if end is None else end - timedelta(microseconds=1)
    if start is None or last is None:
        return Markup("{} {}").format("until" if start is None else "from", day(last if start is None else start))
    return between(start, max(start, last))
