"""Whole claims: what, how many, who to whom, when, how sure, and that every span is the text itself."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.reports.claim import Ground
from tidewaiter.reports.grammar.extract import METHOD, extract
from tidewaiter.reports.grammar.lexicon import LANGUAGES
from tidewaiter.reports.hold import hold

TODAY = "2024-05-15"
PREDICATES = {
    "delivered", "deployed", "produced", "lost", "stock", "share", "voyages", "trained", "route", "denial", "other",
}  # fmt: skip


def claims(text, language="de", **options):
    return extract(hold("a.txt", text, **{"published": TODAY, "language": language, **options}))


def only(text, language="de", **options):
    (claim,) = claims(text, language, **options)
    return claim


def check(text, found, language):
    """Every claim stands in the text and keeps the rules of its fields."""
    for number, claim in enumerate(found, 1):
        assert claim.id == f"a.txt#{number}"
        assert 0 <= claim.start < claim.end <= len(text)
        assert text[claim.start : claim.end] == claim.quote
        for name in ("qty", "item"):
            start, end = getattr(claim, f"{name}_start"), getattr(claim, f"{name}_end")
            said = getattr(claim, f"{name}_text")
            assert (start is None) == (end is None) == (said is None)
            if start is not None:
                assert text[start:end] == said
        if claim.qty_start is not None:
            assert claim.start <= claim.qty_start < claim.qty_end <= claim.end
        assert claim.predicate in PREDICATES
        assert claim.modality in {"asserted", "estimated", "alleged", "expected", "denied"}
        assert claim.attribution in {"explicit", "inherited", "none"}
        assert bool(claim.sources) == (claim.attribution != "none")
        assert claim.per in {"", "day", "week", "month", "quarter", "year", "decade"}
        assert claim.joined in {"", "or", "and"}
        assert claim.condition in text
        assert 0 < claim.confidence <= 1
        assert claim.language == language
        assert claim.extractor == METHOD
        bounds = {None: 0, "eq": 2, "approx": 2, "range": 2, "gt": 1, "ge": 1, "lt": 1, "le": 1}
        assert sum(v is not None for v in (claim.low, claim.high)) == bounds[claim.relation]
        for ground in claim.grounds.values():
            assert isinstance(ground, Ground)
            assert (ground.start is None) == (ground.end is None)
            if ground.start is not None:
                assert 0 <= ground.start < ground.end <= len(text)


def is_claim(claim, **fields):
    return {name: getattr(claim, name) for name in fields} == fields


WORDS = {
    "de": "Iran lieferte Russland 400 Raketen laut RUSI bestreitet Teheran , . : „ “ zwischen vier und sechs Millionen "
    "Container per Schiff im August letzten Jahres die Hälfte der Granaten Diese enthielten oder wenn falls pro Monat "
    "große Mengen Frachter Aster nach Astrachan Soldaten getötet sollen rund mehr als sagte Anna Weber ( ) - so",
    "en": "Iran shipped Russia 400 missiles according to RUSI Tehran denies , . : “ ” between four and six million "
    "containers by ship last August half of the shells These contained or if per month large quantities freighter "
    "Aster to Astrakhan soldiers killed about more than said Ann Ward ( ) - 's",
    "fr": "l'Iran a livré 400 missiles à la Russie selon RUSI Téhéran nie , . : « » entre quatre et six millions de "
    "conteneurs par bateau en août dernier la moitié des obus Ceux-ci ou si par mois de grandes quantités cargo",
    "uk": "Іран поставив Росії 400 ракет за даними RUSI Тегеран заперечує , . : « » від 4 до 6 мільйонів контейнерів "
    "судном у серпні минулого року половина снарядів Ці або якщо на місяць велика кількість солдатів загинули",
    "ru": "Иран поставил России 400 ракет по данным RUSI Тегеран отрицает , . : « » от 4 до 6 миллионов контейнеров "
    "судном в августе прошлого года половина снарядов Эти или если в месяц большое количество солдат погибли",
    "ko": "이란은 러시아에 미사일 400기를 공급했다 RUSI에 따르면 부인했다 , . : “ ” 400만~600만 발 컨테이너 1만2000여개 선박으로 "
    "지난해 8월 포탄의 절반 이 또는 만약 매달 대량의 탄약 병사 전사했다 3월부터 6월까지",
}
BLANKS = st.sampled_from([" ", " ", " ", "\n", "\n\n", "\u00a0", ""])


@st.composite
def almost_texts(draw):
    """Runs of words that the grammar knows, in any order."""
    language = draw(st.sampled_from(LANGUAGES))
    words = draw(st.lists(st.sampled_from(WORDS[language].split(" ")), max_size=40))
    return "".join(word + draw(BLANKS) for word in words), language


@given(almost_texts(), st.sampled_from(["", "2024", "2024-05", TODAY]))
@settings(max_examples=150)
def test_words_in_any_order_make_claims_that_stand_in_the_text(made, published):
    text, language = made
    check(text, claims(text, language, published=published), language)


@given(st.text(max_size=400), st.sampled_from(LANGUAGES))
def test_any_text_is_read_without_error(text, language):
    check(text, claims(text, language), language)


@given(almost_texts())
@settings(max_examples=25)
def test_the_same_text_gives_the_same_claims(made):
    text, language = made
    assert claims(text, language) == claims(text, language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Iran lieferte Russland 400 Raketen."),
        ("de", "Iran hat 400 Raketen an Russland geliefert."),
        ("de", "Iran hat 400 Raketen nach Russland verschifft."),
        ("de", "Russland erhielt 400 Raketen aus Iran."),
        ("de", "Russland hat von Iran 400 Raketen bekommen."),
        ("de", "400 iranische Raketen wurden nach Russland geliefert."),
        ("en", "Iran shipped 400 missiles to Russia."),
        ("en", "Iran sent Russia 400 missiles."),
        ("en", "Russia received 400 missiles from Iran."),
        ("en", "400 Iranian missiles were delivered to Russia."),
        ("fr", "L'Iran a livré 400 missiles à la Russie."),
        ("fr", "La Russie a reçu 400 missiles de l'Iran."),
        ("uk", "Іран поставив Росії 400 ракет."),
        ("uk", "Росія отримала від Ірану 400 ракет."),
        ("ru", "Иран поставил России 400 ракет."),
        ("ru", "Россия получила от Ирана 400 ракет."),
        ("ko", "이란은 러시아에 미사일 400기를 공급했다."),
        ("ko", "러시아는 이란에서 미사일 400기를 받았다."),
    ],
)
def test_a_delivery_says_what_how_many_and_who_to_whom(language, text):
    claim = only(text, language)
    assert is_claim(
        claim,
        predicate="delivered",
        item="missile",
        low=400,
        high=400,
        relation="eq",
        unit="missile",
        origin_country="IR",
        destination_country="RU",
        modality="asserted",
        attribution="none",
    )
    check(text, [claim], language)


@pytest.mark.parametrize(
    ("language", "text", "fields"),
    [
        # predicates
        ("de", "Iran hat 2023 in seinen Fabriken 3.000 Drohnen hergestellt.", {"predicate": "produced", "item": "drone", "origin_country": "IR"}),
        ("en", "Iran produced 3,000 drones in 2023.", {"predicate": "produced", "item": "drone", "origin_country": "IR"}),
        ("de", "Iran besitzt 3.000 Raketen.", {"predicate": "stock", "item": "missile", "origin_country": "IR"}),
        ("en", "Iran has a stockpile of 3,000 missiles.", {"predicate": "stock", "item": "missile", "origin_country": "IR"}),
        ("de", "12.000 iranische Soldaten sind in Belarus stationiert.", {"predicate": "deployed", "item": "soldier", "unit": "person", "origin_country": "IR", "destination_country": "BY"}),
        ("en", "12,000 Iranian soldiers are stationed in Belarus.", {"predicate": "deployed", "item": "soldier", "unit": "person", "origin_country": "IR", "destination_country": "BY"}),
        ("de", "In Syrien wurden 40 iranische Soldaten getötet.", {"predicate": "lost", "item": "soldier_killed", "unit": "person", "origin_country": "IR"}),
        ("en", "40 Iranian soldiers were killed in Syria.", {"predicate": "lost", "item": "soldier_killed", "unit": "person", "origin_country": "IR"}),
        ("de", "In Syrien wurden 40 iranische Soldaten verwundet.", {"predicate": "lost", "item": "soldier_wounded"}),
        ("de", "40 Prozent der Granaten kamen aus Iran.", {"predicate": "share", "item": "artillery_shell", "unit": "percent", "low": 40}),
        ("en", "40 percent of the shells came from Iran.", {"predicate": "share", "item": "artillery_shell", "unit": "percent", "low": 40}),
        ("fr", "40 % des obus venaient d'Iran.", {"predicate": "share", "item": "artillery_shell", "unit": "percent", "low": 40}),
        ("en", "The freighters Aster and Brio made 14 voyages from Bandar Abbas to Astrakhan.", {"predicate": "voyages", "item": "voyage", "unit": "voyage", "carriers": ("Aster", "Brio"), "route_from": ("Bandar Abbas",), "route_to": ("Astrakhan",), "mode": "ship", "origin_country": "IR", "destination_country": "RU"}),
        # goods
        ("de", "Belarus hat 2.500 Container an Serbien geliefert.", {"item": "container", "unit": "container", "origin_country": "BY", "destination_country": "RS"}),
        ("de", "Iran lieferte Russland 90.000 Artilleriegranaten.", {"item": "artillery_shell", "unit": "round"}),
        ("en", "Iran delivered 90,000 artillery shells to Russia.", {"item": "artillery_shell", "unit": "round"}),
        ("de", "Iran lieferte Russland 12 Panzer.", {"item": "tank", "unit": "vehicle"}),
        ("de", "Iran lieferte Russland 300 Haubitzen.", {"item": "howitzer", "unit": "gun"}),
        ("de", "Iran lieferte Russland 4.000 Tonnen Munition.", {"item": "munition", "unit": "tonne"}),
        ("en", "Iran delivered 4,000 tonnes of ammunition to Russia.", {"item": "munition", "unit": "tonne"}),
        ("en", "Russia exported one million barrels of oil to Iran.", {"item": "oil", "unit": "barrel", "low": 1e6, "origin_country": "RU"}),
        # bounds and ranges
        ("de", "Iran lieferte Russland mehr als 400 Raketen.", {"low": 400, "high": None, "relation": "gt", "qty_text": "mehr als 400"}),
        ("de", "Iran lieferte Russland bis zu 400 Raketen.", {"low": None, "high": 400, "relation": "le", "qty_text": "bis zu 400"}),
        ("de", "Iran lieferte Russland zwischen vier und sechs Millionen Granaten.", {"low": 4e6, "high": 6e6, "relation": "range"}),
        ("ko", "이란은 러시아에 컨테이너 1만2000여개를 보냈다.", {"low": 12_000, "high": None, "relation": "gt", "item": "container"}),
        # times
        ("de", "Iran lieferte Russland im Jahr 2023 400 Raketen.", {"period_start": "2023-01-01", "period_end": "2023-12-31"}),
        ("de", "Seit August letzten Jahres lieferte Iran 400 Raketen an Russland.", {"period_start": "2023-08", "period_end": None}),
        ("en", "Between March and June 2023, Iran shipped 400 missiles to Russia.", {"period_start": "2023-03", "period_end": "2023-06"}),
        ("ko", "이란은 지난해 8월부터 러시아에 미사일 400기를 공급했다.", {"period_start": "2023-08", "period_end": None}),
        # ways
        ("de", "Iran lieferte Russland 400 Raketen per Schiff.", {"mode": "ship", "carriers": ()}),
        ("de", "Iran lieferte Russland 400 Raketen per Bahn.", {"mode": "rail"}),
        ("en", "Iran delivered 400 missiles to Russia by rail.", {"mode": "rail"}),
        ("en", "Iran delivered 400 missiles to Russia by air.", {"mode": "air"}),
        # rates
        ("de", "Iran produziert 50 Drohnen pro Monat.", {"per": "month", "low": 50}),
        ("en", "Iran produces 50 drones per month.", {"per": "month", "low": 50}),
        ("en", "Iran produces 50 drones a day.", {"per": "day", "low": 50}),
        ("fr", "L'Iran produit 50 drones par mois.", {"per": "month", "low": 50}),
        ("ru", "Иран производит 50 дронов в месяц.", {"per": "month", "low": 50}),
        ("uk", "Іран виробляє 50 дронів на місяць.", {"per": "month", "low": 50}),
        # how sure
        ("de", "Iran soll 400 Raketen an Russland geliefert haben.", {"modality": "alleged"}),
        ("de", "Iran lieferte vermutlich 400 Raketen an Russland.", {"modality": "estimated"}),
        ("de", "Iran will 400 Raketen an Russland liefern.", {"modality": "expected"}),
        ("en", "Iran allegedly delivered 400 missiles to Russia.", {"modality": "alleged"}),
        ("en", "Iran probably delivered 400 missiles to Russia.", {"modality": "estimated"}),
        ("en", "Iran plans to deliver 400 missiles to Russia.", {"modality": "expected"}),
        ("fr", "L'Iran aurait livré 400 missiles à la Russie.", {"low": 400, "destination_country": "RU"}),
        ("ru", "Иран, вероятно, поставил России 400 ракет.", {"modality": "estimated"}),
        ("uk", "Іран, ймовірно, поставив Росії 400 ракет.", {"modality": "estimated"}),
        # sources
        ("de", "Iran lieferte laut RUSI 400 Raketen an Russland.", {"sources": ("RUSI",), "attribution": "explicit"}),
        ("en", "Iran delivered 400 missiles to Russia, NATO said.", {"sources": ("NATO",), "attribution": "explicit"}),
        ("en", "Poland's Defence Ministry said Iran delivered 400 missiles to Russia.", {"sources": ("Polish Defence Ministry",), "origin_country": "IR", "destination_country": "RU"}),
        # a noun that nobody knows
        ("de", "Iran lieferte 400 Gartenzwerge an Russland.", {"item": "", "predicate": "delivered", "doubts": ("item",)}),
    ],
)  # fmt: skip
def test_fields_of_one_claim(language, text, fields):
    claim = only(text, language)
    assert {name: getattr(claim, name) for name in fields} == fields
    check(text, [claim], language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Iran lieferte 100 Raketen und 20 Panzer an Russland."),
        ("en", "Iran delivered 100 missiles and 20 tanks to Russia."),
        ("fr", "L'Iran a livré 100 missiles et 20 chars à la Russie."),
        ("uk", "Іран поставив Росії 100 ракет і 20 танків."),
        ("ru", "Иран поставил России 100 ракет и 20 танков."),
        ("ko", "이란은 러시아에 미사일 100기와 전차 20대를 공급했다."),
    ],
)
def test_two_counted_things_make_two_claims_with_one_quote(language, text):
    first, second = claims(text, language)
    assert (first.item, first.low) == ("missile", 100)
    assert (second.item, second.low) == ("tank", 20)
    assert first.quote == second.quote
    assert first.destination_country == second.destination_country == "RU"


@pytest.mark.parametrize(
    ("language", "text", "word"),
    [
        ("de", "Der Hafen fasste 300 Container oder 500 Container.", "or"),
        ("en", "Iran delivered 300 shells or 500 mortar shells to Russia.", "or"),
        ("en", "Iran delivered 300 shells and 500 mortar shells to Russia.", "and"),
    ],
)
def test_what_is_joined_shares_a_statement(language, text, word):
    first, second = claims(text, language)
    assert first.joined == second.joined == word
    assert first.statement == second.statement != ""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die Container haben Platz für 90.000 Granaten oder 20.000 Raketen."),
        ("en", "The containers could hold 90,000 shells or 20,000 rockets."),
    ],
)
def test_a_capacity_is_no_count(language, text):
    assert [(c.predicate, c.low) for c in claims(text, language)] == [("other", 90_000), ("other", 20_000)]


@pytest.mark.parametrize(
    ("language", "text", "begins"),
    [
        (
            "de",
            "Wenn alle Kisten voll waren, lieferte Iran 90.000 Granaten an Russland.",
            "Wenn alle Kisten voll waren",
        ),
        ("en", "If all crates were full, Iran delivered 90,000 shells to Russia.", "If all crates were full"),
    ],
)
def test_a_condition_is_kept(language, text, begins):
    assert only(text, language).condition == begins


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Iran lieferte im Jahr 2023 per Schiff 2.500 Container an Russland. Diese enthielten 90.000 Granaten."),
        ("en", "In 2023, Iran delivered 2,500 containers to Russia by ship. These contained 90,000 shells."),
    ],
)
def test_a_demonstrative_carries_period_mode_and_route(language, text):
    _, second = claims(text, language)
    assert is_claim(
        second,
        item="artillery_shell",
        low=90_000,
        period_start="2023-01-01",
        period_end="2023-12-31",
        mode="ship",
        origin_country="IR",
        destination_country="RU",
    )
    assert second.grounds["mode"].rule == "carried from the sentence before"


def test_without_a_demonstrative_no_period_and_no_mode_is_carried():
    text = "Iran lieferte im Jahr 2023 per Schiff 2.500 Container an Russland. Belarus lieferte 90.000 Granaten an Serbien."
    _, second = claims(text)
    assert (second.period_start, second.period_end, second.mode) == (None, None, "")


def test_a_sentence_that_names_its_own_time_carries_none():
    text = "Iran lieferte im Jahr 2023 2.500 Container an Russland. Diese brachten im Mai 2024 90.000 Granaten."
    _, second = claims(text)
    assert (second.period_start, second.period_end) == ("2024-05", "2024-05")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Teheran bestreitet, Raketen an Russland geliefert zu haben."),
        ("de", "Teheran dementierte die Lieferung von Raketen an Russland."),
        ("en", "Tehran denies that it delivered missiles to Russia."),
        ("fr", "Téhéran nie avoir livré des missiles à la Russie."),
        ("uk", "Тегеран заперечує постачання ракет Росії."),
        ("ru", "Тегеран отрицает поставки ракет России."),
        ("ko", "이란은 러시아에 미사일을 공급했다는 것을 부인했다."),
    ],
)
def test_a_denial_without_a_number(language, text):
    claim = only(text, language)
    assert is_claim(claim, predicate="denial", modality="denied", item="missile", relation=None, low=None, high=None)
    assert claim.sources == ("Iranian government",)
    check(text, [claim], language)


@pytest.mark.parametrize(
    ("language", "text", "item"),
    [
        ("de", "Iran lieferte große Mengen Munition an Russland.", "munition"),
        ("en", "Iran sent large quantities of ammunition to Russia.", "munition"),
        ("fr", "L'Iran a envoyé de grandes quantités de munitions à la Russie.", "munition"),
        ("uk", "Іран відправив Росії велику кількість боєприпасів.", "munition"),
        ("ru", "Иран отправил России большое количество боеприпасов.", "munition"),
        ("ko", "이란은 러시아에 대량의 탄약을 보냈다.", "munition"),
    ],
)
def test_a_vague_amount(language, text, item):
    claim = only(text, language)
    assert is_claim(
        claim, predicate="delivered", item=item, relation=None, origin_country="IR", destination_country="RU"
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Iran liefert Russland Drohnen."),
        ("en", "Iran delivers drones to Russia."),
        ("fr", "L'Iran livre des drones à la Russie."),
        ("uk", "Іран постачає Росії дрони."),
        ("ru", "Иран поставляет России дроны."),
        ("ko", "이란은 러시아에 드론을 공급하고 있다."),
    ],
)
def test_a_delivery_between_two_countries_counts_without_a_number(language, text):
    claim = only(text, language)
    assert is_claim(
        claim, predicate="delivered", item="drone", relation=None, origin_country="IR", destination_country="RU"
    )


def test_a_route_counts_without_a_number():
    claim = only("Die Granaten gelangen mit Frachtern von Bandar Abbas nach Astrachan.")
    assert is_claim(claim, predicate="route", mode="ship", route_from=("Bandar Abbas",), route_to=("Astrakhan",))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Kapitän trank zwei Tassen Tee."),
        ("de", "Am 14. März 2024 regnete es in Berlin."),
        ("de", "Die Brücke über den Fluss ist 300 Meter lang."),
        ("de", "Zwei Beamte sagten, es sei kalt gewesen."),
        ("de", "Die Granaten haben ein Kaliber von 122 mm."),
        ("de", "Die Raketen kosteten 300 Millionen Euro."),
        ("en", "It rained in Berlin on March 14, 2024."),
        ("en", "The bridge is 300 metres long."),
        ("en", "Two officials said it was cold."),
        ("en", "The 41-year-old captain drank tea."),
        ("fr", "Il a plu à Berlin le 14 mars 2024."),
        ("uk", "14 березня 2024 року в Берліні йшов дощ."),
        ("ru", "14 марта 2024 года в Берлине шёл дождь."),
        ("ko", "2024년 3월 14일 베를린에 비가 왔다."),
    ],
)
def test_what_is_no_claim(language, text):
    assert claims(text, language) == []


def test_a_heading_is_a_claim_without_a_source():
    text = "2.500 Container für Russland\n\nIran lieferte laut RUSI 2.500 Container an Russland."
    heading, body = claims(text)
    assert (heading.low, heading.sources, heading.attribution) == (2500, (), "none")
    assert (body.low, body.sources, body.attribution) == (2500, ("RUSI",), "explicit")


def test_an_inherited_source_is_a_doubt():
    text = "Iran lieferte laut RUSI 2.500 Container an Russland. Belarus lieferte 90.000 Granaten an Serbien."
    first, second = claims(text)
    assert (second.sources, second.attribution) == (("RUSI",), "inherited")
    assert "sources" in second.doubts
    assert second.confidence < first.confidence


def test_an_identical_sentence_is_a_claim_at_each_place():
    text = "Iran lieferte Russland 400 Raketen. Es regnete. Iran lieferte Russland 400 Raketen."
    first, second = claims(text)
    assert first.quote == second.quote
    assert first.start < second.start


def test_no_date_of_publication_leaves_relative_times_open():
    text = "Im vergangenen Monat lieferte Iran 400 Raketen an Russland."
    assert only(text).period_start == "2024-04"
    claim = only(text, published="")
    assert (claim.period_start, claim.period_end, claim.pub_date) == (None, None, "")


def test_a_quote_keeps_odd_spaces_and_marks():
    text = "\ufeffIran lieferte\u00a0Russland rund 2\u202f500 „Container“\u2009–\u2009leere."
    claim = only(text)
    assert claim.qty_text == "rund 2\u202f500"
    assert claim.low == 2500
    check(text, [claim], "de")


@pytest.mark.parametrize(
    ("language", "text"), [("de", "Russland verlor 300 Panzer."), ("en", "Russia lost 300 tanks.")]
)
def test_who_loses_is_the_origin(language, text):
    assert is_claim(only(text, language), predicate="lost", item="tank", origin_country="RU")


def test_killed_and_wounded_are_told_apart():
    found = claims("In Syrien wurden 40 iranische Soldaten getötet und 60 verwundet.")
    assert [(c.item, c.low) for c in found] == [("soldier_killed", 40), ("soldier_wounded", 60)]


def test_how_many_times_a_ship_sailed_is_a_count_of_voyages():
    claim = only("Die Frachter „Aster“ und „Brio“ fuhren 14 Mal von Bandar Abbas nach Astrachan.")
    assert is_claim(claim, predicate="voyages", item="voyage", low=14, carriers=("Aster", "Brio"))


def test_a_place_behind_a_ship_is_no_name_of_it():
    assert only("Die Granaten gelangen per Schiff von Bandar Abbas nach Astrachan.").carriers == ()


def test_ships_are_named_as_written():
    claim = only("Der Frachter „Brio-2“ brachte 2.500 Container von Bandar Abbas nach Astrachan.")
    assert claim.carriers == ("Brio-2",)


def test_the_publishing_outlet_is_no_source():
    text = "Wie Reuters meldet, lieferte Iran laut RUSI 400 Raketen an Russland."
    assert only(text).sources == ("Reuters", "RUSI")
    assert only(text, outlet="Reuters").sources == ("RUSI",)


def test_a_language_without_a_grammar_has_no_claims():
    assert claims("Iran leverde 400 raketten aan Rusland.", "nl") == []


def test_a_language_is_told_from_the_text():
    text = (
        "Nach Angaben der NATO lieferte Iran im vergangenen Jahr 400 Raketen an Russland. Die Raketen wurden mit Schiffen "
        "über das Kaspische Meer gebracht und sind nicht alle angekommen."
    )
    assert hold("a.txt", text).language == "de"
    assert [c.low for c in extract(hold("a.txt", text))] == [400]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\ufeff", ".", "…", "“”", "\u202e", "400"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_next_to_nothing_has_no_claims(text, language):
    assert claims(text, language) == []


LARGE = 200_000
HOSTILE = {
    "digits": "1234567890",
    "grouped digits": "123.456.",
    "spaced digits": "123 ",
    "one word": "x",
    "one line": "Iran lieferte Raketen und ",
    "opened quotes": "„",
    "nested quotes": "„“»«",
    "brackets": "(",
    "commas": "1, ",
    "full stops": ".",
    "dotted": "a. ",
    "line ends": "a\n",
    "marks of direction": "\u202e\u200f4\u202c",
    "emoji": "🚢400🚀",
    "combining": "é\u0301",
    "sentences": "Iran lieferte laut RUSI 400 Raketen an Russland. ",
    "months": "März ",
    "seats": "Teheran ",
    "names": "Anna Weber ",
    "cues": "laut laut sagte ",
    "number words": "hundert und ",
    "one number": "zweihundert",
    "hyphens": "a-",
    "elisions": "l'",
    "nul": "\x00",
    "Korean digits": "1만2000여",
}
"""Pieces of which a whole page is made."""


SPOKEN = {"Korean digits": "ko", "elisions": "fr"}


def page(kind, size):
    return HOSTILE[kind] * (size // len(HOSTILE[kind]))


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_are_read_to_their_end(kind):
    text, language = page(kind, LARGE // 20), SPOKEN.get(kind, "de")
    check(text, claims(text, language), language)


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_large_hostile_pages_are_read_to_their_end(kind):
    text, language = page(kind, LARGE), SPOKEN.get(kind, "de")
    check(text, claims(text, language)[:100], language)


def test_a_long_text_of_plain_sentences_keeps_every_claim():
    text = page("sentences", LARGE)
    found = claims(text)
    assert len(found) == LARGE // len(HOSTILE["sentences"])
    assert found[-1].end == len(text) - 1


def test_claims_are_frozen_and_compare_by_their_fields():
    claim = only("Iran lieferte Russland 400 Raketen.")
    assert claim == msgspec.structs.replace(claim)
    with pytest.raises(AttributeError):
        claim.low = 1.0
