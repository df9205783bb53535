"""How a number fits with the rest: leave it out, predict it, and see how far off it is; and what each source does.

A reading or a source is taken out of a fit by reweighting (Gelfand, Dey, Chang 1992). Where too few draws are left
after that, the fit is done again without it.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.tally.fusion import Question, fit_claims
from tidewaiter.tally.weigh import Totals
from tidewaiter.tally.weights import effective, quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tidewaiter.model import Case
    from tidewaiter.tally.fusion import Fit
    from tidewaiter.tally.quantities import Tally

ENOUGH = 500.0  # effective draws under which a leave-one-out fit is done again
REFIT_PARTICLES = 2000
SURPRISING = 0.05


class Conflict(msgspec.Struct, frozen=True):
    """What the rest of the evidence lets one expect a claim to say.

    Attributes:
        claim_id: whose reading.
        scenario: under which it was predicted, "" whatever the content.
        low, middle, high: 95 % interval and median, in the unit of the claim as stated (rates per their period).
        p: two-sided chance of a number as far off as this one.
    """

    claim_id: str
    scenario: str
    low: float
    middle: float
    high: float
    p: float


class Influence(msgspec.Struct, frozen=True):
    """What taking a source out does: shift of the log median, and ratio of the log widths of the 95 % interval."""

    source: str
    shift: float
    width_ratio: float


def conflicts(case: Case, tally: Tally, fit: Fit) -> list[Conflict]:
    """Leave out each reading of a fit in turn and predict it."""
    content = tally.contents.get(fit.scenario)
    question = Question(case, tally, fit.readings, content)
    out = []
    for i, reading in enumerate(fit.readings):
        rng = np.random.default_rng([case.seed, 1 << 24, zlib.crc32(reading.claim_id.encode())])
        weights = fit.weights_without([i])
        predicted = fit.predicted[:, i]
        if effective(weights) < ENOUGH:
            others = [r for j, r in enumerate(fit.readings) if j != i]
            again = fit_claims(case, tally, others, tally.scenarios.get(fit.scenario), particles=REFIT_PARTICLES)
            predicted, weights = _predict(again, question, i, rng)
        replicated = question.replicate(i, predicted, rng)
        below = min(max(float(weights @ (replicated < reading.log_value)), 0.5 / len(weights)), 1 - 0.5 / len(weights))
        low, middle, high = quantiles(replicated, weights, (0.025, 0.5, 0.975))
        ends = np.exp(np.array([low, middle, high])) / reading.scale
        p = min(1.0, 2 * min(below, 1 - below))
        out.append(Conflict(reading.claim_id, fit.scenario, float(ends[0]), float(ends[1]), float(ends[2]), p))
    return out


def _predict(
    again: Fit, question: Question, i: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Predict reading `i` from a fit without it: coordinates the fit lacks are drawn from their prior."""
    z = rng.standard_normal((len(again.index), len(question.names)))
    place = {name: j for j, name in enumerate(again.names)}
    for j, name in enumerate(question.names):
        if name in place:
            z[:, j] = again.z[:, place[name]]
    predicted = question.predict(z, again.index)[:, i]
    return predicted, np.full(len(predicted), 1 / len(predicted))


def influences(case: Case, tally: Tally, fit: Fit, *, items: bool) -> list[Influence]:
    """Take out each source of a fit in turn; its effect on the load, or on the items, of the whole window."""

    def total(one: Fit) -> NDArray[np.float64]:
        totals = Totals(tally, one.index, one.holdings, one.routes)
        return np.log(np.maximum(totals.items() if items else totals.loads(), 1.0))

    def summary(x: NDArray[np.float64], w: NDArray[np.float64]) -> tuple[float, float]:
        low, middle, high = quantiles(x, w, (0.025, 0.5, 0.975)).tolist()
        return middle, high - low

    everything = total(fit)
    middle, width = summary(everything, np.full(len(everything), 1 / len(everything)))
    out = []
    for source in dict.fromkeys(r.voice.id for r in fit.readings):
        columns = [i for i, r in enumerate(fit.readings) if r.voice.id == source]
        weights, draws = fit.weights_without(columns), everything
        if effective(weights) < ENOUGH:
            others = [r for r in fit.readings if r.voice.id != source]
            again = fit_claims(case, tally, others, tally.scenarios.get(fit.scenario), particles=REFIT_PARTICLES)
            draws = total(again)
            weights = np.full(len(draws), 1 / len(draws))
        shifted, wide = summary(draws, weights)
        out.append(Influence(source, shifted - middle, wide / width if width > 0 else 1.0))
    return out
