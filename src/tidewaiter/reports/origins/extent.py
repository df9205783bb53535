"""How far a claim reaches: its numbers as an interval, its period as days, and which items can be one count."""

from __future__ import annotations

import calendar
import math
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.reports.grammar.lexicon import load_world

if TYPE_CHECKING:
    from tidewaiter.reports.claim import TextClaim

ABOUT = 0.1
"""Share by which "about N" may miss: wide enough for the words of six languages, narrow enough to tell 10,000 from 6,700."""
NEARLY = 0.8
"""Share of N that "nearly N" promises at least."""
ROUNDED = 0.05
"""Most that rounding may move a number that claims to be plain."""
NEAR = 45
"""Days: starts and ends are told to the month; what differs by more than a month and a half is another date."""
SHORT = 45
"""Days: a window up to this long is one event, not a running total."""


class Window(NamedTuple):
    """First and last possible day of the start and of the end of a period, as ordinals; None when not told."""

    start: tuple[int, int] | None
    end: tuple[int, int] | None

    @property
    def first(self) -> float:
        """Earliest day it may hold."""
        return -math.inf if self.start is None else self.start[0]

    @property
    def last(self) -> float:
        """Latest day it may hold."""
        return math.inf if self.end is None else self.end[1]

    @property
    def length(self) -> float:
        """Days from the earliest to the latest, infinite when it is open."""
        return self.last - self.first + 1


@cache
def days(text: str | None) -> tuple[int, int] | None:
    """Return first and last day of an ISO date of any precision as ordinals, None when it is none.

    Args:
        text: "2023", "2023-09" or "2023-09-07".
    """
    parts = (text or "").split("-")
    if not 1 <= len(parts) <= 3 or not all(p.isascii() and p.isdigit() for p in parts) or len(parts[0]) != 4:
        return None
    numbers = [int(p) for p in parts]
    try:
        first = date(numbers[0], *[*numbers[1:], 1, 1][:2])
    except ValueError:
        return None
    last = first
    if len(numbers) == 1:
        last = date(first.year, 12, 31)
    elif len(numbers) == 2:
        last = date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])
    return first.toordinal(), last.toordinal()


def first_of_year(day: int) -> int:
    """Return the first day of the year of a day, as ordinals."""
    return date.fromordinal(day).replace(month=1, day=1).toordinal()


def day_of_month(day: int) -> int:
    """Return the day of the month of an ordinal."""
    return date.fromordinal(day).day


def window(claim: TextClaim) -> Window:
    """Return the window a claim tells. An end that only says "up to publication" is an open end."""
    end = None if up_to_publication(claim) else days(claim.period_end)
    return Window(days(claim.period_start), end)


def is_event(told: Window) -> bool:
    """Tell whether a window is short enough to be one event rather than a running total."""
    return told.length <= SHORT


def up_to_publication(claim: TextClaim) -> bool:
    """Tell whether a running total ends where the text was published ("so far"), so that its end is no date of its own.

    A window of days that ends there ("last night") is an event with a date.
    """
    if not claim.pub_date or claim.period_end != claim.pub_date:
        return False
    start, end = days(claim.period_start), days(claim.period_end)
    return start is None or end is None or end[0] - start[1] > SHORT


def day_told(claim: TextClaim) -> int | None:
    """Return the last day a total stands for: its end, else the day of publication."""
    known = days(claim.period_end) or days(claim.pub_date)
    return None if known is None else known[1]


def numbers(claim: TextClaim) -> tuple[float, ...]:
    """Return the distinct numbers of a claim, the smaller first; none when it is unquantified."""
    return tuple(sorted({n for n in (claim.low, claim.high) if n is not None}))


def reach(claim: TextClaim) -> tuple[float, float]:
    """Return the interval of numbers a claim allows.

    "About" allows a tenth either way, "nearly N" a fifth below, a plain number half of its last digit that is not zero
    (at most a twentieth).
    """
    told = numbers(claim)
    if not told:
        return -math.inf, math.inf
    low, high = told[0], told[-1]
    if claim.relation in {"gt", "ge"}:
        return low, math.inf
    if claim.relation == "lt":
        return high * NEARLY, high
    if claim.relation == "le":
        return -math.inf, high
    if claim.relation == "approx":
        return low * (1 - ABOUT), high * (1 + ABOUT)
    return low - slack(low), high + slack(high)


def slack(number: float) -> float:
    """Return how far a plain number can be rounded: half of its last digit that is not zero, at most a twentieth."""
    return min(last_place(number) / 2, abs(number) * ROUNDED) if number >= 1000 else 0.0


def last_place(number: float) -> float:
    """Return the place value of the last digit of a number that is not zero: 100 for 6,700."""
    if number == 0 or number != int(number):
        return 0.0
    place, rest = 1, int(abs(number))
    while rest % 10 == 0:
        rest //= 10
        place *= 10
    return float(place)


def telling(number: float) -> bool:
    """Tell whether a number is unlikely to come up twice by chance: from 1,000 on, with a second digit (6,700)."""
    if number < 1000:
        return False
    digits = str(int(number)).rstrip("0")
    return len(digits) > 1 and digits != "15"


def family(item: str) -> str:
    """Return the family of an item; an unknown item is its own."""
    kind = load_world().items.get(item)
    return item if kind is None else kind.family or item


@cache
def above(item: str) -> tuple[str, ...]:
    """Return an item and the more general items above it."""
    items, chain = load_world().items, [item]
    while (kind := items.get(chain[-1])) is not None and kind.parent and kind.parent not in chain:
        chain.append(kind.parent)
    general = f"{item.partition('_')[0]}_munition"  # artillery shells are artillery munition
    if general in items and general not in chain and family(general) == family(item):
        chain.append(general)
    return tuple(chain)


@cache
def one_item(a: str, b: str) -> bool:
    """Tell whether two items can be one thing counted: equal, or one more general than the other."""
    if a == b or a in above(b) or b in above(a):
        return True
    heads = {a, b} & {"person"}  # the word for people in general
    return bool(heads) and family(a) == family(b)
