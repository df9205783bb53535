"""Why a number is what it is: the tree from a measurement down to file, row and quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tidewaiter.errors import EvidenceError, StoreDamaged, UnknownId
from tidewaiter.evidence.catalogue import Catalogue
from tidewaiter.evidence.figures import measured
from tidewaiter.evidence.locators import Quotes
from tidewaiter.evidence.words import call_words, reading_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tidewaiter.model import Evidence, Measurement

Kind = Literal["measurement", "reading", "call", "evidence", "group"]
_DEEPEST = 200  # a chain of inputs longer than this is a mistake in a table, not an argument


class Passage(msgspec.Struct, frozen=True):
    """Where a reading stands: file name, data row and line counted from 1, or code points ``[start, end)``."""

    name: str
    evidence: str
    row: int | None = None
    line: int | None = None
    start: int | None = None
    end: int | None = None


class Node(msgspec.Struct, frozen=True):
    """One knot of the tree of reasons.

    Attributes:
        id: measurement id, ``looks/L001``, call id or SHA-256; empty for a group.
        kind: measurement | reading | call | evidence | group (only made when a tree is shown).
        label: what it is, in words.
        figure: the quantity with interval and unit; empty when there is none.
        status: of a measurement; ``absent`` for what a reading refers to but the case does not hold.
        method: name and version of what made a measurement.
        parameters: what the method was given; of evidence, what was said when it was collected.
        locator: where a reading stands; of evidence, its file.
        quote: the raw words there, at most 500 characters.
        sensitive: belongs to evidence that leaves no trace but its hash in a public export.
        children: what it rests on.
    """

    id: str
    kind: Kind
    label: str
    figure: str = ""
    status: str = ""
    method: str = ""
    parameters: dict[str, Any] = {}
    locator: Passage | None = None
    quote: str = ""
    sensitive: bool = False
    children: tuple[Node, ...] = ()


def explain(root: Path, name: str) -> Node:
    """Return the tree of what the thing with this id rests on.

    Args:
        root: folder of the case.
        name: id of a measurement, reading, inferred call or evidence; see `Catalogue.resolve` for short forms.

    Raises:
        UnknownId: nothing has this id, or a measurement names an input that the case does not hold.
        StoreDamaged: an original that is quoted is gone or changed.
    """
    return explain_all(root, [name])[name]


def explain_all(root: Path, names: Iterable[str]) -> dict[str, Node]:
    """Return the trees of several ids; the tables and each original are read once, and equal subtrees are shared.

    Raises:
        UnknownId, StoreDamaged: as `explain`.
    """
    catalogue = Catalogue(root)
    tree = _Tree(catalogue, Quotes(root, catalogue.locators()))
    return {name: tree.node(catalogue.resolve(name)) for name in names}


class _Tree:
    def __init__(self, catalogue: Catalogue, quotes: Quotes) -> None:
        self._catalogue = catalogue
        self._quotes = quotes
        self._made: dict[str, Node] = {}
        self._above: list[str] = []

    def node(self, key: str) -> Node:
        """Return the node of a full id."""
        if key in self._made:
            return self._made[key]
        if key in self._above:  # tables from outside may say that a claim derives from itself
            return Node(key, _kind(key, self._catalogue), "refers back to itself", status="circular")
        if len(self._above) >= _DEEPEST:
            raise EvidenceError(f'"{self._above[0]}" rests on more than {_DEEPEST} steps', hint="check its inputs")
        self._above.append(key)
        try:
            self._made[key] = made = self._make(key)
        finally:
            self._above.pop()
        return made

    def _make(self, key: str) -> Node:
        if (item := self._catalogue.measurements.get(key)) is not None:
            return self._measurement(item)
        if (evidence := self._catalogue.evidence.get(key)) is not None:
            return _evidence(evidence)
        if key in self._catalogue.calls:
            return self._call(key)
        return self._reading(key)

    def _inputs(self, key: str, names: Sequence[str]) -> tuple[Node, ...]:
        nodes = []
        for name in names:
            try:
                full = self._catalogue.resolve(name)
            except UnknownId as error:
                message = f'"{key}" rests on "{name}", and {error.message}'
                raise UnknownId(message, hint="repeat `tidewaiter run`") from None
            nodes.append(self.node(full))
        return tuple(nodes)

    def _measurement(self, item: Measurement) -> Node:
        period = f"{item.period_start} to {item.period_end}" if item.period_start and item.period_end else ""
        scenario = f"scenario {item.scenario}" if item.scenario else ""
        about = ", ".join(part for part in (scenario, period) if part)
        label = f"{item.name} ({about})" if about else item.name
        return Node(
            item.measurement_id,
            "measurement",
            label,
            measured(item),
            item.status,
            item.method,
            item.parameters,
            children=self._inputs(item.measurement_id, item.inputs),
        )

    def _call(self, key: str) -> Node:
        row = self._catalogue.calls[key]
        label, figure = call_words(row)
        return Node(key, "call", label, figure, children=self._inputs(key, row.get("readings") or ()))

    def _reading(self, key: str) -> Node:
        row = self._catalogue.readings[key]
        label, figure = reading_words(key.partition("/")[0], row)
        related = [f"looks/{row['look_id']}"] if key.startswith("sightings/") and row.get("look_id") else []
        if key.startswith("loads/") and row.get("detection_id"):
            related.append(f"detections/{row['detection_id']}")
        related += [f"fixes/{fix}" for fix in row.get("fixes") or ()]
        related += [f"claims/{claim}" for claim in row.get("derived_from") or ()]
        children = [self.node(r) if r in self._catalogue.readings else _absent(r) for r in related]
        at = self._catalogue.locator(key)
        if at is None:
            return Node(key, "reading", label, figure, children=tuple(children))
        source = self._catalogue.evidence.get(at.evidence)
        if source is None:
            raise StoreDamaged(f"{key} stands in evidence {at.evidence}, which the log does not name")
        return Node(
            key,
            "reading",
            label,
            figure,
            locator=Passage(source.name, at.evidence, at.row, at.line, at.start, at.end),
            quote=self._quotes.at(at),
            sensitive=source.sensitive,
            children=(*children, self.node(at.evidence)),
        )


def _evidence(item: Evidence) -> Node:
    said = {"url": item.url, "published": item.published, "licence": item.licence, "collector": item.collector}
    return Node(
        item.sha256,
        "evidence",
        item.name,
        f"{item.size:,} bytes",
        parameters={"collected": item.added.isoformat(), **{key: value for key, value in said.items() if value}},
        locator=Passage(item.name, item.sha256),
        sensitive=item.sensitive,
    )


def _absent(key: str) -> Node:
    return Node(key, "reading", "not in this case", status="absent")


def _kind(key: str, catalogue: Catalogue) -> Kind:
    return "measurement" if key in catalogue.measurements else "call" if key in catalogue.calls else "reading"
