"""Readings on the grid: what each says, where, and about whom."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from shuttle import PASSAGE, at, look, readings, shuttle, sighting
from tidewaiter.errors import ModelError
from tidewaiter.model import Dated, Interval, Leg, Place, Vessel
from tidewaiter.voyages.extent import inside
from tidewaiter.voyages.fleet import ORIGIN
from tidewaiter.voyages.grid import make_grid
from tidewaiter.voyages.heard import EXCLUDED, IDLE_THERE, WRONG
from tidewaiter.voyages.observations import (
    active_steps,
    build_looks,
    imaging_instants,
    leg_shares,
    make_fleet,
    presence,
)

COBALT, DUN = 4, 6
PLACES = [ORIGIN, COBALT, DUN]


def lay(case, **rows):
    fleet = make_fleet(case)
    grid = make_grid(case.window, case.call_model.step_h)
    return (*build_looks(case, fleet, grid, readings(**rows)), grid)


def with_vessel(case, **changes):
    first, *rest = case.vessels
    return msgspec.structs.replace(case, vessels=(msgspec.structs.replace(first, **changes), *rest))


def test_phases_follow_the_legs_and_parts_share_the_berths():
    fleet = make_fleet(shuttle())
    assert fleet.hulls == ("heron", "tern")
    assert (fleet.origin, fleet.destinations, fleet.phases) == ("amber", ("cobalt", "dun"), 7)
    assert fleet.phase_of == {"amber": 1, "pier_1": 1, "pier_2": 1, "cobalt": 4, "dun": 6}
    assert fleet.share_of["amber"] == 1.0
    assert fleet.share_of["pier_1"] == fleet.share_of["pier_2"] == 0.5


def test_the_origin_may_itself_be_part_of_a_larger_place():
    case = shuttle()
    places = [msgspec.structs.replace(p, part_of="bay") if p.id == "amber" else p for p in case.places]
    fleet = make_fleet(msgspec.structs.replace(case, places=(*places, Place("bay", "The Bay"))))
    assert fleet.phase_of == {"amber": 1, "pier_1": 1, "pier_2": 1, "cobalt": 4, "dun": 6}


def test_an_entry_for_several_ships_stands_for_as_many_hulls():
    case = shuttle(vessels=(Vessel("heron", "Grey Heron"), Vessel("unknown", "unidentified", count=3)))
    assert make_fleet(case).hulls == ("heron", "unknown", "unknown", "unknown")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"vessels": ()}, "no vessel"),
        ({"legs": ()}, "no leg is measured"),
        ({"legs": (Leg("amber", "cobalt", measured=False),)}, "no leg is measured"),
        ({"legs": (Leg("amber", "dun"), Leg("cobalt", "dun"))}, "start at amber, cobalt"),
    ],
)
def test_a_line_that_cannot_be_modelled_is_refused_with_a_hint(changes, match):
    with pytest.raises(ModelError, match=match) as caught:
        make_fleet(shuttle(**changes))
    assert caught.value.file == "case.toml"
    assert caught.value.hint


def test_legs_that_are_context_take_no_part():
    case = shuttle(legs=(Leg("amber", "cobalt", travel_days=PASSAGE), Leg("dun", "slipway", "rail", measured=False)))
    assert make_fleet(case).destinations == ("cobalt",)


@pytest.mark.parametrize(
    ("hours", "within", "expected"),
    [
        (0, False, (0, 0)),
        (6, False, (3, 3)),
        (24, False, (12, 12)),  # "on 3 March"
        (48, False, (12, 36)),  # "3 and 4 March": there from the middle of the first to that of the last day
        (240, False, (12, 228)),
        (240, True, (120, 120)),  # "some time in these ten days"
    ],
)
def test_presence(hours, within, expected):
    first, last = presence(at(3), at(3, hours), within=within)
    assert (first, last) == (at(3, expected[0]), at(3, expected[1]))


def test_legs_are_shared_out_over_those_that_are_open():
    case = shuttle()
    closed = Leg("amber", "dun", travel_days=PASSAGE, share=1.0, active=(Interval(None, at(30)),))
    case = msgspec.structs.replace(case, legs=(case.legs[0], closed))
    grid = make_grid(case.window, 12.0)
    shares = leg_shares(case, make_fleet(case), grid)
    turn = grid.index(at(30))
    assert np.allclose(shares[:turn], [0.75, 0.25])
    assert np.allclose(shares[turn:], [1.0, 0.0])


def test_a_moment_without_any_open_leg_is_shared_equally():
    case = shuttle(
        legs=(
            Leg("amber", "cobalt", active=(Interval(at(10), None),)),
            Leg("amber", "dun", active=(Interval(at(10), None),)),
        )
    )
    shares = leg_shares(case, make_fleet(case), make_grid(case.window, 12.0))
    assert np.allclose(shares, 0.5)


def test_ships_take_part_in_their_active_spans_only():
    case = with_vessel(shuttle(), active=(Interval(None, at(5)), Interval(at(40), None)))
    grid = make_grid(case.window, 12.0)
    active = active_steps(case, make_fleet(case), grid)
    middle = np.array([grid.start + (k + 0.5) * grid.step for k in range(grid.steps)])
    assert (active[0] == ((middle < at(5)) | (middle >= at(40)))).all()
    assert active[1].all()


def test_a_look_is_a_chance_to_see_by_state_and_by_what_is_in_view():
    case = shuttle()
    looks, static, anchors, grid = lay(
        case,
        looks=[
            look(1, 5, "clear"),
            look(2, 6, "obscured"),
            look(3, 7, "clear", "pier_1"),
            look(4, 8, "clear", "pier_1", visible_share=0.9),
            look(5, 9, "obscured", visible_share=0.5),
            look(6, 10, "clear", "slipway"),  # not on the line
            look(7, 500, "clear"),  # outside the window
        ],
    )
    clear, obscured = case.call_model.seen_clear, case.call_model.seen_obscured
    assert looks.step.tolist() == [grid.index(at(d)) for d in (5, 6, 7, 8, 9)]
    assert looks.seen == pytest.approx([clear, obscured, clear / 2, clear * 0.9, obscured / 2])
    assert looks.seen + looks.missed == pytest.approx(np.ones(5))
    assert looks.phase.tolist() == [ORIGIN] * 5
    assert (static == 1).all()
    assert anchors == []


def test_a_sighting_of_a_look_belongs_to_it_a_lone_one_says_nothing_of_empty_berths():
    looks, _, anchors, grid = lay(
        shuttle(),
        looks=[look(1, 5.2)],
        sightings=[sighting(1, 5.2, {"heron": 1.0}, "L1"), sighting(2, 9.2, {"tern": 1.0})],
    )
    assert np.diff(looks.sight).tolist() == [1, 1]
    assert looks.missed[0] == pytest.approx(0.03)
    assert (looks.seen[1], looks.missed[1]) == (1.0, 1.0)
    assert [(a.reading, a.first) for a in anchors] == [
        ("sightings/S1", grid.index(at(5.2))),
        ("sightings/S2", grid.index(at(9.2))),
    ]


def test_a_sighting_over_days_binds_all_its_steps_to_one_set_of_ships():
    looks, _, (anchor,), grid = lay(shuttle(), sightings=[sighting(1, 10, {"heron": 0.8, "tern": 0.2}, until=14)])
    first, last = grid.index(at(10.5)), grid.index(at(13.5))
    assert (anchor.first, anchor.last) == (first, last)
    assert looks.step.tolist() == list(range(first, last + 1))
    assert looks.weights[0, 0] == pytest.approx(4 * looks.weights[0, 1])
    assert (looks.weights[1:] == 1).all()  # who it was is weighed once, that it was one of them at each step


def identity(weights, *others):
    sightings = [sighting(i, 20 + i, w) for i, w in enumerate([weights, *others])]
    looks, *_ = lay(shuttle(), sightings=sightings)
    return looks.weights[0], looks.other[0]


def test_a_certain_identity_leaves_no_room_for_the_other_ship():
    chances, other = identity({"heron": 1.0})
    assert chances[1] == 0
    assert other < 0.01 * chances[0]


def test_equal_weights_tell_nothing_between_the_two():
    chances, _ = identity({"heron": 0.5, "tern": 0.5})
    assert chances[0] == chances[1] > 0


def test_weights_that_leave_something_over_leave_room_for_a_stranger():
    chances, other = identity({"heron": 0.6})
    full, small = identity({"heron": 1.0})
    assert other / chances[0] == pytest.approx(0.4 / 0.6 + small / full[0])


def test_an_unnamed_ship_is_weaker_evidence_for_the_fleet_than_a_named_one():
    named, stranger_named = identity({"heron": 1.0}, {"heron": 1.0}, {})
    unnamed, stranger = identity({}, {"heron": 1.0}, {"heron": 1.0})
    assert unnamed[0] == unnamed[1]
    assert stranger / unnamed.sum() > stranger_named / named.sum()


def test_a_ship_seen_elsewhere_is_not_on_the_line():
    case = shuttle()
    _, static, anchors, grid = lay(case, sightings=[sighting(1, 20, {"tern": 0.9}, place="slipway", until=24)])
    a, b = grid.index(at(20.5)), grid.index(at(23.5))
    assert anchors == []
    assert static[1][PLACES, a : b + 1] == pytest.approx(0.1)
    assert (static[0] == 1).all()
    rest = static[1].copy()
    rest[PLACES, a : b + 1] = 1
    assert (rest == 1).all()


def test_a_look_at_a_place_off_the_line_still_places_its_ships():
    seen = sighting(1, 20.5, {"tern": 1.0}, look_id="L1", place="slipway")
    looks, own, _, grid = lay(shuttle(), looks=[look(1, 20.5, place="slipway")], sightings=[seen])
    assert len(looks.step) == 0
    assert (own[1][PLACES, grid.index(at(20.5))] < 0.05).all()


def test_a_known_call_shows_the_ship_and_when_it_was_not_there():
    call = {
        "call_id": "K1",
        "place_id": "amber",
        "vessel_weights": {"heron": 1.0},
        "arrival_earliest": at(9),
        "arrival_latest": at(10),
        "departure_earliest": at(12),
        "departure_latest": at(13),
    }
    _, static, (anchor,), grid = lay(shuttle(), calls=[call])
    assert (anchor.reading, anchor.first, anchor.last) == ("calls/K1", grid.index(at(10)), grid.index(at(12)))
    excluded = [grid.index(at(9)) - 1, grid.index(at(13))]
    assert static[0, ORIGIN, excluded] == pytest.approx(EXCLUDED)
    assert np.count_nonzero(static != 1) == 2


def test_a_known_call_whose_ends_overlap_shows_the_ship_at_one_moment_only():
    call = {
        "call_id": "K1",
        "place_id": "amber",
        "vessel_weights": {"heron": 1.0},
        "arrival_earliest": at(9),
        "arrival_latest": at(14),
        "departure_earliest": at(10),
        "departure_latest": at(15),
    }
    _, _, (anchor,), _ = lay(shuttle(), calls=[call])
    assert anchor.t_first == anchor.t_last == at(12)


def fix(day, lat, lon, key=211):
    return {"vessel_key": key, "t": int(at(day).timestamp() * 1e6), "lat": lat, "lon": lon}


def test_a_fix_at_a_place_excludes_every_other_state_and_one_at_sea_every_place():
    case = with_vessel(shuttle(), mmsi=(Dated("211"),))
    _, static, _, grid = lay(
        case, positions=[fix(5, 10.501, 120.001), fix(9, 11.0, 121.0), fix(12, 12.0, 122.0, key=999)]
    )
    at_quay, at_sea = static[0, :, grid.index(at(5))], static[0, :, grid.index(at(9))]
    assert at_quay.tolist() == [WRONG, 1.0, *[WRONG] * 5]
    assert at_sea == pytest.approx([1.0, EXCLUDED, 1.0, 1.0, EXCLUDED, 1.0, EXCLUDED])
    near = {grid.index(at(d)) for d in (5, 9)}  # what is out of reach around them is looked at in test_heard
    assert {int(k) for k in np.nonzero((static[0] != 1).any(axis=0))[0]} <= {k + d for k in near for d in (-1, 0, 1)}
    assert (static[1] == 1).all()  # nothing from a key that is no ship of the fleet


def test_a_ship_heard_at_the_quay_and_outside_in_one_step_was_at_the_quay_in_it():
    """Else a call shorter than a step would be lost."""
    case = with_vessel(shuttle(), mmsi=(Dated("211"),))
    _, static, _, grid = lay(case, positions=[fix(5.01, 10.501, 120.001), fix(5.3, 11.0, 121.0)])
    assert static[0, :, grid.index(at(5))] == pytest.approx([WRONG, 1.0, *[WRONG] * 5])


def test_a_ship_heard_at_a_destination_may_lie_idle_there():
    case = with_vessel(shuttle(), mmsi=(Dated("211"),))
    _, static, anchors, grid = lay(case, positions=[fix(5, 12.0, 122.0)])
    assert static[0, :, grid.index(at(5))] == pytest.approx([IDLE_THERE, WRONG, WRONG, WRONG, 1.0, WRONG, WRONG])
    assert anchors == []


def test_a_number_counts_for_the_ship_that_bore_it_at_the_time():
    case = shuttle(
        vessels=(
            Vessel(
                "heron", "Grey Heron", mmsi=(Dated("211", Interval(None, at(10))), Dated("999", Interval(at(10), None)))
            ),
            Vessel("tern", "Arctic Tern", mmsi=(Dated("211", Interval(at(10), None)),)),
        )
    )
    _, static, _, grid = lay(
        case, positions=[fix(9.9, 10.5, 120.0), fix(10, 10.5, 120.0), fix(20, 10.5, 120.0, key=999)]
    )
    touched = [sorted({int(k) for k in np.nonzero((static[v] == WRONG).any(axis=0))[0]}) for v in (0, 1)]
    assert touched == [[grid.index(at(9.9)), grid.index(at(20))], [grid.index(at(10))]]


def test_a_polygon_goes_before_a_radius_and_a_place_without_either_has_ten_kilometres():
    square = Place("p", "P", lat=0.0, lon=0.0, radius_km=500.0, polygon=((1, 1), (2, 1), (2, 2), (1, 2)))
    lat, lon = np.array([1.5, 0.0, 1.5]), np.array([1.5, 0.0, 2.5])
    assert inside(square, lat, lon).tolist() == [True, False, False]
    default = Place("p", "P", lat=60.0, lon=10.0)
    km = np.array([9.9, 10.1])
    assert inside(default, 60 + km / 111.195, np.full(2, 10.0)).tolist() == [True, False]
    assert inside(default, np.full(2, 60.0), 10 + km / (111.195 * 0.5)).tolist() == [True, False]
    assert inside(Place("p", "P"), lat, lon).tolist() == [False] * 3


@pytest.mark.parametrize(("lon", "hour"), [(0.0, 10.5), (120.0, 2.5), (-75.0, 15.5), (180.0, 22.5), (None, 10.5)])
def test_images_are_taken_in_the_local_morning_once_a_day(lon, hour):
    instants = imaging_instants(Place("p", "P", lat=0.0, lon=lon), at(0), at(30))
    assert len(instants) == 30
    assert instants[0] == at(0, hour)
    assert {(b - a).total_seconds() for a, b in pairwise(instants)} == {86400.0}


def test_no_image_falls_outside_the_window_of_a_survey():
    place = Place("p", "P", lat=0.0, lon=120.0)
    assert imaging_instants(place, at(0, 3), at(3, 2)) == [at(1, 2.5), at(2, 2.5)]
