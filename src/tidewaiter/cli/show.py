"""Print the headline of a case: a table for people, JSON for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from tidewaiter.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tidewaiter.model import Case, Measurement


def show(
    case: Case, measurements: Mapping[str, Measurement], report: Path | None, *, as_json: bool, output: Path | None
) -> None:
    """Print the headline, or write it as JSON to `output`."""
    from rich.console import Console  # noqa: PLC0415 - keep the start light

    from tidewaiter.publish.terminal import headline, headline_json  # noqa: PLC0415

    if as_json or output is not None:
        data = msgspec.json.format(msgspec.json.encode(headline_json(case, measurements, report)))
        if output is None:
            click.echo(data.decode())
        else:
            try:
                output.write_bytes(data + b"\n")
            except OSError as error:
                hint = "name a file in a folder that exists and can be written"
                raise ReportError(f"cannot be written: {error.strerror or error}", file=output, hint=hint) from error
        return
    Console().print(headline(case, measurements, report))
