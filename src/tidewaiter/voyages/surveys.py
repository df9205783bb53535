"""Published counts as observations of the same calls: which take part, what each saw, and whether they agree."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.inference import share_law
from tidewaiter.model import Quantiles
from tidewaiter.model.tables import SURVEY_CHECKS
from tidewaiter.voyages import kernel
from tidewaiter.voyages.observations import imaging_instants, rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tidewaiter.model import Case
    from tidewaiter.voyages.fleet import Fleet
    from tidewaiter.voyages.grid import Grid

MOST_INSIDE = 0.8  # a survey takes part when this share of its window lies on the grid
LOOSE = 0.10  # "about 26" is read as 26 give or take this share, at least one call


class Count(msgspec.Struct, frozen=True):
    """Distinct calls counted in a span.

    Attributes:
        instants: steps at which the place could be imaged, one a day, sorted.
        days: days of the span.
        low, high: calls counted, -1 when the team counted none but days with a ship.
    """

    instants: NDArray[np.int64]
    days: int
    low: int
    high: int


class Survey(msgspec.Struct, frozen=True):
    """One published count.

    Attributes:
        id: survey id; role: fit | check.
        phase: kernel phase of the place.
        published: the count as the team published it.
        fitted: what it adds to the team's earlier counts; the kernel sees this.
        usable: days that were imaged and not obscured; None when the team does not say.
        with_ship: days with a ship; -1 when not given.
        mask: which hulls were counted.
        weight: exponent of its likelihood, below 1 for teams that share images.
        coverage: mean and sd of the share of days seen on logit scale; sd 0 when `usable` is known.
    """

    id: str
    role: str
    phase: int
    published: Count
    fitted: Count
    usable: float | None
    with_ship: int
    mask: NDArray[np.bool_]
    weight: float
    coverage: tuple[float, float]
    row: dict[str, Any]


def read_surveys(case: Case, fleet: Fleet, grid: Grid, table: pa.Table) -> tuple[list[Survey], list[tuple[str, str]]]:
    """Prepare the surveys of places on the shuttle.

    A team that publishes a growing count from one start (4 calls to 12 October, 26 to the end of December) looked at
    the same images again: such counts enter as the increments between them. Teams that share images and windows get
    the weight 1 / (1 + r (g - 1)), the design effect of g readings with correlation r (Kish, Survey Sampling, 1965).

    Returns:
        The surveys, and notices (survey id, message) on those that can only serve as checks.
    """
    out, notices = [], []
    for row in rows(table):
        phase = fleet.phase_of.get(row["place_id"])
        if phase is None:
            notices.append((row["survey_id"], "its place is not on the measured line; it is not compared"))
            continue
        published = _count(case, grid, row)
        if len(published.instants) < MOST_INSIDE * published.days:
            notices.append(
                (row["survey_id"], "most of its window lies outside the window of the case; it is not compared")
            )
            continue
        usable = None
        if row["days_imaged"] is not None:
            usable = float(row["days_imaged"] - (row["days_obscured"] or 0))
        law = share_law(_coverage(case, row))
        named = set(row["vessels"] or [])
        out.append(
            Survey(
                id=row["survey_id"],
                role="check" if row["use"] == "check" else "fit",
                phase=phase,
                published=published,
                fitted=published,
                usable=usable,
                with_ship=-1 if row["days_with_ship"] is None else row["days_with_ship"],
                mask=np.array([not named or h in named for h in fleet.hulls], np.bool_),
                weight=1.0,
                coverage=(law.mu, 0.0 if usable is not None else max(law.sigma, 1e-3)),
                row=row,
            )
        )
    return _share_images(_increments(out), case.call_model.shared_images), notices


def _count(case: Case, grid: Grid, row: dict[str, Any]) -> Count:
    place = next(p for p in case.places if p.id == row["place_id"])
    steps = [grid.index(t) for t in imaging_instants(place, row["t_start"], row["t_end"])]
    days = round((row["t_end"] - row["t_start"]).total_seconds() / 86400)
    return Count(np.array([k for k in steps if 0 <= k < grid.steps], np.int64), max(days, 1), *_counted(row))


def _coverage(case: Case, row: dict[str, Any]) -> Quantiles:
    low, high = row["coverage_low"], row["coverage_high"]
    if low is None or high is None:
        return case.call_model.survey_coverage
    return Quantiles(low, (low + high) / 2, high)


def _counted(row: dict[str, Any]) -> tuple[int, int]:
    low, high = row["calls_low"], row["calls_high"]
    if low is None and high is None:
        return -1, -1
    low = high if low is None else low
    high = low if high is None else high
    if row["bound"] == "about" and low == high:
        slack = max(1, round(LOOSE * low))
        return max(low - slack, 0), high + slack
    if row["bound"] == "up_to":
        return 0, high
    return low, high


def _increments(surveys: list[Survey]) -> list[Survey]:
    """Take off each count what the same team had counted before, where only counts of calls are given."""
    series: dict[Any, list[Survey]] = defaultdict(list)
    for s in surveys:
        if s.role == "fit" and s.usable is None and s.with_ship < 0 and s.row["by"]:
            key = (s.row["by"], s.row["place_id"], s.row["t_start"], tuple(s.row["vessels"] or ()))
            series[key].append(s)
    fitted = {}
    for members in series.values():
        base, seen = 0, -1
        for s in sorted(members, key=lambda m: (m.row["t_end"], m.id)):
            count = s.published
            if seen >= 0 and count.low >= base:
                later = count.instants[count.instants > seen]
                fitted[s.id] = Count(later, max(len(later), 1), count.low - base, count.high - base)
            base, seen = max(base, (count.low + count.high) // 2), int(count.instants[-1])
    return [msgspec.structs.replace(s, fitted=fitted.get(s.id, s.published)) for s in surveys]


def _share_images(surveys: list[Survey], correlation: float) -> list[Survey]:
    out = []
    for s in surveys:
        group = 1
        for t in surveys:
            if t.id != s.id and t.role == s.role == "fit" and s.row["images"] and t.row["images"] == s.row["images"]:
                same = s.phase == t.phase and bool((s.mask & t.mask).any())
                common = np.intersect1d(s.fitted.instants, t.fitted.instants).size
                if same and common >= 0.5 * min(s.fitted.instants.size, t.fitted.instants.size) > 0:
                    group += 1
        out.append(msgspec.structs.replace(s, weight=1.0 / (1.0 + correlation * (group - 1))))
    return out


def check_surveys(
    case: Case,
    surveys: Sequence[Survey],
    paths: NDArray[np.int8],
    coverage: NDArray[np.float64],
    rng: np.random.Generator,
) -> pa.Table:
    """Compare each survey with what a team of its coverage would count (posterior predictive), as SURVEY_CHECKS.

    Args:
        case: for the assumptions on detection.
        surveys: those of `read_surveys`.
        paths: (draws, hulls, steps) int8.
        coverage: (draws, surveys that were fitted) posterior share of days seen.
        rng: source of the replicated counts.
    """
    model = case.call_model
    fitted = [s.id for s in surveys if s.role == "fit"]
    out = []
    for s in surveys:
        count, draws = s.published, paths.shape[0]
        true = np.zeros(draws)
        counted = np.zeros(draws)
        chance = np.zeros(draws)
        share = np.empty(draws)
        stays: list[NDArray[np.int64]] = []
        for i in range(draws):
            if s.usable is not None:
                share[i] = s.usable / count.days
            elif s.id in fitted:
                share[i] = coverage[i, fitted.index(s.id)] / model.seen_clear
            else:
                share[i] = 1 / (1 + np.exp(-(s.coverage[0] + s.coverage[1] * rng.standard_normal())))
            hist = np.zeros(kernel.COVERED, np.int64)
            one = np.zeros(kernel.COVERED, np.int64)
            for v in np.flatnonzero(s.mask):
                kernel.survey_histogram(paths[i, v], s.phase, count.instants, one)
                hist += one
            stays.append(hist)
            true[i] = _calls_between(paths[i, s.mask], s)
            usable = min(share[i], 1.0) * count.days * model.seen_clear
            q = _chances(_top(hist), count.days, usable, model.look_clustering, model.survey_distinct)
            counted[i] = rng.binomial(hist[: len(q)], q).sum()
            chance[i] = (hist[: len(q)] * q).sum() / max(hist.sum(), 1)
        low, high = (count.low, count.high) if count.low >= 0 else (0, 10**6)
        tail_low = np.mean(counted < low) + 0.5 * np.mean((counted >= low) & (counted <= high))
        tail_high = np.mean(counted > high) + 0.5 * np.mean((counted >= low) & (counted <= high))
        p = min(1.0, 2 * float(np.minimum(tail_low, tail_high)))
        stated = s.usable is not None
        out.append(
            {
                "survey_id": s.id,
                "place_id": s.row["place_id"],
                "by": s.row["by"],
                "counted_low": None if count.low < 0 else count.low,
                "counted_high": None if count.low < 0 else count.high,
                "window_days": count.days,
                "coverage": float(np.median(share)),
                "coverage_low": None if stated else float(np.quantile(share, 0.025)),
                "coverage_high": None if stated else float(np.quantile(share, 0.975)),
                "coverage_stated": stated,
                "coverage_needed": _needed(s, stays, model.seen_clear, model.look_clustering, model.survey_distinct),
                "chance_seen": float(np.mean(chance)),
                "calls": float(np.median(true)),
                "calls_low": float(np.quantile(true, 0.025)),
                "calls_high": float(np.quantile(true, 0.975)),
                "expected_low": float(np.quantile(counted, 0.025)),
                "expected_high": float(np.quantile(counted, 0.975)),
                "p_value": p if count.low >= 0 else None,
                "compatible": bool(p >= 0.05) if count.low >= 0 else None,
                "role": s.role,
            }
        )
    return pa.Table.from_pylist(out, schema=SURVEY_CHECKS)


def _calls_between(paths: NDArray[np.int8], s: Survey) -> int:
    """Stays at the place of the survey that reach into its window."""
    if s.published.instants.size == 0:
        return 0
    first, last = max(int(s.published.instants[0]) - 1, 0), int(s.published.instants[-1]) + 1
    here = paths[:, first : last + 1] == s.phase
    return int(here[:, 0].sum() + (here[:, 1:] & ~here[:, :-1]).sum())


def _top(hist: NDArray[np.int64]) -> int:
    return int(np.max(np.flatnonzero(hist), initial=0)) + 1


def _chances(top: int, days: int, usable: float, clustering: float, distinct: float) -> NDArray[np.float64]:
    """Chance that a call is counted, by the number of imaging days it covers (0 … top - 1); none covered, none seen."""
    q = np.zeros(top)
    for covered in range(1, top):
        q[covered] = kernel.chance_counted(covered, days, usable, clustering, distinct)
    return np.clip(q, 0.0, 1.0)


def _needed(
    s: Survey, stays: list[NDArray[np.int64]], seen_clear: float, clustering: float, distinct: float
) -> float | None:
    """Share of days at which the expected count, averaged over the draws, equals what the team counted."""
    count = s.published
    if count.low < 0:
        return None
    hists = np.stack(stays)
    mean, top = hists.mean(axis=0), _top(hists.sum(axis=0))
    target = (count.low + count.high) / 2
    low, high = 0.0, 1.0
    for _ in range(40):
        share = (low + high) / 2
        q = _chances(top, count.days, share * count.days * seen_clear, clustering, distinct)
        low, high = (share, high) if float((mean[:top] * q).sum()) < target else (low, share)
    return high
