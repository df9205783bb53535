"""A made-up fleet in which each kind of event occurs once or twice, for tests: positions, places, and what ships say."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.tracks.ports import points
from tidewaiter.tracks.store import Tracks

BEGIN = datetime(2031, 5, 1, tzinfo=UTC)
UNTIL = BEGIN + timedelta(days=3)
SILENT, DARK_1, DARK_2, MET_1, MET_2, STOPPED, SLOW, LEAPING, ROUND, TRADER = range(601, 611)
GUARDS = range(701, 704)
EAST, WEST = (40.0, 12.0), (40.0, 11.0)
KM = 1 / 111.195  # degrees of latitude


def fixes_of(key, minutes, lat, lon, sog=None, cog=None):
    """Return rows (key, microseconds, lat, lon, sog, cog) of one vessel."""
    minutes = np.asarray(minutes, float)
    begin = round(BEGIN.timestamp() * 1e6)
    lat, lon = np.broadcast_to(lat, minutes.shape), np.broadcast_to(lon, minutes.shape)
    speeds = [None] * len(minutes) if sog is None else np.broadcast_to(sog, minutes.shape).tolist()
    return [
        (key, begin + round(m * 6e7), float(y), float(x), s, cog)
        for m, y, x, s in zip(minutes, lat, lon, speeds, strict=True)
    ]


def to_and_fro(minutes):
    """Return km along a track of 18 km that is sailed there and back at 12 km/h."""
    return 0.2 * np.abs(np.mod(minutes, 180) - 90)


def fleet():
    """Return all rows, by vessel and time."""
    rows = []
    hours = np.arange(0, 3 * 24 * 60, 20.0)
    for n, key in enumerate(GUARDS):  # are heard all the time, under way there and back
        there = 20 * KM * np.abs(np.mod(hours / 60 + n, 8) - 4)
        rows += fixes_of(key, hours, 41.0 + 0.1 * n, 10.0 + there, 8.0)
    rows += fixes_of(SILENT, [*range(0, 300, 10), *range(900, 1200, 10)], 43.0, np.linspace(5, 6, 60), 8.0)
    for key, lat in ((DARK_1, 41.05), (DARK_2, 41.15)):  # silent from 19:50 to 8:00, and heard 20 km on
        minutes = np.concatenate([np.arange(600, 1200, 10.0), np.arange(1920, 2600, 10.0)])
        rows += fixes_of(key, minutes, lat, 10.1 + KM * (to_and_fro(minutes) + 20 * (minutes > 1200)), 7.0)
    minutes = np.arange(0, 480, 10.0)
    away = 2 * KM * np.maximum(np.abs(minutes - 240) - 90, 0) / 10  # together for three hours
    rows += fixes_of(MET_1, minutes, 45.0 + away, -3.0 + minutes * 1e-5, 1.0, 90.0)
    rows += fixes_of(MET_2, minutes, 45.0 + 0.1 * KM - away, -3.0 + minutes * 1e-5, 1.0, 90.0)
    minutes = np.arange(0, 600, 10.0)
    still = np.clip(minutes, 0, 200) + np.clip(minutes - 400, 0, None)
    rows += fixes_of(STOPPED, minutes, 47.0 + 0.3 * KM * still, 3.0, np.where((minutes > 200) & (minutes < 400), 0, 10))
    slow = np.interp(minutes, [0, 120, 420, 600], [0, 40, 46, 106])
    rows += fixes_of(SLOW, minutes, 49.0 + KM * slow, -8.0, 5.0)
    leap = np.where(minutes == 300, 3.0, 0.0)
    rows += fixes_of(LEAPING, minutes, 51.0 + 0.25 * KM * minutes + leap, -12.0, 8.0)
    turn = np.arange(0, 180, 3.0)
    rows += fixes_of(
        ROUND, turn, 53.0 + 2 * KM * np.cos(turn / 6), 3.0 + 2 * KM * np.sin(turn / 6) / np.cos(np.radians(53)), 11.0
    )
    minutes = np.arange(0, 1800, 10.0)
    way = np.interp(minutes, [0, 200, 500, 1000, 1300, 1800], [11.7, 12.0, 12.0, 11.0, 11.0, 10.4])
    rows += fixes_of(TRADER, minutes, 40.0, way, np.where(np.isin(way, (11.0, 12.0)), 0.0, 6.0))
    return sorted(rows, key=lambda row: row[:2])


def places():
    return points(
        ["east", "west"], np.array([40.0, 40.0]), np.array([12.0, 11.0]), names=["Eastport", "Westport"],
        countries=["XA", "XB"],
    )  # fmt: skip


def statics():
    """Return what the trader says of itself: it changes its name and lies deeper between the ports."""
    at = [BEGIN + timedelta(minutes=10 * i) for i in range(180)]
    return pa.table(
        {
            "vessel_key": pa.array([TRADER] * 180, pa.int64()),
            "t": pa.array(at, pa.timestamp("us", "UTC")),
            "name": ["AMBER" if i < 60 else '=CMD|"X"' for i in range(180)],
            "draught_m": pa.array([4.0 if i < 60 else 7.5 for i in range(180)], pa.float32()),
            "destination": ["WESTPORT"] * 180,
        }
    )


def table_of(rows):
    """Return rows as a table of positions of our own shape."""
    key, t, lat, lon, sog, cog = zip(*rows, strict=True) if rows else [()] * 6
    return pa.table(
        {
            "vessel_key": pa.array(key, pa.int64()),
            "t": pa.array(t, pa.timestamp("us", "UTC")),
            "lat": pa.array(lat, pa.float64()),
            "lon": pa.array(lon, pa.float64()),
            "sog_kn": pa.array(sog, pa.float64()),
            "cog_deg": pa.array(cog, pa.float64()),
        }
    )


def write_positions(path, rows):
    pq.write_table(table_of(rows), path)
    return path


def batches_of(rows, sizes):
    """Return rows as batches of whole vessels; `sizes` says how many vessels each holds, the last one all the rest."""
    by_vessel = {}
    for row in rows:
        by_vessel.setdefault(row[0], []).append(row)
    keys, out = sorted(by_vessel), []
    for size in [*sizes, len(keys)]:
        taken, keys = keys[:size], keys[size:]
        if taken:
            out.append(_tracks([by_vessel[key] for key in taken]))
    return out


def _tracks(vessels):
    rows = [row for vessel in vessels for row in vessel]
    _, t, lat, lon, sog, cog = zip(*rows, strict=True)
    none = [np.nan] * len(rows)
    return Tracks(
        np.cumsum([0, *map(len, vessels)]),
        np.array([vessel[0][0] for vessel in vessels], np.int64),
        np.array(t, np.int64),
        np.array(lat),
        np.array(lon),
        np.array([np.nan if s is None else s for s in sog]),
        np.array([np.nan if c is None else c for c in cog]),
        np.array(none, np.float32),
        {},
    )
