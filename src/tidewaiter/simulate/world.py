"""Worlds with known truth: a fleet that shuttles in continuous time, and what observers would have recorded of it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np

from tidewaiter.inference import law, share_law
from tidewaiter.model import CallModel, Case, Dated, Item, Leg, LoadModel, Place, Quantiles, Scenario, Vessel, Window

DAY = timedelta(days=1)
BURN_IN_DAYS = 120.0
PASSAGE = Quantiles(0.5, 0.9, 1.8, "simulated")
FIRST_MMSI = 200_000_001  # of the form of a ship's, with a country code (200) that nobody holds


class WorldSpec(msgspec.Struct, frozen=True):
    """What kind of world to make.

    Attributes:
        days: length of the window.
        vessels: hulls in the fleet.
        looks: share of days on which the origin is imaged.
        destination_looks: the same at each destination.
        cloud: share of looks that are obscured; cloud_run: day-to-day correlation of cloud.
        named, paired: share of sightings with a certain identity, and with two equally likely ones.
        fixes: chance that a voyage leaves one AIS fix on its way, transponders being off otherwise.
        surveys: number of teams that publish a count, each with images of its own; stated: share of them that state
            their coverage.
        counted: share of calls whose load is counted.
        sources: number of claimants on the cumulated load; copies: repeats of each claim by others;
            source_bias: log standard deviation of a claimant's bias.
        model: priors from which the true parameters are drawn.
    """

    days: int = 330
    vessels: int = 4
    looks: float = 0.4
    destination_looks: float = 0.15
    cloud: float = 0.2
    cloud_run: float = 0.3
    named: float = 0.65
    paired: float = 0.2
    fixes: float = 0.08
    surveys: int = 0
    stated: float = 0.5
    counted: float = 0.3
    sources: int = 2
    copies: int = 1
    source_bias: float = 0.2
    model: CallModel = CallModel()
    load: LoadModel = LoadModel()


class TrueCall(msgspec.Struct, frozen=True):
    """One stay at the origin and the passage after it, exact; times in UTC, load in load units."""

    vessel: str
    arrival: datetime
    departure: datetime
    destination: str
    destination_arrival: datetime
    destination_departure: datetime
    load: float


class Look(msgspec.Struct, frozen=True):
    """One imaging moment and the ships reported in it: (identity weights, the call it was, if it was one)."""

    place: str
    t: datetime
    state: str
    ships: tuple[tuple[dict[str, float], int | None], ...]


class Survey(msgspec.Struct, frozen=True):
    """A published count of one team over the whole window."""

    team: str
    days_imaged: int | None
    days_obscured: int | None
    days_with_ship: int | None
    calls: int


class Claim(msgspec.Struct, frozen=True):
    """A number stated about the cumulated load up to a date; `copy_of` names the claim it repeats."""

    id: str
    claimant: str
    stated: datetime
    value: float
    bound: str
    copy_of: str = ""


class World(msgspec.Struct, frozen=True):
    """A case, what was observed, and the truth."""

    case: Case
    calls: tuple[TrueCall, ...]
    looks: tuple[Look, ...]
    fixes: tuple[tuple[str, datetime, float, float], ...]
    surveys: tuple[Survey, ...]
    counts: tuple[tuple[int, float], ...]
    claims: tuple[Claim, ...]

    @property
    def true_calls(self) -> int:
        """Calls at the origin whose stay reaches into the window."""
        return sum(1 for c in self.calls if c.departure > self.start and c.arrival < self.end)

    @property
    def start(self) -> datetime:
        """First instant of the window."""
        return self.case.window.start

    @property
    def end(self) -> datetime:
        """First instant after the window."""
        return self.case.window.end


def world_case(spec: WorldSpec, seed: int) -> Case:
    """A fictional case: origin, two destinations, a fleet, one content scenario."""
    start = datetime(2030, 1, 1, tzinfo=UTC)
    places = (
        Place("origin", "Port Alpha", country="XA", lat=40.0, lon=130.0, radius_km=5.0, source="simulated"),
        Place("bravo", "Port Bravo", country="XB", lat=41.0, lon=132.0, radius_km=5.0, source="simulated"),
        Place("charlie", "Port Charlie", country="XB", lat=41.3, lon=133.0, radius_km=5.0, source="simulated"),
    )
    item = Item("round", "artillery rounds", "round", 46.0, "simulated")
    return Case(
        root=Path(),
        id="simulated",
        title=f"Simulated world {seed}",
        question="How many calls did the simulated fleet make?",
        window=Window(start, start + spec.days * DAY),
        places=places,
        vessels=tuple(
            Vessel(f"ship_{i + 1}", f"Ship {i + 1}", mmsi=(Dated(str(FIRST_MMSI + i)),), source="simulated")
            for i in range(spec.vessels)
        ),
        legs=(
            Leg("origin", "bravo", travel_days=PASSAGE, share=0.6, source="simulated"),
            Leg("origin", "charlie", travel_days=PASSAGE, share=0.4, source="simulated"),
        ),
        items=(item,),
        scenarios=(
            Scenario("mix", "mixed calibres", "round", Quantiles(200.0, 300.0, 450.0, "simulated"), source="simulated"),
        ),
        inputs=(),
        call_model=spec.model,
        load_model=spec.load,
        limits=("This world is simulated: it shows how the reckoning works and says nothing about any real line.",),
        seed=seed,
    )


def simulate(spec: WorldSpec, seed: int) -> World:
    """Draw a world: parameters from the priors of `spec.model`, then voyages, looks, surveys, counts and claims.

    The ships move in continuous time and looks happen at a moment of the day, so nothing here knows the grid of the
    model that is tested with it.
    """
    rng = np.random.default_rng([seed, 7])
    case = world_case(spec, seed)
    calls = tuple(sorted(_sail(spec, case, rng), key=lambda c: c.arrival))
    looks = [
        look
        for place, share in (
            ("origin", spec.looks),
            ("bravo", spec.destination_looks),
            ("charlie", spec.destination_looks),
        )
        for look in _look(spec, case, calls, place, share=share, rng=rng)
    ]
    inside = [c for c in calls if c.arrival >= case.window.start]
    fixes = tuple(_fix(c, rng) for c in inside if rng.random() < spec.fixes)
    surveys = tuple(_survey(spec, case, calls, f"team_{i + 1}", rng) for i in range(spec.surveys))
    error = _draw(spec.load.count_error, rng)
    bias = math.exp(spec.load.shared_bias * rng.standard_normal())
    counts = tuple(
        (i, float(round(c.load * bias * math.exp(error * rng.standard_normal()))))
        for i, c in enumerate(calls)
        if case.window.start <= c.arrival and rng.random() < spec.counted
    )
    return World(case, calls, tuple(looks), fixes, surveys, counts, tuple(_claims(spec, case, calls, rng)))


def _draw(q: Quantiles, rng: np.random.Generator) -> float:
    return law(q).draw(rng)


def _sail(spec: WorldSpec, case: Case, rng: np.random.Generator) -> list[TrueCall]:
    m = spec.model
    start = case.window.start
    end = case.window.end
    rate = 1.0 / _draw(m.idle_days, rng)
    change = _draw(m.monthly_change, rng)
    months = [start.year * 12 + start.month - 1 + i for i in range(spec.days // 28 + 2)]
    walk = np.cumsum(np.concatenate([[0.0], change * rng.standard_normal(len(months) - 1)]))
    last = end - timedelta(microseconds=1)
    walk -= walk[: last.year * 12 + last.month - months[0]].mean()
    origin_stay, dest_stay = _draw(m.origin_stay_days, rng), _draw(m.destination_stay_days, rng)
    typical, spread = _draw(spec.load.typical, rng), _draw(spec.load.voyage_spread, rng)
    shares = np.array([leg.share for leg in case.legs])
    calls = []
    for vessel in case.vessels:
        effect = m.vessel_spread * rng.standard_normal()
        t = start - BURN_IN_DAYS * DAY
        while t < end:
            need = rng.exponential()
            while True:  # run the clock of the hazard month by month
                i = min(max(t.year * 12 + t.month - 1 - months[0], 0), len(walk) - 1)
                hazard = rate * math.exp(effect + walk[i])
                turn = datetime(t.year + t.month // 12, t.month % 12 + 1, 1, tzinfo=UTC)
                left = (turn - t) / DAY
                if hazard * left >= need:
                    t += need / hazard * DAY
                    break
                need -= hazard * left
                t = turn
                if t >= end:
                    break
            if t >= end:
                break
            arrival = t
            departure = arrival + origin_stay * math.exp(m.stay_spread * rng.standard_normal()) * DAY
            leg = case.legs[int(rng.choice(len(shares), p=shares / shares.sum()))]
            there = departure + _draw(leg.travel_days or PASSAGE, rng) * DAY
            left_there = there + dest_stay * math.exp(m.stay_spread * rng.standard_normal()) * DAY
            t = left_there + _draw(m.turnaround_days, rng) * DAY
            load = typical * math.exp(spread * rng.standard_normal())
            calls.append(TrueCall(vessel.id, arrival, departure, leg.destination, there, left_there, load))
    return calls


def _present(calls: tuple[TrueCall, ...], place: str, t: datetime) -> list[int]:
    if place == "origin":
        return [i for i, c in enumerate(calls) if c.arrival <= t < c.departure]
    return [
        i
        for i, c in enumerate(calls)
        if c.destination == place and c.destination_arrival <= t < c.destination_departure
    ]


def _weather(spec: WorldSpec, rng: np.random.Generator) -> list[bool]:
    cloudy = bool(rng.random() < spec.cloud)
    out = []
    for _ in range(spec.days):
        if rng.random() > spec.cloud_run:
            cloudy = bool(rng.random() < spec.cloud)
        out.append(cloudy)
    return out


def _look(
    spec: WorldSpec, case: Case, calls: tuple[TrueCall, ...], place: str, *, share: float, rng: np.random.Generator
) -> list[Look]:
    m = spec.model
    out = []
    ids = [v.id for v in case.vessels]
    for d, cloudy in enumerate(_weather(spec, rng)):
        if rng.random() >= share:
            continue
        t = case.window.start + d * DAY + timedelta(hours=1.8 + 2.4 * rng.random() - 1.2)
        chance = m.seen_obscured if cloudy else m.seen_clear
        ships: list[tuple[dict[str, float], int | None]] = [
            (_identify(spec, calls[i].vessel, ids, rng), i) for i in _present(calls, place, t) if rng.random() < chance
        ]
        if rng.random() < m.other_ship * chance / m.seen_clear:
            named = {str(rng.choice(ids)): 1.0} if rng.random() < m.misnamed else {}
            ships.append((named, None))
        out.append(Look(place, t, "obscured" if cloudy else "clear", tuple(ships)))
    return out


def _identify(spec: WorldSpec, vessel: str, ids: list[str], rng: np.random.Generator) -> dict[str, float]:
    u = rng.random()
    if u < spec.named:
        return {vessel: 1.0}
    others = [i for i in ids if i != vessel]
    if u < spec.named + spec.paired and others:
        return {vessel: 0.5, str(rng.choice(others)): 0.5}
    return {}


def _fix(call: TrueCall, rng: np.random.Generator) -> tuple[str, datetime, float, float]:
    t = call.departure + rng.random() * (call.destination_arrival - call.departure)
    return call.vessel, t, 40.5, 131.0


def _survey(spec: WorldSpec, case: Case, calls: tuple[TrueCall, ...], team: str, rng: np.random.Generator) -> Survey:
    m = spec.model
    share = share_law(m.survey_coverage).draw(rng)
    seen: set[int] = set()
    imaged = obscured = with_ship = 0
    weather = _weather(spec, rng)
    for d, cloudy in enumerate(weather):
        if rng.random() >= min(share / (1 - spec.cloud), 1.0):
            continue
        imaged += 1
        if cloudy:
            obscured += 1
            continue
        t = case.window.start + d * DAY + timedelta(hours=1.8)
        there = [i for i in _present(calls, "origin", t) if rng.random() < m.seen_clear]
        seen.update(there)
        with_ship += bool(there)
    counted = sum(1 for _ in seen if rng.random() < m.survey_distinct)
    stated = rng.random() < spec.stated
    return Survey(
        team, imaged if stated else None, obscured if stated else None, with_ship if stated else None, counted
    )


def _claims(spec: WorldSpec, case: Case, calls: tuple[TrueCall, ...], rng: np.random.Generator) -> list[Claim]:
    out: list[Claim] = []
    for s in range(spec.sources):
        bias = math.exp(spec.source_bias * rng.standard_normal())
        stated = case.window.start + spec.days * DAY * (0.5 + 0.5 * (s + 1) / spec.sources)
        total = sum(c.load for c in calls if case.window.start <= c.arrival < stated)
        if total <= 0:
            continue
        value = float(f"{total * bias * math.exp(0.15 * rng.standard_normal()):.2g}")
        bound = "about" if rng.random() < 0.6 else "at_least"
        out.append(Claim(f"K{len(out) + 1:02d}", f"source_{s + 1}", stated, value, bound))
        original = out[-1].id
        for c in range(spec.copies):
            later = stated + timedelta(days=10 + 5 * c)
            out.append(Claim(f"K{len(out) + 1:02d}", f"outlet_{s + 1}_{c + 1}", later, value, bound, original))
    return out
