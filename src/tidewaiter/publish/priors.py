"""Assumptions that people gave as three points: their shape, and what was learnt about them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from tidewaiter.inference import Law, law, share_law
from tidewaiter.model import Quantiles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_POINTS = 121
_ENDS = {"log": (-2.6, 2.0), "logit": (-2.6, 2.6)}  # standard deviations around the middle that are drawn
_SHARP = 1e-6  # a law narrower than this on its own scale has no curve


class Prior(msgspec.Struct, frozen=True):
    """One assumption; `posteriors` are (label of the scenario or "", measurement id)."""

    id: str
    label: str
    points: tuple[float, float, float]
    scale: str
    source: str
    posteriors: tuple[tuple[str, str], ...]


def priors(rows: Sequence[dict[str, Any]], scenarios: Mapping[str, str], measured: Mapping[str, Any]) -> list[Prior]:
    """Return the assumptions in the order given; rows that differ only in their scenario stand together.

    Args:
        rows: of PRIORS.
        scenarios: label of each scenario.
        measured: measurements by id; a posterior without one is left out.
    """
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        points = tuple(row[k] for k in ("p5", "p50", "p95"))
        if None not in points:
            groups.setdefault((row["prior_id"], points), []).append(row)
    return [
        Prior(
            id=key,
            label=group[0]["label"] or key,
            points=points,
            scale=group[0]["scale"] or "log",
            source=group[0]["source"] or "",
            posteriors=tuple(
                (scenarios.get(r["scenario"] or "", r["scenario"] or ""), r["posterior"])
                for r in group
                if r["posterior"] in measured
            ),
        )
        for (key, points), group in groups.items()
    ]


def curve(prior: Prior) -> tuple[list[float], list[float]]:
    """Return the density of an assumption on its natural axis, highest point at one; nothing when it has no spread.

    The law is the one that the model samples from.
    """
    shape = _law(prior)
    if shape is None:
        return [], []
    z = np.linspace(*_ENDS[shape.scale], _POINTS)
    x = shape.at(z)
    slope = x if shape.scale == "log" else x * (1 - x)  # of the natural scale against the log or logit
    height = np.exp(-(z**2) / 2) / np.maximum(slope, np.finfo(float).tiny)
    return x.tolist(), (height / height.max()).tolist()


def _law(prior: Prior) -> Law | None:
    low, middle, high = prior.points
    if not low <= middle <= high or low == high:
        return None
    try:
        found = (share_law if prior.scale == "logit" else law)(Quantiles(*prior.points))
    except (ValueError, ZeroDivisionError):  # a point at zero has no logarithm
        return None
    return found if math.isfinite(found.sigma) and found.sigma > _SHARP else None
