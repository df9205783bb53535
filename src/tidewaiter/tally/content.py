"""What one load unit holds under a scenario: share of units, kinds and their mix, payload ceiling, defects.

Every unknown is a standard normal coordinate, so a scenario is a prior N(0, I) and a function of it. Scenarios never
share coordinates: no number blends two of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.inference import Law, law, share_law

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Item, Quantiles, Scenario


class Holdings(msgspec.Struct, frozen=True):
    """Logarithms of what a load unit holds, each (draws,).

    Attributes:
        share: part of the load units that hold the item.
        content: items in such a unit.
        usable: part of the items that can be used.
        mass: tonnes in such a unit, None when no mass is known.
    """

    share: NDArray[np.float64]
    content: NDArray[np.float64]
    usable: NDArray[np.float64]
    mass: NDArray[np.float64] | None

    def take(self, rows: NDArray[np.int64]) -> Holdings:
        """Return the holdings of some of the draws."""
        mass = None if self.mass is None else self.mass[rows]
        return Holdings(self.share[rows], self.content[rows], self.usable[rows], mass)

    @property
    def items(self) -> NDArray[np.float64]:
        """Log items per load unit, empty units included."""
        return np.asarray(self.share + self.content)


class Content:
    """One scenario as a function of standard normal coordinates.

    Attributes:
        scenario: what it is about.
        names: id of the prior behind each coordinate, in order.
    """

    def __init__(self, scenario: Scenario, item: Item) -> None:
        """Lay out the coordinates of `scenario`, which counts `item`."""
        self.scenario, self._item = scenario, item
        self._laws: list[Law] = []
        names: list[str] = []

        def coordinate(key: str, quantiles: Quantiles, *, share: bool = False) -> int:
            names.append(f"scenarios.{scenario.id}.{key}")
            self._laws.append(share_law(quantiles) if share else law(quantiles))
            return len(names) - 1

        self._share = None if scenario.share is None else coordinate("share", scenario.share, share=True)
        self._defect = None if scenario.defect is None else coordinate("defect", scenario.defect, share=True)
        self._single = None if scenario.per_unit is None else coordinate("per_unit", scenario.per_unit)
        self._parts = [
            (coordinate(f"mix.{n}.weight", part.weight), coordinate(f"mix.{n}.per_unit", part.per_unit))
            for n, part in enumerate(scenario.mix, 1)
        ]
        self._kg = [part.kg_per_item or item.kg_per_unit for part in scenario.mix]
        self.names = tuple(names)

    def at(self, z: NDArray[np.float64]) -> Holdings:
        """Return the holdings at coordinates (draws, len(names))."""
        none = np.zeros(len(z))
        share = none if self._share is None else self._log(self._share, z)
        usable = none if self._defect is None else np.log1p(-self._laws[self._defect].at(z[:, self._defect]))
        if self._single is not None:
            content = self._ceiling(self._log(self._single, z), self._item.kg_per_unit)
            mass = None if self._item.kg_per_unit is None else content + math.log(self._item.kg_per_unit / 1000)
            return Holdings(share, content, usable, mass)
        weights = np.stack([self._log(w, z) for w, _ in self._parts])
        weights -= np.logaddexp.reduce(weights, axis=0)
        held = np.stack([self._ceiling(self._log(g, z), kg) for (_, g), kg in zip(self._parts, self._kg, strict=True)])
        content = np.logaddexp.reduce(weights + held, axis=0)
        known = [kg for kg in self._kg if kg is not None]
        mass = None
        if len(known) == len(self._kg):
            mass = np.logaddexp.reduce(weights + held + np.log(np.array(known) / 1000)[:, None], axis=0)
        return Holdings(share, content, usable, mass)

    def prior(self, draws: int, seed: Sequence[int]) -> tuple[NDArray[np.float64], Holdings]:
        """Draw from the prior: coordinates (draws, len(names)) and holdings."""
        z = np.random.default_rng(list(seed)).standard_normal((draws, len(self.names)))
        return z, self.at(z)

    def _log(self, coordinate: int, z: NDArray[np.float64]) -> NDArray[np.float64]:
        return self._laws[coordinate].log_at(z[:, coordinate])

    def _ceiling(self, content: NDArray[np.float64], kg: float | None) -> NDArray[np.float64]:
        """No unit holds more than its payload."""
        if self.scenario.payload_t is None or kg is None:
            return content
        return np.minimum(content, math.log(self.scenario.payload_t * 1000 / kg))
