"""Spans of which none may overlap another of its kind."""

from __future__ import annotations

from bisect import bisect, insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Spans:
    """Half-open spans taken so far, by kind, each with where it stands."""

    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[datetime, datetime, str]]] = {}

    def take(self, kind: str, start: datetime, end: datetime, where: str) -> str | None:
        """Take a span and return None, or leave it and return where one that overlaps it stands."""
        taken = self._taken.setdefault(kind, [])
        after = bisect(taken, (start, end, where))
        for other in taken[max(after - 1, 0) : after + 1]:  # no two overlap, so only the neighbours can
            if other[0] < end and start < other[1]:
                return other[2]
        insort(taken, (start, end, where))
        return None
