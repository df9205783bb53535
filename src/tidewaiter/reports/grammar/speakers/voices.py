"""Who is named in a sentence as one who speaks: organisations, offices of a country, people, states by their capital."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.grammar.speakers.offices import adjectives, government, office_of, officials_of
from tidewaiter.reports.grammar.speakers.outlets import dateline, is_named, outlet_name, quoted
from tidewaiter.reports.grammar.speakers.people import Voice
from tidewaiter.reports.grammar.speakers.persons import persons, with_office
from tidewaiter.reports.grammar.speakers.words import DEFINITE

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.lexicon import Hit
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers.people import People

BODIES = frozenset({"intelligence", "think tank", "experts", "data", "organisation"})
UNIONS = frozenset({"United Nations", "European Union", "UN Security Council", "G7"})
"""Too often spoken of to be what "the organisation" means."""
HOUSES = frozenset(
    {"company", "ministry", "military", "intelligence", "organisation", "alliance", "think tank", "data"}
)
COMPANY = frozenset(
    {"company", "firm", "unternehmen", "firma", "konzern", "hersteller", "entreprise", "компания", "компанія"}
)
"""Kinds of bodies that later are "the agency" or "the institute"."""


def voices(line: Line, people: People) -> list[Voice]:
    """Return the voices named in a line, in order; a role in front of or behind a name gives way to the person."""
    world = line.lexicon.world
    found = [
        Voice(h.start, h.end, h.value, world.organisations[h.value].kind, world.organisations[h.value].country)
        for h in line.of("organisation")
    ]
    found = [officials_of(line, v) for v in found]
    covered = {t for v in found for t in range(v.start, v.end)}
    officials = [v._replace(kind="person") for v in found if v.kind == "official"]
    found = [v for v in found if v.kind != "official"]
    for official in officials:
        people.meet(official.name)
        people.meet_as(line.words.written[official.end - 1], official.name)
    offices = {h.start: h.value for h in line.of("role") if h.start not in covered}
    for hit in line.of("role"):
        if not covered.isdisjoint(range(hit.start, hit.end)) or _within_title(line, hit):
            continue
        if hit.value == "media" and line.words.folded[hit.start] in DEFINITE:  # "the paper": which one was said before
            outlet = people.holder("media")
            if outlet is not None and not is_named(line, hit.end):
                found.append(outlet._replace(start=hit.start, end=hit.end))
            continue
        if hit.value == "media" and line.at("organisation", hit.end):
            continue  # the name says it
        named = outlet_name(line, hit.end) if hit.value == "media" else None
        if named is not None:
            found.append(named)
            continue
        found.append(office_of(line, hit.start, hit.end, hit.value, people))
    covered = {t for v in found for t in range(v.start, v.end)}
    body = people.body or people.company
    if body is not None:
        again = [h for h in line.of("attribution.again") if covered.isdisjoint(range(h.start, h.end))]
        for hit in again:
            firm = people.company if COMPANY & set(line.words.folded[hit.start : hit.end]) else None
            if not is_named(line, hit.end):
                found.append((firm or body)._replace(start=hit.start, end=hit.end))
    found += _unknown_bodies(line, found)
    found.sort()
    found += [*quoted(line, people), *adjectives(line)]
    people_named = officials + persons(line, [*found, *officials], people)
    covered = {t for v in (*found, *people_named) for t in range(v.start, v.end)}
    people_named = [with_office(line, p, found) for p in people_named]
    for voice in (*found, *people_named):
        for at, role in offices.items():
            if voice.start <= at < voice.end and (voice.country or voice.kind == "person"):
                people.hold(role, voice)
                if world.roles[role].kind == "parliament" and voice.kind == "person":
                    people.hold("parliament", voice)
        for key, name in line.lexicon.world.agencies.items():
            if name == voice.name:
                people.hold(key.partition("/")[2], voice)
        if voice.kind in {"intelligence", "media", "experts"} and not voice.name.startswith("unnamed"):
            people.hold(voice.kind, voice)
        if voice.kind in {"think tank", "experts"} and not voice.name.startswith("unnamed"):
            people.hold("experts", voice)
            people.hold("documents", voice)
        if voice.kind == "documents":
            people.hold("documents", voice)
        if voice.kind == "company":
            people.company = voice
        if voice.kind in HOUSES and not voice.name.startswith("unnamed") and voice.name not in UNIONS:
            people.house = voice
        if voice.kind in BODIES and voice.name not in UNIONS and not voice.name.startswith("unnamed"):
            people.body = voice
        if voice.country and voice.kind not in {"media", "company"}:
            people.country = voice.country
    found = [v for v in found if not any(p.start <= v.start and v.end <= p.end for p in people_named)] + people_named
    found = [v for v in found if not any(_inside(v, o) for o in found)]
    if line.lexicon.code == "ko":  # "이성권 의원": the office is the person's
        found = [
            v
            for v in found
            if not (v.name.startswith("unnamed") and any(o.end == v.start and o.kind == "person" for o in found))
        ]
    found = [v for v in found if not _is_paper_of(line, v, found)]
    covered |= {t for v in people_named for t in range(v.start, v.end)}
    for hit in line.of("country"):
        iso, form = hit.value
        if form in {"names", "seats"} and covered.isdisjoint(range(hit.start, hit.end)) and _speaks(line, hit, found):
            found.append(Voice(hit.start, hit.end, government(line, iso), "government", iso))
    found = _without_initials(line, sorted(found))
    found = _by_acronym(line, found)
    aside = dateline(line)
    return sorted(v for v in found if v.start not in aside)


def _unknown_bodies(line: Line, found: list[Voice]) -> list[Voice]:
    """Find bodies nobody knows behind a cue, by their capitals: "according to the Polish Armament Agency"."""
    if line.lexicon.code != "en":
        return []
    taken = {t for v in found for t in range(v.start, v.end)}
    written, out = line.words.written, []
    for cue in line.of("attribution.before"):
        start = cue.end + (cue.end < line.size and line.words.folded[cue.end] == "the")
        end = start
        while end < line.size and (written[end][0].isupper() or (end > start and written[end] in {"of", "for", "and"})):
            end += 1
        if (
            end - start > 1
            and start > cue.end
            and taken.isdisjoint(range(start, end))
            and not line.ending("title", start)
        ):
            out.append(Voice(start, end, " ".join(written[start:end]), "organisation"))
    return out


def _within_title(line: Line, hit: Hit) -> bool:
    """Tell whether a role is only a part of what kind of body is named: "the maritime intelligence firm Windward"."""
    longer = (t for t in line.of("title") if t.start <= hit.start and hit.end <= t.end)
    return any(t.end - t.start > hit.end - hit.start for t in longer)


def _inside(voice: Voice, other: Voice) -> bool:
    """Tell whether a voice for nobody named is only a part of how another is described."""
    smaller = (
        other.start <= voice.start and voice.end <= other.end and voice.end - voice.start < other.end - other.start
    )
    return smaller and (voice.name.startswith("unnamed") or (voice.kind == "government" and other.kind == "person"))


def _by_acronym(line: Line, found: list[Voice]) -> list[Voice]:
    """Let the known name in brackets say who a description means: "Teams zur Überwachung der Sanktionen (MSMT)"."""
    out = list(found)
    for voice in found:
        if (
            voice.start == 0
            or line.words.folded[voice.start - 1] != "("
            or voice.name not in line.lexicon.world.organisations
        ):
            continue
        described = [
            o
            for o in out
            if o is not voice
            and 0 <= voice.start - 1 - o.end <= 6
            and (o.kind in {"person", "experts", "officials", "unnamed"} or o.name.startswith("unnamed"))
        ]
        for other in described:
            out.remove(other)
        if described:
            out[out.index(voice)] = voice._replace(start=min(o.start for o in described))
    return out


def _without_initials(line: Line, found: list[Voice]) -> list[Voice]:
    """Let a name take in its own initials in brackets: "Open Source Centre (OSC)"."""
    out: list[Voice] = []
    for voice in found:
        again = bool(out) and out[-1].name == voice.name and voice.start - out[-1].end <= 1
        if again and line.words.folded[out[-1].end : voice.start] == ["("]:
            closed = voice.end < line.size and line.words.folded[voice.end] == ")"
            out[-1] = out[-1]._replace(end=voice.end + closed)
        else:
            out.append(voice)
    return out


def _speaks(line: Line, hit: Hit, found: list[Voice]) -> bool:
    """Tell whether a country can be a voice: not in front of what it describes ("Londoner Instituts RUSI", "Russland-")."""
    if hit.end < line.size and line.words.folded[hit.end] == "-" and line.touches(hit.end):
        return False
    return not any(
        0 <= v.start - hit.end <= 2
        and not any(line.at("syntax.and", t) or not line.words.folded[t][0].isalpha() for t in range(hit.end, v.start))
        for v in found
    )


def _is_paper_of(line: Line, voice: Voice, others: list[Voice]) -> bool:
    """Tell whether words for nobody named only introduce or follow a name: "une étude du RUSI", "NATO intelligence"."""
    proper = voice.name in line.lexicon.world.organisations
    beside = line.lexicon.code != "ko" and not proper
    if beside and any(o.end == voice.start and not o.name.startswith("unnamed") for o in others if o is not voice):
        return True
    only = not proper and (
        voice.name.startswith("unnamed")
        or voice.kind in {"experts", "documents"}
        or voice.name.endswith("spokesperson")
    )
    if only and _apposition(line, voice, others):
        return True
    for other in others:
        if other is voice or not only or not voice.start < other.start <= voice.end + 4 or other.end <= voice.end:
            continue
        if voice.country and other.kind not in {"think tank", "media"} and not voice.name.endswith("spokesperson"):
            continue
        if other.kind == "media" and voice.kind in {"documents", "officials", "parliament", "unnamed"}:
            continue  # "documents seen by the Post": the paper reports, the documents say
        between = range(voice.end, other.start)
        stops = ("syntax.and", "attribution.verbs", "predicate")
        return not any(line.words.folded[t] == "," or any(line.at(kind, t) for kind in stops) for t in between)
    return False


def _apposition(line: Line, voice: Voice, others: list[Voice]) -> bool:
    """Tell whether words only say what an institute is: "RUSI, a London think-tank"."""
    for other in others:
        between = range(other.end, voice.start)
        if (
            other is not voice
            and other.kind in BODIES
            and 1 <= len(between) <= 4
            and line.words.folded[other.end] == ","
        ):
            return not any(line.at(k, t) for t in between for k in ("attribution.verbs", "predicate", "syntax.and"))
    return False
