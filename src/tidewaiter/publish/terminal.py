"""The headline of a case in the terminal and as JSON: ranges first, without and with claims, scenarios apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidewaiter.numbers import GAP, is_exact, level_text, median_text, plural, range_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from rich.table import Table

    from tidewaiter.model import Case, Measurement


def headline(
    case: Case, measurements: Mapping[str, Measurement], report_path: Path | None, *, as_of: date | None = None
) -> Table:
    """Return the headline as a table for a terminal: calls, voyages, load and items under each scenario.

    It keeps to eighty columns. Where claims were taken in, their column takes the place of the ids, which stand below.

    Args:
        case: gives title, window and the words of the scenarios.
        measurements: by id; absent ones have no line.
        report_path: shown below the table when there is one.
        as_of: day at which the answer is given, for the title; None = on all evidence.
    """
    from rich import box  # noqa: PLC0415 - keep the start light
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    lines = list(_lines(case, measurements))
    claimed = any(f"with_claims.{m.measurement_id}" in measurements for _, m, _ in lines)
    levels = {level_text(m) for _, m, _ in lines if not is_exact(m)}
    level = f"{levels.pop()} range" if len(levels) == 1 else "range"
    below = [Text.assemble("report: ", (str(report_path), "cyan"))] if report_path else []
    if claimed:
        below.append(Text("tidewaiter why: " + ", ".join(m.measurement_id for _, m, _ in lines), style="dim"))
    table = Table(
        title=Text(case.title if as_of is None else f"{case.title}, as of {as_of.isoformat()}", style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        caption=Text("\n").join(below) if below else None,
        caption_justify="left",
    )
    table.add_column("")
    table.add_column(level, justify="right", style="bold", no_wrap=True)
    if claimed:
        table.add_column("with claims", justify="right", style="bold", no_wrap=True)
        table.add_column("medians", justify="right", no_wrap=True)
    else:
        table.add_column("median", justify="right", no_wrap=True)
        table.add_column("why", style="dim", no_wrap=True)
    for label, m, conditional in lines:
        mark = "" if m.status == "supported" else f" ({m.status})"
        name = Text(label + mark, style="italic" if conditional else "")
        if claimed:
            taken = measurements.get(f"with_claims.{m.measurement_id}")
            medians = _medians([x for x in (m, taken) if x is not None and not is_exact(x)])
            table.add_row(name, Text(range_text(m)), Text(range_text(taken) if taken else "–"), Text(medians))
        else:
            table.add_row(name, Text(range_text(m)), Text("" if is_exact(m) else median_text(m)), m.measurement_id)
    if not lines:
        table.add_row(Text("nothing was measured: see the rejects and notices of the run"), "", "", "")
    return table


def headline_json(
    case: Case, measurements: Mapping[str, Measurement], report_path: Path | None, *, as_of: date | None = None
) -> dict[str, Any]:
    """Return the same lines as plain data; numbers are not rounded. The arguments are those of `headline`."""
    return {
        "case": case.id,
        "title": case.title,
        "window": [None if t is None else t.isoformat() for t in (case.window.start, case.window.end)],
        "as_of": None if as_of is None else as_of.isoformat(),
        "report": None if report_path is None else str(report_path),
        "measurements": [
            {
                "id": m.measurement_id,
                "label": label,
                "low": m.low,
                "high": m.high,
                "level": m.level,
                "median": m.value,
                "with_claims": _range(measurements.get(f"with_claims.{m.measurement_id}")),
                "prior": _range(measurements.get(f"prior.{m.measurement_id}")),
                "unit": m.unit,
                "scenario": m.scenario or None,
                "conditional": conditional,
                "status": m.status,
            }
            for label, m, conditional in _lines(case, measurements)
        ],
    }


def _medians(of: list[Measurement]) -> str:
    """Write medians side by side, a word of size that they share only once: ``4.7 · 4.9 million``."""
    texts = [median_text(m) for m in of]
    word = f"{GAP}million"
    if all(t.endswith(word) for t in texts):
        texts[:-1] = [t.removesuffix(word) for t in texts[:-1]]
    return " · ".join(texts)


def _range(m: Measurement | None) -> dict[str, float | None] | None:
    return None if m is None else {"low": m.low, "high": m.high, "median": m.value}


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
