"""Readings to calls and voyages, with and without AIS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.model.tables import COVERAGE
from tidewaiter.voyages import ledger
from tidewaiter.voyages.grid import Grid, make_grid
from tidewaiter.voyages.observations import Fleet, build_looks, make_fleet, presence, rows
from tidewaiter.voyages.sampler import sample
from tidewaiter.voyages.surveys import check_surveys, read_surveys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Case

__all__ = ["METHOD", "CallPosterior", "fit_calls"]

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
        stays: (draws, 2) typical stay in days at the origin and at a destination.
        months: first day of each month of the window; rates: (draws, months) calls per idle day of one vessel.
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
    stays: NDArray[np.float64]
    rates: NDArray[np.float64]
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
    """Infer the calls at the origin of a case from sparse looks, sightings, surveys, known calls and AIS fixes.

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
    fleet = make_fleet(case)
    grid = make_grid(case.window, case.call_model.step_h)
    looks, own, anchors = build_looks(case, fleet, grid, tables)
    surveys, notices = read_surveys(case, fleet, grid, tables["surveys"])
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
        stays=samples.stays,
        rates=samples.rates,
        readings=_used(tables, [s.id for s in surveys if s.role == "fit"]),
        notices=tuple(notices),
        diagnostics={"rhat": samples.rhat, "ess": samples.ess},
    )


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
    ids = [f"surveys/{s}" for s in surveys]
    for name, column in (("looks", "look_id"), ("sightings", "sighting_id"), ("calls", "call_id")):
        ids += [f"{name}/{x}" for x in tables[name][column].to_pylist()]
    return tuple(sorted(ids))
