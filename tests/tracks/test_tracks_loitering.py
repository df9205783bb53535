"""Loitering: the reference's tables, a plain reading of its rule, and where our own default differs."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.loitering import DAILY, HOURLY, MERGED, Loitering, find_loitering, loitering_tables
from tidewaiter.tracks.presets import preset

ROOT = Path(__file__).resolve().parents[2]
BEGIN = datetime(2024, 3, 1, tzinfo=UTC)
GFW = preset("gfw", "loitering", Loitering)
OURS = preset("tidewaiter", "loitering", Loitering)


def positions(rows):
    """Return a table of (segment, minutes since BEGIN, hours, metres)."""
    segment, minutes, hours, metres = zip(*rows, strict=True) if rows else ([], [], [], [])
    return pa.table(
        {
            "ssvid": pa.array([f"ship of {name}" for name in segment], pa.string()),
            "seg_id": pa.array(segment, pa.string()),
            "timestamp": pa.array([BEGIN + timedelta(minutes=m) for m in minutes], pa.timestamp("us", "UTC")),
            "lat": pa.array(np.linspace(0, 1, len(rows))),
            "lon": pa.array(np.linspace(10, 11, len(rows))),
            "hours": pa.array(hours, pa.float64()),
            "meters_to_prev": pa.array(metres, pa.float64()),
        }
    )


def plain_daily(rows):
    """The rule message by message: buckets of clock hours, runs of slow ones in a day, the message before."""
    found = []
    for segment in sorted({row[0] for row in rows}):
        mine = sorted((row for row in rows if row[0] == segment), key=lambda row: row[1])
        buckets = {}
        for row in mine:
            buckets.setdefault(row[1] // 60, []).append(row)
        run, before = [], None
        for hour, bucket in buckets.items():
            slow = is_slow(bucket)
            if run and (not slow or hour // 24 != run[-1][1] // 1440):
                found.append(run)
                run = []
            if slow and not run and before and hour // 24 - before[-1][1] // 1440 <= 1:
                run = [before[-1]]
            if slow:
                run = run + bucket
            before = bucket
        found.append(run)
    return [(run[0][0], run[0][1], run[-1][1], *sums(run[1:])) for run in found if len(run) > 1]


def sums(rows):
    hours = [row[2] for row in rows if row[2]]
    metres = [row[3] for row in rows if row[3] is not None]
    return sum(hours) if hours else None, sum(metres) / 1852 if metres else None


def is_slow(bucket):
    hours, miles = sums(bucket)
    return bool(hours) and miles is not None and miles / hours < 2


def minutes_of(table, side):
    return [(t - BEGIN) // timedelta(minutes=1) for t in table[f"loitering_{side}_timestamp"].to_pylist()]


def test_equal_to_the_reference(shared_data, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "evaluation")
    from oracles import loitering

    for name, counts in loitering.compare(shared_data / "ais").items():
        assert counts["equal"] == counts["rows"], name
        assert counts["only_ours"] == 0
        assert counts["same_order"]


LEG = st.tuples(
    st.none() | st.sampled_from([0.0, 0.1, 0.5, 30.0]), st.none() | st.sampled_from([0.0, 100.0, 3704.0, 1e5])
)


@given(st.dictionaries(st.tuples(st.sampled_from("ab"), st.integers(0, 4 * 1440)), LEG, max_size=60))
@settings(max_examples=80)
def test_equal_to_a_plain_reading(rows):
    rows = [(segment, minute, *leg) for (segment, minute), leg in rows.items()]
    tables = loitering_tables(positions(rows), GFW)

    daily = tables.daily
    names = ["loitering_hours", "tot_distance_nm"]
    ours = list(
        zip(
            daily["seg_id"].to_pylist(),
            minutes_of(daily, "start"),
            minutes_of(daily, "end"),
            *(daily[n].to_pylist() for n in names),
            strict=True,
        )
    )
    assert ours == [pytest.approx(row) for row in plain_daily(rows)]
    assert [t.schema for t in tables] == [HOURLY, DAILY, MERGED]
    assert sum(tables.hourly["n_msgs"].to_pylist()) == len(rows)


@given(st.dictionaries(st.tuples(st.sampled_from("ab"), st.integers(0, 4 * 1440)), LEG, max_size=60))
@settings(max_examples=30)
def test_joined_events_hold_all_daily_ones_and_do_not_touch(rows):
    tables = loitering_tables(positions([(s, m, *leg) for (s, m), leg in rows.items()]), GFW)

    assert sum(h or 0 for h in tables.merged["loitering_hours"].to_pylist()) == pytest.approx(
        sum(h or 0 for h in tables.daily["loitering_hours"].to_pylist())
    )
    spans = list(
        zip(
            tables.merged["seg_id"].to_pylist(),
            minutes_of(tables.merged, "start"),
            minutes_of(tables.merged, "end"),
            strict=True,
        )
    )
    assert all(a[0] != b[0] or a[2] < b[1] for a, b in pairwise(spans))


def drifting(hours, step=0.01, begin=0):
    """Return positions every half hour, 0.6 nm apart."""
    n = 2 * hours
    moments = [BEGIN + timedelta(hours=begin, minutes=30 * i) for i in range(n)]
    return pa.table(
        {
            "vessel_key": pa.array([5] * n),
            "t": pa.array(moments, pa.timestamp("us", "UTC")),
            "lat": pa.array([step * i for i in range(n)]),
            "lon": pa.array([0.0] * n),
        }
    )


def test_legs_are_measured_where_none_are_given():
    (event,) = find_loitering(drifting(30), GFW).to_pylist()

    assert event["loitering_hours"] == 29.5
    assert event["tot_distance_nm"] == pytest.approx(59 * 0.01 * 60.04, rel=1e-3)
    assert event["avg_speed_knots"] == pytest.approx(1.2, rel=1e-2)
    assert (event["ssvid"], event["seg_id"]) == ("5", "5")


def test_slow_is_below_the_threshold_not_at_it():
    knots = find_loitering(drifting(4), GFW)["avg_speed_knots"][0].as_py()

    assert len(find_loitering(drifting(4), Loitering(knots * (1 - 1e-6), 1e6, 0))) == 0
    assert len(find_loitering(drifting(4), Loitering(knots * (1 + 1e-6), 1e6, 0))) == 1


def test_silence_is_loitering_for_the_reference_only():
    silent = pa.concat_tables([drifting(1), drifting(1, begin=30)])

    assert find_loitering(silent, GFW)["loitering_hours"].to_pylist() == [30.5]
    assert len(find_loitering(silent, OURS)) == 0


def test_a_moment_is_no_event_for_us():
    assert len(find_loitering(drifting(1), GFW)) == 1
    assert len(find_loitering(drifting(1), OURS)) == 0


def test_places_that_are_none_and_repeated_instants_are_passed_over():
    good = drifting(10)
    bad = good.set_column(2, "lat", pa.array([91.0] * 20))
    nothing = good.set_column(2, "lat", pa.array([None] * 20, pa.float64()))

    assert find_loitering(pa.concat_tables([good, bad, good, nothing]), GFW).equals(find_loitering(good, GFW))


def test_distance_from_shore_is_weighted_by_hours():
    rows = [("a", 0, None, None), ("a", 10, 1.0, 100.0), ("a", 20, 3.0, 100.0)]
    table = positions(rows).append_column("distance_from_shore_m", pa.array([None, 1852.0, 3 * 1852.0]))

    (event,) = loitering_tables(table, GFW).merged.to_pylist()
    assert event["avg_distance_from_shore_nm"] == pytest.approx((1 * 1 + 3 * 3) / 4)


def test_nothing_gives_nothing():
    assert [len(table) for table in loitering_tables(positions([]), GFW)] == [0, 0, 0]


def test_half_a_leg_is_refused():
    with pytest.raises(InputError, match="only one of hours"):
        find_loitering(positions([("a", 0, 1, 1)]).drop_columns(["hours"]), GFW)
