"""Worlds with known truth, for calibration and tests."""

from tidewaiter.simulate.folder import write_case
from tidewaiter.simulate.lines import Line, LineSpec, simulate_line
from tidewaiter.simulate.tables import readings
from tidewaiter.simulate.world import World, WorldSpec, simulate

__all__ = ["Line", "LineSpec", "World", "WorldSpec", "readings", "simulate", "simulate_line", "write_case"]
