from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tidewaiter.publish.marks import between, day, web, window_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def words(markup) -> str:
    return re.sub(r"<[^>]*>", "", str(markup)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2031-09-03", "2031-09-03T18:00", "3 Sep 2031"),
        ("2031-09-03", "2031-09-07", "3–7 Sep 2031"),
        ("2031-09-28", "2031-10-02", "28 Sep – 2 Oct 2031"),
        ("2031-12-30", "2032-01-02", "30 Dec 2031 – 2 Jan 2032"),
    ],
)
def test_spans_say_nothing_twice(start, end, text):
    assert words(between(at(start), at(end))) == text


def test_a_half_open_window_names_its_last_day():
    assert words(window_of(at("2031-09-01"), at("2031-10-01"))) == "1–30 Sep 2031"
    assert words(window_of(at("2031-09-01"), None)) == "from 1 Sep 2031"
    assert words(window_of(None, at("2031-10-01"))) == "until 30 Sep 2031"
    assert words(window_of(None, None)) == "not stated"


@pytest.mark.parametrize(
    ("given", "text"),
    [("2031-09-07", "7 Sep 2031"), ("2031-09", "Sep 2031"), ("2031", "2031"), ("<b>soon", "&lt;b&gt;soon")],
)
def test_dates_keep_the_precision_of_their_source(given, text):
    assert words(day(given)) == text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//example.org", "http://[bad", "file:///x", ""]
)
def test_only_web_addresses_become_links(url):
    assert "<a" not in web(url)


def test_links_leak_nothing():
    html = web('https://example.org/a?b="c"')
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "&#34;c&#34;" in html
