from __future__ import annotations

import csv
import gzip
import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.errors import StoreDamaged, UnknownId
from tidewaiter.evidence import Store, explain, explain_all, render_node, save_measurements, write_table
from tidewaiter.evidence.layout import object_path
from tidewaiter.evidence.locators import QUOTE, Quotes
from tidewaiter.evidence.render import fold, to_json
from tidewaiter.model import Locator, Measurement
from tidewaiter.model.tables import CLAIMS, DETECTIONS, INFERRED_CALLS, LOADS, LOOKS, SIGHTINGS

if TYPE_CHECKING:
    from tidewaiter.evidence import Node

DAY = datetime(2023, 9, 1, tzinfo=UTC)
LOOK_COUNT = 40


def put(root: Path, name: str, data: bytes, **said: Any) -> str:
    (root / name).write_bytes(data)
    with Store.open(root) as store:
        return store.add(root / name, name=name, **said).sha256


def calls(key: str, inputs: tuple[str, ...], **changes: Any) -> Measurement:
    return Measurement(key, "calls at the origin", 69.0, "call", "voyages.hsmm/1", inputs, 62.0, 81.0, 0.95, **changes)


@pytest.fixture
def world(case: Path) -> Path:
    """A case with looks, a sighting, claims, an inferred call and measurements on them."""
    text = "look_id,place_id,note\n" + "".join(f'L{n},quay,"line one\nof {n}"\n' for n in range(1, LOOK_COUNT + 1))
    looks = put(case, "inputs/looks.csv", text.encode(), url="https://example.org/looks")
    ships = put(case, "inputs/ships.csv", "sighting_id;vessel\nS1;«Ангара» [bold]\x1b[31m\n".encode(), sensitive=True)
    claims = put(case, "inputs/claims.csv", b"claim_id\nC1\nC2\n")
    rows = [
        {"look_id": f"L{n}", "place_id": "quay", "t_start": DAY + timedelta(n), "t_end": DAY + timedelta(n, 600),
         "state": "clear", "evidence": looks, "row": n, "line": 2 * n}
        for n in range(1, LOOK_COUNT + 1)
    ]  # fmt: skip
    write_table(case, "looks", pa.Table.from_pylist(rows, schema=LOOKS))
    sighting = {"sighting_id": "S1", "look_id": "L3", "place_id": "quay", "vessel_weights": [("a", 0.6), ("b", 0.4)]}
    sighting |= {"evidence": ships, "row": 1, "line": 2}
    write_table(case, "sightings", pa.Table.from_pylist([sighting], schema=SIGHTINGS))
    claim = {"claimant": "A", "low": 8e6, "quantity": "round", "bound": "at_least", "evidence": claims}
    both = [
        {**claim, "claim_id": "C1", "derived_from": ["C2", "C9"], "row": 1, "line": 2},
        {**claim, "claim_id": "C2", "derived_from": ["C1"], "row": 2, "line": 3},
    ]
    write_table(case, "claims", pa.Table.from_pylist(both, schema=CLAIMS))
    call = {"call_id": "K1", "place_id": "quay", "probability": 0.93, "basis": "seen", "readings": ["sightings/S1"]}
    write_table(case, "inferred_calls", pa.Table.from_pylist([call], schema=INFERRED_CALLS))
    inputs = tuple(f"looks/L{n}" for n in range(1, LOOK_COUNT + 1))
    save_measurements(
        case,
        [
            calls("calls.total", (*inputs, "sightings/S1", "K1"), parameters={"seed": 1}),
            Measurement("rounds", "rounds", 4.2e6, "round", "tally/1", ("calls.total", "calls.total"), scenario="mix"),
            Measurement("guess", "a guess", 1.0, "call", "m/1", ()),
        ],
    )
    return case


def plain(text: str) -> str:
    return text.replace("\u202f", " ")


def below(node: Node, kind: str) -> list[Node]:
    found = [node] if node.kind == kind else []
    return found + [n for child in node.children for n in below(child, kind)]


def test_a_number_leads_down_to_file_row_and_quote(world: Path) -> None:
    node = explain(world, "calls.total")
    assert (plain(node.figure), node.status) == ("62–81 calls (95 %), median 69", "supported")
    assert (node.method, node.parameters) == ("voyages.hsmm/1", {"seed": 1})
    assert len(node.children) == LOOK_COUNT + 2
    look = node.children[6]
    assert look.id == "looks/L7"
    assert look.locator is not None
    assert (look.locator.name, look.locator.row, look.locator.line) == ("inputs/looks.csv", 7, 14)
    assert look.quote == 'L7,quay,"line one\nof 7"'
    assert [c.id for c in look.children] == [look.locator.evidence]
    assert look.children[0].parameters["url"] == "https://example.org/looks"


def test_calls_lead_to_their_readings_and_sightings_to_their_look(world: Path) -> None:
    node = explain(world, "K1")
    assert (node.kind, node.id, node.figure) == ("call", "K1", "probability 0.93")
    sighting = node.children[0]
    assert sighting.quote.startswith("S1;«Ангара»")
    assert sighting.sensitive
    assert [c.kind for c in sighting.children] == ["reading", "evidence"]
    assert sighting.children[0].id == "looks/L3"
    assert explain(world, "inferred_calls/K1") == node


def test_a_load_leads_to_the_detection_it_was_counted_on(case: Path) -> None:
    at = {"evidence": put(case, "inputs/both.csv", b"id\nD1\nW1\n"), "line": 2}
    detection = {"detection_id": "D1", "t_start": DAY, "t_end": DAY + timedelta(1), "lists": ["gaps", "port"], "row": 1}
    write_table(case, "detections", pa.Table.from_pylist([detection | at], schema=DETECTIONS))
    load = {"load_id": "W1", "low": 200.0, "unit": "container", "detection_id": "D1", "row": 2}
    write_table(case, "loads", pa.Table.from_pylist([load | at], schema=LOADS))
    node = explain(case, "loads/W1").children[0]
    assert (node.id, node.label, node.figure) == (
        "detections/D1",
        "detection of a voyage 2023-09-01",
        "gaps, port",
    )


def test_ids_can_be_short_when_only_one_thing_has_them(world: Path) -> None:
    assert explain(world, "L7").id == "looks/L7"
    sha256 = below(explain(world, "L7"), "evidence")[0].id
    assert explain(world, sha256[:8]).id == sha256
    write_table(world, "loads", pa.table({"load_id": ["L7"]}))
    with pytest.raises(UnknownId, match="2 things"):
        explain(world, "L7")
    assert explain(world, "looks/L7").id == "looks/L7"


@pytest.mark.parametrize(
    ("name", "hint"), [("calls.totl", "calls.total"), ("looks/L7x", "looks/L7"), ("KK1", "K1"), ("\x1b[2J" * 99, None)]
)
def test_unknown_ids_are_answered_with_the_nearest(world: Path, name: str, hint: str | None) -> None:
    with pytest.raises(UnknownId) as caught:
        explain(world, name)
    assert "\x1b" not in str(caught.value)
    assert caught.value.hint == (hint and f'Did you mean "{hint}"?')


def test_claims_that_derive_from_each_other_end(world: Path) -> None:
    node = explain(world, "claims/C1")
    assert plain(node.figure) == "at least 8 million rounds"
    assert [c.id for c in node.children[:2]] == ["claims/C2", "claims/C9"]
    assert node.children[1].status == "absent"
    assert node.children[0].children[0].status == "circular"


def test_an_input_that_is_not_there_is_an_error_that_names_both(world: Path) -> None:
    save_measurements(world, [calls("calls.total", ("looks/L99",))])
    with pytest.raises(UnknownId, match=r'"calls.total" rests on "looks/L99"'):
        explain(world, "calls.total")


def test_nothing_is_quoted_from_an_original_that_was_changed(world: Path) -> None:
    sha256 = below(explain(world, "L7"), "evidence")[0].id
    path = object_path(world, sha256)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"of 7", b"of 8"))
    with pytest.raises(StoreDamaged, match="nothing is quoted"):
        explain(world, "calls.total")


def test_many_trees_share_their_subtrees(world: Path) -> None:
    trees = explain_all(world, ["rounds", "calls.total", "L7"])
    assert list(trees) == ["rounds", "calls.total", "L7"]
    assert trees["rounds"].children[0] is trees["calls.total"]
    assert trees["calls.total"].children[6] is trees["L7"]


def test_shown_as_text_readings_are_folded_and_nothing_can_move_the_cursor(world: Path) -> None:
    text = render_node(explain(world, "rounds"))
    assert "40 looks in inputs/looks.csv, rows 1–40" in text
    assert "https://example.org/looks" in text
    assert text.count("looks/L7:") == 0
    assert "inputs/ships.csv, row 1, line 2" in text
    assert "“S1;«Ангара» [bold]\\x1b[31m”" in text
    assert "(as above)" in text
    assert "\x1b" not in text
    assert render_node(explain(world, "rounds"), 0).count("\n") == 1
    assert "no evidence is given" in render_node(explain(world, "guess"))
    assert "[asserted]" in render_node(explain(world, "guess"))


def test_folding_keeps_the_complete_readings(world: Path) -> None:
    node = explain(world, "calls.total")
    group, *others = fold(node.children)
    assert group.kind == "group"
    assert group.children == node.children[:LOOK_COUNT]
    assert [o.kind for o in others] == ["reading", "call"]


def test_json_is_complete(world: Path) -> None:
    tree = json.loads(to_json(explain(world, "rounds")))
    assert [len(c["children"]) for c in tree["children"]] == [LOOK_COUNT + 2] * 2
    assert tree["children"][0]["children"][6]["quote"] == 'L7,quay,"line one\nof 7"'
    assert json.loads(to_json(explain(world, "rounds"), 1))["children"][0]["children"] == []


FIELD = st.text(st.sampled_from("ab,;\"'\n\t ж—"), max_size=8)


@given(rows=st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=8), end=st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_quotes_are_the_records_that_a_csv_reader_sees(case: Path, rows: list[tuple[str, str]], end: str) -> None:
    path = case / "inputs/any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=end)
        writer.writerow(("first", "second"))
        writer.writerows(("x" + a, b) for a, b in rows)
    with path.open(encoding="utf-8", newline="\n") as file:
        reader = csv.reader(file)
        next(reader)
        locators, records = [], []
        line = reader.line_num + 1
        for number, record in enumerate(reader, 1):
            locators.append((number, line))
            records.append(record)
            line = reader.line_num + 1
    with tempfile.TemporaryDirectory() as fresh:
        check_quotes(Path(fresh), path, locators, records)


def check_quotes(root: Path, path: Path, locators: list[tuple[int, int]], records: list[list[str]]) -> None:
    (root / "any.csv").write_bytes(path.read_bytes())
    with Store.open(root) as store:
        sha256 = store.add(root / "any.csv", name="any.csv").sha256
    wanted = [Locator(sha256, row, line) for row, line in locators]
    quotes = Quotes(root, wanted)
    for locator, record in zip(wanted, records, strict=True):
        assert next(csv.reader([quotes.at(locator)])) == record


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_quotes_from_other_files(case: Path, encoding: str) -> None:
    sha256 = put(case, "inputs/text.txt", "Сорок ships\nof 医".encode(encoding))
    quotes = Quotes(case, [])
    assert quotes.at(Locator(sha256, start=6, end=11)) == "ships"
    assert quotes.at(Locator(sha256, line=2)) == "of 医"
    assert quotes.at(Locator(sha256, line=9)) == ""
    assert quotes.at(Locator(sha256)) == ""


def test_long_lines_and_unclosed_quotes_are_cut(case: Path) -> None:
    data = b"a,b\n" + b"x" * 300_000 + b"\r\n" + b'"never closed\n' + b"more\n" * 500 + b"last,row"
    sha256 = put(case, "inputs/long.csv", data)
    quotes = Quotes(case, [])
    assert quotes.at(Locator(sha256, 1, 2)) == "x" * (QUOTE - 1) + "…"
    assert quotes.at(Locator(sha256, 2, 3)) == '"never closed'
    assert quotes.at(Locator(sha256, 9, 504)) == "last,row"


def test_records_are_found_behind_blank_lines_and_in_compressed_files(case: Path) -> None:
    data = b'\n;;\nid;note\nA;"one, \r\ntwo"\nB;5\r2\n'
    for name, content in (("a.csv", data), ("a.csv.gz", gzip.compress(data))):
        quotes = Quotes(case, [])
        sha256 = put(case, f"inputs/{name}", content)
        assert quotes.at(Locator(sha256, 1, 4)) == 'A;"one, \r\ntwo"'
        assert quotes.at(Locator(sha256, 2, 6)) == "B;5\r2"


def test_rows_of_parquet_files_are_quoted_as_json(case: Path) -> None:
    pq.write_table(pa.table({"n": list(range(100)), "day": [DAY] * 100}), case / "inputs/p.parquet", row_group_size=30)
    with Store.open(case) as store:
        sha256 = store.add(case / "inputs/p.parquet", name="inputs/p.parquet").sha256
    quote = json.loads(Quotes(case, []).at(Locator(sha256, 61, 61)))
    assert quote["n"] == 60
    assert quote["day"].startswith("2023-09-01")
