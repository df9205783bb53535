"""Stops of the preset `trackintel` beside those of trackintel itself, on the real positions.

trackintel is no part of the project: where it cannot be imported there is nothing to compare with. It takes no account of
fixes it was given twice, so exact duplicates are left out for both; its centre is the mean of distinct positions, ours
the mean of all fixes, so centres are compared in metres.
"""

from __future__ import annotations

import sys
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tidewaiter.tracks.presets import preset
from tidewaiter.tracks.stops import Stops, find_stops

if TYPE_CHECKING:
    import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

RULES = {"defaults": {}, "ships": {"max_distance_m": 500.0, "min_duration_min": 30.0, "max_gap_min": 60.0}}


def compare(data: Path) -> dict[str, object]:
    """Count equal and different stops, by (vessel, start, end).

    Args:
        data: folder of the real samples.

    Returns:
        For each set of thresholds the numbers of rows that are equal, only ours, only the reference's, and the largest
        distance between centres of equal rows in metres; ``reference`` is absent when trackintel is not installed.
    """
    if not find_spec("trackintel"):
        return {"reference": "absent: trackintel is not installed"}
    from tracks_stops import ordered  # noqa: PLC0415

    positions = ordered(data)
    out: dict[str, object] = {"reference": f"trackintel {version('trackintel')}", "rows": len(positions)}
    for name, own in RULES.items():
        rule = preset("trackintel", "stop", Stops, own)
        ours = find_stops(positions, rule)
        mine = _centres(*(ours[c] for c in ("vessel_key", "start", "end", "lat", "lon")))
        theirs = _reference(positions, rule)
        both = mine.keys() & theirs.keys()
        out[f"stops_{name}"] = {
            "equal": len(both),
            "only_ours": len(mine) - len(both),
            "only_reference": len(theirs) - len(both),
            "centres_apart_m": max((_apart_m(mine[k], theirs[k]) for k in both), default=0.0),
        }
    return out


def _centres(*columns: pa.ChunkedArray) -> dict[tuple[object, ...], tuple[float, float]]:
    return {row[:3]: row[3:] for row in zip(*(c.to_pylist() for c in columns), strict=True)}


def _reference(positions: pa.Table, rule: Stops) -> dict[tuple[object, ...], tuple[float, float]]:
    import geopandas as gpd  # noqa: PLC0415
    import trackintel  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # trackintel's own
        points = gpd.points_from_xy(np.asarray(positions["lon"]), np.asarray(positions["lat"]))
        columns = {"user_id": np.asarray(positions["vessel_key"]), "tracked_at": positions["t"].to_pandas()}
        frame = gpd.GeoDataFrame(columns, geometry=points, crs=4326)
        frame.index.name = "id"
        _, stays = trackintel.Positionfixes(frame).generate_staypoints(
            method="sliding",
            dist_threshold=rule.max_distance_m,
            time_threshold=rule.min_duration_min,
            gap_threshold=rule.max_gap_min,
        )
    keys = zip(stays.user_id, stays.started_at.dt.to_pydatetime(), stays.finished_at.dt.to_pydatetime(), strict=True)
    return dict(zip(keys, zip(stays.geometry.y, stays.geometry.x, strict=True), strict=True))


def _apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(np.hypot(a[0] - b[0], (a[1] - b[1]) * np.cos(np.radians(a[0]))) * 111_195)
