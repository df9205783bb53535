"""When it happened: time expressions resolved against the day of publication, at the precision of the text.

An expression is a run of time words in any order ("August letzten Jahres", "last August", "지난해 8월"): the parts of a
date are gathered first and put together afterwards, so one grammar serves all languages. Since, until, from-to and in
are words around such runs.
"""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tidewaiter.reports.grammar.numbers import FIRST_YEAR, LAST_YEAR, parse_digits, year_marked

if TYPE_CHECKING:
    import datetime as dt

    from tidewaiter.reports.grammar.lexicon import Hit
    from tidewaiter.reports.grammar.line import Line

SEASONS = {"winter": (12, 2), "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11)}
QUARTERS = {1: (1, 3), 2: (4, 6), 3: (7, 9), 4: (10, 12)}
PARTS = {"early": 1, "mid": 6, "late": 12}
_KOREAN_UNITS = {"년": "year", "월": "month", "일": "day"}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DOTTED = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{2,4})")
_GLUE = frozenset({",", "."})


class Day(NamedTuple):
    """A day, month or year; parts not known are None."""

    year: int
    month: int | None = None
    day: int | None = None

    def iso(self) -> str:
        """Return it at its own precision."""
        if self.month is None:
            return f"{self.year:04d}"
        if self.day is None:
            return f"{self.year:04d}-{self.month:02d}"
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"


class Period(NamedTuple):
    """A time expression: tokens [start, end), ISO boundaries, and how it bounds.

    `how`: in | since | until | span | night | now | recent | after | before. `sure`: no year had to be guessed.
    """

    start: int
    end: int
    first: str | None
    last: str | None
    how: str
    sure: bool = True
    day: bool = False  # to the day, so it may be the date of a statement


class _Run(msgspec.Struct):
    """Parts of one date as they are gathered."""

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    season: str = ""
    part: str = ""
    shift: int | None = None  # -1 last, 0 this, 1 next
    unit: str = ""  # unit that the shift counts
    quarter: int | None = None
    weekday: int | None = None
    direct: int | None = None  # days from publication: yesterday -1
    ago: float | None = None
    several: float | None = None  # "the last three months"

    @property
    def anchored(self) -> bool:
        found = (self.year, self.month, self.quarter, self.weekday, self.direct, self.ago)
        half = self.part in {"h1", "h2"}
        return (
            any(x is not None for x in found)
            or bool(self.season)
            or half
            or (self.shift is not None and bool(self.unit))
        )


def published_day(published: str) -> Day | None:
    """Read an ISO date at any precision; None when it is not one."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?.*", published)
    if match is None:
        return None
    year, month, day = (int(g) if g else None for g in match.groups())
    return None if year is None else Day(year, month, day)


def periods(line: Line, published: str) -> list[Period]:
    """Return the time expressions of a line in order.

    Args:
        line: a sentence.
        published: ISO date of publication, "" when unknown; relative expressions need it.
    """
    today = published_day(published)
    found: list[Period] = _first_months(line, today)
    token = 0
    runs: list[_Run] = []
    while token < line.size:
        run = _run(line, token)
        if run is None:
            token += 1
            continue
        runs.append(run)
        token = max(run.end, token + 1)
    used = 0
    while used < len(runs):
        run = runs[used]
        following = runs[used + 1] if used + 1 < len(runs) else None
        future = line.has("modality.expected", *line.clause(run.start))  # a month without a year is the next one
        period = None
        bare = _bare_day(line, run)
        if bare is not None and (following is None or not _joins(line, run, following)):
            period = _span(line, run, bare, today, future=future)
        elif following is not None and _joins(line, run, following):
            period = _span(line, run, following, today, future=future)
            used += 1
        elif run.anchored:
            period = _single(line, run, today, future=future)
        used += 1
        if period is not None and not any(p.start <= period.start < p.end for p in found):
            found.append(period)
    if today is not None:
        found += _past_days(line, today)
        busy = {t for p in found for t in range(p.start, p.end)}
        now = today.iso()
        found += [Period(h.start, h.end, None, now, "now") for h in line.of("time.now") if h.start not in busy]
        for hit in line.of("time.recent"):
            several = _last_several(line, hit, today)
            if several is not None:
                found = [p for p in found if p.end <= several.start or p.start >= several.end]
                found.append(several)
                continue
            if hit.start not in busy and (line.at("time.units", hit.end) or line.at("numbers.several", hit.end)):
                found.append(Period(hit.start, hit.end + 1, None, today.iso(), "recent"))
    found.sort()
    return found


def _first_months(line: Line, today: Day | None) -> list[Period]:
    """Resolve "the first six months of 2024", "in den ersten neun Monaten des Jahres"."""
    found = []
    for first in line.of("time.ordinals"):
        at = first.end
        if first.value != 1 or at + 1 >= line.size:
            continue
        word = line.words.folded[at]
        count = line.value("numbers.words", at) or (int(word) if word.isdecimal() and len(word) <= 2 else 0)
        unit = line.at("time.units", at + 1)
        if unit is None or unit.value != "month" or not 1 < count <= 12:
            continue
        end, year = unit.end, today.year if today else None
        for _ in range(3):
            filler = line.at("time.fillers", end)
            end = filler.end if filler else end
        if _is_year(line, end):
            year, end = int(line.words.folded[end]), end + 1
        else:
            shifts = {"last_year": -1, "this_year": 0}
            named = next(
                ((h, s) for kind, s in shifts.items() for h in line.of(f"time.{kind}") if h.start <= end < h.end), None
            )
            if named is not None and today is not None:
                year, end = today.year + named[1], named[0].end
        if year is not None:
            found.append(Period(first.start, end, Day(year, 1).iso(), Day(year, int(count)).iso(), "span", sure=False))
    return found


def _past_days(line: Line, today: Day) -> list[Period]:
    """Resolve "binnen 24 Stunden", "за сутки": from the day before publication to it."""
    if today.day is None or today.month is None:
        return []
    before, now = _days_before(today, 1), today.iso()
    return [Period(h.start, h.end, before.iso(), now, "span", sure=False) for h in line.of("time.past_day")]


def _days_before(day: Day, days: int) -> Day:
    import datetime as dt  # noqa: PLC0415 - only dates that count from a day need it

    return _of(dt.date(day.year, day.month or 1, day.day or 1) - dt.timedelta(days=days))


def _bare_day(line: Line, run: _Run) -> _Run | None:
    """Return the second day of "between October 8 and 13"."""
    joined = line.at("time.to", run.end) or line.at("syntax.and", run.end)
    if run.day is None or run.month is None or joined is None or joined.end >= line.size or not _opened(line, run):
        return None
    at = joined.end
    word = line.words.folded[at]
    counted = any(line.at(kind, at + 1) for kind in ("item", "numbers.scales", "numbers.percent", "time.months"))
    if not (word.isdecimal() and len(word) <= 2 and run.day < int(word) <= 31) or counted:
        return None
    return _Run(at, at + 1, day=int(word), month=run.month)


def _last_several(line: Line, hit: Hit, today: Day) -> Period | None:
    """Resolve "in the past five months": a span that ends at publication."""
    at = hit.end
    if at >= line.size:
        return None
    word = line.value("numbers.words", at)
    number = (
        float(word) if word is not None else float(line.words.folded[at]) if line.words.folded[at].isdecimal() else 0.0
    )
    unit = line.at("time.units", at + 1)
    if unit is None or not 1 < number <= 36 or today.month is None:
        return None
    if unit.value == "year":
        first = Day(today.year - int(number), today.month)
    elif unit.value == "month":
        index = today.year * 12 + today.month - 1 - int(number)
        first = Day(index // 12, index % 12 + 1)
    else:
        return Period(hit.start, unit.end, None, today.iso(), "recent")
    return Period(hit.start, unit.end, first.iso(), today.iso(), "recent")


def time_tokens(line: Line) -> frozenset[int]:
    """Return the tokens that belong to dates and spans of time, so that their digits count no goods."""
    taken: set[int] = set()
    token = 0
    while token < line.size:
        run = _run(line, token)
        if run is None:
            token += 1
            continue
        if run.anchored or run.several is not None:
            taken.update(range(run.start, run.end))
        elif (following := _run(line, run.end + 1)) is not None and _joins(line, run, following):
            taken.update(range(run.start, following.end))
        token = max(run.end, token + 1)
    return frozenset(taken)


def _run(line: Line, token: int) -> _Run | None:
    """Gather the parts of a date that begin at a token."""
    if token >= line.size or not (token in line.timed or line.words.folded[token][0].isdecimal()):
        return None
    run = _Run(token, token)
    at = token
    while at < line.size and at - token < 12:
        step = _part(line, run, at)
        if step == 0:
            if run.end == token or at >= line.size:
                break
            word = line.words.folded[at]
            filler = line.at("time.fillers", at)
            skip = filler.end if filler else at + 1 if word in _GLUE and at + 1 < line.size else 0
            if not skip or (word == "," and not _is_year(line, skip) and not _month(line, skip)):
                break
            probe = msgspec.structs.replace(run)
            if _part(line, probe, skip) == 0:
                break
            at = skip
            continue
        at += step
        run.end = at
    if run.end == token:
        return None
    bare_day = run.day is not None and run.month is None and not run.anchored
    if bare_day and not (run.end < line.size and (line.words.folded[run.end] == "." or line.at("time.to", run.end))):
        return None
    return run


def _part(line: Line, run: _Run, at: int) -> int:
    """Take one part of a date into the run; return how many tokens it took, 0 when the token is none."""
    if at >= line.size:
        return 0
    word = line.words.folded[at]
    if line.lexicon.code == "ko" and word[0].isdecimal() and at + 1 < line.size and line.touches(at + 1):
        unit = next((u for k, u in _KOREAN_UNITS.items() if line.words.folded[at + 1].startswith(k)), "")
        number = int(word) if word.isdecimal() else None
        if unit and number is not None and _takes(run, unit, number):
            return 2
        return 0
    if (match := _ISO.fullmatch(word)) is not None and run.year is None:
        run.year, run.month, run.day = (int(g) for g in match.groups())
        return 1 if _is_date(run) else 0
    if (match := _DOTTED.fullmatch(word)) is not None and run.year is None:
        first, second, year = (int(g) for g in match.groups())
        american = line.lexicon.code == "en" and second > 12
        run.day, run.month = (second, first) if american else (first, second)
        run.year = year if year > 99 else 2000 + year
        return 1 if _is_date(run) else 0
    if _is_year(line, at) and run.year is None:
        run.year = int(word)
        return 1
    event = line.at("time.events", at)
    if event is not None and run.year is None and run.month is None:
        run.year, run.month, run.day = (int(x) for x in str(event.value).split("-"))
        return event.end - event.start
    month = _month(line, at)
    if month is not None and run.month is None:
        run.month = int(month.value)
        return month.end - month.start
    if (step := _day_number(line, run, at)) > 0:
        return step
    for kind, direct in (("yesterday", -1), ("today", 0), ("tomorrow", 1)):
        hit = line.at(f"time.{kind}", at)
        if hit is not None and run.direct is None:
            run.direct = direct
            return hit.end - hit.start
    for kind, shift in (("last_year", -1), ("this_year", 0), ("next_year", 1)):
        hit = line.at(f"time.{kind}", at)
        if hit is not None and run.shift is None:
            run.shift, run.unit = shift, "year"
            return hit.end - hit.start
    season = line.at("time.seasons", at)
    if season is not None and not run.season:
        run.season = season.value
        return season.end - season.start
    part = line.at("time.parts", at)
    if part is not None and not run.part:
        run.part = part.value
        return part.end - part.start
    for kind, shift in (("last", -1), ("this", 0), ("next", 1)):
        hit = line.at(f"time.{kind}", at)
        if hit is not None and run.shift is None:
            run.shift = shift
            both = line.at("time.units", at)  # one word: "지난달"
            if both is not None and not run.unit:
                run.unit = both.value
            return hit.end - hit.start
    counted = line.at("time.units", at)
    if counted is not None and not run.unit and run.shift is None and _shift_follows(line, counted.end):
        run.unit = counted.value
        return counted.end - counted.start
    if counted is not None and not run.unit and counted.value == "year" and run.part and run.year is None:
        run.shift = 0 if run.shift is None else run.shift  # "by the end of the year"
    if (
        counted is not None
        and not run.unit
        and (run.shift is not None or run.day is not None or run.quarter is not None)
    ):
        run.unit = counted.value
        return counted.end - counted.start
    weekday = line.at("time.weekdays", at)
    if weekday is not None and run.weekday is None:
        run.weekday = int(weekday.value)
        return weekday.end - weekday.start
    return 0


def _month(line: Line, at: int) -> Hit | None:
    """Return the month that a token names; where months are written large, "may" and "march" are none."""
    hit = line.at("time.months", at)
    if hit is not None and line.lexicon.code in {"de", "en"} and not line.words.written[at][:1].isupper():
        return None
    if hit is not None and line.lexicon.code == "fr" and len(line.words.folded[at]) <= 4:
        dotted = at + 1 < line.size and line.words.folded[at + 1] == "." and line.touches(at + 1)
        beside = (at > 0 and line.words.folded[at - 1].isdecimal()) or _is_year(line, at + 1)
        if line.at("numbers.words", at) and not dotted and not beside:
            return None
    return hit


def _shift_follows(line: Line, at: int) -> bool:
    """Tell whether last, this or next stands behind its unit: "le mois dernier"."""
    return any(line.at(f"time.{kind}", at) for kind in ("last", "this", "next"))


def _takes(run: _Run, unit: str, number: int) -> bool:
    if unit == "year" and run.year is None and FIRST_YEAR <= number <= LAST_YEAR:
        run.year = number
    elif unit == "month" and run.month is None and 1 <= number <= 12:
        run.month = number
    elif unit == "day" and run.day is None and 1 <= number <= 31:
        run.day = number
    else:
        return False
    return True


def _is_date(run: _Run) -> bool:
    good = run.month is not None and run.day is not None and 1 <= run.month <= 12 and 1 <= run.day <= 31
    if not good:
        run.year = run.month = run.day = None
    return good


def _is_year(line: Line, at: int) -> bool:
    if at >= line.size:
        return False
    word = line.words.folded[at]
    if line.ending("vetoes.before", at):
        return False  # "Haubitzen der Baureihe 2000"
    if not (len(word) == 4 and word.isdecimal() and FIRST_YEAR <= int(word) <= LAST_YEAR):
        return False
    return (
        (line.at("item", at + 1) is None or year_marked(line, at))
        and line.at("numbers.percent", at + 1) is None
        and not (
            at + 1 < line.size
            and line.touches(at + 1)
            and line.words.folded[at + 1] == "-"
            and at + 2 < line.size
            and line.touches(at + 2)
            and line.words.folded[at + 2].isalpha()
        )
    )


def _day_number(line: Line, run: _Run, at: int) -> int:
    """Take a day of the month: "8.", "8th", "8" beside a month; or an ordinal before a quarter."""
    word = line.words.folded[at]
    ordinal = line.at("time.ordinals", at)
    if ordinal is not None and run.day is None:
        after = ordinal.end
        unit = line.at("time.units", after)
        if unit is not None and unit.value == "quarter":
            run.quarter = int(ordinal.value)
            return unit.end - at
        if _month(line, after) or _filler_month(line, after):
            run.day = int(ordinal.value)
            return after - at
        return 0
    if not (word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 31) or run.day is not None:
        return 0
    after = at + 1
    dotted = after < line.size and line.words.folded[after] == "." and line.touches(after)
    dotted = dotted and line.lexicon.code not in {"en", "fr"}  # where a full stop behind a day ends the sentence
    if dotted or (
        after < line.size
        and line.touches(after)
        and line.words.folded[after] in {"st", "nd", "rd", "th", "er", "го", "е"}
    ):
        after += 1
    unit = line.at("time.units", after)
    if unit is not None and unit.value == "quarter" and int(word) <= 4:
        run.quarter = int(word)
        return unit.end - at
    if run.month is not None and not dotted and line.lexicon.code == "en":  # "October 8"
        if line.at("item", after) or line.at("numbers.scales", after) or line.at("numbers.percent", after):
            return 0
        run.day = int(word)
        return after - at
    if _month(line, after) or _filler_month(line, after):
        run.day = int(word)
        return after - at
    to = line.at("time.to", after) or (line.at("relations.to", after))
    if to is not None and to.end < line.size:
        beyond = _Run(to.end, to.end)
        step = _day_number(line, beyond, to.end) if line.words.folded[to.end].isdecimal() else 0
        if step and beyond.day is not None:
            run.day = int(word)
            return after - at
    return 0


def _filler_month(line: Line, at: int) -> bool:
    filler = line.at("time.fillers", at)
    return filler is not None and _month(line, filler.end) is not None


def _joins(line: Line, run: _Run, following: _Run) -> bool:
    """Tell whether two runs are the ends of one span: "8. bis 13. Oktober", "between March and June"."""
    at = run.end
    for _ in range(2):
        filler = line.at("time.fillers", at)
        if filler is not None and not line.at("time.to", at) and not line.at("syntax.and", at):
            at = filler.end
        if at < line.size and line.words.folded[at] == ".":
            at += 1
    if line.lexicon.file.time.markers_after and line.at("time.since", at):
        return following.start <= at + 2
    to = line.at("time.to", at) or line.at("relations.to", at)
    conjunction = line.at("syntax.and", at)
    if to is None and conjunction is None:
        return False
    end = to.end if to is not None else conjunction.end if conjunction is not None else at
    for _ in range(2):
        skip = line.at("time.fillers", end) or line.at("time.in", end)
        end = skip.end if skip is not None and end < following.start else end
    if end != following.start:
        return False
    if to is None or line.at("syntax.and", at):
        bare = run.day is None and following.day is None and run.month is not None and following.month is not None
        return _opened(line, run) or (
            bare and following.month == (run.month or 0) % 12 + 1
        )  # "in January and February"
    return True


def _opened(line: Line, run: _Run) -> bool:
    start = run.start
    for _ in range(3):
        if line.ending("time.from", start) or line.ending("relations.between", start):
            return True
        before = line.ending("time.fillers", start)
        if before is None:
            return False
        start = before.start
    return False


def _span(line: Line, run: _Run, following: _Run, today: Day | None, *, future: bool) -> Period | None:
    """Resolve a span; each end lends the other what it lacks."""
    if run.year is None and following.year is not None and run.shift is None:
        run.year = following.year
        months = run.month or following.month, following.month
        if run.month is not None and months[1] is not None and run.month > months[1]:
            run.year -= 1
    if run.month is None and run.day is not None:
        run.month = following.month
    if following.month is None and following.day is not None:
        following.month = run.month
    if following.year is None and run.year is not None and following.shift is None:
        following.year = run.year + (1 if following.month and run.month and following.month < run.month else 0)
    if run.shift is None and run.year is None and following.shift is not None and following.unit == "year":
        run.shift, run.unit = following.shift, following.unit
    first, last = _resolve(run, today, future=future), _resolve(following, today, future=future)
    if first is None or last is None:
        return None
    if run.year is None and first[0].iso() > last[1].iso():
        first = tuple(d._replace(year=d.year - 1) for d in first)  # type: ignore[assignment]
    start = run.start
    for kind in ("time.from", "relations.between", "time.since", "time.in"):
        before = line.ending(kind, start)
        start = before.start if before else start
    end = following.end
    return Period(start, end, first[0].iso(), last[1].iso(), "span", run.year is not None, following.day is not None)


def _single(line: Line, run: _Run, today: Day | None, *, future: bool) -> Period | None:
    start = run.start
    how, marker = "in", start
    if today is not None and run.shift == -1 and run.year is None and run.month is None and not run.season:
        recent = next((h for h in line.of("time.recent") if h.end - 3 <= start <= h.end), None)
        if recent is not None and run.unit not in {"year", "quarter", "century"}:
            return Period(recent.start, run.end, None, today.iso(), "recent")
    after = line.lexicon.file.time.markers_after
    over = next(
        (h for k in ("since", "until") for h in line.of(f"time.{k}") if h.start < start < h.end <= run.end), None
    )
    if over is not None:
        start = marker = over.start
    for kind in ("since", "until", "after", "before", "in"):
        direct = line.ending("time.in", start) if kind != "in" and not line.ending(f"time.{kind}", start) else None
        hit = (
            None
            if direct
            else (line.at(f"time.{kind}", run.end) if after else None) or _before(line, f"time.{kind}", start)
        )
        if over is not None and over.kind == f"time.{kind}":
            hit = over
        if hit is not None:
            how, marker = kind, min(hit.start, start)
            end = max(run.end, hit.end)
            break
    else:
        end = run.end
    if how == "in" and line.ending("time.from", start) and not line.ending("time.in", start):
        how = "since" if line.ending("time.since", start) else "in"
    resolved = _resolve(run, today, future=future or (how == "until" and _ahead(run, today)))
    if resolved is None:
        return None
    first, last = resolved
    sure = run.year is not None or run.shift is not None
    if how in {"since", "after"}:
        return Period(marker, end, first.iso(), None, how, sure, run.day is not None)
    if how in {"until", "before"}:
        return Period(marker, end, None, last.iso(), how, sure, run.day is not None)
    night = line.ending("time.night", start)
    if night is not None and first.day is not None:
        return Period(night.start, end, _days_before(first, 1).iso(), last.iso(), "night", sure)
    low, high = first, last
    if first.month is None and first == last:  # a whole year
        low, high = Day(first.year, 1, 1), Day(last.year, 12, 31)
    return Period(marker, end, low.iso(), high.iso(), "in", sure, run.day is not None)


def _before(line: Line, kind: str, start: int) -> Hit | None:
    """Find a marker in front of a run, across fillers ("seit dem", "since the")."""
    at = start
    for _ in range(3):
        hit = line.ending(kind, at)
        if hit is not None:
            return hit
        filler = line.ending("time.fillers", at)
        if filler is None:
            break
        at = filler.start
    for back in range(1, 4) if kind in {"time.since", "time.until"} else ():  # "since the invasion of February 2022"
        if at - back < 0 or not line.words.folded[at - back][0].isalpha() or line.at("predicate", at - back):
            return None
        hit = line.ending(kind, at - back)
        if hit is not None:
            return hit
    return None


def _ahead(run: _Run, today: Day | None) -> bool:
    """Tell whether "until" with a bare month means the one to come."""
    if today is None or run.month is None or run.year is not None or today.month is None:
        return False
    return run.month > today.month


def _resolve(run: _Run, today: Day | None, *, future: bool) -> tuple[Day, Day] | None:
    """Turn gathered parts into a first and a last day at their precision."""
    year = run.year
    if year is None:
        if today is None:
            return None
        year = _year(run, today, future=future)
        if year is None:
            return _relative(run, today)
    if run.quarter is not None:
        low, high = QUARTERS.get(run.quarter, (1, 12))
        return Day(year, low), Day(year, high)
    if run.month is not None:
        if run.day is not None and run.day > calendar.monthrange(year, run.month)[1]:
            return None
        day = Day(year, run.month, run.day)
        return day, day
    if run.season:
        low, high = SEASONS[run.season]
        return Day(year, low), Day(year + (1 if high < low else 0), high)
    if run.part in {"h1", "h2"}:
        return (Day(year, 1), Day(year, 6)) if run.part == "h1" else (Day(year, 7), Day(year, 12))
    if run.part:
        month = Day(year, PARTS[run.part])
        return month, month
    return Day(year), Day(year)


def _year(run: _Run, today: Day, *, future: bool) -> int | None:
    """Find the year of a date that names none; None when the expression counts from today in other units."""
    if run.shift is not None and run.unit == "year":
        return today.year + run.shift
    month = run.month
    if run.season:
        month = SEASONS[run.season][0]
    now = today.month or 12
    if month is not None:
        year = today.year
        if run.shift == 1 or (future and run.shift is None):
            return year + (1 if month < now or (run.shift == 1 and month == now) else 0)
        if run.shift == 0:
            return year
        whole = run.unit in {"", "year", "month"}  # not "the last week of October"
        unfinished = bool(run.season) and run.shift == -1 and month <= now <= SEASONS[run.season][1]
        if month > now or unfinished or (run.shift == -1 and month == now and whole):
            return year - 1
        return year
    if run.part in {"h1", "h2"}:
        return today.year if now >= (6 if run.part == "h1" else 12) else today.year - 1
    if run.quarter is not None:
        return today.year if QUARTERS.get(run.quarter, (1, 12))[0] <= now else today.year - 1
    return None


def _relative(run: _Run, today: Day) -> tuple[Day, Day] | None:
    """Resolve what counts from today: yesterday, last week, last month, a weekday."""
    month = today.month
    if run.unit == "month" and run.shift is not None and month is not None:
        index = today.year * 12 + month - 1 + run.shift
        day = Day(index // 12, index % 12 + 1)
        return day, day
    if run.unit == "quarter" and run.shift is not None and month is not None:
        index = today.year * 4 + (month - 1) // 3 + run.shift
        low, high = QUARTERS[index % 4 + 1]
        return Day(index // 4, low), Day(index // 4, high)
    if today.day is None or month is None:
        return None
    import datetime as dt  # noqa: PLC0415 - only dates that count from a day need it

    now = dt.date(today.year, month, today.day)
    if run.direct is not None:
        return _both(now + dt.timedelta(days=run.direct))
    if run.unit == "week" and run.shift is not None:
        monday = now - dt.timedelta(days=now.weekday()) + dt.timedelta(weeks=run.shift)
        return _of(monday), _of(monday + dt.timedelta(days=6))
    if run.weekday is not None:
        back = (now.weekday() - (run.weekday - 1)) % 7
        return _both(now - dt.timedelta(days=back or (7 if run.shift == -1 else 0)))
    return None


def _both(day: dt.date) -> tuple[Day, Day]:
    return _of(day), _of(day)


def _of(day: dt.date) -> Day:
    return Day(day.year, day.month, day.day)


__all__ = ["Day", "Period", "parse_digits", "periods", "published_day", "time_tokens"]
