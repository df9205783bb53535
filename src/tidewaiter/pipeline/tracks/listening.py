"""One pass over all AIS of a case: its ships are set apart and cleaned, everybody else tells of reception."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.pipeline.tracks.files import WHERE
from tidewaiter.pipeline.tracks.hulls import whose
from tidewaiter.tracks.events import Asked, find_events
from tidewaiter.tracks.events.search import as_table
from tidewaiter.tracks.jumps import find_jumps
from tidewaiter.tracks.jumps.jumps import JUMPS
from tidewaiter.tracks.store import Ordered, Tracks
from tidewaiter.tracks.store.kept import only

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tidewaiter.pipeline.tracks.files import Logs
    from tidewaiter.pipeline.tracks.hulls import Number
    from tidewaiter.tracks.events import Found, Kind, Rules
    from tidewaiter.tracks.ports import Places

FALSE = ("outlier", "excursion", "zero", "cloning")
"""Jumps whose fixes are left out: false positions, and times at which two ships send under one number."""
_COLUMNS = ("t", "lat", "lon", "sog_kn", "cog_deg", "heading_deg")


class Rows(msgspec.Struct, frozen=True):
    """Positions of one ship in the order of time, (n,) each.

    Attributes:
        key: MMSI that each was sent under.
        where: see `files.WHERE`.
        good: False for those that are left out as false.
    """

    key: NDArray[np.int64]
    t: NDArray[np.int64]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    sog_kn: NDArray[np.float64]
    cog_deg: NDArray[np.float64]
    heading_deg: NDArray[np.float32]
    where: NDArray[np.int64]
    good: NDArray[np.bool_]

    def kept(self) -> Rows:
        """Return those that are not left out."""
        return Rows(**{name: getattr(self, name)[self.good] for name in self.__struct_fields__})


class Heard(msgspec.Struct, frozen=True):
    """What was heard.

    Attributes:
        hulls: ids of the ships of the case.
        rows: positions of each, none for a ship that was not heard.
        keys: what events call each, see `hull_keys`.
        jumps: implausible jumps of ships of the case, `tracks.jumps.JUMPS`.
        found: events of everybody.
        said: what ships of the case say of themselves, under their keys, or None.
        until: end of the data.
    """

    hulls: tuple[str, ...]
    rows: tuple[Rows, ...]
    keys: tuple[int, ...]
    jumps: pa.Table
    found: Found
    said: pa.Table | None
    until: datetime


def hull_keys(ships: Sequence[Number], hulls: Sequence[str]) -> tuple[int, ...]:
    """Return what events call each ship: its latest MMSI, or a negative number when another ship goes by that one."""
    keys: list[int] = []
    for place, hull in enumerate(hulls):
        latest = max(((n.start, n.key) for n in ships if n.vessel_id == hull), default=(0, 0))[1]
        keys.append(latest if latest and latest not in keys else -1 - place)
    return tuple(keys)


def listen(
    logs: Logs,
    ships: Sequence[Number],
    kinds: tuple[Kind, ...],
    rules: Rules,
    places: Places | None,
    hulls: tuple[str, ...],
) -> Heard:
    """Read all positions, in order, and find events in them.

    A ship of the case is one track, whatever numbers it used. What else was sent under these numbers at other times is
    left out.

    Raises:
        InputError: as `tracks.reading.read` and `tracks.events.find_events`.
    """
    assert logs.reading is not None  # noqa: S101 - the caller asks only then
    ordered = Ordered(logs.reading)
    batches = iter(ordered)
    first = next(batches, None)
    until = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=logs.reading.summary.until_us)
    keys = hull_keys(ships, hulls)
    apart = _Apart(ships, hulls, keys, rules)

    def everybody() -> Iterator[Tracks]:
        if first is not None:
            yield from apart.take(first)
            for tracks in batches:
                yield from apart.take(tracks)
        yield from apart.tracks()

    asked = Asked(kinds, rules, places, until)
    said = _of_hulls(logs.statics, ships, hulls, keys)
    found = find_events(everybody(), asked, said)
    return Heard(hulls, apart.rows, keys, apart.jumps, found, said, until)


def others(logs: Logs, keys: Sequence[int]) -> dict[int, Rows]:
    """Return the positions of further vessels, by MMSI; read once more, for meetings only."""
    if logs.reading is None or not keys:
        return {}
    wanted = np.array(sorted(keys), np.int64)
    parts: list[dict[str, NDArray[Any]]] = []
    for batch in logs.reading:
        mine = np.isin(batch.vessel_key, wanted)
        columns = {name: getattr(batch, name)[mine] for name in _COLUMNS}
        parts.append({**columns, "key": batch.vessel_key[mine], "where": batch.extras[WHERE][mine].astype(np.int64)})
    every = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]} if parts else {}
    return {key: _rows({n: c[every["key"] == key] for n, c in every.items()}) for key in keys} if every else {}


class _Apart:
    """Sets the ships of the case apart from a stream of whole vessels."""

    def __init__(self, ships: Sequence[Number], hulls: tuple[str, ...], keys: tuple[int, ...], rules: Rules) -> None:
        self._numbers = np.unique(np.array([n.key for n in ships], np.int64))
        self._keys = keys
        self._ships = ships
        self._hulls = hulls
        self._rules = rules
        self._parts: list[dict[str, NDArray[Any]]] = []
        self.rows: tuple[Rows, ...] = ()
        self.jumps = JUMPS.empty_table()

    def take(self, tracks: Tracks) -> Iterator[Tracks]:
        """Keep what ships of the case sent; yield the rest."""
        ours = np.isin(tracks.vessel_key, self._numbers)
        if not ours.any():
            yield tracks
            return
        mine = only(tracks, ours)
        columns = {name: getattr(mine, name) for name in _COLUMNS}
        self._parts.append({**columns, "key": mine.keys_by_row(), "where": mine.extras[WHERE].astype(np.int64)})
        if not ours.all():
            yield only(tracks, ~ours)

    def tracks(self) -> Iterator[Tracks]:
        """Yield each ship of the case as one cleaned track."""
        rows: list[Rows] = []
        jumps = []
        every = {name: np.concatenate([p[name] for p in self._parts]) for name in self._parts[0]} if self._parts else {}
        ship = whose(self._ships, self._hulls, every["key"], every["t"]) if every else np.empty(0, np.int64)
        for number, key in enumerate(self._keys):
            one = _rows({name: column[ship == number] for name, column in every.items()} if every else _nothing())
            found = find_jumps(_table(one, key), self._rules.of("jump"))
            for jump in found.select(["kind", "start", "end"]).to_pylist():
                if jump["kind"] in FALSE:
                    start, end = (round(jump[e].timestamp() * 1e6) for e in ("start", "end"))
                    one.good[(one.t >= start) & (one.t <= end)] = False
            jumps.append(found)
            rows.append(one)
        self.rows = tuple(rows)
        self.jumps = pa.concat_tables([JUMPS.empty_table(), *jumps]).unify_dictionaries()
        for one, key in zip(rows, self._keys, strict=True):
            kept = one.kept()
            if len(kept.t):
                yield _tracks(kept, key)


def _rows(columns: Mapping[str, NDArray[Any]]) -> Rows:
    order = np.lexsort((columns["where"], columns["t"]))
    return Rows(**{name: column[order] for name, column in columns.items()}, good=np.ones(len(order), np.bool_))


def _nothing() -> dict[str, NDArray[Any]]:
    whole = dict.fromkeys(("key", "t", "where"), np.empty(0, np.int64))
    return {**dict.fromkeys(_COLUMNS, np.empty(0)), **whole}


def _tracks(rows: Rows, key: int) -> Tracks:
    starts, vessel = np.array([0, len(rows.t)], np.int64), np.array([key], np.int64)
    return Tracks(starts, vessel, rows.t, rows.lat, rows.lon, rows.sog_kn, rows.cog_deg, rows.heading_deg, {})


def _table(rows: Rows, key: int) -> pa.Table:
    return as_table(_tracks(rows, key))


def _of_hulls(
    statics: pa.Table | None, ships: Sequence[Number], hulls: tuple[str, ...], keys: tuple[int, ...]
) -> pa.Table | None:
    """Return what ships of the case say of themselves, each under the key of its track."""
    if statics is None:
        return None
    key, t = statics["vessel_key"].to_numpy(), statics["t"].cast(pa.int64()).to_numpy()
    ship = whose(ships, hulls, key, t)
    mine = statics.filter(pa.array(ship >= 0))
    named = np.array(keys, np.int64)[ship[ship >= 0]]
    return mine.set_column(mine.schema.get_field_index("vessel_key"), "vessel_key", pa.array(named, pa.int64()))
