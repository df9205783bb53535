"""The time line of each ship that AIS tells of."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tidewaiter.publish.charts.canvas import Styles, draw
from tidewaiter.publish.charts.tracks import Span, paint_track

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from markupsafe import Markup

    from tidewaiter.model import Case
    from tidewaiter.publish.figures import Figures
    from tidewaiter.publish.tracks import Told, Track

ORIGIN, DESTINATION, PORT, SILENT, OTHER = range(5)


def time_lines(
    case: Case, window: tuple[datetime, datetime], fig: Figures, styles: Styles, tracks: Sequence[Track]
) -> dict[str, Markup]:
    """Return the charts by name: ``track-0`` for the first ship."""
    lanes = _lanes_of(case)
    charts = {}
    for number, track in enumerate(tracks):
        listed = {told.key for told in track.shown}
        spans = [_span(told, lanes, window, fig, listed) for told in track.events]
        charts[f"track-{number}"] = draw(
            f"track-{number}",
            f"What AIS says of {track.name}",
            "One lane for visits at each kind of place, one for silences, one for meetings and changes of identity.",
            styles,
            partial(paint_track, window=window, spans=spans),
        )
    return charts


def _lanes_of(case: Case) -> dict[str, int]:
    """Return the lane of each place; those that belong to an end of the line share its lane."""
    lanes = {leg.destination: DESTINATION for leg in case.legs if leg.measured}
    lanes |= {leg.origin: ORIGIN for leg in case.legs if leg.measured}
    parents = {p.id: p.part_of for p in case.places}
    for place in case.places:
        above = place.id
        while above and above not in lanes:
            above = parents.get(above, "")
        lanes.setdefault(place.id, lanes.get(above, PORT))
    return lanes


def _span(told: Told, lanes: dict[str, int], window: tuple[datetime, datetime], fig: Figures, listed: set[str]) -> Span:
    kind = told.row["kind"]
    lane = lanes.get(told.row["place_id"], PORT) if kind == "port_visit" else SILENT if kind == "gap" else OTHER
    url = fig.url(told.key) if told.key in listed else ""
    row = told.row
    if kind != "port_visit":
        return Span(lane, row["start"], row["end"] or window[1], reception=told.reception, url=url)
    first, last = row["arrival_latest"] or row["start"], row["departure_earliest"] or row["start"]
    around = (row["arrival_earliest"] or first, row["departure_latest"] or (last if row["end"] else window[1]))
    return Span(lane, first, last, around, url=url)
