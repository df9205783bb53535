"""Published counts: which take part, as what, and with what weight."""

import numpy as np
import pytest

from shuttle import at, readings, shuttle, survey
from tidewaiter.voyages import kernel
from tidewaiter.voyages.grid import make_grid
from tidewaiter.voyages.observations import make_fleet
from tidewaiter.voyages.surveys import check_surveys, read_surveys

CASE = shuttle(120)
FLEET = make_fleet(CASE)
GRID = make_grid(CASE.window, CASE.call_model.step_h)


def read(*rows):
    surveys, notices = read_surveys(CASE, FLEET, GRID, readings(surveys=rows)["surveys"])
    return {s.id: s for s in surveys}, notices


def counts(survey):
    return survey.fitted.low, survey.fitted.high


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"bound": "exact"}, (20, 20)),
        ({"bound": "at_least"}, (20, 20)),  # the team saw 20; how many there were is for the model to say
        ({"bound": "exact", "calls_high": 24}, (20, 24)),
        ({"bound": "about"}, (18, 22)),
        ({"bound": "about", "calls_high": 23}, (20, 23)),
        ({"bound": "up_to"}, (0, 20)),
        ({"bound": "exact", "calls_low": None}, (-1, -1)),
    ],
)
def test_the_wording_decides_what_was_counted(row, expected):
    surveys, _ = read(survey("a", 60, 20) | row)
    assert counts(surveys["a"]) == expected


def test_about_leaves_room_for_one_call_at_least():
    surveys, _ = read(survey("a", 60, 3, bound="about"))
    assert counts(surveys["a"]) == (2, 4)


def test_cloudy_days_are_not_usable_and_coverage_is_unknown_when_unsaid():
    surveys, _ = read(
        survey("a", 60, 9, days_imaged=40, days_obscured=10),
        survey("b", 60, 9),
        survey("c", 60, 9, coverage_low=0.3, coverage_high=0.5),
    )
    assert (surveys["a"].usable, surveys["a"].coverage[1]) == (30.0, 0.0)
    assert surveys["b"].usable is None
    assert surveys["b"].coverage[1] > surveys["c"].coverage[1] > 0
    assert 1 / (1 + np.exp(-surveys["c"].coverage[0])) == pytest.approx(0.4)


def test_a_growing_count_of_one_team_enters_as_its_increments():
    surveys, _ = read(
        survey("third", 90, 30, by="Watch"), survey("first", 40, 4, by="Watch"), survey("second", 70, 26, by="Watch")
    )
    assert [counts(surveys[s]) for s in ("first", "second", "third")] == [(4, 4), (22, 22), (4, 4)]
    assert [surveys[s].fitted.days for s in ("first", "second", "third")] == [40, 30, 20]
    steps = [set(surveys[s].fitted.instants) for s in ("first", "second", "third")]
    assert not steps[0] & steps[1]
    assert not steps[1] & steps[2]
    assert set.union(*steps) == set(read(survey("all", 90, 30))[0]["all"].fitted.instants)


@pytest.mark.parametrize(
    "other",
    [
        {"by": "Gazette"},
        {"place_id": "cobalt"},
        {"t_start": at(1)},
        {"vessels": ["tern"]},
        {"days_imaged": 60},
        {"use": "check"},
    ],
)
def test_counts_that_are_not_one_series_stay_whole(other):
    surveys, _ = read(survey("first", 40, 4, by="Watch"), survey("second", 80, 26, by="Watch") | other)
    assert counts(surveys["first"]) == (4, 4)
    assert counts(surveys["second"]) == (26, 26)


def test_teams_without_a_name_are_not_taken_for_one():
    surveys, _ = read(survey("first", 40, 4), survey("second", 80, 26))
    assert counts(surveys["second"]) == (26, 26)


def test_only_named_ships_are_counted():
    surveys, _ = read(survey("a", 60, 9, vessels=["tern"]), survey("b", 60, 9))
    assert surveys["a"].mask.tolist() == [False, True]
    assert surveys["b"].mask.all()


def test_teams_that_share_images_weigh_less_and_checks_do_not_count():
    same = {"images": "Planet-like", "days_imaged": 30}
    surveys, _ = read(
        survey("a", 60, 9, by="1", **same),
        survey("b", 61, 9, by="2", **same),
        survey("c", 60, 9, by="3", images="others", days_imaged=30),
        survey("d", 120, 9, since=70, by="4", **same),  # of other days
        survey("e", 60, 9, by="5", use="check", **same),
    )
    weights = {name: s.weight for name, s in surveys.items()}
    assert weights == pytest.approx({"a": 1 / 1.5, "b": 1 / 1.5, "c": 1.0, "d": 1.0, "e": 1.0})


def test_what_cannot_be_compared_is_left_out_and_said():
    surveys, notices = read(
        survey("elsewhere", 60, 9, place_id="slipway"), survey("early", 60, 9, since=-300), survey("good", 60, 9)
    )
    assert list(surveys) == ["good"]
    assert {n[0]: n[1].split(";")[0] for n in notices} == {
        "elsewhere": "its place is not on the measured line",
        "early": "most of its window lies outside the window of the case",
    }


def test_a_check_is_kept_apart():
    surveys, _ = read(survey("a", 60, 9, use="check"))
    assert surveys["a"].role == "check"


def test_a_check_compares_with_what_a_team_of_its_coverage_counts():
    """Two calls of four grid days and none else: a team that saw every day counts two."""
    paths = np.zeros((50, 2, GRID.steps), np.int8)
    for day in (10, 30):
        k = GRID.index(at(day))
        paths[:, 0, k : k + 8] = 1
    rows = (
        survey("all", 60, 2, days_imaged=60),
        survey("few", 60, 2, days_imaged=3),
        survey("many", 60, 12, days_imaged=60, use="check"),
        survey("days", 60, None, days_imaged=60, days_with_ship=8),
    )
    surveys, _ = read_surveys(CASE, FLEET, GRID, readings(surveys=rows)["surveys"])
    fitted = sum(s.role == "fit" for s in surveys)
    table = check_surveys(CASE, surveys, paths, np.full((50, fitted), np.nan), np.random.default_rng(1))
    found = {r["survey_id"]: r for r in table.to_pylist()}
    assert {r["calls"] for r in found.values()} == {2.0}
    assert found["all"]["chance_seen"] == pytest.approx(0.97, abs=0.02)
    assert found["all"]["compatible"]
    assert found["few"]["chance_seen"] < 0.3
    assert found["few"]["expected_high"] <= 2
    assert not found["many"]["compatible"]
    assert found["many"]["role"] == "check"
    assert found["many"]["coverage_needed"] > 0.99
    assert found["days"]["counted_low"] is found["days"]["compatible"] is found["days"]["p_value"] is None
    for row in found.values():
        assert row["coverage_stated"]
        assert row["expected_low"] <= row["expected_high"]
        assert row["calls_low"] <= row["calls"] <= row["calls_high"]


def test_the_share_of_days_needed_is_where_the_expected_count_is_the_count():
    paths = np.zeros((4, 2, GRID.steps), np.int8)
    for day in range(2, 118, 6):
        k = GRID.index(at(day))
        paths[:, day % 4 // 2, k : k + 4] = 1
    surveys, _ = read_surveys(CASE, FLEET, GRID, readings(surveys=[survey("a", 120, 10, days_imaged=120)])["surveys"])
    (row,) = check_surveys(CASE, surveys, paths, np.zeros((4, 1)), np.random.default_rng(1)).to_pylist()
    model, hist = CASE.call_model, np.zeros(kernel.COVERED, np.int64)
    expected = 0.0
    for v in (0, 1):
        kernel.survey_histogram(paths[0, v], 1, surveys[0].published.instants, hist)
        expected += sum(
            n
            * kernel.chance_counted(
                c, 120, row["coverage_needed"] * 120 * model.seen_clear, model.look_clustering, model.survey_distinct
            )
            for c, n in enumerate(hist)
            if c
        )
    assert expected == pytest.approx(10, abs=0.01)
