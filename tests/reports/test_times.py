"""Time expressions: resolved against the day of publication, at the precision of the text, in six languages."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.reports.grammar.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.grammar.line import Line
from tidewaiter.reports.grammar.text import Sentence, view
from tidewaiter.reports.grammar.times import Day, periods, published_day, time_tokens

TODAY = "2024-05-15"
"""A Wednesday."""
MESS = (
    "am im bis seit vom zum 8 . 13 2023 2024-02-30 99.99.9999 Februar März letzten Jahres und - , erste Hälfte Quartal "
    "gestern Montag in der vergangenen Woche Winter Mitte Ende 2 31 ²"
)


def line(text, language):
    plain = view(text)
    return Line(plain, Sentence(0, len(plain), 0, heading=False), load_lexicon(language))


def read(text, language, published=TODAY):
    return [(p.first, p.last) for p in periods(line(text, language), published)]


@pytest.mark.parametrize(
    ("language", "text", "first", "last"),
    [
        # a whole year, a month, a day
        ("de", "Im Jahr 2023 fuhren Schiffe.", "2023-01-01", "2023-12-31"),
        ("de", "Im März 2023 fuhren Schiffe.", "2023-03", "2023-03"),
        ("de", "Am 8. März 2023 fuhren Schiffe.", "2023-03-08", "2023-03-08"),
        ("de", "Am 08.03.2023 fuhren Schiffe.", "2023-03-08", "2023-03-08"),
        ("de", "Am 2023-03-08 fuhren Schiffe.", "2023-03-08", "2023-03-08"),
        ("en", "In 2023, ships sailed.", "2023-01-01", "2023-12-31"),
        ("en", "In March 2023, ships sailed.", "2023-03", "2023-03"),
        ("en", "On March 8, 2023, ships sailed.", "2023-03-08", "2023-03-08"),
        ("en", "On 8 March 2023, ships sailed.", "2023-03-08", "2023-03-08"),
        ("en", "On 8th March 2023, ships sailed.", "2023-03-08", "2023-03-08"),
        ("fr", "En 2023 des navires sont partis.", "2023-01-01", "2023-12-31"),
        ("fr", "En mars 2023 des navires sont partis.", "2023-03", "2023-03"),
        ("fr", "Le 8 mars 2023 des navires sont partis.", "2023-03-08", "2023-03-08"),
        ("uk", "У 2023 році вийшли судна.", "2023-01-01", "2023-12-31"),
        ("uk", "У березні 2023 року вийшли судна.", "2023-03", "2023-03"),
        ("uk", "8 березня 2023 року вийшли судна.", "2023-03-08", "2023-03-08"),
        ("ru", "В 2023 году вышли суда.", "2023-01-01", "2023-12-31"),
        ("ru", "В марте 2023 года вышли суда.", "2023-03", "2023-03"),
        ("ru", "8 марта 2023 года вышли суда.", "2023-03-08", "2023-03-08"),
        ("ko", "2023년 배가 떠났다.", "2023-01-01", "2023-12-31"),
        ("ko", "2023년에 배가 떠났다.", "2023-01-01", "2023-12-31"),
        ("ko", "2023년 3월 배가 떠났다.", "2023-03", "2023-03"),
        ("ko", "2023년 3월 8일 배가 떠났다.", "2023-03-08", "2023-03-08"),
        # parts of a year
        ("de", "Mitte 2023 fuhren Schiffe.", "2023-06", "2023-06"),
        ("de", "Anfang 2023 fuhren Schiffe.", "2023-01", "2023-01"),
        ("de", "Ende 2023 fuhren Schiffe.", "2023-12", "2023-12"),
        ("de", "In der ersten Hälfte 2023 fuhren Schiffe.", "2023-01", "2023-06"),
        ("de", "Im ersten Quartal 2023 fuhren Schiffe.", "2023-01", "2023-03"),
        ("de", "Im dritten Quartal 2023 fuhren Schiffe.", "2023-07", "2023-09"),
        ("de", "Im Sommer 2023 fuhren Schiffe.", "2023-06", "2023-08"),
        ("de", "Im Winter 2022 fuhren Schiffe.", "2022-12", "2023-02"),
        ("en", "In 2023 ships sailed.", "2023-01-01", "2023-12-31"),
        ("en", "In March 2023 ships sailed.", "2023-03", "2023-03"),
        ("en", "In mid-2023, ships sailed.", "2023-06", "2023-06"),
        ("en", "In early 2023, ships sailed.", "2023-01", "2023-01"),
        ("en", "In late 2023, ships sailed.", "2023-12", "2023-12"),
        ("en", "In the first half of 2023, ships sailed.", "2023-01", "2023-06"),
        ("en", "In the second half of 2023, ships sailed.", "2023-07", "2023-12"),
        ("en", "In the third quarter of 2023, ships sailed.", "2023-07", "2023-09"),
        ("en", "In the summer of 2023, ships sailed.", "2023-06", "2023-08"),
        ("fr", "Mi-2023 des navires sont partis.", "2023-06", "2023-06"),
        ("fr", "Début 2023 des navires sont partis.", "2023-01", "2023-01"),
        ("fr", "Fin 2023 des navires sont partis.", "2023-12", "2023-12"),
        ("fr", "Au premier semestre 2023 des navires sont partis.", "2023-01", "2023-06"),
        ("fr", "Au troisième trimestre 2023 des navires sont partis.", "2023-07", "2023-09"),
        ("uk", "На початку 2023 року вийшли судна.", "2023-01", "2023-01"),
        ("uk", "Наприкінці 2023 року вийшли судна.", "2023-12", "2023-12"),
        ("uk", "У першій половині 2023 року вийшли судна.", "2023-01", "2023-06"),
        ("uk", "Влітку 2023 року вийшли судна.", "2023-06", "2023-08"),
        ("ru", "В начале 2023 года вышли суда.", "2023-01", "2023-01"),
        ("ru", "В конце 2023 года вышли суда.", "2023-12", "2023-12"),
        ("ru", "В середине 2023 года вышли суда.", "2023-06", "2023-06"),
        ("ru", "В первой половине 2023 года вышли суда.", "2023-01", "2023-06"),
        ("ru", "Летом 2023 года вышли суда.", "2023-06", "2023-08"),
        ("ko", "2023년 초 배가 떠났다.", "2023-01", "2023-01"),
        ("ko", "2023년 말 배가 떠났다.", "2023-12", "2023-12"),
        ("ko", "2023년 상반기에 배가 떠났다.", "2023-01", "2023-06"),
        ("ko", "2023년 여름 배가 떠났다.", "2023-06", "2023-08"),
        # since and until
        ("de", "Seit 2023 fahren Schiffe.", "2023", None),
        ("de", "Seit März 2023 fahren Schiffe.", "2023-03", None),
        ("de", "Seit dem 8. März 2023 fahren Schiffe.", "2023-03-08", None),
        ("de", "Seit Mitte 2023 fahren Schiffe.", "2023-06", None),
        ("de", "Bis März 2023 fuhren Schiffe.", None, "2023-03"),
        ("de", "Bis Ende 2023 fuhren Schiffe.", None, "2023-12"),
        ("de", "Ab August 2023 fuhren Schiffe.", "2023-08", None),
        ("en", "Since March 2023, ships have sailed.", "2023-03", None),
        ("en", "Since early 2023, ships have sailed.", "2023-01", None),
        ("en", "Since early 2023 ships have sailed.", "2023-01", None),
        ("en", "Ships have sailed since 8 March 2023.", "2023-03-08", None),
        ("en", "Ships sailed until March 2023.", None, "2023-03"),
        ("en", "Ships sailed until the end of 2023.", None, "2023-12"),
        ("fr", "Depuis mars 2023 des navires partent.", "2023-03", None),
        ("fr", "Depuis début 2023 des navires partent.", "2023-01", None),
        ("fr", "Des navires sont partis jusqu'en mars 2023.", None, "2023-03"),
        ("fr", "Des navires sont partis jusqu’à fin 2023.", None, "2023-12"),
        ("uk", "З березня 2023 року виходять судна.", "2023-03", None),
        ("uk", "Судна виходили до березня 2023 року.", None, "2023-03"),
        ("ru", "С марта 2023 года выходят суда.", "2023-03", None),
        ("ru", "С начала 2023 года выходят суда.", "2023-01", None),
        ("ru", "Суда выходили до марта 2023 года.", None, "2023-03"),
        ("ko", "2023년 3월부터 배가 떠난다.", "2023-03", None),
        ("ko", "2023년 3월 이후 배가 떠난다.", "2023-03", None),
        ("ko", "2023년 3월까지 배가 떠났다.", None, "2023-03"),
        ("ko", "2023년부터 배가 떠난다.", "2023", None),
        # from one to the other
        ("de", "Vom 8. bis 13. Oktober 2023 fuhren Schiffe.", "2023-10-08", "2023-10-13"),
        ("de", "Zwischen dem 8. und dem 13. Oktober 2023 fuhren Schiffe.", "2023-10-08", "2023-10-13"),
        ("de", "Von März bis Juni 2023 fuhren Schiffe.", "2023-03", "2023-06"),
        ("de", "Zwischen März und Juni 2023 fuhren Schiffe.", "2023-03", "2023-06"),
        ("de", "Zwischen August 2023 und März 2024 fuhren Schiffe.", "2023-08", "2024-03"),
        ("de", "Von November bis Februar 2024 fuhren Schiffe.", "2023-11", "2024-02"),
        ("en", "From March to June 2023, ships sailed.", "2023-03", "2023-06"),
        ("en", "Between March and June 2023, ships sailed.", "2023-03", "2023-06"),
        ("en", "Between March and June 2023 ships sailed.", "2023-03", "2023-06"),
        ("en", "Between August 2023 and March 2024 ships sailed.", "2023-08", "2024-03"),
        ("en", "From 8 to 13 October 2023, ships sailed.", "2023-10-08", "2023-10-13"),
        ("en", "From October 8 to October 13, 2023, ships sailed.", "2023-10-08", "2023-10-13"),
        ("fr", "De mars à juin 2023 des navires sont partis.", "2023-03", "2023-06"),
        ("fr", "Entre août 2023 et mars 2024 des navires sont partis.", "2023-08", "2024-03"),
        ("fr", "Du 8 au 13 octobre 2023 des navires sont partis.", "2023-10-08", "2023-10-13"),
        ("uk", "З березня по червень 2023 року виходили судна.", "2023-03", "2023-06"),
        ("uk", "З 8 по 13 жовтня 2023 року виходили судна.", "2023-10-08", "2023-10-13"),
        ("ru", "С марта по июнь 2023 года выходили суда.", "2023-03", "2023-06"),
        ("ru", "С 8 по 13 октября 2023 года выходили суда.", "2023-10-08", "2023-10-13"),
        ("ru", "В период с августа 2023 года по март 2024 года выходили суда.", "2023-08", "2024-03"),
        ("ko", "2023년 3월부터 6월까지 배가 떠났다.", "2023-03", "2023-06"),
        ("ko", "2023년 8월부터 2024년 3월까지 배가 떠났다.", "2023-08", "2024-03"),
    ],
)
def test_dates_that_name_their_year(language, text, first, last):
    assert read(text, language) == [(first, last)]
    assert read(text, language, "") == [(first, last)]


@pytest.mark.parametrize(
    ("language", "text", "first", "last"),
    [
        # a month without a year: the latest that is past
        ("de", "Im März fuhren Schiffe.", "2024-03", "2024-03"),
        ("de", "Im Oktober fuhren Schiffe.", "2023-10", "2023-10"),
        ("de", "Am 8. Oktober fuhren Schiffe.", "2023-10-08", "2023-10-08"),
        ("de", "Seit Oktober fahren Schiffe.", "2023-10", None),
        ("de", "Von Oktober bis Februar fuhren Schiffe.", "2023-10", "2024-02"),
        ("de", "Vom 8. bis 13. Oktober fuhren Schiffe.", "2023-10-08", "2023-10-13"),
        ("en", "In March ships sailed.", "2024-03", "2024-03"),
        ("en", "In October ships sailed.", "2023-10", "2023-10"),
        ("en", "Since October ships have sailed.", "2023-10", None),
        ("en", "Between October and February ships sailed.", "2023-10", "2024-02"),
        ("fr", "En octobre des navires sont partis.", "2023-10", "2023-10"),
        ("fr", "Depuis octobre des navires partent.", "2023-10", None),
        ("uk", "У жовтні вийшли судна.", "2023-10", "2023-10"),
        ("uk", "З жовтня виходять судна.", "2023-10", None),
        ("ru", "В октябре вышли суда.", "2023-10", "2023-10"),
        ("ru", "С октября выходят суда.", "2023-10", None),
        ("ko", "10월 배가 떠났다.", "2023-10", "2023-10"),
        ("ko", "10월부터 배가 떠난다.", "2023-10", None),
        # last, this and next
        ("de", "Im letzten Jahr fuhren Schiffe.", "2023-01-01", "2023-12-31"),
        ("de", "Im vergangenen Jahr fuhren Schiffe.", "2023-01-01", "2023-12-31"),
        ("de", "Im Vorjahr fuhren Schiffe.", "2023-01-01", "2023-12-31"),
        ("de", "In diesem Jahr fuhren Schiffe.", "2024-01-01", "2024-12-31"),
        ("de", "Im August letzten Jahres fuhren Schiffe.", "2023-08", "2023-08"),
        ("de", "Seit August vergangenen Jahres fahren Schiffe.", "2023-08", None),
        ("de", "Im vergangenen Monat fuhren Schiffe.", "2024-04", "2024-04"),
        ("de", "Im vergangenen August fuhren Schiffe.", "2023-08", "2023-08"),
        ("de", "In der vergangenen Woche fuhren Schiffe.", "2024-05-06", "2024-05-12"),
        ("de", "Im letzten Winter fuhren Schiffe.", "2023-12", "2024-02"),
        ("de", "Im vergangenen Quartal fuhren Schiffe.", "2024-01", "2024-03"),
        ("de", "Im nächsten Jahr fahren Schiffe.", "2025-01-01", "2025-12-31"),
        ("de", "Gestern fuhren Schiffe.", "2024-05-14", "2024-05-14"),
        ("de", "Am Montag fuhren Schiffe.", "2024-05-13", "2024-05-13"),
        ("en", "Last year ships sailed.", "2023-01-01", "2023-12-31"),
        ("en", "Ships have sailed since last August.", "2023-08", None),
        ("en", "In August last year ships sailed.", "2023-08", "2023-08"),
        ("en", "In August of last year ships sailed.", "2023-08", "2023-08"),
        ("en", "This year ships sailed.", "2024-01-01", "2024-12-31"),
        ("en", "Last month ships sailed.", "2024-04", "2024-04"),
        ("en", "Last week ships sailed.", "2024-05-06", "2024-05-12"),
        ("en", "Last winter ships sailed.", "2023-12", "2024-02"),
        ("en", "Last quarter ships sailed.", "2024-01", "2024-03"),
        ("en", "Next year ships will sail.", "2025-01-01", "2025-12-31"),
        ("en", "Yesterday ships sailed.", "2024-05-14", "2024-05-14"),
        ("en", "On Monday ships sailed.", "2024-05-13", "2024-05-13"),
        ("fr", "L'année dernière des navires sont partis.", "2023-01-01", "2023-12-31"),
        ("fr", "Le mois dernier des navires sont partis.", "2024-04", "2024-04"),
        ("fr", "La semaine dernière des navires sont partis.", "2024-05-06", "2024-05-12"),
        ("fr", "En août dernier des navires sont partis.", "2023-08", "2023-08"),
        ("fr", "Hier des navires sont partis.", "2024-05-14", "2024-05-14"),
        ("fr", "Lundi des navires sont partis.", "2024-05-13", "2024-05-13"),
        ("uk", "Минулого року вийшли судна.", "2023-01-01", "2023-12-31"),
        ("uk", "У серпні минулого року вийшли судна.", "2023-08", "2023-08"),
        ("uk", "Минулого місяця вийшли судна.", "2024-04", "2024-04"),
        ("uk", "Минулого тижня вийшли судна.", "2024-05-06", "2024-05-12"),
        ("uk", "Цього року вийшли судна.", "2024-01-01", "2024-12-31"),
        ("uk", "Учора вийшли судна.", "2024-05-14", "2024-05-14"),
        ("ru", "В прошлом году вышли суда.", "2023-01-01", "2023-12-31"),
        ("ru", "В августе прошлого года вышли суда.", "2023-08", "2023-08"),
        ("ru", "В прошлом месяце вышли суда.", "2024-04", "2024-04"),
        ("ru", "На прошлой неделе вышли суда.", "2024-05-06", "2024-05-12"),
        ("ru", "В этом году вышли суда.", "2024-01-01", "2024-12-31"),
        ("ru", "Прошлой зимой вышли суда.", "2023-12", "2024-02"),
        ("ru", "Вчера вышли суда.", "2024-05-14", "2024-05-14"),
        ("ko", "지난해 배가 떠났다.", "2023-01-01", "2023-12-31"),
        ("ko", "작년 8월 배가 떠났다.", "2023-08", "2023-08"),
        ("ko", "지난해 8월부터 배가 떠난다.", "2023-08", None),
        ("ko", "지난달 배가 떠났다.", "2024-04", "2024-04"),
        ("ko", "지난주 배가 떠났다.", "2024-05-06", "2024-05-12"),
        ("ko", "올해 배가 떠났다.", "2024-01-01", "2024-12-31"),
        ("ko", "어제 배가 떠났다.", "2024-05-14", "2024-05-14"),
        # up to the day of publication
        ("de", "Inzwischen fuhren Schiffe.", None, TODAY),
        ("de", "Bisher fuhren Schiffe.", None, TODAY),
        ("de", "In den letzten Wochen fuhren Schiffe.", None, TODAY),
        ("en", "So far ships have sailed.", None, TODAY),
        ("en", "In recent weeks ships have sailed.", None, TODAY),
        ("fr", "Jusqu'à présent des navires sont partis.", None, TODAY),
        ("ru", "На сегодняшний день вышли суда.", None, TODAY),
        ("ko", "지금까지 배가 떠났다.", None, TODAY),
    ],
)
def test_dates_that_count_from_publication(language, text, first, last):
    assert read(text, language) == [(first, last)]
    assert read(text, language, "") == []


@pytest.mark.parametrize(
    ("language", "text", "last"),
    [
        ("de", "Bis Oktober sollen Schiffe fahren.", "2024-10"),
        ("en", "Ships are to sail until October.", "2024-10"),
        ("fr", "Des navires partiront jusqu'en octobre.", "2024-10"),
        ("ru", "Суда будут выходить до октября.", "2024-10"),
    ],
)
def test_until_a_bare_month_looks_ahead(language, text, last):
    assert read(text, language) == [(None, last)]


def test_a_month_in_a_sentence_about_the_future_is_the_next_one():
    assert read("Im März fahren voraussichtlich Schiffe.", "de") == [("2025-03", "2025-03")]
    assert read("Im Oktober fahren voraussichtlich Schiffe.", "de") == [("2024-10", "2024-10")]
    assert read("Im März fuhren Schiffe; voraussichtlich folgen weitere.", "de") == [("2024-03", "2024-03")]


@pytest.mark.parametrize(
    ("language", "text", "first", "last"),
    [
        ("de", "In den ersten sechs Monaten des Jahres fuhren Schiffe.", "2024-01", "2024-06"),
        ("en", "Ships sailed in the first nine months of 2023.", "2023-01", "2023-09"),
        ("de", "In der Nacht zum Dienstag flogen Drohnen.", "2024-05-13", "2024-05-14"),
        ("en", "Drones flew overnight into Monday.", "2024-05-12", "2024-05-13"),
        ("uk", "У ніч на 7 травня летіли дрони.", "2024-05-06", "2024-05-07"),
        ("ru", "За сутки прибыли суда.", "2024-05-14", "2024-05-15"),
        ("en", "Ships sailed between March 8 and 13.", "2024-03-08", "2024-03-13"),
        ("en", "Ships sailed in January and February.", "2024-01", "2024-02"),
        ("de", "Ships: 14 Haubitzen der Baureihe 2000 im Mai.", "2024-05", "2024-05"),
    ],
)
def test_parts_of_years_nights_and_days(language, text, first, last):
    assert read(text, language, "2024-05-15") == [(first, last)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Kapitän schwieg."),
        ("de", "Zwölf Panzer kamen an."),
        ("en", "The captain may stay silent."),
        ("en", "They march at dawn."),
        ("en", "Twelve tanks arrived."),
        ("fr", "Le capitaine se tait."),
        ("uk", "Капітан мовчав."),
        ("ru", "Капитан молчал."),
        ("ko", "선장은 침묵했다."),
    ],
)
def test_a_sentence_without_a_date_has_none(language, text):
    assert read(text, language) == []


def test_a_guessed_year_is_marked_as_not_sure():
    (guessed,) = periods(line("Im Oktober fuhren Schiffe.", "de"), TODAY)
    (stated,) = periods(line("Im Oktober 2023 fuhren Schiffe.", "de"), TODAY)
    assert (guessed.sure, stated.sure) == (False, True)


@pytest.mark.parametrize("published", ["2024", "2024-05"])
def test_a_coarse_day_of_publication_resolves_what_it_can(published):
    assert read("Im letzten Jahr fuhren Schiffe.", "de", published) == [("2023-01-01", "2023-12-31")]
    assert read("Gestern fuhren Schiffe.", "de", published) == []


def test_two_dates_of_a_sentence_are_both_found():
    text = "Im März 2023 fuhr ein Schiff, im Juni 2023 fuhren zwei."
    assert read(text, "de") == [("2023-03", "2023-03"), ("2023-06", "2023-06")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-05-15", Day(2024, 5, 15)),
        ("2024-05", Day(2024, 5)),
        ("2024", Day(2024)),
        ("2024-05-15T08:00:00Z", Day(2024, 5, 15)),
        ("", None),
        ("yesterday", None),
    ],
)
def test_the_day_of_publication(text, day):
    assert published_day(text) == day


@pytest.mark.parametrize(
    ("day", "text"), [(Day(2024, 5, 15), "2024-05-15"), (Day(2024, 5), "2024-05"), (Day(2024), "2024")]
)
def test_a_day_at_its_precision(day, text):
    assert day.iso() == text


@given(st.dates(min_value=dt.date(1950, 1, 1), max_value=dt.date(2090, 1, 1)))
def test_any_full_date_is_itself(day):
    iso = day.isoformat()
    assert read(f"Am {iso} fuhren Schiffe.", "de") == [(iso, iso)]
    assert read(f"Am {day.day}.{day.month}.{day.year} fuhren Schiffe.", "de") == [(iso, iso)]
    assert read(f"{day.year}년 {day.month}월 {day.day}일 배가 떠났다.", "ko") == [(iso, iso)]


@pytest.mark.parametrize(
    "text", ["Am 2024-13-45 fuhr es.", "Am 31. Februar 2024 fuhr es.", "Am 31.02.2024 fuhr es.", "Am 0.0.2024 fuhr es."]
)
def test_a_day_that_does_not_exist_is_none(text):
    for first, last in read(text, "de"):
        assert (first, last) in {("2024-02", "2024-02"), ("2024-01-01", "2024-12-31")}


@given(
    st.lists(
        st.sampled_from(MESS.split(" ")),
        max_size=14,
    ),
    st.sampled_from(["", "2024", "2024-02", "2024-02-29"]),
)
def test_any_mess_of_time_words_is_read_without_error(words, published):
    here = line(" ".join(words), "de")
    for period in periods(here, published):
        assert 0 <= period.start < period.end <= here.size
        assert period.first is not None or period.last is not None
        for boundary in (period.first, period.last):
            assert boundary is None or published_day(boundary) is not None


@given(st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_tokens_of_dates_lie_in_the_line(text, language):
    here = line(text, language)
    assert all(0 <= token < here.size for token in time_tokens(here))
