"""A simulated world written as a case says what the world says, and its truth adds up."""

import hashlib
import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.case import find_inputs, load_case
from tidewaiter.cli import tidewaiter
from tidewaiter.errors import CaseError
from tidewaiter.model import Evidence
from tidewaiter.model.tables import READING_ID
from tidewaiter.readings import read_inputs
from tidewaiter.simulate import WorldSpec, readings, simulate, write_case
from tidewaiter.simulate.folder import truth

SPEC = WorldSpec(days=150, vessels=3, looks=0.5, surveys=2, fixes=0.5, counted=0.6)


def read_folder(folder):
    case = load_case(folder)
    files = []
    for entry, path in find_inputs(case):
        data = path.read_bytes()
        name = path.relative_to(case.root).as_posix()
        files.append((entry, Evidence(hashlib.sha256(data).hexdigest(), name, len(data), datetime.now(UTC)), path))
    return case, read_inputs(case, files)


def columns_that_say_something(table):
    """Rows by id, of the columns that hold anything; weights and lists without their order."""
    used = [c for c in table.column_names if c not in {"evidence", "row", "line"} and table[c].null_count < len(table)]
    rows = [{c: sorted(v) if isinstance(v := row[c], list) else v for c in used} for row in table.to_pylist()]
    return sorted(rows, key=lambda row: [str(row[c]) for c in used])


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10_000),
    vessels=st.integers(1, 5),
    looks=st.sampled_from([0.0, 0.3, 0.9]),
    surveys=st.integers(0, 3),
    days=st.integers(30, 120),
)
def test_what_is_read_back_is_what_was_recorded(tmp_path_factory, seed, vessels, looks, surveys, days):
    world = simulate(WorldSpec(days=days, vessels=vessels, looks=looks, surveys=surveys, fixes=0.5), seed)
    folder = tmp_path_factory.mktemp("world") / "case"

    write_case(world, folder)
    case, found = read_folder(folder)

    assert msgspec.structs.replace(case, root=Path(), inputs=()) == world.case
    assert found.rejects.to_pylist() == []
    assert found.notices.to_pylist() == []
    for name, table in readings(world).items():
        expected = columns_that_say_something(table)
        used = set(expected[0]) if expected else set()
        got = found.tables[name].select([c for c in found.tables[name].column_names if c in used])
        assert columns_that_say_something(got) == expected, name


def test_every_kind_of_reading_but_calls_is_written(tmp_path):
    write_case(simulate(SPEC, 3), tmp_path)

    assert {p.stem for p in (tmp_path / "inputs").iterdir()} == {*READING_ID, "positions"} - {"calls", "detections"}


def test_case_is_written_last_and_listed(tmp_path):
    written = write_case(simulate(SPEC, 3), tmp_path / "new" / "case")

    assert written[-1] == tmp_path / "new" / "case" / "case.toml"
    assert all(path.is_file() for path in written)


def test_same_seed_gives_the_same_bytes(tmp_path):
    for name in "ab":
        write_case(simulate(SPEC, 5), tmp_path / name)

    for path in (tmp_path / "a").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_times_carry_their_zone(tmp_path):
    write_case(simulate(SPEC, 3), tmp_path)

    cell = (tmp_path / "inputs" / "looks.csv").read_text().splitlines()[1].split(",")[2]
    assert cell.endswith("Z")
    assert datetime.fromisoformat(cell).tzinfo is not None


@pytest.mark.parametrize("name", ["case.toml", "notes.txt", ".hidden"])
def test_a_folder_that_holds_anything_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine")

    with pytest.raises(CaseError, match="is not empty"):
        write_case(simulate(SPEC, 3), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_file_in_place_of_the_folder_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("mine")

    with pytest.raises(CaseError, match="cannot be written"):
        write_case(simulate(SPEC, 3), tmp_path / "file")


def test_truth_counts_as_the_tally_counts():
    world = simulate(SPEC, 3)

    told = truth(world)

    landed = [c for c in world.calls if world.start <= c.destination_arrival < world.end]
    assert told["total"]["calls"] == world.true_calls
    assert told["total"]["voyages"] == len(landed) > 0
    assert told["total"]["load"] == pytest.approx(sum(c.load for c in landed))
    inside = [c for c in told["calls"] if "2030-01-01" <= c["destination_arrival"] < told["window"][1]]
    assert sum(c["load"] for c in inside) == pytest.approx(told["total"]["load"])


def test_truth_is_no_input(tmp_path):
    write_case(simulate(SPEC, 3), tmp_path)

    globs = [entry["glob"] for entry in tomllib.loads((tmp_path / "case.toml").read_text())["inputs"]]
    assert all(glob.startswith("inputs/") for glob in globs)
    assert not (tmp_path / "inputs" / "truth.json").exists()


def test_command_writes_a_case_and_tells_the_truth(tmp_path):
    done = CliRunner().invoke(
        tidewaiter, ["simulate", str(tmp_path / "w"), "--days", "60", "--vessels", "2", "--looks", "0.3", "--json"]
    )

    assert done.exit_code == 0, done.output
    told = json.loads(done.output)
    assert told["truth"] == json.loads((tmp_path / "w" / "truth.json").read_text())["total"]
    assert len(load_case(tmp_path / "w").vessels) == 2


def test_command_refuses_what_cannot_be(tmp_path):
    done = CliRunner().invoke(tidewaiter, ["simulate", str(tmp_path / "w"), "--looks", "1.5"])

    assert done.exit_code == 2
    assert not (tmp_path / "w").exists()
