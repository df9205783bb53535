"""Who says so: the chain from the outlet to the true origin, and how far a source reaches beyond its sentence.

Within a sentence, cues tie voices to what is said ("laut X", "X zufolge", "sagte X", "unter Berufung auf X"). A sentence
without a source of its own takes the chain of the sentence before it in the paragraph, or of the report that the lead
named, as long as no other source came in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.reports.grammar.voices import People, Voice, government, voices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.reports.grammar.line import Line

NEAR, FAR = 4, 9  # tokens between a cue and a voice before it, and between a voice and its verb
FIGURES = ("angaben", "statistik", "statistiken", "daten", "erkenntnissen", "informationen", "zahlen")
"""How words end that say whose figures they are: "Regierungsangaben"."""
SHORT_QUOTE = 7  # tokens of a name in quotation marks, and of what is no sentence of its own
LEAD = 4  # paragraphs that count as the lead of a text


class Chain(NamedTuple):
    """A chain of sources.

    Attributes:
        levels: outermost first; co-sources of a level joined by "|".
        start, end: code points of cue and voices.
        how: explicit | inherited | none. also: parallel reporters.
        statement: the cue is a statement or report ("Einschätzung", "Bericht") and not somebody talking.
        denying: the chain of who denies, where the sentence has that beside another source.
    """

    levels: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    how: str = "none"
    also: tuple[str, ...] = ()
    statement: bool = False
    denying: tuple[str, ...] = ()


class _Tie(NamedTuple):
    rank: int  # 0 an outlet, 5 who speaks, 7 whose statement it is, 9 who is cited
    voice: Voice
    start: int
    end: int
    statement: bool


NOBODY = Chain()


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
    own = [_own(line, found, skip) for line, found in zip(lines, named, strict=True)]
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
        if chain.levels:
            chain = _deepen(line, _by_pronoun(line, chain, before), before, lead)
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


def _own(line: Line, found: list[Voice], skip: str) -> Chain:
    """Tie the voices of a sentence to its cues."""
    ties = [tie for voice in found if voice.name != skip and (tie := _tie(line, voice, found)) is not None]
    papers = {h.start for kind in ("statements", "reports") for h in line.of(f"attribution.{kind}")}
    ties = [t._replace(statement=t.statement or any(t.start <= at <= t.end for at in papers)) for t in ties]
    ties = (
        ties
        or _subject(line, [v for v in found if v.name != skip])
        or _before_colon(line, [v for v in found if v.name != skip])
        or _authors(line, [v for v in found if v.name != skip])
        or _itself(line, [v for v in found if v.name != skip])
    )
    if not ties:
        return NOBODY
    own = next(iter(line.of("attribution.self")), None)
    if own is not None:  # "nach eigenen Angaben vor der Küste Somalias"
        ties = [t for t in ties if t.start != own.start and not own.start < t.start < own.end] or ties
    ties = _outside_quotes(line, ties)
    ties += [
        _Tie(0, v, v.start, v.end, statement=False) for v in found if v.name != skip and _is_addressed(line, v, ties)
    ]
    denials = line.of("modality.denied")
    against = [t for t in ties if t.rank and any(t.start - 1 <= d.start <= t.end for d in denials)]
    if against and any(t not in against and t.rank for t in ties):
        media = [t for t in ties if not t.rank]
        plain = _chain(line, [t for t in ties if t not in against])
        return plain._replace(denying=_chain(line, media + against).levels)
    return _chain(line, ties)


def _outside_quotes(line: Line, ties: list[_Tie]) -> list[_Tie]:
    """Leave out who is only spoken of inside quotation marks: "China is the main source", she told Reuters."""
    marks = [t for t, word in enumerate(line.words.folded) if word == '"']
    inside = {t for a, b in zip(marks[::2], marks[1::2], strict=False) if b - a > SHORT_QUOTE for t in range(a, b)}
    return [t for t in ties if t.voice.start not in inside] or ties


def _is_addressed(line: Line, voice: Voice, ties: list[_Tie]) -> bool:
    """Tell whether somebody spoke to an outlet: "told Reuters", "sagte er dem Sender ZDF", "so X im Gespräch mit der dpa"."""
    if voice.kind != "media" or voice.name.startswith("unnamed") or any(t.voice == voice for t in ties):
        return False
    for tie in ties:
        between = range(tie.end, voice.start)
        if tie.rank and tie.voice.kind != "media" and len(between) <= FAR:
            stops = ("predicate", "syntax.clause", "attribution.verbs", "attribution.citing")
            stop = any(line.words.folded[t] in {",", ";", ":"} or any(line.at(k, t) for k in stops) for t in between)
            if tie.end <= voice.start and not stop:
                return True
    return False


def _chain(line: Line, ties: list[_Tie]) -> Chain:
    """Put ties in order, the outlet first, what is cited last; voices in one breath share a level."""
    if any(
        t.voice.kind not in {"documents", "media"} for t in ties
    ):  # whose papers they are says more than that they are
        ties = [t for t in ties if t.voice.kind != "documents" or not t.voice.name.startswith("unnamed")]
    ties = [t._replace(voice=_of_the_state(line, t.voice, ties)) for t in ties]
    if any(
        t.rank == 9 and t.voice.kind in {"person", "parliament"} for t in ties
    ):  # a lawmaker who quotes the services
        ties = [t._replace(rank=10) if t.voice.kind == "intelligence" and 0 < t.rank < 9 else t for t in ties]
    levels: list[list[str]] = []
    ties.sort(key=lambda t: t.voice.start)
    for n in range(1, len(ties)):  # voices in one breath stand on one level: "von Reuters und dem OSC"
        if _coordinated(line, ties[n - 1].voice, ties[n].voice):
            rank = max(ties[n - 1].rank, ties[n].rank)
            ties[n - 1 : n + 1] = [ties[n - 1]._replace(rank=rank), ties[n]._replace(rank=rank)]
    ties.sort(key=lambda t: (t.rank, t.voice.start))
    last: _Tie | None = None
    for tie in ties:
        joined = last is not None and last.rank == tie.rank and _coordinated(line, last.voice, tie.voice)
        if joined:
            levels[-1].append(tie.voice.name)
        elif not any(tie.voice.name in level for level in levels):
            levels.append([tie.voice.name])
        last = tie
    services = _own_services(line, ties)
    if services and [services] not in levels:
        levels.append([services])
    start, end = min(t.start for t in ties), max(t.end for t in ties)
    first, stop = line.span(start, end)
    names = tuple("|".join(sorted(set(level))) for level in levels)
    return Chain(names, first, stop, "explicit", (), any(t.statement for t in ties))


def _of_the_state(line: Line, voice: Voice, ties: list[_Tie]) -> Voice:
    """Services that nobody names are those of the state whose official cites them."""
    if voice.kind not in {"intelligence", "government"} or voice.country or voice.name != voice.kind:
        return voice
    states = [
        t.voice.country for t in ties if t.voice.country and (t.voice.kind != "media" or voice.kind == "government")
    ]
    if not states:
        return voice
    if voice.kind == "government":
        return voice._replace(name=government(line, states[0]), country=states[0])
    named = line.lexicon.world.agencies.get(f"{states[0]}/intelligence")
    return voice._replace(name=named, country=states[0]) if named else voice


def _own_services(line: Line, ties: list[_Tie]) -> str:
    """Return whose knowledge it is when an official says "our information": the services of the state."""
    country = next((t.voice.country for t in reversed(ties) if t.voice.country and t.voice.kind != "media"), "")
    if not country or not line.has("attribution.own"):
        return ""
    world = line.lexicon.world
    return world.agencies.get(f"{country}/intelligence") or f"{world.countries[country].adjective} intelligence"


def _subject(line: Line, found: list[Voice]) -> list[_Tie]:
    """Tie who counts and assesses for a living, and is the subject of a sentence without any other source."""
    own = next(iter(line.of("attribution.self")), None)  # "nach eigenen Angaben"
    if own is not None and found:
        speaker = min(found, key=lambda v: abs(v.end - own.start))
        return [_Tie(5, speaker, min(speaker.start, own.start), max(speaker.end, own.end), statement=False)]
    first = next((v for v in found if v.start <= 1), None)
    if first is None or first.kind not in {"experts", "officials", "intelligence", "think tank", "media", "data"}:
        return []
    if line.sentence.heading or first.end >= line.size:
        return []
    if not (line.words.folded[first.end][0].isalpha() or line.words.folded[first.end] == ","):
        return []
    return [_Tie(0 if first.kind == "media" else 5, first, first.start, first.end, statement=False)]


def _itself(line: Line, found: list[Voice]) -> list[_Tie]:
    """Tie the subject of a sentence that ends on what it says of itself: "Der Konzern X hat …, teilte er mit"."""
    first = next((v for v in found if v.start <= 5), None)
    verbs = [h for h in line.of("attribution.verbs") if first and h.start > first.end]
    said = next((h for h in verbs if line.at("syntax.they", h.end) or line.at("syntax.they", h.start - 1)), None)
    if first is None or said is None or line.words.folded[said.start - 1] not in {",", '"'}:
        return []
    return [_Tie(5, first, first.start, said.end, statement=False)]


def _authors(line: Line, found: list[Voice]) -> list[_Tie]:
    """Tie who made a study that a sentence speaks of: "an inquiry for which X together with Y evaluated …"."""
    study = next(iter(line.of("attribution.statements")), None)
    behind = [
        v for v in found if study and v.start >= study.end and v.kind in {"think tank", "media", "data", "experts"}
    ]
    if study is None or not behind or not any(line.at("syntax.relative", t) for t in range(study.end, behind[0].start)):
        return []
    together = len(behind) > 1 and any(line.at("directions.with", t) for t in range(behind[0].end, behind[1].start))
    if together:
        name = "|".join(sorted((behind[0].name, behind[1].name)))
        behind = [behind[0]._replace(name=name, end=behind[1].end)]
    return [_Tie(5, behind[0], study.start, behind[0].end, statement=True)]


def _before_colon(line: Line, found: list[Voice]) -> list[_Tie]:
    """Tie a voice in front of a colon to what follows: "Seoul: More than …", "It was the service that saw signs: …"."""
    colon = next((t for t, word in enumerate(line.words.folded) if word == ":"), None)
    if colon is None:
        return []
    reported = line.has("modality.reported", colon) or (colon + 1 < line.size and line.words.folded[colon + 1] == '"')
    before = [v for v in found if v.end <= colon and ((reported and v.kind != "government") or v.end == colon)]
    before = [v for v in before if (v.end == colon and v.start <= 3) or reported]
    return [_Tie(5, before[0], before[0].start, colon, statement=False)] if before else []


def _tie(line: Line, voice: Voice, found: list[Voice]) -> _Tie | None:
    """Find the cue of a voice, looking from the strongest to the weakest."""
    media = voice.kind == "media"
    base = 0 if media else 6 if voice.kind == "intelligence" else 5
    start, end = voice.start, voice.end
    for back in range(NEAR + 1):
        at = start - back
        if at < 0 or (at < start and _stops(line, at, found, voice)):
            break
        for kind, rank in (("citing", 9), ("before", base), ("so", base), ("through", 9)):
            cue = line.ending(f"attribution.{kind}", at)
            if cue is not None and kind == "through" and voice.kind == "government":
                continue  # who was met at the top did not brief anybody
            if cue is not None and (kind != "so" or _after_words(line, cue.start)):
                return _Tie(
                    0 if media and kind == "citing" and _cites(line, voice, found) else rank,
                    voice,
                    cue.start,
                    end,
                    statement=False,
                )
        statement = line.ending("attribution.statements", at) or line.ending("attribution.reports", at)
        if statement is not None and any(line.at("directions.to", t) for t in range(statement.end, start)):
            statement = None  # "a report to the Council"
        statement = statement or (line.ending("modality.denied", at) if back <= 1 and not _is_verb(line, at) else None)
        if statement is not None and back <= 3:
            return _Tie(7 if not media else 0, voice, statement.start, end, statement=True)
    for ahead in range(3):
        after = line.at("attribution.after", end + ahead)
        if after is not None:
            return _Tie(base, voice, start, after.end, statement=False)
        cited = line.at("attribution.citing", end + ahead - 1) if line.lexicon.code == "ko" else None
        if cited is None and line.lexicon.code == "ko" and line.at("attribution.statements", end + ahead):
            cited = line.at("attribution.citing", end + ahead + 1)
        if cited is not None:
            return _Tie(9, voice, start, cited.end, statement=False)
    if any(line.at("attribution.quoted_by", t) for t in range(end, min(line.size, end + 4))):
        return _Tie(5, voice, start, end, statement=False)
    if (
        line.lexicon.code == "de"
        and line.words.folded[end - 1].endswith(FIGURES)
        and "nach" in line.words.folded[max(0, start - 2) : start]
    ):
        return _Tie(base, voice, start, end, statement=True)  # "nach ukrainischen Regierungsangaben"
    if line.sentence.heading and _heads(line, voice):
        return _Tie(base, voice, start, end, statement=False)
    if voice.kind == "government" and _marked(line, start) and not _speaks_inside(line, voice):
        return None
    if voice.kind == "government" and line.lexicon.code == "ko" and line.words.written[end - 1][-1] not in "은는도":
        return None  # no topic of the sentence
    if voice.kind != "media" and _is_told(line, voice, found):
        return None
    verb = _verb(line, voice, found) or _verb_at_the_end(line, voice, found)
    if verb is not None:
        return _Tie(base, voice, min(start, verb[0]), max(end, verb[1]), statement=False)
    cites = next((c for t in (end, end + 1) if (c := line.at("attribution.citing", t))), None)
    if cites is not None:
        return _Tie(base, voice, start, cites.end, statement=False)
    statement = line.at("attribution.statements", end)
    if statement is not None and voice.kind != "government":
        return _Tie(7 if not media else 0, voice, start, statement.end, statement=True)
    if voice.kind in {"media", "think tank"} and _studied(line, voice):
        return _Tie(0 if media else 9, voice, start, end, statement=False)
    if (
        voice.kind in {"think tank", "experts", "data"}
        and start
        and line.words.folded[start - 1] in {"by", "durch", "par"}
    ):
        if any(line.lexicon.world.roles[h.value].kind == "documents" for h in line.of("role") if h.end < start):
            return _Tie(9, voice, start, end, statement=False)
    coordinated = next((o for o in found if o.end < start and _coordinated(line, o, voice)), None)
    if coordinated is not None:
        tie = _tie(line, coordinated, [])
        return None if tie is None else tie._replace(voice=voice, end=max(tie.end, end))
    return None


def _speaks_inside(line: Line, voice: Voice) -> bool:
    """Tell whether a verb of saying follows right after a place: "В Кремле отрицают", "У Держдумі стверджують"."""
    said = line.at("attribution.verbs", voice.end) or line.at("modality.denied", voice.end)
    return line.lexicon.code in {"uk", "ru"} and said is not None


def _studied(line: Line, voice: Voice) -> bool:
    """Tell whether a relative clause says who evaluated or saw what is cited: "data that X evaluated", "… der X vorlag"."""
    first, last = line.clause(voice.start)
    return any(first <= h.start < last and h.start >= voice.end for h in line.of("attribution.studied"))


def _after_words(line: Line, token: int) -> bool:
    """Tell whether something was said before a token: "…, so X" and not "So hat X"."""
    marks = {",", '"', "-", ":"}
    return line.words.folded[token] in marks or (token > 0 and line.words.folded[token - 1] in marks)


def _is_verb(line: Line, end: int) -> bool:
    """Tell whether the word of denial that ends at a token is a verb and not a noun ("die Leugnungen des Kreml")."""
    hit = line.ending("modality.denied", end)
    return hit is None or line.at("attribution.verbs", hit.start) is not None or line.words.written[hit.start].islower()


def _heads(line: Line, voice: Voice) -> bool:
    """Tell whether a headline names its source at an end: "… – RUSI", "국정원 “…”"."""
    last = voice.end == line.size and voice.start > 0 and line.words.folded[voice.start - 1] == "-"
    return last or (voice.start == 0 and voice.end < line.size and line.words.folded[voice.end] == '"')


def _cites(line: Line, voice: Voice, found: list[Voice]) -> bool:
    """Tell whether an outlet right behind a verb of citing is who cites: "so zitiert Reuters den Abgeordneten"."""
    speaks = any(o.end <= voice.start and o.kind != "government" for o in found)
    return not speaks and any(o.start >= voice.end and o.kind != "media" for o in found) and voice.end < line.size


def _stops(line: Line, at: int, found: list[Voice], voice: Voice) -> bool:
    """Tell whether looking back for a cue ends at a token."""
    word = line.words.folded[at]
    if word == '"' and at == voice.start - 1:
        return False  # the name stands in quotation marks
    if any(o is not voice and o.start <= at < o.end for o in found):
        return not _coordinated(line, next(o for o in found if o.start <= at < o.end), voice)
    verb = line.at("predicate", at) or line.at("attribution.verbs", at)
    return word in {".", ";", ":", "?", "!", '"', ","} or (verb is not None and not line.at("attribution.so", at))


def _verb_at_the_end(line: Line, voice: Voice, found: list[Voice]) -> tuple[int, int] | None:
    """Where verbs stand last, the topic of a sentence speaks when its last verb is one of saying."""
    if line.lexicon.code != "ko":
        return None
    particle = (
        line.words.written[min(voice.end, line.size - 1)]
        if line.touches(voice.end)
        else line.words.written[voice.end - 1]
    )
    inner = voice.kind == "media" and particle[-1] in "이가"  # "…했다고 BBC가 보도했다"
    if not inner and (voice.start > 3 or particle[-1] not in "은는도"):
        return None
    verbs = [h for kind in ("attribution.verbs", "modality.denied") for h in line.of(kind) if h.end >= line.size - 2]
    if inner:
        near = verbs and not any(
            voice.end <= o.start and line.words.written[o.end - 1][-1] in "은는이가" for o in found
        )
        return (verbs[-1].start, verbs[-1].end) if near else None
    if verbs and any(
        voice.end <= o.start and 0 <= verbs[-1].start - o.end <= 3 and line.words.written[o.end - 1][-1] in "이가"
        for o in found
    ):
        return None  # "… said X", whose subject stands nearer
    return (verbs[-1].start, verbs[-1].end) if verbs else None


def _is_told(line: Line, voice: Voice, found: list[Voice]) -> bool:
    """Tell whether somebody only listens: right behind a verb of saying that another voice stands before."""
    verb = line.ending("attribution.verbs", voice.start) or line.ending("attribution.verbs", voice.start - 1)
    if verb is None:
        return False
    return any(
        0 <= verb.start - o.end <= 3
        and o.kind != "media"
        and all(line.words.folded[t][0].isalpha() for t in range(o.end, verb.start))
        for o in found
        if o is not voice
    )


def _coordinated(line: Line, first: Voice, second: Voice) -> bool:
    if not first.end < second.start <= first.end + 4:
        return False
    between = range(first.end, second.start)
    if line.at("syntax.and", first.end) and len(between) <= 3:
        return not any(
            line.at(kind, t) for t in between for kind in ("predicate", "attribution.verbs", "syntax.clause")
        )
    joined = any(line.at("syntax.and", t) for t in between)
    return joined and all(
        line.at("syntax.and", t) or line.words.folded[t] == "," or len(line.words.folded[t]) <= 3 for t in between
    )


def _marked(line: Line, start: int) -> bool:
    """Tell whether a country stands behind a word of direction, so that it is a place and no speaker."""
    return (
        any(
            line.ending(f"directions.{kind}", start) or line.ending(f"directions.{kind}", start - 1)
            for kind in ("from", "to", "via", "against", "with")
        )
        or line.ending("time.in", start) is not None
    )


def _verb(line: Line, voice: Voice, found: list[Voice]) -> tuple[int, int] | None:
    """Find a verb of saying whose subject a voice can be."""
    last = line.clause(voice.start)[1]
    far = NEAR + 1 if voice.kind == "government" else line.size if line.lexicon.code == "de" else FAR
    nearer = min(
        (o.start for o in found if o.start >= voice.end and not _coordinated(line, voice, o)), default=line.size
    )
    for at in range(voice.end, min(last, voice.end + far)):
        if at > nearer and (voice.kind == "government" or at > voice.end + FAR):
            break  # "Russia, the minister added, …"
        verb = line.at("attribution.verbs", at) or line.at("modality.denied", at)
        acts = verb is not None and line.at("predicate", verb.start) is not None
        if verb is not None and not (voice.kind == "government" and acts and _counts(line, verb.end)):
            return verb.start, verb.end
        if line.at("predicate", at) is not None and voice.kind in {"government", "military"}:
            return None
    denied = next((h for at in (voice.start, voice.start - 1) if (h := line.ending("modality.denied", at))), None)
    if denied is not None and any(
        line.at(k, t)
        for k in ("syntax.relative", "syntax.clause")
        for t in range(max(0, denied.start - 2), denied.start)
    ):
        return denied.start, denied.end  # "…, ce que dément le Kremlin"
    if voice.kind == "government" and voice.start <= 3:
        denial = next((h for h in line.of("modality.denied") if h.start >= voice.end), None)
        others = [o for o in found if denial and voice.end <= o.start < denial.start and not _marked(line, o.start)]
        speaks = denial is not None and any(
            0 <= o.start - denial.end <= 2 for o in found
        )  # "…, ce que dément le Kremlin"
        if (
            denial is not None
            and not others
            and not speaks
            and not any(line.words.folded[t] in {":", ";"} for t in range(voice.end, denial.start))
        ):
            return denial.start, denial.end
    for back in range(1, (3 if voice.kind in {"government", "military"} else NEAR) + 1):
        verb = line.ending("attribution.verbs", voice.start - back + 1)
        if verb is not None and line.at("modality.denied", verb.start) is None:
            between = range(verb.end, voice.start)
            to = any(line.at("directions.to", t) for t in range(verb.end, voice.start))
            if to or any(line.words.folded[t] in {",", ":"} or line.at("syntax.clause", t) for t in between):
                return None
            return verb.start, verb.end
    if line.lexicon.code == "de" and voice.kind == "person" and voice.start and _auxiliary(line, voice.start - 1):
        final = line.ending("attribution.verbs", line.size - 1)
        if final is not None:
            return voice.start - 1, voice.end
    if voice.kind != "government":
        for at in range(last, min(line.size, last + 3)):
            verb = line.at("attribution.verbs", at)
            told = verb is not None and line.at("attribution.tells", verb.start) is not None
            inverted = (
                verb is not None
                and not told
                and not line.at("syntax.clause", verb.end)
                and any(
                    verb.end <= o.start <= verb.end + 6 and not line.ending("attribution.before", o.start)
                    for o in found
                )
            )
            if verb is not None and not inverted and at <= voice.end + FAR:
                return verb.start, verb.end
    return None


def _auxiliary(line: Line, token: int) -> bool:
    """Tell whether a word is what a participle at the end of a German sentence belongs to."""
    return line.words.folded[token] in {"hat", "hatte", "habe", "haben", "hatten"}


def _counts(line: Line, token: int) -> bool:
    """Tell whether a verb is followed by a number, so that it added or reported an amount and said nothing."""
    if token >= line.size:
        return False
    kinds = ("relations.between", "relations.gt", "relations.ge", "relations.approx", "numbers.words", "numbers.scales")
    return line.words.folded[token][0].isdigit() or any(line.at(kind, token) for kind in kinds)


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
    """ "He told the broadcaster X": who spoke before speaks again, to an outlet that only now is named."""
    if not (before.levels and len(chain.levels) == 1 and _is_outlet(line, chain.levels[0])):
        return chain
    said = line.of("attribution.verbs")
    they = any(line.at("syntax.they", t) for h in said for t in (h.start - 1, h.end))
    if not they or _is_outlet(line, before.levels[-1]):
        return chain
    return chain._replace(levels=(*chain.levels, before.levels[-1]))


def _deepen(line: Line, chain: Chain, before: Chain, lead: Chain) -> Chain:
    """A report named again stands for its chain: "so der Bericht", "wie Time weiter berichtet"."""
    if len(chain.levels) != 1:
        return chain
    name = chain.levels[0]
    for known in (before, lead):
        if name in known.levels and len(known.levels) > 1:
            last = len(known.levels) if _is_outlet(line, name) else known.levels.index(name) + 1
            return chain._replace(levels=known.levels[:last])
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
