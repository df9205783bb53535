"""Running totals of load units and of items under each scenario, with the claims on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from matplotlib import dates as mdates
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tidewaiter.publish.charts.canvas import (
    BLUE,
    GREEN,
    GROUP_COLOURS,
    INK,
    PAPER,
    WIDE,
    heading,
    new_figure,
    on_axis,
    tick_number,
)
from tidewaiter.publish.sections import month_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement


_MOST_COLUMNS = 3  # scenario panels side by side
_PANEL_POINTS = 125.0  # height of a panel, near enough to keep letters apart
_SIDES = (
    (-9, 2),
    (9, 2),
    (0, 8),
    (0, -13),
    (-9, -9),
    (9, -9),
    (-11, 12),
    (11, 12),
    (-19, 2),
    (19, 2),
    (0, 18),
    (0, -23),
)


class ClaimMark(msgspec.Struct, frozen=True):
    """One claim on a chart.

    Attributes:
        letter: its key in the legend, "" when there is none.
        at: end of the period it covers, UTC.
        low, high: as published; equal for a single number.
        bound: word of the claim: exact | about | at_least | over | up_to | below | range.
        group: index of its origin group, gives the colour.
        copy: repeats a number of another origin.
        url: link to its evidence.
    """

    letter: str
    at: datetime
    low: float
    high: float
    bound: str
    group: int
    copy: bool
    url: str


class Panel(msgspec.Struct, frozen=True):
    """One running total.

    Attributes:
        title: what is counted, under which assumption.
        series: (end of month UTC, measurement, link), in order of time.
        claims: marks to set on it.
        conditional: a capacity, drawn in grey instead of blue.
        beside: the same series with the claims taken in, drawn as lines; empty when there is none.
    """

    title: str
    series: tuple[tuple[datetime, Measurement, str], ...]
    claims: tuple[ClaimMark, ...] = ()
    conditional: bool = False
    beside: tuple[tuple[datetime, Measurement, str], ...] = ()


def paint_cumulative(width: float, start: datetime, load: Panel | None, items: Sequence[Panel]) -> Figure:
    """Draw the load panel over one panel per scenario; scenario panels share one scale and stay apart.

    Args:
        width: inches.
        start: beginning of the window, where every total is zero.
        load: running total of load units, None when no loads are known.
        items: running totals of items, one per scenario.
    """
    columns = 1 if width < WIDE else len(items) if 0 < len(items) <= _MOST_COLUMNS else 2 if items else 1
    rows = -(-len(items) // columns)
    heights = ([2.7] if load else []) + [2.15] * rows
    figure = new_figure(width, sum(heights) + 0.25)
    broad = 66 * width  # 72 an inch, less the margins
    grid = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    if load:
        running_panel(figure.add_subplot(grid[0, :]), start, load, broad)
    top = _ceiling(items)
    for index, panel in enumerate(items):
        row, column = divmod(index, columns)
        ax = figure.add_subplot(grid[row + bool(load), column])
        running_panel(ax, start, panel, broad / columns, top)
        if column:
            ax.tick_params(labelleft=False)
    return figure


def _ceiling(panels: Sequence[Panel]) -> float:
    """Return the top of a shared scale; claims far above every band are marked at the edge instead of flattening it."""
    bands = max((m.high or m.value for p in panels for _, m, _ in (*p.series, *p.beside)), default=1.0)
    claims = max((c.high for p in panels for c in p.claims), default=0.0)
    return max(bands, min(claims, 1.9 * bands)) * 1.12 or 1.0


def running_panel(ax: Axes, start: datetime, panel: Panel, broad: float, top: float | None = None) -> None:
    """Draw one running total with its claims.

    Args:
        ax: where.
        start: when the total was zero.
        panel: what to draw.
        broad: width of the panel in points, near enough.
        top: end of the scale, None for a scale of its own.
    """
    if top is None:
        top = _ceiling([panel])
    colour = INK if panel.conditional else BLUE
    points = [(start, None), *((at, m) for at, m, _ in panel.series)]
    days = [on_axis(at) for at, _ in points]
    for low, high, alpha in (("low", "high", 0.16), ("low_80", "high_80", 0.2), ("low_50", "high_50", 0.34)):
        below = [0.0 if m is None else _end(m, low) for _, m in points]
        above = [0.0 if m is None else _end(m, high) for _, m in points]
        ax.fill_between(days, below, above, color=colour, alpha=alpha, linewidth=0)
    ax.plot(days, [0.0 if m is None else m.value for _, m in points], color=colour, linewidth=1.6)
    for at, m, url in panel.series:
        ax.plot([on_axis(at)], [m.value], "o", markersize=2.6, color=colour)[0].set_url(url)
    if panel.beside:
        _lines(ax, start, panel.beside)
    ax.set_ylim(0, top)
    last = max([days[-1], *(on_axis(c.at) for c in panel.claims)])
    ax.set_xlim(days[0], last + 0.035 * max(last - days[0], 20))
    for mark in panel.claims:
        _claim(ax, mark, top)
    _label(ax, panel.claims, top, broad)
    ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.yaxis.set_major_formatter(FuncFormatter(tick_number))
    time_axis(ax)
    heading(ax, panel.title)


def _lines(ax: Axes, start: datetime, series: Sequence[tuple[datetime, Measurement, str]]) -> None:
    """Draw a running total as three lines: median and the ends of the widest interval."""
    days = [on_axis(start), *(on_axis(at) for at, _, _ in series)]
    for which, width, dash in (("value", 1.4, "-"), ("low", 0.9, (0, (3, 2))), ("high", 0.9, (0, (3, 2)))):
        ends = [0.0, *(_end(m, which) for _, m, _ in series)]
        ax.plot(days, ends, color=GREEN, linewidth=width, linestyle=dash, zorder=3)


def _end(m: Measurement, which: str) -> float:
    end = getattr(m, which)
    return m.value if end is None else float(end)


def _claim(ax: Axes, mark: ClaimMark, top: float) -> None:
    colour = GROUP_COLOURS[mark.group % len(GROUP_COLOURS)]
    x = on_axis(mark.at)
    face = PAPER if mark.copy else colour
    low, high = mark.low, mark.high
    if low > top * 0.97:  # off the scale: an open triangle at the edge
        low = high = top * 0.955
        shape = "^"
    elif mark.bound in {"at_least", "over"}:
        shape = "o"
        arrow = ax.annotate(
            "", (x, min(low + 0.11 * top, top)), (x, low), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.4}
        )
        arrow.set_url(mark.url)
    elif mark.bound in {"up_to", "below"}:
        shape, low = "o", high
        arrow = ax.annotate(
            "", (x, max(high - 0.11 * top, 0)), (x, high), arrowprops={"arrowstyle": "->", "color": colour, "lw": 1.4}
        )
        arrow.set_url(mark.url)
    else:
        shape = "o"
    if high > low:
        ax.plot([x, x], [low, high], color=colour, linewidth=2.4, solid_capstyle="round", zorder=5)[0].set_url(mark.url)
    dot = ax.plot(
        [x, x] if high > low else [x],
        [low, high] if high > low else [low],
        shape,
        markersize=5.4,
        markerfacecolor=face,
        markeredgecolor=colour,
        markeredgewidth=1.4,
        linestyle="none",
        zorder=6,
    )[0]
    dot.set_url(mark.url)


def _label(ax: Axes, marks: Sequence[ClaimMark], top: float, width: float) -> None:
    """Set the letter of each mark beside it, on the first side where it covers no other letter or mark.

    Args:
        ax: the panel.
        marks: the claims on it.
        top: end of its scale.
        width: of the panel in points, near enough.
    """
    left, right = ax.get_xlim()
    spots = [
        ((on_axis(m.at) - left) / (right - left) * width, min((m.low + m.high) / 2, 0.955 * top) / top * _PANEL_POINTS)
        for m in marks
    ]
    taken = list(spots)
    for mark, (x, y) in zip(marks, spots, strict=True):
        if not mark.letter:
            continue
        free = [s for s in _SIDES if all(abs(x + s[0] - a) > 7 or abs(y + s[1] + 3 - b) > 7 for a, b in taken)]
        dx, dy = (free or _SIDES)[0]
        taken.append((x + dx, y + dy + 3))
        label = ax.annotate(
            mark.letter,
            (on_axis(mark.at), min((mark.low + mark.high) / 2, 0.955 * top)),
            xytext=(dx, dy),
            textcoords="offset points",
            ha="center",
            fontsize=8.5,
            fontweight="bold",
            color=INK,
            zorder=7,
        )
        label.set_url(mark.url)


def time_axis(ax: Axes) -> None:
    """Tick months so that labels never crowd: years on the January tick, quarters between."""
    low, high = ax.get_xlim()
    months = (high - low) / 30.4
    figure = ax.get_figure()
    inches = ax.get_position().width * (figure.get_figwidth() if figure is not None else 6.0)  # type: ignore[union-attr]
    every = next((n for n in (1, 2, 3, 6, 12, 24) if months / n <= inches * 1.7), 60)
    if every < 12:
        ax.xaxis.set_major_locator(mdates.MonthLocator(bymonth=range(1, 13, every)))  # type: ignore[no-untyped-call]
    else:
        ax.xaxis.set_major_locator(mdates.YearLocator(every // 12))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(FuncFormatter(_month_tick))


def _month_tick(day: float, _position: int = 0) -> str:
    at = mdates.num2date(day, tz=UTC)  # type: ignore[no-untyped-call]
    return f"{month_name(at)}\n{at.year}" if at.month == 1 else month_name(at)
