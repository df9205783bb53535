"""Two tables row by row."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

RELATIVE, ABSOLUTE = 1e-9, 1e-8
"""Numbers are equal within these: sums in another order differ in the sixteenth digit, and distances over the ellipsoid by
some nanometres, which is what the reference's library promises itself."""


def row_keys(table: pa.Table, columns: Iterable[str]) -> list[tuple[Any, ...]]:
    """Return each row as a tuple that equals another when the rows do to nine digits."""
    return list(zip(*([_cell(value) for value in table[name].to_pylist()] for name in columns), strict=True))


def compare_rows(ours: pa.Table, theirs: pa.Table) -> dict[str, int]:
    """Return how many rows are in both tables, in the columns of theirs, and in one only; and whether they come in one order."""
    mine, other = _split(ours, theirs.column_names), _split(theirs, theirs.column_names)
    waiting = defaultdict(list)
    for words, numbers in mine:
        waiting[words].append(numbers)
    equal = 0
    for words, numbers in other:
        match = next((row for row in waiting[words] if _close(row, numbers)), None)
        if match is not None:
            waiting[words].remove(match)
            equal += 1
    in_order = len(mine) == len(other) and all(
        a[0] == b[0] and _close(a[1], b[1]) for a, b in zip(mine, other, strict=True)
    )
    return {
        "rows": len(other),
        "equal": equal,
        "only_ours": len(mine) - equal,
        "only_oracle": len(other) - equal,
        "same_order": int(in_order),
    }


def count_rows(table: pa.Table, columns: Iterable[str]) -> Counter[tuple[Any, ...]]:
    """Return how often each row comes."""
    return Counter(row_keys(table, columns))


def _split(table: pa.Table, columns: list[str]) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Return each row as what must be the same and the numbers, which must be close."""
    rows = zip(*(table[name].to_pylist() for name in columns), strict=True)
    return [
        (tuple(None if isinstance(v, float) else _cell(v) for v in row), tuple(v for v in row if isinstance(v, float)))
        for row in rows
    ]


def _close(row: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return all(isclose(a, b, rel_tol=RELATIVE, abs_tol=ABSOLUTE) for a, b in zip(row, other, strict=True))


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.9g}" if abs(value) > ABSOLUTE else "0"
    return tuple(value) if isinstance(value, list) else value
