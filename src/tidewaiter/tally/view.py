"""What the comparison of claims, and a fit to them, ask of a tally."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from tidewaiter.model import Interval, Scenario
    from tidewaiter.tally.content import Content


class TallyView(Protocol):
    """What the comparison asks of a tally. Draws are float64, (draws,), in one order; None leaves an end at the case's."""

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Scenarios by id, in the order of the case."""

    @property
    def unit(self) -> str:
        """What is loaded and counted: container, barrel."""

    @property
    def window(self) -> Interval:
        """Window of the case."""

    def calls(self, start: datetime | None, end: datetime | None) -> NDArray[np.float64]:
        """Calls at the origin in ``[start, end)``."""

    def voyages(self, start: datetime | None, end: datetime | None) -> NDArray[np.float64]:
        """Voyages in ``[start, end)``."""

    def loads(self, start: datetime | None, end: datetime | None) -> NDArray[np.float64]:
        """Load units loaded in ``[start, end)``."""

    def items(self, scenario: str, start: datetime | None, end: datetime | None) -> NDArray[np.float64]:
        """Items in those load units under one scenario."""

    def factor(self, scenario: str) -> NDArray[np.float64]:
        """Items per load unit under one scenario, empty ones included."""

    def load_per_voyage(self) -> NDArray[np.float64]:
        """Mean load of a voyage, load units."""


class Totalled(Protocol):
    """What a fit to claims asks: draws of trips and of load over a window, all of them equally likely beforehand."""

    @property
    def size(self) -> int:
        """Number of draws."""

    @property
    def contents(self) -> Mapping[str, Content]:
        """Scenarios as functions of their coordinates, by id."""

    def voyages(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Voyages in ``[start, end)``, (draws,)."""

    def loads(self, start: datetime | None = None, end: datetime | None = None) -> NDArray[np.float64]:
        """Load units in ``[start, end)``, (draws,)."""
