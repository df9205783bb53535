"""Outlines of places: rings of (lon, lat), unrolled over the antimeridian and round the poles, cut into short pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

PIECE_DEG = 0.1  # over so short a piece a line of longitude and latitude and a great circle differ by about a metre
MOST_PIECES = 200_000


class Outline(msgspec.Struct, frozen=True):
    """A polygon of one or more rings, holes included (a point inside two rings is outside).

    Attributes:
        lat, lon: degrees of the middle of its box.
        south, north, west, east: degrees of its box; west to east may leave [-180, 180].
        edges: (pieces, 10) as in `kernel.arrays.Shapes`.
    """

    lat: float
    lon: float
    south: float
    north: float
    west: float
    east: float
    edges: NDArray[np.float64]

    @staticmethod
    def nothing() -> Outline:
        """Return the outline of a point: no pieces."""
        return Outline(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, np.empty((0, 10)))


def outline(rings: Sequence[Sequence[tuple[float, float]]]) -> Outline:
    """Make an outline of rings of (lon, lat) in degrees WGS 84, closed or not.

    Lines are straight in longitude and latitude, as in GeoJSON (RFC 7946), and go the short way round the globe; only a
    line over exactly 360 degrees is a whole parallel. A ring round a pole holds the pole on its side of the equator.

    Raises:
        InputError: fewer than three corners, a corner out of range, or no area.
    """
    unrolled = [_unrolled(ring) for ring in rings]
    if not unrolled:
        raise InputError("a polygon without a ring")
    first = unrolled[0]
    middle = (first[:, 0].min() + first[:, 0].max()) / 2
    turned = [np.add(ring, (360 * round((middle - ring[:, 0].mean()) / 360), 0)) for ring in unrolled]
    corners = np.concatenate(turned)
    (west, south), (east, north) = corners.min(axis=0), corners.max(axis=0)
    if not (west < east and south < north):
        raise InputError("a polygon that encloses nothing", hint="give at least three corners that are not on one line")
    pieces = np.concatenate([_pieces(ring) for ring in turned])
    lon = (west + east) / 2
    return Outline((south + north) / 2, (lon + 180) % 360 - 180, south, north, west, east, np.ascontiguousarray(pieces))


def _unrolled(ring: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Corners (n, 2) of a closed ring whose longitudes run on over the antimeridian."""
    at = np.asarray(ring, np.float64)
    if at.ndim != 2 or at.shape[1] != 2 or len(at) < 3 or not np.isfinite(at).all():
        raise InputError("a ring of a polygon is three or more pairs of numbers (lon, lat)")
    if np.abs(at[:, 1]).max() > 90 or np.abs(at[:, 0]).max() > 540:
        hint = "pairs are (lon, lat): longitude first"
        raise InputError("a corner of a polygon lies out of range", hint=hint)
    if (at[0] != at[-1]).any():
        at = np.vstack([at, at[:1]])
    steps = np.diff(at[:, 0])
    short = np.where(np.abs(steps) == 360, steps, (steps + 180) % 360 - 180)
    lon = at[0, 0] + np.cumsum(np.insert(short, 0, 0.0))
    if abs(lon[-1] - lon[0]) > 180:  # once round the globe: over the pole and back
        pole = 90.0 if at[:, 1].mean() > 0 else -90.0
        lon = np.append(lon, [lon[-1], lon[0], lon[0]])
        return np.column_stack([lon, np.append(at[:, 1], [pole, pole, at[0, 1]])])
    return np.column_stack([lon, at[:, 1]])


def _pieces(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.diff(ring, axis=0)
    counts = np.maximum(np.ceil(np.abs(steps).max(axis=1) / PIECE_DEG).astype(np.int64), 1)
    if counts.sum() > MOST_PIECES:
        raise InputError("a polygon with too many corners", hint="simplify it: a port needs tens of corners")
    which = np.repeat(np.arange(len(steps)), counts)
    nth = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    begin = ring[which] + steps[which] * (nth / counts[which])[:, None]
    end = np.where((nth + 1 == counts[which])[:, None], ring[which + 1], np.roll(begin, -1, axis=0))
    flat = np.column_stack([begin[:, ::-1], end[:, ::-1]])
    return np.column_stack([flat, _vectors(begin), _vectors(end)])


def _vectors(at: NDArray[np.float64]) -> NDArray[np.float64]:
    theta, phi = np.radians(at[:, 0]), np.radians(at[:, 1])
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
