"""One table of case.toml, read value by value: each value is checked, each error names the file, the line and the key."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec

from tidewaiter.case.dates import span
from tidewaiter.case.layout import DATED_KEYS, QUANTILE_KEYS, SHARES, SPAN_KEYS
from tidewaiter.errors import CaseError, InputError, did_you_mean
from tidewaiter.model import Dated, Interval, Quantiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tidewaiter.case.lines import Lines
    from tidewaiter.case.lines import Path as KeyPath

LARGEST, SMALLEST = 1e15, 1e-15
"""Between these a number can be meant; beyond them it is a slip, and ratios of it would not be finite."""
_SLUG = re.compile(r"[a-z0-9_]{1,64}")
_TYPES = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Source(msgspec.Struct, frozen=True):
    """The file that sections come from."""

    file: Path
    lines: Any  # Lines; msgspec need not look inside

    def fail(self, path: KeyPath, message: str, hint: str | None = None) -> NoReturn:
        """Raise a CaseError at the line of `path`."""
        lines: Lines = self.lines
        raise CaseError(message, file=self.file, line=lines.of(path), hint=hint)


class Section:
    """A table at `path`; `known` are the keys it may hold.

    Raises:
        CaseError: on a key that is not known.
    """

    def __init__(self, source: Source, path: KeyPath, values: Any, known: Iterable[str]) -> None:
        self.source = source
        self.path = path
        self.known = tuple(known)
        self.name = ".".join(str(part) for part in path if isinstance(part, str))
        if not isinstance(values, dict):
            source.fail(path, f"{self.name} should be a table, not {_written(values)}")
        self.values: dict[str, Any] = values
        for key in values:
            if key not in self.known:
                near = did_you_mean(key, self.known)
                self.fail(key, f'unknown key "{key}" in {self.name}', near or f"known keys: {', '.join(self.known)}")

    def fail(self, key: str, message: str, hint: str | None = None) -> NoReturn:
        """Raise a CaseError at the line of `key`, or of the table when the key is absent."""
        self.source.fail((*self.path, key), message, hint)

    def has(self, key: str) -> bool:
        """Tell whether the key is written."""
        return key in self.values

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; without a default it is required and not empty."""
        value = str(self._value(key, default, str)).strip()
        if any(ord(c) < 32 and c not in "\n\t" for c in value):
            self.fail(key, f"{self.name}.{key} holds control characters")
        if not value and default is None:
            self.fail(key, f"{self.name}.{key} is empty", "write a few words between the quotes")
        return value

    def slug(self, key: str) -> str:
        """Return a short name of small letters, digits and underscores."""
        value = self.text(key)
        if not _SLUG.fullmatch(value):
            simple = re.sub(r"[^a-z0-9]+", "_", value.casefold()).strip("_")[:64]
            hint = "use small letters, digits and underscores only"
            self.fail(
                key, f'{self.name}.{key} = "{value}" is not a short name', f'{hint}: "{simple}"' if simple else hint
            )
        return value

    def choice(self, key: str, choices: Iterable[str], default: str | None = None) -> str:
        """Return one of `choices`."""
        value = self.text(key, default)
        if value not in (known := tuple(choices)):
            near = did_you_mean(value, known)
            self.fail(key, f'{self.name}.{key} = "{value}" is not known', near or f"one of: {', '.join(known)}")
        return value

    def number(
        self, key: str, default: float | None = None, *, low: float = -math.inf, high: float = math.inf
    ) -> float:
        """Return a finite number in ``[low, high]``; required without a default."""
        value = self._value(key, default, float)
        if not (abs(value) <= LARGEST and low <= value <= high):
            bounds = f"{low:g} to {high:g}" if math.isfinite(high) else f"{low:g} upwards"
            range_ = bounds if math.isfinite(low) else "the range of plain numbers"
            self.fail(key, f"{self.name}.{key} = {str(value)[:40]} is outside {range_}")
        return float(value)

    def optional_number(self, key: str, *, low: float = -math.inf, high: float = math.inf) -> float | None:
        """Return a finite number in ``[low, high]``, or None when it is not written."""
        return self.number(key, low=low, high=high) if self.has(key) else None

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """Return a whole number in ``[low, high]``."""
        value = self._value(key, default, int)
        if not low <= value <= high:
            self.fail(key, f"{self.name}.{key} = {value} is outside {low} to {high}")
        return int(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return bool(self._value(key, default, bool))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; one text alone counts as a list of one."""
        values = self.values.get(key, [])
        values = [values] if isinstance(values, str) else values
        if not isinstance(values, list) or not all(isinstance(v, str) and v.strip() for v in values):
            self.fail(key, f"{self.name}.{key} should be a list of texts", 'write it as ["one", "two"]')
        return tuple(v.strip() for v in values)

    def interval(self, key: str) -> Interval:
        """Return a required span, written {from, to} with both ends included."""
        if not self.has(key):
            self._missing(key)
        return self._span(self._table((key,), self.values[key], SPAN_KEYS))

    def intervals(self, key: str) -> tuple[Interval, ...]:
        """Return spans, written as one {from, to} or a list of them."""
        return tuple(self._span(self._table(at, value, SPAN_KEYS)) for at, value in self._each(key))

    def dated(self, key: str, verdict: Callable[[str], str] = lambda _: "") -> tuple[Dated, ...]:
        """Return dated values, each with the verdict on it."""
        found: list[Dated] = []
        for at, value in self._each(key):
            if isinstance(value, str):
                value = {"value": value}  # noqa: PLW2901 - a plain text is short for this
            if not isinstance(value, dict):
                self.source.fail(
                    (*self.path, *at),
                    f"{self.name}.{key} should be a text or a table, not {_written(value)}",
                    f'numbers that identify go in quotes: {key} = "{value}"' if isinstance(value, int) else None,
                )
            table = self._table(at, value, DATED_KEYS)
            text = table.text("value")
            found.append(Dated(text, self._span(table), table.text("source", ""), verdict(text)))
        return tuple(found)

    def quantiles(self, key: str, default: Quantiles | None = None, *, required: bool = False) -> Quantiles | None:
        """Return 5/50/95 % points: above zero, none below the one before it, at most one for a share.

        One number alone, or the same one three times, is a quantity that is exactly known.
        """
        if not self.has(key):
            return self._missing(key) if required else default
        value = self.values[key]
        source = ""
        if isinstance(value, int | float) and not isinstance(value, bool):
            p5 = p50 = p95 = self.number(key)
        else:
            table = self._three_points(key, value)
            p5, p50, p95 = (table.number(point) for point in QUANTILE_KEYS[:3])
            source = table.text("source", "")
        fixed = p5 == p50 == p95
        written = f"{self.name}.{key} = " + (f"{p5:g}" if fixed else f"[{p5:g}, {p50:g}, {p95:g}]")
        if not SMALLEST <= p5 <= p50 <= p95:
            message = f"{written} should be above zero" + ("" if fixed else " and should not fall")
            hint = "give the 5 %, 50 % and 95 % points in this order; one number alone is taken as exactly known"
            self.fail(key, message, hint)
        if key in SHARES and p95 > 1:
            self.fail(key, f"{written} should stay at or below 1", "a part of the whole: 0.5 for half of it")
        return Quantiles(p5, p50, p95, source)

    def days(self, key: str) -> tuple[date, ...]:
        """Return full days in order; one day alone counts as a list of one.

        Raises:
            CaseError: also when a day is there twice.
        """
        values = self.values.get(key, [])
        found: list[date] = []
        for index, value in enumerate(values if isinstance(values, list) else [values]):
            at = (*self.path, key, index)
            text = None if isinstance(value, datetime) else _date_text(value)
            if text is None or len(text.strip()) != len("2031-06-30"):
                hint = f'write {key} = ["2031-06-30"], with year, month and day'
                self.source.fail(at, f"{self.name}.{key} should hold full days", hint)
            try:
                start = span(text, text).start
            except InputError as error:
                self.source.fail(at, f"{self.name}.{key}: {error.message}", error.hint)
            if start is not None:
                if start.date() in found:
                    self.source.fail(at, f"{self.name}.{key} holds {text.strip()} twice", "take one of the two out")
                found.append(start.date())
        return tuple(sorted(found))

    def tables(self, key: str, known: Iterable[str]) -> list[Section]:
        """Return the tables of a list of tables; nothing written is no table."""
        values = self.values.get(key, [])
        if not isinstance(values, list):
            self.fail(key, f"{self.name}.{key} should be a list of tables, not {_written(values)}")
        return [self._table((key, index), value, known) for index, value in enumerate(values)]

    def _three_points(self, key: str, value: Any) -> Section:
        if isinstance(value, list):
            if len(value) != 3:
                hint = "the 5 %, 50 % and 95 % points: [1, 2, 4]"
                self.fail(key, f"{self.name}.{key} should hold three numbers", hint)
            value = dict(zip(QUANTILE_KEYS, value, strict=False))
        if not isinstance(value, dict):
            self.fail(key, f"{self.name}.{key} should be three numbers, not {_written(value)}", "write it as [1, 2, 4]")
        return self._table((key,), value, QUANTILE_KEYS)

    def _span(self, table: Section) -> Interval:
        ends = {end: _date_text(table.values.get(end, "")) for end in SPAN_KEYS}
        for end, text in ends.items():
            if text is None:
                table.fail(end, f"{table.name}.{end} should be a date in quotes", f'write {end} = "2023-09-07"')
        try:
            return span(ends["from"] or "", ends["to"] or "")
        except InputError as error:
            key = "to" if "to" in table.values and _bad(ends["from"]) is None else "from"
            table.fail(key, f"{table.name}: {error.message}", error.hint)

    def _table(self, at: KeyPath, value: Any, known: Iterable[str]) -> Section:
        return Section(self.source, (*self.path, *at), value, known)

    def _each(self, key: str) -> list[tuple[KeyPath, Any]]:
        value = self.values.get(key, [])
        return [((key, i), v) for i, v in enumerate(value)] if isinstance(value, list) else [((key,), value)]

    def _value(self, key: str, default: Any, kind: type) -> Any:
        if key not in self.values:
            return self._missing(key) if default is None else default
        value = self.values[key]
        fits = isinstance(value, int | float if kind is float else kind) and (
            kind is bool or not isinstance(value, bool)
        )
        if not fits:
            hint = (
                f'put it in quotes: {key} = "{value}"' if kind is str and not isinstance(value, dict | list) else None
            )
            self.fail(key, f"{self.name}.{key} should be {_TYPES[kind]}, not {_written(value)}", hint)
        return value

    def _missing(self, key: str) -> NoReturn:
        self.fail(key, f'{self.name} lacks the key "{key}"', f"add a line: {key} = …")


def _bad(text: str | None) -> InputError | None:
    try:
        span(text or "", "")
    except InputError as error:
        return error
    return None


def _date_text(value: Any) -> str | None:
    """Return a date as text; TOML dates without quotes are as good."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str) else None


def _written(value: Any) -> str:
    return next((name for kind, name in _TYPES.items() if isinstance(value, kind)), f"a {type(value).__name__}")
