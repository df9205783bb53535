"""What only the whole case can tell: references to nothing, units that do not fit, days outside the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.case import clashes
from tidewaiter.errors import did_you_mean

if TYPE_CHECKING:
    from tidewaiter.case.section import Source
    from tidewaiter.model import Case, Interval


def check(case: Case, source: Source) -> None:
    """Check a case that is complete.

    Raises:
        CaseError: at the line of the first thing that cannot be.
    """
    clashes.check(case, source)
    _references(case, source)
    _contents(case, source)
    _balances(case, source)
    _what_ifs(case, source)
    _days(case, source)
    used = (("vessels", [v.active for v in case.vessels]), ("legs", [leg.active for leg in case.legs]))
    for section, spans in used:
        for index, active in enumerate(spans):
            if active and not any(_overlap(span, case.window) for span in active):
                message = f"{section}.active lies wholly outside the window of the case"
                source.fail((section, index, "active"), message, "leave the entry out, or correct the dates")


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


def _contents(case: Case, source: Source) -> None:
    masses = {item.id: item.kg_per_unit for item in case.items}
    for index, scenario in enumerate(case.scenarios):
        if scenario.payload_t is None or masses[scenario.item] is not None:
            continue
        if not scenario.mix or any(part.kg_per_item is None for part in scenario.mix):
            where = "the item" if not scenario.mix else "each item in the mix"
            hint = f'add kg_per_unit to the item "{scenario.item}"' + (
                ", or kg_per_item to each kind" if scenario.mix else ""
            )
            source.fail(("scenarios", index, "payload_t"), f"a payload needs to know how heavy {where} is", hint)


def _balances(case: Case, source: Source) -> None:
    units = {item.id: item.unit for item in case.items}
    scenarios = {scenario.id: scenario for scenario in case.scenarios}
    flows = {flow.id: flow for flow in case.flows}
    for index, balance in enumerate(case.balances):
        _known(source, ("balances", index, "scenario"), "scenario", balance.scenario, list(scenarios))
        unit = units[scenarios[balance.scenario].item]
        for key, ident in (("consumption", balance.consumption), ("production", balance.production)):
            if not ident:
                continue
            _known(source, ("balances", index, key), "flow", ident, list(flows))
            if flows[ident].unit.casefold() != unit.casefold():
                message = f'the flow "{ident}" is in {flows[ident].unit}, the item of the scenario in {unit}'
                source.fail(("balances", index, key), message, "a balance compares what has one unit")
        if balance.consumption == balance.production:
            source.fail(("balances", index, "production"), "consumption and production are the same flow")


def _what_ifs(case: Case, source: Source) -> None:
    ends = sorted({leg.destination for leg in case.legs if leg.measured})
    for index, change in enumerate(case.what_ifs):
        _known(source, ("what_ifs", index, "balance"), "balance", change.balance, [b.id for b in case.balances])
        for n, place in enumerate(change.legs):
            _known(source, ("what_ifs", index, "legs", n), "destination of a measured leg", place, ends)
        for n, vessel in enumerate(change.vessels):
            _known(source, ("what_ifs", index, "vessels", n), "vessel", vessel, [v.id for v in case.vessels])


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


def _days(case: Case, source: Source) -> None:
    first = case.window.start.date()
    for day in case.as_of:
        if day < first:
            message = f"case.as_of: {day} lies before the window of the case, which starts on {first}"
            source.fail(("case", "as_of"), message, "take the day out, or correct the window")


def _overlap(span: Interval, window: Interval) -> bool:
    starts_in_time = span.start is None or window.end is None or span.start < window.end
    return starts_in_time and (span.end is None or window.start is None or span.end > window.start)
