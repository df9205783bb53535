"""Files as they come: encodings, delimiters, quotes, damage, size. A bad row is set aside, nothing is lost."""

import csv
import gzip
import io
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import tidewaiter.readings.lines as lines_module
import tidewaiter.readings.read as read_module
from tidewaiter.errors import CaseError, InputError
from tidewaiter.model.tables import READINGS

HEAD = "look_id,place,start,state,note\n"
ROW = "L{},amber,2031-03-07,clear,\n"


def looks(result):
    return [row["look_id"] for row in result.tables["looks"].to_pylist()]


def reasons(result):
    return [(r["row"], r["line"], r["column"], r["reason"]) for r in result.rejects.to_pylist()]


def test_a_plain_file(read):
    result = read("looks", HEAD + ROW.format(1))
    (row,) = result.tables["looks"].to_pylist()
    assert (row["row"], row["line"], row["place_id"]) == (1, 2, "amber")
    assert {name: table.schema for name, table in result.tables.items()} == READINGS


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + (HEAD + ROW.format(1)).encode(),
        (HEAD + ROW.format(1)).replace("\n", "\r\n").encode(),
        (HEAD + ROW.format(1)).replace(",", ";").encode(),
        (HEAD + ROW.format(1)).replace(",", "\t").encode(),
        (HEAD + ROW.format(1)).rstrip("\n").encode(),
        b"\n\n" + (HEAD + ROW.format(1)).encode() + b"\n,,,,\n",
        b"Look ID,PLACE,Start,state,note,,\nL1,amber,2031-03-07,clear,,,\n",
        b'"look_id","place","start","state","note"\n"L1","amber","2031-03-07","clear",""\n',
    ],
)
def test_spreadsheets_export_in_many_ways(read, content):
    result = read("looks", content)
    assert looks(result) == ["L1"]
    assert not reasons(result)


def test_a_header_alone_is_no_row(read):
    assert read("looks", HEAD).tables["looks"].num_rows == 0


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (b"", "is empty", "header"),
        (b" \n \n", "is empty", "header"),
        (b"\xef\xbb\xbf", "is empty", "header"),
        (HEAD.encode("utf-16"), "UTF-16", "UTF-8"),
        (HEAD.encode("utf-16-le"), "zero bytes", "UTF-8"),
        (b"PK\x03\x04rest", "Excel", "CSV UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "PNG", "CSV"),
        (b"%PDF-1.7", "PDF", "CSV"),
        (b"PAR1....", "Parquet", ".parquet"),
        (gzip.compress(HEAD.encode()), "gzip", ".csv.gz"),
        (HEAD.replace("\n", "\r").encode(), "Macintosh", "line ends"),
        (b"look_id;place;start;state;caf\xe9\n", "header cannot be read", None),
        (HEAD.replace("state", "stat").encode(), 'unknown column "stat"', 'Did you mean "state"?'),
        (HEAD.replace("state,", "").encode(), "the column state is missing", "docs/inputs.md"),
        (HEAD.replace("note", "state").encode(), 'the column "state" is there twice', "take one"),
        (b"look_id,,place,start,state\n", "column 2 has no name", None),
        (b"L1,amber,2031-03-07,clear\n", "unknown column", None),
        (b'look_id,"place,start,state\n', "header", None),
        (b"x" * (2 << 20), "header cannot be read", None),
    ],
)
def test_a_file_that_is_not_what_it_is_declared_to_be_stops_the_run(read, content, message, hint):
    with pytest.raises(InputError) as caught:
        read("looks", content)
    assert message in caught.value.message
    assert caught.value.file == "inputs/table.csv"
    assert hint is None or hint in caught.value.hint


def test_formats_are_told_by_the_name(read):
    for name in ("inputs/x.xlsx", "inputs/x", "inputs/x.json"):
        with pytest.raises(InputError, match="not a table"):
            read("looks", HEAD, name)
    assert looks(read("looks", gzip.compress((HEAD + ROW.format(1)).encode()), "inputs/x.CSV.gz")) == ["L1"]


def test_damaged_or_endless_compression(read, monkeypatch):
    packed = gzip.compress((HEAD + "".join(ROW.format(i) for i in range(5000))).encode())
    with pytest.raises(InputError, match="damaged"):
        read("looks", packed[: len(packed) // 2], "inputs/x.csv.gz")
    monkeypatch.setattr(lines_module, "LARGEST_UNPACKED", 10_000)
    with pytest.raises(InputError, match="unpacks to more"):
        read("looks", packed, "inputs/x.csv.gz")


def test_a_reader_nobody_has(read):
    with pytest.raises(CaseError, match="unknown reader") as caught:
        read("look", HEAD)
    assert caught.value.hint == 'Did you mean "looks"?'


def test_quoted_cells_hold_line_breaks_and_delimiters(read):
    result = read("looks", HEAD + 'L1,amber,2031-03-07,clear,"two\nlines, and ""quotes"""\n' + ROW.format(2))
    rows = result.tables["looks"].to_pylist()
    assert rows[0]["note"] == 'two\nlines, and "quotes"'
    assert [r["line"] for r in rows] == [2, 4]


def test_an_open_quote_costs_one_row(read):
    result = read("looks", HEAD + 'L0,amber,2031-03-07,clear,"open\n' + "".join(ROW.format(i) for i in range(1, 300)))
    assert len(looks(result)) == 299
    ((row, line, _, reason),) = reasons(result)
    assert (row, line) == (1, 2)
    assert "never closed" in reason


def test_a_line_in_another_encoding_costs_one_row(read):
    content = HEAD.encode() + ROW.format(1).encode()
    for text, encoding, label in (
        ("나진항구", "cp949", "Korean"),
        ("Раджин", "cp1251", "Cyrillic"),
        ("café à", "cp1252", "Western"),
    ):
        result = read(
            "looks", content + f"L2,amber,2031-03-07,clear,{text}\n".encode(encoding) + ROW.format(3).encode()
        )
        assert looks(result) == ["L1", "L3"]
        ((row, line, _, reason),) = reasons(result)
        assert (row, line) == (2, 3)
        assert label in reason


def test_a_line_beyond_measure_is_read_past(read):
    long = b"L2,amber,2031-03-07,clear," + b"x" * (5 << 20) + b"\n"
    result = read("looks", HEAD.encode() + ROW.format(1).encode() + long + ROW.format(3).encode())
    assert looks(result) == ["L1", "L3"]
    ((row, line, _, reason),) = reasons(result)
    assert (row, line) == (2, 3)
    assert "1 MiB" in reason


def test_a_line_without_end_never_enters_memory(tmp_path, read, monkeypatch):
    """The reader asks the file for at most one MiB at a time, however long the line is."""
    asked = []
    opened = lines_module._opened

    class Watched:
        def __init__(self, stream):
            self.stream = stream

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.stream.close()

        def read(self, size):
            return self.stream.read(size)

        def readline(self, size):
            asked.append(size)
            return self.stream.readline(size)

    monkeypatch.setattr(lines_module, "_opened", lambda path, packed: Watched(opened(path, packed=packed)))
    result = read("looks", HEAD.encode() + b"y" * (8 << 20))
    assert max(asked) <= (1 << 20) + 1
    assert len(reasons(result)) == 1
    assert len(result.rejects["value"][0].as_py()) == 200


def test_wrong_number_of_cells(read):
    result = read("looks", HEAD + "L1,amber,2031-03-07,clear\nL2,amber,2031-03-07,clear,a,b\n" + ROW.format(3))
    assert looks(result) == ["L3"]
    assert "4 cells" in reasons(result)[0][3]
    assert "6 cells" in reasons(result)[1][3]


def test_hand_made_tables_have_an_end(read, monkeypatch):
    monkeypatch.setattr(read_module, "MOST_ROWS", 100)
    with pytest.raises(InputError, match="more than 100 rows") as caught:
        read("looks", HEAD + "".join(ROW.format(i) for i in range(101)))
    assert "positions" in caught.value.hint


def test_formulas_are_plain_text(read):
    (row,) = read("looks", HEAD + "L1,amber,2031-03-07,clear,=cmd|' /C calc'!A0\n").tables["looks"].to_pylist()
    assert row["note"].startswith("=cmd")


def test_control_characters_are_refused(read):
    result = read("looks", HEAD + "L1,amber,2031-03-07,clear,\x1b[31mred\n")
    assert "control characters" in reasons(result)[0][3]


fuzz = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzz
@given(
    st.sampled_from(sorted(READINGS)), st.binary(max_size=400), st.sampled_from([".csv", ".tsv", ".csv.gz", ".parquet"])
)
@example("positions", b"mmsi,t,lat,lon\n\xff\n", ".csv")
def test_any_bytes_are_readings_or_an_input_error(read, reader, content, suffix):
    with suppress(InputError):
        read(reader, content, f"inputs/x{suffix}")


@fuzz
@given(
    st.lists(
        st.one_of(
            st.just(b"L1,amber,2031-03-07,clear,"),
            st.just(b'L2,amber,2031-03-07,clear,"'),
            st.just(b'L3,"amber",2031-03-08,clear,"a ""b"" c"'),
            st.text(alphabet='L4,"\r;amber x', max_size=30).map(str.encode),
            st.binary(max_size=20).filter(lambda b: b"\n" not in b and b"\0" not in b),
        ),
        max_size=12,
    )
)
def test_no_line_is_lost(read, body):
    """Each line that is not blank is part of a reading or of a reject; quoted line breaks join lines, nothing else does."""
    result = read("looks", HEAD.encode() + b"\n".join(body) + b"\n")
    table = result.tables["looks"]
    taken = table["row"].to_pylist() + result.rejects["row"].to_pylist()
    assert sorted(taken) == list(range(1, len(taken) + 1))
    starts = sorted(table["line"].to_pylist() + result.rejects["line"].to_pylist())
    assert len(set(starts)) == len(starts)
    for number, line in enumerate(body, 2):
        inside_quotes = any(b'"' in earlier for earlier in body[: number - 2])
        blank = not line.decode("utf-8", "replace").replace(",", "").replace('"', "").strip()
        assert number in starts or blank or inside_quotes


@fuzz
@given(
    st.lists(
        st.lists(
            st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12),
            min_size=5,
            max_size=5,
        ),
        max_size=6,
    )
)
def test_rows_and_rejects_are_the_rows_of_a_well_formed_file(read, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["L", *row[1:]] for row in rows])
    result = read("looks", HEAD + out.getvalue())
    assert result.tables["looks"].num_rows + result.rejects.num_rows == len(rows)
