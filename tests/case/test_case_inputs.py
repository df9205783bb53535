"""Which files a case reads, and that it never leaves its folder."""

import json
import os

import pytest
from click.testing import CliRunner

from tidewaiter.case import find_inputs, globs_without_file, load_case, write_template
from tidewaiter.cli.init import init
from tidewaiter.errors import CaseError

HEAD = '[case]\nid = "x"\ntitle = "X"\nquestion = "?"\nwindow = { from = "2031", to = "2031" }\n'


def case_with(folder, *globs):
    folder.mkdir(exist_ok=True)
    entries = "".join(f"[[inputs]]\nglob = '{glob}'\nreader = 'looks'\n" for glob in globs)
    (folder / "case.toml").write_text(HEAD + entries)
    return load_case(folder)


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "case"
    (home / "inputs").mkdir(parents=True)
    for name in ("b.csv", "a.csv"):
        (home / "inputs" / name).write_text("x")
    (tmp_path / "secret.csv").write_text("x")
    return home


def test_files_are_sorted_and_silence_is_reported(folder):
    case = case_with(folder, "inputs/*.csv", "more/*.csv")
    found = find_inputs(case)
    assert [path.name for _, path in found] == ["a.csv", "b.csv"]
    (missing,) = globs_without_file(case, found)
    assert "more/*.csv" in missing


def test_our_own_folders_never_match(folder):
    for name in (".tidewaiter/tables", "report/tables"):
        (folder / name).mkdir(parents=True)
        (folder / name / "c.csv").write_text("x")
    assert [p.name for _, p in find_inputs(case_with(folder, "**/*.csv"))] == ["a.csv", "b.csv"]


@pytest.mark.parametrize(
    "glob", ["../*.csv", "/etc/passwd", "inputs/../../secret.csv", "C:/x.csv", "in\\x.csv", "~/x.csv", "inputs/**.csv"]
)
def test_a_glob_stays_in_the_case(folder, glob):
    with pytest.raises(CaseError) as caught:
        find_inputs(case_with(folder, glob))
    assert caught.value.line == 7
    assert caught.value.hint


@pytest.mark.parametrize("glob", ["inputs/link.csv", "inputs/l*.csv"])
def test_a_link_out_of_the_case_is_refused(folder, glob):
    (folder / "inputs" / "link.csv").symlink_to(folder.parent / "secret.csv")
    with pytest.raises(CaseError, match="leads out of the case"):
        find_inputs(case_with(folder, glob))


def test_a_folder_link_out_of_the_case_is_refused(folder):
    (folder / "elsewhere").symlink_to(folder.parent)
    with pytest.raises(CaseError, match="leads out of the case"):
        find_inputs(case_with(folder, "elsewhere/*.csv"))


def test_a_file_is_read_once(folder):
    with pytest.raises(CaseError, match="matched twice") as caught:
        find_inputs(case_with(folder, "inputs/a.csv", "inputs/*.csv"))
    assert caught.value.line == 10
    assert "line 7" in caught.value.message
    (folder / "inputs" / "twin.csv").symlink_to(folder / "inputs" / "b.csv")
    with pytest.raises(CaseError, match="matched twice"):
        find_inputs(case_with(folder, "inputs/*.csv"))


def test_a_named_file_has_to_be_there(folder):
    with pytest.raises(CaseError, match="missing") as caught:
        find_inputs(case_with(folder, "inputs/aa.csv"))
    assert caught.value.hint == 'Did you mean "a.csv"?'
    (folder / "inputs" / "dead.csv").symlink_to(folder / "nothing")
    with pytest.raises(CaseError, match="link to nothing"):
        find_inputs(case_with(folder, "inputs/dead.csv"))


def test_pipes_and_folders_are_no_files(folder):
    os.mkfifo(folder / "inputs" / "pipe.csv")
    for glob in ("inputs/pipe.csv", "inputs"):
        with pytest.raises(CaseError, match="not a plain file"):
            find_inputs(case_with(folder, glob))


@pytest.mark.parametrize("template", ["shuttle", "tanker"])
def test_init_writes_a_case_that_loads(tmp_path, template):
    result = CliRunner().invoke(init, [str(tmp_path / "new"), "--template", template, "--json"], catch_exceptions=False)
    files = json.loads(result.stdout)["files"]
    assert files[-1].endswith("case.toml")
    assert len(find_inputs(load_case(tmp_path / "new"))) == len(files) - 1


def test_init_overwrites_nothing(tmp_path):
    write_template(tmp_path, "shuttle")
    before = (tmp_path / "case.toml").read_bytes()
    with pytest.raises(CaseError, match="already there") as caught:
        write_template(tmp_path, "tanker")
    assert caught.value.hint
    assert (tmp_path / "case.toml").read_bytes() == before


def test_init_does_not_touch_files_of_the_user(tmp_path):
    (tmp_path / "inputs").mkdir()
    (tmp_path / "inputs" / "looks.csv").write_text("mine")
    with pytest.raises(CaseError, match=r"looks\.csv"):
        write_template(tmp_path, "shuttle")
    assert not (tmp_path / "case.toml").exists()
