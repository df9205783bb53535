"""How a number fits with the rest, against predictions that can be computed; what each source does."""

import math

import msgspec
import numpy as np
import pytest
from scipy import stats

from claims_world import CASE, PAPERS, PLAIN, lognormal_tally, reading, with_model
from tidewaiter.tally import conflict
from tidewaiter.tally.conflict import conflicts, influences
from tidewaiter.tally.fusion import fit_claims
from tidewaiter.tally.speakers import Voice

KNOWN = msgspec.structs.replace(CASE, claim_model=PLAIN)
TALLY = lognormal_tally(KNOWN)


def by(name, value=10_000.0, kind="point", *, bias=0.1, **more):
    return reading(value, kind, claim_id=name, voice=Voice(name, f"group of {name}", bias, imagery=False), **more)


@pytest.fixture
def always_again(monkeypatch):
    """No reading is taken out by weights: each time the fit is done again without it."""
    monkeypatch.setattr(conflict, "ENOUGH", math.inf)
    monkeypatch.setattr(conflict, "REFIT_PARTICLES", 6000)


@pytest.mark.parametrize("value", [6_000, 12_000, 30_000])
def test_the_prediction_of_a_point_is_the_conjugate_one(always_again, value):
    told = [by("A", 14_000), by("B", value)]
    fit = fit_claims(KNOWN, TALLY, told, None, particles=500)
    found = {c.claim_id: c for c in conflicts(KNOWN, TALLY, fit)}["B"]
    error2 = 0.1**2 + 0.15**2
    precision = 1 / 0.4**2 + 1 / error2
    mean = (math.log(10_000) / 0.4**2 + math.log(14_000) / error2) / precision
    expected = stats.norm(mean, math.sqrt(1 / precision + error2))
    assert np.log([found.low, found.middle, found.high]) == pytest.approx(expected.ppf([0.025, 0.5, 0.975]), abs=0.05)
    assert found.p == pytest.approx(2 * min(expected.cdf(math.log(value)), expected.sf(math.log(value))), abs=0.04)


def test_weights_and_a_fit_done_again_say_the_same(monkeypatch):
    case = with_model(KNOWN, gross=0.08)
    told = [by("A", 14_000), by("B", 9_000), by("C", 16_000)]
    fit = fit_claims(case, TALLY, told, None)
    monkeypatch.setattr(conflict, "ENOUGH", 0.0)
    weighted = conflicts(case, TALLY, fit)
    monkeypatch.setattr(conflict, "ENOUGH", math.inf)
    again = conflicts(case, TALLY, fit)
    for one, other in zip(weighted, again, strict=True):
        assert one.claim_id == other.claim_id
        assert math.log(one.middle) == pytest.approx(math.log(other.middle), abs=0.06)
        assert one.p == pytest.approx(other.p, abs=0.12)


@pytest.mark.parametrize("factor", [2.5, 0.4])
def test_a_planted_number_is_the_most_surprising(factor):
    tally = lognormal_tally(CASE, spread=0.25)
    honest = [by(n, 10_000 * x) for n, x in zip("ABCDE", (0.95, 1.1, 1.0, 0.9, 1.05), strict=True)]
    told = [*honest, by("X", 10_000 * factor)]
    found = conflicts(CASE, tally, fit_claims(CASE, tally, told, None, particles=2000))
    p = {c.claim_id: c.p for c in found}
    assert min(p, key=p.get) == "X"
    assert p["X"] < 0.05 < min(v for k, v in p.items() if k != "X")
    planted = found[-1]
    assert (planted.middle < 10_000 * factor) == (factor > 1)


def test_every_kind_of_reading_has_a_chance_above_none_and_an_interval(monkeypatch):
    monkeypatch.setattr(conflict, "REFIT_PARTICLES", 100)
    rail = frozenset({"sea", "rail"})
    told = [
        by("A", 14_000),
        by("B", 3_000, "floor"),
        by("C", 50_000, "ceiling"),
        by("D", 50_000, modes=rail),
        by("E", 250, "factor", quantity="factor", unit="crate"),
        by("F", 100, "capacity", quantity="factor", unit="crate"),
        by("G", 2e6, quantity="items", unit="crate"),
        by("H", 9e4, quantity="mass", unit="tonne"),
        by("I", 90, quantity="trips", unit="voyage", slack=((0.5, 0.15), (0.5, 1.5)), kind="floor"),
    ]
    fit = fit_claims(CASE, TALLY, told, PAPERS, particles=200)
    found = conflicts(CASE, TALLY, fit)
    assert [c.claim_id for c in found] == [r.claim_id for r in fit.readings]
    for c in found:
        assert c.scenario == "papers"
        assert 0 < c.p <= 1
        assert 0 < c.low < c.middle < c.high < math.inf


def test_a_rate_is_predicted_as_a_rate():
    told = [by("A", 14_000), by("R", 12_000, scale=365 / 30.44)]
    plain = [by("A", 14_000), by("R", 12_000)]
    rate, total = (conflicts(CASE, TALLY, fit_claims(CASE, TALLY, x, None, particles=300))[1] for x in (told, plain))
    assert rate.middle == pytest.approx(total.middle / (365 / 30.44))
    assert rate.p == total.p


def test_a_floor_is_predicted_below_and_a_ceiling_above_the_truth():
    told = [by("A"), by("F", 9_000, "floor"), by("C", 11_000, "ceiling")]
    found = {c.claim_id: c for c in conflicts(CASE, TALLY, fit_claims(CASE, TALLY, told, None, particles=2000))}
    assert found["F"].middle < found["C"].middle
    assert min(found["F"].p, found["C"].p) > 0.3


def test_a_stale_floor_far_below_surprises_nobody():
    told = [by("A"), by("B", 11_000), by("F", 1_000, "floor", slack=((1.0, 1.5),))]
    found = {c.claim_id: c for c in conflicts(CASE, TALLY, fit_claims(CASE, TALLY, told, None, particles=2000))}
    assert found["F"].p > 0.1


def test_one_reading_alone_is_predicted_from_the_tally(always_again):
    (found,) = conflicts(CASE, TALLY, fit_claims(CASE, TALLY, [by("A", 11_000)], None, particles=50))
    assert math.log(found.middle) == pytest.approx(math.log(10_000), abs=0.03)
    assert found.p > 0.5


def test_without_readings_there_is_nothing_to_say():
    fit = fit_claims(CASE, TALLY, [], None, particles=50)
    assert conflicts(CASE, TALLY, fit) == []
    assert influences(CASE, TALLY, fit, items=False) == []


def test_the_same_fit_gives_the_same_answer():
    fit = fit_claims(CASE, TALLY, [by("A"), by("B", 25_000)], None, particles=300)
    assert conflicts(CASE, TALLY, fit) == conflicts(CASE, TALLY, fit)
    assert influences(CASE, TALLY, fit, items=False) == influences(CASE, TALLY, fit, items=False)


@pytest.mark.parametrize(("factor", "sign"), [(1.8, -1), (0.55, 1)])
@pytest.mark.parametrize("items", [False, True])
def test_taking_out_a_source_far_off_moves_the_answer_back(factor, sign, items):
    told = [by("A"), by("B", 11_000), by("X", 10_000 * factor), by("X2", 10_000 * factor)]
    told[3] = msgspec.structs.replace(told[3], voice=told[2].voice)
    fit = fit_claims(CASE, TALLY, told, PAPERS if items else None, particles=3000)
    found = {i.source: i for i in influences(CASE, TALLY, fit, items=items)}
    assert list(found) == ["A", "B", "X"]
    assert sign * found["X"].shift > 0.04
    assert all(i.width_ratio > 0 for i in found.values())


def test_taking_out_the_only_source_leaves_what_was_seen(always_again):
    fit = fit_claims(KNOWN, TALLY, [by("A", 20_000)], None)
    (found,) = influences(KNOWN, TALLY, fit, items=False)
    error2 = 0.1**2 + 0.15**2
    precision = 1 / 0.4**2 + 1 / error2
    moved = (math.log(20_000) - math.log(10_000)) / error2 / precision
    assert found.shift == pytest.approx(-moved, abs=0.03)
    assert found.width_ratio == pytest.approx(0.4 * math.sqrt(precision), rel=0.06)


def test_no_spread_at_all_is_no_influence():
    exact = lognormal_tally(KNOWN, spread=0.0, draws=50)
    fit = fit_claims(KNOWN, exact, [by("A"), by("B", 12_000)], None, particles=50)
    for one in influences(KNOWN, exact, fit, items=False):
        assert (one.shift, one.width_ratio) == (pytest.approx(0.0, abs=1e-9), 1.0)
