"""What a document is read from: a path on the disk or bytes already in memory, as one seekable stream."""

from __future__ import annotations

import io
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from tidewaiter.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

Source = Path | bytes | bytearray | memoryview


@contextmanager
def stream_of(source: Source, name: str) -> Iterator[BinaryIO]:
    """Yield the bytes of `source` as a seekable stream.

    Args:
        source: a path or bytes.
        name: file name for messages.

    Raises:
        InputError: the path cannot be read, or is no file.
    """
    if not isinstance(source, Path):
        yield io.BytesIO(source)
        return
    if source.exists() and not source.is_file():
        raise InputError("is not a file", file=name, hint="give the path of a file, or read the folder as a stream")
    try:
        with source.open("rb") as file:
            yield file
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", file=name) from error


def read_at_most(stream: BinaryIO, most: int, name: str) -> bytes:
    """Return all bytes of `stream`, from its beginning.

    Raises:
        InputError: there are more than `most`.
    """
    stream.seek(0)
    raw = stream.read(most + 1)
    if len(raw) > most:
        raise InputError(f"is larger than {most // 2**20} MiB", file=name, hint="split the file")
    return raw
