"""Write docs/cli.md: the help text of every verb, as the command prints it.

python docs/make_cli.py
"""

from __future__ import annotations

from pathlib import Path

import click

from tidewaiter.cli import VERBS, tidewaiter

WIDTH = 92
HEAD = """\
# The command line

This page is made by `python docs/make_cli.py` from the help texts of the command; a test compares them.

Every verb takes `--help`. Those with `--json` print machine-readable output to standard output; progress and remarks go
to standard error. The exit code is 0 when all went well, 1 when something is wrong with the case, its files or its store
(the message says what, where, and what to do), 2 when the command was not understood.

A case is named by its folder; where it is left out, the current folder is meant.
"""


def help_text(command: click.Command, name: str) -> str:
    """Return what ``name --help`` prints, at a fixed width."""
    return command.get_help(click.Context(command, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH))


def section(marks: str, command: click.Command, name: str) -> str:
    """Return the heading and the help text of one command."""
    return f"{marks} {name}\n\n```text\n{help_text(command, name)}\n```\n"


def page() -> str:
    """Return the whole page."""
    parts = [HEAD, f"```text\n{help_text(tidewaiter, 'tidewaiter')}\n```\n"]
    for verb in VERBS:
        command = tidewaiter.get_command(click.Context(tidewaiter), verb)
        if command is None:
            raise LookupError(verb)
        parts.append(section("##", command, f"tidewaiter {verb}"))
        if isinstance(command, click.Group):
            parts += [section("###", below, f"tidewaiter {verb} {name}") for name, below in command.commands.items()]
    return "\n".join(parts)


if __name__ == "__main__":
    target = Path(__file__).with_name("cli.md")
    target.write_text(page(), encoding="utf-8")
    print(f"wrote {target}")
