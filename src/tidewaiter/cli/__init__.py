"""The command line: each verb is a thin call of a library function, loaded when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from tidewaiter.errors import TidewaiterError

VERBS = {
    "init": "Start a case folder from a commented template.",
    "add": "Take original files into the store of a case.",
    "run": "Run a case from its files to its report.",
    "tally": "Show what the last run found: calls, voyages, load, items per scenario.",
    "why": "Show what a number rests on, down to file, row and quote.",
    "verify": "Check every stored byte and every line of the log.",
    "reports": "Read quantified, attributed claims out of texts.",
    "tracks": "Turn AIS into positions, segments and events.",
    "simulate": "Make a case of a simulated world whose truth is known.",
}


class Verbs(click.Group):
    """A group whose commands live in a module each; help needs none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002, D102
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002, D102
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"tidewaiter.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002, D102
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=Verbs)
@click.version_option(package_name="tidewaiter")
def tidewaiter() -> None:
    """Measure a covert supply line from public evidence.

    A case is a folder: case.toml and your files. `tidewaiter init DIR` starts one, `tidewaiter run DIR` answers it,
    `tidewaiter why ID` shows what a number rests on.
    """


def main() -> None:
    """Run the command line; errors of ours end it with their words, a hint and their exit code."""
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # matrices here are small: threads would only wait for one another
    try:
        tidewaiter(prog_name="tidewaiter")
    except TidewaiterError as error:
        click.echo(click.style("error: ", fg="red", bold=True) + str(error), err=True)
        sys.exit(error.exit_code)
