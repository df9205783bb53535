"""The answer as it would have been: on the evidence published by a day, over the window up to that day."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from tidewaiter.errors import ModelError
from tidewaiter.model import Interval, Measurement, Window
from tidewaiter.model.tables import READING_ID, TRACK_ID
from tidewaiter.pipeline.derive import estimate
from tidewaiter.readings import published_by
from tidewaiter.tally import METHODS, posterior

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tidewaiter.model import Case

DRAWS, PARTICLES = 800, 2000
MEMO = pa.schema([pa.field("day", pa.string()), pa.field("digest", pa.string()), pa.field("found", pa.string())])
"""What an earlier run made of the same readings and assumptions; made again when anything differs."""


def cut(case: Case, day: date) -> Case:
    """Return the case with its window ending after a day.

    Raises:
        ModelError: the day lies before the window.
    """
    end = min(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1), case.window.end)
    if end <= case.window.start:
        start = f"{case.window.start:%Y-%m-%d}"
        raise ModelError(f"{day} lies before the window of the case", hint=f"the window begins on {start}")
    reached = tuple(
        msgspec.structs.replace(leg, active=_before(leg.active, end))
        for leg in case.legs
        if not leg.active or _before(leg.active, end)
    )
    vessels = tuple(
        msgspec.structs.replace(v, active=_before(v.active, end))
        for v in case.vessels
        if not v.active or _before(v.active, end)
    )
    return msgspec.structs.replace(case, window=Window(case.window.start, end), legs=reached, vessels=vessels, as_of=())


def _before(spans: tuple[Interval, ...], end: datetime) -> tuple[Interval, ...]:
    """Return the spans that begin before a moment."""
    return tuple(s for s in spans if s.start is None or s.start < end)


def backtests(
    case: Case, tables: Mapping[str, pa.Table], memo: pa.Table | None
) -> tuple[list[Measurement], list[dict[str, Any]], pa.Table]:
    """Estimate the case as of each of its days, or take over what an earlier run made of the same input.

    Args:
        case: names the days.
        tables: all readings.
        memo: MEMO of an earlier run.

    Returns:
        Measurements, rows of ANSWERS, and MEMO of this run.
    """
    known = {} if memo is None or memo.schema != MEMO else {row["digest"]: row["found"] for row in memo.to_pylist()}
    measurements: list[Measurement] = []
    rows: list[dict[str, Any]] = []
    kept = []
    for day in case.as_of:
        then, seen = cut(case, day), published_by(tables, day)
        digest = _digest(then, seen)
        found = known.get(digest) or msgspec.json.encode(_as_of(then, seen, day)).decode()
        kept.append({"day": day.isoformat(), "digest": digest, "found": found})
        for m in msgspec.json.decode(found, type=list[Measurement]):
            measurements.append(m)
            quantity = m.measurement_id.removeprefix(f"backtest.{day}.")
            label = "on the evidence published by then"
            rows.append(
                {
                    "kind": "backtest",
                    "quantity": quantity,
                    "part": day.isoformat(),
                    "label": label,
                    "measurement": m.measurement_id,
                }
            )
    return measurements, rows, pa.Table.from_pylist(kept, schema=MEMO)


def _as_of(case: Case, tables: Mapping[str, pa.Table], day: date) -> list[Measurement]:
    weighed = estimate(case, tables, draws=DRAWS, particles=PARTICLES, quick=True).weighed
    named = {name: column for name, column in (READING_ID | TRACK_ID).items() if name in tables and name != "fixes"}
    inputs = [f"{name}/{i}" for name, column in named.items() for i in sorted(tables[name][column].to_pylist())]
    base = weighed.totals[""]
    units = {s.id: next(i.unit for i in case.items if i.id == s.item) for s in case.scenarios}
    totals = [
        ("voyages.total", "voyages", base.voyages(), "voyage", ""),
        ("load.total", "load", base.loads(), case.load_model.unit, ""),
    ]
    totals += [
        (f"items.total.{s.id}", f"{units[s.id]}s, {s.label},", weighed.totals[s.id].items(), units[s.id], s.id)
        for s in case.scenarios
    ]
    period = (case.window.start.date().isoformat(), case.window.end.date().isoformat())
    return [
        posterior(
            f"backtest.{day}.{quantity}",
            f"{words} as it would have been on this day, with the claims known then",
            draws,
            unit,
            inputs,
            method="pipeline.backtest/1",
            whole=unit == "voyage",
            scenario=scenario,
            period=period,
        )
        for quantity, words, draws, unit, scenario in totals
    ]


def _digest(case: Case, tables: Mapping[str, pa.Table]) -> str:
    """Return a hash of everything that a backtest follows from."""
    plain = msgspec.structs.replace(case, root=case.root.__class__(), title="", question="", limits=())
    hasher = hashlib.sha256(
        msgspec.json.encode([plain, version("tidewaiter"), METHODS, DRAWS, PARTICLES], enc_hook=str)
    )
    for name, table in sorted(tables.items()):
        sink = pa.BufferOutputStream()
        whole = table.combine_chunks().replace_schema_metadata(None)
        with pa.ipc.new_stream(sink, whole.schema) as stream:
            stream.write_table(whole)
        hasher.update(name.encode())
        hasher.update(sink.getvalue())
    return hasher.hexdigest()
