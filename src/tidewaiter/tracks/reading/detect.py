"""Which shape a file has, by the names of its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.tracks.reading.shape import Shape, own_shape, shapes

if TYPE_CHECKING:
    from tidewaiter.tracks.reading.files import Opened

FIELDS = ("vessel", "t", "lat", "lon", "point", "sog", "cog", "heading")


class Fitted(NamedTuple):
    """A shape laid over the header of one file: field -> name of the column as the file writes it."""

    shape: Shape
    columns: dict[str, str]
    spare: tuple[str, ...]
    """Columns of the file that the shape does not use."""


def fit(shape: Shape, opened: Opened) -> Fitted:
    """Lay a shape over the header of a file.

    Raises:
        InputError: a column that a position needs is missing, or is there twice.
    """
    by_fold: dict[str, list[str]] = {}
    for name in opened.columns:
        by_fold.setdefault(name.strip().strip('"').casefold(), []).append(name)
    columns: dict[str, str] = {}
    for field in FIELDS:
        declared = getattr(shape, field)
        if declared is None:
            continue
        found = [name for wanted in declared.columns for name in by_fold.get(wanted.casefold(), ())]
        if len(found) > 1 and found[0].casefold() == found[1].casefold():
            raise InputError(f'the column "{found[0]}" is there twice', file=opened.path, hint="take one of them out")
        if found:
            columns[field] = found[0]
        elif declared in shape.needed():
            raise InputError(
                f'the shape {shape.name} needs the column "{declared.columns[0]}" ({field}), which is not in the header',
                file=opened.path,
                hint=did_you_mean(declared.columns[0], opened.columns)
                or f"the header: {', '.join(opened.columns)[:300]}",
            )
    used = set(columns.values())
    return Fitted(shape, columns, tuple(name for name in opened.columns if name not in used))


def detect(opened: Opened) -> Fitted:
    """Return the shape of the package that uses most columns of a file.

    GeoParquet is taken at its word. Where two shapes use as many, letter case decides, then the one whose declared
    columns are missing least.

    Raises:
        InputError: no shape fits.
    """
    fitting: list[tuple[tuple[int, int, int], Fitted]] = []
    for name in shapes():
        shape = own_shape(name)
        if (shape.point is not None) != opened.geo:
            continue
        try:
            fitted = fit(shape, opened)
        except InputError:
            continue
        exact = sum(column in getattr(shape, field).columns[:1] for field, column in fitted.columns.items())
        declared = sum(getattr(shape, field) is not None for field in FIELDS)
        fitting.append(((len(fitted.columns), exact, -declared), fitted))
    if not fitting:
        hint = f"name one with --shape ({', '.join(shapes())}), or a mapping of your own in TOML"
        raise InputError(
            f"has no known shape; its header: {', '.join(opened.columns)[:300]}", file=opened.path, hint=hint
        )
    return max(fitting, key=lambda found: found[0])[1]
