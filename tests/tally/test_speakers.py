"""Who speaks: what a case declares goes before what is usual for the type of a source."""

import csv
from importlib import resources

import msgspec
import pytest

from claims_world import CASE, claim, told
from tidewaiter.model import Speaker
from tidewaiter.tally.speakers import Voice, voice


def speak(case=CASE, **changes):
    return voice(told(claim(low=1.0, **changes))[0], case)


@pytest.mark.parametrize("name", ["Ministry", "defence ministry", "Ministry (press office)", "  MINISTRY "])
def test_a_declared_source_is_known_by_any_of_its_names(name):
    assert speak(claimant=name) == Voice("ministry", "allies", 0.2, imagery=False)


def test_brackets_in_the_declared_name_do_not_matter_either():
    case = msgspec.structs.replace(CASE, sources=(Speaker("m", ("Ministry (2031)",), bias=0.3),))
    assert speak(case, claimant="Ministry (spokesman)").id == "m"


def test_what_is_left_open_is_usual_for_the_type():
    case = msgspec.structs.replace(CASE, sources=(Speaker("m", ("Ministry",)),))
    assert speak(case, claimant_type="imagery") == Voice("m", "imagery", 0.12, imagery=True)
    assert speak(case, claimant_type="government") == Voice("m", "government", 0.25, imagery=False)


def test_a_declaration_goes_before_the_type_even_where_it_says_zero_or_no():
    case = msgspec.structs.replace(CASE, sources=(Speaker("m", ("Ministry",), bias=0.0, imagery=False),))
    assert speak(case, claimant_type="imagery") == Voice("m", "imagery", 0.0, imagery=False)


def test_somebody_undeclared_is_a_source_by_name_in_the_group_of_the_type():
    assert speak(claimant="Gazette (city desk)", claimant_type="media") == Voice("gazette", "media", 0.5, imagery=False)
    assert speak(claimant="Sky Team", claimant_type="Imagery (commercial)").imagery


def test_of_no_known_type_is_wide_and_alone():
    unknown = speak(claimant="Stranger", claimant_type="")
    assert unknown == Voice("stranger", "stranger", 0.35, imagery=False)
    assert speak(claimant="Stranger", claimant_type="oracle") == Voice("stranger", "oracle", 0.35, imagery=False)


def test_two_names_of_one_source_are_one_voice():
    assert speak(claimant="Ministry") == speak(claimant="Defence Ministry")


def test_the_table_of_types_says_where_each_number_comes_from():
    text = (resources.files("tidewaiter.tally") / "source_types.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert all(row["source"].strip() and 0 < float(row["bias"]) < 2 and row["imagery"] in {"yes", "no"} for row in rows)
    assert len({row["type"] for row in rows}) == len(rows)
    assert "" in {row["type"] for row in rows}
