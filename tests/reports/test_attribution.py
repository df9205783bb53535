"""Who says so: cues in six languages, chains of several levels, and how far a source reaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.reports.grammar.attribution import NOBODY, chains
from tidewaiter.reports.grammar.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.grammar.line import Line
from tidewaiter.reports.grammar.text import sentences, view


def told(text, language, skip=""):
    plain, lexicon = view(text), load_lexicon(language)
    lines = [Line(plain, sentence, lexicon) for sentence in sentences(plain, lexicon)]
    return [chain for chain, _ in chains(lines, skip)]


def levels(text, language, skip=""):
    return [chain.levels for chain in told(text, language, skip)]


@pytest.mark.parametrize(
    ("language", "text", "sources"),
    [
        # a source is named before or behind
        ("de", "Laut Reuters liefen zwölf Frachter aus.", ["Reuters"]),
        ("de", "Nach Angaben der NATO liefen zwölf Frachter aus.", ["NATO"]),
        ("de", "Dem Pentagon zufolge liefen zwölf Frachter aus.", ["Pentagon"]),
        ("de", "Zwölf Frachter liefen laut Reuters aus.", ["Reuters"]),
        ("de", "Zwölf Frachter seien ausgelaufen, sagte Anna Weber.", ["Anna Weber"]),
        ("de", "Zwölf Frachter seien ausgelaufen, so das Pentagon.", ["Pentagon"]),
        ("de", "Zwölf Frachter seien ausgelaufen, teilte die NATO mit.", ["NATO"]),
        ("de", "Das Pentagon erklärte, zwölf Frachter seien ausgelaufen.", ["Pentagon"]),
        ("de", "Die NATO berichtet, dass zwölf Frachter ausliefen.", ["NATO"]),
        ("de", "Wie Reuters berichtet, liefen zwölf Frachter aus.", ["Reuters"]),
        ("de", "Der iranische Geheimdienst meldete zwölf Frachter.", ["Iranian intelligence"]),
        ("de", "Das polnische Verteidigungsministerium meldete zwölf Frachter.", ["Polish Defence Ministry"]),
        ("de", "Laut dem Verteidigungsministerium Polens liefen zwölf Frachter aus.", ["Polish Defence Ministry"]),
        ("de", "Nach Einschätzung von Experten liefen zwölf Frachter aus.", ["unnamed experts"]),
        ("de", "Minister Karl Brandt sagte, zwölf Frachter seien ausgelaufen.", ["Karl Brandt"]),
        ("de", "„Zwölf Frachter liefen aus“, sagte Karl Brandt.", ["Karl Brandt"]),
        ("en", "According to Reuters, twelve freighters left.", ["Reuters"]),
        ("en", "Twelve freighters left, according to NATO.", ["NATO"]),
        ("en", "Twelve freighters left, the Pentagon said.", ["Pentagon"]),
        ("en", "NATO said that twelve freighters had left.", ["NATO"]),
        ("en", "The Pentagon estimates that twelve freighters left.", ["Pentagon"]),
        ("en", "Twelve freighters left, said Ann Ward.", ["Ann Ward"]),
        ("en", "“Twelve freighters left,” Ann Ward said.", ["Ann Ward"]),
        ("en", "Poland's Defence Ministry reported twelve freighters.", ["Polish Defence Ministry"]),
        ("en", "The Iranian Foreign Ministry reported twelve freighters.", ["Iranian Foreign Ministry"]),
        ("en", "Experts say twelve freighters left.", ["unnamed experts"]),
        ("en", "Minister Karl Brandt told reporters that twelve freighters had left.", ["Karl Brandt"]),
        ("fr", "Selon Reuters, douze cargos sont partis.", ["Reuters"]),
        ("fr", "D'après l'OTAN, douze cargos sont partis.", ["NATO"]),
        ("fr", "Douze cargos sont partis, a déclaré le Pentagone.", ["Pentagon"]),
        ("fr", "Le Pentagone affirme que douze cargos sont partis.", ["Pentagon"]),
        ("uk", "За даними Reuters, вийшли дванадцять суден.", ["Reuters"]),
        ("uk", "За словами Пентагону, вийшли дванадцять суден.", ["Pentagon"]),
        ("uk", "Пентагон заявив, що вийшли дванадцять суден.", ["Pentagon"]),
        ("uk", "Дванадцять суден вийшли, повідомило НАТО.", ["NATO"]),
        ("ru", "По данным Reuters, вышли двенадцать судов.", ["Reuters"]),
        ("ru", "По словам Пентагона, вышли двенадцать судов.", ["Pentagon"]),
        ("ru", "Пентагон заявил, что вышли двенадцать судов.", ["Pentagon"]),
        ("ru", "Двенадцать судов вышли, сообщило НАТО.", ["NATO"]),
        ("ko", "로이터통신에 따르면 화물선 12척이 떠났다.", ["Reuters"]),
        ("ko", "나토는 화물선 12척이 떠났다고 밝혔다.", ["NATO"]),
        ("ko", "화물선 12척이 떠났다고 로이터통신이 보도했다.", ["Reuters"]),
        # chains: outermost first, the origin last
        ("de", "Reuters meldete unter Berufung auf die NATO zwölf Frachter.", ["Reuters", "NATO"]),
        (
            "de",
            "Zwölf Frachter liefen aus, berichtet Reuters unter Berufung auf das Pentagon.",
            ["Reuters", "Pentagon"],
        ),
        ("de", "Wie Reuters meldet, sagte Anna Weber, zwölf Frachter seien ausgelaufen.", ["Reuters", "Anna Weber"]),
        (
            "de",
            "Wie Reuters meldet, sagte Anna Weber unter Berufung auf die NATO, zwölf Frachter seien ausgelaufen.",
            ["Reuters", "Anna Weber", "NATO"],
        ),
        ("en", "Reuters reported, citing NATO, that twelve freighters had left.", ["Reuters", "NATO"]),
        ("en", "Twelve freighters left, Reuters reported, citing the Pentagon.", ["Reuters", "Pentagon"]),
        ("en", "Twelve freighters left, Ann Ward said, citing NATO.", ["Ann Ward", "NATO"]),
        (
            "en",
            "Twelve freighters left, Ann Ward said, citing NATO, Reuters reported.",
            ["Reuters", "Ann Ward", "NATO"],
        ),
        ("fr", "Douze cargos sont partis, rapporte Reuters en citant l'OTAN.", ["Reuters", "NATO"]),
        ("uk", "Вийшли дванадцять суден, повідомляє Reuters із посиланням на НАТО.", ["Reuters", "NATO"]),
        ("ru", "Вышли двенадцать судов, сообщает Reuters со ссылкой на НАТО.", ["Reuters", "NATO"]),
        ("en", "Reuters cites NATO as saying that twelve freighters left.", ["Reuters", "NATO"]),
        ("de", "Reuters zitiert die NATO mit den Worten, zwölf Frachter seien ausgelaufen.", ["Reuters", "NATO"]),
        (
            "de",
            "Nach Erkenntnissen des polnischen Geheimdienstes, über die Reuters berichtet, liefen zwölf Frachter aus.",
            ["Reuters", "Polish intelligence"],
        ),
        # offices give way to names, and take the country of their seat
        ("de", "Der Sprecher des Pentagons, Karl Brandt, sagte, zwölf Frachter seien ausgelaufen.", ["Karl Brandt"]),
        ("de", "Karl Brandt, Präsident von RUSI, sagte, zwölf Frachter seien ausgelaufen.", ["Karl Brandt"]),
        ("en", "Twelve freighters left, the Defence Ministry in Warsaw said.", ["Polish Defence Ministry"]),
        ("de", "Reuters beruft sich auf die NATO, es liefen zwölf Frachter aus.", ["Reuters", "NATO"]),
        ("fr", "Reuters cite l'OTAN, selon laquelle douze cargos sont partis.", ["Reuters", "NATO"]),
        ("ko", "로이터통신은 나토를 인용해 화물선 12척이 떠났다고 보도했다.", ["Reuters", "NATO"]),
        (
            "en",
            "The Pentagon said, citing Reuters, which quoted Ann Ward, that twelve freighters had left.",
            ["Pentagon", "Reuters", "Ann Ward"],
        ),
        # co-sources of a level
        ("de", "Laut Reuters und AFP liefen zwölf Frachter aus.", ["AFP|Reuters"]),
        ("de", "Das Pentagon und die NATO erklärten, zwölf Frachter seien ausgelaufen.", ["NATO|Pentagon"]),
        ("en", "According to Reuters and AFP, twelve freighters left.", ["AFP|Reuters"]),
        ("en", "NATO and the Pentagon said twelve freighters had left.", ["NATO|Pentagon"]),
        ("fr", "Selon Reuters et l'AFP, douze cargos sont partis.", ["AFP|Reuters"]),
        ("ru", "По данным Reuters и AFP, вышли двенадцать судов.", ["AFP|Reuters"]),
        # before a colon
        ("de", "NATO: Zwölf Frachter liefen aus.", ["NATO"]),
        ("en", "Pentagon: twelve freighters left.", ["Pentagon"]),
        # nobody
        ("de", "Zwölf Frachter liefen aus.", []),
        ("de", "Die NATO schickte zwölf Frachter.", []),
        ("de", "Russland schickte zwölf Frachter nach Iran.", []),
        ("en", "Twelve freighters left.", []),
        ("en", "NATO sent twelve freighters.", []),
        ("en", "Russia sent twelve freighters to Iran.", []),
        ("fr", "Douze cargos sont partis.", []),
        ("uk", "Вийшли дванадцять суден.", []),
        ("ru", "Вышли двенадцать судов.", []),
        ("ko", "화물선 12척이 떠났다.", []),
    ],
)
def test_sources_of_one_sentence(language, text, sources):
    (chain,) = told(text, language)
    assert list(chain.levels) == sources
    assert chain.how == ("explicit" if sources else "none")


def test_a_chain_says_where_it_stands():
    text = "Zwölf Frachter liefen laut Reuters aus."
    (chain,) = told(text, "de")
    assert text[chain.start : chain.end] == "laut Reuters"


def test_four_levels_keep_their_order():
    text = "Wie Reuters meldet, sagte Anna Weber unter Berufung auf einen Bericht der NATO, zwölf Frachter seien ausgelaufen."
    (chain,) = told(text, "de")
    assert chain.levels[0] == "Reuters"
    assert chain.levels[-1] == "NATO"
    assert len(set(chain.levels)) == len(chain.levels)


def test_the_publishing_outlet_is_no_level():
    text = "Wie Reuters meldet, sagte Anna Weber, zwölf Frachter seien ausgelaufen."
    assert levels(text, "de", skip="Reuters") == [("Anna Weber",)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das Pentagon zählte nach eigenen Angaben zwölf Frachter, sagte Anna Weber. Zehn seien angekommen."),
        ("en", "Twelve freighters left, said Ann Ward. Ten of them arrived."),
        ("fr", "Douze cargos sont partis, a déclaré le Pentagone. Dix sont arrivés."),
        ("uk", "Пентагон заявив, що вийшли дванадцять суден. Десять прибули."),
        ("ru", "Пентагон заявил, что вышли двенадцать судов. Десять прибыли."),
        ("ko", "나토는 화물선 12척이 떠났다고 밝혔다. 10척이 도착했다."),
    ],
)
def test_the_sentence_behind_inherits_its_source(language, text):
    first, second = told(text, language)
    assert first.how == "explicit"
    assert second.how == "inherited"
    assert second.levels == first.levels
    assert (second.start, second.end) == (None, None)


def test_reported_speech_carries_on_over_several_sentences():
    text = (
        "Zwölf Frachter seien ausgelaufen, sagte Anna Weber. Zehn seien angekommen. "
        "Zwei hätten abgedreht. Man habe alle gesehen."
    )
    assert levels(text, "de") == [("Anna Weber",)] * 4
    assert [c.how for c in told(text, "de")] == ["explicit"] + ["inherited"] * 3


def test_another_source_takes_over():
    text = "Zwölf Frachter liefen aus, sagte Anna Weber. Laut Reuters waren es zehn. Sie kamen an."
    assert levels(text, "de") == [("Anna Weber",), ("Reuters",), ("Reuters",)]


def test_a_new_paragraph_without_a_report_in_the_lead_has_no_source():
    text = "Zwölf Frachter liefen aus, sagte Anna Weber.\n\nZehn kamen an."
    assert levels(text, "de") == [("Anna Weber",), ()]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Zwölf Frachter liefen aus, heißt es in einem Bericht des Instituts RUSI.\n\nZehn kamen an."),
        ("de", "Einem Bericht des RUSI zufolge liefen zwölf Frachter aus.\n\nZehn kamen an."),
        ("en", "Twelve freighters left, according to a report by RUSI.\n\nTen arrived."),
        ("en", "A RUSI report says twelve freighters left.\n\nTen arrived."),
    ],
)
def test_a_report_is_known_by_its_noun(language, text):
    assert levels(text, language) == [("RUSI",), ("RUSI",)]


def test_the_report_of_the_lead_reaches_into_later_paragraphs():
    text = (
        "Ein Bericht des Instituts RUSI nennt zwölf Frachter.\n\nZehn Frachter kamen an.\n\nZwei Frachter drehten ab."
    )
    found = told(text, "de")
    assert [c.levels for c in found] == [("RUSI",)] * 3
    assert [c.how for c in found] == ["explicit", "inherited", "inherited"]


def test_another_voice_ends_the_reach_of_the_report():
    text = (
        "Ein Bericht des Instituts RUSI nennt zwölf Frachter.\n\n"
        "Zehn Frachter kamen an, sagte Anna Weber.\n\nZwei Frachter drehten ab."
    )
    assert levels(text, "de") == [("RUSI",), ("Anna Weber",), ()]


def test_a_surname_alone_is_known_again():
    text = "Zwölf Frachter liefen aus, sagte Anna Weber. Zehn kamen an, sagte Weber."
    assert levels(text, "de") == [("Anna Weber",), ("Anna Weber",)]


def test_a_heading_has_no_source_and_takes_none():
    text = "Zwölf Frachter liefen aus, sagte Anna Weber.\n\nZehn kamen an\n\nZwei drehten ab."
    assert told(text, "de")[1] == NOBODY


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Zwölf Frachter liefen aus. Zehn kamen an. Das schreibt Reuters."),
        ("de", "Zwölf Frachter liefen aus. Zehn kamen an. Das berichtet Reuters."),
        ("en", "Twelve freighters left. Ten arrived. This was reported by Reuters."),
        ("en", "Twelve freighters left. Ten arrived. That is what Reuters reports."),
    ],
)
def test_who_wrote_this_reaches_back(language, text):
    found = told(text, language)
    assert [c.levels for c in found] == [("Reuters",)] * 3
    assert found[0].how == "inherited"


def test_who_wrote_this_stands_before_who_said_it():
    text = "Zwölf Frachter seien ausgelaufen, sagte Anna Weber. Das schreibt Reuters."
    first, _ = told(text, "de")
    assert first.levels == ("Reuters", "Anna Weber")
    assert first.how == "explicit"


def test_who_wrote_this_reaches_back_only_in_its_paragraph():
    text = "Zwölf Frachter liefen aus.\n\nZehn kamen an. Das schreibt Reuters."
    assert levels(text, "de") == [(), ("Reuters",), ("Reuters",)]


def test_who_also_reports_is_beside_the_chain():
    text = "Zwölf Frachter seien ausgelaufen, sagte Anna Weber. Das berichtet auch AFP."
    first, _ = told(text, "de")
    assert first.levels == ("Anna Weber",)
    assert first.also == ("AFP",)


@pytest.mark.parametrize(
    ("language", "text", "said", "denied"),
    [
        ("de", "Laut Pentagon liefen zwölf Frachter aus, was Teheran bestreitet.", "Pentagon", "Iranian government"),
        ("en", "The Pentagon said twelve freighters left, which Tehran denies.", "Pentagon", "Iranian government"),
    ],
)
def test_who_denies_stands_apart_from_who_says(language, text, said, denied):
    (chain,) = told(text, language)
    assert chain.levels == (said,)
    assert chain.denying == (denied,)


@pytest.mark.parametrize(
    ("language", "text", "who"),
    [
        ("de", "Teheran bestreitet die Lieferung von Raketen.", "Iranian government"),
        ("de", "Das Pentagon dementierte die Lieferung von Raketen.", "Pentagon"),
        ("en", "Tehran denies shipping missiles.", "Iranian government"),
        ("en", "The Pentagon denied shipping missiles.", "Pentagon"),
        ("fr", "Téhéran nie avoir livré des missiles.", "Iranian government"),
        ("uk", "Тегеран заперечує постачання ракет.", "Iranian government"),
        ("ru", "Тегеран отрицает поставки ракет.", "Iranian government"),
        ("ko", "이란은 미사일 공급을 부인했다.", "Iranian government"),
    ],
)
def test_who_denies_is_the_source(language, text, who):
    assert levels(text, language) == [(who,)]


@given(
    st.lists(
        st.sampled_from(
            [
                "Laut", "Reuters", "zufolge", "sagte", "Anna", "Weber", ",", ".", ":", "“", "„", "so", "und", "die", "NATO",
                "unter Berufung auf", "das schreibt", "auch", "\n\n", "Bericht", "bestreitet", "Teheran", "zwölf Frachter",
                "Präsident", "Experten", "der", "dass", "hieß es", "(", ")", "-", "Diese",
            ]
        ),
        max_size=20,
    )
)  # fmt: skip
def test_any_mess_of_cues_is_read_without_error(words):
    text = " ".join(words)
    for chain in told(text, "de"):
        assert chain.how in {"explicit", "inherited", "none"}
        assert bool(chain.levels) == (chain.how != "none")
        assert (chain.start is None) == (chain.end is None)
        if chain.start is not None:
            assert 0 <= chain.start < chain.end <= len(text)
        assert all(level for level in chain.levels)


@given(st.text(max_size=200), st.sampled_from(LANGUAGES))
def test_any_text_has_a_chain_for_every_sentence(text, language):
    plain = view(text)
    assert len(told(text, language)) == len(list(sentences(plain, load_lexicon(language))))
