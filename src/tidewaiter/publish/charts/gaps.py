"""What stays uncovered after a change of the line, month by month, and the chance that anything does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import FuncFormatter, MultipleLocator

from tidewaiter.publish.charts.canvas import BLUE, INK, RED, WIDE, heading, interval_bars, new_figure, percent_tick

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

_MOST_COLUMNS = 3


class GapPanel(msgspec.Struct, frozen=True):
    """One what-if.

    Attributes:
        title: what changes.
        uncovered: (month after the change, part of consumption in percent, link), in order.
        gaps: (month, chance of any gap from 0 to 1, link), in order.
    """

    title: str
    uncovered: tuple[tuple[float, Measurement, str], ...]
    gaps: tuple[tuple[float, Measurement, str], ...]


def paint_gaps(width: float, panels: Sequence[GapPanel]) -> Figure:
    """Draw interval bars of the uncovered share over a fan, and the chance of a gap as a dashed line.

    Args:
        width: inches.
        panels: what-ifs, all on the scale from nothing to all.
    """
    columns = min(len(panels), _MOST_COLUMNS) if width >= WIDE else 1
    rows = -(-len(panels) // columns)
    figure = new_figure(width, 2.2 * rows + 0.15, gap=0.16)
    grid = figure.add_gridspec(rows, columns)
    for index, panel in enumerate(panels):
        ax = figure.add_subplot(grid[index // columns, index % columns])
        _panel(ax, panel)
        if index // columns == rows - 1:
            ax.set_xlabel("months after the change", fontsize=8.5)
    return figure


def _panel(ax: Axes, panel: GapPanel) -> None:
    months = [month for month, _, _ in panel.uncovered]
    low = [m.value if m.low is None else m.low for _, m, _ in panel.uncovered]
    high = [m.value if m.high is None else m.high for _, m, _ in panel.uncovered]
    ax.fill_between(months, low, high, color=BLUE, alpha=0.12, linewidth=0)
    interval_bars(ax, panel.uncovered, thick=8.0)
    ax.plot([month for month, _, _ in panel.gaps], [100 * m.value for _, m, _ in panel.gaps], "--", color=RED, lw=1.3)
    for month, m, url in panel.gaps:
        dot = ax.plot([month], [100 * m.value], "s", markersize=4.2, color=RED, zorder=5)[0]
        dot.set_url(url)
    room = 0.06 * (max(months) - min(months)) or 0.5
    ax.set_xlim(min(months) - room, max(months) + room)
    ax.set_ylim(-3, 103)
    ax.set_xticks(months, [f"{month:g}" for month in months])
    for label, (_, _, url) in zip(ax.get_xticklabels(), panel.uncovered, strict=True):
        label.set_color(INK)
        label.set_url(url)
    ax.yaxis.set_major_locator(MultipleLocator(25))
    ax.yaxis.set_major_formatter(FuncFormatter(percent_tick))
    heading(ax, panel.title)
