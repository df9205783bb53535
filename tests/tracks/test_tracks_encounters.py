"""Encounters: the reference's tables, plain readings of its rules, and its faults mended."""

import math
import statistics
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.earth import haversine_km
from tidewaiter.tracks.encounters import (
    MERGED,
    RAW,
    RESAMPLED,
    Encounters,
    encounter_tables,
    find_encounters,
    resample_tracks,
)
from tidewaiter.tracks.encounters.find import _nearest, _order_by
from tidewaiter.tracks.presets import preset

ROOT = Path(__file__).resolve().parents[2]
BEGIN = datetime(2024, 3, 1, tzinfo=UTC)
GFW = preset("gfw", "encounter", Encounters)
OURS = preset("tidewaiter", "encounter", Encounters)


def positions(rows):
    """Return a table of (segment, minutes since BEGIN, lat, lon, speed, course); the vessel is the segment's first letter."""
    segment, minutes, lat, lon, speed, course = zip(*rows, strict=True) if rows else ([], [], [], [], [], [])
    return pa.table(
        {
            "ssvid": pa.array([name[0] for name in segment], pa.string()),
            "seg_id": pa.array(segment, pa.string()),
            "timestamp": pa.array([BEGIN + timedelta(minutes=m) for m in minutes], pa.timestamp("us", "UTC")),
            "lat": pa.array(lat, pa.float64()),
            "lon": pa.array(lon, pa.float64()),
            "speed": pa.array(speed, pa.float64()),
            "course": pa.array(course, pa.float64()),
        }
    )


def with_own(base, **own):
    return preset(base, "encounter", Encounters, own)


def beside(name, begin, end, lon=5.0, every=10, speed=0.1):
    return [(name, m, 50.0, lon, speed, 90.0) for m in range(begin, end + 1, every)]


def test_equal_to_the_reference_and_every_other_row_explained(shared_data, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "evaluation")
    from oracles import encounters

    for name, counts in encounters.compare(shared_data / "ais").items():
        assert counts["equal"] == counts["rows"], name
        assert counts["only_ours"] == 0
        assert counts["same_order"]
        causes = counts.get("mended", {"causes": {}})["causes"]
        assert not any("unexplained" in cause for cause in causes)


def plain_resampled(rows, *, course_twice):
    """The reference's way, one vessel-day at a time."""
    out = []
    for segment in sorted({row[0] for row in rows}):
        for day in range(3):
            mine = sorted(
                {r[1]: r for r in rows if r[0] == segment and r[1] // 1440 == day}.values(), key=lambda r: r[1]
            )
            if not mine:
                continue
            grid = range(day * 1440, (day + 1) * 1440, 10)
            first, last = mine[0], mine[-1]
            for m in grid:
                between = [(a, b) for a, b in pairwise(mine) if a[1] <= m <= b[1]]
                if m < first[1] and first[1] - m <= 60:
                    out.append((segment, m, *reckoned(first, m, course_twice=course_twice)))
                elif m > last[1] and m - last[1] <= 60:
                    out.append((segment, m, *reckoned(last, m, course_twice=course_twice)))
                elif between and between[0][1][1] - between[0][0][1] < 60:
                    a, b = between[0]
                    share = (m - a[1]) / (b[1] - a[1])
                    out.append((segment, m, b[2] * share + a[2] * (1 - share), b[3] * share + a[3] * (1 - share)))
    return out


def reckoned(row, minute, *, course_twice):
    angle = math.atan2(math.sin(math.radians(row[5])), math.cos(math.radians(row[5])))
    angle = math.radians(angle) if course_twice else angle
    miles = row[4] * (minute - row[1]) / 60
    lat = row[2] + miles * math.cos(angle) / 60
    lon = row[3] + miles * math.sin(angle) / 60 / max(math.cos(math.radians(row[2])), 0.1)
    return lat, (lon + 180) % 360 - 180


TRACK = st.dictionaries(
    st.tuples(st.sampled_from(["a1", "b1"]), st.integers(0, 3 * 1440 - 1)),
    st.tuples(st.floats(-80, 80), st.floats(-170, 170), st.floats(0, 30), st.floats(0, 359)),
    max_size=25,
)


@given(TRACK, st.booleans())
@settings(max_examples=60)
def test_the_grid_equals_a_plain_reading(track, course_twice):
    rows = [(segment, minute, *values) for (segment, minute), values in track.items()]
    table = resample_tracks(positions(rows), with_own("gfw", course_twice=course_twice))

    minutes = [(t - BEGIN) // timedelta(minutes=1) for t in table["timestamp"].to_pylist()]
    ours = list(zip(table["id"].to_pylist(), minutes, table["lat"].to_pylist(), table["lon"].to_pylist(), strict=True))
    plain = plain_resampled(rows, course_twice=course_twice)
    assert [row[:2] for row in ours] == [row[:2] for row in plain]
    assert np.allclose([row[2:] for row in ours], [row[2:] for row in plain], atol=1e-9) or not plain
    assert table.schema == RESAMPLED


def plain_raw(table, max_km, shortest):
    """Runs of near instants of the first vessel's own successive rows, day by day."""
    rows = [(r["id"], r["timestamp"], r["lat"], r["lon"], r["point_density"]) for r in table.to_pylist()]
    at = {}
    for row in rows:
        at.setdefault(row[1], []).append(row)
    found = []
    for one in sorted({row[0] for row in rows}):
        runs = {}
        for row in [*(row for row in rows if row[0] == one), None]:
            near = (
                {}
                if row is None
                else {r[0]: r for r in at[row[1]] if r[0] != one and haversine_km(*row[2:4], *r[2:4]) <= max_km}
            )
            ended = [o for o in runs if o not in near or runs[o][-1][0][1].date() != row[1].date()]
            found += [(one, other, runs.pop(other)) for other in ended]
            for other, there in near.items():
                runs.setdefault(other, []).append((row, there))
    out = []
    for one, other, run in found:
        if len(run) > 1 and run[-1][0][1] - run[0][0][1] >= timedelta(minutes=shortest):
            km = statistics.median(haversine_km(*a[2:4], *b[2:4]) for a, b in run)
            lat = statistics.mean(a[2] for a, _ in run)
            counts = [round(sum(pair[side][4] for pair in run)) for side in (0, 1)]
            out.append((one, other, run[0][0][1], run[-1][0][1], lat, km, *counts))
    return sorted(out)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_raw_encounters_equal_a_plain_reading(seed):
    """Ten vessels that wander about one another, falling silent at times, over two midnights."""
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(10):
        minutes = np.sort(rng.choice(2 * 1440, 120, replace=False))
        minutes = minutes[(minutes + 100 * k) % 500 > 90]
        lat = 10 + np.cumsum(rng.normal(0, 0.0005, len(minutes)))
        lon = 179.999 + np.cumsum(rng.normal(0, 0.0005, len(minutes)))
        lon = (lon + 180) % 360 - 180 if k % 2 else np.minimum(lon, 179.9999)
        rows += [(f"{chr(97 + k)}1", int(m), y, x, 0.3, 0.0) for m, y, x in zip(minutes, lat, lon, strict=True)]
    rule = with_own("gfw", max_km=1.0, raw_min=30)
    raw = encounter_tables(positions(rows), rule).raw
    names = [
        "vessel_1_seg_id",
        "vessel_2_seg_id",
        "start_time",
        "end_time",
        "mean_latitude",
        "median_distance_km",
        "vessel_1_point_count",
        "vessel_2_point_count",
    ]

    plain = plain_raw(resample_tracks(positions(rows), rule), 1.0, 30)
    ours = list(zip(*(raw[name].to_pylist() for name in names), strict=True))
    assert [row[:4] for row in ours] == [row[:4] for row in plain]
    assert [row[6:] for row in ours] == [row[6:] for row in plain]
    assert [row[4] for row in ours] == [row[4] for row in plain]  # the mean to the last bit
    assert [row[5] for row in ours] == pytest.approx([row[5] for row in plain], abs=1e-9)
    assert raw.schema == RAW


@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(0, 0), (0, 180), (60, -180), (89.99, 0), (-89.999, 90), (85, 179.999)]),
    st.sampled_from([0.01, 0.5, 4.0, 90.0]),
)
@settings(max_examples=60)
def test_no_neighbour_is_missed_and_none_found_twice(seed, centre, max_km):
    from tidewaiter.tracks.encounters import kernel

    rng = np.random.default_rng(seed)
    n = 60
    spread = max_km / 111.0 * 3
    lat = np.clip(centre[0] + rng.normal(0, spread, n), -90, 90)
    lon = rng.uniform(-180, 180, n) if abs(centre[0]) > 88 else centre[1] + rng.normal(0, spread, n)
    lon = (lon + 180) % 360 - 180
    slot, unit = rng.integers(0, 2, n), np.arange(n)
    bands, parts = kernel.places(lat, lon, max_km)
    a, b, km = kernel.near_pairs(_order_by(slot, bands, parts), slot, bands, parts, unit, lat, lon, max_km)

    found = sorted(zip(a.tolist(), b.tolist(), strict=True))
    plain = [
        (i, j)
        for i in range(n)
        for j in range(i + 1, n)
        if slot[i] == slot[j] and haversine_km(lat[i], lon[i], lat[j], lon[j]) <= max_km
    ]
    assert found == plain
    assert all(haversine_km(lat[i], lon[i], lat[j], lon[j]) == d for i, j, d in zip(a, b, km, strict=True))


def test_only_the_nearest_count_the_lower_name_first_among_equals():
    a, b = np.array([0, 0, 0, 1]), np.array([1, 2, 3, 2])
    sees, seen = _nearest(a, b, np.array([0.3, 0.1, 0.3, 0.2]), np.arange(4), 2)

    assert sees.tolist() == [True, True, False, True]
    assert seen.tolist() == [True, True, True, True]


def test_a_meeting_is_told_from_both_sides_and_once():
    tables = encounter_tables(positions(beside("b1", 0, 300) + beside("a1", 0, 300, 5.001)), OURS)

    assert tables.raw["vessel_1_seg_id"].to_pylist() == ["a1", "b1"]
    (event,) = tables.merged.to_pylist()
    assert (event["vessel_1_id"], event["vessel_2_id"]) == ("a", "b")
    assert event["median_distance_km"] == pytest.approx(haversine_km(50, 5, 50, 5.001), rel=1e-3)
    assert event["mean_longitude"] == pytest.approx(5.0005, abs=1e-4)
    assert tables.merged.schema == MERGED


def test_messages_count_once():
    rows = positions(beside("a1", 0, 600) + beside("b1", 0, 600, 5.001))
    once, twice = (
        find_encounters(rows, with_own("tidewaiter", counts_twice=two)).to_pylist()[0] for two in (False, True)
    )

    assert 2 * once["vessel_1_point_count"] == twice["vessel_1_point_count"]
    assert (
        once["vessel_1_point_count"] == 61 + 6 + 2
    )  # an hour of dead reckoning on either side, afterwards 1 + 1/2 + … + 1/6


def test_no_night_in_between():
    rows = positions(beside("a1", 1200, 1700) + beside("b1", 1200, 1700, 5.001))

    assert len(encounter_tables(rows, GFW).raw) == 4
    assert len(encounter_tables(rows, OURS).raw) == 2
    assert len(find_encounters(rows, GFW)) == len(find_encounters(rows, OURS)) == 1


def test_a_hole_of_either_vessel_ends_a_run():
    broken = beside("a1", 0, 300) + beside("a1", 480, 800)
    raw = {
        name: encounter_tables(positions(broken + beside("b1", 0, 800, 5.001)), rule).raw
        for name, rule in (("gfw", GFW), ("ours", OURS))
    }

    assert raw["gfw"]["vessel_1_seg_id"].to_pylist() == ["a1", "b1", "b1"]
    assert raw["ours"]["vessel_1_seg_id"].to_pylist() == ["a1", "a1", "b1", "b1"]


def test_dead_reckoning_runs_where_the_vessel_does():
    rows = positions([("a1", 600, 0.0, 5.0, 12.0, 90.0), ("a1", 605, 0.0, 5.0 + 1 / 60, 12.0, 90.0)])

    for rule, north, east in ((GFW, 0.18, 0.005), (OURS, 0.0, 0.18)):
        last = resample_tracks(rows, rule).to_pylist()[-1]
        assert last["lat"] == pytest.approx(north, abs=0.01)
        assert last["lon"] - 5 - 1 / 60 == pytest.approx(east, abs=0.01)


def test_what_is_known_is_on_the_grid():
    lonely = positions([("a1", 600, 0.0, 5.0, 0.0, 0.0)])

    minutes = [
        [(t - BEGIN) // timedelta(minutes=1) for t in resample_tracks(lonely, rule)["timestamp"].to_pylist()]
        for rule in (GFW, OURS)
    ]
    assert 600 not in minutes[0]
    assert minutes[1] == sorted([*minutes[0], 600])


def test_positions_without_speed_or_course_still_meet():
    rows = [(name, m, y, x, None, None) for name, m, y, x, _, _ in beside("a1", 0, 300) + beside("b1", 0, 300, 5.001)]

    assert len(find_encounters(positions(rows), OURS)) == 1
    assert len(find_encounters(positions(rows), GFW)) == 0  # and no crash on the empty day


def test_a_hull_does_not_meet_itself():
    rows = positions(beside("a1", 0, 300) + beside("a2", 0, 300, 5.001))

    assert len(find_encounters(rows, OURS)) == 0
    (event,) = find_encounters(rows, GFW).to_pylist()
    assert event["vessel_1_id"] == event["vessel_2_id"] == "a"
    assert event["vessel_1_seg_ids"] == ["a1", "a2"]


def test_runs_less_than_hours_apart_are_one():
    rows = positions(beside("a1", 0, 120) + beside("a1", 420, 540) + beside("b1", 0, 540, 5.001))

    apart = (420 - 60) - (120 + 60)  # less the dead reckoning
    assert len(find_encounters(rows, with_own("tidewaiter", join_h=5.01, longest_gap_h=0.1))) == 1
    assert len(find_encounters(rows, with_own("tidewaiter", join_h=4.99, merged_min=60, longest_gap_h=0.2))) >= 1
    assert apart == 180


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10)
def test_the_order_of_rows_changes_nothing(seed):
    rows = beside("a1", 0, 300) + beside("b1", 100, 500, 5.001) + beside("c1", 0, 500, 5.002)
    mixed = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]

    for ours, theirs in zip(
        encounter_tables(positions(rows), OURS), encounter_tables(positions(mixed), OURS), strict=True
    ):
        assert ours.equals(theirs)


def test_messages_of_one_instant_are_one():
    rows = positions([("a1", 600, lat, 5.0, speed, 0.0) for lat, speed in ((1.0, 3.0), (2.0, None), (30.0, 5.0))])
    table = resample_tracks(rows, OURS).to_pylist()

    known = next(row for row in table if row["timestamp"] == BEGIN + timedelta(minutes=600))
    assert (known["lat"], known["speed"]) == (2.0, 4.0)


def test_what_is_no_position_meets_nobody():
    bad = [
        ("b1", m, lat, lon, speed, 0.0)
        for m in range(0, 300, 10)
        for lat, lon, speed in ((91.0, 181.0, 0.0), (50.0, 5.0, 102.3), (math.nan, 5.0, 0.0))
    ]

    assert len(resample_tracks(positions(bad), OURS)) == 0
    assert len(find_encounters(positions(beside("a1", 0, 300) + bad), OURS)) == 0


def test_nothing_gives_nothing():
    assert [len(table) for table in encounter_tables(positions([]), OURS)] == [0, 0]
    assert len(resample_tracks(positions([]), OURS)) == 0


def test_hostile_times_are_refused_and_long_silences_cost_nothing():
    rows = positions(beside("a1", 0, 10))
    with pytest.raises(InputError, match="calendars"):
        find_encounters(rows.set_column(2, "timestamp", pa.array([2**62, -(2**62)])), OURS)
    far = rows.set_column(2, "timestamp", pa.array([2**59, -(2**59)]))
    assert len(resample_tracks(far, OURS)) <= 26


def test_thresholds_without_sense_are_refused():
    for own in ({"grid_min": 0}, {"max_km": -1}, {"most_neighbours": 0}, {"longest_gap_h": 1e9}):
        with pytest.raises(InputError):
            with_own("gfw", **own)
