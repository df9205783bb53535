"""Detections, exposures, and what loads and claims say of voyages, flows and bounds."""

from datetime import UTC, datetime, timedelta

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.model import Evidence, Input
from tidewaiter.model.tables import READINGS
from tidewaiter.readings import read_inputs
from tidewaiter.readings.spans import Spans


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def together(tmp_path, case):
    """Return a function that reads several files of a case at once, given as (reader, text) pairs."""

    def read(*files):
        declared = []
        for number, (reader, text) in enumerate(files):
            path = tmp_path / f"{number}.csv"
            path.write_text(text)
            evidence = Evidence(str(number) * 64, f"inputs/{number}.csv", 1, datetime.now(UTC))
            declared.append((Input(path.name, reader), evidence, path))
        return read_inputs(case, declared)

    return read


def test_a_detection_names_the_lists_that_saw_it(read):
    result = read(
        "detections",
        "detection_id,start,end,lists,by\n"
        "D2,2031-04-11,2031-04-13,Images of the LOAD port,Watch\n"
        "D1,2031-03,,origin-imagery; ais_gap,\n",
    )
    assert result.rejects.num_rows == 0
    first, second = result.tables["detections"].to_pylist()
    assert (first["detection_id"], first["lists"]) == ("D1", ["ais_gap", "origin_imagery"])
    assert (first["t_start"], first["t_end"]) == (utc(2031, 3, 1), utc(2031, 4, 1))
    assert (second["lists"], second["t_end"], second["by"]) == (["origin_imagery"], utc(2031, 4, 14), "Watch")
    assert second["row"] == 1


def test_exposures_are_told_by_their_place_in_the_file(read):
    result = read(
        "exposures",
        "list,start,end,looks\norigin_imagery,2031-03,,14.5\nGaps of AIS,2031-03,2031-04,0\nais_gap,2031-05,,3\n",
    )
    assert result.rejects.num_rows == 0
    assert result.tables["exposures"].schema == READINGS["exposures"]
    rows = result.tables["exposures"].to_pylist()
    assert [(r["list_id"], r["looks"], r["row"]) for r in rows] == [
        ("ais_gap", 0.0, 2),
        ("ais_gap", 3.0, 3),
        ("origin_imagery", 14.5, 1),
    ]
    assert rows[0]["t_end"] == utc(2031, 5, 1)


def test_a_case_without_lists_says_how_to_declare_one(tmp_path, case):
    path = tmp_path / "d.csv"
    path.write_text("detection_id,start,lists\nD1,2031-03,ais_gap\n")
    bare = msgspec.structs.replace(case, lists=())
    result = read_inputs(
        bare, [(Input("d.csv", "detections"), Evidence("0" * 64, "d.csv", 1, datetime.now(UTC)), path)]
    )
    assert "Declare it in case.toml as [[lists]]" in result.rejects["reason"][0].as_py()


def test_looks_of_a_list_are_counted_once(together):
    head = "list,start,end,looks\n"
    result = together(
        ("exposures", head + "ais_gap,2031-03,2031-04,10\norigin_imagery,2031-04,,2\n"),
        ("exposures", head + "Gaps of AIS,2031-04-30,2031-05,9\nais_gap,2031-05,,4\n"),
    )
    assert [(r["list_id"], r["looks"]) for r in result.tables["exposures"].to_pylist()] == [
        ("ais_gap", 10.0),
        ("ais_gap", 4.0),
        ("origin_imagery", 2.0),
    ]
    (reject,) = result.rejects.to_pylist()
    assert (reject["file"], reject["row"], reject["column"], reject["value"]) == (
        "inputs/1.csv",
        1,
        "start",
        "2031-04-30",
    )
    assert "already given in inputs/0.csv, row 1" in reject["reason"]


def test_a_load_names_the_detection_it_was_counted_on(together):
    loads = "load_id,start,low,detection_id\nW1,2031-03-07,200,D1\nW2,2031-03-08,210,D2\nW3,2031-03-09,220,\n"
    result = together(("loads", loads), ("detections", "detection_id,start,lists\nD1,2031-03,ais_gap\n"))
    assert [(r["load_id"], r["detection_id"]) for r in result.tables["loads"].to_pylist()] == [
        ("W1", "D1"),
        ("W3", None),
    ]
    (reject,) = result.rejects.to_pylist()
    assert reject["column"] == "detection_id"
    assert 'no detection has the id "D2"' in reject["reason"]


def test_lists_of_a_parquet_file(tmp_path, read):
    table = pa.table(
        {"detection_id": ["D1"], "start": ["2031-03"], "lists": pa.array([["origin_imagery", "Gaps of AIS"]])}
    )
    pq.write_table(table, tmp_path / "t.parquet")
    result = read("detections", (tmp_path / "t.parquet").read_bytes(), "inputs/t.parquet")
    assert result.tables["detections"]["lists"].to_pylist() == [["ais_gap", "origin_imagery"]]


def test_what_claims_may_say_of_themselves(read):
    head = "claim_id,category,claimant,stated,quantity,low,bound,use,flow,looseness,relative_error\n"
    result = read(
        "claims",
        head
        + "C1,delivery,X,2031,container,5,over,,,stale,0.2\n"
        + "C2,flow,X,2031,sailors per month,5,,CHECK,crew,,\n"
        + "C3,consumption,X,2031,crate,5,,fit,repairs,,\n",
    )
    assert result.rejects.num_rows == 0
    first, second, third = result.tables["claims"].to_pylist()
    assert (first["use"], first["flow"], first["looseness"], first["relative_error"]) == ("fit", "", "stale", 0.2)
    assert (second["category"], second["quantity"], second["per"]) == ("flow", "sailor", "month")
    assert (second["use"], second["flow"], second["looseness"]) == ("check", "crew", "")
    assert second["relative_error"] is None
    assert (third["use"], third["flow"]) == ("fit", "repairs")


def test_older_tables_of_claims_keep_their_meaning(read):
    row = read("claims", "claim_id,category,claimant,stated,quantity,low\nC1,delivery,X,2031,round,5\n")
    (claim,) = row.tables["claims"].to_pylist()
    assert (claim["use"], claim["flow"], claim["looseness"], claim["relative_error"]) == ("fit", "", "", None)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 60), st.integers(1, 9)), max_size=25))
def test_spans_that_are_taken_never_overlap(wanted):
    spans, taken = Spans(), []
    for number, (kind, first, length) in enumerate(wanted):
        start = utc(2031, 1, 1) + timedelta(days=first)
        end = start + timedelta(days=length)
        clash = [where for k, a, b, where in taken if k == kind and a < end and start < b]
        found = spans.take(kind, start, end, str(number))
        if clash:
            assert found in clash
        else:
            assert found is None
            taken.append((kind, start, end, str(number)))
