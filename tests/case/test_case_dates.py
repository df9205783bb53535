"""Dates at their own precision."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.case import parse_span, span
from tidewaiter.errors import InputError
from tidewaiter.model import Interval

TOKYO = ZoneInfo("Asia/Tokyo")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2023", utc(2023, 1, 1), utc(2024, 1, 1)),
        ("2100", utc(2100, 1, 1), utc(2101, 1, 1)),
        ("2023-09", utc(2023, 9, 1), utc(2023, 10, 1)),
        ("2023-12", utc(2023, 12, 1), utc(2024, 1, 1)),
        ("2024-02-29", utc(2024, 2, 29), utc(2024, 3, 1)),
        (" 2023-09-07 ", utc(2023, 9, 7), utc(2023, 9, 8)),
        ("2023-09-07T11:01+09:00", utc(2023, 9, 7, 2, 1), utc(2023, 9, 7, 2, 2)),
        ("2023-09-07 11:01:30Z", utc(2023, 9, 7, 11, 1, 30), utc(2023, 9, 7, 11, 1, 31)),
        ("2023-09-07T00:30+0900", utc(2023, 9, 6, 15, 30), utc(2023, 9, 6, 15, 31)),
    ],
)
def test_a_date_covers_its_precision(text, start, end):
    assert parse_span(text) == Interval(start, end)


def test_days_and_times_of_a_declared_zone():
    assert parse_span("2023-09-07", TOKYO) == Interval(utc(2023, 9, 6, 15), utc(2023, 9, 7, 15))
    assert parse_span("2023-09-07 11:01", TOKYO).start == utc(2023, 9, 7, 2, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2023-09-07 11:01", "time without zone"),
        ("2024-02-30", "does not exist"),
        ("2023-13", "does not exist"),
        ("2023-00-01", "does not exist"),
        ("2023-09-07T24:00Z", "does not exist"),
        ("2023-09-07T11:01+15:00", "impossible zone"),
        ("1899", "outside 1900"),
        ("2101-01", "outside 1900"),
        ("07.09.2023", "not a date"),
        ("9/7/2023", "not a date"),
        ("2023/09/07", "not a date"),
        ("٢٠٢٣", "not a date"),
        ("", "not a date"),
        ("9" * 10_000, "not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_a_hint(text, message):
    with pytest.raises(InputError, match=message) as caught:
        parse_span(text)
    assert caught.value.hint
    assert len(caught.value.message) < 200


@pytest.mark.parametrize("text", ["2024-03-31 02:30", "2024-10-27 02:30"])
def test_a_change_of_clocks_is_not_guessed(text):
    with pytest.raises(InputError, match="change of clocks"):
        parse_span(text, ZoneInfo("Europe/Berlin"))


def test_days_of_a_zone_with_summer_time_have_23_or_25_hours():
    day = parse_span("2024-03-31", ZoneInfo("Europe/Berlin"))
    assert day.end - day.start == timedelta(hours=23)


def test_a_span_includes_both_ends():
    assert span("2023-08-26", "2025-03") == Interval(utc(2023, 8, 26), utc(2025, 4, 1))
    assert span("", "2023") == Interval(None, utc(2024, 1, 1))
    assert span("2023", "") == Interval(utc(2023, 1, 1), None)
    assert span("2023-09-07T10:00Z", "2023-09-07T13:00Z").end == utc(2023, 9, 7, 13)
    assert span("2023-09-07T10:00Z", "2023-09-07T10:00Z").end == utc(2023, 9, 7, 10, 1)


@pytest.mark.parametrize(("first", "last"), [("2023-09-08", "2023-09-07"), ("2023-09-07T10:00Z", "2023-09-07T09:00Z")])
def test_a_reversed_span_is_refused(first, last):
    with pytest.raises(InputError, match="reversed"):
        span(first, last)


@given(st.datetimes(utc(1900, 1, 2).replace(tzinfo=None), utc(2100, 12, 31).replace(tzinfo=None)))
def test_the_finer_span_lies_in_the_coarser_one(moment):
    spans = [
        parse_span(moment.strftime(form))
        for form in ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ")
    ]
    for outer, inner in pairwise(spans):
        assert outer.start <= inner.start < inner.end <= outer.end


@given(st.text(max_size=60))
def test_any_text_is_a_span_or_an_input_error(text):
    try:
        found = parse_span(text, TOKYO)
    except InputError:
        return
    assert found.start < found.end
