"""Gaps: the reference's tables, a plain reading of its rule, what a gap allows and what it is worth."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.earth import geodesic_m, haversine_km
from tidewaiter.tracks.gaps import (
    GAPS,
    WEIGHED,
    DarkMeetings,
    Gaps,
    Weighing,
    dark_meetings,
    find_gaps,
    weigh_gaps,
)
from tidewaiter.tracks.presets import explain, preset

ROOT = Path(__file__).resolve().parents[2]
BEGIN = datetime(2024, 3, 1, tzinfo=UTC)
GFW = Gaps(min_h=6, count_h=12, max_speed_kn=25)
KINDS = ("terrestrial", "satellite", "dynamic", "something", None)


def positions(rows):
    """Return a table of (vessel, hours since BEGIN, lat, lon, receiver)."""
    vessel, hours, lat, lon, kind = zip(*rows, strict=True) if rows else ([], [], [], [], [])
    moments = [BEGIN + timedelta(hours=h) for h in hours]
    return pa.table(
        {
            "vessel_key": pa.array(vessel, pa.int64()),
            "t": pa.array(moments, pa.timestamp("us", "UTC")),
            "lat": pa.array(lat, pa.float64()),
            "lon": pa.array(lon, pa.float64()),
            "receiver_type": pa.array(kind, pa.string()),
        }
    )


def track(vessel, hours, lat=10.0, lon=20.0):
    return [(vessel, h, lat, lon, "satellite") for h in hours]


def plain_gaps(rows, min_h, count_h, until_h):
    """The rule as the reference states it, message by message."""
    found = []
    for vessel in sorted({row[0] for row in rows}, key=str):
        mine = sorted((row for row in rows if row[0] == vessel), key=lambda row: row[1])
        for off, on in zip(mine, [*mine[1:], None], strict=True):
            end = until_h if on is None else on[1]
            if end - off[1] <= min_h:
                continue
            before = [row for row in mine if off[1] - count_h <= row[1] < off[1]] + [off]
            after = None if on is None else len([r for r in mine if on[1] < r[1] <= on[1] + count_h]) + 1
            counts = [sum(row[4] == kind for row in before) for kind in KINDS[:3]]
            found.append((str(vessel), off[1], None if on is None else on[1], len(before), *counts, after))
    return found


def test_equal_to_the_reference(shared_data, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "evaluation")
    from oracles import gaps

    for counts in gaps.compare(shared_data / "ais").values():
        assert counts["equal"] == counts["rows"]
        assert counts["only_ours"] == 0
        assert counts["same_order"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([3, 20, 100]),
            st.integers(0, 90),
            st.floats(-90, 91),
            st.floats(-180, 180),
            st.sampled_from(KINDS),
        ),
        max_size=40,
    )
)
@settings(max_examples=60)
def test_equal_to_a_plain_reading(rows):
    found = find_gaps(positions(rows), GFW, BEGIN + timedelta(hours=100))

    hours = [
        [None if t is None else (t - BEGIN) / timedelta(hours=1) for t in found[f"{side}_timestamp"].to_pylist()]
        for side in ("start", "end")
    ]
    names = [
        "positions_hours_before",
        *(f"positions_hours_before_{k}" for k in ("ter", "sat", "dyn")),
        "positions_hours_after",
    ]
    ours = list(zip(found["ssvid"].to_pylist(), *hours, *(found[n].to_pylist() for n in names), strict=True))
    assert ours == plain_gaps(rows, 6, 12, 100)
    assert found.schema == GAPS


def test_distance_and_speed_are_those_of_the_ends():
    (gap,) = find_gaps(positions([(1, 0, 10, 20, None), (1, 10, 11, 21, None)]), GFW, BEGIN).to_pylist()

    assert gap["distance_m"] == geodesic_m(10, 20, 11, 21)
    assert gap["implied_speed_knots"] == pytest.approx(gap["distance_m"] / 1852 / 10)
    assert gap["duration_h"] == gap["silent_h"] == 10
    assert gap["is_closed"]


def test_a_gap_lasts_longer_than_the_threshold_not_as_long():
    assert len(find_gaps(positions(track(1, [0, 6])), GFW, BEGIN)) == 0
    assert len(find_gaps(positions(track(1, [0, 6.001])), GFW, BEGIN)) == 1


def test_an_open_gap_keeps_its_id_when_it_closes():
    still_open = find_gaps(positions(track(1, [0])), GFW, BEGIN + timedelta(hours=30)).to_pylist()[0]
    closed = find_gaps(positions(track(1, [0, 40])), GFW, BEGIN + timedelta(hours=40)).to_pylist()[0]

    assert still_open["gap_id"] == closed["gap_id"]
    assert still_open["end_timestamp"] is None
    assert still_open["duration_h"] is None
    assert still_open["silent_h"] == 30


def test_nowhere_has_no_distance_and_no_reach():
    gaps = find_gaps(positions([(1, 0, None, 20, None), (1, 10, 11, 21, None), (2, 0, 91, 181, None)]), GFW)

    assert gaps["distance_m"].null_count == len(gaps)
    assert gaps["reach_km2"].null_count == len(gaps) - 1  # the open one after a good position can be told
    assert gaps["start_lat"].to_pylist() == [None, 11, 91]


@pytest.mark.parametrize(
    ("apart", "hours"), [(0.0, 7), (1.0, 7), (2.4, 7), (2.9, 7), (10.0, 60), (60.0, 300), (100.0, 700)]
)
def test_reach_is_the_area_of_the_ellipse(apart, hours):
    """Against counting points of a fine net over the Earth."""
    gap = find_gaps(positions([(1, 0, 0, 0, None), (1, hours, 0, apart, None)]), GFW, BEGIN).to_pylist()[0]
    sailed = hours * 25 * 1.852

    low, high = (-90.0, 90.0) if hours > 100 else (-sailed / 150, sailed / 150)
    rows = low + (np.arange(600) + 0.5) * (high - low) / 600
    left, right = (-180.0, 180.0) if hours > 100 else (-sailed / 150, apart + sailed / 150)
    columns = left + (np.arange(600) + 0.5) * (right - left) / 600
    y, x = np.meshgrid(np.radians(rows), np.radians(columns), indexing="ij")

    def far(lon):
        cos = np.cos(y) * np.cos(x - np.radians(lon))
        return 6371.0 * np.arccos(np.clip(cos, -1, 1))

    inside = far(0.0) + far(gap["distance_m"] / 6371_000 * 180 / math.pi) <= sailed
    cell = np.cos(y) * np.radians((high - low) / 600) * np.radians((right - left) / 600) * 6371.0**2
    assert gap["reach_km2"] == pytest.approx(float((cell * inside).sum()), rel=0.01)
    assert gap["reach_major_km"] == pytest.approx(
        sailed / 2 if hours < 500 else math.pi * 6371
    )  # once round: everywhere
    assert gap["reach_minor_km"] <= gap["reach_major_km"]


def test_an_open_gap_reaches_a_disc_and_an_impossible_one_nothing():
    disc, jump = find_gaps(
        positions([(1, 0, 0, 0, None), (2, 0, 0, 0, None), (2, 10, 40, 0, None)]), GFW, BEGIN + timedelta(hours=12)
    ).to_pylist()

    assert disc["reach_major_km"] == disc["reach_minor_km"] == pytest.approx(12 * 25 * 1.852)
    assert disc["reach_km2"] == pytest.approx(math.pi * (12 * 25 * 1.852) ** 2, rel=0.001)
    assert jump["implied_speed_knots"] > 25
    assert jump["reach_km2"] is None


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_the_order_of_rows_and_the_company_of_others_change_nothing(seed):
    rng = np.random.default_rng(seed)
    rows = [
        (int(v), float(h), 10.0, 20.0, "satellite")
        for v, h in zip(rng.integers(1, 4, 60), rng.permutation(400)[:60], strict=True)
    ]
    until = BEGIN + timedelta(hours=410)
    whole = find_gaps(positions(rows), GFW, until)

    shuffled = find_gaps(positions([rows[i] for i in rng.permutation(60)]), GFW, until)
    alone = pa.concat_tables([find_gaps(positions([r for r in rows if r[0] == v]), GFW, until) for v in (1, 2, 3)])
    assert whole.equals(shuffled)
    assert whole.equals(alone.combine_chunks())


WEIGHING = preset("tidewaiter", "gap_weight", Weighing)


def weighed(rows, until_h=100, gaps=None):
    table, until = positions(rows), BEGIN + timedelta(hours=until_h)
    found = find_gaps(table, GFW, until)
    return weigh_gaps(found if gaps is None else gaps(found), table, GFW, WEIGHING, until)


def hourly(vessel, begin, end, lat=10.0, lon=20.0, without=()):
    return track(vessel, [h + 0.5 for h in range(begin, end) if not any(a <= h < b for a, b in without)], lat, lon)


def test_a_gap_among_the_heard_says_something():
    rows = hourly(1, 0, 100, without=[(40, 60)]) + hourly(2, 0, 100) + hourly(3, 0, 100, lat=10.9)
    (gap,) = weighed(rows).to_pylist()

    assert (gap["start_others_before"], gap["start_others_during"]) == (24, 24)
    assert (gap["end_others_during"], gap["end_others_after"]) == (24, 24)
    assert gap["reception"] == 1
    assert gap["reception_word"] == "heard"


def test_a_gap_where_nobody_is_heard_proves_nothing():
    rows = hourly(1, 0, 100, without=[(40, 60)]) + hourly(2, 0, 100, lat=30)
    (gap,) = weighed(rows).to_pylist()

    assert gap["reception"] is None
    assert gap["reception_word"] == "nobody"


def test_a_receiver_that_fails_is_no_silence_of_the_vessel():
    lost = [(40, 60)]
    gaps = weighed(hourly(1, 0, 100, without=lost) + hourly(2, 0, 100, without=lost)).to_pylist()

    assert [gap["reception_word"] for gap in gaps] == ["lost", "lost"]
    assert [gap["reception"] for gap in gaps] == [0, 0]


def test_reception_is_that_of_the_worse_end():
    rows = [r for r in hourly(1, 0, 100, without=[(40, 60)]) if r[1] < 41]
    rows += (
        hourly(1, 60, 100, lat=14.0) + hourly(2, 0, 100) + hourly(3, 0, 100, lat=14.0) + hourly(4, 60, 100, lat=14.0)
    )
    gap = next(gap for gap in weighed(rows).to_pylist() if gap["ssvid"] == "1")

    assert gap["reception"] == pytest.approx(0.5)
    assert gap["reception_word"] == "heard"


def test_rates_against_its_own_and_the_region():
    often = [(24 * d, 24 * d + 12) for d in range(1, 4)]
    gaps = weighed(
        hourly(1, 0, 96, without=often) + hourly(2, 0, 96) + hourly(3, 0, 96, without=[(30, 40)])
    ).to_pylist()

    first = gaps[0]
    assert first["vessel_gaps"] == first["region_gaps"] + 2 == 3
    assert first["region_heard_days"] == pytest.approx((95 + 95 - 11) / 24)
    assert first["vessel_heard_days"] == pytest.approx((95 - 3 * 13) / 24)
    assert [gap["recent_gaps"] for gap in gaps] == [1, 2, 3, 1]
    assert first["times_region_rate"] == pytest.approx(
        (3 / first["vessel_heard_days"]) / (1.5 / first["region_heard_days"])
    )
    assert first["times_own_rate"] == pytest.approx((1 / first["recent_heard_days"]) / (3 / first["vessel_heard_days"]))


def test_some_gaps_can_be_weighed_alone():
    rows = hourly(1, 0, 100, without=[(10, 20), (40, 60)]) + hourly(2, 0, 100)

    assert weighed(rows, gaps=lambda found: found.slice(1)).equals(weighed(rows).slice(1))


def test_gaps_of_other_positions_are_refused():
    strange = find_gaps(positions(track(9, [0, 50])), GFW, BEGIN)
    with pytest.raises(InputError, match="vessels that the positions do not have"):
        weigh_gaps(strange, positions(track(1, [0, 50])), GFW, WEIGHING)
    with pytest.raises(InputError, match="do not begin at a message"):
        weigh_gaps(strange, positions(track(9, [1, 50])), GFW, WEIGHING)
    with pytest.raises(InputError, match="no gaps under the thresholds"):
        weigh_gaps(strange, positions(track(9, [0, 50])), Gaps(80, 12, 25), WEIGHING, BEGIN)


def test_nothing_gives_nothing():
    empty = find_gaps(positions([]), GFW)

    assert (len(empty), empty.schema) == (0, GAPS)
    assert len(weigh_gaps(empty, positions([]), GFW, WEIGHING)) == 0
    assert [name for name, _ in WEIGHED] == weigh_gaps(empty, positions([]), GFW, WEIGHING).column_names[len(GAPS) :]
    assert len(dark_meetings(empty, preset("tidewaiter", "dark_meeting", DarkMeetings))) == 0


DARK = preset("tidewaiter", "dark_meeting", DarkMeetings, {"min_moved_km": 0.0})


def dark(rows, rule=DARK, until_h=0):
    return dark_meetings(find_gaps(positions(rows), GFW, BEGIN + timedelta(hours=until_h)), rule).to_pylist()


def test_two_silent_neighbours_may_have_met():
    (pair,) = dark(track(7, [0, 20], 10, 20) + track(30, [5, 30], 10, 20.2))

    assert (pair["vessel_1_id"], pair["vessel_2_id"]) == ("30", "7")
    assert pair["overlap_h"] == 15
    assert pair["nearest_km"] == pytest.approx(haversine_km(10, 20, 10, 20.2))
    assert pair["confidence"] == "medium"
    hours_away = pair["nearest_km"] / (22 * 1.852)
    assert pair["together_h"] == pytest.approx(15, abs=2 * hours_away)
    assert pair["start_time"] == BEGIN + timedelta(hours=5)


@pytest.mark.parametrize(
    "rows",
    [
        track(1, [0, 20]) + track(1, [0, 20], 10, 20.1),  # one vessel
        track(1, [0, 20]) + track(2, [17, 40]),  # three hours
        track(1, [0, 20]) + track(2, [0, 20], 12),  # two degrees apart
        track(1, [0, 24 * 40]) + track(2, [0, 24 * 40]),  # longer than a month
    ],
)
def test_others_have_not(rows):
    assert dark(rows) == []


def test_ships_silent_at_their_berths_are_neighbours():
    rule = preset("tidewaiter", "dark_meeting", DarkMeetings)
    still = track(1, [0, 20]) + track(2, [0, 20])

    assert dark(still, rule) == []
    assert len(dark(still)) == 1
    away = [*track(1, [0, 20]), (2, 0, *still[0][2:]), (2, 20, still[0][2] + 0.1, *still[0][3:])]
    assert len(dark(away, rule)) == 1


def test_who_had_to_hurry_cannot_have_met():
    """The first sails north all the time as fast as it can, the second lies behind it."""
    reach = 10 * 22 * 1.852 / 111.195
    rows = [(1, 0, 0, 0, None), (1, 10, reach * 0.999, 0, None), (2, 5, 0.0, 0.1, None), (2, 25, 0.0, 0.1, None)]

    assert dark(rows) == []
    (pair,) = dark(rows, preset("radiancefleet", "dark_meeting", DarkMeetings))
    assert pair["together_h"] is None


def test_an_open_gap_is_a_party_where_it_may_be():
    rows = track(1, [0]) + track(2, [0, 30])

    (pair,) = dark(rows, until_h=30)
    assert pair["together_h"] == pytest.approx(30)
    assert dark(rows, preset("radiancefleet", "dark_meeting", DarkMeetings), until_h=30) == []


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_a_told_place_can_be_reached_by_both(seed):
    rng = np.random.default_rng(seed)
    rows = []
    for vessel in (1, 2):
        start, hours = rng.uniform(0, 10), rng.uniform(8, 40)
        lat, lon = rng.uniform(-0.4, 0.4, 2)
        rows += [(vessel, start, lat, 180 + lon if lon < 0 else lon - 180, None)]
        lat, lon = rng.uniform(-2, 2, 2)
        rows += [(vessel, start + hours, lat, 180 + lon if lon < 0 else lon - 180, None)]
    for pair in dark(rows):
        moments = np.linspace(0, pair["overlap_h"] - pair["together_h"], 2000)
        begin = (pair["start_time"] - BEGIN) / timedelta(hours=1) + moments
        good = np.ones(len(moments), bool)
        for _, hours, lat, lon, _ in rows:
            away = haversine_km(lat, lon, pair["lat"], pair["lon"]) / (22 * 1.852)
            first = hours < pair["overlap_h"] + (pair["start_time"] - BEGIN) / timedelta(hours=1) - 1e-6
            left = begin - hours if first else hours - begin - pair["together_h"]
            good &= left >= away - 0.02
        assert good.any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop_columns(["t"]), "lack t"),
        (lambda t: t.drop_columns(["vessel_key"]), "lack vessel"),
        (lambda t: t.set_column(0, "vessel_key", pa.nulls(2, pa.int64())), "missing in 2 rows"),
        (lambda t: t.set_column(0, "vessel_key", pa.array([1.5, 2.5])), "not text or a whole number"),
        (lambda t: t.set_column(1, "t", pa.array(["a", "b"])), "not a time"),
        (lambda t: t.set_column(1, "t", pa.array([2**62, -(2**62)])), "beyond all calendars"),
        (lambda t: t.set_column(2, "lat", pa.array(["a", "b"])), "not a number"),
    ],
)
def test_bad_columns_are_named(change, message):
    with pytest.raises(InputError, match=message):
        find_gaps(change(positions(track(1, [0, 9]))), GFW)


def test_the_end_of_the_data_needs_a_zone():
    with pytest.raises(InputError, match="zone"):
        find_gaps(positions(track(1, [0])), GFW, datetime(2024, 3, 2))  # noqa: DTZ001


def test_presets_say_what_they_set():
    for name in ("gfw", "tidewaiter"):
        told = explain(name, "gap", Gaps)
        assert told.source
        assert all(threshold.meaning for threshold in told.thresholds)
    with pytest.raises(InputError):
        preset("gfw", "gap", Gaps, {"min_h": -1})
