"""The headline of a case in the terminal and as JSON: ranges first, scenarios apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidewaiter.numbers import is_exact, level_text, median_text, plural, range_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from rich.table import Table

    from tidewaiter.model import Case, Measurement


def headline(case: Case, measurements: Mapping[str, Measurement], report_path: Path | None) -> Table:
    """Return the headline as a table for a terminal: calls, voyages, load and items under each scenario.

    Args:
        case: gives title, window and the words of the scenarios.
        measurements: by id; absent ones have no line.
        report_path: shown below the table when there is one.
    """
    from rich import box  # noqa: PLC0415 - keep the start light
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    lines = list(_lines(case, measurements))
    levels = {level_text(m) for _, m, _ in lines if not is_exact(m)}
    table = Table(
        title=Text(case.title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        caption=None if report_path is None else Text.assemble("report: ", (str(report_path), "cyan")),
        caption_justify="left",
    )
    table.add_column("")
    table.add_column(
        f"{levels.pop()} range" if len(levels) == 1 else "range", justify="right", style="bold", no_wrap=True
    )
    table.add_column("median", justify="right", no_wrap=True)
    table.add_column("why", style="dim", no_wrap=True)
    for label, m, conditional in lines:
        style = "italic" if conditional else ""
        mark = "" if m.status == "supported" else f" ({m.status})"
        table.add_row(
            Text(label + mark, style=style),
            Text(range_text(m)),
            Text("" if is_exact(m) else median_text(m)),
            m.measurement_id,
        )
    if not lines:
        table.add_row(Text("nothing was measured: see the rejects and notices of the run"), "", "", "")
    return table


def headline_json(case: Case, measurements: Mapping[str, Measurement], report_path: Path | None) -> dict[str, Any]:
    """Return the same lines as plain data; numbers are not rounded."""
    return {
        "case": case.id,
        "title": case.title,
        "window": [None if t is None else t.isoformat() for t in (case.window.start, case.window.end)],
        "report": None if report_path is None else str(report_path),
        "measurements": [
            {
                "id": m.measurement_id,
                "label": label,
                "low": m.low,
                "high": m.high,
                "level": m.level,
                "median": m.value,
                "unit": m.unit,
                "scenario": m.scenario or None,
                "conditional": conditional,
                "status": m.status,
            }
            for label, m, conditional in _lines(case, measurements)
        ],
    }


def _lines(case: Case, measurements: Mapping[str, Measurement]) -> Iterator[tuple[str, Measurement, bool]]:
    """Yield label, measurement and whether it is only a conditional."""
    units = {i.id: i.unit for i in case.items}
    for key, label in (
        ("calls.total", "calls"),
        ("voyages.total", "voyages"),
        ("load.total", plural(case.load_model.unit)),
    ):
        if key in measurements:
            yield label, measurements[key], False
    for s in case.scenarios:
        m = measurements.get(f"items.total.{s.id}")
        if m is not None:
            unit = plural(units.get(s.item, m.unit))
            yield f"{unit}, {s.condition or s.label}", m, bool(s.condition)
