"""What a receiver uses, against what it makes and what the line brings: covered now, uncovered if the line changed.

Arithmetic on assumptions, draw by draw, and no forecast. With consumption D, own production P and inflow F a month, a
stock S, and a part f of the line that goes on, in month k after the change:

    need      = max(0, D - P - f F)
    stock     = max(0, S - (k - 1) need)
    uncovered = max(0, need - stock) / D
"""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.inference import share_law

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tidewaiter.model import Balance, Case, WhatIf
    from tidewaiter.tally.flows import FlowPosterior
    from tidewaiter.tally.weigh import Totals

YEAR = timedelta(days=365.25)
MONTHS = 12.0


class Standing(msgspec.Struct, frozen=True):
    """A balance as things are, draws (draws,).

    Attributes:
        use, production, inflow: a month, at the end of the window; inflow is the mean of the last year of the line.
        stock: usable items brought so far and not used.
    """

    use: NDArray[np.float64]
    production: NDArray[np.float64]
    inflow: NDArray[np.float64]
    stock: NDArray[np.float64]

    def covered(self) -> NDArray[np.float64]:
        """Part of the use that the line covers, at most all of it."""
        return np.minimum(self.inflow / self.use, 1.0)

    def uncovered(self, part: NDArray[np.float64] | float, month: int) -> NDArray[np.float64]:
        """Part of the use that stays uncovered in the month-th month after only `part` of the line goes on."""
        need = np.maximum(self.use - self.production - part * self.inflow, 0.0)
        stock = np.maximum(self.stock - (month - 1) * need, 0.0)
        return np.asarray(np.maximum(need - stock, 0.0) / self.use)


def standing(case: Case, balance: Balance, totals: Totals, flows: Mapping[str, FlowPosterior]) -> Standing:
    """Lay out a balance; flows and line are independent given their own claims.

    Args:
        case: its window ends where the balance stands.
        balance: what is set against what.
        totals: of the scenario of the balance, with claims.
        flows: posterior of every flow.
    """
    draws = len(totals.index)
    rng = np.random.default_rng([case.seed, zlib.crc32(balance.id.encode())])

    def monthly(flow: str) -> NDArray[np.float64]:
        known = flows[flow].monthly()
        return known[rng.integers(len(known), size=draws)]

    start = max(case.window.end - YEAR, case.window.start)
    months = (case.window.end - start) / YEAR * MONTHS
    inflow = totals.items(start, case.window.end, all_routes=True, usable=True) / months
    stock = np.zeros(draws)
    if balance.stock is not None:
        left = share_law(balance.stock).at(rng.standard_normal(draws))
        stock = left * totals.items(all_routes=True, usable=True)
    production = monthly(balance.production) if balance.production else np.zeros(draws)
    return Standing(np.maximum(monthly(balance.consumption), 1e-9), production, inflow, stock)


def going_on(case: Case, change: WhatIf, totals: Totals) -> NDArray[np.float64]:
    """Part of the line that goes on under a change, by what the closed legs and missing ships carried in the last year."""
    start = max(case.window.end - YEAR, case.window.start)
    every = totals.tally.loads(start, case.window.end)
    left = totals.tally.loads_without(change.legs, change.vessels, start, case.window.end)
    kept = np.where(every > 0, left / np.maximum(every, 1e-9), 1.0)[totals.index]
    return np.asarray(change.flow * kept)
