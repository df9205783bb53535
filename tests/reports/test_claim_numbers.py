"""Numbers in running text, in six languages: separators, words, ranges, bounds, and what counts nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.reports.grammar.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.grammar.line import Line
from tidewaiter.reports.grammar.numbers import numbers, parse_digits
from tidewaiter.reports.grammar.text import Sentence, view
from tidewaiter.reports.grammar.times import time_tokens

NBSP, NARROW, THIN = "\u00a0", "\u202f", "\u2009"


def line(text, language):
    plain = view(text)
    return Line(plain, Sentence(0, len(plain), 0, heading=False), load_lexicon(language))


def found(text, language):
    here = line(text, language)
    return numbers(here, time_tokens(here))


def read(text, language):
    return [(n.low, n.high, n.relation) for n in found(text, language)]


def written(text, language):
    here = line(text, language)
    return [text[slice(*here.span(n.start, n.end))] for n in numbers(here, time_tokens(here))]


def eq(value):
    return [(value, value, "eq")]


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("de", "Der Hafen meldete 4.200 Container.", 4200),
        ("de", "Der Hafen meldete 1.234.567 Patronen.", 1234567),
        ("de", f"Der Hafen meldete 4{NBSP}200 Container.", 4200),
        ("de", f"Der Hafen meldete 4{NARROW}200 Container.", 4200),
        ("de", "Der Hafen meldete 4 200 Container.", 4200),
        ("de", "Der Hafen meldete 4'200 Container.", 4200),
        ("de", "Der Hafen meldete 4’200 Container.", 4200),
        ("de", "Der Hafen meldete 1'234'567 Patronen.", 1234567),
        ("de", "Das Lager fasste 2,5 Millionen Patronen.", 2_500_000),
        ("de", "Das Lager fasste 2,75 Mio. Patronen.", 2_750_000),
        ("de", "Das Lager fasste 2,75 Mio Patronen.", 2_750_000),
        ("de", "Das Lager fasste 3 Mrd. Patronen.", 3e9),
        ("de", "Das Lager fasste 40 Tsd. Granaten.", 40_000),
        ("de", "Das Lager fasste 40 Tausend Granaten.", 40_000),
        ("de", "Sie schickten 12 Panzer.", 12),
        ("de", "Sie schickten 12 000 Soldaten.", 12_000),
        ("en", "The depot held 4,200 containers.", 4200),
        ("en", "The depot held 1,234,567 rounds.", 1234567),
        ("en", f"The depot held 4{THIN}200 containers.", 4200),
        ("en", "The depot held 2.5 million rounds.", 2_500_000),
        ("en", "The depot held 3bn rounds.", 3e9),
        ("en", "The depot held 2.5m rounds.", 2_500_000),
        ("en", "The depot held 40k shells.", 40_000),
        ("en", "The depot held 40 thousand shells.", 40_000),
        ("en", "The depot held 850 drones.", 850),
        ("fr", f"Le port a reçu 4{NARROW}200 conteneurs.", 4200),
        ("fr", f"Le port a reçu 4{NBSP}200 conteneurs.", 4200),
        ("fr", "Le port a reçu 4 200 conteneurs.", 4200),
        ("fr", "Le port a reçu 4.200 conteneurs.", 4200),
        ("fr", "Le port a reçu 2,5 millions d'obus.", 2_500_000),
        ("fr", "Le port a reçu 40 mille obus.", 40_000),
        ("fr", "Le port a reçu 1,2 milliard de cartouches.", 1.2e9),
        ("uk", "Порт прийняв 4 200 контейнерів.", 4200),
        ("uk", f"Порт прийняв 4{NBSP}200 контейнерів.", 4200),
        ("uk", "Склад мав 2,5 млн снарядів.", 2_500_000),
        ("uk", "Склад мав 2,5 мільйона снарядів.", 2_500_000),
        ("uk", "Склад мав 40 тис. снарядів.", 40_000),
        ("uk", "Склад мав 40 тисяч снарядів.", 40_000),
        ("ru", "Порт принял 4 200 контейнеров.", 4200),
        ("ru", f"Порт принял 4{NBSP}200 контейнеров.", 4200),
        ("ru", "Склад хранил 2,5 млн снарядов.", 2_500_000),
        ("ru", "Склад хранил 2,5 миллиона снарядов.", 2_500_000),
        ("ru", "Склад хранил 40 тыс. снарядов.", 40_000),
        ("ru", "Склад хранил 40 тысяч снарядов.", 40_000),
        ("ko", "항구는 컨테이너 4,200개를 받았다.", 4200),
        ("ko", "창고에는 포탄 250만 발이 있었다.", 2_500_000),
        ("ko", "창고에는 포탄 250만발이 있었다.", 2_500_000),
        ("ko", "병력 1만2000명을 보냈다.", 12_000),
        ("ko", "병력 3천명을 보냈다.", 3000),
        ("ko", "탄약 1억 발을 보냈다.", 1e8),
        ("ko", "드론 850대를 보냈다.", 850),
    ],
)
def test_digits_and_scales(language, text, value):
    assert read(text, language) == eq(value)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("de", "Zwölf Frachter liefen aus.", 12),
        ("de", "Sie lieferten drei Panzer.", 3),
        ("de", "Sie lieferten fünfundzwanzig Haubitzen.", 25),
        ("de", "Sie lieferten zweihundertfünfzig Haubitzen.", 250),
        ("de", "Sie lieferten vierhundert Raketen.", 400),
        ("de", "Sie lieferten siebentausend Raketen.", 7000),
        ("de", "Sie lieferten zwölftausendfünfhundert Granaten.", 12_500),
        ("de", "Sie lieferten vier Millionen Patronen.", 4_000_000),
        ("de", "Sie lieferten eine Million Patronen.", 1_000_000),
        ("de", "Sie lieferten eine halbe Million Patronen.", 500_000),
        ("de", "Sie lieferten anderthalb Millionen Patronen.", 1_500_000),
        ("de", "Sie lieferten zweieinhalb Millionen Patronen.", 2_500_000),
        ("en", "Twelve freighters left.", 12),
        ("en", "They shipped three tanks.", 3),
        ("en", "They shipped twenty-five howitzers.", 25),
        ("en", "They shipped two hundred and fifty howitzers.", 250),
        ("en", "They shipped seven thousand missiles.", 7000),
        ("en", "They shipped four million rounds.", 4_000_000),
        ("en", "They shipped a million rounds.", 1_000_000),
        ("en", "They shipped half a million rounds.", 500_000),
        ("en", "They shipped a dozen tanks.", 12),
        ("fr", "Douze cargos sont partis.", 12),
        ("fr", "Ils ont livré trois chars.", 3),
        ("fr", "Ils ont livré vingt-cinq obusiers.", 25),
        ("fr", "Ils ont livré deux cent cinquante obusiers.", 250),
        ("fr", "Ils ont livré sept mille missiles.", 7000),
        ("fr", "Ils ont livré quatre millions de cartouches.", 4_000_000),
        ("fr", "Ils ont livré un million de cartouches.", 1_000_000),
        ("fr", "Ils ont livré un demi-million de cartouches.", 500_000),
        ("uk", "Дванадцять суден вийшли.", 12),
        ("uk", "Вони передали три танки.", 3),
        ("uk", "Вони передали двадцять п'ять гаубиць.", 25),
        ("uk", "Вони передали двадцять п’ять гаубиць.", 25),
        ("uk", "Вони передали двісті п'ятдесят гаубиць.", 250),
        ("uk", "Вони передали сім тисяч ракет.", 7000),
        ("uk", "Вони передали чотири мільйони набоїв.", 4_000_000),
        ("uk", "Вони передали півтора мільйона набоїв.", 1_500_000),
        ("ru", "Двенадцать судов вышли.", 12),
        ("ru", "Они передали три танка.", 3),
        ("ru", "Они передали двадцать пять гаубиц.", 25),
        ("ru", "Они передали двести пятьдесят гаубиц.", 250),
        ("ru", "Они передали семь тысяч ракет.", 7000),
        ("ru", "Они передали четыре миллиона патронов.", 4_000_000),
        ("ru", "Они передали полтора миллиона патронов.", 1_500_000),
        ("ko", "화물선 세 척이 떠났다.", 3),
        ("ko", "병력 삼천 명을 보냈다.", 3000),
    ],
)
def test_number_words(language, text, value):
    assert read(text, language) == eq(value)


@pytest.mark.parametrize(
    ("language", "text", "low", "high"),
    [
        ("de", "Sie lieferten zwischen vier und sechs Millionen Patronen.", 4e6, 6e6),
        ("de", "Sie lieferten 4 bis 6 Millionen Patronen.", 4e6, 6e6),
        ("de", "Sie lieferten vier bis sechs Millionen Patronen.", 4e6, 6e6),
        ("de", "Sie lieferten 4–6 Millionen Patronen.", 4e6, 6e6),
        ("de", "Sie lieferten 4-6 Millionen Patronen.", 4e6, 6e6),
        ("de", "Sie lieferten 4 – 6 Millionen Patronen.", 4e6, 6e6),
        ("de", "Sie schickten 10.000 bis 12.000 Soldaten.", 10_000, 12_000),
        ("de", "Sie schickten zwischen 10.000 und 12.000 Soldaten.", 10_000, 12_000),
        ("de", "Sie schickten 800.000 bis 1,2 Millionen Granaten.", 800_000, 1_200_000),
        ("de", "Zwischen 40 und 50 Prozent der Granaten waren alt.", 40, 50),
        ("en", "They shipped between four and six million rounds.", 4e6, 6e6),
        ("en", "They shipped 4 to 6 million rounds.", 4e6, 6e6),
        ("en", "They shipped 4-6 million rounds.", 4e6, 6e6),
        ("en", "They shipped 4–6m rounds.", 4e6, 6e6),
        ("en", "They sent 10,000 to 12,000 soldiers.", 10_000, 12_000),
        ("en", "They sent between 10,000 and 12,000 soldiers.", 10_000, 12_000),
        ("en", "They sent from 10,000 to 12,000 soldiers.", 10_000, 12_000),
        ("en", "They sent two or three tanks.", 2, 3),
        ("fr", "Ils ont livré entre quatre et six millions de cartouches.", 4e6, 6e6),
        ("fr", "Ils ont livré 4 à 6 millions de cartouches.", 4e6, 6e6),
        ("fr", "Ils ont envoyé de 10 000 à 12 000 soldats.", 10_000, 12_000),
        ("uk", "Вони передали від 4 до 6 мільйонів набоїв.", 4e6, 6e6),
        ("uk", "Вони передали 4–6 млн набоїв.", 4e6, 6e6),
        ("uk", "Вони відправили 10–12 тисяч солдатів.", 10_000, 12_000),
        ("ru", "Они передали от 4 до 6 миллионов патронов.", 4e6, 6e6),
        ("ru", "Они передали 4–6 млн патронов.", 4e6, 6e6),
        ("ru", "Они отправили 10–12 тысяч солдат.", 10_000, 12_000),
        ("ko", "포탄 400만~600만 발을 보냈다.", 4e6, 6e6),
        ("ko", "병력 1만∼1만2000명을 보냈다.", 10_000, 12_000),
        ("ko", "병력 1만에서 1만2000명을 보냈다.", 10_000, 12_000),
    ],
)
def test_ranges_share_a_scale(language, text, low, high):
    assert read(text, language) == [(low, high, "range")]


@pytest.mark.parametrize(
    ("language", "text", "relation", "value"),
    [
        ("de", "Sie lieferten rund 500 Raketen.", "approx", 500),
        ("de", "Sie lieferten etwa 500 Raketen.", "approx", 500),
        ("de", "Sie lieferten circa 500 Raketen.", "approx", 500),
        ("de", "Sie lieferten ca. 500 Raketen.", "approx", 500),
        ("de", "Sie lieferten geschätzt 500 Raketen.", "approx", 500),
        ("de", "Sie lieferten mehr als 500 Raketen.", "gt", 500),
        ("de", "Sie lieferten über 500 Raketen.", "gt", 500),
        ("de", "Sie lieferten insgesamt mehr als 500 Raketen.", "gt", 500),
        ("de", "Sie lieferten mindestens 500 Raketen.", "ge", 500),
        ("de", "Sie lieferten 500 oder mehr Raketen.", "ge", 500),
        ("de", "Sie lieferten bis zu 500 Raketen.", "le", 500),
        ("de", "Sie lieferten höchstens 500 Raketen.", "le", 500),
        ("de", "Sie lieferten nicht mehr als 500 Raketen.", "le", 500),
        ("de", "Sie lieferten fast 500 Raketen.", "lt", 500),
        ("de", "Sie lieferten knapp 500 Raketen.", "lt", 500),
        ("de", "Sie lieferten weniger als 500 Raketen.", "lt", 500),
        ("en", "They delivered about 500 missiles.", "approx", 500),
        ("en", "They delivered some 500 missiles.", "approx", 500),
        ("en", "They delivered an estimated 500 missiles.", "approx", 500),
        ("en", "They delivered more than 500 missiles.", "gt", 500),
        ("en", "They delivered over 500 missiles.", "gt", 500),
        ("en", "They delivered at least 500 missiles.", "ge", 500),
        ("en", "They delivered no fewer than 500 missiles.", "ge", 500),
        ("en", "They delivered 500 or more missiles.", "ge", 500),
        ("en", "They delivered up to 500 missiles.", "le", 500),
        ("en", "They delivered as many as 500 missiles.", "le", 500),
        ("en", "They delivered no more than 500 missiles.", "le", 500),
        ("en", "They delivered nearly 500 missiles.", "lt", 500),
        ("en", "They delivered almost 500 missiles.", "lt", 500),
        ("en", "They delivered fewer than 500 missiles.", "lt", 500),
        ("fr", "Ils ont livré environ 500 missiles.", "approx", 500),
        ("fr", "Ils ont livré quelque 500 missiles.", "approx", 500),
        ("fr", "Ils ont livré plus de 500 missiles.", "gt", 500),
        ("fr", "Ils ont livré au moins 500 missiles.", "ge", 500),
        ("fr", "Ils ont livré jusqu'à 500 missiles.", "le", 500),
        ("fr", "Ils ont livré au maximum 500 missiles.", "le", 500),
        ("fr", "Ils ont livré près de 500 missiles.", "lt", 500),
        ("fr", "Ils ont livré presque 500 missiles.", "lt", 500),
        ("fr", "Ils ont livré moins de 500 missiles.", "lt", 500),
        ("uk", "Вони передали близько 500 ракет.", "approx", 500),
        ("uk", "Вони передали приблизно 500 ракет.", "approx", 500),
        ("uk", "Вони передали понад 500 ракет.", "gt", 500),
        ("uk", "Вони передали більше 500 ракет.", "gt", 500),
        ("uk", "Вони передали щонайменше 500 ракет.", "ge", 500),
        ("uk", "Вони передали до 500 ракет.", "le", 500),
        ("uk", "Вони передали майже 500 ракет.", "lt", 500),
        ("ru", "Они передали около 500 ракет.", "approx", 500),
        ("ru", "Они передали примерно 500 ракет.", "approx", 500),
        ("ru", "Они передали более 500 ракет.", "gt", 500),
        ("ru", "Они передали свыше 500 ракет.", "gt", 500),
        ("ru", "Они передали не менее 500 ракет.", "ge", 500),
        ("ru", "Они передали до 500 ракет.", "le", 500),
        ("ru", "Они передали не более 500 ракет.", "le", 500),
        ("ru", "Они передали почти 500 ракет.", "lt", 500),
        ("ko", "미사일 약 500기를 보냈다.", "approx", 500),
        ("ko", "미사일 500여 기를 보냈다.", "gt", 500),
        ("ko", "미사일 500여기를 보냈다.", "gt", 500),
        ("ko", "병력 1만여 명을 보냈다.", "gt", 10_000),
        ("ko", "병력 1만2000여명을 보냈다.", "gt", 12_000),
        ("ko", "병력 500명 이상을 보냈다.", "ge", 500),
        ("ko", "미사일 최소 500기를 보냈다.", "ge", 500),
        ("ko", "미사일 최대 500기를 보냈다.", "le", 500),
        ("ko", "병력 500명 미만을 보냈다.", "lt", 500),
        ("ko", "컨테이너 300개가량을 보냈다.", "approx", 300),
    ],
)
def test_bounds(language, text, relation, value):
    low = None if relation in {"le", "lt"} else value
    high = None if relation in {"ge", "gt"} else value
    assert read(text, language) == [(low, high, relation)]


@pytest.mark.parametrize(
    ("language", "text", "low"),
    [
        ("de", "Sie lieferten Millionen Patronen.", 2e6),
        ("de", "Sie lieferten mehrere Millionen Patronen.", 2e6),
        ("de", "Sie lieferten Tausende Container.", 2000),
        ("de", "Sie lieferten mehrere tausend Container.", 2000),
        ("de", "Sie lieferten Hunderte Raketen.", 200),
        ("de", "Sie lieferten Hunderttausende Granaten.", 200_000),
        ("en", "They delivered millions of rounds.", 2e6),
        ("en", "They delivered several million rounds.", 2e6),
        ("en", "They delivered thousands of containers.", 2000),
        ("en", "They delivered hundreds of thousands of shells.", 200_000),
        ("en", "They delivered dozens of missiles.", 24),
        ("fr", "Ils ont livré des millions de cartouches.", 2e6),
        ("fr", "Ils ont livré plusieurs milliers de conteneurs.", 2000),
        ("fr", "Ils ont livré des centaines de missiles.", 200),
        ("uk", "Вони передали мільйони набоїв.", 2e6),
        ("uk", "Вони передали кілька тисяч контейнерів.", 2000),
        ("uk", "Вони передали сотні ракет.", 200),
        ("ru", "Они передали миллионы патронов.", 2e6),
        ("ru", "Они передали несколько тысяч контейнеров.", 2000),
        ("ru", "Они передали сотни ракет.", 200),
        ("ko", "포탄 수백만 발을 보냈다.", 2e6),
        ("ko", "병력 수천 명을 보냈다.", 2000),
    ],
)
def test_bare_plurals_are_at_least_two(language, text, low):
    assert read(text, language) == [(low, None, "ge")]


@pytest.mark.parametrize(
    ("language", "text", "percent"),
    [
        ("de", "Die Hälfte der Granaten war defekt.", 50),
        ("de", "Ein Drittel der Granaten war defekt.", 33.33),
        ("de", "Zwei Drittel der Granaten waren defekt.", 66.67),
        ("de", "Drei Viertel der Granaten waren defekt.", 75),
        ("de", "40 Prozent der Granaten waren defekt.", 40),
        ("de", "12,5 % der Granaten waren defekt.", 12.5),
        ("en", "Half of the shells were duds.", 50),
        ("en", "A third of the shells were duds.", 33.33),
        ("en", "Two thirds of the shells were duds.", 66.67),
        ("en", "Three quarters of the shells were duds.", 75),
        ("en", "40 percent of the shells were duds.", 40),
        ("en", "12.5% of the shells were duds.", 12.5),
        ("fr", "La moitié des obus étaient défectueux.", 50),
        ("fr", "Un tiers des obus étaient défectueux.", 33.33),
        ("fr", "40 % des obus étaient défectueux.", 40),
        ("fr", "40 pour cent des obus étaient défectueux.", 40),
        ("uk", "Половина снарядів була бракованою.", 50),
        ("uk", "Третина снарядів була бракованою.", 33.33),
        ("uk", "40 відсотків снарядів були браковані.", 40),
        ("ru", "Половина снарядов оказалась браком.", 50),
        ("ru", "Треть снарядов оказалась браком.", 33.33),
        ("ru", "40 процентов снарядов оказались браком.", 40),
        ("ko", "포탄의 절반이 불량이었다.", 50),
        ("ko", "포탄의 40%가 불량이었다.", 40),
        ("ko", "포탄의 40퍼센트가 불량이었다.", 40),
    ],
)
def test_shares_are_in_percent(language, text, percent):
    (number,) = found(text, language)
    assert (number.low, number.high, number.share) == (percent, percent, True)


@pytest.mark.parametrize(
    ("language", "text", "value"),
    [
        ("de", "Das Schiff legte zweimal an.", 2),
        ("de", "Das Schiff legte dreimal an.", 3),
        ("en", "The ship called twice.", 2),
        ("fr", "Le navire a accosté deux fois.", 2),
        ("ru", "Судно дважды заходило в порт.", 2),
        ("uk", "Судно двічі заходило в порт.", 2),
    ],
)
def test_adverbs_of_counting(language, text, value):
    (number,) = found(text, language)
    assert (number.low, number.times) == (value, True)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Granaten vom Kaliber 122 mm lagen bereit."),
        ("de", "Granaten vom Kaliber 122mm lagen bereit."),
        ("de", "Die 122-mm-Granaten lagen bereit."),
        ("de", "Die 122-Millimeter-Granaten lagen bereit."),
        ("de", "Im Jahr 2023 fuhr kein Schiff."),
        ("de", "Seit 2023 fuhr kein Schiff."),
        ("de", "Am 14. März 2024 lief das Schiff aus."),
        ("de", "Am 14.03.2024 lief das Schiff aus."),
        ("de", "Am 2024-03-14 lief das Schiff aus."),
        ("de", "Sie kauften eine S-300 und eine Su-35."),
        ("de", "Sie setzten die Schahed-136 ein."),
        ("de", "Sie setzten die 2S19 ein."),
        ("de", "Das kostet 300 Millionen Euro."),
        ("de", "Das kostet 300 Millionen US-Dollar."),
        ("de", "Das kostet 300 Millionen €."),
        ("de", "Das kostet $300 Millionen."),
        ("de", "Zum vierten Mal lief das Schiff aus."),
        ("de", "Zum 4. Mal lief das Schiff aus."),
        ("de", "Er gehört zur 63. Brigade."),
        ("de", "Der 41-jährige Kapitän schwieg."),
        ("de", "Der Kapitän, 41 Jahre alt, schwieg."),
        ("de", "Die Brücke ist 300 Kilometer entfernt."),
        ("de", "Die Grenze ist 300 km entfernt."),
        ("de", "Der Krieg dauert drei Jahre."),
        ("de", "Die Fahrt dauerte 36 Stunden."),
        ("de", "Um 14 Uhr legte es an."),
        ("de", "Nach Artikel 5 ist das verboten."),
        ("de", "Das steht auf Seite 12."),
        ("de", "Resolution 1874 verbietet das."),
        ("en", "Shells of 122 mm calibre lay ready."),
        ("en", "Shells of 122mm calibre lay ready."),
        ("en", "The 122-mm shells lay ready."),
        ("en", "In 2023 no ship sailed."),
        ("en", "On March 14, 2024, the ship left."),
        ("en", "On 14 March 2024 the ship left."),
        ("en", "They bought an S-300 and a Su-35."),
        ("en", "They flew the Shahed-136."),
        ("en", "It costs $300 million."),
        ("en", "It costs 300 million dollars."),
        ("en", "It costs €300m."),
        ("en", "The ship left for the 4th time."),
        ("en", "He serves in the 63rd Brigade."),
        ("en", "The 41-year-old captain said nothing."),
        ("en", "Captain Ann Wright, 41, said nothing."),
        ("ko", "그는 41세의 선장이다."),
        ("en", "The bridge is 300 kilometres away."),
        ("en", "The bridge is 300 miles away."),
        ("en", "The war has lasted three years."),
        ("en", "The trip took 36 hours."),
        ("en", "It docked at 10:30 am."),
        ("en", "In 2023 ships sailed."),
        ("en", "Resolution 1874 forbids it."),
        ("en", "Article 5 forbids it."),
        ("fr", "Des obus de calibre 122 mm attendaient."),
        ("fr", "En 2023 aucun navire n'est parti."),
        ("fr", "Le 14 mars 2024 le navire est parti."),
        ("fr", "Cela coûte 300 millions d'euros."),
        ("fr", "Cela coûte 300 millions de dollars."),
        ("fr", "Le pont est à 300 kilomètres."),
        ("fr", "La guerre dure depuis trois ans."),
        ("fr", "Il sert dans la 63e brigade."),
        ("fr", "Le capitaine, 41 ans, se tait."),
        ("uk", "Снаряди калібру 122 мм чекали."),
        ("uk", "У 2023 році жодне судно не вийшло."),
        ("uk", "14 березня 2024 року судно вийшло."),
        ("uk", "Це коштує 300 мільйонів доларів."),
        ("uk", "Це коштує 300 млн євро."),
        ("uk", "Міст за 300 кілометрів звідси."),
        ("uk", "Він служить у 63-й бригаді."),
        ("uk", "Війна триває три роки."),
        ("ru", "Снаряды калибра 122 мм ждали."),
        ("ru", "В 2023 году ни одно судно не вышло."),
        ("ru", "14 марта 2024 года судно вышло."),
        ("ru", "Это стоит 300 миллионов долларов."),
        ("ru", "Это стоит 300 млн рублей."),
        ("ru", "Мост в 300 километрах отсюда."),
        ("ru", "Он служит в 63-й бригаде."),
        ("ru", "Война длится три года."),
        ("ko", "122mm 포탄이 준비됐다."),
        ("ko", "122㎜ 포탄이 준비됐다."),
        ("ko", "2023년 배가 떠났다."),
        ("ko", "2024년 3월 14일 배가 떠났다."),
        ("ko", "3억 달러가 든다."),
        ("ko", "300km 떨어져 있다."),
        ("ko", "그는 제63여단에 있다."),
        ("ko", "전쟁은 3년간 이어졌다."),
    ],
)
def test_what_counts_nothing(language, text):
    assert read(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("de", "Sie lieferten insgesamt mehr als 500 Raketen.", ["insgesamt mehr als 500"]),
        ("de", "Sie lieferten zwischen vier und sechs Millionen Patronen.", ["zwischen vier und sechs Millionen"]),
        ("de", f"Sie lieferten rund 4{NBSP}200 Container.", [f"rund 4{NBSP}200"]),
        ("en", "They delivered no more than 500 missiles and 20 tanks.", ["no more than 500", "20"]),
        ("en", "They delivered 12.5% of the shells.", ["12.5%"]),
        ("fr", "Ils ont livré plus de 4 200 conteneurs.", ["plus de 4 200"]),
        ("ru", "Они передали не менее 4 200 контейнеров.", ["не менее 4 200"]),
        ("ko", "미사일 약 500기를 보냈다.", ["약 500"]),
    ],
)
def test_a_number_stands_with_its_modifier(language, text, words):
    assert written(text, language) == words


@pytest.mark.parametrize(
    ("language", "text", "values"),
    [
        ("de", "Sie lieferten 100 Raketen, 250 Haubitzen und 12 Panzer.", [100, 250, 12]),
        ("en", "They delivered 100 missiles, 250 howitzers and 12 tanks.", [100, 250, 12]),
        ("en", "The number rose from 1,000 to 3,000 containers.", [1000, 3000]),
        ("fr", "Ils ont livré 100 missiles, 250 obusiers et 12 chars.", [100, 250, 12]),
        ("uk", "Вони передали 100 ракет, 250 гаубиць і 12 танків.", [100, 250, 12]),
        ("ru", "Они передали 100 ракет, 250 гаубиц и 12 танков.", [100, 250, 12]),
        ("ko", "미사일 100기, 곡사포 250문, 전차 12대를 보냈다.", [100, 250, 12]),
    ],
)
def test_every_number_of_a_list(language, text, values):
    assert [n.low for n in found(text, language)] == values


@pytest.mark.parametrize(
    ("word", "decimal", "value"),
    [
        ("16.000", ",", 16_000),
        ("16,000", ".", 16_000),
        ("7 000", ",", 7000),
        ("30'000", ",", 30_000),
        ("1,8", ",", 1.8),
        ("1.8", ".", 1.8),
        ("1.234.567", ",", 1_234_567),
        ("1.234,5", ",", 1234.5),
        ("1,234.5", ".", 1234.5),
        ("0,125", ",", 0.125),
        ("0.125", ".", 0.125),
        ("12", ",", 12),
    ],
)
def test_digits_with_separators(word, decimal, value):
    assert parse_digits(word, decimal) == value


def test_three_decimals_before_a_scale_are_no_thousand():
    assert parse_digits("1,234", ",", scaled=True) == pytest.approx(1.234)
    assert parse_digits("1.234", ".", scaled=True) == pytest.approx(1.234)


def test_what_begins_with_no_digit_is_none():
    assert parse_digits("zwölf", ",") is None


@given(st.integers(0, 999_999_999), st.sampled_from([",", ".", " ", "'"]))
def test_grouped_digits_are_read_back(value, separator):
    decimal = "," if separator != "," else "."
    assert parse_digits(f"{value:,}".replace(",", separator), decimal) == value


@given(st.integers(1000, 99_999_999), st.sampled_from(LANGUAGES))
def test_a_plain_integer_beside_a_noun_is_itself(value, language):
    noun = {"de": "Container", "en": "containers", "fr": "conteneurs", "uk": "контейнерів", "ru": "контейнеров"}
    text = f"{value} {noun[language]}" if language in noun else f"컨테이너 {value}개"
    if 1900 <= value <= 2099:
        return
    assert read(text, language) == eq(value)


@given(st.text(alphabet="0123456789.,'- –%/ mтыс만", max_size=60), st.sampled_from(LANGUAGES))
def test_any_mess_of_digits_is_read_without_error(text, language):
    for number in found(text, language):
        assert number.start <= number.bare_start < number.bare_end <= number.end
        assert number.low is not None or number.high is not None
        if number.low is not None and number.high is not None:
            assert number.low <= number.high
