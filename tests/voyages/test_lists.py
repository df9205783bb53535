"""Voyages from detection lists, against answers that can be added up: known chances, a grid, and each history by hand."""

import math
from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shuttle import START, at, daily, look, readings, shuttle
from tidewaiter.errors import ModelError
from tidewaiter.inference import law, share_law
from tidewaiter.model import DetectionList, Leg, ListModel, Quantiles
from tidewaiter.model.tables import FROM_LISTS, INFERRED_CALLS, VOYAGE_DRAWS
from tidewaiter.voyages import fit_calls
from tidewaiter.voyages.lists import (
    MONTH_DAYS,
    draw_voyages,
    fit_lists,
    list_coordinates,
    list_ledger,
    lists_as_surveys,
    read_lists,
)

DAYS = 61  # March and April


def sure(value):
    return Quantiles(value, value, value)


def lists(*seen):
    return tuple(
        DetectionList(i, f"list {i}", q if isinstance(q, Quantiles) else sure(q))
        for i, q in zip("abcd", seen, strict=False)
    )


KNOWN = ListModel(rate_per_month=sure(20.0), monthly_change=sure(1e-9), dark_share=sure(0.3), dark_visibility=sure(0.2))
"""Every rate and every chance is known, so what nobody saw has a Poisson law that can be written down."""


def world(*seen, days=DAYS, model=KNOWN, **more):
    return shuttle(days, vessels=(), legs=(Leg("amber", "cobalt"),), lists=lists(*seen), list_model=model, **more)


def detection(n, day, *by, until=None):
    return {
        "detection_id": f"D{n}",
        "t_start": at(day),
        "t_end": at(day + 1 if until is None else until),
        "lists": list(by),
    }


def exposure(name, since, until, looks):
    return {"list_id": name, "t_start": at(since), "t_end": at(until), "looks": float(looks)}


def read(case, detections=(), exposures=()):
    return read_lists(case, readings(detections=detections, exposures=exposures))


def fit(case, detections=(), exposures=(), particles=1000, seed=1):
    evidence, _ = read(case, detections, exposures)
    return evidence, fit_lists(case, evidence, np.random.default_rng(seed), particles=particles)


def histories(n):
    """Who saw a voyage, as the bits of the rows of `ListEvidence.seen`: nobody first."""
    return [tuple(h >> j & 1 for j in range(n)) for h in range(2**n)]


def history_chance(history, seen, looks, model=KNOWN):
    """Chance of a history written out: both classes of voyages, every list. Arrays of chances give arrays."""
    out = 0.0
    for part, visible in ((1 - model.dark_share.p50, 1.0), (model.dark_share.p50, model.dark_visibility.p50)):
        chance = part
        for hit, p, x in zip(history, seen, looks, strict=True):
            miss = (1 - p) ** (x * visible)
            chance = chance * ((1 - miss) if hit else miss)
        out = out + chance
    return out


def missed(seen, looks, model=KNOWN):
    """Chance that nobody sees a voyage."""
    return history_chance((0,) * len(seen), seen, looks, model)


# --- reading


def test_detections_are_sorted_by_month_and_by_who_saw_them():
    case = world(0.5, 0.4)
    told = [detection(1, 3, "a"), detection(2, 4, "a", "b"), detection(3, 40, "b"), detection(4, 50, "b")]
    evidence, _ = read(case, told)
    assert evidence.months == (START, at(31), at(61))
    assert evidence.weight == pytest.approx([31 / MONTH_DAYS, 30 / MONTH_DAYS])
    assert evidence.seen.tolist() == [[0, 0], [1, 0], [0, 2], [1, 0]]
    assert evidence.ids == ("D1", "D2", "D3", "D4")


def test_a_detection_over_two_months_counts_where_its_middle_is():
    evidence, _ = read(world(0.5), [detection(1, 20, "a", until=38), detection(2, 20, "a", until=50)])
    assert evidence.seen[1].tolist() == [1, 1]


def test_what_lies_outside_the_window_is_said_and_left_out():
    evidence, notices = read(world(0.5), [detection(1, -9, "a"), detection(2, 70, "a"), detection(3, -3, "a", until=2)])
    assert evidence.ids == ("D3",)
    assert [s for s, m in notices if "outside" in m] == ["detections/D1", "detections/D2"]
    assert evidence.start[0] == int(START.timestamp() * 1e6)  # cut to the window


def test_looks_are_relative_to_their_mean_and_months_to_their_length():
    case = world(0.5, 0.4)
    evidence, _ = read(case, exposures=[exposure("a", 0, 31, 31), exposure("a", 31, 61, 90)])
    assert evidence.exposure[0] == pytest.approx([0.5, 1.5])
    assert evidence.exposure[1] == pytest.approx([1.0, 1.0])  # states none


def test_looks_over_several_months_are_spread_evenly():
    evidence, _ = read(world(0.5), exposures=[exposure("a", 0, 61, 610)])
    assert evidence.exposure[0] == pytest.approx([1.0, 1.0])
    half, _ = read(world(0.5), exposures=[exposure("a", -61, 61, 1220), exposure("a", 31, 61, 300)])
    assert half.exposure[0] == pytest.approx([2 / 3, 4 / 3])


def test_looks_of_nobody_and_of_other_times_play_no_part():
    evidence, _ = read(world(0.5), exposures=[exposure("z", 0, 31, 5), exposure("a", 100, 130, 5)])
    assert evidence.exposure[0] == pytest.approx([1.0, 1.0])


def test_no_look_at_all_is_no_chance_to_see():
    evidence, _ = read(world(0.5), exposures=[exposure("a", 0, 61, 0)])
    assert evidence.exposure[0].tolist() == [0.0, 0.0]


def test_a_list_that_saw_something_in_a_month_without_looks_is_given_a_few():
    case = world(0.5, 0.4)
    told, looks = [detection(1, 40, "a", "b")], [exposure("a", 0, 31, 9), exposure("a", 31, 61, 0)]
    evidence, notices = read(case, told, looks)
    assert evidence.exposure[0][0] > 1
    assert 0 < evidence.exposure[0][1] < 0.1
    assert [s for s, m in notices if "no looks" in m] == ["lists.a"]
    _, posterior = fit(case, told, looks)
    assert np.isfinite(posterior.rate).all()


def test_detections_need_a_declared_list():
    with pytest.raises(ModelError, match="no list is declared"):
        read(shuttle(DAYS), [detection(1, 3, "a")])


@pytest.mark.parametrize(
    ("seen", "told", "word"),
    [
        ((0.5, 0.4), [], "assumptions alone"),
        ((0.5,), [detection(1, 3, "a")], "one list alone"),
        ((0.5, 0.4), [detection(1, 3, "a"), detection(2, 4, "b")], "no voyage was seen by two lists"),
    ],
)
def test_what_the_lists_cannot_tell_is_said(seen, told, word):
    _, notices = read(world(*seen), told)
    assert [s for s, m in notices if word in m] == ["lists"]
    assert not any(c.isdigit() for _, m in notices for c in m)


def test_lists_that_overlap_need_no_warning():
    assert read(world(0.5, 0.4), [detection(1, 3, "a", "b"), detection(2, 9, "a")])[1] == []


# --- where everything is known


@pytest.mark.parametrize("seen", [(0.6,), (0.6, 0.3), (0.6, 0.3, 0.45)])
def test_with_known_chances_the_chance_of_being_missed_is_exact(seen):
    told = [detection(1, 3, "a")]
    looks = [exposure("a", 0, 31, 31), exposure("a", 31, 61, 90)]
    evidence, posterior = fit(world(*seen), told, looks, particles=20)
    for month in (0, 1):
        expected = missed(seen, [evidence.exposure[j][month] for j in range(len(seen))])
        assert posterior.nobody[:, month] == pytest.approx(np.full(20, expected))
    assert posterior.rate == pytest.approx(np.tile(20 * evidence.weight, (20, 1)), rel=1e-6)


@settings(max_examples=25)
@given(st.lists(st.floats(0.02, 0.98), min_size=1, max_size=4), st.floats(0.02, 0.98), st.floats(0.01, 0.99))
def test_every_voyage_is_seen_by_somebody_or_by_nobody(seen, dark, dim):
    """Of a known number of voyages, those of every history and those that nobody saw are all there are."""
    model = msgspec.structs.replace(KNOWN, dark_share=sure(dark), dark_visibility=sure(dim))
    looks = [exposure("a", 0, 31, 1), exposure("a", 31, 61, 4)]
    evidence, posterior = fit(world(*seen, model=model), (), looks, particles=2)
    for month in (0, 1):
        chances = [history_chance(h, seen, evidence.exposure[:, month], model) for h in histories(len(seen))]
        assert sum(chances) == pytest.approx(1.0)
        assert posterior.nobody[0, month] == pytest.approx(chances[0], rel=1e-9)


def test_what_nobody_saw_is_a_poisson_number():
    case = world(0.6, 0.3)
    told = [detection(n, 1 + n, "a") for n in range(9)] + [detection(20, 40, "a", "b")]
    evidence, posterior = fit(case, told)
    draws = 8000
    voyages, _ = draw_voyages(case, evidence, posterior, draws, np.random.default_rng(2))
    total = np.bincount(voyages["draw"].to_numpy(), minlength=draws)
    unseen = total - len(told)
    expected = 20 * evidence.weight.sum() * missed((0.6, 0.3), (1, 1))
    assert unseen.min() >= 0
    assert unseen.mean() == pytest.approx(expected, rel=0.03)
    assert unseen.var() == pytest.approx(expected, rel=0.06)
    for k in range(int(expected) - 4, int(expected) + 5):
        assert np.mean(unseen == k) == pytest.approx(stats.poisson.pmf(k, expected), abs=0.02)


def test_a_month_in_which_nobody_looked_has_all_its_voyages_unseen():
    case = world(0.6)
    evidence, posterior = fit(case, [], [exposure("a", 0, 31, 5), exposure("a", 31, 61, 0)])
    assert posterior.nobody[:, 1] == pytest.approx(np.ones(1000))
    voyages, _ = draw_voyages(case, evidence, posterior, 4000, np.random.default_rng(3))
    april = np.array([t >= at(31) for t in voyages["arrival"].to_pylist()])
    assert april.sum() / 4000 == pytest.approx(20 * evidence.weight[1], rel=0.02)


# --- where something is learnt


def grid_answer(case, evidence, nodes):
    """Mean rates, chance of being missed and unseen voyages of two months, added up over a grid of what is unknown."""
    model = case.list_model
    chances = [share_law(one.seen) for one in case.lists]
    axes = [np.linspace(-4.5, 4.5, nodes)] * (2 + len(chances))
    z = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    first = law(model.rate_per_month).log_at(z[:, 0])
    step = law(model.monthly_change).at(np.zeros(1)) * z[:, 1]
    rate = np.exp(np.stack([first, first + step], axis=1)) * evidence.weight
    seen = [c.at(z[:, 2 + j]) for j, c in enumerate(chances)]
    log, nobody = -0.5 * (z**2).sum(axis=1), np.empty((len(z), 2))
    for month in (0, 1):
        for row, history in enumerate(histories(len(seen))):
            chance = history_chance(history, seen, evidence.exposure[:, month], model)
            if row:
                log += stats.poisson.logpmf(evidence.seen[row][month], rate[:, month] * chance)
            else:
                nobody[:, month] = chance
    w = np.exp(log - log.max())
    w /= w.sum()
    unseen = (rate * nobody).sum(axis=1)
    mean = w @ unseen
    return w @ rate, w @ nobody, mean, math.sqrt(w @ (unseen - mean) ** 2)


OPEN = ListModel(
    rate_per_month=Quantiles(4.0, 10.0, 25.0),
    monthly_change=sure(0.4),
    dark_share=sure(0.3),
    dark_visibility=sure(0.2),
)


@pytest.mark.parametrize(
    ("seen", "counts"),
    [
        ((0.6,), {"a": (7, 15)}),
        ((Quantiles(0.2, 0.5, 0.8),), {"a": (7, 2)}),
        ((Quantiles(0.2, 0.5, 0.8), Quantiles(0.3, 0.6, 0.9)), {"a": (4, 3), "b": (5, 1), "ab": (6, 4)}),
        ((Quantiles(0.2, 0.5, 0.8), Quantiles(0.3, 0.6, 0.9)), {}),
    ],
    ids=["one list known", "one list", "two lists", "nothing seen"],
)
def test_what_is_learnt_is_what_a_grid_says(seen, counts):
    case = world(*seen, model=OPEN)
    told, n = [], 0
    for who, months in counts.items():
        for month, k in enumerate(months):
            for _ in range(k):
                n += 1
                told.append(detection(n, 5 + 31 * month, *who))
    looks = [exposure("a", 0, 31, 31 * 2), exposure("a", 31, 61, 30)]
    evidence, posterior = fit(case, told, looks, particles=3000)
    rate, nobody, mean, spread = grid_answer(case, evidence, nodes=71 if len(seen) == 1 else 25)
    assert posterior.rate.mean(axis=0) == pytest.approx(rate, rel=0.06)
    assert posterior.nobody.mean(axis=0) == pytest.approx(nobody, abs=0.02)
    unseen = (posterior.rate * posterior.nobody).sum(axis=1)
    assert unseen.mean() == pytest.approx(mean, rel=0.07)
    assert unseen.std() == pytest.approx(spread, rel=0.15)


def test_lists_that_share_more_leave_less_unseen_and_less_doubt():
    wide = Quantiles(0.1, 0.5, 0.9)
    case = world(wide, wide, model=OPEN)
    apart = [detection(n, n, "a" if n % 2 else "b") for n in range(24)]
    shared = [detection(n, n, "a", "b") if n % 3 else detection(n, n, "a") for n in range(24)]
    unseen = {}
    for name, told in (("apart", apart), ("shared", shared)):
        _, posterior = fit(case, told)
        unseen[name] = (posterior.rate * posterior.nobody).sum(axis=1)
    assert np.median(unseen["shared"]) < 0.6 * np.median(unseen["apart"])
    assert np.std(unseen["shared"]) < np.std(unseen["apart"])


def test_nothing_seen_leaves_the_prior_of_the_chances_and_lowers_the_rate():
    wide = Quantiles(0.2, 0.5, 0.8)
    _, posterior = fit(world(wide, wide, model=OPEN), particles=3000)
    assert np.median(posterior.rate[:, 0]) < 5.0


def test_a_declared_total_draws_the_rate_there():
    total = msgspec.structs.replace(OPEN, total=Quantiles(90, 100, 111))
    _, posterior = fit(world(Quantiles(0.02, 0.1, 0.4), model=total), particles=2000)
    _, without = fit(world(Quantiles(0.02, 0.1, 0.4), model=OPEN), particles=2000)
    assert np.median(posterior.rate.sum(axis=1)) > 2.5 * np.median(without.rate.sum(axis=1))


def test_coordinates_are_those_of_the_priors():
    case = world(Quantiles(0.2, 0.5, 0.8), Quantiles(0.3, 0.6, 0.9), model=OPEN)
    evidence, posterior = fit(case, [detection(1, 3, "a"), detection(2, 3, "a", "b")])
    found = list_coordinates(case, posterior)
    assert set(found) == {
        "lists_model.rate_per_month",
        "lists_model.monthly_change",
        "lists.a.seen",
        "lists.b.seen",
        "lists_model.dark_share",
        "lists_model.dark_visibility",
    }
    first = law(OPEN.rate_per_month).at(found["lists_model.rate_per_month"]) * evidence.weight[0]
    assert posterior.rate[:, 0] == pytest.approx(first)
    a, b = (share_law(one.seen).at(found[f"lists.{one.id}.seen"]) for one in case.lists)
    assert posterior.nobody[:, 0] == pytest.approx(0.7 * (1 - a) * (1 - b) + 0.3 * ((1 - a) * (1 - b)) ** 0.2)


@pytest.mark.parametrize(
    "model",
    [
        ListModel(dark_share=sure(0.0), dark_visibility=sure(0.0)),
        ListModel(dark_share=sure(1.0), dark_visibility=sure(0.0)),
        ListModel(dark_visibility=sure(1.0)),
        ListModel(rate_per_month=sure(1e-6)),
        ListModel(monthly_change=Quantiles(0.1, 1.0, 10.0)),
        ListModel(total=sure(50.0)),
    ],
)
@pytest.mark.parametrize("seen", [0.0, 1.0, Quantiles(0.001, 0.5, 0.999)])
def test_extreme_assumptions_give_finite_numbers(model, seen):
    case = world(seen, 0.5, model=model)
    evidence, posterior = fit(
        case, [detection(1, 3, "a"), detection(2, 3, "a", "b"), detection(3, 50, "b")], particles=60
    )
    assert np.isfinite(posterior.rate).all()
    assert ((posterior.nobody >= 0) & (posterior.nobody <= 1)).all()
    voyages, _ = draw_voyages(case, evidence, posterior, 30, np.random.default_rng(1))
    assert voyages.num_rows >= 90


# --- drawing


CASE = world(Quantiles(0.3, 0.6, 0.8), Quantiles(0.2, 0.5, 0.7), model=ListModel())
TOLD = [detection(n, 3 * n, "a", "b") if n % 2 else detection(n, 3 * n, "b", until=3 * n + 4) for n in range(12)]


@pytest.fixture(scope="module")
def drawn():
    return fit_calls(CASE, readings(detections=TOLD), draws=200)


def test_every_draw_holds_every_detection_once(drawn):
    rows = drawn.voyages.to_pylist()
    assert drawn.voyages.schema == VOYAGE_DRAWS
    assert [r["draw"] for r in rows] == sorted(r["draw"] for r in rows)
    for draw in range(200):
        mine = [r for r in rows if r["draw"] == draw]
        assert sorted(r["detection_id"] for r in mine if r["seen"]) == sorted(d["detection_id"] for d in TOLD)
        assert all(r["detection_id"] is None for r in mine if not r["seen"])


def test_a_seen_voyage_lies_in_its_span_and_any_in_the_window(drawn):
    spans = {d["detection_id"]: (d["t_start"], d["t_end"]) for d in TOLD}
    for r in drawn.voyages.to_pylist():
        low, high = spans.get(r["detection_id"], (CASE.window.start, CASE.window.end))
        assert low <= r["arrival"] < high
        assert r["arrival"] == r["departure"] == r["destination_arrival"]
        assert (r["origin_id"], r["destination_id"], r["vessel_id"]) == ("amber", "cobalt", None)


def test_the_answer_says_what_it_rests_on(drawn):
    assert drawn.method == "voyages.lists/1"
    assert set(drawn.readings) == {f"detections/{d['detection_id']}" for d in TOLD}
    assert drawn.ledger.schema == INFERRED_CALLS
    assert drawn.ledger.num_rows == len(TOLD)
    assert set(drawn.ledger["basis"].to_pylist()) == {"seen"}
    assert {len(z) for z in drawn.coordinates.values()} == {200}
    assert drawn.survey_checks.num_rows == drawn.coverage.num_rows == 0


def test_the_same_seed_gives_the_same_voyages_and_another_others(drawn):
    tables = readings(detections=TOLD)
    assert fit_calls(CASE, tables, draws=200).voyages.equals(drawn.voyages)
    assert not fit_calls(CASE, tables, draws=200, seed=99).voyages.equals(drawn.voyages)


def test_the_order_of_the_rows_changes_nothing_of_substance(drawn):
    turned = fit_calls(CASE, readings(detections=TOLD[::-1]), draws=200)
    assert turned.voyages.num_rows == pytest.approx(drawn.voyages.num_rows, rel=0.02)


def test_more_draws_than_particles_and_fewer_are_both_fine():
    evidence, posterior = fit(CASE, TOLD, particles=50)
    for draws in (1, 49, 130):
        voyages, particle = draw_voyages(CASE, evidence, posterior, draws, np.random.default_rng(1))
        assert len(particle) == draws
        assert np.bincount(particle, minlength=50).max() <= -(-draws // 50)
        assert set(voyages["draw"].to_pylist()) == set(range(draws))


def test_several_destinations_are_left_open():
    case = msgspec.structs.replace(CASE, legs=(Leg("amber", "cobalt"), Leg("amber", "dun")))
    voyages = fit_calls(case, readings(detections=TOLD), draws=5).voyages
    assert voyages["destination_id"].null_count == voyages.num_rows
    assert set(voyages["origin_id"].to_pylist()) == {"amber"}


def test_a_rail_leg_that_is_not_measured_leaves_the_destination_sure():
    case = msgspec.structs.replace(CASE, legs=(*CASE.legs, Leg("amber", "dun", mode="rail", measured=False)))
    assert set(fit_calls(case, readings(detections=TOLD), draws=5).voyages["destination_id"].to_pylist()) == {"cobalt"}


def test_nothing_seen_is_a_prior_with_a_notice():
    found = fit_calls(CASE, readings(), draws=100)
    assert not any(found.voyages["seen"].to_pylist())
    assert found.voyages.num_rows > 0
    assert "assumptions alone" in " ".join(m for _, m in found.notices)
    assert found.ledger.num_rows == 0


def test_a_window_of_a_day_and_one_that_begins_in_the_middle_of_a_month():
    for since, until in ((0, 1), (10, 45), (30, 31)):
        window = msgspec.structs.replace(CASE.window, start=at(since), end=at(until))
        case = msgspec.structs.replace(CASE, window=window)
        evidence, posterior = fit(case, [detection(1, since, "a")], particles=50)
        assert evidence.weight.sum() == pytest.approx((until - since) / MONTH_DAYS)
        assert (evidence.weight > 0).all()
        assert np.isfinite(posterior.rate).all()


# --- lists beside dated looks


def test_lists_speak_as_counts_a_month():
    evidence, posterior = fit(CASE, TOLD)
    rows = lists_as_surveys(CASE, evidence, posterior, "amber")
    assert [r["survey_id"] for r in rows] == [f"{FROM_LISTS}2031-03", f"{FROM_LISTS}2031-04"]
    assert [r["calls_low"] for r in rows] == evidence.seen[1:].sum(axis=0).tolist()
    assert sum(r["calls_low"] for r in rows) == len(TOLD)
    for r, (a, b) in zip(rows, pairwise(evidence.months), strict=True):
        assert (r["t_start"], r["t_end"]) == (a, b)
        assert 0 < r["coverage_low"] < r["coverage_high"] < 1


def test_the_share_of_days_gives_back_the_chance_of_a_voyage():
    """A stay of k days is noticed with 1 - (1 - share)^k."""
    case = world(0.6, 0.3)
    evidence, posterior = fit(case, [detection(1, 3, "a")], particles=20)
    (row, _) = lists_as_surveys(case, evidence, posterior, "amber")
    stay = case.call_model.origin_stay_days.p50
    assert 1 - (1 - row["coverage_low"]) ** stay == pytest.approx(1 - missed((0.6, 0.3), (1, 1)), rel=1e-3)


def test_a_month_in_which_nobody_looked_is_no_count():
    evidence, posterior = fit(world(0.6), [], [exposure("a", 0, 31, 5), exposure("a", 31, 61, 0)])
    assert [r["survey_id"] for r in lists_as_surveys(CASE, evidence, posterior, "amber")] == ["lists-2031-03"]


def test_with_vessels_the_lists_join_the_looks():
    case = shuttle(DAYS, lists=lists(Quantiles(0.3, 0.6, 0.8), Quantiles(0.2, 0.5, 0.7)))
    tables = readings(detections=TOLD, looks=[*daily(range(0, 60, 6)), look("x", 3.2, "obscured")])
    found = fit_calls(case, tables, draws=60, warmup=60, efforts=(1,))
    checks = {r["survey_id"]: r for r in found.survey_checks.to_pylist()}
    assert set(checks) == {"lists-2031-03", "lists-2031-04"}
    assert sum(r["counted_low"] for r in checks.values()) == len(TOLD)
    assert found.method == "voyages.hsmm/1"
    assert {f"detections/{d['detection_id']}" for d in TOLD} <= set(found.readings)
    assert not any(r.startswith("surveys/lists") for r in found.readings)
    assert found.voyages["vessel_id"].null_count == 0
    without = fit_calls(case, readings(looks=tables["looks"].to_pylist()), draws=60, warmup=60, efforts=(1,))
    assert without.voyages.num_rows < found.voyages.num_rows


def test_a_ledger_lists_the_detections_in_order_of_time():
    evidence, _ = read(CASE, TOLD[::-1])
    ledger = list_ledger(CASE, evidence).to_pylist()
    assert [r["arrival_earliest"] for r in ledger] == sorted(d["t_start"] for d in TOLD)
    assert [r["call_id"] for r in ledger] == [f"call-{n:03d}" for n in range(1, 13)]
    assert ledger[0]["readings"] == ["detections/D0"]
