"""Write-once storage of originals under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tidewaiter.errors import EvidenceError, StoreDamaged
from tidewaiter.evidence.durable import disk_errors, make_dir, sync_dir, write_all
from tidewaiter.evidence.layout import TEMPORARY, incoming_dir, object_path, store_dir

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK = 1 << 20
READ_ONLY = 0o444


def resolve_source(root: Path, path: Path) -> Path:
    """Return the real path of a file that may be taken in.

    A path given inside the case must stay inside it when links are followed, so that a case from somebody else cannot
    pull in private files of the reader's machine.

    Raises:
        EvidenceError: the file is absent, or leads out of the case, or belongs to the store itself.
    """
    with disk_errors(path, "opening the file"):
        real = path.resolve(strict=True)
        home = root.resolve(strict=True)
    written = Path(os.path.normpath(Path.cwd() / path))
    inside = written.is_relative_to(home) or written.is_relative_to(Path(os.path.normpath(Path.cwd() / root)))
    if inside and not real.is_relative_to(home):
        raise EvidenceError(
            "is a link that leads out of the case", file=path, hint="copy the file itself into the case, then add it"
        )
    if real.is_relative_to(store_dir(home)):
        raise EvidenceError("belongs to the store itself", file=path, hint="add originals, not what we keep of them")
    return real


@contextmanager
def _open_regular(path: Path, limit: int) -> Iterator[tuple[int, os.stat_result]]:
    # Not blocking: opening a FIFO would otherwise wait for a writer for ever.
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        before = os.fstat(fd)
        if not stat.S_ISREG(before.st_mode):
            kind = "a folder" if stat.S_ISDIR(before.st_mode) else "not a regular file"
            raise EvidenceError(
                f"is {kind}", file=path, hint="add its files one by one" if kind == "a folder" else None
            )
        if before.st_size > limit:
            hint = "split the file, or raise the limit"
            raise EvidenceError(f"has {before.st_size:,} bytes; the limit is {limit:,}", file=path, hint=hint)
        yield fd, before
    finally:
        os.close(fd)


def _read_through(fd: int, before: os.stat_result, path: Path, out: int | None = None) -> str:
    """Hash (and copy to `out`) a file that must not change meanwhile; return the SHA-256."""
    digest = hashlib.sha256()
    size = 0
    os.lseek(fd, 0, os.SEEK_SET)
    while chunk := os.read(fd, CHUNK):
        size += len(chunk)
        if size > before.st_size:
            break
        digest.update(chunk)
        if out is not None:
            write_all(out, chunk)
    after = os.fstat(fd)
    if size != before.st_size or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise EvidenceError("changed while it was read", file=path, hint="wait until it is complete, then add it again")
    return digest.hexdigest()


def hash_file(path: Path, *, limit: int) -> tuple[str, int]:
    """Return SHA-256 and size in bytes of a regular file, read as a stream.

    Raises:
        EvidenceError: not a regular file, above `limit` bytes, changed while read, or refused by the system.
    """
    with disk_errors(path, "reading"), _open_regular(path, limit) as (fd, before):
        return _read_through(fd, before, path), before.st_size


def put(root: Path, path: Path, sha256: str, *, limit: int) -> None:
    """Store the bytes of `path`, whose hash is known: written aside, synced, made read-only, then renamed.

    The mode is set before the rename, so there is no moment at which a stored object could be written to.

    Raises:
        StorageFull, EvidenceError: the disk refuses or the file is no longer what was hashed; nothing is left behind.
    """
    target = object_path(root, sha256)
    new = incoming_dir(root) / f"{sha256[:16]}.{secrets.token_hex(6)}{TEMPORARY}"
    with disk_errors(path, "storing"), _open_regular(path, limit) as (fd, before):
        make_dir(new.parent)
        make_dir(target.parent)
        if target.parent.is_symlink():
            raise StoreDamaged("is a symbolic link", file=target.parent, hint="the store must lie inside the case")
        out = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            try:
                if _read_through(fd, before, path, out) != sha256:
                    raise EvidenceError("changed while it was read", file=path, hint="add it again")
                os.fchmod(out, READ_ONLY)
                os.fsync(out)
            finally:
                os.close(out)
            new.replace(target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
        sync_dir(target.parent)


def copy_aside(path: Path, new: Path, *, limit: int) -> str:
    """Copy a regular file to the new name `new` and sync it; return the SHA-256 of what was copied.

    Raises:
        StorageFull, EvidenceError: as `put`; `new` is then gone.
    """
    with disk_errors(new, "copying"), _open_regular(path, limit) as (fd, before):
        out = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            try:
                sha256 = _read_through(fd, before, path, out)
                os.fsync(out)
            finally:
                os.close(out)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    return sha256


def stored(root: Path, sha256: str, size: int) -> bool:
    """Say whether these bytes are held; looks at kind and size, leaves the content to `verify`.

    Raises:
        StoreDamaged: something else lies in their place.
    """
    path = object_path(root, sha256)
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_size != size:
        hint = "restore this object from a copy; `tidewaiter verify` lists all damage"
        raise StoreDamaged("is not what was stored", file=path, hint=hint)
    return True
