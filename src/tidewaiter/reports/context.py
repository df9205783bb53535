"""What a sentence leaves open and the text around it says: carried periods and ships, countries, predicates."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tidewaiter.reports.claim import Ground
from tidewaiter.reports.draft import INFERRED, Draft, Told, doubt, family_of
from tidewaiter.reports.fields import tied
from tidewaiter.reports.frames import Frame, route

if TYPE_CHECKING:
    from collections.abc import Sequence


def carry(told: Told, fresh: Sequence[Draft], earlier: Sequence[Draft], before: str | None) -> None:
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


def resolve_countries(drafts: Sequence[Draft], givers: Sequence[str]) -> None:
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
        bound = family_of(draft.told.line, str(draft.claim.get("item", ""))) in {"meeting", "treaty", "sanction"}
        family = family_of(draft.told.line, str(draft.claim.get("item", "")))
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
