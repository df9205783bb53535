"""Every key that case.toml may hold, section by section, in words for people. The loader and docs/case.md both use it."""

from __future__ import annotations

DATED = "one text, one table {value, from, to, source}, or a list of these"
SPANS = "one table {from, to} or a list of them; nothing = the whole window"
QUANTILES = "[5 %, 50 %, 95 %] points, or a table {p5, p50, p95, source}"
SHARES = frozenset(
    {
        "survey_coverage",
        "unseen_share",
        "dark_share",
        "dark_visibility",
        "share",
        "defect",
        "fill",
        "completeness",
        "seen",
        "stock",
    }
)
"""Judgements that are parts of a whole: never above one, and spread on the logit scale."""

READERS = (
    "looks",
    "sightings",
    "surveys",
    "calls",
    "detections",
    "exposures",
    "loads",
    "claims",
    "positions",
    "ais",
    "nmea",
    "statics",
    "reports",
)

AIS_READERS = ("ais", "nmea", "statics")
"""Readers of AIS, which are read together: silence of one ship is weighed by what was heard of the others."""

KEYS: dict[str, dict[str, str]] = {
    "case": {
        "id": "required. Short name: small letters, digits, underscore",
        "title": "required. Title of the report",
        "question": "required. What the case is to answer, one sentence",
        "window": 'required. { from = "2023-08", to = "2025-03" }; both ends are included',
        "seed": "seed of every random draw, a whole number; default 1",
        "draws": "posterior draws kept, 100 to 100 000; default 2000",
        "as_of": 'days at which the answer is also given on the evidence published by then: ["2031-06-30"]',
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
        "relative": f"what a leg that is not measured carries per load unit carried on all measured legs: {QUANTILES}",
        "onward": "true: it carries on what another leg brought, so it is compared with totals and never added to them",
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
        "per_unit": f"items per load unit (per container, per barrel): {QUANTILES}. Either this or `mix` is required",
        "mix": "kinds of content, when it is open how much there is of each: see [[scenarios.mix]] below",
        "share": f"part of the load units that hold the item, above 0 up to 1: {QUANTILES}; default all",
        "payload_t": "no load unit holds more than this, tonnes; needs the mass of the item, or of each kind in the mix",
        "defect": f"part of the items that cannot be used, above 0 up to 1: {QUANTILES}; default not asked",
        "condition": 'words that make it a conditional ("if all were of the small kind"); empty = an estimate',
        "claimants": "list of those whose factor this is; their claims are compared with it first",
        "source": "whose assumption it is",
        "url": "where it can be read",
    },
    "lists": {
        "id": "required. Short name used in tables of detections: small letters, digits, underscore",
        "label": "required. Name as it is printed: imagery of the load port, gaps of AIS",
        "seen": f"required. Chance that it sees an open voyage in a month of usual watching, above 0 up to 1: {QUANTILES}",
        "source": "whose judgement it is",
    },
    "sources": {
        "id": "required. Short name: small letters, digits, underscore",
        "names": "required. List of claimants as claims write them; what stands in brackets behind a name does not matter",
        "group": "sources of one group share a part of what they are off by (allied governments, teams with the same images)",
        "bias": "how far all its numbers may be off together: 0.2 = about a fifth; default usual for its type",
        "imagery": "true: it counts what it saw, so only a part of what there was; default usual for its type",
        "source": "why it is taken so",
    },
    "flows": {
        "id": "required. Short name that claims use: small letters, digits, underscore",
        "label": "required. Name as it is printed",
        "unit": "required. Singular noun of what is counted: round, barrel, person",
        "per_month": f"required. How much in the first month of the window: {QUANTILES}",
        "kind": "production, consumption, return, people or other (default)",
        "monthly_change": f"log standard deviation of the rate from month to month: {QUANTILES}",
        "source": "whose judgement it is",
    },
    "balances": {
        "id": "required. Short name: small letters, digits, underscore",
        "label": "required. Name as it is printed",
        "scenario": "required. Id of the scenario under which the line brings usable items",
        "consumption": "required. Id of the flow that uses them, in the unit of the item",
        "production": "id of the flow that the receiver makes itself; default none",
        "stock": f"part of the usable items brought so far that is still unused, above 0 up to 1: {QUANTILES}; default nothing",
        "horizon_months": "how many months ahead it is looked, 1 to 120; default 12",
        "source": "whose judgement it is",
    },
    "what_ifs": {
        "id": "required. Short name: small letters, digits, underscore",
        "label": "required. Name as it is printed",
        "balance": "required. Id of the balance it acts on",
        "flow": "part of the line that goes on from the end of the window: 0 = it stops, 0.5 = half; default 1",
        "legs": "list of destinations to which nothing goes any more",
        "vessels": "list of ids of vessels that take no part any more",
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
        "reader": f"required. {', '.join(READERS[:-1])} or {READERS[-1]}",
        "timezone": 'zone of clock times written without one, like "Asia/Tokyo"; days are days of this zone',
        "sensitive": "true: these files leave no trace in a public export but their hash; default false",
        "shape": "of ais: how the columns are laid out (dma, gfw, marinecadastre, …), or a TOML file in the case; default by the header",
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
        "unseen_share": f"part of all voyages that no look could have shown, above 0 up to 1: {QUANTILES}; default none",
        "fastest_kn": "greatest speed that a ship keeps for hours, knots: what lies farther from where it was heard it cannot have reached",
    },
    "tracks": {
        "preset": "whose definitions of events in AIS: tidewaiter (default), gfw, radiancefleet; `tidewaiter tracks events --explain` shows them",
        "thresholds": "thresholds instead of those of the preset, by kind of event: { gap = { min_h = 12 } }",
    },
    "lists_model": {
        "rate_per_month": f"voyages in the first month: {QUANTILES}",
        "monthly_change": f"log standard deviation of the rate from month to month: {QUANTILES}",
        "total": f"voyages in the whole window: {QUANTILES}; default what the rate says",
        "dark_share": f"part of the voyages that are hard to see for every list, above 0 up to 1: {QUANTILES}",
        "dark_visibility": f"how visible such a voyage is beside an open one, above 0 up to 1: {QUANTILES}",
    },
    "load_model": {
        "unit": 'load unit, singular noun: "container" (default), "barrel", "tonne"',
        "typical": f"load of a typical voyage before any count is seen, in load units: {QUANTILES}",
        "voyage_spread": f"log standard deviation between voyages: {QUANTILES}",
        "vessel_spread": "log standard deviation between the typical loads of vessels",
        "count_error": f"log standard deviation of one count: {QUANTILES}",
        "shared_bias": "log standard deviation of the bias that all counts share",
    },
    "claims_model": {
        "error": "log standard deviation of a stated number around the truth, besides what its source is off by",
        "gross": "chance that a number is grossly wrong, 0 to 1",
        "gross_error": "log standard deviation of a number that is grossly wrong",
        "group_share": "part of the variance of what a source is off by that it shares with its group, 0 to 1",
        "bias_scale": f"how much larger all biases are than declared, one factor for all: {QUANTILES}",
        "tight": 'mean log distance of a close bound ("more than") from the truth',
        "loose": "the same of a loose bound",
        "stale": "the same of a bound that was old, or rhetorical, when it was said",
        "count_error": "log standard deviation of a count of what was seen",
        "completeness": f"part of the voyages that a team counts from images, above 0 up to 1: {QUANTILES}",
        "factor_error": "log standard deviation of a content per load unit that a source uses",
        "fill": f"content of a load unit beside what fits into it, above 0 up to 1: {QUANTILES}",
        "capacity_error": "log standard deviation of a stated capacity",
    },
}
NESTED: dict[str, dict[str, str]] = {
    "scenarios.mix": {
        "name": "required. Kind of content as it is printed",
        "weight": f"required. Load units of this kind, relative to those of the other kinds: {QUANTILES}",
        "per_unit": f"required. Items in a load unit that holds only this kind: {QUANTILES}",
        "kg_per_item": "gross mass of one item, kilograms; default that of the item",
    },
}
"""Tables inside an entry, by their dotted name; in TOML they are headed [[scenarios.mix]] or stand in one line."""
DATED_KEYS = ("value", "from", "to", "source")
SPAN_KEYS = ("from", "to")
QUANTILE_KEYS = ("p5", "p50", "p95", "source")

SINGLE = ("case", "calls_model", "tracks", "lists_model", "load_model", "claims_model")
"""Sections written once, as [name]; the others are lists, written as [[name]]."""


def keys_markdown() -> str:
    """Return the tables of keys for docs/case.md."""
    parts: list[str] = []
    sections = {name: keys for section in KEYS for name, keys in _with_nested(section)}
    for section, keys in sections.items():
        heading = f"[{section}]" if section in SINGLE else f"[[{section}]]"
        rows = "\n".join(f"| `{key}` | {text.replace('|', '/')} |" for key, text in keys.items())
        parts.append(f"### `{heading}`\n\n| key | meaning |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def _with_nested(section: str) -> list[tuple[str, dict[str, str]]]:
    """Return a section and the tables inside its entries, each with its keys."""
    inside = [(name, keys) for name, keys in NESTED.items() if name.startswith(f"{section}.")]
    return [(section, KEYS[section]), *inside]
