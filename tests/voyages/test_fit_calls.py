"""The call model end to end on small cases: what each kind of evidence does to the number of calls."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from shuttle import STEADY, at, daily, look, readings, shuttle, sighting, survey
from tidewaiter.errors import ModelError
from tidewaiter.model import CallModel, Interval, Leg, Quantiles, Vessel
from tidewaiter.model.tables import COVERAGE, INFERRED_CALLS, SURVEY_CHECKS, VOYAGE_DRAWS
from tidewaiter.simulate import WorldSpec, simulate
from tidewaiter.voyages import fit_calls


def fit(case, *, draws=400, warmup=150, seed=None, chains=4, **rows):
    return fit_calls(case, readings(**rows), draws=draws, warmup=warmup, seed=seed, chains=chains)


def calls(posterior, vessel=None):
    """Calls of each draw, of all ships or of one; (draws,)."""
    table = posterior.voyages.to_pydict()
    mine = [d for d, v in zip(table["draw"], table["vessel_id"], strict=True) if vessel in (None, v)]
    return np.bincount(np.array(mine, np.int64), minlength=posterior.draws)


@pytest.fixture(scope="session")
def unseen():
    """A line of which nothing was seen at all."""
    return fit(shuttle(), draws=800)


@pytest.fixture(scope="session")
def watched():
    """Sightings of several kinds, a known call and two surveys."""
    return fit(
        shuttle(),
        looks=[*daily(range(0, 60, 3)), look("x", 31.1, "obscured"), look("d", 8.1, place="cobalt")],
        sightings=[
            sighting(1, 3 + 2 / 24, {"heron": 1.0}, "L1"),
            sighting(2, 15 + 2 / 24, {"heron": 0.5, "tern": 0.5}, "L5"),
            sighting(3, 24 + 2 / 24, None, "L8"),
            sighting(4, 8.1, {"heron": 1.0}, "Ld", place="cobalt"),
            sighting(5, 40.3, {"tern": 1.0}),
        ],
        calls=[
            {
                "call_id": "K1",
                "place_id": "amber",
                "vessel_weights": {"heron": 1.0},
                "arrival_earliest": at(49),
                "arrival_latest": at(50),
                "departure_earliest": at(51),
                "departure_latest": at(52),
            }
        ],
        surveys=[
            survey("watch", 60, 6, days_imaged=30, by="Watch"),
            survey("gazette", 60, 40, days_imaged=60, use="check", by="Gazette"),
        ],
    )


def test_imaged_and_empty_hidden_and_not_imaged_are_three_states(unseen):
    empty = calls(fit(shuttle(), looks=daily(range(60)))).mean()
    hidden = calls(fit(shuttle(), looks=daily(range(60), "obscured"))).mean()
    nothing = calls(unseen).mean()
    assert empty < 1.5
    assert empty < hidden - 1
    assert hidden < nothing - 0.5


def test_each_clear_and_empty_look_lowers_the_number_of_calls(unseen):
    means = [calls(unseen).mean()]
    means += [calls(fit(shuttle(), looks=daily(range(0, 60, every)))).mean() for every in (6, 3, 2, 1)]
    assert means == sorted(means, reverse=True)
    assert means[0] - means[-1] > 4


def test_a_look_at_one_of_two_piers_says_less_than_one_at_the_whole_port():
    whole = calls(fit(shuttle(), looks=daily(range(60)))).mean()
    part = calls(fit(shuttle(), looks=daily(range(60), place="pier_1"))).mean()
    assert part > whole + 1


def test_without_evidence_the_posterior_is_what_the_prior_world_does():
    """The simulator moves ships in continuous time and shares no code with the model."""
    model = msgspec.structs.replace(STEADY, idle_days=Quantiles(4.0, 8.0, 16.0), vessel_spread=0.3)
    spec = WorldSpec(days=120, vessels=3, looks=0, destination_looks=0, counted=0, sources=0, model=model)
    worlds = [simulate(spec, seed) for seed in range(300)]
    true = np.array([w.true_calls for w in worlds])
    posterior = fit_calls(worlds[0].case, readings(), draws=1200, warmup=200)
    found = calls(posterior)
    error = np.hypot(true.std() / np.sqrt(300), found.std() / np.sqrt(max(posterior.diagnostics["ess"] / 2, 50)))
    assert abs(found.mean() - true.mean()) < 4 * error
    assert found.std() == pytest.approx(true.std(), rel=0.25)
    for z in posterior.coordinates.values():  # the coordinate of an idle time is that of the mean over the ships
        assert z.mean() == pytest.approx(0.0, abs=0.25)
        assert z.std() == pytest.approx(1.0, abs=0.25)

    table = posterior.voyages.to_pydict()
    ends = zip(table["arrival"], table["departure"], strict=True)
    found_days = [(b - a).total_seconds() / 86400 for a, b in ends if b is not None]
    true_days = [(c.departure - c.arrival).total_seconds() / 86400 for w in worlds for c in w.calls]
    assert np.mean(found_days) == pytest.approx(np.mean(true_days), rel=0.1)
    shares = np.mean([d == "bravo" for d in table["destination_id"] if d is not None])
    assert shares == pytest.approx(0.6, abs=0.05)


def test_a_ship_seen_elsewhere_is_not_on_the_line(unseen):
    seen_away = fit(shuttle(), sightings=[sighting(1, 10, {"tern": 1.0}, place="slipway", until=50)])
    table = seen_away.voyages.to_pylist()
    inside = [
        r for r in table if r["vessel_id"] == "tern" and r["arrival"] < at(48) and (r["departure"] or at(60)) > at(12)
    ]
    assert len(inside) < 0.05 * seen_away.draws
    assert calls(seen_away, "heron").mean() == pytest.approx(calls(unseen, "heron").mean(), abs=0.6)


def test_elimination_names_the_ship():
    either = [sighting(1, 30.1, {"heron": 0.5, "tern": 0.5}, "L0")]
    looks = [look(0, 30.1)]
    away = sighting(2, 25, {"tern": 1.0}, place="slipway", until=35)

    def who(posterior):
        (row,) = [r for r in posterior.ledger.to_pylist() if "sightings/S1" in r["readings"]]
        return dict(row["vessel_weights"])

    open_, closed = (
        who(fit(shuttle(), looks=looks, sightings=either)),
        who(fit(shuttle(), looks=looks, sightings=[*either, away])),
    )
    assert 0.2 < open_["heron"] < 0.8
    assert closed["heron"] > 0.97


def test_a_sighting_at_a_destination_speaks_for_a_call_before_it(unseen):
    day = 30.1
    posterior = fit(
        shuttle(), looks=[look(0, day, place="cobalt")], sightings=[sighting(1, day, {"heron": 1.0}, "L0", "cobalt")]
    )

    def just_before(p):
        rows = [
            r for r in p.voyages.to_pylist() if r["vessel_id"] == "heron" and at(day - 8) < r["arrival"] < at(day - 0.5)
        ]
        return len({r["draw"] for r in rows}) / p.draws

    assert just_before(posterior) > 0.9 > just_before(unseen) + 0.2
    (row,) = [r for r in posterior.ledger.to_pylist() if r["readings"] == ["sightings/S1"]]
    assert row["basis"] == "seen"
    assert row["departure_latest"] < at(day)


def test_a_leg_that_is_closed_is_not_sailed():
    case = shuttle()
    case = msgspec.structs.replace(
        case, legs=(case.legs[0], msgspec.structs.replace(case.legs[1], active=(Interval(None, at(30)),)))
    )
    table = fit(case).voyages.to_pylist()
    late = [r for r in table if r["departure"] and r["departure"] > at(31) and r["destination_id"]]
    early = [r for r in table if r["departure"] and r["departure"] < at(29) and r["destination_id"]]
    assert {r["destination_id"] for r in late} == {"cobalt"}
    assert {r["destination_id"] for r in early} == {"cobalt", "dun"}


def test_a_ship_that_was_not_yet_active_makes_no_call(unseen):
    case = shuttle()
    case = msgspec.structs.replace(
        case, vessels=(case.vessels[0], Vessel("tern", "Arctic Tern", active=(Interval(at(40), None),)))
    )
    late = fit(case)
    early = [r for r in late.voyages.to_pylist() if r["vessel_id"] == "tern" and r["arrival"] < at(38)]
    assert early == []
    assert calls(late, "tern").mean() < calls(unseen, "tern").mean() - 1


def test_a_survey_moves_the_answer_towards_its_count_and_a_check_does_not(unseen):
    prior = calls(unseen)
    many = calls(fit(shuttle(), surveys=[survey("a", 60, 14, days_imaged=60)]))
    few = calls(fit(shuttle(), surveys=[survey("a", 60, 4, days_imaged=60)]))
    check = calls(fit(shuttle(), surveys=[survey("a", 60, 14, days_imaged=60, use="check")], draws=800))
    assert few.mean() < prior.mean() - 1 < many.mean() - 2
    assert abs(few.mean() - 4) < 1.5
    assert check.tolist() == prior.tolist()


def test_two_counts_of_different_coverage_agree():
    """25 calls by a team with 109 of 170 days, 32 by one that does not say on how many it looked."""
    case = shuttle(
        170,
        vessels=tuple(Vessel(f"ship_{i}", f"Ship {i}") for i in range(4)),
        call_model=CallModel(origin_stay_days=Quantiles(1.0, 2.2, 4.5)),
    )
    both = [survey("sparse", 170, 25, days_imaged=109, by="A"), survey("unsaid", 170, 32, by="B")]
    posterior = fit(case, surveys=both, draws=300, warmup=200)
    found = {r["survey_id"]: r for r in posterior.survey_checks.to_pylist()}
    assert found["sparse"]["compatible"]
    assert found["unsaid"]["compatible"]
    assert found["unsaid"]["calls"] > 32
    assert found["sparse"]["coverage"] == pytest.approx(109 / 170)
    assert found["sparse"]["coverage_stated"]
    assert not found["unsaid"]["coverage_stated"]
    assert found["unsaid"]["coverage_low"] < found["unsaid"]["coverage"] < found["unsaid"]["coverage_high"]
    assert found["unsaid"]["coverage_needed"] > found["sparse"]["coverage_needed"]


def test_a_count_that_cannot_be_is_named(watched):
    found = {r["survey_id"]: r for r in watched.survey_checks.to_pylist()}
    assert found["watch"]["compatible"]
    assert not found["gazette"]["compatible"]
    assert found["gazette"]["role"] == "check"
    assert "surveys/gazette" not in watched.readings
    assert "surveys/watch" in watched.readings


def test_tables_have_their_schemas(watched):
    assert watched.voyages.schema == VOYAGE_DRAWS
    assert watched.ledger.schema == INFERRED_CALLS
    assert watched.survey_checks.schema == SURVEY_CHECKS
    assert watched.coverage.schema == COVERAGE
    assert watched.draws == 400
    assert set(watched.coordinates) == {
        "calls_model.origin_stay_days",
        "calls_model.destination_stay_days",
        "calls_model.idle_days",
    }
    assert {z.shape for z in watched.coordinates.values()} == {(400,)}
    assert all(np.isfinite(z).all() for z in watched.coordinates.values())


def test_what_was_seen_is_told_from_what_was_inferred(watched, unseen):
    assert not any(unseen.voyages["seen"].to_pylist())
    shown = {r for row in watched.ledger.to_pylist() if row["basis"] == "seen" for r in row["readings"]}
    assert shown
    seen = np.mean(watched.voyages["seen"].to_numpy())
    assert 0 < seen < 1


def test_the_usual_coverage_of_surveys_is_learnt_and_a_stated_one_teaches_nothing():
    usual = fit(shuttle(), surveys=[survey("a", 60, 2), survey("b", 60, 2, by="other")], draws=120, warmup=60)
    z = usual.coordinates["calls_model.survey_coverage"]
    assert z.shape == (120,)
    assert z.mean() < 0  # fewer calls were counted than such a line makes
    stated = fit(shuttle(), surveys=[survey("a", 60, 2, days_imaged=30)], draws=40, warmup=20)
    assert "calls_model.survey_coverage" not in stated.coordinates


def test_every_voyage_is_in_order_and_none_overlaps_another_of_its_ship(watched):
    table = watched.voyages.to_pylist()
    assert [r["draw"] for r in table] == sorted(r["draw"] for r in table)
    by_ship = {}
    for row in table:
        times = [row[c] for c in ("arrival", "departure", "destination_arrival", "destination_departure")]
        known = [t for t in times if t is not None]
        assert known == sorted(known)
        assert (row["destination_id"] is None) == (row["destination_arrival"] is None)
        assert row["departure"] is None or row["departure"] > at(0)
        assert row["arrival"] < at(60)
        by_ship.setdefault((row["draw"], row["vessel_id"]), []).append(row)
    for rows in by_ship.values():
        rows.sort(key=lambda r: r["arrival"])
        for a, b in pairwise(rows):
            assert max(t for t in (a["departure"], a["destination_departure"]) if t is not None) <= b["arrival"]


def test_every_sighting_of_the_line_stands_in_the_ledger_and_is_respected(watched):
    rows = watched.ledger.to_pylist()
    where = {reading: r for r in rows for reading in r["readings"]}
    assert {"sightings/S1", "sightings/S2", "sightings/S3", "sightings/S5", "calls/K1"} <= set(where)
    for reading, day in (
        ("sightings/S1", 3 + 2 / 24),
        ("sightings/S3", 24 + 2 / 24),
        ("sightings/S5", 40.3),
        ("calls/K1", 50),
    ):
        row = where[reading]
        assert row["arrival_latest"] <= at(day) <= row["departure_earliest"]
    assert dict(where["sightings/S5"]["vessel_weights"])["tern"] > 0.9
    assert where["sightings/S4"] is where["sightings/S1"]  # the ship at the destination is the one that left before
    assert where["calls/K1"]["arrival_earliest"] > at(47.9)
    for row in rows:
        assert 0 < row["probability"] <= 1
        assert row["arrival_earliest"] <= row["arrival_latest"]
        if row["departure_latest"] is not None:
            assert row["departure_earliest"] <= row["departure_latest"]


def test_coverage_counts_days_of_the_origin_only(watched):
    days = {r["day"]: (r["state"], r["ship"]) for r in watched.coverage.to_pylist()}
    assert len(days) == 21
    assert days[at(3).date()] == ("clear", True)
    assert days[at(6).date()] == ("clear", False)
    assert days[at(31).date()] == ("obscured", False)
    assert at(8).date() not in days


@pytest.mark.parametrize("rows", [{"looks": daily(range(0, 60, 4)), "surveys": [survey("a", 60, 6)]}, {}])
def test_the_same_seed_gives_the_same_tables_and_another_one_close_ones(rows):
    first, again = fit(shuttle(), **rows), fit(shuttle(), **rows)
    other = fit(shuttle(), seed=99, **rows)
    for name in ("voyages", "ledger", "survey_checks", "coverage"):
        assert getattr(first, name).equals(getattr(again, name))
    assert first.diagnostics == again.diagnostics
    assert all((first.coordinates[k] == again.coordinates[k]).all() for k in first.coordinates)
    assert not first.voyages.equals(other.voyages)
    error = np.hypot(*(calls(p).std() / np.sqrt(max(p.diagnostics["ess"] / 4, 30)) for p in (first, other)))
    assert abs(calls(first).mean() - calls(other).mean()) < 4 * error


def test_the_order_of_rows_does_not_matter():
    rows = daily(range(0, 60, 4))
    assert fit(shuttle(), looks=rows, draws=80).voyages.equals(fit(shuttle(), looks=rows[::-1], draws=80).voyages)


def test_draws_that_do_not_divide_by_the_chains_are_all_there():
    posterior = fit(shuttle(), draws=50, warmup=20, chains=4)
    assert set(posterior.voyages["draw"].to_pylist()) <= set(range(50))
    assert {z.shape for z in posterior.coordinates.values()} == {(50,)}


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"vessels": ()}, "no vessel"),
        ({"legs": ()}, "no leg"),
        ({"legs": (Leg("amber", "dun"), Leg("cobalt", "dun"))}, "one origin"),
        ({"vessels": (Vessel("u", "unidentified", count=20_000),)}, "more than the call model can hold"),
    ],
)
def test_a_case_that_cannot_be_answered_is_refused(changes, match):
    with pytest.raises(ModelError, match=match) as caught:
        fit(shuttle(**changes))
    assert caught.value.hint
