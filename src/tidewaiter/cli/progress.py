"""A progress bar over the stages of a run; silent when nobody watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@contextmanager
def stages(names: Sequence[str]) -> Iterator[Callable[[str], None]]:
    """Show a bar on a terminal; yields the function to call with the name of each stage as it begins."""
    from rich.console import Console  # noqa: PLC0415 - keep the start light
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    errors = Console(stderr=True)
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task("start", total=len(names))

        def begin(name: str) -> None:
            bar.update(task, description=name, completed=names.index(name))

        yield begin
