"""Distances over the Earth, compiled: the sphere of radius `RADIUS_KM`, and the ellipsoid WGS 84."""

from tidewaiter.tracks.earth.kernel import DEGREE, NAUTICAL_MILE_KM, RADIUS_KM, geodesic_m, haversine_km

__all__ = ["DEGREE", "NAUTICAL_MILE_KM", "RADIUS_KM", "geodesic_m", "haversine_km"]
