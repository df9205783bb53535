"""Running totals of flows that are known from claims alone, each on a scale of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.publish.charts.canvas import WIDE, new_figure
from tidewaiter.publish.charts.cumulative import running_panel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from matplotlib.figure import Figure

    from tidewaiter.publish.charts.cumulative import Panel


def paint_flows(width: float, start: datetime, panels: Sequence[Panel]) -> Figure:
    """Draw one running total a flow; flows count different things, so no two share a scale.

    Args:
        width: inches.
        start: beginning of the window, where every total is zero.
        panels: flows.
    """
    columns = 2 if width >= WIDE and len(panels) > 1 else 1
    rows = -(-len(panels) // columns)
    figure = new_figure(width, 2.2 * rows + 0.1, gap=0.16)
    grid = figure.add_gridspec(rows, columns)
    for index, panel in enumerate(panels):
        ax = figure.add_subplot(grid[index // columns, index % columns])
        running_panel(ax, start, panel, broad=66 * width / columns)
    return figure
