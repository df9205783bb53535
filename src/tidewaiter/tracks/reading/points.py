"""Points of GeoParquet: longitude and latitude from WKB or from the native encoding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading.cells import bytes_of, is_text
from tidewaiter.tracks.reading.kernel.points import plain_points

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_LON_LAT = {"CRS84", "4326", "4979", "84"}


def check_reference(path: Path, column: str) -> None:
    """Make sure that the points of a GeoParquet file are degrees of longitude and latitude.

    Raises:
        InputError: they are in another reference system, or the metadata cannot be read.
    """
    raw = (pq.read_schema(path).metadata or {}).get(b"geo")
    if raw is None:
        return
    try:
        about = json.loads(raw)["columns"].get(column, {})
        crs = about.get("crs")
        code = "CRS84" if crs is None else str((crs.get("id") or {}).get("code", crs.get("name", "?")))
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise InputError("the metadata of GeoParquet cannot be read", file=path) from error
    if code not in _LON_LAT and "84" not in code:
        hint = "write the points in longitude and latitude (EPSG:4326) first"
        raise InputError(f"the points are in the reference system {code}", file=path, hint=hint)


def coordinates(column: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude of points; NaN where there is none or the geometry is no point."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_struct(column.type):
        x, y = (pc.struct_field(column, name).cast(pa.float64()) for name in ("x", "y"))
        return np.asarray(x.to_numpy(zero_copy_only=False)), np.asarray(y.to_numpy(zero_copy_only=False))
    if is_text(column):
        column = column.cast(pa.binary())
    if not (pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)):
        raise InputError(f"the geometry is {column.type}, not WKB or points", hint="write it as GeoParquet")
    x, y = np.empty(len(column)), np.empty(len(column))
    data, offsets = bytes_of(column)
    if not plain_points(data, offsets, x, y):
        shapes = shapely.from_wkb(np.array(column.to_pylist(), object), on_invalid="ignore")
        points = shapely.get_type_id(shapes) == 0
        x = np.where(points, shapely.get_x(shapes), np.nan)
        y = np.where(points, shapely.get_y(shapes), np.nan)
    return x, y
