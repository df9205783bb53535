"""NMEA 0183 logs of AIS to tables of positions and statics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pyarrow as pa

from tidewaiter.errors import InputError
from tidewaiter.tracks.nmea.chunks import Damaged, file_chunks
from tidewaiter.tracks.nmea.columns import POSITIONS, STATICS, TIMES_FROM
from tidewaiter.tracks.nmea.decoder import Decoded, Decoder, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


class Tables(NamedTuple):
    """A whole log in memory: positions (schema `POSITIONS`), statics (schema `STATICS`), and what was read."""

    positions: pa.Table
    statics: pa.Table
    summary: Summary


def decode(
    log: Path | bytes | Iterable[Path | bytes],
    *,
    source: str | None = None,
    times: Sequence[str] = TIMES_FROM,
) -> Tables:
    r"""Decode AIS messages of types 1–5, 9, 11, 18, 19, 21, 24 and 27.

    Sentences: VDM and VDO of any talker, alone or with tag blocks before them, numbers after the checksum, $PGHP lines
    between them; parts of a message in any order. Checksum and count of bits are verified. Codes for "not available"
    become null; so does a position's `lat` or `lon`, whose row stays for what else it says. Rows come in the order in
    which their messages were complete.

    A row's time is the first there is, in the order of `times`:

    - ``"tag block"``: `c:` of the tag block before the sentence, seconds or milliseconds,
    - ``"suffix"``: a Unix time after the checksum (s, ms or µs; the last number that can be one),
    - ``"PGHP"``: a Gatehouse sentence on a line above that names the checksum of the message (of its parts together),
    - ``"message"``: a base station's own UTC (types 4 and 11), for that message alone.

    The first three may differ: in a satellite log of exactEarth, PGHP agrees with the clocks of base stations to two
    seconds, while the suffix says when a batch came down, half an hour later. By default all lines of such a log keep the
    clock they all have; `times=("tag block", "PGHP")` takes the moment of reception and leaves the others null.
    `time_from` says which it was; `t` is null when there is none. A log without times is not given any by guess.

    Args:
        log: a file (plain or gzip), bytes, or several: files are logs of their own, successive bytes are one log.
        source: what stands in `source` where a line names no receiving station (`s:` of a tag block; r… or b… after
            the checksum).
        times: where times may be from, the most trusted first; leave out what is not to be used.

    Raises:
        InputError: a file that cannot be read, or an unknown name in `times`. A gzip file that ends early or is damaged
            is read as far as it goes, and said in `summary.damage`.
    """
    positions: list[pa.RecordBatch] = []
    statics: list[pa.RecordBatch] = []
    summary = Summary()
    for item in decode_batches([log] if isinstance(log, Path | bytes) else log, source=source, times=times):
        if isinstance(item, Summary):
            summary += item
            continue
        if item.positions is not None:
            positions.append(item.positions)
        if item.statics is not None:
            statics.append(item.statics)
    return Tables(
        pa.Table.from_batches(positions, POSITIONS).unify_dictionaries(),
        pa.Table.from_batches(statics, STATICS).unify_dictionaries(),
        summary,
    )


def decode_batches(
    logs: Iterable[Path | bytes],
    *,
    source: str | None = None,
    times: Sequence[str] = TIMES_FROM,
    advance: Callable[[int], None] | None = None,
) -> Iterator[Decoded | Summary]:
    """Yield batches as they fill up, and at the end of each log its summary; memory does not grow with the log.

    Args:
        logs: files, or the successive bytes of one log.
        source: as in `decode`.
        times: as in `decode`.
        advance: told how many bytes of a file were read, after each piece.

    Raises:
        InputError: as `decode`.
    """
    loose: Decoder | None = None
    for log in logs:
        if isinstance(log, Path):
            yield from _file(log, source, times, advance)
        elif isinstance(log, bytes | bytearray | memoryview):
            loose = loose or Decoder(None, source, times)
            yield from loose.read(bytes(log))
        else:
            raise InputError(f"a log is a path or bytes, not {type(log).__name__}", hint="wrap names in Path(…)")
    if loose:
        yield from loose.end()
        yield loose.summary()


def _file(
    path: Path, source: str | None, times: Sequence[str], advance: Callable[[int], None] | None
) -> Iterator[Decoded | Summary]:
    decoder = Decoder(path.name, source, times)
    damage: tuple[str, ...] = ()
    try:
        for chunk in file_chunks(path, advance):
            yield from decoder.read(chunk)
    except Damaged as error:
        damage = (f"{path}: {error}",)
    yield from decoder.end()
    yield msgspec.structs.replace(decoder.summary(), damage=damage)
