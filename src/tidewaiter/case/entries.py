"""Places, vessels, legs, confusables and inputs: one function for each, checking what an entry can know by itself."""

from __future__ import annotations

from typing import cast, get_args
from zoneinfo import ZoneInfo

from tidewaiter.case.identifiers import imo_verdict, mmsi_verdict
from tidewaiter.case.layout import READERS
from tidewaiter.case.section import Section  # noqa: TC001 - part of every signature
from tidewaiter.model import Confusable, Input, Leg, Place, Vessel
from tidewaiter.model.case import Mode, PlaceKind


def place(section: Section) -> Place:
    """Read one [[places]] entry."""
    country = section.text("country", "")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()):
        section.fail("country", f'"{country}" is not a country code', "two capital letters, ISO 3166: KP, RU, CN")
    latitude = section.optional_number("lat", low=-90, high=90)
    longitude = section.optional_number("lon", low=-180, high=180)
    if (latitude is None) != (longitude is None):
        section.fail("lat" if longitude is None else "lon", "lat and lon go together: the other one is missing")
    radius = section.optional_number("radius_km", low=0.001, high=1000)
    if radius is not None and latitude is None:
        section.fail("radius_km", "a radius needs a centre", "add lat and lon")
    return Place(
        id=section.slug("id"),
        name=section.text("name"),
        kind=cast("PlaceKind", section.choice("kind", get_args(PlaceKind), "port")),
        country=country,
        aliases=section.texts("aliases"),
        lat=latitude,
        lon=longitude,
        radius_km=radius,
        polygon=_polygon(section),
        part_of=section.text("part_of", ""),
        source=section.text("source", ""),
    )


def vessel(section: Section) -> Vessel:
    """Read one [[vessels]] entry."""
    return Vessel(
        id=section.slug("id"),
        name=section.text("name"),
        aliases=section.texts("aliases"),
        names=section.dated("names"),
        flags=section.dated("flags"),
        mmsi=section.dated("mmsi", mmsi_verdict),
        imo=section.dated("imo", imo_verdict),
        length_m=section.optional_number("length_m", low=1, high=500),
        count=section.whole("count", 1, low=1, high=1000),
        active=section.intervals("active"),
        source=section.text("source", ""),
    )


def leg(section: Section) -> Leg:
    """Read one [[legs]] entry."""
    share = section.number("share", 1.0)
    if not 0 < share <= 1:
        section.fail(
            "share", f"legs.share = {share:g} is outside (0, 1]", "the weight of this leg: 1 when it is the only one"
        )
    measured = section.flag("measured", default=True)
    onward = section.flag("onward", default=False)
    if measured and (section.has("relative") or onward):
        key = "relative" if section.has("relative") else "onward"
        section.fail(
            key, f"{section.name}.{key} is for a leg whose calls are not counted", "add a line: measured = false"
        )
    if onward and section.has("relative"):
        hint = "an onward leg brings nothing new; take one of the two out"
        section.fail("relative", f"{section.name}.relative adds to what comes in, and this leg is onward", hint)
    return Leg(
        origin=section.text("origin"),
        destination=section.text("destination"),
        mode=cast("Mode", section.choice("mode", get_args(Mode), "sea")),
        travel_days=section.quantiles("travel_days"),
        share=share,
        active=section.intervals("active"),
        measured=measured,
        relative=section.quantiles("relative"),
        onward=onward,
        source=section.text("source", ""),
    )


def confusable(section: Section) -> Confusable:
    """Read one [[confusables]] entry."""
    return Confusable(
        written=section.text("written"),
        meant=section.text("meant"),
        not_=section.text("not"),
        note=section.text("note", ""),
        source=section.text("source", ""),
    )


def input_(section: Section) -> Input:
    """Read one [[inputs]] entry."""
    timezone = section.text("timezone", "")
    if timezone:
        try:
            ZoneInfo(timezone)
        except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError; odd names end in the other two
            hint = 'use a name of the IANA list: "Asia/Tokyo", "Asia/Vladivostok", "UTC"'
            section.fail("timezone", f'"{timezone}" is not a time zone', hint)
    return Input(
        glob=section.text("glob"),
        reader=section.choice("reader", READERS),
        timezone=timezone,
        sensitive=section.flag("sensitive", default=False),
        shape=_shape(section),
    )


def _shape(section: Section) -> str:
    shape = section.text("shape", "")
    if shape and section.text("reader") != "ais":
        section.fail("shape", "a shape is for AIS tables", 'take it out, or write reader = "ais"')
    return shape


def _polygon(section: Section) -> tuple[tuple[float, float], ...]:
    ring = section.values.get("polygon", [])
    hint = "write it as [[130.28, 42.22], [130.30, 42.22], [130.30, 42.24]], longitude first"
    if not isinstance(ring, list) or (section.has("polygon") and not 3 <= len(ring) <= 10_000):
        section.fail("polygon", "a polygon should be a list of at least three points", hint)
    points: list[tuple[float, float]] = []
    for index, point in enumerate(ring):
        numbers = [n for n in point if isinstance(n, int | float)] if isinstance(point, list) else []
        if len(numbers) != 2 or len(point) != 2 or not (abs(numbers[0]) <= 180 and abs(numbers[1]) <= 90):
            path = (*section.path, "polygon", index)
            section.source.fail(path, f"point {index + 1} of the polygon is not a [lon, lat] pair in degrees", hint)
        points.append((float(numbers[0]), float(numbers[1])))
    return tuple(points)
