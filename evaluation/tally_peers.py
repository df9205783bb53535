"""What is done today, on the same lines: spreadsheets, products of ranges, published numbers taken at their word.

The first four only calculate. They are built kindly: they know the spread of the content that the truth was drawn from,
the spreadsheet and the product take the counted loads, and a line without a count gets the load assumed for it. The
other two peers are the tally itself with one thing left out, see `tally_fits.one_line`.
"""

from __future__ import annotations

import math
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.inference import law
from tidewaiter.inference.laws import Z95
from tidewaiter.model import Quantiles, Speaker
from tidewaiter.simulate import LineSpec
from tidewaiter.simulate.lines import MIX, line_case
from tidewaiter.tally.content import Content

try:
    import squigglepy as sq
except ModuleNotFoundError:  # it is no dependency of the project: then the same product in NumPy
    sq = None

if TYPE_CHECKING:
    from tidewaiter.model import Case
    from tidewaiter.simulate import Line

Range = tuple[float, float]
WORDS = {
    "spreadsheet": "spreadsheet: seen × 0.9–1.1 mean count × 0.75–0.95 × 250–400, low × low to high × high",
    "squigglepy": "product of ranges: seen × 1–1.3, mean count × 0.9–1.1, share, rail and rounds per container",
    "published_mean": "mean of the published numbers ± 1.645 standard errors",
    "published_range": "smallest to largest published number",
    "copies_independent": "this model, every number of every outlet as evidence of its own",
    "no_unseen_voyages": "this model, no voyage missed",
    "no_claims": "this model, without claims",
}
FITTED = ("copies_independent", "no_unseen_voyages")
CALCULATED = ("spreadsheet", "squigglepy", "published_mean", "published_range")
DRAWS = 10_000
FEWEST_SEEN = 1  # a line of which nothing was seen had one voyage


class Seen(NamedTuple):
    """What an analyst reads off the evidence: voyages seen, and the mean of the loads counted."""

    voyages: int
    load: float


class Assumed(NamedTuple):
    """What an analyst assumes: 5 and 95 % points of share, rail and rounds in a full container, and their median product."""

    share: Range
    rail: Range
    full: Range
    per_container: float


def engine() -> str:
    """Return what multiplies the ranges."""
    try:
        return f"squigglepy {version('squigglepy')}" if sq is not None else "NumPy, for squigglepy is not installed"
    except PackageNotFoundError:
        return "squigglepy"


def seen_of(line: Line) -> Seen:
    """Read the evidence as a spreadsheet does; the mean of a lognormal law from mean and variance of the logs."""
    counts = np.log(line.tables["loads"]["low"].to_numpy())
    load = math.exp(counts.mean() + counts.var() / 2) if len(counts) else line.case.load_model.typical.p50
    return Seen(max(line.tables["detections"].num_rows, FEWEST_SEEN), load)


@cache
def assumed() -> Assumed:
    """Return what the priors of the simulated lines say about content."""
    case = line_case(LineSpec(), 0)
    content = Content(MIX, case.items[0])
    rng = np.random.default_rng(1)
    held = content.at(rng.standard_normal((200_000, len(content.names))))
    relative = next(leg.relative for leg in case.legs if leg.relative is not None)
    share = MIX.share or Quantiles(1.0, 1.0, 1.0)
    rail = law(relative).at(rng.standard_normal(200_000))
    low, high = np.exp(np.quantile(held.content, [0.05, 0.95])).tolist()
    return Assumed(
        share=(share.p5, share.p95),
        rail=(relative.p5, relative.p95),
        full=(low, high),
        per_container=float(np.median(np.exp(held.items) * (1 + rail))),
    )


def spreadsheet(line: Line) -> dict[str, Range]:
    """Low times low to high times high."""
    seen, load = seen_of(line)
    low, high = seen * 0.9 * load, seen * 1.1 * load
    return {"containers": (low, high), "rounds": (low * 0.75 * 250, high * 0.95 * 400)}


def product(line: Line) -> dict[str, Range]:
    """Monte Carlo product of lognormal laws given by their 90 % ranges, by squigglepy where it is installed."""
    seen, load = seen_of(line)
    known = assumed()
    ranges = [(seen, 1.3 * seen), (0.9 * load, 1.1 * load), known.share, known.rail, known.full]
    if sq is not None:
        sq.set_seed(line.case.seed)
        voyages, loads, share, rail, full = (sq.to(*r) for r in ranges)
        containers = sq.sample(voyages * loads, n=DRAWS)
        rounds = sq.sample(voyages * loads * share * (1 + rail) * full, n=DRAWS)
    else:
        rng = np.random.default_rng(line.case.seed)
        voyages, loads, share, rail, full = (_lognormal(r, rng) for r in ranges)
        containers = voyages * loads
        rounds = containers * share * (1 + rail) * full
    ends = (np.quantile(x, [0.05, 0.95]).tolist() for x in (containers, rounds))
    return {name: (low, high) for name, (low, high) in zip(("containers", "rounds"), ends, strict=True)}


def _lognormal(ends: Range, rng: np.random.Generator) -> Any:
    low, high = map(math.log, ends)
    return np.exp((low + high) / 2 + (high - low) / 2 / Z95 * rng.standard_normal(DRAWS))


def published(line: Line) -> dict[str, dict[str, Range]]:
    """Every number printed for the end of the window, copies and products included, as if each were worth the same.

    For rounds, containers count times the rounds an analyst expects in one; for containers, only containers count.
    """
    printed = [
        (r["quantity"], r["low"]) for r in line.tables["claims"].to_pylist() if r["t_end"] == line.case.window.end
    ]
    containers = np.log([v for q, v in printed if q == "container"])
    rounds = np.log([v for q, v in printed if q == "round"])
    everything = np.concatenate([rounds, containers + math.log(assumed().per_container)])
    mean, smallest_largest = {}, {}
    for name, x in (("containers", containers), ("rounds", everything)):
        middle, error = float(x.mean()), float(x.std(ddof=1)) / math.sqrt(len(x))
        mean[name] = (math.exp(middle - Z95 * error), math.exp(middle + Z95 * error))
        smallest_largest[name] = (math.exp(x.min()), math.exp(x.max()))
    return {"published_mean": mean, "published_range": smallest_largest}


def independent(case: Case, claims: pa.Table) -> tuple[Case, pa.Table]:
    """Case and claims as one sees them who takes each printed number for a number of its own.

    Every claim is an origin and has a source of its own, which may be off as far as the source it really comes from.
    The day of publication goes, or the tally would find the repeats by itself.
    """
    rows = {r["claim_id"]: r for r in claims.to_pylist()}
    declared = {name: s for s in case.sources for name in s.names}
    speakers, told = [], []
    for ident, row in rows.items():
        root = row
        while root["derived_from"]:
            root = rows[root["derived_from"][0]]
        name = f"{row['claimant']} in {ident}"
        bias = declared[root["claimant"]].bias
        speakers.append(Speaker(f"alone_{ident}", (name,), group=f"alone_{ident}", bias=bias, imagery=False))
        alone = {"claimant": name, "derived_from": [], "derivation": "", "containers_base": None, "stated": ""}
        told.append({**row, **alone})
    return msgspec.structs.replace(case, sources=tuple(speakers)), pa.Table.from_pylist(told, schema=claims.schema)
