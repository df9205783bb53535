"""A ship on a time line: where it was in port, where it was silent and whether anybody was heard then, and whom it met."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.publish.charts.canvas import BLUE, GREEN, INK, MUTED, ORANGE, PAPER, RED, RULE, new_figure, on_axis
from tidewaiter.publish.charts.cumulative import time_axis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LANES = ("at the origin", "at a destination", "elsewhere in port", "silent", "other")
COLOURS = (BLUE, GREEN, MUTED, INK, RED)
_LEAST = 0.35  # days: thinner bars cannot be seen


class Span(msgspec.Struct, frozen=True):
    """One event in a lane.

    Attributes:
        lane: place in `LANES`.
        start, end: of the event; the end of the window for what is not over.
        around: of a visit, when it can have begun and ended.
        reception: of a silence: heard | weak | lost | nobody.
        url: link to its evidence, empty when it is not listed.
    """

    lane: int
    start: datetime
    end: datetime
    around: tuple[datetime, datetime] | None = None
    reception: str = ""
    url: str = ""


def paint_track(width: float, window: tuple[datetime, datetime], spans: Sequence[Span]) -> Figure:
    """Draw the events of one ship; lanes without any are left out."""
    lanes = [n for n in range(len(LANES)) if any(s.lane == n for s in spans)]
    figure = new_figure(width, 0.3 * len(lanes) + 0.55)
    ax = figure.add_subplot()
    for span in spans:
        _bar(ax, span, lanes.index(span.lane))
    ax.set_ylim(len(lanes) - 0.4, -0.6)
    ax.set_yticks(range(len(lanes)), [LANES[n] for n in lanes])
    for label in ax.get_yticklabels():
        label.set_color(INK)
    ax.grid(visible=False, axis="x")
    ax.set_xlim(on_axis(window[0]), on_axis(window[1]))
    time_axis(ax)
    return figure


def _bar(ax: Axes, span: Span, at: int) -> None:
    left = on_axis(span.start)
    colour = COLOURS[span.lane]
    face, edge, hatch = colour, colour, ""
    if span.reception:  # dark where others were heard, hollow where nobody was
        face, edge, hatch = {
            "heard": (INK, INK, ""),
            "weak": (ORANGE, ORANGE, ""),
            "lost": (PAPER, MUTED, "////"),
            "nobody": (PAPER, MUTED, ""),
        }.get(span.reception, (RULE, MUTED, ""))
    if span.around is not None:
        first, last = (on_axis(t) for t in span.around)
        ax.barh(at, last - first, 0.62, first, facecolor=colour, alpha=0.22, linewidth=0)
    length = max(on_axis(span.end) - left, _LEAST)
    patch = ax.barh(at, length, 0.62, left, facecolor=face, edgecolor=edge, linewidth=0.8, hatch=hatch or None)
    if span.url:
        patch[0].set_url(span.url)
