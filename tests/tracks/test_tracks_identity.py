"""Identity as dated intervals: against a plain reading of the rules, and on cases drawn by hand."""

from itertools import groupby, pairwise

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import imo as stdnum_imo

from tidewaiter.errors import InputError
from tidewaiter.tracks.identity import (
    CHANGES,
    DRAUGHT_CHANGES,
    FLAG_HOPPING,
    HULLS,
    INTERVALS,
    Draughts,
    FlagHopping,
    Identity,
    country_name,
    find_draught_changes,
    flag_hopping,
    flags,
    hull_intervals,
    identity_changes,
    identity_intervals,
    imo_holds,
    mmsi_kinds,
    number_changes,
)
from tidewaiter.tracks.identity.spells import spells
from tidewaiter.tracks.presets import explain, preset

HOUR, DAY = 3_600_000_000, 86_400_000_000
RULE = Identity(come_back_h=24.0, min_messages=2)
DRAUGHT = preset("tidewaiter", "draught", Draughts)
RIGHT, OTHER, WRONG = 9241114, 8814940, 1234568


def statics(rows, **kinds):
    """Rows are dicts with vessel_key, t and anything else."""
    kinds = {"vessel_key": pa.int64(), "t": pa.int64(), "imo": pa.int32(), "draught_m": pa.float32()} | kinds
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({n: pa.array([r.get(n) for r in rows], kinds.get(n, pa.string())) for n in names})


def named(*names, apart=HOUR, vessel=1):
    return [{"vessel_key": vessel, "t": k * apart, "name": name} for k, name in enumerate(names)]


def rows_of(table, *names):
    return list(zip(*(table[n].to_pylist() for n in names), strict=True))


def by_hand(messages, come_back, min_messages):
    """(holder, value, start, end, messages, interleaved, rare) of every spell, from messages (holder, t, value)."""
    out = []
    for holder in sorted({m[0] for m in messages}):
        own = [m for m in messages if m[0] == holder]
        often = {v for v in {m[2] for m in own} if sum(m[2] == v for m in own) >= min_messages}
        out += [
            (holder, v, min(ts), max(ts), len(ts), False, True)
            for v in {m[2] for m in own} - often
            for ts in [[m[1] for m in own if m[2] == v]]
        ]
        runs = [(v, [m[1] for m in g]) for v, g in groupby((m for m in own if m[2] in often), key=lambda m: m[2])]
        mixed, leader = set(), list(range(len(runs)))
        for q in range(len(runs)):
            before = [p for p in range(q) if runs[p][0] == runs[q][0]]
            if before and runs[q][1][0] - runs[before[-1]][1][-1] <= come_back:
                leader[q] = leader[before[-1]]
                mixed |= set(range(before[-1], q + 1))
        for head in set(leader):
            of = [k for k in range(len(runs)) if leader[k] == head]
            ts = [t for k in of for t in runs[k][1]]
            out.append((holder, runs[head][0], min(ts), max(ts), len(ts), any(k in mixed for k in of), False))
    return sorted(out)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([0, HOUR, 30 * HOUR]), st.integers(0, 3)), max_size=30),
    st.integers(1, 3),
)
def test_spells_are_those_of_the_rule(steps, least):
    messages, t = [], 0
    for holder, wait, value in sorted(steps, key=lambda s: s[0]):
        t += wait
        messages.append((holder, t, value))
    holder, times, value = (
        (np.array(c, np.int64) for c in zip(*messages, strict=True)) if messages else (np.empty(0, np.int64),) * 3
    )

    found = spells(holder, times, value, 24 * HOUR, least)

    assert sorted(zip(*(c.tolist() for c in found), strict=True)) == by_hand(messages, 24 * HOUR, least)


def test_a_new_name():
    intervals = identity_intervals(statics(named("ANGARA", "ANGARA", "MARIA@@@", " maria ")), RULE)

    assert rows_of(intervals, "value", "n_messages", "interleaved", "rare") == [
        ("ANGARA", 2, False, False),
        ("MARIA", 2, False, False),
    ]
    change = identity_changes(intervals).to_pylist()
    assert [(c["old"], c["new"], c["n_old"], c["n_new"]) for c in change] == [("ANGARA", "MARIA", 2, 2)]
    assert (change[0]["first_new"] - change[0]["last_old"]).total_seconds() == 3600


def test_two_ships_on_one_number_and_a_garbled_name():
    shared = identity_intervals(statics(named("A", "B", "A", "B", "A", "B")), RULE)
    garbled = identity_intervals(statics(named("MARIA", "MARIA", "MARKA", "MARIA")), RULE)

    assert rows_of(shared, "value", "n_messages", "interleaved") == [("A", 3, True), ("B", 3, True)]
    assert identity_changes(shared).num_rows == 0
    assert rows_of(garbled, "value", "n_messages", "interleaved", "rare") == [
        ("MARIA", 3, False, False),
        ("MARKA", 1, False, True),
    ]
    assert identity_changes(garbled).num_rows == 0


def test_a_name_that_returns_after_long_is_two_changes():
    rows = named("A", "A", "B", "B", "A", "A", apart=20 * HOUR)

    assert rows_of(identity_changes(identity_intervals(statics(rows), RULE)), "old", "new") == [("A", "B"), ("B", "A")]


def test_all_attributes_in_any_order_with_nulls():
    rows = [
        {"vessel_key": 2, "t": 5, "name": "X", "callsign": None, "imo": RIGHT, "ship_type": 70},
        {"vessel_key": 1, "t": 9, "name": "", "callsign": "UBAB1", "imo": WRONG, "ship_type": None},
        {"vessel_key": 1, "t": 3, "name": "@@@", "callsign": "UBAB1", "imo": 0, "ship_type": 80},
        {"vessel_key": 1, "t": None, "name": "LOST", "callsign": None, "imo": None, "ship_type": None},
    ]

    intervals = identity_intervals(statics(rows, ship_type=pa.int16()), Identity(24.0, 1))

    assert rows_of(intervals, "vessel_key", "attribute", "value", "n_messages", "holds") == [
        (1, "callsign", "UBAB1", 2, True),
        (1, "imo", str(WRONG), 1, False),
        (1, "ship_type", "80", 1, True),
        (2, "name", "X", 1, True),
        (2, "imo", str(RIGHT), 1, True),
        (2, "ship_type", "70", 1, True),
    ]


def test_nothing_gives_empty_tables_of_the_right_kind():
    nothing = statics([{"vessel_key": 1, "t": 1, "name": "A", "imo": RIGHT, "draught_m": 5.0}]).slice(0, 0)
    intervals, hulls = identity_intervals(nothing, RULE), hull_intervals(nothing, RULE)

    assert intervals.schema == INTERVALS
    assert identity_changes(intervals).schema == CHANGES
    assert hulls.schema == HULLS
    assert flag_hopping(number_changes(hulls), preset("tidewaiter", "flag_hopping", FlagHopping)).schema == FLAG_HOPPING
    assert find_draught_changes(nothing, DRAUGHT).schema == DRAUGHT_CHANGES


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (statics([{"t": 1, "name": "A"}]), "lack vessel_key"),
        (statics([{"vessel_key": "x", "t": 1}], vessel_key=pa.string()), "vessel_key is string"),
        (statics([{"vessel_key": 1, "t": 1, "name": 1.5}], name=pa.float64()), "name is double"),
    ],
)
def test_bad_input_is_said(broken, words):
    with pytest.raises(InputError, match=words):
        identity_intervals(broken, RULE)


@given(st.integers(-(10**9), 10**10))
def test_imo_numbers_hold_as_the_standard_says(number):
    expected = 1_000_000 <= number <= 9_999_999 and stdnum_imo.is_valid(str(number)) and number != 1_234_567

    assert imo_holds(np.array([number, RIGHT, 1_234_567])).tolist() == [expected, True, False]


def test_kinds_and_flags_of_mmsi():
    of = {
        273_345_678: ("ship", "RU"), 27_312_345: ("group of ships", "RU"), 2_731_234: ("coast station", "RU"),
        111_273_123: ("aircraft", "RU"), 827_312_345: ("handheld radio", "RU"), 970_123_456: ("search and rescue transmitter", None),
        972_123_456: ("man overboard", None), 974_123_456: ("emergency beacon", None), 982_731_234: ("craft of a mother ship", "RU"),
        992_731_234: ("aid to navigation", "RU"), 445_111_000: ("ship", "KP"), 200_000_010: ("ship", None),
        0: ("none", None), 123_456_789: ("none", None), -5: ("none", None), 10**12: ("none", None), 999: ("none", None),
    }  # fmt: skip

    assert mmsi_kinds(np.array([*of])).to_pylist() == [kind for kind, _ in of.values()]
    assert flags(np.array([*of])).to_pylist() == [flag for _, flag in of.values()]
    assert country_name("RU") == "Russia"
    assert country_name("ZZ") == "ZZ"


def sent(imo, *turns):
    """(mmsi, day, messages) in turn."""
    return [{"vessel_key": m, "t": d * DAY + k, "imo": imo} for m, d, n in turns for k in range(n)]


def test_a_hull_under_several_numbers():
    rows = sent(RIGHT, (273_000_001, 0, 3), (613_000_001, 10, 2), (620_000_001, 20, 4)) + sent(
        WRONG, (273_000_002, 0, 9)
    )

    hulls = hull_intervals(statics(rows), RULE)
    changes = number_changes(hulls)

    assert rows_of(hulls, "imo", "vessel_key", "flag", "n_messages", "n_numbers") == [
        (RIGHT, 273_000_001, "RU", 3, 3),
        (RIGHT, 613_000_001, "CM", 2, 3),
        (RIGHT, 620_000_001, "KM", 4, 3),
    ]
    assert rows_of(changes, "flag_old", "flag_new") == [("RU", "CM"), ("CM", "KM")]
    hopping = flag_hopping(changes, preset("radiancefleet", "flag_hopping", FlagHopping)).to_pylist()
    assert [(h["imo"], h["n_changes"], h["most_in_short"], h["flags"]) for h in hopping] == [
        (RIGHT, 2, 2, ["RU", "CM", "KM"])
    ]


def test_one_number_on_two_ships_at_once_is_no_change():
    rows = [r for day in range(6) for r in sent(OTHER, (273_000_001 + day % 2, day / 2, 1))]
    hulls = hull_intervals(statics([r | {"t": int(r["t"])} for r in rows]), RULE)

    assert hulls["interleaved"].to_pylist() == [True, True]
    assert number_changes(hulls).num_rows == 0


def test_flags_within_one_country_and_slow_changes_are_no_hopping():
    rule = preset("tidewaiter", "flag_hopping", FlagHopping)
    within = sent(RIGHT, (351_000_001, 0, 2), (352_000_001, 5, 2), (353_000_001, 10, 2))
    slow = sent(OTHER, (273_000_001, 0, 2), (613_000_001, 200, 2), (620_000_001, 400, 2))

    assert flag_hopping(number_changes(hull_intervals(statics(within + slow), RULE)), rule).num_rows == 0


def drawn(*draughts, vessel=1, apart=HOUR):
    return [{"vessel_key": vessel, "t": k * apart, "draught_m": d} for k, d in enumerate(draughts)]


@pytest.mark.parametrize(
    ("draughts", "changes"),
    [
        ([5.0, 5.0, 9.1, 9.1, 9.1], [(5.0, 9.1, 2, 3)]),
        ([5.0, 5.0, 9.1, 5.0, 5.0], []),
        ([5.0, 5.0, 5.4, 5.8, 6.2, 6.6, 7.0], []),
        ([5.0, 5.0, 9.0, 12.0, 9.0, 9.0], [(5.0, 9.0, 2, 2)]),
        ([0.0, None, 5.0, 5.0, 99.0, 99.0, 4.0, 4.0], [(5.0, 4.0, 2, 2)]),
        ([5.0, 9.0, 9.0], []),
        ([5.0, 5.0, 6.0, 6.0], [(5.0, 6.0, 2, 2)]),
        ([9.0, 9.0, 5.0, 5.0, 9.0, 9.0], [(9.0, 5.0, 2, 2), (5.0, 9.0, 2, 2)]),
    ],
)
def test_draught_changes(draughts, changes):
    found = find_draught_changes(statics(drawn(*draughts) + drawn(7.0, 7.0, vessel=2)), DRAUGHT)

    assert rows_of(found, "draught_before_m", "draught_after_m", "n_before", "n_after") == [
        (pytest.approx(a), pytest.approx(b), m, n) for a, b, m, n in changes
    ]
    assert found["change_m"].to_pylist() == pytest.approx([b - a for a, b, _, _ in changes])


def test_draughts_far_apart_in_time_and_of_no_number():
    far = drawn(5.0, 5.0, 9.0, 9.0, apart=40 * HOUR)

    assert find_draught_changes(statics(far), DRAUGHT).num_rows == 1
    assert find_draught_changes(statics(far), msgspec.structs.replace(DRAUGHT, max_between_h=24.0)).num_rows == 0
    with pytest.raises(InputError, match="draught_m is string"):
        find_draught_changes(statics(drawn("5"), draught_m=pa.string()), DRAUGHT)
    with pytest.raises(InputError, match="lack draught_m"):
        find_draught_changes(statics(named("A")), DRAUGHT)


@given(st.lists(st.sampled_from([None, float("nan"), float("inf"), -1.0, 5.0, 5.6, 7.0, 9.0]), max_size=25))
def test_draught_changes_alternate(draughts):
    found = find_draught_changes(statics(drawn(*draughts)), DRAUGHT).to_pylist() if draughts else []

    assert all(abs(c["change_m"]) >= 1.0 - 1e-9 and c["start"] < c["end"] and c["n_before"] > 0 for c in found)
    assert all(a["end"] <= b["start"] for a, b in pairwise(found))


@pytest.mark.parametrize(
    ("name", "kind", "struct"),
    [
        ("tidewaiter", "identity", Identity),
        ("tidewaiter", "draught", Draughts),
        ("radiancefleet", "draught", Draughts),
        ("tidewaiter", "flag_hopping", FlagHopping),
        ("radiancefleet", "flag_hopping", FlagHopping),
    ],
)
def test_presets_are_whole(name, kind, struct):
    assert all(t.meaning for t in explain(name, kind, struct).thresholds)
