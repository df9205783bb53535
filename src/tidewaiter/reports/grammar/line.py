"""A sentence as the grammar sees it: its tokens, what each run of them means, and where its clauses begin."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tidewaiter.reports.grammar.text import Sentence, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewaiter.reports.grammar.lexicon import Hit, Lexicon


class Line:
    """One sentence.

    Attributes:
        sentence: where it stands. words: its tokens. lexicon: of its language. hits: all matches, in order.
        size: number of tokens. timed, numbered: tokens that begin a match of time or of a number word.
        marks: words of direction found so far, by the token they belong to; see `frames`.
    """

    def __init__(self, plain: str, sentence: Sentence, lexicon: Lexicon) -> None:
        """Cut and look up."""
        self.sentence, self.lexicon = sentence, lexicon
        self.words = words(plain, sentence.start, sentence.end, lexicon.code)
        self.size = len(self.words.folded)
        self.hits = [h for h in lexicon.hits(self.words.folded) if not self._small(h)]
        self._from: dict[str, dict[int, Hit]] = {}
        self._to: dict[str, dict[int, Hit]] = {}
        for hit in self.hits:
            self._from.setdefault(hit.kind, {})[hit.start] = hit
            self._to.setdefault(hit.kind, {})[hit.end] = hit
        self.timed = {h.start for h in self.hits if h.kind.startswith("time.")}
        self.numbered = {h.start for h in self.hits if h.kind.startswith("numbers.")}
        self.marks: dict[int, str] = {}
        self.clauses = self._clauses()

    def _small(self, hit: Hit) -> bool:
        """Tell whether a short name is written small, so that it is another word: "us", "ap"."""
        written = self.words.written[hit.start]
        if self.lexicon.code != "en":
            return False
        short = hit.end - hit.start == 1 and len(written) <= 3 and written.isascii()
        return short and hit.kind in {"country", "organisation", "place"} and written.islower()

    def of(self, *kinds: str) -> list[Hit]:
        """Return the matches of some kinds, in order."""
        if len(kinds) == 1:
            return list(self._from.get(kinds[0], {}).values())
        return sorted(hit for kind in kinds for hit in self._from.get(kind, {}).values())

    def at(self, kind: str, token: int) -> Hit | None:
        """Return the match of a kind that begins at a token."""
        return self._from.get(kind, {}).get(token)

    def ending(self, kind: str, token: int) -> Hit | None:
        """Return the match of a kind that ends before a token."""
        return self._to.get(kind, {}).get(token)

    def covers(self, kind: str, token: int) -> bool:
        """Tell whether a token lies in a match of a kind."""
        return any(h.start <= token < h.end for h in self._from.get(kind, {}).values())

    def has(self, kind: str, start: int = 0, end: int | None = None) -> bool:
        """Tell whether a match of a kind begins in a run of tokens."""
        stop = self.size if end is None else end
        return any(start <= at < stop for at in self._from.get(kind, {}))

    def value(self, kind: str, token: int) -> Any:
        """Return what the match that begins at a token means, None when there is none."""
        hit = self.at(kind, token)
        return None if hit is None else hit.value

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the code points of a run of tokens."""
        return self.words.starts[start], self.words.ends[end - 1]

    def token_at(self, code_point: int) -> int:
        """Return the token that covers or follows a code point."""
        return next((n for n, end in enumerate(self.words.ends) if end > code_point), self.size)

    def touches(self, token: int) -> bool:
        """Tell whether a token follows the one before it without a space."""
        return 0 < token < self.size and self.words.starts[token] == self.words.ends[token - 1]

    def clause(self, token: int) -> tuple[int, int]:
        """Return the run of tokens of the clause that a token lies in."""
        return next(((a, b) for a, b in self.clauses if a <= token < b), (0, self.size))

    def _clauses(self) -> list[tuple[int, int]]:
        """Cut at colons, semicolons, brackets, dashes, and at commas and conjunctions that begin a clause with a verb."""
        cuts = [0]
        folded = self.words.folded
        for n in range(1, self.size):
            word = folded[n - 1]
            if (
                word in {";", ":", "(", ")"}
                or (word == "-" and not self.touches(n) and not self.touches(n - 1))
                or word in {",", '"'}
                or self.at("syntax.clause", n)
            ):
                cuts.append(n)
        cuts = sorted({*cuts, self.size})
        verbs = {h.start for h in self.of("predicate")} | {h.start for h in self.of("attribution.verbs")}
        merged: list[tuple[int, int]] = []
        for a, b in pairwise(cuts):
            own = any(a <= v < b for v in verbs)
            says = self.at("attribution.verbs", a) is not None  # ", sagte X"
            strong = bool(merged) and (folded[a - 1] in {";", ":"} or (says and folded[a - 1] == ","))
            if merged and not strong and (not own or not any(merged[-1][0] <= v < merged[-1][1] for v in verbs)):
                merged[-1] = (merged[-1][0], b)
            else:
                merged.append((a, b))
        return merged or [(0, self.size)]


def walk(line: Line, start: int, step: int, stop: int) -> Iterator[int]:
    """Yield tokens from `start` towards `stop` (excluded) in steps of +1 or -1."""
    token = start
    while token != stop and 0 <= token < line.size:
        yield token
        token += step
