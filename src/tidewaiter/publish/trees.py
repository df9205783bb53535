"""Evidence trees laid flat: every knot once, joined by links, so that a shared subtree is written a single time."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.errors import UnknownId, UnprovenFigure
from tidewaiter.publish.figures import anchor
from tidewaiter.publish.withhold import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tidewaiter.publish.results import Node

_FEW = 5  # readings named one by one; more are folded into a set that is written once
_LONGEST = 600  # characters of parameters shown
_NOWHERE = "not in this case"


class Link(msgspec.Struct, frozen=True):
    """One line under "rests on": another knot, with its label and figure."""

    anchor: str
    label: str
    figure: str = ""


class Row(msgspec.Struct, frozen=True):
    """A reading: where it stands and the words there."""

    anchor: str
    id: str
    name: str
    row: int | None
    line: int | None
    quote: str
    evidence: str = ""
    withheld: bool = False
    related: tuple[Link, ...] = ()


class Bundle(msgspec.Struct, frozen=True):
    """Readings of one file that are used together."""

    anchor: str
    kind: str
    file: str
    rows: tuple[Row, ...]


class Block(msgspec.Struct, frozen=True):
    """One measurement or call with what it rests on."""

    anchor: str
    id: str
    kind: str
    label: str
    figure: str
    status: str
    method: str
    parameters: str
    links: tuple[Link, ...]
    rows: tuple[Row, ...]
    bundles: tuple[Bundle, ...]


class Chain(msgspec.Struct, frozen=True):
    """Everything the figures of a page rest on."""

    blocks: tuple[Block, ...]
    bundles: tuple[Bundle, ...]
    files: tuple[tuple[str, tuple[Row, ...]], ...]


def flatten(ids: Sequence[str], trees: Callable[[Sequence[str]], Mapping[str, Node]]) -> Chain:
    """Resolve the ids a page refers to and everything below them.

    Args:
        ids: measurements, readings and calls the page links to.
        trees: ids -> tree of each.

    Raises:
        UnprovenFigure: an id has no tree.
    """
    try:
        roots = trees(ids)
    except UnknownId as e:
        raise UnprovenFigure(f"a figure of the report cannot be explained: {e.message}", hint=e.hint) from e
    for key in ids:
        if key not in roots:
            raise UnprovenFigure(f'the figure "{key}" of the report has no evidence tree')
    walk = _Walk()
    for key in ids:
        walk.visit(key, roots[key])
    files: dict[str, list[Row]] = {}
    for row in dict.fromkeys(walk.rows.values()):  # readings of one withheld row look the same
        files.setdefault(row.name, []).append(row)
    return Chain(
        blocks=tuple(walk.blocks[k] for k in sorted(walk.blocks)),
        bundles=tuple(walk.bundles[k] for k in sorted(walk.bundles, key=lambda k: (walk.bundles[k].file, k))),
        files=tuple((name, tuple(sorted(files[name], key=lambda r: (r.row or 0, r.id)))) for name in sorted(files)),
    )


class _Walk:
    """Visits every knot once, however many trees share it, without recursion."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}
        self.rows: dict[str, Row] = {}
        self.bundles: dict[str, Bundle] = {}
        self._visited: set[str] = set()  # readings whose own ground was looked at

    def visit(self, key: str, root: Node) -> None:
        todo = [(key, root)]
        while todo:
            at, node = todo.pop()
            if node.kind == "reading" and at not in self._visited:
                self._visited.add(at)
                self._row(at, node)
                todo.extend((c.id, c) for c in _below(node) if c.kind == "reading" and not node.sensitive)
            elif node.kind in {"measurement", "call"} and at not in self.blocks:
                below = list(_below(node))
                self.blocks[at] = self._block(at, node, below)
                todo.extend((child.id, child) for child in below)

    def _row(self, key: str, node: Node) -> Row:
        if key in self.rows:
            return self.rows[key]
        place = node.locator
        if node.sensitive and place is not None:
            code = place.evidence[:12]
            shown = f"{WITHHELD}/{code}-{place.row}"
            row = Row(anchor(shown), shown, f"{WITHHELD} ({code})", place.row, None, "", withheld=True)
        elif place is None:
            row = Row(anchor(key), key, _NOWHERE, None, None, node.label)
        else:
            related = tuple(Link(anchor(c.id), c.id) for c in _below(node) if c.kind == "reading" and not c.sensitive)
            row = Row(anchor(key), key, place.name, place.row, place.line, node.quote, place.evidence, related=related)
        self.rows[key] = row
        return row

    def _block(self, key: str, node: Node, below: list[Node]) -> Block:
        readings = list(dict.fromkeys(self._row(c.id, c) for c in below if c.kind == "reading"))
        few, many = _split(readings)
        bundles = [self._bundle(kind, file, rows) for (kind, file), rows in many.items()]
        return Block(
            anchor=anchor(key),
            id=key,
            kind=node.kind,
            label=node.label,
            figure=node.figure,
            status=node.status,
            method=node.method,
            parameters=_parameters(node.parameters),
            links=tuple(_link(c) for c in below if c.kind != "reading"),
            rows=tuple(few),
            bundles=tuple(bundles),
        )

    def _bundle(self, kind: str, file: str, rows: list[Row]) -> Bundle:
        digest = hashlib.sha256("\n".join(r.id for r in rows).encode()).hexdigest()[:10]
        return self.bundles.setdefault(digest, Bundle(f"m-set-{digest}", kind, file, tuple(rows)))


def _below(node: Node) -> Iterable[Node]:
    """Yield the children of a knot, looking through groups."""
    for child in node.children:
        if child.kind == "group":
            yield from _below(child)
        else:
            yield child


def _link(node: Node) -> Link:
    """Link a measurement, a call or, where a whole file is the ground, evidence."""
    if node.kind == "evidence":
        return Link(anchor(node.id), WITHHELD if node.sensitive else node.label or node.id)
    return Link(anchor(node.id), node.label or node.id, node.figure)


def _split(readings: Iterable[Row]) -> tuple[list[Row], dict[tuple[str, str], list[Row]]]:
    by_file: dict[tuple[str, str], list[Row]] = {}
    for row in readings:
        by_file.setdefault((row.id.split("/", 1)[0], row.name), []).append(row)
    few = [row for rows in by_file.values() if len(rows) <= _FEW for row in rows]
    return few, {
        key: sorted(rows, key=lambda r: (r.row or 0, r.id)) for key, rows in by_file.items() if len(rows) > _FEW
    }


def _parameters(given: Any) -> str:
    if not given:
        return ""
    text = given if isinstance(given, str) else json.dumps(given, sort_keys=True, ensure_ascii=False, default=str)
    return "" if text == "{}" else text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
