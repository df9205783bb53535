"""Who had the number first: derivation chains walked to their root, and numbers that turn up again later.

Claims that share an origin count once. A stated source, an arithmetic step on one's own count and an inferred link are
kept apart; a number that another claimant repeats later without naming a source is only "probably" of the same origin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tidewaiter.tally.claim import Claim


class Trace(msgspec.Struct, frozen=True):
    """Where a claim comes from.

    Attributes:
        origin: id of the claim at the end of the chain, its own when it is one.
        parent: id of the claim it rests on directly, empty for an origin.
        link: origin | stated | arithmetic | inferred | probable.
        flags: words of the table in `tidewaiter.tally.claims`.
    """

    origin: str
    parent: str
    link: str
    flags: tuple[str, ...] = ()


def trace(claims: Sequence[Claim], load_unit: str) -> dict[str, Trace]:
    """Return the trace of every claim, by claim id.

    Args:
        claims: with distinct ids.
        load_unit: quantity of the claims that a count of items can have been computed from ("container").
    """
    by_id = {claim.claim_id: claim for claim in claims}
    links = {claim.claim_id: _link(claim, by_id, load_unit) for claim in claims}
    origins = {claim_id: _root(claim_id, links, by_id) for claim_id in links}
    traces = {}
    for claim in claims:
        parent, link = links[claim.claim_id]
        origin, circular = origins[claim.claim_id]
        flags = []
        if any(other not in by_id for other in claim.derived_from):
            flags.append("derived-from-unknown")
        if len({origins[p][0] for p in claim.derived_from if p in by_id}) > 1:
            flags.append("several-origins")
        if circular:
            flags.append("derived-in-circle")
        if origin == claim.claim_id:
            parent, link = "", "origin"
        elif claim.same_number(by_id[parent]):
            if claim.speaker == by_id[parent].speaker:
                flags.append("repeated")
            elif link in {"inferred", "probable"}:
                flags.append("same-number-later")
        traces[claim.claim_id] = Trace(origin, parent, link, tuple(flags))
    return traces


def ancestors(claim_id: str, traces: Mapping[str, Trace]) -> list[str]:
    """Return the claims a claim rests on, nearest first."""
    chain: list[str] = []
    parent = traces[claim_id].parent
    while parent:
        chain.append(parent)
        parent = traces[parent].parent
    return chain


def _link(claim: Claim, by_id: Mapping[str, Claim], load_unit: str) -> tuple[str, str]:
    """Return the parent and the strength of the link; ("", "origin") when there is none."""
    for parent in claim.derived_from:
        if parent in by_id and parent != claim.claim_id:
            return parent, claim.derivation or "inferred"
    if claim.containers_base is not None:
        base = [
            other
            for other in by_id.values()
            if other.quantity == load_unit
            and other.speaker == claim.speaker
            and claim.containers_base in other.numbers
            and not other.said_after(claim)
            and claim.quantity != load_unit
        ]
        if base:
            return min(base, key=_age).claim_id, "arithmetic"
    earlier = [other for other in by_id.values() if claim.same_number(other) and claim.said_after(other)]
    own = [other for other in earlier if other.speaker == claim.speaker]
    if own:
        return min(own, key=_age).claim_id, "inferred"
    if earlier:
        return min(earlier, key=_age).claim_id, "probable"
    return "", "origin"


def _root(claim_id: str, links: Mapping[str, tuple[str, str]], by_id: Mapping[str, Claim]) -> tuple[str, bool]:
    """Return the end of the chain; a chain that bites its tail ends at the claim of the circle stated first."""
    seen: list[str] = []
    current = claim_id
    while current not in seen:
        seen.append(current)
        parent = links[current][0]
        if not parent:
            return current, False
        current = parent
    circle = seen[seen.index(current) :]
    return min((by_id[c] for c in circle), key=_age).claim_id, claim_id in circle


def _age(claim: Claim) -> tuple[bool, str, str]:
    return not claim.stated, claim.stated, claim.claim_id
