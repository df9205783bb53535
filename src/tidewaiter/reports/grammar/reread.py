"""The grammar asked about a few words: what number, when, what thing, which country, place or source they name.

This is how words that something else pointed at are read again before they are believed.
"""

from __future__ import annotations

from tidewaiter.reports.grammar.lexicon import load_lexicon
from tidewaiter.reports.grammar.line import Line
from tidewaiter.reports.grammar.numbers import numbers
from tidewaiter.reports.grammar.speakers import People, government, voices
from tidewaiter.reports.grammar.text import Sentence, view
from tidewaiter.reports.grammar.times import periods, time_tokens


class OwnGrammar:
    """Reads the first thing of a kind in a few words; None when there is none."""

    def quantity(self, text: str, language: str) -> tuple[float | None, float | None, str] | None:
        """Return low, high and relation of the first number that can count something."""
        line = _line(text, language)
        found = numbers(line, time_tokens(line))
        return (found[0].low, found[0].high, found[0].relation) if found else None

    def period(self, text: str, language: str, published: str) -> tuple[str | None, str | None] | None:
        """Return the boundaries of the first time expression."""
        found = periods(_line(text, language), published)
        return (found[0].first, found[0].last) if found else None

    def item(self, text: str, language: str) -> str | None:
        """Return the first canonical item; a word that only measures ("tonnes") is none."""
        line = _line(text, language)
        return next((h.value for h in line.of("item") if h.value in line.lexicon.world.items), None)

    def country(self, text: str, language: str) -> str | None:
        """Return the ISO code of the first country named."""
        return next((h.value[0] for h in _line(text, language).of("country")), None)

    def place(self, text: str, language: str) -> str | None:
        """Return the canonical name of the first place named."""
        return next((h.value for h in _line(text, language).of("place")), None)

    def source(self, text: str, language: str) -> str | None:
        """Return the canonical name of the first voice; a name that the lexicon does not know stands for itself."""
        line = _line(text, language)
        found = voices(line, People())
        if found:
            return found[0].name
        iso = self.country(text, language)
        if iso is not None:
            return government(line, iso)
        named = line.size > 1 and all(w[:1].isupper() for w in line.words.written)
        return text.strip() if named else None


def _line(text: str, language: str) -> Line:
    plain = view(text)
    return Line(plain, Sentence(0, len(plain), 0, heading=False), load_lexicon(language))
