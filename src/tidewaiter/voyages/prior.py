"""How many calls and voyages the assumptions alone let one expect, before any look, count or claim."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from tidewaiter.inference import law
from tidewaiter.voyages.grid import month_starts
from tidewaiter.voyages.lists import MONTH_DAYS
from tidewaiter.voyages.sampler import DEFAULT_PASSAGE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.inference import Law
    from tidewaiter.model import Case, Interval, Window

DAY = timedelta(days=1)
LEAD_IN_DAYS = 60.0  # ships are let run before the window opens, so that they are anywhere in their round
MOST_ROUNDS = 2000  # of one ship; a bound on hostile priors


def prior_trips(case: Case, draws: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Simulate calls at the origin and voyages that reach a destination in the window, (draws,) each.

    Ships run forward in continuous time by the laws of the call model; a case without ships has the rates of its list
    model.
    """
    rng = np.random.default_rng([seed, 1 << 25])
    if not case.vessels:
        trips = _from_rates(case, draws, rng)
        return trips, trips
    calls, voyages = np.zeros(draws), np.zeros(draws)
    model, window = case.call_model, case.window
    length = (window.end - window.start) / DAY
    edges = np.array([-LEAD_IN_DAYS, *((t - window.start) / DAY for t in month_starts(window)[1:]), length])
    hazard = _hazards(case, len(edges) - 1, draws, rng)
    origin, there = (
        law(q).at(rng.standard_normal(draws)) for q in (model.origin_stay_days, model.destination_stay_days)
    )
    legs = [leg for leg in case.legs if leg.measured]
    passages = [law(leg.travel_days or DEFAULT_PASSAGE) for leg in legs]
    share = np.array([leg.share for leg in legs])
    spread, back = model.stay_spread, law(model.turnaround_days)
    for vessel in case.vessels:
        for _ in range(vessel.count):
            effect = np.exp(model.vessel_spread * rng.standard_normal(draws))
            total = np.concatenate(
                [np.zeros((draws, 1)), np.cumsum(hazard * effect[:, None] * np.diff(edges), axis=1)], 1
            )
            t = np.full(draws, -LEAD_IN_DAYS)
            for _ in range(MOST_ROUNDS):
                arrival = _after_wait(t, edges, total, rng)
                departure = arrival + origin * np.exp(spread * rng.standard_normal(draws))
                reached = departure + _passage(passages, share, draws, rng)
                left = reached + there * np.exp(spread * rng.standard_normal(draws))
                taking_part = _active(arrival, vessel.active, window)
                calls += taking_part & (departure > 0) & (arrival < length)
                voyages += taking_part & (reached >= 0) & (reached < length)
                t = left + back.at(rng.standard_normal(draws))
                if (t >= length).all():
                    break
    return calls, voyages


def _hazards(case: Case, months: int, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Calls per idle day of a typical ship by month, (draws, months)."""
    change = law(case.call_model.monthly_change).at(rng.standard_normal(draws))
    walk = np.cumsum(rng.standard_normal((draws, months)), axis=1) * change[:, None]
    walk -= walk.mean(axis=1, keepdims=True)
    return np.asarray(np.exp(walk) / law(case.call_model.idle_days).at(rng.standard_normal(draws))[:, None])


def _after_wait(
    t: NDArray[np.float64], edges: NDArray[np.float64], total: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Times at which waits that begin at `t` end, under a hazard that is constant between edges; infinite past the last."""
    rows = np.arange(len(t))
    month = np.clip(np.searchsorted(edges, t, side="right") - 1, 0, len(edges) - 2)
    pace = np.diff(total, axis=1) / np.diff(edges)
    target = total[rows, month] + (t - edges[month]) * pace[rows, month] + rng.exponential(size=len(t))
    then = np.minimum((total[:, 1:] <= target[:, None]).sum(axis=1), len(edges) - 2)
    end = edges[then] + (target - total[rows, then]) / np.maximum(pace[rows, then], 1e-12)
    return np.where((t >= edges[-1]) | (target >= total[:, -1]), np.inf, end)


def _passage(
    passages: list[Law], share: NDArray[np.float64], draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    which = rng.choice(len(passages), draws, p=share / share.sum())
    return np.asarray(np.choose(which, [one.at(rng.standard_normal(draws)) for one in passages]))


def _active(arrival: NDArray[np.float64], spans: tuple[Interval, ...], window: Window) -> NDArray[np.bool_]:
    if not spans:
        return np.ones(len(arrival), np.bool_)
    inside = np.zeros(len(arrival), np.bool_)
    for span in spans:
        low = -np.inf if span.start is None else (span.start - window.start) / DAY
        high = np.inf if span.end is None else (span.end - window.start) / DAY
        inside |= (arrival >= low) & (arrival < high)
    return inside


def _from_rates(case: Case, draws: int, rng: np.random.Generator) -> NDArray[np.float64]:
    model, window = case.list_model, case.window
    months = len(month_starts(window))
    weight = (window.end - window.start) / DAY / MONTH_DAYS / months
    many = 8 * draws if model.total is not None else draws
    steps = np.concatenate([np.zeros((many, 1)), rng.standard_normal((many, months - 1))], axis=1)
    change = law(model.monthly_change).at(rng.standard_normal(many))
    first = law(model.rate_per_month).log_at(rng.standard_normal(many))
    mean = weight * np.exp(first[:, None] + change[:, None] * np.cumsum(steps, axis=1)).sum(axis=1)
    if model.total is not None:
        total = law(model.total)
        z = (np.log(mean) - total.mu) / max(total.sigma, 1e-3)
        chance = np.exp(-0.5 * (z**2 - (z**2).min()))
        mean = rng.choice(mean, draws, p=chance / chance.sum())
    return np.asarray(rng.poisson(np.minimum(mean, 1e9)), np.float64)
