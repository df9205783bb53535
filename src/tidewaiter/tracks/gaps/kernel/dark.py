"""Pairs of gaps during which two vessels could have met.

A vessel that is to be at a point from one moment to another must reach it after its last position and leave it in time for
its next: the point lies in a cap around either, whose radius is what can be sailed in the time left. Two vessels can meet
where the four caps share a point. Such a point is the centre of a cap or a crossing of two of their circles, if there is any.
"""

import math

import numpy as np

from tidewaiter.compiled import compiled
from tidewaiter.tracks.earth.kernel import DEGREE, RADIUS_KM, haversine_km

_MOMENTS = 16  # looked at for the beginning of a meeting
_HALVINGS = 10  # of its length: a thousandth of the silence
_SLACK = 1e-8  # radians, 6 cm


@compiled
def overlapping(order, start, end, vessel, places, least, most_km):
    """Return pairs of gaps of different vessels that overlap in time and whose nearest ends are near.

    Args:
        order: (gaps,) gaps by start.
        start, end: (gaps,) int64 microseconds.
        vessel: (gaps,) whose.
        places: (gaps, 4) latitude and longitude of the start and of the end in degrees; NaN where there is none.
        least: shortest overlap in microseconds, inclusive.
        most_km: greatest distance between the nearest two ends, inclusive.

    Returns:
        a, b, km.
    """
    room = order.shape[0] + 16
    found_a, found_b, found_km = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room)
    active = np.empty(order.shape[0], np.int64)
    n, going = 0, 0
    most_deg = most_km / RADIUS_KM / DEGREE * (1.0 + 1e-9)
    for g in order:
        still = 0
        for k in range(going):
            other = active[k]
            if end[other] - start[g] < least:
                continue
            active[still] = other
            still += 1
            if vessel[other] == vessel[g] or min(end[other], end[g]) - start[g] < least:
                continue
            km = _nearest(places, other, g, most_deg)
            if km <= most_km:
                if n == found_a.shape[0]:
                    found_a, found_b, found_km = _grown(found_a), _grown(found_b), _grown(found_km)
                found_a[n], found_b[n], found_km[n] = other, g, km
                n += 1
        active[still] = g
        going = still + 1
    return found_a[:n].copy(), found_b[:n].copy(), found_km[:n].copy()


@compiled
def straight_distances_km(places):
    """Return how far the end of each gap is from its start, (gaps,) float64; NaN where one is unknown."""
    out = np.empty(places.shape[0])
    for g in range(places.shape[0]):
        out[g] = haversine_km(places[g, 0], places[g, 1], places[g, 2], places[g, 3])
    return out


@compiled
def longest_together(a, b, start, end, places, speed_km_h):
    """Return for how long two vessels could have been together during both gaps, and where.

    Args:
        a, b: (pairs,) gaps.
        start, end, places: as `overlapping`; without an end position the vessel may go anywhere afterwards.
        speed_km_h: greatest speed.

    Returns:
        (pairs, 3) float64: hours, latitude and longitude of a place; NaN when they could not have met at all.
    """
    out = np.full((a.shape[0], 3), math.nan)
    centres, radii, times, point = np.empty((4, 3)), np.empty(4), np.empty(4), np.empty(3)
    for p in range(a.shape[0]):
        known = True
        begin = max(start[a[p]], start[b[p]])
        for side in range(2):
            g = a[p] if side == 0 else b[p]
            for e in range(2):
                lat, lon = places[g, 2 * e] * DEGREE, places[g, 2 * e + 1] * DEGREE
                times[2 * side + e] = ((start[g] if e == 0 else end[g]) - begin) / 3.6e9
                centres[2 * side + e, 0] = math.cos(lat) * math.cos(lon)
                centres[2 * side + e, 1] = math.cos(lat) * math.sin(lon)
                centres[2 * side + e, 2] = math.sin(lat)
                known &= e == 1 or not math.isnan(lat + lon)
        span = (min(end[a[p]], end[b[p]]) - begin) / 3.6e9
        if not known or not _could(0.0, span, centres, times, radii, speed_km_h, point):
            continue
        low, high = 0.0, span
        if _could(span, span, centres, times, radii, speed_km_h, point):
            low = span
        else:
            for _ in range(_HALVINGS):
                hours = 0.5 * (low + high)
                if _could(hours, span, centres, times, radii, speed_km_h, point):
                    low = hours
                else:
                    high = hours
            _could(low, span, centres, times, radii, speed_km_h, point)
        out[p, 0] = low
        out[p, 1] = math.asin(max(-1.0, min(1.0, point[2]))) / DEGREE
        out[p, 2] = math.atan2(point[1], point[0]) / DEGREE
    return out


@compiled
def _could(hours, span, centres, times, radii, speed_km_h, point):
    """Whether the two could be together for so long at some time; writes where."""
    for m in range(_MOMENTS + 1):
        moment = (span - hours) * m / _MOMENTS
        for k in range(4):
            left = moment - times[k] if k % 2 == 0 else times[k] - moment - hours
            radii[k] = max(left, 0.0) * speed_km_h / RADIUS_KM
            if math.isnan(centres[k, 0]):
                radii[k] = math.pi
        if _common_point(centres, radii, point):
            return True
    return False


@compiled
def _common_point(centres, radii, point):
    for i in range(4):
        if math.isnan(centres[i, 0]):
            continue
        for c in range(3):
            point[c] = centres[i, c]
        if _inside(centres, radii, point):
            return True
    for i in range(4):
        for j in range(i):
            if radii[i] >= math.pi or radii[j] >= math.pi:
                continue
            cos_i, cos_j, between = math.cos(radii[i]), math.cos(radii[j]), 0.0
            for c in range(3):
                between += centres[i, c] * centres[j, c]
            rest = 1.0 - between * between
            if rest < 1e-14:
                continue
            u, v = (cos_i - cos_j * between) / rest, (cos_j - cos_i * between) / rest
            height = (1.0 - (u * u + v * v + 2.0 * u * v * between)) / rest
            if height < 0.0:
                if height * rest < -_SLACK:
                    continue
                height = 0.0
            for sign in (-1.0, 1.0):
                k = sign * math.sqrt(height)
                for c in range(3):
                    d, e = (c + 1) % 3, (c + 2) % 3
                    normal = centres[i, d] * centres[j, e] - centres[i, e] * centres[j, d]
                    point[c] = u * centres[i, c] + v * centres[j, c] + k * normal
                if _inside(centres, radii, point):
                    return True
    return False


@compiled
def _inside(centres, radii, point):
    for i in range(4):
        if radii[i] >= math.pi:
            continue
        square = 0.0
        for c in range(3):
            square += (centres[i, c] - point[c]) ** 2
        if 2.0 * math.asin(min(1.0, 0.5 * math.sqrt(square))) > radii[i] + _SLACK:
            return False
    return True


@compiled
def _nearest(places, a, b, most_deg):
    """Distance in km between the nearest ends; infinite when they are farther apart in latitude alone."""
    least = math.inf
    for i in range(2):
        for j in range(2):
            if abs(places[a, 2 * i] - places[b, 2 * j]) <= most_deg:
                km = haversine_km(places[a, 2 * i], places[a, 2 * i + 1], places[b, 2 * j], places[b, 2 * j + 1])
                if km < least:  # noqa: PLR1730 - never NaN
                    least = km
    return least


@compiled
def _grown(values):
    out = np.empty(2 * values.shape[0], values.dtype)
    for k in range(values.shape[0]):
        out[k] = values[k]
    return out
