"""Run the call model: chains in threads, seeded, with diagnostics."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from statistics import NormalDist
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from tidewaiter.errors import ModelError
from tidewaiter.model import Quantiles
from tidewaiter.voyages import kernel
from tidewaiter.voyages.grid import LogNormal, lognormal, longest_stay
from tidewaiter.voyages.observations import active_steps, leg_shares, legs_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tidewaiter.model import Case
    from tidewaiter.voyages.grid import Grid
    from tidewaiter.voyages.observations import Fleet, Looks
    from tidewaiter.voyages.surveys import Survey

CHAINS = 4
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
    looks: Looks,
    static: NDArray[np.float64],
    surveys: Sequence[Survey],
    *,
    draws: int,
    seed: int,
    sweeps_per_draw: int = 2,
    warmup: int = 400,
    chains: int = CHAINS,
    progress: Callable[[str], None] | None = None,
) -> Samples:
    """Draw `draws` posterior states.

    Args:
        case: assumptions.
        fleet: hulls and places.
        grid: the time grid.
        looks: looks on the grid.
        static: evidence on single vessels, (hulls, phases, steps).
        surveys: all surveys; only those with role ``fit`` take part.
        draws: number of states kept, over all chains.
        seed: the same seed gives the same bits.
        sweeps_per_draw: sweeps between two kept states.
        warmup: sweeps before the first kept state of each chain.
        chains: independent chains.
        progress: called with a word on what is being done.

    Raises:
        ModelError: the fleet or the window is too large for the model.
    """
    model = case.call_model
    if len(fleet.hulls) * grid.steps > 2_000_000:
        raise ModelError(
            f"{len(fleet.hulls)} vessels over {grid.steps} steps are more than the call model can hold",
            hint="shorten the window, raise step_h, or split the fleet",
        )
    day = grid.step_days
    n_dest = len(fleet.destinations)
    origin, dest = lognormal(model.origin_stay_days), lognormal(model.destination_stay_days)
    stay_laws: list[tuple[LogNormal, float]] = [(LogNormal(0, 0), 0.0)] * fleet.phases
    stay_laws[1] = (origin, model.stay_spread)
    back = lognormal(model.turnaround_days)
    stay_laws[2] = (LogNormal(back.mu, 0.0), back.sigma)
    for j, leg in enumerate(legs_in_order(case, fleet)):
        out = lognormal(leg.travel_days or DEFAULT_PASSAGE)
        stay_laws[3 + 2 * j] = (LogNormal(out.mu, 0.0), out.sigma)
        stay_laws[4 + 2 * j] = (dest, model.stay_spread)
    lengths = np.array([1, *(longest_stay(law, spread, day) for law, spread in stay_laws[1:])], np.int64)
    pmf = np.zeros((fleet.phases, int(lengths.max())))
    pmf[0, 0] = 1.0
    for p in range(1, fleet.phases):
        law, spread = stay_laws[p]
        kernel.fill_stay(pmf[p], lengths[p], math.exp(law.mu), max(spread, 1e-3), day)

    idle, change = lognormal(model.idle_days), lognormal(model.monthly_change)
    fit = [s for s in surveys if s.role == "fit"]
    month = grid.month_of_step()
    active = active_steps(case, fleet, grid)
    shares = leg_shares(case, fleet, grid)
    per_chain = math.ceil(draws / chains)
    sweeps = warmup + per_chain * sweeps_per_draw
    usable, share = _coverage_grid(fit, model.seen_clear)
    instants = np.concatenate([s.instants for s in fit]) if fit else np.zeros(0, np.int64)
    hulls = len(fleet.hulls)

    def one(chain: int) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        rng = np.random.default_rng([seed, chain])
        out_paths = np.zeros((per_chain, hulls, grid.steps), np.int8)
        out_rates = np.zeros((per_chain, int(month[-1]) + 1))
        out_stays = np.zeros((per_chain, 2))
        out_coverage = np.zeros((per_chain, len(fit)))
        trace = np.zeros((sweeps, 2))
        kernel.run_chain(
            rng,
            np.zeros((hulls, grid.steps), np.int8),
            sweeps,
            warmup,
            sweeps_per_draw,
            8 * hulls,
            day,
            month,
            active,
            shares,
            lengths,
            pmf.copy(),
            static,
            looks.at,
            looks.step,
            looks.phase,
            looks.sight,
            looks.seen,
            looks.missed,
            looks.weights,
            looks.other,
            np.array([s.phase for s in fit], np.int64),
            np.concatenate([[0], np.cumsum([len(s.instants) for s in fit])]).astype(np.int64),
            instants,
            np.array([s.days for s in fit], np.float64),
            np.array([s.low for s in fit], np.int64),
            np.array([s.high for s in fit], np.int64),
            np.array([s.with_ship for s in fit], np.int64),
            np.array([s.mask for s in fit], np.bool_).reshape(len(fit), hulls),
            np.array([s.weight for s in fit], np.float64),
            usable,
            share,
            model.look_clustering,
            model.survey_distinct,
            np.array([-idle.mu, idle.sigma, model.vessel_spread, change.mu, change.sigma]),
            np.array([[origin.mu, origin.sigma, model.stay_spread], [dest.mu, dest.sigma, model.stay_spread]]),
            out_paths,
            out_rates,
            out_stays,
            out_coverage,
            trace,
        )
        if progress is not None:
            progress(f"chain {chain + 1} of {chains}")
        return out_paths, out_rates, out_stays, out_coverage, trace[warmup:]

    with ThreadPoolExecutor(min(chains, os.cpu_count() or 1)) as pool:
        parts = list(pool.map(one, range(chains)))
    calls = np.stack([p[4][:, 0] for p in parts])
    return Samples(
        paths=np.concatenate([p[0] for p in parts])[:draws],
        rates=np.concatenate([p[1] for p in parts])[:draws],
        stays=np.concatenate([p[2] for p in parts])[:draws],
        coverage=np.concatenate([p[3] for p in parts])[:draws],
        rhat=split_rhat(calls),
        ess=effective_size(calls),
    )


def _coverage_grid(fit: Sequence[Survey], seen_clear: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Days seen by each survey and their prior weights, (surveys, COVERAGE_POINTS): one point where it is stated."""
    usable = np.zeros((len(fit), COVERAGE_POINTS))
    share = np.zeros((len(fit), COVERAGE_POINTS))
    for i, s in enumerate(fit):
        if s.usable is not None:
            usable[i, 0], share[i, 0] = s.usable * seen_clear, 1.0
            continue
        mu, sigma = s.coverage
        for g in range(COVERAGE_POINTS):
            z = NormalDist().inv_cdf((g + 0.5) / COVERAGE_POINTS)
            usable[i, g] = s.days * seen_clear / (1 + math.exp(-(mu + sigma * z)))
            share[i, g] = 1.0 / COVERAGE_POINTS
    return usable, share


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
