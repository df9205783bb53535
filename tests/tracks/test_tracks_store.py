"""Order and store: the same rows as sorting in plain Python gives, whatever the memory; a store gives back every bit."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.reading import ROW, Clean, read
from tidewaiter.tracks.store import Ordered, Store, keep, keeping
from tidewaiter.tracks.store import order as ordering

DAY = 86_400_000_000
T0 = 1_700_000_000_000_000


class Fix(NamedTuple):
    key: int
    t: int
    lat: float
    lon: float
    sog: float | None = None
    cog: float | None = None
    heading: float | None = None


def write(path, fixes, group=None):
    key, t, lat, lon, sog, cog, heading = zip(*fixes, strict=True) if fixes else [()] * 7
    table = pa.table({
        "vessel_key": pa.array(key, pa.int64()), "t": pa.array(t, pa.timestamp("us", "UTC")),
        "lat": pa.array(lat, pa.float64()), "lon": pa.array(lon, pa.float64()), "sog_kn": pa.array(sog, pa.float64()),
        "cog_deg": pa.array(cog, pa.float64()), "heading_deg": pa.array(heading, pa.float32()),
    })  # fmt: skip
    pq.write_table(table, path, row_group_size=group)
    return path


def rows_of(batches):
    """Return all rows as tuples with None for NaN, and check what batches promise."""
    found, seen = [], []
    for batch in batches:
        assert batch.starts[0] == 0
        assert batch.starts[-1] == len(batch.t)
        assert (np.diff(batch.starts) > 0).all()
        seen += batch.vessel_key.tolist()
        for i, key in enumerate(batch.vessel_key):
            assert (np.diff(batch.t[batch.starts[i] : batch.starts[i + 1]]) >= 0).all()
            part = slice(batch.starts[i], batch.starts[i + 1])
            columns = [c[part].tolist() for c in (*batch[2:8], *batch.extras.values())]
            found += [(int(key), *(None if np.isnan(v) else v for v in row)) for row in zip(*columns, strict=True)]
    assert seen == sorted(set(seen))
    return found


def reference(fixes):
    """Sort in plain Python: by vessel, time, row, without exact duplicates."""
    out, have = [], set()
    for row, fix in enumerate(fixes, 1):
        if tuple(fix) not in have:
            have.add(tuple(fix))
            out.append((*fix, row))
    return sorted(out, key=lambda fix: (fix[0], fix[1], fix[-1]))


FIXES = st.builds(
    Fix,
    st.sampled_from([1, 2, 7, 219000606, 2**62, -5]),
    st.one_of(
        st.integers(0, 3).map(lambda n: T0 + n * 1_000_000),
        st.integers(T0, T0 + 10**14),
        st.integers(10**15, 4 * 10**15),
    ),
    st.sampled_from([1.5, -33.25, 55.123456, 0.1 + 0.2]),
    st.sampled_from([12.0, -179.5, 110.4033183333]),
    st.sampled_from([None, 0.0, 0.2, 102.2, 7.123456789]),
    st.sampled_from([None, 0.0, 359.9]),
    st.sampled_from([None, 0.0, 359.0]),
)
PLAIN = Clean(clock_jump_h=0)


@given(st.lists(FIXES, max_size=60), st.sampled_from([1, 7, 1000]))
@settings(max_examples=60)
def test_order_is_that_of_plain_python(tmp_path_factory, fixes, group_rows):
    file = write(tmp_path_factory.getbasetemp() / "o.parquet", fixes, 8)

    reading = read(file, extras=[ROW], clean=PLAIN)
    found = rows_of(Ordered(reading, group_rows=group_rows))

    assert found == reference(fixes)
    summary = reading.summary
    assert summary.rows == len(fixes) == summary.kept + sum(summary.rejected.values())
    assert summary.vessels == len({fix.key for fix in fixes})


@given(st.lists(FIXES, max_size=60))
@settings(max_examples=40)
def test_a_store_gives_back_every_bit(tmp_path_factory, fixes):
    folder = tmp_path_factory.mktemp("s")
    file = write(folder / "o.parquet", fixes)

    passed = rows_of(keeping(read(file, extras=[ROW], clean=PLAIN), folder))
    store = keep(file, folder, extras=[ROW], clean=PLAIN)

    assert passed == rows_of(store.batches()) == reference(fixes)
    assert store.summary.rows == len(fixes)
    wanted = {1, 219000606}
    assert rows_of(store.batches(wanted)) == [row for row in passed if row[0] in wanted]
    assert [p.name for p in folder.iterdir() if p.suffix == ".part"] == []


def made_up(rows, vessels, seed=3):
    rng = np.random.default_rng(seed)
    key = rng.integers(200_000_000, 200_000_000 + vessels, rows)
    key[: rows // 3] = 200_000_001  # one vessel with a third of all
    t = T0 + rng.integers(0, 30 * 86_400, rows) * 1_000_000
    lat, lon = np.round(rng.uniform(-80, 80, rows), 6), np.round(rng.uniform(-180, 180, rows), 6)
    sog = np.round(rng.uniform(0, 30, rows), 1)
    return pa.table({
        "vessel_key": key, "t": pa.array(t).cast(pa.timestamp("us", "UTC")), "lat": lat, "lon": lon, "sog_kn": sog,
    })  # fmt: skip


def test_beyond_memory_the_rows_are_the_same(tmp_path, monkeypatch):
    file = tmp_path / "m.parquet"
    pq.write_table(made_up(60_000, 500), file)
    inside = rows_of(Ordered(read(file, extras=[ROW], clean=PLAIN)))
    monkeypatch.setattr(Ordered, "_most_rows", lambda *_: 9_000)
    monkeypatch.setattr("tidewaiter.tracks.reading.source.BATCH_ROWS", 4_000)
    monkeypatch.setattr(ordering, "_OWN_MEMORY", (512 << 20) - 160 * 5_000)  # parts are read in pieces, too

    outside = rows_of(
        Ordered(read(file, extras=[ROW], clean=PLAIN), memory=512 << 20, folder=tmp_path, group_rows=3_000)
    )

    assert outside == inside
    assert [p.name for p in tmp_path.iterdir()] == ["m.parquet"]


def test_vessels_with_names_go_by_their_names(tmp_path, monkeypatch):
    file = tmp_path / "n.csv"
    mapping = tmp_path / "n.toml"
    mapping.write_text(
        '[vessel]\ncolumns=["n"]\ntext=true\n[t]\ncolumns=["t"]\n[lat]\ncolumns=["y"]\n[lon]\ncolumns=["x"]\n'
    )
    names = ["Zeta", "Ångström", "alpha", "Beta"]
    file.write_text("n,t,y,x\n" + "".join(f"{names[i % 4]},2024-01-01T00:00:{59 - i:02d},1,{i}\n" for i in range(20)))

    for most in (10**6, 6):
        monkeypatch.setattr(Ordered, "_most_rows", lambda *_, most=most: most)
        ordered = Ordered(read(file, mapping))
        found = rows_of(ordered)
        assert ordered.vessel_names == sorted(names)
        assert [ordered.vessel_names[row[0]] for row in found[::5]] == sorted(names)
        assert [row[3] for row in found[:5]] == [19.0, 15.0, 11.0, 7.0, 3.0]
    store = keep(file, tmp_path / "stores", mapping)
    assert store.vessel_names == sorted(names)
    assert rows_of(store.batches()) == found


def test_whole_numbers_take_few_bytes_and_others_stay_doubles(tmp_path):
    table = made_up(20_000, 30)
    pq.write_table(table, tmp_path / "a.parquet")
    odd = table.set_column(2, "lat", pa.array(np.asarray(table["lat"]) + 1e-9))
    pq.write_table(odd, tmp_path / "b.parquet")

    for name, kind in (("a", pa.int32()), ("b", pa.float64())):
        store = keep(tmp_path / f"{name}.parquet", tmp_path)
        assert pq.read_schema(store.path).field("lat").type == kind
        found = np.concatenate([batch.lat for batch in store.batches()])
        assert sorted(found.tolist()) == sorted(np.asarray(pq.read_table(tmp_path / f"{name}.parquet")["lat"]).tolist())


def test_a_store_is_found_again_only_for_the_same_input_and_settings(tmp_path):
    file = write(tmp_path / "a.parquet", [Fix(5, T0, 1.0, 2.0), Fix(5, T0, 1.0, 2.0)])
    first = keep(file, tmp_path / "s")
    when = first.path.stat().st_mtime_ns

    assert keep(file, tmp_path / "s").path.stat().st_mtime_ns == when
    assert keep(file, tmp_path / "s", clean=Clean(drop_duplicates=False)).path != first.path
    assert keep(file, tmp_path / "s", extras=[ROW]).path != first.path
    write(file, [Fix(5, T0, 1.0, 2.5)])
    assert keep(file, tmp_path / "s").path != first.path


def test_a_damaged_store_is_made_again(tmp_path):
    file = write(tmp_path / "a.parquet", [Fix(5, T0, 1.0, 2.0)])
    path = keep(file, tmp_path / "s").path
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(InputError, match="damaged"):
        Store(path)
    assert rows_of(keep(file, tmp_path / "s").batches()) == [(5, T0, 1.0, 2.0, None, None, None)]
    with pytest.raises(InputError, match="is no store"):
        Store(file)


def test_an_iteration_that_ends_early_leaves_nothing(tmp_path):
    file = tmp_path / "m.parquet"
    pq.write_table(made_up(3_000, 50), file)

    passing = keeping(read(file), tmp_path / "s")
    next(passing)
    passing.close()

    assert list((tmp_path / "s").iterdir()) == []


def test_a_clock_jump_is_dropped_where_the_file_is_in_order(tmp_path):
    track = [Fix(5, T0 + i * 10_000_000, 1.0, 2.0 + i / 1000) for i in range(300)]
    leap = [
        *track[:100],
        Fix(5, T0 + 400 * DAY, 1.0, 2.1),
        *track[100:200],
        Fix(5, T0 - 9 * DAY, 1.0, 2.1),
        *track[200:],
    ]

    for fixes, jumps in ((leap, 2), (sorted(leap, key=lambda f: f.lon * 1e6 % 7), 0), (track, 0)):
        reading = read(write(tmp_path / "a.parquet", fixes))
        rows = rows_of(Ordered(reading))
        assert reading.summary.rejected.get("clock jump", 0) == jumps
        assert len(rows) == len(fixes) - jumps == reading.summary.kept
    gap = [*track[:100], *(fix._replace(t=fix.t + 30 * DAY) for fix in track[100:])]
    reading = read(write(tmp_path / "a.parquet", gap))
    assert len(rows_of(Ordered(reading))) == 300


def test_swapped_columns_are_found_by_the_courses(tmp_path):
    fixes = [Fix(5, T0 + i * 60_000_000, 40.0 + i * 0.004, 10.0 + i * 0.0002, 14.0, 2.2) for i in range(400)]
    swapped = [fix._replace(lat=fix.lon, lon=fix.lat) for fix in fixes]

    assert len(rows_of(Ordered(read(write(tmp_path / "a.parquet", fixes))))) == 400
    with pytest.raises(InputError, match="swapped: 399 legs"):
        rows_of(Ordered(read(write(tmp_path / "b.parquet", swapped))))


def test_many_fixes_of_one_instant(tmp_path):
    fixes = [Fix(5, T0, (i % 700) / 100, 2.0, None if i % 2 else 0.0) for i in range(5_000)]

    reading = read(write(tmp_path / "a.parquet", fixes), extras=[ROW])

    assert rows_of(Ordered(reading)) == reference(fixes)


def test_one_fix_no_fix_and_little_memory(tmp_path):
    one = write(tmp_path / "one.parquet", [Fix(5, T0, 1.0, 2.0)])
    none = write(tmp_path / "none.parquet", [])

    assert rows_of(Ordered(read(one))) == [(5, T0, 1.0, 2.0, None, None, None)]
    assert rows_of(Ordered(read(none))) == []
    assert rows_of(keep(none, tmp_path / "s").batches()) == []
    assert [row[0] for row in rows_of(Ordered(read([one, none, one], clean=Clean(drop_duplicates=False))))] == [5, 5]
    with pytest.raises(InputError, match="memory is too low"):
        Ordered(read(one), memory=1 << 20)


def test_real_rows_are_all_there(shared_data, tmp_path):
    file = shared_data / "ais" / "gfw_segment_regression.parquet"
    raw = pq.read_table(file, columns=["ssvid", "timestamp", "lat", "lon"]).to_pylist()
    expected = [
        (int(r["ssvid"]), row, r["lat"], r["lon"])
        for row, r in sorted(enumerate(raw, 1), key=lambda p: (int(p[1]["ssvid"]), p[1]["timestamp"], p[0]))
        if r["lat"] is not None
    ]

    keep_all = Clean(
        drop_impossible=False, drop_null_island=False, drop_duplicates=False, placeholders=(), clock_jump_h=0
    )
    store = keep(file, tmp_path, extras=[ROW], clean=keep_all)

    found = [(row[0], row[-1], row[2], row[3]) for row in rows_of(store.batches())]
    assert found == expected
