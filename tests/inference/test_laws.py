"""Elicited points to distributions and back."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tidewaiter.inference import law, share_law
from tidewaiter.inference.laws import SURE, Z95
from tidewaiter.model import Quantiles

MIDDLE, SPREAD = st.floats(1e-6, 1e9), st.floats(0.0, 5.0)


@given(MIDDLE, SPREAD)
def test_points_of_a_quantity_come_back(middle, spread):
    given_ = Quantiles(middle * math.exp(-Z95 * spread), middle, middle * math.exp(Z95 * spread))
    assert law(given_).points() == pytest.approx((given_.p5, given_.p50, given_.p95), rel=1e-9)


@given(st.floats(-6, 6), st.floats(0.0, 0.5))
def test_points_of_a_share_come_back(middle, spread):
    points = [1 / (1 + math.exp(-(middle + k * Z95 * spread))) for k in (-1, 0, 1)]
    assert share_law(Quantiles(*points)).points() == pytest.approx(tuple(points), rel=1e-9)


@given(st.lists(MIDDLE, min_size=3, max_size=3))
def test_lopsided_points_keep_their_middle_and_their_width(points):
    low, middle, high = sorted(points)
    found = law(Quantiles(low, middle, high)).points()
    assert found[1] == pytest.approx(middle, rel=1e-9)
    assert found[2] / found[0] == pytest.approx(high / low, rel=1e-6)


@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_any_share_gives_a_share(points):
    one = share_law(Quantiles(*sorted(points)))
    drawn = one.at(np.linspace(-4, 4, 9))
    assert ((drawn >= 0) & (drawn <= 1)).all()
    assert (np.diff(drawn) >= 0).all()
    assert np.isfinite(one.log_at(np.linspace(-9, 9, 7))).all()


@pytest.mark.parametrize(("given_", "expected"), [(0.0, SURE), (1.0, 1 - SURE)])
def test_certainty_is_drawn_in_a_little(given_, expected):
    one = share_law(Quantiles(given_, given_, given_))
    assert one.points() == pytest.approx((expected,) * 3)
    assert one.sigma == 0.0


def test_a_share_that_may_be_all_is_no_more_than_all():
    one = share_law(Quantiles(0.8, 0.95, 1.0))
    assert one.points()[1] == pytest.approx(0.95)
    assert one.at(np.array([8.0]))[0] < 1


def test_no_spread_is_one_value_whatever_the_coordinate():
    for one, value in ((law(Quantiles(7, 7, 7)), 7.0), (share_law(Quantiles(0.3, 0.3, 0.3)), 0.3)):
        assert one.sigma == 0.0
        assert one.at(np.array([-50.0, 0.0, 50.0])) == pytest.approx(value)


def test_draws_have_the_quantiles_of_the_law():
    z = stats.norm.ppf((np.arange(9999) + 0.5) / 9999)
    for one in (law(Quantiles(1.0, 3.0, 9.0)), share_law(Quantiles(0.2, 0.5, 0.8))):
        assert np.quantile(one.at(z), [0.05, 0.5, 0.95]) == pytest.approx(one.points(), rel=2e-3)


@given(st.floats(-8, 8))
def test_the_logarithm_is_that_of_the_value(z):
    for one in (law(Quantiles(1.0, 3.0, 9.0)), share_law(Quantiles(0.2, 0.5, 0.8))):
        assert one.log_at(np.array([z]))[0] == pytest.approx(math.log(one.at(np.array([z]))[0]), abs=1e-9)


def test_the_logarithm_of_a_share_near_all_keeps_its_digits():
    assert share_law(Quantiles(0.5, 0.5, 0.5)).log_at(np.zeros(1))[0] == pytest.approx(math.log(0.5))
    far = share_law(Quantiles(0.2, 0.5, 0.8))
    assert far.log_at(np.array([60.0]))[0] == pytest.approx(-math.exp(-60 * far.sigma), rel=1e-9)


def test_a_draw_is_a_draw_from_the_law():
    rng = np.random.default_rng(1)
    one = law(Quantiles(1.0, 3.0, 9.0))
    assert np.quantile([one.draw(rng) for _ in range(4000)], [0.05, 0.5, 0.95]) == pytest.approx([1, 3, 9], rel=0.08)
    assert law(Quantiles(7, 7, 7)).draw(rng) == pytest.approx(7.0)
