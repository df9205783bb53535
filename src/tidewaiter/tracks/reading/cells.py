"""Cells of Arrow columns as plain NumPy values, whatever type a file gave them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMBER = r"^[+-]?([0-9]{1,18}(\.[0-9]*)?|\.[0-9]{1,18})([eE][+-]?[0-9]{1,3})?$"


def plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column as one array without dictionary, and text as `string` or `large_string`."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        kind = pa.string() if pa.types.is_binary(column.type) else pa.large_string()
        return pa.Array.from_buffers(kind, len(column), column.buffers(), offset=column.offset)  # text is checked later
    if pa.types.is_string_view(column.type):
        return column.cast(pa.string())
    return column


def is_text(column: pa.Array) -> bool:
    """Return whether a plain column holds text."""
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def bytes_of(column: pa.Array) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Return the bytes of a plain column of text or WKB and the n + 1 offsets of its cells; null cells are empty."""
    if column.null_count:
        column = column.fill_null("" if is_text(column) else b"")
    wide = pa.types.is_large_string(column.type) or pa.types.is_large_binary(column.type)
    _, positions, data = column.buffers()
    kind: type = np.int64 if wide else np.int32
    if positions is None or len(column) == 0:
        return np.zeros(0, np.uint8), np.zeros(len(column) + 1, kind)
    offsets: NDArray[Any] = np.frombuffer(positions, kind)[column.offset : column.offset + len(column) + 1]
    return (np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)), offsets


def numbers(column: pa.Array, decimal_comma: bool = False) -> tuple[NDArray[np.float64], bool]:  # noqa: FBT001, FBT002
    """Return float64 values, NaN where a cell is empty or no number, and whether a comma was taken for the point."""
    column = plain(column)
    if not is_text(column):
        if pa.types.is_null(column.type):
            return np.full(len(column), np.nan), False
        if not (
            pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)
        ):
            return np.full(len(column), np.nan), False
        if column.type != pa.float64():
            column = column.cast(pa.float64(), safe=False)
        return np.asarray(column.to_numpy(zero_copy_only=False), np.float64), False
    try:
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False)), False
    except pa.ArrowInvalid:
        pass
    text = pc.ascii_trim_whitespace(column)
    commas = False
    if decimal_comma:
        pointed = pc.replace_substring(text, ",", ".")
        commas = bool(pc.any(pc.not_equal(pointed, text)).as_py())
        text = pointed
    text = pc.if_else(pc.match_substring_regex(text, _NUMBER), text, None)
    return np.asarray(text.cast(pa.float64()).to_numpy(zero_copy_only=False)), commas


def whole_numbers(column: pa.Array, missing: int) -> NDArray[np.int64]:
    """Return int64 values; `missing` where a cell is empty or no whole number."""
    column = plain(column)
    if pa.types.is_integer(column.type) and column.type != pa.uint64():
        column = column.cast(pa.int64())
        return np.asarray(column.fill_null(missing) if column.null_count else column)
    if is_text(column):
        try:
            column = column.cast(pa.int64())
            return np.asarray(column.fill_null(missing) if column.null_count else column)
        except pa.ArrowInvalid:
            pass
    values, _ = numbers(column)
    good = (np.abs(values) < 2**53) & (values == np.floor(values))
    return np.where(good, np.where(good, values, 0).astype(np.int64), missing)


def texts(column: pa.Array) -> pa.Array:
    """Return a plain column as valid text (bytes that are no UTF-8 are read as Latin-1); empty cells are null."""
    column = plain(column)
    if not is_text(column):
        return column.cast(pa.string())
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        raw = column.cast(pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary())
        column = pa.array([_decoded(cell) for cell in raw.to_pylist()], pa.string())
    column = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(column, ""), None, column)


def _decoded(cell: bytes | None) -> str | None:
    if cell is None:
        return None
    try:
        return cell.decode("utf-8")
    except UnicodeDecodeError:
        return cell.decode("latin-1")
