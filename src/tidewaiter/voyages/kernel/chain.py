"""One Markov chain over paths, rates and stays."""

from __future__ import annotations

import math

import numpy as np

from tidewaiter.compiled import TINY, compiled
from tidewaiter.voyages.kernel.arrays import State
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

BLOCKS_PER_STEP = 0.6 / 70  # blocks of some 76 steps: a sweep redraws about two thirds of each path
EXCHANGES = 8  # tries per vessel and sweep
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
    at = _start(paths, line, pmf, looks, sv)
    mostly_untouched = (at.touched[:, steps] < 0.5 * steps).any()
    n_kept = 0
    for sweep in range(sweeps):
        _lay_hazards(line, priors, at)
        for v in range(n_vessels):
            if n_surveys == 0 or sweep % 10 == 0:
                _move_block(rng, v, 0, steps, line, looks, sv, at)
            if n_surveys == 0:
                continue
            for _ in range(max(2, int(BLOCKS_PER_STEP * steps))):
                width = 16 + int(rng.random() * 120)
                a = int(rng.random() * (steps + width)) - width
                b = min(a + width, steps)
                a = max(a, 0)
                if a < b:
                    _move_block(rng, v, a, b, line, looks, sv, at)
        if n_vessels > 1:
            for _ in range(EXCHANGES * n_vessels):
                _exchange(rng, line, looks, sv, at)
        kept.trace[sweep] = count_waits(at.paths, line.active, line.month, at.waits)
        update_rates(rng, at.z, priors.rate, at.waits, line.step_days)
        count_stays(at.paths, at.stays, at.cuts)
        for kind in range(2):
            phases = np.arange(1, 2) if kind == 0 else np.arange(4, line.lengths.shape[0], 2)
            update_stay(
                rng, at.z_stay[kind], priors.stay[kind], line.step_days, at.pmf, phases, line.lengths, at.stays[kind], at.cuts[kind]
            )  # fmt: skip
        if mostly_untouched:
            for kind in range(2):
                _move_stays(rng, kind, line, sv, priors, at)
        at.surv[:] = survival(at.pmf)
        if sweep >= warmup and (sweep - warmup) % thin == 0 and n_kept < kept.paths.shape[0]:
            _keep(rng, n_kept, sv, priors, at, kept)
            n_kept += 1


@compiled
def _start(paths, line, pmf, looks, sv):
    n_vessels, steps = paths.shape
    n_surveys = sv.phase.shape[0]
    phases, longest = pmf.shape
    n_months = line.month[steps - 1] + 1
    at = State(
        paths,
        pmf,
        survival(pmf),
        np.empty((n_vessels, steps)),
        np.empty((n_vessels, steps)),
        np.zeros(1 + n_vessels + n_months),
        np.zeros((2, 1)),
        np.zeros((4, n_vessels, n_months), np.int64),
        np.zeros((2, longest), np.int64),
        np.zeros((2, longest), np.int64),
        np.zeros((n_surveys, n_vessels, COVERED), np.int64),
        np.zeros(n_surveys),
        _evidence_before(line, looks),
        np.zeros(sv.usable.shape[1]),
        np.zeros((2 * phases + 1, steps)),
    )
    for s in range(n_surveys):
        for v in range(n_vessels):
            _refresh(sv, s, v, at.paths, at.hists)
        at.loglik[s] = survey_loglik(sv, s, at.paths, at.hists, at.coverage)
    return at


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
def _lay_hazards(line, priors, at):
    """Spread the call rates over vessels and steps."""
    n_vessels, steps = at.paths.shape
    log_rate, vessel_effect, month_effect = rate_effects(at.z, priors.rate, n_vessels, at.waits.shape[2])
    for v in range(n_vessels):
        for k in range(steps):
            x = math.exp(min(log_rate + vessel_effect[v] + month_effect[line.month[k]], 8.0)) * line.step_days
            at.hazard[v, k] = -math.expm1(-x) if line.active[v, k] else 0.0
            at.straight[v, k] = at_once(x) if line.active[v, k] else 0.0


@compiled
def _keep(rng, n, sv, priors, at, kept):
    kept.paths[n] = at.paths
    log_rate, _, month_effect = rate_effects(at.z, priors.rate, at.paths.shape[0], at.waits.shape[2])
    for m in range(month_effect.shape[0]):
        kept.rates[n, m] = math.exp(log_rate + month_effect[m])
    for i in range(2):
        kept.stays[n, i] = math.exp(priors.stay[i, 0] + priors.stay[i, 1] * at.z_stay[i, 0])
    for s in range(sv.phase.shape[0]):
        survey_loglik(sv, s, at.paths, at.hists, at.coverage)
        kept.coverage[n, s] = sv.usable[s, pick(rng, at.coverage, at.coverage.sum())] / sv.days[s]


@compiled
def _move_block(rng, v, a, b, line, looks, sv, at):
    """Redraw ``paths[v, a:b]``: exact from looks and laws, accepted by the ratio of what the surveys say."""
    phases = line.lengths.shape[0]
    evidence = emissions(looks, line.own, v, at.paths, a, b)
    new = draw_block(
        rng, at.paths[v], a, b, evidence, at.hazard[v], at.straight[v], line.leg_share, line.lengths, at.pmf, at.surv,
        at.work[:phases], at.work[phases : 2 * phases], at.work[2 * phases],
    )  # fmt: skip
    n_surveys = sv.phase.shape[0]
    if n_surveys == 0:
        at.paths[v, a:b] = new
        return
    old = at.paths[v, a:b].copy()
    if (new == old).all():
        return
    at.paths[v, a:b] = new
    changed = np.zeros(n_surveys, np.bool_)
    before = np.empty((n_surveys, COVERED), np.int64)
    trial = at.loglik.copy()
    for s in range(n_surveys):
        instants = instants_of(sv, s)
        if sv.mask[s, v] and instants.shape[0] and instants[0] < b and instants[-1] >= a:
            changed[s] = True
            before[s] = at.hists[s, v]
            _refresh(sv, s, v, at.paths, at.hists)
            trial[s] = survey_loglik(sv, s, at.paths, at.hists, at.coverage)
    if _accept(rng, (trial - at.loglik).sum()):
        at.loglik[:] = trial
        return
    at.paths[v, a:b] = old
    for s in range(n_surveys):
        if changed[s]:
            at.hists[s, v] = before[s]


@compiled
def _move_stays(rng, kind, line, sv, priors, at):
    """Move a typical stay together with the stays that no evidence touches; see `free`."""
    count_stays(at.paths, at.stays, at.cuts)
    paths, law = np.empty_like(at.paths), np.empty(at.pmf.shape[1])
    z, ratio = propose_stays(
        rng, kind, at.z_stay[kind], priors.stay[kind], at.paths, line, at.pmf, at.touched, at.hazard, at.straight,
        at.stays[kind], at.cuts[kind], paths, law,
    )  # fmt: skip
    hists, trial = at.hists.copy(), at.loglik.copy()
    for s in range(sv.phase.shape[0]):
        for v in range(paths.shape[0]):
            _refresh(sv, s, v, paths, hists)
        trial[s] = survey_loglik(sv, s, paths, hists, at.coverage)
    if not _accept(rng, ratio + (trial - at.loglik).sum()):
        return
    at.z_stay[kind, 0] = z
    at.paths[:] = paths
    at.hists[:] = hists
    at.loglik[:] = trial
    for p in range(1 if kind == 0 else 4, 2 if kind == 0 else line.lengths.shape[0], 2):
        for r in range(line.lengths[p]):
            at.pmf[p, r] = law[r]


@compiled
def _exchange(rng, line, looks, sv, at):
    """Who made the calls: try to exchange the histories of two vessels between two steps at which both are idle."""
    paths = at.paths
    n_vessels, steps = paths.shape
    v = int(rng.random() * n_vessels)
    w = int(rng.random() * n_vessels)
    a = int(rng.random() * steps)
    b = a + 6 + int(rng.random() * 90)
    if v == w or b >= steps or paths[v, a] or paths[w, a] or paths[v, b] or paths[w, b]:
        return
    if (paths[v, a:b] == paths[w, a:b]).all():
        return
    ratio = -looks_loglik(looks, paths, a, b) - _own_loglik(line, at, v, w, a, b)
    _swap(paths, v, w, a, b)
    ratio += looks_loglik(looks, paths, a, b) + _own_loglik(line, at, v, w, a, b)
    trial = at.loglik.copy()
    for s in range(sv.phase.shape[0]):
        _refresh(sv, s, v, paths, at.hists)
        _refresh(sv, s, w, paths, at.hists)
        if sv.mask[s, v] != sv.mask[s, w]:
            trial[s] = survey_loglik(sv, s, paths, at.hists, at.coverage)
    if _accept(rng, ratio + (trial - at.loglik).sum()):
        at.loglik[:] = trial
        return
    _swap(paths, v, w, a, b)
    for s in range(sv.phase.shape[0]):
        _refresh(sv, s, v, paths, at.hists)
        _refresh(sv, s, w, paths, at.hists)


@compiled
def _accept(rng, log_ratio):
    return math.log(rng.random() + TINY) < log_ratio


@compiled
def _swap(paths, v, w, a, b):
    for k in range(a, b):
        paths[v, k], paths[w, k] = paths[w, k], paths[v, k]


@compiled
def _refresh(sv, s, v, paths, hists):
    if sv.mask[s, v]:
        survey_histogram(paths[v], sv.phase[s], instants_of(sv, s), hists[s, v])


@compiled
def _own_loglik(line, at, v, w, a, b):
    """Terms of two vessels' paths on ``[a, b]`` that depend on which of them made the calls."""
    paths = at.paths
    total = 0.0
    for k in range(a + 1, b + 1):
        for x in (v, w):
            if paths[x, k - 1] == 0:
                h = at.hazard[x, k]
                total += math.log((h if paths[x, k] == 1 else 1.0 - h) + TINY)
            elif paths[x, k - 1] == 2 and paths[x, k] != 2:
                q = at.straight[x, k]
                total += math.log((q if paths[x, k] == 1 else 1.0 - q) + TINY)
    for k in range(a, b):
        for x in (v, w):
            total += math.log(line.own[x, paths[x, k], k] + TINY)
    return total
