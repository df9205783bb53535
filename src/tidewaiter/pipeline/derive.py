"""From readings to numbers: calls, tally, the claims weighed with it and held against it. Nothing is written here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from tidewaiter.case import fixed_priors
from tidewaiter.tally import Fit, Reconciliation, Tally, Weighed, answer, measure, reconcile, weigh
from tidewaiter.voyages import CallPosterior, add_unseen, fit_calls, prior_trips

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from tidewaiter.model import Case, Measurement
    from tidewaiter.tally import Answers

PRIOR_DRAWS = 2000


class Estimate(msgspec.Struct, frozen=True):
    """Calls and totals, without and with the claims."""

    calls: CallPosterior
    tally: Tally
    weighed: Weighed


class Derived(msgspec.Struct, frozen=True):
    """All that a run stands for.

    Attributes:
        estimate: the draws.
        measurements: every number.
        claims: how claims stand to the tally; answers: what is said about the answer.
        notices: (kind, subject, message).
    """

    estimate: Estimate
    measurements: list[Measurement]
    claims: Reconciliation
    answers: Answers
    notices: list[tuple[str, str, str]]


def estimate(
    case: Case,
    tables: Mapping[str, pa.Table],
    *,
    draws: int | None = None,
    particles: int | None = None,
    quick: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Estimate:
    """Infer calls and totals from readings.

    Args:
        case: the case.
        tables: readings by the names of `model.tables.READINGS`.
        draws: posterior draws; the case says when None.
        particles: draws of each fit to the claims; the usual number when None.
        quick: short chains, for a comparison rather than for print.
        progress: called with the name of each stage as it begins.
    """
    progress("calls")
    short = {"warmup": 250, "sweeps_per_draw": 2, "efforts": (1,)} if quick else {}
    calls = fit_calls(case, tables, draws=draws, **short)  # type: ignore[arg-type]
    if case.call_model.unseen_share is not None:
        rng = np.random.default_rng([case.seed, 1 << 28])
        more, z = add_unseen(calls.voyages, calls.draws, case.call_model.unseen_share, case.window, rng)
        calls = msgspec.structs.replace(
            calls, voyages=more, coordinates=calls.coordinates | {"calls_model.unseen_share": z}
        )
    progress("tally")
    tally = Tally(case, calls.voyages, tables["loads"], calls.draws, case.seed)
    progress("claims")
    weighed = weigh(case, tables["claims"], tally, **({} if particles is None else {"particles": particles}))
    return Estimate(calls, tally, weighed)


def derive(
    case: Case,
    tables: Mapping[str, pa.Table],
    declaration: str,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Derived:
    """Go from readings to every number the case stands for.

    Args:
        case: the case.
        tables: readings by the names of `model.tables.READINGS`.
        declaration: SHA-256 of case.toml.
        progress: called with the name of each stage as it begins.
    """
    found = estimate(case, tables, progress=progress)
    calls, tally, weighed = found.calls, found.tally, found.weighed
    parameters = msgspec.to_builtins(case.call_model) | {"seed": case.seed, "draws": calls.draws}
    measurements = measure(
        case,
        tally,
        Fit(calls.method, parameters, calls.readings),
        calls.coverage,
        tables["looks"],
        calls.survey_checks,
        declaration=declaration,
    )
    claims = reconcile(case, tables["claims"], tally)
    answers = answer(
        case,
        tally,
        weighed,
        tables["claims"],
        prior_trips(case, PRIOR_DRAWS, case.seed),
        calls.coordinates,
        declaration=declaration,
    )
    notices = [("model", *x) for x in (*calls.notices, *tally.notices, *answers.notices)]
    notices += [("prior", *x) for x in fixed_priors(case)]
    return Derived(found, [*measurements, *claims.measurements, *answers.measurements], claims, answers, notices)
