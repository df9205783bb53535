"""A text cut into sentences and words, every piece with the characters it stands on.

Matching works on a view of the same length, in which odd spaces, quotation marks and dashes are the plain ones; what is
quoted is cut from the text itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewaiter.reports.grammar.lexicon import Lexicon

_SAME = {
    **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\u205f\u3000\u2002\u2003\u2004\u2005\u2006\u2008\t\x0b\x0c", " "),
    **dict.fromkeys(
        "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad", " "
    ),
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4\u0060", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u300c\u300d\u300e\u300f\uff02\u2039\u203a", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-"),
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\u0085": "\n",
}
_VIEW = str.maketrans(_SAME)

_WORD = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2}(?!\d)|\d{1,2}(?P<dot>[./])\d{1,2}(?P=dot)(?:\d{4}|\d{2})(?!\d))"
    r"|(?P<number>\d{1,3}(?:(?P<group>[ .,'])\d{3})(?:(?P=group)\d{3})*(?!\d)(?:[.,]\d+(?!\d|[.,]\d))?|\d+(?:[.,]\d+)?)"
    r"|(?P<word>[^\W\d_][^\W_]*(?:[-'][^\W_]+)*)"
    r"|(?P<mark>[^\s\w]|_)"
)
_ELISION = re.compile(r"(?:[ldnjmtsc]|qu|jusqu|lorsqu|puisqu|quoiqu)'", re.IGNORECASE)
_KOREAN_AFTER_DIGITS = re.compile(r"([십백천만억조]+)?(여)?(.*)", re.DOTALL)
_KOREAN_RUN = re.compile(r"[A-Za-z][A-Za-z0-9-]*|\d+|[^\dA-Za-z]+")
_KOREAN_ENDINGS = ("부터", "까지")
_END = re.compile(r"[.!?\u2026\u3002](?:[\"')\]]|\s(?=[\"']\s))*(?=\s|$)")
_BLANK = re.compile(r"\n[ ]*\n|\n")
LONGEST = 1500  # characters of a sentence; a longer one is cut at a space


class Sentence(NamedTuple):
    """Code points [start, end) of the text; `paragraph` counts from 0; `heading`: a line that ends without a full stop."""

    start: int
    end: int
    paragraph: int
    heading: bool


class Words(NamedTuple):
    """The tokens of a sentence as parallel lists: first and last code point in the text, as written, case folded."""

    starts: list[int]
    ends: list[int]
    written: list[str]
    folded: list[str]


def view(text: str) -> str:
    """Return the text of the same length in which odd spaces, quotes and dashes are plain ones."""
    return text.translate(_VIEW)


def sentences(plain: str, lexicon: Lexicon) -> Iterator[Sentence]:
    """Yield the sentences of a view in order. A line end ends a sentence unless the next line goes on in lower case."""
    for number, (start, end) in enumerate(_paragraphs(plain)):
        at = start
        last_mark = plain[start:end].rstrip().rstrip('"\u201d\u201c\u00bb\u2019').rstrip()[-1:]
        heading = last_mark not in '.!?\u2026:"\u3002;' and end - start < 200
        for mark in _END.finditer(plain, start, end):
            if mark.end() < end and not _ends(plain, mark.start(), mark.end(), end, lexicon):
                continue
            yield from _pieces(plain, at, mark.end(), number, heading=False)
            at = mark.end()
        yield from _pieces(plain, at, end, number, heading=heading and at == start)


def _paragraphs(plain: str) -> Iterator[tuple[int, int]]:
    at, size = 0, len(plain)
    while at < size:
        end = plain.find("\n", at)
        while 0 <= end < size - 1 and _goes_on(plain, end):
            end = plain.find("\n", end + 1)
        end = size if end < 0 else end
        if plain[at:end].strip():
            yield at, end
        at = end + 1


def _goes_on(plain: str, line_end: int) -> bool:
    """Tell whether a sentence runs over this line end."""
    before, after = plain[max(line_end - 1, 0)], plain[line_end + 1]
    return after.islower() and (before.isalnum() or before in ",-;)")


def _ends(plain: str, mark: int, after: int, end: int, lexicon: Lexicon) -> bool:
    """Tell whether the full stop at `mark` ends a sentence."""
    if plain[mark] != ".":
        return True
    at = after
    while at < end and plain[at] in " \n\"'(-":
        at += 1
    if at >= end:
        return True
    following = plain[at]
    begin = mark
    while begin > 0 and (plain[begin - 1].isalnum() or plain[begin - 1] in ".-"):
        begin -= 1
    word = plain[begin:mark].casefold()
    if following.islower():
        return False
    if not word:
        return True
    if word in lexicon.abbreviations or word.rpartition(".")[2] in lexicon.abbreviations:
        return False
    if len(word) == 1 and word.isalpha():  # an initial
        return False
    if word.isdecimal() and len(word) <= 2:
        stop = at
        while stop < end and plain[stop].isalpha():
            stop += 1
        return plain[at:stop].casefold() not in _month_words(lexicon)
    return True


def _after_article(plain: str, begin: int) -> bool:
    """Tell whether a small word stands before a number, so that a full stop behind it makes a rank: "der 810. Brigade"."""
    word = plain[max(0, begin - 12) : begin - 1].rpartition(" ")[2]
    return word.isalpha() and word.islower() and len(word) <= 4


def _month_words(lexicon: Lexicon) -> frozenset[str]:
    return frozenset(m.strip("*").casefold() for m in lexicon.file.time.months)


def _pieces(plain: str, start: int, end: int, paragraph: int, *, heading: bool) -> Iterator[Sentence]:
    while start < end and plain[start].isspace():
        start += 1
    while end > start and plain[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = plain.rfind(" ", start + LONGEST // 2, start + LONGEST)
        cut = start + LONGEST if cut < 0 else cut
        yield Sentence(start, cut, paragraph, heading=False)
        start = cut
        while start < end and plain[start].isspace():
            start += 1
    if start < end:
        yield Sentence(start, end, paragraph, heading)


def words(plain: str, start: int, end: int, language: str) -> Words:
    """Return the tokens of a stretch of a view."""
    found = Words([], [], [], [])
    digits_end = -1
    for match in _WORD.finditer(plain, start, end):
        at, word = match.start(), match.group()
        if match.lastgroup == "word" or match.group("word"):
            pieces = _split(word, language, after_digits=at == digits_end)
        else:
            pieces = [word]
            if match.group("number"):
                digits_end = match.end()
        for piece in pieces:
            found.starts.append(at)
            at += len(piece)
            found.ends.append(at)
            found.written.append(piece)
            found.folded.append(piece.casefold())
    return found


def _korean(word: str, *, after_digits: bool) -> Iterator[str]:
    """Cut Hangul at digits, scales and "여" off what follows digits, and since and until off a word."""
    for piece in _KOREAN_RUN.findall(word):
        if piece[0].isdigit():
            yield piece
            after_digits = True
            continue
        rest = piece
        if after_digits and (match := _KOREAN_AFTER_DIGITS.fullmatch(piece)):
            yield from (part for part in match.groups()[:-1] if part)
            rest = match.group(3)
        after_digits = False
        for ending in _KOREAN_ENDINGS:
            bare = rest.removesuffix(ending)
            if bare and bare != rest and not bare.endswith(("로", "으로")):
                yield from (bare, ending)
                break
        else:
            if rest:
                yield rest


def _split(word: str, language: str, *, after_digits: bool) -> list[str]:
    """Cut a word where a language writes several as one."""
    if language == "ko":
        return list(_korean(word, after_digits=after_digits))
    if language == "fr" and word[:3].casefold() == "mi-" and word[3:].isdigit():
        return [word[:3], word[3:]]
    if language == "fr":
        pieces = []
        while (elided := _ELISION.match(word)) and elided.end() < len(word):
            pieces.append(elided.group())
            word = word[elided.end() :]
        return [*pieces, word]
    if language == "en" and word[:4].casefold() == "mid-" and word[4:].isdigit():
        return [word[:4], word[4:]]
    if language == "en" and word.casefold().endswith("'s") and len(word) > 2:
        return [word[:-2], word[-2:]]
    return [word]
