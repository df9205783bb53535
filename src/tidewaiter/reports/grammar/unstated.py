"""Claims that state no number: denials, vague amounts, transfers between two countries, routes, treaties, sanctions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidewaiter.reports.claim import Ground
from tidewaiter.reports.grammar.draft import INFERRED, Draft, Told, family_of
from tidewaiter.reports.grammar.fields import fill, tied
from tidewaiter.reports.grammar.frames import Frame, frame, route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.reports.grammar.counted import Counted
    from tidewaiter.reports.grammar.lexicon import Hit
    from tidewaiter.reports.grammar.line import Line


NEITHER = frozenset({"weder", "noch", "neither", "nor", "ni", "ні", "ни"})


def unstated(told: Told, quantified: Sequence[Draft], published: str, before: Counted | None = None) -> list[Draft]:
    """Draft claims that state no number: denials, vague amounts, transfers between two countries, routes, treaties.

    Args:
        told: a sentence.
        quantified: its claims with numbers.
        published: ISO date of publication.
        before: what was counted last, which a denial without goods means.
    """
    line = told.line
    world = line.lexicon.world.items
    goods = [h for h in line.of("item") if h.value in world]
    out: list[Draft] = []
    busy = {line.clause(d.token) for d in quantified}
    denial = next(iter(line.of("modality.denied")), None)
    if (
        denial is not None
        and not any(d.claim["predicate"] == "denial" for d in quantified)
        and (goods or line.of("predicate") or before is not None)
        and not _undecided(line, denial)
    ):
        first, last = line.clause(denial.start)
        near = [g for g in goods if first <= g.start < last] or goods
        near = [g for g in near if family_of(line, g.value) not in {"shipment", "voyage", "meeting"}] or near
        what = Frame("denial", "", denial, "word of denial")
        out.append(_bare(told, denial.start, near[0] if near else None, what, "denied", published))
        if not near and before is not None:
            out[-1].claim["item"] = before.item
            out[-1].grounds["item"] = Ground(None, None, "what was counted before")
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


def _undecided(line: Line, denial: Hit) -> bool:
    """Tell whether somebody neither confirms nor denies."""
    first, _ = line.clause(denial.start)
    return any(word in NEITHER for word in line.words.folded[max(0, first - 4) : denial.start])


def _kind_of_statement(told: Told, item: Hit, what: Frame) -> str:
    """Return the predicate of a statement without a number that is worth keeping, "" when it is none.

    A transfer names the goods, a verb and both countries; a route both ends; a presence of people a country they are in;
    a treaty or sanction somebody it binds.
    """
    line = told.line
    family = line.lexicon.world.items[item.value].family
    way = route(line, what, item.start, tied(told))
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


def _bare(told: Told, token: int, item: Hit | None, what: Frame, sure: str, published: str) -> Draft:
    claim: dict[str, Any] = {"predicate": what.predicate, "item": item.value if item else ""}
    draft = Draft(told, token, claim, {}, [], INFERRED)
    if item is not None:
        span = told.line.span(item.start, item.end)
        claim["item_start"], claim["item_end"] = span
        draft.grounds["item"] = Ground(*span, "noun")
    fill(draft, what, token, published)
    if sure:
        claim["modality"], claim["predicate"] = sure, what.predicate
    return draft
