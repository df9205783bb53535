"""Many files at once: over all cores, in order, and taken up again where a run was cut off.

The output grows by whole chunks of files. A journal beside it says after each chunk how many files are done and how long
the output then was; a run that starts again cuts the output there and goes on. When all is done the journal goes away.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tidewaiter.errors import InputError, TidewaiterError
from tidewaiter.reports.grammar.extract import METHOD, extract
from tidewaiter.reports.opening import open_document
from tidewaiter.reports.writing import as_csv, as_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from tidewaiter.reports.claim import TextClaim

CHUNK = 64  # files a worker reads between two reports
SUFFIXES = frozenset({".txt", ".html", ".htm", ".pdf", ".wacz", ".mhtml", ".mht"})


class Read(NamedTuple):
    """What became of one file: its claims as lines, how many, and the reason when it could not be read."""

    name: str
    lines: bytes
    claims: int
    error: str


class Sum(NamedTuple):
    """What a run did; `errors`: name and reason of each file that could not be read; `resumed`: files done before."""

    files: int
    claims: int
    errors: tuple[tuple[str, str], ...]
    resumed: int


class _Journal(msgspec.Struct):
    method: str
    files: int
    claims: int
    size: int
    listing: int  # hash of the names, so that another folder is not taken for the same
    errors: list[tuple[str, str]]


def find_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and of folders the texts below them, by name; links are not followed out."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            for folder, folders, names in os.walk(path):
                folders.sort()
                found += [Path(folder) / n for n in sorted(names) if Path(n).suffix.casefold() in SUFFIXES]
        else:
            found.append(path)
    return found


def read_file(path: Path, published: str = "", *, ocr: bool = False) -> list[TextClaim]:
    """Open one file and return its claims.

    Raises:
        InputError: the file cannot be read.
    """
    if not path.is_file():
        raise InputError("is not there", file=path, hint="name a file or a folder of texts")
    return extract(open_document(path, published=published, ocr=ocr))


def extract_files(
    files: Sequence[Path],
    out: Path,
    *,
    published: str = "",
    ocr: bool = False,
    jobs: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> Sum:
    """Extract the claims of many files into one, in the order given.

    Args:
        files: what to read; one that cannot be read is listed with its reason and does not stop the others.
        out: *.jsonl or *.csv.
        published: ISO date that holds for all of them.
        ocr: recognise pages without text.
        jobs: processes; 0 = all cores.
        progress: called with the number of files done.

    Raises:
        InputError: `out` is of no known kind, or belongs to an unfinished run over other files.
    """
    kind = out.suffix.casefold()
    if kind not in {".jsonl", ".csv"}:
        raise InputError("claims are written to .jsonl or .csv", file=out, hint="choose another name for the output")
    journal, path = _resume(files, out, published, ocr=ocr)
    done = journal.files
    with out.open("r+b" if done else "wb") as target:
        target.truncate(journal.size)
        target.seek(journal.size)
        if not done and kind == ".csv":
            target.write(as_csv((), header=True))
        progress(done)
        for chunk in _chunks(files[done:], published, kind, jobs or os.cpu_count() or 1, ocr=ocr):
            for read in chunk:
                target.write(read.lines)
                journal.claims += read.claims
                if read.error:
                    journal.errors.append((read.name, read.error))
            target.flush()
            os.fsync(target.fileno())
            journal.files += len(chunk)
            journal.size = target.tell()
            _keep(path, journal)
            progress(journal.files)
    path.unlink(missing_ok=True)
    return Sum(journal.files, journal.claims, tuple(journal.errors), done)


def _chunks(files: Sequence[Path], published: str, kind: str, jobs: int, *, ocr: bool) -> Iterator[list[Read]]:
    """Yield what became of each chunk, in order; a few chunks are under way at a time."""
    pieces = (files[at : at + CHUNK] for at in range(0, len(files), CHUNK))
    if jobs == 1 or len(files) <= CHUNK:
        yield from (_read_chunk(piece, published, kind, ocr=ocr) for piece in pieces)
        return
    with ProcessPoolExecutor(jobs) as pool:
        ahead: deque[Future[list[Read]]] = deque(
            pool.submit(_read_chunk, piece, published, kind, ocr=ocr) for piece in islice(pieces, 2 * jobs)
        )
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(pool.submit(_read_chunk, piece, published, kind, ocr=ocr) for piece in islice(pieces, 1))


def _read_chunk(files: Sequence[Path], published: str, kind: str, *, ocr: bool) -> list[Read]:
    return [read_lines(path, published, kind, ocr=ocr) for path in files]


def read_lines(path: Path, published: str, kind: str, *, ocr: bool = False) -> Read:
    """Return what became of one file; never raises for what is wrong with the file."""
    try:
        claims = read_file(path, published, ocr=ocr)
    except TidewaiterError as error:
        return Read(str(path), b"", 0, error.message)
    except OSError as error:
        return Read(str(path), b"", 0, error.strerror or "cannot be read")
    lines = as_json(claims) if kind == ".jsonl" else as_csv(claims, header=False)
    return Read(str(path), lines, len(claims), "")


def _resume(files: Sequence[Path], out: Path, published: str, *, ocr: bool) -> tuple[_Journal, Path]:
    import zlib  # noqa: PLC0415 - only here

    path = out.with_name(out.name + ".progress")
    asked = [published, str(ocr), *map(str, files)]
    listing = zlib.crc32("\n".join(asked).encode("utf-8", "surrogateescape"))
    fresh = _Journal(METHOD, 0, 0, 0, listing, [])
    if not (path.exists() and out.exists()):
        return fresh, path
    try:
        held = msgspec.json.decode(path.read_bytes(), type=_Journal)
    except msgspec.MsgspecError:
        return fresh, path
    if held.listing != listing or held.method != METHOD:
        hint = f"remove {path.name} to start again, or finish that run first"
        raise InputError("holds an unfinished run over other files", file=out, hint=hint)
    return held if held.size <= out.stat().st_size else fresh, path


def _keep(path: Path, journal: _Journal) -> None:
    partial = path.with_name(path.name + ".tmp")
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(journal))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
