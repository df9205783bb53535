"""The date of publication: an ISO date out of a machine's value, or a date line near the top of a text."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from tidewaiter.reports.document import Known

_NEAR, _LINES, _WIDE = 4000, 40, 160
_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?![\d-])(?:[T ].{0,40})?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?\d{4,6}Z?)?")
_WORD = re.compile(r"[^\W\d_]+")
_CLOCK = re.compile(r"\d{1,2}[:.h]\d{2}(?::\d{2})?|\d{1,2}(?= ?(?:Uhr|h\b))|[+-]\d{2}:?\d{2}")
_DATES = (
    ("ymd", re.compile(r"(?<!\d)(\d{4})[-./] ?(\d{1,2})[-./] ?(\d{1,2})(?!\d)\.?")),
    ("ymd", re.compile(r"(?<!\d)(\d{4})년 ?(\d{1,2})월 ?(\d{1,2})일")),
    (
        "dmy",
        re.compile(r"(?<!\d)(\d{1,2})(?:\.|er|st|nd|rd|th)?\s{0,2}(?:of )?([^\W\d_]{3,12})\.?,?\s{1,2}(\d{4})(?!\d)"),
    ),
    ("mdy", re.compile(r"(?<!\w)([^\W\d_]{3,12})\.?\s{1,2}(\d{1,2})(?:st|nd|rd|th)?,?\s{1,2}(\d{4})(?!\d)")),
    ("either", re.compile(r"(?<!\d)(\d{1,2})([./])\s?(\d{1,2})\2\s?(\d{4})(?!\d)")),
)
_PLACE = re.compile(r"(?:[(\[])?[^\W\d_][^\d,|]{0,48}[,|(]\s{0,2}")
_BYLINE = re.compile(r".{0,80}[|·•]\s{0,2}")
_BREAK = re.compile(
    r"\s{0,2}(?:р\.|року|г\.|года)?\)?\s{0,2}(?:\([^()]{1,40}\)|\[[^\]]{1,40}\])?\s{0,2}(?:[-–—―:|.·]|$)"
)


class _Found(NamedTuple):
    value: str
    start: int
    end: int


class _Words(NamedTuple):
    months: dict[str, int]
    beside: frozenset[str]
    updated: frozenset[str]


def iso_date(value: str) -> str:
    """Return the date of a time stamp or a date in words, at the precision it has; "" when it is none.

    Args:
        value: "2024", "2024-03", "2024-03-12T08:00:00+01:00", "20240312", "Tue, 12 Mar 2024 08:00", "12 mars 2024".
            The day is taken as written, in whatever zone.
    """
    value = value.strip()[:_WIDE]
    whole = _ISO.fullmatch(value) or _COMPACT.fullmatch(value)
    if whole:
        year, month, day = whole.groups()
        if not _day(int(year), int(month or 1), int(day or 1)):
            return ""
        return "-".join(part for part in (year, month, day) if part)
    found = _first_date(value, "")
    return found.value if found else ""


def date_near_top(text: str, language: str) -> Known | None:
    """Find the date of publication that a text states on one of its first lines.

    It stands on a line of its own ("Published: 12 March 2024, 10:15"), at the end of a byline, or after the place at
    the head of a paragraph ("Berlin, 12. März 2024 –"). A line that speaks of an update is taken only when no other
    is found.

    Args:
        text: the whole text; its first lines are looked at.
        language: code of its language, for 03/12/2024; such a date is left alone where both readings are possible.

    Returns:
        The date as ISO, with the characters that say it.
    """
    later: Known | None = None
    for start, line in _first_lines(text):
        found = _first_date(line, language)
        if found is None:
            continue
        before, after = line[: found.start], line[found.end :]
        known = Known(found.value, "date line", start + found.start, start + found.end)
        if _alone(before, after) or (_BYLINE.fullmatch(before) and _alone("", after)):
            if not _speaks_of_update(before):
                return known
            later = later or known
        elif _PLACE.fullmatch(before) and before.lstrip("([")[0].isupper() and _BREAK.match(after):
            return Known(known.value, "dateline", known.start, known.end)
    return later


def is_date_line(line: str) -> bool:
    """Whether a line holds a date and nothing else of weight."""
    found = _first_date(line[:_WIDE], "") if len(line) < _WIDE else None
    return found is not None and _alone(line[: found.start], line[found.end :])


def _first_lines(text: str) -> list[tuple[int, str]]:
    lines, start = [], 0
    for line in text[:_NEAR].splitlines(keepends=True):
        bare = line.strip("\ufeff \t\r\n\xa0\u200e\u200f")
        if bare:
            lines.append((start + line.index(bare), bare[:_WIDE] if len(bare) > _WIDE else bare))
        start += len(line)
        if len(lines) == _LINES:
            break
    return lines


def _first_date(line: str, language: str) -> _Found | None:
    best: _Found | None = None
    for order, pattern in _DATES:
        for match in pattern.finditer(line):
            value = _value(order, match, language)
            if value:
                if best is None or match.start() < best.start:
                    best = _Found(value, match.start(), match.end())
                break
    return best


def _value(order: str, match: re.Match[str], language: str) -> str:
    months = _words().months
    if order == "ymd":
        year, month, day = (int(part) for part in match.groups())
    elif order == "dmy":
        day, month, year = int(match[1]), months.get(match[2].casefold(), 0), int(match[3])
    elif order == "mdy":
        month, day, year = months.get(match[1].casefold(), 0), int(match[2]), int(match[3])
    else:
        day, month, year = int(match[1]), int(match[3]), int(match[4])
        if month > 12 or (match[2] == "/" and language in {"", "en"} and day <= 12 and day != month):
            if month <= 12:
                return ""  # 03/12/2024: two readings
            day, month = month, day
    return _day(year, month, day)


def _day(year: int, month: int, day: int) -> str:
    if not 1900 <= year <= 2100:
        return ""
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _alone(before: str, after: str) -> bool:
    rest = _CLOCK.sub(" ", f"{before} {after}")
    words = _words()
    known = words.beside | words.updated
    return sum(map(str.isdigit, rest)) == 0 and all(word in known for word in _WORD.findall(rest.casefold()))


def _speaks_of_update(before: str) -> bool:
    return any(word in _words().updated for word in _WORD.findall(before.casefold()))


@cache
def _words() -> _Words:
    data = tomllib.loads(files(__package__).joinpath("dates.toml").read_text(encoding="utf-8"))
    months = {
        form: number
        for names in data["months"].values()
        for number, forms in enumerate(names, start=1)
        for form in forms.split()
    }
    beside = frozenset(word for words in data["beside"].values() for word in words.split())
    return _Words(months, beside, frozenset(data["updated"]["words"].split()))
