"""Interval bars per vessel, and what each survey counted against what its coverage lets one expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from matplotlib.ticker import MaxNLocator

from tidewaiter.publish.charts.canvas import BLUE, INK, PAPER, RED, WIDE, interval_bars, new_figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tidewaiter.model import Measurement


class SurveyRow(msgspec.Struct, frozen=True):
    """One survey: 95 % range of true calls, 95 % range of what the team should count, and what it counted."""

    title: str
    calls: tuple[float, float]
    expected: tuple[float, float]
    counted: tuple[float, float]
    compatible: bool
    urls: tuple[str, str, str]  # of calls, expected, counted


def paint_vessels(width: float, bars: Sequence[tuple[str, Measurement, str]]) -> Figure:
    """Draw one horizontal interval bar per vessel.

    Args:
        width: inches.
        bars: name, measurement and link of each.
    """
    figure = new_figure(width, 0.36 * len(bars) + 0.55)
    ax = figure.add_subplot()
    interval_bars(ax, [(float(i), m, url) for i, (_, m, url) in enumerate(bars)], across=True, thick=9.0)
    _lanes(ax, [name for name, _, _ in bars], [url for _, _, url in bars])
    return figure


def paint_surveys(width: float, rows: Sequence[SurveyRow]) -> Figure:
    """Draw for each survey the true calls (outline), the expected count (bar) and the count (diamond) on one scale."""
    figure = new_figure(width, 0.5 * len(rows) + 0.55)
    ax = figure.add_subplot()
    for lane, row in enumerate(rows):
        true, expected, counted = row.urls
        bar = ax.barh(
            lane,
            row.calls[1] - row.calls[0],
            0.62,
            row.calls[0],
            facecolor="none",
            edgecolor=INK,
            linewidth=0.9,
            linestyle=(0, (3, 2)),
        )
        bar[0].set_url(true)
        bar = ax.barh(
            lane, max(row.expected[1] - row.expected[0], 0.2), 0.34, row.expected[0], facecolor=BLUE, alpha=0.45
        )
        bar[0].set_url(expected)
        low, high = row.counted
        if high > low:
            ax.plot([low, high], [lane, lane], color=INK, linewidth=1.6, zorder=4)[0].set_url(counted)
        ax.plot(
            [(low + high) / 2],
            [lane],
            "D",
            markersize=6.2,
            markerfacecolor=INK if row.compatible else RED,
            markeredgecolor=PAPER,
            zorder=5,
        )[0].set_url(counted)
    _lanes(ax, [r.title for r in rows], [r.urls[2] for r in rows])
    return figure


def _lanes(ax: Axes, names: Sequence[str], urls: Sequence[str]) -> None:
    ax.set_ylim(len(names) - 0.45, -0.55)
    ax.set_xlim(left=0)
    narrow = ax.get_figure().get_figwidth() < WIDE  # type: ignore[union-attr]
    ax.set_yticks(range(len(names)), [_cut(name, 16 if narrow else 34) for name in names])
    for label, url in zip(ax.get_yticklabels(), urls, strict=True):
        label.set_color(INK)
        label.set_url(url)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.grid(visible=True, axis="x")
    ax.grid(visible=False, axis="y")


def _cut(name: str, most: int) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
