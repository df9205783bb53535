"""Distances between two positions in degrees.

`geodesic_m` solves the inverse problem on WGS 84 with the sixth-order series of C. F. F. Karney, "Algorithms for
geodesics", Journal of Geodesy 87 (2013), equations 15-25: first by the iteration on the longitude of the auxiliary
sphere (T. Vincenty, Survey Review 23, 1975), which settles in a few steps everywhere but near the antipode; there by
bisection of the azimuth, in which the longitude grows steadily (section 4 of Karney's paper), so that it cannot fail.
"""

import math

from tidewaiter.compiled import compiled

DEGREE = math.pi / 180.0
RADIUS_KM = 6371.0
NAUTICAL_MILE_KM = 1.852

_A = 6378137.0  # WGS 84: equatorial radius in metres, flattening
_F = 1.0 / 298.257223563
_B = _A * (1.0 - _F)
_N = _F / (2.0 - _F)
_E2 = _F * (2.0 - _F)
_EP2 = _E2 / (1.0 - _E2)
_STEPS = 30  # of the iteration; seven are enough everywhere but near the antipode
_HALVINGS = 64


@compiled
def haversine_km(lat1, lon1, lat2, lon2):
    """Return the great-circle distance in km between two positions in degrees, on a sphere of `RADIUS_KM`."""
    down = math.sin(0.5 * ((lat2 - lat1) * DEGREE))
    across = math.sin(0.5 * ((lon2 - lon1) * DEGREE))
    h = down * down + math.cos(lat1 * DEGREE) * math.cos(lat2 * DEGREE) * (across * across)
    return 2.0 * RADIUS_KM * math.asin(math.sqrt(min(h, 1.0)))


@compiled
def geodesic_m(lat1, lon1, lat2, lon2):
    """Return the shortest distance in metres on WGS 84, good to some nanometres; NaN where a latitude is none.

    Longitudes may lie outside ±180°.
    """
    if not (abs(lat1) <= 90.0 and abs(lat2) <= 90.0 and abs(lon1) < 1e9 and abs(lon2) < 1e9):
        return math.nan
    turn = abs(lon2 - lon1) % 360.0
    lon = (360.0 - turn if turn > 180.0 else turn) * DEGREE
    sin_u1, cos_u1, size1 = _reduced(lat1)
    sin_u2, cos_u2, size2 = _reduced(lat2)
    rise = (1.0 - _F) * math.sin((lat2 - lat1) * DEGREE) / (size1 * size2)  # sin(β₂ - β₁) without loss
    if lon < 1e-15 and abs(lat2 - lat1) < 1e-14:
        return 0.0
    omega = lon
    for _ in range(_STEPS):
        sin_o, cos_o = math.sin(omega), math.cos(omega)
        half = math.sin(0.5 * omega)
        along, across = rise + 2.0 * sin_u1 * cos_u2 * half * half, cos_u2 * sin_o
        size = math.hypot(along, across)
        arc = math.atan2(size, sin_u1 * sin_u2 + cos_u1 * cos_u2 * cos_o)
        sin_a, cos_a = (across / size, along / size) if size > 0.0 else (0.0, 1.0)
        sin_0 = sin_a * cos_u1
        from_node = math.atan2(sin_u1, cos_a * cos_u1)
        eps = _epsilon(sin_0)
        after = lon + _F * sin_0 * _longitude_term(eps, from_node, arc)
        if after > math.pi:
            break
        if abs(after - omega) < 1e-15:
            return _B * _length_term(eps, from_node, arc)
        omega = after
    return _near_antipode(sin_u1, cos_u1, sin_u2, cos_u2, lon)


@compiled
def _near_antipode(sin_u1, cos_u1, sin_u2, cos_u2, lon):
    if abs(sin_u1) < abs(sin_u2):  # the first point is the one farther from the equator, and south of it
        sin_u1, cos_u1, sin_u2, cos_u2 = sin_u2, cos_u2, sin_u1, cos_u1
    if sin_u1 > 0.0:
        sin_u1, sin_u2 = -sin_u1, -sin_u2
    sin_u1 = min(sin_u1, -1e-200)
    low, high, azimuth, arc, from_node, sin_0 = 0.0, math.pi, 0.0, 0.0, 0.0, 0.0
    for _ in range(_HALVINGS):
        azimuth = 0.5 * (low + high)
        sin_0, flat = math.sin(azimuth) * cos_u1, math.cos(azimuth) * cos_u1
        flat_end = math.sqrt(max(flat * flat + (cos_u2 - cos_u1) * (cos_u2 + cos_u1), 0.0))
        from_node, to_node = math.atan2(sin_u1, flat), math.atan2(sin_u2, flat_end)
        arc = to_node - from_node
        turned = math.atan2(sin_0 * sin_u2, flat_end) - math.atan2(sin_0 * sin_u1, flat)
        if turned - _F * sin_0 * _longitude_term(_epsilon(sin_0), from_node, arc) > lon:
            high = azimuth
        else:
            low = azimuth
    return _B * _length_term(_epsilon(sin_0), from_node, arc)


@compiled
def _reduced(lat):
    """Sine and cosine of the reduced latitude β, and cos φ / cos β."""
    y, x = (1.0 - _F) * math.sin(lat * DEGREE), math.cos(lat * DEGREE)
    size = math.hypot(x, y)
    return y / size, x / size, size


@compiled
def _epsilon(sin_0):
    k2 = _EP2 * (1.0 - sin_0) * (1.0 + sin_0)
    return k2 / (2.0 * (1.0 + math.sqrt(1.0 + k2)) + k2)


@compiled
def _length_term(e, start, arc):
    """Length over the polar radius: Karney's equations 15, 17 and 18."""
    e2 = e * e
    scale = (1.0 + e2 * (1.0 / 4 + e2 * (1.0 / 64 + e2 / 256))) / (1.0 - e)
    c1 = e * (-1.0 / 2 + e2 * (3.0 / 16 - e2 / 32))
    c2 = e2 * (-1.0 / 16 + e2 * (1.0 / 32 - e2 * 9 / 2048))
    c3 = e2 * e * (-1.0 / 48 + e2 * 3 / 256)
    c4 = e2 * e2 * (-5.0 / 512 + e2 * 3 / 512)
    c5 = e2 * e2 * e * (-7.0 / 1280)
    c6 = e2 * e2 * e2 * (-7.0 / 2048)
    middle = 2.0 * start + arc
    waves = (
        c1 * _wave(1, middle, arc) + c2 * _wave(2, middle, arc) + c3 * _wave(3, middle, arc)
        + c4 * _wave(4, middle, arc) + c5 * _wave(5, middle, arc) + c6 * _wave(6, middle, arc)
    )  # fmt: skip
    return scale * (arc + waves)


@compiled
def _longitude_term(e, start, arc):
    """Longitude lost to the flattening: Karney's equations 23 to 25."""
    n, n2 = _N, _N * _N
    scale = 1.0 - e * (
        (1 - n) / 2
        + e
        * (1.0 / 4 + n / 8 - 3 * n2 / 8 + e * (1.0 / 16 + 3 * n / 16 + n2 / 16 + e * (3.0 / 64 + n / 32 + e * 3 / 128)))
    )
    c1 = e * (
        (1 - n) / 4
        + e * (1.0 / 8 - n2 / 8 + e * (3.0 / 64 + 3 * n / 64 - n2 / 64 + e * (5.0 / 128 + n / 64 + e * 3 / 128)))
    )
    c2 = e * e * (
        1.0 / 16 - 3 * n / 32 + n2 / 32 + e * (3.0 / 64 - n / 32 - 3 * n2 / 64 + e * (3.0 / 128 + n / 128 + e * 5 / 256))
    )  # fmt: skip
    c3 = e**3 * (5.0 / 192 - 3 * n / 64 + 5 * n2 / 192 + e * (3.0 / 128 - 5 * n / 192 + e * 7 / 512))
    c4 = e**4 * (7.0 / 512 - 7 * n / 256 + e * 7 / 512)
    c5 = e**5 * 21 / 2560
    middle = 2.0 * start + arc
    waves = (
        c1 * _wave(1, middle, arc) + c2 * _wave(2, middle, arc) + c3 * _wave(3, middle, arc)
        + c4 * _wave(4, middle, arc) + c5 * _wave(5, middle, arc)
    )  # fmt: skip
    return scale * (arc + waves)


@compiled
def _wave(order, middle, arc):
    """Return sin 2lσ₂ - sin 2lσ₁ without loss for short arcs."""
    return 2.0 * math.cos(order * middle) * math.sin(order * arc)
