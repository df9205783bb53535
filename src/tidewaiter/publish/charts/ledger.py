"""The calls on a time line, one lane per vessel: seen ones filled, inferred ones hollow."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.publish.charts.canvas import BLUE, INK, PAPER, new_figure, on_axis
from tidewaiter.publish.charts.cumulative import time_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure


class Bar(msgspec.Struct, frozen=True):
    """One call in the lane of its likeliest vessel.

    Attributes:
        lane: index of the lane.
        start: earliest arrival.
        end: latest departure.
        probability: that the call took place, gives the strength of the colour.
        seen: it rests on a sighting; otherwise it is inferred.
        url: link to its evidence.
    """

    lane: int
    start: datetime
    end: datetime
    probability: float
    seen: bool
    url: str


def paint_ledger(width: float, window: tuple[datetime, datetime], lanes: Sequence[str], bars: Sequence[Bar]) -> Figure:
    """Draw every call from its earliest arrival to its latest departure."""
    figure = new_figure(width, 0.34 * len(lanes) + 0.6)
    ax = figure.add_subplot()
    for bar in bars:
        left = on_axis(bar.start)
        length = max(on_axis(bar.end) - left, 1.0)
        patch = ax.barh(
            bar.lane,
            length,
            0.58,
            left,
            facecolor=BLUE if bar.seen else PAPER,
            edgecolor=BLUE if bar.seen else INK,
            linewidth=0.8,
            linestyle="-" if bar.seen else (0, (2, 1.4)),
            alpha=0.25 + 0.7 * min(max(bar.probability, 0.0), 1.0),
        )
        patch[0].set_url(bar.url)
    ax.set_ylim(len(lanes) - 0.4, -0.6)
    ax.set_yticks(range(len(lanes)), list(lanes))
    for label in ax.get_yticklabels():
        label.set_color(INK)
    ax.grid(visible=False, axis="x")
    ax.set_xlim(on_axis(window[0]), on_axis(window[1]))
    time_axis(ax)
    return figure
