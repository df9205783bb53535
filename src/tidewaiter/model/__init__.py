"""The words of the project as frozen structs and Arrow schemas. No behaviour; imports nothing of ours."""

from tidewaiter.model.case import (
    CallModel,
    Case,
    Confusable,
    Dated,
    Input,
    Item,
    Leg,
    LoadModel,
    Place,
    Quantiles,
    Scenario,
    Vessel,
)
from tidewaiter.model.evidence import Evidence, Locator, Measurement, Status
from tidewaiter.model.interval import Interval, Window

__all__ = [
    "CallModel",
    "Case",
    "Confusable",
    "Dated",
    "Evidence",
    "Input",
    "Interval",
    "Item",
    "Leg",
    "LoadModel",
    "Locator",
    "Measurement",
    "Place",
    "Quantiles",
    "Scenario",
    "Status",
    "Vessel",
    "Window",
]
