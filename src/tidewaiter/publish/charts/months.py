"""Calls per month over a ribbon of what was imaged, hidden or never looked at; and how surveys covered the same time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from tidewaiter.publish.charts.canvas import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    SKY,
    heading,
    interval_bars,
    new_figure,
    on_axis,
)
from tidewaiter.publish.charts.cumulative import time_axis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement

LOOK: dict[str, dict[str, Any]] = {
    "clear": {"facecolor": BLUE, "hatch": "", "edgecolor": BLUE},
    "obscured": {"facecolor": "#f6d58a", "hatch": "....", "edgecolor": ORANGE},
    "unimaged": {"facecolor": "#f3f4f6", "hatch": "////", "edgecolor": "#aab2bd"},
}


class Ribbon(msgspec.Struct, frozen=True):
    """What was looked at, day by day, at one place; days absent were not imaged."""

    title: str
    states: Mapping[date, str]


class SurveySpan(msgspec.Struct, frozen=True):
    """The window of a published survey and the share of its days that were seen."""

    title: str
    start: datetime
    end: datetime
    share: float | None
    url: str


class Month(msgspec.Struct, frozen=True):
    """Calls of one month: first day, first day after, and the measurement with its link."""

    start: datetime
    end: datetime
    measurement: Measurement
    url: str


def paint_months(
    width: float,
    window: tuple[datetime, datetime],
    months: Sequence[Month],
    ribbons: Sequence[Ribbon],
    spans: Sequence[SurveySpan],
) -> Figure:
    """Draw interval bars per month, a ribbon of looks per place and the windows of the surveys, on one time axis."""
    lanes = 0.28 * len(spans)
    heights = [2.6, *([0.34] * len(ribbons)), *([lanes + 0.12] if spans else [])]
    figure = new_figure(width, sum(heights) + 0.5 + 0.22 * (len(ribbons) + bool(spans)))
    axes = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    thick = max(2.4, min(11.0, width * 72 / max(len(months), 1) * 0.3))
    ax = axes[0]
    middle = [m.start + (m.end - m.start) / 2 for m in months]
    interval_bars(ax, [(on_axis(at), m.measurement, m.url) for at, m in zip(middle, months, strict=True)], thick=thick)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    heading(ax, "Calls per month")
    for strip, ribbon in zip(axes[1:], ribbons, strict=False):
        _ribbon(strip, ribbon, window)
    if spans:
        _surveys(axes[-1], spans, window)
    low, high = on_axis(window[0]), on_axis(window[1])
    ax.set_xlim(low, high)
    time_axis(axes[-1])
    return figure


def _ribbon(ax: Axes, ribbon: Ribbon, window: tuple[datetime, datetime]) -> None:
    day, last = window[0].date(), window[1].date()
    begin, state = day, ribbon.states.get(day, "unimaged")
    while day <= last:
        here = ribbon.states.get(day, "unimaged")
        if here != state or day == last:
            left = _edge(begin)
            ax.add_patch(Rectangle((left, 0), _edge(day) - left, 1, linewidth=0, **LOOK[state]))
            begin, state = day, here
        day += timedelta(days=1)
    ax.set_ylim(0, 1)
    _bare(ax)
    heading(ax, ribbon.title, pad=3)


def _surveys(ax: Axes, spans: Sequence[SurveySpan], window: tuple[datetime, datetime]) -> None:
    for lane, span in enumerate(spans):
        start, end = max(span.start, window[0]), min(span.end, window[1])
        left, length = on_axis(start), (end - start).total_seconds() / 86400
        y = len(spans) - lane - 1
        frame = ax.add_patch(Rectangle((left, y + 0.2), length, 0.6, linewidth=0.8, **LOOK["unimaged"]))
        frame.set_url(span.url)
        if span.share is not None:
            seen = ax.add_patch(Rectangle((left, y + 0.2), length * span.share, 0.6, linewidth=0, facecolor=SKY))
            seen.set_url(span.url)
        total = (window[1] - window[0]).total_seconds() / 86400
        before, after = left - on_axis(window[0]), on_axis(window[1]) - left - length
        x, side = (left + length, "left") if after > 0.28 * total else (left, "right")
        if after <= 0.28 * total and before <= 0.28 * total:
            x, side = left + length / 2, "center"
        label = ax.annotate(
            span.title, (x, y + 0.47), xytext=({"left": 4, "right": -4}.get(side, 0), 0), textcoords="offset points"
        )
        label.set(fontsize=7.8, color=INK, va="center", ha=side)
        if side == "center":
            label.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 1.2, "alpha": 0.85})
        label.set_url(span.url)
    ax.set_ylim(0, len(spans))
    _bare(ax)
    heading(ax, "Surveys: window, and the share of it that was seen", pad=3)


def _bare(ax: Axes) -> None:
    ax.set_yticks([])
    ax.grid(visible=False)
    ax.tick_params(axis="x", length=3.5, color=MUTED)


def _edge(at: date) -> float:
    return on_axis(datetime(at.year, at.month, at.day, tzinfo=UTC))
