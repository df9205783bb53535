"""The measurements of a case: each once, in order, and resting on something that is there."""

import re
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from shuttle import at, daily, load, look, readings, shuttle, sighting, survey
from tidewaiter.tally import Fit, Tally, measure
from tidewaiter.tally.figures import counted, months, periods, posterior
from tidewaiter.voyages import METHOD, fit_calls

DECLARATION = "ab" * 32
CASE = shuttle(75, draws=150)
ROWS = readings(
    looks=[*daily(range(0, 40, 2)), look("o", 41.1, "obscured"), look("o2", 2.3, "obscured")],
    sightings=[sighting(1, 4 + 2 / 24, {"heron": 1.0}, "L2")],
    loads=[load(1, 250), load(2, 9000, channel="unloaded")],
    surveys=[
        survey("a", 60, 7, days_imaged=40),
        survey("b", 60, 9),
        survey("c", 60, None, days_imaged=40, days_with_ship=9),
    ],
)


@pytest.fixture(scope="module")
def world():
    calls = fit_calls(CASE, ROWS, draws=150, warmup=60)
    tally = Tally(CASE, calls.voyages, ROWS["loads"], calls.draws, 5)
    return calls, tally


@pytest.fixture(scope="module")
def found(world):
    calls, tally = world
    fit = Fit(METHOD, {"seed": 5}, calls.readings)
    return measure(CASE, tally, fit, calls.coverage, ROWS["looks"], calls.survey_checks, declaration=DECLARATION)


def test_every_id_stands_once(found):
    ids = [m.measurement_id for m in found]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z_]+(\.[\w-]+)+", i) for i in ids)


def test_values_lie_inside_their_intervals_and_intervals_nest(found):
    for m in found:
        assert m.low <= m.value <= m.high, m
        assert np.isfinite([m.low, m.value, m.high]).all()
        if m.low_50 is not None:
            assert m.low <= m.low_80 <= m.low_50 <= m.value <= m.high_50 <= m.high_80 <= m.high, m
            assert m.level == 0.95


def test_inputs_are_measurements_readings_or_the_declaration(found):
    ids = {m.measurement_id for m in found}
    known = ids | {DECLARATION}
    known |= {
        f"{t}/{x}"
        for t, c in (("looks", "look_id"), ("sightings", "sighting_id"), ("surveys", "survey_id"), ("loads", "load_id"))
        for x in ROWS[t][c].to_pylist()
    }
    for m in found:
        assert set(m.inputs) <= known, m
        assert m.measurement_id not in m.inputs


def test_everything_but_a_blank_coverage_rests_on_something(found):
    bare = {m.measurement_id for m in found if not m.inputs}
    assert all(i.startswith("coverage.") for i in bare)
    assert all(m.note for m in found if not m.inputs)


def test_every_period_has_every_quantity(found):
    ids = {m.measurement_id for m in found}
    tags = [tag for tag, *_ in periods(CASE)]
    assert tags == ["total", "2031-03", "to-2031-03", "2031-04", "to-2031-04", "2031-05", "to-2031-05"]
    for tag in tags:
        wanted = {f"{kind}.{tag}" for kind in ("calls", "voyages", "load")}
        assert wanted | {f"items.{tag}.{s.id}" for s in CASE.scenarios} <= ids


def test_months_are_clipped_to_the_window_and_leave_no_hole():
    case = shuttle(75)
    spans = months(msgspec.structs.replace(case, window=msgspec.structs.replace(case.window, start=at(10))))
    assert (spans[0][0], spans[-1][1]) == (at(10), at(75))
    assert all(a[1] == b[0] for a, b in pairwise(spans))


def test_values_are_those_of_the_draws(world, found):
    _, tally = world
    by_id = {m.measurement_id: m for m in found}
    assert by_id["load.total"].value == pytest.approx(np.median(tally.loads()))
    assert by_id["items.2031-04.documents"].high == pytest.approx(
        np.quantile(tally.items("documents", *months(CASE)[1]), 0.975)
    )
    assert by_id["calls.total"].value == np.floor(np.median(tally.calls()) + 0.5)
    assert by_id["calls.to-2031-05"].value == by_id["calls.total"].value


def test_counts_are_whole_and_quantities_carry_their_scenario(found):
    for m in found:
        if m.unit in ("call", "voyage") and not m.measurement_id.startswith("survey."):
            assert {float(x).is_integer() for x in (m.value, m.low, m.high, m.low_50, m.high_80)} == {True}, m
        if m.measurement_id.startswith(("items.", "factor.")):
            assert m.scenario == m.measurement_id.rsplit(".", 1)[1]
        else:
            assert m.scenario == ""


def test_a_conditional_says_its_condition(found):
    notes = {m.measurement_id: m.note for m in found}
    assert notes["items.total.all_small"] == notes["factor.all_small"] == "if all were small"
    assert notes["items.total.documents"] == ""


def test_assumptions_are_asserted(found):
    assert {m.status for m in found if m.measurement_id.startswith("factor.")} == {"asserted"}


def test_days_are_clear_obscured_or_not_imaged_and_add_up(found):
    by_id = {m.measurement_id: m.value for m in found}
    for suffix, days in (("", 75), (".2031-03", 31), (".2031-04", 30), (".2031-05", 14)):
        assert sum(by_id[f"coverage.{kind}{suffix}"] for kind in ("clear", "obscured", "unimaged")) == days
    assert (by_id["coverage.clear"], by_id["coverage.obscured"]) == (20, 1)


def test_a_count_of_days_rests_on_the_looks_of_its_place():
    """A look at a destination is no evidence on how often the origin was imaged."""
    rows = readings(looks=[look(1, 5.1), look(2, 5.2, place="cobalt")])
    calls = fit_calls(CASE, rows, draws=20, warmup=10)
    tally = Tally(CASE, calls.voyages, rows["loads"], calls.draws, 5)
    fit = Fit(METHOD, {}, calls.readings)
    measured = measure(CASE, tally, fit, calls.coverage, rows["looks"], calls.survey_checks, declaration=DECLARATION)
    assert {m.measurement_id: m.inputs for m in measured}["coverage.clear"] == ("looks/L1",)


def test_surveys_show_what_was_counted_next_to_what_was_there(found):
    by_id = {m.measurement_id: m for m in found}
    assert by_id["survey.a.counted"].value == 7
    assert by_id["survey.a.coverage"].value == pytest.approx(100 * 40 / 60)
    assert by_id["survey.a.coverage"].low == by_id["survey.a.coverage"].high
    assert by_id["survey.b.coverage"].low < by_id["survey.b.coverage"].value < by_id["survey.b.coverage"].high
    assert "survey.c.counted" not in by_id
    assert "survey.c.needed" not in by_id
    for m in found:
        if m.unit == "percent":
            assert 0 <= m.low <= m.high <= 100


def test_a_posterior_of_whole_numbers_and_an_exact_count():
    m = posterior("calls.x", "x", np.repeat([3.0, 4.0, 5.0], [10, 80, 10]), "call", ["a"], whole=True)
    assert (m.low_50, m.value, m.high_50) == (4, 4, 4)
    c = counted("coverage.x", "x", 3, "day", ["a"])
    assert (c.low, c.value, c.high, c.level) == (3, 3, 3, None)
