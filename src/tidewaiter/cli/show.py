"""Print the answer of a case: a table for people, JSON for scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

from tidewaiter.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from tidewaiter.model import Case, Measurement


def show(
    case: Case,
    measurements: Mapping[str, Measurement],
    report: Path | None,
    *,
    as_json: bool,
    output: Path | None,
    as_of: date | None = None,
) -> None:
    """Print the headline, or write it as JSON to `output`."""
    from tidewaiter.publish.terminal import headline, headline_json  # noqa: PLC0415 - keep the start light

    if as_json or output is not None:
        _write(headline_json(case, measurements, report, as_of=as_of), output)
    else:
        _print(headline(case, measurements, report, as_of=as_of))


def show_sensitivity(
    case: Case,
    answers: list[dict[str, Any]],
    priors: list[dict[str, Any]],
    measurements: Mapping[str, Measurement],
    *,
    as_json: bool,
    output: Path | None,
) -> None:
    """Print which assumption moves the answer most, or write it as JSON to `output`."""
    from tidewaiter.publish.sensitivity import sensitivity_json, sensitivity_table  # noqa: PLC0415 - as above

    if as_json or output is not None:
        _write(sensitivity_json(case, answers, priors, measurements), output)
    else:
        _print(sensitivity_table(case, answers, priors, measurements))


def _print(table: Any) -> None:
    from rich.console import Console  # noqa: PLC0415 - as above

    Console().print(table)


def _write(data: Any, output: Path | None) -> None:
    text = msgspec.json.format(msgspec.json.encode(data))
    if output is None:
        click.echo(text.decode())
        return
    try:
        output.write_bytes(text + b"\n")
    except OSError as error:
        hint = "name a file in a folder that exists and can be written"
        raise ReportError(f"cannot be written: {error.strerror or error}", file=output, hint=hint) from error
