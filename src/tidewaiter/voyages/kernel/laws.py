"""Waits between calls and lengths of stay: their laws on the grid, and moves of their parameters given the paths."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import TINY, compiled


@compiled
def at_once(x):
    """Chance that an exponential wait of rate `x` per step covers no grid instant; its place on the grid is even."""
    return 1.0 + math.expm1(-x) / x if x > 1e-6 else 0.5 * x


@compiled
def rate_effects(z, prior, n_vessels, n_months):
    """Map standard normal coordinates to (log rate per day, vessel effects, month effects); `prior` as in `arrays.Priors`.

    Order of `z`: rate, size of the monthly change, vessel effects, monthly steps. The month effects are a random walk
    with mean zero, so that the rate stands for the whole window.
    """
    log_rate = prior[0] + prior[1] * z[0]
    step = math.exp(prior[3] + prior[4] * z[1])
    vessel = np.empty(n_vessels)
    for v in range(n_vessels):
        vessel[v] = prior[2] * z[2 + v]
    month = np.zeros(n_months)
    mean = 0.0
    for m in range(1, n_months):
        month[m] = month[m - 1] + step * z[2 + n_vessels + m - 1]
        mean += month[m]
    mean /= n_months
    for m in range(n_months):
        month[m] -= mean
    return log_rate, vessel, month


@compiled
def _rate_loglik(log_rate, vessel_effect, month_effect, waits, step_days):
    total = 0.0
    for v in range(waits.shape[1]):
        for m in range(waits.shape[2]):
            risk, exits, back, direct = waits[0, v, m], waits[1, v, m], waits[2, v, m], waits[3, v, m]
            if risk + back > 0:
                x = math.exp(min(log_rate + vessel_effect[v] + month_effect[m], 8.0)) * step_days
                if exits > 0:
                    total += exits * math.log(-math.expm1(-x) + TINY)
                total -= (risk - exits) * x
                if back > 0:
                    q = at_once(x)
                    total += direct * math.log(q + TINY) + (back - direct) * math.log(1.0 - q + TINY)
    return total


@compiled
def update_rates(rng, z, prior, waits, step_days):
    """Elliptical slice moves (Murray, Adams, MacKay 2010) of the rate coordinates: all together, then by block."""
    _, n_vessels, n_months = waits.shape
    n = z.shape[0]
    lr, ve, me = rate_effects(z, prior, n_vessels, n_months)
    current = _rate_loglik(lr, ve, me, waits, step_days)
    for block in range(4):
        moves = np.zeros(n, np.bool_)
        for i in range(n):
            is_month = i >= 2 + n_vessels
            moves[i] = (
                block == 0
                or (block == 1 and i == 0)
                or (block == 2 and (is_month or i == 1))
                or (block == 3 and (i == 0 or (2 <= i < 2 + n_vessels)))
            )
        nu = np.empty(n)
        for i in range(n):
            nu[i] = rng.standard_normal()
        bar = current + math.log(rng.random() + TINY)
        theta = rng.random() * 2 * math.pi
        lo, hi = theta - 2 * math.pi, theta
        for _ in range(60):
            trial = z.copy()
            for i in range(n):
                if moves[i]:
                    trial[i] = z[i] * math.cos(theta) + nu[i] * math.sin(theta)
            lr, ve, me = rate_effects(trial, prior, n_vessels, n_months)
            value = _rate_loglik(lr, ve, me, waits, step_days)
            if value > bar:
                z[:] = trial
                current = value
                break
            if theta < 0:
                lo = theta
            else:
                hi = theta
            theta = lo + rng.random() * (hi - lo)


@compiled
def fill_stay(pmf, length, median_days, spread, step_days):
    """Fill ``pmf[:length]`` with the chance that a lognormal stay covers 1, 2, … grid instants.

    A stay of x steps, its start falling evenly on the grid, covers n instants with chance max(0, 1 - abs(x - n)); the
    mean of that over the stay is a second difference of E max(0, y - x), which has a closed form. A stay that covers
    none is counted as one.
    """
    mu = math.log(median_days / step_days)
    mean = math.exp(mu + 0.5 * spread * spread)
    before, here = 0.0, 0.0  # E max(0, y - x) at y = n - 1 and y = n, starting with n = 0
    left = 1.0
    for n in range(1, length + 1):
        z = (math.log(n) - mu) / spread
        after = n * _normal_cdf(z) - mean * _normal_cdf(z - spread)
        x = max(after - 2.0 * here + before, 0.0)  # chance of n - 1 instants
        before, here = here, after
        if n == 1:
            pmf[0] = x
        elif n == 2:
            pmf[0] = max(pmf[0] + x, 1e-12)
            left -= pmf[0]
        else:
            pmf[n - 2] = max(x, 1e-12)
            left -= pmf[n - 2]
    pmf[length - 1] = max(left, 1e-12)


@compiled
def _normal_cdf(z):
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@compiled
def survival(pmf):
    """Chance that a run lasts at least d + 1 steps, from the chance that it lasts d + 1; (phases, longest)."""
    out = np.zeros_like(pmf)
    for p in range(pmf.shape[0]):
        tail = 0.0
        for r in range(pmf.shape[1] - 1, -1, -1):
            tail += pmf[p, r]
            out[p, r] = tail
    return out


@compiled
def _stay_loglik(pmf_row, length, complete, cut):
    total = 0.0
    tail = 0.0
    for r in range(length - 1, -1, -1):
        tail += pmf_row[r]
        if complete[r] > 0:
            total += complete[r] * math.log(pmf_row[r] + TINY)
        if cut[r] > 0:
            total += cut[r] * math.log(tail + TINY)
    return total


@compiled
def update_stay(rng, z, prior, step_days, pmf, phases_of_kind, lengths, complete, cut):
    """Elliptical slice move of the typical stay of one kind of place (z is an array of one)."""
    mu, sigma, spread = prior
    first = phases_of_kind[0]
    length = lengths[first]
    current = _stay_loglik(pmf[first], length, complete, cut)
    bar = current + math.log(rng.random() + TINY)
    nu = rng.standard_normal()
    theta = rng.random() * 2 * math.pi
    lo, hi = theta - 2 * math.pi, theta
    trial = np.zeros((1, pmf.shape[1]))
    for _ in range(60):
        x = z[0] * math.cos(theta) + nu * math.sin(theta)
        fill_stay(trial[0], length, math.exp(mu + sigma * x), spread, step_days)
        if _stay_loglik(trial[0], length, complete, cut) > bar:
            z[0] = x
            for p in phases_of_kind:
                for r in range(length):
                    pmf[p, r] = trial[0, r]
            return
        if theta < 0:
            lo = theta
        else:
            hi = theta
        theta = lo + rng.random() * (hi - lo)


@compiled
def count_stays(paths, stays, cuts):
    """Histogram the stays: row 0 origin, row 1 destinations; `cuts` holds stays that the end of the grid cuts off."""
    stays[:] = 0
    cuts[:] = 0
    steps = paths.shape[1]
    for v in range(paths.shape[0]):
        k = 0
        while k < steps:
            p = paths[v, k]
            e = k
            while e + 1 < steps and paths[v, e + 1] == p:
                e += 1
            kind = -1
            if p == 1:
                kind = 0
            elif p >= 4 and p % 2 == 0:
                kind = 1
            if kind >= 0:
                r = min(e - k, stays.shape[1] - 1)
                if e == steps - 1:
                    cuts[kind, r] += 1
                else:
                    stays[kind, r] += 1
            k = e + 1


@compiled
def count_waits(paths, active, month, waits):
    """Count, by vessel and month, what the call rates act on; returns the number of calls.

    `waits` (4, vessels, months) takes the idle steps at risk of a call, the calls that ended a wait, the returns after
    which a call was possible, and those followed by a call at once.
    """
    waits[:] = 0
    calls = 0
    for v in range(paths.shape[0]):
        for k in range(paths.shape[1]):
            before = paths[v, k - 1] if k else 0
            call = paths[v, k] == 1 and before != 1
            calls += call
            if not active[v, k]:
                continue
            if before == 0:
                waits[0, v, month[k]] += 1
                waits[1, v, month[k]] += call
            elif before == 2 and paths[v, k] != 2:
                waits[2, v, month[k]] += 1
                waits[3, v, month[k]] += call
    return calls
