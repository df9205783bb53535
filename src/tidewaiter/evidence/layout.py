"""Where things lie inside a case, and which names may be written there."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePosixPath

from tidewaiter.errors import EvidenceError, StoreDamaged

FOLDER = ".tidewaiter"
TEMPORARY = ".tidewaiter-tmp"
"""Suffix of every file that is not yet in place; what a crash leaves behind is found by it."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NAME_BYTES = 1024


def store_dir(root: Path) -> Path:
    """Return the folder of the case that holds everything we keep."""
    return root / FOLDER


def objects_dir(root: Path) -> Path:
    """Return the folder of the stored originals."""
    return root / FOLDER / "objects" / "sha256"


def incoming_dir(root: Path) -> Path:
    """Return the folder where originals are written before they have their name."""
    return root / FOLDER / "objects" / "tmp"


def tables_dir(root: Path) -> Path:
    """Return the folder of the derived tables."""
    return root / FOLDER / "tables"


def log_path(root: Path) -> Path:
    """Return the path of the hash-chained log."""
    return root / FOLDER / "log.jsonl"


def head_path(root: Path) -> Path:
    """Return the path of the file that names the last acknowledged log line."""
    return root / FOLDER / "head"


def lock_path(root: Path) -> Path:
    """Return the path of the file that one writer holds locked."""
    return root / FOLDER / "lock"


def lock_owner_path(root: Path) -> Path:
    """Return the path of the process id of the last writer; taking the lock may empty the locked file itself."""
    return root / FOLDER / "lock.pid"


def object_path(root: Path, sha256: str) -> Path:
    """Return where the bytes with this SHA-256 lie: ``objects/sha256/ab/cdef…``.

    Raises:
        EvidenceError: `sha256` is not 64 lower-case hex digits.
    """
    if not is_sha256(sha256):
        raise EvidenceError(f"{sha256[:80]!r} is not a SHA-256", hint="expected 64 lower-case hex digits")
    return objects_dir(root) / sha256[:2] / sha256[2:]


def table_path(root: Path, name: str) -> Path:
    """Return where the table of this name lies.

    Raises:
        EvidenceError: `name` is not lower-case letters, digits and underscores.
    """
    if not _TABLE.fullmatch(name):
        raise EvidenceError(f"{name[:80]!r} is not a table name", hint="use lower-case letters, digits and _")
    return tables_dir(root) / f"{name}.parquet"


def is_sha256(text: str) -> bool:
    """Say whether `text` is 64 lower-case hex digits."""
    return _SHA256.fullmatch(text) is not None


def is_unprintable(char: str) -> bool:
    """Say whether a character could move a terminal's cursor, end a line or reverse the reading direction."""
    return unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or char in _BIDI


def escaped(text: str) -> str:
    r"""Return `text` on one line, with every unprintable character shown as ``\x1b`` or ``\u202e``."""
    return "".join(ascii(c)[1:-1] if is_unprintable(c) else c for c in text)


def clean_name(name: str) -> str:
    """Return the name of an artifact as it is logged: a relative POSIX path inside the case.

    Raises:
        EvidenceError: the name is empty, absolute, too long, climbs with ``..`` or holds control characters.
    """
    path = PurePosixPath(name)
    shown = escaped(name[:200])
    if any(is_unprintable(c) for c in name) or "\\" in name:
        raise EvidenceError(f'"{shown}" holds control characters or backslashes', hint="rename the file")
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise EvidenceError(f'"{shown}" is not a name inside the case', hint="use a relative path without ..")
    if len(path.as_posix().encode()) > _NAME_BYTES:
        raise EvidenceError(f'"{shown}…" is longer than {_NAME_BYTES} bytes', hint="use a shorter name")
    return path.as_posix()


def refuse_links(root: Path) -> None:
    """Make sure the store lies inside the case and is not led elsewhere by a link.

    Raises:
        StoreDamaged: one of the store's folders or files is a symbolic link.
    """
    objects = objects_dir(root)
    fixed = (store_dir(root), objects.parent, objects, incoming_dir(root), tables_dir(root))
    lock = (lock_path(root), lock_owner_path(root))
    for path in (*fixed, log_path(root), head_path(root), *lock):
        if path.is_symlink():
            raise StoreDamaged("is a symbolic link", file=path, hint="the store must lie inside the case; remove it")
