"""From files to report and back: what `run` makes follows from the originals and the seed, byte for byte."""

import re
import shutil

import msgspec
import pytest

from small_case import contents, write_case
from tidewaiter.evidence import explain, explain_all, load_measurements, read_table, table_names, verify
from tidewaiter.pipeline import STAGES, run


def derived(root):
    """Bytes of every table and of every file of the report."""
    return {
        **contents(root / ".tidewaiter" / "tables"),
        **{f"report/{k}": v for k, v in contents(root / "report").items()},
    }


@pytest.fixture(scope="module")
def again(finished, tmp_path_factory):
    """A copy of the case in another folder, its tables and report deleted, run again."""
    root = tmp_path_factory.mktemp("again") / "elsewhere"
    shutil.copytree(finished, root)
    shutil.rmtree(root / ".tidewaiter" / "tables")
    shutil.rmtree(root / "report")
    stages = []
    done = run(root, progress=stages.append)
    return root, done, stages


def test_a_run_leaves_tables_a_report_and_a_clean_store(finished):
    names = set(table_names(finished))
    assert {"looks", "claims", "voyage_draws", "inferred_calls", "survey_checks", "claim_checks", "coverage"} <= names
    assert {"measurements", "rejects", "notices", "diagnostics"} <= names
    assert (finished / "report" / "index.html").stat().st_size > 10_000
    found = verify(finished)
    assert found.clean
    assert found.objects == 8  # case.toml and seven files


def test_a_run_says_what_it_does_and_what_it_found(again):
    _, done, stages = again
    assert tuple(stages) == STAGES
    assert done.report.is_file()
    assert done.rejects == 0
    assert done.measurements["calls.total"].low <= done.measurements["calls.total"].value
    assert done.diagnostics["draws"] == 120


def test_what_is_derived_is_rebuilt_to_the_byte_wherever_the_case_lies(finished, again):
    first, second = derived(finished), derived(again[0])
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_running_twice_adds_a_line_to_the_log_and_changes_nothing_else(again):
    root, *_ = again
    before, log = derived(root), (root / ".tidewaiter" / "log.jsonl").read_bytes()
    run(root)
    assert derived(root) == before
    after = (root / ".tidewaiter" / "log.jsonl").read_bytes()
    assert after.startswith(log)
    assert after[len(log) :].count(b"\n") == 1
    assert verify(root).clean


def knots(node):
    yield node
    for child in node.children:
        yield from knots(child)


def test_every_measurement_leads_down_to_files_that_are_there(finished):
    measurements = load_measurements(finished)
    trees = explain_all(finished, measurements)
    assert set(trees) == set(measurements)
    for name, tree in trees.items():
        found = list(knots(tree))
        assert "absent" not in {knot.status for knot in found}, name
        ends = {knot.kind for knot in found if not knot.children}
        assert ends == ({"evidence"} if measurements[name].inputs else {"measurement"}), name


def test_a_reading_is_quoted_from_its_row(finished):
    (quote,) = [knot.quote for knot in knots(explain(finished, "fit.load")) if knot.id == "loads/W2"]
    assert quote == "W2,Amber Quay,2031-04,,1000,,container,total,4,loaded"


def test_every_figure_of_the_report_can_be_asked_why(finished):
    html = (finished / "report" / "index.html").read_text("utf-8")
    asked = sorted(set(re.findall(r'href="#m-([^"]+)"', html)))
    assert {"calls.total", "voyages.total", "load.total", "items.total.documents"} <= set(asked)
    trees = explain_all(finished, asked)
    assert sorted(trees) == asked
    for name in asked[::20]:
        assert explain(finished, name) == trees[name]


def test_the_report_needs_nothing_from_elsewhere(finished):
    html = (finished / "report" / "index.html").read_text("utf-8")
    assert not re.search(r'<(?:script|img|link|iframe)[^>]+(?:src|href)="(?!#|data:)', html)
    assert str(finished) not in html


def test_without_report(finished, case_copy):
    shutil.rmtree(case_copy / "report")
    assert run(case_copy, report=False).report is None
    assert not (case_copy / "report").exists()
    assert contents(case_copy / ".tidewaiter" / "tables") == contents(finished / ".tidewaiter" / "tables")


def test_another_seed_gives_other_draws_of_the_same_readings(finished, case_copy):
    case = case_copy / "case.toml"
    case.write_text(case.read_text("utf-8").replace("seed = 3", "seed = 4"), "utf-8")
    run(case_copy, report=False)
    assert read_table(case_copy, "looks").equals(read_table(finished, "looks"))
    assert not read_table(case_copy, "voyage_draws").equals(read_table(finished, "voyage_draws"))


def test_a_table_that_is_no_longer_made_is_removed_and_files_of_others_stay(case_copy):
    tables = case_copy / ".tidewaiter" / "tables"
    (tables / "old_idea.parquet").write_bytes((tables / "looks.parquet").read_bytes())
    (case_copy / "report" / "notes.txt").write_text("mine")
    run(case_copy, report=False)
    assert "old_idea" not in table_names(case_copy)
    assert (case_copy / "report" / "notes.txt").read_text() == "mine"


def test_what_is_read_is_what_was_kept(finished, case_copy):
    """A changed input is a new original; the earlier one stays."""
    looks = case_copy / "inputs" / "looks.csv"
    looks.write_text(looks.read_text("utf-8") + "L6,Amber Quay,2031-04-25T02:00Z,clear\n", "utf-8")
    run(case_copy, report=False)
    assert read_table(case_copy, "looks").num_rows == read_table(finished, "looks").num_rows + 1
    assert verify(case_copy).clean
    assert verify(case_copy).objects == verify(finished).objects + 1


def test_a_case_without_any_reading_has_an_answer_too(tmp_path):
    root = write_case(tmp_path / "bare", inputs=())
    done = run(root)
    total = done.measurements["calls.total"]
    assert total.low < total.high
    assert total.status == "supported" or not total.inputs
    assert done.measurements["coverage.unimaged"].value == 61
    assert verify(root).clean


def test_statuses_survive_saving(finished):
    for m in load_measurements(finished).values():
        assert m.inputs or m.status == "asserted"
        assert msgspec.convert(msgspec.to_builtins(m), type(m)) == m
