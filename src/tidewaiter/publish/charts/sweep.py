"""A total over the settings of something that the evidence cannot decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tidewaiter.publish.charts.canvas import GREEN, INK, WIDE, heading, interval_bars, new_figure, tick_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

_MOST_COLUMNS = 3


class SweepPanel(msgspec.Struct, frozen=True):
    """One total: (setting in words, measurement, link), in order of the setting."""

    title: str
    steps: tuple[tuple[str, Measurement, str], ...]


def paint_sweep(width: float, panels: Sequence[SweepPanel]) -> Figure:
    """Draw one interval bar for each setting.

    Args:
        width: inches.
        panels: totals; each has a scale of its own.
    """
    columns = min(len(panels), _MOST_COLUMNS) if width >= WIDE else 1
    rows = -(-len(panels) // columns)
    figure = new_figure(width, 2.05 * rows + 0.1, gap=0.16)
    grid = figure.add_gridspec(rows, columns)
    for index, panel in enumerate(panels):
        ax = figure.add_subplot(grid[index // columns, index % columns])
        bars = [(float(i), m, url) for i, (_, m, url) in enumerate(panel.steps)]
        interval_bars(ax, bars, thick=10.0, colour=GREEN)
        ax.set_xticks(range(len(panel.steps)), [words for words, _, _ in panel.steps])
        for label, (_, _, url) in zip(ax.get_xticklabels(), panel.steps, strict=True):
            label.set_color(INK)
            label.set_url(url)
        ax.set_xlim(-0.6, len(panel.steps) - 0.4)
        ax.set_ylim(bottom=0)
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(tick_number))
        heading(ax, panel.title)
    return figure
