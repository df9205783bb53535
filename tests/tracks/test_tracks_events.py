"""All kinds of events in one pass: each where it was put and only there, however the rows are dealt out."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_fleet import (
    BEGIN,
    DARK_1,
    DARK_2,
    GUARDS,
    KM,
    LEAPING,
    MET_1,
    MET_2,
    ROUND,
    SILENT,
    SLOW,
    STOPPED,
    TRADER,
    UNTIL,
    batches_of,
    fixes_of,
    fleet,
    places,
    statics,
    table_of,
    write_positions,
)

from tidewaiter.errors import InputError
from tidewaiter.model.tables import EVENTS
from tidewaiter.tracks.events import KINDS, Asked, find_events, named_kinds, rules
from tidewaiter.tracks.events.fleet import run_id, search_files, stamped
from tidewaiter.tracks.ports import points
from tidewaiter.tracks.presets import presets

ROWS = fleet()
OURS = rules("tidewaiter")
ALL = named_kinds(())
ALONE = tuple(kind for kind in KINDS if not kind.needs)


def minutes(moment):
    return None if moment is None else (moment - BEGIN) / timedelta(minutes=1)


def told(events):
    """Return kind -> [(vessel, other, minutes from, to)]."""
    out = {}
    for row in events.to_pylist():
        span = minutes(row["start"]), minutes(row["end"])
        out.setdefault(row["kind"], []).append((row["vessel_key"], row["other_key"], *span))
    return out


def closed(found):
    return [row for row in found if row[3] is not None]


def search(files, kinds=ALL, rule=OURS, **more):
    files = [files] if not isinstance(files, list) else files
    return search_files(
        files, kinds, rule, more.pop("places", places()), statics=more.pop("statics", statics()), **more
    )


def of_rows(tmp_path, rows, kinds=ALONE, rule=OURS, **more):
    """Return what is found in rows, without places and statics."""
    file = write_positions(tmp_path / "rows.parquet", rows)
    return search(file, kinds, rule, places=None, statics=None, **more)


def same(one, other):
    assert one.events.equals(other.events)
    assert list(one.tables) == list(other.tables)
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_positions(tmp_path_factory.mktemp("fleet") / "positions.parquet", ROWS)


@pytest.fixture(scope="module")
def searched(file):
    return search(file)


def test_each_kind_is_where_it_was_put_and_nowhere_else(searched):
    found = told(searched.found.events)

    silences = found.pop("gap")
    assert closed(silences) == [
        (SILENT, None, 290, 900),
        (DARK_1, None, 1190, 1920),
        (DARK_2, None, 1190, 1920),
    ]
    last = {key: max(row[1] for row in ROWS if row[0] == key) for key in {row[0] for row in ROWS}}
    ends = {key: (t - last[GUARDS[0]]) / 6e7 + 4300 for key, t in last.items()}
    assert [row for row in silences if row[3] is None] == [
        (key, None, ends[key], None) for key in sorted(ends) if key not in GUARDS
    ]
    assert found == {
        "circle": [(ROUND, None, 0, 165)],  # told in steps of a quarter of the laps
        "dark_meeting": [(DARK_1, DARK_2, 1190, 1920)],
        "destination": [(TRADER, None, 0, 1790)],
        "draught_change": [(TRADER, None, 590, 600)],
        "encounter": [(MET_1, MET_2, 150, 330)],
        "identity_change": [(TRADER, None, 590, 600)],
        "implausible": [(LEAPING, None, 300, 300)],
        "loitering": [  # whole clock hours, from the last message before them
            (MET_1, None, 170, 290),
            (MET_2, None, 170, 290),
            (STOPPED, None, 230, 410),
            (SLOW, None, 170, 410),
            (TRADER, None, 230, 470),
            (TRADER, None, 1010, 1310),
        ],
        "port_visit": [(TRADER, None, 180, 530), (TRADER, None, 990, 1340)],
        "stop": [
            (MET_1, None, 150, 330),
            (MET_2, None, 150, 330),
            (STOPPED, None, 200, 400),
            (TRADER, None, 200, 500),
            (TRADER, None, 1000, 1300),
        ],
    }


def test_rows_say_where_and_how_surely(searched):
    rows = searched.found.events.to_pylist()
    by_kind = {kind.name: [row for row in rows if row["kind"] == kind.name] for kind in KINDS}

    assert [(row["place_id"], row["confidence"], row["lat"]) for row in by_kind["port_visit"]] == [
        ("east", "4", 40.0),
        ("west", "4", 40.0),
    ]
    assert by_kind["dark_meeting"][0]["confidence"] == "medium"  # 6 nautical miles from end to end
    assert by_kind["destination"][0]["confidence"] == "agrees"
    met, leap, round_ = (by_kind[kind][0] for kind in ("encounter", "implausible", "circle"))
    assert (met["lat"], met["lon"]) == pytest.approx((45.0, -3.0), abs=0.01)
    assert (leap["lat"], leap["lon"]) == pytest.approx((54.0 + 75 * KM, -12.0))
    assert (round_["lat"], round_["lon"]) == pytest.approx((53.0, 3.0), abs=0.001)
    detail = json.loads(met["detail"])
    assert detail["median_distance_km"] == pytest.approx(0.1, abs=1e-4)
    assert detail["vessel_1_point_count"] == 19
    words = {
        (row["vessel_key"], minutes(row["start"])): json.loads(row["detail"])["reception_word"]
        for row in by_kind["gap"]
    }
    assert words[DARK_1, 1190] == words[DARK_2, 1190] == "heard"
    assert words[SILENT, 290] == "nobody"
    name = json.loads(by_kind["identity_change"][0]["detail"])
    assert (name["attribute"], name["old"], name["new"]) == ("name", "AMBER", '=CMD|"X"')


def test_the_table_is_as_declared(searched):
    events = searched.found.events
    events.validate(full=True)

    assert events.schema.equals(EVENTS)
    order = list(zip(*(events[name].to_pylist() for name in ("kind", "vessel_key", "start")), strict=True))
    assert order == sorted(order)
    assert not {row["start"] for row in events.to_pylist()} & {None}
    ids = events["event_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    for row in events.to_pylist():
        assert isinstance(json.loads(row["detail"]), dict)
        assert row["end"] is None or row["start"] <= row["end"]
        assert (row["kind"] in {"dark_meeting", "encounter"}) == (row["other_key"] is not None)
    assert set(searched.found.tables) == {kind.name for kind in KINDS} | {"port_event", "voyage", "identity_interval"}
    assert searched.until == UNTIL
    assert (searched.summary.rows, searched.summary.kept, searched.summary.vessels) == (len(ROWS), len(ROWS), 13)


def test_ids_of_runs_change_with_what_they_were_made_of(file, searched, tmp_path):
    run = run_id([file], OURS, ALL, UNTIL)
    other = write_positions(tmp_path / "other.parquet", ROWS[1:])

    assert set(stamped(searched.found.events, run)["run_id"].to_pylist()) == {run}
    assert run == run_id([file], rules("tidewaiter"), ALL, UNTIL)
    changed = (
        ([other], OURS, ALL, UNTIL),
        ([file], rules("tidewaiter", {"gap": {"min_h": 7}}), ALL, UNTIL),
        ([file], OURS, ALONE, UNTIL),
        ([file], OURS, ALL, UNTIL - timedelta(days=1)),
    )
    assert len({run, *(run_id(*of) for of in changed)}) == 5
    with pytest.raises(InputError, match="cannot be read"):
        run_id([tmp_path / "none"], OURS, ALL, UNTIL)


@given(st.lists(st.integers(1, 6), max_size=6), st.sampled_from([1, 2, 5]))
@settings(max_examples=12)
def test_however_batches_are_cut(searched, sizes, threads):
    asked = Asked(ALL, OURS, places(), UNTIL)
    steps = []

    found = find_events(batches_of(ROWS, sizes), asked, statics(), threads=threads, progress=steps.append)

    same(found, searched.found)
    assert steps == sorted(steps)
    assert steps[-1] == len(ROWS)


@pytest.mark.parametrize("seed", range(8))
def test_however_rows_lie_in_files(tmp_path, searched, seed):
    random = Random(seed)  # noqa: S311 - no secret
    files, twice, threads = random.randint(1, 4), seed % 2, random.choice([1, 3])
    rows = ROWS * (1 + twice)  # some archives hold rows twice
    if seed:
        random.shuffle(rows)
    cuts = sorted(random.randint(0, len(rows)) for _ in range(files - 1))
    parts = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    paths = [write_positions(tmp_path / f"{i}.parquet", part) for i, part in enumerate(parts)]

    again = search(paths, threads=threads)

    same(again.found, searched.found)
    assert again.summary.kept == len(ROWS)
    assert again.summary.rejected == ({"duplicate": len(ROWS)} if twice else {})


def test_rows_of_statics_in_any_order(file, searched):
    said = statics()
    mixed = said.take(pa.array(np.random.default_rng(1).permutation(said.num_rows)))

    same(search(file, statics=mixed).found, searched.found)


def test_a_store_changes_nothing_and_is_made_once(file, searched, tmp_path):
    first = search(file, store=tmp_path / "s")
    kept = [(p.name, p.stat().st_mtime_ns) for p in (tmp_path / "s").iterdir()]
    again = search(file, store=tmp_path / "s", threads=3)
    few = search(file, named_kinds(["gap"]), store=tmp_path / "s")

    assert len(kept) == 1
    assert [(p.name, p.stat().st_mtime_ns) for p in (tmp_path / "s").iterdir()] == kept
    for one in (first, again):
        same(one.found, searched.found)
        assert one.until == searched.until
        assert one.summary == searched.summary
    assert few.found.events.equals(searched.found.events.filter(pc.equal(searched.found.events["kind"], "gap")))


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS])
def test_a_kind_alone_is_found_as_among_the_others(file, searched, kind):
    alone = search(file, named_kinds([kind])).found

    events = searched.found.events
    assert alone.events.equals(events.filter(pc.equal(events["kind"], kind)).combine_chunks())
    assert alone.tables[kind].equals(searched.found.tables[kind])


@pytest.mark.parametrize(
    ("names", "words", "hint"),
    [
        (["encuonter"], 'no kind of event "encuonter"', 'Did you mean "encounter"'),
        (["xyz"], 'no kind of event "xyz"', "port_visit, gap"),
        (["gap", ""], 'no kind of event ""', "kinds are"),
    ],
)
def test_an_unknown_kind_is_refused(names, words, hint):
    with pytest.raises(InputError, match=words) as caught:
        named_kinds(names)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("kind", "given", "words", "hint"),
    [
        ("port_visit", {"places": None}, "port_visit needs places", "--places"),
        ("destination", {"places": None}, "destination needs places", "--places"),
        ("destination", {"statics": None}, "destination needs statics", "--statics"),
        ("identity_change", {"statics": None}, "identity_change needs statics", "--statics"),
        ("draught_change", {"statics": None}, "draught_change needs statics", "--statics"),
    ],
)
def test_a_kind_that_lacks_something_is_refused(file, kind, given, words, hint):
    with pytest.raises(InputError, match=words) as caught:
        search(file, named_kinds([kind]), **given)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("name", "own", "words", "hint"),
    [
        ("gwf", {}, 'no preset "gwf"', 'Did you mean "gfw"'),
        ("tidewaiter", {"gaps": {}}, 'no thresholds for "gaps"', 'Did you mean "gap"'),
        ("tidewaiter", {"gap": {"min_hours": 3}}, 'no threshold "min_hours" for gap', "min_h"),
        ("tidewaiter", {"gap": {"min_h": "long"}}, "thresholds of gap", "--explain"),
        ("tidewaiter", {"gap": {"min_h": -1}}, "thresholds of gap", "--explain"),
        ("tidewaiter", {"stop": {"min_fixes": 1.5}}, "thresholds of stop", "--explain"),
        ("tidewaiter", {"port_visit": {"exit_km": 1}}, "exit", ""),
        ("tidewaiter", {"encounter": {"max_km": None}}, "thresholds of encounter", "--explain"),
    ],
)
def test_unknown_thresholds_and_values_that_are_none_are_refused(name, own, words, hint):
    with pytest.raises(InputError, match=words) as caught:
        rules(name, own)
    assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("value", ["nan", float("nan")])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.struct is not None], ids=lambda kind: kind.name)
def test_what_is_no_number_is_no_threshold(kind, value):
    for field, hint in kind.struct.__annotations__.items():
        if "float" not in str(hint):
            continue
        with pytest.raises(InputError):
            rules("tidewaiter", {kind.table: {field: value}})


@pytest.mark.parametrize(
    ("table", "own", "kind", "left"),
    [
        ("gap", {"min_h": 11}, "gap", [(DARK_1, None, 1190, 1920), (DARK_2, None, 1190, 1920)]),
        ("gap", {"min_h": 13}, "dark_meeting", []),
        ("dark_meeting", {"min_overlap_h": 12.5}, "dark_meeting", []),
        ("dark_meeting", {"low_nm": 5}, "dark_meeting", []),
        ("encounter", {"max_km": 0.05}, "encounter", []),
        ("encounter", {"merged_min": 200}, "encounter", []),
        ("stop", {"min_duration_min": 240}, "stop", [(TRADER, None, 200, 500), (TRADER, None, 1000, 1300)]),
        ("loitering", {"slow_kn": 0.5, "min_h": 3}, "loitering", [(TRADER, None, 230, 470), (TRADER, None, 1010, 1250)]),
        ("jump", {"max_speed_kn": 2000}, "implausible", []),
        ("circle", {"min_laps": 5}, "circle", []),
        ("port_visit", {"entry_km": 30, "exit_km": 31}, "port_visit", [(TRADER, None, 200, 690), (TRADER, None, 830, 1610)]),
        ("identity", {"min_messages": 61}, "identity_change", []),
        ("draught", {"min_change_m": 4}, "draught_change", []),
        ("destination", {"min_messages": 181}, "destination", []),
        ("clean", {"placeholders": [LEAPING]}, "implausible", []),
    ],
)  # fmt: skip
def test_a_threshold_set_by_hand_decides(file, table, own, kind, left):
    rule = rules("tidewaiter", {table: own})

    found = search(file, rule=rule, clean=rule.of("clean")).found

    assert closed(told(found.events).get(kind, [])) == left


def test_a_silence_that_nobody_could_have_heard_is_no_dark_meeting(tmp_path):
    alone = [row for row in ROWS if row[0] in {DARK_1, DARK_2}]

    found = of_rows(tmp_path, alone, named_kinds(["gap", "dark_meeting"])).found

    words = {json.loads(row["detail"])["reception_word"] for row in found.events.to_pylist()}
    assert words == {"lost"}
    assert found.tables["dark_meeting"].num_rows == 0
    assert [
        row[:2] for row in told(search(write_positions(tmp_path / "all.parquet", ROWS)).found.events)["dark_meeting"]
    ]


@pytest.mark.parametrize("name", presets())
def test_every_preset_finds_what_it_defines(file, name):
    rule = rules(name)

    found = told(search(file, rule=rule, clean=rule.of("clean")).found.events)

    assert {"gap", "implausible", "circle", "loitering", "stop", "port_visit", "encounter"} <= set(found)


def test_the_end_of_the_data_decides_what_is_open(file):
    def open_gaps(until):
        return {
            row[0] for row in told(search(file, named_kinds(["gap"]), until=until).found.events)["gap"] if not row[3]
        }

    late = open_gaps(BEGIN + timedelta(days=30))
    assert late == {row[0] for row in ROWS}  # the guards, too, are silent then
    assert open_gaps(UNTIL) == late - set(GUARDS)
    dawn = open_gaps(BEGIN + timedelta(days=2))
    assert dawn == late - set(GUARDS) - {DARK_1, DARK_2}  # silent for less than six hours
    with pytest.raises(InputError, match="the data begin at 2031-05-01T00:00Z, after the end") as caught:
        open_gaps(BEGIN - timedelta(seconds=1))
    assert "leave it out" in caught.value.hint
    with pytest.raises(InputError, match="after the end"):
        open_gaps(datetime.min.replace(tzinfo=UTC))
    assert open_gaps(datetime.max.replace(tzinfo=UTC)) == late


@pytest.mark.parametrize("store", [False, True])
def test_no_rows_give_tables_without_rows(tmp_path, store):
    empty = write_positions(tmp_path / "none.parquet", [])
    header = tmp_path / "none.csv"
    header.write_text("vessel_key,t,lat,lon,sog_kn,cog_deg,heading_deg\n")

    for path in (empty, header):
        for kinds, more in ((ALONE, {"places": None, "statics": None}), (ALL, {"statics": statics().slice(0, 0)})):
            found = search(path, kinds, store=tmp_path / "s" if store else None, **more)
            assert found.found.events.equals(EVENTS.empty_table())
            assert {kind.name for kind in kinds} <= set(found.found.tables)
            assert any("holds no rows" in note for note in found.summary.notes)


def test_one_fix_is_a_silence_if_anything(tmp_path):
    found = of_rows(tmp_path, fixes_of(SILENT, [60], 1.0, 2.0, 3.0))

    assert told(found.found.events) == {"gap": [(SILENT, None, 60, None)]}
    late = of_rows(tmp_path, fixes_of(SILENT, [1430], 1.0, 2.0, 3.0))
    assert told(late.found.events) == {}


def test_rows_that_cannot_be_are_counted_and_give_no_events(tmp_path):
    good = fixes_of(SLOW, range(0, 1440, 10), 10.0, 10 + np.arange(144) / 100, 9.0)
    begin = good[0][1]
    bad = {
        "placeholder vessel": [*fixes_of(0, range(0, 600, 10), 1.0, 1.0), *fixes_of(123456789, [5, 6], 2.0, 2.0)],
        "time out of range": [(SLOW, -5, 10.0, 10.0, 1.0, 1.0), (SLOW, -(2**62), 10.0, 10.0, 1.0, 1.0)],
        "position impossible": [(SLOW, begin + 1, 90.5, 10.0, 1.0, 1.0), (SLOW, begin + 2, 10.0, -1e300, 1.0, 1.0)],
        "position not available": [(SLOW, begin + 3, 91.0, 181.0, 1.0, 1.0)],
        "no position": [(SLOW, begin + 4, float("nan"), 10.0, 1.0, 1.0), (SLOW, begin + 5, None, 10.0, 1.0, 1.0)],
        "null island": [(SLOW, begin + 6, 0.0, 0.0, 1.0, 1.0)],
        "duplicate": good[:7],
    }

    found = of_rows(tmp_path, [*(row for rows in bad.values() for row in rows), *good])

    assert told(found.found.events) == {}
    assert found.summary.rejected == {reason: len(rows) for reason, rows in bad.items()}
    assert found.summary.kept == len(good)
    assert found.until == BEGIN + timedelta(days=1)


def test_an_empty_day_changes_nothing(file, searched, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("vessel_key,t,lat,lon,sog_kn,cog_deg,heading_deg\n")

    same(search([empty, file, empty]).found, searched.found)


def two_hulls():
    """Return rows of two ships on one number, 600 km apart, each slow for ten hours at the same instants, by vessel and time."""
    here = fixes_of(SILENT, range(0, 600, 10), 40.0, 12 + 1e-4 * np.arange(60), 0.5)
    there = fixes_of(SILENT, range(0, 600, 10), 45.4, 12 + 1e-4 * np.arange(60), 0.5)
    return sorted([*here, *there])


@pytest.mark.parametrize("store", [False, True])
def test_two_hulls_on_one_number(tmp_path, store):
    rows = [*two_hulls(), *fixes_of(SLOW, range(0, 600, 10), 45.401, 12.0, 0.5)]  # the third lies beside one of them
    where = ["here" if row[2] == 40.0 else "there" if row[2] == 45.4 else "third" for row in rows]
    store = tmp_path / "s" if store else None

    mixed = of_rows(tmp_path, rows, store=store).found.events.to_pylist()
    jumps = [row for row in mixed if row["kind"] == "implausible"]
    assert [(row["vessel_key"], json.loads(row["detail"])["kind"]) for row in jumps] == [(SILENT, "cloning")]

    numbers = [["here", "there", "third"].index(hull) for hull in where]
    again = ["a" if hull == "third" else hull[0] for hull in where]
    again = ["a" if hull == "h" else hull for hull in again]  # one vessel's hull is called like the other vessel's
    begun = [f"{row[0]}-{hull}" for row, hull in zip(rows, again, strict=True)]
    for ids in (where, numbers, [float(n) for n in numbers], again, begun):
        path = tmp_path / "segments.parquet"
        pq.write_table(table_of(rows).append_column("segment_id", pa.array(ids)), path)
        for _ in range(2):  # the second time from the store
            events = search(path, ALONE, places=None, statics=None, store=store).found.events.to_pylist()
            slow = [(r["vessel_key"], r["lat"]) for r in events if r["kind"] == "loitering"]
            assert sorted(slow) == [(SILENT, 40.0), (SILENT, 45.4), (SLOW, 45.401)]
            met = [(r["vessel_key"], r["other_key"]) for r in events if r["kind"] == "encounter"]
            assert met == [(SILENT, SLOW)]
            assert len({r["event_id"] for r in events}) == len(events)


def test_rows_in_no_segment_are_noise(tmp_path):
    rows = [row for row in ROWS if row[0] == TRADER]
    noise = [(TRADER, row[1] + 1, 40.0, 11.5, 9.0, None) for row in rows]  # as if it were at sea at any time
    table = table_of([*rows, *noise])
    path = tmp_path / "noise.parquet"
    pq.write_table(table.append_column("segment_id", pa.array(["a"] * len(rows) + [None] * len(noise))), path)

    found = search(path, named_kinds(["port_visit", "loitering"])).found

    clean = search(write_positions(tmp_path / "clean.parquet", rows), named_kinds(["port_visit", "loitering"])).found
    assert told(found.events) == told(clean.events)
    assert len(told(found.events)["port_visit"]) == 2


@pytest.mark.parametrize("store", [False, True])
def test_exchanged_columns_are_found_and_said(tmp_path, store):
    def exchanged(rows):
        return [(key, t, lon, lat, sog, cog) for key, t, lat, lon, sog, cog in rows]

    impossible = exchanged(fixes_of(SLOW, range(200), 10.0, 120.0))
    by_course = [
        (*row[:4], 14.0, 2.2) for row in exchanged(fixes_of(SLOW, range(400), 40 + 0.004 * np.arange(400), 10.0))
    ]
    for rows in (impossible, by_course):
        with pytest.raises(InputError, match="latitude and longitude are swapped") as caught:
            of_rows(tmp_path, rows, store=tmp_path / "s" if store else None)
        assert caught.value.file
        assert caught.value.hint
    assert not store or list((tmp_path / "s").iterdir()) == []


MOMENTS = st.one_of(
    st.integers(0, 400).map(lambda m: round(BEGIN.timestamp() * 1e6) + m * 300_000_000),
    st.integers(631_152_000_000_000, 4_102_444_799_999_999),
)
NUMBERS = st.one_of(st.none(), st.floats(), st.sampled_from([0.0, 0.1, 12.0, 102.3, 360.0]))
DEGREES = st.one_of(
    st.floats(-90, 90), st.floats(), st.sampled_from([0.0, 90.0, -90.0, 91.0, 180.0, -180.0, 12.0, 12.001, 1e300])
)
KEYS = st.sampled_from([1, 2, 3, -7, 2**62, 219000606])


@given(
    st.lists(st.tuples(KEYS, MOMENTS, DEGREES, DEGREES, NUMBERS, NUMBERS), max_size=80),
    st.sampled_from(presets()),
    st.sampled_from([None, UNTIL, datetime.max.replace(tzinfo=UTC)]),
)
@settings(max_examples=60)
def test_any_numbers_give_events(tmp_path_factory, rows, name, until):
    file = write_positions(tmp_path_factory.getbasetemp() / "any.parquet", rows)
    rule = rules(name)
    kinds = named_kinds(["port_visit", *(kind.name for kind in ALONE)])
    near = points(["near", "pole"], np.array([12.0, 90.0]), np.array([12.0, 0.0]))

    try:
        found = search(file, kinds, rule, clean=rule.of("clean"), places=near, statics=None, until=until)
    except InputError as error:
        assert "swapped" in str(error) or "after the end" in str(error)  # noqa: PT017 - either is right
        return

    found.found.events.validate(full=True)
    ids = found.found.events["event_id"].to_pylist()
    assert len(set(ids)) == len(ids)
    keys = {row[0] for row in rows}
    for row in found.found.events.to_pylist():
        json.loads(row["detail"], parse_constant=pytest.fail)
        assert {row["vessel_key"], row["other_key"]} <= keys | {None}
        assert row["end"] is None or row["end"] >= row["start"]
