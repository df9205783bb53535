"""When two spellings are one name, and when they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.case import Names, fold, imo_verdict, mmsi_verdict
from tidewaiter.model import Case, Confusable, Interval, Place, Vessel


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lady-R", "lady r"),
        ("LADY  R.", "Lady_R"),
        ("Søndre Havn", "sondre havn"),
        ("Łódź", "lodz"),
        ("İzmir", "izmir"),
        ("Straße", "STRASSE"),
        ("Владивосто́к", "владивосток"),
        ("Берёза", "береза"),
        ("Пристань «Дунай»", "пристань дунай"),
        ("나진", "나진"),
        ("ﾗｼﾞﾝ", "ラジン"),
        ("Ｒａｊｉｎ", "rajin"),
        ("ΛΙΜΆΝΙ", "λιμανι"),
        ("مِينَاء", "ميناء"),
        ("Maia\u200b-1", "maia 1"),
    ],
)
def test_one_name(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Дунай", "Дунаи"),
        ("Київ", "Киів"),
        ("Ѓорче", "Горче"),
        ("か", "が"),
        ("나진", "너진"),
        ("Pier 1-2", "Pier 12"),
        ("Maia-1", "Maia-2"),
        ("की", "कि"),
    ],
)
def test_two_names(one, other):
    assert fold(one) != fold(other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=30))
def test_case_does_not_matter(text):
    assert fold(text.upper()) == fold(text.upper().lower())


def _case(**changes):
    fields = {
        "root": None,
        "id": "x",
        "title": "",
        "question": "",
        "window": Interval(),
        "places": (Place("amber", "Amber Quay", aliases=("Янтарь", "호박")),),
        "vessels": (Vessel("lady_s", "Lady S", aliases=("Леди С",)),),
        "legs": (),
        "items": (),
        "scenarios": (),
        "inputs": (),
        "confusables": (Confusable("Amber Key", "amber", "a holiday island", "Travel pages."),),
    }
    return Case(**(fields | changes))


def test_places_and_vessels_match_in_any_script():
    names = Names(_case())
    assert [names.place(n).id for n in ("AMBER-QUAY", "янтарь", "호박", "amber")] == ["amber"] * 4
    assert names.vessel("lady-s").id == "lady_s"
    assert names.place("Lady S").id is None


def test_a_confusable_is_reported_and_not_resolved():
    match = Names(_case()).place("amber-key")
    assert match.id is None
    assert "a holiday island" in match.notice
    assert "Travel pages." in match.notice
    assert "amber" in match.hint


def test_an_unknown_name_comes_with_what_may_be_meant():
    names = Names(_case())
    assert names.place("Ambr Quay").hint == 'Did you mean "Amber Quay"?'
    assert names.vessel("Amber").id is None
    assert names.place("").id is None
    assert names.place("x" * 100_000).id is None


@pytest.mark.parametrize("number", ["9319466", "9999993"])
def test_a_good_imo_number(number):
    assert imo_verdict(number) == ""


@pytest.mark.parametrize("number", ["9319467", "931946", "abc", "", "٩٣١٩٤٦٦"])
def test_a_bad_imo_number_gets_a_verdict_in_words(number):
    assert len(imo_verdict(number)) > 20


def test_mmsi():
    assert mmsi_verdict("273000000") == ""
    assert mmsi_verdict("27300000")
    assert mmsi_verdict("002730000")
    assert mmsi_verdict("٢٧٣٠٠٠٠٠٠")
