"""The two ends of a line: places by their ids, or regions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.model import Place
from tidewaiter.tracks.ports.index import index_places
from tidewaiter.tracks.ports.places import Places, case_places, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

POLYGONS = (".geojson", ".json")
_MOST_RIM = 400  # points of a region's rim that ways are measured to


class End(msgspec.Struct, frozen=True):
    """One end of a line.

    Attributes:
        name: what to call it.
        ids: of its places; a visit at one of them is a visit at this end.
        region: its regions as places; a visit inside one is a visit at this end. None = there are none.
        lat, lon: (points,) degrees; where a ship has to come: its places, and of regions without any their rims.
        radius_km: (points,) extent of each.
    """

    name: str
    ids: frozenset[str]
    region: Places | None
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    radius_km: NDArray[np.float64]

    def holds(self, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which positions, (n,) degrees, lie in one of its regions."""
        if self.region is None:
            return np.zeros(len(lat), bool)
        return inside(self.region, lat, lon)


def end_of(words: Sequence[str], places: Places | None) -> End:
    """Read an end of a line as people write it.

    Args:
        words: each the id or the name of a place; a box ``W,S,E,N`` in degrees (as in GeoJSON, over the antimeridian W is
            greater than E); or a GeoJSON file with polygons. ``NAME=`` before a box or file names it.
        places: where ids and names are looked up; those inside a region are its places.

    Raises:
        InputError: no such place, several of that name, or a region that is none.
    """
    if not words:
        raise InputError("an end of the line has no place", hint="give an id, a box W,S,E,N, or a GeoJSON file")
    ids: set[str] = set()
    regions: list[Places] = []
    names: list[str] = []
    for word in words:
        name, sign, rest = word.partition("=")
        text = rest if sign else word
        if (box := _box(text)) is not None:
            rings = [box]
        elif text.casefold().endswith(POLYGONS):
            rings = _polygons(Path(text))
        else:
            ids.add(_place(word, places))
            names.append(_named(word, places))
            continue
        names.append(name if sign else Path(text).stem if text.casefold().endswith(POLYGONS) else f"box {text}")
        regions.append(_region(rings, names[-1]))
    return end(" + ".join(dict.fromkeys(names)), ids, join(*regions) if regions else None, places)


def end(name: str, ids: set[str] | frozenset[str], region: Places | None, places: Places | None) -> End:
    """Make an end of ids and regions.

    Args:
        name: what to call it.
        ids: places of the list.
        region: outlines, as `case_places` makes them of polygons.
        places: the list; those inside the region belong to the end.

    Raises:
        InputError: an id is not in the list, or the end has neither.
    """
    known = {} if places is None else {key: i for i, key in enumerate(places.ids)}
    for key in sorted(ids):
        if key not in known:
            raise InputError(
                f'no place "{key}"', hint=did_you_mean(key, known) or "give --places, or --case, that has it"
            )
    chosen = {known[key] for key in ids}
    rims: list[NDArray[np.float64]] = []
    if region is not None:
        within = np.zeros(len(known), bool) if places is None else inside(region, places.shapes.lat, places.shapes.lon)
        chosen |= set(np.flatnonzero(within).tolist())
        for i in range(len(region)) if not within.any() else ():
            rim = region.shapes.edges[region.shapes.edge[i] : region.shapes.edge[i + 1], :2]
            rims.append(rim[:: max(1, -(-len(rim) // _MOST_RIM))])
    rows = sorted(chosen)
    rim = np.concatenate(rims) if rims else np.empty((0, 2))
    if not rows and not len(rim):
        raise InputError("an end of the line has no place", hint="give an id, a box W,S,E,N, or a GeoJSON file")
    lat, lon, radius = (np.empty(0),) * 3
    if places is not None:
        lat, lon, radius = (getattr(places.shapes, n)[rows] for n in ("lat", "lon", "radius_km"))
    return End(
        name,
        frozenset() if places is None else frozenset(places.ids[i] for i in rows),
        region,
        np.concatenate([lat, rim[:, 0]]),
        np.concatenate([lon, rim[:, 1]]),
        np.concatenate([radius, np.zeros(len(rim))]),
    )


def inside(region: Places, lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which positions lie inside an outline."""
    from tidewaiter.tracks.ports.kernel.grid import nearest  # noqa: PLC0415  Numba is loaded when used

    index = index_places(region, 0.5, 1.0)
    place, km = nearest(index.grid, index.places.shapes, np.asarray(lat, np.float64), np.asarray(lon, np.float64))
    return np.asarray((place >= 0) & (km <= 0.0))


def _place(word: str, places: Places | None) -> str:
    if places is None:
        raise InputError(
            f'"{word}" is no box, and there are no places to look it up in', hint="give --places or --case"
        )
    if word in places.ids:
        return word
    called = [key for key, name in zip(places.ids, places.names, strict=True) if name.casefold() == word.casefold()]
    if len(called) > 1:
        raise InputError(f'"{word}" names several places', hint=f"give an id: {', '.join(called[:8])}")
    if not called:
        known = [*places.ids, *filter(None, places.names)]
        hint = did_you_mean(word, known) or "give an id of --places or of the case, a box W,S,E,N, or a GeoJSON file"
        raise InputError(f'no place "{word}"', hint=hint)
    return called[0]


def _named(word: str, places: Places | None) -> str:
    if places is None or word not in places.ids:
        return word
    return places.names[places.ids.index(word)] or word


def _box(text: str) -> list[tuple[float, float]] | None:
    parts = text.split(",")
    if len(parts) != 4:
        return None
    try:
        west, south, east, north = (float(part) for part in parts)
    except ValueError:
        return None
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south < north <= 90 and west != east):
        raise InputError(f'"{text}" is no box', hint="west, south, east, north in degrees")
    if east < west:
        east += 360
    middle = (west + east) / 2  # corners less than half the globe apart: lines take the short way round
    return [(west, south), (middle, south), (east, south), (east, north), (middle, north), (west, north)]


def _polygons(path: Path) -> list[list[tuple[float, float]]]:
    try:
        found = list(_rings(json.loads(path.read_text(encoding="utf-8"))))
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise InputError("cannot be read as GeoJSON", file=path, hint="a Polygon, or a Feature with one") from error
    if not found:
        raise InputError("holds no polygon", file=path, hint="a Polygon, or a Feature with one")
    return found


def _rings(found: Any) -> Any:
    """Yield the outer ring of each polygon."""
    kind = found["type"]
    if kind == "FeatureCollection":
        for feature in found["features"]:
            yield from _rings(feature)
    elif kind == "Feature":
        yield from _rings(found["geometry"])
    elif kind in {"Polygon", "MultiPolygon"}:
        for polygon in [found["coordinates"]] if kind == "Polygon" else found["coordinates"]:
            yield [(float(corner[0]), float(corner[1])) for corner in polygon[0]]


def _region(rings: list[list[tuple[float, float]]], name: str) -> Places:
    return case_places(Place(f"{name} {i}", name, polygon=tuple(ring)) for i, ring in enumerate(rings))
