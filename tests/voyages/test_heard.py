"""AIS in the call model: what a fix shows, what it excludes, and what silence does not say."""

import math
from datetime import timedelta

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuttle import START, at, readings, shuttle
from tidewaiter.model import Dated, Place
from tidewaiter.model.tables import CASE_EVENTS
from tidewaiter.voyages import fit_calls
from tidewaiter.voyages.extent import inside, km_at_least
from tidewaiter.voyages.fleet import ORIGIN
from tidewaiter.voyages.grid import make_grid
from tidewaiter.voyages.heard import EXCLUDED, lay_tracks
from tidewaiter.voyages.observations import make_fleet

AMBER, COBALT, FAR = (10.5, 120.0), (12.0, 122.0), (20.0, 121.0)
KEY = 211
QUICK = {"draws": 200, "warmup": 100, "sweeps_per_draw": 2, "efforts": (1,)}


def heard_case(days=40, **changes):
    """The case with the MMSI of one ship only, so that the other one stays silent."""
    case = shuttle(days, **changes)
    first, *rest = case.vessels
    return msgspec.structs.replace(case, vessels=(msgspec.structs.replace(first, mmsi=(Dated(str(KEY)),)), *rest))


def fix(day, place):
    return {"vessel_key": KEY, "t": int(at(day).timestamp() * 1e6), "lat": place[0], "lon": place[1]}


def visit(name, first, last, place="amber", vessel="heron"):
    """A port visit heard from day `first` to day `last`."""
    empty = dict.fromkeys(CASE_EVENTS.names)
    return empty | {
        "event_id": name,
        "kind": "port_visit",
        "vessel_key": KEY,
        "vessel_id": vessel,
        "place_id": place,
        "start": at(first),
        "arrival_latest": at(first),
        "departure_earliest": at(last),
        "evidence": "0" * 64,
        "row": 1,
        "line": 2,
    }


def tables(fixes, events=()):
    rows = readings(positions=fixes)
    return rows | {"events": pa.Table.from_pylist(list(events), CASE_EVENTS)}


def lay(case, fixes, events=()):
    fleet, grid = make_fleet(case), make_grid(case.window, case.call_model.step_h)
    own = np.ones((len(fleet.hulls), fleet.phases, grid.steps))
    anchors = lay_tracks(case, fleet, grid, tables(fixes, events), own)
    return own, anchors, grid


def calls_at(posterior, low, high):
    """Chance that the heron is at the origin at some moment between two days."""
    rows = posterior.voyages.to_pylist()
    there = {
        r["draw"]
        for r in rows
        if r["vessel_id"] == "heron"
        and r["arrival"] < at(high)
        and (r["departure"] is None or r["departure"] > at(low))
    }
    return len(there) / posterior.draws


def test_a_fix_in_the_origin_anchors_a_long_silence():
    case = heard_case()
    fixes = [fix(9, FAR), fix(13, AMBER), fix(17, FAR)]
    posterior = fit_calls(case, tables(fixes, [visit("V1", 13, 13)]), **QUICK)
    assert calls_at(posterior, 12.5, 13.5) > 0.98
    (call,) = [c for c in posterior.ledger.to_pylist() if "events/V1" in c["readings"]]
    assert call["basis"] == "seen"
    assert call["arrival_latest"] <= at(13) <= call["departure_earliest"]
    assert call["arrival_earliest"] > at(9)  # it had to come from afar
    assert call["departure_latest"] < at(17)
    assert "events/V1" in posterior.readings


def test_a_fix_elsewhere_excludes_what_it_could_not_have_reached():
    """Between two fixes far off, four days apart, no call fits; without them one does."""
    case = heard_case()
    far = [fix(9 + d, FAR) for d in range(9)]
    excluded = calls_at(fit_calls(case, tables(far), **QUICK), 9.5, 16.5)
    silent = calls_at(fit_calls(case, tables([]), **QUICK), 9.5, 16.5)
    assert excluded < 0.05
    assert silent > 0.3


def test_silence_alone_says_nothing():
    case = heard_case()
    own, anchors, grid = lay(case, [fix(3, AMBER), fix(30, AMBER)])
    between = slice(grid.index(at(5)), grid.index(at(28)))
    assert (own[0, :, between] == 1).all()
    assert anchors == []


def test_nothing_is_said_of_a_ship_that_is_not_heard():
    own, _, _ = lay(heard_case(), [fix(9, FAR), fix(13, AMBER)])
    assert (own[1] == 1).all()


def test_events_do_not_count_beside_the_positions_they_are_made_of():
    fixes = [fix(9, FAR), fix(13, AMBER), fix(13.2, AMBER), fix(17, FAR)]
    alone, none, _ = lay(heard_case(), fixes)
    both, (anchor,), _ = lay(heard_case(), fixes, [visit("V1", 13, 13.2), visit("V9", 25, 26, vessel="tern")])
    assert np.array_equal(alone, both)
    assert none == []
    assert (anchor.reading, anchor.phase, anchor.vessels) == ("events/V1", ORIGIN, frozenset({"heron"}))


def test_a_visit_with_a_long_silence_in_it_is_two_anchors():
    """A round may have room in the silence; the laws of stays and passages decide."""
    fixes = [fix(5, FAR), fix(9, AMBER), fix(15, AMBER), fix(19, FAR)]
    _, anchors, _ = lay(heard_case(), fixes, [visit("V1", 9, 15)])
    assert [a.t_first for a in anchors] == [at(9), at(15)]
    assert anchors[0].not_after is None
    assert anchors[1].not_before is None
    assert anchors[0].not_before > at(5)
    assert anchors[1].not_after < at(19)


def test_a_destination_visit_alone_shows_no_call():
    """A ship that never goes near the origin lies idle at the destination, for all that is known."""
    case = heard_case(30)
    fixes = [fix(d / 4, COBALT if 10 < d / 4 < 16 else FAR) for d in range(120)]
    posterior = fit_calls(case, tables(fixes, [visit("V1", 10.25, 15.75, "cobalt")]), **QUICK)
    assert calls_at(posterior, 0, 30) < 0.15
    assert not any(c["basis"] == "seen" for c in posterior.ledger.to_pylist())


def test_two_interchangeable_ships_have_no_number_of_their_own():
    case = heard_case()
    first, *rest = case.vessels
    case = msgspec.structs.replace(case, vessels=(msgspec.structs.replace(first, count=2), *rest))
    own, _, _ = lay(case, [fix(9, FAR)])
    assert (own == 1).all()


@settings(max_examples=60, deadline=None)
@given(
    km=st.floats(5, 3000),
    before=st.floats(0.3, 12),
    after=st.floats(0.3, 12),
    kn=st.floats(4, 40),
    bearing=st.floats(0, 360),
)
def test_reach(km, before, after, kn, bearing):
    """A silent step is excluded when, and only when, the ship could not have come in time or gone in time."""
    case = heard_case(call_model=msgspec.structs.replace(shuttle().call_model, fastest_kn=kn, step_h=6.0))
    place = away(AMBER, km + 3.0, bearing)  # the radius of the quay is 3 km
    middle = 20 + 3 / 24
    own, _, grid = lay(case, [fix(middle - before, place), fix(middle + after, place)])
    step = grid.index(at(middle))
    if step in {grid.index(at(middle - before)), grid.index(at(middle + after))}:
        return
    need = km / (kn * 1.852 * 24)
    least = min(before, after)
    if abs(need - least) > 0.002 * max(need, least):
        assert (own[0, ORIGIN, step] == EXCLUDED) == (least < need)


def away(point, km, bearing):
    """The point so far away on a great circle, on the sphere of the model."""
    a, b, d = math.radians(point[0]), math.radians(bearing), km / 6371.0088
    lat = math.asin(math.sin(a) * math.cos(d) + math.cos(a) * math.sin(d) * math.cos(b))
    turn = math.atan2(math.sin(b) * math.sin(d) * math.cos(a), math.cos(d) - math.sin(a) * math.sin(lat))
    return math.degrees(lat), (point[1] + math.degrees(turn) + 180) % 360 - 180


@settings(max_examples=50, deadline=None)
@given(lat=st.floats(-60, 60), lon=st.floats(-170, 170), dlat=st.floats(-3, 3), dlon=st.floats(-3, 3))
def test_the_way_to_a_polygon_is_never_overstated(lat, lon, dlat, dlon):
    ring = ((lon, lat), (lon + 0.5, lat), (lon + 0.4, lat + 0.6), (lon - 0.2, lat + 0.3))
    place = Place("p", "P", polygon=ring)
    here = (np.array([lat + dlat]), np.array([lon + dlon]))
    far = km_at_least(place, *here)[0]
    edge = [
        (a[1] + (b[1] - a[1]) * k / 50, a[0] + (b[0] - a[0]) * k / 50)
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True)
        for k in range(51)
    ]
    nearest = min(km_at_least(Place("q", "Q", lat=y, lon=x, radius_km=0.001), *here)[0] for y, x in edge)
    assert far <= nearest + 0.5
    assert far == 0 or not inside(place, *here)[0]


def test_a_place_without_position_is_never_out_of_reach():
    case = heard_case()
    places = tuple(
        msgspec.structs.replace(p, lat=None, lon=None, radius_km=None) if p.id == "amber" else p for p in case.places
    )
    own, _, grid = lay(msgspec.structs.replace(case, places=places), [fix(9, FAR), fix(13, FAR)])
    silent = [grid.index(at(d)) for d in (10, 11, 12)]
    assert (own[0, ORIGIN, silent] == 1).all()
    assert km_at_least(Place("p", "P"), np.zeros(1), np.zeros(1)) is None


def test_fixes_outside_the_window_still_bound_what_could_be_reached():
    case = heard_case()
    last = case.window.end - START
    own, _, grid = lay(case, [fix(last / timedelta(days=1) + 0.2, FAR)])
    assert own[0, ORIGIN, grid.steps - 1] == EXCLUDED
    assert own[0, ORIGIN, 0] == 1


@pytest.mark.parametrize("fixes", [[], [fix(9, (math.nan, 120.0))]])
def test_nothing_heard_is_nothing_said(fixes):
    own, anchors, _ = lay(heard_case(), fixes)
    assert (own == 1).all()
    assert anchors == []
