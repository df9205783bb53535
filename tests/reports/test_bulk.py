"""Many files at once: the same rows whatever the number of processes, and a run that was cut off goes on."""

import csv
import io

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.reports import bulk
from tidewaiter.reports.claim import Ground, TextClaim
from tidewaiter.reports.writing import COLUMNS, as_csv, as_json, from_json

TEXTS = {
    "a.txt": "Nach Angaben der NATO lieferte Iran im vergangenen Jahr 400 Raketen und 20 Panzer an Russland.",
    "b.txt": "According to RUSI, Iran delivered more than 2,500 containers to Russia by ship in March 2023.",
    "c.txt": "Es regnete den ganzen Tag und die Schiffe lagen still.",
    "d.txt": "L'Iran a livré 400 missiles à la Russie selon l'OTAN, mais les navires ne sont pas tous arrivés.",
    "e.txt": "По данным Reuters, Иран поставил России 90 тысяч снарядов, и это не все поставки.",
    "f.txt": "За даними Reuters, Іран поставив Росії 90 тисяч снарядів, і це ще не всі поставки.",
    "g.txt": "로이터통신에 따르면 이란은 러시아에 컨테이너 1만2000여개를 보냈다.",
}


class Cut(Exception):
    """The run was ended from outside."""


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "texts"
    root.mkdir()
    for name, text in TEXTS.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 2)


def run(folder, out, **options):
    return bulk.extract_files(bulk.find_files([folder]), out, **{"jobs": 1, "published": "2024-05-15", **options})


def cut_after(number):
    def progress(done):
        if done >= number:
            raise Cut

    return progress


def journal(out):
    return out.with_name(out.name + ".progress")


def test_files_of_a_folder_come_by_name_and_only_texts(folder, tmp_path):
    (folder / "sub").mkdir()
    (folder / "sub" / "z.HTML").write_text("<p>", encoding="utf-8")
    (folder / "notes.docx").write_bytes(b"")
    (folder / "no_suffix").write_bytes(b"")
    names = [p.relative_to(folder).as_posix() for p in bulk.find_files([folder])]
    assert names == [*sorted(TEXTS), "sub/z.HTML"]
    assert bulk.find_files([tmp_path / "named.docx"]) == [tmp_path / "named.docx"]


def test_links_to_folders_are_not_followed(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "z.txt").write_text("x", encoding="utf-8")
    (folder / "link").symlink_to(outside, target_is_directory=True)
    assert [p.name for p in bulk.find_files([folder])] == sorted(TEXTS)


def test_a_folder_becomes_lines_in_order(folder, tmp_path):
    out = tmp_path / "claims.jsonl"
    done = run(folder, out)
    claims = [from_json(line) for line in out.read_bytes().splitlines()]
    assert done == bulk.Sum(len(TEXTS), len(claims), (), 0)
    assert [c.doc for c in claims] == sorted(c.doc for c in claims)
    assert {c.doc for c in claims} == set(TEXTS) - {"c.txt"}
    assert not journal(out).exists()


def test_the_claims_are_those_of_each_file_alone(folder, tmp_path):
    out = tmp_path / "claims.jsonl"
    run(folder, out)
    alone = b"".join(as_json(bulk.read_file(folder / name, "2024-05-15")) for name in sorted(TEXTS))
    assert out.read_bytes() == alone


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_several_processes_write_what_one_writes(folder, tmp_path, small_chunks, suffix):
    one, two = tmp_path / f"one.{suffix}", tmp_path / f"two.{suffix}"
    assert run(folder, one, jobs=1) == run(folder, two, jobs=2)
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_size


def test_progress_counts_the_files(folder, tmp_path, small_chunks):
    seen = []
    run(folder, tmp_path / "claims.jsonl", progress=seen.append)
    assert seen == [0, 2, 4, 6, 7]


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
@pytest.mark.parametrize("number", [2, 4, 6])
def test_a_run_that_was_cut_goes_on(folder, tmp_path, small_chunks, suffix, number):
    whole, out = tmp_path / f"whole.{suffix}", tmp_path / f"claims.{suffix}"
    expected = run(folder, whole)
    with pytest.raises(Cut):
        run(folder, out, progress=cut_after(number))
    assert journal(out).exists()
    with out.open("ab") as half:
        half.write(b'{"id": "half a li')
    done = run(folder, out)
    assert done == expected._replace(resumed=number)
    assert out.read_bytes() == whole.read_bytes()
    assert not journal(out).exists()


def test_an_output_shorter_than_its_journal_says_is_begun_again(folder, tmp_path, small_chunks):
    whole, out = tmp_path / "whole.jsonl", tmp_path / "claims.jsonl"
    expected = run(folder, whole)
    with pytest.raises(Cut):
        run(folder, out, progress=cut_after(4))
    out.write_bytes(out.read_bytes()[:-10])
    assert run(folder, out) == expected
    assert out.read_bytes() == whole.read_bytes()


def test_a_journal_without_its_output_is_begun_again(folder, tmp_path, small_chunks):
    out = tmp_path / "claims.jsonl"
    with pytest.raises(Cut):
        run(folder, out, progress=cut_after(4))
    out.unlink()
    assert run(folder, out).resumed == 0


def test_a_journal_that_cannot_be_read_is_begun_again(folder, tmp_path, small_chunks):
    out = tmp_path / "claims.jsonl"
    with pytest.raises(Cut):
        run(folder, out, progress=cut_after(4))
    journal(out).write_bytes(b"{")
    assert run(folder, out).resumed == 0


def test_the_journal_of_another_folder_is_refused(folder, tmp_path, small_chunks):
    out = tmp_path / "claims.jsonl"
    with pytest.raises(Cut):
        run(folder, out, progress=cut_after(2))
    before = out.read_bytes()
    (folder / "new.txt").write_text(TEXTS["a.txt"], encoding="utf-8")
    with pytest.raises(InputError, match="unfinished") as refused:
        run(folder, out)
    assert "progress" in refused.value.hint
    assert out.read_bytes() == before


def test_the_journal_of_another_method_is_refused(folder, tmp_path, small_chunks, monkeypatch):
    out = tmp_path / "claims.jsonl"
    with pytest.raises(Cut):
        run(folder, out, progress=cut_after(2))
    monkeypatch.setattr(bulk, "METHOD", "grammar/0")
    with pytest.raises(InputError, match="unfinished"):
        run(folder, out)


def test_the_journal_of_a_run_with_another_date_is_refused(folder, tmp_path, small_chunks):
    out = tmp_path / "claims.jsonl"
    with pytest.raises(Cut):
        run(folder, out, progress=cut_after(2))
    with pytest.raises(InputError, match="unfinished"):
        run(folder, out, published="2023-01-01")


def test_a_finished_run_starts_again(folder, tmp_path):
    out = tmp_path / "claims.jsonl"
    assert run(folder, out) == run(folder, out)


def test_what_cannot_be_read_is_listed_and_stops_nothing(folder, tmp_path):
    files = bulk.find_files([folder])
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing more")
    files[1:1] = [tmp_path / "absent.txt", broken, tmp_path]
    done = bulk.extract_files(files, tmp_path / "claims.jsonl", jobs=1)
    assert done.files == len(files)
    assert [name for name, _ in done.errors] == [str(tmp_path / "absent.txt"), str(broken), str(tmp_path)]
    assert all(reason for _, reason in done.errors)
    claims = [from_json(line) for line in (tmp_path / "claims.jsonl").read_bytes().splitlines()]
    assert {c.doc for c in claims} == set(TEXTS) - {"c.txt"}


def test_errors_before_a_cut_are_remembered(folder, tmp_path, small_chunks):
    files = [tmp_path / "absent.txt", *bulk.find_files([folder])]
    out = tmp_path / "claims.jsonl"
    with pytest.raises(Cut):
        bulk.extract_files(files, out, jobs=1, progress=cut_after(4))
    done = bulk.extract_files(files, out, jobs=1)
    assert [name for name, _ in done.errors] == [str(tmp_path / "absent.txt")]
    assert done.resumed == 4


def test_nothing_to_read_makes_an_empty_file(tmp_path):
    assert bulk.extract_files([], tmp_path / "claims.jsonl") == bulk.Sum(0, 0, (), 0)
    assert (tmp_path / "claims.jsonl").read_bytes() == b""
    bulk.extract_files([], tmp_path / "claims.csv")
    assert (tmp_path / "claims.csv").read_text(encoding="utf-8").strip() == ",".join(COLUMNS)


def test_an_output_of_no_known_kind_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match="claims are written to"):
        run(folder, tmp_path / "claims.xlsx")
    assert not (tmp_path / "claims.xlsx").exists()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="not there"):
        bulk.read_file(tmp_path / "absent.txt")


def test_a_table_has_a_header_and_a_row_for_every_claim(folder, tmp_path):
    done = run(folder, tmp_path / "claims.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "claims.csv").read_text(encoding="utf-8"))))
    assert len(rows) == done.claims
    first = rows[0]
    assert (first["doc"], first["item"], first["low"], first["sources"]) == ("a.txt", "missile", "400", "NATO")
    assert first["quote"] in TEXTS["a.txt"]


def test_lists_are_joined_in_a_cell():
    claim = TextClaim(id="a#1", doc="a", quote="q", start=0, end=1, sources=("Reuters", "NATO"), carriers=("Aster",))
    row = next(csv.DictReader(io.StringIO(as_csv([claim], header=True).decode())))
    assert (row["sources"], row["carriers"], row["high"]) == ("Reuters; NATO", "Aster", "")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign):
    said = f"{sign}cmd()"
    claim = TextClaim(
        id=said, doc=said, quote=said, start=0, end=6, condition=said, sources=(said,), note=said, item_text=said
    )
    row = next(csv.DictReader(io.StringIO(as_csv([claim], header=True).decode(), newline="")))
    for name in ("id", "doc", "quote", "condition", "sources", "note", "item_text"):
        assert row[name] == f"'{said}"


@given(st.text(max_size=30))
def test_whatever_a_text_says_no_cell_begins_a_formula(text):
    claim = TextClaim(id="a#1", doc="a", quote=text, start=0, end=len(text), sources=(text,), note=text)
    row = next(csv.DictReader(io.StringIO(as_csv([claim], header=True).decode(), newline="")))
    assert not row["quote"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert row["quote"].removeprefix("'") == text.removeprefix("'")


NAMES = st.text(max_size=12)
CLAIMS = st.builds(
    TextClaim,
    id=NAMES,
    doc=NAMES,
    quote=st.text(max_size=40),
    start=st.integers(0, 10**9),
    end=st.integers(0, 10**9),
    low=st.none() | st.floats(0, 1e12, allow_nan=False),
    high=st.none() | st.floats(0, 1e12, allow_nan=False),
    sources=st.lists(NAMES, max_size=3).map(tuple),
    confidence=st.floats(0, 1),
    grounds=st.dictionaries(NAMES, st.builds(Ground, st.none() | st.integers(0, 99), st.none(), NAMES), max_size=3),
)


@given(st.lists(CLAIMS, max_size=4))
def test_lines_are_read_back_as_they_were(claims):
    lines = as_json(claims)
    assert [from_json(line) for line in lines.split(b"\n")[:-1]] == claims


def test_whole_numbers_are_written_whole():
    line = as_json([TextClaim(id="a#1", doc="a", quote="q", start=0, end=1, low=6_000_000.0, high=33.33)])
    assert b'"low":6000000,' in line
    assert b'"high":33.33,' in line


def test_a_line_that_is_no_claim_is_refused():
    with pytest.raises(msgspec.ValidationError):
        from_json(b'{"id": "a"}')


def test_the_same_run_twice_writes_the_same_bytes(folder, tmp_path):
    run(folder, tmp_path / "one.jsonl")
    run(folder, tmp_path / "two.jsonl")
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()
