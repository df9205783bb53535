"""Port events, visits and voyages: the reference's own tables, a slow second implementation, batches, bad input."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from hashlib import md5
from importlib import util
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks import ports
from tidewaiter.tracks.ports import (
    Names,
    PortStream,
    PortThresholds,
    port_events,
    port_thresholds,
    port_visits,
    voyages,
)
from tidewaiter.tracks.presets import explain

ROOT = Path(__file__).resolve().parents[2]


def load(name, path):
    spec = util.spec_from_file_location(name, path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


slow = load("slow_ports", Path(__file__).parent / "slow_ports.py")
DAY, HOUR, MINUTE = 86_400_000_000, 3_600_000_000, 60_000_000
PLACES = [("a", 0.0, 179.99), ("b", 0.0, -179.98), ("c", 0.03, 179.99), ("d", 5.0, 10.0)]
LIST = ports.points(*zip(*PLACES, strict=True))
INDEX = ports.index_places(LIST, 3.0, 4.0)
LIMITS = {name: port_thresholds(name) for name in ("gfw", "tidewaiter")}
NAMES = Names("vessel", "segment")
UNTIL = datetime(1970, 1, 5, tzinfo=UTC)


def test_every_row_of_the_reference_is_met(shared_data):
    oracles = load("oracles_ports", ROOT / "evaluation" / "oracles" / "ports.py")

    found = oracles.compare(shared_data / "ais")

    assert len(found) == 7
    for name, counts in found.items():
        assert counts["different_rows"] == 0, (name, counts)
        assert counts["equal_rows"] == counts["reference_rows"] > 0


def test_anchorages_of_a_raw_list_are_those_of_the_reference(shared_data):
    data = shared_data / "ais"

    raw = ports.anchorages(data / "gfw_anchorage_overrides.csv.gz")
    clean = ports.anchorages(data / "oracles" / "anchorages.parquet")

    assert raw.ids == clean.ids
    assert len(raw) == 55_953
    assert np.array_equal(raw.shapes.lat, clean.shapes.lat)
    assert clean.left_out == 0


def test_ports_of_the_world_port_index(shared_data):
    found = ports.world_port_index(shared_data / "ais" / "wpi_pub150.csv.gz", radius_km=2.0)

    assert len(found) == 3_766
    assert found.left_out == 2
    assert found.names[found.ids.index("wpi-7950")] == "Maurer"


# positions near the places, in and out of the bands of distance and speed, some of no use
STEP = st.sampled_from([0, MINUTE, 30 * MINUTE, 3 * HOUR, 4 * HOUR, 5 * HOUR, 21 * HOUR])
ROW = st.tuples(
    STEP,
    st.sampled_from(["s", "t", "u"]),
    st.sampled_from([0.0, 0.01, 0.0269, 0.027, 0.032, 0.0359, 0.0361, 0.1, 5.0, 91.0, None]),
    st.sampled_from([179.99, -179.99, 180.0, -180.0, 179.96, 10.0, 0.0, None]),
    st.sampled_from([0.0, 0.2, 0.200000003, 0.3, 0.499, 0.5, 9.0, 102.3, None]),
)
TRACKS = st.lists(st.lists(ROW, min_size=1, max_size=25), min_size=1, max_size=3)


def rows_of(tracks):
    rows = []
    for number, track in enumerate(tracks):
        t = 20 * HOUR
        for step, segment, lat, lon, speed in track:
            t += step
            row = {
                "vessel": f"v{number}",
                "segment": f"v{number}{segment}",
                "t": t,
                "lat": lat,
                "lon": lon,
                "speed": speed,
            }
            rows.append(row)
    return rows


def table_of(rows):
    columns = {"vessel": pa.string(), "segment": pa.string(), "t": pa.int64(), "lat": pa.float64(), "lon": pa.float64()}
    table = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in columns.items()})
    return table.append_column("sog_kn", pa.array([row["speed"] for row in rows], pa.float64()))


def tuples_of(events):
    names = ["vessel_id", "seg_id", "timestamp", "event_type", "anchorage_id", "anchorage_lat", "anchorage_lon"]
    table = events.select([*names, "vessel_lat", "vessel_lon", "last_timestamp"])
    for name in ("timestamp", "last_timestamp"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, table[name].cast(pa.int64()))
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


@settings(max_examples=150)
@given(TRACKS, st.sampled_from(["gfw", "tidewaiter"]), st.booleans())
def test_events_are_those_of_the_slow_implementation(tracks, name, by_segment):
    rows = rows_of(tracks)
    if by_segment:
        rows = sorted((row | {"vessel": row["segment"]} for row in rows), key=lambda row: (row["vessel"], row["t"]))

    found = tuples_of(port_events(table_of(rows), INDEX, LIMITS[name], NAMES, UNTIL))

    assert found == slow.events(rows, PLACES, LIMITS[name], 4 * DAY)


@settings(max_examples=100)
@given(TRACKS, st.sampled_from(["gfw", "tidewaiter"]), st.data())
def test_batches_give_the_events_of_the_whole(tracks, name, data):
    table = table_of(rows_of(tracks))
    cuts = sorted(data.draw(st.lists(st.integers(0, table.num_rows), max_size=6)))
    stream = PortStream(INDEX, LIMITS[name], NAMES, UNTIL)

    parts = [stream.feed(table.slice(a, b - a)) for a, b in zip([0, *cuts], [*cuts, table.num_rows], strict=True)]
    joined = pa.concat_tables([*parts, stream.close()])

    assert joined.equals(port_events(table, INDEX, LIMITS[name], NAMES, UNTIL).combine_chunks())


@given(TRACKS)
def test_visits_tell_every_event_once_and_in_order(tracks):
    events = port_events(table_of(rows_of(tracks)), INDEX, LIMITS["gfw"], NAMES, UNTIL)

    visits = port_visits(events, LIMITS["gfw"])

    told = [(v["vessel_id"], e["timestamp"], e["event_type"]) for v in visits.to_pylist() for e in v["events"]]
    assert told == [(e["vessel_id"], e["timestamp"], e["event_type"]) for e in events.to_pylist()]
    for visit in visits.to_pylist():
        kinds = [e["event_type"] for e in visit["events"]]
        assert "PORT_ENTRY" not in kinds[1:]
        assert "PORT_EXIT" not in kinds[:-1]
        assert visit["n_events"] == len(kinds)


def moved(lat, speed, minutes=10):
    """One vessel that stands off place d at the given latitudes and speeds, every so many minutes."""
    rows = [
        {"vessel": "v", "segment": "v", "t": i * minutes * MINUTE, "lat": 5.0 + y, "lon": 10.0, "speed": v}
        for i, (y, v) in enumerate(zip(lat, speed, strict=True))
    ]
    return table_of(rows)


def kinds(events):
    return events["event_type"].to_pylist()


def test_a_vessel_enters_stops_starts_and_leaves():
    events = port_events(
        moved([1, 0.03, 0.01, 0.01, 0.03, 1], [9, 5, 0.1, 0.4, 5, 9]), INDEX, LIMITS["tidewaiter"], NAMES
    )

    assert kinds(events) == ["PORT_ENTRY", "PORT_STOP_BEGIN", "PORT_STOP_END", "PORT_EXIT"]
    assert events["vessel_lat"].to_pylist() == [5.01, 5.01, 5.03, 6.0]
    visit = port_visits(events, LIMITS["tidewaiter"]).to_pylist()[0]
    assert visit["confidence"] == 4
    assert visit["duration_hrs"] == 0.5
    assert visit["visit_id"] == md5(b"v-1970-01-01T00:20:00+00:00-10.0-5.0", usedforsecurity=False).hexdigest()


def test_silent_in_one_port_and_heard_in_another_is_a_voyage_but_to_the_reference():
    at = [(1.0, 0.1), (5.0, 10.0), (5.0, 10.0), (0.0, 179.99), (0.03, 179.99), (1.0, 1.0)]
    rows = [
        {"vessel": "v", "segment": "v", "t": t * HOUR, "lat": lat, "lon": lon, "speed": 0.1}
        for t, (lat, lon) in zip((0, 1, 2, 20, 42, 43), at, strict=True)
    ]

    ours = port_events(table_of(rows), INDEX, LIMITS["tidewaiter"], NAMES)
    theirs = port_events(table_of(rows), INDEX, LIMITS["gfw"], NAMES)

    visits = port_visits(ours, LIMITS["tidewaiter"]).to_pylist()
    assert [(v["start_anchorage_id"], v["end_anchorage_id"]) for v in visits] == [("d", "d"), ("a", "c")]
    assert [v["confidence"] for v in visits] == [4, 4]
    left, came = visits[0]["events"][-1], visits[1]["events"][0]
    assert (left["event_type"], came["event_type"]) == ("PORT_EXIT", "PORT_ENTRY")
    assert (left["timestamp"].hour, came["timestamp"].hour) == (6, 20)
    assert len(port_visits(theirs, LIMITS["gfw"])) == 1


def test_midnight_ends_a_stop_only_in_the_reference():
    # 0.3 kn lies between both speeds: the state of the evening decides, and the reference forgets it overnight
    evening = moved([1, 0, 0, 0, 0, 0.035, 0.035], [9, 0.1, 0.3, 0.3, 0.3, 0.3, 0.3], minutes=220)

    ours = port_events(evening, INDEX, LIMITS["tidewaiter"], NAMES, UNTIL)

    assert kinds(ours) == ["PORT_ENTRY", "PORT_STOP_BEGIN", "PORT_GAP_BEGIN"]
    assert ours["last_timestamp"].cast(pa.int64())[-1].as_py() == 6 * 220 * MINUTE


def test_a_tenth_of_a_knot_stored_short_is_a_tenth():
    track = moved([1, 0, 0], [9, float(np.float32(0.2)), 9])

    assert "PORT_STOP_BEGIN" not in kinds(port_events(track, INDEX, LIMITS["gfw"], NAMES))
    assert "PORT_STOP_BEGIN" in kinds(port_events(track, INDEX, LIMITS["tidewaiter"], NAMES))


def test_positions_without_speed_still_enter_and_leave():
    track = moved([1, 0, 1], [None, None, None])

    assert kinds(port_events(track, INDEX, LIMITS["gfw"], NAMES)) == []
    assert kinds(port_events(track, INDEX, LIMITS["tidewaiter"], NAMES)) == ["PORT_ENTRY", "PORT_EXIT"]


@pytest.mark.parametrize("names", [NAMES, Names("segment", "segment")])
def test_rows_without_a_segment_belong_to_no_track(names):
    track = moved([1, 0, 1, 0, 1], [9] * 5).set_column(1, "segment", pa.array(["s", None, "s", "s", "s"]))

    events = port_events(track, INDEX, LIMITS["tidewaiter"], names)

    assert kinds(events) == ["PORT_ENTRY", "PORT_EXIT"]
    assert events["timestamp"].cast(pa.int64()).to_pylist() == [30 * MINUTE, 40 * MINUTE]


def test_each_threshold_is_explained():
    for name in LIMITS:
        told = explain(name, "port_visit", PortThresholds)
        assert "099169e4" in told.source
        assert all(threshold.meaning for threshold in told.thresholds)


def test_whole_numbers_name_vessels_too():
    track = moved([1, 0, 1], [9, 9, 9]).drop_columns(["vessel", "segment"])
    keyed = track.append_column("vessel_key", pa.array([636_000_001] * 3))

    events = port_events(keyed, LIST, LIMITS["tidewaiter"])
    visits = port_visits(events, LIMITS["tidewaiter"])

    assert events.schema.field("vessel_id").type == pa.int64()
    assert visits["vessel_id"].to_pylist() == [636_000_001]
    assert voyages(visits, 1)["trip_id"].to_pylist() == ["636000001-636000001", "636000001-636000001-000000124f80"]


def event(t, kind, segment="v", lat=5.0, lon=10.0, vessel="v"):
    seen = {
        "anchorage_id": f"{lat} {lon}",
        "anchorage_lat": lat,
        "anchorage_lon": lon,
        "vessel_lat": lat,
        "vessel_lon": lon,
    }
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=t)
    keys = {"vessel_id": vessel, "ssvid": vessel, "seg_id": segment}
    return keys | {"timestamp": moment, "event_type": kind, "last_timestamp": moment} | seen


def visits_of(*events):
    text = pa.string()
    table = pa.Table.from_pylist(list(events), ports.tables.events_schema(text, text, text))
    return port_visits(table, LIMITS["gfw"])


@pytest.mark.parametrize(
    ("told", "confidence"),
    [
        (["PORT_ENTRY", "PORT_STOP_BEGIN", "PORT_EXIT"], 4),
        (["PORT_ENTRY", "PORT_GAP_BEGIN", "PORT_EXIT"], 4),
        (["PORT_STOP_END", "PORT_EXIT"], 3),
        (["PORT_ENTRY", "PORT_GAP_BEGIN", "PORT_GAP_END"], 3),
        (["PORT_GAP_END"], 2),
        (["PORT_ENTRY", "PORT_EXIT"], 1),
        (["PORT_EXIT"], 1),
    ],
)
def test_confidence(told, confidence):
    assert visits_of(*(event(t, kind) for t, kind in enumerate(told)))["confidence"].to_pylist() == [confidence]


def test_a_visit_ends_where_another_segment_is_far_away():
    near = visits_of(event(0, "PORT_GAP_BEGIN", "s", 0.0, 179.5), event(1, "PORT_GAP_END", "t", 0.0, -179.6))
    far = visits_of(event(0, "PORT_GAP_BEGIN", "s", 0.0, 179.5), event(1, "PORT_GAP_END", "t", 0.0, -179.4))
    same = visits_of(event(0, "PORT_GAP_BEGIN", "s", 0.0, 179.5), event(1, "PORT_GAP_END", "s", 0.0, 0.0))

    assert [table.num_rows for table in (near, far, same)] == [1, 2, 1]


def test_a_long_visit_lists_its_first_and_last_hundred_events():
    many = [event(t / 10, ("PORT_STOP_BEGIN", "PORT_STOP_END")[t % 2]) for t in range(251)]

    visit = visits_of(event(-1, "PORT_ENTRY"), *many).to_pylist()[0]

    assert visit["n_events"] == len(visit["events"]) == 200
    assert visit["events"][0]["event_type"] == "PORT_ENTRY"
    assert visit["events"][99]["timestamp"] == many[98]["timestamp"]
    assert visit["events"][100]["timestamp"] == many[151]["timestamp"]
    assert visit["end_timestamp"] == many[250]["timestamp"]


def test_voyages_join_visits_that_are_certain_enough():
    visits = visits_of(
        event(0, "PORT_ENTRY"),
        event(1, "PORT_STOP_BEGIN"),
        event(2, "PORT_EXIT"),
        event(10, "PORT_ENTRY", lat=0.0),
        event(11, "PORT_EXIT", lat=0.0),
        event(20, "PORT_ENTRY", lat=1.0),
        event(21, "PORT_GAP_BEGIN", lat=1.0),
        event(5, "PORT_GAP_BEGIN", vessel="w"),
    )

    found = voyages(visits, 2).to_pylist()
    hours = [
        tuple(
            None if row[end] is None else (row[end] - datetime(2024, 1, 1, tzinfo=UTC)).seconds // 3600
            for end in ("trip_start", "trip_end")
        )
        for row in found
    ]

    assert hours == [(None, 0), (2, 20), (21, None), (None, 5), (5, None)]
    assert [row["vessel_id"] for row in found] == ["v"] * 3 + ["w"] * 2
    assert found[1]["trip_start_confidence"] == 4
    assert found[1]["trip_end_confidence"] == 3
    assert found[1]["trip_id"] == "v-v-018cc2bfd100"
    assert voyages(visits, 4).num_rows == 2
    assert voyages(visits.slice(0, 0), 2).num_rows == 0


def test_nothing_gives_nothing():
    for table in (moved([], []), moved([91, 91], [1, 1])):
        events = port_events(table, INDEX, LIMITS["gfw"], NAMES)
        assert events.num_rows == port_visits(events, LIMITS["gfw"]).num_rows == 0
    assert PortStream(INDEX, LIMITS["gfw"]).close().num_rows == 0
    assert (
        port_events(moved([0, 0], [0, 0]), ports.points((), np.empty(0), np.empty(0)), LIMITS["gfw"], NAMES).num_rows
        == 0
    )


BAD = {
    "order of time": lambda t: t.set_column(2, "t", pa.array([2, 1, 3])),
    "stand together": lambda t: t.set_column(0, "vessel", pa.array(["v", "w", "v"])),
    'no column "lat"': lambda t: t.drop_columns(["lat"]),
    "empty cells": lambda t: t.set_column(0, "vessel", pa.array(["v", None, "v"])),
    'column "t" is of a type': lambda t: t.set_column(2, "t", pa.array(["x", "y", "z"])),
    'column "vessel" is of a type': lambda t: t.set_column(0, "vessel", pa.array([1.5, 1.5, 1.5])),
    "time lies out of range": lambda t: t.set_column(2, "t", pa.array([1, 2, 2**63 - 1])),
}


@pytest.mark.parametrize("message", BAD)
def test_bad_positions_are_refused(message):
    with pytest.raises(InputError, match=message):
        port_events(BAD[message](moved([1, 0, 1], [9, 9, 9])), INDEX, LIMITS["tidewaiter"], NAMES)


@settings(max_examples=50)
@given(st.lists(st.tuples(*[st.floats(width=64)] * 3), max_size=40), st.sampled_from(["gfw", "tidewaiter"]))
def test_any_numbers_are_survived(numbers, name):
    rows = [
        {"vessel": "v", "segment": "v", "t": i * HOUR, "lat": lat, "lon": lon, "speed": speed}
        for i, (lat, lon, speed) in enumerate(numbers)
    ]

    events = port_events(table_of(rows), INDEX, LIMITS[name], NAMES)

    assert events["anchorage_id"].null_count == 0


@pytest.mark.parametrize(
    "own",
    [
        {"entry_km": 5.0},
        {"exit_km": 1e9},
        {"entry_km": 0.0},
        {"gap_min": 0},
        {"gap_min": 1440},
        {"stop_begin_kn": 1.0},
        {"apart_nm": -1.0},
        {"exit_km": float("nan")},
        {"entry": 3.0},
    ],
)
def test_thresholds_that_cannot_be_meant_are_refused(own):
    with pytest.raises(InputError):
        port_thresholds("gfw", own)


def test_an_index_of_other_distances_is_refused():
    with pytest.raises(InputError, match="other distances"):
        port_events(moved([1], [9]), INDEX, port_thresholds("gfw", {"exit_km": 5.0}), NAMES)


def test_an_event_of_an_unknown_type_is_refused():
    with pytest.raises(InputError, match="unknown type"):
        visits_of(event(0, "PORT_SIGHTED"))


def test_numba_is_loaded_when_used():
    code = "import sys, tidewaiter.tracks.ports; print('numba' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
