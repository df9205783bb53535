"""What the verifier asks the claim grammar: read these words again."""

from __future__ import annotations

from typing import Protocol


class Grammar(Protocol):
    """Readings of a few words of a text, by the grammar's own rules.

    The words may hold others around what is read ("made almost 16,000 containers"), and each method reads the first thing
    of its kind in them. It returns None when there is none. That makes it possible to see that a model cut a word off:
    "16,000" and "almost 16,000" read differently, and "152 mm" reads as no quantity at all.
    """

    def quantity(self, text: str, language: str) -> tuple[float | None, float | None, str] | None:
        """Return low, high and relation as in `TextClaim`, vetoes (calibres, years, distances) applied."""

    def period(self, text: str, language: str, published: str) -> tuple[str | None, str | None] | None:
        """Return start and end as in `TextClaim`; `published` is an ISO date, "" when unknown."""

    def item(self, text: str, language: str) -> str | None:
        """Return the canonical item; a word that only measures ("tonnes") is none."""

    def country(self, text: str, language: str) -> str | None:
        """Return the ISO 3166 alpha-2 code."""

    def place(self, text: str, language: str) -> str | None:
        """Return the canonical place."""

    def source(self, text: str, language: str) -> str | None:
        """Return the canonical name of who speaks."""
