"""Which charts a report has, made from its sections; a chart without data is left out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup  # noqa: TC002 - msgspec reads the annotation at run time

from tidewaiter.numbers import plural
from tidewaiter.publish.charts.canvas import Styles, draw
from tidewaiter.publish.charts.cumulative import ClaimMark, Panel, paint_cumulative
from tidewaiter.publish.charts.intervals import SurveyRow, paint_surveys, paint_vessels
from tidewaiter.publish.charts.ledger import Bar, paint_ledger
from tidewaiter.publish.charts.months import Month, Ribbon, SurveySpan, paint_months
from tidewaiter.publish.claims import Claim, Origin, claim_end, is_running_total, letters
from tidewaiter.publish.sections import Call, Content, month_keys, month_span, running_total

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tidewaiter.model import Case
    from tidewaiter.publish.figures import Figures

_MOST_RIBBONS, _MOST_SPANS, _MOST_LANES = 3, 8, 16


class Key(msgspec.Struct, frozen=True):
    """One line of the legend of the cumulative chart."""

    letter: str
    claim: Claim
    colour: int
    copy: bool


class Gallery(msgspec.Struct):
    """The charts as inline SVG, by name, and the legend of the claims drawn."""

    charts: dict[str, Markup]
    keys: list[Key]


def hang(
    case: Case,
    window: tuple[datetime, datetime],
    fig: Figures,
    styles: Styles,
    *,
    scenarios: Sequence[Content],
    origins: Sequence[Origin],
    surveys: Sequence[dict[str, Any]],
    calls: Sequence[Call],
    coverage: Sequence[dict[str, Any]],
) -> Gallery:
    """Draw all charts that the results have data for."""
    charts: dict[str, Markup] = {}
    load, items, keys = _totals(case, window, fig, scenarios, origins)
    if load or items:
        charts["cumulative"] = draw(
            "cumulative",
            "Running totals with the claims on them",
            "Median line with bands of three interval levels; the table below the chart holds the same figures.",
            styles,
            partial(paint_cumulative, start=window[0], load=load, items=items),
        )
    months = [
        Month(*month_span(k), fig.measurements[f"calls.{k}"], fig.url(f"calls.{k}"))
        for k in month_keys(fig.measurements)
        if f"calls.{k}" in fig
    ]
    if months:
        charts["months"] = draw(
            "months",
            "Calls per month and what was looked at",
            "Interval bars per month; below, each day as seen, hidden by cloud or not imaged, and the survey windows.",
            styles,
            partial(
                paint_months, window=window, months=months, ribbons=_ribbons(case, coverage), spans=_spans(surveys, fig)
            ),
        )
    vessels = [
        (v.name, fig.measurements[f"calls.vessel.{v.id}"], fig.url(f"calls.vessel.{v.id}"))
        for v in case.vessels
        if f"calls.vessel.{v.id}" in fig
    ][:_MOST_LANES]
    if vessels:
        charts["vessels"] = draw(
            "vessels", "Calls per vessel", "One interval bar per vessel.", styles, partial(paint_vessels, bars=vessels)
        )
    rows = [row for s in surveys if (row := _survey_row(s, fig))]
    if rows:
        charts["surveys"] = draw(
            "surveys",
            "What each survey counted and what its coverage lets one expect",
            "Dashed outline: true calls in the window. Bar: what a team with this coverage counts. Diamond: its count.",
            styles,
            partial(paint_surveys, rows=rows),
        )
    lanes = [v.name for v in case.vessels if any(c.vessels and c.vessels[0][0] == v.id for c in calls)][:_MOST_LANES]
    if lanes:
        charts["ledger"] = draw(
            "ledger",
            "The calls on a time line",
            "One bar per call from earliest arrival to latest departure: filled when seen, dashed when inferred.",
            styles,
            partial(paint_ledger, window=window, lanes=lanes, bars=_bars(calls, lanes, fig)),
        )
    return Gallery(charts, keys)


def _totals(
    case: Case, window: tuple[datetime, datetime], fig: Figures, scenarios: Sequence[Content], origins: Sequence[Origin]
) -> tuple[Panel | None, list[Panel], list[Key]]:
    """Lay out the running totals and set each claim on the panel whose unit it speaks of."""
    drawn: dict[str, list[ClaimMark]] = {}
    keys: list[Key] = []
    colour = 0
    for origin in origins:
        here = [
            c
            for c in (origin.origin, *origin.derived, *origin.copies)
            if is_running_total(c, window[0]) and panel_of(c, case, scenarios)
        ]
        for claim in here:
            row, end = claim.row, claim_end(claim)
            low = row["high"] if row["low"] is None else row["low"]
            high = row["low"] if row["high"] is None else row["high"]
            if end is None:
                continue
            copy = claim in origin.copies
            letter = letters(len(keys))
            mark = ClaimMark(
                letter, min(end, window[1]), low, high, row["bound"] or "", colour, copy, fig.url(f"claims/{claim.id}")
            )
            drawn.setdefault(panel_of(claim, case, scenarios), []).append(mark)
            keys.append(Key(letter, claim, colour, copy))
        colour += bool(here)
    unit = plural(case.load_model.unit)
    series = series_of(fig, "load", "", window)
    load = (
        Panel(
            f"{unit.capitalize()}, running total",
            series,
            tuple(drawn.get("load", ())),
            beside=series_of(fig, "with_claims.load", "", window),
        )
        if series
        else None
    )
    items = [
        Panel(
            f"{c.units.capitalize()}: {c.scenario.label}",
            series,
            tuple(drawn.get(c.id, ())),
            conditional=bool(c.scenario.condition),
            beside=series_of(fig, "with_claims.items", c.id, window),
        )
        for c in scenarios
        if (series := series_of(fig, "items", c.id, window))
    ]
    return load, items, [k for k in keys if load or panel_of(k.claim, case, scenarios) != "load"]


def panel_of(claim: Claim, case: Case, scenarios: Sequence[Content]) -> str:
    """Return "load", the id of the scenario whose panel a claim belongs on, or nothing."""
    quantity = claim.row["quantity"]
    if quantity == case.load_model.unit:
        return "load"
    fitting = [c.id for c in scenarios if c.unit == quantity]
    first = claim.check.get("scenario") or ""
    return first if first in fitting else fitting[0] if fitting else ""


def series_of(fig: Figures, kind: str, tail: str, window: tuple[datetime, datetime]) -> tuple[Any, ...]:
    """Return a running total for a chart: (end of month UTC, measurement, link)."""
    return tuple(
        (min(month_span(month)[1], window[1]), m, fig.url(m.measurement_id))
        for month, m in running_total(fig.measurements, kind, tail)
    )


def _ribbons(case: Case, coverage: Sequence[dict[str, Any]]) -> list[Ribbon]:
    names = {p.id: p.name for p in case.places}
    days: dict[str, dict[Any, str]] = {}
    for row in coverage:
        days.setdefault(row["place_id"], {})[row["day"]] = row["state"]
    most = sorted(days, key=lambda k: (-len(days[k]), k))[:_MOST_RIBBONS]
    return [Ribbon(f"Dated looks at {names.get(k, k)}", days[k]) for k in most]


def _spans(surveys: Sequence[dict[str, Any]], fig: Figures) -> list[SurveySpan]:
    return [
        SurveySpan(s["title"], s["t_start"], s["t_end"], s["coverage"], fig.url(f"surveys/{s['survey_id']}"))
        for s in surveys
        if s["t_start"] and s["t_end"]
    ][:_MOST_SPANS]


def _survey_row(survey: dict[str, Any], fig: Figures) -> SurveyRow | None:
    ends = [survey[k] for k in ("calls_low", "calls_high", "expected_low", "expected_high", "counted_low")]
    parts = [f"survey.{survey['survey_id']}.{part}" for part in ("calls", "expected", "counted")]
    if any(e is None for e in ends) or not all(p in fig for p in parts):
        return None
    counted = (ends[4], ends[4] if survey["counted_high"] is None else survey["counted_high"])
    title = survey["title"]
    urls = (fig.url(parts[0]), fig.url(parts[1]), fig.url(parts[2]))
    return SurveyRow(title, (ends[0], ends[1]), (ends[2], ends[3]), counted, bool(survey["compatible"]), urls)


def _bars(calls: Sequence[Call], lanes: Sequence[str], fig: Figures) -> list[Bar]:
    bars = []
    for call in calls:
        row = call.row
        start, end = row["arrival_earliest"], row["departure_latest"] or row["arrival_latest"]
        if call.vessels and call.vessels[0][1] in lanes and start and end:
            lane = lanes.index(call.vessels[0][1])
            bars.append(Bar(lane, start, end, row["probability"] or 0.0, call.seen, fig.url(row["call_id"])))
    return bars
