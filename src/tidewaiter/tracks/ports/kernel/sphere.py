"""Distances on a sphere of 6,371 km."""

from __future__ import annotations

import math

from tidewaiter.compiled import compiled

EARTH_KM = 6371.0  # GlobalFishingWatch/anchorages_pipeline : pipe_anchorages/distance.py @ 099169e4


@compiled
def haversine_km(lat_a, lon_a, lat_b, lon_b, cos_b):
    """Distance of two positions in degrees; `cos_b` is the cosine of `lat_b`.

    Terms stand in the order of the reference, so that distances differ from it by one unit in the last place at most.
    """
    p = math.sin(math.radians(lat_a - lat_b) / 2)
    q = math.sin(math.radians(lon_a - lon_b) / 2)
    h = p * p + math.cos(math.radians(lat_a)) * cos_b * (q * q)
    return 2 * EARTH_KM * math.asin(math.sqrt(min(h, 1.0)))


@compiled
def place_km(shapes, p, lat, lon):
    """Distance to a place of `arrays.Shapes`; 0 inside its circle or outline."""
    first, end = shapes.edge[p], shapes.edge[p + 1]
    if first == end:
        away = haversine_km(lat, lon, shapes.lat[p], shapes.lon[p], shapes.cos_lat[p])
        return max(away - shapes.radius_km[p], 0.0)
    if _inside(shapes, p, lat, lon):
        return 0.0
    phi, theta = math.radians(lat), math.radians(lon)
    x, y, z = math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)
    least = math.pi
    for e in range(first, end):
        least = min(least, _arc(shapes.edges[e], x, y, z))
    return EARTH_KM * least


@compiled
def _inside(shapes, p, lat, lon):
    """Even-odd rule over straight lines of longitude and latitude, on the turn of the globe that holds the outline."""
    if lat < shapes.south[p] or lat > shapes.north[p]:
        return False
    at = shapes.west[p] + (lon - shapes.west[p]) % 360.0
    odd = False
    if at > shapes.east[p]:
        return False
    for e in range(shapes.edge[p], shapes.edge[p + 1]):
        south, west, north, east = shapes.edges[e, 0], shapes.edges[e, 1], shapes.edges[e, 2], shapes.edges[e, 3]
        if (south > lat) != (north > lat) and at < west + (lat - south) / (north - south) * (east - west):
            odd = not odd
    return odd


@compiled
def _arc(edge, x, y, z):
    """Angle from a unit vector to the arc between both ends of an edge."""
    ax, ay, az, bx, by, bz = edge[4], edge[5], edge[6], edge[7], edge[8], edge[9]
    nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    length = math.sqrt(nx * nx + ny * ny + nz * nz)
    if length > 1e-15:
        after_a = (ny * az - nz * ay) * x + (nz * ax - nx * az) * y + (nx * ay - ny * ax) * z
        before_b = (by * nz - bz * ny) * x + (bz * nx - bx * nz) * y + (bx * ny - by * nx) * z
        if after_a >= 0.0 and before_b >= 0.0:
            return math.asin(min(abs(nx * x + ny * y + nz * z) / length, 1.0))
    a = (ax - x) ** 2 + (ay - y) ** 2 + (az - z) ** 2
    b = (bx - x) ** 2 + (by - y) ** 2 + (bz - z) ** 2
    return 2 * math.asin(min(math.sqrt(min(a, b)) / 2, 1.0))
