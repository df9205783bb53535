"""How a log is written: parts, tag blocks, times, damage, bytes of any kind."""

import gzip
import os
import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from ais_encoder import (
    aid,
    base,
    details_b,
    gatehouse,
    long_range,
    position_a,
    position_b,
    sentences,
    summed,
    tagged,
    voyage,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.errors import InputError
from tidewaiter.tracks.nmea import REASONS, decode, decode_batches, decode_to

ONE = sentences(position_a())[0]
T = 1_692_275_459


def of(*lines, **options):
    return decode("".join(f"{line}\n" for line in lines).encode("latin1"), **options)


def rejected(*lines):
    tables = of(*lines)
    summary = tables.summary
    assert summary.lines == summary.message_lines + sum(summary.rejected.values())
    return summary.rejected


@pytest.mark.parametrize("talker", ["AIVDM", "AIVDO", "BSVDM", "ABVDM", "ANVDM", "--VDM", "SSVDO"])
def test_any_talker(talker):
    assert of(*sentences(position_a(), talker=talker)).positions.num_rows == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", "blank"),
        ("  \t\r", "blank"),
        ("# a remark", "not_nmea"),
        ("ÿþ!", "not_nmea"),
        ("$GPGGA,1*00", "other_sentence"),
        ("!AIPWR,UNIT=0", "other_sentence"),
        ("!", "other_sentence"),
        ("!AIVDM", "other_sentence"),
        ("!AIVDM,", "framing"),
        ("!AIVDM,1,1,,A,15", "framing"),
        (summed("AIVDM,0,1,,A,15,0"), "framing"),
        (summed("AIVDM,1,2,,A,15,0"), "framing"),
        (summed("AIVDM,1,1,,A,15,6"), "framing"),
        (summed("AIVDM,1,1,,A,15,"), "framing"),
        (summed("AIVDM,1,1,,ABC,15,0"), "framing"),
        (ONE[:-2], "framing"),
        (ONE[:-2] + "G0", "framing"),
        (ONE[:20] + "x" + ONE[21:], "checksum"),
        (ONE.replace("AIVDM,1", "AIVDM,2"), "checksum"),
        (summed(ONE[1:25] + "~" + ONE[26:-3]), "armour"),
        (summed("AIVDM,1,1,,A,,0"), "length"),
        (summed("AIVDM,1,1,,A,15,0"), "length"),
        (summed("AIVDM,1,1,,A," + "0" * 300 + ",0"), "length"),
        (sentences(position_a() + "000001")[0], "length"),
        (sentences(voyage()[:420])[0], "length"),
        (sentences(details_b()[:160])[0], "length"),
        (sentences(details_b(part=2))[0], "unknown_part"),
        (sentences("000110" + position_a()[6:])[0], "unused_type"),
        (sentences(voyage(), parts=2)[1], "part_alone"),
        ("\\s:a,c:1*00", "tag_block"),
        (tagged("s:a", ""), "tag_block"),
        (ONE + "," + "9" * 5000, "too_long"),
        ("x" * 5000, "too_long"),
    ],
)
def test_every_line_that_is_set_aside_has_its_reason(line, reason):
    assert rejected(line) == {reason: 1}
    assert rejected(ONE, line, ONE) == {reason: 1}


def test_reasons_are_all_there_is():
    assert set(REASONS) >= set(rejected("", "x", "$a", "!AIVDM,"))


def test_more_zeros_than_a_message_has_bits_are_let_pass():
    assert of(*sentences(long_range() + "0" * 72)).positions.num_rows == 1
    assert of(*sentences(aid() + "0" * 150)).statics["name"].to_pylist() == ["BUOY NINE"]


def test_line_ends_and_white_space():
    for text in (ONE, ONE + "\r\n", ONE + "\n", "\n\n  " + ONE, ONE + "   \r\n"):
        tables = decode(text.encode())
        assert tables.positions.num_rows == 1
    assert tables.summary.lines == 1
    assert decode(f"\n\n{ONE}".encode()).positions["line"].to_pylist() == [3]


def test_parts_in_any_order():
    parts = sentences(voyage(), parts=3, sequence="4")
    for order in permutations(parts):
        tables = of(ONE, *order)
        assert tables.statics["name"].to_pylist() == ["ANGARA"]
        assert tables.statics["line"].to_pylist() == [2]
        assert tables.summary.message_lines == 4


def test_parts_of_several_messages_between_one_another():
    names = [f"SHIP {i}" for i in range(10)]
    messages = [sentences(voyage(mmsi=i + 1, name=names[i]), parts=2, sequence=str(i)) for i in range(10)]
    tables = of(*(m[0] for m in messages), *(m[1] for m in reversed(messages)))
    assert sorted(tables.statics["name"].to_pylist()) == names
    pairs = zip(tables.statics["vessel_key"].to_pylist(), tables.statics["name"].to_pylist(), strict=True)
    assert all(name == f"SHIP {mmsi - 1}" for mmsi, name in pairs)
    assert of(*(m[1] for m in messages), *(m[0] for m in messages)).statics.num_rows == 10


def test_what_tells_parts_of_different_messages_apart():
    def parts(name, **how):
        return sentences(voyage(name=name), parts=2, sequence="1", **how)

    for one, other in (
        (parts("ONE", channel="A"), parts("TWO", channel="B")),
        (parts("ONE"), parts("TWO", talker="BSVDM")),
        ([tagged("s:x", p) for p in parts("ONE")], [tagged("s:y", p) for p in parts("TWO")]),
        ([tagged(f"g:{i}-2-7", p) for i, p in enumerate(parts("ONE"), 1)], parts("TWO")),
        (
            [tagged(f"g:{i}-2-7", p) for i, p in enumerate(parts("ONE"), 1)],
            [tagged(f"g:{i}-2-8", p) for i, p in enumerate(parts("TWO"), 1)],
        ),
    ):
        names = of(one[0], other[0], one[1], other[1]).statics["name"].to_pylist()
        assert names == ["ONE", "TWO"]


def test_a_part_without_the_station_of_the_first_one():
    first, second = sentences(voyage(), parts=2, sequence="1")
    row = of(tagged(f"g:1-2-55,s:rx1,c:{T}", first), tagged("g:2-2-55", second)).statics.to_pylist()[0]
    assert (row["source"], row["t"]) == ("rx1", T * 1_000_000)
    assert of(tagged("s:rx1", first), second).statics["source"].to_pylist() == ["rx1"]


def test_a_lost_part_does_not_shift_those_after_it():
    parts = [sentences(voyage(goal=f"GOAL {i}", name=f"SHIP {i}"), parts=2, sequence="3") for i in range(6)]
    lines = [parts[0][1]]  # its first part is lost
    for first, second in parts[1:]:
        lines += [ONE] * 110 + [first, ONE, second]
    tables = of(*lines)
    for row in tables.statics.to_pylist():
        assert row["name"].removeprefix("SHIP ") == row["destination"].removeprefix("GOAL ")
    assert tables.statics.num_rows == 5
    assert tables.summary.rejected == {"part_alone": 1}
    lines[113] = ONE  # and here the second
    tables = of(*lines)
    assert tables.statics["name"].to_pylist() == ["SHIP 2", "SHIP 3", "SHIP 4", "SHIP 5"]
    assert tables.summary.rejected == {"part_alone": 2}


def test_a_part_long_before_the_first_one_gives_way_to_one_after_it():
    parts = [sentences(voyage(goal=f"GOAL {i}"), parts=2, sequence="3") for i in range(2)]
    tables = of(parts[0][1], *[ONE] * 40, parts[1][0], parts[1][1])
    assert tables.statics["destination"].to_pylist() == ["GOAL 1"]
    assert tables.summary.rejected == {"part_alone": 1}


def test_repeated_and_old_parts():
    first, second = sentences(voyage(), parts=2, sequence="2")
    assert rejected(first, first, second) == {"part_repeated": 1}
    assert rejected(first, *[ONE] * 501, second) == {"part_alone": 2}
    assert of(first, *[ONE] * 490, second).statics.num_rows == 1
    assert of(second, *[ONE] * 90, first).statics.num_rows == 1  # nothing better came
    assert rejected(second, *[ONE] * 110, first) == {"part_alone": 2}


def test_more_messages_wait_than_there_is_room_for():
    lines = [tagged(f"g:1-2-{i}", sentences(voyage(mmsi=i), parts=2, sequence="1")[0]) for i in range(900)]
    assert rejected(*lines) == {"part_alone": 900}


def test_times_from_tag_blocks_suffixes_and_gatehouse_lines():
    def time(*lines, **options):
        [row] = of(*lines, **options).positions.to_pylist()
        return row["t"], row["time_from"]

    us = T * 1_000_000
    assert time(tagged(f"s:a,c:{T}", ONE)) == (us, "tag block")
    assert time(tagged(f"c:{T}123,s:a", ONE)) == (us + 123_000, "tag block")
    assert time(ONE + f",{T}") == (us, "suffix")
    assert time(ONE + f" {T}456\r") == (us + 456_000, "suffix")
    assert time(ONE + f",{T}.25") == (us + 250_000, "suffix")
    assert time(ONE + f",d-089,S1234,T12.12345,r003669945,{T}") == (us, "suffix")
    assert time(ONE + ",-5") == time(ONE + ",x,12") == time(tagged("c:-5", ONE)) == (None, None)
    assert time(ONE + f",{T}{T}") == (None, None)
    pghp = gatehouse((2023, 8, 17, 12, 30, 59, 7), [ONE])
    assert time(pghp, ONE) == (us + 7000, "PGHP")
    assert time(pghp, ONE + f",{T + 1}") == (us + 1_000_000, "suffix")
    assert time(pghp, ONE + f",{T + 1}", times=("PGHP", "suffix")) == (us + 7000, "PGHP")
    assert time(pghp, ONE + f",{T + 1}", times=()) == (None, None)
    assert time(gatehouse((2023, 8, 17, 12, 30, 59, 7), [sentences(position_b())[0]]), ONE) == (None, None)
    assert time(gatehouse((2023, 13, 17, 12, 30, 59, 7), [ONE]), ONE) == (None, None)
    assert time(pghp[:-1] + "!", ONE) == (None, None)
    station = sentences(base())[0]
    assert time(station + f",{T - 9}") == (us - 9_000_000, "suffix")
    assert time(station + f",{T - 9}", times=("message", "suffix")) == (us, "message")


def test_a_gatehouse_line_speaks_of_all_parts():
    parts = sentences(voyage(), parts=2, sequence="2")
    tables = of(gatehouse((2023, 8, 17, 12, 30, 59, 0), parts), *parts, ONE)
    assert tables.statics["t"].to_pylist() == [T * 1_000_000]
    assert tables.positions["t"].to_pylist() == [None]


def test_sources():
    assert of(tagged("s:rORBCOMM000", ONE)).positions["source"].to_pylist() == ["rORBCOMM000"]
    assert of(ONE + f",r003669945,{T}").positions["source"].to_pylist() == ["r003669945"]
    rows = of(ONE, tagged("s:x", ONE), tagged("s:y", ONE), tagged("s:x", ONE), source="mine").positions
    assert rows["source"].to_pylist() == ["mine", "x", "y", "x"]
    many = of(*(tagged(f"s:{i}", ONE) for i in range(4200)))
    assert many.positions["source"].to_pylist()[:4096] == [str(i) for i in range(4096)]
    assert many.positions["source"].null_count == many.summary.stations_ignored == 104


def test_a_damaged_tag_block_says_nothing_but_its_sentence_counts():
    tables = of("\\s:x,c:1692275459*00\\" + ONE)
    assert tables.summary.tag_blocks_ignored == 1
    [row] = tables.positions.to_pylist()
    assert (row["t"], row["source"]) == (None, None)


SOME = [
    ONE,
    *sentences(voyage(), parts=2, sequence="1"),
    *sentences(position_b()),
    *sentences(details_b()),
    "",
    "$GPGGA",
]


@given(st.lists(st.sampled_from(SOME), max_size=30), st.lists(st.integers(1, 90), min_size=1, max_size=9))
def test_how_the_bytes_are_cut_makes_no_difference(lines, cuts):
    data = "\n".join(lines).encode()
    pieces, p = [], 0
    while p < len(data):
        step = cuts[len(pieces) % len(cuts)]
        pieces.append(data[p : p + step])
        p += step
    whole, cut = decode(data), decode(pieces)
    assert whole.summary == cut.summary
    assert whole.positions.equals(cut.positions)
    assert whole.statics.equals(cut.statics)


def test_batches_are_full_and_nothing_is_lost_between_them():
    data = ("\n".join(SOME[:5]) + "\n").encode() * 30_000
    items = list(decode_batches([data]))
    summary = items.pop()
    positions = [item.positions.num_rows for item in items if item.positions is not None]
    statics = [item.statics.num_rows for item in items if item.statics is not None]
    assert sum(positions) == summary.positions == 60_000
    assert sum(statics) == summary.statics == 60_000
    assert len(statics) > 3
    assert min(statics[:-1]) > 10_000


def test_a_long_line_is_not_held():
    from tidewaiter.tracks.nmea.decoder import Decoder

    decoder = Decoder()
    for _ in range(50):
        assert not list(decoder.read(b"x" * 100_000))
    assert len(decoder._rest) < 5000
    assert list(decoder.read(f"\n{ONE}\n".encode())) == []
    list(decoder.end())
    assert decoder.summary().rejected == {"too_long": 1}
    assert decoder.summary().positions == 1


def test_gzip_also_of_several_members_and_cut_short(tmp_path):
    path = tmp_path / "log.gz"
    text = f"{ONE}\n".encode() * 20_000
    path.write_bytes(gzip.compress(text) + gzip.compress(text) + b"\0" * 20)
    tables = decode(path)
    assert tables.positions.num_rows == 40_000
    assert tables.summary.damage == ()
    assert tables.positions["file"].to_pylist()[:1] == ["log.gz"]
    path.write_bytes(gzip.compress(text)[:-600])
    tables = decode(path)
    assert 0 < tables.positions.num_rows <= 20_000
    assert "ends early" in tables.summary.damage[0]
    path.write_bytes(gzip.compress(text)[:-8] + b"damaged!")
    assert "damaged" in decode(path).summary.damage[0]


def test_several_logs_are_counted_together_and_lines_by_log(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"\n{ONE}\n", encoding="ascii")
    tables = decode([tmp_path / "a.txt", tmp_path / "b.txt"])
    assert tables.positions["file"].to_pylist() == ["a.txt", "b.txt"]
    assert tables.positions["line"].to_pylist() == [2, 2]
    assert tables.summary.rejected == {"blank": 2}


def test_to_parquet_and_nothing_half_done(tmp_path):
    log, positions, statics = tmp_path / "log.txt", tmp_path / "p.parquet", tmp_path / "s.parquet"
    log.write_text("\n".join(SOME * 500), encoding="ascii")
    told = []
    summary = decode_to([log], positions, statics, lambda done, total: told.append((done, total)))
    whole = decode(log)
    assert summary == whole.summary
    assert pq.read_table(positions).equals(whole.positions)
    assert pq.read_table(statics).equals(whole.statics)
    assert told[-1] == (log.stat().st_size, log.stat().st_size)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["log.txt", "p.parquet", "s.parquet"]
    before = positions.read_bytes()
    with pytest.raises(InputError, match="cannot be read"):
        decode_to([log, tmp_path / "absent.txt"], positions, statics)
    assert positions.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 3


def test_errors_that_help(tmp_path):
    (tmp_path / "log.zip").write_bytes(b"PK\x03\x04....")
    for act, words in (
        (lambda: decode(tmp_path / "absent.txt"), "cannot be read"),
        (lambda: decode(tmp_path), "cannot be read"),
        (lambda: decode(tmp_path / "log.zip"), "is zip"),
        (lambda: decode(["log.txt"]), "path or bytes"),
        (lambda: decode(b"", times=("sufix",)), "sufix"),
        (lambda: decode_to([tmp_path / "a"], tmp_path / "a"), "written over"),
        (lambda: decode_to([], tmp_path / "b", tmp_path / "b"), "written over"),
        (lambda: decode_to([], tmp_path / "no" / "b"), "cannot be written"),
    ):
        with pytest.raises(InputError, match=words):
            act()


def test_importing_loads_no_compiler():
    code = "import sys, tidewaiter.tracks.nmea; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(st.binary(max_size=400))
def test_any_bytes(data):
    tables = decode(data)
    summary = tables.summary
    assert summary.lines == data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    assert summary.lines == summary.message_lines + sum(summary.rejected.values())


ALPHABET = st.sampled_from(
    [b"\n", b",", b"*", b"\\", b"!AIVDM,", b"1", b"2", b"0", b"$PGHP,1,", b"c:", b"s:", b"g:", b"-", b"w"]
)


@given(st.lists(st.one_of(st.sampled_from([s.encode() for s in SOME]), ALPHABET, st.binary(max_size=3)), max_size=40))
@settings(max_examples=300)
def test_any_mixture_of_what_sentences_are_made_of(pieces):
    tables = decode(b"".join(pieces))
    tables.positions.validate(full=True)
    tables.statics.validate(full=True)
    assert tables.summary.lines == tables.summary.message_lines + sum(tables.summary.rejected.values())


@pytest.mark.slow
def test_a_million_mutated_lines_with_every_index_checked(tmp_path):
    script = Path(__file__).with_name("fuzz_nmea.py")
    env = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(script), "1000000"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "1000000" in done.stdout
