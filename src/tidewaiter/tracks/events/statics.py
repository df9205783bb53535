"""Events that ships' own words tell: changes of identity and draught, and destinations beside ports of call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from tidewaiter.tracks.identity import find_draught_changes, identity_changes, identity_intervals
from tidewaiter.tracks.identity.destinations import Places as Named
from tidewaiter.tracks.identity.destinations import declared_destinations

if TYPE_CHECKING:
    from tidewaiter.tracks.events.search import Asked
    from tidewaiter.tracks.ports import Places


def of_statics(statics: pa.Table, asked: Asked, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Return tables of the kinds that statics tell.

    Args:
        statics: ``vessel_key``, ``t`` and what ships say; in any order.
        asked: kinds and thresholds.
        tables: found so far; port visits are compared with what was declared.

    Raises:
        InputError: a column is missing or of another type.
    """
    of = asked.rules.of
    out: dict[str, pa.Table] = {}
    if asked.wants("identity_change"):
        out["identity_interval"] = identity_intervals(statics, of("identity"))
        out["identity_change"] = identity_changes(out["identity_interval"])
    if asked.wants("draught_change"):
        out["draught_change"] = find_draught_changes(statics, of("draught"))
    if asked.wants("destination") and asked.places is not None and "port_visit" in tables:
        visits = _visits(tables["port_visit"], asked.places)
        out["destination"] = declared_destinations(statics, _list_of(asked.places), visits, of("destination"))
    return out


def _list_of(places: Places) -> Named:
    columns = [places.names, places.countries, places.shapes.lat, places.shapes.lon]
    return Named(pa.table([pa.array(c) for c in columns], names=["name", "country", "lat", "lon"]))


def _visits(visits: pa.Table, places: Places) -> pa.Table:
    names = dict(zip(places.ids, places.names, strict=True))
    return pa.table(
        {
            "vessel_key": visits["vessel_id"],
            "start": visits["start_timestamp"],
            "end": visits["end_timestamp"],
            "lat": visits["start_lat"],
            "lon": visits["start_lon"],
            "name": pa.array([names.get(i, "") for i in visits["start_anchorage_id"].to_pylist()], pa.string()),
        }
    )
