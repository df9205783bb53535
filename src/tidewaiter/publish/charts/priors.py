"""Small multiples of assumptions: the curve people gave, and below it what is believed after the evidence."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tidewaiter.publish.charts.canvas import GREEN, INK, MUTED, WIDE, heading, interval_bars, new_figure, tick_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

_PER_BAR = 0.17  # height of one posterior bar where the curve is one high


class PriorPanel(msgspec.Struct, frozen=True):
    """One assumption.

    Attributes:
        title: its name.
        curve: density on the natural axis, highest point one; empty when it has no spread.
        points: 5, 50 and 95 % points as given.
        posteriors: (measurement, link), one a scenario where they differ.
    """

    title: str
    curve: tuple[Sequence[float], Sequence[float]]
    points: tuple[float, float, float]
    posteriors: tuple[tuple[Measurement, str], ...]


def paint_priors(width: float, panels: Sequence[PriorPanel]) -> Figure:
    """Draw one small panel an assumption.

    Args:
        width: inches.
        panels: assumptions.
    """
    columns = min(len(panels), 4 if width >= WIDE else 2)
    rows = -(-len(panels) // columns)
    figure = new_figure(width, 1.6 * rows + 0.1, gap=0.14)
    grid = figure.add_gridspec(rows, columns)
    for index, panel in enumerate(panels):
        _panel(figure.add_subplot(grid[index // columns, index % columns]), panel)
    return figure


def _panel(ax: Axes, panel: PriorPanel) -> None:
    x, height = panel.curve
    if x:
        ax.fill_between(x, 0, height, color=MUTED, alpha=0.22, linewidth=0)
        ax.plot(x, height, color=MUTED, linewidth=1.2)
    elif panel.points[0] == panel.points[2]:
        ax.plot([panel.points[1]] * 2, [0, 1], color=MUTED, linewidth=1.6)
    for at in panel.points:
        ax.plot([at, at], [0, 0.09], color=INK, linewidth=1.0, solid_capstyle="butt")
    bars = [(-_PER_BAR * (n + 1), m, url) for n, (m, url) in enumerate(panel.posteriors)]
    interval_bars(ax, bars, across=True, thick=6.0, colour=GREEN)
    ends = [*panel.points, *x, *(e for m, _ in panel.posteriors for e in (m.low, m.high) if e is not None)]
    low, high = min(ends), max(ends)
    room = 0.03 * (high - low) or abs(high) or 1.0
    ax.set_xlim(low - room, high + room)
    ax.set_ylim(-_PER_BAR * (len(bars) + 0.8), 1.08)
    ax.axhline(0, color=MUTED, linewidth=0.8)
    ax.spines["bottom"].set_visible(False)
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(tick_number))
    heading(ax, "\n".join(textwrap.wrap(panel.title, 27, max_lines=2, placeholder="…")), pad=3)
    ax.title.set_fontsize(8.2)
