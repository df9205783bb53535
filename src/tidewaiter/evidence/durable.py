"""Writes that are either wholly on the disk or not there at all."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tidewaiter.errors import EvidenceError, StorageFull
from tidewaiter.evidence.layout import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_HINTS = {
    errno.EROFS: "the folder is read-only; work on a copy of the case",
    errno.EACCES: "no permission; check who owns the folder",
    errno.EPERM: "no permission; check who owns the folder",
    errno.EIO: "the disk reports an error; copy the case to another disk and run `tidewaiter verify` there",
    errno.ENOENT: "no such file or folder",
}


@contextmanager
def disk_errors(path: Path, doing: str) -> Iterator[None]:
    """Turn an OSError of the body into an error of ours that says what to do.

    Raises:
        StorageFull: disk, quota or file size limit reached.
        EvidenceError: any other refusal of the operating system.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        message = f"{doing} failed: {reason}"
        if error.errno in _FULL:
            hint = "free some space and repeat; nothing that was acknowledged is lost"
            raise StorageFull(message, file=path, hint=hint) from error
        raise EvidenceError(message, file=path, hint=_HINTS.get(error.errno or 0)) from error


def sync_dir(path: Path) -> None:
    """Bring a folder's entries to the disk; a rename is only durable after this."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def make_dir(path: Path) -> None:
    """Create a folder and those above it, each entry synced to the disk."""
    if path.is_dir():
        return
    make_dir(path.parent)
    path.mkdir(exist_ok=True)
    sync_dir(path.parent)


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write `data` in as few calls as the system allows.

    Raises:
        OSError: the system wrote nothing more.
    """
    rest = memoryview(data)
    while rest:
        written = os.write(fd, rest)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        rest = rest[written:]


def temporary(path: Path) -> Path:
    """Return a new hidden name beside `path`, marked as temporary."""
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}{TEMPORARY}")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give the body a temporary name beside `path`; what it wrote there then takes the place of `path` in one step.

    The file is synced before the rename and the folder after it. On any failure the temporary file is removed and
    `path` is as it was.

    Raises:
        StorageFull: disk, quota or file size limit reached.
        EvidenceError: any other refusal of the operating system.
    """
    new = temporary(path)
    with disk_errors(path, "writing"):
        make_dir(path.parent)
        try:
            yield new
            fd = os.open(new, os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
            new.replace(path)
        except BaseException:
            with suppress(OSError):
                new.unlink()
            raise
        sync_dir(path.parent)


def replace_bytes(path: Path, data: bytes) -> None:
    """Give `path` this content in one durable step. Raises as `replacing` does."""
    with replacing(path) as new:
        new.write_bytes(data)


def remove_leftovers(folder: Path) -> int:
    """Remove what a crash left under temporary names in this folder; return how many files."""
    if folder.is_symlink() or not folder.is_dir():
        return 0
    leftovers = [p for p in folder.iterdir() if p.name.endswith(TEMPORARY)]
    for path in leftovers:
        path.unlink()
    return len(leftovers)
