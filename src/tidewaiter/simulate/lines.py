"""Supply lines with known truth as detection lists, counts and claims show them: what the tally is calibrated on.

Every unknown is drawn from the priors that the case declares, so a fit that is right is right as often as it says. Two
things can be set against those priors on purpose, to see what breaks: how visible dark voyages are, and how large the
biases of sources are.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.inference import law, share_law
from tidewaiter.model import (
    Case,
    ClaimModel,
    DetectionList,
    Item,
    Leg,
    ListModel,
    LoadModel,
    Part,
    Place,
    Quantiles,
    Scenario,
    Speaker,
    Window,
)
from tidewaiter.model.tables import READINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

MONTHS = 20
MONTH_DAYS = 365.25 / 12
MIX = Scenario(
    id="mix",
    label="a mix of shells and rockets",
    item="round",
    share=Quantiles(0.63, 0.845, 0.945, "simulated"),
    mix=(
        Part("heavy shells", Quantiles(1.22, 1.22, 1.22), Quantiles(183, 300, 491)),
        Part("medium shells", Quantiles(0.44, 1.0, 2.28), Quantiles(236, 420, 747)),
        Part("other", Quantiles(0.157, 0.497, 1.57), Quantiles(56, 150, 402)),
    ),
    defect=Quantiles(0.14, 0.30, 0.53, "simulated"),
    source="simulated",
)
LISTS = (
    DetectionList("origin_imagery", "images of the load port", Quantiles(0.23, 0.55, 0.92)),
    DetectionList("destination_imagery", "images of the discharge port", Quantiles(0.15, 0.40, 0.80)),
    DetectionList("ais_gap", "gaps of AIS that fit the passage", Quantiles(0.20, 0.50, 0.89)),
)
SOURCES = (
    Speaker("gov_a", ("Government A",), group="allied governments", bias=0.20, imagery=False),
    Speaker("gov_b", ("Government B",), group="allied governments", bias=0.20, imagery=False),
    Speaker("gov_c", ("Government C",), group="government c", bias=0.30, imagery=False),
    Speaker("team", ("Imagery team",), group="imagery", bias=0.12, imagery=False),
    Speaker("ngo", ("Charity",), group="imagery", bias=0.25, imagery=False),
    Speaker("records", ("Freight records",), group="records", bias=0.25, imagery=False),
    Speaker("insurer", ("Insurer",), group="insurers", bias=0.20, imagery=False),
    Speaker("monitors", ("Monitors",), group="allied governments", bias=0.25, imagery=False),
    Speaker("press", ("Unnamed officials",), group="press", bias=0.50, imagery=False),
)


class Statement(msgspec.Struct, frozen=True):
    """One origin of a simulated record: who, by the end of which month (of twenty), what, how worded, how often repeated."""

    source: str
    month: int
    quantity: str
    bound: str = "about"
    looseness: str = ""
    copies: int = 0
    derived: bool = False


RECORD = (
    Statement("gov_a", 5, "container", "at_least", "loose", copies=1),
    Statement("ngo", 6, "round", copies=1),
    Statement("gov_a", 7, "container", copies=3, derived=True),
    Statement("gov_b", 7, "container", "at_least", "tight", copies=2),
    Statement("gov_c", 7, "round", copies=1),
    Statement("insurer", 10, "container", copies=2, derived=True),
    Statement("gov_b", 12, "container", copies=2, derived=True),
    Statement("records", 13, "round", copies=2),
    Statement("gov_a", 14, "container", "at_least", "tight", copies=3, derived=True),
    Statement("press", 15, "round", copies=2),
    Statement("gov_a", 17, "container", copies=2, derived=True),
    Statement("records", 18, "container", copies=2, derived=True),
    Statement("team", 20, "container", copies=3, derived=True),
    Statement("gov_c", 20, "round", copies=3),
    Statement("insurer", 20, "container", copies=1, derived=True),
    Statement("monitors", 20, "round", "at_least", "tight", copies=2),
    Statement("gov_a", 20, "container", copies=3, derived=True),
)
"""Shaped like the public record of the defining case: few who count, many who repeat, numbers computed from numbers."""


class LineSpec(msgspec.Struct, frozen=True):
    """What kind of line to make.

    Attributes:
        dark_visibility: of dark voyages, instead of its prior.
        bias_scale: of all sources, instead of its prior.
        counted: chance that the load of a seen voyage is counted.
        months: length of the window.
        lists, loads, claims: assumptions, from which the truth is drawn.
    """

    dark_visibility: float | None = None
    bias_scale: float | None = None
    counted: float = 0.6
    months: int = MONTHS
    lists: ListModel = ListModel(total=Quantiles(20, 70, 245, "simulated"))
    loads: LoadModel = LoadModel(typical=Quantiles(159, 240, 362, "simulated"))
    claims: ClaimModel = ClaimModel()


class LineTruth(msgspec.Struct, frozen=True):
    """What really happened: voyages and containers by sea, rounds by all routes; rounds per container, empty ones included."""

    voyages: float
    unseen: float
    containers: float
    rounds: float
    usable: float
    per_container: float


class Line(msgspec.Struct, frozen=True):
    """A case with its readings and its truth; `copies` and `derived` are the claims that add nothing."""

    case: Case
    tables: dict[str, pa.Table]
    truth: LineTruth
    copies: tuple[str, ...]
    derived: tuple[str, ...]


def line_case(spec: LineSpec, seed: int) -> Case:
    """Return the declarations of a simulated line."""
    start = datetime(2030, 1, 1, tzinfo=UTC)
    places = tuple(
        Place(i, i.capitalize(), lat=40.0 + n, lon=130.0, source="simulated") for n, i in enumerate(("alpha", "bravo"))
    )
    rail = Leg("alpha", "bravo", mode="rail", measured=False, relative=Quantiles(0.0182, 0.08, 0.351, "simulated"))
    return Case(
        root=Path(),
        id="line",
        title=f"Simulated line {seed}",
        question="How much moved?",
        window=Window(start, _month(start, spec.months)),
        places=places,
        vessels=(),
        legs=(Leg("alpha", "bravo", source="simulated"), rail),
        items=(Item("round", "rounds", "round"),),
        scenarios=(MIX,),
        inputs=(),
        load_model=spec.loads,
        claim_model=spec.claims,
        list_model=spec.lists,
        lists=LISTS,
        sources=SOURCES,
        seed=seed,
    )


def simulate_line(spec: LineSpec, seed: int) -> Line:
    """Make one line; the same seed gives the same line."""
    rng = np.random.default_rng([seed, 7])
    case = line_case(spec, seed)
    start = case.window.start
    edges = [_month(start, t) for t in range(spec.months + 1)]
    lengths = np.array([(b - a).days for a, b in pairwise(edges)]) / MONTH_DAYS
    rate = _rates(spec, lengths, rng)
    exposure = np.ones((len(LISTS), spec.months))
    exposure[:2] = rng.gamma(4.0, 0.25, (2, spec.months))
    scaled = exposure / exposure.mean(axis=1, keepdims=True)
    hazard = np.array([-math.log1p(-share_law(x.seen).draw(rng)) for x in LISTS])
    dark = share_law(spec.lists.dark_share).draw(rng)
    dim = share_law(spec.lists.dark_visibility).draw(rng)
    dim = dim if spec.dark_visibility is None else spec.dark_visibility
    month = np.repeat(np.arange(spec.months), rng.poisson(rate))
    visibility = np.where(rng.random(len(month)) < dark, dim, 1.0)
    seen = rng.random((len(LISTS), len(month))) < 1 - np.exp(-hazard[:, None] * scaled[:, month] * visibility)
    at = month + rng.random(len(month))

    mu = math.log(law(spec.loads.typical).draw(rng))
    spread = law(spec.loads.voyage_spread).draw(rng)
    load = np.exp(mu + spread * rng.standard_normal(len(month)))
    any_list = seen.any(axis=0)
    counted = any_list & (rng.random(len(month)) < spec.counted)
    error = law(spec.loads.count_error).draw(rng)
    bias = spec.loads.shared_bias * rng.standard_normal()
    counts = np.exp(np.log(load) + bias + error * rng.standard_normal(len(load)))

    share = share_law(MIX.share or Quantiles(1, 1, 1)).draw(rng)
    weights = np.array([law(p.weight).draw(rng) for p in MIX.mix])
    held = np.array([law(p.per_unit).draw(rng) for p in MIX.mix])
    content = float((weights * held).sum() / weights.sum())
    rail = law(case.legs[1].relative or Quantiles(1, 1, 1)).draw(rng)
    usable = 1 - share_law(MIX.defect or Quantiles(1, 1, 1)).draw(rng)

    def containers(months: float) -> float:
        return float(load[at < months].sum())

    rounds = containers(spec.months) * share * (1 + rail) * content
    truth = LineTruth(
        len(month), float((~any_list).sum()), containers(spec.months), rounds, rounds * usable, share * content
    )
    claims, copies, derived = _claims(spec, case, containers, share * content, rail, rng)
    detections = [
        {
            "detection_id": f"D{i:04d}",
            "t_start": _month(start, int(month[i])),
            "t_end": _month(start, int(month[i]) + 1),
            "lists": [x.id for j, x in enumerate(LISTS) if seen[j, i]],
        }
        for i in np.flatnonzero(any_list)
    ]
    exposures = [
        {
            "list_id": x.id,
            "t_start": _month(start, t),
            "t_end": _month(start, t + 1),
            "looks": float(exposure[j, t] * lengths[t]),
        }
        for j, x in enumerate(LISTS)
        for t in range(spec.months)
    ]
    loads = [
        {
            "load_id": f"N{i:04d}",
            "t_start": _month(start, int(month[i])),
            "t_end": _month(start, int(month[i]) + 1),
            "low": float(counts[i]),
            "high": float(counts[i]),
            "unit": "container",
            "kind": "count",
            "voyages": 1.0,
            "channel": "loaded",
            "detection_id": f"D{i:04d}",
        }
        for i in np.flatnonzero(counted)
    ]
    made = {"detections": detections, "exposures": exposures, "loads": loads, "claims": claims}
    return Line(case, {n: _table(n, made.get(n, [])) for n in READINGS}, truth, copies, derived)


def _rates(spec: LineSpec, lengths: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Voyages expected in each month, from their prior; a declared total is the same soft weight that the fit uses."""
    total = None if spec.lists.total is None else law(spec.lists.total)
    while True:
        first = math.log(law(spec.lists.rate_per_month).draw(rng))
        change = law(spec.lists.monthly_change).draw(rng)
        rate = lengths * np.exp(first + change * np.cumsum([0.0, *rng.standard_normal(spec.months - 1)]))
        if total is None or math.log(rng.random()) < -0.5 * ((math.log(rate.sum()) - total.mu) / total.sigma) ** 2:
            return np.asarray(rate)


def _claims(
    spec: LineSpec, case: Case, containers: Any, per_container: float, rail: float, rng: np.random.Generator
) -> tuple[list[dict[str, Any]], tuple[str, ...], tuple[str, ...]]:
    """Return the statements of `RECORD` with what was computed from them and who repeated them."""
    model, start = spec.claims, case.window.start
    scale = law(model.bias_scale).draw(rng)
    scale = scale if spec.bias_scale is None else spec.bias_scale
    group = {s.group: rng.standard_normal() for s in SOURCES}
    bias = {
        s.id: scale
        * (s.bias or 0.0)
        * (math.sqrt(1 - model.group_share) * rng.standard_normal() + math.sqrt(model.group_share) * group[s.group])
        for s in SOURCES
    }
    factor = {
        s: per_container * math.exp(model.factor_error * rng.standard_normal())
        for s in sorted({t.source for t in RECORD if t.derived})
    }
    names = {s.id: s.names[0] for s in SOURCES}
    rows: list[dict[str, Any]] = []
    derived, copies = [], []

    def add(ident: str, claimant: str, month: int, quantity: str, value: float, **more: Any) -> None:
        until = _month(start, month)
        row: dict[str, Any] = {
            "claim_id": ident,
            "category": "delivery",
            "claimant": claimant,
            "claimant_type": "government",
        }
        row |= {"stated": until.date().isoformat(), "t_start": start, "t_end": until, "quantity": quantity, "per": ""}
        row |= {"route": "sea" if quantity == "container" else "sea and rail", "low": value, "use": "fit"}
        rows.append(row | {"high": None if more.get("bound") == "at_least" else value} | more)

    for n, told in enumerate(RECORD, 1):
        month = max(round(spec.months * told.month / MONTHS), 1)
        true = containers(month) * (per_container * (1 + rail) if told.quantity == "round" else 1.0)
        size = model.gross_error if rng.random() < model.gross else model.error
        log_value = math.log(max(true, 1.0)) + bias[told.source] + size * rng.standard_normal()
        if told.looseness:
            log_value -= rng.exponential(getattr(model, told.looseness))
        value = float(f"{math.exp(log_value):.3g}")
        ident, bound = f"C{n:02d}", told.bound
        add(ident, names[told.source], month, told.quantity, value, bound=bound, looseness=told.looseness)
        if told.derived:
            derived.append(f"{ident}r")
            base = {"containers_base": value, "derived_from": [ident], "derivation": "arithmetic", "bound": "about"}
            product = float(f"{value * factor[told.source]:.3g}")
            add(derived[-1], names[told.source], month, "round", product, **base)
        for copy in range(told.copies):
            copies.append(f"{ident}k{copy + 1}")
            repeat = {"derived_from": [ident], "derivation": "stated", "bound": bound, "claimant_type": "media"}
            add(copies[-1], f"Paper {n}-{copy + 1}", month, told.quantity, value, **repeat)
    return rows, tuple(copies), tuple(derived)


def _month(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    return start.replace(year=start.year + years, month=month + 1)


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    places: Mapping[str, Any] = {"evidence": "0" * 64}
    filled = [{**row, **places, "row": n, "line": n + 1} for n, row in enumerate(rows, 1)]
    return pa.Table.from_pylist(filled, schema=READINGS[name])
