"""Is what somebody says within what the evidence allows?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tidewaiter.tally.claim import CEILINGS, FLOORS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tidewaiter.model import Measurement, Scenario
    from tidewaiter.tally.claim import Claim

NOT_COMPARABLE = "not comparable"


def verdict(claim: Claim, scale: float, measured: Measurement) -> str:
    """Hold a claim against the intervals of the tally.

    Inside the 80 % interval it is consistent, outside the 95 % interval above or below, in between strained. A floor is only wrong when even the top of the interval lies under it, a ceiling only when even the bottom lies above.

    Args:
        claim: with numbers.
        scale: factor that turns its numbers into a quantity in the window compared.
        measured: that quantity by the tally, with its intervals, in the unit of the claim.

    Returns:
        "consistent", "strained", "above" (the claim is more than the tally reaches) or "below".
    """
    if measured.low is None or measured.high is None:
        raise ValueError("a verdict needs an interval")
    outside = _side(claim, scale, measured.low, measured.high)
    if outside:
        return outside
    if measured.low_80 is None or measured.high_80 is None:
        return "consistent"
    return "strained" if _side(claim, scale, measured.low_80, measured.high_80) else "consistent"


def _side(claim: Claim, scale: float, low: float, high: float) -> str:
    least, most = (n * scale for n in claim.reach)
    if least > high or (claim.bound == "over" and least >= high):
        return "above"
    if most < low or (claim.bound == "below" and most <= low):
        return "below"
    return ""


def first_scenario(claim: Claim, scenarios: Mapping[str, Scenario]) -> str:
    """Choose the scenario a claim is compared with first.

    The claimant's own, else the one whose condition reads like the claim's, else the first that is an estimate and not a
    conditional. Where several remain, the words shared with the condition and the item of the claim decide.
    """
    own = [s.id for s in scenarios.values() if _speaks(claim, s)]
    if not own and not claim.condition:
        own = [s.id for s in scenarios.values() if not s.condition][:1]
    candidates = own or list(scenarios)
    said = _words(f"{claim.condition} {claim.item}")
    texts = {i: _words(f"{scenarios[i].condition} {scenarios[i].label}") for i in candidates}
    return max(candidates, key=lambda i: len(said & texts[i]), default="")


def in_words(claim: Claim, verdict_: str, flags: Collection[str]) -> str:
    """Say in one sentence, without any digit, what the comparison means."""
    if verdict_ == NOT_COMPARABLE:
        return _why_not(claim, flags)
    parts = [
        _MEANING[verdict_, "floor" if claim.bound in FLOORS else "ceiling" if claim.bound in CEILINGS else "point"]
    ]
    if claim.condition:
        parts.append("it is a conditional and says what could have been, not what was")
    parts += [words for flag, words in _TOO_MANY.items() if flag in flags]
    if "window-exceeds-case" in flags:
        parts.append("it also speaks of time outside the window of the case")
    if "route-wider" in flags:
        parts.append("it also speaks of routes that are not measured here")
    sentence = "; ".join(parts)
    return sentence[0].upper() + sentence[1:] + "."


_MEANING = {
    ("consistent", "point"): "within what the evidence allows",
    ("consistent", "floor"): "a lower bound that the evidence allows",
    ("consistent", "ceiling"): "an upper bound that the evidence does not exceed",
    ("strained", "point"): "at the edge of what the evidence allows",
    ("strained", "floor"): "a lower bound at the edge of what the evidence allows",
    ("strained", "ceiling"): "an upper bound at the edge of what the evidence shows",
    ("above", "point"): "more than the evidence allows",
    ("above", "floor"): "a lower bound beyond what the evidence allows",
    ("below", "point"): "less than the evidence shows",
    ("below", "ceiling"): "an upper bound that the evidence exceeds",
}

_TOO_MANY = {
    "exceeds-voyages": "yet reaching it takes more voyages than were made in its own window",
    "exceeds-all-voyages": "at the usual load it takes more voyages than were made in the whole window of the case",
    "likely-exceeds-all": "more likely than not it takes more voyages than were made in the whole window of the case",
}


def _why_not(claim: Claim, flags: Collection[str]) -> str:
    if "other-route" in flags:
        return "It speaks of a route that is not measured here."
    if "window-outside-case" in flags:
        return "It speaks of a time outside the window of the case."
    if claim.category == "denial":
        return "A denial; it stands beside the claims it concerns."
    if claim.flow:
        return "It speaks of a flow that is estimated on its own."
    if claim.category not in {"delivery", "finding"}:
        return f"It speaks of {claim.category}, not of deliveries."
    if not claim.numbers:
        return "It gives no number."
    return "It counts something that this case does not measure."


def _speaks(claim: Claim, scenario: Scenario) -> bool:
    names = {name.casefold().strip() for name in scenario.claimants}
    return claim.speaker in names or claim.claimant.casefold().strip() in names


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))
