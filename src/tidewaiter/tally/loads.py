"""What a voyage carries: a hierarchical model of loads, fed by counts, averages, stacks and analogies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.tally.smc import tempered

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Quantiles

Z95 = 1.6448536269514722
RANGE_Z = 2.563103131089201  # a stated range is read as an 80 % interval; people's ranges are too narrow
LOOSENESS = {"count": 0.0, "average": 0.0, "total": 0.0, "stack": 0.25, "analogy": 0.3}
"""Log standard deviation added to the error of one count, by how the number was come by; a capacity is no reading."""


class LoadReading(msgspec.Struct, frozen=True):
    """One usable reading of the load of a voyage: log of the value, its error, and over how many voyages it runs."""

    id: str
    log_value: float
    error: float
    voyages: float
    vessels: dict[str, float]
    start: datetime | None
    end: datetime | None
    kind: str


class LoadPosterior(msgspec.Struct, frozen=True):
    """Posterior of the load model.

    Attributes:
        mu: (draws,) log of the typical load of a voyage of the fleet.
        spread: (draws,) log standard deviation between voyages.
        bias: (draws,) log bias shared by all counts.
        vessel: (draws, vessels) log effect of each vessel.
        vessels: ids in the order of `vessel`.
        readings: what was used.
    """

    mu: NDArray[np.float64]
    spread: NDArray[np.float64]
    bias: NDArray[np.float64]
    vessel: NDArray[np.float64]
    vessels: tuple[str, ...]
    readings: tuple[LoadReading, ...]


def read_loads(case: Case, table: pa.Table) -> tuple[list[LoadReading], list[tuple[str, str]]]:
    """Pick the readings of the loaded channel, in the load unit of the case; say of the others why they are left out.

    What is unloaded at the origin (often empties) is another flow and never joins what is loaded.
    """
    out, notices = [], []
    for row in table.to_pylist():
        why = _unusable(case, row)
        if why:
            notices.append((f"loads/{row['load_id']}", why))
            continue
        low = row["low"] if row["low"] is not None else row["high"]
        high = row["high"] if row["high"] is not None else row["low"]
        voyages = row["voyages"] or 1.0
        per_voyage = math.sqrt(low * high) / (voyages if row["kind"] == "total" else 1.0)
        error = row["relative_error"] or math.hypot(case.load_model.count_error, LOOSENESS[row["kind"] or "count"])
        error = math.hypot(error, math.log(high / low) / RANGE_Z)
        out.append(
            LoadReading(
                id=f"loads/{row['load_id']}",
                log_value=math.log(per_voyage),
                error=error,
                voyages=voyages,
                vessels=dict(row["vessel_weights"] or []),
                start=row["t_start"],
                end=row["t_end"],
                kind=row["kind"] or "count",
            )
        )
    return out, notices


def _unusable(case: Case, row: dict[str, Any]) -> str:
    if row["channel"] == "unloaded":
        return "it counts what was unloaded at the origin, a flow of its own"
    if (row["unit"] or case.load_model.unit) != case.load_model.unit:
        return "its unit is not the load unit of the case"
    if row["kind"] == "capacity":
        return "it is a capacity, not a load"
    if (row["kind"] or "count") not in LOOSENESS:
        return "its kind is unknown"
    if not (row["low"] or row["high"]) or min(x for x in (row["low"], row["high"]) if x is not None) <= 0:
        return "it has no value above zero"
    return ""


def fit_loads(case: Case, readings: list[LoadReading], draws: int, rng: np.random.Generator) -> LoadPosterior:
    """Posterior of the typical load, its spread, the shared bias and the vessel effects, given the readings.

    A reading over n voyages has mean exp(mu + spread^2 / 2) and a scatter of spread / sqrt(n) besides its own error.
    """
    model = case.load_model
    vessels = tuple(dict.fromkeys(v.id for v in case.vessels))
    y = np.array([r.log_value for r in readings])
    error = np.array([r.error for r in readings])
    n = np.array([r.voyages for r in readings])
    whose = np.zeros((len(readings), len(vessels)))
    for i, r in enumerate(readings):
        total = sum(r.vessels.values())
        for v, w in r.vessels.items():
            if v in vessels:
                whose[i, vessels.index(v)] = w / total

    def parts(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        return (
            _lognormal(model.typical, z[:, 0]),
            np.exp(_lognormal(model.voyage_spread, z[:, 1])),
            model.shared_bias * z[:, 2],
            model.vessel_spread * z[:, 3:],
        )

    def loglik(z: NDArray[np.float64]) -> NDArray[np.float64]:
        mu, spread, bias, vessel = parts(z)
        s2 = spread[:, None] ** 2
        mean = (mu + bias)[:, None] + vessel @ whose.T + np.where(n > 1, s2 / 2, 0.0)
        var = np.where(n > 1, np.expm1(s2) / n, s2) + error**2
        return np.asarray((-0.5 * (y - mean) ** 2 / var - 0.5 * np.log(var)).sum(axis=1))

    dims = 3 + len(vessels)
    z = tempered(loglik, dims, draws, rng) if readings else rng.standard_normal((draws, dims))
    mu, spread, bias, vessel = parts(z)
    return LoadPosterior(mu, spread, bias, vessel, vessels, tuple(readings))


def _lognormal(q: Quantiles, z: NDArray[np.float64]) -> NDArray[np.float64]:
    return math.log(q.p50) + math.log(q.p95 / q.p5) / (2 * Z95) * z


def draw_loads(
    posterior: LoadPosterior,
    draw: NDArray[np.int64],
    vessel: NDArray[np.int64],
    arrival: NDArray[np.int64],
    departure: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Draw the load of every voyage of every draw; a voyage whose load was counted is drawn given its count.

    Args:
        posterior: of `fit_loads`.
        draw: (n,) index of the draw; rows are sorted by it.
        vessel: (n,) index in ``posterior.vessels``.
        arrival: (n,) UTC microseconds at the origin.
        departure: (n,) likewise.
        rng: source of randomness.

    Returns:
        (n,) load units.
    """
    mean = posterior.mu[draw] + posterior.vessel[draw, vessel]
    sd = posterior.spread[draw].copy()
    for reading in posterior.readings:
        if reading.kind != "count" or reading.start is None or reading.end is None:
            continue
        start, end = (int(t.timestamp() * 1e6) for t in (reading.start, reading.end))
        fits = (arrival < end) & (departure > start)
        if reading.vessels:
            fits &= np.isin(vessel, [i for i, v in enumerate(posterior.vessels) if reading.vessels.get(v, 0.0) > 0])
        rows = np.flatnonzero(fits)
        _, first = np.unique(draw[rows], return_index=True)
        rows = rows[first]
        d = draw[rows]
        own, told = 1 / sd[rows] ** 2, 1 / reading.error**2
        mean[rows] = (own * mean[rows] + told * (reading.log_value - posterior.bias[d])) / (own + told)
        sd[rows] = 1 / np.sqrt(own + told)
    return np.asarray(np.exp(mean + sd * rng.standard_normal(len(mean))), np.float64)
