"""Somebody who may speak, and who was met so far in a text."""

from __future__ import annotations

from typing import NamedTuple


class Voice(NamedTuple):
    """Somebody who may speak: tokens [start, end), canonical name, kind (media | person | …), country or ""."""

    start: int
    end: int
    name: str
    kind: str
    country: str = ""


class People:
    """Who was met so far in a text: people by surname, and the last holder of an office ("der Minister")."""

    def __init__(self) -> None:
        self._by_surname: dict[str, str] = {}
        self._by_office: dict[str, Voice] = {}
        self.outlets: dict[str, str] = {}
        """Outlets met in quotation marks, by their name in small letters."""
        self.body: Voice | None = None
        """The service, institute or team that was named last."""
        self.house: Voice | None = None
        """The company, ministry or other body that was named last; a spokesman is its."""
        self.company: Voice | None = None
        self.country = ""
        """The country whose office spoke last."""

    def meet(self, name: str) -> None:
        """Remember a full name by its parts; a family name may come first or last."""
        parts = name.split()
        for part in {parts[-1], parts[0]} if len(parts) > 1 else ():
            self._by_surname.setdefault(part.casefold(), name)

    def meet_as(self, written: str, name: str) -> None:
        """Remember that a surname as written stands for a name ("Peskow" for Dmitry Peskov)."""
        self._by_surname.setdefault(written.casefold(), name)

    def known(self, word: str) -> str | None:
        """Return the full name that a word is a part of."""
        folded = word.casefold()
        return self._by_surname.get(folded) or self._by_surname.get(folded.rstrip("s"))

    def hold(self, office: str, voice: Voice) -> None:
        """Remember who holds an office."""
        self._by_office[office] = voice

    def holder(self, office: str) -> Voice | None:
        """Return who was named last with an office, or with one of its kind ("minister" for "defence_minister")."""
        if office in self._by_office:
            return self._by_office[office]
        return next((v for known, v in reversed(self._by_office.items()) if known.endswith(f"_{office}")), None)

    def forget_offices(self) -> None:
        """Start reading again from the top; names stay known."""
        self._by_office.clear()
        self.body, self.house, self.company, self.country = None, None, None, ""
