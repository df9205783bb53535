"""Reading: every declared shape, units, times, codes; what cannot be read says so, and no row is lost silently."""

import gzip
import json
import struct
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.presets import explain, preset
from tidewaiter.tracks.reading import ROW, Clean, Times, own_shape, read, shapes
from tidewaiter.tracks.reading.cells import numbers
from tidewaiter.tracks.reading.times import microseconds

DMA = "# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Name"
NOAA = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName"


def micros(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def whole(reading):
    batches = list(reading)
    fixed = [np.concatenate([b[i] for b in batches]) if batches else np.empty(0) for i in range(7)]
    extras = {n: np.concatenate([b.extras[n] for b in batches]) for n in (batches[0].extras if batches else ())}
    return *fixed, extras


def balanced(reading):
    return reading.summary.rows == reading.summary.kept + sum(reading.summary.rejected.values())


def test_danish_times_are_day_first_and_unknown_is_nothing(tmp_path):
    file = tmp_path / "aisdk.csv"
    rows = [
        "01/02/2024 00:00:07,Class A,219000606,55.904405,12.832642,Unknown value,,8.8,338.1,511,Unknown,ØRESUND",
        "31/01/2024 23:59:59,Class A,219000606,91.000000,181.000000,Moored,,102.3,360.0,12,Unknown,",
        "30/02/2024 23:59:59,Class A,219000606,55.0,12.0,Moored,,1.0,1.0,12,Unknown,",
    ]
    file.write_text("\n".join([DMA, *rows]), encoding="latin-1")

    reading = read(file, extras=["Name", "IMO", ROW])
    key, t, lat, lon, sog, cog, heading, extras = whole(reading)

    assert reading.summary.shape == "dma"
    assert reading.summary.notes == ["aisdk.csv: shape dma, by its header"]
    assert key.tolist() == [219000606]
    assert t.tolist() == [micros(datetime(2024, 2, 1, 0, 0, 7, tzinfo=UTC))]
    assert (lat[0], lon[0], sog[0], cog[0]) == (55.904405, 12.832642, 8.8, 338.1)
    assert np.isnan(heading[0])
    assert reading.extra_texts["Name"][extras["Name"][0]] == "ØRESUND"
    assert extras["IMO"].tolist() == [-1]
    assert extras[ROW].tolist() == [1]
    assert reading.summary.rejected == {"position not available": 1, "no time": 1}
    assert reading.summary.examples["no time"] == "aisdk.csv, row 3"
    assert reading.summary.nulled == {"heading not available": 1}
    assert balanced(reading)


def test_tenths_of_a_knot_and_minus_one(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text(
        "MMSI,LAT,LON,SPEED,COURSE,HEADING,TIMESTAMP\n563010630,1.208955,103.6727,157,290,-1,2013-11-20T16:11:00\n"
    )

    *_, sog, cog, heading, _ = whole(reading := read(file))

    assert reading.summary.shape == "marinetraffic"
    assert (sog[0], cog[0]) == (15.7, 290.0)
    assert np.isnan(heading[0])


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (NOAA, "marinecadastre"),
        ("mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name", "marinecadastre"),
        ("mmsi,imo,dt_pos_utc,longitude,latitude,sog,cog,rot,heading,nav_status", "spire"),
        ("msgid,ssvid,timestamp,lon,lat,speed,course,heading,type", "gfw"),
        ("vessel_key,t,lat,lon,sog_kn,cog_deg,heading_deg,source", "positions"),
        (DMA, "dma"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_shape(tmp_path, header, name, delimiter):
    file = tmp_path / "a.csv"
    file.write_text(header.replace(",", delimiter) + "\n" + delimiter.join("1" for _ in header.split(",")) + "\n")

    reading = read(file)

    assert reading.summary.shape == name
    assert whole(reading)[0].tolist() == []
    assert list(reading.summary.rejected) in (["no time"], ["time out of range"])


def test_every_shape_says_where_it_comes_from():
    for name in shapes():
        assert own_shape(name).about
        assert own_shape(name).source
        assert own_shape(name).licence


def test_a_mapping_of_the_user(tmp_path):
    mapping = tmp_path / "own.toml"
    mapping.write_text(
        '[vessel]\ncolumns=["ship"]\ntext=true\n[t]\ncolumns=["when"]\nformat=["%d.%m.%y %H:%M"]\nzone="Europe/Copenhagen"\n'
        '[lat]\ncolumns=["y"]\nunit="1e-4 min"\n[lon]\ncolumns=["x"]\nunit="1e-4 min"\n[sog]\ncolumns=["v"]\nunit="m/s"\nabsent=[-9]\n'
    )
    file = tmp_path / "own.csv"
    file.write_text(
        "ship;when;y;x;v\nAngara;01.07.24 12:00;33000000;7200000;10,5\nMaria;01.01.24 12:00;1;2;-9\n;;;;\nAngara;01.01.24 12:00;1;2;1\n"
    )

    reading = read(file, mapping)
    key, t, lat, lon, sog, *_ = whole(reading)

    assert [reading.vessel_names[k] for k in key] == ["Angara", "Maria", "Angara"]
    assert t[0] == micros(datetime(2024, 7, 1, 10, tzinfo=UTC))
    assert t[1] == micros(datetime(2024, 1, 1, 11, tzinfo=UTC))
    assert (lat[0], lon[0]) == (55.0, 12.0)
    assert sog[0] == pytest.approx(10.5 * 3600 / 1852)
    assert np.isnan(sog[1])
    assert "own.csv: decimal commas" in reading.summary.notes
    assert reading.summary.rejected == {"no vessel": 1}


def test_danish_decimal_commas_between_quotes(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("MMSI;LAT;LON;SOG;BaseDateTime\n219000606;55,5;12,25;0,2;2024-01-01T00:00:00\n")

    _, _, lat, lon, sog, *_ = whole(read(file))

    assert (lat[0], lon[0], sog[0]) == (55.5, 12.25, 0.2)


def test_single_precision_is_read_as_the_decimal_it_was(tmp_path):
    file = tmp_path / "p.parquet"
    table = pa.table({
        "vessel_key": [1, 2], "t": pa.array([10**15, 10**15], pa.timestamp("us", "UTC")), "lat": [1.0, 2.0], "lon": [1.0, 2.0],
        "sog_kn": pa.array([0.2, None], pa.float32()), "cog_deg": pa.array([123.4, 359.9], pa.float32()),
        "heading_deg": pa.array([12, None], pa.float32()),
    })  # fmt: skip
    pq.write_table(table, file)

    *_, sog, cog, heading, _ = whole(read(file))

    assert sog[0] == 0.2
    assert np.isnan(sog[1])
    assert cog.tolist() == [123.4, 359.9]
    assert heading[0] == 12


def test_real_messages_keep_their_numbers(shared_data):
    file = shared_data / "ais" / "gfw_segment_regression.parquet"
    raw = pq.read_table(file)

    reading = read(file, extras=["expected", "type", "Index"], clean=Clean(drop_impossible=False))
    key, t, lat, lon, sog, *_, extras = whole(reading)

    there = np.asarray(raw["lat"].is_valid()) & np.asarray(raw["lon"].is_valid())
    assert len(key) == 36_975 == there.sum()
    assert reading.summary.rejected == {"no position": 42_208 - 36_975}
    assert key.tolist() == [int(v) for v, is_there in zip(raw["ssvid"].to_pylist(), there, strict=True) if is_there]
    assert t.tolist() == np.asarray(raw["timestamp"].cast(pa.int64()))[there].tolist()
    assert lat.tolist() == np.asarray(raw["lat"])[there].tolist()
    assert lon.tolist() == np.asarray(raw["lon"])[there].tolist()
    speeds = np.asarray(raw["speed"])[there]
    np.testing.assert_array_equal(sog, np.where(speeds < 102.25, speeds, np.nan))
    names = [None if code < 0 else reading.extra_texts["expected"][code] for code in extras["expected"]]
    assert names == np.asarray(raw["expected"].to_pylist(), object)[there].tolist()
    assert balanced(reading)


def geo(points, **crs):
    about = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": {"encoding": "WKB", **crs}}}
    table = pa.table({
        "geometry": pa.array(points), "mmsi": [219000606] * len(points),
        "timestamp": pa.array([10**15] * len(points), pa.timestamp("us")),
    })  # fmt: skip
    return table.replace_schema_metadata({"geo": json.dumps(about)})


def test_points_of_geoparquet(tmp_path):
    file = tmp_path / "g.parquet"
    little = struct.pack("<BIdd", 1, 1, 12.5, 55.5)
    big = struct.pack(">BIdd", 0, 1, 13.5, 56.5)
    line = struct.pack("<BIIdddd", 1, 2, 2, 0, 0, 1, 1)
    pq.write_table(geo([little, None, little]), file)

    _, _, lat, lon, *_ = whole(reading := read(file))
    assert reading.summary.shape == "geoparquet"
    assert (lat.tolist(), lon.tolist()) == ([55.5, 55.5], [12.5, 12.5])

    pq.write_table(geo([little, big, line, b"xx"]), file)
    _, _, lat, lon, *_ = whole(reading := read(file))
    assert (lat.tolist(), lon.tolist()) == ([55.5, 56.5], [12.5, 13.5])
    assert reading.summary.rejected == {"no position": 2}


def test_points_in_metres_are_refused(tmp_path):
    file = tmp_path / "g.parquet"
    pq.write_table(geo([struct.pack("<BIdd", 1, 1, 5e5, 6e6)], crs={"id": {"authority": "EPSG", "code": 25832}}), file)

    with pytest.raises(InputError, match="reference system 25832"):
        whole(read(file))


def test_placeholders_null_island_and_times_before_satellites(tmp_path):
    file = tmp_path / "a.csv"
    rows = [
        "0,2024-01-01T00:00:00,1,1,,,,", "123456789,2024-01-01T00:00:00,1,1,,,,", "5,2024-01-01T00:00:00,0,0,,,,",
        "5,1969-12-31T23:59:59,1,1,,,,", "5,-5,1,1,,,,", "x,2024-01-01T00:00:00,1,1,,,,", "5,2024-01-01T00:00:00,95,1,,,,",
        "5,2024-01-01T00:00:00,one,1,,,,", "5,2024-01-01T00:00:00,1", "7,2024-01-01T00:00:00,1,1,-3,400,700,", "",
    ]  # fmt: skip
    file.write_text("\r\n".join([NOAA, *rows]))

    reading = read(file)
    key, *_ = whole(reading)

    assert key.tolist() == [7]
    assert reading.summary.rejected == {
        "placeholder vessel": 2, "null island": 1, "time out of range": 1, "no time": 1, "no vessel": 1,
        "position impossible": 1, "no position": 1, "wrong number of cells": 1,
    }  # fmt: skip
    assert reading.summary.nulled == {"speed impossible": 1, "course impossible": 1, "heading impossible": 1}
    assert balanced(reading)


def test_a_stray_quote_swallows_no_rows(tmp_path):
    file = tmp_path / "a.csv"
    rows = [
        f"{i},2024-01-01T00:00:0{i},1,1,,,,{name}" for i, name in enumerate(['"OK, ONE"', '"TORN', "B", 'C"', "D"], 1)
    ]
    file.write_text("\n".join([NOAA, *rows]))

    reading = read(file)
    key, *_ = whole(reading)

    assert reading.summary.rows == 5
    assert set(key.tolist()) >= {2, 3, 4, 5}
    assert balanced(reading)


@pytest.mark.parametrize("cut", [30, 2_000])
def test_a_cut_off_archive_is_no_shorter_file(tmp_path, cut):
    file = tmp_path / "a.csv.gz"
    rng = np.random.default_rng(1)
    body = "".join(
        f"{k},2024-01-01T00:00:00,{a:.5f},1,,,,\n"
        for k, a in zip(rng.integers(1, 10**9, 3000), rng.random(3000), strict=True)
    )
    file.write_bytes(gzip.compress((NOAA + "\n" + body).encode())[:-cut])

    with pytest.raises(InputError, match="cut off"):
        whole(read(file))

    file.write_bytes(gzip.compress((NOAA + "\n" + body).encode()))
    assert len(whole(read(file))[0]) == 3000


def test_utf16_and_a_mark_at_the_beginning(tmp_path):
    line = "5,2024-01-01T00:00:00,1.5,2.5,3.1,4,5,ÆRØ\n"
    for encoding in ("utf-16", "utf-8-sig"):
        file = tmp_path / f"{encoding}.csv"
        file.write_text(f"{NOAA}\n{line}", encoding=encoding)
        reading = read(file, extras=["VesselName"])
        key, _, lat, *_ = whole(reading)
        assert (key.tolist(), lat.tolist()) == ([5], [1.5])
        assert reading.extra_texts["VesselName"] == ["ÆRØ"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\n", "NMEA"),
        (b"PK\x03\x04\0\0\0", "neither text nor Parquet"),
        (b"a,b,c\n1,2,3\n", "no known shape"),
        (b"PAR1xxxx", "damaged"),
        (b"MMSI,MMSI,BaseDateTime,LAT,LON\n", "no known shape"),
    ],
)
def test_what_is_no_table_of_positions(tmp_path, content, words):
    file = tmp_path / "a.csv"
    file.write_bytes(content)

    with pytest.raises(InputError, match=words) as error:
        whole(read(file))
    assert str(file) in str(error.value)


def test_a_header_alone_and_a_shape_that_does_not_fit(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(NOAA + "\n")

    reading = read(file)
    assert whole(reading)[0].tolist() == []
    assert reading.summary.notes[-1] == "a.csv holds no rows"
    with pytest.raises(InputError, match='the shape dma needs the column "# Timestamp"'):
        read(file, "dma")
    with pytest.raises(InputError, match="Did you mean") as error:
        read(file, "marinecadaster")
    assert "marinecadastre" in str(error.value)
    with pytest.raises(InputError, match='no column "Draft"'):
        read(file, extras=["Draft"])
    with pytest.raises(InputError, match=r"missing\.csv"):
        read(tmp_path / "missing.csv")


def test_swapped_columns_are_found_by_what_no_latitude_can_be(tmp_path):
    file = tmp_path / "a.csv"
    rows = [f"5,2024-01-01T00:00:0{i},{120 + i},30.5,,,," for i in range(5)]
    file.write_text("\n".join([NOAA, *rows]))

    with pytest.raises(InputError, match="latitude and longitude are swapped: 5 of 5"):
        whole(read(file))


ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=3))])
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2099, 12, 30), timezones=ZONES)  # noqa: DTZ001


@given(
    st.lists(
        st.one_of(MOMENTS, st.just("2023-02-29T00:00:00"), st.just(""), st.just("x" * 30), st.text(max_size=30)),
        max_size=20,
    )
)
def test_iso_times_agree_with_python(cells):
    texts = [cell if isinstance(cell, str) else cell.isoformat() for cell in cells]

    found = microseconds(pa.array(texts, pa.string()), Times(columns=("t",)))

    for cell, value in zip(cells, found, strict=True):
        if not isinstance(cell, str):
            assert value == micros(cell)
        elif cell in {"", "2023-02-29T00:00:00", "x" * 30}:
            assert value == np.iinfo(np.int64).min


@given(st.lists(MOMENTS, max_size=20), st.sampled_from(["%d/%m/%Y %H:%M:%S", "%Y%m%d%H%M%S", "%m-%d-%Y %H:%M:%S.%f"]))
def test_declared_times_agree_with_python(moments, form):
    moments = [moment.astimezone(UTC) for moment in moments]
    if "%f" not in form:
        moments = [moment.replace(microsecond=0) for moment in moments]

    found = microseconds(
        pa.array([m.strftime(form) for m in moments], pa.string()), Times(columns=("t",), format=(form,))
    )

    assert found.tolist() == [micros(m) for m in moments]


@given(st.binary(max_size=2_000))
def test_no_bytes_crash_the_reader(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "fuzz.csv"
    for head in (b"", NOAA.encode() + b"\n"):
        file.write_bytes(head + content)
        try:
            reading = read(file, extras=["VesselName"] if head else [])
            whole(reading)
        except InputError:
            continue
        assert balanced(reading)


@given(st.lists(st.one_of(st.floats(-1e6, 1e6), st.text(max_size=6)), max_size=20))
def test_numbers_agree_with_python(cells):
    texts = [cell if isinstance(cell, str) else repr(cell) for cell in cells]

    values, _ = numbers(pa.array(texts, pa.string()))

    for cell, value in zip(cells, values, strict=True):
        if isinstance(cell, float):
            assert value == cell


def test_a_mapping_that_cannot_be_used_says_why(tmp_path):
    good = '[vessel]\ncolumns=["a"]\n[t]\ncolumns=["b"]\n[lat]\ncolumns=["c"]\n[lon]\ncolumns=["d"]\n'
    file = tmp_path / "own.toml"
    for text, words in [
        (good + "[sog]\ncolumns=['e']\nunit='knots'\n", 'unknown unit "knots"'),
        (good.replace('["b"]', '["b"]\nformat=["unix"]'), 'unknown form of time "unix"'),
        ("[vessel]\ncolumns=['a']\n", "cannot be used"),
        (good.replace("[lon]", "[lo]"), "cannot be used"),
        ("[vessel", "is not TOML"),
    ]:
        file.write_text(text)
        with pytest.raises(InputError, match=words):
            read(tmp_path / "a.csv", file)


def test_our_preset_is_the_default_and_that_of_gfw_drops_nothing_with_a_position():
    assert preset("tidewaiter", "clean", Clean) == Clean()
    gfw = preset("gfw", "clean", Clean, {"clock_jump_h": 5})
    assert (gfw.drop_impossible, gfw.drop_duplicates, gfw.placeholders, gfw.clock_jump_h) == (False, False, (), 5)
    assert all(threshold.meaning for threshold in explain("gfw", "clean", Clean).thresholds)
