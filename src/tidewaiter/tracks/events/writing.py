"""Events as files: Parquet, CSV, GeoJSON, GeoParquet. Written to a temporary name, then renamed."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = (".parquet", ".csv", ".geojson", ".geoparquet", ".jsonl")
_WHERE = ("lat", "lon")
_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table of events; the end of the name tells the format.

    GeoJSON (RFC 7946) and GeoParquet 1.1 hold a point in `lon`, `lat` order, null where an event has no place.

    Raises:
        InputError: an end that is none of `KINDS`, or the file cannot be written.
    """
    refuse_ending(path)
    kind = path.suffix.casefold()
    with _renamed(path) as part:
        if kind == ".parquet":
            pq.write_table(table, part, compression="zstd")
        elif kind == ".geoparquet":
            _geoparquet(table, part)
        elif kind == ".csv":
            pa.csv.write_csv(_plain(table), part)
        else:
            with part.open("wb") as out:
                out.writelines(_lines(table, collection=kind == ".geojson"))


def refuse_ending(path: Path) -> None:
    """Raise where a name does not tell a format, which is better known before a long search.

    Raises:
        InputError: it does not.
    """
    if path.suffix.casefold() not in KINDS:
        raise InputError(f'cannot write events as "{path.suffix}"', file=path, hint=f"endings are: {', '.join(KINDS)}")


@contextmanager
def _renamed(path: Path) -> Iterator[Path]:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror or error})", file=path) from error
    finally:
        with suppress(OSError):  # where there is no folder there is no part either
            part.unlink()


def _plain(table: pa.Table) -> pa.Table:
    """Return a table for a CSV file: times as ISO text, lists as JSON, and no text that a spreadsheet would run."""
    columns = []
    for name in table.column_names:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            column = pc.strftime(column, format="%Y-%m-%dT%H:%M:%SZ")
        elif pa.types.is_nested(column.type):
            column = pa.array([None if v is None else _json(v) for v in column.to_pylist()], pa.string())
        elif pa.types.is_string(column.type) or pa.types.is_dictionary(column.type):
            text = column.cast(pa.string())
            risky = pc.starts_with(text, _SPREADSHEET[0])
            for start in _SPREADSHEET[1:]:
                risky = pc.or_(risky, pc.starts_with(text, start))
            column = pc.if_else(pc.fill_null(risky, fill_value=False), pc.binary_join_element_wise("'", text, ""), text)
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def _lines(table: pa.Table, *, collection: bool) -> Iterator[bytes]:
    """Yield JSON lines, or the features of a collection."""
    if collection:
        yield b'{"type":"FeatureCollection","features":[\n'
    first = True
    for batch in table.to_batches(max_chunksize=8192):
        for row in batch.to_pylist():
            if not collection:
                yield _json(row).encode() + b"\n"
                continue
            yield (b"" if first else b",\n") + _feature(row)
            first = False
    if collection:
        yield b"\n]}\n"


def _feature(row: dict[str, Any]) -> bytes:
    lat, lon = row.get("lat"), row.get("lon")
    point = None
    if lat is not None and lon is not None and isfinite(lat) and isfinite(lon):
        point = {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}
    told = {name: value for name, value in row.items() if name not in _WHERE and value is not None}
    if isinstance(told.get("detail"), str):
        told["detail"] = json.loads(told["detail"])
    feature = {"type": "Feature", "id": row.get("event_id"), "geometry": point, "properties": told}
    return _json(feature).encode()


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _geoparquet(table: pa.Table, path: Path) -> None:
    """Write GeoParquet 1.1: points as WKB, with the metadata that readers look for."""
    lat, lon = (table[name].to_numpy().astype("<f8") for name in _WHERE)
    wkb = np.zeros(len(lat), np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")]))
    wkb["order"], wkb["kind"], wkb["x"], wkb["y"] = 1, 1, lon, lat
    known = np.isfinite(lat) & np.isfinite(lon)
    points = pa.array([cell if ok else None for cell, ok in zip(_cells(wkb), known, strict=True)], pa.binary())
    box = (
        [float(f(v[known])) for f, v in ((np.min, lon), (np.min, lat), (np.max, lon), (np.max, lat))]
        if known.any()
        else []
    )
    column = {"encoding": "WKB", "geometry_types": ["Point"]} | ({"bbox": box} if box else {})
    about = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = table.append_column("geometry", points)
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(about)}), path, compression="zstd")


def _cells(wkb: np.ndarray) -> list[bytes]:
    raw, size = wkb.tobytes(), wkb.dtype.itemsize
    return [raw[i : i + size] for i in range(0, len(raw), size)]
