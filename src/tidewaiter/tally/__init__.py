"""Voyages x load x content to totals over time; claims weighed with them and held against them."""

from tidewaiter.tally.claims import Reconciliation, reconcile
from tidewaiter.tally.figures import Fit, measure
from tidewaiter.tally.quantities import Tally
from tidewaiter.tally.weigh import Weighed, weigh

__all__ = ["Fit", "Reconciliation", "Tally", "Weighed", "measure", "reconcile", "weigh"]
