"""Arrow schemas of the tables that pass between rooms. Columns are added, never renamed.

Times are timestamp[us, UTC], spans half-open ``[start, end)``. Every reading carries where it stands: `evidence`
(SHA-256), `row` (first data row = 1) and `line` of the file. Claims of texts also carry characters; their `row` counts
the claims of the text.
"""

from __future__ import annotations

import pyarrow as pa

TIME = pa.timestamp("us", tz="UTC")
WEIGHTS = pa.map_(pa.string(), pa.float64())

_SOURCE = [
    pa.field("by", pa.string()),  # who observed or states it
    pa.field("images", pa.string()),  # whose images it rests on; readings that share images are not independent
    pa.field("published", pa.string()),  # ISO date at the precision of the source
    pa.field("url", pa.string()),
    pa.field("confidence", pa.string()),  # A read in the primary page, B in a secondary one, C partial or doubtful
    pa.field("note", pa.string()),
]
_LOCATOR = [
    pa.field("evidence", pa.string(), nullable=False),
    pa.field("row", pa.int64(), nullable=False),
    pa.field("line", pa.int64(), nullable=False),
]


def _schema(*fields: tuple[str, pa.DataType]) -> pa.Schema:
    return pa.schema([pa.field(name, kind) for name, kind in fields] + _SOURCE + _LOCATOR)


LOOKS = _schema(
    ("look_id", pa.string()),
    ("place_id", pa.string()),
    ("t_start", TIME),
    ("t_end", TIME),
    ("state", pa.string()),  # clear | obscured
    ("visible_share", pa.float64()),  # part of the berths in view, (0, 1]; null = all
    ("sensor", pa.string()),
    ("resolution_m", pa.float64()),
)
SIGHTINGS = _schema(
    ("sighting_id", pa.string()),
    ("look_id", pa.string()),  # null: published without its look, so it says nothing about empty days
    ("place_id", pa.string()),
    ("t_start", TIME),
    ("t_end", TIME),  # present throughout [t_start, t_end), unless `within`
    ("within", pa.bool_()),  # True: present at some moment of the span
    ("vessel_weights", WEIGHTS),  # empty map = unidentified; weights below 1 in sum leave room for another ship
    ("length_m", pa.float64()),
    ("containers_low", pa.float64()),
    ("containers_high", pa.float64()),
    ("channel", pa.string()),  # loaded | unloaded | staged | unknown
    ("activity", pa.string()),
)
SURVEYS = _schema(
    ("survey_id", pa.string()),
    ("place_id", pa.string()),
    ("t_start", TIME),
    ("t_end", TIME),
    ("days_imaged", pa.int64()),
    ("days_obscured", pa.int64()),  # of the imaged days, those lost to cloud
    ("days_with_ship", pa.int64()),
    ("calls_low", pa.int64()),  # distinct calls counted
    ("calls_high", pa.int64()),
    ("bound", pa.string()),  # exact | at_least | about | up_to: as worded by the team
    ("vessels", pa.list_(pa.string())),  # only these were counted; empty = any
    ("coverage_low", pa.float64()),  # 5 % and 95 % points of the share of days seen, when the team does not say
    ("coverage_high", pa.float64()),
    ("use", pa.string()),  # fit | check: a check is compared with the answer but does not move it
)
CALLS = _schema(
    ("call_id", pa.string()),
    ("place_id", pa.string()),
    ("vessel_weights", WEIGHTS),
    ("arrival_earliest", TIME),
    ("arrival_latest", TIME),
    ("departure_earliest", TIME),
    ("departure_latest", TIME),
)
LOADS = _schema(
    ("load_id", pa.string()),
    ("place_id", pa.string()),
    ("t_start", TIME),
    ("t_end", TIME),
    ("vessel_weights", WEIGHTS),
    ("low", pa.float64()),  # load units
    ("high", pa.float64()),
    ("unit", pa.string()),
    ("kind", pa.string()),  # count | average | total | stack | analogy | capacity
    ("voyages", pa.float64()),  # how many voyages an average or a total stands for
    ("relative_error", pa.float64()),  # log standard deviation; null = of the case
    ("channel", pa.string()),  # loaded | unloaded | staged | unknown
    ("detection_id", pa.string()),  # the detection whose voyage was counted; null = by time and vessel
)
DETECTIONS = _schema(
    ("detection_id", pa.string()),
    ("t_start", TIME),  # when the voyage arrived, [t_start, t_end)
    ("t_end", TIME),
    ("lists", pa.list_(pa.string())),  # ids of the lists that saw it, sorted
)
EXPOSURES = _schema(
    ("list_id", pa.string()),
    ("t_start", TIME),
    ("t_end", TIME),
    ("looks", pa.float64()),  # usable looks of this list in the span; 0 = it did not look
)
CLAIMS = _schema(
    ("claim_id", pa.string()),
    ("category", pa.string()),  # delivery | share | quality | production | consumption | denial | finding | flow
    ("claimant", pa.string()),
    ("claimant_type", pa.string()),
    ("stated", pa.string()),  # ISO date at the precision of the source
    ("t_start", TIME),  # window the claim covers; null = not stated
    ("t_end", TIME),
    ("route", pa.string()),
    ("quantity", pa.string()),  # container | round | tonne | barrel | voyage | call | percent | … (singular)
    ("per", pa.string()),  # "" = cumulative; year | month | day = a rate
    ("low", pa.float64()),
    ("high", pa.float64()),
    ("text", pa.string()),  # words where no number was given
    ("bound", pa.string()),  # exact | about | at_least | over | up_to | below | range
    ("item", pa.string()),
    ("condition", pa.string()),  # "if all were 152 mm": a capacity, not an estimate
    ("containers_base", pa.float64()),
    ("derived_from", pa.list_(pa.string())),
    ("derivation", pa.string()),  # stated | arithmetic | inferred | "" (how certain the link is)
    ("derivation_basis", pa.string()),
    ("statement", pa.string()),  # claims made in one breath share this id
    ("joined", pa.string()),  # how the statement joins them: or | and | ""
    ("concerns", pa.list_(pa.string())),  # for denials and court findings: the claims they answer
    ("use", pa.string()),  # fit | check: a check is compared with the answer but does not move it
    ("flow", pa.string()),  # id of the flow it speaks of; "" = the line itself
    ("looseness", pa.string()),  # of a bound: tight | loose | stale; "" = not known
    ("relative_error", pa.float64()),  # log standard deviation of its own, in addition; null = none
)
# code points [start, end) of a text that says it; null for rows of tables
CLAIMS = CLAIMS.append(pa.field("start", pa.int64())).append(pa.field("end", pa.int64()))
DOCUMENTS = pa.schema(  # texts that were read, one row each
    [
        pa.field("document_id", pa.string()),  # how ids of its claims begin
        pa.field("name", pa.string()),  # path inside the case
        pa.field("original", pa.string()),  # SHA-256 of the file
        pa.field("evidence", pa.string()),  # SHA-256 of the text whose characters claims count; null = not read
        pa.field("kind", pa.string()),  # txt | html | pdf | wacz | mhtml
        pa.field("language", pa.string()),  # "" = none that is read here
        pa.field("title", pa.string()),
        pa.field("outlet", pa.string()),
        pa.field("published", pa.string()),  # ISO date at the precision known
        pa.field("published_by", pa.string()),  # what says so: given | file name | json-ld datePublished | …
        pa.field("url", pa.string()),
        pa.field("claims", pa.int64()),
        pa.field("notes", pa.list_(pa.string())),
    ]
)
_NAMES = pa.list_(pa.string())
TEXT_CLAIMS = pa.schema(  # every claim of every text; what the answer can use of them stands in CLAIMS as well
    [
        pa.field("claim_id", pa.string()),
        pa.field("document_id", pa.string()),
        pa.field("document", pa.string()),  # name of the file
        pa.field("status", pa.string()),  # open | accepted | rejected, by the last word of a person
        pa.field("left_out", pa.string()),  # why it is no row of CLAIMS, in words; "" = it is one
        *(pa.field(n, pa.string()) for n in ("quote", "predicate", "item")),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        *(pa.field(n, pa.string()) for n in ("relation", "unit", "per", "origin_country", "destination_country")),
        *(pa.field(n, _NAMES) for n in ("carriers", "route_from", "route_to")),
        *(pa.field(n, pa.string()) for n in ("mode", "period_start", "period_end", "modality")),
        pa.field("sources", _NAMES),  # outermost first, true origin last
        pa.field("attribution", pa.string()),
        pa.field("also_reported_by", _NAMES),
        *(pa.field(n, pa.string()) for n in ("condition", "statement", "joined")),
        pa.field("group", pa.string()),  # claims of one origin statement; "" when rejected
        pa.field("probable_group", pa.string()),  # the same with links that are only probable
        pa.field("pub_date", pa.string()),
        pa.field("pub_date_inferred", pa.bool_()),
        pa.field("language", pa.string()),
        pa.field("confidence", pa.float64()),
        pa.field("doubts", _NAMES),  # fields a person should look at, as read; those in `corrections` were
        pa.field("extractor", pa.string()),
        pa.field("grounds", pa.string()),  # JSON: field -> characters or rule that it rests on
        pa.field("corrections", pa.string()),  # JSON: field -> read, set, by, at
        pa.field("reviewed", pa.string()),  # JSON: who accepted or rejected it, when and why; "" = nobody
        pa.field("note", pa.string()),
        pa.field("qty_text", pa.string()),
        pa.field("item_text", pa.string()),
        *(pa.field(n, pa.int64()) for n in ("qty_start", "qty_end", "item_start", "item_end", "start", "end")),
        pa.field("nth", pa.int64()),  # of the claims that stand on the very same characters, from 0
        pa.field("original", pa.string()),
        pa.field("evidence", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),  # claims are counted within one text, from 1
        pa.field("line", pa.int64(), nullable=False),
    ]
)
POSITIONS = pa.schema(
    [
        pa.field("vessel_key", pa.int64()),  # MMSI or local id
        pa.field("t", pa.int64()),  # UTC microseconds
        pa.field("lat", pa.float64()),
        pa.field("lon", pa.float64()),
        pa.field("sog_kn", pa.float32()),
        pa.field("cog_deg", pa.float32()),
        pa.field("heading_deg", pa.float32()),
        pa.field("source", pa.string()),
        *_LOCATOR,
    ]
)
EVENTS = pa.schema(  # what vessels did, as their tracks tell
    [
        pa.field("event_id", pa.string(), nullable=False),
        pa.field(
            "kind", pa.string(), nullable=False
        ),  # port_visit | gap | dark_meeting | encounter | stop | loitering | …
        pa.field("vessel_key", pa.int64(), nullable=False),
        pa.field("other_key", pa.int64()),  # of a meeting
        pa.field("start", TIME),
        pa.field("end", TIME),  # null: not over when the data end
        pa.field("place_id", pa.string()),
        pa.field("lat", pa.float64()),
        pa.field("lon", pa.float64()),
        pa.field("confidence", pa.string()),  # port visits 1 to 4, dark meetings high | medium | low; null = not told
        pa.field("detail", pa.string()),  # JSON: what else is known, by kind
        pa.field("run_id", pa.string()),  # hash of inputs, presets and thresholds
    ]
)
CASE_EVENTS = pa.schema(  # events in which a vessel of the case takes part
    [
        *EVENTS,
        pa.field("vessel_id", pa.string()),  # of the case
        pa.field("other_id", pa.string()),  # of a meeting of two vessels of the case
        pa.field("arrival_earliest", TIME),  # of a port visit: last heard elsewhere; null = not known
        pa.field("arrival_latest", TIME),  # first heard there
        pa.field("departure_earliest", TIME),  # last heard there
        pa.field("departure_latest", TIME),  # first heard elsewhere; null = not known
        pa.field("fixes", pa.list_(pa.string())),  # ids of FIXES that it rests on, in order of time
        *_LOCATOR,  # of the first of them
    ]
)
FIXES = pa.schema(  # rows of AIS that events rest on: positions, and what ships say of themselves
    [
        pa.field("fix_id", pa.string(), nullable=False),
        pa.field("vessel_id", pa.string()),  # null = a ship that is not of the case
        *(field for field in POSITIONS if field.name not in {"evidence", "row", "line"}),
        pa.field("says", pa.string()),  # of a message without position: name, number or draught
        *_LOCATOR,
    ]
)
REJECTS = pa.schema(
    [
        pa.field("file", pa.string()),
        pa.field("row", pa.int64()),
        pa.field("line", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),  # as written, cut to 200 characters
        pa.field("reason", pa.string()),
        pa.field("evidence", pa.string()),
    ]
)
NOTICES = pa.schema(
    [
        pa.field(
            "kind", pa.string()
        ),  # confusable | identifier | model | duplicate_file | text | contradiction | drift
        pa.field("subject", pa.string()),  # reading or entity id
        pa.field("message", pa.string()),
    ]
)
READINGS: dict[str, pa.Schema] = {
    "looks": LOOKS,
    "sightings": SIGHTINGS,
    "surveys": SURVEYS,
    "calls": CALLS,
    "loads": LOADS,
    "claims": CLAIMS,
    "detections": DETECTIONS,
    "exposures": EXPOSURES,
    "positions": POSITIONS,
}
READING_ID = {
    "looks": "look_id",
    "sightings": "sighting_id",
    "surveys": "survey_id",
    "calls": "call_id",
    "loads": "load_id",
    "claims": "claim_id",
    "detections": "detection_id",
}
"""Name of the id column of each kind of reading; positions and exposures are addressed by file and row."""
TRACK_READINGS: dict[str, pa.Schema] = {"events": CASE_EVENTS, "fixes": FIXES}
"""Readings that are made from AIS; there are none in a case without it."""
TRACK_ID = {"events": "event_id", "fixes": "fix_id"}
"""Name of the id column of each."""

VOYAGE_DRAWS = pa.schema(
    [
        pa.field("draw", pa.int32()),
        pa.field("vessel_id", pa.string()),
        pa.field("origin_id", pa.string()),
        pa.field("destination_id", pa.string()),  # null while the voyage had not ended when the window closed
        pa.field("arrival", TIME),  # at the origin
        pa.field("departure", TIME),
        pa.field("destination_arrival", TIME),
        pa.field("destination_departure", TIME),
        pa.field("detection_id", pa.string()),  # the detection that this is; null = seen in looks, or by nobody
        pa.field("seen", pa.bool_()),  # a reading shows this voyage
    ]
)
INFERRED_CALLS = pa.schema(
    [
        pa.field("call_id", pa.string()),
        pa.field("place_id", pa.string()),
        pa.field("vessel_weights", WEIGHTS),
        pa.field("arrival_earliest", TIME),  # 2.5 % and 97.5 % points
        pa.field("arrival_latest", TIME),
        pa.field("departure_earliest", TIME),
        pa.field("departure_latest", TIME),
        pa.field("probability", pa.float64()),
        pa.field("basis", pa.string()),  # seen | inferred
        pa.field("readings", pa.list_(pa.string())),  # reading ids ("sightings/S01") that show this call
    ]
)
FROM_LISTS = "lists-"
"""How ids of surveys begin that stand for the detection lists of a month; they have no row of their own."""
SURVEY_CHECKS = pa.schema(
    [
        pa.field("survey_id", pa.string()),
        pa.field("place_id", pa.string()),
        pa.field("by", pa.string()),
        pa.field("counted_low", pa.int64()),
        pa.field("counted_high", pa.int64()),
        pa.field("window_days", pa.int64()),
        pa.field("coverage", pa.float64()),  # share of days seen: stated, else posterior median
        pa.field("coverage_low", pa.float64()),  # 95 % interval of it, null when stated
        pa.field("coverage_high", pa.float64()),
        pa.field("coverage_stated", pa.bool_()),
        pa.field("coverage_needed", pa.float64()),  # share of days at which this count is what one expects
        pa.field("chance_seen", pa.float64()),  # posterior mean chance that one call is counted
        pa.field("calls", pa.float64()),  # posterior median of true calls in the window of the survey
        pa.field("calls_low", pa.float64()),  # 95 % interval
        pa.field("calls_high", pa.float64()),
        pa.field("expected_low", pa.float64()),  # 95 % interval of what a team with this coverage counts
        pa.field("expected_high", pa.float64()),
        pa.field("p_value", pa.float64()),  # two-sided, posterior predictive
        pa.field("compatible", pa.bool_()),
        pa.field("role", pa.string()),  # fit | check
    ]
)
COVERAGE = pa.schema(
    [
        pa.field("place_id", pa.string()),
        pa.field("day", pa.date32()),
        pa.field("state", pa.string()),  # clear | obscured; days absent from the table were not imaged
        pa.field("ship", pa.bool_()),  # a ship was seen that day
    ]
)
CLAIM_CHECKS = pa.schema(
    [
        pa.field("claim_id", pa.string()),
        pa.field("origin_group", pa.string()),  # claim_id of the origin; claims that share it count once
        pa.field("is_origin", pa.bool_()),
        pa.field("link", pa.string()),  # origin | stated | arithmetic | inferred | probable (same number later)
        pa.field("t_start", TIME),  # window used for the comparison
        pa.field("t_end", TIME),
        pa.field("own_factor", pa.float64()),  # items per load unit by the claimant's own numbers, null if none
        pa.field("scenario", pa.string()),  # scenario compared with first; "" when the claim is not about content
        pa.field("verdict", pa.string()),  # consistent | strained | below | above | not comparable
        pa.field("verdicts", pa.map_(pa.string(), pa.string())),  # scenario id -> verdict
        pa.field("requires_voyages", pa.float64()),
        pa.field("requires_voyages_low", pa.float64()),
        pa.field("requires_voyages_high", pa.float64()),
        pa.field("requires_units_per_voyage", pa.float64()),  # load units per voyage, given the posterior voyages
        pa.field("requires_tonnes_per_unit", pa.float64()),
        pa.field("flags", pa.list_(pa.string())),  # see tally/claims.py
        pa.field("reason", pa.string()),  # one sentence in words, without figures that are not measurements
        pa.field("measurements", pa.list_(pa.string())),  # ids of the measurements made for this claim
    ]
)

CLAIM_FITS = pa.schema(  # how each claim entered the answer
    [
        pa.field("claim_id", pa.string()),
        pa.field("role", pa.string()),  # reading | factor | copy | check | refused
        pa.field("kind", pa.string()),  # point | floor | ceiling | count | factor | capacity; "" unless it is a reading
        pa.field("source_id", pa.string()),  # whose bias it shares; "" unless it is a reading
        pa.field("group", pa.string()),
        pa.field("folded", pa.list_(pa.string())),  # claims that repeat it and add nothing
        pa.field("scenarios", pa.list_(pa.string())),  # scenarios whose fit it entered; empty = all fits
        pa.field("reason", pa.string()),  # why it is refused, a check or a copy, in words without figures
        pa.field("predicted", pa.string()),  # measurement: what the rest of the evidence lets one expect it to say
        pa.field("conflict", pa.string()),  # measurement: two-sided p of what it says, given the rest
        pa.field("surprising", pa.bool_()),  # p below 0.05
    ]
)
PRIORS = pa.schema(  # each assumption that people gave as three points, and what was learnt about it
    [
        pa.field("prior_id", pa.string()),  # "load_model.typical", "scenarios.mix.share"
        pa.field("label", pa.string()),
        pa.field("p5", pa.float64()),
        pa.field("p50", pa.float64()),
        pa.field("p95", pa.float64()),
        pa.field("scale", pa.string()),  # log | logit
        pa.field("source", pa.string()),
        pa.field("posterior", pa.string()),  # measurement: 90 % interval of it given everything; null = not updated
        pa.field("scenario", pa.string()),  # under which the posterior holds; "" = whatever the content
    ]
)
ANSWERS = pa.schema(  # numbers about the answer, each a measurement; `part` says of what
    [
        pa.field("kind", pa.string()),  # variance | sensitivity | influence | sweep | backtest | balance | fit
        pa.field("quantity", pa.string()),  # measurement id of the total concerned: load.total, items.total.mix
        pa.field("part", pa.string()),  # component, prior id, source id, name of the sweep, day, what-if id
        pa.field("setting", pa.float64()),  # value swept over, month of a what-if; null = none
        pa.field("label", pa.string()),  # in words, without figures
        pa.field("measurement", pa.string()),
        pa.field("other", pa.string()),  # second measurement that belongs to it (width ratio, chance of a gap); null
    ]
)
