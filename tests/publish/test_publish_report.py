from __future__ import annotations

import base64
import builtins
import hashlib
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest
from publish_world import CASE, CLAIMS, START, explain, make_results, sha

from tidewaiter.errors import ReportError, UnprovenFigure
from tidewaiter.model import LoadModel, Window, tables
from tidewaiter.publish import Results, publish
from tidewaiter.publish.calibration import arrange
from tidewaiter.publish.check import check_page

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_the_page_proves_every_figure(page, results):
    check_page(page)
    figures = [a for tag, a in Tags(page).found if tag == "a" and a.get("class") == "fig"]
    assert len(figures) > 500
    for total in ("calls.total", "voyages.total", "load.total", "items.total.papers"):
        assert f'href="#m-{total}"' in page
        assert f'id="m-{total}"' in page


def test_the_trail_ends_at_file_row_and_words(page):
    assert 'id="m-looks/L001"' in page
    assert "L001,karst,2031-09-02,clear" in page
    assert f'id="m-{sha("inputs/looks.csv")}"' in page


def test_nothing_is_fetched_and_nothing_inline_is_allowed(page):
    tags = Tags(page).found
    assert not [a for tag, a in tags if "src" in a or tag in {"link", "iframe", "object", "base"}]
    assert not [a for tag, a in tags if "style" in a or any(key.startswith("on") for key in a)]
    assert "@import" not in page
    policy = next(a["content"] for tag, a in tags if a.get("http-equiv") == "Content-Security-Policy")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (text,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_same_results_same_bytes(page, report, tmp_path):
    again = publish(CASE, make_results(), tmp_path)
    assert again.read_bytes() == (report / "index.html").read_bytes()
    for file in (report / "tables").iterdir():
        assert (tmp_path / "tables" / file.name).read_bytes() == file.read_bytes()


def test_charts_are_described_twofold_and_linked(page):
    for name in ("cumulative", "months", "vessels", "surveys", "ledger"):
        for kind in ("wide", "narrow"):
            assert f'id="{name}-{kind}-title"' in page
            assert f'id="{name}-{kind}-desc"' in page
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert any('href="#m-calls.2031-10"' in c for c in charts)
    assert any('href="#m-claims/K06"' in c for c in charts)


def test_scenarios_stay_apart_and_conditionals_are_marked(page):
    answer = page[page.index('id="answer"') : page.index('id="totals"')]
    assert answer.count("a conditional, not an estimate") == 2
    assert "if all were 152 mm" in answer
    assert "asserted</sup>" in page  # the payload factor rests on nothing


def test_surveys_are_reconciled_by_their_coverage(page):
    section = page[page.index('id="surveys"') : page.index('id="claims"')]
    assert "The two are compatible: coverage explains the difference." in section
    assert section.count("The two are compatible") == 1  # windows that differ are not set side by side
    assert "not explained by coverage" in section


def test_hostile_words_stay_words(tmp_path):
    rows = [{**row, "claimant": HOSTILE, "url": "javascript:alert(1)", "route": HOSTILE} for row in CLAIMS]
    results = Results(
        {}, {"claims": pa.Table.from_pylist(rows, schema=tables.CLAIMS)}, {}, lambda ids: explain({}, [], ids)
    )
    html = publish(msgspec.structs.replace(CASE, title=HOSTILE, question=HOSTILE), results, tmp_path).read_text()
    tags = Tags(html).found
    assert "&lt;script&gt;alert(1)" in html
    assert len([1 for tag, _ in tags if tag == "script"]) == 1
    assert not [a for tag, a in tags if tag == "img"]
    assert not [a for tag, a in tags if (a.get("href") or "").startswith("javascript")]


def test_a_case_with_nothing_still_has_a_page(tmp_path):
    case = msgspec.structs.replace(CASE, scenarios=(), items=(), vessels=(), limits=())
    html = publish(case, Results({}, {}, {}, lambda _: {}), tmp_path).read_text()
    for sentence in ("does not yet allow a count", "No claims are part", "No published survey", "No single call"):
        assert sentence in html
    assert "<svg" not in html


def test_one_month_without_loads(tmp_path):
    full = make_results().measurements
    few = {k: full[k] for k in ("calls.total", "calls.2031-09", "calls.to-2031-09")}
    few = {k: msgspec.structs.replace(m, inputs=()) for k, m in few.items()}
    case = msgspec.structs.replace(CASE, window=Window(START, START.replace(month=10)))
    html = publish(case, Results(few, {}, {}, lambda ids: explain(few, [], ids)), tmp_path).read_text()
    assert "No load was read" in html
    assert 'id="months-wide-title"' in html


def test_a_load_that_is_the_item_is_shown_once(tmp_path):
    full = make_results().measurements
    load = msgspec.structs.replace(full["load.total"], inputs=())
    same = msgspec.structs.replace(load, measurement_id="items.total.papers", scenario="papers")
    ms = {"load.total": load, "items.total.papers": same}
    case = msgspec.structs.replace(CASE, load_model=LoadModel(unit="flare"))
    html = publish(case, Results(ms, {}, {}, lambda ids: explain(ms, [], ids)), tmp_path).read_text()
    assert "items.total.papers" not in html
    assert "The load itself is the quantity asked for" in html


def test_a_sensitive_source_leaves_only_its_hash(tmp_path):
    results = make_results()
    key = sha("inputs/claims.csv")
    evidence = {**results.evidence, key: msgspec.structs.replace(results.evidence[key], sensitive=True)}
    calls = results.tables["inferred_calls"].to_pylist()
    secret = msgspec.structs.replace(
        results, evidence=evidence, trees=lambda ids: explain(results.measurements, calls, ids, secret={key})
    )
    out = publish(CASE, secret, tmp_path).parent
    assert key in (out / "index.html").read_text()
    for file in [out / "index.html", *sorted((out / "tables").glob("*.csv"))]:
        text = file.read_text()
        for trace in ("Deputy Envoy Ruiz", "Daily Gannet", "inputs/claims.csv", "claim.K05", "claims/K05"):
            assert trace not in text, file.name


def test_a_figure_without_measurement_stops_the_build_and_keeps_the_old_report(report, tmp_path):
    publish(CASE, Results({}, {}, {}, lambda _: {}), tmp_path)
    before = (tmp_path / "index.html").read_bytes()
    with pytest.raises(UnprovenFigure):
        publish(CASE, make_results(trees=lambda _: {}), tmp_path)
    assert (tmp_path / "index.html").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html", "tables"]


def test_a_full_disk_keeps_the_old_report(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("old")

    def full(self, *args, **kwargs):
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ReportError, match="No space left"):
        publish(CASE, Results({}, {}, {}, lambda _: {}), tmp_path)
    monkeypatch.undo()
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]
    assert (tmp_path / "index.html").read_text() == "old"


def test_draws_stay_in_the_case(tmp_path):
    results = Results({}, {"voyage_draws": tables.VOYAGE_DRAWS.empty_table()}, {}, lambda _: {})
    page = publish(CASE, results, tmp_path)
    assert [p.name for p in sorted((tmp_path / "tables").iterdir())] == ["measurements.csv", "measurements.parquet"]
    assert "voyage_draws" not in page.read_text()


def test_other_files_in_the_folder_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    publish(CASE, Results({}, {}, {}, lambda _: {}), tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_missing_libraries_are_named_with_the_cure(tmp_path, monkeypatch):
    for name in [n for n in sys.modules if n.startswith("tidewaiter.publish.page")]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.split(".")[0] == "jinja2":
            raise ModuleNotFoundError("No module named 'jinja2'", name="jinja2")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ReportError, match="jinja2") as caught:
        publish(CASE, Results({}, {}, {}, lambda _: {}), tmp_path)
    assert "tidewaiter[report]" in caught.value.hint


def test_calibration_is_arranged_by_method_level_and_looks():
    table = arrange(
        {"coverage_90_looks_20": 0.91, "coverage_90_looks_64": 89.5, "naive_coverage_90_looks_20": 0.2, "worlds": 240}
    )
    assert table.looks == (20, 64)
    assert table.rows == (("", 90, (0.91, 0.895)), ("naive", 90, (0.2, None)))
    assert table.rest == (("worlds", "240"),)
    assert arrange({"worlds": 3}) is None
