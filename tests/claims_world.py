"""A fictional line with claims on it: short ways to write a claim, sort it, and fit it to loads that are given."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import msgspec
import numpy as np

from shuttle import START, at, readings
from tidewaiter.model import Case, ClaimModel, Item, Leg, Place, Quantiles, Scenario, Speaker, Window
from tidewaiter.tally.claim import read_claims
from tidewaiter.tally.content import Content
from tidewaiter.tally.observed import Reading, observe
from tidewaiter.tally.origins import trace
from tidewaiter.tally.speakers import Voice

DAYS = 365


def sure(value):
    """Points without spread."""
    return Quantiles(value, value, value)


PAPERS = Scenario("papers", "per papers", "crate", Quantiles(150, 200, 267), Quantiles(0.7, 0.85, 0.95))
ALL_SMALL = Scenario("all_small", "all small", "crate", Quantiles(380, 420, 460), condition="if all were small")
RAIL = Leg("amber", "cobalt", mode="rail", measured=False, relative=Quantiles(0.05, 0.1, 0.2))
CASE = Case(
    root=Path(),
    id="amber",
    title="",
    question="",
    window=Window(START, at(DAYS)),
    places=(Place("amber", "Amber Quay"), Place("cobalt", "Port Cobalt")),
    vessels=(),
    legs=(Leg("amber", "cobalt"), RAIL),
    items=(Item("crate", "crates", "crate", kg_per_unit=50.0), Item("drum", "drums", "drum")),
    scenarios=(PAPERS, ALL_SMALL),
    inputs=(),
    claim_model=ClaimModel(completeness=Quantiles(0.6, 0.8, 0.9)),
    sources=(
        Speaker("ministry", ("Ministry", "Defence Ministry"), group="allies", bias=0.2, imagery=False),
        Speaker("watch", ("Watch",), group="watchers", bias=0.1, imagery=True),
    ),
    seed=5,
    draws=400,
)
PLAIN = ClaimModel(
    error=0.15, gross=0.0, bias_scale=sure(1.0), group_share=0.0, completeness=sure(0.8), fill=sure(0.65)
)
"""Nothing is unknown but the tally and the bias of each source, so a fit has an answer that can be computed."""


def with_model(case=CASE, **changes):
    """The case with other assumptions about claims."""
    return msgspec.structs.replace(case, claim_model=msgspec.structs.replace(case.claim_model, **changes))


def claim(ident="C1", low=None, high=None, **more):
    """A row of CLAIMS: by default the ministry on containers by sea over the whole window, in one number."""
    return {
        "claim_id": ident,
        "category": "delivery",
        "claimant": "Ministry",
        "claimant_type": "government",
        "stated": "2032-03-01",
        "t_start": START,
        "t_end": at(DAYS),
        "route": "sea",
        "quantity": "container",
        "per": "",
        "low": low,
        "high": low if high is None and more.get("bound", "exact") == "exact" else high,
        "bound": "exact",
        "use": "fit",
        "derived_from": [],
        **more,
    }


def told(*rows):
    """The claims as `tidewaiter.tally.claim` reads them."""
    return read_claims(readings(claims=rows)["claims"])


def sort(*rows, case=CASE):
    """Readings by claim id, and what became of each claim."""
    claims = told(*rows)
    observed = observe(case, claims, trace(claims, case.load_model.unit))
    return {r.claim_id: r for r in observed.readings}, observed.fates


class GivenTally:
    """Voyages and loads that are given: evenly spread over the window, one value a draw."""

    def __init__(self, case, loads, voyages=None, seed=3):
        self.case, self.window, self.size = case, case.window, len(loads)
        self._loads = np.asarray(loads, np.float64)
        self._voyages = self._loads / 100 if voyages is None else np.asarray(voyages, np.float64)
        items = {i.id: i for i in case.items}
        self.scenarios = {s.id: s for s in case.scenarios}
        self.contents = {s.id: Content(s, items[s.item]) for s in case.scenarios}
        self._holdings = {s: c.prior(self.size, [seed, n])[1] for n, (s, c) in enumerate(self.contents.items())}
        self.unit = case.load_model.unit

    def loads(self, start=None, end=None):
        return self._loads * self._part(start, end)

    def voyages(self, start=None, end=None):
        return self._voyages * self._part(start, end)

    calls = voyages

    def holdings(self, scenario):
        return self._holdings[scenario]

    def _part(self, start, end):
        whole = self.window.end - self.window.start
        return ((end or self.window.end) - (start or self.window.start)) / whole


def lognormal_tally(case=CASE, middle=10_000.0, spread=0.4, draws=4000, voyages=None):
    """A tally whose load is lognormal, at even quantiles so that no luck is in it."""
    from scipy.stats import norm

    z = norm.ppf((np.arange(draws) + 0.5) / draws)
    rng = np.random.default_rng(8)
    return GivenTally(case, rng.permutation(middle * np.exp(spread * z)), voyages)


_ids = count(1)


def reading(value=10_000.0, kind="point", quantity="load", *, voice=None, **more):
    """A reading of the load over the whole window, by a source of its own unless told."""
    n = next(_ids)
    given = {
        "claim_id": f"R{n:05d}",
        "kind": kind,
        "quantity": quantity,
        "unit": "container",
        "item": more["unit"] if more.get("unit") in {"crate", "drum"} else "",
        "log_value": float(np.log(value)),
        "error": 0.0,
        "slack": {"floor": ((1.0, 0.15),), "ceiling": ((1.0, 0.15),)}.get(kind, ()),
        "voice": Voice("one", "group one", 0.2, imagery=False) if voice is None else voice,
        "start": CASE.window.start,
        "end": CASE.window.end,
        "modes": frozenset({"sea"}),
    }
    return Reading(**given | more)
