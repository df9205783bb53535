"""`tidewaiter tally`: what the last run found, what moves it most, and what it would have been on an earlier day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tidewaiter.errors import UnknownId

if TYPE_CHECKING:
    from datetime import datetime


@click.command("tally")
@click.argument("case", default=".", type=click.Path(path_type=Path))
@click.option(
    "--as-of",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Answer again, on the evidence published by this day (2024-02-12); nothing in the case changes.",
)
@click.option("--sensitivity", is_flag=True, help="Show which assumption moves the answer most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the JSON to a file.")
def tally(case: Path, *, day: datetime | None, sensitivity: bool, as_json: bool, output: Path | None) -> None:
    """Show calls, voyages, load and items per scenario of CASE (a folder) as the last run found them."""
    from tidewaiter.case import load_case  # noqa: PLC0415 - keep the start light
    from tidewaiter.cli.show import show, show_sensitivity  # noqa: PLC0415
    from tidewaiter.evidence import load_measurements, read_table, table_names  # noqa: PLC0415

    if day is not None and sensitivity:
        raise click.UsageError("--as-of and --sensitivity are two questions; ask them one after the other")
    if day is not None:
        from tidewaiter import pipeline  # noqa: PLC0415
        from tidewaiter.cli.progress import stages  # noqa: PLC0415

        with stages(pipeline.STAGES) as begin:
            then, found = pipeline.as_of(case, day.date(), progress=begin)
        show(then, found, None, as_json=as_json, output=output, as_of=day.date())
        return
    loaded = load_case(case)
    measurements = load_measurements(loaded.root)
    if not measurements or (sensitivity and "answers" not in table_names(loaded.root)):
        raise UnknownId("this case has no numbers yet", file=loaded.root, hint=f"tidewaiter run {case}")
    if sensitivity:
        rows = [read_table(loaded.root, name).to_pylist() for name in ("answers", "priors")]
        show_sensitivity(loaded, rows[0], rows[1], measurements, as_json=as_json, output=output)
        return
    report = loaded.root / "report" / "index.html"
    show(loaded, measurements, report if report.exists() else None, as_json=as_json, output=output)
