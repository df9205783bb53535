"""One simulated line, fitted: what every method says of it, beside its truth."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
import pyarrow.compute as pc
from tally_peers import independent, product, published, spreadsheet
from tally_scores import rank

from tidewaiter.inference import law
from tidewaiter.simulate import Line, LineSpec, simulate_line
from tidewaiter.tally import Tally, weigh
from tidewaiter.tally.claim import read_claims
from tidewaiter.tally.fusion import fit_claims
from tidewaiter.tally.intervals import interval, median
from tidewaiter.tally.observed import observe
from tidewaiter.tally.origins import trace
from tidewaiter.tally.weigh import Totals
from tidewaiter.voyages import fit_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case
    from tidewaiter.tally.fusion import Fit
    from tidewaiter.tally.observed import Reading

DRAWS = 10_000
LEVELS = (0.5, 0.9)
QUANTITIES = ("voyages", "containers", "rounds", "usable")
WHOLE = frozenset({"voyages"})
SCENARIO = "mix"

Answer = dict[str, "NDArray[np.float64]"]


class Summary(NamedTuple):
    """What a posterior says of one quantity: middle, ends by level, and the place of the truth among its draws."""

    middle: float
    ends: dict[float, tuple[float, float]]
    rank: float


class Outcome(NamedTuple):
    """One line.

    Attributes:
        truth: by quantity.
        fits: by method ("", "no_claims", peers that fit), by quantity.
        ranges: by peer without draws, by quantity: ends at 90 %.
        cpu_s: processor seconds of voyages, loads and claims together, where it was measured.
        distinct: draws of the tally that the claims left.
    """

    truth: dict[str, float]
    fits: dict[str, dict[str, Summary]]
    ranges: dict[str, dict[str, tuple[float, float]]]
    cpu_s: float
    distinct: int


def answer(totals: Totals) -> Answer:
    """Draws of every quantity over the whole window; rounds are those of all routes."""
    return {
        "voyages": totals.voyages(),
        "containers": totals.loads(),
        "rounds": totals.items(all_routes=True),
        "usable": totals.items(all_routes=True, usable=True),
    }


def see(line: Line, *, draws: int = DRAWS) -> pa.Table:
    """Draws of the voyages."""
    return fit_calls(line.case, line.tables, draws=draws, seed=line.case.seed).voyages


def count(line: Line, voyages: pa.Table, *, draws: int = DRAWS) -> Tally:
    """Tally of what was seen and counted."""
    return Tally(line.case, voyages, line.tables["loads"], draws, line.case.seed)


def readings_of(case: Case, claims: pa.Table) -> tuple[Reading, ...]:
    """The claims that count."""
    told = read_claims(claims)
    return observe(case, told, trace(told, case.load_model.unit)).readings


def hear(case: Case, tally: Tally, claims: pa.Table) -> Fit:
    """The tally given the claims, under the scenario that has a truth."""
    return fit_claims(case, tally, readings_of(case, claims), tally.scenarios[SCENARIO])


def with_claims(tally: Tally, fit: Fit) -> Answer:
    """What a fit says."""
    return answer(Totals(tally, fit.index, fit.holdings, fit.routes))


def without_claims(case: Case, tally: Tally) -> Answer:
    """What was seen and counted, with the content and the further routes as assumed."""
    rng = np.random.default_rng([case.seed, 3])
    laws = [law(leg.relative) for leg in case.legs if leg.relative is not None]
    routes = np.stack([x.log_at(rng.standard_normal(tally.size)) for x in laws], axis=1)
    return answer(Totals(tally, np.arange(tally.size), tally.holdings(SCENARIO), routes))


def summarise(said: Answer, truth: Mapping[str, float], seed: int) -> dict[str, Summary]:
    """Middle, ends and rank of every quantity."""
    rng = np.random.default_rng([seed, 5])
    return {
        q: Summary(
            median(x, whole=q in WHOLE),
            {level: interval(x, level, whole=q in WHOLE) for level in LEVELS},
            rank(truth[q], x, rng),
        )
        for q, x in said.items()
    }


def truth_of(line: Line) -> dict[str, float]:
    """What really happened, by quantity."""
    return {q: float(getattr(line.truth, q)) for q in QUANTITIES}


def one_line(
    spec: LineSpec, seed: int, *, peers: bool = False, fitted_peers: bool = False, as_run: bool = False
) -> Outcome:
    """Fit one line.

    Args:
        spec: what kind of line.
        seed: of the line and of its fit.
        peers: ask those who only calculate, too.
        fitted_peers: ask those who fit, which takes as long again.
        as_run: measure the time as in a run, with the fit for load alone, which this evaluation has no use for.
    """
    line = simulate_line(spec, seed)
    claims, truth = line.tables["claims"], truth_of(line)
    begin = time.process_time()
    voyages = see(line)
    tally = count(line, voyages)
    fit = weigh(line.case, claims, tally).fits[SCENARIO] if as_run else hear(line.case, tally, claims)
    cpu = time.process_time() - begin if as_run else math.nan
    said = {"": with_claims(tally, fit), "no_claims": without_claims(line.case, tally)}
    if fitted_peers:
        naive_case, naive_claims = independent(line.case, claims)
        said["copies_independent"] = with_claims(tally, hear(naive_case, tally, naive_claims))
        complete = count(line, voyages.filter(pc.field("seen")))
        said["no_unseen_voyages"] = with_claims(complete, hear(line.case, complete, claims))
    ranges: dict[str, Any] = {}
    if peers:
        ranges = {"spreadsheet": spreadsheet(line), "squigglepy": product(line), **published(line)}
    fits = {method: summarise(x, truth, seed) for method, x in said.items()}
    return Outcome(truth, fits, ranges, cpu, fit.distinct)


def reseeded(line: Line, seed: int) -> Line:
    """The same line, fitted with another seed."""
    return msgspec.structs.replace(line, case=msgspec.structs.replace(line.case, seed=seed))
