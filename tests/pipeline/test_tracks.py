"""AIS brought into a case: events with the rows they rest on, the call model, the report, and what is said of bad input."""

import gzip
import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import small_case
from made_up_ais import files as made_up
from tidewaiter.case import load_case
from tidewaiter.cli import tidewaiter
from tidewaiter.errors import CaseError, InputError
from tidewaiter.evidence import explain, read_table, verify
from tidewaiter.model.tables import CASE_EVENTS, FIXES, POSITIONS
from tidewaiter.pipeline import as_of, run

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "dark_shuttle"
START = datetime(2031, 3, 1, tzinfo=UTC)
HEADER = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading\n"
AMBER, COBALT, SEA = (10.5, 120.25), (12.75, 122.0), (11.6, 121.1)
HERON = 299999999


def day(t):
    return (t - START) / timedelta(days=1)


def row(at, place, mmsi=HERON, sog=0.0):
    return f"{mmsi},{START + timedelta(days=at):%Y-%m-%dT%H:%M:%S},{place[0]},{place[1]},{sog},90.0,511\n"


def case_with(root, *rows, name="ais.csv", reader="ais", more="", readers=("looks", "sightings")):
    """The small case with a file of AIS beside its tables."""
    entry = f'\n[[inputs]]\nglob = "ais/*"\nreader = "{reader}"\n{more}'
    small_case.write_case(root, inputs=readers, more=entry)
    (root / "ais").mkdir()
    content = rows[0] if rows and isinstance(rows[0], bytes) else (HEADER + "".join(rows)).encode()
    (root / "ais" / name).write_bytes(content)
    return root


def messages(root):
    return [n["message"] for n in read_table(root, "notices").to_pylist() if n["kind"] == "ais"]


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """The example, run with its report."""
    root = tmp_path_factory.mktemp("dark") / "shuttle"
    for path in (EXAMPLE / "case.toml", *(EXAMPLE / "made_up").iterdir()):
        target = root / path.relative_to(EXAMPLE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    return root, run(root)


def test_the_example_is_what_its_script_makes():
    made, _ = made_up()
    assert {name: (EXAMPLE / "made_up" / name).read_bytes() for name in made if not name.endswith(".gz")} == {
        name: content for name, content in made.items() if not name.endswith(".gz")
    }
    packed = (EXAMPLE / "made_up" / "others.csv.gz").read_bytes()
    assert gzip.decompress(packed) == gzip.decompress(made["others.csv.gz"])
    assert sum(path.stat().st_size for path in (EXAMPLE / "made_up").iterdir()) < 200_000


def test_the_calls_that_took_place_are_found(example):
    """Those heard at the quay are near certain; the silence around the slipway is none; the total holds the truth."""
    root, done = example
    truth = [t for t in made_up()[1] if "from day" in t]
    total = done.measurements["calls.total"]
    assert total.low <= len(truth) <= total.high
    calls = read_table(root, "inferred_calls").to_pylist()
    seen = [c for c in calls if c["basis"] == "seen"]
    visits = [
        e for e in read_table(root, "events").to_pylist() if e["kind"] == "port_visit" and e["place_id"] == "amber"
    ]
    assert len(seen) == len(visits) > 5
    assert all(c["probability"] > 0.95 for c in seen)
    heron = [c for c in calls if dict(c["vessel_weights"]).get("heron", 0) > 0.9]
    assert not any(day(c["arrival_latest"]) > 23 and day(c["departure_earliest"]) < 27 for c in heron)


def test_events_rest_on_rows_of_the_files(example):
    root, _ = example
    events, fixes = read_table(root, "events"), read_table(root, "fixes")
    assert events.schema.names == CASE_EVENTS.names
    assert fixes.schema.names == FIXES.names
    known = {f["fix_id"]: f for f in fixes.to_pylist()}
    kinds = set()
    for event in events.to_pylist():
        rests = [known[i] for i in event["fixes"]]
        assert rests, event
        assert [f["t"] for f in rests] == sorted(f["t"] for f in rests)
        assert event["evidence"] in {f["evidence"] for f in rests}
        kinds.add(event["kind"])
    assert kinds >= {"port_visit", "gap", "identity_change", "dark_meeting"}
    assert len(set(events["run_id"].to_pylist())) == 1


def test_why_goes_from_a_call_to_file_and_row(example):
    root, _ = example
    call = next(c for c in read_table(root, "inferred_calls").to_pylist() if c["basis"] == "seen")
    visit = explain(root, call["call_id"]).children[0]
    assert visit.id.startswith("events/")
    fix = visit.children[0]
    assert fix.locator.name == "made_up/ships.csv"
    lines = (root / "made_up" / "ships.csv").read_text().splitlines()
    assert fix.quote == lines[fix.locator.line - 1]
    assert fix.quote.startswith("29")
    gap = next(e for e in read_table(root, "events").to_pylist() if e["kind"] == "gap" and e["end"])
    assert len(explain(root, gap["event_id"]).children) == 3  # two positions, and the file
    said = next(e for e in read_table(root, "events").to_pylist() if e["event_id"].startswith("identity-"))
    assert {c.quote[:3] for c in explain(root, f"events/{said['event_id']}").children[:2]} == {"\\c:"}


def test_a_second_number_is_found_by_the_imo_number(example):
    root, _ = example
    assert any("MMSI 297777777 sent the IMO number of Arctic Tern" in m for m in messages(root))
    numbers = {f["vessel_key"] for f in read_table(root, "fixes").to_pylist() if f["vessel_id"] == "tern" and f["lat"]}
    assert numbers == {298888888, 297777777}
    changed = [
        json.loads(e["detail"]) for e in read_table(root, "events").to_pylist() if e["kind"] == "identity_change"
    ]
    assert {"attribute": "mmsi", "old": "298888888", "new": "297777777"} in changed


def test_silences_are_weighed_by_what_was_heard_of_others(example):
    root, _ = example
    gaps = [e for e in read_table(root, "events").to_pylist() if e["kind"] == "gap" and e["vessel_id"] == "heron"]
    words = {json.loads(e["detail"])["reception_word"]: e for e in gaps if day(e["start"]) < 4 or day(e["start"]) > 12}
    assert all(json.loads(e["detail"])["reception_word"] == "nobody" for e in gaps if day(e["start"]) < 3)
    assert "heard" in words


def test_positions_are_few_and_have_their_place(example):
    root, _ = example
    positions = read_table(root, "positions")
    assert positions.schema.names == POSITIONS.names
    assert 100 < positions.num_rows < 1000
    assert set(positions["vessel_key"].to_pylist()) == {299999999, 298888888, 297777777}
    lines = (root / "made_up" / "ships.csv").read_text().splitlines()
    for p in positions.to_pylist()[::40]:
        assert lines[p["line"] - 1].startswith(str(p["vessel_key"]))
        assert p["line"] == p["row"] + 1


def test_the_report_shows_them_and_every_figure_leads_to_its_rows(example):
    root, done = example
    page = done.report.read_text("utf-8")
    assert 'id="tracks"' in page
    assert 'id="chart-track-1"' in page
    assert "nobody is ever heard there" in page
    assert done.measurements["ais.visits.heron.amber"].inputs
    assert (root / "report" / "tables" / "events.csv").exists()
    assert verify(root).clean


def test_two_runs_give_the_same_bytes(example, tmp_path):
    root, _ = example
    again = tmp_path / "again"
    shutil.copytree(root, again)  # with the store, which knows when each file was added
    shutil.rmtree(again / ".tidewaiter" / "tables")
    shutil.rmtree(again / "report")
    run(again)
    tables = Path(".tidewaiter") / "tables"
    assert small_case.contents(again / tables) == small_case.contents(root / tables)
    assert small_case.contents(again / "report") == small_case.contents(root / "report")


def test_what_was_not_yet_heard_does_not_count(example):
    root, done = example
    case, measured = as_of(root, datetime(2031, 3, 20, tzinfo=UTC).date())
    assert case.window.end == datetime(2031, 3, 21, tzinfo=UTC)
    assert measured["calls.total"].value < done.measurements["calls.total"].value
    assert len(next(v for v in case.vessels if v.id == "tern").mmsi) == 2


def test_a_fix_in_the_origin_anchors_a_silence_in_the_whole_case(tmp_path):
    rows = [row(10, COBALT), row(13.0, AMBER), row(16, COBALT)]
    root = case_with(tmp_path / "c", *rows, readers=("looks",))
    run(root, report=False)
    calls = [c for c in read_table(root, "inferred_calls").to_pylist() if c["basis"] == "seen"]
    (call,) = [c for c in calls if c["arrival_latest"] <= START + timedelta(days=13) <= c["departure_earliest"]]
    assert dict(call["vessel_weights"]) == {"heron": 1.0}
    assert call["probability"] > 0.95
    assert call["readings"][0].startswith("events/")


def test_a_polygon_is_the_place_as_it_was_drawn(tmp_path):
    rows = [row(10, SEA), row(13, (10.5, 120.29)), row(13.05, (10.5, 120.29)), row(16, SEA)]  # 4.4 km off: outside
    root = case_with(tmp_path / "c", *rows)
    run(root, report=False)
    assert not any(e["place_id"] for e in read_table(root, "events").to_pylist())


def test_parquet_rows_are_quoted_as_they_stand(tmp_path):
    times = [START + timedelta(days=d) for d in (10, 13, 13.1, 16)]
    lat, lon = zip(COBALT, AMBER, AMBER, COBALT, strict=True)
    table = pa.table({"ssvid": [str(HERON)] * 4, "timestamp": times, "lat": lat, "lon": lon, "speed": [0.0] * 4})
    root = case_with(tmp_path / "c")
    (root / "ais" / "ais.csv").unlink()
    pq.write_table(table, root / "ais" / "fixes.parquet")
    run(root, report=False)
    visit = next(e for e in read_table(root, "events").to_pylist() if e["place_id"] == "amber")
    fix = explain(root, f"events/{visit['event_id']}").children[1]
    assert fix.locator.row == 2
    assert json.loads(fix.quote)["ssvid"] == str(HERON)


def test_blank_lines_and_gz_do_not_shift_the_line(tmp_path):
    text = HEADER + row(10, COBALT) + "\n" + row(13, AMBER) + row(13.1, AMBER) + row(16, COBALT)
    root = case_with(tmp_path / "c", gzip.compress(text.encode(), mtime=0), name="ais.csv.gz")
    run(root, report=False)
    visit = next(e for e in read_table(root, "events").to_pylist() if e["place_id"] == "amber")
    quotes = [c.quote for c in explain(root, f"events/{visit['event_id']}").children[:4]]
    assert quotes[:2] == [row(10, COBALT).strip(), row(13, AMBER).strip()]


def test_a_ship_without_numbers_and_one_never_heard_are_named(tmp_path):
    root = case_with(tmp_path / "c", row(10, SEA, mmsi=211000001), row(11, SEA, mmsi=211000001))
    run(root, report=False)
    said = messages(root)
    assert any(m.startswith("Arctic Tern cannot be found in AIS: case.toml gives it no MMSI") for m in said)
    assert any(m.startswith("No position of Grey Heron is in the AIS files") for m in said)
    assert read_table(root, "events").num_rows == read_table(root, "positions").num_rows == 0


def test_places_without_positions_are_named(tmp_path):
    root = case_with(tmp_path / "c", row(10, SEA), row(16, SEA))
    toml = root / "case.toml"
    lines = [x for x in toml.read_text("utf-8").splitlines() if not x.startswith(("lat", "lon", "radius_km"))]
    toml.write_text("\n".join(lines), "utf-8")
    run(root, report=False)
    assert any(m.startswith("No place of the case has a position") for m in messages(root))
    assert {e["kind"] for e in read_table(root, "events").to_pylist()} == {"gap"}


@pytest.mark.parametrize("content", [b"", HEADER.encode()])
def test_an_empty_file_is_no_silence(tmp_path, content):
    root = case_with(tmp_path / "c", content)
    run(root, report=False)
    assert any("which is not the same as silence" in m for m in messages(root))
    assert read_table(root, "events").num_rows == 0


def test_two_hulls_under_one_number_are_told_and_left_out(tmp_path):
    rows = []
    for i in range(40):
        rows += [row(10 + i / 24, SEA, sog=1.0), row(10 + i / 24 + 0.01, (20.0, 130.0), sog=1.0)]
    root = case_with(tmp_path / "c", *rows, row(20, AMBER), row(20.1, AMBER), row(23, COBALT))
    run(root, report=False)
    assert any("Two ships send under the number of heron at once" in m for m in messages(root))
    jumps = [e for e in read_table(root, "events").to_pylist() if e["kind"] == "implausible"]
    assert json.loads(jumps[0]["detail"])["kind"] == "cloning"
    assert len(jumps[0]["fixes"]) == 2
    assert read_table(root, "positions").num_rows < 10


def test_one_false_position_does_not_exclude_a_call(tmp_path):
    rows = [row(12.9, AMBER), row(13.0, AMBER), row(13.01, (40.0, -20.0)), row(13.02, AMBER), row(13.1, AMBER)]
    root = case_with(tmp_path / "c", row(10, COBALT), *rows, row(16, COBALT))
    run(root, report=False)
    assert any(m == "1 false positions of heron are left out: no ship can have been there." for m in messages(root))
    assert not any(abs(p["lat"] - 40) < 1 for p in read_table(root, "positions").to_pylist())


def test_rows_that_cannot_be_used_are_counted(tmp_path):
    root = case_with(tmp_path / "c", row(10, SEA), row(11, (91.0, 181.0)), row(16, SEA))
    run(root, report=False)
    assert any(m.startswith("1 row was set aside: position not available (the first: row 2)") for m in messages(root))


def test_a_table_that_is_none_stops_the_run_with_its_name(tmp_path):
    root = case_with(tmp_path / "c", b"when,where\n1,2\n")
    with pytest.raises(InputError, match="has no known shape") as caught:
        run(root, report=False)
    assert caught.value.file == "ais/ais.csv"
    assert "tmp" not in str(caught.value)


def test_sentences_given_as_a_table_are_sent_to_the_other_reader(tmp_path):
    root = case_with(tmp_path / "c", b"!AIVDM,1,1,,A,13aEOK?P00PD2wVMdLDRhgvL289?,0*26\n")
    with pytest.raises(InputError, match="NMEA"):
        run(root, report=False)


@pytest.mark.parametrize(
    ("written", "match"),
    [
        ('preset = "gwf"', "no preset"),
        ("thresholds = { gap = { min = 3 } }", "min"),
        ("thresholds = { silence = { min_h = 3 } }", "silence"),
        ("thresholds = { gap = 3 }", "table of numbers"),
        ('thresholds = { gap = { min_h = "long" } }', "table of numbers"),
        ("speed = 3", "unknown key"),
    ],
)
def test_thresholds_that_are_not_there_are_refused_with_a_hint(tmp_path, written, match):
    root = case_with(tmp_path / "c", row(10, SEA))
    toml = root / "case.toml"
    toml.write_text(f"{toml.read_text('utf-8')}\n[tracks]\n{written}\n", "utf-8")
    with pytest.raises(CaseError, match=match) as caught:
        run(root, report=False)
    assert caught.value.file.endswith("case.toml")
    assert caught.value.hint


def test_a_shape_is_for_tables_only(tmp_path):
    root = case_with(tmp_path / "c", row(10, SEA), reader="nmea", more='shape = "dma"\n')
    with pytest.raises(CaseError, match="a shape is for AIS tables"):
        load_case(root)


def test_thresholds_of_the_case_decide(tmp_path):
    rows = [row(10, SEA), row(10.5, SEA), row(11.5, SEA)]
    root = case_with(tmp_path / "c", *rows)
    toml = root / "case.toml"
    toml.write_text(f"{toml.read_text('utf-8')}\n[tracks]\nthresholds = {{ gap = {{ min_h = 20 }} }}\n", "utf-8")
    run(root, report=False)
    closed = [e for e in read_table(root, "events").to_pylist() if e["end"]]
    assert [(day(e["start"]), day(e["end"])) for e in closed] == [(10.5, 11.5)]


def test_a_mapping_of_the_users_own_is_read_from_the_case(tmp_path):
    body = 'about = "own"\n[vessel]\ncolumns = ["ship"]\n[t]\ncolumns = ["when"]\n[lat]\ncolumns = ["y"]\n[lon]\ncolumns = ["x"]\n'
    text = f"ship,when,y,x\n{HERON},2031-03-11T00:00:00Z,11.6,121.1\n{HERON},2031-03-13T00:00:00Z,11.6,121.1\n"
    root = case_with(tmp_path / "c", text.encode(), more='shape = "own.toml"\n')
    (root / "own.toml").write_text(body)
    run(root, report=False)
    assert read_table(root, "positions").num_rows == 2


def test_what_is_sensitive_leaves_no_trace(tmp_path):
    rows = [row(10, COBALT), row(13, AMBER), row(13.1, AMBER), row(16, COBALT)]
    root = case_with(tmp_path / "c", *rows, more="sensitive = true\n")
    page = run(root).report.read_text("utf-8")
    assert "ais/ais.csv" not in page
    assert f"{HERON},2031" not in page
    assert not (root / "report" / "tables" / "events.csv").read_text().splitlines()[1:]


def test_the_run_says_so_in_the_terminal(tmp_path):
    root = case_with(tmp_path / "c", row(10, SEA), row(16, SEA))
    done = CliRunner().invoke(tidewaiter, ["run", os.fspath(root), "--no-report"])
    assert done.exit_code == 0, done.output
    why = CliRunner().invoke(tidewaiter, ["why", os.fspath(root), "ais.gaps.heron"])
    assert "ais/ais.csv" in why.output
    assert row(10, SEA).strip() in why.output.replace("\n", "")
