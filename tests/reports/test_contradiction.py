"""Totals that cannot all be true, and those that only look so."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.reports.claim import TextClaim
from tidewaiter.reports.origins.contradiction import contradictions
from tidewaiter.reports.origins.merge import merge

_numbers = itertools.count()


def total(low, relation="eq", **fields):
    n = next(_numbers)
    bounds = {"gt": (low, None), "ge": (low, None), "lt": (None, low), "le": (None, low)}.get(relation, (low, low))
    known = {
        "id": f"d{n}#1",
        "doc": f"d{n}",
        "quote": "counted",
        "start": 0,
        "end": 7,
        "predicate": "delivered",
        "item": "container",
        "unit": "container",
        "low": bounds[0],
        "high": bounds[1],
        "relation": relation,
        "origin_country": "KP",
        "destination_country": "RU",
        "period_start": "2023-08",
        "period_end": "2024-02",
        "sources": ("NIS South Korea",),
        "pub_date": "2024-02-26",
    }
    return TextClaim(**{**known, **fields})


US = {"sources": ("United States government",)}


def kinds(*claims):
    return [c.kind for c in contradictions(claims)]


def test_two_origins_one_window():
    found = contradictions([total(10_000.0, "gt", **US, period_start="2023-09"), total(6_700.0, "approx")])
    assert [c.kind for c in found] == ["conflict"]
    assert "more than 10,000" in found[0].why
    assert "about 6,700" in found[0].why


@pytest.mark.parametrize(
    "other",
    [
        total(9_500.0, "approx"),  # overlaps
        total(6_700.0, "ge"),  # a lower bound allows more
        total(6_700.0, item="missile", unit="missile"),
        total(6_700.0, unit="tonne"),
        total(6_700.0, period_start="2022-01", period_end="2022-12"),  # another window
        total(6_700.0, origin_country="IR"),
        total(6_700.0, mode="rail"),
        total(6_700.0, carriers=("Onega",)),
        total(6_700.0, route_to=("Vladivostok",)),
        total(6_700.0, predicate="stock"),
        total(6_700.0, per="year"),
        total(6_700.0, condition="if all were empty"),
        total(6_700.0, modality="expected"),
        total(6_700.0, modality="denied"),
        total(6_700.0, joined="or"),
        total(6_700.0, sources=()),
    ],
)
def test_no_conflict(other):
    assert not kinds(total(10_000.0, "gt", **US), other)


def test_growth_is_no_conflict():
    series = [
        total(2_000.0, period_end="2023-11", pub_date="2023-11-02"),
        total(5_000.0, period_end="2023-12", pub_date="2023-12-29"),
        total(6_700.0),
        total(10_000.0, "ge", period_end="2024-06", pub_date="2024-06-14"),
    ]
    assert not kinds(*series)


def test_a_smaller_total_of_an_earlier_day_may_have_grown():
    earlier = total(200.0, **US, period_start=None, period_end=None, pub_date="2024-01-20")
    assert not kinds(earlier, total(3000.0, "gt", period_start=None, period_end=None))
    same_day = total(200.0, **US, period_start=None, period_end=None)
    assert kinds(same_day, total(3000.0, "gt", period_start=None, period_end=None)) == ["conflict"]


def test_a_text_may_recall_an_earlier_total():
    now = total(20_000.0, "gt", doc="d", id="d#1", period_end=None, pub_date="2024-10-28")
    then = total(13_000.0, doc="d", id="d#2", period_start=None, period_end="2024-10", pub_date="2024-10-28")
    assert not kinds(now, then)


def test_a_total_that_falls():
    later = total(4_000.0, period_end="2024-06", pub_date="2024-06-14")
    assert kinds(total(6_700.0), later) == ["shrinking series"]


def test_more_than_another_origin_allows_later():
    later = total(6_700.0, **US, period_start="2023-07", period_end="2024-06", pub_date="2024-06-14")
    assert kinds(total(10_000.0), later) == ["total exceeded"]
    assert not kinds(total(10_000.0), msg := total(6_700.0, **US, period_start="2023-12", period_end="2024-06"))
    assert msg.period_start == "2023-12"  # a later start may hold less


def test_other_nights_are_other_events():
    night = {"item": "drone", "unit": "drone", "predicate": "lost"}
    assert not kinds(
        total(35.0, period_start="2024-03-18", period_end="2024-03-19", **night),
        total(20.0, period_start="2024-03-21", period_end="2024-03-22", **night, **US),
    )
    assert kinds(
        total(35.0, period_start="2024-03-18", period_end="2024-03-19", **night),
        total(20.0, period_start="2024-03-18", period_end="2024-03-19", **night, **US),
    ) == ["conflict"]


def test_a_headline_has_lost_precision_and_contradicts_nobody():
    body = total(10_000.0, "gt", doc="d", id="d#2")
    headline = total(10_000.0, doc="d", id="d#1", sources=())
    claims = [headline, body, total(12_000.0, **US)]
    assert not contradictions(claims, merge(claims))


def test_a_conflict_that_many_repeat_is_one():
    claims = [total(10_000.0, "gt", **US), *(total(6_700.0) for _ in range(5))]
    assert kinds(*claims) == ["conflict"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([100.0, 6700.0, 10000.0]),
            st.sampled_from(["eq", "gt", "lt", "approx"]),
            st.sampled_from(["NIS South Korea", "NATO", "RUSI"]),
            st.sampled_from([None, "2023-08"]),
        ),
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_claims_does_not_matter(drawn, random):
    claims = [
        total(low, relation, sources=(source,), period_start=start, id=f"d{n}#1", doc=f"d{n}")
        for n, (low, relation, source, start) in enumerate(drawn)
    ]
    shuffled = list(claims)
    random.shuffle(shuffled)
    assert contradictions(shuffled) == contradictions(claims)
    for found in contradictions(claims):
        a, b = (next(c for c in claims if c.id == i) for i in (found.a, found.b))
        assert a.sources != b.sources
