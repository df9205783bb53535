"""What a report leaves out: a source marked sensitive leaves no trace but its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from tidewaiter.model.tables import READING_ID, TRACK_ID

if TYPE_CHECKING:
    from tidewaiter.publish.results import Results

WITHHELD = "withheld"
_REFERENCES = frozenset({"origin_group", "look_id", "detection_id"})  # columns that hold the id of a reading
_OF_READING = {
    "claim_checks": ("claims", "claim_id"),
    "claim_fits": ("claims", "claim_id"),
    "survey_checks": ("surveys", "survey_id"),
}


def withhold(results: Results) -> Results:
    """Return the results without anything that was read from sensitive evidence.

    Rows read from it, the checks and fits of those rows and the measurements named after them are dropped, and so are
    the influence of whoever speaks in them alone; ids that remain in other rows are replaced by hash and row;
    the evidence itself keeps its hash and nothing else. Trees are left as they are: `trees.flatten` closes them at
    sensitive knots.
    """
    secret = {sha for sha, e in results.evidence.items() if e.sensitive}
    if not secret:
        return results
    alias: dict[str, str] = {}
    dropped: dict[str, set[str]] = {}
    tables: dict[str, pa.Table] = {}
    for name, table in results.tables.items():
        if "evidence" in table.column_names:
            tables[name], gone = _without(table, secret, name)
            dropped[name] = set(gone)
            alias |= {f"{name}/{key}": code for key, code in gone.items()} | gone
        else:
            tables[name] = table
    named = _named_alone(results.tables, tables, dropped.get("claims", set()))
    telling: set[str] = set()
    if "answers" in tables:
        tables["answers"], telling = _unnamed(tables["answers"], *named)
    for name, (reading, column) in _OF_READING.items():
        if name in tables:
            tables[name] = _where(
                tables[name], [v not in dropped.get(reading, ()) for v in tables[name][column].to_pylist()]
            )
    if "notices" in tables:
        names = {results.evidence[sha].name for sha in secret}
        tables["notices"] = _where(
            tables["notices"], [v not in alias and v not in names for v in tables["notices"]["subject"].to_pylist()]
        )
    tables = {name: _renamed(table, alias) for name, table in tables.items()}
    hidden = tuple(
        f"{word}.{key}"
        for word, reading in (("claim", "claims"), ("survey", "surveys"))
        for key in dropped.get(reading, ())
    )
    return msgspec.structs.replace(
        results,
        measurements={
            key: msgspec.structs.replace(m, inputs=tuple(alias.get(i, i) for i in m.inputs))
            for key, m in results.measurements.items()
            if key not in telling and not any(key == h or key.startswith(f"{h}.") for h in hidden)
        },
        tables=tables,
        evidence={
            sha: msgspec.structs.replace(e, name=WITHHELD, url="", published="", licence="", collector="", size=0)
            if e.sensitive
            else e
            for sha, e in results.evidence.items()
        },
    )


def _named_alone(before: dict[str, pa.Table], after: dict[str, pa.Table], gone: set[str]) -> tuple[set[str], set[str]]:
    """Return the claimants, and the ids of sources, that only claims of secret evidence name."""
    if not gone:
        return set(), set()
    claimants = set(before["claims"]["claimant"].to_pylist()) - set(after["claims"]["claimant"].to_pylist())
    sources: set[str] = set()
    if "claim_fits" in before:
        fits = before["claim_fits"].select(["claim_id", "source_id"]).to_pylist()
        sources = {f["source_id"] for f in fits if f["claim_id"] in gone}
        sources -= {f["source_id"] for f in fits if f["claim_id"] not in gone}
    return claimants - {None, ""}, sources - {None, ""}


def _unnamed(answers: pa.Table, claimants: set[str], sources: set[str]) -> tuple[pa.Table, set[str]]:
    """Drop what is said of the influence of these sources and names; returns the rest and the measurements that went."""
    keep: list[bool] = []
    gone: set[str] = set()
    for row in answers.to_pylist():
        label = row["label"] or ""
        tells = row["kind"] == "influence" and (row["part"] in sources or any(c in label for c in claimants))
        keep.append(not tells)
        if tells:
            gone |= {row["measurement"], row["other"]} - {None}
    return _where(answers, keep), gone


def _without(table: pa.Table, secret: set[str], name: str) -> tuple[pa.Table, dict[str, str]]:
    """Split off the rows of secret evidence; returns the rest and, for each id that went, its stand-in."""
    shas = table["evidence"].to_pylist()
    keep = [sha not in secret for sha in shas]
    column = (READING_ID | TRACK_ID).get(name)
    gone: dict[str, str] = {}
    if column is not None:
        for key, sha, row in zip(table[column].to_pylist(), shas, table["row"].to_pylist(), strict=True):
            if sha in secret:
                gone[key] = f"{WITHHELD}/{sha[:12]}-{row}"
    return _where(table, keep), gone


def _where(table: pa.Table, keep: list[bool]) -> pa.Table:
    return table if all(keep) else table.filter(pa.array(keep, pa.bool_()))


def _renamed(table: pa.Table, alias: dict[str, str]) -> pa.Table:
    """Replace ids in columns of references and in lists (``readings``, ``derived_from``, ``concerns``, ``flags``)."""
    for index, field in enumerate(table.schema):
        if field.name not in _REFERENCES and not pa.types.is_list(field.type):
            continue
        before: list[Any] = table[index].to_pylist()
        after = [
            [_stand_in(v, alias) for v in row] if isinstance(row, list) else _stand_in(row, alias) for row in before
        ]
        if after != before:
            table = table.set_column(index, field, pa.array(after, field.type))
    return table


def _stand_in(value: Any, alias: dict[str, str]) -> Any:
    if not isinstance(value, str):
        return value
    head, colon, tail = value.partition(":")
    return alias.get(value) or (f"{head}:{alias[tail]}" if colon and tail in alias else value)
