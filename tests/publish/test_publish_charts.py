from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

from publish_world import START, _exact

from tidewaiter.publish.charts.canvas import Styles, draw
from tidewaiter.publish.charts.cumulative import ClaimMark, Panel, paint_cumulative
from tidewaiter.publish.charts.ledger import Bar, paint_ledger


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
