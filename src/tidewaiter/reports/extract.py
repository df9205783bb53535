"""From a document to its claims: numbers, what they count, what happened to it, when, from where to where, and who says so.

Deterministic and offline. Every field carries the characters or the rule that it rests on.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tidewaiter.reports.attribution import NOBODY, Chain, chains
from tidewaiter.reports.claim import Ground, TextClaim
from tidewaiter.reports.counted import Counted, counted
from tidewaiter.reports.frames import Frame, Route, carriers, frame, modality, mode, route
from tidewaiter.reports.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.line import Line
from tidewaiter.reports.numbers import Number, numbers
from tidewaiter.reports.text import sentences, view
from tidewaiter.reports.times import Period, periods, time_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.reports.document import Document
    from tidewaiter.reports.lexicon import Hit
    from tidewaiter.reports.voices import Voice

METHOD = "grammar/1"
SURE, INFERRED, GUESSED = 0.95, 0.7, 0.4
"""Confidence of what words say, what a rule inferred, and what is a guess; the lowest of a claim's fields is its own."""
NEIGHBOURS = 12  # numbers on either side that can take a noun away from a number
STATED_NEAR = 3  # tokens between a date and a verb of saying that make it the date of the statement


class _Told(NamedTuple):
    """One line as read: what it says and who is named."""

    line: Line
    chain: Chain
    speakers: list[Voice]
    periods: list[Period]
    numbers: list[Number]


class _Draft(msgspec.Struct):
    """A claim in the making, with what later passes need."""

    told: _Told
    token: int
    claim: dict[str, object]
    grounds: dict[str, Ground]
    doubts: list[str]
    confidence: float = SURE


def extract(document: Document) -> list[TextClaim]:
    """Return the claims of a document in the order of its text; [] when its language has no grammar.

    Args:
        document: of `opening.open_document`, or made by hand.
    """
    if document.language not in LANGUAGES:
        return []
    lexicon = load_lexicon(document.language)
    plain = view(document.text)
    lines = [Line(plain, sentence, lexicon) for sentence in sentences(plain, lexicon)]
    published = document.published.value if document.published else ""
    outlet = _canonical_outlet(document, lexicon.file.organisations)
    told = [
        _read(line, chain, found, published) for line, (chain, found) in zip(lines, chains(lines, outlet), strict=True)
    ]
    drafts: list[_Draft] = []
    before: Counted | None = None
    mass: list[str] = []
    for n, here in enumerate(told):
        earlier = told[n - 1] if n else None
        fresh, last = _quantified(here, before, published, mass)
        fresh += _unquantified(here, fresh, published)
        if earlier is not None:
            dated = next((p.last or p.first for p in earlier.periods[::-1]), None)
            _carry(here, fresh, [d for d in drafts if d.told is earlier], dated)
        drafts += fresh
        mass += [h.value for h in here.line.of("item") if _measured(here.line, h.value)]
        before = last or (before if here.line.sentence.heading else None)
    _resolve_predicates(drafts)
    _resolve_countries(drafts, [iso for here in told for iso in _givers(here)])
    return [_finish(document, draft, number, published) for number, draft in enumerate(drafts, 1)]


def _measured(line: Line, item: str) -> bool:
    kind = line.lexicon.world.items.get(item)
    return (
        kind is not None
        and not kind.unit
        and kind.family in {"grain", "fuel", "coal", "food", "fertiliser", "munition"}
    )


def _canonical_outlet(document: Document, organisations: dict[str, list[str]]) -> str:
    if document.outlet is None:
        return ""
    said = document.outlet.value.casefold()
    return next(
        (name for name, ways in organisations.items() if said in {name.casefold(), *(w.casefold() for w in ways)}), ""
    )


def _read(line: Line, chain: Chain, found: list[Voice], published: str) -> _Told:
    future = line.has("modality.expected")
    return _Told(line, chain, found, periods(line, published, future=future), numbers(line, time_tokens(line)))


def _is_share(line: Line, number: Number, thing: Counted) -> bool:
    """Tell whether a percentage is a part of a whole; one by which something rose or fell is none."""
    changes = number.start > 0 and line.words.folded[number.start - 1] in {"up", "down", "by", "plus", "minus"}
    if changes and line.has("numbers.percent", number.bare_start, number.end):
        return False
    if thing.start is not None and thing.start >= number.end:
        return True
    if any(line.has(f"syntax.{kind}", number.end, number.end + 4) for kind in ("they", "demonstratives")):
        return True
    behind = thing.end is not None and thing.end <= number.start
    if (thing.start is None or behind) and number.end < line.size and _genitive(line, number.end):
        return True  # "52 Prozent der zugesagten Menge"
    first, last = line.clause(number.bare_start)
    shares = any(first <= h.start < last and h.value[0] == "share" for h in line.of("predicate"))
    percent = line.has("numbers.percent", number.bare_start, number.end)
    return shares or (not percent and (thing.start is not None or number.start == 0))


def _genitive(line: Line, token: int) -> bool:
    """Tell whether a whole follows a share: "of …", "der …", "d'…"."""
    word = line.words.folded[token]
    return (
        word in {"of", "der", "des", "dieser", "dieses", "de", "d'", "du"}
        or line.at("directions.from", token) is not None
    )


def _quantified(
    told: _Told, before: Counted | None, published: str, mass: list[str]
) -> tuple[list[_Draft], Counted | None]:
    """Draft a claim for every number that counts something."""
    line = told.line
    drafts: list[_Draft] = []
    last = before
    for n, number in enumerate(told.numbers):
        around = told.numbers[max(0, n - NEIGHBOURS) : n + NEIGHBOURS + 1]
        thing = counted(line, number, around, last, same=bool(drafts))
        if thing is None or (number.share and not _is_share(line, number, thing)):
            continue
        items = line.lexicon.world.items
        if not thing.item and thing.unit and not mass:
            continue  # a measure of nothing named
        if not thing.item and thing.unit:
            thing = thing._replace(item=mass[-1], rule="the goods the text measured last")
        elif thing.item in items and not items[thing.item].unit:
            mass.append(thing.item)
        if last is not None and thing.item in {"", "person"} and not thing.unit.endswith("percent"):
            thing = _as_before(line, thing, last)
        last = thing
        token = thing.start if thing.start is not None else number.bare_start
        what = frame(line, token, thing.item, share=number.share, times=number.times)
        drafts.append(_draft(told, number, thing, what, published))
    _join(told, drafts)
    return drafts, last if drafts else None


def _as_before(line: Line, thing: Counted, last: Counted) -> Counted:
    """A noun that says little ("men", "apparatus") means what was counted before, where that is of its kind."""
    known = line.lexicon.world.items.get(last.item)
    if known is None or (thing.item == "person" and known.family != "people"):
        return thing
    if thing.item == "" and (not known.unit or thing.unit):
        return thing
    return thing._replace(item=last.item, unit=known.unit, rule="a general noun for what was counted before")


def _join(told: _Told, drafts: Sequence[_Draft]) -> None:
    """Tie numbers of one sentence that stand beside each other by "and" or "or"."""
    line = told.line
    for first, second in pairwise(drafts):
        start = line.token_at(int(str(first.claim["qty_end"])))
        between = range(start, second.token)
        word = next((k for k in ("or", "and") if any(line.at(f"syntax.{k}", t) for t in between)), "")
        if word and len(between) <= 12 and first.claim["unit"] == second.claim["unit"]:
            statement = f"s{line.sentence.start}"
            for draft in (first, second):
                draft.claim["statement"], draft.claim["joined"] = statement, word
                draft.grounds["joined"] = Ground(*line.span(start, second.token), f"joined by {word}")


def _draft(told: _Told, number: Number, thing: Counted, what: Frame, published: str) -> _Draft:
    line = told.line
    token = thing.start if thing.start is not None else number.bare_start
    qty = line.span(number.start, number.end)
    claim: dict[str, object] = {
        "qty_start": qty[0],
        "qty_end": qty[1],
        "low": number.low,
        "high": number.high,
        "relation": number.relation,
        "item": thing.item,
        "unit": "percent" if number.share else thing.unit,
        "predicate": what.predicate,
    }
    grounds = {
        "low": Ground(*qty, "number"),
        "high": Ground(*qty, "number"),
        "relation": Ground(*qty, "words of a bound" if number.relation != "eq" else "no word of a bound"),
    }
    draft = _Draft(told, number.start, claim, grounds, [])
    if thing.item == "person" and thing.rule == "people of a country":
        claim["item"] = "soldier"
    if what.predicate == "lost" and claim["item"] in {"soldier", "person"}:
        claim["item"] = "casualty"
    if thing.start is not None and thing.end is not None:
        span = line.span(thing.start, thing.end)
        claim["item_start"], claim["item_end"] = span
        grounds["item"] = Ground(*span, thing.rule)
    else:
        grounds["item"] = Ground(None, None, thing.rule)
        _doubt(draft, "item", INFERRED)
    if not thing.item:
        _doubt(draft, "item", GUESSED)
    _common(draft, what, token, published)
    return draft


def _common(draft: _Draft, what: Frame, token: int, published: str) -> None:
    """Fill what claims with and without numbers share: predicate, route, mode, ships, period, modality, sources, quote."""
    told, line, claim, grounds = draft.told, draft.told.line, draft.claim, draft.grounds
    grounds["predicate"] = Ground(*_span(line, what.hit), what.rule)
    if what.hit is None:
        _doubt(draft, "predicate", INFERRED)
    family = _family(line, str(claim.get("item", "")))
    way = route(line, what, token, _tied(told))
    if family == "sanction":  # the one it binds
        bound = way.origin_hit or way.destination_hit
        way = way._replace(
            origin=None, origin_hit=None, destination=bound.value[0] if bound else None, destination_hit=bound
        )
    if family not in {"meeting", "treaty"}:
        _put_route(draft, way)
    vehicle = mode(line, token)
    if vehicle is not None:
        claim["mode"], grounds["mode"] = vehicle.value, Ground(*_span(line, vehicle), "vehicle or way")
    names, where = carriers(line)
    if names and where is not None:
        claim["carriers"], grounds["carriers"] = names, Ground(*line.span(*where), "names behind a noun for ships")
    _put_period(draft, token)
    cue = None if told.chain.start is None or told.chain.end is None else (told.chain.start, told.chain.end)
    sure, hit = modality(line, draft.token, cue)
    rule = "word of modality" if hit else "plain statement"
    claim["modality"], grounds["modality"] = sure, Ground(*_span(line, hit), rule)
    last = claim.get("period_end")
    ahead = isinstance(last, str) and bool(published) and last[: len(published)] > published[: len(last)]
    if ahead and sure != "expected":
        claim["modality"], grounds["modality"] = "expected", Ground(None, None, "a time after publication")
    denied = next(iter(line.of("modality.denied")), None)
    if denied is not None and claim["predicate"] != "denial" and line.clause(denied.start) == line.clause(draft.token):
        claim["modality"], grounds["modality"] = "denied", Ground(*_span(line, denied), "word of denial")
        claim["predicate"], grounds["predicate"] = "denial", Ground(*_span(line, denied), "word of denial")
    against = claim["predicate"] == "denial" and told.chain.denying
    claim["sources"], claim["attribution"] = against or told.chain.levels, told.chain.how
    claim["also_reported_by"] = told.chain.also
    grounds["sources"] = Ground(told.chain.start, told.chain.end, "cue in the sentence" if cue else "carried")
    if told.chain.how == "inherited":
        _doubt(draft, "sources", INFERRED)
    _put_syntax(draft, token)
    claim["start"], claim["end"] = _quote(draft, what)


def _family(line: Line, item: str) -> str:
    kind = line.lexicon.world.items.get(item)
    return kind.family if kind else ""


def _tied(told: _Told) -> list[Voice]:
    """Return the voices that speak in a sentence, so that their countries are no ends of a route."""
    levels = {name for level in (*told.chain.levels, *told.chain.denying) for name in level.split("|")}
    tied = levels if told.chain.how == "explicit" else set()
    return [v for v in told.speakers if v.name in tied or v.kind not in {"government", "military"}]


def _put_route(draft: _Draft, way: Route) -> None:
    line, claim, grounds = draft.told.line, draft.claim, draft.grounds
    claim["origin_country"], claim["destination_country"] = way.origin, way.destination
    claim["route_from"], claim["route_to"] = way.places_from, way.places_to
    for field, hit in (("origin_country", way.origin_hit), ("destination_country", way.destination_hit)):
        if claim[field] is not None:
            grounds[field] = Ground(*_span(line, hit), "country named" if hit else "country of the place")
    for hit in way.places:
        grounds["route_from" if hit.value in way.places_from else "route_to"] = Ground(*_span(line, hit), "place named")


def _put_period(draft: _Draft, token: int) -> None:
    line, claim, grounds = draft.told.line, draft.claim, draft.grounds
    aside = _in_brackets(line)
    usable = [
        p
        for p in draft.told.periods
        if not _of_statement(draft.told, p) and not _compared(line, p) and (p.start not in aside or token in aside)
    ]
    if not usable:
        return
    first, last = line.clause(token)
    elsewhere = [p for p in usable if not _relative(line, p.start)] or usable
    inside = [p for p in usable if first <= p.start < last] or elsewhere
    whole = [p for p in inside if p.how not in {"now", "recent"}] or inside
    start = end = None
    used: list[Period] = []
    nearest = min(whole, key=lambda p: min(abs(p.start - draft.token), abs(p.end - draft.token)))
    start, end = nearest.first, nearest.last
    used.append(nearest)
    for other in whole:
        if other is nearest:
            continue
        if start is None and other.how in {"since", "after"} and end is not None:
            start = other.first
            used.append(other)
        elif end is None and other.how in {"until", "before"}:
            end = other.last
            used.append(other)
    claim["period_start"], claim["period_end"] = start, end
    span = line.span(min(p.start for p in used), max(p.end for p in used))
    for field in ("period_start", "period_end"):
        if claim[field] is not None:
            grounds[field] = Ground(*span, f"time: {nearest.how}")
    if not nearest.sure:
        draft.confidence = min(draft.confidence, INFERRED)


def _compared(line: Line, period: Period) -> bool:
    """Tell whether a time is only compared with: "than in 2022", "up from 2023", "wie 2022"."""
    if period.how != "in" or period.start == 0:
        return False
    than = line.words.folded[period.start - 1] in {"wie", "als", "than", "que", "qu'", "ніж", "чем"}
    return than or line.ending("time.from", period.start) is not None


def _relative(line: Line, token: int) -> bool:
    """Tell whether a token lies in a relative clause, which dates something else."""
    first, last = line.clause(token)
    return any(line.at("syntax.relative", t) for t in range(first, min(first + 3, last))) and first > 0


def _in_brackets(line: Line) -> frozenset[int]:
    inside, depth = set(), 0
    for token, word in enumerate(line.words.folded):
        depth += word == "("
        if depth:
            inside.add(token)
        depth = max(0, depth - (word == ")"))
    return frozenset(inside)


def _of_statement(told: _Told, period: Period) -> bool:
    """Tell whether a date says when somebody spoke: a weekday where a source is named, a bare day beside its verb."""
    line = told.line
    if period.how != "in":
        return False
    said = line.of("attribution.verbs")
    if _only_weekday(line, period):
        return bool(said) or told.chain.how == "explicit"
    verbs = [h for h in said if line.clause(h.start) == line.clause(period.start)]
    week = any(line.value("time.units", t) == "week" for t in range(period.start, period.end))
    if week and verbs:
        return True
    if not period.day:
        return False
    near = (gap for h in verbs for gap in (period.start - h.end, h.start - period.end))
    return any(0 <= gap <= STATED_NEAR for gap in near)


def _only_weekday(line: Line, period: Period) -> bool:
    if line.has("time.months", period.start, period.end):
        return False
    return any(line.has(f"time.{kind}", period.start, period.end) for kind in ("weekdays", "yesterday", "today"))


def _put_syntax(draft: _Draft, token: int) -> None:
    """Conditions, alternatives, capacities and rates keep their kind."""
    line, claim, grounds = draft.told.line, draft.claim, draft.grounds
    condition = next(iter(line.of("syntax.if")), None)
    if condition is not None:
        last = line.clause(condition.start)[1]
        comma = next((t for t in range(condition.end, last) if line.words.folded[t] == ","), last)
        begin, end = line.span(condition.start, max(comma, condition.end))
        claim["condition"] = (begin, end)
        grounds["condition"] = Ground(begin, end, "condition")
    capacity = next(iter(line.of("syntax.capacity")), None)
    if capacity is not None and line.clause(capacity.start) == line.clause(token):
        claim["predicate"], grounds["predicate"] = "other", Ground(*_span(line, capacity), "capacity")
    per = next((h for h in line.of("syntax.per") if line.at("time.units", h.end)), None)
    if per is not None and 0 <= per.start - draft.token <= 8:
        claim["per"] = line.value("time.units", per.end)
        grounds["per"] = Ground(*line.span(per.start, per.end + 1), "rate")


def _quote(draft: _Draft, what: Frame) -> tuple[int, int]:
    """Return the clauses that hold number, noun and verb, with the source where it stands beside them."""
    line = draft.told.line
    tokens = [draft.token]
    if what.hit is not None:
        tokens.append(what.hit.start)
    for field in ("item_start",):
        at = draft.claim.get(field)
        if isinstance(at, int):
            tokens.append(line.token_at(at))
    if draft.told.chain.how == "explicit" and draft.told.chain.start is not None and draft.told.chain.end is not None:
        tokens += [line.token_at(draft.told.chain.start), max(line.token_at(draft.told.chain.end) - 1, 0)]
    first = min(line.clause(t)[0] for t in tokens)
    last = max(line.clause(min(t, line.size - 1))[1] for t in tokens)
    while first < last - 1 and line.words.folded[first] in {",", "-", ";", ":", ")"}:
        first += 1
    while last - 1 > first and line.words.folded[last - 1] in {",", "-", ";", ":", "("}:
        last -= 1
    return line.span(first, last)


def _unquantified(told: _Told, quantified: Sequence[_Draft], published: str) -> list[_Draft]:
    """Draft claims that state no number: denials, vague amounts, transfers between two countries, routes, treaties."""
    line = told.line
    world = line.lexicon.world.items
    goods = [h for h in line.of("item") if h.value in world]
    out: list[_Draft] = []
    busy = {line.clause(d.token) for d in quantified}
    denial = next(iter(line.of("modality.denied")), None)
    if (
        denial is not None
        and not any(d.claim["predicate"] == "denial" for d in quantified)
        and (goods or line.of("predicate"))
    ):
        first, last = line.clause(denial.start)
        near = [g for g in goods if first <= g.start < last] or goods
        near = [g for g in near if _family(line, g.value) not in {"shipment", "voyage", "meeting"}] or near
        out.append(
            _bare(
                told,
                denial.start,
                near[0] if near else None,
                Frame("denial", "", denial, "word of denial"),
                "denied",
                published,
            )
        )
        busy.add((first, last))
    for kind, predicate in (("vague.patterns", ""), ("vague.share", "share")):
        for vague in line.of(kind):
            item = next(
                (g for g in goods if vague.start <= g.start <= vague.end + 6 or vague.start < g.end <= vague.end), None
            )
            item = item or next((g for g in reversed(goods) if g.end <= vague.start), None)
            counted_here = {d.claim.get("item_start") for d in quantified}
            if item is None or line.span(item.start, item.end)[0] in counted_here:
                continue
            what = frame(line, item.start, item.value, share=predicate == "share", times=False)
            if what.hit is not None or predicate == "share":
                out.append(_bare(told, vague.start, item, what, "", published))
                busy.add(line.clause(vague.start))
    for item in goods:
        clause = line.clause(item.start)
        if clause in busy:
            continue
        what = frame(line, item.start, item.value, share=False, times=False)
        kind = _kind_of_statement(told, item, what)
        if kind:
            out.append(_bare(told, item.start, item, what._replace(predicate=kind), "", published))
            busy.add(clause)
    return out


def _kind_of_statement(told: _Told, item: Hit, what: Frame) -> str:
    """Return the predicate of a statement without a number that is worth keeping, "" when it is none.

    A transfer names the goods, a verb and both countries; a route both ends; a presence of people a country they are in;
    a treaty or sanction somebody it binds.
    """
    line = told.line
    family = line.lexicon.world.items[item.value].family
    way = route(line, what, item.start, _tied(told))
    both = bool(way.origin and way.destination and way.origin != way.destination)
    if family in {"treaty", "sanction"}:
        return "other" if (line.of("country") or line.of("organisation")) and (what.hit or told.periods) else ""
    ends = bool(way.places_from) + bool(way.places_to)
    if ends == 2 or (ends and what.predicate in {"delivered", "route"} and line.has("mode")):
        return "route"
    if what.hit is None:
        return ""
    predicate, voice = what.hit.value
    if voice == "nouns" and not (both and way.origin_hit and way.destination_hit):
        return ""
    if both and what.predicate in {"delivered", "deployed", "trained", "route", "other", "lost"}:
        return what.predicate if predicate != "lost" else ""
    if family == "people" and what.predicate in {"deployed", "trained"} and (way.origin or way.destination):
        return what.predicate
    return ""


def _bare(told: _Told, token: int, item: Hit | None, what: Frame, sure: str, published: str) -> _Draft:
    claim: dict[str, object] = {"predicate": what.predicate, "item": item.value if item else ""}
    draft = _Draft(told, token, claim, {}, [], INFERRED)
    if item is not None:
        span = told.line.span(item.start, item.end)
        claim["item_start"], claim["item_end"] = span
        draft.grounds["item"] = Ground(*span, "noun")
    _common(draft, what, token, published)
    if sure:
        claim["modality"], claim["predicate"] = sure, what.predicate
    return draft


def _carry(told: _Told, fresh: Sequence[_Draft], earlier: Sequence[_Draft], before: str | None) -> None:
    """A sentence that takes up the one before by a demonstrative carries its period, ships and mode."""
    later = told.line.has("time.after", 0, 2) and not told.periods
    for draft in fresh if later and before else ():
        draft.claim["period_start"] = before
        draft.grounds["period_start"] = Ground(None, None, "after what the sentence before dates")
    if not earlier or not told.line.has("syntax.demonstratives", 0, 5):
        return
    source = earlier[-1]
    leading = told.line.has("syntax.demonstratives", 0, 2)
    for draft in fresh:
        if draft.claim.get("period_start") is None and draft.claim.get("period_end") is None:
            for field in ("period_start", "period_end"):
                _take(draft, source, field)
        for field in ("carriers", "mode", "origin_country", "destination_country"):
            override = draft.claim["predicate"] == "share" and field.endswith("country") and leading
            if not draft.claim.get(field) or override:
                _take(draft, source, field)


def _take(draft: _Draft, source: _Draft, field: str) -> None:
    value = source.claim.get(field)
    if value:
        ground = source.grounds.get(field)
        draft.claim[field] = value
        draft.grounds[field] = Ground(
            ground.start if ground else None, ground.end if ground else None, "carried from the sentence before"
        )


def _resolve_predicates(drafts: Sequence[_Draft]) -> None:
    """A number without a verb ("30,000 shells in three months") means what the text says of the same goods elsewhere."""
    told: dict[object, Counter[object]] = {}
    for draft in drafts:
        ground = draft.grounds.get("predicate")
        if ground is not None and ground.start is not None and draft.claim["predicate"] != "denial":
            told.setdefault(draft.claim.get("item"), Counter())[draft.claim["predicate"]] += 1
    for draft in drafts:
        ground = draft.grounds.get("predicate")
        known = told.get(draft.claim.get("item"))
        if ground is None or ground.start is not None or draft.claim["predicate"] != "other" or not known:
            continue
        likely = next((p for p, _ in known.most_common() if p not in {"other", "share"}), None)
        if likely is not None:
            draft.claim["predicate"] = likely
            draft.grounds["predicate"] = Ground(None, None, "what the text says of the same goods")


def _resolve_countries(drafts: Sequence[_Draft], givers: Sequence[str]) -> None:
    """Fill an end of a route that a sentence leaves open by what the text says most often."""
    moving = ("delivered", "deployed", "voyages", "share", "denial", "route", "other", "trained")
    pairs = Counter(
        (d.claim["origin_country"], d.claim["destination_country"])
        for d in drafts
        if d.claim.get("origin_country") and d.claim.get("destination_country") and d.claim["predicate"] != "lost"
    )
    origins = Counter(
        d.claim["origin_country"]
        for d in drafts
        if d.claim.get("origin_country") and (d.claim["predicate"] != "lost" or _is_people(d))
    )
    origins.update(givers)
    for n, draft in enumerate(drafts):
        start, end = draft.claim.get("origin_country"), draft.claim.get("destination_country")
        bound = _family(draft.told.line, str(draft.claim.get("item", ""))) in {"meeting", "treaty", "sanction"}
        family = _family(draft.told.line, str(draft.claim.get("item", "")))
        if draft.claim["predicate"] == "lost" and not start and family not in {"loss", "people"} and origins:
            _fill(draft, "origin_country", origins.most_common(1)[0][0])
        if draft.claim["predicate"] == "lost" and not start and family in {"loss", "people"}:
            sent = Counter(d.claim["origin_country"] for d in drafts if d.claim.get("origin_country") and _is_people(d))
            if sent:
                _fill(draft, "origin_country", sent.most_common(1)[0][0])
        if draft.claim["predicate"] not in moving or (start and end) or bound:
            continue
        here = draft.told.line.sentence.paragraph
        near = [
            (d.claim["origin_country"], d.claim["destination_country"])
            for d in reversed(drafts[:n])
            if d.told.line.sentence.paragraph == here
            and d.claim.get("origin_country")
            and d.claim.get("destination_country")
            and d.claim["predicate"] != "lost"
        ]
        known = [*near, *(pair for pair, _ in pairs.most_common())]
        fitting = [pair for pair in known if (not start or pair[0] == start) and (not end or pair[1] == end)]
        if not start and not end and draft.told.line.has("directions.reverse"):
            fitting = [(b, a) for a, b in fitting]
        if not start and not fitting:
            fitting = [(o, end) for o, _ in origins.most_common() if o != end]
        if not fitting:
            continue
        for field, value in zip(("origin_country", "destination_country"), fitting[0], strict=True):
            if not draft.claim.get(field):
                _fill(draft, field, value)


def _is_people(draft: _Draft) -> bool:
    return _family(draft.told.line, str(draft.claim.get("item", ""))) in {"loss", "people"}


def _fill(draft: _Draft, field: str, value: object) -> None:
    draft.claim[field] = value
    draft.grounds[field] = Ground(None, None, "the countries the text speaks of most")
    _doubt(draft, field, INFERRED)


def _givers(told: _Told) -> list[str]:
    """Return the countries that a sentence lets give or send something, for sentences that leave it open."""
    line = told.line
    out = []
    for verb in line.of("predicate"):
        if verb.value[1] == "give" and verb.value[0] in {"delivered", "produced", "deployed"}:
            way = route(line, Frame(verb.value[0], "give", verb, ""), verb.start, _tied(told))
            out += [way.origin] if way.origin else []
    return out


def _doubt(draft: _Draft, field: str, confidence: float) -> None:
    draft.confidence = min(draft.confidence, confidence)
    if field not in draft.doubts:
        draft.doubts.append(field)


def _span(line: Line, hit: Hit | None) -> tuple[int | None, int | None]:
    return (None, None) if hit is None else line.span(hit.start, hit.end)


def _finish(document: Document, draft: _Draft, number: int, published: str) -> TextClaim:
    """Cut the words from the text itself and freeze the claim."""
    fields, text = dict(draft.claim), document.text
    for name in ("qty", "item"):
        start, end = fields.get(f"{name}_start"), fields.get(f"{name}_end")
        fields[f"{name}_text"] = text[start:end] if isinstance(start, int) and isinstance(end, int) else None
    condition = fields.pop("condition", None)
    if isinstance(condition, tuple):
        fields["condition"] = text[condition[0] : condition[1]]
    return TextClaim(
        id=f"{document.name}#{number}",
        doc=document.name,
        quote=text[fields["start"] : fields["end"]],  # type: ignore[misc]
        pub_date=published,
        pub_date_inferred=document.published is not None and document.published.source != "given",
        language=document.language,
        confidence=draft.confidence,
        doubts=tuple(draft.doubts),
        extractor=METHOD,
        grounds=draft.grounds,
        **fields,  # type: ignore[arg-type]
    )


__all__ = ["METHOD", "NOBODY", "extract"]
