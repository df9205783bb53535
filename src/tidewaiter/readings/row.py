"""One data row, asked for value by value; whatever cannot be used raises `Rejected` with the column and the reason."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from tidewaiter.case.dates import parse_span, span
from tidewaiter.errors import InputError
from tidewaiter.readings import cells
from tidewaiter.readings.rejection import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    from tidewaiter.case.names import Match, Names
    from tidewaiter.model import Interval

LONGEST_TEXT = 10_000
_ID = re.compile(r"[^\s/;|:,\"'\x00-\x1f\x7f]{1,100}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Row:
    """Cells of one row by column name; a column that the file does not have is an empty cell."""

    def __init__(self, values: dict[str, str], names: Names, tz: tzinfo | None, *, decimal_comma: bool) -> None:
        self._values = values
        self._names = names
        self._tz = tz
        self._decimal_comma = decimal_comma

    def cell(self, column: str) -> str:
        """Return the cell as written, without the space around it."""
        return self._values.get(column, "").strip()

    def reject(self, column: str, reason: str, hint: str | None = None) -> Rejected:
        """Return the rejection of this row for `column`, to be raised."""
        return Rejected(column, self.cell(column), reason, hint)

    def text(self, column: str) -> str | None:
        """Return free text as it is, None when the cell is empty."""
        value = self.cell(column)
        if len(value) > LONGEST_TEXT:
            raise self.reject(column, f"the text is longer than {LONGEST_TEXT} characters")
        if _CONTROL.search(value):
            raise self.reject(column, "the cell holds control characters")
        return value or None

    def needed(self, column: str) -> str:
        """Return free text that has to be there."""
        value = self.text(column)
        if value is None:
            raise self.reject(column, f"{column} is empty")
        return value

    def ident(self, column: str, *, required: bool = True) -> str | None:
        """Return an id: no spaces, and none of the signs that lists and addresses use."""
        value = self.needed(column) if required else self.text(column)
        if value is not None and not _ID.fullmatch(value):
            raise self.reject(
                column, f'"{value[:40]}" cannot be an id', "Use up to 100 letters, digits, - and _, without spaces"
            )
        return value

    def idents(self, column: str) -> list[str]:
        """Return a list of ids written with semicolons."""
        found = cells.listing(self.text(column) or "")
        for ident in found:
            if not _ID.fullmatch(ident):
                raise self.reject(
                    column, f'"{ident[:40]}" cannot be an id', 'Write ids with semicolons between: "C01; C02"'
                )
        return found

    def number(self, column: str, *, low: float = 0.0, high: float = math.inf) -> float | None:
        """Return a number in ``[low, high]``, None when the cell is empty."""
        value = self.cell(column)
        return cells.number(column, value, decimal_comma=self._decimal_comma, low=low, high=high) if value else None

    def positive(self, column: str) -> float | None:
        """Return a number above zero, None when the cell is empty."""
        value = self.number(column)
        if value == 0:
            raise self.reject(column, f"{column} should be above zero")
        return value

    def whole(self, column: str) -> int | None:
        """Return a whole number from zero on, None when the cell is empty."""
        value = self.number(column)
        if value is not None and value != int(value):
            raise self.reject(column, f'"{self.cell(column)[:40]}" should be a whole number')
        return None if value is None else int(value)

    def share(self, column: str) -> float | None:
        """Return a number in (0, 1], None when the cell is empty."""
        value = self.cell(column)
        if value.endswith("%"):
            raise self.reject(column, "a share is a number up to 1, not a percentage", "0.5 instead of 50 %")
        found = self.number(column, high=1)
        if found == 0:
            raise self.reject(column, "a share should be above 0")
        return found

    def low_high(self, low: str, high: str) -> tuple[float | None, float | None]:
        """Return two numbers of which the first is not above the second."""
        lowest, highest = self.number(low), self.number(high)
        if lowest is not None and highest is not None and lowest > highest:
            raise self.reject(high, f"{low} is above {high}", "Swap the two, or correct the one that is mistyped")
        return lowest, highest

    def choice(
        self, column: str, choices: Iterable[str], default: str | None = None, synonyms: dict[str, str] | None = None
    ) -> str | None:
        """Return one of `choices`, or `default` when the cell is empty."""
        value = self.cell(column)
        return cells.choice(column, value, choices, synonyms) if value else default

    def span(self, start: str, end: str) -> Interval:
        """Return the span from one cell to another, both included; an empty end = the precision of the start."""
        first, last = self.cell(start), self.cell(end)
        try:
            return span(first, last or first, self._tz)
        except InputError as error:
            for column, text in ((start, first), (end, last)):
                if text:
                    self._date(column, text)
            raise self.reject(end, error.message, error.hint) from None

    def date(self, column: str) -> str | None:
        """Return a date as it is written, after checking that it is one; None when the cell is empty."""
        value = self.cell(column)
        if value:
            self._date(column, value)
        return value or None

    def place(self, column: str, *, required: bool = True) -> str | None:
        """Return the id of the place that the cell names."""
        if not required and not self.cell(column):
            return None
        return self._resolved(column, self._names.place(self.needed(column)), "place", self.cell(column))

    def vessel_weights(self, column: str) -> list[tuple[str, float]]:
        """Return (vessel id, probability) pairs; none = unidentified."""
        return cells.weights(
            column, self.cell(column), lambda name: self._vessel(column, name), decimal_comma=self._decimal_comma
        )

    def vessels(self, column: str) -> list[str]:
        """Return the ids of a list of vessels written with semicolons."""
        found = [self._vessel(column, name) for name in cells.listing(self.cell(column))]
        if len(set(found)) < len(found):
            raise self.reject(column, "a vessel is named twice")
        return sorted(found)

    def detection_list(self, column: str) -> str:
        """Return the id of the list that the cell names."""
        return self._detection_list(column, self.needed(column))

    def detection_lists(self, column: str) -> list[str]:
        """Return the ids of one or more lists written with semicolons."""
        found = [self._detection_list(column, name) for name in cells.listing(self.needed(column))]
        if not found:
            raise self.reject(column, f"{column} names no list")
        if len(set(found)) < len(found):
            raise self.reject(column, "a list is named twice")
        return sorted(found)

    def flow(self, column: str) -> str | None:
        """Return the id of the flow that the cell names, None when it is empty."""
        written = self.text(column)
        return None if written is None else self._resolved(column, self._names.flow(written), "flow", written)

    def _detection_list(self, column: str, name: str) -> str:
        return self._resolved(column, self._names.detection_list(name), "list", name)

    def _vessel(self, column: str, name: str) -> str:
        return self._resolved(column, self._names.vessel(name), "vessel", name)

    def _resolved(self, column: str, match: Match, what: str, written: str) -> str:
        if match.id is not None:
            return match.id
        if match.notice:
            raise Rejected(column, written, match.notice.rstrip("."), match.hint, notice=match.notice)
        alias = ", or as an alias of one that is there" if what in {"place", "vessel"} else ""
        hint = match.hint or f"Declare it in case.toml as [[{what}s]]{alias}"
        raise Rejected(column, written, f'unknown {what} "{written[:60]}"', hint)

    def _date(self, column: str, text: str) -> None:
        try:
            parse_span(text, self._tz)
        except InputError as error:
            raise self.reject(column, error.message, error.hint) from None
