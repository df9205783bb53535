"""Lists of places that a user has: anchorages as Global Fishing Watch publishes them, and the World Port Index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.tracks.ports.places import Places, points

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

ANCHORAGE_LEVEL = 14  # GlobalFishingWatch/anchorages_pipeline : pipe_anchorages/common.py @ 099169e4
STEEPEST_DEG = 85.0  # no ship anchors nearer to a pole; such rows of published lists are slips


def anchorages(path: Path) -> Places:
    """Read a list of anchorages, CSV (also .gz) or Parquet.

    Columns: `lat`, `lon` or `latitude`, `longitude`; `s2id`, `id` or `name`; besides `label`, `sublabel` and `iso3`, or
    `name` and `country`. An `s2id` is computed again from the position (S2 cell token of level 14), for spreadsheets
    spoil some (``1.02E+06``). Names stand in for missing ids, the second of one name as ``name (2)``. Rows beyond 85
    degrees of latitude are left out.

    Raises:
        InputError: the file cannot be read, or a column is missing.
    """
    table = _read(path)
    lat, lon = (_numbers(_column(table, path, *names), path) for names in (("lat", "latitude"), ("lon", "longitude")))
    lat = np.where(np.abs(lat) > STEEPEST_DEG, np.nan, lat)
    if "s2id" in table.column_names:
        ids = s2_tokens(lat, lon, ANCHORAGE_LEVEL)
    elif {"id", "place_id"}.isdisjoint(table.column_names) and "name" in table.column_names:
        ids = _told_apart(_texts(_column(table, path, "name")))
    else:
        ids = _texts(_column(table, path, "id", "place_id", "s2id"))

    def texts(*columns: str) -> list[str]:
        return next(
            (_texts(table[name]) for name in columns if table.column_names.count(name) == 1), [""] * table.num_rows
        )

    label, sublabel, iso3 = texts("label", "name"), texts("sublabel"), texts("iso3", "country")
    names = [", ".join(part for part in parts if part) for parts in zip(label, sublabel, strict=True)]
    return points(ids, lat, lon, 0.0, names, iso3)


def world_port_index(path: Path, radius_km: float = 0.0) -> Places:
    """Read the World Port Index of the US National Geospatial-Intelligence Agency (Pub. 150) as CSV (also .gz).

    Ids are ``wpi-`` and the number of the port.

    Args:
        path: a file with the columns `World Port Index Number`, `Main Port Name`, `Country Code`, `Latitude`, `Longitude`.
        radius_km: extent of each port around its point.

    Raises:
        InputError: the file cannot be read, or a column is missing.
    """
    table = _read(path)
    ids = [f"wpi-{number.removesuffix('.0')}" for number in _texts(_column(table, path, "World Port Index Number"))]
    lat, lon = (_numbers(_column(table, path, name), path) for name in ("Latitude", "Longitude"))
    names, countries = (_texts(_column(table, path, name)) for name in ("Main Port Name", "Country Code"))
    return points(ids, lat, lon, radius_km, names, countries)


def list_of_places(path: Path) -> Places:
    """Read a list of places, whichever of the two it is by its columns.

    Raises:
        InputError: as `anchorages` and `world_port_index`.
    """
    return world_port_index(path) if "World Port Index Number" in _read(path).column_names else anchorages(path)


def s2_tokens(lat: NDArray[np.float64], lon: NDArray[np.float64], level: int) -> list[str]:
    """Tokens of the S2 cells of a level that hold positions in degrees; "" where a position is none."""
    from tidewaiter.tracks.ports.kernel.s2 import cell_ids  # noqa: PLC0415

    good = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    ids = cell_ids(np.where(good, lat, 0.0), np.where(good, lon, 0.0), level)
    return [f"{number:016x}".rstrip("0") if there else "" for number, there in zip(ids.tolist(), good, strict=True)]


def _read(path: Path) -> pa.Table:
    try:
        if path.suffix.casefold() == ".parquet":
            return pq.read_table(path)
        with pa.input_stream(str(path), compression="detect") as stream:
            names = pa.csv.open_csv(stream).schema.names
        convert = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
        with pa.input_stream(str(path), compression="detect") as stream:
            return pa.csv.read_csv(stream, convert_options=convert)
    except FileNotFoundError as error:
        raise InputError("there is no such file", file=path, hint="check the path") from error
    except (OSError, EOFError, pa.ArrowException) as error:
        raise InputError("cannot be read as a list of places", file=path, hint="CSV in UTF-8, or Parquet") from error


def _column(table: pa.Table, path: Path, *names: str) -> pa.ChunkedArray:
    for name in names:
        if table.column_names.count(name) == 1:
            return table[name]
    hint = did_you_mean(names[0], table.column_names) or f"there are: {', '.join(table.column_names)}"
    raise InputError(f'the column "{names[0]}" is missing', file=path, hint=hint)


def _texts(column: pa.ChunkedArray) -> list[str]:
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return list(pc.fill_null(text, "").to_pylist())


def _told_apart(names: list[str]) -> list[str]:
    """Return names of which the second, third, … of the same kind are numbered."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out


def _numbers(column: pa.ChunkedArray, path: Path) -> NDArray[np.float64]:
    """Numbers of a column; NaN where a cell is empty."""
    try:
        if pa.types.is_string(column.type):
            text = pc.utf8_trim_whitespace(column)
            column = pc.if_else(pc.equal(text, ""), None, text)
        return np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)
    except pa.ArrowException as error:
        raise InputError("a latitude or longitude is no number", file=path, hint="degrees, such as -12.5") from error
