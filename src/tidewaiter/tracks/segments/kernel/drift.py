"""By how many nautical miles one message is off from where another leads: the least of three measures.

1. reckoned: mean distance between where each of the two should be, from the other's speed and course, and where it is;
2. stayed: the distance between them, times the shape factor;
3. aside: mean distance across the course of each, times the shape factor, where the other lies ahead within reach.

Source: GlobalFishingWatch/gpsdio-segment : gpsdio_segment/discrepancy.py, `compute_discrepancy`. Every sum and product is in
the order given there, so that results agree to the last bits; the plane is used only to see that measure 3 is not the least.
"""

from __future__ import annotations

import math

from tidewaiter.compiled import compiled
from tidewaiter.tracks.segments.kernel.arrays import COURSE, EAST, LAT, LON, LON_PER_MILE, NORTH, SPEED

MILES_PER_DEG = 60.0
DEG_PER_MILE = 1.0 / 60
TINY_COS = 1e-3  # keeps the poles finite
DOUBT = 1e-9  # relative; far above what rounding can do
SANE_DEG = 1e5  # courses beyond it (hostile) are not worth a shortcut


@compiled
def set_course(place, k):
    """Fill the columns of message k that depend on its course and latitude alone."""
    angle = math.radians(90.0 - place[k, COURSE])
    place[k, EAST] = math.cos(angle)
    place[k, NORTH] = math.sin(angle)
    place[k, LON_PER_MILE] = DEG_PER_MILE / (math.cos(math.radians(place[k, LAT])) + TINY_COS)


@compiled
def drift(place, a, b, hours, shape_factor):
    """Return by how many miles message b is off from message a, `hours` later."""
    lat_a, lon_a, lat_b, lon_b = place[a, LAT], place[a, LON], place[b, LAT], place[b, LON]
    miles_lon = MILES_PER_DEG * math.cos(math.radians(0.5 * (lat_a + lat_b)))

    way = place[a, SPEED] * hours
    ahead_lon = lon_a + place[a, EAST] * way * place[a, LON_PER_MILE]
    ahead_lat = lat_a + place[a, NORTH] * way * DEG_PER_MILE
    back = place[b, SPEED] * -hours
    behind_lon = lon_b + place[b, EAST] * back * place[b, LON_PER_MILE]
    behind_lat = lat_b + place[b, NORTH] * back * DEG_PER_MILE
    least = 0.5 * (
        math.hypot(miles_lon * _wrapped(behind_lon - lon_a), MILES_PER_DEG * (behind_lat - lat_a))
        + math.hypot(miles_lon * _wrapped(ahead_lon - lon_b), MILES_PER_DEG * (ahead_lat - lat_b))
    )

    east = miles_lon * _wrapped(lon_b - lon_a)
    north = MILES_PER_DEG * (lat_b - lat_a)
    gone = math.hypot(north, east)
    if gone * shape_factor < least:  # not min(): what is not a number stays so, as in the reference
        least = gone * shape_factor

    reach_a, reach_b = place[a, SPEED] * hours, place[b, SPEED] * hours
    if (
        reach_a > 0
        and reach_b > 0
        and _may_be_least(place, a, b, east, north, gone, reach_a, reach_b, least, shape_factor)
    ):
        bearing = math.atan2(north, east)
        aside = _aside(place[a, COURSE], bearing, gone, reach_a) + _aside(place[b, COURSE], bearing, gone, reach_b)
        if 0.5 * aside * shape_factor < least:
            least = 0.5 * aside * shape_factor
    return least


@compiled
def _wrapped(degrees):
    shifted = degrees + 180.0
    if not 0.0 <= shifted < 360.0:
        shifted %= 360.0
    return shifted - 180.0


@compiled
def _may_be_least(place, a, b, east, north, gone, reach_a, reach_b, least, shape_factor):
    """Tell without trigonometry, erring on the side of yes, whether measure 3 can be below `least`."""
    if abs(place[a, COURSE]) > SANE_DEG or abs(place[b, COURSE]) > SANE_DEG:
        return True
    doubt = DOUBT * gone
    along_a = place[a, EAST] * east + place[a, NORTH] * north
    along_b = place[b, EAST] * east + place[b, NORTH] * north
    if along_a < -doubt or along_b < -doubt or along_a > reach_a + doubt or along_b > reach_b + doubt:
        return False
    aside_a = abs(place[a, EAST] * north - place[a, NORTH] * east)
    aside_b = abs(place[b, EAST] * north - place[b, NORTH] * east)
    return 0.5 * (aside_a + aside_b - 2 * doubt) * shape_factor <= least


@compiled
def _aside(course, bearing, gone, reach):
    turn = math.radians(90.0 - course) - bearing
    along = math.cos(turn) * gone
    if 0 < along <= reach:
        return abs(math.sin(turn)) * gone
    return math.inf
