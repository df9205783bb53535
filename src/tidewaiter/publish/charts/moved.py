"""What the answer would have been on earlier days, over what this report says of the same days."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tidewaiter.publish.charts.canvas import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    PAPER,
    WIDE,
    heading,
    interval_bars,
    new_figure,
    on_axis,
    tick_number,
)
from tidewaiter.publish.charts.cumulative import time_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

_FLOORS, _CEILINGS = frozenset({"at_least", "over"}), frozenset({"up_to", "below"})


class Said(msgspec.Struct, frozen=True):
    """A claim that was taken in: when its period ends, its numbers (equal for one number), bound word and link."""

    at: datetime
    low: float
    high: float
    bound: str
    url: str


class MovedPanel(msgspec.Struct, frozen=True):
    """One total through time.

    Attributes:
        title: what is counted.
        series: running total of this report: (end UTC, measurement).
        earlier: answers as of earlier days: (day, measurement, link).
        final: full answer at the end of the window, None when there is none.
        said: claims that were taken in.
    """

    title: str
    series: tuple[tuple[datetime, Measurement], ...]
    earlier: tuple[tuple[datetime, Measurement, str], ...]
    final: tuple[Measurement, str] | None
    said: tuple[Said, ...] = ()


def paint_moved(width: float, window: tuple[datetime, datetime], panels: Sequence[MovedPanel]) -> Figure:
    """Draw the running total as a pale band, earlier answers as bars on it, the final one at the end.

    Args:
        width: inches.
        window: of the case.
        panels: totals; each has a scale of its own.
    """
    columns = 2 if width >= WIDE and len(panels) > 1 else 1
    rows = -(-len(panels) // columns)
    figure = new_figure(width, 2.35 * rows + 0.1, gap=0.16)
    grid = figure.add_gridspec(rows, columns)
    for index, panel in enumerate(panels):
        _panel(figure.add_subplot(grid[index // columns, index % columns]), panel, window)
    return figure


def _panel(ax: Axes, panel: MovedPanel, window: tuple[datetime, datetime]) -> None:
    start, end = on_axis(window[0]), on_axis(window[1])
    if panel.series:
        days = [start, *(on_axis(t) for t, _ in panel.series)]
        for low, high, alpha in (("low", "high", 0.13), ("low_50", "high_50", 0.16)):
            below = [0.0, *(_end(m, low) for _, m in panel.series)]
            above = [0.0, *(_end(m, high) for _, m in panel.series)]
            ax.fill_between(days, below, above, color=MUTED, alpha=alpha, linewidth=0)
        ax.plot(days, [0.0, *(m.value for _, m in panel.series)], color=MUTED, linewidth=1.2)
    elif panel.final:
        m, url = panel.final
        ax.axhspan(_end(m, "low"), _end(m, "high"), color=MUTED, alpha=0.16, linewidth=0).set_url(url)
        ax.axhline(m.value, color=MUTED, linewidth=1.2).set_url(url)
    interval_bars(ax, [(on_axis(t), m, url) for t, m, url in panel.earlier], thick=9.0, colour=GREEN)
    if panel.final:
        interval_bars(ax, [(end, *panel.final)], thick=9.0, colour=BLUE)
    marks = [m for _, m in panel.series] + [m for _, m, _ in panel.earlier] + ([panel.final[0]] if panel.final else [])
    top = 1.06 * max(_end(m, "high") for m in marks) or 1.0
    for claim in panel.said:
        _mark(ax, claim, top)
    ax.set_ylim(0, top)
    ax.set_xlim(start, end + 0.03 * (end - start))
    time_axis(ax)
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(tick_number))
    heading(ax, panel.title)


def _end(m: Measurement, which: str) -> float:
    end = getattr(m, which)
    return m.value if end is None else float(end)


def _mark(ax: Axes, claim: Said, top: float) -> None:
    """Set a claim: a line for a range, a diamond for a number, a triangle that points where a bound leaves room."""
    low, high = min(claim.low, 0.985 * top), min(claim.high, 0.985 * top)
    x = on_axis(claim.at)
    if high > low:
        ax.plot([x, x], [low, high], color=INK, linewidth=1.4, zorder=5)[0].set_url(claim.url)
    shape = "^" if claim.bound in _FLOORS or claim.low > top else "v" if claim.bound in _CEILINGS else "D"
    dots = ax.plot([x, x], [low, high], shape, markersize=4.6, markerfacecolor=PAPER, markeredgecolor=INK)
    dots[0].set(markeredgewidth=1.1, zorder=6)
    dots[0].set_url(claim.url)
