"""Where the width of a total comes from: one bar of a hundred percent, a colour for each component."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import FuncFormatter, MultipleLocator

from tidewaiter.numbers import median_text
from tidewaiter.publish.charts.canvas import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    PURPLE,
    RED,
    SKY,
    heading,
    new_figure,
    percent_tick,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

COMPONENT_COLOURS = {
    "voyages": BLUE,
    "load": SKY,
    "routes": PURPLE,
    "share": ORANGE,
    "content": GREEN,
    "defect": RED,
}
_DARK = {BLUE, GREEN, RED, MUTED}  # colours on which text is white
_ROOM = 0.75  # inches a figure needs inside its part of the bar


class Stack(msgspec.Struct, frozen=True):
    """The parts of one total: (component, measurement in percent, link)."""

    title: str
    parts: tuple[tuple[str, Measurement, str], ...]


def paint_variance(width: float, stacks: Sequence[Stack]) -> Figure:
    """Draw one stacked bar a total; a part below nothing, which sampling can give, is drawn as nothing.

    Args:
        width: inches.
        stacks: totals.
    """
    figure = new_figure(width, 0.62 * len(stacks) + 0.35)
    axes = figure.subplots(len(stacks), 1, sharex=True, squeeze=False)[:, 0]
    for ax, stack in zip(axes, stacks, strict=True):
        left = 0.0
        whole = max(100.0, sum(max(m.value, 0.0) for _, m, _ in stack.parts))
        for component, m, url in stack.parts:
            size = max(m.value, 0.0) * 100 / whole
            colour = COMPONENT_COLOURS.get(component, MUTED)
            ax.barh(0, size, 0.8, left, facecolor=colour, edgecolor=PAPER, linewidth=1.2)[0].set_url(url)
            if size / 100 * width * 0.93 > _ROOM * 0.6:
                ink = PAPER if colour in _DARK else INK
                text = ax.text(left + size / 2, 0, median_text(m), ha="center", va="center", fontsize=8.5, color=ink)
                text.set_url(url)
            left += size
        ax.set_xlim(0, 100)
        ax.set_ylim(-0.5, 0.5)
        ax.set_yticks([])
        ax.grid(visible=False)
        ax.xaxis.set_major_locator(MultipleLocator(25))
        ax.xaxis.set_major_formatter(FuncFormatter(percent_tick))
        heading(ax, stack.title, pad=3)
    return figure
