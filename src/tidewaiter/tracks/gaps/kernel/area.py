"""The area that a vessel could have visited during a gap.

A vessel that sails from one end to the other at no more than its greatest speed stays where the distances to both ends add
up to no more than what it can sail: an ellipse on the sphere with the ends as foci. During an open gap it is a disc.
"""

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import RADIUS_KM

_NODES = 96  # of the trapezoid rule, which converges geometrically on a smooth periodic integrand


@compiled
def reach(apart_km, sailed_km, is_open):
    """Return semi-axes in km and the area in km² of what could be reached; (gaps, 3) float64.

    Args:
        apart_km: (gaps,) distance between the ends; ignored for open gaps.
        sailed_km: (gaps,) greatest distance that could be sailed.
        is_open: (gaps,) bool.

    Returns:
        Semi-major and semi-minor axis, area. NaN where the ends are farther apart than could be sailed, or unknown.
    """
    out = np.full((apart_km.shape[0], 3), math.nan)
    whole = 4.0 * math.pi * RADIUS_KM * RADIUS_KM
    for g in range(apart_km.shape[0]):
        if is_open[g]:
            radius = min(sailed_km[g] / RADIUS_KM, math.pi)
            out[g, 0] = out[g, 1] = radius * RADIUS_KM
            out[g, 2] = whole * math.sin(0.5 * radius) ** 2
        elif sailed_km[g] >= apart_km[g]:
            half, focus = 0.5 * sailed_km[g] / RADIUS_KM, 0.5 * apart_km[g] / RADIUS_KM
            if half >= math.pi - focus:  # both ways round: nothing is out of reach
                out[g, 0] = out[g, 1] = math.pi * RADIUS_KM
                out[g, 2] = whole
                continue
            out[g, 0] = half * RADIUS_KM
            out[g, 1] = _minor(half, focus) * RADIUS_KM
            out[g, 2] = _ellipse(half, focus) * RADIUS_KM * RADIUS_KM
    return out


@compiled
def _minor(half, focus):
    """By cos b = cos a / cos c, without loss for small angles."""
    if half >= 0.25 * math.pi:
        return math.acos(max(-1.0, min(1.0, math.cos(half) / math.cos(focus))))
    square = math.sin(half + focus) * math.sin(half - focus)
    return math.asin(min(1.0, math.sqrt(max(square, 0.0)) / math.cos(focus)))


@compiled
def _ellipse(half, focus):
    """Area on the unit sphere: ∫ (1 - cos r) dθ about a focus, tan r = (cos 2c - cos 2a) / (sin 2a - sin 2c cos θ)."""
    top = 2.0 * math.sin(half + focus) * math.sin(half - focus)
    if half <= 0.0 or top <= 0.0:
        return 0.0
    sin_a, sin_c = math.sin(2.0 * half), math.sin(2.0 * focus)
    total = 0.0
    smooth = 2.0 * (half + focus) < 0.9 * math.pi
    e = sin_c / sin_a if smooth else 0.0
    nodes = _NODES if smooth else 32 * _NODES
    for k in range(nodes):
        turn = 2.0 * math.pi * k / nodes
        cos_t, weight = math.cos(turn), 1.0
        if smooth:  # the eccentric anomaly spreads the nodes where the curve is sharp
            weight = math.sqrt(max(1.0 - e * e, 0.0)) / (1.0 + e * cos_t)
            cos_t = (cos_t + e) / (1.0 + e * cos_t)
        r = math.atan2(top, sin_a - sin_c * cos_t)
        s = math.sin(0.5 * r)
        total += 2.0 * s * s * weight
    return total * 2.0 * math.pi / nodes
