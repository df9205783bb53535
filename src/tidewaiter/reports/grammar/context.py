"""What a sentence leaves open and the text around it says: carried periods and ships, countries, predicates."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tidewaiter.reports.claim import Ground
from tidewaiter.reports.grammar.draft import INFERRED, Draft, Told, doubt, family_of
from tidewaiter.reports.grammar.fields import tied
from tidewaiter.reports.grammar.frames import Frame, route

if TYPE_CHECKING:
    from collections.abc import Sequence


def carry(told: Told, fresh: Sequence[Draft], earlier: Sequence[Draft], before: str | None) -> None:
    """A sentence that takes up the one before by a demonstrative carries its period, ships and mode."""
    _year_earlier(told, fresh, earlier)
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


def _year_earlier(told: Told, fresh: Sequence[Draft], earlier: Sequence[Draft]) -> None:
    """Date what is compared with the year before: "…, up from 240 million a year earlier"."""
    for hit in told.line.of("time.year_earlier"):
        clause = told.line.clause(hit.start)
        compared = [d for d in fresh if told.line.clause(d.token) == clause] or list(fresh)
        draft = min(compared, key=lambda d: abs(d.token - hit.start), default=None)
        known = [d for d in (*earlier, *fresh) if d is not draft and d.claim.get("period_start")]
        if draft is None or not known:
            continue
        for field in ("period_start", "period_end"):
            value = known[-1].claim.get(field)
            if isinstance(value, str):
                draft.claim[field] = f"{int(value[:4]) - 1:04d}{value[4:]}"
                draft.grounds[field] = Ground(*told.line.span(hit.start, hit.end), "a year before what is compared")


def _take(draft: Draft, source: Draft, field: str) -> None:
    value = source.claim.get(field)
    if value:
        ground = source.grounds.get(field)
        draft.claim[field] = value
        draft.grounds[field] = Ground(
            ground.start if ground else None, ground.end if ground else None, "carried from the sentence before"
        )


def resolve_predicates(drafts: Sequence[Draft]) -> None:
    """A number without a verb ("30,000 shells in three months") means what the text says of the same goods elsewhere."""
    told: dict[Any, Counter[Any]] = {}
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


MOVING = frozenset({"delivered", "deployed", "voyages", "share", "denial", "route", "other", "trained"})
UNBOUND = frozenset({"meeting", "treaty", "sanction"})
"""Families whose statements have no route that the text around them could fill."""


def resolve_countries(drafts: Sequence[Draft], givers: Sequence[str]) -> None:
    """Fill an end of a route that a sentence leaves open by what its paragraph says, else by what the text says most."""
    whole = [d for d in drafts if _pair(d) is not None and d.claim["predicate"] != "lost"]
    pairs = [pair for pair, _ in Counter(_pair(d) for d in whole).most_common() if pair is not None]
    sent = Counter(d.claim["origin_country"] for d in drafts if d.claim.get("origin_country") and _is_people(d))
    origins = Counter(
        d.claim["origin_country"]
        for d in drafts
        if d.claim.get("origin_country") and (d.claim["predicate"] != "lost" or _is_people(d))
    )
    origins.update(givers)
    usual = [origin for origin, _ in origins.most_common()]
    people = [origin for origin, _ in sent.most_common()]
    paragraph, near = -1, dict[tuple[str, str], None]()
    for draft in drafts:
        here = draft.told.line.sentence.paragraph
        if here != paragraph:
            paragraph, near = here, {}
        own = _pair(draft)
        if own is None:
            _complete(draft, [*reversed(near), *pairs], usual, people)
        elif draft.claim["predicate"] != "lost":
            near.pop(own, None)
            near[own] = None


def _pair(draft: Draft) -> tuple[str, str] | None:
    start, end = draft.claim.get("origin_country"), draft.claim.get("destination_country")
    return (start, end) if start and end else None


def _complete(draft: Draft, pairs: Sequence[tuple[str, str]], origins: Sequence[str], people: Sequence[str]) -> None:
    """Fill what a draft leaves open, from the likeliest pairs and origins down."""
    start, end = draft.claim.get("origin_country"), draft.claim.get("destination_country")
    if draft.claim["predicate"] == "lost":
        likely = people if _is_people(draft) else origins
        if not start and likely:
            _fill(draft, "origin_country", likely[0])
        return
    family = family_of(draft.told.line, str(draft.claim.get("item", "")))
    if draft.claim["predicate"] not in MOVING or family in UNBOUND:
        return
    fitting = next(((a, b) for a, b in pairs if (not start or a == start) and (not end or b == end)), None)
    if fitting is not None and not start and not end and draft.told.line.has("directions.reverse"):
        fitting = fitting[1], fitting[0]
    if fitting is None and not start:
        other = next((o for o in origins if o != end), None)
        fitting = None if other is None else (other, end or "")
    for field, value in zip(("origin_country", "destination_country"), fitting or (), strict=False):
        if value and not draft.claim.get(field):
            _fill(draft, field, value)


def _is_people(draft: Draft) -> bool:
    return family_of(draft.told.line, str(draft.claim.get("item", ""))) in {"loss", "people"}


def _fill(draft: Draft, field: str, value: Any) -> None:
    draft.claim[field] = value
    draft.grounds[field] = Ground(None, None, "the countries the text speaks of most")
    doubt(draft, field, INFERRED)


def givers(told: Told) -> list[str]:
    """Return the countries that a sentence lets give or send something, for sentences that leave it open."""
    line = told.line
    out = []
    for verb in line.of("predicate"):
        if verb.value[1] == "give" and verb.value[0] in {"delivered", "produced", "deployed"}:
            way = route(line, Frame(verb.value[0], "give", verb, ""), verb.start, tied(told))
            out += [way.origin] if way.origin else []
    return out
