"""Claims of the grammar and of a model about the same places, as one list.

Where both speak the grammar's word stands, and a different word of the model becomes a doubt. Where the grammar is silent
the model's word fills the gap; its ground keeps the rule "llm", so each field says who read it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidewaiter.reports.claim import Ground, TextClaim

_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("low", "high", "relation", "qty_text", "qty_start", "qty_end"),
    ("item", "item_text", "item_start", "item_end"),
    ("predicate",),
    ("modality",),
    ("origin_country",),
    ("destination_country",),
    ("carriers",),
    ("route_from",),
    ("route_to",),
    ("period_start", "period_end"),
    ("sources", "attribution"),
)
"""Fields that are filled together or not at all: half a period or half a range says something else."""
_AS_WRITTEN = frozenset({"qty_text", "qty_start", "qty_end", "item_text", "item_start", "item_end"})
_SILENT: dict[str, Any] = {"predicate": "other", "attribution": "none"}
"""What stands in a field of the grammar when nothing was read."""


def merge_claims(grammar_claims: Iterable[TextClaim], llm_claims: Iterable[TextClaim]) -> list[TextClaim]:
    """Return the claims of both, those at the same place as one, numbered anew in the order of each text.

    Two claims are at the same place when their quantities overlap; where one has no quantity, when their quotes overlap
    and their items do not differ. Each is used once, those that overlap most first.

    Args:
        grammar_claims: claims of the grammar, of one or more documents.
        llm_claims: claims of a model, of the same documents.
    """
    by_doc: dict[str, tuple[list[TextClaim], list[TextClaim]]] = defaultdict(lambda: ([], []))
    for claim in grammar_claims:
        by_doc[claim.doc][0].append(claim)
    for claim in llm_claims:
        by_doc[claim.doc][1].append(claim)
    return [claim for own, other in by_doc.values() for claim in _merge_document(own, other)]


def _merge_document(own: list[TextClaim], other: list[TextClaim]) -> list[TextClaim]:
    pairs = sorted(
        ((nearness, i, j) for i, a in enumerate(own) for j, b in enumerate(other) if (nearness := _nearness(a, b))),
        key=lambda pair: (*(-n for n in pair[0]), *pair[1:]),
    )
    partner: dict[int, int] = {}
    used: set[int] = set()
    for _, i, j in pairs:
        if i not in partner and j not in used:
            partner[i] = j
            used.add(j)
    merged = [_join(a, other[partner[i]]) if i in partner else a for i, a in enumerate(own)]
    merged += [b for j, b in enumerate(other) if j not in used]
    merged.sort(key=lambda claim: (claim.start, claim.start if claim.qty_start is None else claim.qty_start))
    return [msgspec.structs.replace(claim, id=f"{claim.doc}#{n}") for n, claim in enumerate(merged, start=1)]


def _nearness(own: TextClaim, other: TextClaim) -> tuple[int, int, int] | None:
    """How close two claims are, larger is closer: by quantity, by item, by quote; None when they are two claims."""
    quotes = min(own.end, other.end) - max(own.start, other.start)
    if quotes <= 0:
        return None
    same_item = int(bool(own.item) and own.item == other.item)
    if (
        own.qty_start is not None
        and own.qty_end is not None
        and other.qty_start is not None
        and other.qty_end is not None
    ):
        shared = min(own.qty_end, other.qty_end) - max(own.qty_start, other.qty_start)
        return (1 + shared, same_item, quotes) if shared > 0 else None
    if own.item and other.item and not same_item:
        return None
    return (1, same_item, quotes)


def _join(own: TextClaim, other: TextClaim) -> TextClaim:
    changes: dict[str, Any] = {}
    grounds: dict[str, Ground] = dict(own.grounds)
    doubts = dict.fromkeys(own.doubts)
    for group in _TOGETHER:
        heard = [name for name in group if name in other.grounds]
        if not heard:
            continue
        if all(_is_silent(own, name) for name in group):
            changes |= {name: getattr(other, name) for name in group}
            named = {n: g for n, g in other.grounds.items() if n.partition("[")[0] in group}
            grounds |= named
            asked = (*group, "per") if "low" in group else group
            doubts |= dict.fromkeys(name for name in asked if name in other.doubts)
        else:
            doubts |= dict.fromkeys(name for name in group if name not in _AS_WRITTEN and _differ(own, other, name))
    if changes:
        changes["confidence"] = min(own.confidence, other.confidence)
        changes["extractor"] = f"{own.extractor}+{other.extractor}"
    return msgspec.structs.replace(own, **changes, grounds=grounds, doubts=tuple(doubts))


def _is_silent(claim: TextClaim, field: str) -> bool:
    value = getattr(claim, field)
    if value is None or value in ("", ()):
        return True
    return field in _SILENT and value == _SILENT[field] and field not in claim.grounds


def _differ(own: TextClaim, other: TextClaim, field: str) -> bool:
    one, two = getattr(own, field), getattr(other, field)
    if field in {"carriers", "route_from", "route_to"}:
        return set(one) != set(two)
    return bool(one != two)
