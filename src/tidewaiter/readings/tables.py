"""What each kind of row says: one function for each reader, from a `Row` to the fields of its schema in `model.tables`.

Each raises `Rejected` for the first thing that cannot be used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tidewaiter.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from tidewaiter.model import Case
    from tidewaiter.readings.row import Row

Fields = dict[str, Any]

CHANNELS = ("loaded", "unloaded", "staged", "unknown")
LOAD_KINDS = ("count", "average", "total", "stack", "analogy", "capacity")
SURVEY_BOUNDS = ("exact", "at_least", "about", "up_to")
CLAIM_BOUNDS = ("exact", "about", "at_least", "over", "up_to", "below", "range")
CATEGORIES = ("delivery", "share", "quality", "production", "consumption", "flow", "denial", "finding")
LOOSENESS = ("tight", "loose", "stale")
_ABOUT = {"approx": "about", "approximately": "about"}
_DERIVATIONS = {
    "stated_by_source": "stated",
    "arithmetic_on_own_count": "arithmetic",
    "independent_count_claimed": "",
}
_UNITS = ("container", "round", "tonne", "barrel", "voyage", "call", "percent", "vessel", "day", "train", "wagon")
_UNIT_WORDS = {"share": "percent", "denial": ""}
_RATE = re.compile(r"\bper (year|month|day)\b")


def source_fields(row: Row) -> Fields:
    """Read the columns that say where a row comes from; every reader has them."""
    confidence = row.choice("confidence", ("a", "b", "c"))
    return {
        "by": row.text("by"),
        "images": row.text("images"),
        "published": row.date("published"),
        "url": row.text("url"),
        "confidence": confidence.upper() if confidence else None,
        "note": row.text("note"),
    }


def look(row: Row, _case: Case) -> Fields:
    """Read a row of looks."""
    row.needed("start")
    row.needed("state")
    span = row.span("start", "end")
    return {
        "look_id": row.ident("look_id"),
        "place_id": row.place("place"),
        "t_start": span.start,
        "t_end": span.end,
        "state": row.choice("state", ("clear", "obscured")),
        "visible_share": row.share("visible_share"),
        "sensor": row.text("sensor"),
        "resolution_m": row.positive("resolution_m"),
    }


def sighting(row: Row, _case: Case) -> Fields:
    """Read a row of sightings; without an end the ship was there at some moment of the span that start covers."""
    row.needed("start")
    span = row.span("start", "end")
    within = row.choice("within", ("yes", "no"), "no" if row.cell("end") else "yes")
    low, high = row.low_high("containers_low", "containers_high")
    return {
        "sighting_id": row.ident("sighting_id"),
        "look_id": row.ident("look_id", required=False),
        "place_id": row.place("place"),
        "t_start": span.start,
        "t_end": span.end,
        "within": within == "yes",
        "vessel_weights": row.vessel_weights("vessels"),
        "length_m": row.positive("length_m"),
        "containers_low": low,
        "containers_high": high,
        "channel": row.choice("channel", CHANNELS, "unknown"),
        "activity": row.text("activity"),
    }


def survey(row: Row, _case: Case) -> Fields:
    """Read a row of surveys; its days have to fit into one another and into the window."""
    row.needed("from")
    row.needed("to")
    span = row.span("from", "to")
    window = (span.end - span.start).days if span.start and span.end else 0
    imaged, obscured, ship = (row.whole(c) for c in ("days_imaged", "days_obscured", "days_with_ship"))
    calls, calls_high = row.whole("calls"), row.whole("calls_high")
    if calls is None and ship is None:
        raise row.reject("calls", "neither calls nor days_with_ship is given", "A survey needs at least one of the two")
    for column, days, limit, what in (
        ("days_imaged", imaged, window, f"the {window} days of the window"),
        ("days_obscured", obscured, imaged, "days_imaged"),
        ("days_with_ship", ship, imaged, "days_imaged"),
        ("days_with_ship", ship, window, f"the {window} days of the window"),
        ("days_obscured", obscured, window, f"the {window} days of the window"),
    ):
        if days is not None and limit is not None and days > limit:
            raise row.reject(column, f"{column} is more than {what}")
    if calls_high is not None and (calls is None or calls_high < calls):
        raise row.reject("calls_high", "calls_high is below calls" if calls is not None else "calls_high needs calls")
    low, high = row.share("coverage_low"), row.share("coverage_high")
    if (low is None) != (high is None):
        raise row.reject(
            "coverage_low" if low is None else "coverage_high", "coverage_low and coverage_high go together"
        )
    if low is not None and high is not None and low >= high:
        raise row.reject("coverage_high", "coverage_high should be above coverage_low")
    return {
        "survey_id": row.ident("survey_id"),
        "place_id": row.place("place"),
        "t_start": span.start,
        "t_end": span.end,
        "days_imaged": imaged,
        "days_obscured": obscured,
        "days_with_ship": ship,
        "calls_low": calls,
        "calls_high": calls_high if calls_high is not None else calls,
        "bound": row.choice("bound", SURVEY_BOUNDS, "exact", _ABOUT),
        "vessels": row.vessels("vessels"),
        "coverage_low": low,
        "coverage_high": high,
        "use": row.choice("use", ("fit", "check"), "fit"),
    }


def call(row: Row, _case: Case) -> Fields:
    """Read a row of calls; a time that is not known stays open."""
    arrival = row.span("arrival_earliest", "arrival_latest")
    departure = row.span("departure_earliest", "departure_latest")
    if not any((arrival.start, arrival.end, departure.start, departure.end)):
        raise row.reject("arrival_earliest", "none of the four times is given", "A call needs at least one of them")
    if arrival.start and departure.end and departure.end <= arrival.start:
        raise row.reject("departure_latest", "the vessel leaves before it arrives", "Check the two dates")
    return {
        "call_id": row.ident("call_id"),
        "place_id": row.place("place"),
        "vessel_weights": row.vessel_weights("vessels"),
        "arrival_earliest": arrival.start,
        "arrival_latest": arrival.end,
        "departure_earliest": departure.start,
        "departure_latest": departure.end,
    }


def detection(row: Row, _case: Case) -> Fields:
    """Read a row of detections."""
    row.needed("start")
    span = row.span("start", "end")
    return {
        "detection_id": row.ident("detection_id"),
        "t_start": span.start,
        "t_end": span.end,
        "lists": row.detection_lists("lists"),
    }


def exposure(row: Row, _case: Case) -> Fields:
    """Read a row of exposures."""
    row.needed("start")
    row.needed("looks")
    span = row.span("start", "end")
    return {
        "list_id": row.detection_list("list"),
        "t_start": span.start,
        "t_end": span.end,
        "looks": row.number("looks"),
    }


def load(row: Row, case: Case) -> Fields:
    """Read a row of loads."""
    row.needed("start")
    row.needed("low")
    span = row.span("start", "end")
    low, high = row.low_high("low", "high")
    kind = row.choice("kind", LOAD_KINDS, "count")
    voyages = row.positive("voyages")
    if voyages is None and kind in ("average", "total"):
        raise row.reject(
            "voyages", f"kind is {kind}, so voyages is needed", "How many voyages does the number stand for?"
        )
    return {
        "load_id": row.ident("load_id"),
        "place_id": row.place("place", required=False),
        "t_start": span.start,
        "t_end": span.end,
        "vessel_weights": row.vessel_weights("vessels"),
        "low": low,
        "high": low if high is None else high,
        "unit": _unit(row, "unit", case)[0] or case.load_model.unit,
        "kind": kind,
        "voyages": voyages or 1.0,
        "relative_error": row.positive("relative_error"),
        "channel": row.choice("channel", CHANNELS, "unknown"),
        "detection_id": row.ident("detection_id", required=False),
    }


def claim(row: Row, case: Case) -> Fields:
    """Read a row of claims: what is counted, over which span, how it is worded and what it was made from."""
    row.needed("category")
    row.needed("stated")
    span = row.span("from", "to") if row.cell("from") else None
    until = row.span("to", "to") if row.cell("to") and span is None else None
    quantity, per = _unit(row, "quantity", case)
    rate = _RATE.search((row.text("unit") or "").casefold())
    per = row.choice("per", ("year", "month", "day")) or per or (rate[1] if rate else "")
    low, high = row.low_high("low", "high")
    derivation = row.choice("derivation", ("stated", "arithmetic", "inferred", ""), "", _derivation_words(row))
    category, flow = row.choice("category", CATEGORIES), row.flow("flow")
    if category == "flow" and flow is None:
        raise row.reject("flow", "category is flow, so flow is needed", "Which one of the [[flows]] does it speak of?")
    usual = "range" if low is not None and high is not None and low < high else "exact"
    return {
        "claim_id": row.ident("claim_id"),
        "category": category,
        "claimant": row.needed("claimant"),
        "claimant_type": row.text("claimant_type"),
        "stated": row.date("stated"),
        "t_start": span.start if span else None,
        "t_end": span.end if span and row.cell("to") else until.end if until else None,
        "route": row.text("route"),
        "quantity": quantity,
        "per": per,
        "low": low,
        "high": high,
        "text": row.text("text"),
        "bound": row.choice("bound", CLAIM_BOUNDS, usual, _ABOUT),
        "item": row.text("item"),
        "condition": row.text("condition"),
        "containers_base": row.positive("containers_base"),
        "derived_from": row.idents("derived_from"),
        "derivation": derivation,
        "derivation_basis": row.text("derivation_basis"),
        "statement": row.ident("statement", required=False),
        "joined": row.choice("joined", ("or", "and"), ""),
        "concerns": row.idents("concerns"),
        "use": row.choice("use", ("fit", "check"), "fit"),
        "flow": flow or "",
        "looseness": row.choice("looseness", LOOSENESS, ""),
        "relative_error": row.positive("relative_error"),
    }


BUILDERS: dict[str, Callable[[Row, Case], Fields]] = {
    "looks": look,
    "sightings": sighting,
    "surveys": survey,
    "calls": call,
    "detections": detection,
    "exposures": exposure,
    "loads": load,
    "claims": claim,
}


def _unit(row: Row, column: str, case: Case) -> tuple[str, str]:
    """Return (unit as a singular noun, "year" | "month" | "day" | ""); a misspelt known unit is refused, a new one is kept."""
    written = (row.text(column) or "").casefold()
    rate = _RATE.search(written)
    word = _RATE.sub("", written).strip()
    word = _UNIT_WORDS.get(word, word)
    declared = (case.load_model.unit, *(item.unit for item in case.items), *(flow.unit for flow in case.flows))
    known = {*_UNITS, *(unit.casefold() for unit in declared)}
    if word and word not in known:
        if word.removesuffix("s") in known:
            word = word.removesuffix("s")
        elif near := did_you_mean(word, known):
            raise row.reject(column, f'unknown unit "{word[:40]}"', near)
    return word, rate[1] if rate else ""


def _derivation_words(row: Row) -> dict[str, str]:
    """Return the words of research tables for how sure a link is; those say "inferred (why)"."""
    written = re.sub(r"[\s\-]+", "_", row.cell("derivation")).casefold()
    return {**_DERIVATIONS, written: "inferred"} if written.startswith("inferred_(") else _DERIVATIONS
