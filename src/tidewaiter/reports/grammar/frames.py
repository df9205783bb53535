"""What happened to what was counted: the predicate of its clause, from where to where, by what, and how sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidewaiter.reports.grammar.lexicon import Hit
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers import Voice

PEOPLE, LOSS, SHIPS = "people", "loss", "ship"
NOUN_COST, CLAUSE_COST = 3, 8  # tokens that a noun, and a verb of another clause, count as further away
MODES = ("expected", "alleged", "estimated")
"""Modality words in the order in which they prevail."""


class Frame(NamedTuple):
    """The predicate of a claim and where it stands; `voice`: give | receive | nouns | plain | ""; `item` counted."""

    predicate: str
    voice: str
    hit: Hit | None
    rule: str
    item: str = ""


class Route(NamedTuple):
    """Direction of goods or people; each with the match that says so, None when the context did."""

    origin: str | None
    destination: str | None
    origin_hit: Hit | None
    destination_hit: Hit | None
    places_from: tuple[str, ...]
    places_to: tuple[str, ...]
    places: tuple[Hit, ...]


def frame(line: Line, token: int, item: str, *, share: bool, times: bool) -> Frame:
    """Return what the verb nearest to a counted thing says of it.

    Args:
        line: a sentence.
        token: where the counted thing stands.
        item: canonical item, "" when unknown.
        share: the number is a share of a whole.
        times: the number is an adverb of counting.
    """
    family = line.lexicon.world.items[item].family if item in line.lexicon.world.items else ""
    if share:
        return Frame("share", "", _nearest(line, token, frozenset()), "a share of a whole", item)
    moving = family in {"voyage", SHIPS, "train", "aircraft"}
    hit = _nearest(line, token, frozenset({"share"} if moving else {"share", "voyages"}))
    if hit is None:
        return Frame(_by_item(item, family), "", None, "of what is counted", item)
    predicate, voice = hit.value
    if family == LOSS:
        return Frame("lost", voice, hit, "of what is counted", item)
    if item in {"voyage", "port_call", "flight"} and predicate in {"delivered", "voyages", "route", "deployed"}:
        return Frame("voyages", voice, hit, "of what is counted", item)
    if family == SHIPS and predicate in {"delivered", "voyages", "route", "deployed"}:
        return Frame("other", voice, hit, "ships that carry are no goods", item)
    if item in {"meeting", "treaty", "test", "missile_test", "nuclear_test", "sanction", "attack"} and not times:
        return Frame("other", voice, hit, "of what is counted", item)
    if family == PEOPLE and predicate == "delivered":
        return Frame("deployed", voice, hit, "people are deployed", item)
    return Frame(predicate, voice, hit, "verb" if voice != "nouns" else "noun", item)


def _by_item(item: str, family: str) -> str:
    if family == LOSS:
        return "lost"
    if item in {"voyage", "port_call", "flight"}:
        return "voyages"
    if item == "container":
        return "delivered"
    return "other"


def _nearest(line: Line, token: int, ruled_out: frozenset[str]) -> Hit | None:
    """Return the predicate that governs a token: of its own clause before others, verbs before nouns."""
    first, last = line.clause(token)
    best, least = None, 1000.0
    inside = {t for h in line.of("item") if h.end - h.start > 1 for t in range(h.start, h.end)}
    for hit in line.of("predicate"):
        if hit.value[0] in ruled_out or hit.start in inside:  # "Technologien zur Raketenproduktion" produces nothing
            continue
        distance = float(token - hit.end + 1 if hit.end <= token else max(hit.start - token, 0))
        distance += 0 if first <= hit.start < last else CLAUSE_COST
        distance += NOUN_COST if hit.value[1] == "nouns" else 0
        distance += 1 if hit.value[0] == "other" else 0
        if distance < least:
            best, least = hit, distance
    return best


def route(line: Line, what: Frame, token: int, speakers: Iterable[Voice]) -> Route:
    """Return from where to where, as the words of a sentence say it.

    Args:
        line: a sentence.
        what: the predicate.
        token: where the counted thing stands.
        speakers: voices that a cue ties to the sentence; their countries are no ends of a route.
    """
    said = {t for v in speakers for t in range(max(0, v.start - 1), v.end)}
    origin: Hit | None = None
    destination: Hit | None = None
    within: Hit | None = None
    loose: list[Hit] = []
    adjectives: list[Hit] = []
    first, last = line.clause(token)
    own_clause = any(line.at("syntax.relative", t) for t in range(first, min(first + 3, last)))
    for hit in line.of("country"):
        if not said.isdisjoint(range(hit.start, hit.end)) or (own_clause and not first <= hit.start < last):
            continue
        mark = _mark(line, hit)
        form = hit.value[1]
        if mark == "from":
            origin = origin or hit
        elif mark == "to":
            destination = destination or hit
        elif mark in {"via", "in", "against"}:
            inside = first <= hit.start < last
            if mark == "in" and inside and destination is None:
                within = within or hit
                if what.predicate in {"deployed", "trained"}:
                    destination = hit
        elif form in {"adjectives", "people"}:
            if not _of_a_vehicle(line, hit):
                adjectives.append(hit)
        else:
            loose.append(hit)
    places_from, places_to, places = _places(line)
    own = next((a for a in adjectives if 0 <= token - a.end <= 3 or a.start <= token < a.end), None)
    predicate, voice = what.predicate, what.voice
    subjects = loose or adjectives
    if predicate in {"lost", "produced", "stock"}:
        first, last = line.clause(token)
        around = sorted(  # who makes or holds stands before what is made
            (*loose, *adjectives),
            key=lambda h: (not first <= h.start < last, abs(h.start - token) + 8 * (h.start > token)),
        )
        people = line.lexicon.world.items.get(what.item)
        lost_goods = predicate == "lost" and (people is None or people.family not in {PEOPLE, LOSS})
        if lost_goods and voice == "receive":  # who loses is the subject
            subject = next((h for h in subjects if h.start < token), None)
            return Route(subject.value[0] if subject else None, None, subject, None, places_from, places_to, places)
        near = own or (None if lost_goods else next(iter(around), None) or origin)
        maker = _maker(line) if near is None and predicate != "lost" else None
        if maker is not None:
            return Route(maker[0], None, maker[1], None, places_from, places_to, places)
        return Route(near.value[0] if near else None, None, near, None, places_from, places_to, places)
    if predicate == "share" and origin is not None and own is not None and _other(own, origin):
        destination = destination or own  # "40 percent of Russian shells come from …"
    if predicate == "delivered" and origin is not None and destination is None and within is not None:
        destination = within if _other(within, origin) else None  # "arrived in …"
    if voice == "receive":
        taker = next((h for h in subjects if h is not own and h is not origin), None)
        destination = destination or taker
        origin = (
            origin
            or own
            or next((h for h in (*loose, *adjectives) if h is not destination and _other(h, destination)), None)
        )
    else:
        leads = adjectives[0] if adjectives and loose and adjectives[0].start <= 2 < loose[0].start else None
        if leads is not None and line.lexicon.code == "de" and origin is None and own is None:
            own = leads  # "Türkische Werke haben Polen 300 Panzer geliefert"
        behind = what.hit is not None and bool(loose) and 0 <= loose[0].start - what.hit.end <= 1
        if behind and voice == "give" and destination is None and _somebody_before(line, loose[0], what.hit):
            destination, loose = loose[0], loose[1:]  # "the European Union sends Ukraine …"
            subjects = loose or adjectives
        if predicate == "other" and voice == "give" and destination is None:
            destination = within  # "fired at Ukraine"
        giver = own if own is not None else next((h for h in subjects if _other(h, destination)), None)
        if origin is None:
            origin = giver
        if destination is None:
            takers = [*loose, *(a for a in adjectives if a is not own)] if voice == "give" else loose
            destination = next((h for h in takers if _other(h, origin)), None)
    start = origin.value[0] if origin else None
    end = destination.value[0] if destination else None
    if places_to and (end is None or not _mark(line, destination)):
        end = _country_of(line, places_to[0]) or end
    if places_from and (start is None or not _mark(line, origin)):
        left = _country_of(line, places_from[0])
        start = left if left and left != end else start
    if start == end and start is not None and not (places_from and places_to):
        end, destination = None, None
    return Route(start, end or None, origin, destination, places_from, places_to, places)


def _somebody_before(line: Line, country: Hit, verb: Hit | None) -> bool:
    """Tell whether an alliance, company or office stands in front of a verb, so that it gives and not the country."""
    if verb is None:
        return False
    return any(h.end <= verb.start for kind in ("organisation", "role") for h in line.of(kind) if h is not country)


def _maker(line: Line) -> tuple[str, Hit] | None:
    """Return the country of a company or force that makes or holds something."""
    for hit in line.of("organisation"):
        known = line.lexicon.world.organisations[hit.value]
        if known.kind in {"company", "military", "ministry"} and known.country:
            return known.country, hit
    return None


def _of_a_vehicle(line: Line, hit: Hit) -> bool:
    """Tell whether an adjective belongs to a ship, train or aircraft, which says nothing about the goods."""
    kinds = line.lexicon.world.items
    for token in range(hit.end, min(line.size, hit.end + 4)):
        item = line.at("item", token)
        if item is not None:
            return item.value in kinds and kinds[item.value].family in {SHIPS, "train", "aircraft", "voyage"}
        if line.at("carrier", token) or line.at("mode", token):
            return True
        if not line.words.folded[token][0].isalpha() and line.words.folded[token] != "-":
            return False
    return False


def _country_of(line: Line, place: str) -> str:
    known = line.lexicon.world.places.get(place)
    return known.country if known else ""


def _other(hit: Hit, than: Hit | None) -> bool:
    return than is None or hit.value[0] != than.value[0]


def _mark(line: Line, hit: Hit | None) -> str:
    """Return the word of direction that a country or place stands behind or before: from | to | via | in | ""."""
    if hit is None:
        return ""
    known = line.marks.get(hit.start)
    if known is None:
        known = line.marks[hit.start] = _look_for_mark(line, hit)
    return known


def _look_for_mark(line: Line, hit: Hit) -> str:
    for kind in ("from_after", "to_after"):
        after = line.at(f"directions.{kind}", hit.end)
        if after is not None and line.touches(hit.end):
            return kind[:-6]
    at = hit.start
    inside = False
    for _ in range(4):
        for kind in ("from", "to", "via", "against"):
            if line.ending(f"directions.{kind}", at):
                return kind
        inside = inside or line.ending("time.in", at) is not None
        if at == 0:
            break
        word = line.words.folded[at - 1]
        light = (
            (len(word) <= 3 and word.strip("'").isalpha()) or line.ending("country", at) or line.ending("region", at)
        )
        light = light or line.at("carrier", at - 1) or line.at("syntax.and", at - 1)
        if not light or line.at("predicate", at - 1):
            break
        at -= 1
    return "in" if inside else ""


def _places(line: Line) -> tuple[tuple[str, ...], tuple[str, ...], tuple[Hit, ...]]:
    """Return the places that goods leave from and go to; "A and B" share a direction."""
    start: list[str] = []
    end: list[str] = []
    hits: list[Hit] = []
    last = ""
    last_end = -9
    for hit in line.of("place"):
        mark = _mark(line, hit)
        if not mark and hit.start - last_end <= 2:
            mark = last
        if mark in {"from", "between"}:
            start.append(hit.value)
        elif mark == "to":
            end.append(hit.value)
        if mark in {"from", "to", "between"}:
            hits.append(hit)
        last, last_end = mark, hit.end
    return tuple(dict.fromkeys(start)), tuple(dict.fromkeys(end)), tuple(hits)


def mode(line: Line, token: int) -> Hit | None:
    """Return the vehicle or way of the clause, else of the sentence."""
    hits = line.of("mode")
    first, last = line.clause(token)
    return next((h for h in hits if first <= h.start < last), hits[0] if len({h.value for h in hits}) == 1 else None)


def carriers(line: Line) -> tuple[tuple[str, ...], tuple[int, int] | None]:
    """Return the ship names behind a noun for ships, as written, and the tokens they stand in."""
    for kind in line.of("carrier"):
        runs: list[tuple[int, int]] = []
        at, last = kind.end, kind.end
        while at < line.size and at - last <= 3:
            if line.at("predicate", at) or line.words.folded[at] in {".", ";", ":"}:
                break
            end = at
            while end < line.size and _ship_word(line, end, inside=end > at):
                end += 1
            if not runs and end == at and not _before_name(line, at):
                break
            if end > at:
                runs.append((at, end))
                at = last = end
            else:
                at += 1
        if runs:
            return tuple(_written(line, *run) for run in runs), (runs[0][0], runs[-1][1])
    return (), None


def _before_name(line: Line, token: int) -> bool:
    """Tell whether a word may stand between "the ships" and their names: a mark or an article."""
    word = line.words.folded[token]
    return not word[0].isalnum() or word in {
        "die",
        "der",
        "das",
        "dem",
        "den",
        "the",
        "le",
        "la",
        "les",
        "namens",
        "named",
    }


def _ship_word(line: Line, token: int, *, inside: bool) -> bool:
    word = line.words.written[token]
    if inside and (word.isdigit() or word == "-") and line.touches(token):
        return True
    if not (word[0].isupper() and word[0].isalpha()):
        return False
    kinds = ("country", "place", "item", "organisation", "role", "carrier", "region", "time.months", "mode")
    return not any(line.covers(kind, token) for kind in kinds)


def _written(line: Line, start: int, end: int) -> str:
    """Return a run of tokens as written."""
    text = line.words.written[start]
    for token in range(start + 1, end):
        text += ("" if line.touches(token) else " ") + line.words.written[token]
    return text


def modality(line: Line, token: int, cue: tuple[int, int] | None) -> tuple[str, Hit | None]:
    """Return how sure a claim is, from the words of its clause and of the cue of its source."""
    first, last = line.clause(token)
    for kind in MODES:
        for hit in line.of(f"modality.{kind}"):
            near = first <= hit.start < last or len(line.clauses) == 1
            if near or (cue is not None and cue[0] <= line.words.starts[hit.start] < cue[1]):
                return kind, hit
    if first and line.at("syntax.clause", first):
        before = line.clause(first - 1)
        for kind in MODES[1:]:
            for hit in line.of(f"modality.{kind}"):
                if before[0] <= hit.start < before[1]:
                    return kind, hit
    return "asserted", None
