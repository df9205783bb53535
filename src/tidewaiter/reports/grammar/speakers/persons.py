"""Names of people: after a title or an office, beside a verb of saying or a cue, or met before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.grammar.speakers.people import Voice
from tidewaiter.reports.grammar.speakers.words import LONGEST_NAME, PARTICLES, like_a_name

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers.people import People

OF = frozenset(
    {"of", "from", "at", "the", "vom", "von", "der", "des", "du", "de", "la", "beim", "bei", "з", "із", "из", "від"}
)
"""Words between a person and the body it belongs to."""


def persons(line: Line, others: list[Voice], people: People) -> list[Voice]:
    """Find names of people: after a title or an office, beside a verb of saying or a cue, or met before."""
    found: list[Voice] = _before_titles(line, others) if line.lexicon.code == "ko" else []
    for voice in found:
        people.meet(voice.name)
    taken = {t for v in others for t in range(v.start, v.end)}
    taken |= {t for h in line.of("country") for t in range(h.start, h.end)}
    token = 0
    while token < line.size:
        run = _name(line, token, taken)
        if run is None:
            token += 1
            continue
        start, end = run
        if start and end < line.size and line.words.folded[start - 1] == line.words.folded[end] == '"':
            token = end  # a ship or an outlet
            continue
        if end in taken and line.words.folded[start:end] == ["the"]:
            token = end  # "газета The Washington Post"
            continue
        full = " ".join(line.words.written[start:end])
        if full[0].islower():
            token = end
            continue
        if end - start == 1:
            known = people.known(line.words.written[start])
            if known is not None and not line.at("item", start):
                found.append(Voice(start, end, known, "person"))
            elif line.ending("title", start):
                found.append(Voice(start, end, full, "person"))
        elif _introduced(line, start, end, others):
            people.meet(full)
            found.append(Voice(start, end, full, "person"))
        token = end
    return found


def _before_titles(line: Line, others: list[Voice]) -> list[Voice]:
    """Find names in front of a title, as Korean writes them: one or two unknown words of Hangul."""
    known = {t for h in line.hits for t in range(h.start, h.end) if h.kind not in {"syntax.they", "time.fillers"}}
    known |= {t for v in others if v.kind != "person" for t in range(v.start, v.end)} - {-1}
    out = []
    for hit in line.of("title", "role"):
        start = hit.start
        while start > 0 and hit.start - start < 2 and start - 1 not in known and _hangul(line.words.written[start - 1]):
            start -= 1
        name = " ".join(line.words.written[start : hit.start])
        if start < hit.start and len(name) > 1:
            out.append(Voice(start, hit.end, name, "person"))
    return out


def _hangul(word: str) -> bool:
    return all("\uac00" <= c <= "\ud7a3" for c in word) and word[-1] not in "은는이가을를의에로과와도"


def _name(line: Line, token: int, taken: set[int]) -> tuple[int, int] | None:
    """Return a run of capitalised words that the lexicon does not know."""
    end = token
    while end < line.size and end - token < LONGEST_NAME:
        word = line.words.written[end]
        inner = end > token and word in PARTICLES and end + 1 < line.size and line.words.written[end + 1][:1].isupper()
        if not inner and not like_a_name(line, end, taken):
            break
        end += 1
    while end > token and line.words.written[end - 1] in PARTICLES:
        end -= 1
    if line.lexicon.code == "de" and end - token > 2 and _article(line, token - 1):
        token += 1
    return (token, end) if end > token else None


def _article(line: Line, token: int) -> bool:
    return token >= 0 and line.words.folded[token] in line.lexicon.stop and line.words.written[token].islower()


def _introduced(line: Line, start: int, end: int, others: list[Voice]) -> bool:
    """Tell whether a run of capitalised words is somebody: a title, an office or a verb of saying beside it."""
    of_state = line.ending("country", start)  # "le général ukrainien Ostap Lymar"
    titled = line.ending("title", start if of_state is None else of_state.start)
    if titled or any(leads_to(line, v, start) for v in others):
        return True
    if end - start > 1 and start > 1 and line.words.folded[start - 1] == "," and line.ending("title", start - 1):
        return True  # "the group's director, May Hla, told …"
    if any(line.ending(kind, start) for kind in ("attribution.before", "attribution.so", "attribution.citing")):
        return True
    if line.ending("attribution.verbs", start) or line.at("attribution.verbs", end):
        return True
    if end < line.size and line.words.folded[end] in {",", "("}:  # "John Kirby, Sprecher des …"
        return any(end < v.start <= end + 6 for v in others) or line.has("title", end, end + 6)
    return bool(line.at("attribution.after", end)) or _behind_cue(line, start)


def _behind_cue(line: Line, start: int) -> bool:
    """Tell whether a name stands behind a cue with a few plain words between: "according to figures from the firm X"."""
    at = start
    for _ in range(6):
        for kind in ("attribution.before", "attribution.citing", "attribution.statements"):
            if line.ending(kind, at):
                return True
        if at == 0 or not line.words.written[at - 1][:1].islower() or line.at("predicate", at - 1):
            return False
        at -= 1
    return False


def leads_to(line: Line, office: Voice, start: int) -> bool:
    """Tell whether an office stands right in front of a name: "ministre français de la Défense, Luc Morvan"."""
    if (office.kind == "media" and not office.name.startswith("unnamed")) or not office.end <= start <= office.end + 5:
        return False
    between = range(office.end, start)
    return not any(
        line.at(kind, t) for t in between for kind in ("predicate", "attribution.verbs", "syntax.clause", "syntax.and")
    )


def with_office(line: Line, person: Voice, others: list[Voice]) -> Voice:
    """Let a person's span take in the office that says who it is, in front of or behind the name."""
    start, end, country = person.start, person.end, person.country
    for voice in others:
        if voice.kind == "media" and not voice.name.startswith("unnamed"):
            continue
        if leads_to(line, voice, person.start):
            start, country = min(start, voice.start), country or voice.country
            continue
        between = range(person.end, voice.start)
        if 1 <= len(between) <= 3 and all(line.words.folded[t] in OF for t in between) and voice.kind != "media":
            end, country = max(end, voice.end), country or voice.country  # "Michael Kofman of the Carnegie Endowment"
            continue
        if person.end < voice.start <= person.end + 8 and line.words.folded[person.end] in {",", "("}:
            stops = ("attribution.verbs", "predicate")
            if not any(line.at(kind, t) for t in between for kind in stops):
                end, country = max(end, voice.end), country or voice.country
    return person._replace(start=start, end=end, country=country)
