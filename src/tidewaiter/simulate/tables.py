"""A simulated world as readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tidewaiter.model.tables import READINGS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidewaiter.simulate.world import World


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def readings(world: World) -> dict[str, pa.Table]:
    """What the observers of a world recorded, by the schemas of `model.tables.READINGS`."""
    looks: list[dict[str, Any]] = []
    sightings: list[dict[str, Any]] = []
    for n, look in enumerate(world.looks):
        look_id = f"L{n + 1:04d}"
        looks.append(
            {
                "look_id": look_id,
                "place_id": look.place,
                "t_start": look.t,
                "t_end": look.t + timedelta(seconds=1),
                "state": look.state,
                "by": "simulated archive",
                "images": "simulated archive",
            }
        )
        for weights, _ in look.ships:
            sightings.append(
                {
                    "sighting_id": f"S{len(sightings) + 1:04d}",
                    "look_id": look_id,
                    "place_id": look.place,
                    "t_start": look.t,
                    "t_end": look.t + timedelta(seconds=1),
                    "within": False,
                    "vessel_weights": list(weights.items()),
                    "by": "simulated archive",
                    "images": "simulated archive",
                }
            )
    surveys = [
        {
            "survey_id": f"V{n + 1:02d}",
            "place_id": "origin",
            "t_start": world.start,
            "t_end": world.end,
            "days_imaged": s.days_imaged,
            "days_obscured": s.days_obscured,
            "days_with_ship": s.days_with_ship,
            "calls_low": s.calls,
            "calls_high": s.calls,
            "bound": "at_least",
            "by": s.team,
            "images": s.team,
            "use": "fit",
        }
        for n, s in enumerate(world.surveys)
    ]
    loads = [
        {
            "load_id": f"N{n + 1:03d}",
            "place_id": "origin",
            "t_start": world.calls[i].arrival,
            "t_end": world.calls[i].departure,
            "vessel_weights": [(world.calls[i].vessel, 1.0)],
            "low": value,
            "high": value,
            "unit": world.case.load_model.unit,
            "kind": "count",
            "voyages": 1.0,
            "channel": "loaded",
            "by": "simulated archive",
        }
        for n, (i, value) in enumerate(world.counts)
    ]
    claims = [
        {
            "claim_id": c.id,
            "category": "delivery",
            "claimant": c.claimant,
            "stated": c.stated.date().isoformat(),
            "t_start": world.start,
            "t_end": min(c.stated, world.end),
            "quantity": world.case.load_model.unit,
            "per": "",
            "low": c.value,
            "high": c.value if c.bound == "about" else None,
            "bound": c.bound,
            "derived_from": [c.copy_of] if c.copy_of else [],
            "derivation": "stated" if c.copy_of else "",
        }
        for c in world.claims
    ]
    mmsi = {vessel.id: int(vessel.mmsi[0].value) for vessel in world.case.vessels}
    positions = [
        {
            "vessel_key": mmsi[vessel],
            "t": (t - EPOCH) // timedelta(microseconds=1),
            "lat": lat,
            "lon": lon,
            "source": "simulated",
        }
        for vessel, t, lat, lon in world.fixes
    ]
    made: dict[str, Iterable[dict[str, Any]]] = {
        "looks": looks,
        "sightings": sightings,
        "surveys": surveys,
        "loads": loads,
        "claims": claims,
        "positions": positions,
    }
    return {name: _table(name, list(made.get(name, ()))) for name in READINGS}


def _table(name: str, made: list[dict[str, Any]]) -> pa.Table:
    for n, row in enumerate(made):
        row |= {"evidence": "0" * 64, "row": n + 1, "line": n + 2}
    return pa.Table.from_pylist(made, schema=READINGS[name])
