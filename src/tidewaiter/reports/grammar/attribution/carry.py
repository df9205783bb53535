"""How far a source reaches beyond its sentence: back by "Das schreibt X", on through a paragraph, from the lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.grammar.attribution.chain import NOBODY, Chain
from tidewaiter.reports.grammar.attribution.sources import own_chain
from tidewaiter.reports.grammar.speakers import People, Voice, voices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.reports.grammar.line import Line

PAPERS = ("satellite images", "internal documents", "shipping data", "customs data")
LEAD = 4  # paragraphs that count as the lead of a text


def chains(lines: Sequence[Line], skip: str = "") -> list[tuple[Chain, list[Voice]]]:
    """Return the chain of every line and the voices named in it.

    Args:
        lines: of a text, in order.
        skip: canonical name of the publishing outlet, which is no level of its own chains.
    """
    people = People()
    for line in lines:  # a surname in a headline is known from the text below
        voices(line, people)
    people.forget_offices()
    named = [voices(line, people) for line in lines]
    own = [own_chain(line, found, skip) for line, found in zip(lines, named, strict=True)]
    out: list[Chain] = []
    lead = NOBODY
    before = NOBODY
    paragraph = -1
    for n, (line, found) in enumerate(zip(lines, named, strict=True)):
        chain, here = own[n], line.sentence.paragraph
        fresh = here != paragraph
        if fresh:
            paragraph = here
            if not _goes_back(line):
                before = NOBODY
        if _sets_aside(line):
            chain = NOBODY
        if chain.levels and (_wrote_this(line) or (n and _is_whose(line, chain, found))):
            _hand_back(lines, out, n, chain)
            out.append(chain)
            if not line.has("attribution.also"):
                before, lead = chain, chain if here <= LEAD else lead
            continue
        if n and chain.levels and _cites_back(line, chain, out[n - 1]):
            _deepen_back(lines, out, n, chain)
        if chain.levels and _only_papers(line, chain) and (before.levels or lead.levels):
            out.append(chain)
            continue  # "Der Bericht stützt sich auf Satellitenbilder": whose report it is stays
        if chain.levels:
            chain = _deepen(_by_pronoun(line, chain, before), before, lead)
            before = chain
            if chain.statement and here <= LEAD and not line.sentence.heading:
                lead = chain
            elif not line.sentence.heading:
                lead = lead if set(chain.levels) & set(lead.levels) else NOBODY
            out.append(chain)
            continue
        if line.sentence.heading or line.has("syntax.although", 0, 2):
            out.append(NOBODY)
            continue
        source = before if before.levels else lead
        out.append(source._replace(how="inherited", start=None, end=None) if source.levels else NOBODY)
    return list(zip(out, named, strict=True))


def _sets_aside(line: Line) -> bool:
    """Tell whether a sentence begins with what a source did not say, so that the rest is the writer's own."""
    first, last = line.clauses[0]
    denies = any(line.has(f"syntax.{kind}", first, last) for kind in ("not", "no"))
    return line.has("syntax.although", 0, 2) and denies


def _goes_back(line: Line) -> bool:
    """Tell whether the first sentence of a paragraph takes up the one before: a report, a demonstrative."""
    return line.has("attribution.reports") or line.has("syntax.demonstratives", 0, 2)


def _wrote_this(line: Line) -> bool:
    """Tell whether a sentence says who said what stands before it: "Das schreibt X", "Das sagte der Abgeordnete X"."""
    if line.has("attribution.wrote_this", 0, line.size if line.lexicon.code == "ko" else 3):
        return True
    demonstrative = line.at("syntax.demonstratives", 0)
    if demonstrative is None or line.has("item", 0, 6):
        return False
    return any(line.at("attribution.verbs", t) for t in range(demonstrative.end, min(line.size, demonstrative.end + 2)))


def _is_whose(line: Line, chain: Chain, found: list[Voice]) -> bool:
    """Tell whether a sentence says whose the statement before it is: "Diese Zahlen stammen von X"."""
    starts = line.has("syntax.demonstratives", 0, 1) and not any(v.start <= 1 for v in found)
    return chain.statement and starts and not line.has("modality.denied")


def _by_pronoun(line: Line, chain: Chain, before: Chain) -> Chain:
    """Resolve "He told the broadcaster X": who spoke before speaks again, to an outlet that only now is named."""
    if not (before.levels and len(chain.levels) == 1 and _is_outlet(line, chain.levels[0])):
        return chain
    said = line.of("attribution.verbs")
    they = any(line.at("syntax.they", t) for h in said for t in (h.start - 1, h.end))
    if not they or _is_outlet(line, before.levels[-1]):
        return chain
    return chain._replace(levels=(*chain.levels, before.levels[-1]))


def _only_papers(line: Line, chain: Chain) -> bool:
    """Tell whether a sentence says of a report what it rests on, and not who speaks."""
    plain = all(level.startswith("unnamed") and level.endswith(PAPERS) for level in chain.levels)
    return plain and line.has("attribution.citing")


def _cites_back(line: Line, chain: Chain, had: Chain) -> bool:
    """Tell whether a sentence says on whom the source of the one before relies: "Die Zeitung beruft sich auf …"."""
    if len(chain.levels) < 2 or not had.levels or had.how != "explicit" or len(had.levels) > 1:
        return False
    first = next(iter(line.of("attribution.citing")), None)
    return chain.levels[0] == had.levels[0] and first is not None and not line.has("item")


def _deepen_back(lines: Sequence[Line], out: list[Chain], n: int, chain: Chain) -> None:
    """Put who is cited behind the chains of the sentences before it that end on who cites."""
    for k in range(n - 1, -1, -1):
        if lines[k].sentence.paragraph != lines[n].sentence.paragraph or out[k].levels[-1:] != chain.levels[:1]:
            break
        out[k] = out[k]._replace(levels=(*out[k].levels, *chain.levels[1:]))


def _deepen(chain: Chain, before: Chain, lead: Chain) -> Chain:
    """A report named again stands for its chain: "so der Bericht", "wie Time weiter berichtet"."""
    if len(chain.levels) != 1:
        return chain
    name = chain.levels[0]
    for known in (before, lead):
        if name in known.levels and len(known.levels) > 1:
            return chain._replace(levels=known.levels)
    return chain


def _hand_back(lines: Sequence[Line], out: list[Chain], n: int, chain: Chain) -> None:
    """Put who "wrote this" in front of the chains of the sentences before it in the paragraph."""
    parallel = lines[n].has("attribution.also")
    for k in range(n - 1, -1, -1):
        if lines[k].sentence.paragraph != lines[n].sentence.paragraph:
            break
        had = out[k]
        if parallel:
            out[k] = had._replace(also=(*had.also, *chain.levels))
            continue
        if had.how == "explicit" and had.levels and _is_outlet(lines[k], had.levels[0]):
            break
        rest = tuple(level for level in had.levels if level not in chain.levels) if had.how == "explicit" else ()
        denying = (*chain.levels, *had.denying) if had.denying else ()
        how = had.how if rest else "inherited"
        out[k] = Chain((*chain.levels, *rest), had.start, had.end, how, had.also, denying=denying)


def _is_outlet(line: Line, name: str) -> bool:
    organisation = line.lexicon.world.organisations.get(name)
    return organisation is not None and organisation.kind == "media"
