"""Claims as dependent observations of the tally: one fit for the load, one for each scenario that is an estimate.

    x = log Q(window) + b_s + e            Q: what the tally says of the quantity claimed, in the unit of the claim
    b_s = k tau_s (sqrt(1-r) z_s + sqrt(r) z_group)      what all numbers of a source are off by; k: one factor for all
    e ~ (1-g) N(0, error) + g N(0, gross)                the second part keeps one wild number from steering
    floor:  log v = x - Exp(mean distance),  ceiling: log v = x + Exp(mean distance)

A fit is a tempered sequential Monte Carlo over the content of load units, the routes that are not measured, and the
sources. Every particle carries the index of one draw of voyages and loads: claims choose among exact draws, so voyages
stay whole and counts stay counts.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.inference import law, share_law, tempered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from tidewaiter.model import Case, ClaimModel, Scenario
    from tidewaiter.tally.content import Content, Holdings
    from tidewaiter.tally.observed import Reading
    from tidewaiter.tally.view import Totalled

METHOD = "tally.fusion/1"
PARTICLES = 4000
SWEEPS, FINAL = 2, 6
SCALE_STEPS = 4  # Metropolis steps of the scale of biases in a refresh; they cost next to nothing
LOG_2PI = math.log(2 * math.pi)
FEWEST_TRIPS, FEWEST_UNITS = 0.5, 1.0  # stand for none in a logarithm
LEAST = 1e-3  # smallest error and distance, log units: nobody's number is exact, and a density needs a width
MOST_GROSS = 1 - 1e-9  # keeps the logarithm of the rest finite


class Fit(msgspec.Struct, frozen=True):
    """The tally given the claims, under one scenario or (scenario "") whatever the content.

    Attributes:
        scenario: id, or "".
        readings: those that entered.
        index: (particles,) draw of the tally behind each particle.
        z: (particles, dims) coordinates; names: the prior behind each, in order.
        holdings: what a load unit holds; None without a scenario.
        routes: (particles, relative legs) log load of each, relative to the measured legs.
        predicted: (particles, readings) log of what each reading would say without error of its own.
        loglik: (particles, readings) log-likelihood of each reading.
        distinct: draws of the tally that are left.
    """

    scenario: str
    readings: tuple[Reading, ...]
    index: NDArray[np.int64]
    z: NDArray[np.float64]
    names: tuple[str, ...]
    holdings: Holdings | None
    routes: NDArray[np.float64]
    predicted: NDArray[np.float64]
    loglik: NDArray[np.float64]
    distinct: int

    def weights_without(self, columns: Sequence[int]) -> NDArray[np.float64]:
        """Return weights that take readings out again, (particles,), largest ones cut at their 99.9 % point."""
        w = -self.loglik[:, columns].sum(axis=1)
        w = np.exp(w - w.max())
        w = np.minimum(w, np.quantile(w, 0.999))
        return np.asarray(w / w.sum())


class Question:
    """Everything of a fit that does not depend on the particles.

    Attributes:
        names: id of the prior behind each coordinate: content, routes, fill, completeness, bias scale, sources, groups.
    """

    def __init__(self, case: Case, tally: Totalled, readings: Sequence[Reading], content: Content | None) -> None:
        """Lay out coordinates and gather what the tally says for the window of each reading."""
        self.case, self.readings, self.content = case, tuple(readings), content
        self.model: ClaimModel = case.claim_model
        legs = [leg for leg in case.legs if leg.relative is not None]
        self._leg_laws = [law(leg.relative) for leg in legs if leg.relative is not None]
        voices = {r.voice.id: r.voice for r in self.readings}
        groups = list(dict.fromkeys(v.group for v in voices.values()))
        content_names = content.names if content else ()
        self.names = (
            *content_names,
            *(f"legs.{leg.origin}.{leg.destination}.relative" for leg in legs),
            "claims_model.fill",
            "claims_model.completeness",
            "claims_model.bias_scale",
            *(f"sources.{v}" for v in voices),
            *(f"groups.{g}" for g in groups),
        )
        at = len(content_names)
        self._content, self._legs = slice(0, at), slice(at, at + len(legs))
        at += len(legs)
        self._fill, self._complete, self._scale = at, at + 1, at + 2
        self._sources = slice(at + 3, at + 3 + len(voices))
        self._groups = slice(at + 3 + len(voices), len(self.names))
        order = list(voices)
        self._tau = np.array([v.bias for v in voices.values()])
        self._group_of = np.array([groups.index(v.group) for v in voices.values()], np.int64)
        self._source_of = np.array([order.index(r.voice.id) for r in self.readings], np.int64)
        self._log_value = np.array([r.log_value for r in self.readings])
        self._base = self._gather(tally)
        measured = {leg.mode for leg in case.legs if leg.measured}
        amounts = [r.quantity != "factor" for r in self.readings]  # a ratio has no route and no bias of its source
        self._is_amount = np.array(amounts, float)
        self._has_measured = np.array(
            [not a or bool(r.modes & measured) for a, r in zip(amounts, self.readings, strict=True)], float
        )
        self._has_leg = np.array(
            [[a and leg.mode in r.modes for leg in legs] for a, r in zip(amounts, self.readings, strict=True)], float
        )
        self._errors = np.array([self._error(r) for r in self.readings])
        self._gross = np.maximum(np.hypot(self.model.gross_error, [r.error for r in self.readings]), LEAST)
        self.laws = {
            "fill": share_law(self.model.fill),
            "completeness": share_law(self.model.completeness),
            "bias_scale": law(self.model.bias_scale),
        }

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Coordinates that move together: the cargo, the sources."""
        dims = len(self.names)
        return slice(0, self._scale), slice(self._scale, dims)

    def _gather(self, tally: Totalled) -> NDArray[np.float64]:
        """Log of trips or load of the tally in the window of each reading, (readings, draws)."""
        windows: dict[tuple[bool, datetime, datetime], NDArray[np.float64]] = {}
        rows = []
        for r in self.readings:
            trips = r.quantity == "trips"
            key = (trips, r.start, r.end)
            if r.quantity == "factor":
                rows.append(np.zeros(tally.size))
                continue
            if key not in windows:
                total = tally.voyages(r.start, r.end) if trips else tally.loads(r.start, r.end)
                windows[key] = np.log(np.maximum(total, FEWEST_TRIPS if trips else FEWEST_UNITS))
            rows.append(windows[key])
        return np.stack(rows) if rows else np.zeros((0, tally.size))

    def _error(self, r: Reading) -> float:
        own = {
            "count": self.model.count_error,
            "factor": self.model.factor_error,
            "capacity": self.model.capacity_error,
        }.get(r.kind, self.model.error)
        return max(math.hypot(own, r.error), LEAST)

    def routes(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log load of each relative leg per load on the measured legs, (n, legs)."""
        laws = self._leg_laws
        columns = [x.log_at(z[:, self._legs.start + j]) for j, x in enumerate(laws)]
        return np.stack(columns, axis=1) if columns else np.zeros((len(z), 0))

    def bias(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log bias of each source, (n, sources)."""
        rho = self.model.group_share
        own, shared = z[:, self._sources], z[:, self._groups][:, self._group_of]
        scale = self.bias_scale(z)
        unit = math.sqrt(1 - rho) * own + math.sqrt(rho) * shared
        return np.asarray(scale[:, None] * self._tau * unit)

    def refresh(self, z: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Move groups against sources, then the scale against both, such that the bias of every source stays the same.

        The claims only see biases, so these moves cost no likelihood; without them a common scale and many sources hold
        one another fast (interweaving: Yu, Meng, "To center or not to center", J. Comp. Graph. Stat. 20, 2011).
        """
        rho, out = self.model.group_share, z.copy()
        members = np.zeros((len(self._tau), self._groups.stop - self._groups.start))
        members[np.arange(len(self._tau)), self._group_of] = 1.0
        if 0 < rho < 1 and len(self._tau):
            unit = math.sqrt(1 - rho) * z[:, self._sources] + math.sqrt(rho) * z[:, self._groups] @ members.T
            precision = 1 + members.sum(axis=0) * rho / (1 - rho)
            mean = unit @ members * (math.sqrt(rho) / (1 - rho)) / precision
            shared = mean + rng.standard_normal(mean.shape) / np.sqrt(precision)
            out[:, self._groups] = shared
            out[:, self._sources] = (unit - math.sqrt(rho) * shared @ members.T) / math.sqrt(1 - rho)
        rest = slice(self._sources.start, self._groups.stop)
        dims = rest.stop - rest.start
        for _ in range(SCALE_STEPS if dims else 0):
            offered = out[:, self._scale] + rng.standard_normal(len(z)) / math.sqrt(1 + dims / 2)
            factor = self.bias_scale(out) / self.laws["bias_scale"].at(offered)
            gain = dims * np.log(factor) - 0.5 * (offered**2 - out[:, self._scale] ** 2)
            gain -= 0.5 * (factor**2 - 1) * (out[:, rest] ** 2).sum(axis=1)
            good = np.log(rng.random(len(z))) < gain
            out[:, self._scale] = np.where(good, offered, out[:, self._scale])
            out[:, rest] *= np.where(good, factor, 1.0)[:, None]
        return out

    def bias_scale(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much larger all biases are than declared, (n,)."""
        return self.laws["bias_scale"].at(z[:, self._scale])

    def predict(self, z: NDArray[np.float64], index: NDArray[np.int64]) -> NDArray[np.float64]:
        """Log of what each reading would say without an error of its own, (n, readings)."""
        x = self._base[:, index].T
        if not self.readings:
            return x
        if self._has_leg.size:
            relative = np.exp(self.routes(z))
            x = x + np.log(np.maximum(self._has_measured + relative @ self._has_leg.T, 1e-12))
        complete = self.laws["completeness"].log_at(z[:, self._complete])
        fill = self.laws["fill"].log_at(z[:, self._fill])
        held = None if self.content is None else self.content.at(z[:, self._content])
        for i, r in enumerate(self.readings):
            if r.quantity in {"trips", "load"}:
                if r.voice.imagery:
                    x[:, i] += complete
                continue
            if held is None:
                raise ValueError("a reading of content needs a scenario")
            x[:, i] += self._content_term(r, held, fill)
        biased: NDArray[np.float64] = x + self.bias(z)[:, self._source_of] * self._is_amount
        return biased

    def _content_term(self, r: Reading, held: Holdings, fill: NDArray[np.float64]) -> NDArray[np.float64]:
        if r.kind == "capacity":
            return held.content - fill
        if r.quantity == "mass":
            if held.mass is None:
                raise ValueError("a reading in tonnes needs a mass")
            return held.share + held.mass
        return held.items

    def loglik(self, predicted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-likelihood of each reading, (n, readings)."""
        residual, gross = self._log_value - predicted, min(self.model.gross, MOST_GROSS)
        out = np.empty_like(residual)
        for i, r in enumerate(self.readings):
            x = residual[:, i] if r.kind != "ceiling" else -residual[:, i]
            small, large = self._errors[i], self._gross[i]
            if r.slack:
                parts = [
                    (math.log(w * p), _behind(x, s, max(eta, LEAST)))
                    for w, eta in r.slack
                    for p, s in ((1 - gross, small), (gross, large))
                    if p > 0
                ]
                out[:, i] = np.logaddexp.reduce([w + f for w, f in parts], axis=0)
            elif r.kind in {"factor", "capacity"} or gross == 0:
                out[:, i] = _normal(x, small)
            else:
                out[:, i] = np.logaddexp(math.log1p(-gross) + _normal(x, small), math.log(gross) + _normal(x, large))
        return out

    def replicate(self, i: int, predicted: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw what reading `i` could have said, on log scale, (n,); grossly wrong numbers are no excuse."""
        r = self.readings[i]
        out: NDArray[np.float64] = predicted + self._errors[i] * rng.standard_normal(len(predicted))
        if r.slack:
            etas = rng.choice([eta for _, eta in r.slack], len(out), p=[w for w, _ in r.slack])
            out += (1 if r.kind == "ceiling" else -1) * rng.exponential(etas)
        return out


def fit_claims(
    case: Case,
    tally: Totalled,
    readings: Sequence[Reading],
    scenario: Scenario | None,
    *,
    particles: int = PARTICLES,
    seed: int | None = None,
) -> Fit:
    """Condition the tally on claims.

    Args:
        case: its assumptions about sources and claims.
        tally: from what was seen and counted.
        readings: of `observe`; those that need a content the scenario does not give stay out.
        scenario: an estimate whose content learns from the claims; None = voyages and load only.
        particles: draws of the result.
        seed: of the case when None.
    """
    content = None if scenario is None else tally.contents[scenario.id]
    used = [r for r in readings if _speaks_to(r, content, case)]
    question = Question(case, tally, used, content)
    name = "" if scenario is None else scenario.id
    rng = np.random.default_rng([case.seed if seed is None else seed, 1 << 23, zlib.crc32(name.encode())])
    total = tally.loads() if tally.loads().any() else tally.voyages()
    order = np.argsort(total, kind="stable")

    def loglik(z: NDArray[np.float64], rank: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.asarray(question.loglik(question.predict(z, order[rank])).sum(axis=1))

    if used:
        cloud = tempered(
            loglik,
            len(question.names),
            particles,
            rng,
            indices=tally.size,
            refresh=question.refresh,
            blocks=question.blocks,
            sweeps=SWEEPS,
            final=FINAL,
        )
        z, index = cloud.z, order[cloud.carried]
    else:
        z = rng.standard_normal((particles, len(question.names)))
        index = rng.permutation(np.arange(particles) % tally.size)
    predicted = question.predict(z, index)
    return Fit(
        scenario=name,
        readings=question.readings,
        index=index,
        z=z,
        names=question.names,
        holdings=None if content is None else content.at(z[:, : len(content.names)]),
        routes=question.routes(z),
        predicted=predicted,
        loglik=question.loglik(predicted),
        distinct=len(np.unique(index)),
    )


def _speaks_to(r: Reading, content: Content | None, case: Case) -> bool:
    """Tell whether a reading can be held against a content: the same item, or a mass it has."""
    if not r.needs_content:
        return True
    if content is None:
        return False
    item = next(i for i in case.items if i.id == content.scenario.item)
    if r.quantity == "mass":
        return content.at(np.zeros((1, len(content.names)))).mass is not None
    return r.item == item.id


def _normal(x: NDArray[np.float64], sd: float) -> NDArray[np.float64]:
    return np.asarray(-0.5 * (x / sd) ** 2 - math.log(sd) - 0.5 * LOG_2PI)


def _behind(x: NDArray[np.float64], sd: float, eta: float) -> NDArray[np.float64]:
    """Log density of N(0, sd) - Exp(mean eta), an exponentially modified normal law; exact far in its tail."""
    from scipy.special import log_ndtr  # noqa: PLC0415 - as slow to load as all the rest; only bounds need it

    return np.asarray(-math.log(eta) + sd**2 / (2 * eta**2) + x / eta + log_ndtr(-x / sd - sd / eta))
