"""A simulated world as a case folder that `tidewaiter run` accepts, with its truth beside it."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.errors import CaseError
from tidewaiter.model import Dated, Quantiles
from tidewaiter.simulate.tables import EPOCH, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from tidewaiter.simulate.world import World

TRUTH = "truth.json"
DAY = timedelta(days=1)
HEADERS: Mapping[str, Mapping[str, str]] = {
    "looks": {"place_id": "place", "t_start": "start", "t_end": "end"},
    "sightings": {"place_id": "place", "t_start": "start", "t_end": "end", "vessel_weights": "vessels"},
    "surveys": {"place_id": "place", "t_start": "from", "t_end": "to", "calls_low": "calls"},
    "detections": {"t_start": "start", "t_end": "end"},
    "exposures": {"list_id": "list", "t_start": "start", "t_end": "end"},
    "loads": {"place_id": "place", "t_start": "start", "t_end": "end", "vessel_weights": "vessels"},
    "claims": {"t_start": "from", "t_end": "to"},
    "positions": {},
}
"""Columns of docs/inputs.md that do not have the name of their column in `model.tables`."""
_LISTED = (
    "places",
    "vessels",
    "legs",
    "items",
    "scenarios",
    "lists",
    "sources",
    "flows",
    "balances",
    "what_ifs",
)
_ABOUT = """\
# A simulated world: every ship, place and number here is made up by `tidewaiter simulate`.
# What really happened in it stands in truth.json, which no input names and `tidewaiter run` never reads.
"""


def write_case(world: World, folder: Path) -> list[Path]:
    """Write a world as a case: case.toml, inputs/*.csv by the columns of docs/inputs.md, and truth.json.

    Args:
        world: of `simulate`.
        folder: made if need be; has to be empty.

    Returns:
        The files, case.toml last, so that a folder with a case.toml is complete.

    Raises:
        CaseError: the folder holds something already (nothing is overwritten), or cannot be written.
    """
    tables = {name: table for name, table in readings(world).items() if table.num_rows}
    texts = {f"inputs/{name}.csv": _csv(name, table.to_pylist()) for name, table in tables.items()}
    texts[TRUTH] = json.dumps(truth(world), indent=1) + "\n"
    texts["case.toml"] = _ABOUT + "\n".join(_declaration(world, tables)) + "\n"
    written = []
    try:
        if folder.is_dir() and any(folder.iterdir()):
            raise CaseError("is not empty", file=folder, hint="choose another folder; nothing is overwritten")
        (folder / "inputs").mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8", newline="") as stream:
                stream.write(text)
            written.append(folder / name)
    except OSError as error:
        raise CaseError(f"cannot be written: {error.strerror}", file=error.filename or folder) from error
    return written


def truth(world: World) -> dict[str, Any]:
    """Return what really happened, counted as the tally counts it.

    A call counts when its stay reaches into the window; a voyage and its load count when it reaches the destination in
    the window. Times are ISO 8601 UTC, loads in the load unit.
    """
    calls = [c for c in world.calls if c.destination_departure > world.start and c.arrival < world.end]
    landed = [c for c in calls if world.start <= c.destination_arrival < world.end]
    return {
        "seed": world.case.seed,
        "window": [_iso(world.start), _iso(world.end)],
        "total": {
            "calls": world.true_calls,
            "voyages": len(landed),
            "load": sum(c.load for c in landed),
            "unit": world.case.load_model.unit,
        },
        "calls": [
            {k: _iso(v) if isinstance(v, datetime) else v for k, v in msgspec.structs.asdict(c).items()} for c in calls
        ],
    }


def _csv(name: str, rows: list[dict[str, Any]]) -> str:
    """Rows of readings as a CSV file; columns that are empty throughout are left out."""
    header = HEADERS[name]
    used = [
        c for c in rows[0] if c not in {"evidence", "row", "line"} and any(r[c] not in (None, [], "") for r in rows)
    ]
    if name == "surveys":  # a single count is one column
        used.remove("calls_high")
    if name == "sightings":  # what the two ends say already
        used.remove("within")
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header.get(c, c) for c in used)
    writer.writerows([_cell(name, c, row[c]) for c in used] for row in rows)
    return out.getvalue()


def _cell(name: str, column: str, value: Any) -> str:
    """One value as people would write it."""
    if value is None:
        return ""
    if name == "positions" and column == "t":
        return _iso(EPOCH + timedelta(microseconds=value))
    if name == "surveys" and isinstance(value, datetime):  # whole days; the last one is included
        return (value - DAY if column == "t_end" else value).date().isoformat()
    if isinstance(value, datetime):
        return _iso(value)
    if column == "vessel_weights":
        return "; ".join(f"{vessel}:{weight!r}" for vessel, weight in value)
    if isinstance(value, list):
        return "; ".join(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _iso(t: datetime) -> str:
    return t.isoformat().replace("+00:00", "Z")


def _declaration(world: World, readers: Iterable[str]) -> Iterator[str]:
    """Lines of case.toml; of each struct the fields whose value is not the usual one."""
    case = world.case
    yield "\n[case]"
    yield from _keys(
        {"id": case.id, "title": case.title, "question": case.question}
        | {"window": {"from": world.start.date().isoformat(), "to": (world.end - DAY).date().isoformat()}}
        | {"limits": list(case.limits), "seed": case.seed, "draws": case.draws}
        | ({"as_of": case.as_of} if case.as_of else {})
    )
    for section in _LISTED:
        for entry in getattr(case, section):
            yield f"\n[[{section}]]"
            yield from _keys(_changed(entry))
    for reader in readers:
        yield "\n[[inputs]]"
        yield from _keys({"glob": f"inputs/{reader}.csv", "reader": reader})
    models = (
        ("calls_model", case.call_model),
        ("lists_model", case.list_model),
        ("load_model", case.load_model),
        ("claims_model", case.claim_model),
    )
    for section, model in models:
        yield f"\n[{section}]"
        yield from _keys({k: v for k, v in msgspec.structs.asdict(model).items() if v is not None})


def _changed(entry: msgspec.Struct) -> dict[str, Any]:
    usual = {f.name: f.default for f in msgspec.structs.fields(entry)}
    return {k: v for k, v in msgspec.structs.asdict(entry).items() if v != usual[k]}


def _keys(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        yield f"{key} = {_toml(value)}"


def _toml(value: Any) -> str:
    """A value in TOML; a dated identity that holds throughout is its bare text."""
    if isinstance(value, Dated):
        value = value.value
    if isinstance(value, date):
        value = value.isoformat()
    if isinstance(value, Quantiles):
        value = msgspec.structs.asdict(value)
    if isinstance(value, msgspec.Struct):
        value = _changed(value)
    if isinstance(value, dict):
        return "{ " + ", ".join(_keys(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps(value)  # strings, numbers and truth values look the same in JSON
