"""What a message says: fields, codes for not available, tables, against an encoder of our own and against pyais."""

import sys
from pathlib import Path

import pyarrow as pa
import pytest
from ais_encoder import (
    aid,
    aircraft,
    base,
    details_b,
    extended_b,
    long_range,
    name_b,
    position_a,
    position_b,
    sentences,
    voyage,
)
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.tracks.nmea import POSITIONS, STATICS, decode


def log(*messages):
    return "".join(f"{line}\n" for bits in messages for line in sentences(bits)).encode()


def position(bits):
    [row] = decode(log(bits)).positions.to_pylist()
    return row


def static(bits):
    [row] = decode(log(bits)).statics.to_pylist()
    return row


def near(value, digits=5):
    return pytest.approx(value, abs=10**-digits)


def test_class_a_says_where_it_is_and_how_it_moves():
    row = position(
        position_a(kind=3, lat=-43.123456, lon=-131.654321, sog=101, cog=1234, heading=77, status=5, turn=-20)
    )
    assert row["vessel_key"] == 273123456
    assert row["msg_type"] == 3
    assert row["lat"] == near(-43.123456)
    assert row["lon"] == near(-131.654321)
    assert row["sog_kn"] == near(10.1)
    assert row["cog_deg"] == near(123.4)
    assert (row["heading_deg"], row["nav_status"], row["line"]) == (77, 5, 1)
    assert row["rot_deg_min"] == near(-((20 / 4.733) ** 2), 4)
    assert row["t"] is None
    assert row["time_from"] is None


def test_what_is_not_available_is_null():
    row = position(position_a(lat=91, lon=181, sog=1023, cog=3600, heading=511, status=15, turn=-128))
    names = ("lat", "lon", "sog_kn", "cog_deg", "heading_deg", "nav_status", "rot_deg_min", "t", "source")
    assert [row[name] for name in names] == [None] * len(names)
    row = position(long_range(lat=91, lon=181, sog=63, cog=511, status=15))
    assert [row[name] for name in names] == [None] * len(names)
    row = position(aircraft(sog=1023, lat=91, lon=181, cog=3600))
    assert [row[name] for name in names] == [None] * len(names)
    row = static(voyage(imo=0, call="", name="", kind=0, box=(0, 0, 0, 0), eta=(0, 0, 24, 60), draught=0, goal=""))
    said = {name for name, value in row.items() if value is not None}
    assert said == {"vessel_key", "line", "msg_type"}


def test_what_the_standard_does_not_use_is_null():
    row = position(position_a(cog=3601, heading=360, turn=127))
    assert (row["cog_deg"], row["heading_deg"], row["rot_deg_min"]) == (None, None, None)
    row = static(voyage(eta=(13, 31, 25, 61)))
    assert [row[f"eta_{part}"] for part in ("month", "day", "hour", "minute")] == [None, 31, None, None]


def test_ends_of_ranges_are_kept():
    row = position(position_a(lat=90, lon=-180, sog=1022, cog=3599, heading=359, turn=126))
    assert (row["lat"], row["lon"], row["heading_deg"]) == (90, -180, 359)
    assert row["sog_kn"] == near(102.2)
    assert row["cog_deg"] == near(359.9, 4)
    assert row["rot_deg_min"] == near((126 / 4.733) ** 2, 3)
    assert position(position_a(lat=95.5))["lat"] == near(95.5)  # for whoever cleans


def test_other_positions():
    row = position(position_b())
    assert (row["msg_type"], row["lat"], row["lon"]) == (18, -12.5, -170.25)
    assert (row["sog_kn"], row["cog_deg"], row["heading_deg"]) == (5.5, near(359.9, 4), None)
    row = position(aircraft())
    assert (row["msg_type"], row["sog_kn"], row["cog_deg"]) == (9, 150, 90)
    row = position(long_range())
    assert (row["lat"], row["lon"], row["sog_kn"], row["cog_deg"]) == (42.5, 131.5, 12, 90)
    row = position(aid())
    assert (row["msg_type"], row["lat"], row["lon"], row["sog_kn"]) == (21, near(42.1), near(130.4), None)


def test_a_base_station_tells_its_own_time():
    for kind in (4, 11):
        row = position(base(kind))
        assert row["t"] == 1_692_275_459_000_000
        assert row["time_from"] == "message"
    assert position(base(when=(2023, 2, 29, 0, 0, 0)))["t"] is None
    assert position(base(when=(0, 0, 0, 24, 60, 60)))["t"] is None


def test_a_voyage_message_says_who_and_where_to():
    row = static(voyage())
    assert {name: value for name, value in row.items() if value is not None} == {
        "vessel_key": 273123456, "line": 1, "msg_type": 5, "name": "ANGARA", "callsign": "UBXY7", "imo": 9074729,
        "ship_type": 79, "to_bow_m": 100, "to_stern_m": 21, "to_port_m": 9, "to_starboard_m": 10, "length_m": 121,
        "width_m": 19, "draught_m": near(7.1), "eta_month": 8, "eta_day": 31, "eta_hour": 23, "eta_minute": 5,
        "destination": "RU VYP",
    }  # fmt: skip
    assert static(voyage(spare=""))["destination"] == "RU VYP"  # 422 bits


def test_class_b_comes_in_two_parts_or_with_its_position():
    both = decode(log(name_b(), details_b())).statics.to_pylist()
    assert [row["part"] for row in both] == [0, 1]
    assert (both[0]["name"], both[0]["callsign"], both[0]["length_m"]) == ("FISHER TWO", None, None)
    assert (both[1]["name"], both[1]["callsign"], both[1]["ship_type"], both[1]["length_m"]) == (None, "BQ77", 30, 11)
    tables = decode(log(extended_b()))
    assert tables.positions["lat"].to_pylist() == [-12.5]
    row = tables.statics.to_pylist()[0]
    assert (row["name"], row["ship_type"], row["length_m"], row["width_m"]) == ("FISHER", 30, 11, 5)
    assert tables.summary.messages == 1


def test_a_craft_of_another_ship_names_it_in_place_of_its_size():
    mother = 273123456
    bits = details_b(mmsi=981234567)[:132] + format(mother, "030b") + "000000"
    row = static(bits)
    assert row["mothership_mmsi"] == mother
    assert row["to_bow_m"] is row["length_m"] is None


def test_the_name_of_an_aid_goes_on():
    row = static(aid(name="A VERY LONG NAME OF ", rest="A BUOY"))
    assert (row["name"], row["aid_type"]) == ("A VERY LONG NAME OF A BUOY", 14)
    assert static(aid(name="BUOY", rest="@@@@@@@@@@@@@@"))["name"] == "BUOY"


def test_half_known_dimensions_stay():
    row = static(voyage(box=(0, 150, 0, 0)))
    assert (row["to_bow_m"], row["to_stern_m"], row["length_m"]) == (0, 150, 150)
    assert (row["to_port_m"], row["width_m"]) == (None, None)
    row = static(voyage(box=(511, 511, 63, 63)))
    assert (row["length_m"], row["width_m"]) == (1022, 126)


@given(
    st.integers(1, 2**30 - 1),
    st.text("ABCXYZ 0129/-@", max_size=20),
    st.text("ABC 12", max_size=7),
    st.text("ABC>< .=", max_size=20),
)
def test_text_is_as_sent_without_what_fills_it_up(mmsi, name, call, goal):
    row = static(voyage(mmsi=mmsi, name=name, call=call, goal=goal))
    assert row["vessel_key"] == mmsi
    assert row["name"] == (name.rstrip("@").strip() or None)
    assert row["callsign"] == (call.strip() or None)
    assert row["destination"] == (goal.strip() or None)


@given(st.integers(-(2**27), 2**27 - 1), st.integers(-(2**26), 2**26 - 1))
def test_degrees_are_exact_to_the_micro_degree(lon, lat):
    bits = position_a()
    row = position(bits[:61] + format(lon % 2**28, "028b") + format(lat % 2**27, "027b") + bits[116:])
    assert row["lon"] == (None if lon == 181 * 600_000 else round(lon / 600_000, 6))
    assert row["lat"] == (None if lat == 91 * 600_000 else round(lat / 600_000, 6))


def test_tables_have_their_schema_even_when_empty():
    for data in (b"", b"\n", log(position_a(), voyage())):
        tables = decode(data)
        assert tables.positions.schema == POSITIONS
        assert tables.statics.schema == STATICS
        tables.positions.validate(full=True)
        tables.statics.validate(full=True)


def test_types_agree_with_the_positions_of_other_rooms():
    from tidewaiter.model.tables import POSITIONS as SHARED

    for name in ("vessel_key", "t", "lat", "lon", "sog_kn", "cog_deg", "heading_deg", "source"):
        assert POSITIONS.field(name).type == SHARED.field(name).type
    assert pa.types.is_int64(POSITIONS.field("line").type)


@pytest.mark.parametrize("name", ["amsa_terrestrial", "exactearth_satellite", "aislib_stream"])
def test_equal_to_pyais_field_by_field(name, shared_data):
    pytest.importorskip("pyais")
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "evaluation" / "oracles"))
    try:
        from decode import compare_log
    finally:
        sys.path.pop(0)
    result = compare_log(shared_data / "ais" / f"nmea_{name}.txt.gz")
    for table in ("positions", "statics"):
        found = result[table]
        assert found["equal"] > 500
        assert found["different"] == {}
        assert found["only_ours"] == 0
        assert found["only_oracle"] == found["only_oracle_wrong_length"]
