"""Every error this package raises on purpose, drawn as one tree.

    TidewaiterError
    ├── CaseError              case.toml cannot be used: unknown key, bad unit, impossible date, unknown place
    ├── InputError             a file of the user cannot be read as what it is declared to be
    ├── EvidenceError          the store or the log cannot be trusted or written
    │   ├── CaseBusy           another process works on this case
    │   ├── StoreDamaged       bytes differ from what was acknowledged
    │   └── StorageFull        the disk refused a write; nothing acknowledged is lost
    ├── UnknownId              nothing in the case has this id
    ├── ModelError             the evidence cannot be turned into calls or quantities as asked
    └── ReportError            the report cannot be built
        └── UnprovenFigure     a figure of the report has no measurement behind it

Each carries where it happened (file and line, when there are any) and a hint on what to do about it.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class TidewaiterError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: what is wrong, in one sentence.
        file: the file concerned, if there is one.
        line: the line in it, counted from 1.
        hint: what the reader can do about it.
    """

    exit_code = 1

    def __init__(
        self, message: str, *, file: Path | str | None = None, line: int | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        self.hint = hint

    def __str__(self) -> str:
        where = "" if self.file is None else self.file if self.line is None else f"{self.file}, line {self.line}"
        text = f"{where}: {self.message}" if where else self.message
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class CaseError(TidewaiterError):
    """case.toml cannot be used as written."""


class InputError(TidewaiterError):
    """A file of the user cannot be read as what it is declared to be."""


class EvidenceError(TidewaiterError):
    """The evidence store or its log cannot be used."""


class CaseBusy(EvidenceError):
    """Another process works on this case."""


class StoreDamaged(EvidenceError):
    """Stored bytes or log lines differ from what was acknowledged."""


class StorageFull(EvidenceError):
    """The disk refused a write; nothing that was acknowledged is lost."""


class UnknownId(TidewaiterError):
    """Nothing in the case has this id."""


class ModelError(TidewaiterError):
    """The evidence cannot be turned into calls or quantities as asked."""


class ReportError(TidewaiterError):
    """The report cannot be built."""


class UnprovenFigure(ReportError):
    """A figure of the report has no measurement behind it."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return ``Did you mean "…"?`` for the known word closest to `word`, or None when nothing is near."""
    known = list(known)
    near = get_close_matches(word, known, n=1, cutoff=0.6) or get_close_matches(
        word.casefold(), [k.casefold() for k in known], n=1, cutoff=0.6
    )
    if not near:
        return None
    by_fold = {k.casefold(): k for k in known}
    return f'Did you mean "{by_fold.get(near[0].casefold(), near[0])}"?'
