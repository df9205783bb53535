"""Texts in a case from end to end: run, ask why, review, run again."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tidewaiter.cli import tidewaiter
from tidewaiter.errors import TidewaiterError

GAZETTE = """\
Published: 2 July 2031

North Korea has shipped more than 3,000 containers to Russia by sea since March 2031, South Korea's Defence Ministry \
said.

The containers could hold up to 1.2 million artillery shells if all were small, the ministry added.
"""
ECHO = """\
Published: 5 July 2031

Since March 2031 North Korea has shipped over 3,000 containers to Russia, according to South Korea's Defence Ministry.

The Kremlin denied that Russia had received ammunition from North Korea.
"""


def call(*words):
    """Run the program; errors of ours come through."""
    return CliRunner().invoke(tidewaiter, [str(w) for w in words], catch_exceptions=False, standalone_mode=False)


def table(root, name):
    return {r["claim_id"]: r for r in pq.read_table(root / ".tidewaiter" / "tables" / f"{name}.parquet").to_pylist()}


def reviewing(root, *words):
    return json.loads(call("reports", "review", root, "--json", *words).stdout)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The template with two texts, run once; not to be changed."""
    root = tmp_path_factory.mktemp("review") / "amber"
    call("init", root)
    text = (root / "case.toml").read_text("utf-8")
    text = text.replace('"XA"', '"KP"').replace('"XB"', '"RU"').replace('unit = "crate"', 'unit = "round"')
    text = text.replace("draws = 2000", "draws = 100") + '\n[[inputs]]\nglob = "texts/*.txt"\nreader = "reports"\n'
    (root / "case.toml").write_text(text, "utf-8")
    claims = root / "inputs" / "claims.csv"
    claims.write_text(claims.read_text("utf-8").replace("crate,,1260000", "round,,1260000"), "utf-8")
    (root / "texts").mkdir()
    (root / "texts" / "gazette.txt").write_text(GAZETTE, "utf-8")
    (root / "texts" / "echo.txt").write_text(ECHO, "utf-8")
    call("run", root, "--no-report")
    return root


@pytest.fixture
def case(made, tmp_path):
    return shutil.copytree(made, tmp_path / "amber")


def test_texts_stand_beside_the_claims_of_tables(made):
    claims = table(made, "claims")

    assert {"C1", "C2", "C3", "gazette-01", "echo-01"} <= set(claims)
    assert claims["C1"]["start"] is None
    assert claims["echo-01"]["derived_from"] == ["gazette-01"]
    denial = next(c for c in claims.values() if c["category"] == "denial" and c["claim_id"] != "C3")
    assert {"gazette-01", "echo-01"} <= set(denial["concerns"])
    assert "denied-by:" + denial["claim_id"] in table(made, "claim_checks")["gazette-01"]["flags"]
    assert table(made, "claim_fits")["gazette-01"]["role"] == "check"
    assert not call("verify", made).exception


def test_why_shows_the_sentence_and_the_file(made):
    said = call("why", made, "claims/gazette-01").stdout

    assert "texts/gazette.txt, characters " in said
    assert "“North Korea has shipped more than 3,000 containers to Russia" in said
    locator = json.loads(call("why", made, "claims/gazette-01", "--json").stdout)["locator"]
    start, end = locator["start"], locator["end"]
    assert GAZETTE[start:end].startswith("North Korea has shipped")


def test_doubtful_claims_are_listed_and_all_of_them_on_demand(made):
    doubtful, every = reviewing(made), reviewing(made, "--all")

    assert 0 < len(doubtful) < len(every)
    assert all(c["doubts"] or c["confidence"] < 0.8 for c in doubtful)
    first = next(c for c in every if c["id"] == "gazette-01")
    assert (first["low"], first["relation"], first["status"]) == (3000, "gt", "open")
    assert GAZETTE[first["start"] : first["end"]] == first["quote"]
    shown = call("reports", "review", made, "--all").output
    assert "gazette-01" in shown
    assert "over 3,000" in shown
    assert "wait for a person" in shown


def test_decisions_are_lines_of_the_log_and_hold_at_the_next_run(case):
    log = case / ".tidewaiter" / "log.jsonl"
    before = log.read_bytes()
    call(
        *(
            "reports",
            "review",
            case,
            "--accept",
            "gazette-01",
            "--reject",
            "echo-01",
            "--by",
            "Ada",
            "--why",
            "read it",
        ),
        *("--set", "gazette-01", "low", "3100", "--set", "gazette-01", "period_end", "2031-06"),
    )
    assert log.read_bytes().startswith(before)
    lines = [json.loads(line)["fields"] for line in log.read_bytes()[len(before) :].splitlines()]
    assert [line["decision"] for line in lines] == ["set", "set", "accepted", "rejected"]
    assert all((line["by"], line["why"]) == ("Ada", "read it") for line in lines)
    assert (lines[0]["field"], lines[0]["was"], lines[0]["value"]) == ("low", "3000", "3100")
    assert not any(c["id"] == "echo-01" for c in reviewing(case))

    call("run", case, "--no-report")
    claims, texts = table(case, "claims"), table(case, "text_claims")
    assert "echo-01" not in claims
    assert (texts["echo-01"]["status"], texts["echo-01"]["left_out"]) == ("rejected", "a person rejected it")
    assert (claims["gazette-01"]["use"], claims["gazette-01"]["low"]) == ("fit", 3100)
    assert table(case, "claim_fits")["gazette-01"]["role"] == "reading"
    both = json.loads(texts["gazette-01"]["corrections"])
    assert (both["low"]["read"], both["low"]["set"], both["low"]["by"]) == (3000, 3100, "Ada")
    assert json.loads(texts["gazette-01"]["reviewed"])["by"] == "Ada"
    assert not call("verify", case).exception

    again = call("reports", "review", case, "--all").output
    assert "low: 3000 → 3100 by Ada" in again
    call("reports", "review", case, "--set", "gazette-01", "low", "3200", "--reject", "gazette-01")
    (now,) = [c for c in reviewing(case, "--all") if c["id"] == "gazette-01"]
    assert (now["status"], now["low"], now["corrections"]["low"]["read"]) == ("rejected", 3200, 3000)


def test_decisions_follow_the_characters_when_ids_move(case):
    call("reports", "review", case, "--reject", "echo-01")
    (case / "texts" / "more").mkdir()
    (case / "texts" / "more" / "echo.txt").write_text(ECHO.replace("over 3,000", "about 2,900"), "utf-8")
    toml = case / "case.toml"
    toml.write_text(toml.read_text("utf-8").replace("texts/*.txt", "texts/**/*.txt"), "utf-8")
    call("run", case, "--no-report")

    texts = table(case, "text_claims")
    assert {"texts-echo-01", "texts-more-echo-01"} <= set(texts)
    assert texts["texts-echo-01"]["status"] == "rejected"
    assert texts["texts-more-echo-01"]["status"] == "open"


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("--accept", "gazete-01"), 'no claim of a text has the id "gazete-01"', 'Did you mean "gazette-01"?'),
        (("--set", "gazette-01", "mod", "ship"), 'no field "mod"', 'Did you mean "mode"?'),
        (("--set", "gazette-01", "mode", "shp"), "is no mode", 'Did you mean "ship"?'),
        (("--set", "gazette-01", "low", "12.000"), "two ways", ""),
        (("--set", "gazette-01", "period_end", "2030"), "reversed", ""),
        (("--accept", "echo-01", "--reject", "echo-01"), "at once", "one of the two"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused_and_nothing_is_logged(case, words, message, hint):
    log = (case / ".tidewaiter" / "log.jsonl").read_bytes()

    with pytest.raises(TidewaiterError, match=message) as caught:
        call("reports", "review", case, "--reject", "gazette-02", *words)

    assert hint in (caught.value.hint or "")
    assert (case / ".tidewaiter" / "log.jsonl").read_bytes() == log


def test_a_case_without_texts_says_so(tmp_path):
    call("init", tmp_path / "plain")
    with pytest.raises(TidewaiterError, match="no claims of texts"):
        call("reports", "review", tmp_path / "plain")
    with pytest.raises(TidewaiterError, match=r"no case\.toml"):
        call("reports", "review", tmp_path)


def test_as_of_a_day_knows_the_texts_published_by_then(case):
    done = call("tally", case, "--as-of", "2031-07-03", "--json")

    assert json.loads(done.stdout)


@pytest.mark.slow
def test_a_report_with_texts_is_built_and_sensitive_ones_leave_no_trace(case):
    pytest.importorskip("matplotlib", reason="the report needs the extra [report]")
    toml = case / "case.toml"
    call("run", case)
    page = (case / "report" / "index.html").read_text("utf-8")
    assert "North Korea has shipped more than" in page
    toml.write_text(
        toml.read_text("utf-8").replace('reader = "reports"', 'reader = "reports"\nsensitive = true'), "utf-8"
    )
    call("run", case)
    for file in sorted((case / "report").rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            assert not any(
                word in content for word in (b"gazette-01", b"echo-01", b"gazette.txt", b"North Korea has")
            ), file


def test_extract_needs_no_case(tmp_path):
    (tmp_path / "gazette.txt").write_text(GAZETTE, "utf-8")

    lines = call("reports", "extract", tmp_path / "gazette.txt", "--json").stdout.splitlines()

    assert json.loads(lines[0])["low"] == 3000
