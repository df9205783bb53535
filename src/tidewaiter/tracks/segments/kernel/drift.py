"""By how many nautical miles one message is off from where another leads: the least of three measures.

1. reckoned: mean distance between where each of the two should be, from the other's speed and course, and where it is;
2. stayed: the distance between them, times the shape factor;
3. aside: mean distance across the course of each, times the shape factor, where the other lies ahead within reach.

Source: GlobalFishingWatch/gpsdio-segment : gpsdio_segment/discrepancy.py, `compute_discrepancy`. Sums and products stand in
the order given there, so that results agree to the last bits; the plane serves only to see that measure 3 is not the least.
"""

from __future__ import annotations

import math

from tidewaiter.compiled import compiled

MILES_PER_DEG = 60.0
DEG_PER_MILE = 1.0 / 60
TINY_COS = 1e-3  # keeps the poles finite
DOUBT = 1e-9  # relative; far above what rounding can do
SANE_DEG = 1e5  # courses beyond it (hostile) are not worth a shortcut


@compiled
def set_course(track, k):
    """Fill what depends on the course and the latitude of message k alone."""
    angle = math.radians(90.0 - track[k].course)
    track[k].east = math.cos(angle)
    track[k].north = math.sin(angle)
    track[k].lon_per_mile = DEG_PER_MILE / (math.cos(math.radians(track[k].lat)) + TINY_COS)


@compiled
def drift(track, a, b, hours, shape_factor):
    """Return by how many miles message b is off from message a, `hours` later."""
    lat_a, lon_a, lat_b, lon_b = track[a].lat, track[a].lon, track[b].lat, track[b].lon
    miles_lon = MILES_PER_DEG * math.cos(math.radians(0.5 * (lat_a + lat_b)))

    reach_a, reach_b = track[a].speed * hours, track[b].speed * hours
    ahead_lon = lon_a + track[a].east * reach_a * track[a].lon_per_mile
    ahead_lat = lat_a + track[a].north * reach_a * DEG_PER_MILE
    behind_lon = lon_b - track[b].east * reach_b * track[b].lon_per_mile
    behind_lat = lat_b - track[b].north * reach_b * DEG_PER_MILE
    least = 0.5 * (
        math.hypot(miles_lon * _wrapped(behind_lon - lon_a), MILES_PER_DEG * (behind_lat - lat_a))
        + math.hypot(miles_lon * _wrapped(ahead_lon - lon_b), MILES_PER_DEG * (ahead_lat - lat_b))
    )

    east = miles_lon * _wrapped(lon_b - lon_a)
    north = MILES_PER_DEG * (lat_b - lat_a)
    gone = math.hypot(north, east)
    if gone * shape_factor < least:  # noqa: PLR1730 - what is not a number stays so, as in the reference
        least = gone * shape_factor

    if reach_a > 0 and reach_b > 0 and _may_be_least(track, a, b, east, north, gone, hours, least / shape_factor):
        bearing = math.atan2(north, east)
        aside = _aside(track[a].course, bearing, gone, reach_a) + _aside(track[b].course, bearing, gone, reach_b)
        if 0.5 * aside * shape_factor < least:  # noqa: PLR1730 - as above
            least = 0.5 * aside * shape_factor
    return least


@compiled
def _wrapped(degrees):
    shifted = degrees + 180.0
    if not 0.0 <= shifted < 360.0:
        shifted %= 360.0
    return shifted - 180.0


@compiled
def _may_be_least(track, a, b, east, north, gone, hours, least):
    """Tell without trigonometry, erring on the side of yes, whether the mean distance aside can be below `least`."""
    if abs(track[a].course) > SANE_DEG or abs(track[b].course) > SANE_DEG:
        return True
    doubt = DOUBT * gone
    along_a = track[a].east * east + track[a].north * north
    along_b = track[b].east * east + track[b].north * north
    reach_a, reach_b = track[a].speed * hours, track[b].speed * hours
    if along_a < -doubt or along_b < -doubt or along_a > reach_a + doubt or along_b > reach_b + doubt:
        return False
    aside_a = abs(track[a].east * north - track[a].north * east)
    aside_b = abs(track[b].east * north - track[b].north * east)
    return 0.5 * (aside_a + aside_b) - doubt <= least * (1 + DOUBT)


@compiled
def _aside(course, bearing, gone, reach):
    turn = math.radians(90.0 - course) - bearing
    along = math.cos(turn) * gone
    if 0 < along <= reach:
        return abs(math.sin(turn)) * gone
    return math.inf
