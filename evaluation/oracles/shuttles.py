"""The shuttle search on simulated fleets whose shuttles are known.

A fleet sails between random ports: ferries, tramps, fishing boats, tugs that stay. Some boats always hide, some fish where
nobody is heard. Shuttles go between two of the ports, and switch off on a share of their voyages when they come near one
of them. Positions go through the whole search for events.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tidewaiter.tracks.events import named_kinds, rules
from tidewaiter.tracks.events.fleet import search_files
from tidewaiter.tracks.ports.places import points
from tidewaiter.tracks.presets import preset
from tidewaiter.tracks.shuttles import Shuttling, end_of, find_shuttles

if TYPE_CHECKING:
    from tidewaiter.tracks.ports import Places

BEGIN_US = 1_704_067_200_000_000  # 2024-01-01
HOUR_US = 3_600_000_000
KM = 111.2  # in a degree of latitude
SEEDS = 20
FIRST_SEED = 300  # the search was made while looking at fleets with smaller ones
DARK = (1.0, 0.7, 0.3)
KINDS = {"shuttle": 4, "ferry": 60, "tramp": 70, "fishing": 100, "hiding": 6, "far": 20, "tug": 40}


@dataclass(frozen=True)
class Fleet:
    """A simulated fleet.

    Attributes:
        positions: ``vessel_key``, ``t``, ``lat``, ``lon``, ``sog_kn``.
        places: its ports; the shuttles' are ``p00``, near which they hide, and ``p01``.
        kinds: vessel_key -> what it is.
    """

    positions: pa.Table
    places: Places
    kinds: dict[int, str]


def simulate(
    seed: int, dark: float, days: float = 60.0, every_h: float = 0.5, kinds: dict[str, int] | None = None
) -> Fleet:
    """Simulate a fleet.

    Args:
        seed: of it.
        dark: share of the shuttles' voyages on which they switch off.
        days: how long it is watched.
        every_h: hours between positions.
        kinds: vessels of each kind.
    """
    rng = np.random.default_rng([seed, round(dark * 1000)])
    ports = _ports(rng)
    spot = _far_from(rng, ports)  # where nobody is heard, within a day of the second port
    rows, who = [], {}
    for kind, n in (kinds or KINDS).items():
        for _ in range(n):
            key = 200_000_000 + len(who)
            who[key] = kind
            t = np.arange(rng.uniform(0, every_h), days * 24, every_h) + rng.normal(0, 0.02, 1)
            way = _Way(rng, ports, spot, days * 24, dark)
            getattr(way, kind)()
            lat, lon, seen = way.at(t)
            seen &= _apart_km(lat, lon, *spot) > SPOT_KM
            seen &= rng.random(len(t)) > 0.1
            rows.append((np.full(seen.sum(), key), t[seen], lat[seen], lon[seen]))
    key, hours, lat, lon = (np.concatenate(c) for c in zip(*rows, strict=True))
    sog = np.zeros(len(key))
    sog[1:] = np.where(
        key[1:] == key[:-1],
        _apart_km(lat[1:], lon[1:], lat[:-1], lon[:-1]) / np.maximum(np.diff(hours), 0.1) / 1.852,
        0,
    )
    table = pa.table(
        {
            "vessel_key": key,
            "t": (BEGIN_US + hours * HOUR_US).astype(np.int64),
            "lat": lat,
            "lon": lon,
            "sog_kn": np.minimum(sog, 30.0).astype(np.float32),
        }
    )
    ids = [f"p{i:02}" for i in range(len(ports))]
    return Fleet(table, points(ids, ports[:, 0], ports[:, 1]), who)


SPOT_KM = 60.0


def _ports(rng: np.random.Generator) -> np.ndarray:
    """Ten ports at least 60 km apart; the first two 150 to 450 km."""
    while True:
        at = np.column_stack([rng.uniform(38, 44, 10), rng.uniform(130, 138, 10)])
        apart = _apart_km(at[:, None, 0], at[:, None, 1], at[None, :, 0], at[None, :, 1])
        if (apart + 1e3 * np.eye(10)).min() > 60 and 150 < apart[0, 1] < 450:
            return at


def _far_from(rng: np.random.Generator, ports: np.ndarray) -> tuple[float, float]:
    """A place in the open sea that a boat reaches from the second port in a day."""
    for _ in range(10_000):
        turn, km = rng.uniform(0, 2 * np.pi), rng.uniform(80, 200)
        lat, lon = ports[1, 0] + km * np.cos(turn) / KM, ports[1, 1] + km * np.sin(turn) / KM / 0.76
        if _apart_km(ports[:, 0], ports[:, 1], lat, lon).min() > SPOT_KM + 15:
            return lat, lon
    raise RuntimeError("no open sea")


def _apart_km(lat: np.ndarray, lon: np.ndarray, to_lat: np.ndarray, to_lon: np.ndarray) -> np.ndarray:
    return np.hypot(lat - to_lat, (lon - to_lon) * 0.76) * KM


class _Way:
    """Where one vessel is, and when it is silent."""

    def __init__(
        self, rng: np.random.Generator, ports: np.ndarray, spot: tuple[float, float], hours: float, dark: float
    ) -> None:
        self.rng, self.ports, self.spot, self.hours, self.dark = rng, ports, spot, hours, dark
        self.points: list[tuple[float, float, float]] = []
        self.silent: list[tuple[float, float]] = []
        self.kn = rng.uniform(8, 13)

    def at(self, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return latitude, longitude, and whether it can be heard."""
        when, lat, lon = np.array(self.points).T
        seen = np.ones(len(t), bool)
        for start, end in self.silent:
            seen &= (t < start) | (t > end)
        jitter = self.rng.normal(0, 2e-4, (2, len(t)))
        return np.interp(t, when, lat) + jitter[0], np.interp(t, when, lon) + jitter[1], seen

    def shuttle(self) -> None:
        """Between the first two ports, silent near the first."""
        self._begin(1)
        stays = self.rng.uniform(15, 90, 2)
        while self._now() < self.hours:
            self._stay(stays[1] * self.rng.lognormal(0, 0.25))
            left = self._now()
            self._go(self.ports[0])
            there = self._now()
            self._stay(stays[0] * self.rng.lognormal(0, 0.25))
            away = self._now()
            self._go(self.ports[1])
            if self.rng.random() < self.dark:
                off = self.rng.uniform(0.1, 0.8)
                on = self.rng.uniform(0.2, 0.9)
                self.silent.append((left + off * (there - left), away + on * (self._now() - away)))

    def ferry(self) -> None:
        """Between two ports, one of which may be an end of the line."""
        pair = self.rng.choice(len(self.ports), 2, replace=False)
        while set(pair) == {0, 1}:
            pair = self.rng.choice(len(self.ports), 2, replace=False)
        self._begin(pair[0])
        self.kn = self.rng.uniform(12, 18)
        stay = self.rng.uniform(3, 12)
        while self._now() < self.hours:
            for port in (pair[1], pair[0]):
                self._stay(stay * self.rng.lognormal(0, 0.1))
                self._go(self.ports[port])
        self._lapses(0.005)

    def tramp(self) -> None:
        """From port to port, as cargo comes."""
        here = int(self.rng.integers(len(self.ports)))
        self._begin(here)
        while self._now() < self.hours:
            self._stay(self.rng.lognormal(3.4, 0.6))
            here = int(self.rng.choice([p for p in range(len(self.ports)) if p != here]))
            self._go(self.ports[here])
        self._lapses(0.01)

    def fishing(self) -> None:
        """Out and back from one port, at times silent."""
        self._trips(int(self.rng.choice([0, 1, 1, 1, *range(2, 10)])), hidden=0.1)

    def hiding(self) -> None:
        """Fishing from the second port, always silent."""
        self._trips(1, hidden=1.0)

    def far(self) -> None:
        """Fishing from the second port where nobody is heard."""
        self._begin(1)
        while self._now() < self.hours:
            self._stay(self.rng.uniform(8, 40))
            self._go(np.array(self.spot) + self.rng.uniform(-0.2, 0.2, 2))
            self._stay(self.rng.uniform(4, 50))
            self._go(self.ports[1])

    def tug(self) -> None:
        """In its port, silent at night now and then."""
        self._begin(int(self.rng.integers(len(self.ports))))
        while self._now() < self.hours:
            self._stay(self.rng.uniform(4, 30))
            if self.rng.random() < 0.05:
                self.silent.append((self._now() - 10, self._now()))

    def _trips(self, port: int, hidden: float) -> None:
        self._begin(port)
        reach = self.rng.uniform(20, 150)
        while self._now() < self.hours:
            self._stay(self.rng.uniform(8, 40))
            left = self._now()
            turn, km = self.rng.uniform(0, 2 * np.pi), reach * self.rng.uniform(0.5, 1)
            ground = self.ports[port] + np.array([np.cos(turn), np.sin(turn) / 0.76]) * km / KM
            self._go(ground)
            for _ in range(int(self.rng.integers(1, 12))):
                self._go(ground + self.rng.uniform(-0.1, 0.1, 2), 3)
            self._go(self.ports[port])
            if self.rng.random() < hidden:
                self.silent.append((left + 1, left + (self._now() - left) * self.rng.uniform(0.6, 0.95)))

    def _lapses(self, rate: float) -> None:
        for start in np.flatnonzero(self.rng.random(int(self.hours)) < rate / 2):
            self.silent.append((float(start), float(start + self.rng.uniform(4, 30))))

    def _begin(self, port: int) -> None:
        self.points.append((-self.rng.uniform(0, 40), *self.ports[port]))

    def _now(self) -> float:
        return self.points[-1][0]

    def _stay(self, hours: float) -> None:
        self.points.append((self._now() + hours, *self.points[-1][1:]))

    def _go(self, to: np.ndarray, kn: float | None = None) -> None:
        _, lat, lon = self.points[-1]
        km = float(_apart_km(lat, lon, *to))
        self.points.append((self._now() + max(km / ((kn or self.kn) * 1.852), 0.01), float(to[0]), float(to[1])))


def events_of(fleet: Fleet) -> dict[str, pa.Table]:
    """Return the tables of port visits and gaps of a fleet."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "positions.parquet"
        pq.write_table(fleet.positions, path)
        kinds = named_kinds(("port_visit", "gap"))
        return search_files([path], kinds, rules("tidewaiter"), fleet.places).found.tables


def search(fleet: Fleet) -> pa.Table:
    """Return the ranked vessels of a fleet."""
    rule = preset("tidewaiter", "shuttle", Shuttling)
    ends = (end_of([place], fleet.places) for place in ("p00", "p01"))
    return find_shuttles(events_of(fleet), *ends, rule).vessels


def ranks(fleet: Fleet, vessels: pa.Table) -> list[int]:
    """Return the ranks of the true shuttles, from 1; those left out come after everybody."""
    found = vessels["vessel_key"].to_pylist()
    true = [key for key, kind in fleet.kinds.items() if kind == "shuttle"]
    return sorted(found.index(key) + 1 if key in found else len(fleet.kinds) for key in true)


def named(fleet: Fleet, vessels: pa.Table) -> tuple[int, int]:
    """Return how many true shuttles, and how many others, are said to be consistent with shuttling."""
    said = [
        fleet.kinds[row["vessel_key"]] == "shuttle"
        for row in vessels.to_pylist()
        if row["verdict"].startswith("consistent")
    ]
    return sum(said), len(said) - sum(said)


def compare(data: Path | None = None, seeds: int = SEEDS) -> dict[str, object]:  # noqa: ARG001 - as the others
    """Return, for each dark share, the precision at the number of true shuttles and their mean rank.

    ``none`` are fleets without shuttles: how many vessels are wrongly said to be consistent with shuttling.

    Args:
        data: not used: fleets are simulated.
        seeds: fleets of each dark share.
    """
    true = KINDS["shuttle"]
    out: dict[str, object] = {"fleets": seeds, "vessels": sum(KINDS.values()), "shuttles": true}
    for dark in DARK:
        places, said = [], []
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            fleet = simulate(seed, dark)
            vessels = search(fleet)
            places.append(ranks(fleet, vessels))
            said.append(named(fleet, vessels))
        rank = np.array(places)
        out[f"dark_{dark:g}"] = {
            "precision": float((rank <= true).mean()),
            "mean_rank": float(rank.mean()),
            "best_mean_rank": (true + 1) / 2,
            "worst_rank": int(rank.max()),
            "named": sum(yes for yes, _ in said) / (true * seeds),
            "wrongly_named_per_fleet": sum(no for _, no in said) / seeds,
        }
    empty = [simulate(seed, 1.0, kinds=KINDS | {"shuttle": 0}) for seed in range(FIRST_SEED, FIRST_SEED + seeds)]
    out["none"] = {"wrongly_named_per_fleet": sum(named(f, search(f))[1] for f in empty) / seeds}
    return out
