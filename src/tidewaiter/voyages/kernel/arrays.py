"""The arrays that the compiled core works on, as named tuples (which Numba understands)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Line(NamedTuple):
    """The shuttle on the grid.

    Attributes:
        step_days: length of a step.
        month: (steps,) month index of each step.
        active: (hulls, steps) whether a call can start.
        leg_share: (steps, destinations) chance of each destination for a departure.
        lengths: (phases,) longest run of each phase in steps.
        own: (hulls, phases, steps) evidence on one vessel alone, relative chances.
    """

    step_days: float
    month: Ints
    active: Bools
    leg_share: Floats
    lengths: Ints
    own: Floats


class Looks(NamedTuple):
    """Looks and lone sightings sorted by step.

    Attributes:
        at: (steps + 1,) first look at or after each step.
        step, phase: (looks,) when and where.
        sight: (looks + 1,) slices the sightings.
        seen, missed: (looks,) chance that a vessel which is there is seen or missed; both 1 for a sighting that was
            published without its look, which says nothing about ships that were not reported.
        weights: (sightings, hulls) chance of the description given the hull.
        other: (sightings,) the same for a ship outside the fleet.
    """

    at: Ints
    step: Ints
    phase: Ints
    sight: Ints
    seen: Floats
    missed: Floats
    weights: Floats
    other: Floats


class Surveys(NamedTuple):
    """Published counts.

    Attributes:
        phase: (surveys,) place.
        start: (surveys + 1,) slices `instants`, the steps at which the place could be imaged, one a day.
        days: (surveys,) days of the window.
        low, high: (surveys,) calls counted, -1 when none are given; with_ship: days with a ship, or -1.
        mask: (surveys, hulls) which hulls were counted.
        weight: (surveys,) exponent of the likelihood.
        usable, share: (surveys, grid) possible numbers of days seen and their prior weights; the unknown coverage of a
            survey is summed out on this grid, so that the number of calls can move freely.
        chance: (surveys, grid, covered) chance that a call is counted, by the imaging days it covers.
        clustering: day-to-day correlation of what can be seen.
    """

    phase: Ints
    start: Ints
    instants: Ints
    days: Floats
    low: Ints
    high: Ints
    with_ship: Ints
    mask: Bools
    weight: Floats
    usable: Floats
    share: Floats
    chance: Floats
    clustering: float


class Priors(NamedTuple):
    """Normal laws of the coordinates.

    Attributes:
        rate: mean and sd of the log call rate per idle day, sd between vessels, mean and sd of the log monthly change.
        stay: (2, 3) mean and sd of the log typical stay, and the spread between stays: origin, destinations.
    """

    rate: Floats
    stay: Floats


class State(NamedTuple):
    """Where a chain stands; every array is changed in place.

    Attributes:
        paths: (hulls, steps) int8 phases.
        pmf: (phases, longest) laws of the runs, surv: chance that a run lasts at least as long.
        hazard: (hulls, steps) chance that a wait ends; straight: that there is none.
        z: coordinates of the rates, see `laws.rate_effects`; z_stay: (2, 1) of the typical stays.
        waits: (4, hulls, months) counts that the rates act on, see `laws.count_waits`.
        stays, cuts: (2, longest) histogram of stays, see `laws.count_stays`.
        hists: (surveys, hulls, covered) calls by the imaging days they cover; loglik: (surveys,).
        touched: (hulls, steps + 1) number of steps with evidence before each step.
        coverage: (grid,) and work: (2 phases + 1, steps) are scratch space.
    """

    paths: NDArray[np.int8]
    pmf: Floats
    surv: Floats
    hazard: Floats
    straight: Floats
    z: Floats
    z_stay: Floats
    waits: Ints
    stays: Ints
    cuts: Ints
    hists: Ints
    loglik: Floats
    touched: Ints
    coverage: Floats
    work: Floats


class Kept(NamedTuple):
    """What a chain leaves behind.

    Attributes:
        paths: (kept, hulls, steps) int8.
        rates: (kept, months) calls per idle day of a typical vessel.
        stays: (kept, 2) typical stay in days at the origin and at a destination.
        coverage: (kept, surveys) share of days seen.
        trace: (sweeps,) number of calls after each sweep, for diagnostics.
    """

    paths: NDArray[np.int8]
    rates: Floats
    stays: Floats
    coverage: Floats
    trace: Floats
