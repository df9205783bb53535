from __future__ import annotations

import json
from pathlib import Path

from publish_world import CASE
from rich.console import Console

from tidewaiter.publish import headline, headline_json


def _render(table) -> str:
    console = Console(width=110, no_color=True)
    with console.capture() as caught:
        console.print(table)
    return caught.get()


def test_ranges_first_and_scenarios_apart(results):
    text = _render(headline(CASE, results.measurements, Path("out/index.html")))
    assert "95\u202f% range" in text
    calls = next(line for line in text.splitlines() if line.strip().startswith("calls"))
    assert calls.index("–") < calls.index("calls.total")
    for scenario in ("papers", "all_152", "payload"):
        assert f"items.total.{scenario}" in text
    assert "if all were 152 mm" in text
    assert "out/index.html" in text


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
