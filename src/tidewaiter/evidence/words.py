"""What a reading or an inferred call says, in one line: a label and, where there is one, a figure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tidewaiter.evidence.figures import stated

if TYPE_CHECKING:
    from collections.abc import Mapping

Row = dict[str, Any]


def reading_words(table: str, row: Row) -> tuple[str, str]:
    """Return label and figure of a row of a table of readings (`model.tables.READINGS`)."""
    when = span(row.get("t_start"), row.get("t_end"))
    where = row.get("place_id") or ""
    by = row.get("by") or ""
    if table == "looks":
        return _join("look at", where, when), row.get("state") or ""
    if table == "sightings":
        figure = stated(row.get("containers_low"), row.get("containers_high"), "container")
        return _join("sighting of", weights(row.get("vessel_weights")) or "a ship", "at", where, when), figure
    if table == "surveys":
        figure = stated(row.get("calls_low"), row.get("calls_high"), "call", row.get("bound") or "")
        return _join("survey of", where, when, "by" if by else "", by), figure
    if table == "calls":
        return _call(row), ""
    if table == "loads":
        figure = stated(row.get("low"), row.get("high"), row.get("unit") or "")
        return _join("load", f"({row['kind']})" if row.get("kind") else "", "at" if where else "", where, when), figure
    if table == "detections":
        return _join("detection of a voyage", when), ", ".join(row.get("lists") or ())
    if table in {"events", "fixes"}:
        return _event(row) if table == "events" else _fix(row)
    who = row.get("claimant") or "unnamed"
    figure = stated(row.get("low"), row.get("high"), row.get("quantity") or "", row.get("bound") or "")
    rate = f" per {row['per']}" if row.get("per") and figure else ""
    condition = f" ({row['condition']})" if row.get("condition") else ""
    return _join("claim by", who, row.get("stated") or ""), f"{figure or row.get('text') or ''}{rate}{condition}"


def call_words(row: Row) -> tuple[str, str]:
    """Return label and figure of a row of `inferred_calls`; the figure is its probability."""
    seen = "seen" if row.get("basis") == "seen" else "inferred, no look shows it"
    chance = row.get("probability")
    return f"{_call(row)}: {seen}", "" if chance is None else f"probability {chance:.2f}"


def weights(pairs: Any) -> str:
    """Return a weighted identity: ``angara 60 %, lady_r 40 %``; the bare name when it is certain."""
    items: Mapping[str, float] = dict(pairs or ())
    if len(items) == 1 and next(iter(items.values())) >= 1:
        return next(iter(items))
    ordered = sorted(items.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{vessel} {share:.0%}".replace("%", " %") for vessel, share in ordered)


def span(start: datetime | None, end: datetime | None) -> str:
    """Return a UTC span at the precision it has: ``2023-09-01``, ``2023-09-01 05:00–05:10``; ends open where unknown."""
    if start is None and end is None:
        return ""
    if start is None or end is None:
        return f"from {_moment(start)}" if start else f"until {_moment(end)}"
    if start.date() == end.date():
        return f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}" if start != end else _moment(start)
    days = (end - start).days
    if days == 1 and _is_midnight(start) and _is_midnight(end):
        return _moment(start)
    return f"{_moment(start)} to {_moment(end)}"


def _call(row: Row) -> str:
    who = weights(row.get("vessel_weights")) or "a ship"
    arrival = span(row.get("arrival_earliest"), row.get("arrival_latest"))
    departure = span(row.get("departure_earliest"), row.get("departure_latest"))
    ends = [f"arrival {arrival}" if arrival else "", f"departure {departure}" if departure else ""]
    return _join("call of", who, "at", row.get("place_id") or "", ", ".join(e for e in ends if e))


def _event(row: Row) -> tuple[str, str]:
    who = row.get("vessel_id") or str(row.get("vessel_key"))
    other = row.get("other_id") or row.get("other_key")
    what = str(row.get("kind")).replace("_", " ")
    when = span(row.get("start"), row.get("end"))
    return _join(what, "of", who, "with" if other else "", str(other or ""), "at" if row.get("place_id") else "",
                 row.get("place_id") or "", when), ""  # fmt: skip


def _fix(row: Row) -> tuple[str, str]:
    who = row.get("vessel_id") or str(row.get("vessel_key"))
    moment = datetime.fromtimestamp(row["t"] / 1e6, tz=UTC)
    if row.get("lat") is None:
        return _join("message of", who, f"{moment:%Y-%m-%d %H:%M}"), row.get("says") or ""
    return _join("position of", who, f"{moment:%Y-%m-%d %H:%M}"), f"{row['lat']:.4f}, {row['lon']:.4f}"


def _is_midnight(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) == (0, 0, 0)


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{moment:%Y-%m-%d}" if _is_midnight(moment) else f"{moment:%Y-%m-%d %H:%M}"


def _join(*parts: str) -> str:
    return " ".join(p for p in parts if p)
