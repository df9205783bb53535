"""Worlds with known truth, for calibration and tests."""

from tidewaiter.simulate.folder import write_case
from tidewaiter.simulate.tables import readings
from tidewaiter.simulate.world import World, WorldSpec, simulate

__all__ = ["World", "WorldSpec", "readings", "simulate", "write_case"]
