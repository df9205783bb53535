"""The index of places against exhaustive searches: points, circles and outlines, also at the poles and the antimeridian."""

import gzip
import math
from importlib import util
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.model import Place
from tidewaiter.tracks import ports
from tidewaiter.tracks.ports.kernel import grid, s2
from tidewaiter.tracks.ports.lists import s2_tokens
from tidewaiter.tracks.ports.outline import outline

SPEC = util.spec_from_file_location("slow_ports", Path(__file__).parent / "slow_ports.py")
slow = util.module_from_spec(SPEC)
SPEC.loader.exec_module(slow)


def searched(index, lat, lon):
    table = ports.nearest_places(index, np.array(lat, float), np.array(lon, float))
    return table["place_id"].to_pylist(), table["distance_km"].to_pylist()


def zone_of(index, lat, lon):
    at = np.array([lat], float), np.array([lon], float)
    return grid.zones(index.grid, index.places.shapes, *at, np.zeros(1), 102.2, True)[0]  # noqa: FBT003


CENTRES = [(0, 0), (0, 180), (0, -180), (90, 0), (-90, 120), (89.99, 45), (45, 45), (-35.26, -45), (60, -179.99)]
OFFSET = st.floats(-0.3, 0.3)


@settings(max_examples=150)
@given(
    st.sampled_from(CENTRES),
    st.lists(st.tuples(OFFSET, OFFSET), min_size=1, max_size=12),
    st.lists(st.tuples(OFFSET, OFFSET), min_size=1, max_size=12),
    st.sampled_from([(3.0, 4.0), (0.2, 0.5), (10.0, 35.0), (40.0, 300.0)]),
)
def test_nearest_is_that_of_an_exhaustive_search(centre, places, positions, reach):
    def near(offset):
        lat, lon = centre[0] + offset[0], centre[1] + offset[1] / max(math.cos(math.radians(centre[0])), 1e-3)
        if abs(lat) > 90:
            lat, lon = math.copysign(180, lat) - lat, lon + 180
        return lat, (lon + 180) % 360 - 180

    all_of_them = [(f"p{i:02}", *near(offset)) for i, offset in enumerate(places)]
    index = ports.index_places(ports.points(*zip(*all_of_them, strict=True)), *reach)
    for lat, lon in map(near, positions):
        place, least = slow.nearest(all_of_them, lat, lon)

        ids, km = searched(index, [lat], [lon])

        if least > reach[1] * (1 + 1e-12):
            assert ids == [None]
            assert zone_of(index, lat, lon) == grid.FAR
            continue
        if least < reach[1] * (1 - 1e-12):
            assert km == [pytest.approx(least, rel=1e-9, abs=1e-9)]
            tied = [p for p in all_of_them if slow.distance(lat, lon, *p[1:]) <= least + 1e-9]
            assert ids[0] == place[0] or len(tied) > 1
            assert zone_of(index, lat, lon) == (grid.NEAR if least <= reach[0] else grid.BETWEEN)


def test_of_equally_near_places_the_first_id_counts():
    index = ports.index_places(ports.points(["b", "a", "c"], [0, 0, 0], [0.01, -0.01, 0.01]), 3, 4)

    assert searched(index, [0, 0], [0, 0.01])[0] == ["a", "b"]


def square(lon, lat, half):
    return ((lon - half, lat - half), (lon + half, lat - half), (lon + half, lat + half), (lon - half, lat + half))


def rolled(ring):
    return tuple(((lon + 180) % 360 - 180, lat) for lon, lat in ring)


def test_distances_to_an_outline_are_the_same_across_the_antimeridian():
    here = Place("x", "X", polygon=((1.0, 50.0), (1.2, 50.02), (1.15, 50.2), (1.1, 50.08), (0.95, 50.1)))
    there = Place("x", "X", polygon=rolled((lon + 178.9, lat) for lon, lat in here.polygon))
    rng = np.random.default_rng(3)
    lat, lon = rng.uniform(49.9, 50.3, 500), rng.uniform(0.8, 1.4, 500)

    a, b = (ports.index_places(ports.case_places([place]), 3, 12) for place in (here, there))
    far, moved = searched(a, lat, lon), searched(b, lat, (lon + 178.9 + 180) % 360 - 180)

    assert far[0] == moved[0]
    assert None in far[0]
    assert [d for d in far[1] if d] == pytest.approx([d for d in moved[1] if d], abs=2e-3)
    inside = shapely.contains_xy(shapely.Polygon(here.polygon), lon, lat)
    assert [d == 0.0 for d in far[1]] == inside.tolist()
    assert 20 < inside.sum() < 200


def test_distance_to_an_outline_is_that_to_its_nearest_point():
    place = Place("x", "X", polygon=((10.0, 69.0), (10.4, 69.0), (10.4, 69.1), (10.2, 69.02)))
    index = ports.index_places(ports.case_places([place]), 3, 20)
    ring = np.array([*place.polygon, place.polygon[0]])
    edge = np.concatenate([ring[i] + np.linspace(0, 1, 4001)[:, None] * (ring[i + 1] - ring[i]) for i in range(4)])
    for lat, lon in [(68.95, 10.2), (69.05, 10.1), (69.11, 10.45), (69.0, 9.7)]:
        least = min(slow.distance(lat, lon, y, x) for x, y in edge)

        assert searched(index, [lat], [lon])[1] == [pytest.approx(least, abs=2e-3)]


@pytest.mark.parametrize(
    "ring",
    [
        ((-180, 80), (180, 80), (180, 90), (-180, 90)),
        tuple((lon, 80) for lon in range(-180, 180, 30)),
        tuple((lon % 360 - 180, 80) for lon in range(300, -60, -60)),
    ],
)
def test_an_outline_round_a_pole_holds_it(ring):
    index = ports.index_places(ports.case_places([Place("cap", "Cap", polygon=ring)]), 3, 4)

    assert searched(index, [90, 81, 85, 80.001], [0, 179.9, -180, 33])[1] == [0, 0, 0, 0]
    assert searched(index, [79.9, -90, -85], [0, 0, 10])[0] == [None] * 3
    assert searched(index, [79.98], [12])[1] == [pytest.approx(0.02 * 111.195, rel=0.02)]


def test_circles_count_from_their_rim():
    place = Place("bay", "Bay", lat=0.0, lon=0.0, radius_km=10.0)
    index = ports.index_places(ports.case_places([place, Place("nowhere", "Nowhere")]), 3, 4)

    assert searched(index, [0, 0.05, 0.12, 0.13], [0, 0, 0, 0])[1] == [0, 0, pytest.approx(3.343, abs=0.01), None]
    assert index.places.left_out == 1


def test_lists_join_and_the_first_of_an_id_stays():
    case = ports.case_places([Place("b", "Pier", polygon=square(5, 5, 0.02)), Place("a", "Point", lat=1, lon=1)])
    joined = ports.join(case, ports.points(["b", "c"], [50, 60], [0, 0], names=["other", "third"]))

    assert joined.ids == ("a", "b", "c")
    assert joined.names == ("Point", "Pier", "third")
    assert joined.left_out == 1
    assert searched(ports.index_places(joined, 3, 4), [5.01, 60.01, 50], [5, 0, 0])[0] == ["b", "c", None]


def test_large_places_and_reaches_make_coarse_grids_not_large_ones():
    continent = Place("land", "Land", polygon=((-20, -30), (60, -30), (60, 70), (-20, 70)))
    index = ports.index_places(ports.case_places([continent, Place("p", "P", lat=0, lon=120)]), 3, 4)
    wide = ports.index_places(ports.points(["p", "q"], [0, 89], [0, 0]), 500, 1000)

    assert index.grid.item.size < 30_000_000
    assert searched(index, [0, 0, 0, 70.02], [0, 61, 120.01, 0])[0] == ["land", None, "p", "land"]
    assert searched(wide, [0, 0, 85], [8, 9.1, 180])[0] == ["p", None, "q"]


@pytest.mark.parametrize(
    "ring",
    [
        ((0, 0), (1, 1)),
        ((0, 0), (1, 0), (2, 0)),
        ((0, 0), (1, 95), (2, 0)),
        ((900, 0), (1, 5), (2, 0)),
        ((0, 0), (1, float("nan")), (2, 0)),
        tuple((i % 2 * 179.0, i / 1000) for i in range(2000)),
    ],
)
def test_outlines_that_are_none_are_refused(ring):
    with pytest.raises(InputError):
        ports.case_places([Place("x", "X", polygon=ring)])
    with pytest.raises(InputError):
        outline([])


def test_places_out_of_range_are_refused_or_left_out():
    with pytest.raises(InputError, match="radius"):
        ports.points(["a"], [0], [0], -1.0)
    with pytest.raises(InputError, match="lengths"):
        ports.points(["a"], [0, 1], [0, 1])
    with pytest.raises(InputError, match="out of range"):
        ports.case_places([Place("x", "X", lat=91.0, lon=0.0)])
    assert ports.points(["a", "b", "c"], [0, 91, np.nan], [0, 0, 0]).left_out == 2


def test_tokens_are_those_of_the_reference(shared_data):
    table = pq.read_table(shared_data / "ais" / "oracles" / "anchorages.parquet")

    assert s2_tokens(table["lat"].to_numpy(), table["lon"].to_numpy(), 14) == table["s2id"].to_pylist()


@settings(max_examples=300)
@given(st.floats(-1, 1), st.floats(-180, 180), st.floats(0, 360), st.floats(0, 11), st.booleans())
def test_a_place_within_eleven_km_is_listed_under_the_cell_of_a_position(z, lon, bearing, km, corner):
    lat = math.degrees(math.asin(z))
    if corner:  # three faces of the cube meet here
        lat, lon = math.degrees(math.asin(math.copysign(3**-0.5, z))), 45.0
    angle, phi, course = km / 6371, math.radians(lat), math.radians(bearing)
    there = math.asin(math.sin(phi) * math.cos(angle) + math.cos(phi) * math.sin(angle) * math.cos(course))
    east = math.sin(course) * math.sin(angle) * math.cos(phi), math.cos(angle) - math.sin(phi) * math.sin(there)
    there_lon = (lon + math.degrees(math.atan2(*east)) + 180) % 360 - 180
    around = np.empty(9, np.int64)

    n = s2._around(math.degrees(there), there_lon, around)

    assert s2._number(*s2.leaf_of(lat, lon)) in around[:n].tolist()
    assert n in {8, 9}


def test_lists_of_a_user_are_read(tmp_path):
    plain = tmp_path / "mine.csv"
    plain.write_text("id,latitude,longitude,label\nx,1.5, 2.5 ,Quay\ny,,3,None\nz,95,3,Far\n", encoding="utf-8")
    packed = tmp_path / "wpi.csv.gz"
    packed.write_bytes(
        gzip.compress(
            b"World Port Index Number,Main Port Name,Country Code,Latitude,Longitude\n7.0,Rajin,North Korea,42.25,130.3\n"
        )
    )

    mine, ports_of_the_world = ports.anchorages(plain), ports.world_port_index(packed, 3.0)

    assert (mine.ids, mine.names, mine.left_out) == (("x",), ("Quay",), 2)
    assert (ports_of_the_world.ids, ports_of_the_world.countries) == (("wpi-7",), ("North Korea",))
    assert ports_of_the_world.shapes.radius_km.tolist() == [3.0]


def test_names_stand_in_for_ids(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("name,latitude,longitude,country\nPort B,1,2,XB\nPort A,3,4,XA\nPort B,5,6,XC\n")

    places = ports.list_of_places(path)

    assert places.ids == ("Port A", "Port B", "Port B (2)")
    assert places.names == ("Port A", "Port B", "Port B")
    assert places.countries == ("XA", "XB", "XC")
    assert places.shapes.lat.tolist() == [3.0, 1.0, 5.0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"id,lat\n1,2\n"),
        ("a.csv", b"id,lat,lon\n1,north,2\n"),
        ("a.csv", b"id,lat,lon\n1,2\n"),
        ("a.csv", b""),
        ("a.csv", b"id,lat,lon\n\xff\xfe,1,2\n"),
        ("a.csv.gz", gzip.compress(b"id,lat,lon\n1,2,3\n" * 500)[:40]),
        ("a.parquet", b"PAR1 nothing"),
        (None, b""),
    ],
)
def test_lists_that_are_none_are_refused(tmp_path, name, content):
    path = tmp_path / (name or "missing.csv")
    if name:
        path.write_bytes(content)

    with pytest.raises(InputError) as error:
        ports.anchorages(path)

    assert error.value.file == str(path)
