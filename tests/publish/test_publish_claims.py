from __future__ import annotations

import re

import pytest
from publish_world import CLAIMS, START, make_results

from tidewaiter.publish.claims import group_claims, is_running_total, letters
from tidewaiter.publish.figures import Figures
from tidewaiter.publish.words import FLAGS


def groups():
    results = make_results()
    fig = Figures(results.measurements, readings=[f"claims/{c['claim_id']}" for c in CLAIMS])
    return group_claims(results.tables["claims"].to_pylist(), results.tables["claim_checks"].to_pylist(), fig)


def test_each_origin_stands_once_with_what_follows_from_it():
    origins, other = groups()
    shown = {o.origin.id: o for o in origins}
    assert [c.id for c in shown["K03"].derived] == ["K04"]  # flares computed from its own containers
    assert {c.id for c in shown["K03"].copies} == {"K05", "K10"}
    every = [c.id for o in origins for c in (o.origin, *o.derived, *o.copies)]
    assert len(every) == len(set(every))
    assert {c.id for c in other} == {"K12"}  # a finding about the whole line


def test_denials_stand_beside_every_claim_they_concern():
    origins, _ = groups()
    assert {o.origin.id for o in origins if any(a.id == "K11" for a in o.answers)} == {"K01", "K02"}


def test_only_running_totals_go_on_the_chart():
    claims = {c.id: c for o in groups()[0] for c in (o.origin, *o.derived, *o.copies)}
    assert is_running_total(claims["K06"], START)
    assert not is_running_total(claims["K09"], START)  # one calendar year is not a total since the start
    assert not is_running_total(claims["K08"], START)  # starts long before the window


def test_letters_hold_no_digits_and_never_repeat():
    keys = [letters(i) for i in range(800)]
    assert len(set(keys)) == 800
    assert not any(re.search(r"\d", k) for k in keys)
    assert keys[:3] + keys[26:28] == ["a", "b", "c", "aa", "ab"]


def test_every_flag_of_the_tally_has_words():
    tally = pytest.importorskip("tidewaiter.tally.claims")
    flags = re.findall(r"^    ([a-z]+(?:-[a-z]+)*)(?::<claim id>)? {2,}\S", tally.__doc__, re.MULTILINE)
    assert set(flags) - {"flag"} == set(FLAGS)
