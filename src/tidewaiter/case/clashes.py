"""Ids that are used twice and names that two things share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.case.names import fold, fold_speaker, list_names, place_names, shared_names, vessel_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidewaiter.case.section import Source
    from tidewaiter.model import Case

MOST_LISTS = 8  # each more doubles the ways in which a voyage can be seen


def check(case: Case, source: Source) -> None:
    """Check that ids and names tell things apart.

    Raises:
        CaseError: at the line of the second thing with an id or a name.
    """
    _unique_ids(case, source)
    _names(case, source)
    _list_names(case, source)
    _speakers(case, source)


def _unique_ids(case: Case, source: Source) -> None:
    declared = (
        ("places", [p.id for p in case.places]),
        ("vessels", [v.id for v in case.vessels]),
        ("items", [i.id for i in case.items]),
        ("scenarios", [s.id for s in case.scenarios]),
        ("lists", [x.id for x in case.lists]),
        ("sources", [s.id for s in case.sources]),
        ("flows", [f.id for f in case.flows]),
        ("balances", [b.id for b in case.balances]),
        ("what_ifs", [w.id for w in case.what_ifs]),
    )
    for section, idents in declared:
        seen: dict[str, int] = {}
        for index, ident in enumerate(idents):
            first = seen.setdefault(ident, index)
            if first != index:
                line = source.lines.of((section, first, "id"))
                message = f'the id "{ident}" is used twice in [[{section}]]'
                source.fail(
                    (section, index, "id"), message, f"it is already used on line {line}; give this one another id"
                )


def _names(case: Case, source: Source) -> None:
    named: Iterable[tuple[str, list[tuple[str, list[str]]]]] = (
        ("places", [(p.id, place_names(p)) for p in case.places]),
        ("vessels", [(v.id, vessel_names(v)) for v in case.vessels]),
    )
    for section, entries in named:
        order = [ident for ident, _ in entries]
        for index, (ident, spellings) in enumerate(entries):
            for spelling in spellings:
                if not fold(spelling):
                    source.fail((section, index, "aliases"), f'"{spelling}" ({ident}) holds no letter or digit')
        for spelling, first, second in shared_names(entries):
            key = "aliases" if spelling in getattr(case, section)[order.index(second)].aliases else "name"
            message = f'"{spelling}" names two {section}: "{first}" and "{second}"'
            hint = "case, accents, spaces and hyphens do not tell names apart; take the name away from one of the two"
            source.fail((section, order.index(second), key), message, hint)
        taken = {fold(spelling): ident for ident, spellings in entries for spelling in spellings}
        for index, confusable in enumerate(case.confusables):
            if owner := taken.get(fold(confusable.written)):
                message = f'"{confusable.written}" is declared as confusable, and as a name of "{owner}"'
                source.fail(("confusables", index, "written"), message, "it can be only one of the two")


def _list_names(case: Case, source: Source) -> None:
    if len(case.lists) > MOST_LISTS:
        hint = "put lists together that see the same voyages for the same reason"
        source.fail(("lists", MOST_LISTS, "id"), f"more than {MOST_LISTS} entries in [[lists]]", hint)
    entries = [(entry.id, list_names(entry)) for entry in case.lists]
    order = [ident for ident, _ in entries]
    for spelling, first, second in shared_names(entries):
        message = f'"{spelling}" names two lists: "{first}" and "{second}"'
        hint = "tables of detections name a list by its id or its label; give one of the two another label"
        source.fail(("lists", order.index(second), "label"), message, hint)


def _speakers(case: Case, source: Source) -> None:
    owner: dict[str, int] = {}
    for index, speaker in enumerate(case.sources):
        for n, name in enumerate(speaker.names):
            first = owner.setdefault(fold_speaker(name), index)
            if first != index:
                message = f'"{name}" stands under two sources: "{case.sources[first].id}" and "{speaker.id}"'
                hint = "what stands in brackets behind a name does not tell sources apart"
                source.fail(("sources", index, "names", n), message, hint)
