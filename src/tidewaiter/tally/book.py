"""Where numbers about the answer are kept as they are made: measurements, rows of answers, and priors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.model.tables import ANSWERS
from tidewaiter.tally.figures import counted, posterior
from tidewaiter.tally.fusion import METHOD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Measurement
    from tidewaiter.tally.fusion import Fit
    from tidewaiter.tally.quantities import Tally
    from tidewaiter.tally.weigh import Weighed

WITH = "with_claims."
"""How ids of measurements begin that take the claims in."""
FIT = "fit.claims"
"""Measurement that counts the claims behind a fit; ``fit.claims.<scenario>`` for the fit of a scenario."""


class Book:
    """Measurements and rows, in the order they are made; all about one tally, with and without claims."""

    def __init__(self, case: Case, tally: Tally, weighed: Weighed, declaration: str) -> None:
        self.case, self.tally, self.weighed, self.declaration = case, tally, weighed, declaration
        self.measurements: list[Measurement] = []
        self.rows: list[dict[str, Any]] = []
        self.priors: list[dict[str, Any]] = []
        self.units = {s.id: next(i.unit for i in case.items if i.id == s.item) for s in case.scenarios}
        self.window = (case.window.start.date().isoformat(), case.window.end.date().isoformat())

    def keep(
        self, ident: str, name: str, draws: NDArray[np.float64], unit: str, inputs: Sequence[str], **more: Any
    ) -> str:
        """Keep an interval and return its id."""
        more = {"method": METHOD, "period": self.window} | more
        self.measurements.append(posterior(ident, name, draws, unit, inputs, **more))
        return ident

    def exact(self, ident: str, name: str, value: float, unit: str, inputs: Sequence[str]) -> str:
        """Keep a number that has no interval and return its id."""
        made = counted(ident, name, value, unit, inputs)
        self.measurements.append(msgspec.structs.replace(made, method=METHOD))
        return ident

    def row(
        self,
        kind: str,
        quantity: str,
        part: str,
        label: str,
        measurement: str,
        setting: float | None = None,
        other: str | None = None,
    ) -> None:
        """Keep a row of ANSWERS."""
        values = (kind, quantity, part, setting, label, measurement, other)
        self.rows.append(dict(zip(ANSWERS.names, values, strict=True)))

    def fit_id(self, scenario: str) -> str:
        """Return the measurement that counts the claims behind the fit of a scenario."""
        return f"{FIT}.{scenario}" if scenario in self.weighed.fits and scenario else FIT

    def fitted(self) -> list[tuple[str, str, Fit]]:
        """Quantity, unit and fit of the load and of every scenario that learns."""
        fits = self.weighed.fits
        return [("load.total", "", fits[""])] + [(f"items.total.{s}", s, fit) for s, fit in fits.items() if s]

    def speaker(self, source: str) -> str:
        """Return the names a case declares for a source, else how it calls itself."""
        declared = next((s.names for s in self.case.sources if s.id == source), ())
        return ", ".join(declared) or source


def dates(start: datetime | None, end: datetime | None) -> tuple[str, str]:
    """Return the ends of a span as ISO dates, empty where it is open."""
    return ("" if start is None else start.date().isoformat(), "" if end is None else end.date().isoformat())
