"""The sections of model assumptions: what is not written keeps the value of its struct in `model.case`."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

import msgspec

from tidewaiter.case.section import Section  # noqa: TC001 - part of every signature
from tidewaiter.model import CallModel, ClaimModel, ListModel, LoadModel, Quantiles, TrackModel

Model = TypeVar("Model", bound=msgspec.Struct)

_CHANCES = frozenset(
    {
        "seen_clear",
        "seen_obscured",
        "other_ship",
        "misnamed",
        "survey_distinct",
        "look_clustering",
        "shared_images",
        "gross",
        "group_share",
    }
)
_LARGEST_SPREAD = 10.0  # on the log scale: a factor of twenty thousand
_LIMITS = {"step_h": (0.1, 168.0), "fastest_kn": (1.0, 102.2)} | dict.fromkeys(_CHANCES, (0.0, 1.0))


def call_model(section: Section) -> CallModel:
    """Read [calls_model]."""
    return _model(section, CallModel())


def load_model(section: Section) -> LoadModel:
    """Read [load_model]."""
    return _model(section, LoadModel())


def claim_model(section: Section) -> ClaimModel:
    """Read [claims_model]."""
    return _model(section, ClaimModel())


def list_model(section: Section) -> ListModel:
    """Read [lists_model]."""
    return _model(section, ListModel())


def track_model(section: Section) -> TrackModel:
    """Read [tracks]; which thresholds there are is known where events are found."""
    written = section.values.get("thresholds", {})
    tables = written.values() if isinstance(written, dict) else [written]
    numbers = [v for t in tables for v in (t.values() if isinstance(t, dict) else ["none"])]
    if not all(isinstance(n, bool | int | float) for n in numbers):
        hint = "write it as thresholds = { gap = { min_h = 12 } }"
        section.fail("thresholds", "tracks.thresholds should hold a table of numbers for each kind of event", hint)
    return TrackModel(section.text("preset", "tidewaiter"), written)


def _model(section: Section, default: Model) -> Model:
    written: dict[str, Any] = {}
    for field in msgspec.structs.fields(default):
        if not section.has(field.name):
            continue
        if Quantiles in {field.type, *get_args(field.type)}:
            written[field.name] = section.quantiles(field.name)
        elif field.type is str:
            written[field.name] = section.text(field.name)
        else:
            low, high = _LIMITS.get(field.name, (0.0, _LARGEST_SPREAD))
            written[field.name] = section.number(field.name, low=low, high=high)
    return msgspec.structs.replace(default, **written)
