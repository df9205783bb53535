"""Outlets that are named by their kind and in quotation marks, and the dateline, which names who publishes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tidewaiter.reports.grammar.speakers.people import Voice
from tidewaiter.reports.grammar.speakers.words import LONGEST_NAME, PARTICLES, like_a_name

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.lexicon import Lexicon
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers.people import People


def quoted(line: Line, people: People) -> list[Voice]:
    """Find outlets whose names stand in quotation marks behind their kind: "видання «Берег»", "Die Zeitung „Bote“"."""
    outlets = _outlets(line.lexicon)
    out = []
    for at in (t for t, word in enumerate(line.words.folded) if word == '"'):
        close = next((t for t in range(at + 2, min(at + 6, line.size)) if line.words.folded[t] == '"'), None)
        inside = "" if close is None else " ".join(line.words.folded[at + 1 : close])
        name = outlets.get(inside) or people.outlets.get(inside, "")
        if close is not None and name and not any(line.covers("organisation", t) for t in range(at, close)):
            out.append(Voice(at + 1, close, name, "media"))
    for hit in line.of("role", "attribution.reports", "title"):
        if (hit.kind == "role" and hit.value != "media") or hit.end >= line.size or line.words.folded[hit.end] != '"':
            continue
        if hit.kind == "title" and line.lexicon.code == "ko":
            continue  # a title in front of a quotation is who says it
        if hit.kind == "attribution.reports" and line.ending("title", hit.end) is None:
            continue  # "die Berichte „Gerüchte“"
        close = next((t for t in range(hit.end + 2, min(hit.end + 7, line.size)) if line.words.folded[t] == '"'), None)
        known = any(v.start == hit.end + 1 for v in out)
        if close is not None and not known and not any(line.at("organisation", t) for t in range(hit.end, close)):
            name = " ".join(line.words.written[hit.end + 1 : close])
            people.outlets[name.casefold()] = name
            out.append(Voice(hit.end + 1, close, name, "media"))
    return out


@cache
def _outlets(lexicon: Lexicon) -> dict[str, str]:
    """Return outlets by their name in small letters, with and without its article, as quotation marks hold it."""
    out = {}
    for name, organisation in lexicon.world.organisations.items():
        if organisation.kind == "media":
            folded = name.casefold()
            out[folded] = name
            article, _, rest = folded.partition(" ")
            if article in {"der", "die", "das", "the", "le", "la", "les"} and rest:
                out[rest] = name
    for name, ways in lexicon.file.organisations.items():  # as this language writes them: "Échos", "Échos "
        if lexicon.world.organisations[name].kind == "media":
            for way in ways:
                plain = way.casefold().strip("*")
                out.setdefault(plain, name)
                article, _, rest = plain.partition(" ")
                if article in {"der", "die", "das", "the", "le", "la", "les"} and rest:
                    out.setdefault(rest, name)
    return out


def outlet_name(line: Line, start: int) -> Voice | None:
    """Return an outlet nobody knows by the name behind its kind: "the broadcaster Channel North"."""
    of_state = line.at("country", start)  # "le journal allemand Spreeblatt"
    if of_state is not None and of_state.value[1] == "adjectives":
        start = of_state.end
    if any(line.at(kind, t) for kind in ("organisation", "country") for t in (start, start + 1)):
        return None
    written, end = line.words.written, start
    while end < line.size and end - start < LONGEST_NAME:
        inner = start < end < line.size - 1 and written[end] in PARTICLES and written[end + 1][0].isupper()
        if not inner and not written[end][0].isupper():
            break
        if line.lexicon.code == "de" and not like_a_name(line, end, set()):
            break  # every noun has a capital
        end += 1
    return Voice(start, end, " ".join(line.words.written[start:end]), "media") if end > start else None


def is_named(line: Line, end: int) -> bool:
    """Tell whether the name of an outlet follows its kind: "die Agentur APA", "the newspaper “Herald”"."""
    if end >= line.size:
        return False
    return (
        line.words.folded[end] == '"'
        or line.at("organisation", end) is not None
        or line.words.written[end][0].isupper()
    )


def dateline(line: Line) -> range:
    """Return the tokens of a dateline, which names the agency that publishes: "SEOUL, Nov 2 (Reuters) -"."""
    folded = line.words.folded[:12]
    if ")" in folded and "(" in folded:
        close = folded.index(")")
        if close + 1 < line.size and line.words.folded[close + 1] == "-":
            return range(close + 1)
    return range(0)
