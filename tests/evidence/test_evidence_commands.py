from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from click.testing import CliRunner

from tidewaiter.cli.add import add
from tidewaiter.cli.verify import verify
from tidewaiter.cli.why import why
from tidewaiter.errors import CaseError, EvidenceError, UnknownId
from tidewaiter.evidence import Store, save_measurements, write_table
from tidewaiter.evidence.layout import log_path, object_path
from tidewaiter.model import Measurement
from tidewaiter.model.tables import LOOKS

if TYPE_CHECKING:
    from pathlib import Path

    import click


def run(command: click.Command, *words: object, code: int = 0) -> str:
    done = CliRunner().invoke(command, [str(w) for w in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done.stdout


def test_add_says_what_is_new_and_what_is_held(case: Path) -> None:
    assert "new  inputs/looks.csv" in run(add, case, case / "inputs/looks.csv")
    assert "already held" in run(add, "--case", case, case / "inputs/looks.csv")
    item = json.loads(run(add, case, case / "inputs/looks.csv", "--url", "https://example.org", "--json"))[0]
    assert (item["new"], item["evidence"]["url"]) == (False, "https://example.org")


def test_add_works_in_the_current_folder(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(case / "inputs")
    with pytest.raises(CaseError, match=r"no case\.toml here"):
        run(add, "looks.csv")
    monkeypatch.chdir(case)
    assert "inputs/looks.csv" in run(add, "inputs/looks.csv")
    assert "clean: 1 object, 1 log line, 38 bytes" in run(verify)


def test_a_file_from_elsewhere_is_copied_into_the_case(case: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "looks.csv"
    other.parent.mkdir()
    other.write_bytes(b"other")
    with pytest.raises(EvidenceError, match="holds other bytes"):
        run(add, case, other)
    assert (case / "inputs/looks.csv").read_bytes() != b"other"
    new = other.with_name("new.csv")
    new.write_bytes(b"new")
    assert "new  inputs/new.csv" in run(add, case, new)
    assert "already held  inputs/new.csv" in run(add, case, new)
    assert (case / "inputs/new.csv").read_bytes() == b"new"
    assert sorted(p.name for p in (case / "inputs").iterdir()) == ["looks.csv", "new.csv"]


def test_add_reaches_the_case_through_a_link(case: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(case)
    assert "inputs/looks.csv" in run(add, link, case / "inputs/looks.csv")
    assert "already held  inputs/looks.csv" in run(add, case, link / "inputs/looks.csv")


def test_add_keeps_what_came_before_a_refused_file(case: Path) -> None:
    with pytest.raises(EvidenceError, match="No such file"):
        run(add, case, case / "inputs/looks.csv", case / "inputs/none.csv")
    assert "1 object" in run(verify, case)
    with pytest.raises(EvidenceError, match="no file is named"):
        run(add, case)


def test_verify_names_what_was_changed_and_fails(case: Path) -> None:
    run(add, case, case / "inputs/looks.csv")
    with Store.open(case, write=False) as store:
        (sha256,) = store.evidence()
    path = object_path(case, sha256)
    path.chmod(0o644)
    path.write_bytes(b"x")
    path.chmod(0o444)
    text = run(verify, case, code=1)
    assert path.relative_to(case).as_posix() in text
    assert "damaged, 1 problem" in text
    log_path(case).write_bytes(log_path(case).read_bytes().replace(b"looks", b"lookz"))
    found = json.loads(run(verify, case, "--json", code=1))
    assert not found["clean"]
    assert found["problems"][0]["where"] == ".tidewaiter/log.jsonl, line 1"


def test_why_shows_the_tree(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(add, case, case / "inputs/looks.csv")
    with Store.open(case, write=False) as store:
        (sha256,) = store.evidence()
    row = {"look_id": "L2", "place_id": "quay", "state": "clear", "evidence": sha256, "row": 2, "line": 3}
    write_table(case, "looks", pa.Table.from_pylist([row], schema=LOOKS))
    save_measurements(case, [Measurement("calls.total", "calls", 1.0, "call", "m/1", ("looks/L2",))])
    text = run(why, case, "calls.total")
    assert text.startswith("calls.total: 1 call - calls\n")
    assert "inputs/looks.csv, row 2, line 3" in text
    assert "“L2,quay”" in text
    assert "“" not in run(why, "--case", case, "calls.total", "--depth", 0)
    assert json.loads(run(why, case, "calls.total", "--json"))["children"][0]["quote"] == "L2,quay"
    monkeypatch.chdir(case)
    assert run(why, "calls.total") == text
    with pytest.raises(UnknownId, match=r"calls\.totl"):
        run(why, "calls.totl")


def test_taking_in_evidence_loads_no_table_library() -> None:
    program = (
        "import sys, tidewaiter.cli.add, tidewaiter.cli.verify, tidewaiter.cli.why; print('rich' in sys.modules)\n"
    )
    program += "import tidewaiter.evidence.intake, tidewaiter.evidence.integrity; print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
