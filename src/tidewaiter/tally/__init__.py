"""Voyages x load x content to totals over time, and claims held against the totals."""

from tidewaiter.tally.claims import Reconciliation, reconcile
from tidewaiter.tally.figures import Fit, measure
from tidewaiter.tally.quantities import Tally

__all__ = ["Fit", "Reconciliation", "Tally", "measure", "reconcile"]
