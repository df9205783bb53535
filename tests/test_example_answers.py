"""What the defining case has to show, whatever the seed."""

from __future__ import annotations

import shutil

import pytest

from test_examples import EXAMPLES
from tidewaiter.evidence import load_measurements, read_table, verify
from tidewaiter.pipeline import run


@pytest.fixture(scope="module")
def rajin(tmp_path_factory):
    root = tmp_path_factory.mktemp("example") / "rajin"
    shutil.copytree(EXAMPLES / "rajin", root, ignore=shutil.ignore_patterns(".tidewaiter", "report"))
    run(root, report=False)
    assert verify(root).clean
    return root, load_measurements(root), {r["claim_id"]: r for r in read_table(root, "claim_checks").to_pylist()}


def test_the_published_range_overlaps_the_documents_scenario(rajin):
    _, found, _ = rajin
    total = found["items.total.documents"]
    assert total.low < 6e6
    assert total.high > 4e6


def test_two_careful_counts_agree_once_coverage_is_known(rajin):
    root, _, _ = rajin
    checks = {r["survey_id"]: r for r in read_table(root, "survey_checks").to_pylist()}
    csis, nkpro = checks["csis_rajin"], checks["nkpro_rajin"]
    assert csis["compatible"]
    assert nkpro["compatible"]
    assert csis["coverage_stated"]
    assert csis["counted_low"] < csis["calls_low"]  # the first team must have missed some
    assert nkpro["coverage_needed"] > csis["coverage_needed"]


def test_the_rate_falls_after_february_2024(rajin):
    _, found, _ = rajin
    busy = [found[f"calls.2023-{m:02d}"].value for m in (10, 11, 12)]
    quiet = [found[f"calls.2024-{m:02d}"].value for m in (6, 7, 8, 9, 10)]
    assert min(busy) > max(quiet)


def test_totals_by_conversion_need_the_condition(rajin):
    _, _, checks = rajin
    august, july = dict(checks["C28"]["verdicts"]), dict(checks["C40"]["verdicts"])
    assert august["all_152"] == "consistent"
    assert august["documents"] in {"strained", "above"}
    assert july["all_152"] == july["documents"] == "above"


def test_nine_million_in_a_year_takes_more_voyages_than_there_were(rajin):
    _, found, checks = rajin
    needed = checks["C37"]["requires_voyages"]
    assert 70 < needed < 90
    assert needed > found["voyages.total"].value
    assert "exceeds-voyages" in checks["C37"]["flags"]


def test_a_number_repeated_by_another_speaker_is_one_origin(rajin):
    _, _, checks = rajin
    assert checks["C20"]["origin_group"] == checks["C14"]["origin_group"] == "C14"
    assert "same-number-later" in checks["C20"]["flags"]


def test_a_moved_base_period_is_flagged(rajin):
    _, _, checks = rajin
    assert "base-period-changed" in checks["C27"]["flags"]


def test_claims_narrow_the_answer_and_leave_it_near(rajin):
    _, found, _ = rajin
    alone, told = found["items.total.documents"], found["with_claims.items.total.documents"]
    assert told.high / told.low < alone.high / alone.low
    assert told.low < alone.value < told.high
    assert found["with_claims.voyages.total"].value == pytest.approx(found["voyages.total"].value, abs=4)


def test_a_conversion_counts_once_and_as_a_capacity(rajin):
    root, _, _ = rajin
    fits = {r["claim_id"]: r for r in read_table(root, "claim_fits").to_pylist()}
    seoul = [r for r in fits.values() if r["source_id"] == "seoul" and r["kind"] in {"factor", "capacity"}]
    assert [r["claim_id"] for r in seoul] == ["C05"]
    assert seoul[0]["kind"] == "capacity"
    assert "no condition" in fits["C44"]["reason"]
    assert fits["C20"]["role"] == "copy"
    assert fits["C33"]["role"] == "check"
    assert fits["C27"]["role"] == "refused"


def test_earlier_days_held_what_is_known_now(rajin):
    _, found, _ = rajin
    for day, month in (("2024-02-12", "2024-02"), ("2024-08-27", "2024-08")):
        then, now = found[f"backtest.{day}.load.total"], found[f"with_claims.load.to-{month}"]
        assert then.low < now.value < then.high
        assert then.high / then.low > now.high / now.low
    last = found["backtest.2025-04-15.load.total"]
    assert last.low < found["with_claims.load.total"].value < last.high
