"""Distances: published values on WGS 84, and what must hold of any distance."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.tracks.earth import geodesic_m, haversine_km

LAT = st.floats(-90, 90)
LON = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("lat1", "lon1", "lat2", "lon2", "metres"),
    [  # documentation and tests of GeographicLib (geodsolve.sh), Karney 2013 table 5
        (-41.32, 174.81, 40.96, -5.50, 19959679.267),
        (40.6, -73.8, 51.6, -0.5, 5551759.400),
        (-30, 0, 29.9, 179.8, 19989832.82761),
        (0, 0, 0, 179, 19926188.852),
        (0, 0, 0, 179.5, 19980861.909),
        (0, 0, 0, 180, 20003931.459),
        (0, 0, 1, 180, 19893357.070),
        (88.202499451857, 0, -88.202499451857, 179.981022032992859592, 20003898.214),
        (89.333123580033, 0, -89.333123580032997687, 179.99295812360148422, 20003926.881),
        (-90, 0, 90, 77, 20003931.459),
        (20.001, 0, 20.001, 0, 0.0),
    ],
)
def test_geodesics_equal_published_values(lat1, lon1, lat2, lon2, metres):
    assert geodesic_m(lat1, lon1, lat2, lon2) == pytest.approx(metres, abs=6e-4)


@given(LAT, LON, LAT, LON)
def test_geodesics_are_symmetric_and_near_the_sphere(lat1, lon1, lat2, lon2):
    there = geodesic_m(lat1, lon1, lat2, lon2)

    assert there == pytest.approx(geodesic_m(lat2, lon2, lat1, lon1), abs=1e-6, rel=1e-12)
    assert there == pytest.approx(geodesic_m(lat1, lon1 + 360, lat2, lon2 - 360), abs=1e-5)
    assert there == pytest.approx(1000 * haversine_km(lat1, lon1, lat2, lon2), rel=0.006, abs=1e-3)


@given(LAT, LON)
def test_the_antipode_is_half_the_way_round(lat, lon):
    assert 19_980_000 < geodesic_m(lat, lon, -lat, lon + 180) < 20_003_932


def test_short_ways_keep_their_digits():
    """A thousandth of a second of arc north, near 31 mm."""
    step = 1e-3 / 3600

    assert geodesic_m(45.0, 7.0, 45.0 + step, 7.0) == pytest.approx(111131.7778 * step, rel=1e-6)


@pytest.mark.parametrize("bad", [math.nan, math.inf, 90.001, -91.0])
def test_no_distance_from_nowhere(bad):
    assert math.isnan(geodesic_m(bad, 0.0, 10.0, 10.0))
    assert math.isnan(geodesic_m(10.0, 0.0, bad, 10.0))
