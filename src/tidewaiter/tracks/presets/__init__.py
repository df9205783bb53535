"""Named sets of thresholds. A preset is a TOML file of this folder, named after whose definition it is.

    [gap]                         # one table for each kind of event
    source = "…"                  # whose definition, and where it stands
    min_h = 6.0                   # a threshold; its name carries its unit

What a threshold means and which unit it has is written where it is used: each kind of event has a frozen struct, whose
fields are `Annotated[float, msgspec.Meta(description="…")]`.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_type_hints

import msgspec

from tidewaiter.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

Thresholds = TypeVar("Thresholds", bound=msgspec.Struct)
_LARGEST = 2**62  # whole numbers in kernels have 64 bits
_FOLDER = files("tidewaiter.tracks.presets")


class Threshold(msgspec.Struct, frozen=True):
    """One threshold in words, for `--explain`."""

    name: str
    value: Any
    meaning: str


class Explained(msgspec.Struct, frozen=True):
    """What a preset sets for one kind of event, and whose definition that is."""

    preset: str
    kind: str
    source: str
    thresholds: tuple[Threshold, ...]


def presets() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    return tuple(sorted(f.name.removesuffix(".toml") for f in _FOLDER.iterdir() if f.name.endswith(".toml")))


def preset(name: str, kind: str, struct: type[Thresholds], own: Mapping[str, Any] | None = None) -> Thresholds:
    """Return the thresholds of one kind of event.

    Args:
        name: name of the preset.
        kind: name of its table, such as ``gap``.
        struct: frozen struct whose fields are the thresholds.
        own: thresholds set by the user, by name; they replace those of the preset.

    Raises:
        InputError: no such preset, it does not define this kind, an unknown threshold, or a value that is none.
    """
    table = {key: value for key, value in _table(name, kind).items() if key != "source"}
    known = struct.__struct_fields__
    for key in own or {}:
        if key not in known:
            raise InputError(
                f'no threshold "{key}" for {kind}', hint=did_you_mean(key, known) or f"there are: {', '.join(known)}"
            )
    hint = "see --explain for what each of them means"
    try:
        values = msgspec.convert(table | dict(own or {}), struct, strict=False)
    except msgspec.ValidationError as error:
        raise InputError(f"thresholds of {kind}: {error}", hint=hint) from error
    for key in known:
        value = getattr(values, key)
        if isinstance(value, int) and abs(value) > _LARGEST:
            raise InputError(f"thresholds of {kind}: {key} = {value} is out of range", hint=hint)
    return values


def explain(name: str, kind: str, struct: type[msgspec.Struct]) -> Explained:
    """Return what a preset sets for a kind of event, in words.

    Raises:
        InputError: as `preset`.
    """
    values = preset(name, kind, struct)
    hints = get_type_hints(struct, include_extras=True)
    words = tuple(Threshold(f, getattr(values, f), _meaning(hints[f])) for f in struct.__struct_fields__)
    return Explained(name, kind, _table(name, kind).get("source", ""), words)


def _meaning(hint: Any) -> str:
    notes = (note for note in getattr(hint, "__metadata__", ()) if isinstance(note, msgspec.Meta))
    return next((note.description for note in notes if note.description), "")


def _table(name: str, kind: str) -> dict[str, Any]:
    if name not in presets():
        raise InputError(
            f'no preset "{name}"', hint=did_you_mean(name, presets()) or f"there are: {', '.join(presets())}"
        )
    table = _read(name).get(kind)
    if table is None:
        having = [n for n in presets() if kind in _read(n)]
        raise InputError(f'preset "{name}" does not define {kind}', hint=f"these do: {', '.join(having) or 'none'}")
    return cast("dict[str, Any]", table)


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
