"""Which files a case reads. Nothing outside the case folder is ever opened, by whatever path it is asked for."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NoReturn

from tidewaiter.case.lines import Lines
from tidewaiter.errors import CaseError, did_you_mean

if TYPE_CHECKING:
    from tidewaiter.model import Case, Input

MOST_FILES = 100_000
_OURS = (".tidewaiter", "report")
_WILD = re.compile(r"[*?\[]")


def find_inputs(case: Case) -> list[tuple[Input, Path]]:
    """Return the files of each input: in the order of case.toml, sorted by name within one glob.

    What we write ourselves (`.tidewaiter/`, `report/`) never matches.

    Raises:
        CaseError: a glob leads out of the case (absolute, "..", a symlink), a file that is named without wildcards is missing,
            a file is matched by two inputs, or a match is not a plain file.
    """
    found: list[tuple[Input, Path]] = []
    owner: dict[Path, int] = {}
    home = case.root.resolve()
    for index, entry in enumerate(case.inputs):
        _check_glob(case, index, entry.glob)
        for path in _matches(case, index, entry.glob):
            real = path.resolve()
            name = path.relative_to(case.root).as_posix()
            if not real.is_relative_to(home):
                hint = "copy the file into the case; `tidewaiter add` does that"
                _fail(case, index, f'"{name}" is a link that leads out of the case', hint)
            if not real.is_file():
                _fail(case, index, f'"{name}" is not a plain file', "the glob should match files only")
            first = owner.setdefault(real, index)
            if first != index or any(p.resolve() == real for e, p in found[-1:] if e is entry):
                line = _line(case, first)
                message = f'"{name}" is matched twice: by this glob and by the one on line {line} ("{case.inputs[first].glob}")'
                _fail(case, index, message, "each file is read once; make one of the two globs narrower")
            found.append((entry, path))
            if len(found) > MOST_FILES:
                _fail(case, index, f"more than {MOST_FILES} files match", "make the glob narrower")
    return found


def globs_without_file(case: Case, found: list[tuple[Input, Path]]) -> list[str]:
    """Return one sentence for each glob with wildcards that matched nothing, so that silence is not taken for no data."""
    used = {id(entry) for entry, _ in found}
    return [
        f'no file matches "{i.glob}" ({i.reader}), case.toml line {_line(case, n)}'
        for n, i in enumerate(case.inputs)
        if id(i) not in used
    ]


def _check_glob(case: Case, index: int, glob: str) -> None:
    parts = PurePosixPath(glob).parts
    if glob.startswith("/") or "\\" in glob or re.match(r"[A-Za-z]:", glob):
        _fail(
            case,
            index,
            f'"{glob}" is not a path inside the case',
            'write it from the case folder on: "inputs/looks.csv"',
        )
    if ".." in parts or "~" in parts[:1]:
        _fail(
            case, index, f'"{glob}" leads out of the case', "copy the files into the case; `tidewaiter add` does that"
        )
    if any("**" in part and part != "**" for part in parts) or not parts:
        _fail(case, index, f'"{glob}" is not a glob', '** stands alone between slashes: "inputs/**/*.csv"')


def _matches(case: Case, index: int, glob: str) -> list[Path]:
    if not _WILD.search(glob):
        path = case.root / glob
        if not path.exists() and not path.is_symlink():
            folder = path.parent
            near = did_you_mean(path.name, sorted(p.name for p in folder.iterdir())) if folder.is_dir() else None
            _fail(
                case, index, f'the file "{glob}" is missing', near or "put it there, or take the [[inputs]] entry out"
            )
        if not path.exists():
            _fail(case, index, f'"{glob}" is a link to nothing', "put the file itself into the case")
        return [path]
    found = (path for path in case.root.glob(glob) if path.relative_to(case.root).parts[:1][0] not in _OURS)
    return sorted(path for path in found if not path.is_dir())


def _fail(case: Case, index: int, message: str, hint: str) -> NoReturn:
    raise CaseError(message, file=case.root / "case.toml", line=_line(case, index), hint=hint)


def _line(case: Case, index: int) -> int | None:
    try:
        text = (case.root / "case.toml").read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return Lines(text).of(("inputs", index, "glob"))
