"""What only the whole case can tell: ids used twice, references to nothing, names that two things share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.case.names import fold, place_names, shared_names, vessel_names
from tidewaiter.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidewaiter.case.section import Source
    from tidewaiter.model import Case, Interval


def check(case: Case, source: Source) -> None:
    """Check a case that is complete.

    Raises:
        CaseError: at the line of the first thing that cannot be.
    """
    _unique_ids(case, source)
    _references(case, source)
    _names(case, source)
    used = (("vessels", [v.active for v in case.vessels]), ("legs", [leg.active for leg in case.legs]))
    for section, spans in used:
        for index, active in enumerate(spans):
            if active and not any(_overlap(span, case.window) for span in active):
                message = f"{section}.active lies wholly outside the window of the case"
                source.fail((section, index, "active"), message, "leave the entry out, or correct the dates")


def _unique_ids(case: Case, source: Source) -> None:
    declared = (
        ("places", [p.id for p in case.places]),
        ("vessels", [v.id for v in case.vessels]),
        ("items", [i.id for i in case.items]),
        ("scenarios", [s.id for s in case.scenarios]),
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


def _references(case: Case, source: Source) -> None:
    places = [p.id for p in case.places]
    vessels = [v.id for v in case.vessels]
    for index, place in enumerate(case.places):
        if place.part_of:
            _known(source, ("places", index, "part_of"), "place", place.part_of, places)
    _no_circle(case, source)
    for index, leg in enumerate(case.legs):
        _known(source, ("legs", index, "origin"), "place", leg.origin, places)
        _known(source, ("legs", index, "destination"), "place", leg.destination, places)
        if leg.origin == leg.destination:
            source.fail(("legs", index, "destination"), f'this leg starts and ends at "{leg.origin}"')
    for index, scenario in enumerate(case.scenarios):
        _known(source, ("scenarios", index, "item"), "item", scenario.item, [i.id for i in case.items])
    for index, confusable in enumerate(case.confusables):
        _known(source, ("confusables", index, "meant"), "place or vessel", confusable.meant, places + vessels)


def _known(source: Source, path: tuple[str | int, ...], what: str, ident: str, known: list[str]) -> None:
    if ident not in known:
        listed = f"declared: {', '.join(known[:12])}" if known else f"no {what} is declared yet"
        source.fail(path, f'unknown {what} "{ident}"', did_you_mean(ident, known) or listed)


def _no_circle(case: Case, source: Source) -> None:
    parent = {p.id: p.part_of for p in case.places}
    for index, place in enumerate(case.places):
        above, seen = place.part_of, {place.id}
        while above:
            if above in seen:
                source.fail(
                    ("places", index, "part_of"), f'"{place.id}" is part of itself', "break the circle of part_of"
                )
            seen.add(above)
            above = parent[above]


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


def _overlap(span: Interval, window: Interval) -> bool:
    starts_in_time = span.start is None or window.end is None or span.start < window.end
    return starts_in_time and (span.end is None or window.start is None or span.end > window.start)
