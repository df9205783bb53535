"""Offices a sentence names with their state ("Ukraine's defence minister"), found with the lexicon of its language."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from tidewaiter.errors import TidewaiterError
from tidewaiter.reports.grammar.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.grammar.text import words
from tidewaiter.reports.origins.hierarchy import is_office

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.lexicon import Lexicon

BESIDE = 3
"""Tokens between a state and its office: "der Verteidigungsminister der Ukraine", "Ukraine's new defence minister"."""
_COUNTRY_FORMS = frozenset({"names", "adjectives"})


@lru_cache(maxsize=20_000)
def offices(quote: str, language: str) -> frozenset[tuple[str, str]]:
    """Return (country, role) of the offices of persons that a sentence names."""
    lexicon = _lexicon(language)
    if lexicon is None:
        return frozenset()
    hits = lexicon.hits(words(quote, 0, len(quote), language).folded)
    countries = [(h.start, h.end, h.value[0]) for h in hits if h.kind == "country" and h.value[1] in _COUNTRY_FORMS]
    found = set()
    for hit in hits:
        if hit.kind != "role" or not is_office(hit.value) or not countries:
            continue
        gaps = [(max(start - hit.end, hit.start - end, 0), iso) for start, end, iso in countries]
        gap, iso = min(gaps)
        if gap <= BESIDE:
            found.add((iso, hit.value))
    return frozenset(found)


def _lexicon(language: str) -> Lexicon | None:
    try:
        return load_lexicon(language) if language in LANGUAGES else None
    except (FileNotFoundError, TidewaiterError):
        return None  # without its lexicon a language is not looked into; other fields still are
