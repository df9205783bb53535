"""The verb of saying whose subject a voice is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers import Voice

ASIDE = 14  # tokens of what is set apart between a voice and its verb
SPLIT = dict.fromkeys(("gab", "gaben", "gibt", "geben"), frozenset({"an", "bekannt", "zu"}))
"""German verbs of saying -> prefixes that make them so."""
NEAR, FAR = 4, 9  # tokens between a cue and a voice before it, and between a voice and its verb


def verb_of(line: Line, voice: Voice, found: list[Voice]) -> tuple[int, int] | None:
    """Find a verb of saying whose subject a voice can be."""
    last = line.clause(voice.start)[1]
    far = NEAR + 1 if voice.kind == "government" else line.size if line.lexicon.code == "de" else FAR
    nearer = min(
        (o.start for o in found if o.start >= voice.end and not coordinated(line, voice, o)), default=line.size
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
        others = [o for o in found if denial and voice.end <= o.start < denial.start and not marked(line, o.start)]
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
    aside = voice.end < line.size and line.words.folded[voice.end] == ","
    beside = (voice.start - 1, voice.end + aside)
    if line.lexicon.code == "de" and voice.kind == "person" and any(_auxiliary(line, t) for t in beside):
        final = line.ending("attribution.verbs", line.size - 1)
        if final is not None:
            return voice.start, voice.end
    if voice.kind != "government":
        for at in range(last, min(line.size, last + 3)):
            verb = line.at("attribution.verbs", at)
            told = verb is not None and line.at("attribution.tells", verb.start) is not None
            inverted = (
                verb is not None
                and not told
                and not line.at("syntax.clause", verb.end)
                and any(
                    verb.end <= o.start <= verb.end + 6
                    and not line.ending("attribution.before", o.start)
                    and not any(line.at("directions.with", t) for t in range(verb.end, o.start))
                    for o in found
                )
            )
            if verb is not None and not inverted and at <= voice.end + FAR:
                return verb.start, verb.end
    return None


def after_aside(line: Line, voice: Voice) -> tuple[int, int] | None:
    """Find a verb of saying behind what is set apart: "X, who asked not to be named, said", "X, the secretary, announced"."""
    if voice.end >= line.size or line.words.folded[voice.end] != ",":
        return None
    stop = min(line.size, voice.end + ASIDE)
    close = next((t for t in range(voice.end + 1, stop) if line.words.folded[t] == ","), None)
    if close is None:
        return None
    for token in range(close + 1, min(line.size, close + 3)):
        verb = line.at("attribution.verbs", token) or line.at("modality.denied", token)
        if verb is not None:
            return voice.start, verb.end
    return None


def split_verb(line: Line, voice: Voice) -> tuple[int, int] | None:
    """Find a German verb whose prefix ends the clause: "gab die Verluste mit rund 820.000 an"."""
    if line.lexicon.code != "de":
        return None
    first, last = line.clause(voice.start)
    while last > first and not line.words.folded[last - 1][0].isalpha():
        last -= 1
    beside = [t for t in (voice.end, voice.start - 1) if first <= t < last and line.words.folded[t] in SPLIT]
    if beside and line.words.folded[last - 1] in SPLIT[line.words.folded[beside[0]]]:
        return min(beside[0], voice.start), max(beside[0] + 1, voice.end)
    return None


def verb_at_the_end(line: Line, voice: Voice, found: list[Voice]) -> tuple[int, int] | None:
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


def is_told(line: Line, voice: Voice, found: list[Voice]) -> bool:
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


def coordinated(line: Line, first: Voice, second: Voice) -> bool:
    """Tell whether two voices stand in one breath: "Reuters and the BBC"."""
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


def marked(line: Line, start: int) -> bool:
    """Tell whether a country stands behind a word of direction, so that it is a place and no speaker."""
    return (
        any(
            line.ending(f"directions.{kind}", start) or line.ending(f"directions.{kind}", start - 1)
            for kind in ("from", "to", "via", "against", "with")
        )
        or line.ending("time.in", start) is not None
    )


def _auxiliary(line: Line, token: int) -> bool:
    """Tell whether a word is what a participle at the end of a German sentence belongs to."""
    return 0 <= token < line.size and line.words.folded[token] in {"hat", "hatte", "habe", "haben", "hatten"}


def _counts(line: Line, token: int) -> bool:
    """Tell whether a verb is followed by a number, so that it added or reported an amount and said nothing."""
    if token >= line.size:
        return False
    kinds = ("relations.between", "relations.gt", "relations.ge", "relations.approx", "numbers.words", "numbers.scales")
    return line.words.folded[token][0].isdigit() or any(line.at(kind, token) for kind in kinds)
