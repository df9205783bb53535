"""What one load unit holds: mixes, ceilings, shares and defects against what can be computed by hand."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.model import Item, Part, Quantiles, Scenario
from tidewaiter.tally.content import Content

CRATE = Item("crate", "crates", "crate", kg_per_unit=50.0)
LIGHT = Item("crate", "crates", "crate")


def sure(value):
    return Quantiles(value, value, value)


def at_zero(scenario, item=CRATE):
    content = Content(scenario, item)
    return content.at(np.zeros((1, len(content.names))))


def mixed(*parts, **more):
    return Scenario("mix", "a mix", "crate", mix=parts, **more)


HEAVY, SMALL = Part("heavy", sure(1), sure(100), 90.0), Part("small", sure(3), sure(400), 20.0)


def test_a_mix_is_the_mean_content_by_weight():
    held = at_zero(mixed(HEAVY, SMALL))
    assert np.exp(held.content)[0] == pytest.approx((1 * 100 + 3 * 400) / 4)
    assert np.exp(held.mass)[0] == pytest.approx((1 * 100 * 90 + 3 * 400 * 20) / 4 / 1000)
    assert np.exp(held.items)[0] == pytest.approx(325)


@given(st.floats(0.01, 100), st.integers(0, 50))
def test_only_the_ratios_of_the_weights_matter(factor, seed):
    parts = [Part("a", Quantiles(0.5, 1, 2), Quantiles(50, 100, 200)), Part("b", Quantiles(1, 3, 9), sure(400))]
    scaled = [
        msgspec.structs.replace(p, weight=Quantiles(*(factor * q for q in (p.weight.p5, p.weight.p50, p.weight.p95))))
        for p in parts
    ]
    z = np.random.default_rng(seed).standard_normal((5, 4))
    assert Content(mixed(*scaled), CRATE).at(z).content == pytest.approx(Content(mixed(*parts), CRATE).at(z).content)


@given(st.integers(0, 200))
def test_a_mix_lies_between_its_parts(seed):
    content = Content(
        mixed(Part("a", Quantiles(0.1, 1, 10), sure(100)), Part("b", Quantiles(0.1, 1, 10), sure(400))), CRATE
    )
    held = np.exp(content.at(np.random.default_rng(seed).standard_normal((20, 4)) * 3).content)
    assert ((held >= 100 * (1 - 1e-9)) & (held <= 400 * (1 + 1e-9))).all()


@given(st.integers(0, 200), st.floats(0.5, 30))
def test_no_load_unit_is_heavier_than_its_payload(seed, payload):
    wide = Quantiles(10, 300, 9000)
    z = np.random.default_rng(seed).standard_normal((30, 6)) * 2
    one = Content(Scenario("one", "one", "crate", wide, payload_t=payload), CRATE).at(z[:, :1])
    mix = Content(
        mixed(Part("a", Quantiles(0.1, 1, 10), wide, 90.0), Part("b", sure(1), wide, None), payload_t=payload), CRATE
    ).at(z[:, :4])
    for held in (one, mix):
        assert (np.exp(held.mass) <= payload * (1 + 1e-9)).all()


def test_a_ceiling_that_is_not_reached_changes_nothing():
    for scenario in (mixed(HEAVY, SMALL), Scenario("one", "one", "crate", Quantiles(200, 260, 340))):
        z = np.random.default_rng(1).standard_normal((50, len(Content(scenario, CRATE).names)))
        capped = Content(msgspec.structs.replace(scenario, payload_t=1e6), CRATE).at(z)
        assert (capped.content == Content(scenario, CRATE).at(z).content).all()


def test_a_ceiling_is_the_number_that_weighs_as_much():
    held = at_zero(Scenario("one", "one", "crate", sure(700), payload_t=20.0))
    assert np.exp(held.content)[0] == pytest.approx(400)
    part = at_zero(mixed(Part("a", sure(1), sure(700), 100.0), Part("b", sure(1), sure(10), 100.0), payload_t=20.0))
    assert np.exp(part.content)[0] == pytest.approx((200 + 10) / 2)


def test_without_a_mass_there_is_no_ceiling_and_no_tonne():
    assert at_zero(Scenario("one", "one", "crate", sure(700), payload_t=20.0), LIGHT).mass is None
    assert np.exp(at_zero(Scenario("one", "one", "crate", sure(700), payload_t=20.0), LIGHT).content)[
        0
    ] == pytest.approx(700)
    assert at_zero(mixed(HEAVY, Part("b", sure(1), sure(10))), LIGHT).mass is None
    assert at_zero(mixed(HEAVY, Part("b", sure(1), sure(10))), CRATE).mass is not None


def test_share_and_defect_come_on_top():
    held = at_zero(Scenario("one", "one", "crate", sure(100), sure(0.8), defect=sure(0.3)))
    assert np.exp(held.items)[0] == pytest.approx(80)
    assert np.exp(held.items + held.usable)[0] == pytest.approx(56)
    assert np.exp(held.mass)[0] == pytest.approx(5.0)
    plain = at_zero(Scenario("one", "one", "crate", sure(100)))
    assert (plain.share[0], plain.usable[0]) == (0.0, 0.0)


def test_everything_broken_is_finite():
    held = at_zero(Scenario("one", "one", "crate", sure(100), sure(0.0), defect=sure(1.0)))
    assert np.isfinite([held.share, held.content, held.usable, held.mass]).all()


def test_no_spread_is_the_same_in_every_draw():
    content = Content(mixed(HEAVY, SMALL, share=sure(0.5), defect=sure(0.1)), CRATE)
    _, held = content.prior(200, [3])
    for log in (held.items, held.usable, held.mass):
        assert np.ptp(log) < 1e-12


def test_the_coordinates_are_named_after_their_priors_in_order():
    scenario = mixed(HEAVY, SMALL, share=Quantiles(0.6, 0.8, 0.9), defect=Quantiles(0.1, 0.3, 0.5))
    content = Content(scenario, CRATE)
    ids = ("share", "defect", "mix.1.weight", "mix.1.per_unit", "mix.2.weight", "mix.2.per_unit")
    assert content.names == tuple(f"scenarios.mix.{i}" for i in ids)
    assert Content(Scenario("one", "one", "crate", sure(1)), CRATE).names == ("scenarios.one.per_unit",)
    z = np.zeros((2, 6))
    z[1, 0] = 1.0
    held = content.at(z)
    assert held.share[1] > held.share[0]
    assert held.content[1] == held.content[0]


def test_the_prior_has_the_points_that_were_given():
    scenario = Scenario("one", "one", "crate", Quantiles(100, 200, 400), Quantiles(0.3, 0.5, 0.7))
    _, held = Content(scenario, CRATE).prior(20_000, [1])
    assert np.quantile(np.exp(held.content), [0.05, 0.5, 0.95]) == pytest.approx([100, 200, 400], rel=0.03)
    assert np.quantile(np.exp(held.share), [0.05, 0.5, 0.95]) == pytest.approx([0.3, 0.5, 0.7], rel=0.03)


def test_a_prior_is_that_of_its_seed():
    content = Content(mixed(HEAVY, Part("b", Quantiles(1, 2, 4), Quantiles(10, 20, 40))), CRATE)
    first, again, other = (content.prior(10, seed)[0] for seed in ([1], [1], [2]))
    assert (first == again).all()
    assert not (first == other).any()


def test_rows_are_taken_together():
    _, held = Content(mixed(HEAVY, SMALL, share=Quantiles(0.2, 0.5, 0.8)), CRATE).prior(10, [1])
    rows = np.array([3, 3, 0])
    assert (held.take(rows).share == held.share[rows]).all()
    assert (held.take(rows).mass == held.mass[rows]).all()
    _, light = Content(Scenario("one", "one", "crate", sure(1)), LIGHT).prior(10, [1])
    assert light.take(rows).mass is None
