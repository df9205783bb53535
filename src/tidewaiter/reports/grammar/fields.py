"""The fields that claims with and without numbers share: predicate, route, mode, ships, period, modality, sources, quote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.claim import Ground
from tidewaiter.reports.grammar.draft import INFERRED, Draft, Told, doubt, family_of, span
from tidewaiter.reports.grammar.frames import Frame, Route, carriers, modality, mode, route

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.attribution import Chain
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers import Voice
    from tidewaiter.reports.grammar.times import Period

STATED_NEAR = 3
"""Tokens between a date and a verb of saying that make it the date of the statement."""


def fill(draft: Draft, what: Frame, token: int, published: str) -> None:
    """Fill what claims with and without numbers share: predicate, route, mode, ships, period, modality, sources, quote."""
    told, line, claim, grounds = draft.told, draft.told.line, draft.claim, draft.grounds
    grounds["predicate"] = Ground(*span(line, what.hit), what.rule)
    if what.hit is None:
        doubt(draft, "predicate", INFERRED)
    family = family_of(line, str(claim.get("item", "")))
    way = route(line, what, token, tied(told))
    if family == "sanction":  # the one it binds
        bound = way.origin_hit or way.destination_hit
        way = way._replace(
            origin=None, origin_hit=None, destination=bound.value[0] if bound else None, destination_hit=bound
        )
    if family not in {"meeting", "treaty"}:
        _put_route(draft, way)
    vehicle = mode(line, token)
    if vehicle is not None:
        claim["mode"], grounds["mode"] = vehicle.value, Ground(*span(line, vehicle), "vehicle or way")
    names, where = carriers(line)
    if names and where is not None:
        claim["carriers"], grounds["carriers"] = names, Ground(*line.span(*where), "names behind a noun for ships")
    _put_period(draft, token)
    cue = None if told.chain.start is None or told.chain.end is None else (told.chain.start, told.chain.end)
    sure, hit = modality(line, draft.token, cue)
    rule = "word of modality" if hit else "plain statement"
    claim["modality"], grounds["modality"] = sure, Ground(*span(line, hit), rule)
    when = claim.get("period_start") or claim.get("period_end")
    ahead = isinstance(when, str) and bool(published) and when[: len(published)] > published[: len(when)]
    if ahead and sure != "expected":
        claim["modality"], grounds["modality"] = "expected", Ground(None, None, "a time after publication")
    denied = next(iter(line.of("modality.denied")), None)
    if denied is not None and claim["predicate"] != "denial" and line.clause(denied.start) == line.clause(draft.token):
        claim["modality"], grounds["modality"] = "denied", Ground(*span(line, denied), "word of denial")
        claim["predicate"], grounds["predicate"] = "denial", Ground(*span(line, denied), "word of denial")
    against = claim["predicate"] == "denial" and told.chain.denying
    claim["sources"], claim["attribution"] = against or told.chain.levels, told.chain.how
    claim["also_reported_by"] = told.chain.also
    if told.chain.how == "inherited" and family in {"sanction", "treaty"}:  # an act is nobody's claim
        claim["sources"], claim["attribution"], claim["also_reported_by"] = (), "none", ()
    grounds["sources"] = Ground(told.chain.start, told.chain.end, "cue in the sentence" if cue else "carried")
    if told.chain.how == "inherited":
        doubt(draft, "sources", INFERRED)
    _put_syntax(draft, token)
    claim["start"], claim["end"] = _quote(draft, what)


def tied(told: Told) -> list[Voice]:
    """Return the voices that speak in a sentence, so that their countries are no ends of a route."""
    levels = {name for level in (*told.chain.levels, *told.chain.denying) for name in level.split("|")}
    tied = levels if told.chain.how == "explicit" else set()
    return [v for v in told.speakers if v.name in tied or v.kind not in {"government", "military"}]


def _put_route(draft: Draft, way: Route) -> None:
    line, claim, grounds = draft.told.line, draft.claim, draft.grounds
    claim["origin_country"], claim["destination_country"] = way.origin, way.destination
    claim["route_from"], claim["route_to"] = way.places_from, way.places_to
    for field, hit in (("origin_country", way.origin_hit), ("destination_country", way.destination_hit)):
        if claim[field] is not None:
            grounds[field] = Ground(*span(line, hit), "country named" if hit else "country of the place")
    for hit in way.places:
        grounds["route_from" if hit.value in way.places_from else "route_to"] = Ground(*span(line, hit), "place named")


def _put_period(draft: Draft, token: int) -> None:
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
    now = next((p for p in inside if p.how == "now"), None)
    if end is None and nearest.how == "since" and now is not None:  # "inzwischen … seit August 2023"
        end = now.last
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


def _of_statement(told: Told, period: Period) -> bool:
    """Tell whether a date says when somebody spoke: a weekday where a source is named, a bare day beside its verb."""
    line = told.line
    if period.how != "in":
        return False
    cue = told.chain if told.chain.how == "explicit" and told.chain.start is not None else None
    said = [h for h in line.of("attribution.verbs") if cue is None or _inside(line, h.start, cue)]
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


def _inside(line: Line, token: int, cue: Chain) -> bool:
    """Tell whether a verb of saying is the one that a source is tied to."""
    start, end = line.span(token, token + 1)
    return cue.start is not None and cue.end is not None and cue.start <= start and end <= cue.end


def _only_weekday(line: Line, period: Period) -> bool:
    if line.has("time.months", period.start, period.end):
        return False
    return any(line.has(f"time.{kind}", period.start, period.end) for kind in ("weekdays", "yesterday", "today"))


def _put_syntax(draft: Draft, token: int) -> None:
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
        claim["predicate"], grounds["predicate"] = "other", Ground(*span(line, capacity), "capacity")
    per = next((h for h in line.of("syntax.per") if line.at("time.units", h.end)), None)
    if per is not None and 0 <= per.start - draft.token <= 8:
        claim["per"] = line.value("time.units", per.end)
        grounds["per"] = Ground(*line.span(per.start, per.end + 1), "rate")


def _quote(draft: Draft, what: Frame) -> tuple[int, int]:
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
