"""Jumps against a plain reading of the rules, in one piece and in batches; circles that are drawn and circles that are not."""

import math
from itertools import pairwise

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.jumps import (
    CIRCLES,
    Circles,
    ClassSpeeds,
    FastPairs,
    Jumps,
    JumpSearch,
    Pinned,
    find_circles,
    find_fast_pairs,
    find_jumps,
    find_pinned,
    shared,
)
from tidewaiter.tracks.presets import explain, preset

MINUTE, HOUR = 60_000_000, 3_600_000_000
JUMPS, CIRCLE = preset("tidewaiter", "jump", Jumps), preset("tidewaiter", "circle", Circles)


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


def km(a, b):
    y1, x1, y2, x2 = map(math.radians, (*a[-2:], *b[-2:]))
    h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
    return 2 * 6371 * math.asin(min(1, math.sqrt(h)))


def needed_kn(a, b, rule):
    """Speed from one fix to the next with the slack; None when no ship has it."""
    hours = (b[1] - a[1] + rule.slack_s * 1e6) / HOUR
    far = km(a, b)
    if far > max(rule.max_speed_kn * hours * 1.852, rule.min_distance_nm * 1.852):
        return None
    return far / 1.852 / max(hours, 1e-9)


def told_apart(home, away, later, last, lost, before, rule):
    """Kind of an episode, from the fixes of both sides."""
    between = sum(fix[1] <= away[-1][1] and order < away[-1][4] for fix, order in later)
    switches = 1 + sum(a != b for a, b in pairwise(last))
    if any(abs(f[2]) <= rule.zero_deg and abs(f[3]) <= rule.zero_deg for f in (away[0], before)):
        return "zero", between, switches
    if len(away) == 1 and (later or lost in {"away", "third"}):
        return "outlier", between, switches
    if switches >= rule.clone_switches and min(len(away), between) >= rule.clone_fixes:
        return "cloning", between, switches
    if last[-1] == "home":
        return "excursion", between, switches
    return ("displacement" if len(away) >= rule.settled_fixes else "unsettled"), between, switches


def by_hand(rows, rule):
    out = []
    for ship in sorted({r[0] for r in rows}):
        track = [r for r in rows if r[0] == ship and r[2] is not None and abs(r[2]) <= 90 and abs(r[3]) <= 180]
        home, away, later, last, before = None, [], [], [], None

        def finish(lost):
            kind, between, switches = told_apart(home, away, later, last, lost, before, rule)  # noqa: B023
            out.append((ship, kind, away[0][1], away[-1][1], len(away), between, switches))  # noqa: B023

        for order, row in enumerate(track):
            fix = (*row, order)
            if home is None:
                home = fix
                continue
            if away and (fix[1] - home[1] > rule.memory_h * HOUR or fix[1] - away[-1][1] > rule.memory_h * HOUR):
                lost = "home" if home[1] < away[-1][1] else "away"
                finish(lost)
                home = away[-1] if lost == "home" else home
                away = []
            at_home = needed_kn(home[:4], fix[:4], rule)
            if not away:
                if at_home is not None:
                    home = fix
                else:
                    away, later, last, before = [fix], [], ["away"], home
                continue
            at_away = needed_kn(away[-1][:4], fix[:4], rule)
            if at_home is None and at_away is None:
                finish("third")
                if len(away) > 1 and last[-1] == "away":
                    home = away[-1]
                away, later, last, before = [fix], [], ["away"], home
            elif at_away is None or (at_home is not None and at_home <= at_away):
                home = fix
                later.append((fix, order))
                last.append("home")
            else:
                away.append(fix)
                last.append("away")
        if away:
            finish("none")
    return out


def told(jumps):
    start, end = (jumps[n].cast(pa.int64()).to_pylist() for n in ("start", "end"))
    rest = [jumps[n].to_pylist() for n in ("n_elsewhere", "n_home", "n_switches")]
    return list(zip(jumps["vessel_key"].to_pylist(), jumps["kind"].to_pylist(), start, end, *rest, strict=True))


SPOTS = [(54.0, 10.0), (54.02, 10.01), (-33.0, 18.0), (-33.0, 18.05), (0.0, 0.0), (10.0, 179.99), (10.0, -179.99)]


@st.composite
def tracks(draw, most=30):
    rows = []
    for ship in range(draw(st.integers(1, 3))):
        t = 0
        for _ in range(draw(st.integers(0, most))):
            t += draw(st.sampled_from([0, MINUTE, 10 * MINUTE, HOUR, 25 * HOUR]))
            lat, lon = draw(st.sampled_from(SPOTS[: draw(st.integers(1, len(SPOTS)))]))
            odd = draw(st.integers(0, 30))
            rows.append((ship, t, *{0: (91.0, 181.0), 1: (None, 5.0)}.get(odd, (lat, lon))))
    return rows


@given(tracks())
def test_jumps_are_those_of_the_rules(rows):
    assert told(find_jumps(table(rows), JUMPS)) == by_hand(rows, JUMPS)


@given(tracks(), st.lists(st.integers(0, 90), max_size=4))
def test_batches_change_nothing(rows, cuts):
    positions = table(rows)
    search, parts = JumpSearch(JUMPS), []
    for a, b in pairwise([0, *sorted(c for c in cuts if c < len(rows)), len(rows)]):
        parts.append(search.push(positions.slice(a, b - a)))
    parts.append(search.finish())

    assert pa.concat_tables(parts).equals(find_jumps(positions, JUMPS))


def path(*spots, apart=10 * MINUTE):
    return table([(7, k * apart, *spot) for k, spot in enumerate(spots)])


A, B, C = (54.0, 10.0), (-33.0, 18.0), (20.0, -60.0)


@pytest.mark.parametrize(
    ("spots", "kinds"),
    [
        ([A, A, A], []),
        ([A, A, B, A, A], ["outlier"]),
        ([A, A, B, B, B, A], ["excursion"]),
        ([A, A, B, B, B], ["displacement"]),
        ([A, A, B], ["unsettled"]),
        ([A, B, A, B, A, B, A, B], ["cloning"]),
        ([A, A, (0.0, 0.0), A], ["zero"]),
        ([A, B, C, A], ["outlier", "outlier"]),
        ([A, B, B, B, C, C, C], ["displacement", "displacement"]),
    ],
)
def test_kinds(spots, kinds):
    assert find_jumps(path(*spots), JUMPS)["kind"].to_pylist() == kinds


def test_evidence_of_an_outlier():
    jump = find_jumps(path(A, A, B, A), JUMPS).to_pylist()[0]

    assert (jump["lat_before"], jump["lon_before"]) == A
    assert (jump["lat"], jump["lon"]) == (jump["lat_end"], jump["lon_end"]) == B
    assert jump["distance_km"] == pytest.approx(km(A, B))
    assert jump["speed_kn"] == jump["speed_back_kn"] == pytest.approx(km(A, B) / 1.852 * 6)
    assert jump["limit_kn"] == 50


def test_equal_times_at_two_places_are_a_jump():
    jump = find_jumps(path(A, B, A, apart=0), JUMPS).to_pylist()[0]

    assert jump["kind"] == "outlier"
    assert jump["speed_kn"] == math.inf


def test_a_ship_with_a_limit_of_its_own():
    near = [(54.0, 10.0), (54.1, 10.0), (54.0, 10.0)]  # 6 nm in ten minutes: 36 kn

    assert find_jumps(path(*near), JUMPS).num_rows == 0
    assert find_jumps(path(*near), JUMPS, {7: 22.0})["limit_kn"].to_pylist() == [22.0]
    assert find_jumps(path(*near), JUMPS, {6: 22.0, 8: 1.0}).num_rows == 0
    with pytest.raises(InputError, match="limit of vessel 7 is -1"):
        find_jumps(path(*near), JUMPS, {7: -1.0})


@given(tracks(most=12), st.sampled_from(["fake_position", "mmsi_cloning"]))
def test_fast_pairs_are_those_of_the_rule(rows, name):
    rule = preset("radiancefleet", name, FastPairs)
    usable = [r for r in rows if r[2] is not None and abs(r[2]) <= 90 and abs(r[3]) <= 180]
    expected = []
    for a, b in pairwise(usable):
        hours = (b[1] - a[1]) / HOUR
        if a[0] == b[0] and 0 < hours <= rule.max_apart_h and hours * 3600 >= rule.min_apart_s:
            nm = km(a, b) / 1.852
            if nm >= rule.min_distance_nm and nm / hours > rule.max_speed_kn:
                expected.append((a[0], a[1], b[1], pytest.approx(nm / hours)))

    pairs = find_fast_pairs(table(rows), rule)

    start, end = (pairs[n].cast(pa.int64()).to_pylist() for n in ("start", "end"))
    assert (
        list(zip(pairs["vessel_key"].to_pylist(), start, end, pairs["speed_kn"].to_pylist(), strict=True)) == expected
    )


def test_classes_of_tankers():
    speeds = preset("radiancefleet", "class_speed", ClassSpeeds)

    assert [speeds.limit_kn(t) for t in (None, 59_999, 60_000, 100_000, 150_000, 300_000)] == [22, 22, 24, 24, 23, 22]


def ring(vessel, centre, radius_km, laps, fixes, period_s, noise_km=0.0, sog=10.0):
    rng = np.random.default_rng(vessel)
    angle = np.linspace(0, 2 * np.pi * laps, fixes)
    north = radius_km * np.cos(angle) + rng.normal(0, noise_km, fixes)
    east = radius_km * np.sin(angle) + rng.normal(0, noise_km, fixes)
    lon = centre[1] + east / 111.195 / math.cos(math.radians(centre[0]))
    return pa.table(
        {
            "vessel_key": np.full(fixes, vessel),
            "t": (np.arange(fixes) * abs(laps) * period_s / (fixes - 1) * 1e6).astype(np.int64),
            "lat": centre[0] + north / 111.195,
            "lon": (lon + 180) % 360 - 180,
            "sog_kn": np.full(fixes, sog),
        }
    )


@pytest.mark.parametrize(
    ("radius", "noise", "fixes"), [(0.2, 0.0, 200), (1.0, 0.01, 2000), (5.0, 0.02, 120), (0.1, 0.002, 90)]
)
@pytest.mark.parametrize("laps", [3.0, -4.5])
def test_a_circle_is_found_and_measured(radius, noise, fixes, laps):
    circles = find_circles(ring(1, (45.0, 180.0), radius, laps, fixes, 1800, noise), CIRCLE).to_pylist()

    assert len(circles) == 1
    found = circles[0]
    assert found["radius_km"] == pytest.approx(radius, rel=0.05)
    assert km((found["lat"], found["lon"]), (45.0, 180.0)) < 0.05 * radius
    assert found["laps"] == pytest.approx(laps, rel=0.35)
    assert found["sectors"] == 12
    assert found["round_speed_kn"] == pytest.approx(2 * math.pi * radius / 1.852 * 2, rel=0.1)


def test_what_speaks_against_a_circle():
    own = 2 * math.pi * 0.5 / 1.852 * 2  # half a km in half an hour
    rings = [ring(k, (45.0, 9.0), 0.5, 4, 200, 1800, sog=own) for k in (1, 2, 3)]
    far = ring(4, (46.0, 19.0), 0.5, 4, 200, 1800, sog=own)
    wrong = ring(5, (46.0, 29.0), 0.5, 4, 200, 1800, sog=own + 9)

    circles = find_circles(pa.concat_tables([*rings, far, wrong]), CIRCLE)

    assert circles["suspect"].to_pylist() == ["shared"] * 3 + ["nothing", "speed"]
    assert circles["vessels_around"].to_pylist() == [2, 2, 2, 0, 0]
    apart = pa.concat_tables([find_circles(part, CIRCLE) for part in (*rings, far, wrong)])
    assert shared(apart, CIRCLE).equals(circles)


def test_straight_tracks_zigzags_and_jitter_are_no_circles():
    rng = np.random.default_rng(2)
    n = 3000
    t = np.arange(n) * 10_000_000
    straight = pa.table(
        {"vessel_key": np.full(n, 1), "t": t, "lat": 50 + np.arange(n) * 1e-3 / 3, "lon": np.full(n, 5.0)}
    )
    zigzag = pa.table(
        {
            "vessel_key": np.full(n, 2),
            "t": t,
            "lat": 50 + 0.01 * (np.arange(n) // 20 % 2),
            "lon": 5 + np.arange(n) * 1e-4,
        }
    )
    jitter = pa.table(
        {"vessel_key": np.full(n, 3), "t": t, "lat": 50 + rng.normal(0, 3e-4, n), "lon": 5 + rng.normal(0, 3e-4, n)}
    )
    hulls = pa.table(
        {"vessel_key": np.full(n, 4), "t": t, "lat": 50 + (np.arange(n) % 2) * 0.05, "lon": np.full(n, 5.0)}
    )

    assert find_circles(pa.concat_tables([straight, zigzag, jitter, hulls]), CIRCLE).num_rows == 0


@given(tracks())
def test_circles_survive_anything(rows):
    circles = find_circles(
        table(rows), msgspec.structs.replace(CIRCLE, max_radius_km=200.0, min_fixes=4, min_sectors=1)
    )

    assert circles.schema == CIRCLES
    assert np.isfinite(np.asarray(circles["radius_km"])).all()


def pinned_by_hand(rows, rule):
    """First and last fix of every stretch of windows that pass, each window looked at anew."""
    out = []
    for ship in sorted({r[0] for r in rows}):
        track = [r for r in rows if r[0] == ship]
        for i, row in enumerate(track):
            window = [r for r in track[i:] if r[1] - row[1] <= rule.window_h * HOUR]
            told = [r[4] for r in window if r[4] is not None]
            if len(window) < rule.min_fixes or window[-1][1] - row[1] < rule.min_span_h * HOUR:
                continue
            if 2 * sum(v > rule.min_speed_kn for v in told) <= len(told):
                continue
            lat, lon = np.array([r[2] for r in window]), np.unwrap([r[3] for r in window], period=360)
            cos = math.cos(math.radians(lat.mean()))
            limit = rule.max_spread_deg / max(cos, rule.least_cos)
            if lat.std(ddof=1) < limit and lon.std(ddof=1) * cos < limit:
                if out and out[-1][0] == ship and row[1] <= out[-1][2]:
                    out[-1] = (ship, out[-1][1], window[-1][1])
                else:
                    out.append((ship, row[1], window[-1][1]))
    return out


@st.composite
def speeds(draw):
    rows = []
    for ship in range(draw(st.integers(1, 2))):
        t, lon = 0, draw(st.sampled_from([10.0, 179.995]))
        for k in range(draw(st.integers(0, 40))):
            t += draw(st.sampled_from([1, HOUR // 2, HOUR, 3 * HOUR]))
            away = draw(st.sampled_from([0.0, 0.01, 0.013, 0.013, 2.0 if k % 9 == 0 else 0.0]))
            lon = (lon + away * (-1) ** k + 180) % 360 - 180
            rows.append((ship, t, 60.0 + away, lon, draw(st.sampled_from([None, 0.1, 3.0, 8.0, 9.0, 9.0]))))
    return rows


@given(speeds())
def test_pinned_ships_are_those_of_the_rule(rows):
    rule = preset("radiancefleet", "pinned", Pinned)
    positions = table([r[:4] for r in rows]).append_column("sog_kn", pa.array([r[4] for r in rows], pa.float32()))

    found = find_pinned(positions, rule)

    start, end = (found[n].cast(pa.int64()).to_pylist() for n in ("start", "end"))
    assert list(zip(found["vessel_key"].to_pylist(), start, end, strict=True)) == pinned_by_hand(rows, rule)
    assert all(r["share_fast"] > 0 and r["n_fixes"] >= rule.min_fixes for r in found.to_pylist())


def test_evidence_of_a_pinned_ship():
    found = find_pinned(
        ring(1, (45.0, 180.0), 1.0, 12, 73, 1800, sog=8.0), preset("tidewaiter", "pinned", Pinned)
    ).to_pylist()

    assert len(found) == 1
    assert found[0]["reported_nm"] == pytest.approx(48)
    assert found[0]["sog_kn"] == 8
    assert found[0]["spread_km"] == pytest.approx(1.0, rel=0.05)
    assert found[0]["farthest_km"] == pytest.approx(1.0, rel=0.05)


RULES = {
    find_pinned: preset("tidewaiter", "pinned", Pinned),
    find_jumps: JUMPS,
    find_circles: CIRCLE,
    find_fast_pairs: preset("tidewaiter", "fast_pair", FastPairs),
}


@pytest.mark.parametrize("search", RULES)
def test_order_and_hostile_numbers(search):
    rule = RULES[search]
    rng = np.random.default_rng(3)
    wild = np.array([np.nan, np.inf, -np.inf, 1e308, -0.0, 90.0, -180.0, 12.5])
    t = np.sort(rng.integers(-(2**62), 2**62, 500))
    positions = {
        "vessel_key": np.zeros(500, np.int64),
        "t": t,
        "lat": rng.choice(wild, 500),
        "lon": rng.choice(wild, 500),
    }

    search(pa.table(positions), rule)
    assert search(pa.table(positions).slice(0, 0), rule).num_rows == 0
    with pytest.raises(InputError, match=r"row 1 .* comes too late"):
        search(table([(1, 5, 0.0, 0.0), (1, 4, 0.0, 0.0)]), rule)


@pytest.mark.parametrize(
    ("name", "kind", "struct"),
    [
        ("tidewaiter", "jump", Jumps),
        ("tidewaiter", "circle", Circles),
        ("tidewaiter", "fast_pair", FastPairs),
        ("tidewaiter", "pinned", Pinned),
        ("radiancefleet", "pinned", Pinned),
        ("radiancefleet", "fake_position", FastPairs),
        ("radiancefleet", "mmsi_cloning", FastPairs),
        ("radiancefleet", "class_speed", ClassSpeeds),
    ],
)
def test_presets_are_whole(name, kind, struct):
    assert all(t.meaning for t in explain(name, kind, struct).thresholds)
