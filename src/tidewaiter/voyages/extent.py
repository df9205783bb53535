"""How far points are from a place, and which lie in it."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.model import Place

EARTH_KM = 6371.0088
DEFAULT_RADIUS_KM = 10.0  # extent of a place for AIS fixes when the case gives none


def inside(place: Place, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points (degrees WGS 84) lie in the polygon of `place`, else within its radius (10 km when unset)."""
    if place.polygon:
        import shapely  # noqa: PLC0415 - only cases with polygons pay for it

        return np.asarray(shapely.contains_xy(shapely.Polygon(place.polygon), lon, lat), np.bool_)
    if place.lat is None or place.lon is None:
        return np.zeros(len(lat), np.bool_)
    return _km(place.lat, place.lon, lat, lon) <= (place.radius_km or DEFAULT_RADIUS_KM)


def km_at_least(place: Place, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return km that a ship has at least to go from each point to the rim of `place`, 0 inside; None for no position.

    Great circles; land in between makes the way longer. No point of the rim of a polygon is farther from
    a corner than half the longest edge, so that is taken off the distance to the nearest corner.
    """
    if place.polygon:
        corners = [_km(y, x, lat, lon) for x, y in place.polygon]
        ring = np.array([*place.polygon, place.polygon[0]], np.float64)
        edges = [_km(a[1], a[0], b[1:], b[:1])[0] for a, b in pairwise(ring)]
        far = np.maximum(np.min(corners, axis=0) - max(edges) / 2, 0.0)
        return np.where(inside(place, lat, lon), 0.0, far)
    if place.lat is None or place.lon is None:
        return None
    return np.maximum(_km(place.lat, place.lon, lat, lon) - (place.radius_km or DEFAULT_RADIUS_KM), 0.0)


def _km(lat: float, lon: float, lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b = np.radians(lats), math.radians(lat)
    h = np.sin((a - b) / 2) ** 2 + np.cos(a) * math.cos(b) * np.sin(np.radians(lons - lon) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(h, 0, 1))), np.float64)
