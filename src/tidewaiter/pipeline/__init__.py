"""What `run` does, in order: evidence, readings and texts, calls and voyages, tally, reconciliation, publication.

    case.toml, inputs ──► store ──► readings ──► calls ──► tally ──► claims held against it ──► tables, report
                              ├───► tracks ────────▲                      ▲
                              └───► texts ─────── claims ─────────────────┘

This is the only place that joins the rooms. Everything it writes under ``.tidewaiter/tables`` and ``report`` follows
from the originals, the versions and the seed, byte for byte.
"""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.case import find_inputs, globs_without_file, load_case
from tidewaiter.case.layout import AIS_READERS as AIS
from tidewaiter.evidence import (
    Store,
    explain_all,
    load_measurements,
    read_table,
    save_measurements,
    table_names,
    write_table,
)
from tidewaiter.model.tables import ANSWERS, NOTICES
from tidewaiter.pipeline.backtest import backtests, cut
from tidewaiter.pipeline.derive import derive
from tidewaiter.pipeline.texts import READER, read_texts
from tidewaiter.readings import published_by, read_inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from pathlib import Path

    from tidewaiter.model import Case, Evidence, Input, Measurement
    from tidewaiter.readings import Readings

Progress = "Callable[[str], None]"
STAGES = ("evidence", "readings", "calls", "tally", "claims", "backtests", "tables", "report")


class Run(msgspec.Struct, frozen=True):
    """What a run made.

    Attributes:
        case: as read from case.toml.
        measurements: by id.
        report: index.html, None when it was not asked for.
        rejects: rows that were set aside; notices: remarks for the reader.
        diagnostics: of the call model, and the versions.
    """

    case: Case
    measurements: dict[str, Measurement]
    report: Path | None
    rejects: int
    notices: int
    diagnostics: dict[str, float | str]


def run(path: Path, *, report: bool = True, progress: Callable[[str], None] = lambda _: None) -> Run:
    """Run a case from its files to its report.

    Args:
        path: case folder or its case.toml.
        report: False leaves the report out (it needs the extra ``[report]``).
        progress: called with the name of each stage of `STAGES` as it begins.

    Raises:
        CaseError, InputError, EvidenceError, ModelError, ReportError: as the rooms say.
    """
    case = load_case(path)
    with Store.open(case.root) as store:
        progress("evidence")
        declaration, files = _take_in(case, store)
        progress("readings")
        known, readings, texts = _read(case, store, files)
        tables, measurements, diagnostics = _derive(known, readings, declaration, files, progress)
        tables |= texts
        progress("tables")
        for name in set(table_names(case.root)) - set(tables):
            _forget(case.root, name)
        for name, table in tables.items():
            write_table(case.root, name, table)
        save_measurements(case.root, measurements)
        page = None
        if report:
            progress("report")
            page = publish_case(case, store.evidence())
        method = str(diagnostics["method"])
        store.record("run", method=method, seed=case.seed, versions=_versions(), measurements=len(measurements))
    return Run(
        case=case,
        measurements=load_measurements(case.root),
        report=page,
        rejects=tables["rejects"].num_rows,
        notices=tables["notices"].num_rows,
        diagnostics=diagnostics,
    )


def as_of(
    path: Path, day: date, *, progress: Callable[[str], None] = lambda _: None
) -> tuple[Case, dict[str, Measurement]]:
    """Answer a case on the evidence published by a day, over its window up to that day; nothing derived is kept.

    Args:
        path: case folder or its case.toml.
        day: of UTC, included.
        progress: called with the name of each stage as it begins.

    Raises:
        ModelError: the day lies before the window. CaseError, InputError, EvidenceError: as the rooms say.
    """
    whole = load_case(path)
    case = cut(whole, day)
    with Store.open(case.root) as store:
        progress("evidence")
        declaration, files = _take_in(whole, store)
        progress("readings")
        known, readings, _ = _read(whole, store, files)
        case = cut(known, day)
        tables = published_by(readings.tables, day)
    found = derive(case, tables, declaration.sha256, progress=progress)
    return case, {m.measurement_id: m for m in found.measurements}


def publish_case(case: Case, evidence: Mapping[str, Evidence]) -> Path:
    """Write the report of a case that has been run; returns its index.html."""
    from tidewaiter.publish import Results, publish  # noqa: PLC0415 - needs the extra [report]

    tables = {name: read_table(case.root, name) for name in table_names(case.root)}
    diagnostics = {row["name"]: row["value"] for row in tables.pop("diagnostics").to_pylist()}
    tables.pop("measurements")
    results = Results(
        measurements=load_measurements(case.root),
        tables=tables,
        evidence=dict(evidence),
        trees=lambda ids: explain_all(case.root, ids),
        diagnostics=diagnostics,
    )
    return publish(case, results, case.root / "report")


def _take_in(case: Case, store: Store) -> tuple[Evidence, list[tuple[Input, Evidence, Path]]]:
    """Store case.toml and every input, and hand on the stored bytes, so that what is read is what was kept."""
    declaration = store.add(case.root / "case.toml", name="case.toml")
    files = []
    for entry, path in find_inputs(case):
        item = store.add(path, name=path.relative_to(case.root).as_posix(), sensitive=entry.sensitive)
        files.append((entry, item, store.path(item.sha256)))
    return declaration, files


def _read(
    case: Case, store: Store, files: list[tuple[Input, Evidence, Path]]
) -> tuple[Case, Readings, dict[str, pa.Table]]:
    """Read tables, AIS and texts: the case as AIS completes it, the readings, and the tables about the texts alone."""
    by = {entry.reader for entry in case.inputs}
    readings = read_inputs(case, [f for f in files if f[0].reader not in {READER, *AIS}])
    texts: dict[str, pa.Table] = {}
    if READER in by:
        readings, texts = _with_texts(case, store, files, readings)
    if not by.isdisjoint(AIS):
        case, readings = _with_tracks(case, files, readings)
    return case, readings, texts


def _with_tracks(case: Case, files: list[tuple[Input, Evidence, Path]], readings: Readings) -> tuple[Case, Readings]:
    """Add what AIS says: events, the rows they rest on, and positions of the ships of the case."""
    from tidewaiter.pipeline.tracks import read_tracks  # noqa: PLC0415 - only cases with AIS pay for it

    heard = read_tracks(case, [f for f in files if f[0].reader in AIS])
    order = [(name, "ascending") for name in ("vessel_key", "t", "evidence", "row")]
    positions = pa.concat_tables([readings.tables["positions"], heard.positions]).sort_by(order).combine_chunks()
    tables = readings.tables | {"positions": positions, "events": heard.events, "fixes": heard.fixes}
    notices = pa.concat_tables([readings.notices, heard.notices])
    return heard.case, msgspec.structs.replace(readings, tables=tables, notices=notices)


def _with_texts(
    case: Case, store: Store, files: list[tuple[Input, Evidence, Path]], readings: Readings
) -> tuple[Readings, dict[str, pa.Table]]:
    """Add the claims of texts."""
    claims = readings.tables["claims"]
    originals = [(evidence, path) for entry, evidence, path in files if entry.reader == READER]
    texts = read_texts(case, store, originals, frozenset(claims["claim_id"].to_pylist()))
    every = pa.concat_tables([claims, texts.claims])
    every = every.sort_by([("stated", "ascending"), ("claim_id", "ascending")]).combine_chunks()
    joined = msgspec.structs.replace(
        readings,
        tables={**readings.tables, "claims": every},
        rejects=pa.concat_tables([readings.rejects, texts.rejects]),
        notices=pa.concat_tables([readings.notices, texts.notices]),
    )
    return joined, {"documents": texts.documents, "text_claims": texts.text_claims}


def _derive(
    case: Case,
    readings: Readings,
    declaration: Evidence,
    files: list[tuple[Input, Evidence, Path]],
    progress: Callable[[str], None],
) -> tuple[dict[str, pa.Table], list[Measurement], dict[str, float | str]]:
    """From readings to all result tables, measurements and diagnostics; nothing is written."""
    found = derive(case, readings.tables, declaration.sha256, progress=progress)
    progress("backtests")
    memo = read_table(case.root, "backtests") if "backtests" in table_names(case.root) else None
    earlier, rows, memo = backtests(case, readings.tables, memo)
    calls = found.estimate.calls
    unused = [
        ("input", glob, "no file matches this glob") for glob in globs_without_file(case, [(i, p) for i, _, p in files])
    ]
    diagnostics: dict[str, float | str] = {
        "method": calls.method,
        "draws": float(calls.draws),
        "seed": float(case.seed),
        **calls.diagnostics,
        **_versions(),
    }
    tables = {
        **readings.tables,
        "rejects": readings.rejects,
        "notices": pa.concat_tables([readings.notices, _notices(unused + found.notices)]),
        "voyage_draws": calls.voyages,
        "inferred_calls": calls.ledger,
        "survey_checks": calls.survey_checks,
        "coverage": calls.coverage,
        "claim_checks": found.claims.checks,
        "claim_fits": found.answers.claim_fits,
        "priors": found.answers.priors,
        "answers": pa.concat_tables([found.answers.answers, pa.Table.from_pylist(rows, schema=ANSWERS)]),
        "diagnostics": pa.table(
            {"name": sorted(diagnostics), "value": [_words(diagnostics[k]) for k in sorted(diagnostics)]}
        ),
    }
    if case.as_of:
        tables["backtests"] = memo
    return tables, [*found.measurements, *_heard(case, readings), *earlier], diagnostics


def _heard(case: Case, readings: Readings) -> list[Measurement]:
    """Return the numbers about what was heard of each ship; none without AIS."""
    if "events" not in readings.tables:
        return []
    from tidewaiter.pipeline.tracks import measures  # noqa: PLC0415 - only cases with AIS pay for it

    return list(measures(case, readings.tables["events"]))


def _notices(found: list[tuple[str, str, str]]) -> pa.Table:
    columns = zip(*found, strict=True) if found else ((), (), ())
    return pa.table([pa.array(c, pa.string()) for c in columns], schema=NOTICES)


def _words(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def _forget(root: Path, name: str) -> None:
    """Remove a derived table that this version no longer makes."""
    (root / ".tidewaiter" / "tables" / f"{name}.parquet").unlink(missing_ok=True)


def _versions() -> dict[str, float | str]:
    return {
        "tidewaiter": version("tidewaiter"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pyarrow": pa.__version__,
        "numba": version("numba"),
    }
