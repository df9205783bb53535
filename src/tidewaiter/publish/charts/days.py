"""Events of each kind per day, one panel a kind: where a fleet was busy, and where nobody looked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pyarrow as pa
from matplotlib.dates import AutoDateLocator, DateFormatter, DayLocator
from matplotlib.ticker import MaxNLocator

from tidewaiter.errors import InputError
from tidewaiter.publish.charts.canvas import BLUE, STYLE, WIDE, heading, new_figure, on_axis

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

_DAY_US = 86_400_000_000
_FEW_DAYS = 7


def events_per_day(events: pa.Table, path: Path) -> None:
    """Draw how many events of each kind begin on each UTC day.

    Args:
        events: table of the schema `model.tables.EVENTS`.
        path: .svg or .png.

    Raises:
        InputError: another ending, or the file cannot be written.
    """
    refuse_ending(path)
    kinds = sorted(set(events["kind"].to_pylist()))
    days = events["start"].cast(pa.int64()).fill_null(0).to_numpy() // _DAY_US
    known = events["start"].is_valid().to_numpy()
    names = np.asarray(events["kind"].to_pylist(), object)
    with mpl.rc_context(STYLE):
        figure = new_figure(WIDE, 0.6 + 1.1 * max(len(kinds), 1))
        axes = figure.subplots(max(len(kinds), 1), 1, sharex=True, squeeze=False)[:, 0]
        for ax, kind in zip(axes, kinds, strict=False):
            found, counts = np.unique(days[known & (names == kind)], return_counts=True)
            at = [on_axis(datetime.fromtimestamp(int(day) * 86_400, UTC)) for day in found]
            ax.bar(at, counts, width=0.9, color=BLUE, edgecolor=BLUE, linewidth=0.6, align="edge")  # seen among years
            heading(ax, f"{kind.replace('_', ' ')} ({counts.sum():,})")
            ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
            ax.set_ylim(bottom=0)
        if not kinds:
            heading(axes[0], "no events")
        _date(axes[-1], days[known])
        try:
            undated = {"Date": None} if path.suffix.casefold() == ".svg" else {}  # the same events, the same file
            figure.savefig(path, metadata=undated)
        except OSError as error:
            raise InputError(f"cannot be written ({error.strerror or error})", file=path) from error


def refuse_ending(path: Path) -> None:
    """Raise where a name does not tell a format that can be drawn.

    Raises:
        InputError: it does not.
    """
    if path.suffix.casefold() not in {".svg", ".png"}:
        raise InputError(f'cannot draw as "{path.suffix}"', file=path, hint="endings are: .svg, .png")


def _date(ax: Axes, days: np.ndarray) -> None:
    """Mark whole days, none where there are no events."""
    if not len(days):
        ax.set_axis_off()
        return
    first, last = (on_axis(datetime.fromtimestamp(int(day) * 86_400, UTC)) for day in (days.min(), days.max()))
    ax.set_xlim(first - 1, last + 2)
    few = last - first < _FEW_DAYS
    ax.xaxis.set_major_locator(DayLocator() if few else AutoDateLocator(minticks=3, maxticks=8))  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_formatter(DateFormatter("%Y-%m-%d"))  # type: ignore[no-untyped-call]
