"""Every judgement that a case holds, under one name each: what the report lists and what a sensitivity run moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from tidewaiter.case.layout import SHARES
from tidewaiter.model import Quantiles

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tidewaiter.model import Case

FIXED = "is given without spread, so it is taken as exactly known"
LABELS = {
    "calls_model.origin_stay_days": "typical stay at the origin, days",
    "calls_model.destination_stay_days": "typical stay at the destination, days",
    "calls_model.turnaround_days": "days from leaving the destination until back at the origin at the earliest",
    "calls_model.idle_days": "mean wait before the next call, days",
    "calls_model.monthly_change": "change of the call rate from month to month",
    "calls_model.survey_coverage": "share of days a survey saw when it does not say",
    "calls_model.unseen_share": "part of all voyages that no look could have shown",
    "load_model.typical": "load of a typical voyage before any count is seen",
    "load_model.voyage_spread": "spread of the load between voyages",
    "load_model.count_error": "error of one count of a load",
    "claims_model.bias_scale": "how much larger the biases of sources are than declared",
    "claims_model.completeness": "part of the voyages that a team counts from images",
    "claims_model.fill": "content of a load unit beside what fits into it",
    "lists_model.rate_per_month": "voyages in the first month",
    "lists_model.monthly_change": "change of the voyage rate from month to month",
    "lists_model.total": "voyages in the whole window",
    "lists_model.dark_share": "part of the voyages that are hard to see for every list",
    "lists_model.dark_visibility": "how visible a hard voyage is beside an open one",
    "lists.seen": "chance that the list sees an open voyage in a month of usual watching",
    "legs.travel_days": "days under way on one passage",
    "legs.relative": "what the leg carries per load unit on all measured legs",
    "scenarios.per_unit": "items per load unit",
    "scenarios.share": "part of the load units that hold the item",
    "scenarios.mix.weight": "load units of this kind, relative to the other kinds",
    "scenarios.mix.per_unit": "items in a load unit of this kind",
    "scenarios.defect": "part of the items that cannot be used",
    "flows.per_month": "flow in the first month",
    "flows.monthly_change": "change of the flow from month to month",
    "balances.stock": "part of what was brought that is still unused",
}
"""What is judged, in words without figures, by section and key of case.toml."""


class Elicited(msgspec.Struct, frozen=True):
    """One quantity that people gave by 5/50/95 % points, or that a model assumes.

    Attributes:
        prior_id: where it stands in case.toml: ``load_model.typical``, ``scenarios.papers.mix.1.weight`` (kinds are
            counted from 1), ``legs.rajin.dunai.travel_days``. Used once in a case.
        label: what it is, in words without digits.
        scale: log for a quantity above zero, logit for a share.
        scenario: id of the scenario it belongs to, empty when it holds whatever the content.
        of: the name of the leg, kind, flow and so on as the user wrote it (it may hold digits); empty for the models.
    """

    prior_id: str
    label: str
    quantiles: Quantiles
    scale: Literal["log", "logit"]
    scenario: str = ""
    of: str = ""


def elicited(case: Case) -> list[Elicited]:
    """Return every elicited quantity of a case in a stable order; detection lists and their model only when there are lists."""
    models: dict[str, msgspec.Struct] = {
        "calls_model": case.call_model,
        "load_model": case.load_model,
        "claims_model": case.claim_model,
    }
    if case.lists:
        models["lists_model"] = case.list_model
    found = [one for section, model in models.items() for one in _of_entry(section, section, model)]
    for entry in case.lists:
        found += _of_entry("lists", f"lists.{entry.id}", entry, of=entry.label)
    names = {place.id: place.name for place in case.places}
    seen: dict[str, int] = {}
    for leg in case.legs:
        ident = f"legs.{leg.origin}.{leg.destination}"
        seen[ident] = seen.get(ident, 0) + 1
        way = f"{names.get(leg.origin, leg.origin)} to {names.get(leg.destination, leg.destination)}"
        found += _of_entry("legs", ident if seen[ident] == 1 else f"{ident}.{seen[ident]}", leg, of=way)
    for scenario in case.scenarios:
        ident = f"scenarios.{scenario.id}"
        found += _of_entry("scenarios", ident, scenario, scenario.id, scenario.label)
        for number, part in enumerate(scenario.mix, 1):
            found += _of_entry("scenarios.mix", f"{ident}.mix.{number}", part, scenario.id, part.name)
    for flow in case.flows:
        found += _of_entry("flows", f"flows.{flow.id}", flow, of=flow.label)
    for balance in case.balances:
        found += _of_entry("balances", f"balances.{balance.id}", balance, balance.scenario, balance.label)
    return found


def fixed_priors(case: Case) -> list[tuple[str, str]]:
    """Return (prior id, what to say of it) for each elicited quantity that has no spread."""
    return [(one.prior_id, FIXED) for one in elicited(case) if one.quantiles.p5 == one.quantiles.p95]


def _of_entry(section: str, ident: str, entry: msgspec.Struct, scenario: str = "", of: str = "") -> Iterator[Elicited]:
    """Yield the quantiles among the fields of an entry, in the order of its struct."""
    for key, value in msgspec.structs.asdict(entry).items():
        if isinstance(value, Quantiles):
            scale: Literal["log", "logit"] = "logit" if key in SHARES else "log"
            yield Elicited(f"{ident}.{key}", LABELS[f"{section}.{key}"], value, scale, scenario, of)
