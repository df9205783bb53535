"""Voyages that no look could have shown: a share of all that the case declares, since no evidence can give it.

If a share w of all voyages cannot be seen, then beside each one that can be there are w / (1 - w) on average that
cannot. They are drawn as a Poisson number with that mean, at the pace of the voyages of the same draw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from tidewaiter.inference import share_law
from tidewaiter.model.tables import VOYAGE_DRAWS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.model import Quantiles, Window

APART_DAYS = 15.0  # an unseen voyage lies within this of a seen one: the same pace, another day
DAY = 86_400_000_000


def add_unseen(
    voyages: pa.Table, draws: int, share: Quantiles, window: Window, rng: np.random.Generator
) -> tuple[pa.Table, NDArray[np.float64]]:
    """Add voyages that nobody could have seen.

    Args:
        voyages: VOYAGE_DRAWS, sorted by draw.
        draws: number of draws.
        share: part of all voyages.
        window: of the case; the added voyages stay inside it.
        rng: source of randomness.

    Returns:
        VOYAGE_DRAWS with both, sorted by draw; and (draws,) the coordinate of the share.
    """
    z = rng.standard_normal(draws)
    part = share_law(share).at(z)
    draw = voyages["draw"].to_numpy().astype(np.int64)
    extra = rng.poisson((part / (1 - part))[draw])
    rows = np.repeat(np.arange(len(draw)), extra)
    copies = voyages.take(pa.array(rows))
    low, high = (round(t.timestamp() * 1e6) for t in (window.start, window.end))
    arrival = copies["arrival"].cast(pa.int64()).to_numpy()
    shift = (rng.uniform(-APART_DAYS, APART_DAYS, len(rows)) * DAY).astype(np.int64)
    shift = np.clip(arrival + shift, low, high - DAY) - arrival
    columns = {name: copies[name] for name in copies.column_names}
    for name in ("arrival", "departure", "destination_arrival", "destination_departure"):
        moved = pa.array(copies[name].cast(pa.int64()).to_numpy(zero_copy_only=False) + shift, from_pandas=True)
        columns[name] = moved.cast(pa.int64(), safe=False).cast(VOYAGE_DRAWS.field(name).type)
    columns["vessel_id"] = pa.nulls(len(rows), pa.string())
    columns["detection_id"] = pa.nulls(len(rows), pa.string())
    columns["seen"] = pa.repeat(pa.scalar(value=False), len(rows))
    both = pa.concat_tables([voyages, pa.table(columns, schema=VOYAGE_DRAWS)])
    return both.take(pa.array(np.argsort(both["draw"].to_numpy(), kind="stable"))), z
