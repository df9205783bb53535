from __future__ import annotations

import math
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.errors import EvidenceError, StoreDamaged, UnknownId
from tidewaiter.evidence import load_measurements, read_table, save_measurements, table_names, write_table
from tidewaiter.model import Measurement
from tidewaiter.model.tables import SIGHTINGS

if TYPE_CHECKING:
    from pathlib import Path

WHEN = datetime(2024, 2, 12, 6, 30, tzinfo=UTC)
ROW = {
    "sighting_id": "S1",
    "t_start": WHEN,
    "vessel_weights": [("a", 0.6), ("b", 0.4)],
    "evidence": "0" * 64,
    "row": 1,
    "line": 2,
}


def measurement(key: str, **changes: object) -> Measurement:
    given = {"name": "calls", "value": 69.0, "unit": "call", "method": "m/1", "inputs": ("looks/L1",), **changes}
    return Measurement(key, **given)  # type: ignore[arg-type]


def test_a_table_comes_back_as_it_was(case: Path) -> None:
    table = pa.Table.from_pylist([ROW], schema=SIGHTINGS)
    path = write_table(case, "sightings", table)
    assert path == case / ".tidewaiter/tables/sightings.parquet"
    back = read_table(case, "sightings")
    assert back.schema.equals(SIGHTINGS)
    assert back.to_pylist() == table.to_pylist()
    assert table_names(case) == ["sightings"]


def test_equal_rows_give_equal_bytes_however_they_are_chunked_and_labelled(case: Path) -> None:
    table = pa.Table.from_pylist([ROW] * 50, schema=SIGHTINGS)
    first = write_table(case, "t", table).read_bytes()
    chunked = pa.concat_tables([table.slice(0, 7), table.slice(7, 30), table.slice(37)])
    assert write_table(case, "t", chunked).read_bytes() == first
    assert write_table(case, "t", table.replace_schema_metadata({"pandas": "{}", "made": "now"})).read_bytes() == first
    assert write_table(case, "t", read_table(case, "t")).read_bytes() == first


def test_a_write_that_fails_leaves_the_table_as_it_was(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_table(case, "t", pa.table({"a": [1]}))
    before = path.read_bytes()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    for call in ("fsync", "replace"):
        monkeypatch.setattr(os, call, refuse)
        with pytest.raises(EvidenceError, match="No space"):
            write_table(case, "t", pa.table({"a": [2]}))
        monkeypatch.undo()
        assert path.read_bytes() == before
        assert [p.name for p in path.parent.iterdir()] == ["t.parquet"]


def test_table_names_cannot_lead_elsewhere(case: Path) -> None:
    for name in ("../x", "", "A", "a/b", "a.b"):
        with pytest.raises(EvidenceError, match="not a table name"):
            write_table(case, name, pa.table({"a": [1]}))


def test_absent_and_unreadable_tables(case: Path) -> None:
    write_table(case, "sightings", pa.table({"a": [1]}))
    with pytest.raises(UnknownId, match='Did you mean "sightings"'):
        read_table(case, "sighting")
    (case / ".tidewaiter/tables/looks.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(StoreDamaged, match="not readable"):
        read_table(case, "looks")


def test_measurements_are_kept_by_id_with_their_parameters(case: Path) -> None:
    items = [
        measurement("b", low=62.0, high=81.0, level=0.95, parameters={"seed": 1, "a": {"x": [1.5]}}),
        measurement("a"),
    ]
    path = save_measurements(case, items)
    first = path.read_bytes()
    assert load_measurements(case) == {"a": items[1], "b": items[0]}
    assert list(load_measurements(case)) == ["a", "b"]
    assert save_measurements(case, reversed(items)).read_bytes() == first


@pytest.mark.parametrize(
    ("said", "saved"), [("supported", "asserted"), ("disputed", "asserted"), ("withdrawn", "withdrawn")]
)
def test_what_rests_on_nothing_is_only_asserted(case: Path, said: str, saved: str) -> None:
    save_measurements(case, [measurement("a", inputs=(), status=said), measurement("b", status=said)])
    assert load_measurements(case)["a"].status == saved
    assert load_measurements(case)["b"].status == said


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([measurement("a"), measurement("a")], "used twice"),
        ([measurement("")], "empty"),
        ([measurement("a", value=math.nan)], "value is nan"),
        ([measurement("a", high=math.inf)], "high is inf"),
        ([measurement("a", low=2.0, high=1.0)], "reversed"),
        ([measurement("a", parameters={"x": math.nan})], "parameters"),
        ([measurement("a", parameters={"x": object()})], "parameters"),
    ],
)
def test_numbers_that_cannot_be_stood_for_are_refused(case: Path, items: list[Measurement], words: str) -> None:
    with pytest.raises(EvidenceError, match=words):
        save_measurements(case, items)
    assert load_measurements(case) == {}


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    parameters=st.dictionaries(st.text(), st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.text(), st.none())),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_measurement_comes_back(case: Path, value: float, parameters: dict[str, object]) -> None:
    item = measurement("a", value=value, parameters=parameters)
    save_measurements(case, [item])
    assert load_measurements(case) == {"a": item}


def test_a_table_that_holds_no_measurements(case: Path) -> None:
    write_table(case, "measurements", pa.table({"a": [1]}))
    with pytest.raises(StoreDamaged, match="does not hold measurements"):
        load_measurements(case)
