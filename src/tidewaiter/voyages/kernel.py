"""Compiled core of the call model: block updates of one vessel's path, survey likelihoods, rates and stays.

A path gives each vessel a phase at each grid step:

    0        idle, at risk of the next call          exponential wait, hazard of the vessel and month
    1        at the origin                           lognormal stay
    2        on the way back                         fixed travel time
    3 + 2j   under way to destination j              fixed travel time
    4 + 2j   at destination j                        lognormal stay

Phases follow in the order 0 → 1 → 3+2j → 4+2j → 2 → 0 (a wait so short that it covers no grid step is left out), so this is an explicit-duration hidden semi-Markov model
(Yu, "Hidden semi-Markov models", Artificial Intelligence 174, 2010). On the state space (phase, steps remaining) it is
a Markov chain, and a block of a path is drawn exactly from its full conditional by forward filtering and backward
sampling. What does not factor over steps (published counts over a window) enters by a Metropolis-Hastings step on the
block, whose proposal is that full conditional.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

OPTIONS = {"cache": True, "nogil": True, "error_model": "numpy"}
TINY = 1e-300
COVERED = 64  # a stay that covers more imaging days than this is as good as certain to be seen


@njit(**OPTIONS)
def look_likelihood(present, n_present, skip, add, first, last, weights, other, seen, missed):
    """Chance of what one look shows, given which vessels are there.

    Sums over all ways to explain each sighting by a vessel that is present (at most one sighting each) or by a ship
    outside the fleet; a vessel that is present and explains nothing was missed.

    Args:
        present: (>= n_present,) vessels at the place; `skip` is left out of it, `add` joins it (-1: nobody).
        first, last: sightings of this look, rows of `weights`.
        weights: (sightings, vessels) chance of the description given the vessel.
        other: (sightings,) the same for a ship outside the fleet.
        seen, missed: chance that a vessel which is present is seen or missed; ``seen = missed = 1`` for a sighting
            published without its look, which says nothing about ships that were not reported.
    """
    there = np.empty(16, np.int64)
    n = 0
    for i in range(n_present):
        if present[i] != skip and n < 12:
            there[n] = present[i]
            n += 1
    if add >= 0:
        there[n] = add
        n += 1
    if first == last:
        return missed**n
    if last == first + 1:
        total = other[first] * missed**n
        if n:
            rest = missed ** (n - 1)
            for i in range(n):
                total += weights[first, there[i]] * seen * rest
        return total
    size = 1 << n
    ways = np.zeros(size)
    ways[0] = 1.0
    for j in range(first, last):
        after = np.empty(size)
        for mask in range(size):
            total = ways[mask] * other[j]
            for i in range(n):
                if mask >> i & 1:
                    total += ways[mask ^ (1 << i)] * weights[j, there[i]] * seen
            after[mask] = total
        ways = after
    total = 0.0
    for mask in range(size):
        free = n
        for i in range(n):
            free -= mask >> i & 1
        total += ways[mask] * missed**free
    return total


@njit(**OPTIONS)
def _present(paths, step, phase, out):
    n = 0
    for v in range(paths.shape[0]):
        if paths[v, step] == phase and n < 12:
            out[n] = v
            n += 1
    return n


@njit(**OPTIONS)
def block_looks_loglik(paths, a, b, look_at, look_step, look_phase, look_sight, look_seen, look_missed, weights, other):
    """Log-likelihood of the looks with steps in ``[a, b)``; `look_at[k]` is the first look at or after step k."""
    present = np.empty(16, np.int64)
    total = 0.0
    for i in range(look_at[a], look_at[b]):
        n = _present(paths, look_step[i], look_phase[i], present)
        total += math.log(
            look_likelihood(
                present, n, -1, -1, look_sight[i], look_sight[i + 1], weights, other, look_seen[i], look_missed[i]
            )
            + TINY
        )
    return total


@njit(**OPTIONS)
def emissions(v, paths, a, b, static, look_at, look_step, look_phase, look_sight, look_seen, look_missed, weights, other):
    """Relative chance of the evidence of steps ``[a, b)`` for each phase of vessel `v`, others fixed; (phases, b - a)."""
    out = static[v, :, a:b].copy()
    present = np.empty(16, np.int64)
    for i in range(look_at[a], look_at[b]):
        k = look_step[i] - a
        n = _present(paths, look_step[i], look_phase[i], present)
        here = look_likelihood(
            present, n, v, v, look_sight[i], look_sight[i + 1], weights, other, look_seen[i], look_missed[i]
        )
        away = look_likelihood(
            present, n, v, -1, look_sight[i], look_sight[i + 1], weights, other, look_seen[i], look_missed[i]
        )
        for p in range(out.shape[0]):
            out[p, k] *= here if p == look_phase[i] else away
    return out


@njit(**OPTIONS)
def draw_block(rng, path, a, b, evidence, hazard, straight, leg_share, lengths, pmf, surv, enter, end, idle):
    """Draw ``path[a:b]`` from its full conditional given the rest of the path and `evidence`; returns the new block.

    Forward, each phase keeps the chance that a run starts (`enter`) or ends (`end`) at a step; a run's chance is the
    start, times the length law, times the evidence along it. All are scaled by the one-step predictive chance, whose
    sum over phases follows from the masses of the runs under way. Backward, runs are drawn whole, last one first.

    Args:
        rng: source of randomness.
        path: (steps,) phases of one vessel; steps before `a` and from `b` on stay as they are.
        a, b: the block.
        evidence: (phases, b - a) relative chances; scaled in place.
        hazard: (steps,) chance that an idle vessel starts a call at this step.
        straight: (steps,) chance that a vessel which comes back at this step starts its next call at once.
        leg_share: (steps, destinations) chance of each destination for a departure at this step.
        lengths: (phases,) longest run of each phase in steps.
        pmf, surv: (phases, longest) chance that a run lasts d + 1 steps, and at least d + 1 steps.
        enter, end: (phases, steps) and idle: (steps,) work space.
    """
    steps = path.shape[0]
    phases = lengths.shape[0]
    n_dest = leg_share.shape[1]
    width = b - a
    mass = np.zeros(phases)
    ended = np.zeros(phases)  # at the step before the one at hand
    waiting = 0.0
    held = 0  # phase of the run that the block cuts at its start, its first step, and the weight of its first step
    held_start = 0
    held_weight = 0.0
    if a == 0 or path[a - 1] == 0:
        waiting = 1.0
    else:
        held = path[a - 1]
        held_start = a - 1
        while held_start > 0 and path[held_start - 1] == held:
            held_start -= 1
        age = a - held_start
        if age > lengths[held] or surv[held, age - 1] <= 0.0:
            return path[a:b].copy()
        held_weight = 1.0 / surv[held, age - 1]
        mass[held] = 1.0
        ended[held] = pmf[held, age - 1] * held_weight

    for k in range(width):
        step = a + k
        h = hazard[step]
        q = straight[step]
        enter[1, k] = waiting * h + ended[2] * q
        back = 0.0
        for j in range(n_dest):
            u = 3 + 2 * j
            enter[u, k] = ended[1] * leg_share[step, j]
            enter[u + 1, k] = ended[u]
            back += ended[u + 1]
        enter[2, k] = back
        waiting = (waiting * (1.0 - h) + ended[2] * (1.0 - q)) * evidence[0, k]
        total = waiting
        for p in range(1, phases):
            mass[p] = max(mass[p] - ended[p] + enter[p, k], 0.0) * evidence[p, k]
            total += mass[p]
        if not total > 0.0:
            return path[a:b].copy()
        waiting /= total
        idle[k] = waiting
        for p in range(1, phases):
            mass[p] /= total
            evidence[p, k] /= total
            ended[p] = 0.0
            if mass[p] > 1e-13:
                w = 1.0
                x = 0.0
                first = max(k - lengths[p] + 1, 0)
                for s in range(k, first - 1, -1):
                    w *= evidence[p, s]
                    x += enter[p, s] * pmf[p, k - s] * w
                if p == held and first == 0 and step - held_start < lengths[p]:
                    x += held_weight * pmf[p, step - held_start] * w
                ended[p] = x
            end[p, k] = ended[p]

    block = np.empty(width, np.int8)
    choice = np.zeros(phases + 1)  # of the state at the last step: 0 idle, p a run that ends there, phases: a run cut by b
    phase = 0
    after = 0  # steps of the run from b on
    open_end = True
    k = width - 1
    if b == steps:
        choice[0] = idle[k]
        for p in range(1, phases):
            choice[p] = mass[p]
        phase = _pick(rng, choice, choice.sum())
        open_end = phase != 0
    else:
        phase = path[b]
        e = b
        while e < steps and path[e] == phase:
            after += 1
            e += 1
        open_end = e == steps
        if phase == 0:
            choice[0] = idle[k] * (1.0 - hazard[b])
            choice[2] = end[2, k] * (1.0 - straight[b])
        else:
            fresh = 0.0
            if after <= lengths[phase]:
                fresh = surv[phase, after - 1] if open_end else pmf[phase, after - 1]
            if phase == 1:
                choice[0] = idle[k] * hazard[b] * fresh
                choice[2] = end[2, k] * straight[b] * fresh
            elif phase == 2:
                for j in range(n_dest):
                    choice[4 + 2 * j] = end[4 + 2 * j, k] * fresh
            elif phase % 2 == 1:
                choice[1] = end[1, k] * leg_share[b, (phase - 3) // 2] * fresh
            else:
                choice[phase - 1] = end[phase - 1, k] * fresh
            choice[phases] = _start_weights(
                phase, k, a, after, open_end, evidence, enter, lengths, pmf, surv, held, held_start, held_weight
            )[1]
        total = choice.sum()
        if not total > 0.0:
            return path[a:b].copy()
        picked = _pick(rng, choice, total)
        if picked < phases:
            phase = picked
            after = 0
            open_end = False

    while k >= 0:
        if phase == 0:
            block[k] = 0
            if k == 0:
                break
            stay = idle[k - 1] * (1.0 - hazard[a + k])
            if rng.random() * (stay + end[2, k - 1] * (1.0 - straight[a + k])) >= stay:
                phase = 2
            k -= 1
            continue
        weights, total = _start_weights(
            phase, k, a, after, open_end, evidence, enter, lengths, pmf, surv, held, held_start, held_weight
        )
        if not total > 0.0:
            return path[a:b].copy()
        start = _pick(rng, weights, total) - 1  # entry 0: the run that the block cuts at its start
        for s in range(max(start, 0), k + 1):
            block[s] = phase
        after = 0
        open_end = False
        k = start - 1
        if k < 0:
            break
        if phase == 1:
            waited = idle[k] * hazard[a + start]
            phase = 0 if rng.random() * (waited + end[2, k] * straight[a + start]) < waited else 2
        elif phase == 2:
            chance = np.zeros(n_dest)
            for j in range(n_dest):
                chance[j] = end[4 + 2 * j, k]
            phase = 4 + 2 * _pick(rng, chance, chance.sum())
        elif phase % 2 == 1:
            phase = 1
        else:
            phase -= 1
    return block


@njit(**OPTIONS)
def _start_weights(
    phase, k, a, after, open_end, evidence, enter, lengths, pmf, surv, held, held_start, held_weight
):
    """Weights of the first step of a run of `phase` that covers step `k` of the block and `after` steps beyond it.

    Returns:
        (k + 2,) weights, entry s + 1 for a start at step s and entry 0 for the run that the block cuts, and their sum.
    """
    weights = np.zeros(k + 2)
    total = 0.0
    w = 1.0
    s = k
    while s >= 0 and k - s + after < lengths[phase]:
        w *= evidence[phase, s]
        d = k - s + after
        x = enter[phase, s] * (surv[phase, d] if open_end else pmf[phase, d]) * w
        weights[s + 1] = x
        total += x
        s -= 1
    d = a + k - held_start + after
    if phase == held and s < 0 and d < lengths[phase]:
        x = held_weight * (surv[phase, d] if open_end else pmf[phase, d]) * w
        weights[0] = x
        total += x
    return weights, total


@njit(**OPTIONS)
def _pick(rng, weight, total):
    u = rng.random() * total
    last = 0
    for s in range(weight.shape[0]):
        if weight[s] > 0.0:
            last = s
            u -= weight[s]
            if u < 0.0:
                return s
    return last


@njit(**OPTIONS)
def survey_histogram(path, phase, instants, hist):
    """Count the stays of one path at `phase` by the number of `instants` (imaging steps, sorted) they cover."""
    hist[:] = 0
    n = instants.shape[0]
    i = 0
    while i < n:
        if path[instants[i]] != phase:
            i += 1
            continue
        end = instants[i]
        while end + 1 < path.shape[0] and path[end + 1] == phase:
            end += 1
        covered = 0
        while i < n and instants[i] <= end:
            covered += 1
            i += 1
        hist[min(covered, hist.shape[0] - 1)] += 1


@njit(**OPTIONS)
def chance_counted(covered, days, usable, clustering, distinct):
    """Chance that a call covering `covered` of `days` days is counted by a team that saw `usable` of them.

    The days seen are a random subset of the window (hypergeometric); `clustering` in [0, 1) shrinks the number of
    independent chances, because cloudy days come in runs.
    """
    independent = 1.0 + (covered - 1) * (1.0 - clustering)
    missed = 1.0
    i = 0
    while i < independent:
        part = min(independent - i, 1.0)
        factor = max(days - usable - i, 0.0) / max(days - i, 1.0)
        missed *= factor**part
        i += 1
    return (1.0 - missed) * distinct


@njit(**OPTIONS)
def count_pmf(hist, chance, low, high):
    """Chance that between `low` and `high` calls are counted: Poisson-binomial over the calls in `hist` (counts).

    The recursion runs over the calls that are counted or over those that are missed, whichever are fewer. `chance` is
    that of being counted, by the number of imaging days a call covers.
    """
    calls = hist[1:].sum()
    if low > calls:
        return 0.0
    high = min(high, calls)
    missed = calls - low < high
    first, last = (calls - high, calls - low) if missed else (low, high)
    dist = np.zeros(last + 1)
    dist[0] = 1.0
    top = 0
    for covered in range(1, hist.shape[0]):
        m = hist[covered]
        if m == 0:
            continue
        q = chance[covered]
        if missed:
            q = 1.0 - q
        for _ in range(m):
            top = min(top + 1, last)
            for c in range(top, 0, -1):
                dist[c] = dist[c] * (1.0 - q) + dist[c - 1] * q
            dist[0] *= 1.0 - q
    total = 0.0
    for c in range(first, last + 1):
        total += dist[c]
    return total


@njit(**OPTIONS)
def survey_loglik(s, hists, ship_days, usable, share, chance, days, low, high, with_ship, clustering, out):
    """Log-likelihood of survey `s`: its count of calls and, when given, its days with a ship, over the days it saw.

    Days with a ship follow a hypergeometric law in the ship-days of the window; here its normal approximation, the
    variance raised by the clustering of usable days.

    Args:
        s: row of the survey arrays.
        hists: (surveys, hulls, covered) calls by the number of imaging days they cover.
        ship_days: imaging days with a ship there.
        usable, share: (surveys, grid) possible numbers of days seen and their prior weights.
        days, low, high, with_ship: (surveys,) as in `surveys.Survey`.
        chance: (surveys, grid, covered) chance that a call is counted, see `chance_counted`.
        clustering: assumption.
        out: (grid,) filled with the posterior weight of each grid point, not normalised.
    """
    hist = np.zeros(hists.shape[2], np.int64)
    for v in range(hists.shape[1]):
        for c in range(hists.shape[2]):
            hist[c] += hists[s, v, c]
    total = 0.0
    for g in range(usable.shape[1]):
        x = share[s, g]
        out[g] = 0.0
        if x == 0.0:
            continue
        if low[s] >= 0:
            x *= count_pmf(hist, chance[s, g], low[s], high[s])
        if with_ship[s] >= 0:
            part = ship_days / days[s]
            mean = usable[s, g] * part
            var = mean * (1.0 - part) * max(1.0 - usable[s, g] / days[s], 0.02) * (1.0 + 2.0 * clustering) + 0.5
            x *= math.exp(-0.5 * (with_ship[s] - mean) ** 2 / var) / math.sqrt(var)
        out[g] = x
        total += x
    # far from the data the slope leads a chain out of impossible starts
    return math.log(total + 1e-60) - (max(low[s] - hist[1:].sum(), 0) if low[s] >= 0 else 0)


@njit(**OPTIONS)
def _ship_days(paths, phase, instants, mask):
    n = 0
    for k in instants:
        for v in range(paths.shape[0]):
            if mask[v] and paths[v, k] == phase:
                n += 1
                break
    return n


@njit(**OPTIONS)
def at_once(x):
    """Chance that an exponential wait of rate `x` per step covers no grid instant; its place on the grid is even."""
    return 1.0 + math.expm1(-x) / x if x > 1e-6 else 0.5 * x


@njit(**OPTIONS)
def _rate_loglik(log_rate, vessel_effect, month_effect, exits, risk, direct, back, step_days):
    total = 0.0
    for v in range(exits.shape[0]):
        for m in range(exits.shape[1]):
            if risk[v, m] + back[v, m] > 0:
                x = math.exp(min(log_rate + vessel_effect[v] + month_effect[m], 8.0)) * step_days
                if exits[v, m] > 0:
                    total += exits[v, m] * math.log(-math.expm1(-x) + TINY)
                total -= (risk[v, m] - exits[v, m]) * x
                if back[v, m] > 0:
                    q = at_once(x)
                    total += direct[v, m] * math.log(q + TINY) + (back[v, m] - direct[v, m]) * math.log(1.0 - q + TINY)
    return total


@njit(**OPTIONS)
def rate_effects(z, log_rate_mu, log_rate_sigma, vessel_spread, change_mu, change_sigma, n_vessels, n_months):
    """Map standard normal coordinates to (log rate per day, vessel effects, month effects).

    Order of `z`: rate, size of the monthly change, vessel effects, monthly steps. The month effects are a random walk
    with mean zero, so that the rate stands for the whole window.
    """
    log_rate = log_rate_mu + log_rate_sigma * z[0]
    step = math.exp(change_mu + change_sigma * z[1])
    vessel = np.empty(n_vessels)
    for v in range(n_vessels):
        vessel[v] = vessel_spread * z[2 + v]
    month = np.zeros(n_months)
    mean = 0.0
    for m in range(1, n_months):
        month[m] = month[m - 1] + step * z[2 + n_vessels + m - 1]
        mean += month[m]
    mean /= n_months
    for m in range(n_months):
        month[m] -= mean
    return log_rate, vessel, month


@njit(**OPTIONS)
def _update_rates(rng, z, prior, exits, risk, direct, back, step_days):
    """Elliptical slice moves (Murray, Adams, MacKay 2010) of the rate coordinates: all together, then by block."""
    n_vessels, n_months = exits.shape
    n = z.shape[0]
    lr, ve, me = rate_effects(z, prior[0], prior[1], prior[2], prior[3], prior[4], n_vessels, n_months)
    current = _rate_loglik(lr, ve, me, exits, risk, direct, back, step_days)
    for block in range(4):
        moves = np.zeros(n, np.bool_)
        for i in range(n):
            is_month = i >= 2 + n_vessels
            moves[i] = block == 0 or (block == 1 and i == 0) or (block == 2 and (is_month or i == 1)) or (
                block == 3 and (i == 0 or (2 <= i < 2 + n_vessels))
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
            lr, ve, me = rate_effects(trial, prior[0], prior[1], prior[2], prior[3], prior[4], n_vessels, n_months)
            value = _rate_loglik(lr, ve, me, exits, risk, direct, back, step_days)
            if value > bar:
                z[:] = trial
                current = value
                break
            if theta < 0:
                lo = theta
            else:
                hi = theta
            theta = lo + rng.random() * (hi - lo)


@njit(**OPTIONS)
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


@njit(**OPTIONS)
def _normal_cdf(z):
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@njit(**OPTIONS)
def _survival(pmf):
    out = np.zeros_like(pmf)
    for p in range(pmf.shape[0]):
        tail = 0.0
        for r in range(pmf.shape[1] - 1, -1, -1):
            tail += pmf[p, r]
            out[p, r] = tail
    return out


@njit(**OPTIONS)
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


@njit(**OPTIONS)
def _update_stay(rng, z, mu, sigma, spread, step_days, pmf, phases_of_kind, lengths, complete, cut):
    """Elliptical slice move of the typical stay of one kind of place (z scalar in a length-1 array)."""
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


@njit(**OPTIONS)
def _tally_runs(paths, n_dest, stays, cuts):
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


@njit(**OPTIONS)
def run_chain(
    rng, paths, sweeps, warmup, thin, swaps,
    step_days, month, active, leg_share, lengths, pmf, static,
    look_at, look_step, look_phase, look_sight, look_seen, look_missed, weights, other,
    sv_phase, sv_start, sv_instants, sv_days, sv_low, sv_high, sv_ship, sv_mask, sv_weight, sv_usable, sv_share,
    clustering, distinct,
    rate_prior, stay_prior,
    out_paths, out_rates, out_stays, out_coverage, trace,
):  # fmt: skip
    """Run one chain; fills the `out_*` arrays with every `thin`-th state after `warmup` sweeps.

    Args:
        paths: (vessels, steps) int8, a possible starting state; changed in place.
        month: (steps,) month index; active: (vessels, steps) bool, whether a call can start.
        static: (vessels, phases, steps) evidence that concerns one vessel alone.
        look_at: (steps + 1,) first look at or after each step.
        sv_*: surveys; `sv_start` (surveys + 1,) slices `sv_instants`; `sv_usable` and `sv_share` as in `survey_loglik`:
            the unknown coverage of a survey is summed out on a grid, so that counts of calls can move freely.
        rate_prior: mu and sigma of log rate per day, vessel spread, mu and sigma of log monthly change.
        stay_prior: (2, 3) mu, sigma of the log typical stay and the spread, for origin and destinations.
        out_paths: (kept, vessels, steps) int8; out_rates (kept, months); out_stays (kept, 2); out_coverage
            (kept, surveys); trace (sweeps, 2): calls and log rate, for diagnostics.
    """
    n_vessels, steps = paths.shape
    n_dest = leg_share.shape[1]
    phases = lengths.shape[0]
    n_months = int(month[steps - 1]) + 1
    n_surveys = sv_phase.shape[0]
    longest = pmf.shape[1]

    z = np.zeros(2 + n_vessels + n_months - 1)
    z_origin = np.zeros(1)
    z_dest = np.zeros(1)
    dest_phases = np.empty(n_dest, np.int64)
    for j in range(n_dest):
        dest_phases[j] = 4 + 2 * j
    origin_phases = np.array([1])

    grid = np.zeros(sv_usable.shape[1])
    hists = np.zeros((n_surveys, n_vessels, COVERED), np.int64)
    chance = np.zeros((n_surveys, sv_usable.shape[1], COVERED))
    for s in range(n_surveys):
        for g in range(sv_usable.shape[1]):
            for c in range(1, COVERED):
                chance[s, g, c] = chance_counted(c, sv_days[s], sv_usable[s, g], clustering, distinct)
    loglik = np.zeros(n_surveys)
    for s in range(n_surveys):
        instants = sv_instants[sv_start[s] : sv_start[s + 1]]
        for v in range(n_vessels):
            if sv_mask[s, v]:
                survey_histogram(paths[v], sv_phase[s], instants, hists[s, v])
        ship = _ship_days(paths, sv_phase[s], instants, sv_mask[s]) if sv_ship[s] >= 0 else 0
        loglik[s] = sv_weight[s] * survey_loglik(
            s, hists, ship, sv_usable, sv_share, chance, sv_days, sv_low, sv_high, sv_ship, clustering, grid
        )
    old_hists = np.zeros((n_surveys, COVERED), np.int64)
    new_loglik = np.zeros(n_surveys)

    exits = np.zeros((n_vessels, n_months), np.int64)
    risk = np.zeros((n_vessels, n_months), np.int64)
    stays = np.zeros((2, longest), np.int64)
    cuts = np.zeros((2, longest), np.int64)
    direct = np.zeros((n_vessels, n_months), np.int64)
    back = np.zeros((n_vessels, n_months), np.int64)
    hazard = np.empty((n_vessels, steps))
    straight = np.empty((n_vessels, steps))
    enter = np.zeros((phases, steps))
    end = np.zeros((phases, steps))
    idle = np.zeros(steps)
    surv = _survival(pmf)
    kept = 0

    for sweep in range(sweeps):
        log_rate, vessel_effect, month_effect = rate_effects(
            z, rate_prior[0], rate_prior[1], rate_prior[2], rate_prior[3], rate_prior[4], n_vessels, n_months
        )
        for v in range(n_vessels):
            for k in range(steps):
                x = math.exp(min(log_rate + vessel_effect[v] + month_effect[month[k]], 8.0)) * step_days
                hazard[v, k] = -math.expm1(-x) if active[v, k] else 0.0
                straight[v, k] = at_once(x) if active[v, k] else 0.0

        for v in range(n_vessels):
            blocks = 1 if n_surveys == 0 else max(2, int(1.5 * steps / 70))
            for block in range(blocks):
                a, b = 0, steps
                if n_surveys and not (sweep % 10 == 0 and block == 0):
                    width = 16 + int(rng.random() * 120)
                    a = int(rng.random() * (steps + width)) - width
                    b = min(a + width, steps)
                    a = max(a, 0)
                    if b <= a:
                        continue
                evidence = emissions(
                    v, paths, a, b, static, look_at, look_step, look_phase, look_sight, look_seen, look_missed, weights, other
                )
                new = draw_block(
                    rng, paths[v], a, b, evidence, hazard[v], straight[v], leg_share, lengths, pmf, surv, enter, end, idle
                )
                if n_surveys == 0:
                    paths[v, a:b] = new
                    continue
                changed = False
                for k in range(b - a):
                    if new[k] != paths[v, a + k]:
                        changed = True
                        break
                if not changed:
                    continue
                old = paths[v, a:b].copy()
                paths[v, a:b] = new
                ratio = 0.0
                for s in range(n_surveys):
                    new_loglik[s] = loglik[s]
                    if not sv_mask[s, v]:
                        continue
                    instants = sv_instants[sv_start[s] : sv_start[s + 1]]
                    if instants.shape[0] == 0 or instants[0] >= b or instants[-1] < a:
                        continue
                    old_hists[s] = hists[s, v]
                    survey_histogram(paths[v], sv_phase[s], instants, hists[s, v])
                    ship = _ship_days(paths, sv_phase[s], instants, sv_mask[s]) if sv_ship[s] >= 0 else 0
                    new_loglik[s] = sv_weight[s] * survey_loglik(
                        s, hists, ship, sv_usable, sv_share, chance, sv_days, sv_low, sv_high, sv_ship, clustering, grid
                    )
                    ratio += new_loglik[s] - loglik[s]
                if math.log(rng.random() + TINY) < ratio:
                    loglik[:] = new_loglik
                else:
                    paths[v, a:b] = old
                    for s in range(n_surveys):
                        if sv_mask[s, v]:
                            instants = sv_instants[sv_start[s] : sv_start[s + 1]]
                            if instants.shape[0] == 0 or instants[0] >= b or instants[-1] < a:
                                continue
                            hists[s, v] = old_hists[s]

        # who made a call: exchange the histories of two vessels between two steps at which both are idle
        if n_vessels > 1:
            for _ in range(swaps):
                v = int(rng.random() * n_vessels)
                w = int(rng.random() * n_vessels)
                a = int(rng.random() * steps)
                b = a + 6 + int(rng.random() * 90)
                if v == w or b >= steps or paths[v, a] or paths[w, a] or paths[v, b] or paths[w, b]:
                    continue
                same = True
                for k in range(a, b):
                    if paths[v, k] != paths[w, k]:
                        same = False
                        break
                if same:
                    continue
                ratio = -block_looks_loglik(
                    paths, a, b, look_at, look_step, look_phase, look_sight, look_seen, look_missed, weights, other
                ) - _own_loglik(paths, v, w, a, b, hazard, straight, static)
                for k in range(a, b):
                    paths[v, k], paths[w, k] = paths[w, k], paths[v, k]
                ratio += block_looks_loglik(
                    paths, a, b, look_at, look_step, look_phase, look_sight, look_seen, look_missed, weights, other
                ) + _own_loglik(paths, v, w, a, b, hazard, straight, static)
                if n_surveys:
                    for s in range(n_surveys):
                        new_loglik[s] = loglik[s]
                        if sv_mask[s, v] != sv_mask[s, w]:
                            x = v if sv_mask[s, v] else w
                            instants = sv_instants[sv_start[s] : sv_start[s + 1]]
                            old_hists[s] = hists[s, x]
                            survey_histogram(paths[x], sv_phase[s], instants, hists[s, x])
                            ship = _ship_days(paths, sv_phase[s], instants, sv_mask[s]) if sv_ship[s] >= 0 else 0
                            new_loglik[s] = sv_weight[s] * survey_loglik(
                                s, hists, ship, sv_usable, sv_share, chance, sv_days, sv_low, sv_high, sv_ship, clustering, grid
                            )
                            ratio += new_loglik[s] - loglik[s]
                if math.log(rng.random() + TINY) < ratio:
                    loglik[:] = new_loglik
                    for s in range(n_surveys):
                        instants = sv_instants[sv_start[s] : sv_start[s + 1]]
                        for x in (v, w):
                            if sv_mask[s, x]:
                                survey_histogram(paths[x], sv_phase[s], instants, hists[s, x])
                else:
                    for k in range(a, b):
                        paths[v, k], paths[w, k] = paths[w, k], paths[v, k]
                    for s in range(n_surveys):
                        if sv_mask[s, v] != sv_mask[s, w]:
                            x = v if sv_mask[s, v] else w
                            hists[s, x] = old_hists[s]

        # rates and stays given the paths
        exits[:] = 0
        risk[:] = 0
        direct[:] = 0
        back[:] = 0
        calls = 0
        for v in range(n_vessels):
            for k in range(steps):
                before = paths[v, k - 1] if k else 0
                call = paths[v, k] == 1 and before != 1
                calls += call
                if before == 0 and active[v, k]:
                    risk[v, month[k]] += 1
                    exits[v, month[k]] += call
                elif before == 2 and paths[v, k] != 2 and active[v, k]:
                    back[v, month[k]] += 1
                    direct[v, month[k]] += call
        _update_rates(rng, z, rate_prior, exits, risk, direct, back, step_days)
        _tally_runs(paths, n_dest, stays, cuts)
        _update_stay(
            rng, z_origin, stay_prior[0, 0], stay_prior[0, 1], stay_prior[0, 2], step_days, pmf, origin_phases, lengths, stays[0], cuts[0]
        )
        _update_stay(
            rng, z_dest, stay_prior[1, 0], stay_prior[1, 1], stay_prior[1, 2], step_days, pmf, dest_phases, lengths, stays[1], cuts[1]
        )
        surv = _survival(pmf)

        trace[sweep, 0] = calls
        trace[sweep, 1] = z[0]
        if sweep >= warmup and (sweep - warmup) % thin == 0 and kept < out_paths.shape[0]:
            out_paths[kept] = paths
            log_rate, vessel_effect, month_effect = rate_effects(
                z, rate_prior[0], rate_prior[1], rate_prior[2], rate_prior[3], rate_prior[4], n_vessels, n_months
            )
            for m in range(n_months):
                out_rates[kept, m] = math.exp(log_rate + month_effect[m])
            out_stays[kept, 0] = math.exp(stay_prior[0, 0] + stay_prior[0, 1] * z_origin[0])
            out_stays[kept, 1] = math.exp(stay_prior[1, 0] + stay_prior[1, 1] * z_dest[0])
            for s in range(n_surveys):
                instants = sv_instants[sv_start[s] : sv_start[s + 1]]
                ship = _ship_days(paths, sv_phase[s], instants, sv_mask[s]) if sv_ship[s] >= 0 else 0
                survey_loglik(
                    s, hists, ship, sv_usable, sv_share, chance, sv_days, sv_low, sv_high, sv_ship, clustering, grid
                )
                out_coverage[kept, s] = sv_usable[s, _pick(rng, grid, grid.sum())] / sv_days[s]
            kept += 1


@njit(**OPTIONS)
def _own_loglik(paths, v, w, a, b, hazard, straight, static):
    """Terms of two vessels' paths on ``[a, b]`` that depend on which of them made the calls."""
    total = 0.0
    for k in range(a + 1, b + 1):
        for x in (v, w):
            if paths[x, k - 1] == 0:
                h = hazard[x, k]
                total += math.log((h if paths[x, k] == 1 else 1.0 - h) + TINY)
            elif paths[x, k - 1] == 2 and paths[x, k] != 2:
                q = straight[x, k]
                total += math.log((q if paths[x, k] == 1 else 1.0 - q) + TINY)
    for k in range(a, b):
        for x in (v, w):
            total += math.log(static[x, paths[x, k], k] + TINY)
    return total
