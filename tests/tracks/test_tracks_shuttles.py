"""The shuttle search: who comes first, what each part says, and what it refuses."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.cli import tidewaiter
from tidewaiter.errors import InputError
from tidewaiter.tracks.ports.places import points
from tidewaiter.tracks.presets import explain, preset
from tidewaiter.tracks.shuttles import (
    LEGS,
    PARTS,
    SHUTTLES,
    Shuttling,
    end_of,
    find_shuttles,
    read_tables,
    turn_round,
)

ROOT = Path(__file__).resolve().parents[2]
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
AT = {"a": (42.0, 130.0), "b": (42.0, 134.0), "c": (44.0, 137.0), "d": (40.0, 138.0)}
PLACES = points(list(AT), [p[0] for p in AT.values()], [p[1] for p in AT.values()], names=["Abe", "Bee", "Cee", "Dee"])
RULE = preset("tidewaiter", "shuttle", Shuttling)
A, B = end_of(["a"], PLACES), end_of(["b"], PLACES)
SHIP = 1000


class Fleet:
    """Histories of vessels, written down as people tell them."""

    def __init__(self):
        self.visits, self.gaps, self.draughts = [], [], []
        self.now = {}

    def stay(self, vessel, place, hours=24.0, confidence=4):
        start = self.now.get(vessel, 0.0)
        self.visits.append((vessel, start, start + hours, place, confidence))
        self.now[vessel] = start + hours
        return self

    def sail(self, vessel, hours):
        self.now[vessel] += hours
        return self

    def silent(self, vessel, hours, at, back=None, word="heard", own=1.0, region=1.0, before=2.0, after=2.0):
        """Sail some hours, silent but for the first and last ones."""
        start, end = self.now[vessel] + before, self.now[vessel] + hours - after
        self.gaps.append((vessel, start, end, *at, *(back or at), word, own, region))
        return self.sail(vessel, hours)

    def tables(self, order=None):
        visits, gaps = self.visits, self.gaps
        if order is not None:
            visits, gaps = ([rows[i] for i in order.permutation(len(rows))] for rows in (visits, gaps))
        out = {"port_visit": visit_table(visits), "gap": gap_table(gaps)}
        if self.draughts:
            columns = [
                pa.array([r[0] for r in self.draughts], pa.int64()),
                *(moments(self.draughts, i) for i in (1, 2)),
            ]
            out["draught_change"] = pa.table(columns, names=["vessel_key", "start", "end"])
        return out


def moments(rows, column):
    return pa.array([BEGIN + timedelta(hours=r[column]) for r in rows], pa.timestamp("us", "UTC"))


def visit_table(rows):
    lat, lon = ([AT[r[3]][i] for r in rows] for i in (0, 1))
    ids = pa.array([r[3] for r in rows], pa.string())
    columns = {
        "visit_id": [f"v{r[0]}-{r[1]:g}" for r in rows],
        "vessel_id": pa.array([r[0] for r in rows], pa.int64()),
        "start_timestamp": moments(rows, 1),
        "end_timestamp": moments(rows, 2),
        "start_anchorage_id": ids,
        "end_anchorage_id": ids,
        "start_lat": pa.array(lat, pa.float64()),
        "start_lon": pa.array(lon, pa.float64()),
        "confidence": pa.array([r[4] for r in rows], pa.int32()),
    }
    return pa.table(
        {name: pa.array([], pa.string()) if not len(c) and isinstance(c, list) else c for name, c in columns.items()}
    )


def gap_table(rows):
    names = ("start_lat", "start_lon", "end_lat", "end_lon")
    columns = {
        "gap_id": pa.array([f"g{r[0]}-{r[1]:g}" for r in rows], pa.string()),
        "ssvid": pa.array([str(r[0]) for r in rows], pa.string()),
        "start_timestamp": moments(rows, 1),
        "end_timestamp": moments(rows, 2),
        **{name: pa.array([r[3 + i] for r in rows], pa.float64()) for i, name in enumerate(names)},
        "reception_word": pa.array([r[7] for r in rows], pa.string()),
        "times_own_rate": pa.array([r[8] for r in rows], pa.float64()),
        "times_region_rate": pa.array([r[9] for r in rows], pa.float64()),
    }
    return pa.table(columns)


def others(fleet, n=12):
    """Ferries b–c, boats that fish from b, tramps, and a boat that is lost where nobody is heard."""
    for k in range(n):
        ferry, boat, tramp, lost = (base + k for base in (1, 101, 201, 301))
        for trip in range(8):
            fleet.stay(ferry, "b", 6).sail(ferry, 16).stay(ferry, "c", 6).sail(ferry, 16)
            fleet.stay(boat, "b", 14)
            if (trip + k) % 6:
                fleet.sail(boat, 20 + (k * 7 + trip * 3) % 30)
            else:
                fleet.silent(boat, 40, (41.0 + 0.1 * k, 134.0 + 0.1 * k))
            fleet.stay(tramp, "abcd"[(trip * (k % 3 + 1) + k) % 4], 40).sail(tramp, 30 + 5 * k)
            fleet.stay(lost, "b", 20).silent(lost, 45, (42.5, 133.5), word="nobody")
        for vessel in (ferry, boat, tramp, lost):
            fleet.stay(vessel, "b")
    return fleet


WAY = (42.0, 133.0)  # from b to a


def dark_ship(fleet, vessel=SHIP, trips=6, at=WAY, **told):
    for trip in range(trips):
        fleet.stay(vessel, "b").silent(vessel, 60 + trip, at, **told)
    return fleet.stay(vessel, "b")


def seen_ship(fleet, vessel=SHIP, trips=4):
    for _ in range(trips):
        fleet.stay(vessel, "b").sail(vessel, 16).stay(vessel, "a").sail(vessel, 16)
    return fleet.stay(vessel, "b")


def found(fleet, rule=RULE):
    return find_shuttles(fleet.tables(), A, B, rule)


def row_of(fleet, vessel=SHIP, rule=RULE):
    (row,) = [r for r in found(fleet, rule).vessels.to_pylist() if r["vessel_key"] == vessel]
    return row


def test_a_dark_shuttle_comes_first_with_its_evidence():
    ranked = found(dark_ship(others(Fleet())))

    first = ranked.vessels.to_pylist()[0]
    assert first["vessel_key"] == SHIP
    assert first["score"] > RULE.clear
    assert first["verdict"] == "consistent with shuttling, never seen at both ends"
    assert (first["visits_origin"], first["visits_destination"], first["legs_dark"], first["legs"]) == (0, 7, 6, 6)
    assert first["median_turn_h"] == 62.5
    legs = [row for row in ranked.legs.to_pylist() if row["vessel_key"] == SHIP]
    assert [row["leg"] for row in legs] == [1, 2, 3, 4, 5, 6]
    assert legs[0]["events"] == ["v1000-0", "g1000-26", "v1000-84"]
    assert legs[0]["words"] == (
        "left b 2024-01-02 00:00, at b 2024-01-04 12:00, 60.0 h; silent 56.0 h from 2024-01-02 02:00: "
        "room for 39.3 h at Abe, on the way there; others there were heard"
    )
    assert first["events"] == list(dict.fromkeys(e for row in legs for e in row["events"]))


def test_a_shuttle_seen_at_both_ends_comes_first():
    first = found(seen_ship(others(Fleet()))).vessels.to_pylist()[0]

    assert first["vessel_key"] == SHIP
    assert (first["legs_seen"], first["round_trips"], first["median_turn_h"]) == (8, 4, 56.0)
    assert first["verdict"] == "consistent with shuttling"


def test_vessels_with_nothing_to_say_are_left_out():
    ranked = found(dark_ship(others(Fleet())))

    keys = ranked.vessels["vessel_key"].to_pylist()
    assert ranked.fleet == 49
    assert not any(key < 100 or 300 < key < 400 for key in keys)  # ferries elsewhere, and where nobody is heard
    assert set(ranked.legs["vessel_key"].to_pylist()) == set(keys)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15)
def test_parts_sum_to_the_score_and_the_order_of_rows_says_nothing(seed):
    fleet = seen_ship(dark_ship(others(Fleet(), 5)), SHIP + 1)
    here = found(fleet)
    again = find_shuttles(fleet.tables(np.random.default_rng(seed)), A, B, RULE)

    table = here.vessels
    assert np.allclose(np.sum([table[p].to_numpy() for p in PARTS], axis=0), table["score"].to_numpy(), atol=1e-9)
    assert (np.diff(table["score"].to_numpy()) <= 0).all()
    assert table.schema == SHUTTLES
    assert here.legs.schema == LEGS
    assert again.vessels.equals(table)
    assert again.legs.equals(here.legs)
    kinds = [table[f"legs_{k}"].to_numpy() for k in ("seen", "dark", "unheard", "home", "elsewhere")]
    assert (np.sum(kinds, axis=0) == table["legs"].to_numpy()).all()


@given(st.integers(1, 8))
@settings(max_examples=8)
def test_more_alternation_speaks_for_it(trips):
    assert (
        row_of(seen_ship(others(Fleet(), 6), trips=trips + 1))["alternation"]
        > row_of(seen_ship(others(Fleet(), 6), trips=trips))["alternation"]
        > 0
    )


@given(st.integers(1, 8), st.integers(1, 6))
@settings(max_examples=8)
def test_calls_elsewhere_and_at_home_speak_against_it(trips, more):
    plain = row_of(dark_ship(others(Fleet(), 6), trips=trips))
    away, home = dark_ship(others(Fleet(), 6), trips=trips), dark_ship(others(Fleet(), 6), trips=trips)
    for _ in range(more):
        away.sail(SHIP, 30).stay(SHIP, "d")
        home.sail(SHIP, 12).stay(SHIP, "b")

    assert row_of(away)["elsewhere"] < plain["elsewhere"] == 0
    assert row_of(home)["home"] < plain["home"] == 0
    for name in ("alternation", "dark_visits"):
        assert row_of(away)[name] == plain[name]


def test_dark_visits_speak_for_it_and_more_so_where_the_fleet_has_none():
    few, many = (row_of(dark_ship(others(Fleet()), trips=n))["dark_visits"] for n in (3, 9))
    hiding = others(Fleet())
    for k in range(12):
        dark_ship(hiding, 2000 + k)

    assert 0 < few < many
    assert row_of(dark_ship(hiding))["dark_visits"] < row_of(dark_ship(others(Fleet())))["dark_visits"]


def test_reception_weighs_silences():
    heard, weak, unmeasured = (row_of(dark_ship(others(Fleet()), word=w)) for w in ("heard", "weak", None))
    mixed = dark_ship(dark_ship(others(Fleet())), word="nobody")
    nobody = found(dark_ship(others(Fleet()), word="nobody")).vessels["vessel_key"].to_pylist()

    assert 0 < weak["dark_visits"] < heard["dark_visits"]
    assert unmeasured["dark_visits"] == pytest.approx(weak["dark_visits"], abs=0.05)
    assert SHIP not in nobody
    row = row_of(mixed)
    assert (row["legs_dark"], row["legs_unheard"]) == (6, 6)
    assert row["verdict"].endswith("6 silences where nobody is heard prove nothing")


def test_turn_round_times_like_one_another_and_like_the_distance_speak_for_it():
    def part(hours):
        fleet = others(Fleet())
        for trip in hours:
            fleet.stay(SHIP, "b").silent(SHIP, trip, WAY)
        return row_of(fleet.stay(SHIP, "b"))["turn_round"]

    regular, scattered, endless = part([80] * 6), part([36, 190, 60, 200, 44, 120]), part([3000, 2800, 3100, 2900] * 2)

    assert regular > 0
    assert regular > scattered
    assert regular > endless


def test_silences_that_stand_out_speak_for_it():
    usual = row_of(dark_ship(others(Fleet())))
    region, own = (row_of(dark_ship(others(Fleet()), **{name: 20.0})) for name in ("region", "own"))

    assert region["region_rate"] > 0 > usual["region_rate"]
    assert own["own_rate"] > 0 > usual["own_rate"]


def test_course_and_spot_of_silences():
    away = row_of(dark_ship(others(Fleet()), at=(42.0, 135.0)))

    def own_spots(spot):
        fleet = others(Fleet())
        for k in range(12):
            for _ in range(4):
                fleet.stay(2000 + k, "b").silent(2000 + k, 20, spot)  # too short for a visit
        return row_of(dark_ship(fleet))["own_spots"]

    assert row_of(dark_ship(others(Fleet())))["heading"] > 0 > away["heading"]
    assert own_spots(WAY) < 0
    assert own_spots(WAY) < own_spots((40.5, 134.5))


def test_draught_changes_speak_for_it_where_they_are_told():
    told, untold = dark_ship(others(Fleet())), dark_ship(others(Fleet()))
    for fleet in (told, untold):
        fleet.draughts += [(101, 900.0, 901.0), (102, 900.0, 901.0), (SHIP, 4000.0, 4001.0)]
    told.draughts += [(SHIP, 26.0 + 80 * k, 80.0 + 84 * k) for k in range(6)]

    assert row_of(told)["draught"] > 0
    assert row_of(told)["draught_changes"] == 6
    assert row_of(untold)["draught_changes"] == 0
    assert row_of(untold)["draught"] < row_of(told)["draught"]
    assert row_of(dark_ship(others(Fleet())))["draught_changes"] is None


def test_few_legs_are_said_to_tell_little():
    row = row_of(dark_ship(others(Fleet()), trips=1))

    assert row["verdict"] == "cannot tell: 1 leg only"
    assert abs(row["score"]) < abs(row_of(dark_ship(others(Fleet()), trips=6))["score"])


@given(st.floats(10, 80), st.floats(41, 43), st.floats(130, 134), st.floats(41, 43), st.floats(130, 134))
@settings(max_examples=60)
def test_room_is_what_the_way_leaves(hours, lat, lon, to_lat, to_lon):
    def km(p, q):
        (y1, x1), (y2, x2) = ((math.radians(c) for c in point) for point in (p, q))
        h = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
        return 2 * 6371 * math.asin(math.sqrt(h))

    fleet = others(Fleet(), 1).stay(SHIP, "b").silent(SHIP, hours + 4, (lat, lon), (to_lat, to_lon)).stay(SHIP, "b")
    room = hours - (km((lat, lon), AT["a"]) + km(AT["a"], (to_lat, to_lon))) / (RULE.fast_kn * 1.852)
    legs = [row for row in found(fleet).legs.to_pylist() if row["vessel_key"] == SHIP]

    if abs(room - RULE.least_stay_h) > 1e-6:
        assert len(legs) == (room > RULE.least_stay_h)
    if legs:
        assert legs[0]["room_h"] == pytest.approx(room)


def test_a_ship_that_falls_silent_at_its_berth():
    inside = others(Fleet())
    inside.visits.append((SHIP, 0.0, 500.0, "b", 4))
    inside.gaps.append((SHIP, 100.0, 180.0, *AT["b"], *AT["b"], "heard", 1.0, 1.0))
    at_sea = others(Fleet())
    at_sea.visits += [(SHIP, 0.0, 180.0, "b", 4), (SHIP, 184.0, 300.0, "b", 4)]  # ends when it is heard again, at sea
    at_sea.gaps.append((SHIP, 100.0, 180.0, *AT["b"], *WAY, "heard", 1.0, 1.0))

    for fleet, end in ((inside, 180.0), (at_sea, 184.0)):
        (leg,) = [row for row in found(fleet).legs.to_pylist() if row["vessel_key"] == SHIP]
        assert leg["kind"] == "dark"
        assert (leg["start"] - BEGIN, leg["end"] - BEGIN) == (timedelta(hours=100), timedelta(hours=end))


def test_both_ends_swapped_tell_the_same_of_what_was_seen():
    fleet = seen_ship(others(Fleet()))
    there = {r["vessel_key"]: r for r in find_shuttles(fleet.tables(), A, B, RULE).vessels.to_pylist()}
    back = {r["vessel_key"]: r for r in find_shuttles(fleet.tables(), B, A, RULE).vessels.to_pylist()}

    assert there[SHIP]["alternation"] == pytest.approx(back[SHIP]["alternation"], abs=0.3)
    assert there[SHIP]["visits_origin"] == back[SHIP]["visits_destination"] == 4


def test_passages_are_no_calls():
    fleet = dark_ship(others(Fleet()))
    before = row_of(fleet)
    fleet.visits.append((SHIP, 30.0, 30.1, "c", 1))

    assert row_of(fleet) == before


def test_names_come_from_identities():
    tables = dark_ship(others(Fleet())).tables()
    tables["identity_interval"] = pa.table(
        {
            "vessel_key": pa.array([SHIP, SHIP], pa.int64()),
            "attribute": ["name", "imo"],
            "value": ["LADY", "9"],
            "rare": [False, False],
            "end": moments([(5,), (9,)], 0),
        }
    )

    assert find_shuttles(tables, A, B, RULE).vessels["name"].to_pylist()[0] == "LADY"
    assert find_shuttles(tables, A, B, RULE, {SHIP: "Maria"}).vessels["name"].to_pylist()[0] == "Maria"


def test_turn_round_times_that_distance_allows():
    low, high = turn_round((A, B), RULE)
    nm = 330.3 / 1.852

    assert low == pytest.approx(2 * nm / RULE.fast_kn + RULE.least_stay_h, rel=1e-3)
    assert high == pytest.approx(2 * nm * RULE.detour / RULE.slow_kn + RULE.longest_stay_h, rel=1e-3)


def test_ends_are_places_names_boxes_and_polygons(tmp_path):
    ring = [[133, 41], [135, 41], [135, 43], [133, 43], [133, 41]]
    area = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path = tmp_path / "gulf.geojson"
    path.write_text(json.dumps(area))

    assert (
        end_of(["Bee"], PLACES).ids == end_of(["133,41,135,43"], PLACES).ids == end_of([str(path)], PLACES).ids == {"b"}
    )
    assert end_of([f"Gulf={path}"], PLACES).name == "Gulf"
    assert end_of(["b", "c"], PLACES).name == "Bee + Cee"
    empty = end_of(["179,-2,-179,2"], PLACES)
    assert not empty.ids
    assert len(empty.lat) > 10
    assert empty.holds(np.array([0.0, 0.0, 0.0]), np.array([179.5, -179.5, 178.0])).tolist() == [True, True, False]
    assert end_of(["129,41,131,43"], None).holds(np.array([42.0]), np.array([130.0])).all()


def test_a_region_without_places_can_be_an_end():
    fleet = dark_ship(others(Fleet()))
    region = end_of(["North=129.5,42.5,130.5,43"], PLACES)
    first = find_shuttles(fleet.tables(), region, B, RULE)

    assert first.vessels["vessel_key"].to_pylist()[0] == SHIP
    assert "at North" in first.legs["words"].to_pylist()[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Bea"], 'Did you mean "Bee"'),
        ([], "has no place"),
        (["1,2,3"], "no place"),
        (["5,50,6,40"], "is no box"),
        (["0,0,nan,1"], "is no box"),
        (["missing.geojson"], "cannot be read as GeoJSON"),
    ],
)
def test_ends_that_are_none(words, said):
    with pytest.raises(InputError) as error:
        end_of(words, PLACES)
    assert said in str(error.value)


def test_ends_need_a_list_and_names_must_be_of_one_place():
    with pytest.raises(InputError, match="no places to look it up"):
        end_of(["b"], None)
    with pytest.raises(InputError, match="several places"):
        end_of(["Port"], points(["x", "y"], [1.0, 2.0], [1.0, 2.0], names=["Port", "Port"]))


@pytest.mark.parametrize("damage", ['{"type": "Point", "coordinates": [1, 2]}', "[", '{"type": "Polygon"}', "\udc00"])
def test_polygons_that_are_none(tmp_path, damage):
    path = tmp_path / "area.geojson"
    path.write_bytes(damage.encode("utf-8", "surrogatepass"))

    with pytest.raises(InputError):
        end_of([str(path)], PLACES)


def test_bad_tables_are_refused():
    tables = dark_ship(Fleet()).tables()
    visits, gaps = tables["port_visit"], tables["gap"]
    text = visits.set_column(1, "vessel_id", pa.array(["ship"] * len(visits)))
    nulls = gaps.set_column(2, "start_timestamp", pa.nulls(len(gaps), pa.timestamp("us", "UTC")))
    words = gaps.set_column(4, "start_lat", pa.array(["north"] * len(gaps)))

    for wrong, said in (
        ({"gap": gaps}, "no table of the kind port_visit"),
        ({"port_visit": visits}, "no table of the kind gap"),
        (tables | {"gap": gaps.drop_columns("start_lat")}, 'no column "start_lat"'),
        (tables | {"port_visit": text}, "no whole numbers"),
        (tables | {"gap": nulls}, "start_timestamp is missing"),
        (tables | {"gap": words}, "start_lat is string"),
    ):
        with pytest.raises(InputError, match=said):
            find_shuttles(wrong, A, B, RULE)
    with pytest.raises(InputError, match="belongs to both ends"):
        find_shuttles(tables, A, end_of(["a", "b"], PLACES), RULE)
    with pytest.raises(InputError, match="slowest"):
        find_shuttles(tables, A, B, preset("tidewaiter", "shuttle", Shuttling, {"slow_kn": 30}))


def test_nothing_gives_empty_tables():
    for fleet in (Fleet(), Fleet().stay(1, "b"), others(Fleet(), 0)):
        nothing = found(fleet)
        assert (nothing.vessels.num_rows, nothing.legs.num_rows) == (0, 0)
        assert (nothing.vessels.schema, nothing.legs.schema) == (SHUTTLES, LEGS)


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.sampled_from("abcd"), st.just(4))
    ),
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.floats(-1e5, 1e5),
            st.floats(-1e5, 1e5),
            *[st.floats(allow_nan=True, allow_infinity=True)] * 4,
            st.sampled_from(["heard", "weak", "lost", "nobody", "?", None]),
            *[st.floats() | st.none()] * 2,
        )
    ),
)
@settings(max_examples=60)
def test_hostile_histories_give_finite_scores(visits, gaps):
    fleet = Fleet()
    fleet.visits, fleet.gaps = visits, gaps
    ranked = found(fleet)

    assert np.isfinite(ranked.vessels["score"].to_numpy()).all()
    assert (ranked.legs["hours"].to_numpy() >= 0).all()


def test_every_threshold_is_explained():
    told = explain("tidewaiter", "shuttle", Shuttling)

    assert all(t.meaning for t in told.thresholds)
    assert told.source


@pytest.fixture(scope="module")
def world():
    """A small fleet as positions, with port visits and gaps as the search for events finds them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "evaluation")
        from oracles import shuttles
    kinds = {"shuttle": 2, "ferry": 8, "tramp": 8, "fishing": 14, "far": 4, "tug": 4}
    return shuttles, shuttles.simulate(7, 0.8, days=40, kinds=kinds)


def test_shuttles_come_first_from_positions(world):
    shuttles, fleet = world

    assert shuttles.ranks(fleet, shuttles.search(fleet)) == [1, 2]


def test_the_verb(world, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "140")
    _, fleet = world
    positions, ports = tmp_path / "positions.parquet", tmp_path / "ports.csv"
    pq.write_table(fleet.positions, positions)
    at = fleet.places.shapes
    rows = [f"{i},{y},{x},Port {i}" for i, y, x in zip(fleet.places.ids, at.lat, at.lon, strict=True)]
    ports.write_text("\n".join(["id,lat,lon,label", *rows]))
    run = CliRunner().invoke
    ends = ["--places", str(ports), "--from", "p00", "--to", "Port p01"]
    out, legs, tables = tmp_path / "out.csv", tmp_path / "legs.jsonl", tmp_path / "tables"

    done = run(
        tidewaiter, ["tracks", "shuttles", str(positions), *ends, "-o", str(out), "--legs", str(legs), "--top", "2"]
    )
    assert done.exit_code == 0, done.output
    assert "Port p00 – Port p01" in done.output
    assert done.output.index("200000000") < done.output.index("200000001")
    assert "cannot tell" in done.output
    assert out.read_text().startswith('"vessel_key","name","score","alternation"')
    assert json.loads(legs.read_text().splitlines()[0])["words"].startswith("left p01")

    searched = run(
        tidewaiter,
        [
            "tracks",
            "events",
            str(positions),
            "--places",
            str(ports),
            "--kind",
            "port_visit",
            "--kind",
            "gap",
            "--tables",
            str(tables),
        ],
    )
    assert searched.exit_code == 0, searched.output
    again = run(tidewaiter, ["tracks", "shuttles", "--tables", str(tables), *ends, "--json"])
    told = json.loads(again.stdout)
    assert [row["vessel_key"] for row in told["vessels"][:2]] == [
        int(r.split(",")[0]) for r in out.read_text().splitlines()[1:3]
    ]
    (tables / "gap.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="damaged"):
        read_tables(tables)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x.parquet", "--from", "a"], "both ends"),
        (["--from", "0,0,1,1", "--to", "2,2,3,3"], "--tables"),
        (["x.parquet", "--from", "0,0,1,1", "--to", "2,2,3,3", "-o", "x.xlsx"], "cannot write"),
    ],
)
def test_the_verb_says_what_it_lacks(words, said):
    done = CliRunner().invoke(tidewaiter, ["tracks", "shuttles", *words])

    assert done.exit_code == 2
    assert said in done.output


def test_the_verb_explains_its_thresholds():
    done = CliRunner().invoke(tidewaiter, ["tracks", "shuttles", "--explain", "--json"])

    assert json.loads(done.stdout)[0]["kind"] == "shuttle"
