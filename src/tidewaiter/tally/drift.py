"""What happens to numbers on their way: conditions lost, alternatives added up, base periods moved, totals made annual.

Each function looks at one kind of change and yields (claim id, flag). A faithful retelling raises none of them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tidewaiter.tally.claim import TELLING
from tidewaiter.tally.origins import ancestors
from tidewaiter.tally.windows import modes_of, told_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tidewaiter.model import Interval
    from tidewaiter.tally.claim import Claim
    from tidewaiter.tally.origins import Trace

    Flags = Iterator[tuple[str, str]]

MOVED = timedelta(days=45)
"""Starts are stated to the month; one that differs by more than a month and a half is another base period."""


def drift(claims: Sequence[Claim], traces: Mapping[str, Trace], case: Interval) -> dict[str, list[str]]:
    """Return the flags of every claim, by claim id, in the order of the table in `tidewaiter.tally.claims`.

    Args:
        claims: with distinct ids.
        traces: of the same claims.
        case: window of the case; a claim without a start counts from there.
    """
    flags: dict[str, list[str]] = {claim.claim_id: [] for claim in claims}
    for found in (
        _conditions(claims, traces),
        _alternatives(claims, traces),
        _retold_periods(claims, traces),
        _series(claims, case),
        _contradictions(claims, traces, case),
        _answers(claims),
    ):
        for claim_id, flag in found:
            if flag not in flags[claim_id]:
                flags[claim_id].append(flag)
    return flags


def _conditions(claims: Sequence[Claim], traces: Mapping[str, Trace]) -> Flags:
    by_id = {claim.claim_id: claim for claim in claims}
    for claim in claims:
        if claim.condition:
            yield claim.claim_id, "capacity"
            continue
        earlier = [by_id[i] for i in ancestors(claim.claim_id, traces)]
        earlier += [other for other in claims if claim.said_after(other)]
        if any(other.condition and claim.same_number(other) for other in earlier):
            yield claim.claim_id, "condition-dropped"


def _alternatives(claims: Sequence[Claim], traces: Mapping[str, Trace]) -> Flags:
    statements: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.statement:
            statements.setdefault(claim.statement, []).append(claim)
    choices = [s for s in statements.values() if len(s) > 1 and all(c.joined == "or" for c in s)]
    for choice in choices:
        ids = {claim.claim_id for claim in choice}
        for claim in choice:
            yield claim.claim_id, "alternatives"
        for others in statements.values():
            retold = [c for c in others if c.joined == "and" and ids & set(ancestors(c.claim_id, traces))]
            if len(retold) > 1:
                yield from ((claim.claim_id, "or-became-and") for claim in retold)
        total = sum(claim.figure or 0.0 for claim in choice)
        for claim in claims:
            linked = ids & set(ancestors(claim.claim_id, traces)) or claim.said_after(choice[0])
            if linked and claim.quantity == choice[0].quantity and claim.figure == total >= TELLING:
                yield claim.claim_id, "or-became-and"


def _retold_periods(claims: Sequence[Claim], traces: Mapping[str, Trace]) -> Flags:
    by_id = {claim.claim_id: claim for claim in claims}
    for claim in claims:
        parent = by_id.get(traces[claim.claim_id].parent)
        retold = traces[claim.claim_id].link != "probable"
        if parent is None or not retold or parent.numbers != claim.numbers or not claim.numbers:
            continue
        if parent.quantity != claim.quantity:
            yield claim.claim_id, "unit-changed"
        elif claim.per and not parent.per:
            yield claim.claim_id, "cumulative-became-annual"
        elif claim.t_start and parent.t_start is None:
            yield claim.claim_id, "start-added"
        elif claim.t_start and parent.t_start and abs(claim.t_start - parent.t_start) > MOVED:
            yield claim.claim_id, "base-period-changed"


def _series(claims: Sequence[Claim], case: Interval) -> Flags:
    """Compare each cumulative number with what the same claimant said of the same thing before."""
    told = [c for c in claims if c.category == "delivery" and c.numbers and not c.per]
    for claim in told:
        before = [
            o for o in told if o.speaker == claim.speaker and o.quantity == claim.quantity and claim.said_after(o)
        ]
        dated = [o for o in before if o.t_start is not None]
        if claim.t_start is not None and dated:
            last = max(dated, key=lambda o: (o.stated, o.claim_id))
            if last.t_start is not None and abs(claim.t_start - last.t_start) > MOVED:
                yield claim.claim_id, "base-period-changed"
        for other in before:
            same_thing = (other.item, other.condition) == (claim.item, claim.condition)
            if same_thing and _goes_on(claim, other, case) and claim.reach[1] < other.reach[0]:
                yield claim.claim_id, "shrinking-series"


def _contradictions(claims: Sequence[Claim], traces: Mapping[str, Trace], case: Interval) -> Flags:
    """Find totals that cannot both hold: more in a span than another origin allows for a span that contains it."""
    told = [c for c in claims if c.category == "delivery" and c.numbers and not c.per and not c.condition]
    own = [c for c in told if traces[c.claim_id].link in {"origin", "arithmetic"}]
    for claim in told:
        for other in own:
            if traces[claim.claim_id].origin == traces[other.claim_id].origin or claim.speaker == other.speaker:
                continue
            if claim.quantity == other.quantity and (_too_much(claim, other, case) or _too_much(other, claim, case)):
                yield claim.claim_id, f"contradicts:{other.claim_id}"


def _answers(claims: Sequence[Claim]) -> Flags:
    known = {claim.claim_id for claim in claims}
    words = {"denial": "denied-by", "finding": "finding"}
    for answer in claims:
        for concerned in answer.concerns:
            if concerned in known and answer.category in words:
                yield concerned, f"{words[answer.category]}:{answer.claim_id}"


def _too_much(part: Claim, whole: Claim, case: Interval) -> bool:
    """Tell whether `part` states more than `whole` allows, although its time and its routes lie inside those of `whole`.

    A number that is joined with others in one statement is no whole.
    """
    wider = modes_of(whole.route)
    routes = modes_of(part.route)
    inside = not wider or (bool(routes) and routes <= wider)
    return inside and not whole.joined and _covers(whole, part, case) and part.reach[0] > whole.reach[1]


def _covers(whole: Claim, part: Claim, case: Interval) -> bool:
    """Tell whether the time of one claim contains that of another."""
    start, end = told_span(whole, case)
    first, last = told_span(part, case)
    return start <= first and last <= end


def _goes_on(claim: Claim, other: Claim, case: Interval) -> bool:
    """Tell whether a claim counts on from where another of the same series stood, so that it cannot be less."""
    starts = claim.t_start is None or other.t_start is None or claim.t_start <= other.t_start + MOVED
    return starts and told_span(claim, case)[1] >= told_span(other, case)[1]
