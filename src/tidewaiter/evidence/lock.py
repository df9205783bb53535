"""One writer at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from tidewaiter.errors import CaseBusy
from tidewaiter.evidence.durable import disk_errors
from tidewaiter.evidence.layout import lock_owner_path, lock_path

if TYPE_CHECKING:
    from pathlib import Path


def lock_case(root: Path) -> FileLock:
    """Take the lock of the case without waiting; the system frees it when the process ends, however it ends.

    Raises:
        CaseBusy: another process holds it; names the process when it is known.
        EvidenceError: the folder cannot be written.
    """
    path, owner = lock_path(root), lock_owner_path(root)
    lock = FileLock(path)
    with disk_errors(path, "locking the case"):
        try:
            lock.acquire(blocking=False)
        except Timeout:
            pid = _read_pid(owner)
            who = f"process {pid}" if pid else "another process"
            hint = "wait until it has finished, or stop it, then repeat"
            raise CaseBusy(f"{who} is working on this case", file=root, hint=hint) from None
        try:
            owner.write_text(f"{os.getpid()}\n", encoding="ascii")
        except BaseException:
            lock.release()
            raise
    return lock


def _read_pid(path: Path) -> int | None:
    try:
        with path.open("rb") as file:
            return int(file.read(20))
    except (OSError, ValueError):
        return None
