"""Bytes to characters: UTF-8 as it is, UTF-16 and UTF-32 by their mark, old code pages by their letters; losses are told."""

from __future__ import annotations

import codecs
from typing import NamedTuple

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 65_536
_COMMON = frozenset("оеаинтс")  # near half of the letters of a Russian or Ukrainian text; a sixth when misread
_CYRILLIC_PAGES = ("cp1251", "koi8-u")  # koi8-u holds all letters of koi8-r
_HIGH = bytes(range(0x80, 0x100))
_ASCII_LETTERS = bytes(b for b in range(0x80) if chr(b).isalpha())
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Decoded(NamedTuple):
    """The characters of a file.

    Attributes:
        text: every character, a byte order mark included.
        encoding: name of the encoding it was read with.
        notes: what was guessed or lost, in words.
    """

    text: str
    encoding: str
    notes: tuple[str, ...]


def decode(raw: bytes, declared: str = "") -> Decoded:
    """Decode a whole file, losing nothing silently.

    Args:
        raw: its bytes.
        declared: the encoding it claims to have (HTTP header, meta element); tried when the bytes are not UTF-8.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _replacing(raw, encoding, (f"decoded as {encoding}, by its byte order mark",))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        mark_note = "begins with a byte order mark, counted as its first character"
        return Decoded(text, "utf-8", (mark_note,) if text.startswith("\ufeff") else ())
    if _usable(declared):
        return _replacing(raw, declared, (f"decoded as {declared}, as it declares",))
    text = raw.decode("utf-8", errors="replace")
    bad = text.count(REPLACEMENT) - raw.count(REPLACEMENT.encode())
    good = len(raw) - len(raw.translate(None, _HIGH)) - bad
    if good > 2 * bad:  # bytes of characters that are right UTF-8
        return _replacing(raw, "utf-8", ())
    page = _code_page(raw)
    return _replacing(raw, page, (f"is not UTF-8: decoded as {page}, guessed by its letters",))


def _replacing(raw: bytes, encoding: str, notes: tuple[str, ...]) -> Decoded:
    try:
        return Decoded(raw.decode(encoding), encoding, notes)
    except UnicodeDecodeError as error:
        first = len(raw[: error.start].decode(encoding))
    text = raw.decode(encoding, errors="replace")
    lost = text.count(REPLACEMENT) - (raw.count(REPLACEMENT.encode(encoding)) if encoding.startswith("utf") else 0)
    lost = max(lost, 1)
    what = "1 place was" if lost == 1 else f"{lost} places were"
    said = f"{what} not {encoding} and stand as U+FFFD, the first at character {first}"
    return Decoded(text, encoding, (*notes, said))


def _usable(encoding: str) -> bool:
    """Whether Python knows the declared encoding as one of text; UTF-8 and ASCII were refuted before."""
    if not encoding or len(encoding) > 40:
        return False
    try:
        found = codecs.lookup(encoding)
        "a".encode(found.name)
    except (LookupError, TypeError, ValueError):
        return False
    return found.name not in {"utf-8", "utf-8-sig", "ascii", "utf-7", "idna", "punycode", "unicode_escape"} and (
        not found.name.startswith(("utf-16", "utf-32", "raw_unicode"))
    )


def _code_page(raw: bytes) -> str:
    """Guess among the old code pages of the six languages."""
    start = next((at for at in range(0, len(raw), _SAMPLE) if not raw[at : at + _SAMPLE].isascii()), 0)
    sample = raw[start : start + _SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH))
    latin = len(sample) - len(sample.translate(None, _ASCII_LETTERS))
    if high < 0.3 * (high + latin):
        return "cp1252"
    korean = sample.decode("cp949", errors="replace")
    above = [letter for letter in korean if letter > "\x7f"]
    if sum("가" <= letter <= "힣" for letter in above) > 0.8 * len(above):
        return "cp949"
    return max(_CYRILLIC_PAGES, key=lambda page: _common_share(sample, page))


def _common_share(sample: bytes, page: str) -> int:
    return sum(letter in _COMMON for letter in sample.decode(page, errors="replace").lower())
