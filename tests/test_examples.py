"""The example cases: every row names a source that was really read, and the defining answers hold."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tidewaiter.case import find_inputs, globs_without_file, load_case

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
CASES = sorted(p.parent.name for p in EXAMPLES.glob("*/case.toml"))


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", CASES)
def test_an_example_is_complete(name):
    case = load_case(EXAMPLES / name)
    found = find_inputs(case)
    assert found
    assert not globs_without_file(case, found)
    assert (EXAMPLES / name / "README.md").exists()
    assert all(s.source for s in case.scenarios)


@pytest.mark.parametrize("name", CASES)
def test_every_row_has_address_date_and_confidence(name):
    for path in sorted((EXAMPLES / name / "inputs").glob("*.csv")):
        for row in rows(path):
            assert re.match(r"https?://", row["url"]), (path.name, row)
            assert row["confidence"] in {"A", "B", "C"}, (path.name, row)
            assert re.fullmatch(r"\d{4}(-\d\d){0,2}", row.get("published") or row.get("stated") or ""), (path.name, row)


@pytest.mark.parametrize("name", CASES)
def test_every_address_is_one_of_the_facts(name, shared_data):
    known = ""
    for path in sorted((shared_data / "facts").glob("*.csv")):
        known += path.read_text(encoding="utf-8")
    pages = (shared_data.parent / "research" / "domain.md").read_text(encoding="utf-8")
    for path in sorted((EXAMPLES / name / "inputs").glob("*.csv")):
        for row in rows(path):
            assert row["url"] in known or row["url"] in pages, (path.name, row)
