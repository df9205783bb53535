"""Names of places and vessels in any script: one fold decides when two spellings are the same name.

The fold drops what typists drop and keeps what tells names apart:

* case, punctuation, spaces and invisible characters go ("Lady-R" = "lady r"); a gap between two digits stays ("1-2" ≠ "12");
* compatibility forms are unified (NFKD: full-width letters, ligatures, half-width kana);
* accents go from Latin and Greek letters; ø, ł, đ, ı, æ, œ become their plain neighbours;
* of Cyrillic letters the stress marks go, and ё = е; but й ≠ и, ї ≠ і: those are other letters and can be other names;
* Arabic and Hebrew vowel points go, they are usually left out;
* every other mark stays (Japanese voicing, Indic vowels); Hangul syllables are put together again (NFC).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tidewaiter.model import Case, DetectionList, Place, Vessel

LONGEST_NAME = 200
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_DIACRITICS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF))
_VOWEL_POINTS = ((0x0591, 0x05BD), (0x05BF, 0x05C7), (0x064B, 0x0652), (0x0670, 0x0670))
_STRESS = "\u0300\u0301"
_DIAERESIS = "\u0308"


class Match(msgspec.Struct, frozen=True):
    """What a written name was found to be.

    Attributes:
        id: of the place or vessel, None when it is not known or must not be resolved.
        notice: why a declared confusable was not resolved, None otherwise.
        hint: what may have been meant, None when nothing is near.
    """

    id: str | None = None
    notice: str | None = None
    hint: str | None = None


class Names:
    """All names that a case declares, ready to be matched.

    Two places, two vessels or two lists never share a name: `load_case` refuses such a case.
    """

    def __init__(self, case: Case) -> None:
        self._places = _Index((p.id, place_names(p)) for p in case.places)
        self._vessels = _Index((v.id, vessel_names(v)) for v in case.vessels)
        self._lists = _Index((x.id, list_names(x)) for x in case.lists)
        self._flows = _Index((f.id, [f.id]) for f in case.flows)
        self._confusables = {fold(c.written): c for c in case.confusables}

    def place(self, text: str) -> Match:
        """Match the written name of a place; text equal to a declared confusable is reported, never resolved."""
        return self._confusable(text) or self._places.match(text)

    def vessel(self, text: str) -> Match:
        """Match the written name of a vessel; text equal to a declared confusable is reported, never resolved."""
        return self._confusable(text) or self._vessels.match(text)

    def detection_list(self, text: str) -> Match:
        """Match the id or label of a list of detections."""
        return self._lists.match(text)

    def flow(self, text: str) -> Match:
        """Match the id of a flow."""
        return self._flows.match(text)

    def _confusable(self, text: str) -> Match | None:
        confusable = None if len(text) > LONGEST_NAME else self._confusables.get(fold(text))
        if confusable is None:
            return None
        notice = f'"{text}" is declared as easily confused: {confusable.not_}, not "{confusable.meant}".'
        if confusable.note:
            notice += f" {confusable.note}"
        hint = f'if the source means "{confusable.meant}", write that; otherwise leave the row out'
        return Match(notice=notice, hint=hint)


class _Index:
    """Ids by the folded spellings of their names."""

    def __init__(self, named: Iterable[tuple[str, list[str]]]) -> None:
        entries = list(named)
        self._spellings = [spelling for _, spellings in entries for spelling in spellings]
        self._ids = {fold(spelling): ident for ident, spellings in entries for spelling in spellings}

    def match(self, text: str) -> Match:
        if len(text) > LONGEST_NAME:
            return Match(hint="names are shorter than that; look for a missing comma or quote")
        folded = fold(text)
        if folded and folded in self._ids:
            return Match(id=self._ids[folded])
        return Match(hint=did_you_mean(text.strip(), self._spellings))


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the form of a name in which spellings are compared (see the module docstring)."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_PLAIN))
    kept: list[str] = []
    letter, gap = "", False
    for char in decomposed:
        category = unicodedata.category(char)
        if category[0] == "M":
            if not _droppable(char, letter):
                kept.append(char)
        elif category[0] in "LN":
            if gap and kept and char.isdigit() and kept[-1].isdigit():
                kept.append(" ")
            kept.append(char)
            letter, gap = char, False
        else:
            gap = True
    return unicodedata.normalize("NFC", "".join(kept))


def fold_speaker(text: str) -> str:
    """Return the form in which claimants are compared: what stands in brackets behind a name does not matter."""
    return fold(text.partition("(")[0]) or fold(text)


def place_names(place: Place) -> list[str]:
    """Return every declared spelling of a place."""
    return [place.id, place.name, *place.aliases]


def vessel_names(vessel: Vessel) -> list[str]:
    """Return every declared spelling of a vessel, former names included."""
    return [vessel.id, vessel.name, *vessel.aliases, *(dated.value for dated in vessel.names)]


def list_names(entry: DetectionList) -> list[str]:
    """Return the spellings under which tables may name a list of detections."""
    return [entry.id, entry.label]


def shared_names(named: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[str, str, str]]:
    """Yield (spelling, first id, second id) for each name that two different ids claim."""
    owner: dict[str, str] = {}
    for ident, spellings in named:
        for spelling in spellings:
            first = owner.setdefault(fold(spelling), ident)
            if first != ident:
                yield spelling, first, ident


def _droppable(mark: str, letter: str) -> bool:
    code = ord(mark)
    if any(low <= code <= high for low, high in _VOWEL_POINTS):
        return True
    if not any(low <= code <= high for low, high in _DIACRITICS):
        return False
    if "\u0400" <= letter <= "\u052f":
        # ѓ and ќ are letters of their own (г, к with an acute), not stressed vowels
        return (mark in _STRESS and letter not in "гк") or (mark == _DIAERESIS and letter == "е")
    return True
