"""Mixes, lists, sources, flows, balances, what-ifs and days to look back from: what is read, and what is refused."""

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_case_load import CASE

from tidewaiter.case import load_case, write_template
from tidewaiter.case.layout import KEYS, NESTED, SHARES
from tidewaiter.errors import CaseError
from tidewaiter.model import (
    Balance,
    ClaimModel,
    DetectionList,
    Flow,
    ListModel,
    Part,
    Quantiles,
    Speaker,
    WhatIf,
)

DOCS = Path(__file__).parents[2] / "docs"
MORE = """\
[[vessels]]
id = "tern"
name = "Arctic Tern"
[[places]]
id = "depot"
name = "Inland depot"
[[legs]]
origin = "amber"
destination = "depot"
mode = "rail"
measured = false
relative = [0.02, 0.08, 0.35]
[[legs]]
origin = "cobalt"
destination = "depot"
mode = "rail"
measured = false
onward = true
[[scenarios]]
id = "mixed"
label = "Mixed"
item = "crate"
share = 1
payload_t = 25
defect = [0.1, 0.3, 0.5]
[[scenarios.mix]]
name = "large"
weight = 1
per_unit = [40, 50, 60]
kg_per_item = 300
[[scenarios.mix]]
name = "small"
weight = { p5 = 1, p50 = 1, p95 = 2, source = "ours" }
per_unit = [400, 410, 410]
kg_per_item = 30
[[lists]]
id = "origin_imagery"
label = "Images of the load port"
seen = [0.2, 0.5, 1]
source = "ours"
[[lists]]
id = "ais_gap"
label = "Silences of AIS"
seen = 0.4
[[sources]]
id = "ministry"
names = ["Ministry of Harbours", "Harbour Minister (in person)"]
group = "allied"
bias = 0.2
imagery = false
source = "ours"
[[sources]]
id = "watch"
names = ["Harbour Watch"]
[[flows]]
id = "use"
label = "Use"
unit = "Crate"
per_month = [100, 200, 400]
kind = "consumption"
[[flows]]
id = "own"
label = "Own output"
unit = "crate"
per_month = 50
monthly_change = [0.1, 0.2, 0.3]
kind = "production"
source = "ours"
[[balances]]
id = "yards"
label = "At the yards"
scenario = "mixed"
consumption = "use"
production = "own"
stock = [0.02, 0.1, 0.25]
horizon_months = 24
source = "ours"
[[what_ifs]]
id = "stopped"
label = "It stops"
balance = "yards"
flow = 0
[[what_ifs]]
id = "closed"
label = "Cobalt is closed, the Tern gone"
balance = "yards"
legs = ["cobalt"]
vessels = ["tern"]
[calls_model]
unseen_share = [0.05, 0.1, 0.2]
[lists_model]
rate_per_month = [1, 2, 3]
total = 40
dark_share = [0.1, 0.2, 1]
[claims_model]
error = 0
gross = 1
completeness = [0.4, 0.7, 1]
bias_scale = [0.5, 1, 20]
[load_model]
count_error = 0.12
"""
WHOLE = CASE.replace("window = { from", 'as_of = ["2031-06-30", 2031-03-01, "2040-01-01"]\nwindow = { from') + MORE


def load(folder, text):
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return load_case(folder)


def test_everything_that_can_be_declared(tmp_path):
    case = load(tmp_path, WHOLE)
    assert case.as_of == (date(2031, 3, 1), date(2031, 6, 30), date(2040, 1, 1))
    assert case.legs[1].relative == Quantiles(0.02, 0.08, 0.35)
    assert (case.legs[1].measured, case.legs[1].onward, case.legs[2].onward) == (False, False, True)
    plain, mixed = case.scenarios
    assert (plain.mix, plain.payload_t, plain.defect) == ((), None, None)
    assert mixed.per_unit is None
    assert mixed.mix == (
        Part("large", Quantiles(1, 1, 1), Quantiles(40, 50, 60), 300),
        Part("small", Quantiles(1, 1, 2, "ours"), Quantiles(400, 410, 410), 30),
    )
    assert (mixed.share, mixed.payload_t, mixed.defect) == (Quantiles(1, 1, 1), 25, Quantiles(0.1, 0.3, 0.5))
    assert case.lists == (
        DetectionList("origin_imagery", "Images of the load port", Quantiles(0.2, 0.5, 1), "ours"),
        DetectionList("ais_gap", "Silences of AIS", Quantiles(0.4, 0.4, 0.4)),
    )
    names = ("Ministry of Harbours", "Harbour Minister (in person)")
    assert case.sources[0] == Speaker("ministry", names, "allied", 0.2, imagery=False, source="ours")
    assert case.sources[1] == Speaker("watch", ("Harbour Watch",), bias=None, imagery=None)
    assert case.flows[0] == Flow("use", "Use", "Crate", Quantiles(100, 200, 400), "consumption")
    assert case.flows[1].monthly_change == Quantiles(0.1, 0.2, 0.3)
    stock = Quantiles(0.02, 0.1, 0.25)
    assert case.balances == (Balance("yards", "At the yards", "mixed", "use", "own", stock, 24, "ours"),)
    assert case.what_ifs[0] == WhatIf("stopped", "It stops", "yards", 0)
    assert case.what_ifs[1] == WhatIf("closed", "Cobalt is closed, the Tern gone", "yards", 1, ("cobalt",), ("tern",))


def test_models_keep_what_is_not_written(tmp_path):
    case = load(tmp_path, WHOLE)
    assert case.call_model.unseen_share == Quantiles(0.05, 0.1, 0.2)
    assert case.list_model.total == Quantiles(40, 40, 40)
    assert case.list_model.dark_visibility == ListModel().dark_visibility
    assert (case.claim_model.error, case.claim_model.gross) == (0, 1)
    assert case.claim_model.fill == ClaimModel().fill
    assert case.load_model.count_error == Quantiles(0.12, 0.12, 0.12)
    bare = load(tmp_path, CASE)
    assert (bare.claim_model, bare.list_model) == (ClaimModel(), ListModel())
    assert (bare.lists, bare.sources, bare.flows, bare.balances, bare.what_ifs, bare.as_of) == ((),) * 6


def test_a_mix_in_one_line_is_the_same_mix(tmp_path):
    start, end = MORE.index("[[scenarios.mix]]"), MORE.index("[[lists]]")
    inline = (
        'mix = [{ name = "large", weight = 1, per_unit = [40, 50, 60], kg_per_item = 300 },\n'
        '{ name = "small", weight = { p5 = 1, p50 = 1, p95 = 2, source = "ours" }, per_unit = [400, 410, 410], kg_per_item = 30 }]\n'
    )
    assert load(tmp_path, CASE + MORE[:start] + inline + MORE[end:]).scenarios == load(tmp_path, CASE + MORE).scenarios


def lines_of(text, needle):
    return [n for n, line in enumerate(text.splitlines(), 1) if needle in line]


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("[[what_ifs]]", "[[what_if]]", 'unknown section "what_if"', 'Did you mean "what_ifs"?'),
        ("[claims_model]", "[[claims_model]]", "wrong brackets", "[claims_model]"),
        # legs
        ("relative = [0.02, 0.08, 0.35]", "relative = 0", "above zero", None),
        ("onward = true", "onward = 1", "true or false", None),
        ("measured = false\nrelative", "relative", "legs.relative is for a leg", "measured = false"),
        ("measured = false\nonward", "onward", "legs.onward is for a leg", "measured = false"),
        ("onward = true", "onward = true\nrelative = 0.1", "this leg is onward", "take one"),
        # scenarios
        ("share = 1\n", "share = 1\nper_unit = 5\n", "both per_unit and mix", "one of the two"),
        ("payload_t = 25", "payload_t = 0", "should be above zero", "tonnes"),
        ("kg_per_item = 30\n", "", "how heavy each item in the mix is", "kg_per_item"),
        ("defect = [0.1, 0.3, 0.5]", "defect = [0.1, 0.3, 1.5]", "at or below 1", None),
        ("weight = 1\n", "", 'scenarios.mix lacks the key "weight"', None),
        ("weight = 1\n", "weigth = 1\n", 'unknown key "weigth" in scenarios.mix', 'Did you mean "weight"?'),
        ("per_unit = [40, 50, 60]", "per_unit = [40, 30, 60]", "should not fall", None),
        ("kg_per_item = 300", "kg_per_item = -1", "above zero", "kilograms"),
        ('name = "small"', 'name = "large"', 'names "large" twice', "together"),
        # lists
        ("seen = 0.4", "seen = 1.4", "at or below 1", None),
        ("seen = 0.4\n", "", 'lacks the key "seen"', None),
        ('id = "ais_gap"', 'id = "origin_imagery"', "used twice in [[lists]]", "already used on line"),
        ('label = "Silences of AIS"', 'label = "Origin-imagery"', "names two lists", "another label"),
        # sources
        ('names = ["Harbour Watch"]', "", "names nobody", "as claims write it"),
        ('names = ["Harbour Watch"]', "names = 5", "list of texts", None),
        ('names = ["Harbour Watch"]', 'names = ["?"]', "no letter or digit", None),
        ('names = ["Harbour Watch"]', 'names = ["harbour minister"]', "stands under two sources", "brackets"),
        ('id = "watch"', 'id = "ministry"', "used twice in [[sources]]", None),
        ("bias = 0.2", "bias = -0.2", "outside 0 to 10", None),
        ("imagery = false", 'imagery = "no"', "true or false", None),
        # flows
        ('id = "own"', 'id = "use"', "used twice in [[flows]]", None),
        ('kind = "production"', 'kind = "produktion"', "not known", 'Did you mean "production"?'),
        ("per_month = 50\n", "", 'lacks the key "per_month"', None),
        # balances
        ('scenario = "mixed"', 'scenario = "mixd"', 'unknown scenario "mixd"', 'Did you mean "mixed"?'),
        ('consumption = "use"', 'consumption = "uses"', 'unknown flow "uses"', 'Did you mean "use"?'),
        ('production = "own"', 'production = "owned"', 'unknown flow "owned"', 'Did you mean "own"?'),
        ('production = "own"', 'production = "use"', "the same flow", None),
        (
            'unit = "Crate"',
            'unit = "tonne"',
            'the flow "use" is in tonne, the item of the scenario in crate',
            "one unit",
        ),
        ("stock = [0.02, 0.1, 0.25]", "stock = 2", "at or below 1", None),
        ("horizon_months = 24", "horizon_months = 0", "outside 1 to 120", None),
        ("horizon_months = 24", "horizon_months = 1.5", "whole number", None),
        # what-ifs
        ('balance = "yards"\nflow', 'balance = "yard"\nflow', 'unknown balance "yard"', 'Did you mean "yards"?'),
        ("flow = 0", "flow = 1.5", "outside 0 to 1", None),
        ("flow = 0", "flow = -0.5", "outside 0 to 1", None),
        ('legs = ["cobalt"]', 'legs = ["depot"]', 'unknown destination of a measured leg "depot"', "cobalt"),
        ('vessels = ["tern"]', 'vessels = ["turn"]', 'unknown vessel "turn"', 'Did you mean "tern"?'),
        ('id = "closed"', 'id = "stopped"', "used twice in [[what_ifs]]", None),
        # models
        ("unseen_share = [0.05, 0.1, 0.2]", "unseen_share = [0.5, 0.9, 1.2]", "at or below 1", None),
        ("dark_share = [0.1, 0.2, 1]", "dark_share = 2", "at or below 1", None),
        ("total = 40", 'total = "40"', "three numbers, not a text", None),
        ("gross = 1", "gross = 1.1", "outside 0 to 1", None),
        ("\nerror = 0\n", "\nerror = -0.1\n", "outside 0 to", None),
        ("completeness = [0.4, 0.7, 1]", "completenes = 1", "unknown key", 'Did you mean "completeness"?'),
        ("count_error = 0.12", "count_error = 0", "above zero", None),
        # days to look back from
        ('"2031-06-30"', '"2031-06"', "full days", "year, month and day"),
        ('"2031-06-30"', '"2031-06-31"', "does not exist", None),
        ('"2031-06-30"', '"30.06.2031"', "not a date", None),
        ('"2031-06-30"', '"2031-02-28"', "before the window", "take the day out"),
        ('"2031-06-30"', "2031-06-30T12:00:00Z", "full days", None),
        ('"2031-06-30"', "20310630", "full days", None),
        ('"2031-06-30"', "2031-03-01", "twice", "take one"),
    ],
)
def test_refused_with_line_and_hint(tmp_path, old, new, message, hint):
    assert WHOLE.count(old) == 1 or old == "[[what_ifs]]"
    text = WHOLE.replace(old, new, 1)
    with pytest.raises(CaseError) as caught:
        load(tmp_path, text)
    error = caught.value
    assert message in error.message
    assert error.file == str(tmp_path / "case.toml")
    assert error.line is not None
    assert hint is None or hint in error.hint


@pytest.mark.parametrize(
    ("old", "new", "there"),
    [
        ("per_unit = [40, 50, 60]", "per_unit = [40, 30, 60]", "per_unit = [40, 30, 60]"),
        ("kg_per_item = 30\n", "", "payload_t = 25"),
        ('names = ["Harbour Watch"]', 'names = [\n"Watch",\n"Harbour Minister"\n]', '"Harbour Minister"'),
        ('vessels = ["tern"]', 'vessels = ["turn"]', 'vessels = ["turn"]'),
        ('unit = "Crate"', 'unit = "tonne"', 'consumption = "use"'),
        ('["2031-06-30", 2031-03-01', '["2031-06-30",\n2031-06-30', "2031-06-30, "),
    ],
)
def test_the_line_is_that_of_the_key(tmp_path, old, new, there):
    text = WHOLE.replace(old, new, 1)
    with pytest.raises(CaseError) as caught:
        load(tmp_path, text)
    assert caught.value.line in lines_of(text, there)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('per_unit = { p5 = 200, p50 = 260, p95 = 340, source = "papers" }\n', "", 'lacks the key "per_unit"'),
        ('per_unit = { p5 = 200, p50 = 260, p95 = 340, source = "papers" }\n', "mix = []\n", "1 to 50 kinds"),
        ('per_unit = { p5 = 200, p50 = 260, p95 = 340, source = "papers" }\n', "mix = 5\n", "list of tables"),
        ('per_unit = { p5 = 200, p50 = 260, p95 = 340, source = "papers" }\n', "mix = [5]\n", "should be a table"),
        ('source = "papers" }\n', 'source = "papers" }\npayload_t = 20\n', "how heavy the item is"),
    ],
)
def test_contents_that_cannot_be(tmp_path, old, new, message):
    with pytest.raises(CaseError) as caught:
        load(tmp_path, CASE.replace(old, new))
    assert message in caught.value.message
    assert caught.value.line in {27, 31, 32}


def test_a_payload_knows_the_mass_of_the_item(tmp_path):
    text = CASE.replace('unit = "crate"', 'unit = "crate"\nkg_per_unit = 50')
    text = text.replace('source = "papers" }\n', 'source = "papers" }\npayload_t = 20\n')
    assert load(tmp_path, text).scenarios[0].payload_t == 20


def test_lists_have_an_end(tmp_path):
    entry = '[[lists]]\nid = "l{0}"\nlabel = "list {0}"\nseen = 0.5\n'
    assert len(load(tmp_path, CASE + "".join(entry.format(n) for n in range(8))).lists) == 8
    with pytest.raises(CaseError, match="more than 8"):
        load(tmp_path, CASE + "".join(entry.format(n) for n in range(9)))


def test_one_day_needs_no_list_and_the_first_day_is_inside(tmp_path):
    text = CASE.replace("window = { from", "as_of = 2031-03-01\nwindow = { from")
    assert load(tmp_path, text).as_of == (date(2031, 3, 1),)


numbers = st.floats(1e-12, 1e12).map(lambda x: float(f"{x:.6g}"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(numbers, min_size=3, max_size=3), st.sampled_from(["list", "table"]))
def test_points_are_taken_when_none_falls(tmp_path, points, form):
    written = f"[{', '.join(map(repr, points))}]"
    if form == "table":
        written = "{{ p5 = {!r}, p50 = {!r}, p95 = {!r} }}".format(*points)
    text = CASE.replace("[0.4, 0.7, 1.5]", written)
    if points == sorted(points):
        assert load(tmp_path, text).legs[0].travel_days == Quantiles(*points)
    else:
        with pytest.raises(CaseError, match="should not fall"):
            load(tmp_path, text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(numbers)
def test_one_number_is_the_same_as_three_times_it(tmp_path, number):
    one = load(tmp_path, CASE.replace("[0.4, 0.7, 1.5]", repr(number))).legs[0].travel_days
    three = load(tmp_path, CASE.replace("[0.4, 0.7, 1.5]", repr([number] * 3))).legs[0].travel_days
    assert one == three == Quantiles(number, number, number)


@pytest.mark.parametrize("template", ["shuttle", "tanker"])
def test_what_templates_comment_out_can_be_used(tmp_path, template):
    write_template(tmp_path / "new", template)
    text = (tmp_path / "new" / "case.toml").read_text("utf-8")
    used = re.sub(r"^# (?=\[\[?[a-z_.]+\]|[a-z_0-9]+ = )", "", text, flags=re.MULTILINE)
    case = load(tmp_path / "new", used)
    assert all((case.lists, case.sources, case.flows, case.balances, case.what_ifs, case.as_of))
    assert case.call_model.unseen_share is not None
    if template == "shuttle":
        assert [len(s.mix) for s in case.scenarios] == [0, 0, 2]
        assert case.legs[1].relative is not None


def test_the_documented_examples_can_be_read(tmp_path):
    found = re.findall(r"```toml\n(.*?)```", (DOCS / "case.md").read_text("utf-8"), re.DOTALL)
    assert "[case]" in found[0]
    case = load(tmp_path, CASE + "".join(found[1:]))
    assert all((case.sources, case.flows, case.balances, case.what_ifs, case.scenarios[-1].mix))


def test_every_share_is_a_key():
    keys = {key for section in (*KEYS.values(), *NESTED.values()) for key in section}
    assert keys >= SHARES
