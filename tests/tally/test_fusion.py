"""Claims as observations of the tally, against posteriors that are added up over a grid."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from claims_world import ALL_SMALL, CASE, PAPERS, PLAIN, GivenTally, lognormal_tally, reading, sure, with_model
from shuttle import at
from tidewaiter.model import Leg, Part, Quantiles, Scenario
from tidewaiter.tally.fusion import LEAST, Question, _behind, fit_claims
from tidewaiter.tally.speakers import Voice
from tidewaiter.tally.weights import quantiles

KNOWN = msgspec.structs.replace(CASE, claim_model=PLAIN)
TALLY = lognormal_tally(KNOWN)
LEVELS = (0.05, 0.5, 0.95)


def ally(name, group="allies", bias=0.2, *, imagery=False):
    return Voice(name, group, bias, imagery)


def points(fit, tally=TALLY):
    """5, 50 and 95 % points of the log load of a fit."""
    return np.quantile(np.log(tally.loads()[fit.index]), LEVELS)


def gridded(readings, model=PLAIN, tally=TALLY, scales=(1.0,)):
    """The same by adding up over every draw and a grid of the bias of the one source they share."""
    log = np.log(tally.loads())
    total = np.zeros(len(log))
    z = np.linspace(-6, 6, 241)
    for scale in scales:
        like = np.tile(stats.norm.pdf(z), (len(log), 1))
        for r in readings:
            x = r.log_value - log[:, None] - scale * r.voice.bias * z
            x = -x if r.kind == "ceiling" else x
            sizes = [(1 - model.gross, math.hypot(model.error, r.error))]
            sizes += [(model.gross, math.hypot(model.gross_error, r.error))] if model.gross else []
            if r.slack:
                like *= sum(w * p * stats.exponnorm.pdf(-x, eta / s, scale=s) for w, eta in r.slack for p, s in sizes)
            else:
                like *= sum(p * stats.norm.pdf(x, 0, s) for p, s in sizes)
        total += like.sum(axis=1)
    return quantiles(log, total / total.sum(), LEVELS)


# --- densities


@given(st.floats(-8, 8), st.floats(0.02, 2.0), st.floats(0.02, 2.0))
def test_the_density_of_a_bound_is_that_of_an_exponentially_modified_normal(x, sd, eta):
    expected = stats.exponnorm.logpdf(-x, eta / sd, scale=sd)
    if np.isfinite(expected) and expected > -500:
        assert _behind(np.array([x]), sd, eta)[0] == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(("sd", "eta"), [(0.15, 0.15), (0.15, 1.5), (0.8, 0.15), (0.05, 0.5), (0.15, LEAST)])
def test_the_density_of_a_bound_adds_up_to_one(sd, eta):
    area, _ = integrate.quad(
        lambda x: float(np.exp(_behind(np.array([x]), sd, eta))[0]), -40 * (sd + eta), 15 * sd, limit=500, points=[0.0]
    )
    assert area == pytest.approx(1.0, abs=1e-4)


@given(st.floats(-60, 60), st.floats(LEAST, 3.0), st.floats(LEAST, 3.0))
def test_the_density_of_a_bound_is_finite_however_far_off(x, sd, eta):
    assert np.isfinite(_behind(np.array([x]), sd, eta)).all()


def test_a_bound_far_below_falls_off_like_its_distance_and_one_above_like_its_error():
    x = np.array([-3.0, -2.0, 2.0, 3.0])
    log = _behind(x, 0.1, 0.5)
    assert log[1] - log[0] == pytest.approx(1.0 / 0.5, rel=1e-6)
    assert log[3] - log[2] < -200


def densities(readings, at_log_load, case=KNOWN, scenario=None):
    """Log-likelihood of readings where the log load is given, and all else at the middle of its prior."""
    tally = GivenTally(case, [math.exp(at_log_load)])
    content = None if scenario is None else tally.contents[scenario]
    question = Question(case, tally, readings, content)
    predicted = question.predict(np.zeros((1, len(question.names))), np.zeros(1, np.int64))
    return predicted[0], question.loglik(predicted)[0]


@given(st.floats(-3, 3), st.sampled_from([0.0, 0.08]))
def test_a_ceiling_is_a_floor_in_the_mirror(off, gross):
    case = with_model(KNOWN, gross=gross)
    floor = densities([reading(math.exp(9 + off), "floor")], 9.0, case)[1]
    ceiling = densities([reading(math.exp(9 - off), "ceiling")], 9.0, case)[1]
    assert floor[0] == pytest.approx(ceiling[0], rel=1e-9)


@given(st.floats(-3, 3), st.floats(0, 1), st.floats(0, 0.5))
def test_a_point_is_a_normal_law_with_now_and_then_a_gross_error(off, gross, own):
    case = with_model(KNOWN, gross=gross)
    found = densities([reading(math.exp(9 + off), error=own)], 9.0, case)[1][0]
    sizes = ((1 - gross, math.hypot(0.15, own)), (gross, math.hypot(0.8, own)))
    expected = math.log(sum(p * stats.norm.pdf(off, 0, s) for p, s in sizes))
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_gross_error_does_not_stretch_factors_and_capacities():
    case = with_model(KNOWN, gross=0.5, factor_error=0.2)
    far = reading(200 * math.exp(2), "factor", "factor", unit="crate")
    predicted, found = densities([far], 9.0, case, "papers")
    assert found[0] == pytest.approx(stats.norm.logpdf(far.log_value, predicted[0], 0.2))


# --- what each reading is held against


def test_each_kind_is_predicted_from_what_it_speaks_of():
    case = with_model(KNOWN, completeness=sure(0.8), fill=sure(0.5))
    voice, team = ally("m"), ally("w", imagery=True)
    scenario = msgspec.structs.replace(PAPERS, per_unit=sure(200), share=sure(0.5))
    case = msgspec.structs.replace(
        case, scenarios=(scenario,), legs=(CASE.legs[0], msgspec.structs.replace(CASE.legs[1], relative=sure(0.1)))
    )
    both, rail = frozenset({"sea", "rail"}), frozenset({"rail"})
    told = {
        "load": (reading(voice=voice), 9000),
        "half of the window": (reading(voice=voice, end=at(365 / 2)), 4500),
        "trips": (reading(quantity="trips", voice=voice), 90),
        "seen trips": (reading(quantity="trips", kind="count", voice=team), 72),
        "seen load": (reading(voice=team), 7200),
        "both ways": (reading(voice=voice, modes=both), 9900),
        "rail": (reading(voice=voice, modes=rail), 900),
        "all ways": (reading(voice=voice, modes=frozenset({"sea", "rail", "road", "air"})), 9900),
        "items": (reading(quantity="items", unit="crate", voice=voice), 9000 * 100),
        "items both ways": (reading(quantity="items", unit="crate", voice=voice, modes=both), 9900 * 100),
        "items by a team": (reading(quantity="items", unit="crate", voice=team), 9000 * 100),
        "mass": (reading(quantity="mass", unit="tonne", voice=voice), 9000 * 100 * 0.05),
        "factor": (reading(quantity="factor", kind="factor", unit="crate", voice=voice), 100),
        "capacity": (reading(quantity="factor", kind="capacity", unit="crate", voice=voice), 200 / 0.5),
        "capacity of the window": (reading(quantity="items", kind="capacity", unit="crate", voice=voice), 9000 * 400),
    }
    predicted, _ = densities([r for r, _ in told.values()], math.log(9000), case, "papers")
    found = dict(zip(told, np.exp(predicted), strict=True))
    assert found == {name: pytest.approx(value, rel=1e-6) for name, (_, value) in told.items()}


def test_a_bias_moves_numbers_and_not_ratios():
    question = Question(KNOWN, TALLY, [reading(), reading(300, "factor", "factor")], TALLY.contents["papers"])
    z = np.zeros((2, len(question.names)))
    z[1, question.names.index("sources.one")] = 1.0
    moved = np.diff(question.predict(z, np.zeros(2, np.int64)), axis=0)[0]
    assert moved == pytest.approx([0.2, 0.0])


def test_sources_of_a_group_share_a_part_of_their_bias():
    case = with_model(KNOWN, group_share=0.4, bias_scale=Quantiles(0.5, 1.0, 2.0))
    told = [reading(voice=ally(n, g)) for n, g in (("a", "x"), ("b", "x"), ("c", "y"))]
    question = Question(case, TALLY, told, None)
    z = np.random.default_rng(1).standard_normal((60_000, len(question.names)))
    z[:, question.names.index("claims_model.bias_scale")] = 0.0
    bias = question.bias(z)
    assert np.corrcoef(bias.T) == pytest.approx(np.array([[1, 0.4, 0], [0.4, 1, 0], [0, 0, 1]]), abs=0.02)
    assert bias.std(axis=0) == pytest.approx(np.full(3, 0.2), rel=0.02)


def test_a_refresh_moves_sources_and_leaves_prior_and_biases():
    said = [reading(1000.0, voice=ally(f"s{n}", f"g{n % 2}")) for n in range(4)]
    question = Question(with_model(bias_scale=Quantiles(0.5, 1.0, 2.0)), TALLY, said, None)
    rng = np.random.default_rng(5)
    z = rng.standard_normal((20_000, len(question.names)))
    moved = question.refresh(z, rng)
    assert question.bias(moved) == pytest.approx(question.bias(z), abs=1e-9)
    assert (np.abs(moved - z).max(axis=0) > 0.5).sum() == 1 + 4 + 2
    assert moved.mean(axis=0) == pytest.approx(np.zeros(len(question.names)), abs=0.04)
    assert np.cov(moved.T) == pytest.approx(np.eye(len(question.names)), abs=0.05)


def test_the_names_of_the_coordinates_are_those_of_their_priors():
    question = Question(KNOWN, TALLY, [reading(voice=ally("a"))], TALLY.contents["papers"])
    assert question.names == (
        "scenarios.papers.share",
        "scenarios.papers.per_unit",
        "legs.amber.cobalt.relative",
        "claims_model.fill",
        "claims_model.completeness",
        "claims_model.bias_scale",
        "sources.a",
        "groups.allies",
    )


# --- posteriors


@pytest.mark.parametrize(
    ("value", "bias", "own"), [(10_000, 0.2, 0.0), (20_000, 0.2, 0.0), (15_000, 0.0, 0.3), (2_000, 0.5, 0.1)]
)
def test_one_point_gives_the_conjugate_answer(value, bias, own):
    fit = fit_claims(KNOWN, TALLY, [reading(value, voice=ally("a", bias=bias), error=own)], None)
    error2 = bias**2 + 0.15**2 + own**2
    precision = 1 / 0.4**2 + 1 / error2
    mean = (math.log(10_000) / 0.4**2 + math.log(value) / error2) / precision
    expected = mean + np.array([-1.645, 0, 1.645]) / math.sqrt(precision)
    assert points(fit) == pytest.approx(expected, abs=0.025)
    assert np.isfinite(fit.loglik).all()


@pytest.mark.parametrize("value", [10_000, 25_000, 200_000])
def test_one_number_that_may_be_grossly_wrong(value):
    model = msgspec.structs.replace(PLAIN, gross=0.08)
    case = msgspec.structs.replace(CASE, claim_model=model)
    told = [reading(value)]
    assert points(fit_claims(case, TALLY, told, None)) == pytest.approx(gridded(told, model), abs=0.05)


@pytest.mark.parametrize("kind", ["floor", "ceiling"])
@pytest.mark.parametrize("value", [4_000, 10_000, 25_000])
def test_a_bound_gives_the_answer_of_the_grid(kind, value):
    told = [reading(value, kind)]
    assert points(fit_claims(KNOWN, TALLY, told, None)) == pytest.approx(gridded(told), abs=0.03)


def test_a_bound_that_may_be_meant_in_three_ways_gives_the_answer_of_the_grid():
    told = [reading(13_000, "floor", slack=((0.4, 0.15), (0.35, 0.3), (0.25, 1.5)))]
    model = msgspec.structs.replace(PLAIN, gross=0.08)
    case = msgspec.structs.replace(CASE, claim_model=model)
    assert points(fit_claims(case, TALLY, told, None)) == pytest.approx(gridded(told, model), abs=0.05)


def test_several_numbers_of_one_source_give_the_answer_of_the_grid():
    told = [reading(14_000), reading(18_000, error=0.2), reading(9_000, "floor"), reading(30_000, "ceiling")]
    assert points(fit_claims(KNOWN, TALLY, told, None)) == pytest.approx(gridded(told), abs=0.03)


def test_an_unknown_scale_of_all_biases_is_averaged_over():
    wide = Quantiles(0.5, 1.2, 2.88)
    model = msgspec.structs.replace(PLAIN, bias_scale=wide)
    case = msgspec.structs.replace(CASE, claim_model=model)
    told = [reading(22_000)]
    z = stats.norm.ppf((np.arange(60) + 0.5) / 60)
    scales = np.exp(math.log(1.2) + math.log(2.88 / 0.5) / (2 * 1.644854) * z)
    assert points(fit_claims(case, TALLY, told, None)) == pytest.approx(gridded(told, model, scales=scales), abs=0.03)


def test_a_tiny_scale_makes_sources_unbiased_and_a_large_one_makes_them_say_nothing():
    told = [reading(20_000), reading(20_000), reading(20_000)]
    precision = 1 / 0.4**2 + 3 / 0.15**2
    mean = (math.log(10_000) / 0.4**2 + 3 * math.log(20_000) / 0.15**2) / precision
    tiny = points(fit_claims(with_model(KNOWN, bias_scale=sure(1e-6)), TALLY, told, None))
    assert tiny == pytest.approx(mean + np.array([-1.645, 0, 1.645]) / math.sqrt(precision), abs=0.02)
    deaf = points(fit_claims(with_model(KNOWN, bias_scale=sure(1e3)), TALLY, told, None))
    assert deaf == pytest.approx(np.quantile(np.log(TALLY.loads()), LEVELS), abs=0.05)


def test_two_sources_of_one_group_say_less_than_two_of_their_own():
    case = with_model(KNOWN, group_share=0.8, error=0.05)
    apart = [reading(20_000, voice=ally("a", "x", 0.4)), reading(20_000, voice=ally("b", "y", 0.4))]
    together = [reading(20_000, voice=ally(n, "x", 0.4)) for n in ("a", "b")]
    wide = {}
    for name, told in (("apart", apart), ("together", together)):
        low, middle, high = points(fit_claims(case, TALLY, told, None))
        covariance = 0.4**2 * np.array([[1, 0.8 * (name == "together")], [0.8 * (name == "together"), 1]])
        covariance += 0.05**2 * np.eye(2)
        information = np.linalg.inv(covariance).sum()
        precision = 1 / 0.4**2 + information
        mean = (math.log(10_000) / 0.4**2 + information * math.log(20_000)) / precision
        assert middle == pytest.approx(mean, abs=0.02)
        assert high - low == pytest.approx(2 * 1.645 / math.sqrt(precision), rel=0.05)
        wide[name] = high - low
    assert wide["together"] > 1.1 * wide["apart"]


def test_one_voice_saying_it_often_says_less_than_many():
    often = points(fit_claims(KNOWN, TALLY, [reading(20_000) for _ in range(6)], None))
    many = points(fit_claims(KNOWN, TALLY, [reading(20_000, voice=ally(f"s{n}", f"g{n}")) for n in range(6)], None))
    assert often[2] - often[0] > 1.4 * (many[2] - many[0])
    assert often[1] < many[1]


@pytest.mark.parametrize(("slack", "most"), [(((1.0, 1.5),), 0.03), (((0.4, 0.15), (0.35, 0.3), (0.25, 1.5)), 0.05)])
@pytest.mark.parametrize("factor", [10, 100])
def test_a_stale_bound_far_off_leaves_the_answer(slack, most, factor):
    tally = lognormal_tally(KNOWN, spread=0.18)
    before = math.log(10_000)
    for kind, value in (("floor", 10_000 / factor), ("ceiling", 10_000 * factor)):
        fit = fit_claims(CASE, tally, [reading(value, kind, slack=slack)], None)
        assert points(fit, tally)[1] == pytest.approx(before, abs=most)


@pytest.mark.parametrize("slack", [((1.0, 0.15),), ((1.0, 0.3),), ((1.0, 1.5),)])
def test_a_floor_above_lifts_the_answer_and_a_ceiling_below_lowers_it(slack):
    before = math.log(10_000)
    lifted = points(fit_claims(KNOWN, TALLY, [reading(20_000, "floor", slack=slack)], None))[1]
    lowered = points(fit_claims(KNOWN, TALLY, [reading(5_000, "ceiling", slack=slack)], None))[1]
    assert lifted > before + 0.3
    assert lowered < before - 0.3
    assert lifted - before == pytest.approx(before - lowered, abs=0.06)


def test_content_and_load_share_a_claim_on_items():
    """log items = log load + log content: both are normal, and only their sum is claimed."""
    scenario = msgspec.structs.replace(PAPERS, share=None)
    case = msgspec.structs.replace(KNOWN, scenarios=(scenario,))
    tally = lognormal_tally(case)
    told = [reading(4e6, quantity="items", unit="crate", voice=ally("a", bias=0.1))]
    fit = fit_claims(case, tally, told, scenario)
    prior = np.array([0.4, math.log(267 / 150) / (2 * 1.644854)]) ** 2
    surprise = math.log(4e6) - math.log(10_000 * 200)
    share = prior / (prior.sum() + 0.1**2 + 0.15**2)
    log_load = np.log(tally.loads()[fit.index])
    assert log_load.mean() - math.log(10_000) == pytest.approx(share[0] * surprise, abs=0.03)
    assert fit.holdings.content.mean() - math.log(200) == pytest.approx(share[1] * surprise, abs=0.02)
    assert np.corrcoef(log_load, fit.holdings.content)[0, 1] < -0.2


def test_a_factor_moves_content_and_not_the_load():
    fit = fit_claims(KNOWN, TALLY, [reading(400, "factor", "factor", unit="crate")], PAPERS)
    assert points(fit) == pytest.approx(np.quantile(np.log(TALLY.loads()), LEVELS), abs=0.04)
    prior = TALLY.holdings("papers").items
    assert np.median(fit.holdings.items) > np.median(prior) + 0.1


def test_a_capacity_pulls_less_where_the_fill_is_unknown():
    told = [reading(600, "capacity", "factor", unit="crate")]
    known, unknown = (
        np.std(fit_claims(with_model(KNOWN, fill=fill), TALLY, told, PAPERS).holdings.content)
        for fill in (sure(0.65), Quantiles(0.2, 0.65, 0.93))
    )
    assert known < unknown


def test_a_count_by_a_team_learns_voyages_with_its_completeness():
    rng = np.random.default_rng(2)
    voyages = rng.permutation(np.exp(stats.norm.ppf((np.arange(4000) + 0.5) / 4000) * 0.3) * 60)
    tally = GivenTally(KNOWN, voyages * 200, voyages)
    told = [reading(64, "count", "trips", unit="voyage", voice=ally("w", bias=0.05, imagery=True))]
    fit = fit_claims(KNOWN, tally, told, None)
    error2 = 0.05**2 + 0.08**2
    precision = 1 / 0.3**2 + 1 / error2
    mean = (math.log(60) / 0.3**2 + math.log(64 / 0.8) / error2) / precision
    assert np.log(voyages[fit.index]).mean() == pytest.approx(mean, abs=0.02)
    assert np.log(voyages[fit.index]).std() == pytest.approx(1 / math.sqrt(precision), rel=0.1)


def test_a_claim_on_all_ways_teaches_what_the_others_carry():
    both = frozenset({"sea", "rail"})
    told = [reading(10_000, voice=ally("a", bias=0.0)), reading(16_000, voice=ally("a", bias=0.0), modes=both)]
    fit = fit_claims(with_model(KNOWN, error=0.03), TALLY, told, None)
    assert fit.routes.shape == (4000, 1)
    assert np.median(np.exp(fit.routes)) > 0.25  # 0.1 beforehand, 0.6 by the two claims


# --- what enters which fit


def test_content_needs_a_scenario_of_its_unit():
    told = [
        reading(),
        reading(2e6, quantity="items", unit="crate"),
        reading(2e6, quantity="items", unit="drum"),
        reading(9e4, quantity="mass", unit="tonne"),
        reading(200, "factor", "factor", unit="crate"),
    ]
    drums = Scenario("drums", "drums", "drum", Quantiles(10, 20, 40))
    case = msgspec.structs.replace(KNOWN, scenarios=(PAPERS, drums))
    tally = GivenTally(case, TALLY.loads())
    kinds = {
        name: [(r.quantity, r.unit) for r in fit_claims(case, tally, told, scenario, particles=50).readings]
        for name, scenario in (("", None), ("papers", PAPERS), ("drums", drums))
    }
    assert kinds[""] == [("load", "container")]
    assert kinds["papers"] == [(r.quantity, r.unit) for r in told if r.unit != "drum"]
    assert kinds["drums"] == [("load", "container"), ("items", "drum")]


def test_without_readings_a_fit_is_the_tally_and_the_prior():
    fit = fit_claims(KNOWN, TALLY, [], PAPERS)
    assert sorted(fit.index) == list(range(4000))
    assert fit.distinct == 4000
    assert fit.loglik.shape == fit.predicted.shape == (4000, 0)
    assert fit.z.std(axis=0) == pytest.approx(np.ones(fit.z.shape[1]), abs=0.05)
    assert fit.names[: len(PAPERS.__struct_fields__)][0] == "scenarios.papers.share"


def test_the_same_seed_gives_the_same_fit():
    told = [reading(14_000)]
    first, again, other = (fit_claims(KNOWN, TALLY, told, PAPERS, particles=300, seed=s) for s in (1, 1, 2))
    assert (first.index == again.index).all()
    assert (first.z == again.z).all()
    assert not (first.z == other.z).any()


def test_another_seed_gives_nearly_the_same_answer():
    told = [reading(14_000), reading(20_000, voice=ally("b"))]
    found = np.array([points(fit_claims(CASE, TALLY, told, None, seed=s)) for s in range(4)])
    assert np.ptp(found[:, 1]) < 0.03
    assert np.ptp(found, axis=0).max() < 0.06


def test_the_number_of_draws_left_is_that_of_the_distinct_ones():
    fit = fit_claims(KNOWN, TALLY, [reading(30_000)], None, particles=500)
    assert fit.distinct == len(np.unique(fit.index))
    assert fit.distinct <= 500


def test_taking_a_reading_out_again_leaves_the_fit_without_it():
    told = [reading(12_000, voice=ally("a", "x")), reading(15_000, voice=ally("b", "y"))]
    case = with_model(KNOWN, gross=0.08)
    both, first = fit_claims(case, TALLY, told, None), fit_claims(case, TALLY, told[:1], None)
    weights = both.weights_without([1])
    assert weights.sum() == pytest.approx(1.0)
    out = quantiles(np.log(TALLY.loads()[both.index]), weights, LEVELS)
    assert out[1] == pytest.approx(points(first)[1], abs=0.03)
    assert out == pytest.approx(points(first), abs=0.08)
    assert both.weights_without([]) == pytest.approx(np.full(4000, 1 / 4000))


# --- degenerate assumptions

EVERYTHING = (
    reading(12_000),
    reading(9_000, "floor"),
    reading(15_000, "ceiling"),
    reading(80, "count", "trips", unit="voyage", voice=ally("w", imagery=True)),
    reading(180, "factor", "factor", unit="crate"),
    reading(400, "capacity", "factor", unit="crate"),
    reading(2e6, quantity="items", unit="crate"),
    reading(1e5, quantity="mass", unit="tonne", modes=frozenset({"sea", "rail"})),
)


@pytest.mark.parametrize(
    "changes",
    [
        {"error": 0.0},
        {"tight": 0.0, "loose": 0.0, "stale": 0.0},
        {"gross": 0.0},
        {"gross": 1.0},
        {"gross_error": 0.0},
        {"error": 0.0, "gross": 1.0, "gross_error": 0.0},
        {"count_error": 0.0},
        {"factor_error": 0.0},
        {"capacity_error": 0.0},
        {"group_share": 0.0},
        {"group_share": 1.0},
        {"bias_scale": sure(1e-9)},
        {"completeness": sure(1.0), "fill": sure(1.0)},
        {"completeness": sure(0.0), "fill": sure(0.0)},
        {"error": 10.0, "gross_error": 10.0, "tight": 10.0},
    ],
    ids=lambda x: " ".join(f"{k}={v.p50 if isinstance(v, Quantiles) else v}" for k, v in x.items()),
)
def test_extreme_assumptions_give_finite_numbers(changes):
    case = with_model(**changes)
    tally = GivenTally(case, TALLY.loads()[:100])
    told = [msgspec.structs.replace(r, slack=((1.0, case.claim_model.tight),)) if r.slack else r for r in EVERYTHING]
    fit = fit_claims(case, tally, told, PAPERS, particles=60)
    for numbers in (fit.z, fit.predicted, fit.loglik, fit.routes, fit.holdings.items, fit.weights_without([0, 3])):
        assert np.isfinite(numbers).all()


@pytest.mark.parametrize("loads", [[0.0], [0.0] * 7, [9_000.0], [0.0, 9_000.0, 1e9]])
def test_few_draws_and_none_carried_give_finite_numbers(loads):
    tally = GivenTally(CASE, loads)
    for scenario in (None, PAPERS):
        fit = fit_claims(CASE, tally, list(EVERYTHING), scenario, particles=30)
        assert np.isfinite(fit.loglik).all()
        assert set(fit.index) <= set(range(len(loads)))


def test_one_particle_is_a_fit():
    assert np.isfinite(fit_claims(CASE, TALLY, list(EVERYTHING), PAPERS, particles=1).loglik).all()


def test_a_mix_with_a_ceiling_and_a_leg_that_carries_nothing_are_finite():
    mix = Scenario(
        "mix", "a mix", "crate", mix=(Part("a", sure(1), Quantiles(100, 300, 900)), Part("b", sure(2), sure(50))),
        payload_t=1.0, defect=sure(0.5),
    )  # fmt: skip
    nothing = Leg("amber", "cobalt", mode="rail", measured=False, relative=sure(1e-12))
    case = msgspec.structs.replace(CASE, scenarios=(mix, ALL_SMALL), legs=(CASE.legs[0], nothing))
    fit = fit_claims(case, GivenTally(case, TALLY.loads()), list(EVERYTHING), mix, particles=100)
    assert np.isfinite(fit.loglik).all()
    only_rail = [reading(10, modes=frozenset({"rail"}))]
    assert np.isfinite(fit_claims(case, GivenTally(case, TALLY.loads()), only_rail, None, particles=100).loglik).all()
