"""Places that a vessel can be near to: points, circles and outlines in one list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.errors import InputError
from tidewaiter.tracks.ports.kernel.arrays import Shapes
from tidewaiter.tracks.ports.outline import Outline, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Place


class Places(msgspec.Struct, frozen=True):
    """Places in ascending order of their ids; of two equally near ones the first counts.

    Attributes:
        ids: their ids, all different.
        names: what people call them, "" = nothing.
        countries: as written in their source, "" = not known.
        shapes: where they are.
        left_out: rows of the source that are not here: an id that came before, or a position that is none.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    countries: tuple[str, ...]
    shapes: Shapes
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.ids)


def points(
    ids: Sequence[str],
    lat: NDArray[np.float64],
    lon: NDArray[np.float64],
    radius_km: NDArray[np.float64] | float = 0.0,
    names: Sequence[str] | None = None,
    countries: Sequence[str] | None = None,
) -> Places:
    """Make places of points or circles.

    Args:
        ids: (n,) ids; of equal ones the first stays.
        lat: (n,) degrees WGS 84; rows out of range are left out.
        lon: (n,) degrees WGS 84; the same.
        radius_km: (n,) or one for all; distances count from the rim.
        names: (n,) what people call them, or none.
        countries: (n,) where they are, or none.

    Raises:
        InputError: columns of different lengths or a radius that is none.
    """
    lat, lon = np.asarray(lat, np.float64), np.asarray(lon, np.float64)
    radius = np.broadcast_to(np.asarray(radius_km, np.float64), lat.shape)
    names = ("",) * len(ids) if names is None else names
    countries = ("",) * len(ids) if countries is None else countries
    if not len(ids) == lat.size == lon.size == len(names) == len(countries):
        raise InputError("columns of places have different lengths")
    if not (np.isfinite(radius) & (radius >= 0) & (radius <= MOST_RADIUS_KM)).all():
        raise InputError(f"the radius of a place is a number of km from 0 to {MOST_RADIUS_KM:g}")
    good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)  # NaN is neither
    none = Outline.nothing()
    rows = [
        (ids[i], names[i], countries[i], _Shape(lat[i], lon[i], radius[i], lat[i], lat[i], lon[i], lon[i], none.edges))
        for i in np.flatnonzero(good).tolist()
    ]
    return _made(rows, len(ids) - len(rows))


def case_places(places: Iterable[Place]) -> Places:
    """Make places of those of a case: their polygon, else their circle, else their point.

    Places without any of these are left out.

    Raises:
        InputError: a polygon that encloses nothing, or positions out of range.
    """
    rows, missing = [], 0
    for place in places:
        shape = _shape_of(place)
        if shape is None:
            missing += 1
        else:
            rows.append((place.id, place.name, place.country, shape))
    return _made(rows, missing)


def join(*lists: Places) -> Places:
    """Put lists of places together; of equal ids the one of the first list stays."""
    rows = []
    for places in lists:
        s = places.shapes
        for i, texts in enumerate(zip(places.ids, places.names, places.countries, strict=True)):
            numbers = (s.lat[i], s.lon[i], s.radius_km[i], s.south[i], s.north[i], s.west[i], s.east[i])
            rows.append((*texts, _Shape(*numbers, s.edges[s.edge[i] : s.edge[i + 1]])))
    return _made(rows, sum(places.left_out for places in lists))


MOST_RADIUS_KM = 5000.0


class _Shape(msgspec.Struct, frozen=True):
    lat: float
    lon: float
    radius_km: float
    south: float
    north: float
    west: float
    east: float
    edges: Any


def _shape_of(place: Place) -> _Shape | None:
    if place.polygon:
        try:
            ring = outline([place.polygon])
        except InputError as error:
            raise InputError(f'place "{place.id}": {error.message}', hint=error.hint) from error
        lat = ring.lat if place.lat is None else place.lat
        lon = ring.lon if place.lon is None else place.lon
        return _Shape(lat, lon, 0.0, ring.south, ring.north, ring.west, ring.east, ring.edges)
    if place.lat is None or place.lon is None:
        return None
    if not (abs(place.lat) <= 90 and abs(place.lon) <= 180 and 0 <= (place.radius_km or 0.0) <= MOST_RADIUS_KM):
        raise InputError(f'place "{place.id}" lies out of range', hint="lat -90 to 90, lon -180 to 180")
    none = Outline.nothing()
    return _Shape(place.lat, place.lon, place.radius_km or 0.0, place.lat, place.lat, place.lon, place.lon, none.edges)


def _made(rows: list[tuple[str, str, str, _Shape]], left_out: int) -> Places:
    by_id: dict[str, tuple[str, str, str, _Shape]] = {}
    for row in rows:
        by_id.setdefault(row[0], row)
    kept = [by_id[key] for key in sorted(by_id)]
    shapes = [row[3] for row in kept]

    def column(name: str) -> NDArray[np.float64]:
        return np.array([getattr(shape, name) for shape in shapes], np.float64)

    lat = column("lat")
    edge = np.zeros(len(kept) + 1, np.int64)
    np.cumsum([len(shape.edges) for shape in shapes], out=edge[1:])
    lon, radius = column("lon"), column("radius_km")
    phi, theta, point = np.radians(lat), np.radians(lon), (radius == 0) & (np.diff(edge) == 0)
    made = Shapes(
        lat=lat,
        lon=lon,
        cos_lat=np.cos(np.radians(lat)),
        x=np.where(point, np.cos(phi) * np.cos(theta), np.nan),
        y=np.where(point, np.cos(phi) * np.sin(theta), np.nan),
        z=np.where(point, np.sin(phi), np.nan),
        radius_km=radius,
        south=column("south"),
        north=column("north"),
        west=column("west"),
        east=column("east"),
        edge=edge,
        edges=np.concatenate([shape.edges for shape in shapes]) if edge[-1] else Outline.nothing().edges,
    )
    ids, names, countries = (tuple(str(row[i]) for row in kept) for i in range(3))
    return Places(ids, names, countries, made, left_out + len(rows) - len(kept))
