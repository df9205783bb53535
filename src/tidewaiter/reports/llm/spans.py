"""Where the words of a model stand in the text, and what stands around them.

Words are compared on a copy of the same length in which spaces, quotation marks and dashes are plain; offsets found there
are offsets of the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.reports.llm.rejection import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\t\n\r\u00a0\u1680\u202f\u205f\u3000", " "),
        **{chr(code): " " for code in range(0x2000, 0x200B)},
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›ʼ′`´", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
MANY = 200
"""Words that stand more often than this in a text point to nothing."""
AROUND = 6
"""Words looked at on either side of what a model cut out; the far end of a range of two dates lies that far away."""
REACH = 200
"""Characters within which these words are looked for."""
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_LINE_BREAK = re.compile(r"\n")
_WORD = re.compile(r"\S+")
_ABBREVIATION = re.compile(r"(?:[^\W\d]{1,3}\.){1,4}|\d{1,2}\.")
"""A full stop after few letters or digits ("Nr.", "U.S.", "8.") is taken for no end of a sentence."""


class Span(NamedTuple):
    """Code points of the text, half-open."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether `other` lies inside."""
        return self.start <= other.start and other.end <= self.end

    def gap(self, other: Span) -> int:
        """Characters between the two, 0 when they touch or overlap."""
        return max(0, other.start - self.end, self.start - other.end)


def plain(text: str) -> str:
    """Return `text` with plain spaces, quotation marks and dashes; as long as before."""
    return text.translate(_PLAIN)


def locate(text: str, words: str, scope: Span, *, near: Span | None, language: str, hyphens: bool = False) -> Span:
    """Return the one place where `words` stand in `text`.

    Args:
        text: the plain text.
        words: what the model copied.
        scope: where to look.
        near: where they stand more than once, the place nearest to this counts; None when they must be unique.
        language: language of the text.
        hyphens: words may begin or end at a hyphen inside a word ("US-Geheimdienst").

    Raises:
        Unfit: they do not stand there, cut a word, or stand in more than one place that will do.
    """
    needle = plain(words).strip()
    if not any(character.isalnum() for character in needle):
        raise Unfit("no words of the text are given")
    places: list[Span] = []
    cut = False
    at = text.find(needle, scope.start, scope.end)
    while at >= 0:
        place = Span(at, at + len(needle))
        if _cuts(text, place, language, hyphens=hyphens):
            cut = True
        else:
            places.append(place)
        if len(places) > MANY:
            raise Unfit("the words stand in too many places")
        at = text.find(needle, at + 1, scope.end)
    if not places:
        raise Unfit("the words cut a word or number of the text" if cut else "the words are not in the text")
    if len(places) == 1:
        return places[0]
    if near is None:
        raise Unfit("the words stand in more than one place")
    gaps = sorted((near.gap(place), place) for place in places)
    if gaps[0][0] == gaps[1][0]:
        raise Unfit("the words stand in more than one place")
    return gaps[0][1]


def paragraph(text: str, span: Span) -> Span:
    """Return the paragraph around `span`: between blank lines where the text has any, else between line breaks.

    Args:
        text: the raw text.
        span: where in it.

    Raises:
        Unfit: `span` runs over the end of a paragraph.
    """
    lines = text.replace("\r", " ") if "\n" in text else text.replace("\r", "\n")
    breaks = list(_BLANK_LINE.finditer(lines)) or list(_LINE_BREAK.finditer(lines))
    if any(gap.start() < span.end and span.start < gap.end() for gap in breaks):
        raise Unfit("the quote runs over the end of a paragraph")
    start = max((gap.end() for gap in breaks if gap.end() <= span.start), default=0)
    end = min((gap.start() for gap in breaks if gap.start() >= span.end), default=len(text))
    return Span(start, end)


def same_sentence(text: str, one: Span, other: Span) -> bool:
    """Whether no end of a sentence stands between two spans of the plain text."""
    first, last = min(one.end, other.end), max(one.start, other.start)
    return not any(_ends_sentence(text, first + w.end()) for w in _WORD.finditer(text[first:last]))


def wider(text: str, span: Span) -> Iterator[tuple[int, Span]]:
    """Yield how many words were added, and `span` with them: to its left, to its right, on both sides.

    Words end at the end of a sentence; the rest of a word that `span` cut counts as the first.

    Args:
        text: the plain text.
        span: the words a model cut out.
    """
    lefts, rights = _to_left(text, span), _to_right(text, span)
    for number in range(1, AROUND + 1):
        left = lefts[min(number, len(lefts)) - 1] if lefts else span.start
        right = rights[min(number, len(rights)) - 1] if rights else span.end
        for candidate in (Span(left, span.end), Span(span.start, right), Span(left, right)):
            if candidate != span:
                yield number, candidate


def _to_left(text: str, span: Span) -> list[int]:
    starts: list[int] = []
    low = max(0, span.start - REACH)
    for word in reversed(list(_WORD.finditer(text[low : span.start]))):
        end = low + word.end()
        if end < span.start and _ends_sentence(text, end):
            break
        starts.append(low + word.start())
        if len(starts) == AROUND:
            break
    return starts


def _to_right(text: str, span: Span) -> list[int]:
    ends: list[int] = []
    if _ends_sentence(text, span.end):
        return ends
    for word in _WORD.finditer(text[span.end : span.end + REACH]):
        ends.append(span.end + word.end())
        if _ends_sentence(text, ends[-1]) or len(ends) == AROUND:
            break
    return ends


def _ends_sentence(text: str, at: int) -> bool:
    """Whether a sentence ends with the word that ends at `at`."""
    follows = text[at : at + REACH].lstrip()[:1]
    if text[at : at + 1].strip() or follows.islower() or follows.isdigit():
        return False
    words = text[max(0, at - REACH) : at].split()
    bare = words[-1].strip("\"'()[]{}") if words else ""
    return bare.endswith((".", "!", "?", "…")) and not _ABBREVIATION.fullmatch(bare)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character).startswith("M")


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3"


def _cuts(text: str, span: Span, language: str, *, hyphens: bool) -> bool:
    """Whether `span` begins or ends inside a word or a number."""
    return _cut_at(text, span.start, language, first=True, hyphens=hyphens) or _cut_at(
        text, span.end, language, first=False, hyphens=hyphens
    )


def _cut_at(text: str, at: int, language: str, *, first: bool, hyphens: bool) -> bool:
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if _is_word(before) and _is_word(after):
        # Korean endings cling to their word, and digits to the word counted.
        if language == "ko" and _is_hangul(after):
            return first and not before.isdigit()
        return True
    return any(
        0 < sign < len(text) - 1
        and _is_word(text[sign - 1])
        and _is_word(text[sign + 1])
        and _cuts_sign(text, sign, at, language, first=first, hyphens=hyphens)
        for sign in (at - 1, at)
    )


def _cuts_sign(text: str, sign: int, at: int, language: str, *, first: bool, hyphens: bool) -> bool:
    """Whether `at`, on one side of a sign between two letters or digits, parts what belongs together."""
    if text[sign] in ".,'" and text[sign - 1].isdigit() and text[sign + 1].isdigit():
        return True
    if text[sign] == "-":
        return not hyphens
    if text[sign] == "'":
        return language != "fr" if first else not (at == sign and _is_possessive(text, sign))
    return False


def _is_possessive(text: str, at: int) -> bool:
    return text[at : at + 2] == "'s" and not (at + 2 < len(text) and _is_word(text[at + 2]))
