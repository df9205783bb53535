"""Draw a block of one vessel's path exactly from its full conditional."""

from __future__ import annotations

import numpy as np

from tidewaiter.compiled import compiled


@compiled
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
    choice = np.zeros(
        phases + 1
    )  # of the state at the last step: 0 idle, p a run that ends there, phases: a run cut by b
    phase = 0
    after = 0  # steps of the run from b on
    open_end = True
    k = width - 1
    if b == steps:
        choice[0] = idle[k]
        for p in range(1, phases):
            choice[p] = mass[p]
        phase = pick(rng, choice, choice.sum())
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
        picked = pick(rng, choice, total)
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
        start = pick(rng, weights, total) - 1  # entry 0: the run that the block cuts at its start
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
            phase = 4 + 2 * pick(rng, chance, chance.sum())
        elif phase % 2 == 1:
            phase = 1
        else:
            phase -= 1
    return block


@compiled
def _start_weights(phase, k, a, after, open_end, evidence, enter, lengths, pmf, surv, held, held_start, held_weight):
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


@compiled
def pick(rng, weight, total):
    """Index drawn in proportion to `weight`, whose sum is `total`."""
    u = rng.random() * total
    last = 0
    for s in range(weight.shape[0]):
        if weight[s] > 0.0:
            last = s
            u -= weight[s]
            if u < 0.0:
                return s
    return last
