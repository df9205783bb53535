"""What the rows of hand-made tables say, and why a row is set aside."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.case import find_inputs, load_case, write_template
from tidewaiter.model import Evidence, Input
from tidewaiter.readings import read_inputs
from tidewaiter.readings.columns import COLUMNS, columns_markdown

DOCS = Path(__file__).parents[2] / "docs" / "inputs.md"
BASE = {
    "looks": {"look_id": "L1", "place": "amber", "start": "2031-03-07", "state": "clear"},
    "sightings": {"sighting_id": "S1", "place": "amber", "start": "2031-03-07"},
    "surveys": {"survey_id": "U1", "place": "amber", "from": "2031-03", "to": "2031-04", "calls": "5"},
    "calls": {"call_id": "K1", "place": "amber", "arrival_earliest": "2031-03-07"},
    "detections": {"detection_id": "D1", "start": "2031-03", "lists": "ais_gap"},
    "exposures": {"list": "ais_gap", "start": "2031-03", "looks": "5"},
    "loads": {"load_id": "W1", "place": "amber", "start": "2031-03-07", "low": "200"},
    "claims": {
        "claim_id": "C1",
        "category": "delivery",
        "claimant": "X",
        "stated": "2031",
        "quantity": "round",
        "low": "5",
    },
}


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def one(read):
    """Return a function that reads one row: its fields, or the column and reason it was set aside for."""

    def read_one(reader, delimiter=",", tz="", **cells):
        values = BASE[reader] | {name.rstrip("_"): value for name, value in cells.items()}
        quoted = ['"' + value.replace('"', '""') + '"' for value in values.values()]
        result = read(reader, delimiter.join(values) + "\n" + delimiter.join(quoted) + "\n", timezone=tz)
        if result.rejects.num_rows:
            (reject,) = result.rejects.to_pylist()
            return reject["column"], reject["reason"]
        (row,) = result.tables[reader].to_pylist()
        return row

    return read_one


def test_spans(one):
    day = one("looks")
    assert (day["t_start"], day["t_end"]) == (utc(2031, 3, 7), utc(2031, 3, 8))
    minute = one("looks", start="2031-03-07T11:01+09:00")
    assert (minute["t_start"], minute["t_end"]) == (utc(2031, 3, 7, 2, 1), utc(2031, 3, 7, 2, 2))
    assert one("looks", start="2031-03-07 11:01", tz="Asia/Tokyo")["t_start"] == utc(2031, 3, 7, 2, 1)
    assert one("looks", end="2031-03-09")["t_end"] == utc(2031, 3, 10)


def test_a_sighting_of_one_date_is_within_that_day(one):
    assert one("sightings")["within"] is True
    assert one("sightings", end="2031-03-09")["within"] is False
    assert one("sightings", end="2031-03-09", within="yes")["within"] is True


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", []),
        ("Grey Heron", [("heron", 1.0)]),
        ("heron:0.8", [("heron", 0.8)]),
        ("tern:0.4; GREY-HERON:0.6", [("heron", 0.6), ("tern", 0.4)]),
        ("heron | tern", [("heron", 0.5), ("tern", 0.5)]),
    ],
)
def test_weighted_vessels(one, written, expected):
    assert one("sightings", vessels=written)["vessel_weights"] == expected


@pytest.mark.parametrize(
    ("reader", "cells", "column", "reason"),
    [
        ("looks", {"place": "Ambr Quay"}, "place", 'unknown place "Ambr Quay". Did you mean "Amber Quay"?'),
        ("looks", {"place": "Amber Key"}, "place", "a holiday island"),
        ("looks", {"place": ""}, "place", "empty"),
        ("looks", {"start": "2031-02-30"}, "start", "does not exist"),
        ("looks", {"start": "2031-03-07 11:01"}, "start", "time without zone"),
        ("looks", {"start": ""}, "start", "empty"),
        ("looks", {"end": "2031-03-01"}, "end", "reversed"),
        ("looks", {"end": "soon"}, "end", "not a date"),
        ("looks", {"state": "cloudy"}, "state", "One of: clear, obscured"),
        ("looks", {"state": ""}, "state", "empty"),
        ("looks", {"visible_share": "0"}, "visible_share", "above 0"),
        ("looks", {"visible_share": "1.5"}, "visible_share", "above 1"),
        ("looks", {"visible_share": "50%"}, "visible_share", "percentage"),
        ("looks", {"look_id": "L 1"}, "look_id", "cannot be an id"),
        ("looks", {"look_id": "../L1"}, "look_id", "cannot be an id"),
        ("looks", {"published": "last week"}, "published", "not a date"),
        ("looks", {"confidence": "D"}, "confidence", "not known"),
        ("sightings", {"vessels": "Gray Heron"}, "vessels", 'Did you mean "Grey Heron"?'),
        ("sightings", {"vessels": "heron; tern"}, "vessels", "open how"),
        ("sightings", {"vessels": "heron:0.5; tern"}, "vessels", "open how"),
        ("sightings", {"vessels": "heron:0.7; tern:0.4"}, "vessels", "more than 1"),
        ("sightings", {"vessels": "heron:0"}, "vessels", "above 0"),
        ("sightings", {"vessels": "heron | Grey-Heron"}, "vessels", "named twice"),
        ("sightings", {"within": "maybe"}, "within", "yes, no"),
        ("sightings", {"containers_low": "-5"}, "containers_low", "negative"),
        ("sightings", {"containers_low": "300", "containers_high": "200"}, "containers_high", "above"),
        ("sightings", {"look_id": "L9"}, "look_id", "no look has the id"),
        ("sightings", {"length_m": "0"}, "length_m", "above zero"),
        ("surveys", {"calls": ""}, "calls", "at least one of the two"),
        ("surveys", {"days_imaged": "62"}, "days_imaged", "more than the 61 days"),
        ("surveys", {"days_imaged": "10", "days_obscured": "11"}, "days_obscured", "more than days_imaged"),
        ("surveys", {"days_imaged": "10", "days_with_ship": "11"}, "days_with_ship", "more than days_imaged"),
        ("surveys", {"calls": "2.5"}, "calls", "whole number"),
        ("surveys", {"calls_high": "4"}, "calls_high", "below calls"),
        ("surveys", {"to": "2031-02"}, "to", "reversed"),
        ("surveys", {"coverage_low": "0.5"}, "coverage_high", "go together"),
        ("surveys", {"bound": "atleast"}, "bound", 'Did you mean "at_least"?'),
        ("calls", {"arrival_earliest": ""}, "arrival_earliest", "none of the four"),
        ("calls", {"departure_latest": "2031-03-01"}, "departure_latest", "before it arrives"),
        ("calls", {"arrival_latest": "2031-03-01"}, "arrival_latest", "reversed"),
        ("loads", {"low": ""}, "low", "empty"),
        ("loads", {"kind": "total"}, "voyages", "needed"),
        ("loads", {"unit": "contaner"}, "unit", 'Did you mean "container"?'),
        ("loads", {"detection_id": "D9"}, "detection_id", 'no detection has the id "D9". Leave the cell empty'),
        ("detections", {"lists": ""}, "lists", "empty"),
        ("detections", {"lists": ";"}, "lists", "no list"),
        ("detections", {"lists": "ais_gaps"}, "lists", 'unknown list "ais_gaps". Did you mean "ais_gap"?'),
        ("detections", {"lists": "origin_imagery; sonar"}, "lists", 'unknown list "sonar". Declare it in case.toml'),
        ("detections", {"lists": "ais_gap; Gaps of AIS"}, "lists", "named twice"),
        ("detections", {"start": ""}, "start", "empty"),
        ("detections", {"end": "2031-02"}, "end", "reversed"),
        ("exposures", {"list": ""}, "list", "empty"),
        ("exposures", {"list": "origin imagry"}, "list", 'Did you mean "origin_imagery"?'),
        ("exposures", {"list": "ais_gap; origin_imagery"}, "list", "unknown list"),
        ("exposures", {"looks": ""}, "looks", "empty"),
        ("exposures", {"looks": "-1"}, "looks", "negative"),
        ("exposures", {"start": "2031-13"}, "start", "does not exist"),
        ("claims", {"use": "both"}, "use", "One of: fit, check"),
        ("claims", {"flow": "repair"}, "flow", 'unknown flow "repair". Did you mean "repairs"?'),
        ("claims", {"flow": "people"}, "flow", "Declare it in case.toml as [[flows]]"),
        ("claims", {"category": "flow"}, "flow", "category is flow, so flow is needed"),
        ("claims", {"looseness": "lose"}, "looseness", 'Did you mean "loose"?'),
        ("claims", {"relative_error": "0"}, "relative_error", "above zero"),
        ("claims", {"relative_error": "-0.1"}, "relative_error", "negative"),
        ("claims", {"per": "week"}, "per", "One of: year, month, day"),
        ("claims", {"quantity": "sailer"}, "quantity", 'Did you mean "sailor"?'),
        ("claims", {"quantity": "ronds"}, "quantity", 'Did you mean "round"?'),
        ("claims", {"category": "rumour"}, "category", "One of"),
        ("claims", {"derived_from": "C 1"}, "derived_from", "cannot be an id"),
        ("claims", {"high": "4"}, "high", "low is above high"),
    ],
)
def test_set_aside_with_a_reason(one, reader, cells, column, reason):
    found = one(reader, **cells)
    assert isinstance(found, tuple), found
    assert found[0] == column
    assert reason in found[1]


@pytest.mark.parametrize(
    "written", ["1 234", "12 000", "12\u00a0000", "12.000", "12,000", "1'000", "1,234,567", "1.234,5"]
)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_ambiguous_numbers_are_not_guessed(one, written, delimiter):
    column, reason = one("loads", delimiter, low=written)
    assert column == "low"
    assert "two ways" in reason


@pytest.mark.parametrize(
    "written", ["nan", "inf", "1e3", "0x10", "+5", "٥", "five", "9" * 30, "1.", ".5", "--1", "1,5"]
)
def test_only_plain_decimals_are_numbers(one, written):
    assert one("loads", low=written)[0] == "low"


def test_decimals(one):
    assert one("loads", low="250.5")["low"] == 250.5
    assert one("loads", ";", low="250,5")["low"] == 250.5
    assert one("loads", "\t", low="250.5")["low"] == 250.5
    assert one("loads", low="0.125")["low"] == 0.125
    assert one("loads", low="12000")["high"] == 12000


def test_calls_keep_open_ends(one):
    row = one("calls", arrival_earliest="", departure_latest="2031-03-09")
    assert row["arrival_earliest"] is None
    assert row["arrival_latest"] is None
    assert row["departure_latest"] == utc(2031, 3, 10)
    row = one("calls", arrival_latest="2031-03-08T06:00Z")
    assert (row["arrival_earliest"], row["arrival_latest"]) == (utc(2031, 3, 7), utc(2031, 3, 8, 6))


def test_claims_in_the_words_of_research_tables(read):
    text = (
        "claim_id,category,claimant,date_stated,date_precision,period_start,period_end,quantity_kind,value_low,value_high,bound,unit,"
        "munition,assumption,derived_from,derivation_status,published_via\n"
        "C1,delivery,X,2031-03,month,,2031-02,rounds per year,5,6,approx,rounds per year,big,if all,,independent count claimed,Gazette\n"
        "C2,share,X,2031-03,month,2031-01,,share,40,,,percent of all,,,C1,inferred (same base),\n"
        "C3,denial,X,2031-03,day,,,denial,,,,,,,,,\n"
    )
    first, second, third = read("claims", text).tables["claims"].to_pylist()
    assert (first["quantity"], first["per"], first["bound"], first["by"]) == ("round", "year", "about", "Gazette")
    assert (first["t_start"], first["t_end"]) == (None, utc(2031, 3, 1))
    assert (first["item"], first["condition"], first["derivation"]) == ("big", "if all", "")
    assert (second["quantity"], second["derived_from"], second["derivation"]) == ("percent", ["C1"], "inferred")
    assert (second["t_start"], second["t_end"], second["bound"]) == (utc(2031, 1, 1), None, "exact")
    assert (third["quantity"], third["low"]) == ("", None)


def test_the_second_of_two_equal_ids_is_set_aside(tmp_path, case):
    head = "look_id,place,start,state\n"
    files = []
    for name, body in (
        ("a.csv", "L1,amber,2031-03-07,clear\n"),
        ("b.csv", "L2,amber,2031-03-07,clear\nL1,amber,2031-03-08,clear\n"),
    ):
        (tmp_path / name).write_text(head + body)
        files.append((Input(name, "looks"), Evidence(name * 8, name, 1, datetime.now(UTC)), tmp_path / name))
    result = read_inputs(case, files)
    assert result.tables["looks"]["look_id"].to_pylist() == ["L1", "L2"]
    (reject,) = result.rejects.to_pylist()
    assert (reject["file"], reject["row"], reject["line"], reject["value"]) == ("b.csv", 2, 3, "L1")
    assert "already used in a.csv, row 1" in reject["reason"]
    assert read_inputs(case, files[::-1]) == result


def test_confusables_and_bad_identifiers_are_noticed(read):
    result = read("looks", "look_id,place,start,state\nL1,amber key,2031-03-07,clear\n")
    kinds = {n["kind"]: n for n in result.notices.to_pylist()}
    assert "a holiday island" in kinds["confusable"]["message"]
    assert kinds["identifier"]["subject"] == "heron"
    assert "check digit" in kinds["identifier"]["message"]


def test_parquet_says_what_csv_says(tmp_path, read):
    columns = {
        "survey_id": ["U1", "U2"],
        "place": pa.array(["amber", "Янтарь"]).dictionary_encode(),
        "from": pa.array([datetime(2031, 3, 1).date()] * 2, pa.date32()),  # noqa: DTZ001
        "to": ["2031-04", "2031-04"],
        "days_imaged": pa.array([40, None], pa.int32()),
        "calls": [12.0, 2.5],
        "coverage_low": [0.125, None],
        "coverage_high": [0.5, None],
        "vessels": pa.array([["heron", "tern"], []]),
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    result = read("surveys", (tmp_path / "t.parquet").read_bytes(), "inputs/t.parquet")
    (row,) = result.tables["surveys"].to_pylist()
    assert (row["calls_low"], row["coverage_low"], row["vessels"], row["line"]) == (12, 0.125, ["heron", "tern"], 0)
    assert result.rejects["column"].to_pylist() == ["calls"]


@pytest.mark.parametrize("template", ["shuttle", "tanker"])
def test_templates_read_without_a_reject(tmp_path, template):
    write_template(tmp_path / "new", template)
    case = load_case(tmp_path / "new")
    found = [(i, Evidence(p.name, p.name, 1, datetime.now(UTC)), p) for i, p in find_inputs(case)]
    result = read_inputs(case, found)
    assert result.rejects.num_rows == 0
    assert result.notices.num_rows == 0
    assert all(result.tables[entry.reader].num_rows for entry, _, _ in found)
    for entry, _, path in found:
        with path.open(newline="") as stream:
            assert set(next(csv.reader(stream))) <= {c.name for c in COLUMNS[entry.reader]}


def test_the_documented_columns_are_those_of_the_code():
    text = DOCS.read_text(encoding="utf-8")
    for reader in COLUMNS:
        assert columns_markdown(reader) in text


def test_the_documented_examples_can_be_read(tmp_path, case):
    found = re.findall(r"^## (\w+)\n.*?```csv\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert [reader for reader, _ in found] == list(COLUMNS)
    files = []
    for reader, text in found:
        (tmp_path / reader).write_text(text)
        files.append(
            (Input(reader, reader), Evidence(reader, f"{reader}.csv", 1, datetime.now(UTC)), tmp_path / reader)
        )
    result = read_inputs(case, files)
    assert result.rejects.to_pylist() == []
    assert sum(t.num_rows for t in result.tables.values()) == sum(text.count("\n") - 1 for _, text in found)


_WORDS = [
    "",
    "amber",
    "heron",
    "heron:0.5; tern",
    "tern | heron",
    "5",
    "-5",
    "1,5",
    "12.000",
    "2031",
    "2031-03-07",
    "2031-03-07T10:00Z",
]
_CELLS = st.one_of(
    st.sampled_from(_WORDS), st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=15)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(BASE)), st.data())
def test_any_cells_are_a_reading_or_a_reject(read, reader, data):
    names = [column.name for column in COLUMNS[reader]]
    written = {name: BASE[reader].get(name, "") for name in names}
    changed = data.draw(st.dictionaries(st.sampled_from(names), _CELLS, max_size=5))
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    writer.writerow(written | changed | {names[-1]: "never blank"})
    result = read(reader, out.getvalue())
    assert result.tables[reader].num_rows + result.rejects.num_rows == 1
    assert all(reject["reason"] for reject in result.rejects.to_pylist())
