"""What words of a name look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line

PARTICLES = frozenset({"de", "von", "van", "der", "al", "bin", "ibn", "del", "di", "da", "le", "la", "du", "ten"})
DEFINITE = frozenset({"the", "der", "die", "das", "den", "dem", "le", "la", "les", "l'", "these", "diese", "ces"})
LONGEST_NAME = 4  # tokens of a name


def like_a_name(line: Line, token: int, taken: set[int]) -> bool:
    """Tell whether a word is capitalised and means nothing that the lexicon knows."""
    word = line.words.written[token]
    ruler = line.ending("country", token)
    if ruler is not None and ruler.value[1] == "rulers":
        return False  # the rest of a name
    if not (word[0].isupper() and word[0].isalpha()) or token in taken or (word.isupper() and len(word) > 1):
        return False
    kinds = (
        "item", "country", "place", "region", "role", "title", "time.months", "time.weekdays", "carrier", "mode",
        "syntax.demonstratives", "syntax.clause", "attribution.statements", "attribution.before", "attribution.so",
        "numbers.scales", "numbers.bare", "numbers.words", "time.seasons", "predicate", "attribution.verbs",
    )  # fmt: skip
    if any(line.at(kind, token) for kind in kinds):
        return False
    return not (token == 0 and line.words.folded[0] in line.lexicon.stop)
