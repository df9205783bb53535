from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.model import tables
from tidewaiter.publish.export import csv_bytes, measurement_table, write_tables


def cell(value, kind=None) -> str:
    text = csv_bytes(pa.table({"x": pa.array([value], kind)})).decode()
    return list(csv.reader(io.StringIO(text, newline="")))[1][0]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_formulas_are_defused(text):
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12.5", "+4", "plain", "a=b", "6,700", ""])
def test_other_text_is_left_alone(text):
    assert cell(text) == text


def test_numbers_times_and_nested_values():
    assert cell(-3.5) == "-3.5"
    assert cell(datetime(2031, 9, 1, 6, 30, tzinfo=UTC), tables.TIME) == "2031-09-01T06:30:00Z"
    assert cell([("osprey", 0.6), ("tern", 0.4)], tables.WEIGHTS) == "osprey:0.6; tern:0.4"
    assert cell(["a", "b"], pa.list_(pa.string())) == "a; b"
    assert cell([("papers", "above")], pa.map_(pa.string(), pa.string())) == "papers:above"
    assert cell(["=x"], pa.list_(pa.string())) == "'=x"
    assert cell(None, pa.string()) == ""
    assert cell(value=True) == "yes"


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1, max_size=5))
def test_no_cell_can_start_a_formula_and_nothing_is_lost(texts):
    body = csv_bytes(pa.table({"x": pa.array(texts, pa.string()), "n": pa.array(range(len(texts)))}))
    assert not body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode(), newline="")))[1:]
    assert [r[0].removeprefix("'") for r in rows] == [t.removeprefix("'") for t in texts]
    for text, _ in rows:
        assert not text.startswith(("=", "@", "\t", "\r"))


def test_same_results_same_bytes_and_parquet_keeps_types(results, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_tables({**results.tables, "measurements": measurement_table(results.measurements)}, tmp_path / name)
    files = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert {f"{t}.csv" for t in results.tables} < set(files)
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert pq.read_table(tmp_path / "a" / "claims.parquet").equals(results.tables["claims"])
    ids = pq.read_table(tmp_path / "a" / "measurements.parquet")["measurement_id"].to_pylist()
    assert ids == sorted(results.measurements)
