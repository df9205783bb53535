"""What the answer hangs on: where its width comes from, which assumption and which source move it, what stays open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.publish.words import COMPONENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tidewaiter.model import Measurement

    Measured = Mapping[str, Measurement]


class Split(msgspec.Struct, frozen=True):
    """How the spread of one total divides; parts are (component, words, measurement id)."""

    quantity: str
    title: str
    parts: tuple[tuple[str, str, str], ...]


class Lever(msgspec.Struct, frozen=True):
    """One assumption and how far it moves a total; `prior` is its row of PRIORS, {} when there is none."""

    part: str  # its id
    label: str
    measurement: str
    prior: dict[str, Any]


class Pull(msgspec.Struct, frozen=True):
    """What one source does: by total, shift of the median without it and ratio of widths (either may be "")."""

    label: str
    cells: dict[str, tuple[str, str]]


class Sweep(msgspec.Struct, frozen=True):
    """A total over the settings of something the evidence cannot decide; `steps` are (setting, measurement id)."""

    part: str
    label: str
    quantity: str
    title: str
    steps: tuple[tuple[float, str], ...]

    @property
    def share(self) -> bool:
        """Whether all settings are shares, to be written as percent."""
        return all(0 <= setting <= 1 for setting, _ in self.steps)


class Leverage(msgspec.Struct, frozen=True):
    """All that is known of it; empty parts are left out of the report.

    Attributes:
        splits: one a total.
        levers: by total, the strongest first.
        pulls: one a source, the strongest first.
        pulled: totals that have a column in the table of sources.
        sweeps: one for each thing swept and total.
    """

    splits: tuple[Split, ...]
    levers: tuple[tuple[str, str, tuple[Lever, ...]], ...]
    pulls: tuple[Pull, ...]
    pulled: tuple[tuple[str, str], ...]
    sweeps: tuple[Sweep, ...]

    def __bool__(self) -> bool:
        return bool(self.splits or self.levers or self.pulls or self.sweeps)


def of_kind(rows: Iterable[dict[str, Any]], kind: str, measured: Measured) -> list[dict[str, Any]]:
    """Return the rows of ANSWERS of one kind that say of what they are and whose measurement there is."""
    return [r for r in rows if r["kind"] == kind and r["part"] and r["measurement"] in measured]


def by_quantity(
    rows: Sequence[dict[str, Any]], titles: Mapping[str, str], measured: Measured
) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Group rows by the total they speak of: (quantity, title, rows), in the order in which totals are told."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["quantity"] or "", []).append(row)
    order = {key: n for n, key in enumerate(titles)}
    return [
        (key, title_of(key, titles, measured), groups[key])
        for key in sorted(groups, key=lambda k: (order.get(k, len(order)), k))
    ]


def title_of(quantity: str, titles: Mapping[str, str], measured: Measured) -> str:
    """Return the name of a total; one that the case does not know keeps the name of its measurement."""
    known = measured.get(quantity)
    return titles.get(quantity) or (known.name if known else quantity)


def leverage(
    rows: Sequence[dict[str, Any]], priors: Sequence[dict[str, Any]], titles: Mapping[str, str], measured: Measured
) -> Leverage:
    """Gather the rows of ANSWERS on variance, sensitivity, influence and sweeps.

    Args:
        rows: of ANSWERS.
        priors: of PRIORS, for the words and the source of an assumption.
        titles: name of each total, in the order in which they are told.
        measured: measurements by id; rows without one are left out.
    """
    pulls, pulled = _pulls(by_quantity(of_kind(rows, "influence", measured), titles, measured), measured)
    return Leverage(
        splits=tuple(
            Split(key, title, tuple((r["part"], _component(r), r["measurement"]) for r in group))
            for key, title, group in by_quantity(of_kind(rows, "variance", measured), titles, measured)
        ),
        levers=tuple(
            (key, title, levers(group, priors, measured))
            for key, title, group in by_quantity(of_kind(rows, "sensitivity", measured), titles, measured)
        ),
        pulls=pulls,
        pulled=pulled,
        sweeps=tuple(_sweeps(by_quantity(of_kind(rows, "sweep", measured), titles, measured))),
    )


def levers(rows: Iterable[dict[str, Any]], priors: Sequence[dict[str, Any]], measured: Measured) -> tuple[Lever, ...]:
    """Join rows on sensitivity with their assumptions, the strongest first.

    Args:
        rows: of ANSWERS, of one total.
        priors: of PRIORS.
        measured: measurements by id.
    """
    known = {p["prior_id"]: p for p in reversed(priors)}
    found = []
    for r in rows:
        prior = known.get(r["part"], {})
        found.append(Lever(r["part"], prior.get("label") or r["label"] or r["part"], r["measurement"], prior))
    return tuple(sorted(found, key=lambda v: (-abs(measured[v.measurement].value), v.label)))


def _component(row: dict[str, Any]) -> str:
    return COMPONENTS.get(row["part"], "") or row["label"] or row["part"]


def _pulls(
    groups: list[tuple[str, str, list[dict[str, Any]]]], measured: Measured
) -> tuple[tuple[Pull, ...], tuple[tuple[str, str], ...]]:
    """Turn rows into one line a source with a cell for each total."""
    labels: dict[str, str] = {}
    cells: dict[str, dict[str, tuple[str, str]]] = {}
    for key, _, rows in groups:
        for r in rows:
            other = r["other"] if r["other"] in measured else ""
            labels.setdefault(r["part"], r["label"] or r["part"])
            cells.setdefault(r["part"], {})[key] = (r["measurement"], other)

    def strength(source: str) -> float:
        return max(abs(measured[shift].value) for shift, _ in cells[source].values())

    ranked = sorted(cells, key=lambda s: (-strength(s), labels[s]))
    return tuple(Pull(labels[s], cells[s]) for s in ranked), tuple((key, title) for key, title, _ in groups)


def _sweeps(groups: list[tuple[str, str, list[dict[str, Any]]]]) -> list[Sweep]:
    found = []
    for key, title, rows in groups:
        for part in dict.fromkeys(r["part"] for r in rows):
            here = sorted(
                (r for r in rows if r["part"] == part and r["setting"] is not None), key=lambda r: r["setting"]
            )
            if here:
                steps = tuple((float(r["setting"]), r["measurement"]) for r in here)
                found.append(Sweep(part, here[0]["label"] or part, key, title, steps))
    return sorted(found, key=lambda s: s.part)
