"""Segments against the reference's ids, against a slow reading of the method, and on input nobody should have."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_segments import Row, segment_vessel

from tidewaiter.errors import InputError
from tidewaiter.tracks.presets import explain, preset
from tidewaiter.tracks.segments import Segments, segment, segment_file

MINUTE, HOUR = 60_000_000, 3_600_000_000
BEGIN = 1_609_459_200_000_000
GFW, OWN = preset("gfw", "segment", Segments), preset("tidewaiter", "segment", Segments)
SCHEMA = pa.schema(
    [
        ("ssvid", pa.string()),
        ("timestamp", pa.timestamp("us", "UTC")),
        ("lat", pa.float64()),
        ("lon", pa.float64()),
        ("speed", pa.float64()),
        ("course", pa.float64()),
        ("heading", pa.float64()),
        ("type", pa.string()),
        ("msgid", pa.string()),
    ]
)
ALTERED = {
    "max_gap_h": 3.0,
    "penalty_h": 0.1,
    "hours_exponent": 1.0,
    "buffer_h": 0.02,
    "max_speed_kn": 12.0,
    "penalty_speed_kn": 15.0,
    "shape_factor": 1.0,
    "lookback": 1,
    "lookback_factor": 0.3,
    "ambiguity_factor": 1.0,
    "short_segment": 0.01,
    "other_class_weight": 1.0,
    "type_27_gap_h": 0.0,
    "max_open_segments": 2,
    "very_slow_kn": 0.0,
    "noise_speeds_kn": (),
    "nth_length": False,
    "still_without_motion": True,
    "number_noise": False,
}


def shared_hull_messages(seed, ships=3, n=80):
    """Return messages of some hulls on one MMSI, in order of time: noise, gaps, ties, repeats, all types."""
    rng = np.random.default_rng(seed)
    near = rng.choice([0.02, 0.3, 3.0])
    at = np.array([30.0, 179.9]) + rng.normal(0, near, (ships, 2))
    speed, course = rng.uniform(0, 14, ships), rng.uniform(0, 359, ships)
    types = rng.choice(["AIS.1", "AIS.3", "AIS.18", "AIS.27", "VMS"], ships, p=[0.5, 0.1, 0.2, 0.1, 0.1])
    last = np.full(ships, BEGIN)
    t, rows = BEGIN, []
    for _ in range(n):
        t += int(rng.choice([0, 10, 120, 900, 7200, 100_000], p=[0.15, 0.2, 0.4, 0.15, 0.09, 0.01])) * 1_000_000
        ship = rng.integers(ships)
        hours = (t - last[ship]) / HOUR
        way = speed[ship] * hours / 60
        angle = np.radians(90 - course[ship])
        at[ship] += way * np.sin(angle), way * np.cos(angle) / np.cos(np.radians(at[ship, 0]))
        at[ship] = np.clip(at[ship, 0], -80, 80), (at[ship, 1] + 180) % 360 - 180
        last[ship] = t
        if rng.random() < 0.1:
            speed[ship], course[ship] = rng.uniform(0, 14), rng.uniform(0, 359)
        lat, lon = at[ship] + rng.normal(0, rng.choice([0, 1e-4, 0.3], p=[0.3, 0.6, 0.1]), 2)
        row = [t, lat, min(lon, 180.0), round(speed[ship], 1), round(course[ship], 1), 511.0, str(types[ship])]
        luck = rng.random()
        if luck < 0.03:
            row[1:6], row[6] = [None] * 5, "AIS.5"
        elif luck < 0.06:
            row[3] = float(rng.choice([102.3, 51.2, 63.0]))
        elif luck < 0.08:
            row[3:5] = [float(rng.choice([0.0, 0.3, 5.0])), 360.0]
        elif luck < 0.1:
            row[int(rng.integers(1, 6))] = None
        elif luck < 0.12:
            row[1:3] = [91.0, 181.0]
        elif luck < 0.14:
            row[6] = str(rng.choice(["AIS.27", "AIS.4", "AIS.19"]))
        elif luck < 0.2 and rows:
            row[1:6] = rows[int(rng.integers(len(rows)))][1:6]
        rows.append([*row, str(rng.integers(20 * n)) if rng.random() < 0.9 else None])
    return rows


def table_of(rows, vessel="123456789"):
    columns = list(zip(*rows, strict=True)) if rows else [()] * 8
    arrays = [pa.array([vessel] * len(rows), pa.string()), *(pa.array(c) for c in columns)]
    return pa.Table.from_arrays([a.cast(f.type) for a, f in zip(arrays, SCHEMA, strict=True)], schema=SCHEMA)


def slowly(rows, limits, vessel="123456789"):
    messages = [Row(i, *row) for i, row in enumerate(rows)]
    ids = segment_vessel(vessel, messages, limits)
    return [ids.get(i) for i in range(len(rows))]


def line(*rows):
    """Return messages on the equator: (minutes, miles east, knots, type), eastbound."""
    return [(BEGIN + m * MINUTE, 0.0, miles / 60, kn, 90.0, None, kind, None) for m, miles, kn, kind in rows]


def test_the_reference_s_ids_for_every_message(shared_data):
    table = pq.read_table(shared_data / "ais" / "gfw_segment_regression.parquet")

    got = segment(table, GFW)

    assert got.to_pylist() == table["expected"].to_pylist()
    got.validate(full=True)


def test_the_slow_reading_gives_the_reference_s_ids_too(shared_data):
    table = pq.read_table(shared_data / "ais" / "gfw_segment_regression.parquet")
    table = table.filter(pa.compute.is_in(table["ssvid"], pa.array(["412331088", "416241500", "200000010"])))
    vessels = defaultdict(list)
    for number, m in enumerate(table.to_pylist()):
        t = (m["timestamp"] - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        row = Row(number, t, m["lat"], m["lon"], m["speed"], m["course"], m["heading"], m["type"], m["msgid"])
        vessels[m["ssvid"]].append(row)

    got = {n: i for vessel, rows in vessels.items() for n, i in segment_vessel(vessel, rows, GFW).items()}

    assert [got.get(i) for i in range(len(table))] == table["expected"].to_pylist()


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(0, 120), st.data())
@settings(max_examples=80)
def test_kernel_and_slow_reading_agree(seed, ships, n, data):
    rows = shared_hull_messages(seed, ships, n)
    changes = {name: data.draw(st.sampled_from([getattr(GFW, name), value]), name) for name, value in ALTERED.items()}
    limits = msgspec.structs.replace(GFW, **changes)

    assert segment(table_of(rows), limits).to_pylist() == slowly(rows, limits)


@pytest.mark.parametrize("name", ALTERED)
def test_every_threshold_decides_something_in_the_random_messages(name):
    """So that the comparison above reaches every branch."""
    limits = msgspec.structs.replace(GFW, **{name: ALTERED[name]})
    tables = (table_of(shared_hull_messages(seed, ships=4, n=150)) for seed in range(60))

    assert any(segment(table, limits) != segment(table, GFW) for table in tables)


@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_order_of_rows_is_kept_and_vessels_do_not_touch(seed, random):
    parts = [(str(v), shared_hull_messages(seed + v, n=30)) for v in (5, 31, 4)]
    mixed = [(vessel, k) for vessel, rows in parts for k in range(len(rows))]
    random.shuffle(mixed)
    told = {(vessel, k): i for vessel, rows in parts for k, i in enumerate(slowly(rows, GFW, vessel))}
    position = {}
    for vessel, rows in parts:  # of equal times the one that stands first counts first
        places = [i for i, (v, _) in enumerate(mixed) if v == vessel]
        for t in {row[0] for row in rows}:
            same = [k for k, row in enumerate(rows) if row[0] == t]
            at = sorted(i for i in places if rows[mixed[i][1]][0] == t)
            position.update({i: (vessel, k) for i, k in zip(at, same, strict=True)})
    byname = dict(parts)
    table = pa.concat_tables(
        table_of([byname[position[i][0]][position[i][1]]], position[i][0]) for i in range(len(mixed))
    )

    assert segment(table, GFW).to_pylist() == [told[position[i]] for i in range(len(mixed))]


def test_two_ships_on_one_mmsi_are_two_segments():
    rows = line(*((m, (600 if m % 2 else 0) + m / 6, 10.0, "AIS.1") for m in range(0, 100, 5)))

    ids = segment(table_of(rows), GFW).to_pylist()

    assert ids[0::2] == ["123456789-2021-01-01T00:00:00.000000Z"] * 10
    assert ids[1::2] == ["123456789-2021-01-01T00:05:00.000000Z"] * 10


def test_a_spike_is_dropped_from_its_segment():
    rows = line((0, 0, 10.0, "AIS.1"), (6, 1, 10.0, "AIS.1"), (12, 4.5, 10.0, "AIS.1"), (18, 3, 10.0, "AIS.1"))

    ids = segment(table_of(rows), GFW).to_pylist()

    assert len({ids[0], ids[1], ids[3]}) == 1
    assert ids[2] == "123456789-2021-01-01T00:12:00.000000Z"
    assert segment(table_of(rows), msgspec.structs.replace(GFW, number_noise=False)).to_pylist()[2] is None


def test_statics_at_the_time_of_an_open_segment_take_the_next_millisecond():
    rows = [*line((0, 0, 0.0, "AIS.1")), *[(BEGIN, None, None, None, None, None, "AIS.5", None)] * 2]

    ids = segment(table_of(rows), GFW).to_pylist()

    assert ids == [f"123456789-2021-01-01T00:00:00.00{n}000Z" for n in (0, 1, 1)]


def test_a_long_range_broadcast_near_another_message_is_noise():
    rows = line((0, 0, 5.0, "AIS.1"), (30, 2.5, 5.0, "AIS.27"), (59, 5, 5.0, "AIS.1"), (130, 10.8, 5.0, "AIS.27"))

    ids = segment(table_of(rows), GFW).to_pylist()

    assert [i == ids[0] for i in ids] == [True, False, True, True]


def test_positions_with_our_names_need_no_identity():
    rows = line(*((m, m / 6, 10.0, "AIS.1") for m in range(0, 60, 6)))
    table = table_of(rows)
    ours = pa.table(
        {
            "vessel_key": pa.array([123456789] * len(rows)),
            "t": table["timestamp"],
            "lat": table["lat"].cast(pa.float32()),
            "lon": table["lon"],
            "sog_kn": table["speed"],
            "cog_deg": table["course"],
        }
    )

    assert segment(ours, GFW).to_pylist() == segment(table, GFW).to_pylist()


def test_without_speed_and_course_the_own_preset_still_finds_ships():
    rows = [
        (*row[:3], None, None, *row[5:])
        for row in line(*((m, (600 if m % 2 else 0) + m / 6, 0, "AIS.1") for m in range(0, 99, 3)))
    ]

    assert len(set(segment(table_of(rows), GFW).to_pylist())) == len(rows)
    assert len(set(segment(table_of(rows), OWN).to_pylist())) == 2


def test_null_course_of_positions_means_not_available():
    row = {
        "mmsi": [5],
        "t": [0],
        "lat": [0.0],
        "lon": [0.0],
        "sog_kn": [0.3],
        "cog_deg": pa.array([None], pa.float64()),
    }
    later = {**row, "t": [MINUTE], "lat": [0.0001]}

    ids = segment(pa.concat_tables([pa.table(row), pa.table(later)]), GFW).to_pylist()

    assert ids == ["5-1970-01-01T00:00:00.000000Z"] * 2


@pytest.mark.parametrize(
    ("t", "text"),
    [
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        (253_402_300_799_000_000, "9999-12-31T23:59:59.000000Z"),
    ],
)
def test_times_are_written_as_the_calendar_has_them(t, text):
    assert segment(pa.table({"mmsi": [7], "t": [t], "lat": [0.0], "lon": [0.0]}), GFW).to_pylist() == [f"7-{text}"]


def test_rows_without_vessel_or_time_are_in_no_segment():
    late, early = 2**62, -(2**62)
    table = pa.table({"mmsi": [1, None, 1, 1, 1], "t": [None, 0, 0, late, early], "lat": [0.0] * 5, "lon": [0.0] * 5})

    assert segment(table, GFW).to_pylist() == [None, None, "1-1970-01-01T00:00:00.000000Z", None, None]


numbers = st.one_of(
    st.none(), st.floats(), st.sampled_from([0.0, -0.0, 1e300, -1e300, 90.0, 180.0, 359.95, 360.0, 102.3])
)


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(0, 10**7)),
            *[numbers] * 5,
            st.sampled_from(["AIS.1", "AIS.27", None, "", "x"]),
            st.sampled_from(["a", "b" * 40, "", None]),
        )
    )
)
@settings(max_examples=60)
def test_any_numbers_give_an_answer(rows):
    table = table_of(rows).set_column(
        0, "ssvid", pa.array([None if i % 5 == 4 else "é" for i in range(len(rows))], pa.string())
    )

    for limits in (GFW, OWN):
        segment(table, limits).validate(full=True)


def test_an_empty_table_has_no_segments():
    assert segment(table_of([]), GFW).to_pylist() == []


def test_types_of_columns_may_vary():
    table = table_of(shared_hull_messages(3))
    told = segment(table, GFW).to_pylist()
    kind = pa.array(
        [None if not k.as_py().startswith("AIS") else int(k.as_py()[4:]) for k in table["type"]], pa.int32()
    )
    without_vms = table.filter(pa.compute.is_valid(kind))
    chunks = pa.concat_tables([table.slice(0, 7), table.slice(7, 0), table.slice(7)])
    coded = table.set_column(0, "ssvid", table["ssvid"].dictionary_encode())
    coded = coded.set_column(7, "type", coded["type"].dictionary_encode())

    assert segment(chunks, GFW).to_pylist() == told
    assert segment(coded, GFW).to_pylist() == told
    assert (
        segment(without_vms.set_column(7, "msg_type", kind.drop_null()), GFW).to_pylist()
        == segment(without_vms, GFW).to_pylist()
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop_columns(["lat"]), "no column lat"),
        (lambda t: t.rename_columns(["sssvid", *t.column_names[1:]]), 'mean "sssvid"'),
        (lambda t: t.append_column("mmsi", t["ssvid"]), "says the same: ssvid, mmsi"),
        (lambda t: t.set_column(2, "lat", t["ssvid"]), "lat is string, not a number"),
        (lambda t: t.set_column(1, "timestamp", t["lat"]), "timestamp is double, not a time"),
        (lambda t: t.set_column(0, "ssvid", t["lat"]), "ssvid is double, neither text nor"),
        (lambda t: t.set_column(8, "msgid", t["lat"]), "msgid is double, neither text nor"),
    ],
)
def test_unusable_columns_are_named(change, words):
    with pytest.raises(InputError, match=words):
        segment(change(table_of(shared_hull_messages(1))), GFW)


def test_a_file_gets_the_column_and_keeps_the_rest(tmp_path):
    table = table_of(shared_hull_messages(9, n=300)).append_column("other", pa.array(range(300)))
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=77)
    seen = []

    found = segment_file(
        tmp_path / "in.parquet", tmp_path / "out.parquet", GFW, lambda done, all_rows: seen.append((done, all_rows))
    )

    out = pq.read_table(tmp_path / "out.parquet")
    ids = segment(table, GFW)
    assert out.drop_columns(["segment_id"]) == table
    assert out["segment_id"].to_pylist() == ids.to_pylist()
    assert (found.rows, found.vessels, found.without) == (300, 1, ids.null_count)
    assert found.segments == len(set(ids.drop_null().to_pylist()))
    assert seen[-1] == (300, 300)
    assert sorted(f.name for f in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


def test_a_file_may_be_segmented_again_in_place(tmp_path):
    path = tmp_path / "tracks.parquet"
    pq.write_table(table_of(shared_hull_messages(9)), path)

    segment_file(path, path, OWN)
    segment_file(path, path, GFW)

    assert pq.read_table(path)["segment_id"].to_pylist() == segment(table_of(shared_hull_messages(9)), GFW).to_pylist()


@pytest.mark.parametrize("n", [0, 1])
def test_a_file_with_hardly_any_rows(tmp_path, n):
    pq.write_table(table_of(shared_hull_messages(2, n=n)), tmp_path / "in.parquet")

    assert segment_file(tmp_path / "in.parquet", tmp_path / "out.parquet", GFW).rows == n
    assert len(pq.read_table(tmp_path / "out.parquet")) == n


def test_damaged_and_absent_files_leave_nothing_behind(tmp_path):
    good = tmp_path / "good.parquet"
    pq.write_table(table_of(shared_hull_messages(2)), good)
    whole = good.read_bytes()
    for content in (b"", b"text", whole[:-20], whole[: len(whole) // 2], whole[:200] + bytes(100) + whole[300:]):
        bad = tmp_path / "bad.parquet"
        bad.write_bytes(content)
        with pytest.raises(InputError, match=r"bad\.parquet"):
            segment_file(bad, tmp_path / "out.parquet", GFW)
    with pytest.raises(InputError, match="no such file"):
        segment_file(tmp_path / "absent.parquet", tmp_path / "out.parquet", GFW)
    pq.write_table(pa.table({"x": [1]}), tmp_path / "bad.parquet")
    with pytest.raises(InputError, match="no column"):
        segment_file(tmp_path / "bad.parquet", tmp_path / "out.parquet", GFW)

    assert sorted(f.name for f in tmp_path.iterdir()) == ["bad.parquet", "good.parquet"]


@pytest.mark.parametrize("name", ["gfw", "tidewaiter"])
def test_presets_explain_every_threshold(name):
    words = explain(name, "segment", Segments)

    assert words.source
    assert all(threshold.meaning for threshold in words.thresholds)


def test_thresholds_out_of_reason_are_refused():
    with pytest.raises(InputError, match="max_open_segments"):
        preset("gfw", "segment", Segments, {"max_open_segments": 0})
