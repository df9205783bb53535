"""Events as files: read back as they were, hostile text stays data, and what fails leaves nothing behind."""

import csv
import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_fleet import BEGIN, TRADER, fleet, places, statics, write_positions

from tidewaiter.errors import InputError
from tidewaiter.model.tables import EVENTS
from tidewaiter.tracks.events import named_kinds, rules
from tidewaiter.tracks.events.fleet import run_id, search_files, stamped
from tidewaiter.tracks.events.writing import KINDS, write_table
from tidewaiter.tracks.ports import points

ALL, OURS = named_kinds(()), rules("tidewaiter")
HOSTILE = [
    '=HYPERLINK("http://127.0.0.1","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    'a "quoted", name; with\nlines\r\nand\ttabs',
    "</script><script>alert(1)</script>",
    "'; DROP TABLE events; --",
    "\\u0022}, {",
    "{}[]\0\x1b[31m",
    "Владивосток 羅津 \U0001f6a2",
    "",
    "null",
]
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    file = write_positions(tmp_path_factory.mktemp("fleet") / "positions.parquet", fleet())
    searched = search_files([file], ALL, OURS, places(), statics=statics())
    return stamped(searched.found.events, run_id([file], OURS, ALL, searched.until))


def made(rows):
    """Return a table of events whose text, place and position are given."""
    told = [
        {
            "event_id": f"e-{i}",
            "kind": "stop",
            "vessel_key": TRADER,
            "start": BEGIN + timedelta(microseconds=i),
            "place_id": text,
            "lat": lat,
            "lon": lon,
            "detail": json.dumps({"name": text}),
        }
        for i, (text, lat, lon) in enumerate(rows)
    ]
    return pa.Table.from_pylist(told, schema=EVENTS)


def read_csv(path):
    """Return the rows of a CSV file as the table had them, without the mark that keeps text from being run."""
    numbers = {"vessel_key": int, "other_key": int, "lat": float, "lon": float}
    times = {"start": datetime.fromisoformat, "end": datetime.fromisoformat}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for name, cell in row.items():
            if name in numbers or name in times:
                row[name] = (numbers | times)[name](cell) if cell else None
            elif cell.startswith("'") and cell[1:].startswith(DANGEROUS):
                row[name] = cell[1:]
            elif not cell:
                row[name] = None
    return rows


def read_jsonl(path):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [row | {name: row[name] and datetime.fromisoformat(row[name]) for name in ("start", "end")} for row in rows]


def read_geojson(path):
    collection = json.loads(path.read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    return collection["features"]


def test_parquet_is_the_table(events, tmp_path):
    write_table(events, tmp_path / "e.parquet")

    back = pq.read_table(tmp_path / "e.parquet")

    assert back.schema.equals(EVENTS)
    assert back.equals(events)
    assert back["run_id"].null_count == 0


@pytest.mark.parametrize(("name", "reader"), [("e.csv", read_csv), ("E.JSONL", read_jsonl)])
def test_text_holds_the_same_rows(events, tmp_path, name, reader):
    write_table(events, tmp_path / name)

    assert reader(tmp_path / name) == events.to_pylist()


def test_geojson_holds_the_same_rows(events, tmp_path):
    write_table(events, tmp_path / "e.geojson")

    features = read_geojson(tmp_path / "e.geojson")

    rows = events.to_pylist()
    assert [f["id"] for f in features] == [row["event_id"] for row in rows]
    for feature, row in zip(features, rows, strict=True):
        assert feature["type"] == "Feature"
        if row["lat"] is None:
            assert feature["geometry"] is None
        else:
            at = [round(row["lon"], 6), round(row["lat"], 6)]
            assert feature["geometry"] == {"type": "Point", "coordinates": at}
        said = feature["properties"]
        for moment in ("start", "end"):
            assert (datetime.fromisoformat(said[moment]) if moment in said else None) == row[moment]
        assert said["detail"] == json.loads(row["detail"])  # an object, which a map can show field by field
        rest = {name: value for name, value in row.items() if name not in {"lat", "lon", "start", "end", "detail"}}
        assert {name: said.get(name) for name in rest} == rest


def test_geoparquet_holds_the_same_rows(events, tmp_path):
    write_table(events, tmp_path / "e.geoparquet")

    back = pq.read_table(tmp_path / "e.geoparquet")

    assert back.drop_columns(["geometry"]).cast(EVENTS).equals(events)
    where = [point and (point.y, point.x) for point in shapely.from_wkb(back["geometry"].to_pylist())]
    assert where == [row["lat"] and (row["lat"], row["lon"]) for row in events.to_pylist()]
    about = json.loads(back.schema.metadata[b"geo"])
    column = about["columns"][about["primary_column"]]
    assert (about["version"], column["encoding"], column["geometry_types"]) == ("1.1.0", "WKB", ["Point"])
    box = [f(v) for f in (min, max) for v in zip(*((x, y) for y, x in filter(None, where)), strict=True)]
    assert column["bbox"] == box


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_found_is_a_file_too(tmp_path, kind):
    path = tmp_path / f"none{kind}"
    write_table(EVENTS.empty_table(), path)

    if kind.endswith("parquet"):
        assert pq.read_table(path).num_rows == 0
    elif kind == ".geojson":
        assert read_geojson(path) == []
    elif kind == ".csv":
        assert path.read_text(encoding="utf-8").strip().replace('"', "") == ",".join(EVENTS.names)
    else:
        assert path.read_bytes() == b""


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_events_give_the_same_bytes(events, tmp_path, kind):
    for name in ("a", "b"):
        write_table(events, tmp_path / f"{name}{kind}")

    assert (tmp_path / f"a{kind}").read_bytes() == (tmp_path / f"b{kind}").read_bytes()


def test_hostile_text_stays_text(tmp_path):
    table = made([(text, 1.0, 2.0) for text in HOSTILE])
    for kind in KINDS:
        write_table(table, tmp_path / f"h{kind}")

    expected = table.to_pylist()
    assert pq.read_table(tmp_path / "h.parquet").equals(table)
    assert read_jsonl(tmp_path / "h.jsonl") == expected
    assert [f["properties"]["place_id"] for f in read_geojson(tmp_path / "h.geojson")] == HOSTILE
    assert pq.read_table(tmp_path / "h.geoparquet")["place_id"].to_pylist() == HOSTILE
    assert [row["place_id"] for row in read_csv(tmp_path / "h.csv")] == [text or None for text in HOSTILE]
    with (tmp_path / "h.csv").open(encoding="utf-8", newline="") as file:
        cells = [cell for row in csv.DictReader(file) for name, cell in row.items() if name not in {"lat", "lon"}]
    assert not [cell for cell in cells if cell.startswith(DANGEROUS)]


def test_hostile_names_of_ships_and_places_pass_through_the_search(tmp_path):
    file = write_positions(tmp_path / "p.parquet", [row for row in fleet() if row[0] == TRADER])
    kinds = named_kinds(["port_visit", "identity_change", "destination"])
    for text in (t for t in HOSTILE if t):
        said = statics()
        names = pa.array(["AMBER"] * 60 + [text] * 120)
        said = said.set_column(2, "name", names).set_column(4, "destination", pa.array([text] * 180))
        near = points([text, "west"], [40.0, 40.0], [12.0, 11.0], names=[text, text], countries=[text, "XB"])
        found = search_files([file], kinds, OURS, near, statics=said).found
        for kind in (".jsonl", ".csv", ".geojson"):
            write_table(found.events, tmp_path / f"e{kind}")

        rows = read_jsonl(tmp_path / "e.jsonl")
        assert rows == found.events.to_pylist()
        assert rows == read_csv(tmp_path / "e.csv")
        visits = [row for row in rows if row["kind"] == "port_visit"]
        assert [row["place_id"] for row in visits] == [text, "west"]
        changed = [json.loads(row["detail"])["new"] for row in rows if row["kind"] == "identity_change"]
        sent = text.split("@")[0].upper().strip()  # as transponders send it: @ ends a name
        assert changed == ([sent] if sent else [])
        assert [f["properties"]["place_id"] for f in read_geojson(tmp_path / "e.geojson") if "place_id" in f["properties"]] == [text, "west"]  # fmt: skip


@given(st.lists(st.tuples(st.text(), st.none() | st.floats(), st.none() | st.floats()), max_size=20))
def test_any_text_and_any_position(tmp_path_factory, rows):
    folder = tmp_path_factory.getbasetemp()
    table = made([(text.encode("utf-8", "replace").decode(), *at) for text, *at in rows])
    for kind in KINDS:
        write_table(table, folder / f"any{kind}")

    texts = table["place_id"].to_pylist()
    assert [row["place_id"] for row in read_jsonl(folder / "any.jsonl")] == texts
    assert [row["place_id"] for row in read_csv(folder / "any.csv")] == [
        t[1:] if t.startswith("'") and t[1:].startswith(DANGEROUS) else t or None for t in texts
    ]
    features = read_geojson(folder / "any.geojson")
    assert [f["properties"]["place_id"] for f in features] == texts
    for feature in features:
        assert feature["geometry"] is None or all(isinstance(v, float) for v in feature["geometry"]["coordinates"])
    pq.read_table(folder / "any.geoparquet")["geometry"].validate(full=True)


def test_a_list_is_json_in_a_cell(tmp_path):
    table = pa.table({"seg_ids": [["=1", 'b"'], [], None], "n": [1, 2, 3]})

    write_table(table, tmp_path / "t.csv")

    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        cells = [row["seg_ids"] for row in csv.DictReader(file)]
    assert [cell and json.loads(cell) for cell in cells] == [["=1", 'b"'], [], ""]


@pytest.mark.parametrize("name", ["e.xlsx", "e", "e.parquet.bak", ".csv", "e.shp"])
def test_an_unknown_ending_is_refused(events, tmp_path, name):
    with pytest.raises(InputError, match="cannot write events as") as caught:
        write_table(events, tmp_path / name)

    assert ".geoparquet" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_target_that_cannot_be_written_leaves_nothing(events, tmp_path, kind):
    (tmp_path / f"folder{kind}").mkdir()
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / f"folder{kind}", tmp_path / "file" / f"e{kind}", Path(f"/proc/none/e{kind}")):
        with pytest.raises(InputError, match="cannot be written") as caught:
            write_table(events, path)
        assert caught.value.file == str(path)

    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", f"folder{kind}"]
    assert (tmp_path / "file").read_text() == "mine"
    assert list((tmp_path / f"folder{kind}").iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_without_right_to_write(events, tmp_path, kind):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="cannot be written"):
            write_table(events, tmp_path / f"e{kind}")
    finally:
        tmp_path.chmod(0o700)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_fills_up_leaves_the_old_file(events, tmp_path, kind, monkeypatch):
    path = tmp_path / f"e{kind}"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_table(events, path)

    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_folders_are_made_where_they_are_missing(events, tmp_path):
    write_table(events, tmp_path / "a" / "b" / "e.parquet")

    assert pq.read_table(tmp_path / "a" / "b" / "e.parquet").num_rows == events.num_rows
