"""Every verb once, as people and scripts call it: exit codes, JSON, errors in words."""

import json
import subprocess
import sys

import pytest

from small_case import contents, write_case
from tidewaiter.cli import VERBS, main

PROGRAM = (sys.executable, "-c", "from tidewaiter.cli import main; main()")


@pytest.fixture
def call(capsys, monkeypatch):
    """Return a function that runs the program in this process: exit code, standard output, standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["tidewaiter", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb(call, verb):
    code, out, _ = call(verb, "--help")
    assert code == 0
    assert f"Usage: tidewaiter {verb}" in out
    assert "--json" in out


def test_help_lists_the_verbs_and_loads_none_of_them():
    program = "import sys; sys.argv = ['tidewaiter', '--help']\nfrom tidewaiter.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
    program += (
        "print([m for m in ('numpy', 'numba', 'pyarrow', 'rich', 'matplotlib', 'scipy', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")
    for verb in VERBS:
        assert f"\n  {verb} " in done.stdout


def test_the_version(call):
    code, out, _ = call("--version")
    assert code == 0
    assert "tidewaiter" in out


def test_init_then_run_then_ask(call, tmp_path):
    root = tmp_path / "mine"
    code, out, _ = call("init", root, "--json")
    assert code == 0
    assert str(root / "case.toml") in json.loads(out)["files"]
    case = root / "case.toml"
    case.write_text(case.read_text("utf-8").replace("draws = 2000", "draws = 100"), "utf-8")
    code, out, _ = call("run", root, "--no-report", "--json")
    assert code == 0
    assert json.loads(out)
    code, out, _ = call("why", root, "calls.total")
    assert code == 0
    assert "inputs/looks.csv, row 1" in out
    code, _, err = call("init", root)
    assert code == 1
    assert "hint:" in err


@pytest.mark.slow
def test_run_prints_the_headline_and_where_the_report_is(case_copy):
    done = subprocess.run([*PROGRAM, "run", case_copy], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "calls.total" in done.stdout
    assert "items.total.documents" in done.stdout
    assert "".join(f"report:{case_copy}/report/index.html".split()) in "".join(done.stdout.split())


@pytest.mark.parametrize("verb", ["tally", "run"])
def test_the_headline_as_json_on_the_screen_or_in_a_file(call, case_copy, tmp_path, verb):
    more = ["--no-report"] if verb == "run" else []
    code, out, _ = call(verb, case_copy, "--json", *more)
    assert code == 0
    shown = json.loads(out)
    code, out, _ = call(verb, case_copy, "-o", tmp_path / "out.json", *more)
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "out.json").read_text()) == shown
    assert "calls.total" in json.dumps(shown)


def test_tally_tells_what_the_last_run_found_and_changes_nothing(call, finished):
    before = contents(finished)
    code, out, _ = call("tally", finished)
    assert code == 0
    assert "calls.total" in out
    assert contents(finished) == before


def test_tally_of_a_case_that_was_never_run(call, tmp_path):
    code, _, err = call("tally", write_case(tmp_path / "new"))
    assert code != 0
    assert "tidewaiter run" in err


def test_add_names_what_it_took_in(call, case_copy, tmp_path):
    new = tmp_path / "photo.jpg"
    new.write_bytes(b"\xff\xd8\xff")
    code, out, _ = call("add", case_copy, new, "--url", "https://example.org/photo", "--json")
    assert code == 0
    (taken,) = json.loads(out)
    assert taken["new"]
    assert taken["evidence"]["name"] == "inputs/photo.jpg"
    code, out, _ = call("add", case_copy, case_copy / "inputs" / "photo.jpg")
    assert code == 0
    assert "already held" in out


def test_verify_is_clean_until_a_byte_changes(call, case_copy):
    code, out, _ = call("verify", case_copy, "--json")
    assert code == 0
    assert json.loads(out)["clean"]
    log = case_copy / ".tidewaiter" / "log.jsonl"
    log.write_bytes(log.read_bytes().replace(b"looks.csv", b"books.csv", 1))
    code, out, _ = call("verify", case_copy)
    assert code == 1
    assert ".tidewaiter/log.jsonl, line" in out
    code, _, err = call("run", case_copy)
    assert code == 1
    assert "log.jsonl" in err


@pytest.mark.parametrize("ident", ["calls.total", "items.2031-04.all_small", "looks/L1", "call-001"])
def test_why_of_measurements_readings_and_calls(call, finished, ident):
    code, out, _ = call("why", finished, ident)
    assert code == 0
    assert out.startswith(ident)
    assert "inputs/" in out
    code, out, _ = call("why", finished, ident, "--json")
    assert code == 0
    assert json.loads(out)["id"] == ident


def test_simulate_makes_a_case_with_its_truth(call, tmp_path):
    code, out, _ = call("simulate", tmp_path / "world", "--seed", 3, "--days", 60, "--json")
    assert code == 0
    assert json.loads(out)["truth"]
    assert (tmp_path / "world" / "case.toml").is_file()
    code, _, err = call("simulate", tmp_path / "world")
    assert code == 1
    assert "hint:" in err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "{nowhere}"), "there is no case.toml here"),
        (("tally", "{nowhere}"), "there is no case.toml here"),
        (("verify", "{nowhere}"), "there is no case.toml here"),
        (("why", "{nowhere}", "calls.total"), ""),
        (("add", "--case", "{nowhere}", "x.csv"), "there is no case.toml here"),
        (("add", "{case}", "{case}/inputs/none.csv"), "No such file"),
        (("why", "{case}", "calls.totl"), "calls.totl"),
        (("why", "{case}", "looks/L99"), "looks/L99"),
    ],
)
def test_errors_end_with_a_code_and_a_hint_and_no_traceback(call, finished, tmp_path, words, message):
    places = {"nowhere": tmp_path, "case": finished}
    code, out, err = call(*(w.format(**places) for w in words))
    assert code != 0
    assert message in err
    assert "error" in err.casefold()
    assert "Traceback" not in err + out
    assert "hint:" in err or "Usage:" in err


@pytest.mark.parametrize(
    "words", [("sail",), ("run", "--loud"), ("why",), ("init",), ("init", "x", "--template", "train")]
)
def test_a_wrong_word_is_a_usage_error(call, words):
    code, _, err = call(*words)
    assert code == 2
    assert "Usage:" in err


def test_an_output_that_cannot_be_written_is_an_error_in_words(finished, tmp_path):
    out = tmp_path / "no" / "such" / "folder.json"
    done = subprocess.run([*PROGRAM, "tally", finished, "-o", out], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_a_reader_that_stops_listening_is_no_traceback(finished):
    command = " ".join(
        [
            "{",
            f"'{PROGRAM[0]}'",
            PROGRAM[1],
            f"'{PROGRAM[2]}'",
            "why",
            f"'{finished}'",
            "calls.total;",
            "}",
            "|",
            "head",
            "-c",
            "5",
        ]
    )
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
