"""The places a destination may name: looked up by UN/LOCODE, by name, cut-off name, and name with one letter wrong."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import islice, takewhile
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.tracks.identity.destinations.text import Destination, bare, countries, key

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

_FIELD = 20  # characters of a destination field: longer names are cut off
_LEAST_FUZZY = 6  # letters; in shorter names one wrong letter is another place
_SAME_KM = 30.0  # places of one name nearer than this are one
_EARTH_KM = 6371.0


class Place(msgspec.Struct, frozen=True):
    """One place of the list."""

    name: str
    locode: str  # five characters, "" = none
    country: str  # as the list has it, "" = not told
    lat: float
    lon: float


class Match(msgspec.Struct, frozen=True):
    """What a destination was found to be.

    Attributes:
        place: None when it was not found, or names several.
        how: ``locode``, ``name``, ``name and country``, ``cut-off name``, ``one letter off``; "" = not found.
        said: the part of the field that was looked up.
        several: the places of that name, when it names several.
        country: code of two letters, when it names a country only.
    """

    place: Place | None
    how: str
    said: str = ""
    several: tuple[Place, ...] = ()
    country: str = ""


class Places:
    """A list of places to look destinations up in.

    Args:
        table: ``name`` text, ``lat``, ``lon`` numbers, and where there are any ``locode``, ``country`` and ``other_names``
            (text, several set apart by semicolons). A World Port Index gives its names, alternate names and UN/LOCODE.

    Raises:
        InputError: a column is missing or of another type.
    """

    def __init__(self, table: pa.Table) -> None:
        missing = [name for name in ("name", "lat", "lon") if name not in table.column_names]
        if missing:
            raise InputError(
                f"places lack {', '.join(missing)}", hint="the columns are name, lat, lon, locode, country"
            )
        texts = {n: _texts(table, n) for n in ("name", "locode", "country", "other_names")}
        lat, lon = (_numbers(table, n) for n in ("lat", "lon"))
        self._by_locode: dict[str, list[Place]] = {}
        self._by_name: dict[str, list[Place]] = {}
        for i in range(len(table)):
            locode, country = key(texts["locode"][i]), texts["country"][i]
            place = Place(texts["name"][i], locode if len(locode) == 5 else "", country, lat[i], lon[i])
            if place.locode:
                self._by_locode.setdefault(place.locode, []).append(place)
            for name in (place.name, *texts["other_names"][i].split(";")):
                for spelt in {key(name), key(bare(" ".join(name.upper().split())))} - {""}:
                    self._by_name.setdefault(spelt, []).append(place)
        self._names = sorted(self._by_name)
        self._one_off: dict[str, list[str]] | None = None

    def find(self, destination: Destination) -> Match:
        """Return the place that a destination names, or why there is none; the ends of a line to and fro are several."""
        if destination.to_and_fro:
            ends = [self.find(Destination("place", (name,))).place for name in destination.names]
            several = tuple(dict.fromkeys(place for place in ends if place is not None))
            if len(several) > 1:
                return Match(None, "", " and ".join(destination.names), several)
        unclear = Match(None, "")
        for said in destination.names:
            for look in (self._exact, self._with_country, self._in_front, self._cut_off, self._off_by_one):
                match = look(said)
                if match.place is not None:
                    return match
                if match.several and not unclear.several:
                    unclear = match
                if match.several or match.country:
                    break
            if match.country and not unclear.several:
                unclear = match
        return unclear

    def _exact(self, said: str) -> Match:
        spelt = key(said)
        for how, places in (("name", self._named(said)), ("locode", self._by_locode.get(spelt))):
            if places:
                return _one(places, how, said)
        if code := countries().get(spelt, ""):
            return Match(None, "", said, country=code)
        return _one(self._named(bare(said)), "name", said)

    def _named(self, name: str) -> list[Place]:
        """Places of this name: those that have it as their first name, else those that have it among others."""
        spelt = key(name)
        places = self._by_name.get(spelt, [])
        return [p for p in places if key(p.name) == spelt] or places

    def _with_country(self, said: str) -> Match:
        for name, code in _cut_at_country(said):
            meant = [p for p in self._named(bare(name)) if _lies_in(p, code)]
            if meant:
                return _one(meant, "name and country", said)
        return Match(None, "")

    def _in_front(self, said: str) -> Match:
        """A code before more words: "NLRTM EUROPOORT", "NL RTM MAASVLAKTE"."""
        words = said.split()
        for code in (words[0], "".join(words[:2])) if len(words) > 1 else ():
            if len(code) == 5 and code in self._by_locode:
                return _one(self._by_locode[code], "locode", said)
        return Match(None, "")

    def _cut_off(self, said: str) -> Match:
        spelt = key(said)
        if len(said) < _FIELD - 2 or len(spelt) < 2 * _LEAST_FUZZY:
            return Match(None, "")
        begun = takewhile(
            lambda name: name.startswith(spelt), islice(self._names, bisect_left(self._names, spelt), None)
        )
        return _one([p for name in begun for p in self._by_name[name]], "cut-off name", said)

    def _off_by_one(self, said: str) -> Match:
        """One letter missing, added, wrong, or two exchanged: found through what is left when one letter is taken out."""
        for name, code in _cut_at_country(said) or [(said, "")]:
            near = self._near(key(bare(name)))
            if near:
                meant = [p for spelt in near for p in self._by_name[spelt] if not code or _lies_in(p, code)]
                return _one(meant, "one letter off", said)
        return Match(None, "")

    def _near(self, spelt: str) -> list[str]:
        if len(spelt) < _LEAST_FUZZY or any(c.isdigit() for c in spelt):
            return []
        if self._one_off is None:
            self._one_off = {}
            for name in self._names:
                if len(name) >= _LEAST_FUZZY:
                    for left in _less_one(name):
                        self._one_off.setdefault(left, []).append(name)
        tried = [spelt, *_less_one(spelt)]
        names = {name for left in tried for name in self._one_off.get(left, ())}
        names |= {left for left in tried if len(left) >= _LEAST_FUZZY and left in self._by_name}
        return [name for name in sorted(names) if _one_edit(spelt, name)]


def distance_km(a: Place, lat: float, lon: float) -> float:
    """Return the great-circle distance from a place, in km."""
    y1, y2 = math.radians(a.lat), math.radians(lat)
    h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin(math.radians(lon - a.lon) / 2) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(h, 1.0)))


def _one(places: Iterable[Place], how: str, said: str) -> Match:
    """The place, when all are the same one or near to it."""
    distinct = tuple(dict.fromkeys(places))
    if not distinct:
        return Match(None, "")
    if all(distance_km(distinct[0], p.lat, p.lon) <= _SAME_KM for p in distinct[1:]):
        return Match(distinct[0], how, said)
    return Match(None, "", said, distinct)


def _cut_at_country(said: str) -> list[tuple[str, str]]:
    """Ways to read a text as a name with its country, behind it or before it: "NOVOROSSIYSK RUSSIA", "RU NOVOROSSIYSK"."""
    words = said.split()
    ways = [(words[:cut], words[cut:]) for cut in range(1, len(words))]
    ways += [(behind, before) for before, behind in ways]
    return [(" ".join(name), code) for name, of in ways if (code := countries().get(key(" ".join(of)), ""))]


def _lies_in(place: Place, code: str) -> bool:
    return code in {place.locode[:2], countries().get(key(place.country), "")}


def _less_one(name: str) -> list[str]:
    return [name[:i] + name[i + 1 :] for i in range(len(name))]


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter missing, added or wrong, or two neighbours exchanged, makes one of the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    i = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest_a, rest_b = a[i:], b[i:]
    if len(a) == len(b):
        swapped = len(rest_a) > 1 and rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
        return swapped or rest_a[1:] == rest_b[1:]
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]


def _texts(table: pa.Table, name: str) -> list[str]:
    if name not in table.column_names:
        return [""] * len(table)
    return [str(value or "").strip() for value in table[name].to_pylist()]


def _numbers(table: pa.Table, name: str) -> list[float]:
    try:
        values = [float(value) for value in table[name].to_pylist()]
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} of places holds something that is no number", hint="leave such places out") from error
    return values
