"""One published claim, as the comparison with the tally reads it."""

from __future__ import annotations

import math
from datetime import datetime  # noqa: TC003 - msgspec reads the annotation at run time
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

ABOUT = 0.05
"""A number called "about" is read as rounded: it may be off by this share of itself, either way."""
TELLING = 100.0
"""Numbers below this can be equal by chance (two teams that both count 25 calls), so equality says nothing about origin."""
FLOORS = frozenset({"at_least", "over"})
CEILINGS = frozenset({"up_to", "below"})


class Claim(msgspec.Struct, frozen=True):
    """A row of the table of claims (model/tables.CLAIMS) without the columns that only say where it was read."""

    claim_id: str
    category: str
    claimant: str
    stated: str
    t_start: datetime | None
    t_end: datetime | None
    route: str
    quantity: str
    per: str
    low: float | None
    high: float | None
    bound: str
    item: str
    condition: str
    containers_base: float | None
    derived_from: tuple[str, ...]
    derivation: str
    statement: str
    joined: str
    concerns: tuple[str, ...]
    claimant_type: str = ""
    use: str = "fit"
    flow: str = ""
    looseness: str = ""
    relative_error: float | None = None

    @property
    def speaker(self) -> str:
        """Who speaks, without the person or office in brackets: "South Korea (DIA)" and "South Korea (MND)" are one."""
        return self.claimant.partition("(")[0].strip().casefold()

    @property
    def numbers(self) -> tuple[float, ...]:
        """The distinct numbers stated, ascending; empty when the claim gives words only."""
        return tuple(sorted({n for n in (self.low, self.high) if n is not None}))

    @property
    def figure(self) -> float | None:
        """The one number that stands for the claim: what a floor or a ceiling names, the middle of a range."""
        if not self.numbers:
            return None
        if self.bound in FLOORS:
            return self.numbers[0]
        if self.bound in CEILINGS:
            return self.numbers[-1]
        return (self.numbers[0] + self.numbers[-1]) / 2

    @property
    def reach(self) -> tuple[float, float]:
        """The values the words allow, lowest and highest: "over v" has no upper end, "up to v" starts at none."""
        if not self.numbers:
            return 0.0, math.inf
        low, high = self.numbers[0], self.numbers[-1]
        if self.bound in FLOORS:
            return low, math.inf
        if self.bound in CEILINGS:
            return 0.0, high
        slack = ABOUT if self.bound == "about" else 0.0
        return low * (1 - slack), high * (1 + slack)

    def said_after(self, other: Claim) -> bool:
        """Tell whether this was certainly stated later; a month and a day of that month cannot be ordered."""
        shared = min(len(self.stated), len(other.stated))
        return shared > 0 and self.stated[:shared] > other.stated[:shared]

    def same_number(self, other: Claim) -> bool:
        """Tell whether both state the same telling number of the same thing, whatever the bound words."""
        return (
            bool(self.numbers)
            and self.numbers[-1] >= TELLING
            and (self.category, self.quantity, self.per, self.numbers)
            == (other.category, other.quantity, other.per, other.numbers)
        )


def read_claims(table: pa.Table) -> tuple[Claim, ...]:
    """Return the claims of a table (model/tables.CLAIMS), ordered by id, so that no result depends on the order of rows."""
    rows = (_claim(row) for row in table.select(list(Claim.__struct_fields__)).to_pylist())
    return tuple(sorted(rows, key=lambda claim: claim.claim_id))


def _claim(row: dict[str, Any]) -> Claim:
    lists = {"derived_from", "concerns"}
    optional = {"t_start", "t_end", "low", "high", "containers_base", "relative_error"}
    values: dict[str, Any] = {
        name: value if name in optional else tuple(value or ()) if name in lists else value or ""
        for name, value in row.items()
    }
    return Claim(**values)
