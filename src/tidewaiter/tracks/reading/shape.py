"""Declared mappings: which column of a file is what, in which unit, and what stands for "not available".

A shape is a TOML file, ours (folder `shapes`) or the user's:

    about = "…"                       # what files these are
    source = "…"                      # where the format is described
    licence = "…"
    missing = ["Unknown"]             # texts that mean an empty cell

    [vessel]                          # also [t], [lat], [lon] or [point], [sog], [cog], [heading]
    columns = ["MMSI"]                # names of the column in various editions of the format; letter case is ignored
    [sog]
    columns = ["SPEED"]
    unit = "1/10 kn"
    absent = [-1.0]                   # codes, in the unit of the file, besides those of AIS itself
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER = files("tidewaiter.tracks.reading.shapes")
UNITS: dict[str, dict[str, tuple[float, float]]] = {
    "degrees": {
        "deg": (1, 1),
        "rad": (180, 3.141592653589793),
        "1e-3 min": (1, 60_000),
        "1e-4 min": (1, 600_000),  # the unit of AIS itself, ITU-R M.1371
        "1e-6 deg": (1, 1_000_000),
        "1e-7 deg": (1, 10_000_000),
        "1/10 deg": (1, 10),
    },
    "speed": {"kn": (1, 1), "1/10 kn": (1, 10), "m/s": (3_600, 1_852), "km/h": (1_000, 1_852)},
}
"""Kind -> unit -> (multiply by, then divide by) to have degrees or knots."""
EPOCHS = {"epoch_s": 1_000_000.0, "epoch_ms": 1_000.0, "epoch_us": 1.0, "epoch_ns": 0.001}
"""Times that are numbers: microseconds in one of them."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one quantity stands in a file."""

    columns: tuple[str, ...]
    unit: str = ""  # empty = degrees or knots
    absent: tuple[float, ...] = ()  # codes for "not available", in the unit of the file
    decimals: int | None = None  # round single-precision numbers to so many decimals; null = as they are
    text: bool = False  # vessel: names, not numbers

    def scale(self, kind: str) -> tuple[float, float]:
        """Return what to multiply by and then to divide by."""
        units = UNITS[kind]
        return units[self.unit or next(iter(units))]


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the time stands and how it is written."""

    columns: tuple[str, ...]
    format: tuple[str, ...] = ("iso",)  # iso | epoch_s | epoch_ms | epoch_us | epoch_ns | like %d/%m/%Y %H:%M:%S
    zone: str = "UTC"  # of times written without one


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A declared mapping."""

    about: str = ""
    source: str = ""
    licence: str = ""
    missing: tuple[str, ...] = ()
    vessel: Column
    t: Times
    lat: Column | None = None
    lon: Column | None = None
    point: Column | None = None
    sog: Column | None = None
    cog: Column | None = None
    heading: Column | None = None
    name: str = ""

    def needed(self) -> tuple[Column | Times, ...]:
        """Return the columns without which there is no position."""
        return tuple(c for c in (self.vessel, self.t, self.lat, self.lon, self.point) if c is not None)

    def digest(self) -> bytes:
        """Return the mapping as bytes, for keys of stores."""
        return msgspec.json.encode(self, order="deterministic")


def shapes() -> tuple[str, ...]:
    """Return the names of the shapes that come with the package, sorted."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir() if f.name.endswith(".toml")))


@cache
def own_shape(name: str) -> Shape:
    """Return a shape of the package by its name.

    Raises:
        InputError: there is none of this name.
    """
    if name not in shapes():
        hint = did_you_mean(name, shapes()) or f"there are: {', '.join(shapes())}; or give a TOML file of your own"
        raise InputError(f'no shape "{name}"', hint=hint)
    return _parse((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"), name, f"{name}.toml")


def load_shape(file: Path) -> Shape:
    """Return the shape that a user's TOML file declares.

    Raises:
        InputError: the file cannot be read, is no TOML, or declares no shape.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the mapping cannot be read: {error}", file=file, hint="it should be a TOML file") from error
    return _parse(text, file.stem, file)


def _parse(text: str, name: str, file: Path | str) -> Shape:
    try:
        table: dict[str, Any] = tomllib.loads(text)
        shape = msgspec.convert(table | {"name": name}, Shape, strict=False)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the mapping is not TOML: {error}", file=file) from error
    except msgspec.ValidationError as error:
        hint = "it has [vessel], [t], [lat] and [lon] (or [point]), and may have [sog], [cog], [heading]"
        raise InputError(f"the mapping cannot be used: {error}", file=file, hint=hint) from error
    if (shape.lat is None) != (shape.lon is None) or (shape.lat is None) == (shape.point is None):
        raise InputError("the mapping needs [lat] and [lon], or [point]", file=file)
    kinds = {"lat": "degrees", "lon": "degrees", "sog": "speed", "cog": "degrees", "heading": "degrees"}
    for field, kind in kinds.items():
        column = getattr(shape, field)
        if column is not None and column.unit and column.unit not in UNITS[kind]:
            hint = f"units of {field}: {', '.join(UNITS[kind])}"
            raise InputError(f'the mapping names the unknown unit "{column.unit}" for {field}', file=file, hint=hint)
    for way in shape.t.format:
        if way != "iso" and way not in EPOCHS and "%" not in way:
            hint = f"iso, {', '.join(EPOCHS)}, or a form like %d/%m/%Y %H:%M:%S"
            raise InputError(f'the mapping names the unknown form of time "{way}"', file=file, hint=hint)
    return shape
