"""What the answer hangs on: parts of its variance, each judgement, each source, and what no evidence decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tidewaiter.case import elicited
from tidewaiter.inference import law, share_law
from tidewaiter.model import Measurement
from tidewaiter.tally.book import WITH, Book
from tidewaiter.tally.conflict import influences
from tidewaiter.tally.fusion import METHOD
from tidewaiter.tally.intervals import interval
from tidewaiter.tally.sweep import SETTINGS, with_unseen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tidewaiter.case import Elicited


def variance(book: Book) -> None:
    """Split the variance of the log of each total into its factors: the parts sum to the whole."""
    for quantity, _, fit in book.fitted():
        voyages = np.log(np.maximum(book.tally.voyages()[fit.index], 0.5))
        load = np.log(np.maximum(book.tally.loads()[fit.index], 1.0))
        parts = {"voyages": (voyages, "number of voyages"), "load": (load - voyages, "load of a voyage")}
        if fit.holdings is not None:
            parts["share"] = (fit.holdings.share, f"share of {book.tally.unit}s that hold the item")
            parts["content"] = (fit.holdings.content, f"content of a {book.tally.unit}")
        total = np.sum([x for x, _ in parts.values()], axis=0)
        whole = float(np.var(total))
        for part, (x, label) in parts.items():
            if whole <= 0 or float(np.var(x)) == 0:
                continue
            value = 100 * float(np.cov(x, total)[0, 1]) / whole
            ident = f"variance.{quantity}.{part}"
            name = f"part of the uncertainty of {quantity} from: {label}"
            book.exact(ident, name, value, "percent", [f"{WITH}{quantity}"])
            book.row("variance", quantity, part, label, ident)


def judgements(book: Book, coordinates: Mapping[str, NDArray[np.float64]]) -> None:
    """List every prior beside what was learnt of it, and how far each moves the answer.

    If the middle of a prior moves by one of its standard deviations, the mean of any function h moves by the
    posterior covariance of h and the standard normal coordinate, to first order (Gustafson 1996; Giordano,
    Broderick, Jordan 2018).
    """
    load_z = book.tally.loads_model.z
    shared = dict(coordinates) | {
        "load_model.typical": load_z[:, 0],
        "load_model.voyage_spread": load_z[:, 1],
        "load_model.count_error": load_z[:, 3],
    }
    declared = {e.prior_id: e for e in elicited(book.case)}
    learnt: dict[tuple[str, str], NDArray[np.float64]] = {}
    for quantity, scenario, fit in book.fitted():
        totals = book.weighed.totals[scenario]
        log_total = np.log(np.maximum(totals.items() if scenario else totals.loads(), 1.0))
        known = {name: z[fit.index] for name, z in shared.items()}
        known |= {name: fit.z[:, j] for j, name in enumerate(fit.names)}
        shifts = []
        for name, z in known.items():
            if name in declared and z.any():
                shifts.append((float(np.expm1(np.cov(log_total, z)[0, 1])), name))
                learnt.setdefault((name, declared[name].scenario), z)
        for shift, name in sorted(shifts, key=lambda x: (-abs(x[0]), x[1])):
            ident = f"sensitivity.{quantity}.{name}"
            words = f"move of {quantity} when the middle of this prior moves by one of its standard deviations"
            book.exact(ident, words, 100 * shift, "percent", [f"{WITH}{quantity}", book.declaration])
            book.row("sensitivity", quantity, name, _named(declared[name]), ident)
    for prior in declared.values():
        book.priors.append(_prior(book, prior, learnt.get((prior.prior_id, prior.scenario))))


def _prior(book: Book, prior: Elicited, z: NDArray[np.float64] | None) -> dict[str, Any]:
    q, ident = prior.quantiles, None
    summed = prior.prior_id == "calls_model.survey_coverage"  # one coordinate for several surveys
    if z is not None and not summed and q.p95 > q.p5:
        draws = (share_law(q) if prior.scale == "logit" else law(q)).at(z)
        low, high = interval(draws, 0.9)
        ident = f"posterior.{prior.prior_id}"
        book.measurements.append(
            Measurement(
                measurement_id=ident,
                name=f"{_named(prior)}, given everything",
                value=float(np.median(draws)),
                low=low,
                high=high,
                level=0.9,
                unit="share" if prior.scale == "logit" else "",
                scenario=prior.scenario,
                method=METHOD,
                inputs=(book.fit_id(prior.scenario), book.declaration),
            )
        )
    return {
        "prior_id": prior.prior_id,
        "label": _named(prior),
        "p5": q.p5,
        "p50": q.p50,
        "p95": q.p95,
        "scale": prior.scale,
        "source": q.source,
        "posterior": ident,
        "scenario": prior.scenario,
    }


def sources(book: Book) -> None:
    """Say what each source does to each total."""
    for quantity, scenario, fit in book.fitted():
        for one in influences(book.case, book.tally, fit, items=bool(scenario)):
            ids = [f"claims/{r.claim_id}" for r in fit.readings if r.voice.id == one.source]
            ident = f"influence.{quantity}.{one.source}"
            inputs = [*ids, f"{WITH}{quantity}"]
            moved = book.exact(
                ident, f"move of {quantity} without this source", 100 * np.expm1(one.shift), "percent", inputs
            )
            wide = book.exact(
                f"{ident}.width", "width of the interval without this source, relative", one.width_ratio, "", inputs
            )
            book.row("influence", quantity, one.source, book.speaker(one.source), moved, other=wide)


def undecided(book: Book) -> None:
    """Give the totals for settings of what no evidence decides."""
    label = "part of all voyages that nobody could have seen, on top of what the model infers"
    first = next((s for s in book.case.scenarios if not s.condition), None)
    for share in SETTINGS:
        grown = with_unseen(book.tally, share, book.case.seed)
        swept = [("load.total", book.tally.loads() * grown, book.tally.unit, "")]
        if first is not None:
            swept.append(
                (f"items.total.{first.id}", book.tally.items(first.id) * grown, book.units[first.id], first.id)
            )
        for quantity, draws, unit, scenario in swept:
            ident = f"sweep.unseen_share.{round(100 * share)}.{quantity}"
            name = f"{quantity}, if so many of all voyages could not be seen"
            book.keep(ident, name, draws, unit, [quantity], scenario=scenario)
            book.row("sweep", quantity, "unseen_share", label, ident, setting=share)


def _named(prior: Elicited) -> str:
    return f"{prior.label}: {prior.of}" if prior.of else prior.label
