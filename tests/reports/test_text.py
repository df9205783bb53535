"""Sentences and words: every piece stands where it says, and full stops end what they should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.reports.grammar.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.grammar.text import LONGEST, sentences, view, words

ODD = "\u00a0\u202f\u2009\u200b\ufeff\u2028\u2029\x85\r\n\t„“”«»‚‘’–—…。.!?:;,'\"-()[] aÄ1.000Zß한글мир🚢\u0301\u202e"


def cut(text, language="de"):
    plain = view(text)
    return [text[s.start : s.end] for s in sentences(plain, load_lexicon(language))]


def pieces(text, language):
    return words(view(text), 0, len(text), language).written


@given(st.text())
def test_a_view_has_the_same_length(text):
    assert len(view(text)) == len(text)


@given(st.text())
def test_a_view_of_a_view_is_itself(text):
    assert view(view(text)) == view(text)


def test_a_view_makes_odd_marks_plain():
    assert view("4\u00a0200 „Boote“ – ‚so‘ \u200bl’eau\r\n") == "4 200 \"Boote\" - ‚so'  l'eau\n\n"


@given(st.text(alphabet=ODD, max_size=200), st.sampled_from(LANGUAGES))
def test_sentences_lie_in_the_text_in_order_and_never_overlap(text, language):
    plain = view(text)
    at = 0
    covered = set()
    for sentence in sentences(plain, load_lexicon(language)):
        assert at <= sentence.start < sentence.end <= len(text)
        assert not plain[sentence.start].isspace()
        assert not plain[sentence.end - 1].isspace()
        covered.update(range(sentence.start, sentence.end))
        at = sentence.end
    assert all(plain[n].isspace() for n in range(len(plain)) if n not in covered)


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_sentences_of_any_text_cover_it(text, language):
    plain = view(text)
    covered = {n for s in sentences(plain, load_lexicon(language)) for n in range(s.start, s.end)}
    assert all(plain[n].isspace() for n in range(len(plain)) if n not in covered)


@given(st.text(alphabet=ODD, max_size=200), st.sampled_from(LANGUAGES))
def test_paragraphs_never_go_back(text, language):
    numbers = [s.paragraph for s in sentences(view(text), load_lexicon(language))]
    assert numbers == sorted(numbers)


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_words_stand_where_they_say(text, language):
    plain = view(text)
    found = words(plain, 0, len(plain), language)
    at = 0
    for start, end, written, folded in zip(found.starts, found.ends, found.written, found.folded, strict=True):
        assert at <= start < end <= len(plain)
        assert plain[start:end] == written
        assert written.casefold() == folded
        at = end


@given(st.text(max_size=100), st.sampled_from(LANGUAGES))
def test_words_leave_out_nothing_but_space(text, language):
    plain = view(text)
    found = words(plain, 0, len(plain), language)
    covered = {n for a, b in zip(found.starts, found.ends, strict=True) for n in range(a, b)}
    assert all(plain[n].isspace() for n in range(len(plain)) if n not in covered)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Das Schiff lief aus. Es kam an.", ["Das Schiff lief aus.", "Es kam an."]),
        ("de", "Lief es aus? Ja! Es kam an.", ["Lief es aus?", "Ja!", "Es kam an."]),
        ("de", "Es waren ca. 500 Kisten. Sie kamen an.", ["Es waren ca. 500 Kisten.", "Sie kamen an."]),
        ("de", "Es waren 2,5 Mio. Patronen. Sie kamen an.", ["Es waren 2,5 Mio. Patronen.", "Sie kamen an."]),
        ("de", "Auch z. B. Granaten kamen an. Und Raketen.", ["Auch z. B. Granaten kamen an.", "Und Raketen."]),
        ("de", "Auch z.B. Granaten kamen an.", ["Auch z.B. Granaten kamen an."]),
        ("de", "Dr. Anna Weber sprach. Sie ging.", ["Dr. Anna Weber sprach.", "Sie ging."]),
        ("de", "Vom 8. bis 13. Oktober fuhr es. Dann nicht.", ["Vom 8. bis 13. Oktober fuhr es.", "Dann nicht."]),
        ("de", "Am 3. November 2023 fuhr es.", ["Am 3. November 2023 fuhr es."]),
        ("de", "So sagt es A. Weber. Mehr nicht.", ["So sagt es A. Weber.", "Mehr nicht."]),
        ("de", "Die Zahl stieg auf 4.200. Das ist viel.", ["Die Zahl stieg auf 4.200.", "Das ist viel."]),
        ("de", "„Es fuhr aus.“ Dann kam es an.", ["„Es fuhr aus.“", "Dann kam es an."]),
        ("de", "„Es fuhr aus“, sagte sie. Dann kam es an.", ["„Es fuhr aus“, sagte sie.", "Dann kam es an."]),
        ("de", "Das Amt: Zwölf Boote kamen. Keines ging.", ["Das Amt: Zwölf Boote kamen.", "Keines ging."]),
        ("de", "Es kamen Boote; keines ging.", ["Es kamen Boote; keines ging."]),
        ("de", "Zwölf Boote … Keines ging.", ["Zwölf Boote …", "Keines ging."]),
        ("de", "Ein Boot\nZwei Boote kamen an.", ["Ein Boot", "Zwei Boote kamen an."]),
        ("de", "Ein Boot kam an,\ndas nicht fuhr.", ["Ein Boot kam an,\ndas nicht fuhr."]),
        ("de", "Ein Boot kam an.\r\nEs fuhr.", ["Ein Boot kam an.", "Es fuhr."]),
        ("en", "Mr. Ward spoke. He left.", ["Mr. Ward spoke.", "He left."]),
        ("en", "J. K. Ward spoke. He left.", ["J. K. Ward spoke.", "He left."]),
        ("en", "The U.S. Navy saw it. It left.", ["The U.S. Navy saw it.", "It left."]),
        ("en", 'It "left." Then it came back.', ['It "left."', "Then it came back."]),
        ("en", "It held 2.5 million rounds. It left.", ["It held 2.5 million rounds.", "It left."]),
        ("en", "It sailed on Oct. 8 from here. It left.", ["It sailed on Oct. 8 from here.", "It left."]),
        ("en", "“It left.” She nodded.", ["“It left.”", "She nodded."]),
        ("fr", "M. Morel parle. Il part.", ["M. Morel parle.", "Il part."]),
        ("fr", "« Il est parti. » Elle se tait.", ["« Il est parti. »", "Elle se tait."]),
        ("uk", "Було 40 тис. снарядів. Вони прибули.", ["Було 40 тис. снарядів.", "Вони прибули."]),
        ("uk", "У 2023 р. судно вийшло. Потім ні.", ["У 2023 р. судно вийшло.", "Потім ні."]),
        ("ru", "Было 40 тыс. снарядов. Они прибыли.", ["Было 40 тыс. снарядов.", "Они прибыли."]),
        ("ru", "В 2023 г. судно вышло. Потом нет.", ["В 2023 г. судно вышло.", "Потом нет."]),
        ("ru", "Так говорит И. П. Орлов. Больше ничего.", ["Так говорит И. П. Орлов.", "Больше ничего."]),
        ("ko", "배가 떠났다. 돌아왔다.", ["배가 떠났다.", "돌아왔다."]),
        ("ko", "“떠났다.” 그가 말했다.", ["“떠났다.”", "그가 말했다."]),
    ],
)
def test_sentences(language, text, expected):
    assert cut(text, language) == expected


@pytest.mark.parametrize(
    ("text", "headings"),
    [
        ("Zwölf Boote liefen aus\n\nAm Morgen liefen zwölf Boote aus.", [True, False]),
        ("Zwölf Boote liefen aus.", [False]),
        ("Das Amt sagt:\n\nZwölf Boote liefen aus.", [False, False]),
        ("Liefen Boote aus?\n\nZwölf liefen aus.", [False, False]),
    ],
)
def test_a_line_without_a_full_stop_is_a_heading(text, headings):
    assert [s.heading for s in sentences(view(text), load_lexicon("de"))] == headings


def test_a_long_line_without_a_full_stop_is_no_heading():
    text = "wort " * 60
    assert [s.heading for s in sentences(view(text), load_lexicon("de"))] == [False]


def test_paragraphs_are_counted():
    text = "Eins kam. Zwei kam.\n\nDrei kam."
    assert [s.paragraph for s in sentences(view(text), load_lexicon("de"))] == [0, 0, 1]


def test_an_endless_sentence_is_cut_at_a_space():
    text = "wort " * 3000
    found = list(sentences(view(text), load_lexicon("de")))
    assert len(found) > 1
    assert all(s.end - s.start <= LONGEST for s in found)
    assert all(text[s.start : s.end].startswith("wort") and text[s.start : s.end].endswith("wort") for s in found)


def test_an_endless_word_is_cut():
    text = "x" * (3 * LONGEST)
    found = list(sentences(view(text), load_lexicon("de")))
    assert sum(s.end - s.start for s in found) == len(text)
    assert all(s.end - s.start <= LONGEST for s in found)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "4.200 Kisten, 2,5 Mio. Patronen", ["4.200", "Kisten", ",", "2,5", "Mio", ".", "Patronen"]),
        ("de", "4\u00a0200 Kisten", ["4 200", "Kisten"]),
        ("de", "am 08.03.2023 um 9", ["am", "08.03.2023", "um", "9"]),
        ("de", "die 122-mm-Granate", ["die", "122", "-", "mm-Granate"]),
        ("de", "U-Boot-Bunker „Nord“", ["U-Boot-Bunker", '"', "Nord", '"']),
        ("en", "the ministry's 4,200 crates", ["the", "ministry", "'s", "4,200", "crates"]),
        ("en", "mid-2023", ["mid-", "2023"]),
        ("en", "the year 2023-24", ["the", "year", "2023", "-", "24"]),
        ("en", "12.5%", ["12.5", "%"]),
        ("en", "on 2023-03-08", ["on", "2023-03-08"]),
        ("fr", "l'Iran n’a qu'un port", ["l'", "Iran", "n'", "a", "qu'", "un", "port"]),
        ("fr", "aujourd'hui", ["aujourd'hui"]),
        ("uk", "п’ять суден", ["п'ять", "суден"]),
        ("ko", "152발을", ["152", "발을"]),
        ("ko", "1만2000여명", ["1", "만", "2000", "여", "명"]),
        ("ko", "3월부터", ["3", "월", "부터"]),
        ("ko", "지난해까지", ["지난해", "까지"]),
    ],
)
def test_words(language, text, expected):
    assert pieces(text, language) == expected


def test_words_of_a_stretch_keep_the_places_of_the_whole():
    plain = view("Eins. Zwei Boote.")
    found = words(plain, 6, 16, "de")
    assert found.written == ["Zwei", "Boote"]
    assert found.starts == [6, 11]
