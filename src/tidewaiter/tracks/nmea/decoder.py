"""A log decoded as its bytes come, in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from tidewaiter.errors import InputError, did_you_mean
from tidewaiter.tracks.nmea.columns import TIMES_FROM, Names, position_batch, static_batch
from tidewaiter.tracks.nmea.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

POSITION_ROWS = 65_536
STATIC_ROWS = 16_384


class Decoded(NamedTuple):
    """Some rows; either may be None."""

    positions: pa.RecordBatch | None
    statics: pa.RecordBatch | None


class Summary(msgspec.Struct, frozen=True):
    """What was read, line by line: `lines` is `message_lines` plus all that is in `rejected`.

    Attributes:
        lines: of all logs.
        messages, message_lines: messages decoded, and the lines they took.
        positions, statics: rows of each table; types 19 and 21 are in both.
        rejected: lines by reason, see `REASONS`; only those there are.
        tag_blocks_ignored: tag blocks with a wrong checksum; their sentences were read, without time and station.
        stations_ignored: mentions of stations after the first 4,096.
        damage: what was wrong with a file whose lines could not all be read, "file: words".
    """

    lines: int = 0
    messages: int = 0
    message_lines: int = 0
    positions: int = 0
    statics: int = 0
    rejected: dict[str, int] = {}
    tag_blocks_ignored: int = 0
    stations_ignored: int = 0
    damage: tuple[str, ...] = ()

    def __add__(self, other: Summary) -> Summary:
        both = {r: self.rejected.get(r, 0) + other.rejected.get(r, 0) for r in REASONS}
        return Summary(
            self.lines + other.lines,
            self.messages + other.messages,
            self.message_lines + other.message_lines,
            self.positions + other.positions,
            self.statics + other.statics,
            {reason: count for reason, count in both.items() if count},
            self.tag_blocks_ignored + other.tag_blocks_ignored,
            self.stations_ignored + other.stations_ignored,
            self.damage + other.damage,
        )


class Decoder:
    """One log.

    Args:
        file: its name, for the column `file`.
        source: what stands in `source` where a line names no station.
        times: where times may be from, the most trusted first; see `decode`.

    Raises:
        InputError: an unknown name in `times`.
    """

    def __init__(self, file: str | None = None, source: str | None = None, times: Sequence[str] = TIMES_FROM) -> None:
        from tidewaiter.tracks.nmea import kernel  # noqa: PLC0415 (numba)

        for name in times:
            if name not in TIMES_FROM:
                hint = did_you_mean(name, TIMES_FROM) or f"there are: {', '.join(TIMES_FROM)}"
                raise InputError(f'no times from "{name}"', hint=hint)
        self._kernel = kernel
        self._names = Names(file, source, [])
        self._memory = kernel.new_memory({TIMES_FROM.index(name) + 1: rank for rank, name in enumerate(times)})
        self._framed = kernel.new_framed()
        self._positions = kernel.new_positions(POSITION_ROWS)
        self._statics = kernel.new_statics(STATIC_ROWS)
        self._rest = b""
        self._written = [0, 0]

    def read(self, chunk: bytes) -> Iterator[Decoded]:
        """Yield what can be decoded when `chunk` follows what was read before; rows come in full batches."""
        text = self._rest + chunk if self._rest else chunk
        stop = text.rfind(b"\n") + 1
        self._rest = text[stop:]
        if len(self._rest) > self._kernel.LONGEST_LINE:  # it will be rejected, and need not be held
            self._rest = self._rest[: self._kernel.LONGEST_LINE + 1]
        yield from self._scan(text, stop)

    def end(self) -> Iterator[Decoded]:
        """Yield the rest: the last line, messages that waited for parts, and the batches as far as they are full."""
        if self._rest:
            text, self._rest = self._rest + b"\n", b""
            yield from self._scan(text, len(text))
        slot = 0
        while slot < self._kernel.SLOTS:
            slot = self._kernel.finish(slot, self._memory, self._framed)
            yield from self._write()
        yield Decoded(self._position_batch(), self._static_batch())

    def summary(self) -> Summary:
        """Return what was read so far; rows are counted when they were handed out."""
        k, at = self._kernel, self._memory.at.tolist()
        rejected = dict(zip(REASONS, at[k.REJECTED : k.REJECTED + len(REASONS)], strict=True))
        return Summary(
            lines=at[k.LINE],
            messages=at[k.MESSAGES],
            message_lines=at[k.USED],
            positions=self._written[0],
            statics=self._written[1],
            rejected={reason: count for reason, count in rejected.items() if count},
            tag_blocks_ignored=at[k.TAGS_IGNORED],
            stations_ignored=at[k.STATIONS_LOST],
        )

    def _scan(self, text: bytes, stop: int) -> Iterator[Decoded]:
        buffer = np.frombuffer(text, np.uint8)
        p = 0
        while p < stop:
            p = self._kernel.scan(buffer, p, stop, self._memory, self._framed)
            yield from self._write()

    def _write(self) -> Iterator[Decoded]:
        """Decode what is framed; hand out batches that might not hold it."""
        k, at = self._kernel, self._memory.at
        k.accept(self._memory, self._framed)
        if at[k.POSITIONS] + at[k.FRAMED] > POSITION_ROWS:
            yield Decoded(self._position_batch(), None)
        if at[k.STATICS] + at[k.FRAMED] > STATIC_ROWS:
            yield Decoded(None, self._static_batch())
        k.write_positions(self._memory, self._framed, self._positions)
        k.write_statics(self._memory, self._framed, self._statics)
        at[k.FRAMED] = 0

    def _position_batch(self) -> pa.RecordBatch | None:
        k, at = self._kernel, self._memory.at
        rows = int(at[k.POSITIONS])
        if rows == 0:
            return None
        batch = position_batch(self._positions, rows, self._named())
        self._positions = k.new_positions(POSITION_ROWS)
        self._written[0] += rows
        at[k.POSITIONS] = 0
        return batch

    def _static_batch(self) -> pa.RecordBatch | None:
        k, at = self._kernel, self._memory.at
        rows = int(at[k.STATICS])
        if rows == 0:
            return None
        batch = static_batch(self._statics, rows, self._named())
        self._statics = k.new_statics(STATIC_ROWS)
        self._written[1] += rows
        at[k.STATICS] = 0
        return batch

    def _named(self) -> Names:
        known = len(self._names.stations)
        for name in self._memory.names[known : self._memory.at[self._kernel.STATIONS]]:
            self._names.stations.append(name.tobytes().rstrip(b"\0").decode("ascii"))
        return self._names
