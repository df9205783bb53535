from __future__ import annotations

import pytest
from publish_world import Knot, Locator

from tidewaiter.errors import UnknownId, UnprovenFigure
from tidewaiter.publish.trees import flatten

SHA = "ab" * 32


def reading(n: int, **more) -> Knot:
    return Knot(
        f"looks/L{n}", "reading", f"look {n}", locator=Locator("looks.csv", SHA, n, n + 1), quote=f"L{n},clear", **more
    )


def test_a_shared_subtree_is_written_once():
    base = Knot("calls.total", "measurement", "calls", "62–81 calls", children=tuple(reading(n) for n in range(40)))
    tops = {f"load.{i}": Knot(f"load.{i}", "measurement", "load", children=(base,)) for i in range(30)}
    chain = flatten(list(tops), lambda _: tops)
    assert [b.id for b in chain.blocks].count("calls.total") == 1
    assert len(chain.blocks) == 31
    assert [len(b.rows) for b in chain.bundles] == [40]
    assert [(file, len(rows)) for file, rows in chain.files] == [("looks.csv", 40)]


def test_groups_are_looked_through_and_cycles_end():
    group = Knot("", "group", "two looks", children=(reading(1), reading(2)))
    loop = Knot("claims/C1", "reading", "refers back to itself", status="circular")
    claim = Knot("claims/C1", "reading", locator=Locator("c.csv", SHA, 1, 2), children=(loop,))
    top = Knot("m", "measurement", children=(group, claim))
    chain = flatten(["m"], lambda _: {"m": top})
    assert [r.id for r in chain.blocks[0].rows] == ["looks/L1", "looks/L2", "claims/C1"]


def test_sensitive_readings_leave_their_hash_only():
    top = Knot("m", "measurement", children=(reading(7, sensitive=True),))
    chain = flatten(["m"], lambda _: {"m": top})
    (row,) = chain.blocks[0].rows
    assert row.withheld
    assert "L7" not in repr(chain)
    assert "looks.csv" not in repr(chain)
    assert SHA[:12] in row.id


def test_an_id_without_tree_is_unproven():
    with pytest.raises(UnprovenFigure, match=r"calls\.total"):
        flatten(["calls.total"], lambda _: {})

    def unknown(ids):
        raise UnknownId("nothing has this id")

    with pytest.raises(UnprovenFigure, match="cannot be explained"):
        flatten(["calls.total"], unknown)


def test_a_whole_file_can_be_the_ground():
    case = Knot(SHA, "evidence", "case.toml")
    top = Knot("factor.mix", "measurement", children=(case, Knot("cd" * 32, "evidence", "secret.csv", sensitive=True)))
    (block,) = flatten(["factor.mix"], lambda _: {"factor.mix": top}).blocks
    assert [(link.anchor, link.label) for link in block.links] == [
        (f"m-{SHA}", "case.toml"),
        (f"m-{'cd' * 32}", "withheld"),
    ]
