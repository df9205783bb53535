"""`tidewaiter verify`: is everything still as it was acknowledged?"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@click.command("verify")
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def verify(context: click.Context, case: Path | None, *, as_json: bool) -> None:
    """Re-hash every stored byte and walk the log; name each object or line that was changed.

    Exits with 1 when there is damage. Changes nothing.
    """
    from tidewaiter.evidence import integrity  # noqa: PLC0415 - keep the start light
    from tidewaiter.evidence.intake import case_and_rest  # noqa: PLC0415

    root, _ = case_and_rest((), case)
    with _progress() as progress:
        found = integrity.verify(root, progress=progress)
    if as_json:
        import msgspec  # noqa: PLC0415

        fields = {"clean": found.clean, **msgspec.structs.asdict(found)}
        click.echo(msgspec.json.format(msgspec.json.encode(fields)).decode())
    else:
        for notice in found.notices:
            click.echo(f"note: {notice.where}: {notice.message}")
        for problem in found.problems:
            click.echo(f"{problem.kind}: {problem.where}: {problem.message}")
        objects = f"{found.objects:,} object{'' if found.objects == 1 else 's'}"
        lines = f"{found.lines:,} log line{'' if found.lines == 1 else 's'}"
        several = "" if len(found.problems) == 1 else "s"
        outcome = "clean" if found.clean else f"damaged, {len(found.problems):,} problem{several}"
        click.echo(f"{outcome}: {objects}, {lines}, {found.bytes:,} bytes")
    if not found.clean:
        context.exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that moves a bar on the terminal; None when nobody looks at one."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("hashing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("hashing", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
