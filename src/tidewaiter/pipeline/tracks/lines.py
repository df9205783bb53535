"""On which line of its file a row of AIS stands."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, cast

from tidewaiter.pipeline.tracks.rows import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import TextIO

    from tidewaiter.pipeline.tracks.files import Source


def lines_of(sources: Sequence[Source], wanted: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return the line of each wanted row; a row whose line does not name its ship has none.

    Rows of a table are lines that are not empty, after the header. A cell that holds a line break would shift them, so the
    MMSI has to stand there.

    Args:
        sources: the files, by number.
        wanted: (where, MMSI).
    """
    by_file: dict[int, dict[int, tuple[int, int]]] = {}
    found: dict[int, int] = {}
    for where, key in wanted:
        number, row = place_of(where)
        if sources[number].by_line:
            found[where] = row
        else:
            by_file.setdefault(number, {})[row] = (where, key)
    for number, rows in by_file.items():
        found |= _in_table(sources[number].stored, rows)
    return found


def _in_table(path: Path, rows: dict[int, tuple[int, int]]) -> dict[int, int]:
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        return {}
    encoding = "utf-16" if magic[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    opened = gzip.open if magic[:2] == b"\x1f\x8b" else open
    found: dict[int, int] = {}
    last, row = max(rows), -1
    with cast("TextIO", opened(path, "rt", encoding=encoding, errors="replace", newline="\n")) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            row += 1
            if row in rows and str(rows[row][1]) in line:
                found[rows[row][0]] = number
            if row >= last:
                break
    return found
