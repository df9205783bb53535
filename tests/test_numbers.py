from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.model import Measurement
from tidewaiter.numbers import GAP, exact, exact_range, median_text, percent, plural, point, range_text, spread


def said(text: str) -> str:
    return text.replace(GAP, " ")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (61.8, 81.2, "62–81"),
        (13_412, 18_933, "13 000–19 000"),
        (187.4, 262.6, "187–263"),
        (9_440, 13_412, "9 400–13 400"),
        (4_120_000, 5_960_000, "4.1–6.0 million"),
        (960_000, 1_420_000, "0.96–1.4 million"),
        (15_880, 16_120, "15 900–16 100"),
        (0, 0, "0"),
        (0, 4.6, "0–4.6"),
        (-3.2, 4.1, "−3.2 to 4.1"),
        (0.961, 0.999, "0.961–0.999"),
    ],
)
def test_inferred_ranges_carry_two_or_three_digits(low, high, text):
    assert said(spread(low, high)) == text


def test_counted_things_come_whole():
    assert spread(2.4, 6.7, whole=True) == "2–7"
    assert point(3.6, 2.4, 6.7, whole=True) == "4"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (25, "25"),
        (6700, "6 700"),
        (4e6, "4 million"),
        (4_190_000, "4.19 million"),
        (4_194_001, "4 194 001"),
        (2.5, "2.5"),
    ],
)
def test_exact_numbers_lose_nothing(value, text):
    assert said(exact(value)) == text


def test_published_ranges_name_the_million_once():
    assert said(exact_range(4e6, 6e6)) == "4–6 million"
    assert said(exact_range(900_000, 2e6)) == "900 000–2 million"


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0 %"), (0.004, "< 1 %"), (0.64, "64 %"), (0.997, "> 99 %"), (1, "100 %")]
)
def test_rounding_never_claims_certainty(share, text):
    assert said(percent(share)) == text


@pytest.mark.parametrize(
    ("unit", "many"),
    [
        ("call", "calls"),
        ("barrel of oil", "barrels of oil"),
        ("container per voyage", "containers per voyage"),
        ("percent", "percent"),
        ("box", "boxes"),
        ("ferry", "ferries"),
        ("day", "days"),
        ("TEU", "TEU"),
    ],
)
def test_plurals(unit, many):
    assert plural(unit) == many


@given(st.floats(0.001, 1e10), st.floats(1, 50))
def test_a_written_range_is_within_a_twentieth_of_the_range(low, ratio):
    high = low * ratio
    text = said(spread(low, high))
    scale = 1e6 if text.endswith("million") else 1.0
    ends = [float(part.replace(" ", "")) * scale for part in re.sub(" million", "", text).split("–")]
    assert ends[0] == pytest.approx(low, rel=0.051, abs=high * 0.0051)
    assert ends[-1] == pytest.approx(high, rel=0.051)
    assert ends[0] <= ends[-1]


def _measured(**values) -> Measurement:
    return Measurement("m", "m", method="x/1", inputs=(), **values)


def test_a_measurement_speaks_in_its_unit():
    assert range_text(_measured(value=25, unit="call")) == "25"
    assert said(range_text(_measured(value=4e6, low=4e6, high=6e6, unit="round"))) == "4–6 million"
    assert range_text(_measured(value=69.3, low=61.9, high=81.4, level=0.95, unit="call")) == "62–81"
    assert median_text(_measured(value=69.3, low=61.9, high=81.4, level=0.95, unit="call")) == "69"
    assert said(range_text(_measured(value=64, unit="percent"))) == "64 %"
    assert said(range_text(_measured(value=0.8, low=0.62, high=0.97, level=0.95, unit="share"))) == "62–97 %"
