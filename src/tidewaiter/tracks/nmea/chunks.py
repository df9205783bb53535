"""The bytes of a log, piece by piece: plain or gzip, told by their first bytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

CHUNK_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstandard",
    b"\xfd7zXZ": "xz",
    b"PAR1": "Parquet",
}


class Damaged(Exception):
    """The compressed bytes end early or are damaged; what came before was read."""


def file_chunks(path: Path, advance: Callable[[int], None] | None = None) -> Iterator[bytes]:
    """Yield the text of a log in pieces of at most a megabyte.

    Args:
        path: plain text or gzip, also of several members.
        advance: told how many bytes of the file were read, after each piece.

    Raises:
        InputError: the file cannot be opened, or is packed in another way.
        Damaged: the gzip data ends early or is damaged.
    """
    try:
        with path.open("rb") as file:
            head = file.read(6)
            file.seek(0)
            for magic, kind in _OTHERS.items():
                if head.startswith(magic):
                    hint = "give the log as text, or compressed with gzip"
                    raise InputError(f"is {kind}, not NMEA text", file=path, hint=hint)
            if head.startswith(_GZIP):
                yield from _inflated(_pieces(file, advance))
            else:
                yield from _pieces(file, advance)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=path, hint="check the path") from error


def _pieces(file: BinaryIO, advance: Callable[[int], None] | None) -> Iterator[bytes]:
    while piece := file.read(CHUNK_BYTES):
        yield piece
        if advance:
            advance(len(piece))


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    member = zlib.decompressobj(wbits=31)
    begun = False
    try:
        for piece in pieces:
            rest = piece
            while rest:
                if not begun:  # members may be followed by zeros
                    rest = rest.lstrip(b"\0")
                    if not rest:
                        break
                    begun = True
                text = member.decompress(rest, CHUNK_BYTES)
                if text:
                    yield text
                rest = member.unconsumed_tail
                if member.eof:
                    rest = member.unused_data
                    member = zlib.decompressobj(wbits=31)
                    begun = False
    except zlib.error as error:
        raise Damaged(f"the gzip data is damaged ({error})") from error
    if begun:
        raise Damaged("the gzip data ends early")
