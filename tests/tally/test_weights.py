"""Quantiles of weighted draws against numpy's, and against repeating each draw as often as it weighs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.tally.weights import effective, quantiles

VALUES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)
LEVELS = (0.025, 0.5, 0.975)


@given(VALUES)
def test_equal_weights_give_the_quantiles_of_numpy(values):
    x = np.array(values)
    expected = np.quantile(x, LEVELS, method="hazen")
    assert quantiles(x, np.full(len(x), 1 / len(x)), LEVELS) == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.integers(1, 6)), min_size=1, max_size=20, unique_by=lambda x: x[0]))
def test_a_weight_is_a_number_of_repeats(pairs):
    x, times = (np.array(column) for column in zip(*pairs, strict=True))
    found = quantiles(x, times / times.sum(), LEVELS)
    low, high = np.quantile(np.repeat(x, times), (0.0, 1.0))
    assert ((found >= low) & (found <= high)).all()
    assert (np.diff(found) >= 0).all()
    heavy = x[times.argmax()]
    if times.max() > 0.98 * times.sum():
        assert found[1] == pytest.approx(heavy)


def test_the_median_of_weighted_draws_lies_where_half_of_the_weight_does():
    x, w = np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.1, 0.8])
    assert quantiles(x, w, (0.05, 0.15, 0.6)) == pytest.approx([1.0, 2.0, 3.0])


def test_draws_without_weight_play_no_part():
    x, w = np.array([1.0, 2.0, 3.0, 900.0]), np.array([1.0, 1.0, 1.0, 0.0]) / 3
    assert quantiles(x, w, (0.5,))[0] == pytest.approx(2.0)


@given(VALUES, st.randoms())
def test_the_order_of_the_draws_does_not_matter(values, random):
    shuffled = random.sample(values, len(values))
    w = np.full(len(values), 1 / len(values))
    assert quantiles(np.array(values), w, LEVELS) == pytest.approx(quantiles(np.array(shuffled), w, LEVELS))


def test_the_effective_number_is_all_of_equal_draws_and_one_of_a_single_heavy_one():
    assert effective(np.full(50, 0.02)) == pytest.approx(50)
    assert effective(np.array([1.0, 0.0, 0.0])) == 1.0
    assert effective(np.array([0.5, 0.25, 0.25])) == pytest.approx(1 / 0.375)
