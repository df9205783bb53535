"""The cross-check engine: its densities against those of the engine that answers, then both on one line."""

import importlib
import math
import sys
from datetime import timedelta
from itertools import pairwise
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest
from scipy import special, stats

from claims_world import ALL_SMALL, CASE, PAPERS, RAIL, GivenTally, reading, sure
from shuttle import at
from tidewaiter.errors import ModelError
from tidewaiter.model import DetectionList, ListModel, LoadModel, Part, Quantiles, Scenario, Vessel
from tidewaiter.simulate import LineSpec, simulate_line
from tidewaiter.tally import Tally, weigh
from tidewaiter.tally.fusion import Question
from tidewaiter.tally.loads import LoadReading, read_loads
from tidewaiter.tally.speakers import Voice
from tidewaiter.voyages import fit_calls
from tidewaiter.voyages.lists import ListEvidence, fit_lists, read_lists

MIX = Scenario(
    "mix",
    "a mix",
    "crate",
    share=Quantiles(0.6, 0.8, 0.9),
    mix=(
        Part("large", sure(1.2), Quantiles(180, 300, 500)),
        Part("small", Quantiles(0.5, 1.0, 2.0), Quantiles(250, 420, 700), 20.0),
    ),
    payload_t=14.0,
)
ALLY, TEAM = Voice("ally", "allies", 0.3, imagery=False), Voice("team", "allies", 0.1, imagery=True)
CLAIMED = (
    reading(9_000.0, voice=ALLY),
    reading(8_000.0, voice=TEAM, end=at(200)),
    reading(2_000.0, "floor", slack=((0.5, 0.15), (0.3, 0.3), (0.2, 1.5)), voice=ALLY, start=at(100), end=at(200)),
    reading(20_000.0, "ceiling", slack=((1.0, 0.3),), error=0.1),
    reading(900.0, voice=TEAM, modes=frozenset({"rail"})),
    reading(2e6, quantity="items", unit="crate", modes=frozenset({"sea", "rail"}), voice=ALLY),
    reading(3e6, "capacity", "items", unit="crate"),
    reading(300.0, "factor", "factor", unit="crate", modes=frozenset({"sea", "rail"})),
    reading(500.0, "capacity", "factor", unit="crate", voice=ALLY),
    reading(1e5, quantity="mass", unit="tonne", error=0.4),
)


@pytest.fixture(scope="module")
def nuts():
    """The module, where the extra is installed."""
    for name in ("pymc", "nutpie"):
        pytest.importorskip(name, reason="the cross-check needs the extra [pymc] and Python 3.12")
    from tidewaiter.pipeline import nuts

    return nuts


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "tidewaiter.pipeline.nuts", raising=False)
    monkeypatch.setitem(sys.modules, "arviz", None)

    with pytest.raises(ModelError, match=r"needs arviz") as e:
        importlib.import_module("tidewaiter.pipeline.nuts")

    assert "tidewaiter[pymc]" in e.value.hint


# --- densities


def test_the_tail_of_the_normal_law_is_exact_and_has_a_slope_everywhere(nuts):
    import pytensor
    import pytensor.tensor as pt

    x = pt.vector()
    value = nuts._log_phi(x)
    at_points = np.array([-300.0, -40.0, -5.0, -1.0, -0.999, 0.0, 3.0, 40.0, 300.0])

    found, slope = pytensor.function([x], [value, pytensor.grad(value.sum(), x)])(at_points)

    assert found == pytest.approx(special.log_ndtr(at_points), rel=1e-9, abs=1e-12)
    assert np.isfinite(slope).all()
    assert (np.diff(slope) <= 1e-9).all()


@pytest.mark.parametrize("scenario", [PAPERS, MIX], ids=lambda s: s.id)
def test_claims_are_as_likely_as_in_the_engine_that_answers(nuts, scenario):
    """At the same unknowns and the same load, whatever a claim can say."""
    import pymc as pm
    import pytensor.tensor as pt

    case = msgspec.structs.replace(CASE, scenarios=(scenario,))
    spread = np.random.default_rng(2).uniform(2_000, 20_000, 6)
    tally = GivenTally(case, spread)
    question = Question(case, tally, CLAIMED, tally.contents[scenario.id])
    z = np.random.default_rng(3).standard_normal((6, len(question.names)))
    expected = question.loglik(question.predict(z, np.arange(6))).sum(axis=1)

    cuts = nuts._cuts(case, CLAIMED)
    with pm.Model() as model:
        segments = pm.Data("segments", tally.loads()[0] * _parts(case, cuts))
        routes = pt.stack([pt.exp(nuts._log("relative_0", nuts.law(RAIL.relative)))])
        claimed = pt.as_tensor([r.log_value for r in CLAIMED])
        nuts._claims(case, CLAIMED, cuts, claimed, segments, routes, nuts._content(case, scenario))
    density = model.compile_logp()
    names = {
        f"scenarios.{scenario.id}.share": "share",
        f"scenarios.{scenario.id}.per_unit": "per_unit",
        **{
            f"scenarios.{scenario.id}.mix.{n + 1}.{key}": f"{key}_{n}"
            for n in range(2)
            for key in ("weight", "per_unit")
        },
        **{f"claims_model.{key}": key for key in ("fill", "completeness", "bias_scale")},
        "legs.amber.cobalt.relative": "relative_0",
    }
    unknown = {v.name for v in model.value_vars}
    for row, load, value in zip(z, tally.loads(), expected, strict=True):
        model.set_data("segments", load * _parts(case, cuts))
        known = dict(zip(question.names, row, strict=True))
        point = {new: np.array(known[old]) for old, new in names.items() if old in known and new in unknown}
        point |= {kind: np.array([x for n, x in known.items() if n.startswith(kind)]) for kind in ("sources", "groups")}
        assert point.keys() == unknown
        prior = sum(stats.norm.logpdf(x).sum() for x in point.values())
        assert density(point) - prior == pytest.approx(value, rel=1e-9)


def _parts(case, cuts):
    whole = case.window.end - case.window.start
    return np.array([(b - a) / whole for a, b in pairwise(cuts)])


def evidence(case, seen, spans):
    """Two months of 30 days; `spans` are days of the detections D0, D1 ..."""
    moments = tuple(case.window.start + timedelta(days=d) for d in (0, 30, 60))
    start, end = (
        np.array([round((case.window.start + timedelta(days=d)).timestamp() * 1e6) for d in days], np.int64)
        for days in zip(*spans, strict=True)
    )
    return ListEvidence(
        months=moments,
        weight=np.full(2, 30 / (365.25 / 12)),
        exposure=np.array([[1.0, 1.0], [0.5, 1.5]]),
        seen=np.array(seen, np.int64),
        ids=tuple(f"D{n}" for n in range(len(spans))),
        start=start,
        end=end,
    )


def line_case(**changes):
    return msgspec.structs.replace(
        CASE,
        window=msgspec.structs.replace(CASE.window, end=at(60)),
        lists=(DetectionList("a", "A", sure(0.5)), DetectionList("b", "B", sure(0.3))),
        list_model=ListModel(total=None),
        **changes,
    )


def count(detection, value, **more):
    given = {"own_error": None, "extra": 0.0, "voyages": 1.0, "vessels": {}, "start": None, "end": None}
    return LoadReading(id="loads/1", log_value=math.log(value), kind="count", detection=detection, **given | more)


def test_voyages_are_as_likely_as_in_the_engine_that_answers(nuts, monkeypatch):
    """Differences between points, as constants are left out there."""
    import pymc as pm

    case = line_case()
    what = evidence(case, [[0, 0], [2, 1], [1, 0], [0, 3]], [(0, 30)])
    taken = []

    def take(loglik, dims, *_, **__):
        taken.append((loglik, dims))
        return SimpleNamespace(z=np.zeros((1, dims)))

    monkeypatch.setattr("tidewaiter.voyages.lists.tempered", take)
    fit_lists(case, what, np.random.default_rng(1))
    ((loglik, dims),) = taken
    z = np.random.default_rng(4).standard_normal((5, dims))
    expected = loglik(z, np.zeros(5, np.int64))

    data = nuts._data(what, [], [], (case.window.start, case.window.end))
    with pm.Model() as model:
        node = {name: pm.Data(name, data[name]) for name in ("weight", "exposure", "seen")}
        nuts._voyages(case, node, 2)
    density = model.compile_logp()
    found = []
    for row in z:
        names = ("first_rate", "change", "steps", None, None, "dark_share", "dark_visibility")  # lists are certain
        point = {n: np.array([x] if n == "steps" else x) for n, x in zip(names, row, strict=True) if n}
        found.append(density(point) - sum(stats.norm.logpdf(x).sum() for x in point.values()))

    assert np.diff(found) == pytest.approx(np.diff(expected), rel=1e-9)


def test_the_load_of_a_segment_has_the_mean_and_spread_of_whole_voyages(nuts):
    import pymc as pm

    model = LoadModel(typical=sure(200), voyage_spread=sure(0.5), count_error=sure(0.2), shared_bias=0.0)
    case = line_case(load_model=model)
    what = evidence(case, [[0, 0], [2, 2], [0, 0], [0, 0]], [(0, 30), (0, 30), (20, 40), (30, 60)])
    counts = [count("D0", 300.0), count("D0", 260.0), count("D3", 100.0, own_error=0.1)]
    unseen = np.array([3.0, 1.5])
    cuts = (case.window.start, case.window.start + timedelta(days=30), case.window.end)
    data = nuts._data(what, counts, [], cuts)
    with pm.Model():
        node = {name: pm.Data(name, value) for name, value in data.items()}
        made = nuts._loads(case, node, unseen, 2)
        found = pm.draw(made, 40_000, random_seed=1)

    rng, n = np.random.default_rng(2), 40_000

    def given(values, errors):
        q = 1 / 0.25 + sum(1 / e**2 for e in errors)
        m = (math.log(200) / 0.25 + sum(math.log(v) / e**2 for v, e in zip(values, errors, strict=True))) / q
        return np.exp(m + rng.standard_normal(n) / math.sqrt(q))

    def some(number):
        loads = np.exp(math.log(200) + 0.5 * rng.standard_normal((n, 20)))
        return (loads * (np.arange(20) < number[:, None])).sum(axis=1)

    early = rng.random(n) < 0.5  # where the third detection falls
    first = given([300, 260], [0.2, 0.2]) + some(1 + early + rng.poisson(3.0, n))
    second = given([100], [0.1]) + some(~early + rng.poisson(1.5, n))
    for column, exact in zip(found.T, (first, second), strict=True):
        assert column.mean() == pytest.approx(exact.mean(), rel=0.02)
        assert column.std() == pytest.approx(exact.std(), rel=0.04)


# --- what it does not know


@pytest.mark.parametrize(
    ("case", "loads", "readings", "words"),
    [
        (msgspec.structs.replace(CASE, vessels=(Vessel("heron", "Heron"),)), (), (), "follows vessels"),
        (CASE, (count("", 200.0),), (), "tied to a detection"),
        (CASE, (), (reading(30.0, quantity="trips"),), "counts voyages"),
    ],
)
def test_what_it_does_not_know_is_said(nuts, case, loads, readings, words):
    what = evidence(line_case(), [[0, 0]] * 4, [(0, 30)])

    with pytest.raises(ModelError, match=words):
        nuts.Nuts().fit(case, what, loads, readings, ALL_SMALL)


# --- both engines


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # those of other people's compilers
def test_both_engines_give_one_answer_and_one_model_serves_two_lines(nuts):
    engine = nuts.Nuts()
    for turn, seed in enumerate((40_000, 40_003)):
        line = simulate_line(LineSpec(), seed)
        calls = fit_calls(line.case, line.tables, draws=8000)
        tally = Tally(line.case, calls.voyages, line.tables["loads"], 8000, line.case.seed)
        weighed = weigh(line.case, line.tables["claims"], tally, particles=8000)
        totals = weighed.totals["mix"]

        sampled = engine.fit(
            line.case,
            read_lists(line.case, line.tables)[0],
            read_loads(line.case, line.tables["loads"])[0],
            weighed.observed.readings,
            line.case.scenarios[0],
        )

        assert sampled.divergences == 0
        assert sampled.rhat < 1.05
        assert (sampled.compile_seconds < 1) == bool(turn)
        for ours, theirs in (
            (totals.loads(), sampled.loads),
            (totals.items(all_routes=True), sampled.items),
        ):
            apart = np.log(np.quantile(ours, [0.05, 0.5, 0.95]) / np.quantile(theirs, [0.05, 0.5, 0.95]))
            assert np.abs(apart).max() < 0.08
