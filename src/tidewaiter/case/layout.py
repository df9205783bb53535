"""Every key that case.toml may hold, section by section, in words for people. The loader and docs/case.md both use it."""

from __future__ import annotations

DATED = "one text, one table {value, from, to, source}, or a list of these"
SPANS = "one table {from, to} or a list of them; nothing = the whole window"
QUANTILES = "[5 %, 50 %, 95 %] points, or a table {p5, p50, p95, source}"

KEYS: dict[str, dict[str, str]] = {
    "case": {
        "id": "required. Short name: small letters, digits, underscore",
        "title": "required. Title of the report",
        "question": "required. What the case is to answer, one sentence",
        "window": 'required. { from = "2023-08", to = "2025-03" }; both ends are included',
        "seed": "seed of every random draw, a whole number; default 1",
        "draws": "posterior draws kept, 100 to 100 000; default 2000",
        "limits": "list of sentences on what this case cannot show; printed in the report",
    },
    "places": {
        "id": "required. Short name used everywhere else: small letters, digits, underscore",
        "name": "required. Name as it is printed",
        "kind": "port (default), pier, berth, anchorage, station or other",
        "country": "two capital letters, ISO 3166: KP, RU",
        "aliases": "list of other names in any script; case, accents, spaces and hyphens do not matter",
        "lat": "latitude of the centre, degrees WGS 84, -90 to 90",
        "lon": "longitude of the centre, degrees WGS 84, -180 to 180",
        "radius_km": "extent around the centre, kilometres",
        "polygon": "extent as a ring of [lon, lat] pairs, instead of a radius",
        "part_of": "id of the place this one belongs to: a pier is part_of its port",
        "source": "where this is from",
    },
    "vessels": {
        "id": "required. Short name used everywhere else: small letters, digits, underscore",
        "name": "required. Name as it is printed",
        "aliases": "list of other spellings of the name",
        "names": f"dated names: {DATED}",
        "flags": f"dated flags: {DATED}",
        "mmsi": f"dated MMSI numbers, in quotes: {DATED}",
        "imo": f"dated IMO numbers, in quotes: {DATED}. A wrong check digit is kept and reported",
        "length_m": "overall length, metres",
        "count": "how many unidentified, interchangeable hulls this entry stands for; default 1 = one named hull",
        "active": f"when it can take part at all: {SPANS}",
        "source": "where this is from",
    },
    "legs": {
        "origin": "required. Id of the place where the cargo is taken on",
        "destination": "required. Id of the place where it is put ashore",
        "mode": "sea (default), rail, road or air",
        "travel_days": f"days under way on one passage: {QUANTILES}",
        "share": "weight of this leg among those open at a departure; default 1",
        "active": f"when the leg is used: {SPANS}",
        "measured": "true (default) for the leg whose calls are counted, false for context",
        "source": "where this is from",
    },
    "items": {
        "id": "required. Short name: small letters, digits, underscore",
        "name": "required. What is counted in the end, as it is printed",
        "unit": "required. Singular noun: round, barrel, tonne",
        "kg_per_unit": "mass of one unit, kilograms",
        "source": "where this is from",
    },
    "scenarios": {
        "id": "required. Short name: small letters, digits, underscore",
        "label": "required. Name as it is printed",
        "item": "required. Id of the item",
        "per_unit": f"required. Items per load unit (per container, per barrel): {QUANTILES}",
        "share": f"part of the load units that hold the item, above 0 up to 1: {QUANTILES}; default all",
        "condition": 'words that make it a conditional ("if all were of the small kind"); empty = an estimate',
        "claimants": "list of those whose factor this is; their claims are compared with it first",
        "source": "whose assumption it is",
        "url": "where it can be read",
    },
    "confusables": {
        "written": "required. The name as retellings write it",
        "meant": "required. Id of the place or vessel it is taken for",
        "not": "required. What the written name really is",
        "note": "one sentence that is shown when it turns up",
        "source": "where this is from",
    },
    "inputs": {
        "glob": 'required. Files inside the case folder: "inputs/looks.csv" or "inputs/looks-*.csv"',
        "reader": "required. looks, sightings, surveys, calls, loads, claims or positions",
        "timezone": 'zone of clock times written without one, like "Asia/Tokyo"; days are days of this zone',
        "sensitive": "true: these files leave no trace in a public export but their hash; default false",
    },
    "calls_model": {
        "step_h": "grid step of the model, hours; default 12",
        "origin_stay_days": f"typical stay at the origin, days: {QUANTILES}",
        "destination_stay_days": f"typical stay at the destination, days: {QUANTILES}",
        "stay_spread": "log standard deviation between stays",
        "turnaround_days": f"from leaving the destination until back at the origin at the earliest, days: {QUANTILES}",
        "idle_days": f"mean wait after that before the next call, days: {QUANTILES}",
        "vessel_spread": "log standard deviation of the call rate between vessels",
        "monthly_change": f"log standard deviation of the call rate from month to month: {QUANTILES}",
        "seen_clear": "chance that a ship at the place is seen in a clear look, 0 to 1",
        "seen_obscured": "the same for an obscured look, 0 to 1",
        "other_ship": "chance per look that a ship outside the fleet is taken for one of it, 0 to 1",
        "misnamed": "part of those ships that are given the name of a ship of the fleet, 0 to 1",
        "survey_coverage": f"share of days a survey saw, when it does not say, above 0 up to 1: {QUANTILES}",
        "survey_distinct": "chance that a call which was seen is counted as one of its own, 0 to 1",
        "look_clustering": "day-to-day correlation of what can be seen, cloudy days coming in runs, 0 to 1",
        "shared_images": "correlation of the counts of teams that use the same images, 0 to 1",
    },
    "load_model": {
        "unit": 'load unit, singular noun: "container" (default), "barrel", "tonne"',
        "typical": f"load of a typical voyage before any count is seen, in load units: {QUANTILES}",
        "voyage_spread": f"log standard deviation between voyages: {QUANTILES}",
        "vessel_spread": "log standard deviation between the typical loads of vessels",
        "count_error": "log standard deviation of one count",
        "shared_bias": "log standard deviation of the bias that all counts share",
    },
}
DATED_KEYS = ("value", "from", "to", "source")
SPAN_KEYS = ("from", "to")
QUANTILE_KEYS = ("p5", "p50", "p95", "source")

SINGLE = ("case", "calls_model", "load_model")
"""Sections written once, as [name]; the others are lists, written as [[name]]."""


def keys_markdown() -> str:
    """Return the tables of keys for docs/case.md."""
    parts: list[str] = []
    for section, keys in KEYS.items():
        heading = f"[{section}]" if section in SINGLE else f"[[{section}]]"
        rows = "\n".join(f"| `{key}` | {text.replace('|', '/')} |" for key, text in keys.items())
        parts.append(f"### `{heading}`\n\n| key | meaning |\n|---|---|\n{rows}\n")
    return "\n".join(parts)
