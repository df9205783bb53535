"""Numbers about numbers: how far something moves the answer, ratios of widths, settings, declared points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.numbers import GAP, exact

if TYPE_CHECKING:
    from tidewaiter.model import Measurement


def shift_text(measurement: Measurement) -> str:
    """Write a signed percentage: ``+12 %``, ``−0.4 %``; what rounds to nothing is ``0 %``."""
    size = abs(measurement.value)
    digits = f"{size:.0f}" if size >= 1 else f"{size:.1f}"
    if not digits.strip("0."):
        return f"0{GAP}%"
    return f"{'+' if measurement.value > 0 else '−'}{digits.removesuffix('.0')}{GAP}%"


def ratio_text(measurement: Measurement) -> str:
    """Write how many times as wide: ``× 1.21``."""
    return f"×{GAP}{measurement.value:.2f}"


def declared(value: float) -> str:
    """Write a number as somebody declared it: ``0.0733``, ``2.2``, ``310 000``."""
    return exact(value) if abs(value) >= 1000 else f"{value:g}"


def setting_text(setting: float, *, share: bool) -> str:
    """Write a value that is swept over, as percent when all values of the sweep are shares."""
    return f"{setting * 100:g}{GAP}%" if share else f"{setting:g}"
