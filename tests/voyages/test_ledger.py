"""Posterior paths read as voyages and as one ledger, against a slow reading step by step."""

import itertools

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuttle import at, shuttle
from tidewaiter.voyages.fleet import ORIGIN, Anchor
from tidewaiter.voyages.grid import make_grid
from tidewaiter.voyages.ledger import build_ledger, read_stays, times, voyage_draws
from tidewaiter.voyages.observations import make_fleet

AFTER = {0: (0, 1), 1: (1, 3, 5), 2: (2, 0, 1), 3: (3, 4), 4: (4, 2), 5: (5, 6), 6: (6, 2)}
CASE = shuttle(40)
FLEET, GRID = make_fleet(CASE), make_grid(CASE.window, 12.0)


@st.composite
def path_sets(draw):
    draws, hulls, steps = (draw(st.integers(1, n)) for n in (4, 3, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    keep = draw(st.floats(0.1, 0.9))
    paths = np.zeros((draws, hulls, steps), np.int8)
    for lane in paths.reshape(-1, steps):
        state = int(rng.integers(0, 2))
        for k in range(steps):
            lane[k] = state
            others = [s for s in AFTER[state] if s != state]
            if rng.random() > keep:
                state = int(rng.choice(others))
    return paths


def slowly(paths):
    """(draw, hull, first, last, destination phase, first, last) of every stay at the origin."""
    for draw, hulls in enumerate(paths):
        for hull, path in enumerate(hulls):
            runs = [
                (phase, list(run))
                for phase, run in itertools.groupby(range(len(path)), key=lambda k, p=path: int(p[k]))
            ]
            for i, (phase, run) in enumerate(runs):
                if phase != ORIGIN:
                    continue
                then = (0, -1, -1)
                for later, steps in runs[i + 1 :]:
                    if later == ORIGIN:
                        break
                    if later in (4, 6):
                        then = (later, steps[0], steps[-1])
                        break
                yield (draw, hull, run[0], run[-1], *then)


@settings(max_examples=150, deadline=None)
@given(path_sets())
def test_stays_are_what_a_reading_step_by_step_finds(paths):
    stays = read_stays(paths, np.random.default_rng(0))
    columns = (stays.draw, stays.hull, stays.first, stays.last, stays.d_phase, stays.d_first, stays.d_last)
    rows = list(zip(*(c.tolist() for c in columns), strict=True))
    assert sorted(rows) == sorted(slowly(paths))
    assert [(r[0], r[2]) for r in rows] == sorted((r[0], r[2]) for r in rows)


@settings(max_examples=100, deadline=None)
@given(path_sets())
def test_exact_ends_are_in_order_and_inside_their_steps(paths):
    stays = read_stays(paths, np.random.default_rng(1))
    last = paths.shape[2] - 1
    for (arrival, departure, reached, left), k, end, d, d_end in zip(
        stays.exact, stays.first, stays.last, stays.d_first, stays.d_last, strict=True
    ):
        assert k - 0.5 <= arrival <= k + 0.5
        assert np.isnan(departure) == (end == last)
        assert np.isnan(reached) == (d < 0)
        assert np.isnan(left) == (d < 0 or d_end == last)
        known = [x for x in (arrival, departure, reached, left) if not np.isnan(x)]
        assert known == sorted(known)


def test_times_on_the_grid_round_trip_and_unknown_stays_unknown():
    column = times(GRID, np.array([GRID.fraction(at(3, 7)), np.nan, -1.5]))
    assert column.to_pylist() == [at(3, 7), None, GRID.start - 1.5 * GRID.step]


def paths_with(*stays, draws=100):
    """Paths in which hull v stays over days ``[a, b)`` in a share of the draws, for each (v, a, b, share)."""
    paths = np.zeros((draws, 2, GRID.steps), np.int8)
    for v, a, b, share in stays:
        paths[: round(share * draws), v, GRID.index(at(a)) : GRID.index(at(b))] = ORIGIN
    return paths


def ledger(paths, *anchors):
    stays = read_stays(paths, np.random.default_rng(2))
    return build_ledger(FLEET, GRID, stays, anchors, len(paths))[0].to_pylist()


def seen_at(reading, day, until=None):
    until = day if until is None else until
    return Anchor(reading, "amber", ORIGIN, GRID.index(at(day)), GRID.index(at(until)), at(day), at(until))


def test_a_call_that_ended_before_the_window_is_not_of_the_window():
    paths = paths_with((0, -8, -5, 1.0), (1, -2, 2, 1.0))
    stays = read_stays(paths, np.random.default_rng(0))
    drawn = voyage_draws(FLEET, GRID, stays, np.zeros(len(stays.draw), np.bool_))
    assert set(drawn["vessel_id"].to_pylist()) == {"tern"}
    (row,) = ledger(paths)
    assert dict(row["vessel_weights"]) == {"tern": 1.0}


def test_an_unseen_call_gets_a_row_when_it_is_more_likely_than_not():
    rows = ledger(paths_with((0, 5, 8, 1.0), (1, 20, 22, 0.6), (0, 30, 33, 0.4)))
    assert [(r["probability"], r["basis"], r["readings"]) for r in rows] == [
        (1.0, "inferred", []),
        (0.6, "inferred", []),
    ]
    assert [r["call_id"] for r in rows] == ["call-001", "call-002"]


def test_readings_of_one_stay_are_one_call_and_those_of_two_are_two():
    paths = paths_with((0, 5, 9, 1.0), (1, 20, 24, 1.0))
    rows = ledger(paths, seen_at("sightings/S1", 6), seen_at("sightings/S2", 8), seen_at("calls/K1", 21, 23))
    assert [(r["basis"], r["readings"]) for r in rows] == [
        ("seen", ["sightings/S1", "sightings/S2"]),
        ("seen", ["calls/K1"]),
    ]


def test_a_voyage_that_a_reading_shows_is_seen_and_the_others_are_not():
    stays = read_stays(paths_with((0, 5, 9, 1.0), (1, 20, 24, 0.6), (0, 30, 33, 1.0)), np.random.default_rng(2))
    _, shown = build_ledger(FLEET, GRID, stays, [seen_at("sightings/S1", 6), seen_at("calls/K1", 21, 23)], 100)
    drawn = voyage_draws(FLEET, GRID, stays, shown)
    assert drawn["detection_id"].null_count == drawn.num_rows
    seen = {True: [], False: []}
    for row in drawn.to_pylist():
        seen[row["seen"]].append(row["arrival"])
    assert len(seen[True]) == 160
    assert all(t < at(25) for t in seen[True])
    assert len(seen[False]) == 100
    assert all(t > at(25) for t in seen[False])


def test_a_named_ship_is_not_taken_for_another_that_lay_there_too():
    paths = paths_with((0, 4, 9, 1.0), (1, 5, 9, 1.0))
    tern = msgspec.structs.replace(seen_at("sightings/S1", 6), vessels=frozenset({"tern"}))
    seen, other = sorted(ledger(paths, tern), key=lambda r: r["basis"], reverse=True)
    assert (dict(seen["vessel_weights"]), seen["readings"]) == ({"tern": 1.0}, ["sightings/S1"])
    assert (dict(other["vessel_weights"]), other["basis"]) == ({"heron": 1.0}, "inferred")


def test_the_identity_of_a_call_is_the_share_of_draws():
    paths = paths_with((0, 5, 9, 0.7))
    paths[70:, 1, GRID.index(at(5)) : GRID.index(at(9))] = ORIGIN
    (row,) = ledger(paths, seen_at("sightings/S1", 6))
    assert dict(row["vessel_weights"]) == pytest.approx({"heron": 0.7, "tern": 0.3})
    assert row["probability"] == 1.0


def test_a_ship_that_was_seen_had_arrived_and_had_not_left():
    """The step is coarser than the sighting, so the ends over the draws alone would contradict it."""
    k = GRID.index(at(10))
    paths = np.zeros((100, 2, GRID.steps), np.int8)
    paths[:, 0, k] = ORIGIN
    (row,) = ledger(paths, seen_at("sightings/S1", 10.01, 10.49))
    assert row["arrival_earliest"] <= row["arrival_latest"] <= at(10.01)
    assert at(10.49) <= row["departure_earliest"] <= row["departure_latest"]


def test_a_ship_that_lies_there_at_the_close_has_no_latest_departure():
    (row,) = ledger(paths_with((0, 35, 41, 1.0)))
    assert row["departure_latest"] is None
    assert row["arrival_latest"] is not None


@settings(max_examples=40, deadline=None)
@given(path_sets(), st.integers(0, 2**32 - 1))
def test_every_row_of_the_ledger_is_in_order(paths, seed):
    rng = np.random.default_rng(seed)
    long = np.zeros((len(paths), 2, GRID.steps), np.int8)
    offset = int(rng.integers(0, GRID.steps - paths.shape[2]))
    long[:, : min(2, paths.shape[1]), offset : offset + paths.shape[2]] = paths[:, :2]
    anchors = []
    for k in rng.integers(40, GRID.steps, 3):  # lead-in: 40 steps
        if (long[:, :, k] == ORIGIN).any():
            t = GRID.start + (int(k) + float(rng.random())) * GRID.step
            anchors.append(Anchor(f"sightings/S{k}", "amber", ORIGIN, int(k), int(k), t, t))
    rows = ledger(long, *anchors)
    assert sum(r["probability"] for r in rows) <= (long == ORIGIN).any(axis=2).sum() + len(rows)
    for row in rows:
        assert 0 < row["probability"] <= 1
        assert row["arrival_earliest"] <= row["arrival_latest"]
        assert (row["basis"] == "seen") == bool(row["readings"])
        assert sum(dict(row["vessel_weights"]).values()) == pytest.approx(1, abs=0.02)
        if row["departure_earliest"] is not None:
            assert row["arrival_earliest"] <= row["departure_earliest"]
            if row["departure_latest"] is not None:
                assert row["departure_earliest"] <= row["departure_latest"]
                assert row["arrival_latest"] <= row["departure_latest"]
        for anchor in anchors:
            if anchor.reading in row["readings"]:
                assert row["arrival_latest"] <= anchor.t_first
                assert row["departure_earliest"] is None or row["departure_earliest"] >= anchor.t_last
