import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.reports import language
from tidewaiter.reports.language import detect

TEXTS = {
    "de": "Die Hafenbehörde teilte am Freitag mit, dass seit dem Frühjahr zwölf Frachter in die Bucht eingelaufen sind.",
    "en": "The harbour office said on Friday that twelve freighters have entered the bay since spring, with their lights off.",
    "fr": "La capitainerie a déclaré vendredi que douze cargos sont entrés dans la baie depuis le printemps, selon ses relevés.",
    "uk": "Портова служба повідомила, що з весни до бухти зайшли дванадцять вантажних суден, і жодне з них не розвантажили.",
    "ru": "Портовая служба сообщила, что с весны в бухту вошли двенадцать грузовых судов, и ни одно из них не разгружали.",
    "ko": "항만 당국은 봄부터 화물선 열두 척이 만에 들어왔다고 금요일에 밝혔다.",
}
OTHERS = {
    "nl": "Het havenkantoor meldde vrijdag dat er sinds het voorjaar twaalf vrachtschepen in de baai zijn aangekomen.",
    "es": "La oficina del puerto dijo el viernes que doce cargueros han entrado en la bahía desde la primavera.",
    "it": "La capitaneria ha detto venerdì che dodici navi sono entrate nella baia dalla primavera e che non sono uscite.",
    "pl": "Biuro portu podało w piątek, że od wiosny do zatoki weszło dwanaście statków i że nie zostały rozładowane.",
    "bg": "Пристанищната служба съобщи, че от пролетта в залива са влезли дванадесет кораба, но товарът не е разтоварен на кея и с тях няма връзка.",
    "be": "Партовая служба паведаміла, што з вясны ў бухту зайшлі дванаццаць грузавых суднаў.",
    "sr": "Лучка капетанија је саопштила да је од пролећа у залив ушло дванаест теретних бродова.",
    "ja": "港湾当局は春から十二隻の貨物船が湾に入ったと発表した。",
    "ar": "قالت هيئة الميناء إن اثنتي عشرة سفينة دخلت الخليج منذ الربيع.",
}


@pytest.fixture(params=["with files", "without files"])
def lexicons(request, monkeypatch):
    if request.param == "without files":
        monkeypatch.setattr(language, "_stopwords", lambda _: [])
    language._function_words.cache_clear()
    language._detect.cache_clear()
    yield
    language._function_words.cache_clear()
    language._detect.cache_clear()


@pytest.mark.parametrize("code", TEXTS)
def test_each_language_is_told(lexicons, code):
    found, score = detect(TEXTS[code])
    assert found == code
    assert 0.25 < score <= 1


@pytest.mark.parametrize("code", OTHERS)
def test_another_language_is_none_of_ours(lexicons, code):
    assert detect(OTHERS[code]) == ("", 0.0)


@pytest.mark.parametrize("text", ["", " \n", "12 345 678", "🚢🚢", "Angara Maria 7", "0" * 30_000])
def test_what_holds_no_language(text):
    assert detect(text) == ("", 0.0)


def test_letters_tell_short_ukrainian_from_russian():
    assert detect("Поїзди їдуть")[0] == "uk"
    assert detect("Поезды ждут")[0] == "ru"


def test_capitals_and_a_foreign_quote_change_nothing():
    assert detect(TEXTS["uk"].upper())[0] == "uk"
    assert detect(TEXTS["de"] + ' "The harbour is closed", sagte er.')[0] == "de"
    assert detect(TEXTS["ko"] + " KN-23 Angara Maia-1 Open Source Centre")[0] == "ko"


def test_only_the_first_characters_decide():
    assert detect(TEXTS["fr"] * 200 + TEXTS["ru"] * 5000)[0] == "fr"


def test_a_broken_lexicon_file_is_no_obstacle(monkeypatch, tmp_path):
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "de.toml").write_text('stopwords = ["der",\n', encoding="utf-8")
    (tmp_path / "languages" / "fr.toml").write_text('stopwords = ["Zebra"]\n\n[numbers]\n= broken\n', encoding="utf-8")
    monkeypatch.setattr(language, "files", lambda _: tmp_path)
    assert language._stopwords("de") == []
    assert language._stopwords("en") == []
    assert language._stopwords("fr") == ["Zebra"]


@given(st.text())
def test_every_text_gets_an_answer(text):
    code, score = detect(text)
    assert code in {"", *TEXTS}
    assert 0 <= score <= 1
    assert (code == "") == (score == 0) or score == 0
