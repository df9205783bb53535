"""AIS positions: whole columns at a time, CSV and Parquet with the same answer."""

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.readings import positions as positions_module

HEAD = "mmsi,t,lat,lon,sog_kn,cog_deg,heading_deg,source\n"
T = "2031-03-07T02:10:30Z"
MICROS = 1_930_615_830_000_000


def rows(result):
    return result.tables["positions"].to_pylist()


def test_a_position(read):
    (row,) = rows(read("positions", HEAD + f"299999999,{T},10.51,120.24,0.2,90.5,91,tower\n"))
    assert row["t"] == int(datetime(2031, 3, 7, 2, 10, 30, tzinfo=UTC).timestamp()) * 1_000_000
    assert (row["vessel_key"], row["lat"], row["heading_deg"], row["line"]) == (299999999, 10.51, 91.0, 2)
    assert row["sog_kn"] == np.float32(0.2)


@pytest.mark.parametrize("sentinels", ["102.3,360.0,511", ",,", "102.3,360,511.0"])
def test_not_available_is_null(read, sentinels):
    (row,) = rows(read("positions", HEAD + f"1,{T},10.51,120.24,{sentinels},\n"))
    assert (row["sog_kn"], row["cog_deg"], row["heading_deg"], row["source"]) == (None,) * 4


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (f"x,{T},1,2,,,,", "vessel_key"),
        ("1,2031-03-07T02:10:30,1,2,,,,", "t"),
        ("1,2031-02-30T02:10:30Z,1,2,,,,", "t"),
        ("1,2031-03-07,1,2,,,,", "t"),
        (f"1,{T},91,2,,,,", "lat"),
        (f"1,{T},,2,,,,", "lat"),
        (f"1,{T},1,181,,,,", "lon"),
        (f"1,{T},1,nan,,,,", "lon"),
        (f"1,{T},1,2,-1,,,", "sog_kn"),
        (f"1,{T},1,2,fast,,,", "sog_kn"),
        (f"1,{T},1,2,,361,,", "cog_deg"),
        (f"1,{T},1,2,,,512,", "heading_deg"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_rest_is_read(read, line, column):
    result = read("positions", HEAD + f"1,{T},1,2,,,,\n{line}\n2,{T},1,2,,,,\n")
    assert [r["vessel_key"] for r in rows(result)] == [1, 2]
    (reject,) = result.rejects.to_pylist()
    assert (reject["row"], reject["line"], reject["column"]) == (2, 3, column)


@pytest.mark.parametrize(
    ("column", "value"),
    [("t", "2031-03-07T11:10:30+09:00"), ("t_epoch_s", MICROS // 10**6), ("t_epoch_ms", MICROS // 10**3)],
)
def test_times(read, column, value):
    text = f"mmsi,{column},lat,lon\n1,{value},1,2\n"
    expected = int(datetime(2031, 3, 7, 2, 10, 30, tzinfo=UTC).timestamp()) * 1_000_000
    assert rows(read("positions", text))[0]["t"] == expected


def test_a_declared_zone(read):
    result = read("positions", "mmsi,t,lat,lon\n1,2031-03-07 11:10:30,1,2\n", timezone="Asia/Tokyo")
    assert rows(result)[0]["t"] == int(datetime(2031, 3, 7, 2, 10, 30, tzinfo=UTC).timestamp()) * 1_000_000


def test_exactly_one_time_column(read):
    for head in ("mmsi,lat,lon", "mmsi,t,t_epoch_s,lat,lon"):
        with pytest.raises(InputError, match="time column"):
            read("positions", head + "\n")


def test_decimal_comma_in_semicolon_files(read):
    (row,) = rows(read("positions", f"mmsi;t;lat;lon\n1;{T};10,5;120,25\n"))
    assert (row["lat"], row["lon"]) == (10.5, 120.25)


def parquet(path, **columns):
    pq.write_table(pa.table(columns), path)
    return path.read_bytes()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_with_typed_columns(read, tmp_path, unit):
    times = pa.array([MICROS, MICROS + 10**6, None], pa.timestamp("us", "UTC")).cast(pa.timestamp(unit, "UTC"))
    content = parquet(
        tmp_path / "x",
        mmsi=pa.array([2, 1, 3], pa.int32()),
        t=times,
        lat=[1.0, 2.0, 3.0],
        lon=pa.array([1, 2, 3], pa.float32()),
        sog=[102.3, float("nan"), 5.0],
    )
    result = read("positions", content, "inputs/x.parquet")
    assert [(r["vessel_key"], r["t"], r["sog_kn"], r["row"], r["line"]) for r in rows(result)] == [
        (1, MICROS + 10**6, None, 2, 0),
        (2, MICROS, None, 1, 0),
    ]
    assert result.rejects["column"].to_pylist() == ["t"]


def test_parquet_without_zone_needs_a_declared_one(read, tmp_path):
    content = parquet(tmp_path / "x", mmsi=[1], t=pa.array([MICROS], pa.timestamp("us")), lat=[1.0], lon=[2.0])
    assert read("positions", content, "inputs/x.parquet").rejects.num_rows == 1
    shifted = rows(read("positions", content, "inputs/x.parquet", timezone="Asia/Tokyo"))
    assert shifted[0]["t"] == MICROS - 9 * 3600 * 10**6


def test_odd_column_types_are_rejected_not_fatal(read, tmp_path):
    content = parquet(tmp_path / "x", mmsi=[[1]], t=[True], lat=[b"\xff"], lon=[2.0])
    with pytest.raises(InputError):
        read("positions", content, "inputs/x.parquet")


def test_whole_numbers_that_a_data_frame_made_floats(read, tmp_path):
    content = parquet(tmp_path / "x", mmsi=[299999999.0, None, 1.5], t=[T] * 3, lat=[1.0] * 3, lon=[2.0] * 3)
    result = read("positions", content, "inputs/x.parquet")
    assert [r["vessel_key"] for r in rows(result)] == [299999999]
    assert result.rejects["row"].to_pylist() == [2, 3]


def test_a_damaged_parquet_file(read, tmp_path):
    content = bytearray(
        parquet(tmp_path / "x", mmsi=list(range(1000)), t=[T] * 1000, lat=[1.0] * 1000, lon=[2.0] * 1000)
    )
    for cut in (content[:-1], content[: len(content) // 2], b"PAR1" * 10, b""):
        with pytest.raises(InputError):
            read("positions", bytes(cut), "inputs/x.parquet")


def test_a_file_of_nothing_but_bad_rows_stops_in_the_end(read, monkeypatch):
    monkeypatch.setattr(positions_module, "MOST_REJECTS", 5)
    with pytest.raises(InputError, match="cannot be used") as caught:
        read("positions", HEAD + f"1,{T},91,2,,,,\n" * 10)
    assert "latitude" in caught.value.hint


_cells = st.one_of(
    st.floats(-200, 200).map(lambda v: f"{v:.4f}"), st.sampled_from(["", "x", "1e5", "102.3", "360", "511", "9" * 30])
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_cells, _cells, _cells, _cells), min_size=1, max_size=8))
def test_csv_and_parquet_agree_and_lose_nothing(read, tmp_path, cells):
    text = HEAD + "".join(f"7,{T},{lat},{lon},{sog},{cog},,\n" for lat, lon, sog, cog in cells)
    lat, lon, sog, cog = (list(column) for column in zip(*cells, strict=True))
    content = parquet(
        tmp_path / "x", mmsi=["7"] * len(cells), t=[T] * len(cells), lat=lat, lon=lon, sog_kn=sog, cog_deg=cog
    )
    ours, theirs = read("positions", text), read("positions", content, "inputs/x.parquet")
    assert ours.tables["positions"].num_rows + ours.rejects.num_rows == len(cells)
    same = ["lat", "lon", "sog_kn", "cog_deg", "row"]
    assert ours.tables["positions"].select(same) == theirs.tables["positions"].select(same)
    assert ours.rejects.select(["row", "column", "reason"]) == theirs.rejects.select(["row", "column", "reason"])


def test_text_that_arrow_does_not_check_is_damage(read, tmp_path):
    content = parquet(tmp_path / "x", mmsi=["1"], t=["2031-marker"], lat=[1.0], lon=[2.0])
    assert b"2031-marker" in content
    with pytest.raises(InputError, match="damaged"):
        read(
            "positions", content.replace(b"2031-marker", b"2031-\xff\xfermer"[:11].ljust(11, b"x")), "inputs/x.parquet"
        )
