"""One Markov chain over paths, rates and stays."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.voyages.kernel.compiled import TINY, compiled
from tidewaiter.voyages.kernel.counts import instants_of, survey_histogram, survey_loglik
from tidewaiter.voyages.kernel.free import propose_stays
from tidewaiter.voyages.kernel.laws import (
    at_once,
    count_stays,
    count_waits,
    rate_effects,
    survival,
    update_rates,
    update_stay,
)
from tidewaiter.voyages.kernel.looks import emissions, looks_loglik
from tidewaiter.voyages.kernel.paths import draw_block, pick

COVERED = 64  # a stay that covers more imaging days than this is as good as certain to be seen


@compiled
def run_chain(rng, paths, sweeps, warmup, thin, line, pmf, looks, sv, priors, kept):
    """Run one chain; fills `kept` with every `thin`-th state after `warmup` sweeps.

    A sweep redraws blocks of every vessel's path, tries to exchange histories between vessels, and moves rates and
    typical stays given the paths.

    Args:
        rng: source of randomness.
        paths: (vessels, steps) int8, a possible starting state; changed in place.
        sweeps, warmup, thin: length of the chain.
        line: `arrays.Line`.
        pmf: (phases, longest) laws of the runs; changed in place as the typical stays move.
        looks: `arrays.Looks`.
        sv: `arrays.Surveys`.
        priors: `arrays.Priors`.
        kept: `arrays.Kept`.
    """
    n_vessels, steps = paths.shape
    n_surveys = sv.phase.shape[0]
    phases = line.lengths.shape[0]
    n_months = line.month[steps - 1] + 1

    z = np.zeros(1 + n_vessels + n_months)
    z_stay = np.zeros((2, 1))
    origin, destinations = np.array([1]), np.arange(4, phases, 2)
    surv = survival(pmf)
    hazard, straight = np.empty((n_vessels, steps)), np.empty((n_vessels, steps))
    waits = np.zeros((4, n_vessels, n_months), np.int64)
    stays, cuts = np.zeros((2, pmf.shape[1]), np.int64), np.zeros((2, pmf.shape[1]), np.int64)
    work = np.zeros((2 * phases + 1, steps))

    posterior = np.zeros(sv.usable.shape[1])
    hists = np.zeros((n_surveys, n_vessels, COVERED), np.int64)
    loglik = np.zeros(n_surveys)
    for s in range(n_surveys):
        for v in range(n_vessels):
            _refresh(sv, s, v, paths, hists)
        loglik[s] = survey_loglik(sv, s, paths, hists, posterior)

    evidence_before = _evidence_before(line, looks)
    untouched = (evidence_before[:, steps] < 0.5 * steps).any()

    n_kept = 0
    for sweep in range(sweeps):
        log_rate, vessel_effect, month_effect = rate_effects(z, priors.rate, n_vessels, n_months)
        for v in range(n_vessels):
            for k in range(steps):
                x = math.exp(min(log_rate + vessel_effect[v] + month_effect[line.month[k]], 8.0)) * line.step_days
                hazard[v, k] = -math.expm1(-x) if line.active[v, k] else 0.0
                straight[v, k] = at_once(x) if line.active[v, k] else 0.0

        for v in range(n_vessels):
            whole = n_surveys == 0 or sweep % 10 == 0
            if whole:
                _move_block(
                    rng,
                    v,
                    0,
                    steps,
                    paths,
                    line,
                    pmf,
                    surv,
                    hazard,
                    straight,
                    work,
                    looks,
                    sv,
                    hists,
                    loglik,
                    posterior,
                )
            if n_surveys == 0:
                continue
            for _ in range(max(2, int(0.6 * steps / 70))):
                width = 16 + int(rng.random() * 120)
                a = int(rng.random() * (steps + width)) - width
                b = min(a + width, steps)
                a = max(a, 0)
                if a < b:
                    _move_block(
                        rng,
                        v,
                        a,
                        b,
                        paths,
                        line,
                        pmf,
                        surv,
                        hazard,
                        straight,
                        work,
                        looks,
                        sv,
                        hists,
                        loglik,
                        posterior,
                    )

        if n_vessels > 1:
            for _ in range(8 * n_vessels):
                _exchange(rng, paths, line, hazard, straight, looks, sv, hists, loglik, posterior)

        calls = count_waits(paths, line.active, line.month, waits)
        update_rates(rng, z, priors.rate, waits, line.step_days)
        count_stays(paths, stays, cuts)
        update_stay(rng, z_stay[0], priors.stay[0], line.step_days, pmf, origin, line.lengths, stays[0], cuts[0])
        update_stay(rng, z_stay[1], priors.stay[1], line.step_days, pmf, destinations, line.lengths, stays[1], cuts[1])
        surv = survival(pmf)
        if untouched:
            for kind in range(2):
                _move_stays(
                    rng,
                    kind,
                    z_stay,
                    priors,
                    paths,
                    line,
                    pmf,
                    evidence_before,
                    hazard,
                    straight,
                    stays,
                    cuts,
                    sv,
                    hists,
                    loglik,
                    posterior,
                )
            surv = survival(pmf)

        kept.trace[sweep] = calls
        if sweep >= warmup and (sweep - warmup) % thin == 0 and n_kept < kept.paths.shape[0]:
            kept.paths[n_kept] = paths
            log_rate, vessel_effect, month_effect = rate_effects(z, priors.rate, n_vessels, n_months)
            for m in range(n_months):
                kept.rates[n_kept, m] = math.exp(log_rate + month_effect[m])
            for i in range(2):
                kept.stays[n_kept, i] = math.exp(priors.stay[i, 0] + priors.stay[i, 1] * z_stay[i, 0])
            for s in range(n_surveys):
                survey_loglik(sv, s, paths, hists, posterior)
                kept.coverage[n_kept, s] = sv.usable[s, pick(rng, posterior, posterior.sum())] / sv.days[s]
            n_kept += 1


@compiled
def _move_block(rng, v, a, b, paths, line, pmf, surv, hazard, straight, work, looks, sv, hists, loglik, posterior):
    """Redraw ``paths[v, a:b]``: exact from looks and laws, accepted by the ratio of what the surveys say."""
    phases = line.lengths.shape[0]
    evidence = emissions(looks, line.own, v, paths, a, b)
    new = draw_block(
        rng, paths[v], a, b, evidence, hazard[v], straight[v], line.leg_share, line.lengths, pmf, surv,
        work[:phases], work[phases : 2 * phases], work[2 * phases],
    )  # fmt: skip
    n_surveys = sv.phase.shape[0]
    if n_surveys == 0:
        paths[v, a:b] = new
        return
    old = paths[v, a:b].copy()
    if (new == old).all():
        return
    paths[v, a:b] = new
    touched = np.zeros(n_surveys, np.bool_)
    before = np.empty((n_surveys, hists.shape[2]), np.int64)
    trial = loglik.copy()
    ratio = 0.0
    for s in range(n_surveys):
        instants = instants_of(sv, s)
        if sv.mask[s, v] and instants.shape[0] and instants[0] < b and instants[-1] >= a:
            touched[s] = True
            before[s] = hists[s, v]
            _refresh(sv, s, v, paths, hists)
            trial[s] = survey_loglik(sv, s, paths, hists, posterior)
            ratio += trial[s] - loglik[s]
    if math.log(rng.random() + TINY) < ratio:
        loglik[:] = trial
        return
    paths[v, a:b] = old
    for s in range(n_surveys):
        if touched[s]:
            hists[s, v] = before[s]


@compiled
def _evidence_before(line, looks):
    """(vessels, steps + 1) number of steps before each step with a look or with evidence on the vessel itself."""
    n_vessels, phases, steps = line.own.shape
    out = np.zeros((n_vessels, steps + 1), np.int64)
    for v in range(n_vessels):
        for k in range(steps):
            touched = looks.at[k + 1] > looks.at[k]
            for p in range(phases):
                touched |= line.own[v, p, k] != 1.0
            out[v, k + 1] = out[v, k] + touched
    return out


@compiled
def _move_stays(
    rng,
    kind,
    z_stay,
    priors,
    paths,
    line,
    pmf,
    evidence_before,
    hazard,
    straight,
    stays,
    cuts,
    sv,
    hists,
    loglik,
    posterior,
):
    """Move a typical stay together with the stays that no evidence touches; see `free`."""
    count_stays(paths, stays, cuts)
    trial_paths = np.empty_like(paths)
    trial_pmf = np.empty(pmf.shape[1])
    z, ratio = propose_stays(
        rng, kind, z_stay[kind], priors.stay[kind], paths, line, pmf, evidence_before, hazard, straight,
        stays[kind], cuts[kind], trial_paths, trial_pmf,
    )  # fmt: skip
    trial_hists = hists.copy()
    trial = loglik.copy()
    for s in range(sv.phase.shape[0]):
        for v in range(paths.shape[0]):
            _refresh(sv, s, v, trial_paths, trial_hists)
        trial[s] = survey_loglik(sv, s, trial_paths, trial_hists, posterior)
        ratio += trial[s] - loglik[s]
    if math.log(rng.random() + TINY) >= ratio:
        return
    z_stay[kind, 0] = z
    paths[:] = trial_paths
    hists[:] = trial_hists
    loglik[:] = trial
    phases = line.lengths.shape[0]
    for p in range(1 if kind == 0 else 4, 2 if kind == 0 else phases, 2):
        for r in range(line.lengths[p]):
            pmf[p, r] = trial_pmf[r]


@compiled
def _exchange(rng, paths, line, hazard, straight, looks, sv, hists, loglik, posterior):
    """Who made the calls: try to exchange the histories of two vessels between two steps at which both are idle."""
    n_vessels, steps = paths.shape
    v = int(rng.random() * n_vessels)
    w = int(rng.random() * n_vessels)
    a = int(rng.random() * steps)
    b = a + 6 + int(rng.random() * 90)
    if v == w or b >= steps or paths[v, a] or paths[w, a] or paths[v, b] or paths[w, b]:
        return
    if (paths[v, a:b] == paths[w, a:b]).all():
        return
    ratio = -looks_loglik(looks, paths, a, b) - _own_loglik(line, hazard, straight, paths, v, w, a, b)
    _swap(paths, v, w, a, b)
    ratio += looks_loglik(looks, paths, a, b) + _own_loglik(line, hazard, straight, paths, v, w, a, b)
    n_surveys = sv.phase.shape[0]
    trial = loglik.copy()
    for s in range(n_surveys):
        if sv.mask[s, v] or sv.mask[s, w]:
            _refresh(sv, s, v, paths, hists)
            _refresh(sv, s, w, paths, hists)
        if sv.mask[s, v] != sv.mask[s, w]:
            trial[s] = survey_loglik(sv, s, paths, hists, posterior)
            ratio += trial[s] - loglik[s]
    if math.log(rng.random() + TINY) < ratio:
        loglik[:] = trial
        return
    _swap(paths, v, w, a, b)
    for s in range(n_surveys):
        if sv.mask[s, v] or sv.mask[s, w]:
            _refresh(sv, s, v, paths, hists)
            _refresh(sv, s, w, paths, hists)


@compiled
def _swap(paths, v, w, a, b):
    for k in range(a, b):
        paths[v, k], paths[w, k] = paths[w, k], paths[v, k]


@compiled
def _refresh(sv, s, v, paths, hists):
    if sv.mask[s, v]:
        survey_histogram(paths[v], sv.phase[s], instants_of(sv, s), hists[s, v])


@compiled
def _own_loglik(line, hazard, straight, paths, v, w, a, b):
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
            total += math.log(line.own[x, paths[x, k], k] + TINY)
    return total
