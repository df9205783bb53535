"""Ways between positions, and over one of several places."""

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import haversine_km


@compiled
def way_over(lat, lon, to_lat, to_lon, via_lat, via_lon, radius_km):
    """Return the km from one position to another over the nearest of some places; (n,) float64.

    Args:
        lat, lon, to_lat, to_lon: (n,) degrees; NaN gives NaN.
        via_lat, via_lon: (places,) degrees of their centres.
        radius_km: (places,) extent; a place is reached at its rim.
    """
    out = np.full(lat.shape[0], math.nan)
    for i in range(lat.shape[0]):
        if not (abs(lat[i]) <= 90.0 and abs(to_lat[i]) <= 90.0 and abs(lon[i]) <= 540.0 and abs(to_lon[i]) <= 540.0):
            continue
        best = math.inf
        for k in range(via_lat.shape[0]):
            there = haversine_km(lat[i], lon[i], via_lat[k], via_lon[k]) - radius_km[k]
            back = haversine_km(via_lat[k], via_lon[k], to_lat[i], to_lon[i]) - radius_km[k]
            best = min(best, max(there, 0.0) + max(back, 0.0))
        out[i] = max(best, haversine_km(lat[i], lon[i], to_lat[i], to_lon[i]))
    return out


@compiled
def apart(lat, lon, to_lat, to_lon):
    """Return the km from one position to another; (n,) float64 degrees each, NaN gives NaN."""
    out = np.empty(lat.shape[0])
    for i in range(lat.shape[0]):
        out[i] = haversine_km(lat[i], lon[i], to_lat[i], to_lon[i])
    return out
