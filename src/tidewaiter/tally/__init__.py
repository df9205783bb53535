"""Voyages x load x content to totals over time; claims weighed with them and held against them."""

from tidewaiter.tally.answers import Answers, answer
from tidewaiter.tally.claims import Reconciliation, reconcile
from tidewaiter.tally.figures import METHOD, Fit, measure, posterior
from tidewaiter.tally.fusion import METHOD as FUSION
from tidewaiter.tally.quantities import Tally
from tidewaiter.tally.weigh import Weighed, weigh

__all__ = [
    "METHODS",
    "Answers",
    "Fit",
    "Reconciliation",
    "Tally",
    "Weighed",
    "answer",
    "measure",
    "posterior",
    "reconcile",
    "weigh",
]

METHODS = (METHOD, FUSION)
"""Names and versions of the methods that make totals; what was kept of others has to be made again."""
