"""Read case.toml: one section after the other, then what only the whole can tell (ids, names, references)."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from tidewaiter.case import balances, contents, entries, models, witnesses
from tidewaiter.case.checks import check
from tidewaiter.case.layout import KEYS, SINGLE
from tidewaiter.case.lines import Lines
from tidewaiter.case.section import Section, Source
from tidewaiter.errors import CaseError, did_you_mean
from tidewaiter.model import Case, Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Entry = TypeVar("Entry")

FILE_NAME = "case.toml"
LARGEST_FILE = 1 << 20
MOST_ENTRIES = 10_000


def load_case(path: Path) -> Case:
    """Read and check a case.

    Args:
        path: the case folder, or the case.toml in it.

    Raises:
        CaseError: the file is missing, is no TOML, or says something that cannot be; with file, line and hint.
    """
    file = path / FILE_NAME if path.is_dir() else path
    text = _read(file)
    values = _parse(file, text)
    source = Source(file, Lines(text))
    for name, value in values.items():
        if name not in KEYS:
            near = did_you_mean(name, KEYS)
            source.fail((name,), f'unknown section "{name}"', near or f"known sections: {', '.join(KEYS)}")
        if not isinstance(value, dict if name in SINGLE else list):
            source.fail((name,), f'section "{name}" has the wrong brackets', f"write it as {_heading(name)}")
    if "case" not in values:
        raise CaseError("the section [case] is missing", file=file, hint="`tidewaiter init` writes a complete example")
    head = _single(source, values, "case")
    case = Case(
        root=file.parent.resolve(),
        id=head.slug("id"),
        title=head.text("title"),
        question=head.text("question"),
        window=_window(source, head),
        places=_each(source, values, "places", entries.place),
        vessels=_each(source, values, "vessels", entries.vessel),
        legs=_each(source, values, "legs", entries.leg),
        items=_each(source, values, "items", contents.item),
        scenarios=_each(source, values, "scenarios", contents.scenario),
        inputs=_each(source, values, "inputs", entries.input_),
        confusables=_each(source, values, "confusables", entries.confusable),
        call_model=models.call_model(_single(source, values, "calls_model")),
        load_model=models.load_model(_single(source, values, "load_model")),
        claim_model=models.claim_model(_single(source, values, "claims_model")),
        list_model=models.list_model(_single(source, values, "lists_model")),
        track_model=models.track_model(_single(source, values, "tracks")),
        lists=_each(source, values, "lists", witnesses.detection_list),
        sources=_each(source, values, "sources", witnesses.speaker),
        flows=_each(source, values, "flows", balances.flow),
        balances=_each(source, values, "balances", balances.balance),
        what_ifs=_each(source, values, "what_ifs", balances.what_if),
        as_of=head.days("as_of"),
        limits=head.texts("limits"),
        seed=head.whole("seed", 1, low=0, high=2**32 - 1),
        draws=head.whole("draws", 2000, low=100, high=100_000),
    )
    check(case, source)
    return case


def _window(source: Source, head: Section) -> Window:
    span = head.interval("window")
    if span.start is None or span.end is None:
        source.fail(
            ("case", "window"),
            "the window of the case needs both ends",
            'window = { from = "2023-08", to = "2025-03" }',
        )
    return Window(span.start, span.end)


def _read(file: Path) -> str:
    if file.name != FILE_NAME or not file.is_file():
        hint = "give the folder that holds case.toml, or start one with `tidewaiter init`"
        raise CaseError("there is no case.toml here", file=file, hint=hint)
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise CaseError(f"cannot be read: {error.strerror}", file=file) from error
    if len(raw) > LARGEST_FILE:
        raise CaseError(
            "is larger than 1 MiB", file=file, hint="case.toml holds declarations; data belong into inputs/"
        )
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise CaseError("is not UTF-8 text", file=file, line=line, hint="save the file as UTF-8") from None


def _parse(file: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1 if "end of document" in str(error) else None
        what = re.sub(r" \(at .*\)$", "", str(error)).rstrip(".")
        what = "too deeply nested" if isinstance(error, RecursionError) else what[:1].lower() + what[1:200]
        hint = 'texts stand in quotes, lists in [ ], and every key has its "=": name = "Amber quay"'
        if "overwrite" in what:
            hint = "the key is written twice in one table; a second place or vessel needs its own [[places]] or [[vessels]]"
        raise CaseError(f"is not valid TOML: {what}", file=file, line=line, hint=hint) from None


def _heading(name: str) -> str:
    return f"[{name}]" if name in SINGLE else f"[[{name}]]"


def _single(source: Source, values: dict[str, Any], name: str) -> Section:
    return Section(source, (name,), values.get(name, {}), KEYS[name])


def _each(source: Source, values: dict[str, Any], name: str, make: Callable[[Section], Entry]) -> tuple[Entry, ...]:
    tables = values.get(name, [])
    if len(tables) > MOST_ENTRIES:
        source.fail((name,), f"more than {MOST_ENTRIES} entries in [[{name}]]")
    return tuple(make(Section(source, (name, i), table, KEYS[name])) for i, table in enumerate(tables))
