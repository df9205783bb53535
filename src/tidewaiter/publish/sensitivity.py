"""Which assumption moves the answer most, in the terminal and as JSON."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from tidewaiter.publish.leverage import by_quantity, levers, of_kind
from tidewaiter.publish.sections import contents
from tidewaiter.publish.shifts import declared, shift_text
from tidewaiter.publish.totals import titles, totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.table import Table

    from tidewaiter.model import Case, Measurement
    from tidewaiter.publish.leverage import Lever

_MOST = 10  # assumptions of one total shown in the terminal
_LONGEST = 72  # characters of a source shown there


def sensitivity_table(
    case: Case,
    answers_rows: Sequence[dict[str, Any]],
    priors_rows: Sequence[dict[str, Any]],
    measurements: Mapping[str, Measurement],
) -> Table:
    """Return a table for a terminal: for each total its strongest assumptions, with their points and sources.

    Args:
        case: gives the words of the totals.
        answers_rows: of ANSWERS; those on sensitivity count.
        priors_rows: of PRIORS.
        measurements: by id; rows without one are left out.
    """
    from rich import box  # noqa: PLC0415 - keep the start light
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(
        title=Text(f"{case.title}: what moves the answer most", style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        caption="how far the median of the total moves when the middle of the assumption moves up to its 84 % point",
        caption_justify="left",
    )
    table.add_column("assumption", ratio=5)
    table.add_column("moves by", justify="right", style="bold", no_wrap=True)
    table.add_column("5 · 50 · 95 %", justify="right", no_wrap=True)
    table.add_column("source", style="dim", ratio=4)
    for _, title, found in _totals(case, answers_rows, priors_rows, measurements):
        table.add_row(Text(title, style="bold"), "", "", "")
        for lever in found[:_MOST]:
            table.add_row(
                Padding(Text(lever.label), (0, 0, 0, 2)),
                shift_text(measurements[lever.measurement]),
                " · ".join(declared(p) for p in _points(lever)),
                Text(textwrap.shorten(lever.prior.get("source") or "", _LONGEST, placeholder="…")),
            )
        if len(found) > _MOST:
            table.add_row(Text(f"  and {len(found) - _MOST} weaker ones, see the report", style="dim"), "", "", "")
        table.add_section()
    if not table.row_count:
        table.add_row(Text("no sensitivity was computed: run the case again"), "", "", "")
    return table


def sensitivity_json(
    case: Case,
    answers_rows: Sequence[dict[str, Any]],
    priors_rows: Sequence[dict[str, Any]],
    measurements: Mapping[str, Measurement],
) -> dict[str, Any]:
    """Return all of it as plain data, the strongest assumption of each total first; numbers are not rounded."""
    return {
        "case": case.id,
        "title": case.title,
        "sensitivity": [
            {
                "quantity": quantity,
                "label": title,
                "priors": [
                    {
                        "prior": lever.part,
                        "label": lever.label,
                        "percent": measurements[lever.measurement].value,
                        "id": lever.measurement,
                        "points": _points(lever) or None,
                        "source": lever.prior.get("source"),
                    }
                    for lever in found
                ],
            }
            for quantity, title, found in _totals(case, answers_rows, priors_rows, measurements)
        ],
    }


def _totals(
    case: Case,
    answers: Sequence[dict[str, Any]],
    priors: Sequence[dict[str, Any]],
    measurements: Mapping[str, Measurement],
) -> Iterator[tuple[str, str, tuple[Lever, ...]]]:
    """Yield (measurement id, name, assumptions) of each total."""
    names = titles(case, totals(case, measurements, contents(case, measurements)))
    for key, title, rows in by_quantity(of_kind(answers, "sensitivity", measurements), names, measurements):
        yield key, title, levers(rows, priors, measurements)


def _points(lever: Lever) -> list[float]:
    points = [lever.prior.get(k) for k in ("p5", "p50", "p95")]
    return [] if None in points else points  # type: ignore[return-value]
