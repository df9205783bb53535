"""What more is known of events, as JSON: made column by column, for there may be millions of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS = 4
_ROUNDED = 1e11  # farther from 0 a double has few more digits, and Arrow refuses to round the largest


def as_json(columns: Mapping[str, pa.Array | pa.ChunkedArray], rows: int) -> pa.Array:
    """Return one JSON object a row; null and what is no number become ``null``.

    Args:
        columns: name -> values (numbers, text, booleans, times or lists of text), all of `rows` rows.
        rows: how many there are.
    """
    if not columns:
        return pa.repeat("{}", rows)
    parts: list[pa.Array | pa.Scalar] = []
    for place, (name, column) in enumerate(columns.items()):
        parts += [pa.scalar(f'{"{" if place == 0 else ","}"{name}":'), _values(column)]
    return pc.binary_join_element_wise(*parts, pa.scalar("}"), "")


def _values(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of no rows
        column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    kind = column.type
    if pa.types.is_floating(kind):
        finite = pc.if_else(pc.is_finite(column), column, None).cast(pa.float64())
        near = pc.less(pc.abs(finite), _ROUNDED)
        text = pc.if_else(near, pc.round(pc.if_else(near, finite, 0.0), DIGITS), finite).cast(pa.string())
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        text = column.cast(pa.string())
    elif pa.types.is_timestamp(kind):
        whole = pc.strftime(column.cast(pa.timestamp("s", tz="UTC"), safe=False), format="%Y-%m-%dT%H:%M:%SZ")
        text = pc.binary_join_element_wise(pa.scalar('"'), whole, pa.scalar('"'), "")
    else:
        text = _quoted(column)
    return pc.fill_null(text, "null")


def _quoted(column: pa.Array) -> pa.Array:
    """Return text in quotation marks; each distinct one is encoded once, whatever it holds."""
    if pa.types.is_list(column.type):
        return pa.array([None if v is None else _encoded(v) for v in column.to_pylist()], pa.string())
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    values = pa.array([_encoded(v) for v in coded.dictionary.to_pylist()], pa.string())
    return values.take(coded.indices)


def _encoded(value: object) -> str:
    return msgspec.json.encode(value).decode()
