"""Readings to calls and voyages, with and without AIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.inference import law
from tidewaiter.model.tables import COVERAGE, FROM_LISTS, SURVEY_CHECKS, SURVEYS
from tidewaiter.voyages import ledger
from tidewaiter.voyages.grid import Grid, make_grid
from tidewaiter.voyages.lists import METHOD as LISTS_METHOD
from tidewaiter.voyages.lists import (
    ListEvidence,
    ListPosterior,
    draw_voyages,
    fit_lists,
    list_coordinates,
    list_ledger,
    lists_as_surveys,
    read_lists,
)
from tidewaiter.voyages.observations import build_looks, make_fleet, presence, rows
from tidewaiter.voyages.prior import prior_trips
from tidewaiter.voyages.sampler import Samples, sample
from tidewaiter.voyages.surveys import Survey, check_surveys, read_surveys
from tidewaiter.voyages.unseen import add_unseen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Case
    from tidewaiter.voyages.fleet import Fleet

__all__ = ["METHOD", "CallPosterior", "add_unseen", "fit_calls", "prior_trips"]

METHOD = "voyages.hsmm/1"
EFFORTS = (1, 4)
AGREED = 1.05  # split R-hat up to which chains agree well enough for intervals printed with two digits
ENOUGH = 60.0  # effective draws below which the ends of an interval wander


class CallPosterior(msgspec.Struct, frozen=True):
    """What the evidence says about calls and voyages.

    Attributes:
        method: name and version of the model that made it.
        draws: number of posterior draws; equally likely worlds.
        voyages: every call of every draw, VOYAGE_DRAWS.
        ledger: one row per call, INFERRED_CALLS.
        survey_checks: SURVEY_CHECKS.
        coverage: days imaged at the origin, COVERAGE.
        coordinates: by id of a prior, (draws,) standard normal coordinate of what was inferred about it.
        readings: ids of the readings the fit used.
        notices: (subject, message) pairs for people.
        diagnostics: split R-hat and effective sample size of the number of calls.
    """

    method: str
    draws: int
    voyages: pa.Table
    ledger: pa.Table
    survey_checks: pa.Table
    coverage: pa.Table
    coordinates: dict[str, NDArray[np.float64]]
    readings: tuple[str, ...]
    notices: tuple[tuple[str, str], ...]
    diagnostics: dict[str, float]


def fit_calls(
    case: Case,
    tables: Mapping[str, pa.Table],
    *,
    draws: int | None = None,
    seed: int | None = None,
    warmup: int = 400,
    sweeps_per_draw: int = 3,
    chains: int = 4,
    efforts: Sequence[int] = EFFORTS,
) -> CallPosterior:
    """Infer the calls at the origin of a case from what was seen of them.

    Sparse looks, sightings, surveys, known calls and AIS follow every vessel through its rounds. Detection lists
    enter the same model as monthly counts whose completeness is learnt from their overlap; without any vessel declared
    they alone give the voyages.

    Args:
        case: what is asked, and the assumptions.
        tables: readings by the names of `model.tables.READINGS`.
        draws: posterior draws; the case says when None.
        seed: the case says when None.
        warmup: sweeps dropped at the start of each chain; more when the chains disagree.
        sweeps_per_draw: sweeps between two draws of a chain; likewise.
        chains: independent chains, run in threads.
        efforts: a fit whose chains disagree is done again with so many times the sweeps, until the list ends.

    Raises:
        ModelError: the case has no measured leg, no vessel, several origins, or is too large.
    """
    draws = case.draws if draws is None else draws
    seed = case.seed if seed is None else seed
    lists = _fit_lists(case, tables, seed) if case.lists or tables["detections"].num_rows else None
    if lists is not None and not case.vessels:
        return _from_lists(case, lists, draws, seed)
    fleet = make_fleet(case)
    grid = make_grid(case.window, case.call_model.step_h)
    looks, own, anchors = build_looks(case, fleet, grid, tables)
    counts = tables["surveys"]
    if lists is not None:
        counts = pa.concat_tables([counts, _as_surveys(case, lists, fleet.origin)])
    surveys, notices = read_surveys(case, fleet, grid, counts)
    notices += [] if lists is None else lists.notices
    for effort in efforts:
        samples = sample(
            case,
            fleet,
            grid,
            looks,
            own,
            surveys,
            draws=draws,
            seed=seed,
            warmup=effort * warmup,
            sweeps_per_draw=effort * sweeps_per_draw,
            chains=chains,
        )
        if samples.rhat < AGREED and samples.ess > ENOUGH:
            break
    else:
        notices.append(
            ("fit.calls", "the chains of the call model still disagree; raise `draws` before you rely on it")
        )
    stays = ledger.read_stays(samples.paths, np.random.default_rng([seed, 1 << 20]))
    calls, shown = ledger.build_ledger(fleet, grid, stays, anchors, draws)
    return CallPosterior(
        method=METHOD,
        draws=draws,
        voyages=ledger.voyage_draws(fleet, grid, stays, shown),
        ledger=calls,
        survey_checks=check_surveys(
            case, surveys, samples.paths, samples.coverage, np.random.default_rng([seed, 1 << 21])
        ),
        coverage=_coverage(fleet, grid, tables),
        coordinates=_coordinates(case, samples, surveys),
        readings=_used(tables, [s.id for s in surveys if s.role == "fit"]),
        notices=tuple(notices),
        diagnostics={"rhat": samples.rhat, "ess": samples.ess},
    )


class _Lists(msgspec.Struct, frozen=True):
    evidence: ListEvidence
    posterior: ListPosterior
    notices: list[tuple[str, str]]


def _fit_lists(case: Case, tables: Mapping[str, pa.Table], seed: int) -> _Lists:
    evidence, notices = read_lists(case, tables)
    return _Lists(evidence, fit_lists(case, evidence, np.random.default_rng([seed, 1 << 18])), notices)


def _from_lists(case: Case, lists: _Lists, draws: int, seed: int) -> CallPosterior:
    """Voyages from detection lists alone."""
    rng = np.random.default_rng([seed, 1 << 19])
    voyages, particle = draw_voyages(case, lists.evidence, lists.posterior, draws, rng)
    return CallPosterior(
        method=LISTS_METHOD,
        draws=draws,
        voyages=voyages,
        ledger=list_ledger(case, lists.evidence),
        survey_checks=SURVEY_CHECKS.empty_table(),
        coverage=COVERAGE.empty_table(),
        coordinates={name: z[particle] for name, z in list_coordinates(case, lists.posterior).items()},
        readings=tuple(f"detections/{i}" for i in lists.evidence.ids),
        notices=tuple(lists.notices),
        diagnostics={},
    )


def _as_surveys(case: Case, lists: _Lists, origin: str) -> pa.Table:
    told = lists_as_surveys(case, lists.evidence, lists.posterior, origin)
    nowhere = {"evidence": "", "row": 0, "line": 0}  # they rest on the detections, not on a row of their own
    return pa.Table.from_pylist([{**row, **nowhere} for row in told], schema=SURVEYS)


def _coordinates(case: Case, samples: Samples, surveys: Sequence[Survey]) -> dict[str, NDArray[np.float64]]:
    """Standard normal coordinates of what the chains learnt about the priors of the call model."""
    model = case.call_model
    known = {
        "calls_model.origin_stay_days": (law(model.origin_stay_days), np.log(samples.stays[:, 0])),
        "calls_model.destination_stay_days": (law(model.destination_stay_days), np.log(samples.stays[:, 1])),
        "calls_model.idle_days": (law(model.idle_days), -np.log(samples.rates).mean(axis=1)),
    }
    found = {name: (x - one.mu) / one.sigma for name, (one, x) in known.items() if one.sigma > 0}
    fitted = [s for s in surveys if s.role == "fit"]
    usual = [
        i for i, s in enumerate(fitted) if s.usable is None and s.row["coverage_low"] is None and s.coverage[1] > 0
    ]
    if usual:  # the assumption moves all of them together
        share = np.clip(samples.coverage[:, usual] / model.seen_clear, 1e-6, 1 - 1e-6)
        mean, spread = (np.array([fitted[i].coverage[k] for i in usual]) for k in (0, 1))
        found["calls_model.survey_coverage"] = ((np.log(share / (1 - share)) - mean) / spread).sum(axis=1)
    return found


def _coverage(fleet: Fleet, grid: Grid, tables: Mapping[str, pa.Table]) -> pa.Table:
    """Days on which the origin was imaged; one clear look makes a day clear."""
    days: dict[object, list[object]] = {}
    ships = {s["look_id"] for s in rows(tables["sightings"]) if s["look_id"] is not None}
    for look in rows(tables["looks"]):
        root_is_origin = fleet.phase_of.get(look["place_id"]) == 1
        moment, _ = presence(look["t_start"], look["t_end"], within=True)
        if not root_is_origin or not grid.window.start <= moment < grid.window.end:
            continue
        entry = days.setdefault(moment.date(), ["obscured", False])
        if look["state"] == "clear":
            entry[0] = "clear"
        entry[1] = entry[1] or look["look_id"] in ships
    return pa.Table.from_pylist(
        [
            {"place_id": fleet.origin, "day": day, "state": state, "ship": ship}
            for day, (state, ship) in sorted(days.items(), key=lambda x: str(x[0]))
        ],
        schema=COVERAGE,
    )


def _used(tables: Mapping[str, pa.Table], surveys: list[str]) -> tuple[str, ...]:
    ids = [f"surveys/{s}" for s in surveys if not s.startswith(FROM_LISTS)]
    ids += [f"detections/{i}" for i in tables["detections"]["detection_id"].to_pylist()]
    ids += [f"events/{x}" for x in tables["events"]["event_id"].to_pylist()] if "events" in tables else []
    ids += tables["positions"]["evidence"].unique().to_pylist()  # whole files: every fix takes part
    for name, column in (("looks", "look_id"), ("sightings", "sighting_id"), ("calls", "call_id")):
        ids += [f"{name}/{x}" for x in tables[name][column].to_pylist()]
    return tuple(sorted(ids))
