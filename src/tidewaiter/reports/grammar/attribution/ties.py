"""What ties a voice to what is said: a cue, a statement of its own, a verb, a relative clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.grammar.attribution.chain import Tie
from tidewaiter.reports.grammar.attribution.speech import (
    NEAR,
    after_aside,
    coordinated,
    is_told,
    marked,
    split_verb,
    verb_at_the_end,
    verb_of,
)

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers import Voice

FIGURES = ("angaben", "statistik", "statistiken", "daten", "erkenntnissen", "informationen", "zahlen")
"""How words end that say whose figures they are: "Regierungsangaben"."""
MAKERS = frozenset({"think tank", "experts", "data"})
"""Kinds of bodies that make studies and images."""


def tie(line: Line, voice: Voice, found: list[Voice]) -> Tie | None:
    """Find the cue of a voice, looking from the strongest to the weakest."""
    media = voice.kind == "media"
    base = 0 if media else 6 if voice.kind == "intelligence" else 5
    start, end = voice.start, voice.end
    if _is_aside(line, voice):
        return None
    for back in range(NEAR + 1):
        at = start - back
        if at < 0 or (at < start and _stops(line, at, found, voice)):
            break
        for kind, rank in (("citing", 9), ("before", base), ("so", base), ("through", 9)):
            cue = line.ending(f"attribution.{kind}", at)
            if cue is not None and kind == "through" and voice.kind == "government":
                continue  # who was met at the top did not brief anybody
            if (
                cue is not None
                and kind == "before"
                and voice.kind == "government"
                and line.at("attribution.reports", cue.end)
            ):
                continue  # "laut der Untersuchung Ägypten"
            if cue is not None and (kind != "so" or _after_words(line, cue.start)):
                return Tie(
                    0 if media and kind == "citing" and _cites(line, voice, found) else rank,
                    voice,
                    cue.start,
                    end,
                    statement=False,
                )
        statement = line.ending("attribution.statements", at) or line.ending("attribution.reports", at)
        if statement is not None and any(line.at("directions.to", t) for t in range(statement.end, start)):
            statement = None  # "a report to the Council"
        if statement is not None and any(
            line.at("attribution.confirms", t) for t in range(max(0, statement.start - 3), statement.start)
        ):
            return None  # "confirming a report by X"
        statement = statement or (line.ending("modality.denied", at) if back <= 1 and not _is_verb(line, at) else None)
        if statement is not None and back <= 3:
            return Tie(7 if not media else 0, voice, statement.start, end, statement=True)
    for ahead in range(3):
        after = line.at("attribution.after", end + ahead)
        if after is not None:
            return Tie(base, voice, start, after.end, statement=False)
        cited = line.at("attribution.citing", end + ahead - 1) if line.lexicon.code == "ko" else None
        if cited is None and line.lexicon.code == "ko" and line.at("attribution.statements", end + ahead):
            cited = line.at("attribution.citing", end + ahead + 1)
        if cited is not None:
            return Tie(9, voice, start, cited.end, statement=False)
    if voice.kind in {"intelligence", "government", "ministry", "military"} and _briefed(line, voice):
        return Tie(9, voice, start, end, statement=False)
    on = range(max(0, start - 3), start)
    if line.has("attribution.cites_end", end, end + 3) and any(line.words.folded[t] == "auf" for t in on):
        return Tie(9, voice, start, end, statement=False)  # "die sich auf den Abgeordneten X beruft"
    if any(line.at("attribution.quoted_by", t) for t in range(end, min(line.size, end + 4))):
        return Tie(5, voice, start, end, statement=False)
    if (
        line.lexicon.code == "de"
        and line.words.folded[end - 1].endswith(FIGURES)
        and "nach" in line.words.folded[max(0, start - 2) : start]
    ):
        return Tie(base, voice, start, end, statement=True)  # "nach ukrainischen Regierungsangaben"
    if line.sentence.heading and _heads(line, voice):
        return Tie(base, voice, start, end, statement=False)
    if voice.kind == "government" and marked(line, start) and not _speaks_inside(line, voice):
        return None
    if voice.kind == "government" and line.lexicon.code == "ko" and line.words.written[end - 1][-1] not in "은는도":
        return None  # no topic of the sentence
    if voice.kind != "media" and is_told(line, voice, found):
        says = next((v for t in range(end, end + 3) if (v := line.at("attribution.verbs", t))), None)
        return (
            None if says is None else Tie(9, voice, start, says.end, statement=False)
        )  # "Han said the agency had put …"
    verb = verb_of(line, voice, found) or verb_at_the_end(line, voice, found)
    if verb is None and voice.kind != "government":
        verb = after_aside(line, voice)
    if verb is None:
        verb = split_verb(line, voice)
    if verb is not None and voice.kind in {"alliance", "organisation"} and _describes(line, voice):
        verb = None
    if verb is not None:
        return Tie(base, voice, min(start, verb[0]), max(end, verb[1]), statement=False)
    cites = next((c for t in (end, end + 1) if (c := line.at("attribution.citing", t))), None)
    if cites is not None:
        return Tie(base, voice, start, cites.end, statement=False)
    statement = line.at("attribution.statements", end)
    if statement is not None and voice.kind != "government":
        return Tie(7 if not media else 0, voice, start, statement.end, statement=True)
    if voice.kind in {"media", "think tank"} and _studied(line, voice):
        return Tie(0 if media else 9, voice, start, end, statement=False)
    if (
        voice.kind in MAKERS
        and start
        and line.words.folded[start - 1] in {"by", "durch", "par"}
        and _papers(line, start)
    ):
        return Tie(9, voice, start, end, statement=False)
    beside = next((o for o in found if o.end < start and coordinated(line, o, voice)), None)
    if beside is not None:
        bound = tie(line, beside, [])
        return None if bound is None else bound._replace(voice=voice, end=max(bound.end, end))
    return None


def _is_aside(line: Line, voice: Voice) -> bool:
    """Tell whether a body is only where something happened or to whom it was said: "국회에 보고했다", "at the Assembly"."""
    if line.lexicon.code == "ko":
        return line.words.written[voice.end - 1].endswith(("에", "에서", "에게", "에도"))
    if voice.kind not in {"parliament", "intelligence"} or voice.name.startswith("unnamed lawmakers"):
        return False
    near = (voice.start, voice.start - 1)
    return (
        any(line.ending("directions.to", t) for t in near)
        and not any(line.at("attribution.verbs", t) for t in range(voice.end, voice.end + 2))
        and any(line.ending("attribution.verbs", t - k) for t in near for k in (1, 2))
    )


def _describes(line: Line, voice: Voice) -> bool:
    """Tell whether a body only describes the noun behind it: "EU countries", "NATO shells"."""
    if voice.end >= line.size or line.lexicon.code != "en":
        return False
    word = line.words.folded[voice.end]
    known = ("attribution.verbs", "attribution.statements", "modality.denied", "role", "syntax.and")
    plain = word.isalpha() and word not in line.lexicon.stop and not any(line.at(k, voice.end) for k in known)
    return plain and line.words.written[voice.end][0].islower()


def _briefed(line: Line, voice: Voice) -> bool:
    """Tell whether somebody was briefed by this body: "der vom Geheimdienst NIS unterrichtet worden war"."""
    by = voice.start > 0 and line.words.folded[voice.start - 1] in {"vom", "von", "durch", "by", "par"}
    return by and line.has("attribution.briefed", voice.end, voice.end + 4)


def _speaks_inside(line: Line, voice: Voice) -> bool:
    """Tell whether a verb of saying follows right after a place: "В Кремле отрицают", "У Держдумі стверджують"."""
    said = line.at("attribution.verbs", voice.end) or line.at("modality.denied", voice.end)
    return line.lexicon.code in {"uk", "ru"} and said is not None


def _papers(line: Line, stop: int) -> bool:
    """Tell whether papers, images or data are named before a token."""
    return any(line.lexicon.world.roles[h.value].kind == "documents" for h in line.of("role") if h.end < stop)


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
        return not coordinated(line, next(o for o in found if o.start <= at < o.end), voice)
    verb = line.at("predicate", at) or line.at("attribution.verbs", at)
    return word in {".", ";", ":", "?", "!", '"', ","} or (verb is not None and not line.at("attribution.so", at))
