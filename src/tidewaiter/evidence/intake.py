"""Taking files of the user into a case: found in it or copied to its ``inputs``, then stored."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.errors import CaseError, EvidenceError
from tidewaiter.evidence.durable import disk_errors, make_dir, sync_dir, temporary
from tidewaiter.evidence.layout import clean_name
from tidewaiter.evidence.objects import copy_aside, hash_file, resolve_source
from tidewaiter.evidence.store import DEFAULT_LIMIT, Store
from tidewaiter.model import Evidence  # noqa: TC001 - msgspec reads the annotation at run time

if TYPE_CHECKING:
    from collections.abc import Sequence

INPUTS = "inputs"


class Taken(msgspec.Struct, frozen=True):
    """One file taken in; `new` when its bytes were not held before."""

    evidence: Evidence
    new: bool


def is_case(folder: Path) -> bool:
    """Say whether a folder holds a case."""
    return (folder / "case.toml").is_file()


def case_and_rest(words: Sequence[Path], case: Path | None) -> tuple[Path, list[Path]]:
    """Split what was written on a command line into the folder of the case and the rest.

    The case is the first word when that is a folder with a case.toml, else `case`, else the current folder.

    Raises:
        CaseError: that folder holds no case.toml.
    """
    rest = list(words)
    if case is None and rest and is_case(rest[0]):
        case = rest.pop(0)
    root = Path() if case is None else case
    if not is_case(root):
        hint = "name the folder of the case first, or make one with `tidewaiter init`"
        raise CaseError("there is no case.toml here", file=root.absolute(), hint=hint)
    return root, rest


def take_in(
    root: Path,
    files: Sequence[Path],
    *,
    url: str = "",
    published: str = "",
    licence: str = "",
    collector: str = "",
    sensitive: bool = False,
    limit: int = DEFAULT_LIMIT,
) -> list[Taken]:
    """Add files to the store of the case; what lies outside the case is copied to its ``inputs`` first.

    Files before one that is refused stay taken in. The words said are those of `Store.add`.

    Raises:
        EvidenceError: no file is named, a file is refused, or ``inputs`` holds another file of that name.
        CaseBusy, StoreDamaged, StorageFull: as `Store.open` and `Store.add`.
    """
    if not files:
        raise EvidenceError("no file is named", file=root, hint="tidewaiter add [CASE] FILE...")
    taken = []
    with Store.open(root) as store:
        held = set(store.evidence())
        for path in files:
            inside = _inside(root, path, limit)
            item = store.add(
                inside,
                name=inside.relative_to(root).as_posix(),
                url=url,
                published=published,
                licence=licence,
                collector=collector,
                sensitive=sensitive,
                limit=limit,
            )
            taken.append(Taken(item, new=item.sha256 not in held))
            held.add(item.sha256)
    return taken


def _inside(root: Path, path: Path, limit: int) -> Path:
    """Return the path of the file inside the case, spelled from `root`, copying it there when it is elsewhere."""
    source = resolve_source(root, path)
    for given, home in ((Path(os.path.normpath(path.absolute())), root.absolute()), (source, root.resolve())):
        home = Path(os.path.normpath(home))  # noqa: PLW2901 - without "..", links kept
        if given.is_relative_to(home):
            return root / given.relative_to(home)
    target = root / INPUTS / clean_name(path.name)
    with disk_errors(target, "copying into the case"):
        if (root / INPUTS).is_symlink():
            raise EvidenceError("is a symbolic link", file=root / INPUTS, hint="inputs must be a folder of the case")
        make_dir(target.parent)
        new = temporary(target)
        sha256 = copy_aside(source, new, limit=limit)
        try:
            if os.path.lexists(target):
                if target.is_symlink() or hash_file(target, limit=limit)[0] != sha256:
                    hint = "rename the new file, or remove the old one if it is not needed any more"
                    raise EvidenceError("holds other bytes already", file=target, hint=hint)
            else:
                new.replace(target)
                sync_dir(target.parent)
        finally:
            new.unlink(missing_ok=True)
    return target
