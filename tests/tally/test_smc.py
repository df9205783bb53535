"""The sampler against posteriors that are known in closed form."""

import math

import numpy as np
import pytest

from tidewaiter.tally.smc import tempered


def normal(y, sd, weights):
    """Log likelihood of y ~ N(z @ weights, sd)."""

    def loglik(z):
        return -0.5 * ((y - z @ weights) / sd) ** 2

    return loglik


@pytest.mark.parametrize(("y", "sd"), [(0.5, 1.0), (2.0, 0.3), (4.0, 0.05), (-8.0, 0.01)])
def test_one_normal_observation(y, sd):
    z = tempered(normal(y, sd, np.ones(1)), 1, 4000, np.random.default_rng(3))[:, 0]
    mean, scale = y / (1 + sd**2), sd / math.sqrt(1 + sd**2)
    assert z.shape == (4000,)
    assert z.mean() == pytest.approx(mean, abs=5 * scale / math.sqrt(1000))
    assert z.std() == pytest.approx(scale, rel=0.08)
    assert np.mean(z < mean + 1.2816 * scale) == pytest.approx(0.9, abs=0.03)


def test_a_sum_ties_its_terms_together():
    """z1 + z2 + z3 is seen: each has mean y/3.01, and any two are negatively correlated."""
    y, sd = 3.0, 0.1
    z = tempered(normal(y, sd, np.ones(3)), 3, 6000, np.random.default_rng(4))
    covariance = np.eye(3) - np.ones((3, 3)) / (3 + sd**2)
    assert z.mean(axis=0) == pytest.approx(np.full(3, y / (3 + sd**2)), abs=0.06)
    assert np.cov(z.T) == pytest.approx(covariance, abs=0.06)


def test_what_was_not_seen_keeps_its_prior():
    z = tempered(normal(3.0, 0.05, np.array([1.0, 0.0])), 2, 4000, np.random.default_rng(5))
    assert z[:, 1].mean() == pytest.approx(0, abs=0.08)
    assert z[:, 1].std() == pytest.approx(1, abs=0.06)


def test_a_log_normal_quantity_seen_with_a_log_normal_error():
    """x = exp(5 + 0.4 z); ln y = ln x + 0.2 e. The posterior of x is log-normal."""
    y = 300.0
    z = tempered(lambda z: -0.5 * ((math.log(y) - 5 - 0.4 * z[:, 0]) / 0.2) ** 2, 1, 6000, np.random.default_rng(6))
    x = np.exp(5 + 0.4 * z[:, 0])
    precision = 1 / 0.16 + 1 / 0.04
    mu = (5 / 0.16 + math.log(y) / 0.04) / precision
    expected = np.exp(mu + np.array([-1.645, 0, 1.645]) / math.sqrt(precision))
    assert np.quantile(x, [0.05, 0.5, 0.95]) == pytest.approx(expected, rel=0.03)


def test_two_separate_modes_are_both_kept():
    def loglik(z):
        return np.logaddexp(-0.5 * ((z[:, 0] - 1.5) / 0.15) ** 2, -0.5 * ((z[:, 0] + 1.5) / 0.15) ** 2)

    z = tempered(loglik, 1, 4000, np.random.default_rng(7))[:, 0]
    assert np.mean(z > 0) == pytest.approx(0.5, abs=0.08)
    assert np.abs(z).mean() == pytest.approx(1.5 / (1 + 0.15**2), abs=0.03)


def test_the_same_seed_gives_the_same_draws():
    loglik = normal(2.0, 0.3, np.ones(2))
    first, again = (tempered(loglik, 2, 500, np.random.default_rng(8)) for _ in range(2))
    assert (first == again).all()


def test_a_flat_likelihood_is_the_prior():
    z = tempered(lambda z: np.zeros(len(z)), 2, 4000, np.random.default_rng(9))
    assert z.mean(axis=0) == pytest.approx([0, 0], abs=0.07)
    assert z.std(axis=0) == pytest.approx([1, 1], abs=0.06)
