"""Run the call model: chains in threads, seeded, with diagnostics."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.errors import ModelError
from tidewaiter.inference import Law, law
from tidewaiter.model import Quantiles
from tidewaiter.voyages import kernel
from tidewaiter.voyages.grid import longest_stay
from tidewaiter.voyages.observations import active_steps, leg_shares, legs_in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Case
    from tidewaiter.voyages.fleet import Fleet
    from tidewaiter.voyages.grid import Grid
    from tidewaiter.voyages.surveys import Survey

CHAINS = 4
MOST_STATES = 2_000_000  # vessels times steps; memory grows with it
COVERAGE_POINTS = 9  # grid on which an unknown coverage is summed out
DEFAULT_PASSAGE = Quantiles(0.4, 0.8, 2.0, "assumed: a day's steaming")


class Samples(msgspec.Struct, frozen=True):
    """Draws from the posterior of the call model, chains one after the other.

    Attributes:
        paths: (draws, hulls, steps) int8 phases.
        rates: (draws, months) calls per idle day of a typical vessel.
        stays: (draws, 2) median stay in days at the origin and at a destination.
        coverage: (draws, fitted surveys) share of days seen.
        rhat: split R-hat of the number of calls; ess: its effective sample size (Vehtari et al. 2021).
    """

    paths: NDArray[np.int8]
    rates: NDArray[np.float64]
    stays: NDArray[np.float64]
    coverage: NDArray[np.float64]
    rhat: float
    ess: float


def sample(
    case: Case,
    fleet: Fleet,
    grid: Grid,
    looks: kernel.Looks,
    own: NDArray[np.float64],
    surveys: Sequence[Survey],
    *,
    draws: int,
    seed: int,
    sweeps_per_draw: int = 3,
    warmup: int = 400,
    chains: int = CHAINS,
) -> Samples:
    """Draw `draws` posterior states.

    Args:
        case: assumptions.
        fleet: hulls and places.
        grid: the time grid.
        looks: looks on the grid.
        own: evidence on single vessels, (hulls, phases, steps).
        surveys: all surveys; only those with role ``fit`` take part.
        draws: number of states kept, over all chains.
        seed: the same seed gives the same bits.
        sweeps_per_draw: sweeps between two kept states.
        warmup: sweeps before the first kept state of each chain.
        chains: independent chains.

    Raises:
        ModelError: the fleet or the window is too large for the model.
    """
    if len(fleet.hulls) * grid.steps > MOST_STATES:
        raise ModelError(
            f"{len(fleet.hulls)} vessels over {grid.steps} steps are more than the call model can hold",
            hint="shorten the window, raise step_h, or split the fleet",
        )
    lengths, pmf = _run_laws(case, fleet, grid)
    line = kernel.Line(
        grid.step_days,
        grid.month_of_step(),
        active_steps(case, fleet, grid),
        leg_shares(case, fleet, grid),
        lengths,
        own,
    )
    fit = [s for s in surveys if s.role == "fit"]
    counts = _survey_arrays(case, fleet, fit)
    priors = _priors(case)
    per_chain = math.ceil(draws / chains)
    sweeps = warmup + per_chain * sweeps_per_draw
    hulls = len(fleet.hulls)

    def one(chain: int) -> kernel.Kept:
        kept = kernel.Kept(
            paths=np.zeros((per_chain, hulls, grid.steps), np.int8),
            rates=np.zeros((per_chain, len(grid.months))),
            stays=np.zeros((per_chain, 2)),
            coverage=np.zeros((per_chain, len(fit))),
            trace=np.zeros(sweeps),
        )
        start = np.zeros((hulls, grid.steps), np.int8)
        rng = np.random.default_rng([seed, chain])
        kernel.run_chain(rng, start, sweeps, warmup, sweeps_per_draw, line, pmf.copy(), looks, counts, priors, kept)
        return kept

    with ThreadPoolExecutor(min(chains, os.cpu_count() or 1)) as pool:
        parts = list(pool.map(one, range(chains)))
    calls = np.stack([p.trace[warmup:] for p in parts])
    return Samples(
        paths=np.concatenate([p.paths for p in parts])[:draws],
        rates=np.concatenate([p.rates for p in parts])[:draws],
        stays=np.concatenate([p.stays for p in parts])[:draws],
        coverage=np.concatenate([p.coverage for p in parts])[:draws],
        rhat=split_rhat(calls),
        ess=effective_size(calls),
    )


def _run_laws(case: Case, fleet: Fleet, grid: Grid) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Longest run of each phase in steps, and the laws of the runs at the prior medians, (phases, longest)."""
    model = case.call_model
    back = law(model.turnaround_days)
    laws: list[tuple[Law, float]] = [
        (Law(0.0, 0.0), 0.0),
        (law(model.origin_stay_days), model.stay_spread),
        (Law(back.mu, 0.0), back.sigma),
    ]
    for leg in legs_in_order(case, fleet):
        passage = law(leg.travel_days or DEFAULT_PASSAGE)
        laws += [
            (Law(passage.mu, 0.0), passage.sigma),
            (law(model.destination_stay_days), model.stay_spread),
        ]
    lengths = np.array([1, *(longest_stay(one, spread, grid.step_days) for one, spread in laws[1:])], np.int64)
    pmf = np.zeros((fleet.phases, int(lengths.max())))
    pmf[0, 0] = 1.0
    for p, (one, spread) in enumerate(laws[1:], 1):
        kernel.fill_stay(pmf[p], lengths[p], math.exp(one.mu), max(spread, 1e-3), grid.step_days)
    return lengths, pmf


def _priors(case: Case) -> kernel.Priors:
    model = case.call_model
    idle, change = law(model.idle_days), law(model.monthly_change)
    origin, dest = law(model.origin_stay_days), law(model.destination_stay_days)
    spread = max(model.stay_spread, 1e-3)
    return kernel.Priors(
        rate=np.array([-idle.mu, idle.sigma, model.vessel_spread, change.mu, change.sigma]),
        stay=np.array([[origin.mu, origin.sigma, spread], [dest.mu, dest.sigma, spread]]),
    )


def _survey_arrays(case: Case, fleet: Fleet, fit: Sequence[Survey]) -> kernel.Surveys:
    """The fitted surveys as arrays; an unknown coverage becomes a grid of equally likely values, a stated one a point."""
    model = case.call_model
    usable = np.zeros((len(fit), COVERAGE_POINTS))
    share = np.zeros((len(fit), COVERAGE_POINTS))
    chance = np.zeros((len(fit), COVERAGE_POINTS, kernel.COVERED))
    normal = NormalDist()
    for i, s in enumerate(fit):
        if s.usable is not None:
            points = [s.usable / s.fitted.days]
        else:
            mu, sigma = s.coverage
            z = [normal.inv_cdf((g + 0.5) / COVERAGE_POINTS) for g in range(COVERAGE_POINTS)]
            points = [1 / (1 + math.exp(-(mu + sigma * x))) for x in z]
        for g, x in enumerate(points):
            usable[i, g], share[i, g] = x * s.fitted.days * model.seen_clear, 1 / len(points)
            for covered in range(1, kernel.COVERED):
                chance[i, g, covered] = kernel.chance_counted(
                    covered, s.fitted.days, usable[i, g], model.look_clustering, model.survey_distinct
                )
    return kernel.Surveys(
        phase=np.array([s.phase for s in fit], np.int64),
        start=np.cumsum([0, *(len(s.fitted.instants) for s in fit)]).astype(np.int64),
        instants=np.concatenate([np.zeros(0, np.int64), *(s.fitted.instants for s in fit)]),
        days=np.array([s.fitted.days for s in fit], np.float64),
        low=np.array([s.fitted.low for s in fit], np.int64),
        high=np.array([s.fitted.high for s in fit], np.int64),
        with_ship=np.array([s.with_ship for s in fit], np.int64),
        mask=np.array([s.mask for s in fit], np.bool_).reshape(len(fit), len(fleet.hulls)),
        weight=np.array([s.weight for s in fit], np.float64),
        usable=usable,
        share=share,
        chance=chance,
        clustering=model.look_clustering,
    )


def split_rhat(x: NDArray[np.float64]) -> float:
    """Split R-hat of chains (chains, sweeps); 1 when nothing varies. Gelman et al., Bayesian Data Analysis, 3rd ed."""
    half = x.shape[1] // 2
    if half < 2:
        return math.nan
    y = np.concatenate([x[:, :half], x[:, half : 2 * half]])
    within = y.var(axis=1, ddof=1).mean()
    if within == 0:
        return 1.0
    between = half * y.mean(axis=1).var(ddof=1)
    return float(math.sqrt(((half - 1) / half * within + between / half) / within))


def effective_size(x: NDArray[np.float64]) -> float:
    """Effective sample size of chains (chains, sweeps) by Geyer's initial positive sequence."""
    chains, n = x.shape
    centred = x - x.mean(axis=1, keepdims=True)
    variance = float((centred**2).mean())
    if variance == 0:
        return float(x.size)
    f = np.fft.rfft(centred, 2 * n, axis=1)
    acf = np.fft.irfft(f * np.conj(f), axis=1)[:, :n].mean(axis=0) / n / variance
    total = 0.0
    for k in range(1, n - 1, 2):
        pair = acf[k] + acf[k + 1]
        if pair <= 0:
            break
        total += pair
    return float(chains * n / (1 + 2 * total))
