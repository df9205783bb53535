"""Events of each kind per day, one panel a kind: where a fleet was busy, and where nobody looked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pyarrow as pa
from matplotlib.ticker import MaxNLocator

from tidewaiter.errors import InputError
from tidewaiter.publish.charts.canvas import BLUE, STYLE, WIDE, heading, new_figure, on_axis

if TYPE_CHECKING:
    from pathlib import Path

_DAY_US = 86_400_000_000


def events_per_day(events: pa.Table, path: Path) -> None:
    """Draw how many events of each kind begin on each UTC day.

    Args:
        events: table of the schema `model.tables.EVENTS`.
        path: .svg or .png.

    Raises:
        InputError: another ending, or the file cannot be written.
    """
    if path.suffix.casefold() not in {".svg", ".png"}:
        raise InputError(f'cannot draw as "{path.suffix}"', file=path, hint="endings are: .svg, .png")
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
            ax.bar(at, counts, width=0.9, color=BLUE, align="edge")
            heading(ax, f"{kind.replace('_', ' ')} ({counts.sum():,})")
            ax.yaxis.set_major_locator(MaxNLocator(3, integer=True))
            ax.set_ylim(bottom=0)
        axes[-1].xaxis_date()
        try:
            figure.savefig(path)
        except OSError as error:
            raise InputError(f"cannot be written ({error.strerror or error})", file=path) from error
