"""How the answer moved: what it would have been on earlier days, beside what this report says of the same days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.model import Measurement  # noqa: TC001 - msgspec reads the annotation at run time
from tidewaiter.publish.leverage import by_quantity, of_kind
from tidewaiter.publish.sections import month_span, running_total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Earlier(msgspec.Struct, frozen=True):
    """The answer as of one day.

    Attributes:
        day: only evidence published by then was used.
        id: measurement of the total up to that day.
        month: id of what this report says of the total to the end of that month, "" when it does not.
        verdict: where the middle of this report for that day lies: inside | above | below; "" when it is not known.
    """

    day: date
    id: str
    month: str
    verdict: str

    @property
    def at(self) -> datetime:
        """The last moment of that day, UTC, as far as charts are concerned."""
        return datetime(self.day.year, self.day.month, self.day.day, tzinfo=UTC) + timedelta(days=1)


class Moved(msgspec.Struct, frozen=True):
    """One total through time.

    Attributes:
        quantity: its measurement id; `final` is that of the full answer, with the claims where there is one, or "".
        series: running total of this report: (end UTC, measurement).
        earlier: answers as of earlier days, in order.
    """

    quantity: str
    title: str
    final: str
    series: tuple[tuple[datetime, Measurement], ...]
    earlier: tuple[Earlier, ...]

    @property
    def judged(self) -> tuple[Earlier, ...]:
        """The earlier answers that can be held against this report."""
        return tuple(e for e in self.earlier if e.verdict)

    @property
    def held(self) -> int:
        """How many of them hold the middle of this report for their day."""
        return sum(e.verdict == "inside" for e in self.judged)


def moved(
    rows: Sequence[dict[str, Any]],
    titles: Mapping[str, str],
    measured: Mapping[str, Measurement],
    window: tuple[datetime, datetime],
) -> list[Moved]:
    """Gather the rows of ANSWERS on earlier days.

    Args:
        rows: of ANSWERS.
        titles: name of each total, in the order in which they are told.
        measured: measurements by id; rows without one are left out.
        window: of the case.
    """
    found = []
    for key, title, group in by_quantity(of_kind(rows, "backtest", measured), titles, measured):
        days = sorted((day, r["measurement"]) for r in group if (day := _day(r["part"])) is not None)
        if not days:
            continue
        head = "with_claims." if f"with_claims.{key}" in measured else ""
        kind, _, tail = key.partition(".total")
        series = [
            (min(month_span(month)[1], window[1]), m)
            for month, m in running_total(measured, f"{head}{kind}", tail.removeprefix("."))
        ]
        earlier = []
        for day, measurement in days:
            month = f"{head}{kind}.to-{day:%Y-%m}{tail}"
            at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
            verdict = _verdict(
                measured[measurement], _middle([(window[0], 0.0), *((t, m.value) for t, m in series)], at)
            )
            earlier.append(Earlier(day, measurement, month if month in measured else "", verdict))
        final = f"{head}{key}"
        found.append(Moved(key, title, final if final in measured else "", tuple(series), tuple(earlier)))
    return found


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _middle(points: Sequence[tuple[datetime, float]], at: datetime) -> float | None:
    """Return the running total at a moment, linear between the ends of months; None outside them."""
    for (t, low), (u, high) in pairwise(points):
        if t <= at <= u and t < u:
            return low + (high - low) * ((at - t) / (u - t))
    return None


def _verdict(then: Measurement, now: float | None) -> str:
    if now is None or then.low is None or then.high is None:
        return ""
    return "inside" if then.low <= now <= then.high else "above" if now > then.high else "below"
