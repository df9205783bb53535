"""Dates as people write them, at their own precision, as half-open spans of UTC.

"2023-09" is the whole of September, "2023-09-07" that day, "2023-09-07T11:01+09:00" that minute. Nothing is guessed: a
clock time needs a zone, a day has to exist, and 07.09.2023 is refused because half the world reads it differently.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tidewaiter.errors import InputError
from tidewaiter.model import Interval

if TYPE_CHECKING:
    from datetime import tzinfo

_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,6}))?)?"
    r" ?(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_FORMS = "write 2023, 2023-09, 2023-09-07 or 2023-09-07T11:01+09:00 (year first, then month, then day)"


def parse_span(text: str, tz: tzinfo | None = None) -> Interval:
    """Return the span that a date or a time covers at the precision it is written in.

    Args:
        text: ISO 8601 year, month, day or time of day; years 1900 to 2100.
        tz: the zone declared for times written without one. Days, months and years are those of this zone, or of UTC
            when none is declared.

    Raises:
        InputError: not such a date, a date that does not exist, or a clock time whose zone is unknown.
    """
    parts = _parts(text)
    first = _instant(text, parts, tz)
    if parts["hour"] is not None:
        return Interval(first, first + (timedelta(minutes=1) if parts["second"] is None else timedelta(seconds=1)))
    year, month, day = first.year, first.month, first.day
    if parts["day"] is not None:
        following = first.replace(tzinfo=None) + timedelta(days=1)
    elif parts["month"] is not None:
        following = datetime(year + month // 12, month % 12 + 1, day)  # noqa: DTZ001 - made aware below
    else:
        following = datetime(year + 1, 1, 1)  # noqa: DTZ001 - made aware below
    return Interval(first.astimezone(UTC), following.replace(tzinfo=tz or UTC).astimezone(UTC))


def span(from_text: str, to_text: str, tz: tzinfo | None = None) -> Interval:
    """Return the span from the start of `from_text` to the end of `to_text`; empty text leaves that end open.

    Both ends are inclusive, as people write them: "2025-03" as `to_text` means through March. A clock time as `to_text` is
    that moment; the same clock time twice is that one minute (or second).

    Raises:
        InputError: as `parse_span`, or when the span ends before it starts.
    """
    first = parse_span(from_text, tz) if from_text.strip() else Interval()
    last = parse_span(to_text, tz) if to_text.strip() else Interval()
    clock = ":" in to_text and last.start != first.start
    start, end = first.start, last.start if clock else last.end
    if start is not None and end is not None and end <= start:
        raise InputError(
            f"the span is reversed: it starts on {from_text.strip()} and ends on {to_text.strip()}",
            hint="swap the two dates, or correct the one that is mistyped",
        )
    return Interval(start, end)


def _parts(text: str) -> dict[str, str | None]:
    text = text.strip()
    found = _DATE.fullmatch(text) if len(text) <= 40 else None
    if found is None:
        raise InputError(f'"{text[:40]}" is not a date this project reads', hint=_FORMS)
    return found.groupdict()


def _instant(text: str, parts: dict[str, str | None], tz: tzinfo | None) -> datetime:
    """Return the first moment of the date: in the declared zone (or UTC) for dates, in UTC for clock times."""
    text = text.strip()
    year = int(parts["year"] or 0)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise InputError(f'the year of "{text}" is outside {_FIRST_YEAR}–{_LAST_YEAR}', hint=_FORMS)
    try:
        local = datetime(  # noqa: DTZ001 - the zone follows
            year,
            int(parts["month"] or 1),
            int(parts["day"] or 1),
            int(parts["hour"] or 0),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            int((parts["fraction"] or "0").ljust(6, "0")),
        )
    except ValueError:
        raise InputError(f'"{text}" does not exist in the calendar', hint=_FORMS) from None
    if parts["hour"] is None:
        return local.replace(tzinfo=tz or UTC)
    if parts["zone"] is not None:
        return local.replace(tzinfo=_offset(text, parts["zone"])).astimezone(UTC)
    if tz is None:
        raise InputError(
            f'"{text}" is a time without zone',
            hint=f'write "{text.replace(" ", "T")}Z" for UTC, add an offset like +09:00, '
            'or declare timezone = "Asia/Tokyo" (the zone it is in) for this input in case.toml',
        )
    return _in_zone(text, local, tz)


def _offset(text: str, zone: str) -> tzinfo:
    if zone == "Z":
        return UTC
    digits = zone[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset > timedelta(hours=14) or int(digits[2:]) > 59:
        raise InputError(f'"{text}" has an impossible zone', hint="offsets go from -12:00 to +14:00")
    return timezone(-offset if zone[0] == "-" else offset)


def _in_zone(text: str, local: datetime, tz: tzinfo) -> datetime:
    """Return `local` in UTC; refuse the hours that a change of clocks skips or repeats."""
    earlier, later = (local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    if earlier != later:
        raise InputError(
            f'"{text}" falls into a change of clocks in {tz}: it happened twice or not at all',
            hint="write the offset from UTC, like +09:00",
        )
    return earlier
