from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import UnprovenFigure
from tidewaiter.model import Measurement
from tidewaiter.publish.figures import Figures, anchor

CALLS = Measurement("calls.total", "calls <all>", 69.2, "call", "x/1", ("looks/L1",), low=61.8, high=81.3, level=0.95)
GUESS = Measurement("factor.mix", "factor", 300, "round", "x/1", (), low=200, high=375, level=0.95, status="asserted")


def test_a_figure_links_to_its_evidence_range_first():
    fig = Figures({"calls.total": CALLS})
    html = str(fig("calls.total"))
    assert html.startswith('<a class="fig" href="#m-calls.total"')
    assert ">62–81</a>" in html
    assert "median 69" in html
    assert "&lt;all&gt;" in html
    assert fig.used == ("calls.total",)


def test_what_is_only_asserted_is_marked():
    assert ">asserted</sup>" in fig_of(GUESS)("factor.mix")
    assert "sup" not in fig_of(CALLS)("calls.total")


def test_an_unknown_figure_fails_with_the_nearest_name():
    with pytest.raises(UnprovenFigure) as caught:
        fig_of(CALLS)("calls.totals")
    assert caught.value.hint == 'Did you mean "calls.total"?'
    with pytest.raises(UnprovenFigure):
        Figures({}, readings=["claims/C1"]).cell("claims/C2", "7")
    with pytest.raises(UnprovenFigure):
        fig_of(CALLS).share("call-1", 0.5)


@given(st.lists(st.text(min_size=1), unique=True, max_size=20))
def test_anchors_differ_and_are_plain(ids):
    anchors = [anchor(i) for i in ids]
    assert len(set(anchors)) == len(ids)
    assert all(a.isascii() and not set(a) & set(" \"'<>&#%") for a in anchors)


def fig_of(m: Measurement) -> Figures:
    return Figures({m.measurement_id: m})
