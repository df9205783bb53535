"""A fictional shuttle for tests: a case, readings on it, and short ways to write both."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa

from tidewaiter.model import (
    CallModel,
    Case,
    Item,
    Leg,
    LoadModel,
    Place,
    Quantiles,
    Scenario,
    Vessel,
    Window,
)
from tidewaiter.model.tables import READINGS

START = datetime(2031, 3, 1, tzinfo=UTC)
PASSAGE = Quantiles(0.5, 0.8, 1.4)
STEADY = CallModel(
    origin_stay_days=Quantiles(1.8, 2.2, 2.7),
    destination_stay_days=Quantiles(1.0, 1.3, 1.7),
    turnaround_days=Quantiles(0.8, 1.2, 1.8),
    idle_days=Quantiles(6.0, 8.0, 10.5),
    vessel_spread=0.1,
    monthly_change=Quantiles(0.05, 0.08, 0.12),
    stay_spread=0.3,
)
"""Little doubt about the rates, so that the effect of evidence stands out from few draws."""


def at(day, hour=0.0):
    """`day` days and `hour` hours after the opening of the window."""
    return START + timedelta(days=day, hours=hour)


def shuttle(days=60, **changes):
    """A case of two ships between an origin with two piers and two destinations."""
    case = Case(
        root=Path("/case"),
        id="amber",
        title="Amber",
        question="How many calls?",
        window=Window(START, at(days)),
        places=(
            Place("amber", "Amber Quay", lat=10.5, lon=120.0, radius_km=3.0),
            Place("pier_1", "Pier 1", kind="pier", part_of="amber"),
            Place("pier_2", "Pier 2", kind="pier", part_of="amber"),
            Place("cobalt", "Port Cobalt", lat=12.0, lon=122.0, radius_km=3.0),
            Place("dun", "Port Dun", lat=13.0, lon=123.0),
            Place("slipway", "Slipway Bay", lat=20.0, lon=121.0),
        ),
        vessels=(Vessel("heron", "Grey Heron"), Vessel("tern", "Arctic Tern")),
        legs=(
            Leg("amber", "cobalt", travel_days=PASSAGE, share=3.0),
            Leg("amber", "dun", travel_days=PASSAGE, share=1.0),
        ),
        items=(Item("crate", "crates", "crate", 50.0),),
        scenarios=(
            Scenario("documents", "as in the documents", "crate", Quantiles(200, 260, 340), Quantiles(0.7, 0.85, 0.95)),
            Scenario("all_small", "all small", "crate", Quantiles(380, 420, 460), condition="if all were small"),
        ),
        inputs=(),
        call_model=STEADY,
        load_model=LoadModel(),
        seed=5,
        draws=400,
    )
    return msgspec.structs.replace(case, **changes)


def readings(**rows):
    """Tables of readings: each keyword names a table and gives its rows; what is left out is null."""
    empty = {"by": "", "images": "", "evidence": "0" * 64, "row": 1, "line": 2}
    return {
        name: pa.Table.from_pylist([_complete(row, schema, empty) for row in rows.get(name, [])], schema=schema)
        for name, schema in READINGS.items()
    }


def _complete(row, schema, empty):
    row = {k: list(v.items()) if k == "vessel_weights" else v for k, v in row.items()}
    return {name: row.get(name, empty.get(name)) for name in schema.names}


def look(n, day, state="clear", place="amber", **more):
    """A look at `day` (a fraction is the time of day)."""
    t = at(day)
    return {"look_id": f"L{n}", "place_id": place, "t_start": t, "t_end": t, "state": state, **more}


def daily(days, state="clear", **more):
    """One look per day of `days`, at 02:00."""
    return [look(i, d + 2 / 24, state, **more) for i, d in enumerate(days)]


def sighting(n, day, weights=None, look_id=None, place="amber", until=None, *, within=False):
    """A sighting at `day`, or over the span up to day `until`."""
    return {
        "sighting_id": f"S{n}",
        "look_id": look_id,
        "place_id": place,
        "t_start": at(day),
        "t_end": at(day if until is None else until),
        "within": within,
        "vessel_weights": weights or {},
        "channel": "unknown",
    }


def survey(name, until, calls, since=0, **more):
    """A published count of calls at the origin from day `since` to day `until`."""
    return {
        "survey_id": name,
        "place_id": "amber",
        "t_start": at(since),
        "t_end": at(until),
        "calls_low": calls,
        "bound": "exact",
        "use": "fit",
        **more,
    }


def load(n, low, high=None, kind="count", day=None, **more):
    """A reading of a load of one voyage."""
    return {
        "load_id": f"W{n}",
        "place_id": "amber",
        "t_start": None if day is None else at(day),
        "t_end": None if day is None else at(day + 1),
        "vessel_weights": {},
        "low": float(low),
        "high": None if high is None else float(high),
        "unit": "container",
        "kind": kind,
        "voyages": 1.0,
        "channel": "loaded",
        **more,
    }
