"""Bad files, full disks, kills and crowds: a clear word each time, and nothing lost that was acknowledged."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from small_case import FILES, contents, write_case
from tidewaiter import pipeline
from tidewaiter.errors import CaseBusy, CaseError, EvidenceError, InputError, ReportError, StorageFull, TidewaiterError
from tidewaiter.evidence import Store, read_table, verify

HERE = Path(__file__).parent


@pytest.fixture
def unharmed(case_copy):
    """The copied case; afterwards its store is clean and its earlier report is as it was."""
    before, tables = contents(case_copy / "report"), contents(case_copy / ".tidewaiter" / "tables")
    yield case_copy
    assert verify(case_copy).clean
    assert contents(case_copy / "report") == before
    assert contents(case_copy / ".tidewaiter" / "tables") == tables


def refused(root, kind=InputError):
    """The error with which a run ends; it says where and what to do."""
    with pytest.raises(TidewaiterError) as caught:
        pipeline.run(root)
    assert type(caught.value) is kind, caught.value
    assert caught.value.file
    assert caught.value.hint
    return caught.value


def put(root, name, content):
    (root / "inputs" / f"{name}.csv").write_bytes(content.encode() if isinstance(content, str) else content)


# --- Files that stop a run


def test_a_missing_file(unharmed):
    (unharmed / "inputs" / "looks.csv").rename(unharmed / "inputs" / "lookz.csv")
    error = refused(unharmed, CaseError)
    assert "inputs/looks.csv" in error.message
    assert error.file.endswith("case.toml")
    assert 'glob = "inputs/looks.csv"' in (unharmed / "case.toml").read_text("utf-8").splitlines()[error.line - 1]
    assert 'Did you mean "lookz.csv"?' in error.hint


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"  ,,\n"])
def test_an_empty_file(unharmed, content):
    put(unharmed, "looks", content)
    error = refused(unharmed)
    assert "empty" in error.message
    assert error.file == "inputs/looks.csv"


def test_text_in_utf_16(unharmed):
    put(unharmed, "looks", FILES["looks"].encode("utf-16"))
    assert "UTF-16" in refused(unharmed).message


def test_a_workbook_under_the_name_of_a_table(unharmed):
    put(unharmed, "looks", b"PK\x03\x04" + b"\0" * 100)
    assert "Excel" in refused(unharmed).message


def test_a_header_that_does_not_fit_comes_with_what_may_be_meant(unharmed):
    put(unharmed, "looks", FILES["looks"].replace("state", "stat", 1))
    error = refused(unharmed)
    assert 'unknown column "stat"' in error.message
    assert error.line == 1
    assert "state" in error.hint


def test_a_symlink_out_of_the_case(unharmed, tmp_path):
    outside = tmp_path / "secret.csv"
    outside.write_text(FILES["looks"], "utf-8")
    (unharmed / "inputs" / "looks.csv").unlink()
    (unharmed / "inputs" / "looks.csv").symlink_to(outside)
    assert "leads out of the case" in refused(unharmed, CaseError).message
    shutil.rmtree(unharmed / "inputs")
    (tmp_path / "inputs").mkdir()
    put(tmp_path, "looks", FILES["looks"])
    (unharmed / "inputs").symlink_to(tmp_path / "inputs")
    refused(unharmed, CaseError)
    digest = {p.name for p in (unharmed / ".tidewaiter" / "objects").rglob("*") if p.is_file()}
    assert len(digest) == verify(unharmed).objects == 8


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ('origin = "amber"', 'origin = "ambr"', 'unknown place "ambr"', 'Did you mean "amber"?'),
        ("draws = 120", "drawz = 120", 'unknown key "drawz"', 'Did you mean "draws"?'),
        ('from = "2031-03", to = "2031-04"', 'from = "2031-04", to = "2031-03"', "", ""),
        ('id = "tern"', 'id = "heron"', '"heron"', ""),
        ('reader = "looks"', 'reader = "look"', '"look"', 'Did you mean "looks"?'),
        ('title = "', "title = ", "not valid TOML", ""),
    ],
)
def test_a_case_that_is_not_right(unharmed, old, new, message, hint):
    case = unharmed / "case.toml"
    text = case.read_text("utf-8")
    assert old in text
    case.write_text(text.replace(old, new, 1), "utf-8")
    error = refused(unharmed, CaseError)
    assert message in error.message
    assert hint in error.hint
    assert error.line >= 1


# --- Rows that are set aside


def rejects(root):
    done = pipeline.run(root, report=False)
    found = read_table(root, "rejects").to_pylist()
    assert done.rejects == len(found)
    assert verify(root).clean
    return found


@pytest.mark.parametrize(
    ("name", "row", "column", "reason"),
    [
        ("looks", "L6,Ambr Quay,2031-04-21T02:00Z,clear", "place", 'Did you mean "Amber Quay"?'),
        ("looks", "L1,Amber Quay,2031-04-21T02:00Z,clear", "look_id", "already used in inputs/looks.csv, row 1"),
        ("looks", "L6,Amber Quay,2031-04-21T02:00,clear", "start", "zone"),
        ("looks", "L6,Amber Quay,2031-13-21,clear", "start", ""),
        ("looks", "L6,Amber Quay,2031-04-21T02:00Z,cleer", "state", "clear"),
        ("surveys", "x,Amber Quay,2031-04,2031-03,40,5,7,exact,Watch", "", ""),
        ("surveys", "x,Amber Quay,2031-03,2031-04,40,5,-7,exact,Watch", "calls", ""),
        ("surveys", "x,Amber Quay,2031-03,2031-04,-1,5,7,exact,Watch", "days_imaged", ""),
        ("loads", "W9,Amber Quay,2031-04,,-5,,container,count,,loaded", "low", ""),
        ("calls", "K9,Amber Quay,Grey Heron,2031-04-25,2031-04-20,,", "", ""),
        ("sightings", "S9,L99,Amber Quay,2031-04-20,Grey Heron", "look_id", 'no look has the id "L99"'),
        ("sightings", "S9,,Amber Quay,2031-04-20,Gray Heron", "vessels", 'Did you mean "Grey Heron"?'),
    ],
)
def test_a_bad_row_is_set_aside_with_its_place_and_reason(finished, case_copy, name, row, column, reason):
    rows = FILES[name].count("\n")
    put(case_copy, name, FILES[name] + row + "\n")
    (found,) = rejects(case_copy)
    assert (found["file"], found["row"], found["line"]) == (f"inputs/{name}.csv", rows, rows + 1)
    assert column in found["column"]
    assert reason in found["reason"]
    assert read_table(case_copy, name).num_rows == rows - 1
    assert read_table(case_copy, "voyage_draws").equals(read_table(finished, "voyage_draws"))


def test_one_line_in_another_encoding_costs_one_row(case_copy):
    put(case_copy, "looks", FILES["looks"].encode() + "L6,Янтарь,2031-04-21T02:00Z,clear\n".encode("cp1251"))
    (found,) = rejects(case_copy)
    assert "UTF-8" in found["reason"]
    assert "Windows-1251" in found["reason"]


def test_a_huge_line_without_end_costs_one_row_and_little_memory(case_copy):
    put(case_copy, "looks", FILES["looks"] + "L6," + 20_000 * "x")
    path = case_copy / "inputs" / "looks.csv"
    os.truncate(path, 50 << 20)  # sparse
    (found,) = rejects(case_copy)
    assert "longer than 1 MiB" in found["reason"]
    assert len(found["value"]) <= 200
    assert read_table(case_copy, "looks").num_rows == 5


@pytest.mark.parametrize(
    "change", [lambda b: b"\xef\xbb\xbf" + b, lambda b: b.replace(b"\n", b"\r\n"), lambda b: b.replace(b",", b";")]
)
def test_what_a_spreadsheet_exports_is_fine(finished, case_copy, change):
    for name in ("looks", "surveys"):
        put(case_copy, name, change(FILES[name].encode()))
    assert rejects(case_copy) == []
    assert read_table(case_copy, "voyage_draws").equals(read_table(finished, "voyage_draws"))


def test_the_command_says_how_many_rows_were_set_aside(case_copy):
    put(case_copy, "looks", FILES["looks"] + "L6,Nowhere,2031-04-21T02:00Z,clear\nL7,Nowhere,2031-04-21T02:00Z,clear\n")
    done = subprocess.run([*TIDEWAITER, "run", case_copy, "--no-report"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "2 row(s) were set aside" in done.stderr


# --- Crowds, full disks and kills

TIDEWAITER = (sys.executable, "-c", "from tidewaiter.cli import main; main()")


def test_the_second_of_two_runs_is_refused_and_told_who_works(unharmed):
    with Store.open(unharmed):
        with pytest.raises(CaseBusy, match=f"process {os.getpid()}") as caught:
            pipeline.run(unharmed)
        assert caught.value.hint
        done = subprocess.run([*TIDEWAITER, "run", unharmed], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "is working on this case" in done.stderr
    assert "Traceback" not in done.stderr


def crash(folder, source, way, count):
    """Run copies of a case into their ends; returns their folders."""
    for n in ("warm", *range(count + 1)):
        shutil.copytree(source, folder / str(n))
    command = [sys.executable, "-W", "ignore", HERE / "crash_driver.py", folder, way, str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    told = json.loads(done.stdout.splitlines()[-1])
    return [folder / str(n) for n in range(1, count + 1)], told["ends"]


def changed(finished, folder):
    """The small case with a new row, so that a run has everything to write again."""
    root = Path(shutil.copytree(finished, folder))
    put(root, "looks", FILES["looks"] + "L6,Amber Quay,2031-04-25T02:00Z,clear\n")
    return root


def test_killed_in_the_middle_of_a_run(finished, tmp_path):
    source = changed(finished, tmp_path / "source")
    roots, ends = crash(tmp_path / "copies", source, "killed", 4)
    assert ends == [-signal.SIGKILL] * len(roots)
    pipeline.run(source, report=False)
    expected = contents(source / ".tidewaiter" / "tables")
    acknowledged = (finished / ".tidewaiter" / "log.jsonl").read_bytes()
    for root in roots:
        assert (root / ".tidewaiter" / "log.jsonl").read_bytes().startswith(acknowledged)
        assert contents(root / "report") == contents(finished / "report")
        assert verify(root).clean, root
        pipeline.run(root, report=False)
        assert contents(root / ".tidewaiter" / "tables") == expected
        assert verify(root).clean, root


@pytest.mark.slow
def test_killed_while_the_report_is_moved_in(finished, tmp_path):
    roots, ends = crash(tmp_path / "copies", finished, "killed-in-report", 2)
    assert ends == [-signal.SIGKILL] * len(roots)
    for root in roots:
        assert verify(root).clean
        assert (root / "report" / "index.html").read_bytes() == (finished / "report" / "index.html").read_bytes()
    pipeline.run(roots[0])
    assert contents(roots[0] / "report") == contents(finished / "report")  # and nothing half-made is left lying there


def test_killed_at_any_time_of_an_add(finished, tmp_path):
    root = Path(shutil.copytree(finished, tmp_path / "amber"))
    files = [root / "inputs" / f"scan_{n}.txt" for n in range(30)]
    for file in files:
        file.write_bytes(os.urandom(50_000))
    acknowledged = (root / ".tidewaiter" / "log.jsonl").read_bytes()
    for pause in (0.15, 0.25, 0.3, 0.4):
        child = subprocess.Popen([*TIDEWAITER, "add", root, *files], stdout=subprocess.DEVNULL)
        time.sleep(pause)
        child.send_signal(signal.SIGKILL)
        child.wait()
        log = (root / ".tidewaiter" / "log.jsonl").read_bytes()
        assert log.startswith(acknowledged)
        acknowledged = log[: log.rfind(b"\n") + 1]
        assert verify(root).clean
    done = subprocess.run([*TIDEWAITER, "add", root, *files], capture_output=True, check=False)
    assert done.returncode == 0
    assert verify(root).clean
    assert verify(root).objects == 8 + 30


def test_a_disk_that_takes_no_more_than_so_many_bytes(finished, tmp_path):
    """A limit on the size of a file stands in for the full disk: the system itself refuses the writes, of all libraries."""
    source = changed(finished, tmp_path / "source")
    roots, ends = crash(tmp_path / "copies", source, "full", 3)
    assert set(ends) == {1}
    acknowledged = (finished / ".tidewaiter" / "log.jsonl").read_bytes()
    for root in roots:
        kind, words = json.loads((root.parent / f"{root.name}.json").read_text())
        assert kind == "StorageFull", words
        assert "hint: free some space" in words
        assert (root / ".tidewaiter" / "log.jsonl").read_bytes().startswith(acknowledged)
        assert contents(root / "report") == contents(finished / "report")
        assert verify(root).clean, root
        assert [p for p in (root / ".tidewaiter" / "tables").iterdir() if p.suffix != ".parquet"] == []
    pipeline.run(roots[0], report=False)
    pipeline.run(source, report=False)
    assert contents(roots[0] / ".tidewaiter" / "tables") == contents(source / ".tidewaiter" / "tables")


def full(*_args, **_kwargs):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_no_space_left_for_what_is_taken_in(unharmed, monkeypatch, call):
    put(unharmed, "looks", FILES["looks"] + "L6,Amber Quay,2031-04-25T02:00Z,clear\n")
    monkeypatch.setattr(os, call, full)
    with pytest.raises(StorageFull, match="No space left") as caught:
        pipeline.run(unharmed)
    monkeypatch.undo()
    assert caught.value.hint


def test_no_space_left_for_the_report(case_copy, monkeypatch):
    before = contents(case_copy / "report")
    real = Path.write_text

    def write_text(self, *args, **kwargs):
        return full() if self.name == "index.html" else real(self, *args, **kwargs)

    monkeypatch.setattr(Path, "write_text", write_text)
    with pytest.raises(ReportError, match="No space left") as caught:
        pipeline.run(case_copy)
    monkeypatch.undo()
    assert "free some space" in caught.value.hint
    assert contents(case_copy / "report") == before
    assert verify(case_copy).clean


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    root = write_case(tmp_path / "amber")

    def denied(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(EvidenceError, match="Permission denied") as caught:
        pipeline.run(root)
    monkeypatch.undo()
    assert "who owns the folder" in caught.value.hint
    assert not (root / ".tidewaiter").exists()
