"""Trials of single promises: falsified numbers, repeats, stale bounds, other seeds, long windows and many voyages."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
from tally_fits import SCENARIO, count, hear, readings_of, reseeded, see, with_claims

from tidewaiter.model import ClaimModel, ListModel, Quantiles
from tidewaiter.simulate import Line, LineSpec, simulate_line
from tidewaiter.tally.claim import TELLING
from tidewaiter.tally.conflict import SURPRISING, conflicts
from tidewaiter.tally.fusion import fit_claims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tally_fits import Answer

    from tidewaiter.tally import Tally
    from tidewaiter.tally.fusion import Fit
    from tidewaiter.tally.observed import Reading

PLANTED = 2.5
TIMES = (1, 5, 20)
MOVED = ("containers", "rounds")
POINTS = (0.05, 0.5, 0.95)
STALE = 1 / 3

Row = dict[str, Any]


class Falsified(NamedTuple):
    """One line with a falsified number, and the same line without.

    Attributes:
        kind, source: of the falsified reading.
        factor: what it was multiplied by.
        p: of it.
        beside: p of the honest readings beside it.
        honest: p of all readings of the line without; empty where that was not fitted.
    """

    kind: str
    source: str
    factor: float
    p: float
    beside: tuple[float, ...]
    honest: tuple[float, ...]


class Stable(NamedTuple):
    """Largest relative move of a 5, 50 or 95 % point of containers or rounds by what should not move it.

    Attributes:
        repeats: by repeats that name where the number comes from.
        unlabelled: by the same number from another mouth some days later.
        derived: by more products of the same factor.
        stale: relative move of the median by a bound far below the truth, signed, by quantity and looseness.
        stale_p: of those bounds.
    """

    repeats: float
    unlabelled: float
    derived: float
    stale: dict[tuple[str, str], float]
    stale_p: tuple[float, ...]


class Repeated(NamedTuple):
    """One line fitted with several seeds.

    Attributes:
        equal: the same seed gave the same draws, bit by bit.
        medians, ends: relative distance from the mean over the seeds, of containers and rounds.
    """

    equal: bool
    medians: tuple[float, ...]
    ends: tuple[float, ...]


class Cost(NamedTuple):
    """Processor seconds of a fit by size."""

    months: int
    voyages: float
    cpu_s: float


def falsified(seed: int, *, beside_honest: bool) -> Falsified:
    """Falsify one reading of a line without gross errors; the fit does not know that there are none.

    Args:
        seed: of the line and of the lie.
        beside_honest: fit the line without the lie, too.
    """
    line = simulate_line(LineSpec(claims=ClaimModel(gross=0.0)), seed)
    line = msgspec.structs.replace(line, case=msgspec.structs.replace(line.case, claim_model=ClaimModel()))
    claims = line.tables["claims"]
    tally = count(line, see(line))
    honest = _doubts(line, tally, claims) if beside_honest else {}
    rng = np.random.default_rng([seed, 11])
    can_be = [r for r in readings_of(line.case, claims) if r.kind in {"point", "floor"}]
    chosen = can_be[rng.integers(len(can_be))]
    # "more than" a number that is far too low is still true: only raised, it is false
    factor = PLANTED if chosen.kind == "floor" or rng.random() < 0.5 else 1 / PLANTED
    rows = claims.to_pylist()
    for row in rows:
        if row["claim_id"] == chosen.claim_id:
            row |= {name: None if row[name] is None else row[name] * factor for name in ("low", "high")}
    doubts = _doubts(line, tally, _table(rows, claims))
    p = doubts.pop(chosen.claim_id)
    return Falsified(chosen.kind, chosen.voice.id, factor, p, tuple(doubts.values()), tuple(honest.values()))


def _doubts(line: Line, tally: Tally, claims: pa.Table) -> dict[str, float]:
    """P of every reading, given all others."""
    return {c.claim_id: c.p for c in conflicts(line.case, tally, hear(line.case, tally, claims))}


def stable(seed: int) -> Stable:
    """Add to a line what says nothing new."""
    line = simulate_line(LineSpec(), seed)
    claims, case = line.tables["claims"], line.case
    rows = claims.to_pylist()
    tally = count(line, see(line))
    done: list[tuple[tuple[Reading, ...], Fit]] = []

    def fit(more: Sequence[Row]) -> Fit:
        readings = readings_of(case, _table([*rows, *more], claims))
        for known, made in done:
            if known == readings:  # the fit is a function of what counts
                return made
        made = fit_claims(case, tally, readings, tally.scenarios[SCENARIO])
        done.append((readings, made))
        return made

    before = with_claims(tally, fit([]))

    def move(more: Sequence[Row]) -> float:
        return max(abs(x) for x in moves(before, with_claims(tally, fit(more)), POINTS))

    origins = [r for r in rows if not r["derived_from"]]
    telling = [r for r in origins if r["low"] >= TELLING]
    products = [r for r in rows if r["containers_base"] is not None]
    stale: dict[tuple[str, str], float] = {}
    stale_p: list[float] = []
    for bound in _stale(line):
        with_bound = fit([bound])
        moved = with_claims(tally, with_bound)
        which = "rounds" if bound["quantity"] == "round" else "containers"
        stale[which, bound["looseness"]] = moves(before, moved, (0.5,))[MOVED.index(which)]
        stale_p += [c.p for c in conflicts(case, tally, with_bound) if c.claim_id == bound["claim_id"]]
    return Stable(
        repeats=max(move(_repeats(r, n, labelled=True)) for r in origins for n in TIMES),
        unlabelled=max((move(_repeats(r, n, labelled=False)) for r in telling for n in TIMES), default=0.0),
        derived=max((move(_products(r, rows, n)) for r in products[:1] for n in TIMES[1:]), default=0.0),
        stale=stale,
        stale_p=tuple(stale_p),
    )


def moves(before: Answer, after: Answer, points: Sequence[float]) -> list[float]:
    """Relative moves of those points of containers, then of rounds."""
    return [float(np.quantile(after[q], p) / max(np.quantile(before[q], p), 1.0) - 1) for q in MOVED for p in points]


def _repeats(told: Row, times: int, *, labelled: bool) -> list[Row]:
    """The same number printed again by others in the days after it was said."""
    said = date.fromisoformat(told["stated"])
    source = {"derived_from": [told["claim_id"]], "derivation": "stated"} if labelled else {}
    return [
        {**told, **source, "claim_id": f"{told['claim_id']}x{n:02d}", "claimant": f"Outlet {n}"}
        | {"claimant_type": "media", "stated": (said + timedelta(days=n)).isoformat()}
        for n in range(1, times + 1)
    ]


def _products(product: Row, rows: Sequence[Row], times: int) -> list[Row]:
    """More numbers that the source computed from its own containers with its factor."""
    factor = product["low"] / product["containers_base"]
    own = [r for r in rows if r["claimant"] == product["claimant"] and r["quantity"] == "container"]
    made = []
    for n in range(times):
        base = own[n % len(own)]
        value = base["low"] * factor
        window = {name: base[name] for name in ("t_start", "t_end", "stated", "claim_id")}
        made.append(
            {**product, **window, "claim_id": f"{product['claim_id']}y{n:02d}", "low": value, "high": value}
            | {"containers_base": base["low"], "derived_from": [base["claim_id"]]}
        )
    return made


def _stale(line: Line) -> list[Row]:
    """True lower bounds far below the truth, by somebody nobody knows; how they are meant is said or is not."""
    end = line.case.window.end
    said = {
        "category": "delivery",
        "claimant": "An official passing by",
        "claimant_type": "",
        "stated": end.date().isoformat(),
        "t_start": line.case.window.start,
        "t_end": end,
        "per": "",
        "bound": "over",
        "use": "fit",
        **{name: line.tables["claims"].to_pylist()[0][name] for name in ("evidence", "row", "line")},
    }
    of = {"container": ("sea", line.truth.containers), "round": ("sea and rail", line.truth.rounds)}
    return [
        {**said, "claim_id": f"Z{quantity}{looseness}", "quantity": quantity, "route": route, "looseness": looseness}
        | {"low": float(f"{max(value * STALE, 1.0):.3g}"), "high": None}
        for quantity, (route, value) in of.items()
        for looseness in ("", "stale")
    ]


def repeated(seed: int, others: int) -> Repeated:
    """Fit one line with the same seed twice, and with other seeds."""
    line = simulate_line(LineSpec(), seed)

    def fit(one: Line) -> Answer:
        tally = count(one, see(one))
        return with_claims(tally, hear(one.case, tally, one.tables["claims"]))

    first, again = fit(line), fit(line)
    seeds = [first, *(fit(reseeded(line, seed + 1000 * n)) for n in range(1, others + 1))]
    points = np.log([[np.quantile(one[q], POINTS) for q in MOVED] for one in seeds])
    off = np.abs(np.expm1(points - points.mean(axis=0)))
    equal = all(np.array_equal(first[q], again[q]) for q in first)
    return Repeated(equal, tuple(off[:, :, 1].ravel().tolist()), tuple(off[:, :, ::2].ravel().tolist()))


def cost(months: int, voyages: float, draws: int) -> Cost:
    """Processor seconds of one fit of a line of that size."""
    rate = ListModel().rate_per_month
    scale = voyages / months / rate.p50
    spec = LineSpec(
        months=months,
        lists=ListModel(
            rate_per_month=Quantiles(rate.p5 * scale, rate.p50 * scale, rate.p95 * scale, "simulated"),
            monthly_change=Quantiles(0.02, 0.05, 0.12, "simulated"),
            total=Quantiles(0.9 * voyages, voyages, 1.1 * voyages, "simulated"),
        ),
    )
    line = simulate_line(spec, months)
    begin = time.process_time()
    tally = count(line, see(line, draws=draws), draws=draws)
    hear(line.case, tally, line.tables["claims"])
    return Cost(months, line.truth.voyages, time.process_time() - begin)


def slope(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Power of the size with which the cost grows: 1 = linearly."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def _table(rows: Sequence[Row], like: pa.Table) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=like.schema)


def flagged(ps: Sequence[float]) -> float:
    """Share of readings that the rest of the evidence contradicts."""
    return float(np.mean(np.asarray(ps) < SURPRISING)) if ps else float("nan")
