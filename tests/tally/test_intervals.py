"""Intervals of draws hold as much as they say, nest, and end on whole numbers where counts are meant."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.tally.intervals import LEVELS, interval, median

counts = st.lists(st.integers(0, 60), min_size=1, max_size=300).map(lambda x: np.array(x, np.float64))
numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300).map(np.array)


@given(st.one_of(counts.map(lambda x: (x, True)), numbers.map(lambda x: (x, False))))
def test_intervals_nest_and_hold_the_median(given_):
    draws, whole = given_
    ends = [interval(draws, level, whole=whole) for level in LEVELS]
    lows, highs = zip(*ends, strict=True)
    assert list(lows) == sorted(lows, reverse=True)
    assert list(highs) == sorted(highs)
    assert lows[0] <= median(draws, whole=whole) <= highs[0]
    assert draws.min() <= lows[-1]
    assert highs[-1] <= draws.max()


@given(counts, st.floats(0.01, 0.99))
def test_a_count_ends_on_counts(draws, level):
    low, high = interval(draws, level, whole=True)
    assert low == int(low)
    assert high == int(high)
    assert low <= high
    assert str(low) != "-0.0"


@given(counts, st.integers(0, 2**32 - 1))
def test_the_order_of_draws_does_not_matter(draws, seed):
    mixed = np.random.default_rng(seed).permutation(draws)
    for level in LEVELS:
        assert interval(mixed, level, whole=True) == interval(draws, level, whole=True)


@given(counts)
def test_counts_shift_with_what_is_added(draws):
    low, high = interval(draws, 0.8, whole=True)
    assert interval(draws + 7, 0.8, whole=True) == (low + 7, high + 7)


def test_a_single_value_is_its_own_interval():
    assert interval(np.full(50, 4.0), 0.95, whole=True) == (4.0, 4.0)
    assert median(np.full(50, 4.0), whole=True) == 4.0


def test_a_quantity_has_plain_quantiles():
    draws = np.linspace(0, 100, 100_001)
    assert interval(draws, 0.5) == pytest.approx((25, 75), abs=1e-2)
    assert interval(draws, 0.95) == pytest.approx((2.5, 97.5), abs=1e-2)


LAWS = {
    "poisson 3": lambda rng, n: rng.poisson(3, n),
    "poisson 8": lambda rng, n: rng.poisson(8, n),
    "poisson 27": lambda rng, n: rng.poisson(27, n),
    "poisson 64": lambda rng, n: rng.poisson(64, n),
    "binomial 40, 0.3": lambda rng, n: rng.binomial(40, 0.3, n),
    "negative binomial": lambda rng, n: rng.negative_binomial(6, 0.25, n),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
@pytest.mark.parametrize("level", LEVELS)
def test_counts_fall_inside_as_often_as_said(law, level):
    """A count cannot be cut finer than its most likely value."""
    draws = law(np.random.default_rng(7), 40_000).astype(np.float64)
    low, high = interval(draws, level, whole=True)
    held = np.mean((draws >= low) & (draws <= high))
    assert abs(held - level) <= np.bincount(draws.astype(int)).max() / len(draws)


@settings(max_examples=30)
@given(st.floats(2, 80), st.sampled_from(LEVELS))
def test_averaged_over_rates_the_coverage_is_the_level(rate, level):
    rng = np.random.default_rng(int(rate * 1000))
    rates = rate * np.exp(0.2 * rng.standard_normal(60))
    share = []
    for r in rates:
        draws = rng.poisson(r, 2000).astype(np.float64)
        low, high = interval(draws, level, whole=True)
        truth = rng.poisson(r, 200)
        share.append(np.mean((truth >= low) & (truth <= high)))
    atom = 1 / np.sqrt(2 * np.pi * max(rate, 1))
    assert abs(np.mean(share) - level) < 0.03 + 0.7 * atom
