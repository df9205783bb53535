"""The whole fit a second time, by a gradient sampler and in one piece: a cross-check of the engine that answers.

Lists, loads, content and claims are one posterior here, sampled by NUTS (Hoffman, Gelman, JMLR 15, 2014) through PyMC
and nutpie; the engine that answers samples them one after the other and lets claims choose among exact draws of whole
voyages. Structs and elicited laws are shared, the densities are written again. A gradient needs smooth sums, so the
load that moves between two dates is a lognormal of the same mean and variance:

    C_i ~ LogN(mu, s)                  counted: LogN(m_i, q^-1/2), q = 1/s^2 + sum 1/e^2,
                                       m_i = (mu/s^2 + sum (log y - b)/e^2) / q, b: bias of all counts, e: error of one
    mean = sum E C_i + L E C           L: voyages expected to have been seen by nobody, Poisson
    var  = sum Var C_i + L E C^2
    K = exp(log mean - v/2 + sqrt(v) z),  v = log(1 + var / mean^2)

It covers what such a line has: detection lists without vessels, counts tied to detections, claims on load, items, mass
and content. Needs the extra ``[pymc]`` (Python 3.12 or newer); nothing else loads this module.
"""

from __future__ import annotations

import math
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.errors import ModelError
from tidewaiter.inference import law, share_law
from tidewaiter.tally.fusion import LEAST, MOST_GROSS
from tidewaiter.voyages.lists import NARROW

try:
    import arviz
    import nutpie
    import pymc as pm
    import pytensor.tensor as pt
except ModuleNotFoundError as e:
    raise ModelError(f"the cross-check needs {e.name}", hint="Python 3.12, pip install 'tidewaiter[pymc]'") from e

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from tidewaiter.inference import Law
    from tidewaiter.model import Case, Scenario
    from tidewaiter.tally.loads import LoadReading
    from tidewaiter.tally.observed import Reading
    from tidewaiter.voyages.lists import ListEvidence

METHOD = "tally.nuts/1"
TINY = 1e-12  # looks of a month without any; keeps logarithms and their slopes finite
ACCEPTANCES = (0.95, 0.99, 0.997)  # the step size is tuned to the first, and again to the next if the chains are ill
AGREED = 1.03  # split R-hat above which they are
SLACKS = 3  # most distances a bound can have


class Sampled(msgspec.Struct, frozen=True):
    """Posterior draws over the window of the case, and how well the chains mixed.

    Attributes:
        loads: (draws,) load units on the measured legs.
        items: (draws,) items in the load units of all legs.
        divergences: steps at which the trajectory left the posterior; any makes the draws suspect.
        rhat: largest split R-hat (rank normalised) of all unknowns and both results.
        ess: smallest bulk effective sample size of the two results.
        again: how often it was sampled once more, by smaller steps, as chains had diverged or disagreed.
        compile_seconds, sample_seconds: CPU time; a model that was compiled before costs nothing again.
    """

    loads: NDArray[np.float64]
    items: NDArray[np.float64]
    divergences: int
    rhat: float
    ess: float
    again: int
    compile_seconds: float
    sample_seconds: float


class Nuts:
    """Fits cases; those alike in everything but what was seen and said share one compiled model."""

    def __init__(self) -> None:
        """Start without any compiled model."""
        self._compiled: dict[bytes, Any] = {}

    def fit(
        self,
        case: Case,
        evidence: ListEvidence,
        loads: Sequence[LoadReading],
        readings: Sequence[Reading],
        scenario: Scenario,
        *,
        draws: int = 600,
        tune: int = 600,
        chains: int = 2,
        cores: int = 1,
    ) -> Sampled:
        """Sample the posterior of one case under one scenario.

        Args:
            case: its assumptions and its seed.
            evidence: of `voyages.lists.read_lists`.
            loads: of `tally.loads.read_loads`.
            readings: of `tally.observed.observe`; those on other items stay out.
            scenario: what a load unit holds.
            draws: of each chain, after `tune` steps of adaptation.
            tune: see `draws`.
            chains: independent chains; two at least, or R-hat says nothing.
            cores: chains that run at the same time.

        Raises:
            ModelError: the case has vessels, loads not tied to a detection, or claims on voyages.
        """
        used = [r for r in readings if r.quantity not in {"items", "factor"} or r.item == scenario.item]
        _refuse_unknown(case, loads, used)
        cuts = _cuts(case, used)
        data = _data(evidence, loads, used, cuts)
        same = msgspec.json.encode(
            (
                (case.list_model, case.lists, case.load_model, case.claim_model, case.legs, case.items, scenario),
                (evidence.months, cuts),
                [msgspec.structs.replace(r, claim_id="", log_value=0.0) for r in used],
            ),
            order="deterministic",  # sets have no order of their own
        )
        begun = time.process_time()
        if same not in self._compiled:
            model = _model(case, used, scenario, cuts, data)
            self._compiled[same] = nutpie.compile_pymc_model(model, freeze_model=False)
        ready = time.process_time()
        compiled = self._compiled[same].with_data(**data)
        for acceptance in ACCEPTANCES:
            trace = nutpie.sample(
                compiled,
                draws=draws,
                tune=tune,
                chains=chains,
                cores=cores,
                seed=case.seed,
                target_accept=acceptance,
                save_warmup=False,
                progress_bar=False,
            )
            divergences, rhat = int(trace.sample_stats["diverging"].sum()), arviz.rhat(trace)
            worst = max(float(rhat[name].max()) for name in rhat.data_vars)
            if not divergences and worst < AGREED:
                break
        posterior, ess = trace.posterior, arviz.ess(trace)
        return Sampled(
            loads=np.exp(posterior["log_loads"].to_numpy().ravel()),
            items=np.exp(posterior["log_items"].to_numpy().ravel()),
            divergences=divergences,
            rhat=worst,
            ess=min(float(ess[name]) for name in ("log_loads", "log_items")),
            again=ACCEPTANCES.index(acceptance),
            compile_seconds=ready - begun,
            sample_seconds=time.process_time() - ready,
        )


def _refuse_unknown(case: Case, loads: Sequence[LoadReading], readings: Sequence[Reading]) -> None:
    if case.vessels:
        raise ModelError("the cross-check knows lines from detection lists, and this case follows vessels")
    loose = next((r.id for r in loads if r.kind == "count" and not r.detection), None)
    if loose is not None:
        raise ModelError(f"the cross-check knows counts tied to a detection, and {loose} is not")
    trips = next((r.claim_id for r in readings if r.quantity == "trips"), None)
    if trips is not None:
        raise ModelError(f"the cross-check weighs load and items, and claim {trips} counts voyages")


def _cuts(case: Case, readings: Sequence[Reading]) -> tuple[datetime, ...]:
    """Moments between which loads are summed: the ends of the window and of what was claimed."""
    told = [t for r in readings if r.quantity != "factor" for t in (r.start, r.end)]
    return tuple(sorted({case.window.start, case.window.end, *told}))


def _data(
    evidence: ListEvidence,
    loads: Sequence[LoadReading],
    readings: Sequence[Reading],
    cuts: Sequence[datetime],
) -> dict[str, NDArray[np.float64]]:
    """What differs between cases of one kind, by the name of its node in the model.

    Seen voyages enter by the part of their span that lies in each segment: as a place for each that was counted, as
    sums for the others.
    """
    edges, starts = _micros(cuts), _micros(evidence.months)
    in_segment = _overlap(edges, evidence.start, evidence.end)
    counts = [r for r in loads if r.kind == "count" and r.detection in set(evidence.ids)]
    whose = np.array([evidence.ids.index(r.detection) for r in counts], np.int64)
    counted = np.unique(whose)
    others = np.delete(in_segment, counted, axis=1)

    def errors(rows: Sequence[LoadReading]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Variance of each on its own, and 1 where the counting error of the case joins it."""
        own = np.array([math.hypot(r.own_error or 0.0, r.extra) ** 2 for r in rows])
        return own, np.array([1.0 if r.own_error is None else 0.0 for r in rows])

    count_own, count_usual = errors(counts)
    load_own, load_usual = errors(loads)
    return {
        "weight": evidence.weight,
        "exposure": evidence.exposure,
        "seen": evidence.seen[1:].astype(np.float64),
        "month_in_segment": _overlap(edges, starts[:-1], starts[1:]),
        "count": np.array([r.log_value for r in counts]),
        "count_own": count_own,
        "count_usual": count_usual,
        "count_of_voyage": (counted[:, None] == whose).astype(np.float64),
        "counted_in_segment": in_segment[:, counted],
        "uncounted": others.sum(axis=1),
        "uncounted_doubt": (others * (1 - others)).sum(axis=1),
        "load": np.array([r.log_value for r in loads]),
        "load_own": load_own,
        "load_usual": load_usual,
        "load_voyages": np.array([max(r.voyages, 1.0) for r in loads]),
        **({"claimed": np.array([r.log_value for r in readings])} if readings else {}),
    }


def _model(
    case: Case,
    readings: Sequence[Reading],
    scenario: Scenario,
    cuts: Sequence[datetime],
    data: dict[str, NDArray[np.float64]],
) -> Any:
    """Write the joint posterior down; every unknown is a standard normal coordinate."""
    with pm.Model() as model:
        node = {name: pm.Data(name, value) for name, value in data.items()}
        unseen = _voyages(case, node, len(data["weight"]))
        segments = _loads(case, node, unseen, len(cuts) - 1)
        held = _content(case, scenario)
        relative = [pt.exp(_log(f"relative_{n}", law(leg.relative))) for n, leg in enumerate(case.legs) if leg.relative]
        routes = pt.stack(relative) if relative else pt.zeros(0)
        if readings:
            _claims(case, readings, cuts, node["claimed"], segments, routes, held)
        total = pm.Deterministic("log_loads", pt.log(segments.sum()))
        pm.Deterministic("log_items", total + pt.log1p(routes.sum()) + held["items"])
    return model


def _log(name: str, one: Law) -> Any:
    """Log of an unknown with an elicited law."""
    x = one.mu + one.sigma * pm.Normal(name) if one.sigma > 0 else pt.as_tensor(one.mu)
    return x if one.scale == "log" else -pt.softplus(-x)


def _voyages(case: Case, node: dict[str, Any], months: int) -> Any:
    """Voyages that nobody saw, expected in each month; what the lists saw is Poisson in every month and history."""
    assumed, n_lists = case.list_model, len(case.lists)
    first, change = _log("first_rate", law(assumed.rate_per_month)), _log("change", law(assumed.monthly_change))
    steps = pm.Normal("steps", shape=months - 1)
    walk = pt.concatenate([pt.zeros(1), pt.cumsum(steps)])
    rate = node["weight"] * pt.exp(first + pt.exp(change) * walk)
    if assumed.total is not None:
        total = law(assumed.total)
        pm.Potential("total", -0.5 * ((pt.log(rate.sum()) - total.mu) / max(total.sigma, NARROW)) ** 2)
    dark = pt.exp(_log("dark_share", share_law(assumed.dark_share)))
    dim = pt.exp(_log("dark_visibility", share_law(assumed.dark_visibility)))
    hazard = pt.stack([-pt.log1mexp(_log(f"seen_{n}", share_law(x.seen))) for n, x in enumerate(case.lists)])
    hit = ((np.arange(2**n_lists)[:, None] >> np.arange(n_lists)) & 1).astype(float)

    def histories(visible: Any) -> Any:
        looked = pt.maximum(hazard[:, None] * node["exposure"] * visible, TINY)
        return pt.exp(hit @ pt.log1mexp(-looked) - (1 - hit) @ looked)

    chance = (1 - dark) * histories(1.0) + dark * histories(dim)
    pm.Poisson("histories", mu=rate * chance[1:], observed=node["seen"], shape=(2**n_lists - 1, months))
    return rate * chance[0]


def _loads(case: Case, node: dict[str, Any], unseen: Any, segments: int) -> Any:
    """Load units carried in each segment."""
    assumed = case.load_model
    mu, spread = _log("typical_load", law(assumed.typical)), pt.exp(_log("load_spread", law(assumed.voyage_spread)))
    error2 = pt.exp(2 * _log("count_error", law(assumed.count_error)))
    bias = assumed.shared_bias * pm.Normal("count_bias")
    s2, several = spread**2, node["load_voyages"] > 1
    pm.Normal(
        "loads",
        mu=mu + bias + pt.switch(several, s2 / 2, 0.0),
        sigma=pt.sqrt(
            pt.switch(several, pt.expm1(s2) / node["load_voyages"], s2) + node["load_usual"] * error2 + node["load_own"]
        ),
        observed=node["load"],
        shape=node["load"].shape,
    )
    surety = 1 / pt.maximum(node["count_usual"] * error2 + node["count_own"], TINY)
    left = 1 / (1 / s2 + node["count_of_voyage"] @ surety)
    known = pt.exp(left * (mu / s2 + node["count_of_voyage"] @ (surety * (node["count"] - bias))) + left / 2)
    usual = pt.exp(mu + s2 / 2)
    place, nobody = node["counted_in_segment"], node["month_in_segment"] @ unseen
    mean = place @ known + (node["uncounted"] + nobody) * usual
    # a voyage is in the segment with chance p: p Var + p (1-p) E^2; a Poisson number of them: L (Var + E^2)
    doubt = place * (1 - place)
    var = place @ (pt.expm1(left) * known**2) + doubt @ known**2
    var += (node["uncounted"] * pt.expm1(s2) + node["uncounted_doubt"] + nobody * pt.exp(s2)) * usual**2
    v = pt.log1p(var / mean**2)
    return mean * pt.exp(pt.sqrt(v) * pm.Normal("segments", shape=segments) - v / 2)


def _content(case: Case, scenario: Scenario) -> dict[str, Any]:
    """Logs of what a load unit holds: items, content (of one that holds any), mass where it is known."""
    item = next(i for i in case.items if i.id == scenario.item)

    def at_most(content: Any, kg: float | None) -> Any:
        if scenario.payload_t is None or kg is None:
            return content
        return pt.minimum(content, math.log(1000 * scenario.payload_t / kg))

    share = pt.zeros(()) if scenario.share is None else _log("share", share_law(scenario.share))
    if scenario.per_unit is not None:
        weights, kg = pt.zeros(1), [item.kg_per_unit]
        held = pt.stack([at_most(_log("per_unit", law(scenario.per_unit)), item.kg_per_unit)])
    else:
        kg = [part.kg_per_item or item.kg_per_unit for part in scenario.mix]
        raw = pt.stack([_log(f"weight_{n}", law(part.weight)) for n, part in enumerate(scenario.mix)])
        weights = raw - pt.logsumexp(raw)
        parts = zip(scenario.mix, kg, strict=True)
        held = pt.stack([at_most(_log(f"per_unit_{n}", law(p.per_unit)), k) for n, (p, k) in enumerate(parts)])
    content = pt.logsumexp(weights + held)
    out = {"items": share + content, "content": content}
    known = [k for k in kg if k is not None]
    if len(known) == len(kg):
        out["mass"] = share + pt.logsumexp(weights + held + np.log(known) - math.log(1000))
    return out


def _claims(
    case: Case,
    readings: Sequence[Reading],
    cuts: Sequence[datetime],
    claimed: Any,
    segments: Any,
    routes: Any,
    held: dict[str, Any],
) -> None:
    """Add the likelihood of what was claimed."""
    assumed = case.claim_model
    held |= {
        "fill": _log("fill", share_law(assumed.fill)),
        "completeness": _log("completeness", share_law(assumed.completeness)),
    }
    x = _biases(case, readings) + pt.stack([_told(case, r, cuts, segments, routes, held) for r in readings])
    residual = claimed - x
    plain = [n for n, r in enumerate(readings) if not r.slack]
    bounds = [n for n, r in enumerate(readings) if r.slack]
    own = {"count": assumed.count_error, "factor": assumed.factor_error, "capacity": assumed.capacity_error}
    small = np.array([max(math.hypot(own.get(r.kind, assumed.error), r.error), LEAST) for r in readings])
    large = np.array([max(math.hypot(assumed.gross_error, r.error), LEAST) for r in readings])
    gross = min(assumed.gross, MOST_GROSS)
    wild = np.array([0.0 if r.kind in {"factor", "capacity"} else gross for r in readings])
    with np.errstate(divide="ignore"):
        log_tame, log_wild = np.log1p(-wild), np.log(wild)
    if plain:
        r = residual[plain]
        near, far = (_log_normal(r, sd[plain]) for sd in (small, large))
        pm.Potential("points", pt.logaddexp(log_tame[plain] + near, log_wild[plain] + far).sum())
    if bounds:
        sign = np.array([-1.0 if readings[n].kind == "ceiling" else 1.0 for n in bounds])
        below = (sign * residual[bounds])[:, None]
        slack = [(*readings[n].slack, *[(0.0, 1.0)] * (SLACKS - len(readings[n].slack))) for n in bounds]
        with np.errstate(divide="ignore"):
            weight = np.log(np.array([[w for w, _ in s] for s in slack]))
        eta = np.array([[max(m, LEAST) for _, m in s] for s in slack])
        parts = [
            (log_part[bounds][:, None] + weight + _log_behind(below, sd[bounds][:, None], eta))
            for log_part, sd in ((log_tame, small), (log_wild, large))
        ]
        pm.Potential("bounds", pt.logsumexp(pt.concatenate(parts, axis=1), axis=1).sum())


def _told(case: Case, r: Reading, cuts: Sequence[datetime], segments: Any, routes: Any, held: dict[str, Any]) -> Any:
    """Log of what a reading would say, without bias and error of its own."""
    content = {"items": "items", "factor": "items", "mass": "mass"}.get(r.quantity, "")
    if r.kind == "capacity":
        content = "content"
    if content and content not in held:
        raise ModelError(f"claim {r.claim_id} is in tonnes, and the scenario knows no mass")
    x = held[content] if content else pt.zeros(())
    if r.kind == "capacity":
        x -= held["fill"]
    if r.quantity == "factor":
        return x
    if r.voice.imagery and r.quantity == "load":
        x += held["completeness"]
    inside = np.array([float(r.start <= start and end <= r.end) for start, end in pairwise(cuts)])
    measured = {leg.mode for leg in case.legs if leg.measured}
    on_leg = np.array([float(leg.mode in r.modes) for leg in case.legs if leg.relative is not None])
    ways = float(bool(r.modes & measured)) + (on_leg * routes).sum()
    return x + pt.log(inside @ segments) + pt.log(pt.maximum(ways, TINY))


def _biases(case: Case, readings: Sequence[Reading]) -> Any:
    """Log bias of each reading by its source; a ratio has none."""
    assumed = case.claim_model
    voices = list({r.voice.id: r.voice for r in readings}.values())
    groups = list(dict.fromkeys(v.group for v in voices))
    own, shared = pm.Normal("sources", shape=len(voices)), pm.Normal("groups", shape=len(groups))
    unit = math.sqrt(1 - assumed.group_share) * own
    unit += math.sqrt(assumed.group_share) * shared[[groups.index(v.group) for v in voices]]
    bias = pt.exp(_log("bias_scale", law(assumed.bias_scale))) * np.array([v.bias for v in voices]) * unit
    source = [[v.id for v in voices].index(r.voice.id) for r in readings]
    return np.array([0.0 if r.quantity == "factor" else 1.0 for r in readings]) * bias[source]


def _log_normal(x: Any, sd: NDArray[np.float64]) -> Any:
    return -0.5 * (x / sd) ** 2 - np.log(sd * math.sqrt(2 * math.pi))


def _log_behind(x: Any, sd: NDArray[np.float64], eta: NDArray[np.float64]) -> Any:
    """Log density of N(0, sd) - Exp(mean eta), exponentially modified normal."""
    return -np.log(eta) + sd**2 / (2 * eta**2) + x / eta + _log_phi(-x / sd - sd / eta)


def _log_phi(x: Any) -> Any:
    """Log of the standard normal distribution function; each branch is kept off where only the other is finite."""
    low, high = pt.minimum(x, -1.0), pt.maximum(x, -1.0)
    tail = pt.log(pt.erfcx(-low / math.sqrt(2)) / 2) - low**2 / 2
    return pt.switch(x < -1.0, tail, pt.log1p(-pt.erfc(high / math.sqrt(2)) / 2))


def _overlap(edges: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
    """Part of each span (n,) that lies in each segment, (segments, n)."""
    low, high = np.maximum(edges[:-1, None], start), np.minimum(edges[1:, None], end)
    return np.asarray(np.clip(high - low, 0, None) / np.maximum(end - start, 1))


def _micros(times: Sequence[datetime]) -> NDArray[np.int64]:
    return np.array([round(t.timestamp() * 1e6) for t in times], np.int64)
