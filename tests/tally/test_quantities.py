"""Totals draw by draw: they add up over time and ships, and scenarios do not touch one another."""

from datetime import timedelta
from itertools import pairwise

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuttle import START, at, load, readings, shuttle
from tidewaiter.model import Quantiles, Scenario
from tidewaiter.model.tables import VOYAGE_DRAWS
from tidewaiter.tally import Tally
from tidewaiter.tally.figures import months

DRAWS = 40
CASE = shuttle(150)


def voyage_table(seed, draws=DRAWS, mean=6.0):
    """Random voyages, some of which began before the window or had not ended when it closed."""
    rng = np.random.default_rng(seed)
    rows = []
    for draw in range(draws):
        for first in np.sort(rng.uniform(-4, 150, rng.poisson(mean))):
            ends = first + np.cumsum(rng.uniform(0.5, 4, 4))
            t = [at(float(x)) if x < 150 else None for x in (first, *ends[:3])]
            rows.append(
                {
                    "draw": draw,
                    "vessel_id": str(rng.choice(["heron", "tern"])),
                    "origin_id": "amber",
                    "destination_id": None if t[2] is None else str(rng.choice(["cobalt", "dun"])),
                    "arrival": t[0],
                    "departure": t[1],
                    "destination_arrival": t[2],
                    "destination_departure": t[3],
                    "seen": bool(rng.random() < 0.6),
                }
            )
    return pa.Table.from_pylist(
        [r for r in rows if r["departure"] is None or r["departure"] > START], schema=VOYAGE_DRAWS
    )


def make(seed=1, case=CASE, loads=(), draws=DRAWS, mean=6.0):
    return Tally(case, voyage_table(seed, draws, mean), readings(loads=loads)["loads"], draws, 5)


@pytest.fixture(scope="module")
def tally():
    return make(loads=[load(1, 250), load(2, 300, day=20)])


KINDS = {
    "calls": lambda t, a=None, b=None: t.calls(a, b),
    "seen": lambda t, a=None, b=None: t.voyages(a, b, seen=True),
    "counted": lambda t, a=None, b=None: t.loads(a, b, counted=True),
    "without": lambda t, a=None, b=None: t.loads_without(["dun"], ["heron"], a, b),
    "voyages": lambda t, a=None, b=None: t.voyages(a, b),
    "loads": lambda t, a=None, b=None: t.loads(a, b),
    "items": lambda t, a=None, b=None: t.items("documents", a, b),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_months_add_up_to_the_total_and_to_what_is_cumulated(tally, kind):
    running = np.zeros(DRAWS)
    for start, end in months(CASE):
        running = running + kind(tally, start, end)
        assert kind(tally, CASE.window.start, end) == pytest.approx(running)
    assert running == pytest.approx(kind(tally))
    assert np.isfinite(running).all()
    assert kind(tally).sum() > 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 150), min_size=1, max_size=6), st.sampled_from(sorted(KINDS)))
def test_any_cut_adds_up(tally, cuts, kind):
    edges = [None, *(START + timedelta(days=d) for d in sorted(cuts)), None]
    parts = [KINDS[kind](tally, a, b) for a, b in pairwise(edges)]
    assert sum(parts) == pytest.approx(KINDS[kind](tally))


def test_totals_are_what_counting_the_rows_gives():
    table = voyage_table(3)
    tally = Tally(CASE, table, readings()["loads"], DRAWS, 5)
    rows = table.to_pylist()
    start, end = at(30), at(61)
    for draw in range(DRAWS):
        mine = [r for r in rows if r["draw"] == draw]
        assert tally.calls()[draw] == len(mine)
        assert tally.calls(start, end)[draw] == sum(start <= r["arrival"] < end for r in mine)
        reached = [r["destination_arrival"] for r in mine if r["destination_arrival"] is not None]
        assert tally.voyages(start, end)[draw] == sum(start <= t < end for t in reached)
        assert tally.voyages()[draw] == len([t for t in reached if t >= START])


def test_a_ship_that_lies_there_at_the_opening_counts_at_the_opening():
    row = dict.fromkeys(VOYAGE_DRAWS.names) | {"draw": 0, "vessel_id": "heron", "arrival": at(-2), "departure": at(1)}
    tally = Tally(CASE, pa.Table.from_pylist([row], schema=VOYAGE_DRAWS), readings()["loads"], 2, 5)
    assert tally.calls().tolist() == [1, 0]
    assert tally.calls(at(0), at(1)).tolist() == [1, 0]
    assert tally.voyages().tolist() == [0, 0]


def test_ships_add_up_to_the_total(tally):
    assert tally.calls() == pytest.approx(tally.calls(vessel="heron") + tally.calls(vessel="tern"))


def test_items_are_loads_times_the_factor_of_their_scenario(tally):
    for s in CASE.scenarios:
        assert tally.items(s.id, at(10), at(70)) == pytest.approx(tally.loads(at(10), at(70)) * tally.factor(s.id))
        assert (tally.factor(s.id) > 0).all()


def test_a_factor_has_the_quantiles_that_were_given():
    tally = make(draws=6000, mean=0.1)
    q = CASE.scenarios[1].per_unit
    assert np.quantile(tally.factor("all_small"), [0.05, 0.5, 0.95]) == pytest.approx([q.p5, q.p50, q.p95], rel=0.02)


def test_the_share_of_units_that_hold_the_item_is_a_share():
    case = msgspec.structs.replace(
        CASE, scenarios=(msgspec.structs.replace(CASE.scenarios[0], per_unit=Quantiles(1, 1, 1)),)
    )
    share = make(case=case, draws=6000, mean=0.1).factor("documents")
    assert np.quantile(share, [0.05, 0.5, 0.95]) == pytest.approx([0.7, 0.85, 0.95], abs=0.04)
    assert (share < 1).all()


def test_scenarios_are_independent_of_which_others_there_are_and_in_which_order(tally):
    more = Scenario("third", "third", "crate", Quantiles(1, 2, 3))
    case = msgspec.structs.replace(CASE, scenarios=(more, *CASE.scenarios[::-1]))
    other = make(case=case, loads=[load(1, 250), load(2, 300, day=20)])
    for s in CASE.scenarios:
        assert (other.items(s.id) == tally.items(s.id)).all()
    assert (other.factor("third") != tally.factor("documents")).all()
    correlation = np.corrcoef(*(make(draws=3000, mean=0.1).factor(s.id) for s in CASE.scenarios))[0, 1]
    assert abs(correlation) < 0.08


def test_the_unloaded_channel_changes_nothing(tally):
    out = load(3, 9000, channel="unloaded")
    other = make(loads=[load(1, 250), load(2, 300, day=20), out])
    assert (other.loads() == tally.loads()).all()
    assert [n[0] for n in other.notices] == ["loads/W3"]


def test_no_voyage_in_any_draw_is_zero_of_everything():
    empty = Tally(CASE, VOYAGE_DRAWS.empty_table(), readings()["loads"], 7, 5)
    for kind in KINDS.values():
        assert kind(empty).tolist() == [0.0] * 7


def test_the_same_seed_gives_the_same_loads_and_another_one_others():
    first, again = make(), make()
    assert (first.loads() == again.loads()).all()
    other = Tally(CASE, voyage_table(1), readings()["loads"], DRAWS, 6)
    assert (other.calls() == first.calls()).all()
    assert not (other.loads() == first.loads()).all()


def test_the_mean_load_of_the_fleet_is_that_of_its_voyages():
    tally = make(draws=2500, mean=8.0)
    drawn = tally.loads().sum() / tally.voyages().sum()
    assert tally.load_per_voyage().mean() == pytest.approx(drawn, rel=0.05)


def test_seen_and_inferred_voyages_add_up_to_all(tally):
    for start, end in [(None, None), *months(CASE)]:
        parts = [tally.voyages(start, end, seen=x) for x in (True, False)]
        assert (sum(parts) == tally.voyages(start, end)).all()
    assert min(tally.voyages(seen=x).sum() for x in (True, False)) > 0


def test_counted_and_imputed_loads_add_up_to_all(tally):
    for start, end in [(None, None), *months(CASE)]:
        parts = [tally.loads(start, end, counted=x) for x in (True, False)]
        assert sum(parts) == pytest.approx(tally.loads(start, end))
    assert tally.loads(counted=False).sum() > 0


def test_what_no_reading_shows_is_inferred():
    """A table that does not say counts as not seen."""
    table = voyage_table(3).set_column(
        VOYAGE_DRAWS.get_field_index("seen"), "seen", pa.nulls(voyage_table(3).num_rows, pa.bool_())
    )
    tally = Tally(CASE, table, readings()["loads"], DRAWS, 5)
    assert not tally.voyages(seen=True).any()
    assert (tally.voyages(seen=False) == tally.voyages()).all()


def test_a_count_of_a_detection_is_what_its_voyage_carried():
    row = dict.fromkeys(VOYAGE_DRAWS.names) | {f: at(5) for f in ("arrival", "departure", "destination_arrival")}
    rows = [row | {"draw": d, "detection_id": i, "seen": i is not None} for d in range(30) for i in ("D1", None)]
    count = load(1, 321, detection_id="D1", relative_error=1e-6)
    case = shuttle(150, load_model=msgspec.structs.replace(CASE.load_model, shared_bias=0.0))
    tally = Tally(case, pa.Table.from_pylist(rows, schema=VOYAGE_DRAWS), readings(loads=[count])["loads"], 30, 5)
    assert tally.loads(counted=True) == pytest.approx(np.full(30, 321.0), rel=1e-4)
    assert np.ptp(tally.loads(counted=False)) > 10
    assert (tally.voyages(seen=True) == 1).all()


def test_what_goes_elsewhere_or_on_other_ships_adds_up(tally):
    everything = tally.loads_without([], [], None, None)
    assert (everything == tally.loads()).all()
    to_cobalt, to_dun = (tally.loads_without([d], [], None, None) for d in ("dun", "cobalt"))
    assert to_cobalt + to_dun == pytest.approx(everything)
    heron, tern = (tally.loads_without([], [v], None, None) for v in ("tern", "heron"))
    assert heron + tern == pytest.approx(everything)
    assert not tally.loads_without(["dun", "cobalt"], [], None, None).any()
    both = tally.loads_without(["dun"], ["heron"], at(20), at(90))
    assert (both <= tally.loads_without(["dun"], [], at(20), at(90))).all()
    assert both.sum() > 0


def test_voyages_without_a_destination_or_a_ship_stay_when_others_are_taken_out():
    row = dict.fromkeys(VOYAGE_DRAWS.names) | {"draw": 0, "arrival": at(1), "departure": at(2)}
    table = pa.Table.from_pylist([row | {"destination_arrival": at(3)}], schema=VOYAGE_DRAWS)
    tally = Tally(CASE, table, readings()["loads"], 1, 5)
    assert tally.loads_without(["cobalt", "dun"], ["heron", "tern"], None, None) == tally.loads()
    assert tally.loads()[0] > 0


def test_the_factor_is_that_of_the_holdings(tally):
    held = tally.holdings("documents")
    assert np.exp(held.share + held.content) == pytest.approx(tally.factor("documents"))
    assert tally.content_z["documents"].shape == (DRAWS, len(tally.contents["documents"].names))
    assert (tally.contents["documents"].at(tally.content_z["documents"]).content == held.content).all()
