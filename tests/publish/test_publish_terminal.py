from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

from publish_world import CASE
from rich.console import Console

from tidewaiter.publish import headline, headline_json, sensitivity_json, sensitivity_table


def _render(table, width=110) -> str:
    console = Console(width=width, no_color=True)
    with console.capture() as caught:
        console.print(table)
    return caught.get()


def test_ranges_first_and_scenarios_apart(results):
    text = _render(headline(CASE, results.measurements, Path("out/index.html")))
    assert "95\u202f% range" in text
    assert "with claims" in text
    calls = next(line for line in text.splitlines() if line.strip().startswith("calls"))
    assert len(re.findall(r"\d+–\d+", calls)) == 2
    assert calls.rindex("–") < calls.index("·")  # ranges, then medians
    for scenario in ("papers", "all_152", "payload"):
        assert f"items.total.{scenario}" in text
    assert "if all were 152 mm" in text
    assert "out/index.html" in text


def test_it_keeps_to_eighty_columns(results):
    for width in (80, 100):
        lines = _render(headline(CASE, results.measurements, Path("out/index.html")), width).splitlines()
        assert max(map(len, lines)) <= width
        assert any("5.1–9.9\u202fmillion" in line and "7.3 · 10.4\u202fmillion" in line for line in lines)


def test_without_claims_each_line_names_its_id(results):
    alone = {k: m for k, m in results.measurements.items() if not k.startswith("with_claims.")}
    text = _render(headline(CASE, alone, None))
    assert "with claims" not in text
    calls = next(line for line in text.splitlines() if line.strip().startswith("calls"))
    assert calls.index("–") < calls.index("calls.total")


def test_the_day_of_an_earlier_answer_stands_in_the_title(results):
    text = _render(headline(CASE, results.measurements, None, as_of=date(2032, 2, 12)))
    assert "as of 2032-02-12" in text
    assert headline_json(CASE, results.measurements, None, as_of=date(2032, 2, 12))["as_of"] == "2032-02-12"


def test_an_empty_case_says_so():
    assert "nothing was measured" in _render(headline(CASE, {}, None))
    assert headline_json(CASE, {}, None)["measurements"] == []


def test_titles_are_not_markup(results):
    import msgspec

    case = msgspec.structs.replace(CASE, title="[red]bold[/red] claim")
    assert "[red]bold[/red]" in _render(headline(case, results.measurements, None))


def test_json_is_plain_and_unrounded(results):
    data = json.loads(json.dumps(headline_json(CASE, results.measurements, None)))
    calls = data["measurements"][0]
    assert calls["id"] == "calls.total"
    assert calls["low"] == results.measurements["calls.total"].low
    assert [m["conditional"] for m in data["measurements"] if m["scenario"]] == [False, True, True]
    claimed = results.measurements["with_claims.calls.total"]
    assert calls["with_claims"] == {"low": claimed.low, "high": claimed.high, "median": claimed.value}
    assert calls["prior"]["low"] == results.measurements["prior.calls.total"].low
    alone = headline_json(CASE, {"calls.total": results.measurements["calls.total"]}, None)
    assert alone["measurements"][0]["with_claims"] is None


def _sensitivity(results, which):
    answers, priors = results.tables["answers"].to_pylist(), results.tables["priors"].to_pylist()
    return which(CASE, answers, priors, results.measurements)


def test_the_strongest_assumptions_come_first_total_by_total(results):
    text = _render(_sensitivity(results, sensitivity_table), 100)
    order = [text.index(t) for t in ("Containers", "per voyage before", "idle time", "Flares: per", "red flares")]
    assert order == sorted(order)
    for part in ("+21\u202f%", "−12\u202f%", "120 · 240 · 480", "rated capacity, half", "an assumption nobody listed"):
        assert part in text
    assert max(map(len, _render(_sensitivity(results, sensitivity_table), 80).splitlines())) <= 80


def test_sensitivity_as_json_is_complete_and_unrounded(results):
    data = json.loads(json.dumps(_sensitivity(results, sensitivity_json)))
    load = data["sensitivity"][0]
    assert (load["quantity"], load["label"]) == ("load.total", "Containers")
    assert [p["percent"] for p in load["priors"]] == [21.3, -11.8, 6.2, -0.34, 0.01]
    assert load["priors"][0]["points"] == [120, 240, 480]
    assert data["sensitivity"][1]["priors"][-1] == {
        "prior": "unknown.prior",
        "label": "an assumption nobody listed",
        "percent": 2.2,
        "id": "sensitivity.items.total.papers.unknown.prior",
        "points": None,
        "source": None,
    }


def test_many_assumptions_are_cut_and_none_is_said(results):
    assert "no sensitivity was computed" in _render(sensitivity_table(CASE, [], [], {}))
    assert sensitivity_json(CASE, [], [], {})["sensitivity"] == []
    key = "sensitivity.load.total.load_model.typical"
    row = {"kind": "sensitivity", "quantity": "load.total", "setting": None, "measurement": key, "other": None}
    many = [row | {"part": f"prior {n}", "label": f"[b]prior[/b] {n}"} for n in range(14)]
    text = _render(sensitivity_table(CASE, many, [], results.measurements))
    assert "and 4 weaker ones" in text
    assert "[b]prior[/b]" in text
