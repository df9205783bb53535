"""The published calibration of the intervals, made by the evaluation and never typed."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import msgspec

_KEY = re.compile(r"(?:(?P<method>[a-z_]+?)_)?coverage_(?P<level>\d+)_looks_(?P<looks>\d+)")
_TALLY_KEY = re.compile(r"(?:(?P<lines>[a-z_]+?)_)?coverage_(?P<level>\d+)_(?P<quantity>[a-z]+)")
_QUANTITIES = {"voyages": "voyages", "containers": "load units", "rounds": "items", "usable": "usable items"}
_LINES = {
    "": "as modelled",
    "no_claims": "as modelled, without claims",
    "stress_dark": "dark voyages nearly invisible",
    "stress_dark_no_claims": "dark voyages nearly invisible, without claims",
    "stress_bias": "sources three times as biased",
    "stress_bias_no_claims": "sources three times as biased, without claims",
}


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


class TallyCalibration(msgspec.Struct, frozen=True):
    """Share of simulated truths inside the intervals of the tally.

    Attributes:
        cases: simulated lines as modelled; stress_cases: of each further set.
        columns: quantities, in words.
        rows: (lines in words, level in percent, share per column; None where it was not measured).
        rest: other figures of the file, as (name, text).
    """

    cases: int
    stress_cases: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[float | None, ...]], ...]
    rest: tuple[tuple[str, str], ...]


def load_calibration() -> Calibration | None:
    """Return the calibration shipped with the package, None when it has not been measured yet."""
    figures = _shipped("calibration.json")
    return None if figures is None else arrange(figures)


def load_tally_calibration() -> TallyCalibration | None:
    """Return that of the tally, None when it has not been measured yet."""
    figures = _shipped("tally_calibration.json")
    return None if figures is None else arrange_tally(figures)


def arrange(figures: dict[str, Any]) -> Calibration | None:
    """Arrange ``coverage_90_looks_20``-like keys as a table; shares above 1 are read as percent.

    Args:
        figures: as written by the evaluation; nested objects (versions) are listed with the rest.
    """
    cells: dict[tuple[str, int], dict[int, float]] = {}
    rest: dict[str, Any] = {}
    for key, value in sorted(figures.items()):
        hit = _KEY.fullmatch(key)
        if hit and isinstance(value, int | float):
            row = cells.setdefault((hit["method"] or "", int(hit["level"])), {})
            row[int(hit["looks"])] = value / 100 if value > 1 else float(value)
        else:
            rest[key] = value
    if not cells:
        return None
    looks = tuple(sorted({n for row in cells.values() for n in row}))
    rows = tuple((m, level, tuple(row.get(n) for n in looks)) for (m, level), row in sorted(cells.items()))
    return Calibration(looks, rows, _told(rest))


def arrange_tally(figures: dict[str, Any]) -> TallyCalibration | None:
    """Arrange ``no_claims_coverage_90_rounds``-like keys as a table.

    Args:
        figures: as written by the evaluation; nested objects (versions) are listed with the rest.
    """
    cells: dict[tuple[str, int], dict[str, float]] = {}
    rest: dict[str, Any] = {}
    for key, value in figures.items():
        hit = _TALLY_KEY.fullmatch(key)
        if hit and (hit["lines"] or "") in _LINES and hit["quantity"] in _QUANTITIES:
            cells.setdefault((hit["lines"] or "", int(hit["level"])), {})[hit["quantity"]] = float(value)
        elif key not in {"cases", "stress_cases"}:
            rest[key] = value
    if not cells:
        return None
    order = list(_LINES)
    rows = tuple(
        (_LINES[lines], level, tuple(row.get(q) for q in _QUANTITIES))
        for (lines, level), row in sorted(cells.items(), key=lambda x: (order.index(x[0][0]), x[0][1]))
    )
    return TallyCalibration(
        int(figures.get("cases", 0)),
        int(figures.get("stress_cases", 0)),
        tuple(_QUANTITIES.values()),
        rows,
        _told(rest),
    )


def _shipped(name: str) -> dict[str, Any] | None:
    file = resources.files("tidewaiter.publish") / name
    return dict(json.loads(file.read_text("utf-8"))) if file.is_file() else None


def _told(rest: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Other figures as (name, text), objects one by one."""
    told: list[tuple[str, str]] = []
    for key, value in sorted(rest.items()):
        if isinstance(value, dict):
            told += [(f"{key} {k}".replace("_", " "), str(v)) for k, v in sorted(value.items())]
        else:
            told.append((key.replace("_", " "), f"{value:.3g}" if isinstance(value, float) else str(value)))
    return tuple(told)
