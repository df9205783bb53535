"""Checks everything that was acknowledged: every byte of every object, every line of the log. Changes nothing."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Literal

import msgspec

from tidewaiter.errors import EvidenceError, StoreDamaged
from tidewaiter.evidence.durable import disk_errors
from tidewaiter.evidence.layout import (
    escaped,
    head_path,
    incoming_dir,
    log_path,
    object_path,
    objects_dir,
    refuse_links,
)
from tidewaiter.evidence.log import LogFlaw, Scan, scan_log
from tidewaiter.evidence.objects import hash_file
from tidewaiter.evidence.store import collected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tidewaiter.model import Evidence

ProblemKind = (
    LogFlaw
    | Literal[
        "torn line",
        "missing object",
        "changed object",
        "wrong mode",
        "foreign file",
        "unlogged object",
        "leftover file",
        "missing head",
    ]
)

_FOLDER = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{62}")
_ANY_SIZE = 1 << 62


class Problem(msgspec.Struct, frozen=True):
    """One thing that is not as it was acknowledged.

    Attributes:
        kind: what sort of damage.
        where: the object or log line, as a path inside the case (``.tidewaiter/log.jsonl, line 3``).
        message: what is wrong with it.
    """

    kind: ProblemKind
    where: str
    message: str


class Verification(msgspec.Struct, frozen=True):
    """The outcome of a check.

    Attributes:
        objects: objects whose bytes were hashed.
        lines: log lines that were read whole.
        bytes: size of these objects in sum.
        problems: damage; the case cannot be relied on while there is any.
        notices: traces of an interrupted command; harmless.
    """

    objects: int
    lines: int
    bytes: int
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether nothing is damaged."""
        return not self.problems


def verify(root: Path, *, progress: Callable[[int, int], None] | None = None) -> Verification:
    """Re-hash every stored object and walk the chain of the log.

    Args:
        root: folder of the case.
        progress: called after each object with bytes done and bytes in all.

    Raises:
        EvidenceError: `root` is not a folder or the system refuses to read.
    """
    if not root.is_dir():
        raise EvidenceError("is not a folder", file=root, hint="name the folder that holds case.toml")
    try:
        refuse_links(root)
    except StoreDamaged as error:
        where = os.path.relpath(error.file or "", root)
        return Verification(0, 0, 0, (Problem("foreign file", where, error.message),))
    check = _Check(root)
    scan = scan_log(root)
    check.log(scan)
    check.objects({item.sha256: item for item in check.collected(scan)}, progress)
    return Verification(check.count, len(scan.entries), check.size, tuple(check.problems), tuple(check.notices))


class _Check:
    """The problems found so far in one case."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.notices: list[Problem] = []
        self.count = 0
        self.size = 0

    def _place(self, path: Path) -> str:
        return escaped(path.relative_to(self.root).as_posix())

    def _problem(self, kind: ProblemKind, path: Path, message: str) -> None:
        self.problems.append(Problem(kind, self._place(path), message))

    def _line(self, number: int) -> str:
        return f"{self._place(log_path(self.root))}, line {number}"

    def log(self, scan: Scan) -> None:
        """Report what is wrong with the log and its end."""
        for flaw in scan.flaws:
            where = self._line(flaw.line) if flaw.line else self._place(head_path(self.root))
            self.problems.append(Problem(flaw.kind, where, flaw.message))
        if scan.tail and not scan.flaws:
            missing = "lacks its newline" if scan.tail_entry else "is the beginning of a line that was not finished"
            message = f"{missing}; the next command that writes puts it right and says so in the log"
            self.problems.append(Problem("torn line", self._line(len(scan.entries) + 1), message))
        if scan.head is None and scan.entries and not scan.flaws:
            message = "is absent, so lines removed from the end of the log would not be noticed"
            self.notices.append(Problem("missing head", self._place(head_path(self.root)), message))

    def collected(self, scan: Scan) -> Iterator[Evidence]:
        """Yield what the whole lines of the log say was collected; report those that say it badly."""
        entries = [*scan.entries, scan.tail_entry] if scan.tail_entry else scan.entries
        for entry in entries:
            try:
                yield from collected(self.root, [entry])
            except StoreDamaged as error:
                self.problems.append(Problem("unreadable line", self._line(entry.seq), error.message))

    def objects(self, logged: dict[str, Evidence], progress: Callable[[int, int], None] | None) -> None:
        """Hash all objects and compare them with what the log says."""
        with disk_errors(objects_dir(self.root), "listing the store"):
            found = dict(self._listing())
        for sha256, item in logged.items():
            if sha256 not in found:
                message = f"the stored bytes of {escaped(item.name)} ({item.size:,} bytes) are gone"
                self._problem("missing object", object_path(self.root, sha256), message)
        total = sum(found.values())
        done = 0
        for sha256, size in found.items():
            self._object(sha256, logged.get(sha256))
            done += size
            if progress is not None:
                progress(done, total)

    def _object(self, sha256: str, item: Evidence | None) -> None:
        path = object_path(self.root, sha256)
        what = escaped(item.name) if item else "an object that the log does not name"
        try:
            actual, size = hash_file(path, limit=_ANY_SIZE)
        except EvidenceError as error:
            self._problem("changed object", path, f"{what} cannot be read: {error.message}")
            return
        self.count += 1
        self.size += size
        if actual != sha256:
            self._problem("changed object", path, f"{what} now has the SHA-256 {actual}")
        elif item is None:
            message = "is not named by the log, as after an interrupted add; it counts once its file is added again"
            self.notices.append(Problem("unlogged object", self._place(path), message))
        elif item.size != size:
            self._problem("changed object", path, f"{what} has {size:,} bytes; the log says {item.size:,}")

    def _listing(self) -> Iterator[tuple[str, int]]:
        """Yield hash and size of each object in its place; report everything else that lies in the store."""
        incoming = incoming_dir(self.root)
        for path in sorted(incoming.iterdir()) if incoming.is_dir() else ():
            message = "was left by an interrupted add; the next command that writes removes it"
            self.notices.append(Problem("leftover file", self._place(path), message))
        top = objects_dir(self.root)
        for folder in sorted(top.iterdir()) if top.is_dir() else ():
            if not _FOLDER.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
                self._problem("foreign file", folder, "does not belong in the store")
                continue
            for path in sorted(folder.iterdir()):
                status = path.lstat()
                if not _FILE.fullmatch(path.name) or not stat.S_ISREG(status.st_mode):
                    kind = "is a symbolic link" if stat.S_ISLNK(status.st_mode) else "does not belong in the store"
                    self._problem("foreign file", path, kind)
                    continue
                if status.st_mode & 0o222:
                    mode = stat.S_IMODE(status.st_mode)
                    self._problem("wrong mode", path, f"can be written to (mode {mode:04o}); `chmod a-w` protects it")
                yield folder.name + path.name, status.st_size
