"""What a voyage carries: a hierarchical model of loads, fed by counts, averages, stacks and analogies."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.inference import law, tempered

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case

RANGE_Z = 2.563103131089201  # a stated range is read as an 80 % interval; people's ranges are too narrow
LOOSENESS = {"count": 0.0, "average": 0.0, "total": 0.0, "stack": 0.25, "analogy": 0.3}
"""Log standard deviation added to the error of one count, by how the number was come by; a capacity is no reading."""
PARTICLES = 1000


class LoadReading(msgspec.Struct, frozen=True):
    """One usable reading of the load of a voyage.

    Attributes:
        log_value: log of the load of one voyage.
        own_error: log standard deviation the row states; None = the counting error of the case.
        extra: log standard deviation besides, for the way it was come by and for a stated range.
        voyages: how many voyages it runs over.
        detection: id of the detection whose voyage was counted, empty when it is found by time and vessel.
    """

    id: str
    log_value: float
    own_error: float | None
    extra: float
    voyages: float
    vessels: dict[str, float]
    start: datetime | None
    end: datetime | None
    kind: str
    detection: str


class LoadPosterior(msgspec.Struct, frozen=True):
    """Posterior of the load model.

    Attributes:
        mu: (draws,) log of the typical load of a voyage of the fleet.
        spread: (draws,) log standard deviation between voyages.
        bias: (draws,) log bias shared by all counts.
        error: (draws,) log standard deviation of one count.
        vessel: (draws, vessels) log effect of each vessel.
        vessels: ids in the order of `vessel`.
        z: (draws, 4 + vessels) the standard normal coordinates behind these, in this order.
        readings: what was used.
    """

    mu: NDArray[np.float64]
    spread: NDArray[np.float64]
    bias: NDArray[np.float64]
    error: NDArray[np.float64]
    vessel: NDArray[np.float64]
    vessels: tuple[str, ...]
    z: NDArray[np.float64]
    readings: tuple[LoadReading, ...]

    def per_voyage(self) -> NDArray[np.float64]:
        """Return the mean load of a voyage of the fleet, (draws,) load units."""
        return np.asarray(np.exp(self.mu + self.spread**2 / 2), np.float64)


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
        kind = row["kind"] or "count"
        per_voyage = math.sqrt(low * high) / (voyages if kind == "total" else 1.0)
        loose = 0.0 if row["relative_error"] else LOOSENESS[kind]
        out.append(
            LoadReading(
                id=f"loads/{row['load_id']}",
                log_value=math.log(per_voyage),
                own_error=row["relative_error"] or None,
                extra=math.hypot(loose, math.log(high / low) / RANGE_Z),
                voyages=voyages,
                vessels=dict(row["vessel_weights"] or []),
                start=row["t_start"],
                end=row["t_end"],
                kind=kind,
                detection=row["detection_id"] or "",
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
    """Posterior of the typical load, its spread, the shared bias, the counting error and the vessel effects.

    A reading over n voyages has mean exp(mu + spread^2 / 2) and a scatter of spread / sqrt(n) besides its own error.
    The counts themselves stay out of the likelihood: of readings alike in everything but their value only number, sum
    and sum of squares matter, so the cost does not grow with the number of counts.
    """
    model = case.load_model
    vessels = tuple(dict.fromkeys(v.id for v in case.vessels))
    typical, spreads, errors = law(model.typical), law(model.voyage_spread), law(model.count_error)

    def parts(z: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        return (
            typical.log_at(z[:, 0]),
            spreads.at(z[:, 1]),
            model.shared_bias * z[:, 2],
            errors.at(z[:, 3]),
            model.vessel_spread * z[:, 4:],
        )

    groups = _alike(readings, vessels)

    def loglik(z: NDArray[np.float64], _: NDArray[np.int64]) -> NDArray[np.float64]:
        mu, spread, bias, error, vessel = parts(z)
        s2, e2 = spread**2, error**2
        out = np.zeros(len(z))
        for group in groups:
            mean = mu + bias + vessel @ group.whose
            scatter = s2 if group.voyages <= 1 else np.expm1(s2) / group.voyages
            if group.voyages > 1:
                mean = mean + s2 / 2
            var = scatter + (e2 if group.own_error is None else group.own_error**2) + group.extra**2
            squares = group.squares - 2 * mean * group.sum + group.n * mean**2
            out -= 0.5 * (squares / var + group.n * np.log(var))
        return out

    dims = 4 + len(vessels)
    if readings:
        particles = min(PARTICLES, draws)
        z = tempered(loglik, dims, particles, rng).z
        z = z[np.concatenate([np.arange(particles), rng.integers(particles, size=draws - particles)])]
        rng.shuffle(z)
    else:
        z = rng.standard_normal((draws, dims))
    mu, spread, bias, error, vessel = parts(z)
    return LoadPosterior(mu, spread, bias, error, vessel, vessels, z, tuple(readings))


class _Alike(msgspec.Struct, frozen=True):
    """Readings alike in everything but their value: number, sum and sum of squares of the log values."""

    n: int
    sum: float
    squares: float
    voyages: float
    own_error: float | None
    extra: float
    whose: NDArray[np.float64]


def _alike(readings: list[LoadReading], vessels: tuple[str, ...]) -> list[_Alike]:
    groups: dict[tuple[Any, ...], list[float]] = defaultdict(list)
    for r in readings:
        groups[r.voyages, r.own_error, r.extra, tuple(sorted(r.vessels.items()))].append(r.log_value)
    out = []
    for (voyages, own, extra, whose), values in groups.items():
        y, weights = np.array(values), dict(whose)
        total = sum(weights.values())
        share = np.array([weights.get(v, 0.0) / total if total else 0.0 for v in vessels])
        out.append(_Alike(len(y), float(y.sum()), float((y**2).sum()), voyages, own, extra, share))
    return out


def draw_loads(
    posterior: LoadPosterior,
    draw: NDArray[np.int64],
    vessel: NDArray[np.int64],
    arrival: NDArray[np.int64],
    departure: NDArray[np.int64],
    detection: NDArray[np.int64],
    detections: tuple[str, ...],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Draw the load of every voyage of every draw; a voyage whose load was counted is drawn given its count.

    Args:
        posterior: of `fit_loads`.
        draw: (n,) index of the draw; rows are sorted by it.
        vessel: (n,) index in ``posterior.vessels``, -1 for a voyage of an unnamed ship.
        arrival: (n,) UTC microseconds at the origin.
        departure: (n,) likewise.
        detection: (n,) index in `detections`, -1 for a voyage that is none of them.
        detections: ids.
        rng: source of randomness.

    Returns:
        (n,) load units, and (n,) which voyages were counted.
    """
    mean = posterior.mu[draw]
    if posterior.vessel.shape[1]:
        mean = mean + np.where(vessel >= 0, posterior.vessel[draw, np.maximum(vessel, 0)], 0.0)
    sd = posterior.spread[draw]
    counted = np.zeros(len(draw), np.bool_)
    known = {name: i for i, name in enumerate(detections)}
    rounds: list[dict[int, LoadReading]] = []  # the first count of each detection, the second, and so on
    for reading in (r for r in posterior.readings if r.kind == "count"):
        if reading.detection:
            i = known.get(reading.detection)
            if i is not None:
                turn = next((told for told in rounds if i not in told), None)
                if turn is None:
                    rounds.append(turn := {})
                turn[i] = reading
        elif reading.start is not None and reading.end is not None:
            rows = _voyage_of(reading, posterior.vessels, draw, vessel, arrival, departure)
            error = posterior.error[draw[rows]] if reading.own_error is None else reading.own_error
            _given(
                mean, sd, rows, reading.log_value - posterior.bias[draw[rows]], np.hypot(error, reading.extra), counted
            )
    for told in rounds:
        value, extra, own = (np.full(len(detections), np.nan) for _ in range(3))
        for i, reading in told.items():
            value[i], extra[i] = reading.log_value, reading.extra
            own[i] = np.nan if reading.own_error is None else reading.own_error
        rows = np.flatnonzero((detection >= 0) & ~np.isnan(value[np.maximum(detection, 0)]))
        which, d = detection[rows], draw[rows]
        error = np.where(np.isnan(own[which]), posterior.error[d], own[which])
        _given(mean, sd, rows, value[which] - posterior.bias[d], np.hypot(error, extra[which]), counted)
    return np.exp(mean + sd * rng.standard_normal(len(mean))), counted


def _voyage_of(
    reading: LoadReading,
    vessels: tuple[str, ...],
    draw: NDArray[np.int64],
    vessel: NDArray[np.int64],
    arrival: NDArray[np.int64],
    departure: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return in each draw the first voyage that a count by time and vessel can belong to, as rows."""
    if reading.start is None or reading.end is None:
        raise ValueError("a count by time has both ends")
    start, end = (int(t.timestamp() * 1e6) for t in (reading.start, reading.end))
    fits = (arrival < end) & (departure > start)
    if reading.vessels:
        fits &= np.isin(vessel, [i for i, v in enumerate(vessels) if reading.vessels.get(v, 0.0) > 0])
    rows = np.flatnonzero(fits)
    _, first = np.unique(draw[rows], return_index=True)
    return np.asarray(rows[first])


def _given(
    mean: NDArray[np.float64],
    sd: NDArray[np.float64],
    rows: NDArray[np.int64],
    told: NDArray[np.float64],
    error: NDArray[np.float64],
    counted: NDArray[np.bool_],
) -> None:
    """Condition the log loads of `rows` on what was counted there, in place."""
    prior, weight = 1 / np.maximum(sd[rows], 1e-9) ** 2, 1 / np.maximum(error, 1e-9) ** 2
    mean[rows] = (prior * mean[rows] + weight * told) / (prior + weight)
    sd[rows] = 1 / np.sqrt(prior + weight)
    counted[rows] = True
