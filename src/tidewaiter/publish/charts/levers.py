"""How far each assumption moves a total: signed bars, the strongest on top."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tidewaiter.publish.charts.canvas import BLUE, INK, MUTED, ORANGE, WIDE, heading, new_figure, percent_tick
from tidewaiter.publish.shifts import shift_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

_LINES = 2  # of an assumption's name


class LeverPanel(msgspec.Struct, frozen=True):
    """One total: (name of the assumption, measurement in percent, link), the strongest first."""

    title: str
    bars: tuple[tuple[str, Measurement, str], ...]


def paint_levers(width: float, panels: Sequence[LeverPanel]) -> Figure:
    """Draw signed bars for each total, all on one scale.

    Args:
        width: inches.
        panels: totals.
    """
    narrow = width < WIDE
    lane = 0.36 if narrow else 0.27
    heights = [lane * len(p.bars) + 0.3 for p in panels]
    figure = new_figure(width, sum(heights) + 0.4)
    axes = figure.subplots(len(panels), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    values = [m.value for p in panels for _, m, _ in p.bars]
    reach = max(1.0, *map(abs, values))
    room = (0.36 if narrow else 0.2) * reach  # for the figures at the ends of the bars
    ends = (min(*values, -0.2 * reach) - room, max(*values, 0.2 * reach) + room)
    for ax, panel in zip(axes, panels, strict=True):
        _panel(ax, panel, ends, letters=24 if narrow else 46)
    return figure


def _panel(ax: Axes, panel: LeverPanel, ends: tuple[float, float], *, letters: int) -> None:
    for lane, (_, m, url) in enumerate(panel.bars):
        bar = ax.barh(lane, m.value, 0.62, facecolor=BLUE if m.value >= 0 else ORANGE)
        bar[0].set_url(url)
        after, side = (4, "left") if m.value >= 0 else (-4, "right")
        text = ax.annotate(shift_text(m), (m.value, lane), xytext=(after, 0), textcoords="offset points")
        text.set(fontsize=8.5, color=INK, va="center", ha=side)
        text.set_url(url)
    ax.axvline(0, color=MUTED, linewidth=0.9, zorder=3)
    ax.set_xlim(*ends)
    ax.set_ylim(len(panel.bars) - 0.4, -0.6)
    ax.set_yticks(range(len(panel.bars)), [_folded(name, letters) for name, _, _ in panel.bars])
    for label, (_, _, url) in zip(ax.get_yticklabels(), panel.bars, strict=True):
        label.set_color(INK)
        label.set_fontsize(8.5)
        label.set_url(url)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(percent_tick))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    heading(ax, panel.title, pad=3)


def _folded(name: str, letters: int) -> str:
    return "\n".join(textwrap.wrap(name, letters, max_lines=_LINES, placeholder="…"))
