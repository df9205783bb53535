"""Lexicons: every file loads, typing errors are refused, and the longest match wins."""

import tomllib
from importlib.resources import files

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.reports.grammar import lexicon as module
from tidewaiter.reports.grammar.lexicon import LANGUAGES, Lexicon, World, load_lexicon, load_world

SMALL = {
    "code": "en",
    "items": {"container": ["container", "container*"], "ship": ["*ship", "vessel"], "artillery_shell": ["*shell*"]},
}


def lexicon(**tables):
    file = msgspec.convert({**SMALL, **tables}, module._LanguageFile)
    return Lexicon(file, World())


def found(book, text, kind=None):
    return [(h.start, h.end, h.value) for h in book.hits(text.casefold().split()) if kind in {None, h.kind}]


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Put a language file of its own in the place of the English one."""

    def write(text):
        folder = tmp_path / "languages"
        folder.mkdir(exist_ok=True)
        world = files("tidewaiter.reports").joinpath("languages/world.toml").read_text(encoding="utf-8")
        (folder / "world.toml").write_text(world, encoding="utf-8")
        (folder / "en.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(module, "files", lambda _: tmp_path)
        load_lexicon.cache_clear()
        return load_lexicon("en")

    yield write
    load_lexicon.cache_clear()


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_loads_and_says_which_it_is(code):
    book = load_lexicon(code)
    assert book.code == book.file.code == code
    assert book.stop
    assert book.abbreviations or code == "ko"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_table_of_a_language_has_words(code):
    file = load_lexicon(code).file
    for table in ("items", "countries", "places", "organisations", "roles", "predicates", "modes", "titles"):
        assert getattr(file, table), table
    assert file.numbers.scales
    assert file.time.months
    assert file.attribution.verbs
    assert file.modality.denied


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_canonical_name_of_a_language_exists(code):
    file, world = load_lexicon(code).file, load_world()
    assert set(file.items) <= set(world.items) | set(world.measures)
    assert set(file.places) <= set(world.places)
    assert set(file.regions) <= set(world.regions)
    assert set(file.organisations) <= set(world.organisations)
    assert set(file.roles) <= set(world.roles)
    assert set(file.countries) <= set(world.countries)


PREDICATES = {
    "delivered", "deployed", "produced", "lost", "stock", "share", "voyages", "trained", "route", "denial", "other",
}  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_values_of_a_language_are_of_their_kind(code):
    file = load_lexicon(code).file
    assert set(file.predicates) <= PREDICATES
    assert set(file.modes) <= {"ship", "rail", "road", "air"}
    assert set(file.time.months.values()) == set(range(1, 13))
    assert set(file.time.weekdays.values()) <= set(range(1, 8))
    assert set(file.time.seasons.values()) <= {"winter", "spring", "summer", "autumn"}
    assert set(file.time.parts.values()) <= {"early", "mid", "late", "h1", "h2"}
    assert set(file.time.units.values()) <= {"day", "week", "month", "quarter", "year", "decade", "century"}
    assert all(value > 0 for value in file.numbers.scales.values())
    assert all(0 < value < 1 for value in file.numbers.fractions.values())
    assert file.numbers.decimal in {".", ","}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_pattern_begins_with_fewer_than_two_letters_after_a_star(code):
    for kind, _, words in module._patterns(load_lexicon(code).file):
        first = words.split()[0]
        if first.startswith("*"):
            assert len(first.strip("*")) >= (1 if code == "ko" else 2), (kind, words)


def test_what_the_world_refers_to_exists():
    world = load_world()
    for name, kind in world.items.items():
        assert not kind.parent or kind.parent in world.items, name
    for name, place in world.places.items():
        assert not place.country or place.country in world.countries, name
    for name, house in world.organisations.items():
        assert not house.country or house.country in world.countries, name
    for office, name in world.agencies.items():
        iso, _, role = office.partition("/")
        assert iso in world.countries, office
        assert role in world.roles, office
        assert name


def test_a_language_without_a_lexicon_is_refused_by_name():
    with pytest.raises(InputError, match='"nl"') as refused:
        load_lexicon("nl")
    assert "de" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('code = "en"\n[itms]\ncontainer = ["container"]\n', "itms"),
        ('code = "en"\n[numbers]\nscale = { million = 1000000 }\n', "scale"),
        ('code = "en"\n[time]\nmonths = { january = "first" }\n', "int"),
        ('code = "en"\n[attribution]\nverb = ["said"]\n', "verb"),
        ('name = "English"\n', "code"),
        ('code = "en"\n[items]\nsubmarine_cable = ["cable"]\n', "submarine_cable"),
        ('code = "en"\n[places]\nNowhere = ["nowhere"]\n', "Nowhere"),
        ('code = "en"\n[regions]\nMordor = ["mordor"]\n', "Mordor"),
        ('code = "en"\n[organisations]\n"Daily Nothing" = ["nothing"]\n', "Daily Nothing"),
        ('code = "en"\n[roles]\nastrologer = ["astrologer"]\n', "astrologer"),
        ('code = "en"\n[countries.QQ]\nnames = ["Quux"]\n', "QQ"),
        ('code = "en"\n[items]\ncontainer = ["*"]\n', "container|item"),
        ("code = \n", "line 1"),
    ],
)
def test_a_typing_error_is_refused_and_says_where(written, text, names):
    with pytest.raises(InputError, match=names):
        written(text)


def test_a_small_file_is_enough(written):
    book = written('code = "en"\n[items]\ncontainer = ["container*"]\n')
    assert found(book, "two Containers") == [(1, 2, "container")]


@pytest.mark.parametrize(
    ("pattern", "word", "fits"),
    [
        ("shell", "shell", True),
        ("shell", "shells", False),
        ("shell*", "shells", True),
        ("shell*", "bombshells", False),
        ("*shell", "bombshell", True),
        ("*shell", "shells", False),
        ("*shell*", "bombshells", True),
        ("*shell*", "shell", True),
        ("shell*", "Shell".casefold(), True),
    ],
)
def test_stars(pattern, word, fits):
    book = lexicon(items={"container": [pattern]})
    assert bool(book.hits([word])) is fits


def test_a_star_alone_stands_for_any_one_word():
    book = lexicon(items={"ship": ["ship * line"]})
    assert found(book, "ship of line") == [(0, 3, "ship")]
    assert found(book, "ship of the line") == []


def test_patterns_are_compared_without_case_and_curly_apostrophes():
    book = lexicon(organisations={"RUSI": ["Lloyd’s LIST"]})
    assert found(book, "lloyd's list") == [(0, 2, "RUSI")]


def test_the_longest_match_wins():
    book = lexicon(organisations={"Kyiv Post": ["kyiv post"], "NATO": ["post"]})
    assert found(book, "the kyiv post wrote") == [(1, 3, "Kyiv Post")]


def test_a_longer_name_swallows_names_of_other_kinds():
    book = lexicon(
        organisations={"Kyiv Post": ["kyiv post"]}, places={"Kyiv": ["kyiv"]}, countries={"UA": {"seats": ["kyiv"]}}
    )
    assert [h.kind for h in book.hits(["the", "kyiv", "post"])] == ["organisation"]
    assert {h.kind for h in book.hits(["in", "kyiv"])} == {"place"}


def test_at_equal_length_fewer_stars_win():
    book = lexicon(items={"container": ["cargo*"], "ship": ["cargo"]})
    assert found(book, "cargo") == [(0, 1, "ship")]
    assert found(book, "cargoes") == [(0, 1, "container")]


def test_matches_of_different_kinds_may_lie_on_one_word():
    book = lexicon(items={"ship": ["freighter"]}, carriers={"kinds": ["freighter"]}, modes={"ship": ["freighter"]})
    assert {h.kind for h in book.hits(["freighter"])} == {"item", "carrier", "mode"}


def test_matches_come_in_order_and_hold_their_place():
    book = lexicon()
    assert found(book, "vessel with container and shell") == [
        (0, 1, "ship"),
        (2, 3, "container"),
        (4, 5, "artillery_shell"),
    ]


def test_a_pattern_longer_than_what_is_left_does_not_match():
    book = lexicon(items={"ship": ["ship of line"]})
    assert found(book, "a ship of") == []


@pytest.mark.parametrize(
    ("code", "words", "kind", "value"),
    [
        ("de", "containern", "item", "container"),
        ("de", "artilleriegranaten", "item", "artillery_shell"),
        ("en", "artillery shells", "item", "artillery_shell"),
        ("en", "containers", "item", "container"),
        ("fr", "conteneurs", "item", "container"),
        ("fr", "obus", "item", "artillery_shell"),
        ("uk", "контейнерів", "item", "container"),
        ("uk", "снарядів", "item", "artillery_shell"),
        ("ru", "контейнеров", "item", "container"),
        ("ru", "снарядов", "item", "artillery_shell"),
        ("ko", "컨테이너를", "item", "container"),
        ("ko", "포탄을", "item", "artillery_shell"),
        ("de", "iran", "country", ("IR", "names")),
        ("de", "iranischen", "country", ("IR", "adjectives")),
        ("en", "belarusian", "country", ("BY", "adjectives")),
        ("fr", "iranien", "country", ("IR", "adjectives")),
        ("uk", "іранських", "country", ("IR", "adjectives")),
        ("ru", "иранских", "country", ("IR", "adjectives")),
        ("ko", "이란은", "country", ("IR", "names")),
    ],
)
def test_words_of_every_language(code, words, kind, value):
    assert value in [h.value for h in load_lexicon(code).hits(words.split()) if h.kind == kind]


@given(st.lists(st.text(min_size=1, max_size=12), max_size=12), st.sampled_from(LANGUAGES))
def test_any_words_are_matched_within_bounds_and_without_overlap(words, code):
    folded = [w.casefold() for w in words]
    hits = load_lexicon(code).hits(folded)
    assert hits == sorted(hits, key=lambda h: h[:3])
    covered = set()
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(folded)
        for token in range(hit.start, hit.end):
            assert (hit.kind, token) not in covered
            covered.add((hit.kind, token))


def test_a_lexicon_forgets_when_it_has_remembered_too_much(monkeypatch):
    monkeypatch.setattr(module, "MOST_REMEMBERED", 10)
    book = lexicon()
    for number in range(50):
        book.hits([f"word{number}"])
    assert len(book._known) <= 11
    assert found(book, "containers") == [(0, 1, "container")]


def test_the_files_say_which_language_they_are():
    for code in LANGUAGES:
        text = files("tidewaiter.reports").joinpath(f"languages/{code}.toml").read_text(encoding="utf-8")
        assert tomllib.loads(text)["code"] == code
