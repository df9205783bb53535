"""The example cases: every row is read, and the drift that is known to be in the claims is found."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tidewaiter.case import find_inputs, load_case
from tidewaiter.model import Evidence
from tidewaiter.readings import read_inputs
from tidewaiter.tally.claims import reconcile

EXAMPLES = Path(__file__).parents[2] / "examples"
DRAWS = 201


def read(name):
    case = load_case(EXAMPLES / name)
    files = [
        (
            entry,
            Evidence(hashlib.sha256(path.read_bytes()).hexdigest(), path.name, 1, datetime(2030, 1, 1, tzinfo=UTC)),
            path,
        )
        for entry, path in find_inputs(case)
    ]
    return case, read_inputs(case, files)


def flat_tally(case, voyages, load):
    """Spread a known number of voyages evenly over the window, five percent uncertain."""
    spread = np.linspace(0.95, 1.05, DRAWS)
    window = case.window

    def made(start, end):
        return voyages * spread * (((end or window.end) - (start or window.start)) / (window.end - window.start))

    def factor(scenario):
        return np.full(DRAWS, next(s for s in case.scenarios if s.id == scenario).per_unit.p50)

    return SimpleNamespace(
        scenarios={s.id: s for s in case.scenarios},
        unit=case.load_model.unit,
        window=window,
        calls=made,
        voyages=made,
        loads=lambda start, end: made(start, end) * load,
        items=lambda scenario, start, end: made(start, end) * load * factor(scenario),
        factor=factor,
        load_per_voyage=lambda: np.full(DRAWS, float(load)),
    )


@pytest.mark.parametrize("name", ["rajin", "tankers", "two_surveys"])
def test_every_row_of_an_example_is_read_with_its_source(name):
    _, readings = read(name)
    assert readings.rejects.to_pylist() == []
    for kind, table in readings.tables.items():
        for row in table.to_pylist() if kind != "positions" else []:
            assert row["url"].startswith(("http://", "https://"))
            assert row["published"]
            assert row["by"]
            assert row["confidence"] in {"A", "B", "C"}


def test_all_sources_of_claims_are_in_the_table():
    for name in ("rajin", "tankers"):
        claims = read(name)[1].tables["claims"].to_pylist()
        known = {c["claim_id"] for c in claims}
        assert {i for c in claims for i in (*(c["derived_from"] or ()), *(c["concerns"] or ()))} <= known


def test_what_is_known_of_the_claims_on_rajin_is_found():
    case, readings = read("rajin")
    rows = {
        r["claim_id"]: r
        for r in reconcile(case, readings.tables["claims"], flat_tally(case, 64, 250)).checks.to_pylist()
    }
    expected = {
        "C20": "same-number-later",
        "C21": "same-number-later",
        "C27": "base-period-changed",
        "C11": "condition-dropped",
        "R01": "or-became-and",
        "R02": "or-became-and",
        "R03": "condition-dropped",
        "R04": "cumulative-became-annual",
        "R05": "start-added",
        "R08": "unit-changed",
        "C13": "contradicts:C14",
        "C01": "denied-by:C45",
        "C37": "exceeds-all-voyages",
    }
    assert {i: flag for i, flag in expected.items() if flag not in rows[i]["flags"]} == {}
    assert rows["C20"]["origin_group"] == rows["R01"]["origin_group"] == "C14"
    assert rows["C25"]["origin_group"] == "C24"
    assert rows["C37"]["requires_voyages"] == pytest.approx(80, abs=1)  # 9 million at 450 a container, 250 a voyage
    assert rows["C34"]["scenario"] == "documents"
    assert rows["C34"]["verdict"] == "consistent"
    assert rows["C40"]["verdicts"] is not None
    assert dict(rows["C40"]["verdicts"])["all_152"] == "above"
    assert not [i for i, r in rows.items() if any(ch.isdigit() for ch in r["reason"])]


def test_barrels_have_no_content_scenario_and_a_ceiling_can_be_exceeded():
    case, readings = read("tankers")
    made = reconcile(case, readings.tables["claims"], flat_tally(case, 46, 23000))
    rows = {r["claim_id"]: r for r in made.checks.to_pylist()}
    assert rows["C46"]["scenario"] == ""
    assert rows["C46"]["verdict"] == "consistent"
    assert "finding:CAP" in rows["C46"]["flags"]
    assert rows["CAP"]["verdict"] == "below"
