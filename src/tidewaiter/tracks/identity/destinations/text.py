"""What a destination field says: a place, a route, orders, or nothing."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from tidewaiter.tracks.identity.numbers import mid_rows

_ARROW = re.compile(r"\s*(?:<?[-=~]*>+|[-=]{2,}|→|»)\s*|\s+TO\s+")
_BOTH_WAYS = re.compile(r"\s*(?:<[-=]*>|↔|\s&\s|\+)\s*")
_LEFT_OVER = re.compile(r"@.*|\s{3,}.*", re.DOTALL)  # AIS fills with @; behind long blanks stands what was typed before
_MOST = 120  # characters looked at: AIS sends twenty
_VIA = re.compile(r"\s+VIA\s.*")
_TWO_CODES = re.compile(r"([A-Z]{2} ?[A-Z2-9]{3})\s*[-/]\s*([A-Z]{2} ?[A-Z2-9]{3})")
_APART = re.compile(r"[/;|,()\[\]*]+")


class Destination(msgspec.Struct, frozen=True):
    """A destination field, read.

    Attributes:
        kind: ``place`` (`names` may be one), ``orders`` (waiting for orders, without a place), ``nothing``, ``doing``.
        names: what may name the destination, best first; more than one for "A/B", "A (B)" and to-and-fro "A<>B".
        origin: what may name the origin of a route "A>B".
        orders: a place where orders are awaited.
        to_and_fro: a line between the places that `names` may be.
    """

    kind: str
    names: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    orders: bool = False
    to_and_fro: bool = False


def read_destination(text: str | None) -> Destination:
    """Read a destination field as sent; of a text longer than 120 characters only these are looked at."""
    plain = _plain(_LEFT_OVER.sub("", (text or "")[:_MOST].strip(" @\x00")))
    origin: tuple[str, ...] = ()
    ends = [end for end in _BOTH_WAYS.split(plain) if end]
    if len(ends) < 2:
        codes = _TWO_CODES.fullmatch(plain)
        *before, last = codes.groups() if codes else [part for part in _ARROW.split(plain) if part.strip()] or [""]
        origin, ends = tuple(n for part in before[-1:] for n in _names(part)), [last]
    kinds = {_said(_letters(end)) for end in ends}
    if len(kinds) == 1 and (kind := kinds.pop()):
        return Destination(kind, origin=origin)
    names: list[str] = []
    orders = False
    for end in ends:
        for name in _names(_VIA.sub("", end)):
            left = _without(name, _phrases("orders"))
            orders |= left != name
            if left and left not in names and not _said(left):
                names.append(left)
    if not names:
        return Destination("orders" if orders else "nothing", origin=origin)
    return Destination("place", tuple(names), origin, orders, len(ends) > 1)


def bare(name: str) -> str:
    """Return a name without the words around it (PORT OF, ANCHORAGE, …); the name itself when nothing is left."""
    return _without(name, _phrases("around")) or name


def key(name: str) -> str:
    """Return what two spellings of a name have in common: capital letters and digits, no marks, no blanks."""
    return re.sub(r"[^0-9A-Z]+", "", _plain(name))


@cache
def countries() -> dict[str, str]:
    """Return the code of two letters for each name of a country, spelt as `key` does; codes stand for themselves."""
    out = {key(row["name"]): row["country"] for row in mid_rows()}
    out |= {code: code for code in out.values()}
    for entry in _lists()["countries"]:
        out |= {key(name): code for code, names in entry["names"].items() for name in names}
    return out


def _plain(text: str) -> str:
    """Capitals without accents; letters of other scripts stay."""
    apart = unicodedata.normalize("NFKD", text.upper())
    return "".join(c for c in apart if not unicodedata.combining(c))


def _letters(text: str) -> str:
    return " ".join(re.sub(r"[^0-9A-Z]+", " ", text).split())


def _names(part: str) -> list[str]:
    """Parts set apart by slashes and brackets, after the whole when that could be a code, as in "NL/RTM"."""
    pieces = [_letters(piece) for piece in _APART.split(part)]
    pieces = [piece for piece in pieces if piece]
    whole = _letters(part)
    return [whole, *pieces] if len(pieces) > 1 else pieces


def _said(letters: str) -> str:
    """What words that are no place mean; "" for others."""
    if not letters:
        return "nothing"
    return next((means for means in ("orders", "nothing", "doing") if letters in _phrases(means)), "")


def _without(name: str, phrases: frozenset[str]) -> str:
    """Return a name without phrases at its ends."""
    words = name.split()
    changed = True
    while words and changed:
        changed = False
        for size in range(min(4, len(words)), 0, -1):
            if " ".join(words[-size:]) in phrases:
                words, changed = words[:-size], True
                break
            if " ".join(words[:size]) in phrases:
                words, changed = words[size:], True
                break
    return " ".join(words)


@cache
def _phrases(means: str) -> frozenset[str]:
    return frozenset(p for entry in _lists()["words"] if entry["means"] == means for p in entry["phrases"])


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads((files("tidewaiter.tracks.identity.destinations") / "words.toml").read_text(encoding="utf-8"))
