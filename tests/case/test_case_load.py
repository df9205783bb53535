"""case.toml: what is read, and what is refused with file, line and hint."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.case import load_case, write_template
from tidewaiter.case.layout import KEYS, keys_markdown
from tidewaiter.errors import CaseError
from tidewaiter.model import Quantiles, Window

DOCS = Path(__file__).parents[2] / "docs"

CASE = """\
[case]
id = "amber"
title = "Amber"
question = "How many?"
window = { from = "2031-03", to = "2031-08" }
[[places]]
id = "amber"
name = "Amber Quay"
lat = 10.5
lon = 120
[[places]]
id = "cobalt"
name = "Port Cobalt"
part_of = "amber"
[[vessels]]
id = "heron"
name = "Grey Heron"
imo = "9999993"
[[legs]]
origin = "amber"
destination = "cobalt"
travel_days = [0.4, 0.7, 1.5]
[[items]]
id = "crate"
name = "crates"
unit = "crate"
[[scenarios]]
id = "documents"
label = "Documents"
item = "crate"
per_unit = { p5 = 200, p50 = 260, p95 = 340, source = "papers" }
[[inputs]]
glob = "inputs/looks.csv"
reader = "looks"
"""


def load(folder, text):
    (folder / "case.toml").write_text(text, encoding="utf-8")
    return load_case(folder)


def refused(folder, old, new, count=1):
    assert old in CASE
    with pytest.raises(CaseError) as caught:
        load(folder, CASE.replace(old, new, count))
    return caught.value


def test_a_whole_case(tmp_path):
    case = load(tmp_path, CASE)
    assert case.root == tmp_path.resolve()
    assert case.window == Window(datetime(2031, 3, 1, tzinfo=UTC), datetime(2031, 9, 1, tzinfo=UTC))
    assert case.legs[0].travel_days == Quantiles(0.4, 0.7, 1.5)
    assert case.scenarios[0].per_unit == Quantiles(200, 260, 340, "papers")
    assert case.places[0].lon == 120.0
    assert case.vessels[0].imo[0].verdict == ""
    assert load_case(tmp_path / "case.toml") == case


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    (tmp_path / "case.toml").write_bytes(b"\xef\xbb\xbf" + CASE.replace("\n", "\r\n").encode())
    assert load_case(tmp_path).id == "amber"


def test_dated_identities(tmp_path):
    text = CASE.replace(
        'imo = "9999993"',
        'imo = ["9999990", { value = "9999993", from = "2030" }]\nmmsi = "12"\nflags = { value = "XA", to = 2029-12-31 }',
    )
    vessel = load(tmp_path, text).vessels[0]
    assert [d.value for d in vessel.imo] == ["9999990", "9999993"]
    assert "check digit" in vessel.imo[0].verdict
    assert "nine digits" in vessel.mmsi[0].verdict
    assert vessel.flags[0].during.end == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "line", "message", "hint"),
    [
        ("part_of =", "part_off =", 14, 'unknown key "part_off" in places', 'Did you mean "part_of"?'),
        ("[[legs]]", "[[leg]]", 19, 'unknown section "leg"', 'Did you mean "legs"?'),
        ("[[items]]", "[items]", 23, "wrong brackets", "[[items]]"),
        ('id = "amber"\ntitle', 'id = "Amber Quay!"\ntitle', 2, "not a short name", '"amber_quay"'),
        ('title = "Amber"\n', "", 1, 'lacks the key "title"', "title ="),
        ('title = "Amber"', "title = 5", 3, "should be a text", 'title = "5"'),
        ('title = "Amber"', 'title = " "', 3, "is empty", "quotes"),
        ('to = "2031-08"', 'to = "2031-02-30"', 5, "does not exist", "year first"),
        ('to = "2031-08"', 'to = "2030"', 5, "reversed", "swap"),
        (', to = "2031-08"', "", 5, "both ends", "window ="),
        ('from = "2031-03"', "from = 2031", 5, "date in quotes", 'from = "2023-09-07"'),
        ('from = "2031-03"', 'from = "2031-03-01 10:00"', 5, "time without zone", "offset"),
        ("lat = 10.5", "lat = 91", 9, "outside -90 to 90", None),
        ("lat = 10.5", 'lat = "10.5"', 9, "should be a number", None),
        ("lat = 10.5", "lat = nan", 9, "outside", None),
        ("lat = 10.5\n", "", 9, "go together", None),
        ("[0.4, 0.7, 1.5]", "[0.7, 0.4, 1.5]", 22, "should not fall", "order"),
        ("[0.4, 0.7, 1.5]", "[0.4, 1.6, 1.5]", 22, "should not fall", "order"),
        ("[0.4, 0.7, 1.5]", "[1e-300, 0.7, 1.5]", 22, "above zero", None),
        ("[0.4, 0.7, 1.5]", "0", 22, "travel_days = 0 should be above zero", "exactly known"),
        ("[0.4, 0.7, 1.5]", "-1", 22, "above zero", None),
        ("[0.4, 0.7, 1.5]", "true", 22, "three numbers, not true or false", "[1, 2, 4]"),
        ("[0.4, 0.7, 1.5]", "[0.4, true, 1.5]", 22, "should be a number", None),
        ("[0.4, 0.7, 1.5]", "inf", 22, "outside", None),
        ("[0.4, 0.7, 1.5]", "[0, 0.7, 1.5]", 22, "above zero", None),
        ("[0.4, 0.7, 1.5]", "[0.4, 0.7]", 22, "three numbers", None),
        ("p50 = 260, ", "", 31, 'lacks the key "p50"', None),
        ('source = "papers" }', 'source = "papers" }\nshare = [0.5, 0.9, 1.1]', 32, "at or below 1", "0.5 for half"),
        ('source = "papers" }', 'source = "papers" }\nshare = 1.1', 32, "share = 1.1 should stay at or below 1", None),
        ('destination = "cobalt"', 'destination = "cobolt"', 21, 'unknown place "cobolt"', 'Did you mean "cobalt"?'),
        ('destination = "cobalt"', 'destination = "cobalt"\nshare = 0', 22, "outside (0, 1]", None),
        ('part_of = "amber"', 'part_of = "cobalt"', 14, "part of itself", None),
        ('item = "crate"', 'item = "crates"', 30, 'unknown item "crates"', 'Did you mean "crate"?'),
        ('id = "cobalt"', 'id = "amber"', 12, "used twice", "line 7"),
        (
            'name = "Port Cobalt"',
            'name = "AMBER-quay"',
            13,
            "names two places",
            "tell names apart",
        ),
        ('name = "Port Cobalt"', 'name = "Port Cobalt"\naliases = ["Åmber"]', 14, "names two places", None),
        ('imo = "9999993"', "imo = 9999993", 18, "text or a table", 'imo = "9999993"'),
        ('imo = "9999993"', "count = 0", 18, "outside 1 to", None),
        ('imo = "9999993"', "count = 1.5", 18, "whole number", None),
        ('imo = "9999993"', "count = true", 18, "whole number", None),
        ('imo = "9999993"', 'active = { from = "2040" }', 18, "outside the window", None),
        ('reader = "looks"', 'reader = "look"', 34, "not known", 'Did you mean "looks"?'),
        ('reader = "looks"', 'reader = "looks"\ntimezone = "Asia/Tokio"', 35, "not a time zone", "IANA"),
        ('reader = "looks"', 'reader = "looks"\ntimezone = "../../etc/passwd"', 35, "not a time zone", "IANA"),
        ('title = "Amber"', "title = Amber", 3, "not valid TOML", "quotes"),
        ('title = "Amber"', 'title = "Amber"\ntitle = "B"', 4, "not valid TOML", "twice"),
    ],
)
def test_refused_with_line_and_hint(tmp_path, *, old, new, line, message, hint):
    error = refused(tmp_path, old, new)
    assert message in error.message
    assert error.line == line
    assert error.file == str(tmp_path / "case.toml")
    assert hint is None or hint in error.hint


def test_a_confusable_cannot_also_be_a_name(tmp_path):
    text = CASE + '[[confusables]]\nwritten = "PORT cobalt"\nmeant = "cobalt"\nnot = "a metal"\n'
    with pytest.raises(CaseError, match="only one of the two") as caught:
        load(tmp_path, text)
    assert caught.value.line == 36


def test_model_assumptions(tmp_path):
    case = load(
        tmp_path, CASE + "[calls_model]\nidle_days = [1, 2, 3]\nseen_clear = 0.9\n[load_model]\nunit = 'barrel'\n"
    )
    assert case.call_model.idle_days == Quantiles(1, 2, 3)
    assert case.call_model.seen_clear == 0.9
    assert case.call_model.seen_obscured == 0.10
    assert case.load_model.unit == "barrel"
    with pytest.raises(CaseError, match="outside 0 to 1"):
        load(tmp_path, CASE + "[calls_model]\nseen_clear = 1.5\n")


def test_missing_and_unreadable_files(tmp_path):
    with pytest.raises(CaseError, match=r"no case\.toml") as caught:
        load_case(tmp_path)
    assert "tidewaiter init" in caught.value.hint
    (tmp_path / "other.toml").write_text(CASE)
    with pytest.raises(CaseError, match=r"no case\.toml"):
        load_case(tmp_path / "other.toml")
    (tmp_path / "case.toml").write_bytes(CASE.encode() + b"# caf\xe9\n")
    with pytest.raises(CaseError, match="UTF-8") as caught:
        load_case(tmp_path)
    assert caught.value.line == CASE.count("\n") + 1
    (tmp_path / "case.toml").write_bytes(b"#" * (2 << 20))
    with pytest.raises(CaseError, match="1 MiB"):
        load_case(tmp_path)
    (tmp_path / "case.toml").write_text("a = " + "[" * 100_000)
    with pytest.raises(CaseError, match="TOML"):
        load_case(tmp_path)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_case_is_a_case_error_or_a_case(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("case")
    at = data.draw(st.integers(0, len(CASE)))
    until = data.draw(st.integers(at, min(len(CASE), at + 12)))
    text = CASE[:at] + data.draw(st.text(alphabet=st.characters(codec="utf-8"), max_size=6)) + CASE[until:]
    (folder / "case.toml").write_bytes(text.encode())
    with suppress(CaseError):
        load_case(folder)


def test_the_root_is_the_folder_even_when_the_file_is_a_link(tmp_path):
    (tmp_path / "case").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "case.toml").write_text(CASE)
    (tmp_path / "case" / "case.toml").symlink_to(tmp_path / "elsewhere" / "case.toml")
    assert load_case(tmp_path / "case").root == (tmp_path / "case").resolve()


@pytest.mark.parametrize("template", ["shuttle", "tanker"])
def test_templates_show_every_section(tmp_path, template):
    write_template(tmp_path / "new", template)
    text = (tmp_path / "new" / "case.toml").read_text()
    for section in KEYS:
        assert f"[{section}]" in text


def test_reading_a_case_needs_no_tables():
    code = "import sys, tidewaiter.case; sys.exit('pyarrow' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_documented_keys_are_those_of_the_code():
    assert (DOCS / "case.md").read_text(encoding="utf-8").endswith(keys_markdown())
