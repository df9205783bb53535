"""A case that uses all of the tally: lists, mix, routes, sources, flows, balance, what-ifs, earlier days."""

import json
import math
import shutil
from datetime import date

import pytest

from small_case import write_case
from tidewaiter.errors import ModelError
from tidewaiter.evidence import explain, load_measurements, read_table, table_names
from tidewaiter.pipeline import as_of, run

MORE = """
[[lists]]
id = "port"
label = "images of the port"
seen = [0.3, 0.6, 0.9]

[[lists]]
id = "gaps"
label = "gaps of AIS"
seen = [0.2, 0.5, 0.8]

[[scenarios]]
id = "mix"
label = "A mix of kinds"
item = "crate"
share = [0.6, 0.8, 0.95]
payload_t = 22
defect = [0.1, 0.2, 0.4]

[[scenarios.mix]]
name = "small"
weight = [0.5, 1.0, 2.0]
per_unit = [300, 400, 500]

[[scenarios.mix]]
name = "large"
weight = 1.0
per_unit = [80, 120, 180]

[[legs]]
origin = "amber"
destination = "cobalt"
mode = "rail"
measured = false
relative = [0.02, 0.1, 0.3]

[[sources]]
id = "ministry"
names = ["Ministry"]
group = "state"
bias = 0.2

[[flows]]
id = "made"
label = "crates made at home"
kind = "production"
unit = "crate"
per_month = [20000, 40000, 80000]

[[flows]]
id = "used"
label = "crates used"
kind = "consumption"
unit = "crate"
per_month = [100000, 200000, 400000]

[[balances]]
id = "crates"
label = "crates used against crates made and brought"
scenario = "mix"
consumption = "used"
production = "made"
stock = [0.05, 0.1, 0.3]
horizon_months = 6

[[what_ifs]]
id = "stopped"
label = "the line stops"
balance = "crates"
flow = 0.0

[[what_ifs]]
id = "as_before"
label = "nothing changes"
balance = "crates"

[[what_ifs]]
id = "without_heron"
label = "one ship leaves"
balance = "crates"
vessels = ["heron"]

[[what_ifs]]
id = "leg_closed"
label = "the leg is closed"
balance = "crates"
legs = ["cobalt"]

[[inputs]]
glob = "inputs/detections.csv"
reader = "detections"

[[inputs]]
glob = "inputs/exposures.csv"
reader = "exposures"
"""
CLAIMS = """\
claim_id,category,claimant,claimant_type,stated,from,to,route,quantity,per,low,high,bound,item,condition,containers_base,derived_from,derivation,flow,use
A1,delivery,Ministry (speaker),government,2031-04-02,2031-03,2031-03,sea,container,,900,,about,,,,,,,
A2,delivery,Ministry,government,2031-05-01,2031-03,2031-04,sea,container,,2000,,over,,,,,,,
A3,delivery,Ministry,government,2031-05-01,2031-03,2031-04,sea,crate,,500000,,about,crates,,2000,A2,arithmetic,,
A4,delivery,Gazette,media,2031-05-02,2031-03,2031-04,sea,container,,2000,,over,,,,A2,stated,,
A5,delivery,Watch,imagery,2031-05-03,2031-03,2031-04,sea and rail,crate,,400000,600000,range,,,,,,,
A6,delivery,Somebody,,2031-05-03,,,sea,container,,5000,,about,,,,,,,
A7,delivery,Somebody,,2031-05-03,2031-03,2031-04,,container,,5000,,about,,,,,,,
A8,delivery,Watch,imagery,2031-05-03,2031-03,2031-04,sea,container,,1800,,about,,,,,,,check
F1,flow,Bureau,government,2031-04-15,2031,2031,,crate,year,500000,,about,,,,,,made,
F2,flow,Bureau,government,2031-04-15,2031,2031,,crate,month,180000,,at_least,,,,,,used,
"""
DETECTIONS = "detection_id,start,lists\nD1,2031-03,port\nD2,2031-03,port; gaps\nD3,2031-04,gaps\n"
EXPOSURES = "list,start,looks\nport,2031-03,10\nport,2031-04,8\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    pytest.importorskip("matplotlib", reason="the report needs the extra [report]")
    root = write_case(tmp_path_factory.mktemp("full") / "amber", more=MORE)
    case = root / "case.toml"
    case.write_text(
        case.read_text("utf-8").replace("seed = 3", 'seed = 3\nas_of = ["2031-04-10", "2031-05-01"]'), "utf-8"
    )
    (root / "inputs" / "claims.csv").write_text(CLAIMS, "utf-8")
    (root / "inputs" / "detections.csv").write_text(DETECTIONS, "utf-8")
    (root / "inputs" / "exposures.csv").write_text(EXPOSURES, "utf-8")
    run(root)
    return root


@pytest.fixture(scope="module")
def found(root):
    return load_measurements(root)


@pytest.fixture(scope="module")
def answers(root):
    return read_table(root, "answers").to_pylist()


def test_every_number_is_finite_and_in_order(found):
    for m in found.values():
        ends = [x for x in (m.low, m.low_80, m.low_50, m.value, m.high_50, m.high_80, m.high) if x is not None]
        assert all(math.isfinite(x) for x in ends), m.measurement_id
        assert m.low is None or m.high is None or m.low <= m.value <= m.high, m.measurement_id


def test_claims_enter_once_or_say_why_not(root):
    fits = {r["claim_id"]: r for r in read_table(root, "claim_fits").to_pylist()}
    kinds = {k: (r["role"], r["kind"]) for k, r in fits.items()}
    assert kinds["A1"] == ("reading", "point")
    assert kinds["A2"] == ("reading", "floor")
    assert kinds["A3"] == ("factor", "factor")
    assert kinds["A4"] == ("copy", "")
    assert kinds["A5"] == ("reading", "point")
    assert kinds["A8"][0] == "check"
    assert fits["A6"]["reason"] == "its window is not stated"
    assert fits["A7"]["reason"] == "its route is not stated"
    assert fits["A2"]["folded"] == ["A4"]
    assert fits["A1"]["source_id"] == fits["A2"]["source_id"] == "ministry"
    assert fits["A5"]["scenarios"] == ["documents", "mix"]
    assert kinds["F1"][0] == kinds["F2"][0] == "reading"


def test_rows_of_answers_lead_to_measurements(found, answers, root):
    assert {r["kind"] for r in answers} == {"variance", "sensitivity", "influence", "sweep", "backtest", "balance"}
    for row in answers:
        assert row["measurement"] in found
        assert row["other"] is None or row["other"] in found
    for row in read_table(root, "priors").to_pylist():
        assert row["posterior"] is None or row["posterior"] in found


def test_the_parts_of_the_variance_add_up(found, answers):
    for quantity in ("load.total", "items.total.mix"):
        parts = [found[r["measurement"]].value for r in answers if (r["kind"], r["quantity"]) == ("variance", quantity)]
        assert sum(parts) == pytest.approx(100, abs=0.5)


def test_a_sweep_over_unseen_voyages_rises(found, answers):
    swept = [found[r["measurement"]].value for r in answers if (r["kind"], r["quantity"]) == ("sweep", "load.total")]
    assert swept == sorted(swept)
    assert swept[0] == found["load.total"].value


def test_what_if_nothing_changes_little_is_uncovered_and_a_stop_is_never_better(found):
    for month in (1, 3, 6):
        stopped, same = (found[f"what_if.{name}.{month}"].value for name in ("stopped", "as_before"))
        assert stopped >= same
        assert found[f"what_if.stopped.{month}"].value == found[f"what_if.leg_closed.{month}"].value
    assert "what_if.stopped.9" not in found  # beyond the horizon


def test_usable_items_and_all_routes_lie_on_their_sides(found):
    for prefix in ("", "with_claims."):
        assert found[f"{prefix}usable.total.mix"].value < found[f"{prefix}items.total.mix"].value
        assert found[f"{prefix}all_routes.load.total"].value > found[f"{prefix}load.total"].value
    assert "usable.total.documents" not in found


def test_lists_speak_to_the_same_voyages(root):
    surveys = read_table(root, "survey_checks")["survey_id"].to_pylist()
    assert [s for s in surveys if s.startswith("lists-")] == ["lists-2031-03", "lists-2031-04"]


def test_why_goes_down_to_the_claim(root):
    text = str(explain(root, "with_claims.items.total.mix"))
    assert "claims/A5" in text
    assert "claims/A6" not in text


def test_an_earlier_day_knows_only_what_was_published(root):
    case, then = as_of(root, date(2031, 4, 10))
    assert case.window.end.date() == date(2031, 4, 11)
    assert "claim.A2" not in then
    assert "claim.A1" in then
    assert then["calls.total"].high <= load_measurements(root)["calls.total"].high


def test_a_day_before_the_window_is_refused(root):
    with pytest.raises(ModelError, match="before the window"):
        as_of(root, date(2031, 2, 1))


def test_earlier_days_are_taken_over_or_made_again_with_the_same_result(root, tmp_path):
    copy = tmp_path / "amber"
    shutil.copytree(root, copy)
    before = {n: read_table(copy, n) for n in table_names(copy)}
    shutil.rmtree(copy / ".tidewaiter" / "tables")
    run(copy, report=False)
    for name, table in before.items():
        assert read_table(copy, name).equals(table), name
    (copy / "inputs" / "claims.csv").write_text(CLAIMS.replace("900", "950"), "utf-8")
    run(copy, report=False)
    old, new = (t.to_pylist() for t in (before["backtests"], read_table(copy, "backtests")))
    assert [r["digest"] for r in old] != [r["digest"] for r in new]


def test_the_page_shows_every_part(root):
    page = (root / "report" / "index.html").read_text("utf-8")
    for words in (
        "With claims",
        "Before any evidence",
        "What it hangs on",
        "How the answer moved",
        "Balance and what if",
    ):
        assert words in page


def test_the_report_of_a_case_without_lists_needs_no_new_input(finished):
    assert "exposures" in table_names(finished)
    assert read_table(finished, "detections").num_rows == 0
    assert "with_claims.load.total" in load_measurements(finished)


def test_a_case_without_ships_answers_from_its_lists(root, tmp_path):
    folder = write_case(tmp_path / "lists", inputs=("loads", "claims"), more=MORE)
    text = (folder / "case.toml").read_text("utf-8")
    head, _, rest = text.partition("[[vessels]]")
    _, _, rest = rest.partition("[[legs]]")
    text = f"{head}[[legs]]{rest}".replace('vessels = ["heron"]', "flow = 0.9")
    (folder / "case.toml").write_text(text, "utf-8")
    (folder / "inputs" / "claims.csv").write_text(CLAIMS, "utf-8")
    (folder / "inputs" / "loads.csv").write_text(
        "load_id,place,start,low,kind,channel,detection_id\nW1,Amber Quay,2031-03,300,count,loaded,D1\n", "utf-8"
    )
    for name, rows in (("detections", DETECTIONS), ("exposures", EXPOSURES)):
        (folder / "inputs" / f"{name}.csv").write_text(rows, "utf-8")
    done = run(folder, report=False)
    found = done.measurements
    assert found["voyages.total"].low >= 3  # three were seen
    assert found["voyages.seen"].value == 3
    assert found["load.counted"].value > 0
    assert explain(folder, "calls.total")
    assert found["voyages.inferred"].value == pytest.approx(found["voyages.total"].value - 3, abs=1)


@pytest.mark.parametrize("option", ["--sensitivity", "--as-of"])
def test_the_verb_tally_answers_as_data(root, option, capsys, monkeypatch):
    import sys

    from tidewaiter.cli import main

    words = [option, "2031-04-10"] if option == "--as-of" else [option]
    monkeypatch.setattr(sys, "argv", ["tidewaiter", "tally", str(root), *words, "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    data = json.loads(capsys.readouterr().out)
    if option == "--as-of":
        assert data["as_of"] == "2031-04-10"
        assert data["measurements"][0]["with_claims"]["median"] >= 0
    else:
        assert data["sensitivity"]


def test_two_questions_at_once_are_refused(root, capsys, monkeypatch):
    import sys

    from tidewaiter.cli import main

    monkeypatch.setattr(sys, "argv", ["tidewaiter", "tally", str(root), "--sensitivity", "--as-of", "2031-04-10"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "one after the other" in capsys.readouterr().err
