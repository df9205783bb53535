"""Files to blocks, on the workers: the local reader, a few row groups of Parquet or a file of text at a time.

Besides blocks a worker sends words: for each batch what became of its rows, which days they are of and which names vessels
go by (`Told`); or why reading ended (`Refused`). Words are rows of the lots `TOLD` and `REFUSED`, with the column `times`.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading.account import Counted, counted
from tidewaiter.tracks.reading.files import damage_named
from tidewaiter.tracks.reading.rows import Texts
from tidewaiter.tracks.reading.source import parts
from tidewaiter.tracks.spark.blocks import ARROW, SAID, SEGMENT, WHEN, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from tidewaiter.tracks.reading import Clean
    from tidewaiter.tracks.reading.detect import Fitted
    from tidewaiter.tracks.reading.files import Opened
    from tidewaiter.tracks.reading.rows import Part

TOLD, REFUSED = -1, -2
DAY_US = 86_400_000_000
PIECE_ROWS = 1 << 20
"""Row groups of Parquet are read together up to so many rows."""
_BATCH_BITS = 32


class Piece(NamedTuple):
    """What is read at once.

    Attributes:
        file: its number among the files.
        groups: row groups of Parquet; None = all of a file.
    """

    file: int
    groups: tuple[int, ...] | None


class Told(msgspec.Struct, frozen=True, array_like=True):
    """What became of a batch.

    Attributes:
        file: its number among the files.
        counted: its account.
        days: UTC day -> rows.
        names: of vessels by their keys; empty where they have numbers.
        texts: segments are text; None without segments.
    """

    file: int
    counted: Counted
    days: dict[int, int]
    names: dict[int, str]
    texts: bool | None


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """Why a piece cannot be read."""

    message: str
    file: str | None
    line: int | None
    hint: str | None


def pieces(files: Sequence[tuple[Opened, Fitted]]) -> list[Piece]:
    """Return what to read, in the order of the files.

    Raises:
        InputError: a file of Parquet is damaged.
    """
    found: list[Piece] = []
    for number, (opened, _) in enumerate(files):
        if opened.kind != "parquet":
            found.append(Piece(number, None))
            continue
        with damage_named(opened.path):
            about = pq.read_metadata(opened.path)
        groups: list[int] = []
        rows = 0
        for group in range(about.num_row_groups):
            size = about.row_group(group).num_rows
            if groups and rows + size > PIECE_ROWS:
                found.append(Piece(number, tuple(groups)))
                groups, rows = [], 0
            groups.append(group)
            rows += size
        found.append(Piece(number, tuple(groups)))
    return found


def decoded(
    number: int, piece: Piece, files: Sequence[tuple[Opened, Fitted]], clean: Clean, lots: int, segments: str = ""
) -> Iterator[pa.RecordBatch]:
    """Yield the blocks of a piece and what is told of them.

    Args:
        number: its own among the pieces.
        piece: what to read.
        files: all of them.
        clean: thresholds of cleaning.
        lots: how many lots there are.
        segments: column of the files that tells hulls apart; "" = none.
    """
    extras = (segments,) if segments else ()
    opened, fitted = files[piece.file]
    place = number << _BATCH_BITS
    try:
        for place, read in enumerate(parts(opened, fitted, clean, extras, 1, piece.groups), number << _BATCH_BITS):
            key, names = _keys(read.part)
            columns, texts = _columns(key, read.part, segments)
            if len(key):
                yield cut(columns, place, lots, texts)
            text = texts is not None if segments else None
            yield _word(TOLD, place, Told(piece.file, counted(read), _days(read.part.t), names, text))
    except InputError as error:
        yield _word(REFUSED, place, Refused(error.message, error.file, error.line, error.hint))


def _columns(key: NDArray[np.int64], part: Part, segments: str) -> tuple[dict[str, NDArray[Any]], list[str] | None]:
    """Return the columns of the blocks, and what the segments are called where they are text."""
    said = (part.lat, part.lon, part.sog, part.cog, part.heading)
    columns: dict[str, NDArray[Any]] = dict(
        zip([*(WHEN.names or ()), *(SAID.names or ())], (key, part.t, *said), strict=True)
    )
    if not segments:
        return columns, None
    told = part.extras[segments]
    if isinstance(told, Texts):
        return columns | {SEGMENT: told.codes}, told.values
    return columns | {SEGMENT: told.astype(np.float64)}, None


def _keys(part: Part) -> tuple[NDArray[np.int64], dict[int, str]]:
    """Return keys of vessels; of those that go by names a hash, and which name it stands for."""
    if not isinstance(part.key, Texts):
        return part.key, {}
    used = np.unique(part.key.codes)
    names = [part.key.values[code] for code in used]
    keys = np.zeros(len(part.key.values), np.int64)
    keys[used] = [name_key(name) for name in names]
    return keys[part.key.codes], dict(zip(keys[used].tolist(), names, strict=True))


def name_key(name: str) -> int:
    """Return the key of a vessel that goes by a name, until all names are known."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little", signed=True)


def _days(t: NDArray[np.int64]) -> dict[int, int]:
    days, rows = np.unique(t // DAY_US, return_counts=True)
    return dict(zip(days.tolist(), rows.tolist(), strict=True))


def _word(lot: int, place: int, word: msgspec.Struct) -> pa.RecordBatch:
    cells = ([lot], [place], [msgspec.msgpack.encode(word)], [b""], [b""])
    arrays = [pa.array(cell, field.type) for cell, field in zip(cells, ARROW, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ARROW)
