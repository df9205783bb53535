"""Stops against a plain reading of the rule, in one piece and in batches."""

import math
from itertools import pairwise

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.presets import explain, preset
from tidewaiter.tracks.stops import STOPS, Stops, StopSearch, find_stops

MINUTE = 60_000_000
TRACKINTEL = Stops(500.0, 30.0, 60.0, 1, ends_at_departure=True, keeps_cut_off=False)
OURS = Stops(500.0, 30.0, 60.0, 2, ends_at_departure=False, keeps_cut_off=True)

WIDE = Stops(20_000.0, 0.0, 60.0, 1, ends_at_departure=True, keeps_cut_off=True)


def table(rows):
    vessel, t, lat, lon = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pa.table(
        {
            "vessel_key": pa.array(vessel, pa.int64()),
            "t": pa.array(t, pa.int64()),
            "lat": pa.array(lat, pa.float64()),
            "lon": pa.array(lon, pa.float64()),
        }
    )


def distance_m(a, b):
    y1, x1, y2, x2 = map(math.radians, (*a, *b))
    h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6_371_000 * math.asin(min(1, math.sqrt(h)))


def by_hand(rows, rule):
    """(vessel, start, end, fixes, ended) of every stop."""
    out = []
    for ship in sorted({r[0] for r in rows}):
        track = [r for r in rows if r[0] == ship and r[2] is not None and abs(r[2]) <= 90 and abs(r[3]) <= 180]
        window = []
        for fix in [*track, None]:
            if window and fix is not None:
                silent = fix[1] - window[-1][1] > rule.max_gap_min * MINUTE
                near = distance_m(window[0][2:], fix[2:]) < rule.max_distance_m
                if near and not silent:
                    window.append(fix)
                    continue
            if window:
                ended = "end of track" if fix is None else "silence" if silent else "left"
                end = fix[1] if ended == "left" and rule.ends_at_departure else window[-1][1]
                long = end - window[0][1] >= rule.min_duration_min * MINUTE
                if long and len(window) >= rule.min_fixes and (ended == "left" or rule.keeps_cut_off):
                    out.append((ship, window[0][1], end, len(window), ended))
            window = [fix]
    return out


def told(stops):
    start, end = (stops[n].cast(pa.int64()).to_pylist() for n in ("start", "end"))
    return list(
        zip(stops["vessel_key"].to_pylist(), start, end, stops["n_fixes"].to_pylist(), stops["ended"].to_pylist(), strict=True)
    )  # fmt: skip


@st.composite
def tracks(draw):
    rows = []
    for ship in range(draw(st.integers(0, 3))):
        t = 0
        lat, lon = draw(st.sampled_from([(0.0, 179.999), (54.0, 10.0), (-85.0, -179.9), (89.999, 0.0)]))
        for _ in range(draw(st.integers(0, 25))):
            t += draw(st.sampled_from([0, 1, 5 * MINUTE, 20 * MINUTE, 60 * MINUTE, 61 * MINUTE]))
            lat += draw(st.sampled_from([0.0, 0.001, 0.0044, -0.0046, 0.02]))
            lon += draw(st.sampled_from([0.0, 0.001, -0.0047, 0.05]))
            lon = (lon + 180) % 360 - 180
            odd = draw(st.integers(0, 30))
            rows.append((ship, t, *{0: (91.0, 181.0), 1: (None, 5.0)}.get(odd, (min(lat, 90.0), lon))))
    return rows


@given(tracks(), st.sampled_from([TRACKINTEL, OURS, WIDE]))
def test_stops_are_those_of_the_rule(rows, rule):
    assert told(find_stops(table(rows), rule)) == by_hand(rows, rule)


@given(tracks(), st.lists(st.integers(0, 60), max_size=4))
def test_batches_change_nothing(rows, cuts):
    positions = table(rows)
    search, parts, edges = StopSearch(OURS), [], [0, *sorted(c for c in cuts if c < len(rows)), len(rows)]
    for a, b in pairwise(edges):
        parts.append(search.push(positions.slice(a, b - a)))
    parts.append(search.finish())

    assert pa.concat_tables(parts).equals(find_stops(positions, OURS))


def test_centre_and_radius_across_the_date_line():
    rows = [(1, k * 10 * MINUTE, 0.0, lon) for k, lon in enumerate((179.999, -179.999, -179.999, -179.998))]

    stop = find_stops(table(rows), OURS).to_pylist()[0]

    assert stop["lon"] == pytest.approx(-179.99925)
    assert stop["radius_m"] == pytest.approx(distance_m((0, 179.999), (0, -179.998)), rel=1e-4)
    assert stop["duration_h"] == pytest.approx(0.5)


def test_one_fix_and_an_empty_table_give_nothing():
    assert find_stops(table([(1, 0, 0.0, 0.0)]), OURS).num_rows == 0
    assert find_stops(table([]), OURS).schema == STOPS


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (table([(1, 5, 0.0, 0.0), (1, 4, 0.0, 0.0)]), "row 1 .* comes too late"),
        (table([(2, 5, 0.0, 0.0), (1, 9, 0.0, 0.0)]), "row 1 .* comes too late"),
        (table([]).drop_columns("lat"), "lack lat"),
        (table([(1, None, 0.0, 0.0)]), "t is missing in 1 rows"),
        (table([(1, 0, 0.0, 0.0)]).set_column(2, "lat", pa.array(["0"])), "lat is string"),
    ],
)
def test_bad_input_is_said(broken, words):
    with pytest.raises(InputError, match=words):
        find_stops(broken, OURS)


def test_time_stamps_of_any_unit_do():
    rows = [(1, k * 10 * MINUTE, 54.0, 10.0) for k in range(5)]
    positions = table(rows)
    seconds = pa.array([r[1] // 1_000_000 for r in rows], pa.int64()).cast(pa.timestamp("s", "UTC"))

    assert find_stops(positions.set_column(1, "t", seconds), OURS).equals(find_stops(positions, OURS))


@pytest.mark.parametrize("name", ["tidewaiter", "trackintel"])
def test_presets_are_whole(name):
    assert isinstance(preset(name, "stop", Stops), Stops)
    assert all(t.meaning for t in explain(name, "stop", Stops).thresholds)


def test_hostile_numbers_do_no_harm():
    rng = np.random.default_rng(1)
    wild = np.array([np.nan, np.inf, -np.inf, 1e308, -0.0, 90.0, -180.0])
    lat, lon = rng.choice(wild, 500), rng.choice(wild, 500)
    t = np.sort(rng.integers(-(2**62), 2**62, 500))
    positions = pa.table({"vessel_key": np.zeros(500, np.int64), "t": t, "lat": lat, "lon": lon})

    stops = find_stops(positions, msgspec.structs.replace(WIDE, max_distance_m=1e9, max_gap_min=1e30))

    assert stops["n_fixes"].to_pylist() == [int(((np.abs(lat) <= 90) & (np.abs(lon) <= 180)).sum())]
