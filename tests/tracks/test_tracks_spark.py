"""Events on Spark: the rows of the local engine, to the last value, however files, lots and batches are cut."""

import shutil
import sys
from itertools import pairwise
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from small_fleet import BEGIN, GUARDS, SLOW, fleet, places, statics, write_positions

from tidewaiter.cli import tidewaiter
from tidewaiter.errors import InputError
from tidewaiter.tracks.events import KINDS, rules
from tidewaiter.tracks.events.fleet import search_files
from tidewaiter.tracks.spark import lots, search_files_on_spark

ROWS = fleet()
OURS = rules("tidewaiter")
ALONE = tuple(kind for kind in KINDS if not kind.needs)


@pytest.fixture(scope="module")
def session():
    sql = pytest.importorskip("pyspark.sql", reason="needs the extra [spark]")
    pytest.importorskip("pandas", reason="Spark hands over Arrow batches only where pandas is installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not here")
    patch = pytest.MonkeyPatch()
    patch.setenv("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.master("local[2]").appName("tests").config("spark.ui.enabled", "false")
    found = (
        builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    )
    found.sparkContext.setLogLevel("ERROR")
    yield found
    found.stop()
    patch.undo()


def both(session, files, kinds=ALONE, rule=OURS, where=None, lot_rows=300, **more):
    """Search here and on Spark; return what was found, the same."""
    here = search_files(files, kinds, rule, where, **more)
    there = search_files_on_spark(files, kinds, rule, where, session=session, lot_rows=lot_rows, **more)
    assert there.found.events.equals(here.found.events)
    assert set(there.found.tables) == set(here.found.tables)
    for name, table in here.found.tables.items():
        assert there.found.tables[name].equals(table), name
    assert there.summary == here.summary
    assert (there.until, list(there.vessel_names)) == (here.until, list(here.vessel_names))
    return here


def shuffled(rows, seed=3):
    return Random(seed).sample(rows, len(rows))  # noqa: S311 - not a secret


def in_files(folder, rows, count):
    """Write rows as files, each with some of every vessel."""
    return [write_positions(folder / f"{i}.parquet", rows[i::count]) for i in range(count)]


# --- whole lots


@given(st.lists(st.integers(1, 5), max_size=6), st.lists(st.integers(0, 30), max_size=8))
def test_lots_are_whole_wherever_batches_are_cut(sizes, cuts):
    lot = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    table = pa.table({"lot": lot, "row": np.arange(len(lot))})
    edges = [0, *sorted(min(cut, len(lot)) for cut in cuts), len(lot)]
    batches = [
        batch
        for low, high in pairwise(edges)
        for batch in table.slice(low, high - low).to_batches() or [table.schema.empty_table().to_batches()]
        if isinstance(batch, pa.RecordBatch)
    ]
    found = [
        (number, [r for part in held for r in part["row"].to_pylist()]) for number, held in lots.whole_lots(batches)
    ]
    assert found == [(i, np.flatnonzero(lot == i).tolist()) for i in range(len(sizes))]


# --- the rows of the local engine


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("preset", ["tidewaiter", "gfw"])
def test_all_kinds_from_files_in_no_order(session, tmp_path, preset):
    files = in_files(tmp_path, shuffled(ROWS), 3)

    found = both(session, files, KINDS, rules(preset), places(), statics=statics())

    assert len(set(found.found.events["kind"].to_pylist())) > 5


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("lot_rows", [1, 50, 10**6])
def test_lots_of_any_size(session, tmp_path, lot_rows):
    both(session, in_files(tmp_path, ROWS, 1), where=places(), lot_rows=lot_rows)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_vessel_goes_on_in_the_next_batch_of_spark(session, tmp_path):
    size = "spark.sql.execution.arrow.maxRecordsPerBatch"
    was = session.conf.get(size)
    session.conf.set(size, "1")
    try:
        both(session, in_files(tmp_path, shuffled(ROWS), 2), where=places(), lot_rows=100)
    finally:
        session.conf.set(size, was)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("offset", np.linspace(0, 0.02, 5).tolist())
def test_meetings_across_the_rims_of_cells(session, tmp_path, offset):
    rows = [(key, t, lat + offset, lon + offset, *rest) for key, t, lat, lon, *rest in ROWS]

    found = both(session, in_files(tmp_path, rows, 1))

    assert "encounter" in found.found.events["kind"].to_pylist()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_file_without_rows(session, tmp_path):
    assert both(session, in_files(tmp_path, [], 1), where=places()).found.events.num_rows == 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_an_end_before_the_data_is_refused_by_both(session, tmp_path):
    files = in_files(tmp_path, [row for row in ROWS if row[0] in {*GUARDS, SLOW}], 1)
    early = {"until": BEGIN.replace(year=2030)}

    with pytest.raises(InputError, match="after the end") as here:
        search_files(files, ALONE, OURS, None, **early)
    with pytest.raises(InputError, match="after the end") as there:
        search_files_on_spark(files, ALONE, OURS, None, session=session, **early)

    assert str(there.value) == str(here.value)


def test_options_of_the_local_engine_are_refused(tmp_path):
    (path,) = in_files(tmp_path, ROWS[:50], 1)

    done = CliRunner().invoke(
        tidewaiter, ["tracks", "events", str(path), "--engine", "spark", "--store", str(tmp_path), "--memory", "2"]
    )

    assert done.exit_code == 2
    assert "--store and --memory" in done.output
