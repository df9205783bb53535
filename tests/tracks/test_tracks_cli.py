"""`tidewaiter tracks decode | segment | events` as people call them: exit codes, JSON, words, files; never a traceback."""

import csv
import gzip
import json
import re
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ais_encoder import name_b, position_a, sentences, tagged, voyage
from small_fleet import BEGIN, LEAPING, SLOW, TRADER, UNTIL, fixes_of, fleet, places, statics, table_of, write_positions

from small_case import write_case
from tidewaiter.cli import main
from tidewaiter.model.tables import EVENTS
from tidewaiter.tracks.events import KINDS, explained, named_kinds, rules
from tidewaiter.tracks.events.fleet import search_files
from tidewaiter.tracks.nmea import POSITIONS, STATICS
from tidewaiter.tracks.presets import presets
from tidewaiter.tracks.segments import Segments

CSV = "vessel_key,t,lat,lon,sog_kn,cog_deg,heading_deg\n"


@pytest.fixture
def call(capsys, monkeypatch):
    """Return a function that calls a verb: exit code, standard output, standard error."""

    def run(*words, columns=80):
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["tidewaiter", "tracks", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code or 0, out, err

    return run


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A folder with positions.parquet, statics.parquet and places.csv; not to be changed."""
    folder = tmp_path_factory.mktemp("inputs")
    write_positions(folder / "positions.parquet", fleet())
    pq.write_table(statics(), folder / "statics.parquet")
    (folder / "places.csv").write_text("name,lat,lon,country\nEastport,40,12,XA\nWestport,40,11,XB\n")
    return folder


@pytest.fixture(scope="module")
def found(inputs):
    all_kinds = named_kinds(())
    ours = rules("tidewaiter")
    return search_files([inputs / "positions.parquet"], all_kinds, ours, places(), statics=statics()).found


def counts(events):
    return {row["values"]: row["counts"] for row in events["kind"].value_counts().to_pylist()}


def all_options(inputs):
    return (
        "events", inputs / "positions.parquet", "--places", inputs / "places.csv", "--statics", inputs / "statics.parquet"
    )  # fmt: skip


def log_lines():
    """Return 40 positions of a ship, eight hours of silence after the twentieth, with its name and voyage."""
    lines = []
    for i in range(40):
        at = int((BEGIN + timedelta(minutes=10 * i + (480 if i >= 20 else 0))).timestamp())
        said = sentences(position_a(mmsi=273123456, lat=43 + i / 500, lon=131.9))
        if i in (0, 30):
            said += [*sentences(voyage(), 2, "1"), *sentences(name_b())]
        lines += [tagged(f"s:station,c:{at}", line) for line in said]
    return lines


def test_decode_counts_every_line(call, tmp_path):
    log = tmp_path / "log [red].nmea.gz"
    lines = log_lines()
    log.write_bytes(gzip.compress(("\n".join([*lines, "", "$GPGGA,1*00", lines[0][:-2] + "00"]) + "\n").encode()))
    out, said = tmp_path / "positions [bold].parquet", tmp_path / "statics.parquet"

    code, text, err = call("decode", log, "-o", out, "--statics", said, "--json")

    assert (code, err) == (0, "")
    summary = json.loads(text)
    assert summary["lines"] == len(lines) + 3 == summary["message_lines"] + sum(summary["rejected"].values())
    assert summary["rejected"] == {"blank": 1, "other_sentence": 1, "checksum": 1}
    assert (summary["positions"], summary["statics"], summary["damage"]) == (40, 4, [])
    assert pq.read_schema(out).names == POSITIONS.names
    assert pq.read_table(out).num_rows == 40
    assert pq.read_schema(said).names == STATICS.names
    assert set(pq.read_table(said)["name"].to_pylist()) == {"ANGARA", "FISHER TWO"}

    code, text, err = call("decode", log, "-o", out, columns=200)
    assert code == 0
    for words in ("lines", "messages", "other_sentence", "checksum"):
        assert words in text
    assert f"40 positions: {out}" in err


def test_decoded_positions_give_events(call, tmp_path):
    log = tmp_path / "log.nmea"
    log.write_text("\n".join(log_lines()) + "\n")
    assert call("decode", log, "-o", tmp_path / "p.parquet", "--statics", tmp_path / "s.parquet")[0] == 0

    code, text, _ = call("events", tmp_path / "p.parquet", "--statics", tmp_path / "s.parquet", "--json")

    told = json.loads(text)
    assert code == 0
    assert told["summary"]["shape"] == "positions"
    assert told["summary"]["kept"] == 40
    assert told["events"]["gap"] == 2  # one in between, one until the day ends


def test_a_log_that_is_cut_off_is_read_as_far_as_it_goes(call, tmp_path):
    log = tmp_path / "cut.gz"
    packed = gzip.compress("\n".join(log_lines() * 50).encode())
    log.write_bytes(packed[: len(packed) // 2])
    good = tmp_path / "good.nmea"
    good.write_text(log_lines()[0])

    code, text, _ = call("decode", log, good, "-o", tmp_path / "p.parquet", "--json")

    summary = json.loads(text)
    assert code == 0
    (damage,) = summary["damage"]
    assert re.fullmatch(r".*cut\.gz: the gzip data ends early", damage)
    assert pq.read_table(tmp_path / "p.parquet").num_rows == summary["positions"] > 100
    code, _, err = call("decode", log, "-o", tmp_path / "p.parquet")
    assert code == 0
    assert "damaged: " in err
    assert "ends early" in err


def test_mixed_encodings_are_lines_like_any_others(call, tmp_path):
    log = tmp_path / "mixed.nmea"
    good = log_lines()[:3]
    noise = ["ØRESUND".encode("latin-1"), "Владивосток".encode(), "北".encode("utf-16"), b"\xff\xfe\0", b"!\0\xf0"]
    log.write_bytes(b"\r\n".join([x for pair in zip(map(str.encode, good), noise, strict=False) for x in pair] + noise))

    code, text, _ = call("decode", log, "-o", tmp_path / "p.parquet", "--json")

    summary = json.loads(text)
    assert code == 0
    assert summary["message_lines"] + sum(summary["rejected"].values()) == summary["lines"]
    assert summary["positions"] == 1
    assert summary["rejected"]["not_nmea"] >= 6


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("decode", "{in}/none", "-o", "{out}/p"), 1, "No such file"),
        (("decode", "{in}/positions.parquet", "-o", "{out}/p"), 1, "is Parquet, not NMEA text"),
        (("decode", "{in}/places.csv", "-o", "{in}/places.csv"), 1, "would be written over"),
        (("decode", "{in}/places.csv", "-o", "{out}/p", "--statics", "{out}/p"), 1, "would be written over"),
        (("decode", "{in}/places.csv", "-o", "/proc/none/p"), 1, "cannot be written"),
        (("decode", "{in}/places.csv"), 2, "Missing option '-o'"),
        (("decode", "-o", "{out}/p"), 2, "Missing argument"),
        (("decode", "{in}", "-o", "{out}/p"), 2, "is a directory"),
        (("segment", "{in}/none", "-o", "{out}/p"), 1, "there is no such file"),
        (("segment", "{in}/places.csv", "-o", "{out}/p"), 1, "not a Parquet file"),
        (("segment", "{in}/statics.parquet", "-o", "{out}/p"), 1, "no column"),
        (("segment", "{in}/positions.parquet", "-o", "/proc/none/p"), 1, "/proc/none/p: cannot be written"),
        (("segment", "{in}/positions.parquet", "-o", "{in}/places.csv/p"), 1, "places.csv/p: cannot be written"),
        (("segment", "{in}/positions.parquet", "-o", "{in}"), 2, "is a directory"),
        (("segment", "{in}/positions.parquet"), 2, "-o with the name of the new one"),
        (("segment", "{in}/positions.parquet", "-o", "{out}/p", "--preset", "gwf"), 1, 'Did you mean "gfw"'),
        (("segment", "{in}/positions.parquet", "-o", "{out}/p", "--preset", "trackintel"), 1, "does not define segment"),
        (("segment", "{in}/positions.parquet", "-o", "{out}/p", "--set", "max_gap=3"), 1, 'Did you mean "max_gap_h"'),
        (("segment", "{in}/positions.parquet", "-o", "{out}/p", "--set", "lookback=0"), 1, "thresholds of segment"),
        (("segment", "{in}/positions.parquet", "-o", "{out}/p", "--set", "lookback"), 2, "is not NAME=VALUE"),
        (("events",), 2, "at least one FILE"),
        (("events", "{in}/none.csv"), 1, "there is no such file"),
        (("events", "{in}"), 2, "is a directory"),
        (("events", "{in}/places.csv"), 1, "has no known shape"),
        (("events", "{in}/positions.parquet", "--kind", "gaps"), 1, 'Did you mean "gap"'),
        (("events", "{in}/positions.parquet", "--kind", "port_visit"), 1, "port_visit needs places"),
        (("events", "{in}/positions.parquet", "--kind", "destination"), 1, "give --places"),
        (("events", "{in}/positions.parquet", "--preset", "gwf"), 1, 'Did you mean "gfw"'),
        (("events", "{in}/positions.parquet", "--set", "gap.min=3"), 1, 'no threshold "min" for gap'),
        (("events", "{in}/positions.parquet", "--set", "gab.min_h=3"), 1, 'Did you mean "gap"'),
        (("events", "{in}/positions.parquet", "--set", "gap.min_h=nan"), 1, "thresholds of gap"),
        (("events", "{in}/positions.parquet", "--set", "stop.min_fixes=99999999999999999999"), 1, "out of range"),
        (("events", "{in}/positions.parquet", "--set", "min_h=3"), 2, "lacks its table"),
        (("events", "{in}/positions.parquet", "--set", "clean.placeholders=[1"), 2, "holds no list"),
        (("events", "{in}/positions.parquet", "--until", "soon"), 2, "is no ISO date"),
        (("events", "{in}/positions.parquet", "--until", "1999-01-01"), 1, "the data begin at 2031-05-01T00:00Z"),
        (("events", "{in}/positions.parquet", "--memory", "nan"), 2, "number of GB above 0"),
        (("events", "{in}/positions.parquet", "--memory", "1e300"), 2, "number of GB above 0"),
        (("events", "{in}/positions.parquet", "--memory", "0.001"), 1, "memory is too low"),
        (("events", "{in}/positions.parquet", "--threads", "0"), 2, "--threads"),
        (("events", "{in}/positions.parquet", "--shape", "dna"), 1, 'Did you mean "dma"'),
        (("events", "{in}/positions.parquet", "--shape", "dma"), 1, "the shape dma needs the column"),
        (("events", "{in}/positions.parquet", "--shape", "{out}/none.toml"), 1, "cannot be read"),
        (("events", "{in}/positions.parquet", "--places", "{out}/none"), 1, "there is no such file"),
        (("events", "{in}/positions.parquet", "--places", "{in}/statics.parquet"), 1, 'column "lat" is missing'),
        (("events", "{in}/positions.parquet", "--case", "{out}"), 1, "no case.toml"),
        (("events", "{in}/positions.parquet", "--statics", "{out}/none"), 1, "there is no such file"),
        (("events", "{in}/positions.parquet", "--statics", "{in}/places.csv"), 1, "is not a Parquet file"),
        (("events", "{in}/positions.parquet", "--store", "{in}/places.csv"), 1, "no store can be kept there"),
        (("events", "{in}/positions.parquet", "--tables", "{in}/places.csv"), 1, "cannot be written"),
        (("events", "{in}/positions.parquet", "-o", "{in}/places.csv/e.csv"), 1, "cannot be written"),
        (("events", "{in}/positions.parquet", "-o", "{in}/positions.parquet"), 1, "would be written over"),
        (("events", "{in}/none", "-o", "{out}/e.xlsx"), 1, 'cannot write events as ".xlsx"'),  # said before it reads
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(call, inputs, tmp_path, words, code, said):
    before = {path.name: path.read_bytes() for path in inputs.iterdir()}

    found, out, err = call(*(word.format_map({"in": inputs, "out": tmp_path}) for word in words))

    assert found == code, err
    assert said in re.sub(r"\s*\n[│ ]*", " ", err)
    assert out == ""
    assert {path.name: path.read_bytes() for path in inputs.iterdir()} == before
    assert list(tmp_path.iterdir()) == []


def test_segment_adds_its_column_and_counts(call, inputs, tmp_path):
    there = 45.4
    rows = [*fixes_of(SLOW, range(0, 600, 10), 40.0, 12.0, 0.5), *fixes_of(SLOW, range(5, 605, 10), there, 12.0, 0.5)]
    file = write_positions(tmp_path / "two.parquet", rows)

    code, text, err = call("segment", file, "-o", tmp_path / "out.parquet", "--json")

    assert (code, err) == (0, "")
    assert json.loads(text) == {"rows": 120, "vessels": 1, "segments": 2, "without": 0}
    back = pq.read_table(tmp_path / "out.parquet")
    assert back.drop_columns(["segment_id"]).equals(table_of(rows))
    hulls = set(zip(back["lat"].to_pylist(), back["segment_id"].to_pylist(), strict=True))
    assert len(hulls) == 2
    code, text, err = call("segment", file, "-o", tmp_path / "gfw.parquet", "--preset", "gfw", "--set", "lookback=3")
    assert (code, text) == (0, "")
    assert "120 rows of 1 numbers" in err
    code, text, _ = call(
        "events", tmp_path / "out.parquet", "--kind", "loitering", "-o", tmp_path / "e.jsonl", "--json"
    )
    assert json.loads(text)["events"] == {"loitering": 2}


@pytest.mark.parametrize("name", ["gfw", "tidewaiter"])
def test_segment_explains_itself_without_a_file(call, name):
    code, text, _ = call("segment", "--explain", "--preset", name, "--json")

    (told,) = json.loads(text)
    assert code == 0
    assert (told["kind"], told["preset"]) == ("segment", name)
    assert "gpsdio-segment" in told["source"]
    assert [t["name"] for t in told["thresholds"]] == list(Segments.__struct_fields__)
    assert all(t["meaning"] for t in told["thresholds"])
    code, text, _ = call("segment", "--explain", "--preset", name)
    assert code == 0
    for field in Segments.__struct_fields__:
        assert field in text


@pytest.mark.parametrize("name", presets())
def test_events_explains_every_threshold_with_its_source(call, name):
    code, text, _ = call("events", "--explain", "--preset", name, "--json")
    told = json.loads(text)

    assert code == 0
    assert told == json.loads(msgspec.json.encode(explained(name)))
    assert {kind.table for kind in KINDS} | {"clean", "gap_weight"} == {table["kind"] for table in told}
    of = rules(name).thresholds
    for table in told:
        assert table["source"]
        assert table["preset"] in {name, "tidewaiter"}
        assert [t["name"] for t in table["thresholds"]] == list(of[table["kind"]].__struct_fields__)
        assert all(t["meaning"] for t in table["thresholds"])
    for columns in (80, 200):
        code, text, _ = call("events", "--explain", "--preset", name, columns=columns)
        assert code == 0
        flat = re.sub(r"\s+", "", text)
        for table in told:
            assert f"{table['kind']} ({table['preset']})" in text
            assert re.sub(r"\s+", "", table["source"]) in flat
            for threshold in table["thresholds"]:
                assert threshold["name"] in text


def test_events_tell_what_was_read_and_found(call, inputs, found):
    code, text, err = call(*all_options(inputs), "--json")

    told = json.loads(text)
    assert (code, err) == (0, "")
    assert told["events"] == counts(found.events)
    assert datetime.fromisoformat(told["until"]) == UNTIL
    assert set(told["presets"].values()) == {"tidewaiter"}
    summary = told["summary"]
    assert summary["rows"] == summary["kept"] == len(fleet())
    assert summary["files"] == [str(inputs / "positions.parquet")]

    code, text, err = call(*all_options(inputs))
    assert code == 0
    for kind, number in counts(found.events).items():
        assert re.search(rf"{kind} +{number}\b", text)
    assert re.search(r"read +1,480\b", text)
    assert "shape positions, by its header" in err
    _, _, err = call(*all_options(inputs), "--preset", "trackintel")
    assert "thresholds from other presets" in err


def test_every_output_at_once(call, inputs, found, tmp_path):
    pytest.importorskip("matplotlib", reason="charts need the extra [report]")
    options = ("--tables", tmp_path / "t", "--store", tmp_path / "s", "--chart", tmp_path / "c.svg", "--json")
    runs = []
    for run in ("first", "second"):  # the second time from the store
        code, text, _ = call(*all_options(inputs), "-o", tmp_path / f"{run}.parquet", *options)
        assert code == 0
        runs.append((json.loads(text), (tmp_path / "c.svg").read_bytes()))

    assert runs[0] == runs[1]
    assert (tmp_path / "first.parquet").read_bytes() == (tmp_path / "second.parquet").read_bytes()
    events = pq.read_table(tmp_path / "first.parquet")
    assert events.schema.equals(EVENTS)
    assert len(set(events["run_id"].to_pylist())) == 1
    assert counts(events) == counts(found.events)
    tables = {path.stem: pq.read_table(path) for path in (tmp_path / "t").iterdir()}
    assert set(tables) == set(found.tables)
    for name in ("gap", "stop", "loitering", "encounter", "dark_meeting", "identity_interval"):
        assert tables[name].equals(found.tables[name]), name
    assert tables["port_visit"]["start_anchorage_id"].to_pylist() == ["Eastport", "Westport"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.svg", "first.parquet", "s", "second.parquet", "t"]


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".geoparquet", ".jsonl"])
def test_each_format_by_its_ending(call, inputs, found, tmp_path, ending):
    path = tmp_path / "new" / f"e{ending}"

    code, _, err = call("events", inputs / "positions.parquet", "-o", path)

    assert code == 0
    number = sum(n for kind, n in counts(found.events).items() if not named_kinds([kind])[0].needs)
    assert f"{number} events: {path}" in err
    if ending == ".geoparquet":
        assert pq.read_table(path).num_rows == number
    elif ending == ".geojson":
        assert len(json.loads(path.read_text())["features"]) == number
    else:
        with path.open(newline="") as file:
            assert len(list(csv.reader(file)) if ending == ".csv" else file.readlines()) == number + (ending == ".csv")


def test_options_do_what_they_say(call, inputs, found):
    def told(*options):
        code, text, err = call(*all_options(inputs), "--json", *options)
        assert code == 0, err
        return json.loads(text)

    assert told("--kind", "stop", "--kind", "gap")["events"] == {"gap": 13, "stop": 5}
    assert told("--kind", "gap", "--set", "gap.min_h=11")["events"] == {"gap": 12}
    assert told("--until", "2031-06-01")["events"]["gap"] == 16
    assert told("--until", "2031-06-01T02:00+02:00")["until"] == "2031-06-01T02:00:00+02:00"
    rejected = told("--set", f"clean.placeholders=[0, {LEAPING}, {TRADER}]")
    assert rejected["summary"]["rejected"] == {"placeholder vessel": 240}
    assert not {"implausible", "port_visit"} & set(rejected["events"])
    assert told("--set", "encounter.by_day=true", "--threads", "3", "--memory", "1")["events"] == counts(found.events)


def test_all_that_the_input_allows_by_default(call, inputs, tmp_path):
    said = statics().drop_columns(["draught_m"])
    pq.write_table(said, tmp_path / "s.parquet")
    positions = inputs / "positions.parquet"

    def kinds(*options):
        code, text, err = call("events", positions, "--json", *options)
        assert code == 0, err
        return set(json.loads(text)["events"])

    alone = {kind.name for kind in KINDS if not kind.needs}
    assert kinds() == alone
    assert kinds("--statics", inputs / "statics.parquet") == alone | {"identity_change", "draught_change"}
    assert kinds("--statics", tmp_path / "s.parquet") == alone | {"identity_change"}
    assert kinds("--places", inputs / "places.csv") == alone | {"port_visit"}
    code, _, err = call("events", positions, "--statics", tmp_path / "s.parquet", "--kind", "draught_change")
    assert code == 1
    assert "draught_m" in err


def test_places_of_a_case_and_of_lists_stand_together(call, tmp_path):
    root = write_case(tmp_path / "case")
    (tmp_path / "places.csv").write_text("id,label,lat,lon,iso3\n=far,Far,-20,5,XC\n")
    amber = fixes_of(TRADER, range(0, 600, 10), 10.5, 120.25, 0.0)  # lies at a place of the case
    far = fixes_of(SLOW, range(0, 600, 10), -20.0, 5.0, 0.0)
    sails = [
        *fixes_of(TRADER, range(600, 900, 10), 11.0, 121.0, 9.0),
        *fixes_of(SLOW, range(600, 900, 10), -21.0, 6.0, 9.0),
    ]
    file = write_positions(tmp_path / "p.parquet", [*amber, *far, *sails])
    options = ("--case", root, "--places", tmp_path / "places.csv", "--kind", "port_visit")

    code, _, err = call("events", file, *options, "-o", tmp_path / "e.csv")

    assert code == 0, err
    with (tmp_path / "e.csv").open(newline="") as rows:
        at = {row["vessel_key"]: row["place_id"] for row in csv.DictReader(rows)}
    assert at == {str(TRADER): "amber", str(SLOW): "'=far"}  # no spreadsheet runs it


def test_a_shape_of_ones_own_with_named_ships(call, tmp_path):
    shape = tmp_path / "mine.toml"
    shape.write_text(
        'about = "log of our own receiver"\n[vessel]\ncolumns = ["ship"]\ntext = true\n[t]\ncolumns = ["seen_at"]\n'
        'format = ["%d.%m.%Y %H:%M:%S"]\n[lat]\ncolumns = ["y"]\n[lon]\ncolumns = ["x"]\n'
        '[sog]\ncolumns = ["speed_kmh"]\nunit = "km/h"\n'
    )
    names = ["=Ångström", "Zeta", "Beta"]
    at = [BEGIN + timedelta(minutes=10 * i) for i in range(60)]
    rows = [f"{name};{t:%d.%m.%Y %H:%M:%S};4{n},0;3,0;0,1" for n, name in enumerate(names) for t in at]
    file = tmp_path / "ours.csv"
    file.write_text("\n".join(["ship;seen_at;y;x;speed_kmh", *rows]), encoding="latin-1")
    options = ("--shape", shape, "--kind", "stop")

    code, _, err = call("events", file, *options, "-o", tmp_path / "e.jsonl")

    assert code == 0, err
    stops = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["vessel_name"], round(row["lat"])) for row in stops] == [("=Ångström", 40), ("Beta", 42), ("Zeta", 41)]
    assert all(row["other_name"] is None for row in stops)
    assert call("events", file, *options, "-o", tmp_path / "e.csv", "--store", tmp_path / "s")[0] == 0
    assert "'=Ångström" in (tmp_path / "e.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("store", [False, True])
def test_damaged_tables_are_refused_and_leave_nothing(call, tmp_path, store):
    rows = "".join(
        f"{SLOW},2031-05-01T{i // 60:02d}:{i % 60:02d}:00Z,40.0,{12 + i / 1000},5,90,\n" for i in range(1000)
    )
    packed = gzip.compress((CSV + rows).encode())
    whole = write_positions(tmp_path / "whole", fleet()).read_bytes()
    swapped = "".join(f"{SLOW},2031-05-01T00:00:{i:02d}Z,120.0,40.0,5,90,\n" for i in range(60))
    out = tmp_path / "out"
    options = ("-o", out / "e.csv", "--tables", out, *(("--store", tmp_path / "s") if store else ()))
    for content, words in (
        (packed[:-9], "is cut off"),
        (packed[: len(packed) // 2], "is cut off"),
        (whole[:-20], "is damaged or cannot be read"),
        (whole[: len(whole) // 2], "is damaged or cannot be read"),
        (b"", "is empty"),
        (b"!AIVDM,1,1,,A,15,0*00\n", "decode it first"),
        (b"PK\x03\x04\0\0", "neither text nor Parquet"),
        ((CSV + swapped).encode(), "latitude and longitude are swapped"),
    ):
        file = tmp_path / "bad"
        file.write_bytes(content)

        code, text, err = call("events", file, *options)

        assert code == 1, words
        assert words in err
        assert str(file) in err
        assert "hint: " in err
        assert text == ""
        assert not out.exists()
        assert not store or not (tmp_path / "s").exists() or list((tmp_path / "s").iterdir()) == []


def test_mixed_encodings_in_a_table(call, tmp_path):
    header = CSV.strip() + ",name\n"
    rows = [f"{SLOW},{datetime(2031, 5, 1, tzinfo=UTC) + timedelta(minutes=i):%Y-%m-%dT%H:%M:%SZ},40,12,0,9,,".encode() for i in range(60)]  # fmt: skip
    names = ["ØRESUND".encode("latin-1"), "ØRESUND".encode(), "Владивосток".encode("cp1251"), b"\xff\xfe"]
    file = tmp_path / "mixed.csv"
    file.write_bytes(header.encode() + b"\n".join(row + names[i % 4] for i, row in enumerate(rows)))

    code, text, _ = call("events", file, "--json")

    told = json.loads(text)
    assert code == 0
    assert told["summary"]["kept"] == 60
    assert told["events"] == {"gap": 1, "stop": 1}


def test_an_empty_table_is_no_error(call, tmp_path):
    pytest.importorskip("matplotlib", reason="charts need the extra [report]")
    file = tmp_path / "none.csv"
    file.write_text(CSV)

    code, text, err = call("events", file, "-o", tmp_path / "e.geojson", "--chart", tmp_path / "c.svg")

    assert code == 0
    assert re.search(r"none +0\b", text)
    assert "holds no rows" in err
    assert "0 events" in err
    assert json.loads((tmp_path / "e.geojson").read_text())["features"] == []
    assert json.loads(call("events", file, "--json")[1])["events"] == {}
    pq.write_table(pa.table({"ssvid": pa.array([], pa.string())}), tmp_path / "x.parquet")
    assert call("events", tmp_path / "x.parquet")[0] == 1
