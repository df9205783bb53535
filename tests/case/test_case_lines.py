"""The line scanner against texts whose lines are known."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.case.lines import Lines

TEXT = '''# comment with [brackets] and "quotes"
[case]
id = "x"   # [[not]] a header
title = """
two lines, with = and [[places]]
and \\"""escaped"""
window = { from = "2031", to = "2032" }
limits = [
  "one, # not a comment",  # a comment
  'two ]',
]

[[places]]
id = "a"
[[places]]
"id" = "b"
polygon = [[1, 2],
  [3, 4]]
[[places.inner]]
deep.key = 1
[calls_model]
idle_days = {p5=1, p50=2,
 p95=3}
'''


def test_lines_of_keys():
    lines = Lines(TEXT.replace(",\n p95", ", p95"))
    expected = {
        ("case",): 2,
        ("case", "id"): 3,
        ("case", "title"): 4,
        ("case", "window"): 7,
        ("case", "window", "to"): 7,
        ("case", "limits"): 8,
        ("case", "limits", 1): 10,
        ("places", 0, "id"): 14,
        ("places", 1): 15,
        ("places", 1, "id"): 16,
        ("places", 1, "polygon", 1): 18,
        ("places", 1, "inner", 0, "deep", "key"): 20,
        ("calls_model", "idle_days", "p95"): 22,
    }
    assert {path: lines.of(path) for path in expected} == expected


def test_an_absent_key_has_the_line_of_its_table():
    lines = Lines(TEXT)
    assert lines.of(("places", 1, "name")) == 15
    assert lines.of(("nowhere",)) is None


def test_inline_tables_over_several_lines():
    assert Lines(TEXT).of(("calls_model", "idle_days", "p95")) == 23


_keys = st.sampled_from(["a", "b-c", '"d e"', "'f=g'"])
_scalars = st.sampled_from(['"x"', "'# [y]'", "1", "1.5", "true", "2031-03-07", '"a\\"b"', '"""m\nn"""', "'''o\n]'''"])
_values = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda v: "[" + ",\n".join(v) + "]"),
        st.dictionaries(_keys, inner, max_size=3).map(
            lambda d: "{" + ", ".join(f"{k} = {v}" for k, v in d.items()) + "}"
        ),
    ),
    max_leaves=8,
)


@given(
    st.lists(st.dictionaries(_keys, _values, max_size=3), max_size=4), st.lists(st.sampled_from(["", "# c = [", "  "]))
)
def test_every_key_of_generated_toml_is_found_where_it_was_written(tables, noise):
    text, expected = "", {}
    for index, table in enumerate(tables):
        text += "".join(f"{n}\n" for n in noise) + "[[t]]\n"
        for key, value in table.items():
            expected["t", index, key.strip("\"'")] = text.count("\n") + 1
            text += f"{key} = {value}\n"
    tomllib.loads(text)
    lines = Lines(text)
    assert {path: lines.of(path) for path in expected} == expected
