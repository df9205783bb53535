"""The sampler against posteriors that are known in closed form."""

import math

import numpy as np
import pytest

from tidewaiter.inference import tempered


def normal(y, sd, weights):
    """Log density of y ~ N(z @ weights, sd)."""

    def loglik(z, _):
        return -0.5 * ((y - z @ weights) / sd) ** 2 - math.log(sd) - 0.5 * math.log(2 * math.pi)

    return loglik


@pytest.mark.parametrize(("y", "sd"), [(0.5, 1.0), (2.0, 0.3), (4.0, 0.05), (-8.0, 0.01)])
def test_one_normal_observation(y, sd):
    cloud = tempered(normal(y, sd, np.ones(1)), 1, 4000, np.random.default_rng(3))
    z = cloud.z[:, 0]
    mean, scale = y / (1 + sd**2), sd / math.sqrt(1 + sd**2)
    assert z.shape == cloud.carried.shape == cloud.loglik.shape == (4000,)
    assert z.mean() == pytest.approx(mean, abs=5 * scale / math.sqrt(1000))
    assert z.std() == pytest.approx(scale, rel=0.08)
    assert np.mean(z < mean + 1.2816 * scale) == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize(("y", "sd"), [(0.5, 1.0), (2.0, 0.3), (3.0, 0.05)])
def test_the_evidence_is_the_density_of_what_was_seen(y, sd):
    """y is normal beforehand with variance 1 + sd^2."""
    expected = -0.5 * (y**2 / (1 + sd**2) + math.log(2 * math.pi * (1 + sd**2)))
    found = [tempered(normal(y, sd, np.ones(1)), 1, 2000, np.random.default_rng(s)).log_evidence for s in range(8)]
    assert np.mean(found) == pytest.approx(expected, abs=0.09)


def test_a_sum_ties_its_terms_together():
    """z1 + z2 + z3 is seen: each has mean y/3.01, and any two are negatively correlated."""
    y, sd = 3.0, 0.1
    z = tempered(normal(y, sd, np.ones(3)), 3, 6000, np.random.default_rng(4)).z
    covariance = np.eye(3) - np.ones((3, 3)) / (3 + sd**2)
    assert z.mean(axis=0) == pytest.approx(np.full(3, y / (3 + sd**2)), abs=0.06)
    assert np.cov(z.T) == pytest.approx(covariance, abs=0.06)


@pytest.mark.parametrize("blocks", [([0], [1], [2]), ([0, 1], [1, 2]), (slice(0, 1), slice(1, 3), slice(None))])
def test_blocks_change_the_way_and_not_the_answer(blocks):
    y, sd = 2.0, 0.5
    z = tempered(normal(y, sd, np.ones(3)), 3, 4000, np.random.default_rng(4), blocks=blocks).z
    assert z.mean(axis=0) == pytest.approx(np.full(3, y / (3 + sd**2)), abs=0.07)
    assert np.cov(z.T) == pytest.approx(np.eye(3) - np.ones((3, 3)) / (3 + sd**2), abs=0.08)


def test_a_tight_ridge_across_many_coordinates_is_crossed():
    """A common scale and twenty terms, of which each is seen with a fiftieth of its spread: prior ellipses crawl here."""
    y, sd = np.linspace(-1.5, 1.5, 20), 0.02

    def loglik(z, _):
        return -0.5 * (((y - z[:, :1] - z[:, 1:]) / sd) ** 2).sum(axis=1)

    z = tempered(loglik, 21, 2000, np.random.default_rng(12)).z[:, 0]
    precision = 1 + 20 / (1 + sd**2)
    assert z.mean() == pytest.approx(y.sum() / (1 + sd**2) / precision, abs=5 / math.sqrt(precision * 1000))
    assert z.std() == pytest.approx(1 / math.sqrt(precision), rel=0.12)


def test_a_refresh_may_move_whatever_the_likelihood_does_not_see():
    """Only the sum is seen; turning the difference about leaves it alone."""
    y, sd = 2.0, 0.1

    def refresh(z, rng):
        half, apart = z.sum(axis=1) / 2, rng.standard_normal(len(z)) / math.sqrt(2)
        return np.stack([half + apart, half - apart], axis=1)

    z = tempered(normal(y, sd, np.ones(2)), 2, 4000, np.random.default_rng(4), refresh=refresh).z
    assert z.mean(axis=0) == pytest.approx(np.full(2, y / (2 + sd**2)), abs=0.06)
    assert np.cov(z.T) == pytest.approx(np.eye(2) - np.ones((2, 2)) / (2 + sd**2), abs=0.05)


def test_what_was_not_seen_keeps_its_prior():
    z = tempered(normal(3.0, 0.05, np.array([1.0, 0.0])), 2, 4000, np.random.default_rng(5)).z
    assert z[:, 1].mean() == pytest.approx(0, abs=0.08)
    assert z[:, 1].std() == pytest.approx(1, abs=0.06)


def test_a_log_normal_quantity_seen_with_a_log_normal_error():
    """x = exp(5 + 0.4 z); ln y = ln x + 0.2 e. The posterior of x is log-normal."""
    y = 300.0

    def loglik(z, _):
        return -0.5 * ((math.log(y) - 5 - 0.4 * z[:, 0]) / 0.2) ** 2

    x = np.exp(5 + 0.4 * tempered(loglik, 1, 6000, np.random.default_rng(6)).z[:, 0])
    precision = 1 / 0.16 + 1 / 0.04
    mu = (5 / 0.16 + math.log(y) / 0.04) / precision
    expected = np.exp(mu + np.array([-1.645, 0, 1.645]) / math.sqrt(precision))
    assert np.quantile(x, [0.05, 0.5, 0.95]) == pytest.approx(expected, rel=0.03)


def test_two_separate_modes_are_both_kept():
    def loglik(z, _):
        return np.logaddexp(-0.5 * ((z[:, 0] - 1.5) / 0.15) ** 2, -0.5 * ((z[:, 0] + 1.5) / 0.15) ** 2)

    z = tempered(loglik, 1, 4000, np.random.default_rng(7)).z[:, 0]
    assert np.mean(z > 0) == pytest.approx(0.5, abs=0.08)
    assert np.abs(z).mean() == pytest.approx(1.5 / (1 + 0.15**2), abs=0.03)


def test_an_index_has_its_exact_probabilities():
    """Without coordinates that matter the carried index follows the likelihood, which is known for each of 40."""
    told = 2.5 * np.sin(np.arange(40) / 3.0)
    cloud = tempered(lambda _, i: told[i], 1, 8000, np.random.default_rng(8), indices=40)
    expected = np.exp(told) / np.exp(told).sum()
    share = np.bincount(cloud.carried, minlength=40) / 8000
    assert 0.5 * np.abs(share - expected).sum() < 0.05
    assert share @ np.arange(40) == pytest.approx(expected @ np.arange(40), abs=0.6)
    assert cloud.log_evidence == pytest.approx(math.log(np.exp(told).mean()), abs=0.05)
    assert (cloud.loglik == told[cloud.carried]).all()


def test_an_index_moves_to_draws_that_no_particle_began_with():
    """100 particles on 1,000 indices: the ten that agree are found by steps to neighbours."""
    told = -0.5 * ((np.arange(1000) - 500) / 5.0) ** 2
    cloud = tempered(lambda _, i: told[i], 1, 100, np.random.default_rng(9), indices=1000)
    assert len(np.unique(cloud.carried)) > 10
    assert np.abs(cloud.carried - 500).max() < 30
    assert cloud.carried.std() == pytest.approx(5.0, rel=0.35)


def test_index_and_coordinate_share_what_was_seen():
    """y = a[index] + z + error: the posterior of the index is a normal density in what z must make up for."""
    values, y, sd = np.linspace(-2, 2, 25), 1.0, 0.2

    def loglik(z, index):
        return -0.5 * ((y - values[index] - z[:, 0]) / sd) ** 2

    cloud = tempered(loglik, 1, 8000, np.random.default_rng(10), indices=25)
    weights = np.exp(-0.5 * (y - values) ** 2 / (1 + sd**2))
    weights /= weights.sum()
    share = np.bincount(cloud.carried, minlength=25) / 8000
    assert 0.5 * np.abs(share - weights).sum() < 0.05
    for i in (8, 16, 22):
        assert cloud.z[cloud.carried == i, 0].mean() == pytest.approx((y - values[i]) / (1 + sd**2), abs=0.06)


@pytest.mark.parametrize("indices", [0, 1])
def test_without_a_choice_the_index_is_zero(indices):
    cloud = tempered(normal(2.0, 0.3, np.ones(1)), 1, 50, np.random.default_rng(8), indices=indices)
    assert not cloud.carried.any()


@pytest.mark.parametrize("indices", [2, 3, 7])
def test_a_handful_of_indices_is_enough(indices):
    told = np.log(np.arange(1.0, indices + 1))
    cloud = tempered(lambda _, i: told[i], 1, 6000, np.random.default_rng(8), indices=indices)
    expected = np.arange(1, indices + 1) / np.arange(1, indices + 1).sum()
    assert np.bincount(cloud.carried, minlength=indices) / 6000 == pytest.approx(expected, abs=0.03)


def test_more_indices_than_particles_are_all_possible():
    cloud = tempered(lambda z, _: np.zeros(len(z)), 1, 40, np.random.default_rng(8), indices=4000)
    assert len(np.unique(cloud.carried)) > 30
    assert cloud.carried.max() < 4000


def test_the_same_seed_gives_the_same_draws():
    loglik = normal(2.0, 0.3, np.ones(2))
    first, again = (tempered(loglik, 2, 500, np.random.default_rng(8), indices=30) for _ in range(2))
    assert (first.z == again.z).all()
    assert (first.carried == again.carried).all()
    assert first.log_evidence == again.log_evidence
    other = tempered(loglik, 2, 500, np.random.default_rng(9), indices=30)
    assert not (other.z == first.z).any()


def test_a_flat_likelihood_is_the_prior():
    cloud = tempered(lambda z, _: np.zeros(len(z)), 2, 4000, np.random.default_rng(9))
    assert cloud.z.mean(axis=0) == pytest.approx([0, 0], abs=0.07)
    assert cloud.z.std(axis=0) == pytest.approx([1, 1], abs=0.06)
    assert cloud.log_evidence == 0.0


def test_a_needle_is_found_and_nothing_overflows():
    """The likelihood is nearly zero nearly everywhere; impossible values are allowed."""

    def loglik(z, _):
        return np.where(z[:, 0] > 2.5, -0.5 * ((z[:, 0] - 3.0) / 1e-3) ** 2, -np.inf)

    cloud = tempered(loglik, 1, 1000, np.random.default_rng(11))
    assert cloud.z[:, 0].mean() == pytest.approx(3.0, abs=1e-3)
    assert np.isfinite(cloud.loglik).all()
    assert np.isfinite(cloud.log_evidence)


def test_one_particle_is_allowed():
    cloud = tempered(normal(1.0, 0.5, np.ones(1)), 1, 1, np.random.default_rng(12), indices=3)
    assert np.isfinite(cloud.z).all()
