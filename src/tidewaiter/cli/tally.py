"""`tidewaiter tally`: what the last run found."""

from __future__ import annotations

from pathlib import Path

import click

from tidewaiter.errors import UnknownId


@click.command("tally")
@click.argument("case", default=".", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the JSON to a file.")
def tally(case: Path, *, as_json: bool, output: Path | None) -> None:
    """Show calls, voyages, load and items per scenario of CASE (a folder) as the last run found them."""
    from tidewaiter.case import load_case  # noqa: PLC0415 - keep the start light
    from tidewaiter.cli.show import show  # noqa: PLC0415
    from tidewaiter.evidence import load_measurements  # noqa: PLC0415

    loaded = load_case(case)
    measurements = load_measurements(loaded.root)
    if not measurements:
        raise UnknownId("this case has no numbers yet", file=loaded.root, hint=f"tidewaiter run {case}")
    report = loaded.root / "report" / "index.html"
    show(loaded, measurements, report if report.exists() else None, as_json=as_json, output=output)
