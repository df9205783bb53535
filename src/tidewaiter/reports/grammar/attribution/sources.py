"""Who is behind what a sentence says, by its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.grammar.attribution.chain import NOBODY, Chain, Tie, in_order
from tidewaiter.reports.grammar.attribution.speech import FAR, coordinated
from tidewaiter.reports.grammar.attribution.ties import tie

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers import Voice

TO = frozenset({"aux", "au", "à", "to", "dem", "der", "gegenüber", "with", "mit"})
"""Words in front of who is spoken to."""
SHORT_QUOTE = 7  # tokens of a name in quotation marks, and of what is no sentence of its own


def own_chain(line: Line, found: list[Voice], skip: str) -> Chain:
    """Tie the voices of a sentence to its cues."""
    ties = [bound for voice in found if voice.name != skip and (bound := tie(line, voice, found)) is not None]
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
        Tie(0, v, v.start, v.end, statement=False) for v in found if v.name != skip and _is_addressed(line, v, ties)
    ]
    denials = line.of("modality.denied")
    against = [t for t in ties if t.rank and any(t.start - 1 <= d.start <= t.end for d in denials)]
    if against and any(t not in against and t.rank for t in ties):
        media = [t for t in ties if not t.rank]
        plain = in_order(line, [t for t in ties if t not in against])
        return plain._replace(denying=in_order(line, media + against).levels)
    return in_order(line, ties)


def _outside_quotes(line: Line, ties: list[Tie]) -> list[Tie]:
    """Leave out who is only spoken of inside quotation marks: "China is the main source", she told Reuters."""
    marks = [t for t, word in enumerate(line.words.folded) if word == '"']
    inside = {t for a, b in zip(marks[::2], marks[1::2], strict=False) if b - a > SHORT_QUOTE for t in range(a, b)}
    return [t for t in ties if t.voice.start not in inside] or ties


def _is_addressed(line: Line, voice: Voice, ties: list[Tie]) -> bool:
    """Tell whether somebody spoke to an outlet: "told Reuters", "sagte er dem Sender ZDF", "so X im Gespräch mit der dpa"."""
    if voice.kind != "media" or voice.name.startswith("unnamed") or any(t.voice == voice for t in ties):
        return False
    to = any(word in TO for word in line.words.folded[max(0, voice.start - 2) : voice.start])
    stops = ("predicate", "syntax.clause", "attribution.verbs", "attribution.citing")
    for other in ties:
        between = range(other.end, voice.start)
        if not other.rank or other.voice.kind == "media" or other.end > voice.start or len(between) > FAR:
            continue
        marks = {";", ":"} if to else {",", ";", ":"}  # "a déclaré X, directeur du groupe, aux « Échos »"
        if not any(line.words.folded[t] in marks or any(line.at(k, t) for k in stops) for t in between):
            return True
    return False


def _subject(line: Line, found: list[Voice]) -> list[Tie]:
    """Tie who counts and assesses for a living, and is the subject of a sentence without any other source."""
    own = next(iter(line.of("attribution.self")), None)  # "nach eigenen Angaben"
    if own is not None and found:
        speaker = min(found, key=lambda v: abs(v.end - own.start))
        return [Tie(5, speaker, min(speaker.start, own.start), max(speaker.end, own.end), statement=False)]
    first = next((v for v in found if v.start <= 1 or (v.start <= 3 and line.ending("title", v.start))), None)
    if first is None or first.kind not in {"experts", "officials", "intelligence", "think tank", "media", "data"}:
        return []
    if line.sentence.heading or first.end >= line.size:
        return []
    if not (line.words.folded[first.end][0].isalpha() or line.words.folded[first.end] == ","):
        return []
    return [Tie(0 if first.kind == "media" else 5, first, first.start, first.end, statement=False)]


def _itself(line: Line, found: list[Voice]) -> list[Tie]:
    """Tie the subject of a sentence that ends on what it says of itself: "Der Konzern X hat …, teilte er mit"."""
    first = next((v for v in found if v.start <= 5), None)
    verbs = [h for h in line.of("attribution.verbs") if first and h.start > first.end]
    said = next((h for h in verbs if line.at("syntax.they", h.end) or line.at("syntax.they", h.start - 1)), None)
    if first is None or said is None or line.words.folded[said.start - 1] not in {",", '"'}:
        return []
    return [Tie(5, first, first.start, said.end, statement=False)]


def _authors(line: Line, found: list[Voice]) -> list[Tie]:
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
    return [Tie(5, behind[0], study.start, behind[0].end, statement=True)]


def _before_colon(line: Line, found: list[Voice]) -> list[Tie]:
    """Tie a voice in front of a colon to what follows: "Seoul: More than …", "It was the service that saw signs: …"."""
    colon = next((t for t, word in enumerate(line.words.folded) if word == ":"), None)
    if colon is None:
        return []
    reported = line.has("modality.reported", colon) or (colon + 1 < line.size and line.words.folded[colon + 1] == '"')
    before = [v for v in found if v.end <= colon and ((reported and v.kind != "government") or v.end == colon)]
    before = [v for v in before if (v.end == colon and v.start <= 6) or reported]
    beside = [v for v in found if before and v is not before[0] and coordinated(line, v, before[0])]
    return [Tie(5, v, v.start, colon, statement=False) for v in (*beside, *before[:1])]
