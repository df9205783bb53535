from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import msgspec
import pytest
from publish_world import START, _exact

from tidewaiter.publish.charts.beside import Three, paint_beside
from tidewaiter.publish.charts.canvas import Styles, draw
from tidewaiter.publish.charts.cumulative import ClaimMark, Panel, paint_cumulative
from tidewaiter.publish.charts.flows import paint_flows
from tidewaiter.publish.charts.gaps import GapPanel, paint_gaps
from tidewaiter.publish.charts.ledger import Bar, paint_ledger
from tidewaiter.publish.charts.levers import LeverPanel, paint_levers
from tidewaiter.publish.charts.moved import MovedPanel, Said, paint_moved
from tidewaiter.publish.charts.priors import PriorPanel, paint_priors
from tidewaiter.publish.charts.seen import SeenPart, paint_seen
from tidewaiter.publish.charts.sweep import SweepPanel, paint_sweep
from tidewaiter.publish.charts.variance import Stack, paint_variance
from tidewaiter.publish.shifts import declared, ratio_text, setting_text, shift_text


def cumulative(claims=()):
    end = START + timedelta(days=90)
    series = tuple(
        (START + timedelta(days=30 * i), _exact("m", 1000.0 * i, "container", ()), f"#m-{i}") for i in (1, 2, 3)
    )
    panel = Panel("Boxes: all 152 mm", series, tuple(claims))
    styles = Styles()
    svg = draw("c", "Title", "Words", styles, lambda width: paint_cumulative(width, START, panel, [panel] * 4))
    return str(svg), styles, end


def test_svg_fits_a_page_that_forbids_inline_styles():
    svg, styles, _ = cumulative()
    assert "style=" not in svg
    assert "<style" not in svg
    assert "<metadata" not in svg
    assert "font-family" not in styles.css()
    used = set(re.findall(r"\bs\d+\b", " ".join(re.findall(r'class="([^"]*)"', svg))))
    assert used == set(re.findall(r"\.(s\d+)\{", styles.css()))


def test_ids_are_unique_and_every_reference_resolves():
    svg, styles, _ = cumulative()
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    local = re.findall(r'href="#(?!m-)([^"]+)"', svg) + re.findall(r"url\(#([^)]+)\)", svg + styles.css())
    assert local
    assert set(local) <= set(ids)


def test_both_widths_parse_and_the_same_data_give_the_same_bytes():
    svg, _, _ = cumulative()
    root = ET.fromstring(f"<figure>{svg}</figure>")  # noqa: S314 - our own drawing
    assert [e.get("class") for e in root] == ["chart wide", "chart narrow"]
    assert svg == cumulative()[0]


def test_claims_are_told_apart_by_kind_and_lead_to_their_evidence():
    at = START + timedelta(days=60)
    marks = [
        ClaimMark("a", at, 1500, 1500, "about", 0, copy=False, url="#m-a"),
        ClaimMark("b", at, 1500, 1500, "at_least", 0, copy=True, url="#m-b"),
        ClaimMark("c", at, 1200, 2500, "range", 1, copy=False, url="#m-c"),
        ClaimMark("d", at, 9e9, 9e9, "over", 2, copy=False, url="#m-d"),
        ClaimMark("e", at, 700, 700, "up_to", 3, copy=False, url="#m-e"),
    ]
    svg, _, _ = cumulative(marks)
    for mark in marks:
        assert svg.count(f'href="{mark.url}"') >= 2  # the mark and its letter
    assert "9 000 million" not in svg.replace("\u202f", " ")  # far claims do not flatten the scale


def test_seen_and_inferred_calls_look_different():
    bars = [
        Bar(0, START, START + timedelta(days=2), 1.0, seen=True, url="#m-seen"),
        Bar(0, START + timedelta(days=9), START + timedelta(days=15), 1.0, seen=False, url="#m-inferred"),
    ]
    styles = Styles()
    window = (START, START + timedelta(days=40))
    svg = draw("l", "t", "d", styles, lambda width: paint_ledger(width, window, ["Osprey 2"], bars))
    seen, inferred = (
        re.search(rf'<a href="#m-{kind}">.*?class="(s\d+)"', svg, re.DOTALL)[1] for kind in ("seen", "inferred")
    )
    rules = dict(re.findall(r"\.(s\d+)\{([^}]*)\}", styles.css()))
    assert "dasharray" in rules[inferred]
    assert "dasharray" not in rules[seen]


def measured(value, low=None, high=None, unit="container"):
    m = _exact("m", value, unit, ())
    return m if low is None else msgspec.structs.replace(m, low=low, high=high, level=0.95)


@pytest.mark.parametrize(
    "paint",
    [
        lambda w: paint_beside(w, [Three("Crates", "load", (None, (measured(0), "#m-x"), None))]),
        lambda w: paint_beside(
            w, [Three("Crates", "load", ((measured(5, 1, 9e9), "#m-x"), (measured(3), "#m-x"), None))]
        ),
        lambda w: paint_seen(
            w, [SeenPart("Calls", (measured(0), "#m-x"), (measured(0), "#m-x"), ("seen", "inferred"))]
        ),
        lambda w: paint_variance(w, [Stack("Crates", (("load", measured(-2), "#m-x"), ("odd", measured(0), "#m-x")))]),
        lambda w: paint_levers(
            w, [LeverPanel("Crates", (("a" * 90, measured(-3), "#m-x"), ("b", measured(-1), "#m-x")))]
        ),
        lambda w: paint_levers(w, [LeverPanel("Crates", (("flat", measured(0), "#m-x"),))]),
        lambda w: paint_sweep(w, [SweepPanel("Crates", (("0 %", measured(0, 0, 0), "#m-x"),))] * 4),
        lambda w: paint_priors(w, [PriorPanel("No spread", ([], []), (0.0, 0.0, 0.0), ())]),
        lambda w: paint_moved(
            w, (START, START + timedelta(days=40)), [MovedPanel("Crates", (), ((START, measured(0), "#m-x"),), None)]
        ),
        lambda w: paint_gaps(w, [GapPanel("It stops", ((6.0, measured(40, 0, 60, "percent"), "#m-x"),), ())]),
        lambda w: paint_flows(w, START, [Panel("People", ((START + timedelta(days=30), measured(0), "#m-x"),))]),
    ],
)
def test_little_or_nothing_can_be_drawn_and_leads_to_its_evidence(paint):
    svg = str(draw("c", "t", "d", Styles(), paint))
    assert len(ET.fromstring(f"<figure>{svg}</figure>")) == 2  # noqa: S314 - our own drawing
    assert 'href="#m-x"' in svg or "No spread" in svg
    assert "nan" not in svg.lower().replace("finance", "")


def test_a_bar_that_leaves_the_scale_ends_in_an_arrow():
    def svg(high):
        fits = ((measured(4, 1, high), "#m-far"), (measured(3, 2, 4), "#m-x"), (measured(3, 2, 4), "#m-x"))
        return str(draw("c", "t", "d", Styles(), lambda w: paint_beside(w, [Three("Crates", "load", fits)])))

    assert svg(900).count('href="#m-far"') == svg(5).count('href="#m-far"') + 2  # one arrow at each width


def test_a_claim_is_a_diamond_a_line_or_a_triangle():
    at = START + timedelta(days=20)
    window = (START, START + timedelta(days=40))
    said = [
        Said(at, 3, 3, "about", "#m-point"),
        Said(at, 2, 4, "range", "#m-range"),
        Said(at, 1, 1, "over", "#m-floor"),
        Said(at, 9e9, 9e9, "up_to", "#m-far"),
    ]
    panel = MovedPanel("Crates", (), (), (measured(3, 2, 4), "#m-final"), tuple(said))
    svg = str(draw("c", "t", "d", Styles(), lambda w: paint_moved(w, window, [panel])))
    for claim in said:
        assert f'href="{claim.url}"' in svg
    assert "9 000 million" not in svg.replace("\u202f", " ")


def test_shifts_and_settings_in_words():
    texts = [
        shift_text(measured(v, unit="percent")).replace("\u202f", " ") for v in (21.3, -11.8, -0.34, 0.04, 0, 0.98)
    ]
    assert texts == ["+21 %", "−12 %", "−0.3 %", "0 %", "0 %", "+1 %"]
    assert ratio_text(measured(1.2134, unit="")) == "×\u202f1.21"
    assert [setting_text(s, share=True) for s in (0.0, 0.25)] == ["0\u202f%", "25\u202f%"]
    assert setting_text(12.0, share=False) == "12"
    assert [declared(v) for v in (0.0733, 2.2, 310_000.0, 1.5e6)] == [
        "0.0733",
        "2.2",
        "310\u202f000",
        "1.5\u202fmillion",
    ]
