"""What was seen or counted, and what is inferred beyond it, as one bar in two parts that look different."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tidewaiter.numbers import range_text
from tidewaiter.publish.charts.canvas import BLUE, INK, WIDE, heading, new_figure, tick_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

_INFERRED: dict[str, Any] = {"facecolor": "#eef5fa", "edgecolor": BLUE, "hatch": "////", "linewidth": 0.8}


class SeenPart(msgspec.Struct, frozen=True):
    """One total in two parts, each (measurement, link) and the word for it: ("seen", "inferred")."""

    title: str
    known: tuple[Measurement, str]
    inferred: tuple[Measurement, str]
    words: tuple[str, str]


def paint_seen(width: float, parts: Sequence[SeenPart]) -> Figure:
    """Draw each total as a solid and a hatched part, with a line over the interval of the inferred part.

    Args:
        width: inches.
        parts: totals; each has a scale of its own.
    """
    columns = 2 if width >= WIDE and len(parts) > 1 else 1
    rows = -(-len(parts) // columns)
    figure = new_figure(width, 1.15 * rows + 0.1, gap=0.12)
    grid = figure.add_gridspec(rows, columns)
    for index, part in enumerate(parts):
        _bar(figure.add_subplot(grid[index // columns, index % columns]), part)
    return figure


def _bar(ax: Axes, part: SeenPart) -> None:
    (known, known_url), (more, more_url) = part.known, part.inferred
    solid = ax.barh(0, known.value, 0.5, 0, facecolor=BLUE, edgecolor=BLUE, linewidth=0.8)
    solid[0].set_url(known_url)
    hatched = ax.barh(0, more.value, 0.5, known.value, **_INFERRED)
    hatched[0].set_url(more_url)
    if more.low is not None and more.high is not None and more.high > more.low:
        ends = [known.value + more.low, known.value + more.high]
        ax.plot(ends, [0, 0], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=4)[0].set_url(more_url)
        ax.plot(ends, [0, 0], "|", color=INK, markersize=8, markeredgewidth=1.4, zorder=4)[0].set_url(more_url)
    top = known.value + max(more.value, more.high or 0.0)
    ax.set_xlim(0, 1.02 * top or 1.0)
    ax.set_ylim(-0.42, 0.75)
    for m, url, word, x, side in (
        (known, known_url, part.words[0], 0.0, "left"),
        (more, more_url, part.words[1], 1.02 * top, "right"),
    ):
        ax.text(x, 0.4, f"{range_text(m)} {word}", ha=side, fontsize=8.5, color=INK).set_url(url)
    ax.set_yticks([])
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(tick_number))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")
    heading(ax, part.title)
