"""The evidence of a case: originals stored once under their hash, and the log of what was done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import msgspec

from tidewaiter.errors import EvidenceError, StoreDamaged, UnknownId, did_you_mean
from tidewaiter.evidence import objects
from tidewaiter.evidence.durable import disk_errors, make_dir, remove_leftovers
from tidewaiter.evidence.layout import (
    clean_name,
    incoming_dir,
    is_sha256,
    log_path,
    object_path,
    refuse_links,
    store_dir,
    tables_dir,
)
from tidewaiter.evidence.lock import lock_case
from tidewaiter.evidence.log import Entry, Log, refuse_flaws, scan_log
from tidewaiter.model import Evidence

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from filelock import FileLock

DEFAULT_LIMIT = 16 << 30
"""Largest file taken in, bytes, unless said otherwise."""

COLLECTED = "collected"


class Store:
    """The evidence store of one case; a context manager.

    Opened for writing it holds the lock of the case until it is closed, and has put right what a crash can leave: an
    unfinished last log line and temporary files. Nothing else is ever repaired.
    """

    def __init__(self, root: Path, entries: list[Entry], log: Log | None, lock: FileLock | None) -> None:
        """Use `Store.open`."""
        self._root = root
        self._log = log
        self._lock = lock
        self._by_name: dict[tuple[str, str], Evidence] = {}
        self._by_hash: dict[str, Evidence] = {}
        self._entries = entries
        for item in collected(root, entries):
            self._remember(item)

    @classmethod
    def open(cls, root: Path, *, write: bool = True) -> Self:
        """Open the store of the case in folder `root`, creating it when it is written for the first time.

        Raises:
            CaseBusy: `write`, and another process has it open for writing.
            StoreDamaged: the log is not what was acknowledged, naming the line.
            StorageFull, EvidenceError: the disk refuses, or `root` is no folder.
        """
        if not root.is_dir():
            raise EvidenceError("is not a folder", file=root, hint="name the folder that holds case.toml")
        refuse_links(root)
        if not write:
            scan = scan_log(root)
            refuse_flaws(root, scan)
            last = [scan.tail_entry] if scan.tail_entry else []
            return cls(root, scan.entries + last, None, None)
        with disk_errors(store_dir(root), "creating the store"):
            make_dir(store_dir(root))
        lock = lock_case(root)
        try:
            log = Log(root)
            try:
                with disk_errors(store_dir(root), "removing leftovers"):
                    for folder in (store_dir(root), incoming_dir(root), tables_dir(root), root / "inputs"):
                        remove_leftovers(folder)
                return cls(root, log.entries, log, lock)
            except BaseException:
                log.close()
                raise
        except BaseException:
            lock.release()
            raise

    def add(
        self,
        path: Path,
        *,
        name: str,
        url: str = "",
        published: str = "",
        licence: str = "",
        collector: str = "",
        sensitive: bool = False,
        limit: int = DEFAULT_LIMIT,
    ) -> Evidence:
        """Store the bytes of a file and log that they were collected; both are on the disk when this returns.

        Bytes that are held under this name already give no new log line, unless something new is said of them. What
        was said of the same bytes before holds on where nothing is said now; once sensitive, they stay sensitive.

        Args:
            path: the file; read as a stream.
            name: path inside the case, POSIX form, as it will be shown.
            url: where it was published.
            published: when, ISO date at the precision of the source.
            licence: under which terms.
            collector: who took it in.
            sensitive: leave no trace but the hash in a public export.
            limit: largest size accepted, bytes.

        Raises:
            EvidenceError: not a regular file, a link out of the case, too large, changing, or a bad name.
            StorageFull: no room; nothing acknowledged is lost.
            StoreDamaged: the stored bytes of this hash are not what was stored.
        """
        log = self._writing()
        name = clean_name(name)
        source = objects.resolve_source(self._root, path)
        sha256, size = objects.hash_file(source, limit=limit)
        said = {"url": url, "published": published, "licence": licence, "collector": collector}
        held = self._by_hash.get(sha256)
        if held is not None:
            said = {key: value or getattr(held, key) for key, value in said.items()}
            sensitive = sensitive or held.sensitive
        self._ensure_stored(source, sha256, size, adopted=held is None, limit=limit)
        same = self._by_name.get((sha256, name))
        if same and same.sensitive == sensitive and all(getattr(same, key) == value for key, value in said.items()):
            return same
        fields: dict[str, Any] = {"name": name, "sha256": sha256, "size": size, "sensitive": sensitive, **said}
        try:
            entry = log.append(COLLECTED, fields)
        except ValueError as error:
            raise EvidenceError(
                f"cannot be logged: {error}", file=path, hint="check its name and what is said of it"
            ) from None
        item = _evidence(self._root, entry)
        self._remember(item)
        return item

    def _ensure_stored(self, source: Path, sha256: str, size: int, *, adopted: bool, limit: int) -> None:
        if not objects.stored(self._root, sha256, size):
            objects.put(self._root, source, sha256, limit=limit)
        elif adopted:  # left by a crash between rename and log: ours only if it is what it says
            path = object_path(self._root, sha256)
            if objects.hash_file(path, limit=limit)[0] != sha256:
                raise StoreDamaged("is not what its name says", file=path, hint="remove this file, then add again")

    def path(self, sha256: str) -> Path:
        """Return the file that holds the stored bytes; read-only, never write there.

        Raises:
            UnknownId: nothing with this hash was collected.
            StoreDamaged: it was, but the bytes are gone or of another size.
        """
        item = self._by_hash.get(sha256)
        if item is None:
            raise UnknownId(f'no evidence "{sha256[:80]}" in this case', hint=did_you_mean(sha256[:80], self._by_hash))
        path = object_path(self._root, sha256)
        if not objects.stored(self._root, sha256, item.size):
            raise StoreDamaged(f"the stored bytes of {item.name} are missing", file=path, hint="add the file again")
        return path

    def evidence(self) -> dict[str, Evidence]:
        """Return everything collected by SHA-256; of several records of the same bytes, the last."""
        return dict(self._by_hash)

    def record(self, kind: str, /, **fields: Any) -> None:
        """Log anything else that was done (``run``, ``tables_written``, ``withdrawn``); on the disk when this returns.

        Raises:
            ValueError: `kind` is no lower-case word or reserved, or a field cannot be written as JSON.
            StorageFull, EvidenceError: the disk refuses.
        """
        if kind in {COLLECTED, "recovered"}:
            raise ValueError(f"log kind {kind!r} is written by the store itself")
        self._writing().append(kind, fields)

    def recorded(self, kind: str) -> list[dict[str, Any]]:
        """Return what was logged with `record` under a kind, in order: the fields, and `time` in ISO 8601 UTC."""
        return [{**entry.fields, "time": entry.time} for entry in self._entries if entry.kind == kind]

    def close(self) -> None:
        """Close the log and free the lock."""
        if self._log is not None:
            self._log.close()
            self._log = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _writing(self) -> Log:
        if self._log is None:
            raise EvidenceError("the store is not open for writing", file=self._root)
        return self._log

    def _remember(self, item: Evidence) -> None:
        self._by_name[item.sha256, item.name] = item
        self._by_hash[item.sha256] = item


def collected(root: Path, entries: list[Entry]) -> list[Evidence]:
    """Return what the log says was collected, in order.

    Raises:
        StoreDamaged: a line of that kind lacks what it must say.
    """
    return [_evidence(root, entry) for entry in entries if entry.kind == COLLECTED]


def _evidence(root: Path, entry: Entry) -> Evidence:
    try:
        item = msgspec.convert({**entry.fields, "added": entry.time}, Evidence)
        if item.added.tzinfo is None or not is_sha256(item.sha256) or clean_name(item.name) != item.name:
            raise EvidenceError("not a record of evidence")  # noqa: TRY301 - one answer to every kind of bad record
    except (msgspec.ValidationError, EvidenceError) as error:
        raise StoreDamaged(f"does not describe evidence ({error})", file=log_path(root), line=entry.seq) from None
    return item
