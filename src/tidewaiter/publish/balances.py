"""Flows known from claims, and what a receiver uses against what the line brings: now, and if the line changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.model import Balance, Flow, Quantiles  # noqa: TC001 - msgspec reads the annotation at run time
from tidewaiter.publish.leverage import of_kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tidewaiter.model import Case, Measurement, WhatIf


class Step(msgspec.Struct, frozen=True):
    """A month after a change: part of the use that stays uncovered, and the chance of any gap ("" = not known)."""

    month: float
    uncovered: str
    gap: str


class Change(msgspec.Struct, frozen=True):
    """A what-if: what changes, in pieces that may name things of the case, and what follows.

    Attributes:
        flow: part of the line that goes on; None when that is not what changes.
        places, vessels: names of destinations that are closed and of ships that take no part.
    """

    label: str
    flow: float | None
    places: tuple[str, ...]
    vessels: tuple[str, ...]
    steps: tuple[Step, ...]


class Book(msgspec.Struct, frozen=True):
    """One balance.

    Attributes:
        covered: measurement of the part of consumption that the line covers, "" when it was not measured.
        scenario: label of the scenario under which the line brings usable items.
        assumptions: (words, points, source) of all it rests on besides the tally.
    """

    balance: Balance
    scenario: str
    covered: str
    changes: tuple[Change, ...]
    assumptions: tuple[tuple[str, Quantiles, str], ...]


class Stream(msgspec.Struct, frozen=True):
    """A flow with the ids of its total now and before any claim, "" when they were not measured."""

    flow: Flow
    total: str
    prior: str


def streams(case: Case, measured: Mapping[str, Measurement]) -> list[Stream]:
    """Return the flows of which anything was measured."""
    found = []
    for flow in case.flows:
        total, prior = f"flow.{flow.id}.total", f"prior.flow.{flow.id}.total"
        if total in measured or prior in measured:
            found.append(Stream(flow, total if total in measured else "", prior if prior in measured else ""))
    return found


def books(case: Case, rows: Sequence[dict[str, Any]], measured: Mapping[str, Measurement]) -> list[Book]:
    """Return the balances of the case of which anything was measured.

    Args:
        case: declares balances and what-ifs.
        rows: of ANSWERS.
        measured: measurements by id; rows without one are left out.
    """
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in of_kind(rows, "balance", measured):
        parts.setdefault(row["part"], []).append(row)
    labels = {s.id: s.label for s in case.scenarios}
    found = []
    for balance in case.balances:
        covered = next((r["measurement"] for r in parts.get(balance.id, ()) if r["setting"] is None), "")
        changes = tuple(
            change
            for what_if in case.what_ifs
            if what_if.balance == balance.id and (change := _change(case, what_if, parts.get(what_if.id, ()), measured))
        )
        if covered or changes:
            scenario = labels.get(balance.scenario, balance.scenario)
            found.append(Book(balance, scenario, covered, changes, tuple(_assumptions(case, balance))))
    return found


def _change(
    case: Case, what_if: WhatIf, rows: Sequence[dict[str, Any]], measured: Mapping[str, Measurement]
) -> Change | None:
    steps = [
        Step(float(r["setting"]), r["measurement"], r["other"] if r["other"] in measured else "")
        for r in rows
        if r["setting"] is not None
    ]
    if not steps:
        return None
    places = {p.id: p.name for p in case.places}
    vessels = {v.id: v.name for v in case.vessels}
    return Change(
        label=what_if.label,
        flow=None if what_if.flow == 1 else what_if.flow,
        places=tuple(places.get(k, k) for k in what_if.legs),
        vessels=tuple(vessels.get(k, k) for k in what_if.vessels),
        steps=tuple(sorted(steps, key=lambda s: s.month)),
    )


def _assumptions(case: Case, balance: Balance) -> list[tuple[str, Quantiles, str]]:
    flows = {f.id: f for f in case.flows}
    found = []
    for key, words in ((balance.consumption, "used a month"), (balance.production, "own production a month")):
        if key in flows:
            flow = flows[key]
            found.append((f"{flow.label}: {words}, in the first month", flow.per_month, flow.source))
            found.append((f"{flow.label}: change from month to month, log scale", flow.monthly_change, ""))
    if balance.stock is not None:
        found.append(("part of what came so far that is still in stock", balance.stock, ""))
    return found
