"""`tidewaiter run`: from the files of a case to its report."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("run")
@click.argument("case", default=".", type=click.Path(path_type=Path))
@click.option("--no-report", is_flag=True, help="Derive the tables only.")
@click.option("--json", "as_json", is_flag=True, help="Print the headline as JSON.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the JSON to a file.")
def run(case: Path, *, no_report: bool, as_json: bool, output: Path | None) -> None:
    """Read the inputs of CASE (a folder), infer calls and totals, hold the claims against them, write the report."""
    from rich.console import Console  # noqa: PLC0415 - keep the start light

    from tidewaiter import pipeline  # noqa: PLC0415
    from tidewaiter.cli.progress import stages  # noqa: PLC0415
    from tidewaiter.cli.show import show  # noqa: PLC0415

    errors = Console(stderr=True)
    with stages(pipeline.STAGES) as begin:
        done = pipeline.run(case, report=not no_report, progress=begin)
    show(done.case, done.measurements, done.report, as_json=as_json, output=output)
    if done.rejects:
        errors.print(f"{done.rejects} row(s) were set aside: see the report or tables/rejects.csv", style="yellow")
    if done.notices:
        errors.print(f"{done.notices} notice(s): see the report or tables/notices.csv")
