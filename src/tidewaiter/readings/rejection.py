"""A row that cannot be used, and why. It is set aside and reported; it never stops a file."""

from __future__ import annotations

LONGEST_SHOWN = 200


class Rejected(Exception):  # the fate of a row inside this room, not an error that leaves it
    """Why a row is set aside.

    Attributes:
        column: the column at fault, "" when it is the whole row.
        value: what stands there, cut to 200 characters.
        reason: what is wrong and what to do, in one or two sentences.
        notice: what to report besides, when a declared confusable turned up.
    """

    def __init__(self, column: str, value: object, reason: str, hint: str | None = None, notice: str = "") -> None:
        super().__init__(reason)
        self.column = column
        self.value = "" if value is None else _shown(value)
        self.reason = f"{reason}. {hint}" if hint else reason
        self.notice = notice


def _shown(value: object) -> str:
    return str(value)[:LONGEST_SHOWN].encode("utf-8", "replace").decode("utf-8")
