"""The sections of case.toml as structs: one function for each, checking what a section can know by itself."""

from __future__ import annotations

import math
from typing import Any, cast, get_args
from zoneinfo import ZoneInfo

import msgspec

from tidewaiter.case.identifiers import imo_verdict, mmsi_verdict
from tidewaiter.case.section import Section  # noqa: TC001 - part of every signature
from tidewaiter.model import (
    CallModel,
    Confusable,
    Input,
    Item,
    Leg,
    LoadModel,
    Place,
    Quantiles,
    Scenario,
    Vessel,
)
from tidewaiter.model.case import Mode, PlaceKind

READERS = ("looks", "sightings", "surveys", "calls", "loads", "claims", "positions")
_CHANCES = (
    "seen_clear",
    "seen_obscured",
    "other_ship",
    "misnamed",
    "survey_distinct",
    "look_clustering",
    "shared_images",
)


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
    return Leg(
        origin=section.text("origin"),
        destination=section.text("destination"),
        mode=cast("Mode", section.choice("mode", get_args(Mode), "sea")),
        travel_days=section.quantiles("travel_days"),
        share=share,
        active=section.intervals("active"),
        measured=section.flag("measured", default=True),
        source=section.text("source", ""),
    )


def item(section: Section) -> Item:
    """Read one [[items]] entry."""
    kg_per_unit = section.optional_number("kg_per_unit")
    if kg_per_unit is not None and kg_per_unit <= 0:
        section.fail("kg_per_unit", "the mass of one unit should be above zero", "kilograms")
    return Item(section.slug("id"), section.text("name"), section.text("unit"), kg_per_unit, section.text("source", ""))


def scenario(section: Section) -> Scenario:
    """Read one [[scenarios]] entry."""
    per_unit = section.quantiles("per_unit", required=True)
    return Scenario(
        id=section.slug("id"),
        label=section.text("label"),
        item=section.text("item"),
        per_unit=cast("Quantiles", per_unit),
        share=section.quantiles("share", high=1),
        condition=section.text("condition", ""),
        claimants=section.texts("claimants"),
        source=section.text("source", ""),
        url=section.text("url", ""),
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
    )


def call_model(section: Section) -> CallModel:
    """Read [calls_model]; what is not written keeps the assumption of `CallModel`."""
    return cast("CallModel", _model(section, CallModel()))


def load_model(section: Section) -> LoadModel:
    """Read [load_model]; what is not written keeps the assumption of `LoadModel`."""
    return cast("LoadModel", _model(section, LoadModel()))


def _model(section: Section, default: CallModel | LoadModel) -> CallModel | LoadModel:
    written: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(default).items():
        if not section.has(name):
            continue
        if isinstance(value, Quantiles):
            written[name] = section.quantiles(name, high=1 if name == "survey_coverage" else math.inf)
        elif isinstance(value, str):
            written[name] = section.text(name)
        elif name in _CHANCES:
            written[name] = section.number(name, low=0, high=1)
        else:
            written[name] = section.number(
                name, low=0.1 if name == "step_h" else 0.0, high=168 if name == "step_h" else 10
            )
    return msgspec.structs.replace(default, **written)


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
