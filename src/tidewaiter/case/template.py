"""Start a case: a commented case.toml and CSV files with the right headers and a few fictional rows."""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from tidewaiter.errors import CaseError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

Template = Literal["shuttle", "tanker"]


def write_template(folder: Path, template: Template = "shuttle") -> list[Path]:
    """Write the files of a template into `folder`, which is made if need be, and return them; case.toml is the last one.

    Raises:
        CaseError: a case, or one of its files, is already there (nothing is overwritten), or the folder cannot be written.
    """
    wanted = _files(files("tidewaiter.case") / "templates" / template)
    for name in ("case.toml", ".tidewaiter", *wanted):
        if os.path.lexists(folder / name):
            hint = "choose another folder; an existing case is never overwritten"
            raise CaseError(f'"{name}" is already there', file=folder, hint=hint)
    written: list[Path] = []
    try:
        for name in sorted(wanted, key=lambda n: (n == "case.toml", n)):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                stream.write(wanted[name].read_bytes())
            written.append(target)
    except OSError as error:
        raise CaseError(f"cannot be written: {error.strerror}", file=error.filename or folder) from error
    return written


def _files(folder: Traversable, prefix: str = "") -> dict[str, Traversable]:
    found: dict[str, Traversable] = {}
    for entry in folder.iterdir():
        name = f"{prefix}{entry.name}"
        if entry.is_dir():
            found |= _files(entry, f"{name}/")
        elif not name.startswith((".", "__")):
            found[name] = entry
    return found
