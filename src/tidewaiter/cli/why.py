"""`tidewaiter why`: what a number rests on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.tree import Tree

    from tidewaiter.evidence.render import Line


@click.command("why")
@click.argument("words", nargs=-1, required=True, metavar="[CASE] ID")
@click.option("--case", "case", type=click.Path(path_type=Path), help="Folder of the case; the current one by default.")
@click.option("--depth", type=click.IntRange(min=0), help="Levels to show below the top; all by default.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, complete.")
def why(words: tuple[str, ...], case: Path | None, depth: int | None, *, as_json: bool) -> None:
    """Show what a measurement, reading, call or original rests on, down to file, row and quote.

    ID is a measurement (calls.total), a reading (looks/L001), a call or the first digits of a SHA-256.
    """
    from tidewaiter.evidence import explain  # noqa: PLC0415 - keep the start light
    from tidewaiter.evidence.intake import case_and_rest  # noqa: PLC0415
    from tidewaiter.evidence.render import outline, render_node, to_json  # noqa: PLC0415

    if len(words) > 2 or (len(words) == 2 and case is not None):
        raise click.UsageError("name one id, after the folder of the case if need be")
    root, rest = case_and_rest([Path(words[0])] if len(words) == 2 else [], case)
    if rest:
        raise click.UsageError("the first of two words must be the folder of a case")
    node = explain(root, words[-1])
    if as_json:
        click.echo(to_json(node, depth))
    elif sys.stdout.isatty():
        from rich.console import Console  # noqa: PLC0415

        Console().print(_tree(outline(node, depth)))
    else:
        click.echo(render_node(node, depth))


def _tree(line: Line, parent: Tree | None = None) -> Tree:
    from rich.text import Text  # noqa: PLC0415 - Text, not markup: brackets in data stay brackets
    from rich.tree import Tree  # noqa: PLC0415

    name, separator, rest = line.heading.partition(": ")
    label = Text.assemble((name, "bold"), f"{separator}{rest}")
    for note in line.notes:
        label.append(f"\n{note}", style="dim")
    tree = Tree(label, guide_style="dim") if parent is None else parent.add(label)
    for child in line.below:
        _tree(child, tree)
    return tree
