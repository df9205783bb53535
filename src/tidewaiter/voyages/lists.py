"""Voyages from detection lists: who saw which voyage, how hard each looked, and so how many nobody saw.

Thinning, or capture and recapture: voyages happen at a monthly rate that walks at random; each list sees a voyage with
a chance that follows its looks; voyages are open, or dark and harder to see for every list alike.

    log l_t = log l_(t-1) + s e_t                               N_t ~ Poisson(l_t)
    p_jt(c) = 1 - exp(-exp(a_j) x_jt d_c)                       x_jt: looks of list j relative to their mean
    P(h|t)  = sum over classes of share_c prod_j p^h (1-p)^(1-h)
    n_ht ~ Poisson(l_t P(h|t)) for every history h that is not empty

The unseen voyages of a month are Poisson(l_t P(0|t)) and independent of what was seen, given the parameters, so they
are drawn exactly afterwards. The two classes stand for dependence between lists; how many voyages nobody could have
seen is not identified by the lists (Aleshin-Guendel, Sadinle, Wakefield 2021, arXiv 2101.09304): it comes from
`dark_share` and `dark_visibility`, which is why the report sweeps it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.errors import ModelError
from tidewaiter.inference import law, share_law, tempered
from tidewaiter.model.tables import FROM_LISTS, INFERRED_CALLS, TIME, VOYAGE_DRAWS
from tidewaiter.voyages.grid import month_starts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tidewaiter.model import Case, DetectionList

METHOD = "voyages.lists/1"
PARTICLES = 1000
NARROW = 0.02  # least log spread of a declared total; a total known exactly would leave no room to move
MONTH_DAYS = 365.25 / 12
SMALLEST = 1e-300  # keeps the logarithm of an impossible history finite
UNSEEN_MONTH = 0.05  # looks, relative to the mean, of a month in which a list saw something though it did not look


class ListEvidence(msgspec.Struct, frozen=True):
    """What the lists saw, by month.

    Attributes:
        months: first moments of the months of the window, and its end: months + 1 times.
        weight: (months,) length of each in mean months.
        exposure: (lists, months) looks relative to their mean; 1 where a list states none.
        seen: (2**lists, months) voyages by history; bit j of the history = list j saw it; row 0 is empty.
        ids: of the detections in the window; month, start, end: (detections,) index, and UTC microseconds.
    """

    months: tuple[datetime, ...]
    weight: NDArray[np.float64]
    exposure: NDArray[np.float64]
    seen: NDArray[np.int64]
    ids: tuple[str, ...]
    start: NDArray[np.int64]
    end: NDArray[np.int64]


class ListPosterior(msgspec.Struct, frozen=True):
    """What the lists say.

    Attributes:
        rate: (particles, months) voyages a month.
        nobody: (particles, months) chance that nobody sees a voyage.
        z: (particles, dims) coordinates behind all: first rate, change, steps, lists, share and visibility of the dark.
    """

    rate: NDArray[np.float64]
    nobody: NDArray[np.float64]
    z: NDArray[np.float64]


def read_lists(case: Case, tables: Mapping[str, pa.Table]) -> tuple[ListEvidence, list[tuple[str, str]]]:
    """Sort the detections into months and histories, and lay the looks beside them.

    Raises:
        ModelError: a case with detections that declares no list.
    """
    lists = case.lists
    if not lists:
        raise ModelError(
            "there are detections, but no list is declared", file="case.toml", hint="add [[lists]] entries"
        )
    starts = month_starts(case.window)
    months = (case.window.start, *starts[1:], case.window.end)
    edges = np.array([_micros(t) for t in months])
    weight = np.diff(edges) / (MONTH_DAYS * 86400e6)
    notices = []
    position = {x.id: j for j, x in enumerate(lists)}
    seen = np.zeros((2 ** len(lists), len(weight)), np.int64)
    ids, first, last = [], [], []
    for row in tables["detections"].to_pylist():
        start, end = max(_micros(row["t_start"]), int(edges[0])), min(_micros(row["t_end"]), int(edges[-1]))
        if start >= end:
            notices.append((f"detections/{row['detection_id']}", "it lies outside the window of the case"))
            continue
        month = int(np.searchsorted(edges, (start + end) // 2, side="right")) - 1
        seen[sum(1 << position[x] for x in row["lists"]), min(month, len(weight) - 1)] += 1
        ids.append(row["detection_id"])
        first.append(start)
        last.append(end)
    exposure = _exposure(lists, edges, tables["exposures"])
    for j, one in enumerate(lists):
        histories = [h for h in range(1, len(seen)) if h >> j & 1]
        blind = (exposure[j] < UNSEEN_MONTH) & (seen[histories].sum(axis=0) > 0)
        if blind.any():
            exposure[j, blind] = UNSEEN_MONTH
            notices.append(
                (f"lists.{one.id}", "it saw voyages in months for which it states no looks; a few are assumed")
            )
    evidence = ListEvidence(
        months, weight, exposure, seen, tuple(ids), np.array(first, np.int64), np.array(last, np.int64)
    )
    return evidence, notices + _weak(lists, seen)


def _exposure(lists: tuple[DetectionList, ...], edges: NDArray[np.int64], table: pa.Table) -> NDArray[np.float64]:
    looks = np.full((len(lists), len(edges) - 1), np.nan)
    for row in table.to_pylist():
        j = next((j for j, x in enumerate(lists) if x.id == row["list_id"]), None)
        if j is None:
            continue
        start, end = _micros(row["t_start"]), _micros(row["t_end"])
        overlap = np.clip(np.minimum(edges[1:], end) - np.maximum(edges[:-1], start), 0, None)
        inside = overlap > 0
        looks[j, inside] = np.nan_to_num(looks[j, inside]) + row["looks"] * overlap[inside] / max(end - start, 1)
    lengths = np.diff(edges)
    for j in range(len(lists)):
        if np.isnan(looks[j]).all():
            looks[j] = lengths  # nothing is stated: as if it looked evenly
        looks[j] = np.nan_to_num(looks[j]) / lengths
        mean = looks[j].mean()
        looks[j] = looks[j] / mean if mean > 0 else 0.0
    return looks


def _weak(lists: tuple[DetectionList, ...], seen: NDArray[np.int64]) -> list[tuple[str, str]]:
    """Say what the lists cannot tell."""
    shared = sum(int(seen[h].sum()) for h in range(1, len(seen)) if h & (h - 1))
    if not seen.sum():
        return [("lists", "no list saw a voyage, so their number comes from the assumptions alone")]
    if len(lists) == 1:
        return [("lists", "one list alone cannot tell what it misses; its completeness is as assumed")]
    if not shared:
        return [("lists", "no voyage was seen by two lists, so what all of them miss rests on the assumptions")]
    return []


def fit_lists(
    case: Case, evidence: ListEvidence, rng: np.random.Generator, *, particles: int = PARTICLES
) -> ListPosterior:
    """Infer rates and visibility from the lists, (particles) equally weighted draws."""
    model = case.list_model
    first, change = law(model.rate_per_month), law(model.monthly_change)
    share, visible = share_law(model.dark_share), share_law(model.dark_visibility)
    chances = [share_law(x.seen) for x in case.lists]
    months, n_lists = len(evidence.weight), len(case.lists)
    log_weight = np.log(evidence.weight)
    total = None if model.total is None else law(model.total)
    history, month = np.nonzero(evidence.seen)
    counts = evidence.seen[history, month].astype(float)
    flat = history * months + month
    path = slice(0, months + 1)
    detection = slice(months + 1, months + 1 + n_lists + 2)

    def rates(z: NDArray[np.float64]) -> NDArray[np.float64]:
        steps = np.empty((len(z), months))
        steps[:, 0] = first.log_at(z[:, 0])
        steps[:, 1:] = change.at(z[:, 1])[:, None] * z[:, 2 : months + 1]
        return np.asarray(np.cumsum(steps, axis=1) + log_weight)

    def histories(z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chance of every history in every month, (n, histories, months)."""
        z = z[:, detection]
        dark, dim = share.at(z[:, n_lists]), visible.at(z[:, n_lists + 1])
        misses = [-np.log1p(-c.at(z[:, j])) for j, c in enumerate(chances)]
        out = np.empty((len(z), 2**n_lists, months))
        for k, (part, seen) in enumerate(((1 - dark, 1.0), (dark, dim))):
            tree = [np.broadcast_to(part[:, None], (len(z), months))]
            for j in range(n_lists):
                missed = np.exp(-(misses[j] * seen)[:, None] * evidence.exposure[j])
                tree = [t * missed for t in tree] + [t * (1 - missed) for t in tree]
            for h, chance in enumerate(tree):
                out[:, h] = chance if k == 0 else out[:, h] + chance
        return out

    def loglik(z: NDArray[np.float64], _: NDArray[np.int64]) -> NDArray[np.float64]:
        log_rate, chance = rates(z), histories(z)
        rate = np.exp(np.minimum(log_rate, 50.0))
        told = np.log(np.maximum(chance.reshape(len(z), -1)[:, flat], SMALLEST)) + log_rate[:, month]
        out = told @ counts - (rate * (1 - chance[:, 0])).sum(axis=1)
        if total is not None:
            out -= 0.5 * ((np.log(rate.sum(axis=1)) - total.mu) / max(total.sigma, NARROW)) ** 2
        return np.asarray(out)

    dims = months + 1 + n_lists + 2
    blocks = (path, detection, [0, *range(detection.start, detection.stop)])
    z = tempered(loglik, dims, particles, rng, blocks=blocks).z
    return ListPosterior(np.exp(rates(z)), histories(z)[:, 0], z)


def list_coordinates(case: Case, posterior: ListPosterior) -> dict[str, NDArray[np.float64]]:
    """Coordinates by the id of the prior they belong to, (particles,) each."""
    z, n = posterior.z, len(case.lists)
    seen = {f"lists.{one.id}.seen": z[:, -2 - n + j] for j, one in enumerate(case.lists)}
    return {
        "lists_model.rate_per_month": z[:, 0],
        "lists_model.monthly_change": z[:, 1],
        **seen,
        "lists_model.dark_share": z[:, -2],
        "lists_model.dark_visibility": z[:, -1],
    }


def draw_voyages(
    case: Case, evidence: ListEvidence, posterior: ListPosterior, draws: int, rng: np.random.Generator
) -> tuple[pa.Table, NDArray[np.int64]]:
    """Draw every voyage, seen and unseen, of every draw.

    A seen voyage lies somewhere in the span of its detection, an unseen one somewhere in its month.

    Returns:
        VOYAGE_DRAWS, sorted by draw; and (draws,) the particle behind each draw.
    """
    particle = rng.permutation(np.arange(draws) % len(posterior.rate))
    unseen = rng.poisson(posterior.rate[particle] * posterior.nobody[particle])
    edges = np.array([_micros(t) for t in evidence.months])
    known = len(evidence.ids)
    draw_unseen, month = (np.repeat(x.ravel(), unseen.ravel()) for x in np.indices(unseen.shape))
    draw = np.concatenate([np.repeat(np.arange(draws), known), draw_unseen])
    start = np.concatenate([np.tile(evidence.start, draws), edges[month]])
    end = np.concatenate([np.tile(evidence.end, draws), edges[month + 1]])
    which = np.concatenate([np.tile(np.arange(known), draws), np.full(len(month), -1)])
    t = start + (rng.random(len(draw)) * (end - start)).astype(np.int64)
    order = np.argsort(draw, kind="stable")
    draw, t, which = draw[order], t[order], which[order]
    legs = [leg for leg in case.legs if leg.measured]
    times = pa.array(t, pa.timestamp("us", tz="UTC"))
    origin, destination = (legs[0].origin, legs[0].destination) if legs else (None, None)
    nothing = pa.nulls(len(t), pa.string())
    columns = {
        "draw": pa.array(draw, pa.int32()),
        "vessel_id": nothing,
        "origin_id": pa.repeat(pa.scalar(origin, pa.string()), len(t)),
        "destination_id": pa.repeat(pa.scalar(destination if len(legs) == 1 else None, pa.string()), len(t)),
        "arrival": times,
        "departure": times,
        "destination_arrival": times,
        "destination_departure": times,
        "detection_id": pa.array([*evidence.ids, None], pa.string()).take(pa.array(np.where(which < 0, known, which))),
        "seen": pa.array(which >= 0),
    }
    return pa.table(columns, schema=VOYAGE_DRAWS), particle


def list_ledger(case: Case, evidence: ListEvidence) -> pa.Table:
    """The detections as calls of the ledger, INFERRED_CALLS; nobody knows when the unseen ones were."""
    legs = [leg for leg in case.legs if leg.measured]
    rows: list[dict[str, Any]] = [
        {
            "call_id": f"call-{n:03d}",
            "place_id": legs[0].origin if legs else "",
            "vessel_weights": [],
            "arrival_earliest": start,
            "arrival_latest": end,
            "departure_earliest": start,
            "departure_latest": None,
            "probability": 1.0,
            "basis": "seen",
            "readings": [f"detections/{ident}"],
        }
        for n, (start, end, ident) in enumerate(
            sorted(
                (s, e, i)
                for s, e, i in zip(
                    pa.array(evidence.start, TIME).to_pylist(),
                    pa.array(evidence.end, TIME).to_pylist(),
                    evidence.ids,
                    strict=True,
                )
            ),
            1,
        )
    ]
    return pa.Table.from_pylist(rows, schema=INFERRED_CALLS)


def lists_as_surveys(case: Case, evidence: ListEvidence, posterior: ListPosterior, origin: str) -> list[dict[str, Any]]:
    """The lists as published counts, one a month, so that they speak to the same voyages as dated looks and AIS fixes.

    What all lists together saw of a month is a count whose completeness was learnt from how they overlap. A survey
    states the share of *days* seen, so the chance p to notice a stay of k days becomes 1 - (1 - p)^(1/k).

    Returns:
        Rows of SURVEYS without evidence; their ids begin with ``lists-``.
    """
    stay = max(case.call_model.origin_stay_days.p50, 1.0)
    share = 1 - posterior.nobody ** (1 / stay)
    low, high = np.clip(np.quantile(share, [0.05, 0.95], axis=0), 1e-3, 0.999)
    counts = evidence.seen[1:].sum(axis=0)
    rows = []
    for m, count in enumerate(counts):
        if high[m] <= 2e-3:
            continue
        start, end = evidence.months[m], evidence.months[m + 1]
        rows.append(
            {
                "survey_id": f"{FROM_LISTS}{start:%Y-%m}",
                "place_id": origin,
                "t_start": start,
                "t_end": end if end - start >= timedelta(days=1) else start + timedelta(days=1),
                "calls_low": int(count),
                "calls_high": int(count),
                "bound": "exact",
                "coverage_low": float(low[m]),
                "coverage_high": float(max(high[m], low[m] * 1.0001)),
                "use": "fit",
                "by": "detection lists",
            }
        )
    return rows


def _micros(t: datetime) -> int:
    return round(t.timestamp() * 1e6)
