"""Lexicons: what words mean in a language, read from data files and matched against tokens in one pass.

The format is described in languages/FORMAT.md. A file that has an unknown table or key is refused, so that a typing
error is seen. Every distinct word is looked up once and remembered; a text costs little more than its tokens.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LANGUAGES = ("de", "en", "fr", "uk", "ru", "ko")
MOST_REMEMBERED = 200_000  # distinct words kept by a lexicon; beyond it forgets all and starts again
ENTITIES = frozenset({"item", "country", "place", "region", "organisation", "role", "mode", "carrier"})
"""Kinds of which a longer match swallows those inside it: "Kyiv Independent" is no Kyiv."""
NAMES = frozenset({"organisation", "place"})
"""Kinds that win over others of the same length: "Kreml" is the Kremlin before it is a seat of the state."""

Words = list[str]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Numbers(_Table, frozen=True):
    decimal: str = "."
    groups: Words = []
    words: dict[str, float] = {}
    scales: dict[str, float] = {}
    articles: Words = []
    joiners: Words = []
    parts: bool = False
    bare: dict[str, float] = {}
    several: Words = []
    fractions: dict[str, float] = {}
    halves: dict[str, float] = {}
    percent: Words = []
    times: dict[str, float] = {}
    times_units: Words = []
    multiples: Words = []


class _Relations(_Table, frozen=True):
    approx: Words = []
    gt: Words = []
    ge: Words = []
    le: Words = []
    lt: Words = []
    approx_after: Words = []
    gt_after: Words = []
    ge_after: Words = []
    le_after: Words = []
    lt_after: Words = []
    between: Words = []
    to: Words = []
    between_and: Words = []
    lowering: Words = []
    change: Words = []


class _Vetoes(_Table, frozen=True):
    after: Words = []
    streets: Words = []
    before: Words = []
    both: Words = []


class _Time(_Table, frozen=True):
    months: dict[str, int] = {}
    weekdays: dict[str, int] = {}
    seasons: dict[str, str] = {}
    parts: dict[str, str] = {}
    units: dict[str, str] = {}
    last: Words = []
    this: Words = []
    next: Words = []
    last_year: Words = []
    this_year: Words = []
    next_year: Words = []
    yesterday: Words = []
    today: Words = []
    tomorrow: Words = []
    ago: Words = []
    since: Words = []
    until: Words = []
    from_: Words = msgspec.field(name="from", default_factory=list)
    to: Words = []
    in_: Words = msgspec.field(name="in", default_factory=list)
    now: Words = []
    recent: Words = []
    after: Words = []
    before: Words = []
    night: Words = []
    past_day: Words = []
    year_earlier: Words = []
    fillers: Words = []
    ordinals: dict[str, int] = {}
    events: dict[str, str] = {}
    markers_after: bool = False


class _Vague(_Table, frozen=True):
    patterns: Words = []
    share: Words = []


class _Country(_Table, frozen=True):
    names: Words = []
    adjectives: Words = []
    people: Words = []
    seats: Words = []
    rulers: Words = []


class _Predicate(_Table, frozen=True):
    give: Words = []
    receive: Words = []
    nouns: Words = []
    plain: Words = []


class _Directions(_Table, frozen=True):
    from_: Words = msgspec.field(name="from", default_factory=list)
    to: Words = []
    via: Words = []
    against: Words = []
    with_: Words = msgspec.field(name="with", default_factory=list)
    from_after: Words = []
    to_after: Words = []
    reverse: Words = []


class _Attribution(_Table, frozen=True):
    before: Words = []
    after: Words = []
    verbs: Words = []
    citing: Words = []
    so: Words = []
    statements: Words = []
    reports: Words = []
    wrote_this: Words = []
    tells: Words = []
    quoted_by: Words = []
    western: dict[str, str] = {}
    briefed: Words = []
    cites_end: Words = []
    confirms: Words = []
    again: Words = []
    studied: Words = []
    also: Words = []
    through: Words = []
    unnamed: Words = []
    own: Words = []
    self_: Words = msgspec.field(name="self", default_factory=list)


class _Modality(_Table, frozen=True):
    estimated: Words = []
    alleged: Words = []
    expected: Words = []
    denied: Words = []
    reported: Words = []


class _Syntax(_Table, frozen=True):
    demonstratives: Words = []
    they: Words = []
    or_: Words = msgspec.field(name="or", default_factory=list)
    and_: Words = msgspec.field(name="and", default_factory=list)
    either: Words = []
    not_: Words = msgspec.field(name="not", default_factory=list)
    no: Words = []
    if_: Words = msgspec.field(name="if", default_factory=list)
    without: Words = []
    although: Words = []
    capacity: Words = []
    allowed: Words = []
    docks: Words = []
    per: Words = []
    each: Words = []
    relative: Words = []
    clause: Words = []


class _Losses(_Table, frozen=True):
    killed: Words = []
    wounded: Words = []
    captured: Words = []


class _Carriers(_Table, frozen=True):
    kinds: Words = []


class _Quotes(_Table, frozen=True):
    open: Words = []
    close: Words = []


class _LanguageFile(_Table, frozen=True):
    code: str
    name: str = ""
    home: str = ""
    stopwords: Words = []
    abbreviations: Words = []
    titles: Words = []
    numbers: _Numbers = _Numbers()
    relations: _Relations = _Relations()
    vetoes: _Vetoes = _Vetoes()
    time: _Time = _Time()
    items: dict[str, Words] = {}
    vague: _Vague = _Vague()
    countries: dict[str, _Country] = {}
    places: dict[str, Words] = {}
    regions: dict[str, Words] = {}
    organisations: dict[str, Words] = {}
    roles: dict[str, Words] = {}
    predicates: dict[str, _Predicate] = {}
    directions: _Directions = _Directions()
    modes: dict[str, Words] = {}
    carriers: _Carriers = _Carriers()
    losses: _Losses = _Losses()
    attribution: _Attribution = _Attribution()
    modality: _Modality = _Modality()
    syntax: _Syntax = _Syntax()
    quotes: _Quotes = _Quotes()


class ItemKind(_Table, frozen=True):
    """What is counted: its unit, the family it can be mistaken within, and the more general item."""

    unit: str = ""
    family: str = ""
    parent: str = ""


class RoleKind(_Table, frozen=True):
    """An office or a group of people without a proper name."""

    name: str
    kind: str = ""


class Organisation(_Table, frozen=True):
    """A voice with a name of its own; `parent` is what it speaks for."""

    kind: str = ""
    country: str = ""
    parent: str = ""


class CountryName(_Table, frozen=True):
    """English name and adjective."""

    name: str
    adjective: str = ""


class PlaceKind(_Table, frozen=True):
    """Country and kind of a place."""

    country: str = ""
    kind: str = ""


class World(_Table, frozen=True):
    """Everything that has a canonical name."""

    items: dict[str, ItemKind] = {}
    measures: dict[str, ItemKind] = {}
    roles: dict[str, RoleKind] = {}
    agencies: dict[str, str] = {}
    organisations: dict[str, Organisation] = {}
    countries: dict[str, CountryName] = {}
    places: dict[str, PlaceKind] = {}
    regions: dict[str, PlaceKind] = {}


class Hit(NamedTuple):
    """A match: tokens [start, end), what it is ("item", "time.months", "predicate") and what it means."""

    start: int
    end: int
    kind: str
    value: Any


class _Pattern(NamedTuple):
    words: tuple[tuple[str, str], ...]  # (how, letters) of each word: is | begins | ends | holds
    kind: str
    value: Any
    rank: tuple[int, int, int]  # words, fewer stars, letters: the larger wins


class Lexicon:
    """The words of one language.

    Attributes:
        code: of the language. file: the tables as read. world: what exists.
        number_parts: pieces of numbers written as one word, made when first needed.
        stop: function words. abbreviations: words before a full stop that ends no sentence.
    """

    def __init__(self, file: _LanguageFile, world: World) -> None:
        """Compile the patterns."""
        self.code, self.file, self.world = file.code, file, world
        self.stop = frozenset(w.casefold() for w in file.stopwords)
        self.abbreviations = frozenset(a.casefold().rstrip(".") for a in file.abbreviations)
        self._first: dict[str, dict[str, list[_Pattern]]] = {"is": {}, "begins": {}, "ends": {}, "holds": {}}
        for kind, value, words in _patterns(file):
            self._add(kind, value, words)
        self._longest = {how: max(map(len, found), default=0) for how, found in self._first.items()}
        self.number_parts: dict[str, tuple[float, bool]] | None = None
        self._known: dict[str, tuple[_Pattern, ...]] = {}

    def hits(self, words: Sequence[str]) -> list[Hit]:
        """Return all matches in a run of case-folded tokens, the longest of each kind at a place, in order."""
        found: list[tuple[_Pattern, int]] = []
        for at, word in enumerate(words):
            for pattern in self._beginning(word):
                if len(pattern.words) == 1 or self._goes_on(pattern, words, at):
                    found.append((pattern, at))  # noqa: PERF401 - clearer than a nested comprehension
        found.sort(key=lambda f: (f[0].rank, f[0].kind in NAMES, -f[1]), reverse=True)
        taken: dict[str, set[int]] = {}
        swallowed: set[int] = set()  # tokens under a longer entity
        out = []
        for pattern, at in found:
            kind = pattern.kind
            span = range(at, at + len(pattern.words))
            used = taken.setdefault(kind, set())
            if not used.isdisjoint(span) or (kind in ENTITIES and not swallowed.isdisjoint(span)):
                continue
            used.update(span)
            if kind in NAMES or (kind == "item" and len(span) > 1):
                swallowed.update(span)
            out.append(Hit(at, at + len(pattern.words), kind, pattern.value))
        out.sort()
        return out

    def _add(self, kind: str, value: Any, text: str) -> None:
        parts = []
        for word in text.casefold().replace("’", "'").split():
            bare = word.strip("*")
            how = {(False, False): "is", (False, True): "begins", (True, False): "ends", (True, True): "holds"}[
                word.startswith("*"), word.endswith("*")
            ]
            parts.append(("any", "") if not bare else (how, bare))
        if not parts or parts[0][0] == "any":
            raise InputError(f'pattern "{text}" of {kind} begins with nothing', file=f"{self.code}.toml")
        stars = sum(how != "is" for how, _ in parts)
        pattern = _Pattern(tuple(parts), kind, value, (len(parts), -stars, sum(len(w) for _, w in parts)))
        how, first = parts[0]
        self._first[how].setdefault(first, []).append(pattern)

    def _beginning(self, word: str) -> tuple[_Pattern, ...]:
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = self._known[word] = tuple(self._look_up(word[:100]))
        return known

    def _look_up(self, word: str) -> Iterator[_Pattern]:
        first = self._first
        yield from first["is"].get(word, ())
        for length in range(1, min(len(word), self._longest["begins"]) + 1):
            yield from first["begins"].get(word[:length], ())
        for length in range(1, min(len(word), self._longest["ends"]) + 1):
            yield from first["ends"].get(word[-length:], ())
        for letters, patterns in first["holds"].items():
            if letters in word:
                yield from patterns

    def _goes_on(self, pattern: _Pattern, words: Sequence[str], at: int) -> bool:
        if at + len(pattern.words) > len(words):
            return False
        for how, letters in pattern.words[1:]:
            at += 1
            if not _fits(how, letters, words[at]):
                return False
        return True


def _fits(how: str, letters: str, word: str) -> bool:
    if how == "is":
        return word == letters
    if how == "begins":
        return word.startswith(letters)
    if how == "ends":
        return word.endswith(letters)
    return how == "any" or letters in word


def _patterns(file: _LanguageFile) -> Iterator[tuple[str, Any, str]]:
    """Yield kind, value and words of every pattern of a file."""
    for name, table in (
        ("numbers", file.numbers),
        ("relations", file.relations),
        ("vetoes", file.vetoes),
        ("time", file.time),
        ("vague", file.vague),
        ("directions", file.directions),
        ("attribution", file.attribution),
        ("modality", file.modality),
        ("syntax", file.syntax),
        ("losses", file.losses),
    ):
        for field in msgspec.structs.fields(table):
            content = getattr(table, field.name)
            kind = f"{name}.{field.encode_name}"
            if field.name == "groups" or not isinstance(content, list | dict):
                continue
            for words in content:
                yield kind, content[words] if isinstance(content, dict) else True, words
    lists: tuple[tuple[str, Mapping[str, Words]], ...] = (
        ("item", file.items),
        ("place", file.places),
        ("region", file.regions),
        ("organisation", file.organisations),
        ("role", file.roles),
        ("mode", file.modes),
    )
    for kind, content in lists:
        yield from ((kind, name, words) for name, patterns in content.items() for words in patterns)
    for iso, country in file.countries.items():
        for form in ("names", "adjectives", "people", "seats", "rulers"):
            yield from (("country", (iso, form), words) for words in getattr(country, form))
    for name, predicate in file.predicates.items():
        for voice in ("give", "receive", "nouns", "plain"):
            yield from (("predicate", (name, voice), words) for words in getattr(predicate, voice))
    yield from (("carrier", True, words) for words in file.carriers.kinds)
    yield from (("title", True, words) for words in file.titles)
    yield from (("quote.open", True, words) for words in file.quotes.open)
    yield from (("quote.close", True, words) for words in file.quotes.close)


@cache
def load_world() -> World:
    """Read what exists from languages/world.toml."""
    world: World = _read("world.toml", World)
    return world


@cache
def load_lexicon(code: str) -> Lexicon:
    """Read the lexicon of a language.

    Raises:
        InputError: there is none, or it has an unknown table, key or canonical name.
    """
    if code not in LANGUAGES:
        raise InputError(f'no lexicon for the language "{code}"', hint=f"languages: {', '.join(LANGUAGES)}")
    file, world = _read(f"{code}.toml", _LanguageFile), load_world()
    for table, names, known in (
        ("items", file.items, world.items | world.measures),
        ("places", file.places, world.places),
        ("regions", file.regions, world.regions),
        ("organisations", file.organisations, world.organisations),
        ("roles", file.roles, world.roles),
        ("countries", file.countries, world.countries),
    ):
        unknown = sorted(set(names) - set(known))
        if unknown:
            raise InputError(f"[{table}] names what world.toml does not: {', '.join(unknown)}", file=f"{code}.toml")
    return Lexicon(file, world)


def _read(name: str, kind: Any) -> Any:
    text = files("tidewaiter.reports").joinpath("languages", name).read_text(encoding="utf-8")
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise InputError(str(error), file=name) from error
