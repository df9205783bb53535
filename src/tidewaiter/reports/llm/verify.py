"""What a model claims, held against the text: each field stands there and reads the same, or it is nothing.

The verifier finds the words of each field in the raw text, lets the grammar read them again and compares. The value kept is
always the grammar's reading of the text, never the model's. A field that does not pass is null, logged and named in
`doubts`; nothing is repaired. What no check here can see is the role of words that do stand in the text: that a country
named is the sender and not the receiver, or that a source named is the one who said it. Such claims carry the rule "llm" in
their grounds and a low confidence.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import msgspec

from tidewaiter.reports.claim import Ground, TextClaim
from tidewaiter.reports.llm.rejection import Rejection, Unfit
from tidewaiter.reports.llm.schema import (
    ATTRIBUTIONS,
    MODALITIES,
    PREDICATES,
    RELATIONS,
    Evidence,
    PeriodEvidence,
    QuantityEvidence,
    SourceEvidence,
)
from tidewaiter.reports.llm.spans import Span, locate, paragraph, plain, same_sentence, wider

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tidewaiter.reports.document import Document
    from tidewaiter.reports.llm.grammar import Grammar

CONFIDENCE = 0.6
"""Confidence of a claim that only a model made."""
RULE = "llm"
"""Rule of the ground of each field that a model pointed to."""
LONGEST_QUOTE = 1_000
LONGEST_FIELD = 120
MOST_LISTED = 20
"""Carriers, places or sources of one claim that are looked at."""

_Reading = TypeVar("_Reading")
_Shape = TypeVar("_Shape")
_Quantity = tuple[float | None, float | None, str]
_Period = tuple[str | None, str | None]


class _Page(NamedTuple):
    """A document and who reads it again."""

    text: str
    plain: str
    language: str
    published: str
    grammar: Grammar


class Verifier:
    """Turns claims of a model about one document into claims of the text.

    Args:
        document: the text.
        grammar: reads words of the text again.
        extractor: name for `TextClaim.extractor`.
        log: is told of each field, claim or reply set aside.
    """

    def __init__(
        self, document: Document, grammar: Grammar, *, extractor: str, log: Callable[[Rejection], None]
    ) -> None:
        self._document = document
        self._extractor = extractor
        self._log = log
        self._page = _Page(
            text=document.text,
            plain=plain(document.text),
            language=document.language,
            published=document.published.value if document.published else "",
            grammar=grammar,
        )

    def reject(self, field: str, given: object, reason: str) -> None:
        """Report what is set aside."""
        self._log(Rejection(field, given if isinstance(given, str) else repr(given), reason, self._document.name))

    def claim(self, given: dict[str, Any], window: Span) -> TextClaim | None:
        """Return what holds of a claim, without its id; None when nothing worth keeping does.

        Args:
            given: the claim as the model wrote it.
            window: the piece of the text the model was shown.
        """
        try:
            quote = self._quote(given.get("quote"), window)
            fields = _Fields(self._page, quote, paragraph(self._page.text, quote))
        except Unfit as unfit:
            self.reject("quote", given.get("quote"), f"{unfit}; the claim is dropped")
            return None
        words = self._page.text[quote.start : quote.end]
        for field, reason in fields.check(given):
            self.reject(field, given[field], reason)
        if not fields.say_something():
            self.reject("claim", words, "neither a quantity nor item and predicate hold; the claim is dropped")
            return None
        published = self._document.published
        return TextClaim(
            id="",
            doc=self._document.name,
            quote=words,
            start=quote.start,
            end=quote.end,
            pub_date=self._page.published,
            pub_date_inferred=published is not None and published.source != "given",
            language=self._page.language,
            confidence=CONFIDENCE,
            doubts=tuple(dict.fromkeys(fields.doubts)),
            extractor=self._extractor,
            grounds=fields.grounds,
            **fields.values,
        )

    def _quote(self, given: object, window: Span) -> Span:
        if not isinstance(given, str):
            raise Unfit("the claim has no quote")
        if len(given) > LONGEST_QUOTE:
            raise Unfit(f"the quote is longer than {LONGEST_QUOTE} characters")
        return locate(self._page.plain, given, window, near=None, language=self._page.language)


class _Fields:
    """The fields of one claim on their way through the checks, and what has been kept of them.

    Args:
        page: the text.
        quote: where the claim stands.
        around: the paragraph of the quote.
    """

    def __init__(self, page: _Page, quote: Span, around: Span) -> None:
        self._page = page
        self._grammar = page.grammar
        self._language = page.language
        self._quote = quote
        self._paragraph = around
        self._so_far = Span(0, around.end)
        self._counted: Span | None = None
        self.values: dict[str, Any] = {}
        self.grounds: dict[str, Ground] = {}
        self.doubts: list[str] = []

    def say_something(self) -> bool:
        """Whether there is a count, or goods and what happened to them."""
        return "relation" in self.grounds or ("item" in self.grounds and "predicate" in self.grounds)

    def check(self, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
        """Keep what holds and yield the fields that do not, each with the reason; the quantity first, it anchors others."""
        checks: tuple[tuple[str, tuple[str, ...], Callable[[Any], None]], ...] = (
            ("quantity", ("low", "high", "relation"), self._quantity),
            ("item", ("item",), self._item),
            ("predicate", ("predicate",), self._predicate),
            ("modality", ("modality",), self._modality),
            ("period", ("period_start", "period_end"), self._period),
            ("origin_country", ("origin_country",), partial(self._country, "origin_country")),
            ("destination_country", ("destination_country",), partial(self._country, "destination_country")),
            ("route_from", ("route_from",), partial(self._places, "route_from")),
            ("route_to", ("route_to",), partial(self._places, "route_to")),
            ("carriers", ("carriers",), self._carriers),
            ("sources", ("sources",), self._sources),
            ("attribution", ("attribution",), self._attribution),
        )
        for field, names, check in checks:
            raw = given.get(field)
            if raw is None or raw == []:
                continue
            try:
                check(raw)
            except Unfit as unfit:
                self.doubts += names
                yield field, str(unfit)
        if "relation" in self.grounds:
            self.doubts.append("per")  # nothing here reads "per month"
        if (self.values.get("modality") == "denied") != (self.values.get("predicate") == "denial"):
            self.doubts += ["modality", "predicate"]

    def _quantity(self, raw: Any) -> None:
        given = _shape(raw, QuantityEvidence)
        if given.relation not in RELATIONS:
            raise Unfit("the relation is none of the known words")
        span = self._find(given.quote, self._quote, unique=True)
        reading = self._reread(span, self._read_quantity, alone=True, vetoes=True)
        if not _same_quantity(reading, (given.low, given.high, given.relation)):
            raise Unfit(f"the words read as {reading}")
        low, high, relation = reading
        self._counted = span
        self.values |= {
            "low": low,
            "high": high,
            "relation": relation,
            "qty_text": self._page.text[span.start : span.end],
            "qty_start": span.start,
            "qty_end": span.end,
        }
        self._ground(span, *(name for name in ("low", "high", "relation") if self.values[name] is not None))

    def _item(self, raw: Any) -> None:
        given = _shape(raw, Evidence)
        span = self._find(given.quote, self._quote)
        item = self._named(given, span, self._grammar.item)
        if self._counted is not None:
            self._is_counted(item, span, self._counted)
        self.values |= {
            "item": item,
            "item_text": self._page.text[span.start : span.end],
            "item_start": span.start,
            "item_end": span.end,
        }
        self._ground(span, "item")

    def _is_counted(self, item: str, span: Span, quantity: Span) -> None:
        """Refuse an item when another one, or another number, stands between it and the quantity."""
        text = self._page.text
        if not same_sentence(self._page.plain, span, quantity):
            raise Unfit("quantity and item stand in two sentences")
        if quantity.holds(span):
            words = text[quantity.start : span.start]
        elif span.start >= quantity.end:
            words = text[quantity.end : span.start]
            if self._read_quantity(words) is not None:
                raise Unfit("another quantity stands between the quantity and the item")
        else:
            ends = [w.end for _, w in wider(self._page.plain, quantity) if w.start == quantity.start]
            words = text[quantity.end : min(max(ends, default=quantity.end), self._quote.end)]
        other = self._grammar.item(words, self._language)
        if other not in {None, item}:
            raise Unfit(f"what is counted reads as {other}")

    def _predicate(self, raw: Any) -> None:
        given = self._word(raw, PREDICATES)
        span = self._find(given.quote, self._quote, hyphens=True)
        self.values["predicate"] = given.value
        self._ground(span, "predicate")

    def _modality(self, raw: Any) -> None:
        given = self._word(raw, MODALITIES)
        if given.value == "asserted" and not given.quote.strip():
            return
        span = self._find(given.quote, self._paragraph, hyphens=True)
        if not same_sentence(self._page.plain, span, self._quote):
            raise Unfit("the words stand in another sentence")
        self.values["modality"] = given.value
        self._ground(span, "modality")

    def _period(self, raw: Any) -> None:
        given = _shape(raw, PeriodEvidence)
        span = self._find(given.quote, self._paragraph)
        reading = self._reread(span, self._read_period)
        if reading != (given.start, given.end) or reading == (None, None):
            raise Unfit(f"the words read as {reading}")
        for name, value in zip(("period_start", "period_end"), reading, strict=True):
            if value is not None:
                self.values[name] = value
                self._ground(span, name)

    def _country(self, field: str, raw: Any) -> None:
        given = _shape(raw, Evidence)
        span = self._find(given.quote, self._so_far, hyphens=True)
        self.values[field] = self._named(given, span, self._grammar.country)
        self._ground(span, field)

    def _places(self, field: str, raw: Any) -> None:
        found: list[tuple[str, Span]] = []
        for given in _list(raw, Evidence):
            span = self._find(given.quote, self._so_far)
            found.append((self._named(given, span, self._grammar.place), span))
        self._keep_list(field, found)

    def _carriers(self, raw: Any) -> None:
        found: list[tuple[str, Span]] = []
        for given in _list(raw, Evidence):
            span = self._find(given.quote, self._so_far)
            name = self._page.text[span.start : span.end]
            if plain(given.value).strip() != plain(name):
                raise Unfit(f"the name in the text is {name}")
            if name[0].islower() or not any(character.isalpha() for character in name):
                raise Unfit("the words are no name")
            known = (self._grammar.item, self._grammar.country, self._grammar.place, self._grammar.source)
            if any(read(name, self._language) is not None for read in known):
                raise Unfit("the words name something else than a ship")
            found.append((name, span))
        self._keep_list("carriers", found)

    def _sources(self, raw: Any) -> None:
        """Keep the whole chain or nothing: without its last link the one before would pass for the origin."""
        levels: dict[int, dict[str, Span]] = {}
        for given in _list(raw, SourceEvidence):
            span = self._find(given.quote, self._so_far, hyphens=True)
            name = self._named(given, span, self._grammar.source)
            levels.setdefault(given.level, {})[name] = span
        chain: list[str] = []
        number = 0
        for level in sorted(levels):
            chain.append("|".join(sorted(levels[level])))
            for name in sorted(levels[level]):
                span = levels[level][name]
                self._ground(span, f"sources[{number}]", "sources")
                number += 1
        self.values["sources"] = tuple(chain)

    def _attribution(self, raw: Any) -> None:
        if not isinstance(raw, str) or raw not in ATTRIBUTIONS:
            raise Unfit("the word is none of the known ones")
        ground = self.grounds.get("sources")
        if ground is None:
            if raw != "none":
                raise Unfit("no source is known that it could speak of")
            return
        if raw == "none" or ground.start is None or ground.end is None:
            raise Unfit("a source is known")
        source = Span(ground.start, ground.end)
        if raw == "explicit" and not same_sentence(self._page.plain, source, self._quote):
            raise Unfit("the source stands in another sentence")
        if raw == "inherited" and self._quote.holds(source):
            raise Unfit("the source stands in the quote")
        self.values["attribution"] = raw
        self._ground(source, "attribution")

    def _word(self, raw: Any, allowed: dict[str, str]) -> Evidence:
        given = _shape(raw, Evidence)
        if given.value not in allowed:
            raise Unfit("the word is none of the known ones")
        return given

    def _find(self, words: str, scope: Span, *, unique: bool = False, hyphens: bool = False) -> Span:
        """Locate the words of a field: unique, or else nearest to the quantity or, where none is known, to the quote."""
        if len(words) > LONGEST_FIELD:
            raise Unfit(f"the words are more than {LONGEST_FIELD} characters")
        near = None if unique else self._counted or self._quote
        return locate(self._page.plain, words, scope, near=near, language=self._language, hyphens=hyphens)

    def _named(self, given: Evidence | SourceEvidence, span: Span, read: Callable[[str, str], str | None]) -> str:
        """Return the canonical name the words of the text read as, where the model's value means the same."""
        name = self._reread(span, lambda words: read(words, self._language), alone=True)
        meant = {given.value, read(given.value, self._language), read(given.value, "en")}
        if name not in meant:
            raise Unfit(f"the words read as {name}")
        return name

    def _reread(
        self, span: Span, read: Callable[[str], _Reading | None], *, alone: bool = False, vetoes: bool = False
    ) -> _Reading:
        """Read words of the text, and refuse them where the words around or inside them say something else.

        Args:
            span: the words.
            read: the reading.
            alone: the words must not hold a second reading beside the first.
            vetoes: a word beside them can make them nothing ("152" before "mm").
        """
        text = self._page.text
        words = text[span.start : span.end]
        reading = read(words)
        if reading is None:
            raise Unfit("the grammar reads nothing in the words")
        for number, around in wider(self._page.plain, span):
            other = read(text[around.start : around.end])
            if other == reading or (other is None and not (vetoes and number == 1)):
                continue
            if other is None:
                raise Unfit("the words beside it make it none")
            left, right = text[around.start : span.start], text[span.end : around.end]
            if other not in {read(left), read(right)}:
                raise Unfit(f"words are cut off; with them it reads as {other}")
        if alone:
            for at in (i for i, character in enumerate(words) if character.isspace()):
                halves = read(words[:at]), read(words[at:])
                if None not in halves and reading in halves and halves[0] != halves[1]:
                    raise Unfit("the words hold more than one thing of the kind")
        return reading

    def _read_quantity(self, words: str) -> _Quantity | None:
        return self._grammar.quantity(words, self._language)

    def _read_period(self, words: str) -> _Period | None:
        return self._grammar.period(words, self._language, self._page.published)

    def _keep_list(self, field: str, found: list[tuple[str, Span]]) -> None:
        names = dict(reversed(found))
        self.values[field] = tuple(dict.fromkeys(name for name, _ in found))
        for number, name in enumerate(self.values[field]):
            self._ground(names[name], f"{field}[{number}]")
        self._ground(found[0][1], field)

    def _ground(self, span: Span, *fields: str) -> None:
        for field in fields:
            self.grounds[field] = Ground(span.start, span.end, RULE)


def _shape(raw: Any, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(raw, shape)
    except (msgspec.ValidationError, OverflowError, RecursionError):
        raise Unfit("the field has not the shape that was asked for") from None


def _list(raw: Any, shape: type[_Shape]) -> list[_Shape]:
    if not isinstance(raw, list) or len(raw) > MOST_LISTED:
        raise Unfit(f"the field is no list of at most {MOST_LISTED}")
    return [_shape(entry, shape) for entry in raw]


def _same_quantity(one: _Quantity, other: _Quantity) -> bool:
    return one[2] == other[2] and _same_number(one[0], other[0]) and _same_number(one[1], other[1])


def _same_number(one: float | None, other: float | None) -> bool:
    return one is other if one is None or other is None else math.isclose(one, other, rel_tol=1e-9)
