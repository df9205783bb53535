"""Numbers about what was heard of each ship, counted from its events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tidewaiter.model import Measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from tidewaiter.model import Case, Window

METHOD = "pipeline.tracks/1"
DAY = timedelta(days=1)


def measures(case: Case, events: pa.Table) -> Iterator[Measurement]:
    """Yield for each ship of the case that was heard its visits at the ends of the line, its silences and their days.

    Args:
        case: its window limits what is counted.
        events: CASE_EVENTS.
    """
    rows = [e for e in events.to_pylist() if _inside(e, case.window)]
    ends = dict.fromkeys(end for leg in case.legs if leg.measured for end in (leg.origin, leg.destination))
    names = {p.id: p.name for p in case.places}
    for vessel in case.vessels:
        mine = [e for e in rows if e["vessel_id"] == vessel.id]
        if not mine:
            continue
        for end in ends:
            at = {end, *(p.id for p in case.places if p.part_of == end)}
            visits = [e for e in mine if e["kind"] == "port_visit" and e["place_id"] in at]
            if visits:
                name = f"port visits of {vessel.name} at {names[end]} that were heard"
                yield _counted(case, f"ais.visits.{vessel.id}.{end}", name, len(visits), "visit", visits)
        gaps = [e for e in mine if e["kind"] == "gap"]
        if gaps:
            days = sum(_days(e, case.window) for e in gaps)
            yield _counted(case, f"ais.gaps.{vessel.id}", f"silences of {vessel.name}", len(gaps), "silence", gaps)
            name = f"days in which {vessel.name} was silent"
            yield _counted(case, f"ais.silent_days.{vessel.id}", name, round(days), "day", gaps)


def _inside(event: dict[str, Any], window: Window) -> bool:
    end = event["end"] or event["start"]
    return bool(event["start"] < window.end and end >= window.start)


def _days(event: dict[str, Any], window: Window) -> float:
    start: datetime = max(event["start"], window.start)
    end: datetime = min(event["end"] or window.end, window.end)
    return max((end - start) / DAY, 0.0)


def _counted(case: Case, key: str, name: str, value: float, unit: str, events: Sequence[dict[str, Any]]) -> Measurement:
    return Measurement(
        measurement_id=key,
        name=name,
        value=float(value),
        unit=unit,
        method=METHOD,
        inputs=tuple(f"events/{e['event_id']}" for e in events),
        low=float(value),
        high=float(value),
        period_start=case.window.start.date().isoformat(),
        period_end=case.window.end.date().isoformat(),
    )
