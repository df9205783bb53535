"""How each kind of claim enters the answer, and why some do not."""

import math
from datetime import timedelta

import msgspec
import pytest

from claims_world import ALL_SMALL, CASE, DAYS, RAIL, claim, sort, told
from shuttle import START, at
from tidewaiter.model import Flow, Item, Leg, Part, Quantiles, Scenario
from tidewaiter.tally.loads import RANGE_Z
from tidewaiter.tally.observed import SLACKS, flow_readings
from tidewaiter.tally.origins import trace


def one(**changes):
    """The only reading of one claim."""
    readings, fates = sort(claim(**{"low": 5000.0} | changes))
    assert fates["C1"].role in {"reading", "factor"}, fates
    (found,) = readings.values()
    return found


def refused(case=CASE, **changes):
    """Why one claim is refused."""
    readings, fates = sort(claim(**{"low": 5000.0} | changes), case=case)
    assert not readings
    assert fates["C1"].role == "refused"
    assert not any(c.isdigit() for c in fates["C1"].reason)
    return fates["C1"].reason


def test_a_number_is_a_point():
    found = one()
    assert (found.kind, found.quantity, found.unit) == ("point", "load", "container")
    assert found.log_value == pytest.approx(math.log(5000))
    assert (found.error, found.slack, found.scale) == (0.0, (), 1.0)
    assert (found.start, found.end) == (START, at(DAYS))
    assert found.modes == {"sea"}
    assert found.voice.id == "ministry"


def test_about_a_number_is_a_point_too():
    assert one(bound="about").kind == "point"


def test_a_range_is_its_geometric_middle_and_wider():
    found = one(low=4000.0, high=9000.0, bound="range")
    assert found.kind == "point"
    assert found.log_value == pytest.approx(math.log(6000))
    assert found.error == pytest.approx(math.log(9 / 4) / RANGE_Z)


def test_a_range_from_none_is_its_middle():
    found = one(low=0.0, high=8000.0, bound="range")
    assert found.log_value == pytest.approx(math.log(4000))
    assert math.isfinite(found.error)


def test_an_error_of_its_own_is_added_in_quadrature():
    assert one(relative_error=0.2).error == pytest.approx(0.2)
    both = one(low=4000.0, high=9000.0, bound="range", relative_error=0.2).error
    assert both == pytest.approx(math.hypot(0.2, math.log(9 / 4) / RANGE_Z))


@pytest.mark.parametrize("bound", ["at_least", "over"])
def test_more_than_a_number_is_a_floor(bound):
    found = one(bound=bound)
    assert found.kind == "floor"
    assert found.log_value == pytest.approx(math.log(5000))


@pytest.mark.parametrize("bound", ["up_to", "below"])
def test_up_to_a_number_is_a_ceiling(bound):
    found = one(low=None, high=5000.0, bound=bound)
    assert found.kind == "ceiling"
    assert found.log_value == pytest.approx(math.log(5000))


@pytest.mark.parametrize(("looseness", "distance"), [("tight", 0.15), ("loose", 0.3), ("stale", 1.5)])
def test_a_bound_lies_as_far_off_as_it_is_meant(looseness, distance):
    assert one(bound="over", looseness=looseness).slack == ((1.0, distance),)


def test_a_bound_that_does_not_say_how_it_is_meant_may_be_any_of_them():
    slack = one(bound="over").slack
    assert {distance for _, distance in slack} == {0.15, 0.3, 1.5}
    assert sum(weight for weight, _ in slack) == pytest.approx(1.0)
    for weights in SLACKS.values():
        assert sum(weight for weight, _ in weights) == pytest.approx(1.0)


@pytest.mark.parametrize("quantity", ["voyage", "call"])
@pytest.mark.parametrize("bound", ["exact", "at_least", "up_to"])
def test_trips_by_a_team_with_images_are_a_count_however_worded(quantity, bound):
    found = one(claimant="Watch", quantity=quantity, low=25.0, bound=bound)
    assert (found.kind, found.quantity) == ("count", "trips")
    assert found.slack == ()


def test_trips_by_anybody_else_are_worded_as_they_are():
    assert one(quantity="voyage", low=25.0, bound="at_least").kind == "floor"
    assert one(quantity="voyage", low=25.0).kind == "point"


def test_containers_by_a_team_with_images_are_no_count_of_voyages():
    found = one(claimant="Watch")
    assert (found.kind, found.quantity) == ("point", "load")
    assert found.voice.imagery


def test_items_are_of_their_unit_and_need_a_content():
    found = one(quantity="crate", low=1e6)
    assert (found.kind, found.quantity, found.unit) == ("point", "items", "crate")
    assert found.needs_content
    assert not one().needs_content


def test_tonnes_are_a_mass():
    assert one(quantity="tonne", low=74_000.0).quantity == "mass"


def test_tonnes_of_the_parts_of_a_mix_are_a_mass_too():
    mix = Scenario(
        "mix", "a mix", "drum", mix=(Part("a", CASE.scenarios[0].per_unit, CASE.scenarios[0].per_unit, 9.0),)
    )
    light = msgspec.structs.replace(CASE, items=(Item("drum", "drums", "drum"),), scenarios=(mix,))
    (found,) = sort(claim(low=5e4, quantity="tonne"), case=light)[0].values()
    assert found.quantity == "mass"
    bare = msgspec.structs.replace(light, scenarios=(msgspec.structs.replace(ALL_SMALL, item="drum"),))
    assert "does not measure" in refused(bare, quantity="tonne")


@pytest.mark.parametrize(("per", "days"), [("year", 365.25), ("month", 365.25 / 12), ("week", 7), ("day", 1)])
def test_a_rate_is_a_quantity_over_its_window(per, days):
    found = one(per=per, t_end=at(200))
    assert found.scale == pytest.approx(200 / days)
    assert found.log_value == pytest.approx(math.log(5000 * 200 / days))


def test_a_rate_over_a_window_that_is_cut_is_a_quantity_over_the_rest():
    found = one(per="day", t_start=at(-20), t_end=at(100))
    assert (found.start, found.scale) == (at(0), pytest.approx(100))


def test_the_way_it_speaks_of_is_kept():
    assert one(route="sea and rail").modes == {"sea", "rail"}
    assert one(route="by train").modes == {"rail"}
    assert one(route="all routes").modes >= {"sea", "rail", "road", "air"}


# --- numbers from numbers


def test_items_from_own_load_units_are_a_factor():
    readings, fates = sort(claim("C1", 5000.0), claim("C2", 1.5e6, quantity="crate", containers_base=5000.0))
    assert set(readings) == {"C1", "C2"}
    found = readings["C2"]
    assert (found.kind, found.quantity) == ("factor", "factor")
    assert found.log_value == pytest.approx(math.log(300))
    assert fates["C2"].role == "factor"
    assert fates["C2"].reason == ""


def test_a_factor_needs_no_window_and_no_route():
    found = one(quantity="crate", low=1.5e6, containers_base=5000.0, t_start=None, t_end=None, route="")
    assert found.kind == "factor"
    assert (found.start, found.end) == (CASE.window.start, CASE.window.end)


def test_a_factor_counts_once_for_each_source():
    readings, fates = sort(
        claim("C1", 1.5e6, quantity="crate", containers_base=5000.0),
        claim("C2", 1.6e6, quantity="crate", containers_base=4000.0),
        claim("C3", 2e6, quantity="crate", containers_base=5000.0, claimant="Watch"),
    )
    assert set(readings) == {"C1", "C3"}
    assert readings["C1"].log_value == pytest.approx(math.log(math.sqrt(300 * 400)))
    assert readings["C3"].log_value == pytest.approx(math.log(400))
    assert [fates[c].role for c in ("C1", "C2", "C3")] == ["factor"] * 3
    assert "once" in fates["C2"].reason
    assert fates["C2"].origin == "C1"
    assert not fates["C1"].reason


def test_the_same_step_again_leaves_the_factor_as_it_was():
    rows = [claim(f"C{n}", 300.0 * n, quantity="crate", containers_base=float(n)) for n in range(1, 30)]
    first, again = (next(iter(sort(*some)[0].values())) for some in (rows[:1], rows))
    assert again.log_value == pytest.approx(first.log_value, abs=1e-12)
    assert again.error == first.error


def test_a_factor_is_as_sure_as_the_surest_of_its_numbers():
    readings, _ = sort(
        claim("C1", 1e6, 2e6, bound="range", quantity="crate", containers_base=5000.0),
        claim("C2", 1.5e6, quantity="crate", containers_base=5000.0, relative_error=0.1),
    )
    assert readings["C1"].error == pytest.approx(0.1)


def test_an_arithmetic_step_on_the_own_count_is_a_factor():
    step = {"quantity": "crate", "derived_from": ["C1"], "derivation": "arithmetic"}
    readings, fates = sort(claim("C1", 5000.0), claim("C2", 1.5e6, **step))
    assert readings["C2"].kind == "factor"
    assert readings["C2"].log_value == pytest.approx(math.log(300))
    assert fates["C1"].role == "reading"


def test_a_conditional_from_load_units_is_a_capacity():
    found = one(quantity="crate", low=2e6, containers_base=5000.0, condition="if all were small")
    assert (found.kind, found.quantity) == ("capacity", "factor")
    assert found.log_value == pytest.approx(math.log(400))


def test_capacities_and_factors_of_a_source_are_apart():
    readings, _ = sort(
        claim("C1", 1.5e6, quantity="crate", containers_base=5000.0),
        claim("C2", 2e6, quantity="crate", containers_base=5000.0, condition="if all were small"),
    )
    assert {r.kind for r in readings.values()} == {"factor", "capacity"}


def test_a_conditional_on_items_alone_is_a_capacity_of_the_window():
    found = one(quantity="crate", low=2e6, condition="if all were small", bound="up_to", high=2e6)
    assert (found.kind, found.quantity) == ("capacity", "items")
    assert found.log_value == pytest.approx(math.log(2e6))


@pytest.mark.parametrize("quantity", ["container", "voyage"])
def test_a_conditional_on_load_units_says_nothing_of_what_was(quantity):
    assert "could have been" in refused(quantity=quantity, condition="if all were full")


def test_a_number_by_the_factor_given_under_a_condition_is_one_of_those():
    readings, fates = sort(
        claim("C1", 2e6, quantity="crate", containers_base=5000.0, condition="if all were small"),
        claim("C2", 4.1e6, quantity="crate", containers_base=10_000.0),
    )
    assert set(readings) == {"C1"}
    assert readings["C1"].kind == "capacity"
    assert readings["C1"].log_value == pytest.approx(math.log(math.sqrt(400 * 410)))
    assert [fates[c].role for c in ("C1", "C2")] == ["factor"] * 2
    assert "no condition" in fates["C2"].reason
    assert fates["C2"].origin == "C1"


def test_another_source_with_that_factor_has_it_of_its_own():
    readings, _ = sort(
        claim("C1", 2e6, quantity="crate", containers_base=5000.0, condition="if all were small"),
        claim("C2", 4.1e6, quantity="crate", containers_base=10_000.0, claimant="Watch"),
    )
    assert {i: r.kind for i, r in readings.items()} == {"C1": "capacity", "C2": "factor"}


def test_of_items_in_one_unit_the_scenario_that_reads_like_the_claim_says_which():
    light = Item("flare", "flares", "crate")
    flares = Scenario("flares", "flares", "flare", CASE.scenarios[0].per_unit, claimants=("Ministry",))
    case = msgspec.structs.replace(CASE, items=(*CASE.items, light), scenarios=(*CASE.scenarios, flares))
    readings, _ = sort(
        claim("C1", 1e6, quantity="crate"), claim("C2", 2e6, quantity="crate", claimant="Charity"), case=case
    )
    assert {i: r.item for i, r in readings.items()} == {"C1": "flare", "C2": "crate"}


def test_an_item_that_no_scenario_counts_has_no_content_to_be_held_against():
    assert one(quantity="drum", low=900.0).item == ""


# --- copies


@pytest.mark.parametrize("derivation", ["stated", "inferred"])
def test_what_somebody_else_repeats_is_folded_under_its_origin(derivation):
    copy = claim("C2", 5000.0, claimant="Gazette", derived_from=["C1"], derivation=derivation)
    readings, fates = sort(claim("C1", 5000.0), copy)
    assert set(readings) == {"C1"}
    assert (fates["C2"].role, fates["C2"].origin) == ("copy", "C1")
    assert fates["C2"].reason.startswith("probably") == (derivation == "inferred")


def test_a_chain_of_copies_is_folded_under_its_end():
    rows = [claim("C1", 5000.0)]
    rows += [
        claim(f"C{n}", 5000.0, claimant=f"Paper {n}", derived_from=[f"C{n - 1}"], derivation="stated")
        for n in range(2, 6)
    ]
    readings, fates = sort(*rows)
    assert set(readings) == {"C1"}
    assert {fates[f"C{n}"].origin for n in range(2, 6)} == {"C1"}


def test_the_same_number_later_is_probably_a_copy():
    readings, fates = sort(claim("C1", 5000.0), claim("C2", 5000.0, claimant="Gazette", stated="2032-05-01"))
    assert set(readings) == {"C1"}
    assert (fates["C2"].role, fates["C2"].origin) == ("copy", "C1")
    assert fates["C2"].reason.startswith("probably")


def test_a_source_that_repeats_itself_is_folded():
    readings, fates = sort(claim("C1", 5000.0), claim("C2", 5000.0, stated="2032-05-01"))
    assert set(readings) == {"C1"}
    assert fates["C2"].role == "copy"


def test_equal_small_numbers_of_two_teams_are_two_counts():
    trips = {"quantity": "voyage", "claimant_type": "imagery"}
    readings, _ = sort(
        claim("C1", 25.0, claimant="Team A", **trips),
        claim("C2", 25.0, claimant="Team B", stated="2032-05-01", **trips),
    )
    assert set(readings) == {"C1", "C2"}


def test_what_somebody_computes_from_anothers_number_is_folded():
    product = claim("C2", 1.5e6, quantity="crate", claimant="Gazette", derived_from=["C1"], derivation="arithmetic")
    readings, fates = sort(claim("C1", 5000.0), product)
    assert set(readings) == {"C1"}
    assert fates["C2"].role == "copy"
    assert "computed" in fates["C2"].reason


@pytest.mark.parametrize(
    "origin",
    [
        {"route": ""},
        {"t_start": None},
        {"use": "check"},
        {"condition": "if all were full"},
        {"quantity": "letter"},
    ],
)
def test_a_number_that_cannot_be_used_does_not_come_back_as_its_copy(origin):
    copy = claim("C2", 5000.0, claimant="Gazette", derived_from=["C1"], derivation="stated")
    readings, fates = sort(claim("C1", 5000.0) | origin, copy)
    assert not readings
    assert fates["C1"].role in {"refused", "check"}
    assert (fates["C2"].role, fates["C2"].origin) == ("copy", "C1")


# --- checks and refusals


def test_a_check_is_compared_and_moves_nothing():
    readings, fates = sort(claim("C1", 5000.0, use="check"))
    assert not readings
    assert fates["C1"].role == "check"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"t_start": None}, "window is not stated"),
        ({"t_end": None}, "window is not stated"),
        ({"route": ""}, "route is not stated"),
        ({"route": "by courier"}, "route is not stated"),
        ({"route": "road"}, "not measured here"),
        ({"route": "sea and air"}, "not measured here"),
        ({"quantity": "letter"}, "does not measure"),
        ({"quantity": "percent"}, "does not measure"),
        ({"t_start": START - timedelta(days=100)}, "before the case begins"),
        ({"t_end": at(DAYS + 40)}, "after the case ends"),
        ({"t_start": at(DAYS + 1), "t_end": at(DAYS + 20)}, "outside the window"),
        ({"t_start": at(-40), "t_end": START}, "outside the window"),
        ({"low": None, "high": None}, "no number"),
        ({"low": 0.0}, "not above zero"),
        ({"low": 0.0, "bound": "over"}, "not above zero"),
        ({"category": "denial"}, "denial"),
        ({"category": "production"}, "production"),
        ({"flow": "home"}, "another flow"),
    ],
)
def test_a_claim_that_cannot_be_used_says_why(changes, why):
    assert why in refused(**changes)


def test_all_routes_are_refused_where_no_leg_says_what_the_others_carry():
    alone = msgspec.structs.replace(CASE, legs=CASE.legs[:1])
    assert "all routes" in refused(alone, route="all routes")
    assert "not measured here" in refused(alone, route="rail")


def test_a_leg_that_only_carries_on_is_no_route_of_its_own():
    onward = Leg("cobalt", "dun", mode="road", measured=False, onward=True)
    case = msgspec.structs.replace(CASE, legs=(*CASE.legs, onward))
    assert "not measured here" in refused(case, route="road")


def test_a_rate_may_be_stated_for_longer_than_the_case():
    found = one(per="month", t_start=START - timedelta(days=200), t_end=at(DAYS + 200))
    assert (found.start, found.end) == (CASE.window.start, CASE.window.end)
    assert found.scale == pytest.approx(DAYS / (365.25 / 12))


def test_a_window_that_opens_a_season_early_or_closes_a_month_late_is_cut():
    found = one(t_start=START - timedelta(days=50), t_end=at(DAYS + 20))
    assert (found.start, found.end) == (CASE.window.start, CASE.window.end)


def test_every_claim_has_one_fate_and_readings_are_in_order():
    rows = [claim(f"C{n:02d}", 100.0 * n, quantity="container" if n % 2 else "letter") for n in range(12, 0, -1)]
    readings, fates = sort(*rows)
    assert sorted(fates) == [f"C{n:02d}" for n in range(1, 13)]
    assert list(readings) == sorted(readings)
    assert {c for c, fate in fates.items() if fate.role == "reading"} == set(readings)


def test_nothing_claimed_is_nothing_read():
    assert sort() == ({}, {})


def test_a_leg_by_rail_makes_rail_known():
    assert RAIL.relative is not None
    assert one(route="rail").modes == {"rail"}


# --- flows

HOME = Flow("home", "made at home", "crate", Quantiles(1e4, 2e4, 4e4), kind="production")


def made(ident, low=None, high=None, **more):
    """A claim on what is made at home."""
    given = {"flow": "home", "quantity": "crate", "category": "production", "route": ""}
    return claim(ident, low, high, **given | more)


def flow(*rows):
    claims = told(*rows)
    readings, fates = flow_readings(CASE, HOME, claims, trace(claims, "container"))
    return {r.claim_id: r for r in readings}, fates


def test_a_claim_on_a_flow_needs_no_route_and_no_content():
    readings, fates = flow(made("C1", 2.5e5))
    assert (readings["C1"].kind, readings["C1"].quantity) == ("point", "load")
    assert readings["C1"].log_value == pytest.approx(math.log(2.5e5))
    assert not readings["C1"].needs_content
    assert fates["C1"].role == "reading"


def test_bounds_and_rates_on_a_flow_are_as_on_the_line():
    readings, _ = flow(made("C1", 2e4, per="month", bound="over"), made("C2", None, 4e5, bound="up_to"))
    assert [r.kind for r in readings.values()] == ["floor", "ceiling"]
    assert readings["C1"].scale == pytest.approx(DAYS / (365.25 / 12))


def test_who_counts_ships_from_images_does_not_see_a_part_of_a_flow_for_it():
    readings, _ = flow(made("C1", 2.5e5, claimant="Watch"))
    assert readings["C1"].voice.id == "watch"
    assert not readings["C1"].voice.imagery


@pytest.mark.parametrize(
    ("changes", "role", "why"),
    [
        ({"quantity": "container"}, "refused", "unit"),
        ({"condition": "if all worked"}, "refused", "conditional"),
        ({"t_start": None}, "refused", "window"),
        ({"low": 0.0, "high": 0.0}, "refused", "above zero"),
        ({"low": None, "high": None}, "refused", "number"),
        ({"use": "check"}, "check", "check"),
    ],
)
def test_a_claim_on_a_flow_that_cannot_be_used_says_why(changes, role, why):
    readings, fates = flow(made("C1", 2.5e5) | changes)
    assert not readings
    assert fates["C1"].role == role
    assert why in fates["C1"].reason


def test_copies_of_a_claim_on_a_flow_count_once_and_other_flows_are_not_its():
    copy = made("C2", 2.5e5, claimant="Gazette", derived_from=["C1"], derivation="stated")
    readings, fates = flow(made("C1", 2.5e5), copy, made("C3", 5e5, flow="abroad"), made("C4", 7e5, flow=""))
    assert set(readings) == {"C1"}
    assert set(fates) == {"C1", "C2"}
    assert fates["C2"].role == "copy"


def test_what_is_carried_on_is_not_added_to_what_came():
    assert "carried on" in refused(route="onward by rail to the depots")
