"""The log: one canonical JSON object a line, each holding the hash of the one before.

A line is RFC 8785 canonical JSON and a newline. `hash` is the SHA-256 of the canonical object without `hash`; `prev` is
the `hash` of the line before. The file `head` names the last acknowledged line, so a log cut at its end is noticed too.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import rfc8785

from tidewaiter.errors import EvidenceError, StoreDamaged
from tidewaiter.evidence.durable import disk_errors, replace_bytes, sync_dir
from tidewaiter.evidence.layout import head_path, log_path

if TYPE_CHECKING:
    from pathlib import Path

START = "0" * 64
MAX_LINE = 1 << 20
"""Longest line in bytes; nothing we write comes near it."""

_MAX_PROBLEMS = 100
_KIND = re.compile(r"[a-z][a-z_]{0,31}")
_BEGINNING = b'{"fields":{'

LogFlaw = Literal["unreadable line", "changed line", "wrong order", "log cut short", "damaged head"]


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the log; `time` is ISO 8601 UTC."""

    seq: int
    time: str
    kind: str
    fields: dict[str, Any]
    prev: str
    hash: str

    def computed_hash(self) -> str:
        """Return the hash this line must carry."""
        body: dict[str, Any] = {
            "seq": self.seq,
            "time": self.time,
            "kind": self.kind,
            "fields": self.fields,
            "prev": self.prev,
        }
        return hashlib.sha256(rfc8785.dumps(body)).hexdigest()

    def line(self) -> bytes:
        """Return the line without its newline."""
        return rfc8785.dumps(msgspec.to_builtins(self))


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last acknowledged line."""

    seq: int = 0
    hash: str = START


class Flaw(msgspec.Struct, frozen=True):
    """What is wrong with one line of the log; `line` counts from 1."""

    kind: LogFlaw
    line: int
    message: str


class Scan(msgspec.Struct):
    """What a pass over the log found.

    Attributes:
        entries: the lines that are whole.
        flaws: damage; nothing repairs it.
        size: bytes up to the end of the last newline.
        tail: bytes after it, an append that did not finish.
        tail_entry: set when the tail is a whole valid line that lacks only its newline.
        head: as read before the log; None when the file is absent.
    """

    entries: list[Entry]
    flaws: list[Flaw]
    size: int = 0
    tail: bytes = b""
    tail_entry: Entry | None = None
    head: Head | None = None


def _parse(line: bytes) -> Entry:
    entry = msgspec.json.decode(line, type=Entry)
    if entry.line() != line:  # other spacing, key order, escapes or a repeated key: not what was written
        raise ValueError("not canonical")
    return entry


def _read_head(root: Path, flaws: list[Flaw]) -> Head | None:
    path = head_path(root)
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(fd, "rb") as file:
            raw = file.read(4096)
    except FileNotFoundError:
        return None
    try:
        head = msgspec.json.decode(raw, type=Head)
    except (ValueError, msgspec.DecodeError):
        head = None
    if head is None or rfc8785.dumps(msgspec.to_builtins(head)) + b"\n" != raw:
        flaws.append(Flaw("damaged head", 0, f"{path.name} is not readable"))
        return None
    return head


def scan_log(root: Path) -> Scan:
    """Read the whole log and check form, hashes, order and end. Changes nothing.

    The head is read first: a line that is appended meanwhile is then merely newer than the head.

    Raises:
        EvidenceError: the operating system refuses to read it.
    """
    scan = Scan([], [])
    path = log_path(root)
    with disk_errors(path, "reading the log"):
        scan.head = _read_head(root, scan.flaws)
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            pass
        else:
            with os.fdopen(fd, "rb") as file:
                number = 0
                while (line := file.readline(MAX_LINE + 1)) and len(scan.flaws) < _MAX_PROBLEMS:
                    number += 1
                    if len(line) > MAX_LINE:
                        scan.flaws.append(Flaw("unreadable line", number, f"is longer than {MAX_LINE} bytes"))
                        break
                    if line.endswith(b"\n"):
                        scan.size += len(line)
                        _take(scan, number, line[:-1])
                    else:
                        _take_tail(scan, number, line)
    _check_end(scan)
    return scan


def _take(scan: Scan, number: int, line: bytes) -> None:
    try:
        entry = _parse(line)
        whole = entry.computed_hash() == entry.hash
    except (ValueError, RecursionError, msgspec.DecodeError) as error:
        scan.flaws.append(Flaw("unreadable line", number, f"does not parse ({str(error)[:80]})"))
        return
    if not whole:
        scan.flaws.append(Flaw("changed line", number, "its content does not match its hash"))
    # After a damaged line the chain is taken up again by number, so one change is reported as one line.
    before = scan.entries[-1] if scan.entries else None
    expected = (before.seq if before else 0) + 1
    if entry.seq < expected or (entry.seq > expected and not scan.flaws):
        scan.flaws.append(Flaw("wrong order", number, f"has number {entry.seq} where {expected} was expected"))
    elif entry.seq == 1 and entry.prev != START:
        scan.flaws.append(Flaw("wrong order", number, "is the first line but names one before it"))
    elif before and entry.seq == expected and entry.prev != before.hash and entry.prev != before.computed_hash():
        scan.flaws.append(Flaw("wrong order", number, f"does not continue line {number - 1}"))
    scan.entries.append(entry)


def _take_tail(scan: Scan, number: int, tail: bytes) -> None:
    scan.tail = tail
    acknowledged = scan.head is not None and scan.head.seq >= number
    probe = Scan(scan.entries[-1:], list(scan.flaws), head=scan.head)
    _take(probe, number, tail)
    if len(probe.flaws) == len(scan.flaws):
        scan.tail_entry = probe.entries[-1]
    elif acknowledged:
        scan.flaws.append(Flaw("unreadable line", number, "does not parse, and it was acknowledged"))
    elif not _is_beginning(tail) or _complete_then_more(tail):
        scan.flaws.append(Flaw("unreadable line", number, "is not the beginning of a log line"))


def _is_beginning(tail: bytes) -> bool:
    """Say whether an interrupted append can have left this; some file systems fill up with zeros."""
    written = tail.rstrip(b"\0")
    return written.startswith(_BEGINNING) or _BEGINNING.startswith(written)


def _complete_then_more(tail: bytes) -> bool:
    """Say whether the tail holds a whole line and then something else: that is a change, not a torn write."""
    for end in range(len(tail) - 1, max(0, len(tail) - 16), -1):
        with suppress(ValueError, RecursionError, msgspec.DecodeError):
            _parse(tail[:end])
            return True
    return False


def _check_end(scan: Scan) -> None:
    if scan.head is None or scan.flaws:
        return
    entries = [*scan.entries, scan.tail_entry] if scan.tail_entry else scan.entries
    last = entries[-1].seq if entries else 0
    if scan.head.seq > last:
        message = f"ends with line {last}, but line {scan.head.seq} was acknowledged"
        scan.flaws.append(Flaw("log cut short", last + 1, message))
    elif scan.head.seq and entries[scan.head.seq - 1].hash != scan.head.hash:
        scan.flaws.append(
            Flaw("changed line", scan.head.seq, "is not the line that the head acknowledges; one of them was changed")
        )


def refuse_flaws(root: Path, scan: Scan) -> None:
    """Stop at the first flaw.

    Raises:
        StoreDamaged: naming file and line.
    """
    if not scan.flaws:
        return
    flaw = scan.flaws[0]
    if flaw.kind == "damaged head":
        hint = "if `tidewaiter verify` finds nothing else, delete this file; it is rebuilt from the log"
        raise StoreDamaged(flaw.message, file=head_path(root), hint=hint)
    hint = "restore the log from a copy; `tidewaiter verify` lists all damage"
    raise StoreDamaged(f"{flaw.kind}: {flaw.message}", file=log_path(root), line=flaw.line, hint=hint)


class Log:
    """The log opened for appending. Use by one process at a time, under the lock of the case."""

    def __init__(self, root: Path) -> None:
        """Read the log, finish or cut off an append that a crash interrupted, and say so in a new line.

        Raises:
            StoreDamaged: any other damage; the log is left as it is.
            EvidenceError: the disk refuses.
        """
        self._root = root
        self._path = log_path(root)
        scan = scan_log(root)
        refuse_flaws(root, scan)
        self.entries = scan.entries
        self._broken = False
        with disk_errors(self._path, "opening the log"):
            created = not self._path.exists()
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
            if created:
                sync_dir(self._path.parent)
        try:
            self._recover(scan)
        except BaseException:
            self.close()
            raise

    def _recover(self, scan: Scan) -> None:
        last = scan.entries[-1] if scan.entries else None
        if scan.tail:
            with disk_errors(self._path, "repairing the log"):
                if scan.tail_entry is not None:
                    os.write(self._fd, b"\n")
                    last = scan.tail_entry
                    self.entries.append(last)
                else:
                    os.ftruncate(self._fd, scan.size)
                os.fsync(self._fd)
        if last is not None and (scan.head is None or scan.head.seq != last.seq):
            self._acknowledge(last)
        if scan.tail:
            done = "completed" if scan.tail_entry is not None else "cut off"
            digest = hashlib.sha256(scan.tail).hexdigest()
            self.append("recovered", {"done": done, "sha256": digest, "size": len(scan.tail)})

    def append(self, kind: str, fields: dict[str, Any]) -> Entry:
        """Append one line; when this returns, the line is on the disk.

        Raises:
            StorageFull, EvidenceError: the disk refuses; the log ends where it ended before, or is repaired when the
                case is opened again.
            ValueError: `kind` is not a lower-case word, or `fields` cannot be written as JSON.
        """
        if not _KIND.fullmatch(kind):
            raise ValueError(f"log kind {kind!r} is not a lower-case word")
        if self._broken:
            raise EvidenceError("an earlier write failed", file=self._path, hint="open the case again")
        before = self.entries[-1] if self.entries else Head()
        time = datetime.now(UTC).isoformat(timespec="microseconds")
        entry = Entry(before.seq + 1, time, kind, fields, before.hash, "")
        entry = msgspec.structs.replace(entry, hash=entry.computed_hash())
        line = entry.line() + b"\n"
        if len(line) > MAX_LINE:
            raise ValueError(f"log line of {len(line)} bytes; the limit is {MAX_LINE}")
        self._broken = True  # until the line is known to be whole and acknowledged
        with disk_errors(self._path, "writing the log"):
            size = os.fstat(self._fd).st_size
            try:
                if os.write(self._fd, line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # noqa: TRY301 - a short write is a full disk
                os.fsync(self._fd)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._fd, size)
                raise
        self._acknowledge(entry)
        self.entries.append(entry)
        self._broken = False
        return entry

    def _acknowledge(self, entry: Entry) -> None:
        head = rfc8785.dumps({"seq": entry.seq, "hash": entry.hash}) + b"\n"
        replace_bytes(head_path(self._root), head)

    def close(self) -> None:
        """Close the file; the log can be opened again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
