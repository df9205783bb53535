"""What a claim requires: how many voyages, how many load units on each, how many tonnes in each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.model import Measurement
from tidewaiter.tally.figures import posterior
from tidewaiter.tally.intervals import LEVELS, interval, median

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from tidewaiter.model import Item
    from tidewaiter.tally.claim import Claim
    from tidewaiter.tally.origins import Trace
    from tidewaiter.tally.view import TallyView

METHOD = "tally.claims/1"
TRIPS = frozenset({"voyage", "call"})


class Subject(msgspec.Struct, frozen=True):
    """A claim with all that its demands are computed from.

    Attributes:
        span: ``[start, end)`` over which it is compared.
        scale: turns its numbers into a quantity in that span.
        load_units: containers its numbers were computed from, None when it names none.
        scenario: id of the scenario that gives content per load unit where the claimant gives none.
        item: what that scenario counts.
    """

    claim: Claim
    span: tuple[datetime, datetime]
    scale: float
    load_units: float | None
    scenario: str
    item: Item | None

    @property
    def own_factor(self) -> float | None:
        """Items per load unit by the claimant's own two numbers."""
        if self.load_units is None or self.item is None or self.claim.quantity != self.item.unit:
            return None
        return None if self.claim.figure is None else self.claim.figure / self.load_units

    @property
    def source(self) -> str:
        """Id of the reading, as measurements name their inputs."""
        return f"claims/{self.claim.claim_id}"


def base_units(claim: Claim, by_id: Mapping[str, Claim], trace: Trace, load_unit: str) -> float | None:
    """Return the load units a claim was computed from: named with it, or the claimant's own count it rests on."""
    if claim.quantity in {load_unit, *TRIPS}:
        return None
    if claim.containers_base is None and trace.link == "arithmetic":
        parent = by_id[trace.parent]
        if parent.quantity == load_unit and parent.speaker == claim.speaker:
            return parent.figure or None
    return claim.containers_base or None


def published(claim: Claim) -> Measurement | None:
    """Return the number of a claim as it was published; it has no level, for it is somebody's word."""
    if claim.figure is None:
        return None
    unit = f"{claim.quantity} per {claim.per}" if claim.per else claim.quantity
    return Measurement(
        measurement_id=f"claim.{claim.claim_id}",
        name=f"as stated by {claim.claimant}",
        value=claim.figure,
        low=claim.low,
        high=claim.high,
        unit=unit,
        method=METHOD,
        inputs=(f"claims/{claim.claim_id}",),
        period_start="" if claim.t_start is None else claim.t_start.date().isoformat(),
        period_end="" if claim.t_end is None else claim.t_end.date().isoformat(),
        note=claim.condition,
    )


def demands(subject: Subject, tally: TallyView) -> dict[str, Measurement]:
    """Return what a claim requires, by column: own_factor, requires_voyages, requires_units_per_voyage, requires_tonnes_per_unit.

    Only those that can be computed are in the result. The factor is the claimant's own where there is one, else that of
    the scenario compared first; intervals carry the spread of factor, load and voyages and the range of the claim.
    """
    claim, kg = subject.claim, None if subject.item is None else subject.item.kg_per_unit
    if claim.quantity in TRIPS:
        return {"requires_voyages": exact(subject, "requires_voyages", "voyage", _amounts(subject)[1])}
    found: dict[str, Measurement] = {}
    if subject.own_factor is not None:
        found["own_factor"] = exact(subject, "own_factor", f"{claim.quantity} per {tally.unit}", subject.own_factor)
    units, source = _load_units(subject, tally)
    if units is not None:
        name, per_load = "requires_voyages", tally.load_per_voyage()
        _keep(found, subject, name, "voyage", above=units, below=per_load, inputs=(*source, "load.per_voyage"))
        name, unit, voyages = "requires_units_per_voyage", f"{tally.unit} per voyage", tally.voyages(*subject.span)
        _keep(found, subject, name, unit, above=units, below=voyages, inputs=(*source, "voyages.total"))
    if kg and subject.item is not None and claim.quantity in {subject.item.unit, "tonne"}:
        name, unit = "requires_tonnes_per_unit", f"tonne per {tally.unit}"
        tonnes = [np.asarray([n if claim.quantity == "tonne" else n * kg / 1000]) for n in _amounts(subject)]
        if subject.load_units is None:
            _keep(found, subject, name, unit, above=tonnes, below=tally.loads(*subject.span), inputs=("load.total",))
        else:
            _keep(found, subject, name, unit, above=tonnes, below=np.asarray([subject.load_units]), inputs=())
    return found


def exact(subject: Subject, name: str, unit: str, value: float) -> Measurement:
    """Return a number that follows from the claim alone."""
    return Measurement(
        measurement_id=f"claim.{subject.claim.claim_id}.{name}",
        name=f"{_NAMES[name]} by the claim of {subject.claim.claimant}",
        value=value,
        unit=unit,
        method=METHOD,
        inputs=(subject.source,),
        **_period(subject),
    )


def given(subject: Subject, draws: NDArray[np.float64], source: str, scenario: str) -> Measurement:
    """Return what the tally gives in the window of a claim and in its unit.

    Args:
        subject: the claim.
        draws: (draws,), in the unit of the claim.
        source: id of the measurement of the same quantity over the whole window.
        scenario: id of the scenario assumed, empty when content plays no part.
    """
    claim = subject.claim
    period = _period(subject)
    return posterior(
        f"claim.{claim.claim_id}.tally" + (f".{scenario}" if scenario else ""),
        f"what the evidence gives in the window of the claim of {claim.claimant}",
        draws,
        claim.quantity,
        (subject.source, source),
        method=METHOD,
        whole=claim.quantity in TRIPS,
        scenario=scenario,
        period=(period["period_start"], period["period_end"]),
    )


_NAMES = {
    "own_factor": "content per load unit",
    "requires_voyages": "voyages required",
    "requires_units_per_voyage": "load of each voyage required",
    "requires_tonnes_per_unit": "weight in each load unit required",
}


def _amounts(subject: Subject) -> tuple[float, float, float]:
    """Return low end, figure and high end of the claim as a quantity in the window compared."""
    numbers, figure = subject.claim.numbers, subject.claim.figure
    if figure is None:
        raise ValueError("a claim in words requires nothing that can be computed")
    if subject.claim.bound == "range":
        return numbers[0] * subject.scale, figure * subject.scale, numbers[-1] * subject.scale
    return (figure * subject.scale,) * 3


def _load_units(subject: Subject, tally: TallyView) -> tuple[list[NDArray[np.float64]] | None, tuple[str, ...]]:
    """Return the load units that hold the claim: draws for its low end, figure and high end, and what they rest on."""
    claim, amounts = subject.claim, [np.asarray([n]) for n in _amounts(subject)]
    if claim.quantity == tally.unit:
        return amounts, ()
    item = subject.item
    if item is None:
        return None, ()
    if claim.quantity == "tonne" and item.kg_per_unit:
        amounts = [n * 1000 / item.kg_per_unit for n in amounts]
    elif claim.quantity != item.unit:
        return None, ()
    if subject.own_factor is not None:
        return [n / subject.own_factor for n in amounts] if subject.own_factor else None, ()
    return [n / tally.factor(subject.scenario) for n in amounts], (f"factor.{subject.scenario}",)


def _keep(
    found: dict[str, Measurement],
    subject: Subject,
    name: str,
    unit: str,
    *,
    above: list[NDArray[np.float64]],
    below: NDArray[np.float64],
    inputs: tuple[str, ...],
) -> None:
    """Add the ratio, unless the denominator is zero in half of the draws or more: then nothing can be required of it."""
    possible = below > 0
    if possible.mean() <= 0.5:
        return
    if below.size == 1 and all(n.size == 1 for n in above) and above[0] == above[-1]:
        found[name] = exact(subject, name, unit, float(above[1][0] / below[0]))
        return
    ratios = [np.broadcast_to(n, np.broadcast_shapes(n.shape, below.shape)) for n in above]
    wide = np.broadcast_to(below, ratios[0].shape)
    kept = np.broadcast_to(possible, ratios[0].shape)
    scenario = subject.scenario if f"factor.{subject.scenario}" in inputs else ""
    found[name] = _summary(
        subject, name, unit, [n[kept] / wide[kept] for n in ratios], inputs=inputs, scenario=scenario
    )


def _summary(
    subject: Subject,
    name: str,
    unit: str,
    draws: list[NDArray[np.float64]],
    *,
    inputs: tuple[str, ...],
    scenario: str,
) -> Measurement:
    low, middle, high = draws
    ends = {level: (interval(low, level)[0], interval(high, level)[1]) for level in LEVELS}
    return Measurement(
        measurement_id=f"claim.{subject.claim.claim_id}.{name}",
        name=f"{_NAMES[name]} by the claim of {subject.claim.claimant}",
        value=median(middle),
        low=ends[0.95][0],
        high=ends[0.95][1],
        level=0.95,
        low_50=ends[0.5][0],
        high_50=ends[0.5][1],
        low_80=ends[0.8][0],
        high_80=ends[0.8][1],
        unit=unit,
        scenario=scenario,
        method=METHOD,
        inputs=(subject.source, *inputs),
        **_period(subject),
    )


def _period(subject: Subject) -> dict[str, Any]:
    start, end = subject.span
    return {"period_start": start.date().isoformat(), "period_end": end.date().isoformat()}
