"""A claim in the making: its fields, and the ground of each.

Confidence is that of the least sure field: what words say, what a rule inferred, what is a guess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tidewaiter.reports.claim import Ground  # noqa: TC001 - msgspec reads the annotation at run time

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.attribution import Chain
    from tidewaiter.reports.grammar.lexicon import Hit
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.numbers import Number
    from tidewaiter.reports.grammar.speakers import Voice
    from tidewaiter.reports.grammar.times import Period

SURE, INFERRED, GUESSED = 0.95, 0.7, 0.4
"""Confidence of what words say, what a rule inferred, and what is a guess; the lowest of a claim's fields is its own."""


class Told(NamedTuple):
    """One line as read: what it says and who is named."""

    line: Line
    chain: Chain
    speakers: list[Voice]
    periods: list[Period]
    numbers: list[Number]


class Draft(msgspec.Struct):
    """A claim in the making, with what later passes need."""

    told: Told
    token: int
    claim: dict[str, Any]
    grounds: dict[str, Ground]
    doubts: list[str]
    confidence: float = SURE


def doubt(draft: Draft, field: str, confidence: float) -> None:
    """Say that a field is no surer than this."""
    draft.confidence = min(draft.confidence, confidence)
    if field not in draft.doubts:
        draft.doubts.append(field)


def span(line: Line, hit: Hit | None) -> tuple[int | None, int | None]:
    """Return the code points of a match, or of none."""
    return (None, None) if hit is None else line.span(hit.start, hit.end)


def family_of(line: Line, item: str) -> str:
    """Return the family of an item, "" when it is unknown."""
    kind = line.lexicon.world.items.get(item)
    return kind.family if kind else ""
