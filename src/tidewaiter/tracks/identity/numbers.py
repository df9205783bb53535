"""What numbers of ships say by themselves: check digits of IMO numbers, kinds and flags of MMSI.

The first digits of an MMSI tell what it belongs to (Recommendation ITU-R M.585), and three of them, the maritime
identification digits, which country issued it: `mid.csv`, after the ITU's table of maritime identification digits
(itu.int/gladapp/Allocation/MIDs), with ISO 3166 codes of the territories. The flag is a claim of whoever set the number.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa

_KINDS = (
    "none",
    "ship",
    "group of ships",
    "coast station",
    "aircraft",
    "handheld radio",
    "search and rescue transmitter",
    "man overboard",
    "emergency beacon",
    "craft of a mother ship",
    "aid to navigation",
)
_MADE_UP = (0, 111_111_111, 123_456_789, 222_222_222, 333_333_333, 444_444_444, 555_555_555, 666_666_666, 777_777_777)
"""Numbers that devices hold when nobody has set one."""


def imo_holds(numbers: np.ndarray) -> np.ndarray:
    """Return which numbers are IMO ship numbers: seven digits whose last one checks the others (IMO A.1117(30)).

    1234567 does by chance and is what crews type in: it is none.

    Args:
        numbers: whole numbers of any shape.

    Returns:
        bool, of the same shape.
    """
    number = np.asarray(numbers, np.int64)
    total = sum((7 - place) * (number // 10 ** (6 - place) % 10) for place in range(6))
    holds: np.ndarray = (number >= 1_000_000) & (number <= 9_999_999) & (total % 10 == number % 10)
    holds &= number != 1_234_567
    return holds


def mmsi_kinds(numbers: np.ndarray) -> pa.DictionaryArray:
    """Return what each MMSI belongs to, in words; ``none`` where it is no MMSI or one that nobody has set.

    Args:
        numbers: (n,) int64.
    """
    kinds, _ = _read_mmsi(np.asarray(numbers, np.int64))
    return pa.DictionaryArray.from_arrays(pa.array(kinds, pa.int8()), pa.array(_KINDS))


def flags(numbers: np.ndarray) -> pa.DictionaryArray:
    """Return the country that each MMSI names, as ISO 3166 code of two letters; null where it names none.

    Args:
        numbers: (n,) int64.
    """
    _, mid = _read_mmsi(np.asarray(numbers, np.int64))
    countries, codes = _countries()
    code = codes[mid]
    return pa.DictionaryArray.from_arrays(pa.array(code, pa.int16(), mask=code < 0), pa.array(countries))


def country_name(code: str) -> str:
    """Return the name of a country by its code of two letters; the code itself when it has no MMSI."""
    return next((row["name"] for row in mid_rows() if row["country"] == code), code)


def _read_mmsi(number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kind (place in _KINDS) and identification digits (0 = none) of each."""
    nine = (number >= 0) & (number <= 999_999_999) & ~np.isin(number, _MADE_UP)
    two, three = number // 10_000_000, number // 1_000_000
    cases = [
        ~nine,
        (three >= 200) & (three < 800),
        (two >= 2) & (two < 8),
        (three >= 2) & (three < 8),
        three == 111,
        two // 10 == 8,
        three == 970,
        three == 972,
        three == 974,
        two == 98,
        two == 99,
    ]
    kind = np.select(cases, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0)
    shift = np.select([kind == 1, kind == 2, kind == 3, kind == 4, kind == 5, kind >= 9], [6, 5, 4, 3, 5, 4], -1)
    digits = np.where(shift < 0, 0, np.where(nine, number, 0) // 10 ** np.maximum(shift, 0) % 1000)
    return kind, digits


@cache
def mid_rows() -> tuple[dict[str, str], ...]:
    """Return the table of maritime identification digits: ``mid``, ``country``, ``name``, ``source``."""
    text = (files("tidewaiter.tracks.identity") / "mid.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def _countries() -> tuple[tuple[str, ...], np.ndarray]:
    """All country codes, sorted, and for each of 0..999 the place of its country (-1 = none)."""
    countries = tuple(sorted({row["country"] for row in mid_rows()}))
    codes = np.full(1000, -1, np.int64)
    for row in mid_rows():
        codes[int(row["mid"])] = countries.index(row["country"])
    return countries, codes
