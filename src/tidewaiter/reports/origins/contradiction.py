"""Totals that cannot all be true: interval logic over running counts, across origins and along the series of one.

A growing series is no conflict, nor are different goods, routes or windows. A headline that says less exactly what its body
says has lost precision; it contradicts nobody.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import msgspec

from tidewaiter.reports.origins import extent
from tidewaiter.reports.origins.agreement import told, voices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tidewaiter.reports.claim import TextClaim
    from tidewaiter.reports.origins.agreement import Told
    from tidewaiter.reports.origins.merge import Merged

TOTALS = frozenset({"delivered", "deployed", "lost", "voyages", "produced", "trained"})
"""Predicates whose counts only grow."""
LEVELS = frozenset({"stock", "share"})
"""Predicates whose counts go up and down: two of them can clash only at one time."""
A_WEEK = 7
"""Days after which a total may have grown."""

MOST_HELD_AGAINST = 100
"""Claims with the lowest upper bounds that each is held against, of one item and way."""


class Contradiction(msgspec.Struct, frozen=True):
    """Two claims that cannot both be true.

    Attributes:
        a, b: ids, the one told for the earlier day first.
        kind: "conflict" (two origins, one window) | "total exceeded" (more by one day than another origin allows for a
            later one) | "shrinking series" (an origin that says less than it said before).
        why: in words.
    """

    a: str
    b: str
    kind: Literal["conflict", "total exceeded", "shrinking series"]
    why: str


def contradictions(claims: Sequence[TextClaim], merged: Merged | None = None) -> list[Contradiction]:
    """Return the claims that contradict each other, by time.

    Args:
        claims: with distinct ids, in any order.
        merged: groups of the same claims; the best-told claim of each group then stands for it.
    """
    group_of = {} if merged is None else merged.group_of()
    blocks: dict[tuple[object, ...], dict[object, Told]] = {}
    for t in sorted((told(claim) for claim in claims), key=lambda t: t.at):
        claim = t.claim
        if (
            not t.numbers
            or claim.predicate not in TOTALS | LEVELS
            or claim.modality in {"denied", "expected"}
            or claim.condition
            or claim.joined == "or"
        ):
            continue
        key = (claim.item, claim.unit, claim.predicate, claim.per, claim.origin_country, claim.destination_country)
        block = blocks.setdefault(key, {})
        group = group_of.get(claim.id, claim.id)
        if group not in block or _fidelity(t) > _fidelity(block[group]):
            block[group] = t
    found: list[Contradiction] = []
    for block in blocks.values():
        found.extend(_within(list(block.values())))
    place = {claim_id: n for n, claim_id in enumerate(sorted(c.id for c in claims))}
    return sorted(found, key=lambda c: (place[c.a], place[c.b]))


def _fidelity(t: Told) -> tuple[bool, bool, bool, int]:
    """Tell how well a claim is told: with a source, with a bound or a range, in its own sentence, with a period."""
    claim = t.claim
    dated = (claim.period_start is not None) + (claim.period_end is not None)
    return bool(claim.sources), claim.relation != "eq", claim.attribution == "explicit", dated


def _within(block: Sequence[Told]) -> Iterator[Contradiction]:
    """Compare the highest lower bounds with the upper bounds below them; pairs that agree cost nothing."""
    reach = {t.claim.id: extent.reach(t.claim) for t in block}
    by_high = sorted(block, key=lambda t: (reach[t.claim.id][1], t.at))
    seen: dict[tuple[object, ...], None] = {}
    for t in block:
        low = reach[t.claim.id][0]
        for other in by_high[:MOST_HELD_AGAINST]:
            if reach[other.claim.id][1] >= low:
                break
            found = _clash(more=t, less=other, reach=reach)
            if found is not None and (key := _pair_key(t, other)) not in seen:
                seen[key] = None
                yield found


def _clash(more: Told, less: Told, reach: Mapping[str, tuple[float, float]]) -> Contradiction | None:
    """Tell how two claims clash of which one says more than the other one allows."""
    agreed = voices(more, less)
    named = bool(more.claim.sources) and bool(less.claim.sources)
    if not named or not _comparable(more, less):
        return None  # what nobody said cannot contradict; a headline has lost its source
    one_origin = agreed in {"same", "part"}
    day, later = extent.day_told(more.claim), extent.day_told(less.claim)
    amounts = f"{_words(more)} against {_words(less)}"
    if more.claim.predicate in LEVELS or more.claim.per:
        if one_origin or not _one_window(more, less):
            return None
        return _report("conflict", more, less, f"different origins for one time: {amounts}")
    if one_origin:
        recalled = more.claim.doc == less.claim.doc and not (more.claim.period_end and less.claim.period_end)
        if day is None or later is None or later <= day or recalled or not _inside(more, less):
            return None  # a text that gives an earlier total beside the last one recalls it
        return _report("shrinking series", more, less, f"the total of one origin falls: {amounts} later")
    grown = day is not None and later is not None and day - later > A_WEEK
    if _one_window(more, less) and not grown:
        return _report("conflict", more, less, f"different origins for one window: {amounts}")
    if day is not None and later is not None and day <= later and _inside(more, less):
        bound = reach[less.claim.id][1]
        return _report(
            "total exceeded", more, less, f"{amounts}, though at most {bound:,.0f} by a later day would be allowed"
        )
    return None


def _comparable(more: Told, less: Told) -> bool:
    """Tell whether the larger count is of the same goods on a way that the smaller one includes."""
    ours, theirs = more.claim, less.claim
    if more.carriers != less.carriers and less.carriers:
        return False
    by = not theirs.mode or theirs.mode == ours.mode
    places = _covers(theirs.route_from, ours.route_from) and _covers(theirs.route_to, ours.route_to)
    return by and places


def _covers(wider: tuple[str, ...], narrower: tuple[str, ...]) -> bool:
    return not wider or (bool(narrower) and set(narrower) <= set(wider))


def _inside(part: Told, whole: Told) -> bool:
    """Tell whether the window of one total lies in that of another, as far as starts are told.

    A short window is an event, no running total; a total without any date may be one shipment, so that it holds only
    what is as undated and was told about the same time.
    """
    start, begun = part.window.start, whole.window.start
    if extent.is_event(whole.window):
        return False
    if begun is None and whole.claim.period_end is None:
        undated = start is None and part.claim.period_end is None
        return undated and bool(part.published and whole.published) and _gap(_end(part), _end(whole)) <= extent.NEAR
    if begun is None:
        return True
    return start is not None and start[1] >= begun[0] - extent.NEAR


def _one_window(a: Told, b: Told) -> bool:
    """Tell whether two claims are told for one window: starts and ends no further apart than months are told."""
    if extent.is_event(a.window) or extent.is_event(b.window):
        overlap = a.window.first <= b.window.last and b.window.first <= a.window.last
        return overlap and abs(a.window.length - b.window.length) <= 1
    starts = (a.window.start, b.window.start)
    if (starts[0] is None) != (starts[1] is None):
        return False
    if starts[0] is not None and starts[1] is not None and _gap(starts[0], starts[1]) > extent.NEAR:
        return False
    ends = (_end(a), _end(b))
    undated = [t.claim.period_start is None and t.claim.period_end is None for t in (a, b)]
    return undated[0] == undated[1] and None not in ends and _gap(*ends) <= extent.NEAR


def _end(t: Told) -> tuple[int, int] | None:
    return t.window.end or extent.days(t.claim.period_end) or t.published


def _gap(a: tuple[int, int] | None, b: tuple[int, int] | None) -> float:
    if a is None or b is None:
        return math.inf
    return max(a[0] - b[1], b[0] - a[1], 0)


def _words(t: Told) -> str:
    claim = t.claim
    sign = {"gt": "more than ", "ge": "at least ", "lt": "nearly ", "le": "up to ", "approx": "about "}
    amount = " to ".join(f"{n:,.10g}" for n in t.numbers)
    return f"{sign.get(claim.relation or '', '')}{amount} {claim.unit or claim.item} ({claim.sources[-1]})"


def _report(
    kind: Literal["conflict", "total exceeded", "shrinking series"], more: Told, less: Told, why: str
) -> Contradiction:
    first, second = sorted((more, less), key=lambda t: (extent.day_told(t.claim) or 0, t.at))
    return Contradiction(first.claim.id, second.claim.id, kind, why)


def _pair_key(a: Told, b: Told) -> tuple[object, ...]:
    """Two claims by what they say: a conflict that ten articles repeat is one conflict."""
    return tuple(
        sorted(
            (min(t.roots, default=""), t.numbers, t.claim.period_start or "", t.claim.period_end or "") for t in (a, b)
        )
    )
