"""Each total three times: before any evidence, from evidence alone, and with the claims taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tidewaiter.publish.charts.canvas import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    WIDE,
    heading,
    interval_bars,
    new_figure,
    tick_number,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

FITS = (("before evidence", MUTED), ("evidence alone", BLUE), ("with claims", GREEN))
"""Name and colour of the three readings of a total, here and wherever they are drawn."""
_ROOM = 2.2  # the scale reaches at most this many times the top of what evidence and claims say


class Three(msgspec.Struct, frozen=True):
    """One total: (measurement, link) for each of `FITS`, None where it was not measured.

    Attributes:
        title: what is counted, under which assumption.
        family: totals of one family share a scale.
    """

    title: str
    family: str
    fits: tuple[tuple[Measurement, str] | None, ...]


def paint_beside(width: float, panels: Sequence[Three]) -> Figure:
    """Draw three interval bars for each total; a bar that leaves the scale ends in an arrow.

    Args:
        width: inches.
        panels: totals; the first stands alone in its row when there is room for two.
    """
    columns = 2 if width >= WIDE and len(panels) > 1 else 1
    rows = -(-len(panels) // columns)
    figure = new_figure(width, 1.55 * rows + 0.1, gap=0.16)
    grid = figure.add_gridspec(rows, columns)
    tops: dict[str, float] = {}
    for panel in panels:
        tops[panel.family] = max(tops.get(panel.family, 0.0), _top(panel))
    for index, panel in enumerate(panels):
        ax = figure.add_subplot(grid[index // columns, index % columns])
        _three(ax, panel, tops[panel.family] or 1.0, narrow=width < WIDE)
    return figure


def _top(panel: Three) -> float:
    """Return where the scale of a total ends: evidence and claims in full, the prior as far as there is room."""
    ends = [None if fit is None else fit[0].value if fit[0].high is None else fit[0].high for fit in panel.fits]
    learnt = max((e for e in ends[1:] if e is not None), default=0.0)
    before = ends[0] or 0.0
    return 1.04 * (min(max(before, learnt), _ROOM * learnt) if learnt else before)


def _three(ax: Axes, panel: Three, top: float, *, narrow: bool) -> None:
    for lane, ((_, colour), fit) in enumerate(zip(FITS, panel.fits, strict=True)):
        if fit is None:
            continue
        m, url = fit
        interval_bars(ax, [(float(lane), m, url)], across=True, thick=9.0, colour=colour)
        if max(m.value, m.high or 0.0) > top:
            ax.plot([top], [lane], ">", color=colour, markersize=6, clip_on=False, zorder=5)[0].set_url(url)
    ax.set_xlim(0, top)
    ax.set_ylim(len(FITS) - 0.45, -0.55)
    ax.set_yticks(range(len(FITS)), [name for name, _ in FITS])
    for label in ax.get_yticklabels():
        label.set_color(INK)
    ax.xaxis.set_major_locator(MaxNLocator(3 if narrow else 4, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(tick_number))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    heading(ax, panel.title)
