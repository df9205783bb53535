"""Numbers computed from other numbers: what the containers would hold, what the voyages carried."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from tidewaiter.reports.origins.agreement import voices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tidewaiter.reports.origins.agreement import Told

BEARERS = {
    **dict.fromkeys(("voyage", "ship", "call", "shipment", "train", "flight"), 0),
    **dict.fromkeys(("container", "wagon", "vehicle"), 1),
    "tonne": 2,
}
"""Units that hold others; the smaller the number, the larger the vessel."""
CONTENTS = {"container": 1, "tonne": 2, "barrel": 2, "round": 3, "rocket": 3, "missile": 3, "bomb": 3}
ADJACENT = 400
"""Characters between a count and the sentence that converts it."""
SOON = 45
"""Days within which another voice converts a count."""
CARRIED = ("carried", "sentence before", "taken up")
"""Words of the rules that take a period or a ship over from the sentence before: it speaks of the same goods."""


def derived(told: Sequence[Told]) -> Iterator[tuple[str, str, str, str]]:
    """Yield count, conversion, why in words, and whether the text states it or it is inferred.

    Args:
        told: by time.
    """
    documents: dict[str, list[Told]] = {}
    bearers: dict[tuple[str, str], list[Told]] = {}
    for t in told:
        documents.setdefault(t.claim.doc, []).append(t)
        if _countable(t) and t.claim.unit in BEARERS and not t.claim.condition and t.published is not None:
            bearers.setdefault(_way(t), []).append(t)
    days = {way: [t.published[0] for t in ts if t.published is not None] for way, ts in bearers.items()}
    for doc in documents.values():
        in_order = sorted(doc, key=lambda t: (t.claim.start, t.claim.qty_start or 0, t.claim.id))
        for n, content in enumerate(in_order):
            if not _countable(content) or content.claim.unit not in CONTENTS:
                continue
            near = _beside(content, in_order[max(0, n - 6) : n])
            if near is not None:
                yield near
            elif content.claim.condition and content.published is not None:
                way = _way(content)
                stop = bisect_right(days.get(way, []), content.published[1])
                far = _before(content, bearers.get(way, [])[max(0, stop - 40) : stop])
                if far is not None:
                    yield far


def _beside(content: Told, before: Sequence[Told]) -> tuple[str, str, str, str] | None:
    """Find the count that stands before its conversion in the same document."""
    claim = content.claim
    for count in reversed(before):
        close = claim.start - count.claim.end <= ADJACENT or claim.statement == count.claim.statement != ""
        if not close or not _holds(count, content) or count.claim.condition:
            continue
        if voices(count, content) == "different":
            continue
        taken_up = any(word in ground.rule for ground in claim.grounds.values() for word in CARRIED)
        ids = (count.claim.id, claim.id)
        if claim.condition:
            return *ids, f"a conversion under a condition ({claim.condition})", "stated"
        if taken_up and claim.start >= count.claim.end:
            return *ids, "the next sentence takes the count up", "stated"
        if claim.modality == "estimated" and count.claim.modality != "estimated" and claim.start >= count.claim.end:
            return *ids, "an estimate right after the count", "inferred"
    return None


def _before(content: Told, earlier: Sequence[Told]) -> tuple[str, str, str, str] | None:
    """Find the count that a conversion in another document rests on: the last one of its own origin, else of any."""
    found = [t for t in earlier if _holds(t, content) and t.claim.doc != content.claim.doc and _soon(t, content)]
    own = [t for t in found if voices(t, content) in {"same", "part"}]
    for choice, whose in ((own, "its own count"), (found, "the count of another origin")):
        if choice:
            last = choice[-1].claim.id
            return last, content.claim.id, f"a conversion under a condition, {whose} came before", "inferred"
    return None


def _holds(count: Told, content: Told) -> bool:
    rank = BEARERS.get(count.claim.unit)
    if rank is None or not _countable(count) or rank >= CONTENTS[content.claim.unit]:
        return False
    compatible = all(not (a and b and a != b) for a, b in zip(_countries(count), _countries(content), strict=True))
    return compatible and max(content.numbers) > min(count.numbers)


def _countable(t: Told) -> bool:
    return bool(t.numbers) and not t.claim.per and t.claim.modality != "denied" and t.claim.predicate != "lost"


def _soon(count: Told, content: Told) -> bool:
    if count.published is None or content.published is None:
        return False
    return content.published[0] - count.published[0] <= SOON


def _countries(t: Told) -> tuple[str | None, str | None]:
    return t.claim.origin_country, t.claim.destination_country


def _way(t: Told) -> tuple[str, str]:
    return t.claim.origin_country or "", t.claim.destination_country or ""
