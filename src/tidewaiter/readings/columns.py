"""The columns of every kind of file, in words for people. The readers, the templates and docs/inputs.md all use them."""

from __future__ import annotations

import re

import msgspec


class Column(msgspec.Struct, frozen=True):
    """A column of a user's file.

    Attributes:
        name: as it should be written in the header.
        meaning: what goes in, for somebody who does not code.
        required: the header has to hold it.
        also: other headers that are accepted for it.
    """

    name: str
    meaning: str
    required: bool = False
    also: tuple[str, ...] = ()


_SOURCE = (
    Column("by", "who observed it or reports it", also=("published_via",)),
    Column("images", "whose images it rests on; those who share images are not independent"),
    Column("published", "date it was published, as precise as known"),
    Column("url", "where it can be read"),
    Column("confidence", "A = read in the primary page, B = in a secondary one, C = partial or doubtful"),
    Column("note", "anything else, in a sentence"),
)
_VESSELS = (
    'which vessel: "heron"; one of several: "heron | tern"; with weights: "heron:0.6; tern:0.4"; empty = unidentified'
)

COLUMNS: dict[str, tuple[Column, ...]] = {
    "looks": (
        Column("look_id", "a name of your own for this look, used once", required=True),
        Column("place", "place that was looked at: id, name or alias of case.toml", required=True),
        Column("start", "date or time of the image; a date means some moment of that day", required=True),
        Column("end", "end of the span, included; empty = what start says"),
        Column("state", "clear or obscured (cloud, shadow, only part in view)", required=True),
        Column("visible_share", "part of the berths in view, above 0 up to 1; empty = all"),
        Column("sensor", "satellite or camera"),
        Column("resolution_m", "ground resolution, metres"),
        *_SOURCE,
    ),
    "sightings": (
        Column("sighting_id", "a name of your own for this sighting, used once", required=True),
        Column("look_id", "the look it was made in; empty = published without its look"),
        Column("place", "place where the vessel was: id, name or alias of case.toml", required=True),
        Column("start", "date or time", required=True),
        Column("end", "end of the span, included; empty = what start says"),
        Column(
            "within",
            "yes = at some moment of the span; no = throughout; empty = yes when end is empty, no when it is given",
        ),
        Column("vessels", _VESSELS),
        Column("length_m", "measured length, metres"),
        Column("containers_low", "containers counted, at least"),
        Column("containers_high", "containers counted, at most"),
        Column("channel", "loaded, unloaded, staged or unknown; empty = unknown"),
        Column("activity", "what it was doing, in words"),
        *_SOURCE,
    ),
    "surveys": (
        Column("survey_id", "a name of your own for this survey, used once", required=True),
        Column("place", "place that was watched: id, name or alias of case.toml", required=True),
        Column("from", "first day of the window", required=True),
        Column("to", "last day of the window, included", required=True),
        Column("days_imaged", "days with at least one image"),
        Column("days_obscured", "of the imaged days, those lost to cloud"),
        Column("days_with_ship", "imaged days on which a ship was there"),
        Column("calls", "distinct calls counted (this or days_with_ship is needed)"),
        Column("calls_high", "upper end when the count is a range"),
        Column("bound", "exact, at_least, about or up_to, as the team words it; empty = exact"),
        Column("vessels", 'only these vessels were counted: "heron; tern"; empty = any'),
        Column("coverage_low", "share of days seen, 5 % point, when the team does not say; above 0 up to 1"),
        Column("coverage_high", "share of days seen, 95 % point"),
        Column("use", "fit = moves the answer; check = only compared with it; empty = fit"),
        *_SOURCE,
    ),
    "calls": (
        Column("call_id", "a name of your own for this call, used once", required=True),
        Column("place", "place of the call: id, name or alias of case.toml", required=True),
        Column("vessels", _VESSELS),
        Column("arrival_earliest", "earliest arrival (at least one of the four times is needed)"),
        Column("arrival_latest", "latest arrival, included; empty = what arrival_earliest says"),
        Column("departure_earliest", "earliest departure"),
        Column("departure_latest", "latest departure, included; empty = what departure_earliest says"),
        *_SOURCE,
    ),
    "detections": (
        Column("detection_id", "a name of your own for this voyage that was detected, used once", required=True),
        Column("start", "when it arrived: a day or time; a month like 2031-03 when no more is known", required=True),
        Column("end", "end of the span in which it arrived, included; empty = what start says"),
        Column(
            "lists",
            'every way in which this voyage was seen: "origin_imagery; ais_gap", ids or labels of [[lists]] in case.toml',
            required=True,
        ),
        *_SOURCE,
    ),
    "exposures": (
        Column("list", "which list: id or label of [[lists]] in case.toml", required=True),
        Column("start", "first day or month of the span", required=True),
        Column("end", "last day or month of the span, included; empty = what start says"),
        Column("looks", "how many usable looks it had in that span; 0 = it did not look", required=True),
        *_SOURCE,
    ),
    "loads": (
        Column("load_id", "a name of your own for this load, used once", required=True),
        Column("place", "place of loading or unloading; empty = not known"),
        Column("start", "date or time", required=True),
        Column("end", "end of the span, included; empty = what start says"),
        Column("vessels", _VESSELS),
        Column("low", "load units, at least", required=True),
        Column("high", "load units, at most; empty = the same"),
        Column("unit", "container, barrel, tonne …; empty = the unit of [load_model]"),
        Column("kind", "count, average, total, stack, analogy or capacity; empty = count"),
        Column("voyages", "how many voyages an average or a total stands for (needed for these); empty = 1"),
        Column("relative_error", "error of this count: 0.1 = about a tenth; empty = as in [load_model]"),
        Column("channel", "loaded, unloaded, staged or unknown; empty = unknown"),
        Column("detection_id", "the detection whose voyage was counted; empty = told by time and vessel"),
        *_SOURCE,
    ),
    "claims": (
        Column("claim_id", "a name of your own for this claim, used once", required=True),
        Column("category", "delivery, share, quality, production, consumption, flow, denial or finding", required=True),
        Column("claimant", "who says so", required=True),
        Column("claimant_type", "government, media, think tank …"),
        Column("stated", "date it was said, as precise as known", required=True, also=("date_stated",)),
        Column("from", "start of the span the claim covers; empty = not said", also=("period_start",)),
        Column("to", "end of that span, included; empty = not said", also=("period_end",)),
        Column("route", "which way, in words", also=("route_scope",)),
        Column(
            "quantity",
            'what is counted, singular: container, round, tonne, barrel, voyage, call, percent …; "rounds per year" works too',
            required=True,
            also=("quantity_kind",),
        ),
        Column("per", "year, month or day when it is a rate; empty = in all"),
        Column("low", "the number, or the lower end", also=("value_low",)),
        Column("high", "the upper end", also=("value_high",)),
        Column("text", "the words, where no number was given", also=("value_text",)),
        Column(
            "bound",
            "exact, about, at_least, over, up_to, below or range; empty = range when low and high differ, else exact",
        ),
        Column("item", "what it is about: which kind of goods", also=("munition",)),
        Column("condition", 'the if of a conditional: "if all were small crates"', also=("assumption",)),
        Column("containers_base", "how many containers the claimant multiplied"),
        Column("derived_from", 'claims it was made from: "C01; C02"'),
        Column(
            "derivation",
            "how certain that link is: stated, arithmetic or inferred; empty = no link",
            also=("derivation_status",),
        ),
        Column("derivation_basis", "how it was made, in words"),
        Column("statement", "a name shared by claims made in one breath"),
        Column("joined", "how that statement joins them: or, and; empty = not"),
        Column("concerns", 'for denials and findings: the claims they answer, "C01; C02"'),
        Column("use", "fit = moves the answer; check = only compared with it; empty = fit"),
        Column("flow", "what it speaks of when that is not the line itself: id of [[flows]] in case.toml"),
        Column("looseness", 'how a bound ("more than") is meant: tight, loose or stale; empty = not known'),
        Column("relative_error", "how uncertain the source itself is: 0.1 = about a tenth; empty = not said"),
        Column("unit", 'unit in words, as in research tables; only "per year", "per month", "per day" in it is used'),
        Column("date_precision", "accepted and left aside: the date itself shows its precision"),
        *_SOURCE,
    ),
    "positions": (
        Column("vessel_key", "MMSI, or a number of your own for the vessel", required=True, also=("mmsi",)),
        Column("t", "time with its zone: 2031-03-07T11:01:30Z (or one of the next two)"),
        Column("t_epoch_s", "time as seconds since 1970, UTC"),
        Column("t_epoch_ms", "time as milliseconds since 1970, UTC"),
        Column("lat", "latitude, degrees WGS 84", required=True),
        Column("lon", "longitude, degrees WGS 84", required=True),
        Column("sog_kn", "speed over ground, knots; 102.3 = not available", also=("sog",)),
        Column("cog_deg", "course over ground, degrees; 360 = not available", also=("cog",)),
        Column("heading_deg", "true heading, degrees; 511 = not available", also=("heading",)),
        Column("source", "who received it"),
    ),
}


def normal(header: str) -> str:
    """Return a header cell in the form in which it is compared: "Look ID" is look_id."""
    return re.sub(r"[\s\-]+", "_", header.strip()).casefold()


def spellings(reader: str) -> dict[str, str]:
    """Return every accepted header of a reader and the column it stands for."""
    return {spelling: column.name for column in COLUMNS[reader] for spelling in (column.name, *column.also)}


def columns_markdown(reader: str) -> str:
    """Return the table of columns of one reader for docs/inputs.md."""
    rows = []
    for column in COLUMNS[reader]:
        also = f" (also: {', '.join(f'`{a}`' for a in column.also)})" if column.also else ""
        meaning = column.meaning.replace("|", "\\|")
        rows.append(f"| `{column.name}`{also} | {'yes' if column.required else ''} | {meaning} |")
    return "\n".join(["| column | needed | what goes in |", "|---|---|---|", *rows]) + "\n"
