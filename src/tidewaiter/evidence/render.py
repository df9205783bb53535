"""The tree of reasons as text for a terminal."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from tidewaiter.errors import EvidenceError
from tidewaiter.evidence.layout import escaped
from tidewaiter.evidence.reasons import Node

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANY = 6
"""More sibling readings of one file, or calls, than this are shown as one line."""

MOST = 500_000
"""Nodes written out as JSON at most."""

_PARAMETERS = 200  # characters
_RUNS = 6  # runs of row numbers named one by one


class Line(msgspec.Struct, frozen=True):
    """One node as shown: a heading, notes under it, and what follows below. All text is on one line and printable."""

    heading: str
    notes: tuple[str, ...]
    below: tuple[Line, ...]


def render_node(node: Node, depth: int | None = None) -> str:
    """Return the tree as plain text, drawn with lines; `depth` levels below the top, all by default."""
    return "\n".join(_drawn(outline(node, depth), "", ""))


def to_json(node: Node, depth: int | None = None) -> str:
    """Return the tree as JSON, nothing folded; `depth` levels below the top, all by default.

    Raises:
        EvidenceError: shared subtrees written out would make more than `MOST` nodes.
    """
    if depth is not None:
        node = _pruned(node, depth)
    if _count(node, {}) > MOST:
        raise EvidenceError(f"the tree of {node.id} has more than {MOST:,} nodes", hint="limit it with --depth")
    return msgspec.json.format(msgspec.json.encode(node)).decode()


def outline(node: Node, depth: int | None = None) -> Line:
    """Return what is shown of a tree: siblings folded into groups, and what was shown before only named again."""
    return _outline(node, depth, set())


def fold(children: Iterable[Node]) -> list[Node]:
    """Return the children with each run of more than `MANY` readings of one file, or calls, made one group node."""
    folded: list[Node] = []
    for _, run in groupby(children, key=_alike):
        nodes = list(run)
        folded.extend([_group(nodes)] if len(nodes) > MANY and nodes[0].kind in {"reading", "call"} else nodes)
    return folded


def _alike(node: Node) -> tuple[str, str, str]:
    return node.kind, node.id.partition("/")[0], node.locator.name if node.locator else ""


def _group(nodes: list[Node]) -> Node:
    first = nodes[0]
    table = first.id.partition("/")[0]
    if first.kind == "call" or first.locator is None:
        name = "calls" if first.kind == "call" else table
        label = f"{len(nodes)} {name}, {first.id} to {nodes[-1].id}"
    else:
        rows = _runs(sorted({n.locator.row for n in nodes if n.locator and n.locator.row is not None}))
        label = f"{len(nodes)} {table} in {first.locator.name}{', rows ' if rows else ''}{rows}"
    return Node("", "group", label, children=tuple(nodes))


def _runs(rows: list[int]) -> str:
    """Return row numbers as runs: ``1–132``, ``1–40, 42, 45–60``; only the ends when there are many runs."""
    runs = [[rows[0], rows[0]]] if rows else []
    for row in rows[1:]:
        if row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    if len(runs) > _RUNS:
        return f"between {rows[0]} and {rows[-1]}"
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)


def _outline(node: Node, depth: int | None, shown: set[str]) -> Line:
    repeated = bool(node.id) and node.id in shown
    heading = escaped(_heading(node))
    if repeated and node.children:
        return Line(f"{heading} (as above)", (), ())
    if node.id:
        shown.add(node.id)
    notes = tuple(escaped(note) for note in _notes(node))
    if depth is not None and depth <= 0:
        return Line(heading, notes, ())
    below = None if depth is None else depth - 1
    if node.kind == "group":
        sources = {
            child.id: child for reading in node.children for child in reading.children if child.kind == "evidence"
        }
        children: list[Node] = list(sources.values())
    else:
        children = fold(node.children)
    # An original is described where it is first named; its readings name the file in any case.
    kept = [child for child in children if child.kind != "evidence" or child.id not in shown]
    return Line(heading, notes, tuple(_outline(child, below, shown) for child in kept))


def _heading(node: Node) -> str:
    if node.kind == "group":
        return node.label
    if node.kind == "evidence":
        return f"{node.label}, {node.figure}, SHA-256 {node.id}"
    if node.kind == "measurement":
        status = "" if node.status == "supported" else f" [{node.status}]"
        return f"{node.id}: {node.figure}{status} - {node.label}"
    text = f"{node.id}: {node.label}{': ' if node.figure else ''}{node.figure}"
    return f"{text} [{node.status}]" if node.status else text


def _notes(node: Node) -> Iterator[str]:
    if node.method:
        given = ", ".join(f"{key} = {_value(value)}" for key, value in node.parameters.items())
        given = given if len(given) <= _PARAMETERS else f"{given[:_PARAMETERS]}…"
        yield f"by {node.method}{f' ({given})' if given else ''}"
    elif node.kind == "evidence":
        yield ", ".join(f"{key} {value}" for key, value in node.parameters.items())
    if node.kind == "reading" and node.locator is not None:
        at = node.locator
        row = "" if at.row is None or at.start is not None else f", row {at.row}"
        line = "" if at.line is None else f", line {at.line}"
        characters = "" if at.start is None else f", characters {at.start} to {at.end}"
        yield f"{at.name}{row}{line}{characters}"
        if node.quote:
            yield f"“{node.quote}”"
    if node.kind == "measurement" and not node.children:
        yield "no evidence is given for it"


def _pruned(node: Node, depth: int) -> Node:
    children = tuple(_pruned(child, depth - 1) for child in node.children) if depth > 0 else ()
    return msgspec.structs.replace(node, children=children)


def _count(node: Node, counted: dict[int, int]) -> int:
    """Return the number of nodes of the tree written out; each shared subtree is walked once."""
    if id(node) not in counted:
        counted[id(node)] = 1 + sum(_count(child, counted) for child in node.children)
    return counted[id(node)]


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _drawn(line: Line, first: str, rest: str) -> Iterator[str]:
    yield first + line.heading
    bar = "│ " if line.below else "  "
    for note in line.notes:
        yield f"{rest}{bar}{note}"
    for child in line.below:
        last = child is line.below[-1]
        yield from _drawn(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))
