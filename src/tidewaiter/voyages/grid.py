"""The time grid of the call model and the distributions laid on it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.inference import Law
    from tidewaiter.model import Window

LEAD_IN_DAYS = 20.0  # the grid starts before the window, so that ships may already lie at the origin when it opens


def longest_stay(law: Law, spread: float, step_days: float) -> int:
    """Number of steps that a stay exceeds with a chance of about one in a thousand, parameter doubt included."""
    return int(min(max(math.exp(law.mu + 3.1 * math.hypot(law.sigma, spread)) / step_days, 2), 400)) + 1


class Grid(msgspec.Struct, frozen=True):
    """Equal steps over a window with a lead-in; a vessel's state at a step is its state at the middle of the step.

    Attributes:
        start: start of step 0.
        step: length of a step.
        steps: number of steps.
        window: the window of the case.
        months: first instants of the calendar months that touch the grid; month 0 holds the lead-in too.
    """

    start: datetime
    step: timedelta
    steps: int
    window: Window
    months: tuple[datetime, ...]

    @property
    def step_days(self) -> float:
        """Length of a step in days."""
        return self.step / timedelta(days=1)

    def index(self, t: datetime) -> int:
        """Step that holds `t`; may lie outside ``[0, steps)``."""
        return (t - self.start) // self.step

    def fraction(self, t: datetime) -> float:
        """Position of `t` on the grid in steps, from the start of step 0."""
        return (t - self.start) / self.step

    def month_of_step(self) -> NDArray[np.int64]:
        """Index into `months` of each step, shape (steps,)."""
        edges = np.array([self.fraction(m) for m in self.months[1:]])
        return np.searchsorted(edges, np.arange(self.steps) + 0.5, side="right").astype(np.int64)


def month_starts(window: Window) -> tuple[datetime, ...]:
    """First instants (UTC) of the calendar months that touch ``[start, end)``; the first may precede the window."""
    months, t = [], datetime(window.start.year, window.start.month, 1, tzinfo=UTC)
    while t < window.end:
        months.append(t)
        t = datetime(t.year + t.month // 12, t.month % 12 + 1, 1, tzinfo=UTC)
    return tuple(months)


def make_grid(window: Window, step_h: float) -> Grid:
    """Lay a grid of `step_h` hours over `window` and a lead-in of 20 days."""
    step = timedelta(hours=step_h)
    lead = math.ceil(timedelta(days=LEAD_IN_DAYS) / step)
    start = window.start - lead * step
    return Grid(start, step, math.ceil((window.end - start) / step), window, month_starts(window))
