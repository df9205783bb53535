"""A stream that is read forwards only and refuses to give more than was allowed: the guard against zip bombs."""

from __future__ import annotations

from typing import Protocol

from tidewaiter.errors import InputError
from tidewaiter.reports.opening.limits import MOST_RATIO, RATIO_FROM


class Readable(Protocol):
    """What can be read."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""


class Allowance:
    """How many bytes may still be unpacked from one file, shared by all streams of it."""

    def __init__(self, most: int) -> None:
        self.left = most


class Spent(Exception):
    """The allowance is used up."""


class Bounded:
    """A stream of unpacked bytes.

    Args:
        inner: where they come from.
        packed: how many bytes they come from, 0 when they are not packed.
        allowance: how many bytes may be read.
        name: file name for messages.
    """

    def __init__(self, inner: Readable, packed: int, allowance: Allowance, name: str) -> None:
        self._inner = inner
        self._packed = packed
        self._allowance = allowance
        self._name = name
        self._read = 0

    def read(self, size: int = 65_536) -> bytes:
        """Return at most `size` bytes.

        Raises:
            InputError: far more bytes come out than such a file can honestly hold.
            Spent: the allowance is used up.
        """
        data = self._inner.read(min(size if size > 0 else 65_536, 1 << 20))
        self._read += len(data)
        self._allowance.left -= len(data)
        if self._packed and self._read > RATIO_FROM and self._read > MOST_RATIO * self._packed:
            hint = f"it grows more than {MOST_RATIO} times when unpacked, as zip bombs do; it was not read"
            raise InputError("unpacks to far more than it holds", file=self._name, hint=hint)
        if self._allowance.left < 0:
            raise Spent
        return data

    def readline(self, size: int = -1) -> bytes:
        """Refuse: warcio buffers lines itself."""
        raise NotImplementedError

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._read

    def close(self) -> None:
        """Leave the inner stream to its owner."""
