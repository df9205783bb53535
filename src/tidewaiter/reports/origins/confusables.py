"""Places that are taken for one another, read from languages/confusables.toml, and names that look alike."""

from __future__ import annotations

import re
import tomllib
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from tidewaiter.reports.grammar.lexicon import load_world

ALIKE = 0.72
"""Share of letters in common from which two names look alike."""
_WORD = re.compile(r"\w+")


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A right place and a wrong one; `words` are forms of the wrong one by language."""

    right: str
    wrong: str
    kind: Literal["mistranslated", "confused"]
    words: dict[str, list[str]] = {}


class Confusables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pairs of places, and the larger places that hold a place."""

    pair: list[Pair]
    within: dict[str, list[str]]


@cache
def load_confusables() -> Confusables:
    """Read languages/confusables.toml."""
    text = files("tidewaiter.reports").joinpath("languages", "confusables.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Confusables)


def compatible(a: str, b: str) -> bool:
    """Tell whether two places can be one, or one holds the other; a country holds its places."""
    if a.casefold() == b.casefold():
        return True
    within = load_confusables().within
    if a in within.get(b, ()) or b in within.get(a, ()):
        return True
    places = load_world().places
    return any(one in places and other in _names(places[one].country) for one, other in ((a, b), (b, a)))


def country_of(place: str) -> str:
    """Return the country of a place, "" when it is not known."""
    known = load_world().places.get(place)
    return "" if known is None else known.country


def mistaken(right: str, wrong: str) -> str:
    """Return "mistranslated" or "confused" when one place is known to be taken for the other or looks like it, else ""."""
    for pair in load_confusables().pair:
        if {right.casefold(), wrong.casefold()} == {pair.right.casefold(), pair.wrong.casefold()}:
            return pair.kind
    ratio = SequenceMatcher(None, right.casefold(), wrong.casefold(), autojunk=False).ratio()
    return "confused" if ratio >= ALIKE else ""


def wrong_words(right: str, quote: str, language: str) -> tuple[str, str, str] | None:
    """Return word, wrong place and kind where a quote writes a place as the one it is mistaken for, None when not."""
    words: list[str] = []
    for pair in load_confusables().pair:
        if pair.right != right or language not in pair.words:
            continue
        words = words or _WORD.findall(quote.casefold())
        for word in words:
            if any(_fits(pattern, word) for pattern in pair.words[language]):
                return word, pair.wrong, pair.kind
    return None


def _fits(pattern: str, word: str) -> bool:
    bare = pattern.strip("*")
    begins, ends = pattern.endswith("*"), pattern.startswith("*")
    if begins and ends:
        return bare in word
    if begins:
        return word.startswith(bare)
    return word.endswith(bare) if ends else word == bare


def _names(iso: str) -> set[str]:
    country = load_world().countries.get(iso)
    return set() if country is None else {iso, country.name}
