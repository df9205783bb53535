"""The numbers a case stands for, as measurements with their intervals and inputs."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.model import Measurement
from tidewaiter.model.tables import FROM_LISTS
from tidewaiter.tally.intervals import interval, median

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from tidewaiter.model import Case, Status
    from tidewaiter.tally.quantities import Tally

METHOD = "tally.montecarlo/1"
COUNT = "count/1"


class Fit(msgspec.Struct, frozen=True):
    """How the calls were inferred: method, parameters, and the readings that went in."""

    method: str
    parameters: dict[str, Any]
    readings: tuple[str, ...]


def posterior(
    measurement_id: str,
    name: str,
    draws: NDArray[np.float64],
    unit: str,
    inputs: Sequence[str],
    *,
    method: str = METHOD,
    whole: bool = False,
    scenario: str = "",
    period: tuple[str, str] = ("", ""),
    parameters: dict[str, Any] | None = None,
    note: str = "",
    status: Status = "supported",
) -> Measurement:
    """Summarise draws by their median and 50, 80 and 95 % intervals."""
    (low_50, high_50), (low_80, high_80), (low, high) = (interval(draws, x, whole=whole) for x in (0.5, 0.8, 0.95))
    return Measurement(
        measurement_id=measurement_id,
        name=name,
        value=median(draws, whole=whole),
        low=low,
        high=high,
        level=0.95,
        low_50=low_50,
        high_50=high_50,
        low_80=low_80,
        high_80=high_80,
        unit=unit,
        scenario=scenario,
        period_start=period[0],
        period_end=period[1],
        method=method,
        parameters=parameters or {},
        inputs=tuple(inputs),
        note=note,
        status=status,
    )


def counted(
    measurement_id: str, name: str, value: float, unit: str, inputs: Sequence[str], *, note: str = ""
) -> Measurement:
    """An exact count of readings or a stated figure."""
    return Measurement(
        measurement_id=measurement_id,
        name=name,
        value=value,
        low=value,
        high=value,
        unit=unit,
        method=COUNT,
        inputs=tuple(inputs),
        note=note,
    )


def measure(
    case: Case,
    tally: Tally,
    fit: Fit,
    coverage: pa.Table,
    looks: pa.Table,
    survey_checks: pa.Table,
    *,
    declaration: str,
) -> list[Measurement]:
    """All measurements of a tally: whole window, month by month, cumulative, per vessel, per scenario.

    Args:
        case: the case.
        tally: its posterior totals.
        fit: how the calls were inferred.
        coverage: COVERAGE of the origin.
        looks: readings of looks, for the inputs of the coverage.
        survey_checks: SURVEY_CHECKS.
        declaration: SHA-256 of case.toml, in which the assumptions stand.
    """
    out = [
        counted("fit.calls", "readings behind the calls", len(fit.readings), "reading", fit.readings),
        counted(
            "fit.load",
            "readings behind the load of a voyage",
            len(tally.loads_model.readings),
            "reading",
            [r.id for r in tally.loads_model.readings],
        ),
    ]
    out[0] = msgspec.structs.replace(out[0], method=fit.method, parameters=fit.parameters)
    out += _load_and_content(case, tally, declaration)
    for tag, words, start, end in periods(case):
        out += _period(case, tally, fit, tag, words, start, end)
    whole = _dates(case.window.start, case.window.end)
    out.extend(
        posterior(
            f"calls.vessel.{v.id}",
            f"calls of {v.name}",
            tally.calls(vessel=v.id),
            "call",
            ["fit.calls"],
            method=fit.method,
            whole=True,
            period=whole,
        )
        for v in case.vessels
    )
    out += _coverage(case, coverage, looks, declaration)
    out += _surveys(survey_checks)
    return out


def periods(case: Case) -> Iterator[tuple[str, str, datetime | None, datetime | None]]:
    """(tag, words, start, end) of the whole window, of each month, and of the window up to the end of each month."""
    yield "total", "in the whole window", case.window.start, case.window.end
    for start, end in months(case):
        tag = f"{start:%Y-%m}"
        yield tag, f"in {tag}", start, end
        yield f"to-{tag}", f"from the start to the end of {tag}", case.window.start, end


def months(case: Case) -> list[tuple[datetime, datetime]]:
    """Calendar months (UTC) that touch the window, clipped to it."""
    start, end = case.window.start, case.window.end
    out, t = [], start
    while t < end:
        after = datetime(t.year + t.month // 12, t.month % 12 + 1, 1, tzinfo=UTC)
        out.append((t, min(after, end)))
        t = after
    return out


def _dates(start: datetime | None, end: datetime | None) -> tuple[str, str]:
    return ("" if start is None else start.date().isoformat(), "" if end is None else end.date().isoformat())


def _load_and_content(case: Case, tally: Tally, declaration: str) -> list[Measurement]:
    out = [
        posterior(
            "load.per_voyage",
            f"{tally.unit}s per voyage, mean of the fleet",
            tally.load_per_voyage(),
            tally.unit,
            ["fit.load", declaration],
            method="tally.loads/1",
            status=_load_status(tally),
            note=case.load_model.typical.source,
        )
    ]
    units = {i.id: i.unit for i in case.items}
    for s in case.scenarios:
        q = s.per_unit
        points: dict[str, Any] = {} if q is None else {"p5": q.p5, "p50": q.p50, "p95": q.p95}
        given: dict[str, Any] = points | {
            part.name: [part.per_unit.p5, part.per_unit.p50, part.per_unit.p95] for part in s.mix
        }
        given |= {"source": s.source, "url": s.url}
        out.append(
            posterior(
                f"factor.{s.id}",
                f"{units[s.item]}s per {tally.unit}, {s.label}",
                tally.factor(s.id),
                units[s.item],
                [declaration],
                method="case.scenario/1",
                scenario=s.id,
                parameters=given,
                note=s.condition,
                status="asserted",
            )
        )
    return out


def _load_status(tally: Tally) -> Status:
    """Without a single reading of a load, every load is what the case assumes, and says so."""
    return "supported" if tally.loads_model.readings else "asserted"


def _period(
    case: Case, tally: Tally, fit: Fit, tag: str, words: str, start: datetime | None, end: datetime | None
) -> list[Measurement]:
    period = _dates(start, end)
    calls, voyages, load = f"calls.{tag}", f"voyages.{tag}", f"load.{tag}"
    inferred = partial(posterior, inputs=["fit.calls"], method=fit.method, whole=True, period=period)
    carried = partial(posterior, period=period, status=_load_status(tally))
    per_voyage = [voyages, "load.per_voyage"]
    units = {i.id: i.unit for i in case.items}
    return [
        inferred(calls, f"calls {words}", tally.calls(start, end), "call"),
        inferred(voyages, f"voyages completed {words}", tally.voyages(start, end), "voyage"),
        carried(load, f"{tally.unit}s carried {words}", tally.loads(start, end), tally.unit, per_voyage),
        *(
            carried(
                f"items.{tag}.{s.id}",
                f"{units[s.item]}s {words}, {s.label}",
                tally.items(s.id, start, end),
                units[s.item],
                [load, f"factor.{s.id}"],
                scenario=s.id,
                note=s.condition,
            )
            for s in case.scenarios
        ),
    ]


def _coverage(case: Case, coverage: pa.Table, looks: pa.Table, declaration: str) -> list[Measurement]:
    by_day: dict[date, list[str]] = defaultdict(list)
    whole = {place.id: place.part_of for place in case.places}
    imaged = set(coverage["place_id"].to_pylist())
    for row in looks.select(["look_id", "place_id", "t_start", "t_end"]).to_pylist():
        place = row["place_id"]
        while place and place not in imaged:
            place = whole.get(place)
        if not place:
            continue  # a look at another place says nothing on how often this one was imaged
        by_day[(row["t_start"] + (row["t_end"] - row["t_start"]) / 2).date()].append(f"looks/{row['look_id']}")
    state = {row["day"]: row["state"] for row in coverage.to_pylist()}
    out = []
    spans = [("", case.window.start, case.window.end)] + [(f".{a:%Y-%m}", a, b) for a, b in months(case)]
    for suffix, start, end in spans:
        days = [(start + timedelta(days=n)).date() for n in range(-(-(end - start) // timedelta(days=1)))]
        used = [reading for day in days if day in state for reading in by_day[day]]
        for kind in ("clear", "obscured", "unimaged"):
            count = sum(state.get(day, "unimaged") == kind for day in days)
            name = {
                "clear": "days with a clear look",
                "obscured": "days with an obscured look only",
                "unimaged": "days not imaged",
            }
            note = "" if used else "no dated look of this period is in the case"
            out.append(counted(f"coverage.{kind}{suffix}", name[kind], count, "day", used or [declaration], note=note))
    return out


def _surveys(checks: pa.Table) -> list[Measurement]:
    out = []
    for r in checks.to_pylist():
        key, told = f"survey.{r['survey_id']}", f"surveys/{r['survey_id']}"
        reading = ["fit.calls"] if r["survey_id"].startswith(FROM_LISTS) else [told]
        fitted = sorted({"fit.calls", *reading})
        if r["counted_low"] is not None:
            m = counted(
                f"{key}.counted", "distinct calls counted", (r["counted_low"] + r["counted_high"]) / 2, "call", reading
            )
            out.append(msgspec.structs.replace(m, low=float(r["counted_low"]), high=float(r["counted_high"])))
        out.append(counted(f"{key}.window_days", "days in the window of the survey", r["window_days"], "day", reading))
        share = counted(f"{key}.coverage", "share of days seen", 100 * r["coverage"], "percent", reading)
        if not r["coverage_stated"]:
            share = _range(share, 100 * r["coverage_low"], 100 * r["coverage_high"], fitted)
        out.append(share)
        if r["coverage_needed"] is not None:
            out.append(
                msgspec.structs.replace(
                    counted(
                        f"{key}.needed",
                        "share of days at which this count is expected",
                        100 * r["coverage_needed"],
                        "percent",
                        fitted,
                    ),
                    method="voyages.surveys/1",
                )
            )
        seen = counted(f"{key}.seen", "chance that one call is counted", 100 * r["chance_seen"], "percent", fitted)
        out.append(msgspec.structs.replace(seen, method="voyages.surveys/1"))
        calls = counted(f"{key}.calls", "true calls in the window of the survey", r["calls"], "call", ["fit.calls"])
        out.append(_range(calls, r["calls_low"], r["calls_high"], ["fit.calls"]))
        middle = (r["expected_low"] + r["expected_high"]) / 2
        expected = counted(f"{key}.expected", "calls a team with this coverage counts", middle, "call", fitted)
        out.append(_range(expected, r["expected_low"], r["expected_high"], fitted))
    return out


def _range(m: Measurement, low: float, high: float, inputs: Sequence[str]) -> Measurement:
    return msgspec.structs.replace(m, low=low, high=high, level=0.95, inputs=tuple(inputs), method="voyages.surveys/1")
