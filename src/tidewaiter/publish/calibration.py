"""The published calibration of the intervals, made by the evaluation and never typed."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import msgspec

_KEY = re.compile(r"(?:(?P<method>[a-z_]+?)_)?coverage_(?P<level>\d+)_looks_(?P<looks>\d+)")


class Calibration(msgspec.Struct, frozen=True):
    """Share of simulated truths inside the intervals.

    Attributes:
        looks: columns: percent of days with a look.
        rows: (method, level in percent, share per column; None where it was not measured).
        rest: other figures of the file, as (name, text).
    """

    looks: tuple[int, ...]
    rows: tuple[tuple[str, int, tuple[float | None, ...]], ...]
    rest: tuple[tuple[str, str], ...]


def load_calibration() -> Calibration | None:
    """Return the calibration shipped with the package, None when it has not been measured yet."""
    file = resources.files("tidewaiter.publish") / "calibration.json"
    if not file.is_file():
        return None
    return arrange(json.loads(file.read_text("utf-8")))


def arrange(figures: dict[str, Any]) -> Calibration | None:
    """Arrange ``coverage_90_looks_20``-like keys as a table; shares above 1 are read as percent.

    Args:
        figures: as written by the evaluation; nested objects (versions) are listed with the rest.
    """
    cells: dict[tuple[str, int], dict[int, float]] = {}
    rest: list[tuple[str, str]] = []
    for key, value in sorted(figures.items()):
        hit = _KEY.fullmatch(key)
        if hit and isinstance(value, int | float):
            row = cells.setdefault((hit["method"] or "", int(hit["level"])), {})
            row[int(hit["looks"])] = value / 100 if value > 1 else float(value)
        elif isinstance(value, dict):
            rest += [(f"{key} {k}".replace("_", " "), str(v)) for k, v in sorted(value.items())]
        else:
            rest.append((key.replace("_", " "), f"{value:.3g}" if isinstance(value, float) else str(value)))
    if not cells:
        return None
    looks = tuple(sorted({n for row in cells.values() for n in row}))
    rows = tuple((m, level, tuple(row.get(n) for n in looks)) for (m, level), row in sorted(cells.items()))
    return Calibration(looks, rows, tuple(rest))
