from __future__ import annotations

import msgspec
from publish_world import CASE, at, make_results

from tidewaiter.publish.sections import joined_surveys, month_keys, month_span, survey_pairs


def surveys(**changes) -> list[dict]:
    tables = make_results().tables
    rows = tables["surveys"].to_pylist()
    for key, change in changes.items():
        next(r for r in rows if r["survey_id"] == key).update(change)
    return joined_surveys(CASE, tables["survey_checks"].to_pylist(), rows)


def pairs(**changes) -> list[tuple[str, str]]:
    return [(p.first["survey_id"], p.second["survey_id"]) for p in survey_pairs(surveys(**changes))]


def test_surveys_of_one_window_are_set_side_by_side():
    assert pairs() == [("delta", "gull")]


def test_naming_the_whole_fleet_is_no_limit_but_naming_one_ship_is():
    assert pairs(gull={"vessels": [v.id for v in CASE.vessels]}) == [("delta", "gull")]
    assert pairs(gull={"vessels": ["osprey"]}) == []
    assert (
        next(s for s in surveys(gull={"vessels": ["osprey"]}) if s["survey_id"] == "gull")["title"]
        == "Gull Press: Osprey"
    )


def test_other_windows_and_places_are_not_compared():
    assert pairs(gull={"t_end": at("2031-11-01")}) == []


def test_surveys_of_one_team_are_told_apart_by_their_end():
    tables = make_results().tables
    checks = [c | {"by": "Delta Institute"} for c in tables["survey_checks"].to_pylist()]
    titles = [s["title"] for s in joined_surveys(CASE, checks, tables["surveys"].to_pylist())]
    assert "Delta Institute, to 31 May 2032" in titles


def test_months_come_from_the_ids():
    ids = [
        "calls.2031-12",
        "load.to-2032-01",
        "items.2031-09.mix",
        "calls.total",
        "claim.2031-01",
        "calls.vessel.2031-05",
    ]
    assert month_keys(ids) == ["2031-09", "2031-12", "2032-01"]
    assert month_span("2031-12") == (at("2031-12-01"), at("2032-01-01"))


def test_no_vessels_no_trouble():
    case = msgspec.structs.replace(CASE, vessels=())
    tables = make_results().tables
    assert joined_surveys(case, tables["survey_checks"].to_pylist(), [])[0]["only"] == ""
