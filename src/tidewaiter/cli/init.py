"""`tidewaiter init`: start a case."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--template",
    type=click.Choice(["shuttle", "tanker"]),
    default="shuttle",
    show_default=True,
    help="Containers between two ports, or barrels from a terminal.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the written files as JSON.")
def init(folder: Path, template: str, *, as_json: bool) -> None:
    """Write a commented case.toml and CSV files to fill in into DIR.

    The files hold a few fictional rows, so that `tidewaiter run DIR` works at once. An existing case is never overwritten.
    """
    from tidewaiter.case.template import Template, write_template  # noqa: PLC0415 - keeps --help light

    written = write_template(folder, cast("Template", template))
    if as_json:
        import json  # noqa: PLC0415

        click.echo(json.dumps({"case": str(folder), "template": template, "files": [str(path) for path in written]}))
        return
    for path in written:
        click.echo(click.style("wrote ", dim=True) + str(path))
    click.echo(f"\nNext: edit {folder / 'case.toml'}, fill {folder / 'inputs'}, then: tidewaiter run {folder}")
