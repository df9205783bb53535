"""A realistic but wholly fictional set of results: nineteen months, four vessels, three scenarios, a dozen claims."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from publish_answers import extend

from tidewaiter.model import (
    Balance,
    CallModel,
    Case,
    Evidence,
    Flow,
    Item,
    Leg,
    LoadModel,
    Measurement,
    Part,
    Place,
    Quantiles,
    Scenario,
    Vessel,
    WhatIf,
    Window,
    tables,
)
from tidewaiter.publish.results import Results


class Locator(msgspec.Struct, frozen=True):
    name: str
    evidence: str
    row: int | None = None
    line: int | None = None


class Knot(msgspec.Struct, frozen=True):
    id: str
    kind: str
    label: str = ""
    figure: str = ""
    status: str = ""
    method: str = ""
    parameters: dict = {}
    locator: Locator | None = None
    quote: str = ""
    sensitive: bool = False
    children: tuple[Knot, ...] = ()


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


START, END = at("2031-09-01"), at("2033-04-01")
FILES = ("inputs/looks.csv", "inputs/sightings.csv", "inputs/surveys.csv", "inputs/claims.csv", "inputs/loads.csv")
CASE = Case(
    root=Path("/case"),
    id="karst",
    title="The salt run: Karst to Lindholm, 2031–2033",
    question="How many crates of flares has the Karst–Lindholm shuttle moved since September 2031, and who else says so?",
    window=Window(START, END),
    places=(Place("karst", "Karst"), Place("lindholm", "Lindholm")),
    vessels=tuple(
        Vessel(k, n) for k, n in (("osprey", "Osprey"), ("heron_2", "Heron-2"), ("lady_v", "Lady V"), ("tern", "Tern"))
    ),
    legs=(Leg("karst", "lindholm", travel_days=Quantiles(0.4, 0.7, 1.5, "distance and speed")),),
    items=(Item("flare", "signal flares", "flare", 46.0),),
    scenarios=(
        Scenario(
            "papers",
            "per freight papers",
            "flare",
            share=Quantiles(0.63, 0.85, 0.95, "port workers"),
            mix=(
                Part("red flares, 40 mm", Quantiles(0.8, 1.0, 1.3), Quantiles(180, 300, 490, "freight papers")),
                Part("white flares", Quantiles(0.2, 0.5, 1.1), Quantiles(150, 260, 400)),
            ),
            payload_t=21.5,
            defect=Quantiles(0.14, 0.3, 0.53, "two court files"),
            source="27 freight papers of the line",
            url="https://example.org/papers",
            claimants=("Harbour Watch",),
        ),
        Scenario(
            "all_152",
            "all 152 mm",
            "flare",
            Quantiles(400, 450, 500),
            condition="if all were 152 mm",
            claimants=("Ministry of Norrland",),
            source="the ministry's own factor",
        ),
        Scenario(
            "payload",
            "payload limit",
            "flare",
            Quantiles(455, 530, 605),
            condition="if every crate were loaded to its limit",
            source="plate on the container",
        ),
    ),
    inputs=(),
    call_model=CallModel(),
    load_model=LoadModel(unit="container"),
    flows=(
        Flow(
            "fired",
            "flares used in Lindholm",
            "flare",
            Quantiles(2.2e5, 3.1e5, 4.6e5),
            "consumption",
            source="3 reports",
        ),
        Flow("made", "flares made in Lindholm", "flare", Quantiles(1.5e5, 1.9e5, 2.4e5, "works council"), "production"),
        Flow("crews", "crews sent north", "person", Quantiles(200, 500, 1200, "two witnesses"), "people"),
    ),
    balances=(
        Balance("need", "Flares in Lindholm", "papers", "fired", "made", Quantiles(0.02, 0.1, 0.25, "a guess, wide")),
    ),
    what_ifs=(
        WhatIf("stop", "the line stops on 1 April", "need", flow=0.0),
        WhatIf("half", "the line is halved", "need", flow=0.5, legs=("lindholm",)),
        WhatIf("no_heron", "Heron-2 is detained", "need", vessels=("heron_2",)),
        WhatIf("silent", "nobody computed this", "need", flow=0.1),
    ),
    limits=("Nothing in this case shows what was inside 1 container.", "Rail beyond Lindholm is not covered."),
    seed=7,
)
MONTHS = [f"{2031 + (8 + i) // 12}-{(8 + i) % 12 + 1:02d}" for i in range(19)]
RATES = [3, 6, 7, 5, 6, 6, 3, 2, 3, 4, 3, 4, 5, 3, 3, 3, 2, 2, 2]


def _summary(key: str, draws: np.ndarray, unit: str, inputs: tuple[str, ...], **more) -> Measurement:
    q = np.quantile(draws, [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    names = dict(zip(("low", "low_80", "low_50", "value", "high_50", "high_80", "high"), map(float, q), strict=True))
    return Measurement(
        key,
        key.replace(".", " "),
        unit=unit,
        method="fake/1",
        inputs=inputs,
        level=0.95,
        parameters={"seed": 7},
        **names,
        **more,
    )


def _exact(key: str, value: float, unit: str, inputs: tuple[str, ...], high: float | None = None) -> Measurement:
    return Measurement(
        key, key.replace(".", " "), value, unit, "reading/1", inputs, low=value, high=value if high is None else high
    )


def _looks(rng: np.random.Generator) -> dict[date, str]:
    days, found = (END - START).days, {}
    for i in range(days):
        u = rng.random()
        if u < (0.5 if i < 200 else 0.3):
            found[(START + timedelta(days=i)).date()] = "clear" if rng.random() < 0.68 else "obscured"
    return found


def _claim(
    key,
    claimant,
    stated,
    quantity,
    low,
    *,
    high=None,
    bound="about",
    start="2031-09-01",
    end=None,
    text=None,
    category="delivery",
    per="",
    **more,
):
    row = dict.fromkeys(tables.CLAIMS.names)
    row |= {
        "claim_id": key,
        "claimant": claimant,
        "stated": stated,
        "quantity": quantity,
        "low": low,
        "high": high,
        "bound": bound,
        "t_start": at(start) if start else None,
        "t_end": at(end or stated if len(end or stated) > 7 else f"{stated}-01"),
        "category": category,
        "per": per,
        "text": text,
        "url": f"https://example.org/{key}",
        "item": "flare",
        "route": "sea",
        "concerns": [],
        "derived_from": [],
        "evidence": sha("inputs/claims.csv"),
        "row": int(key[1:]),
        "line": int(key[1:]) + 1,
        "condition": "",
        **more,
    }
    return row


CLAIMS = [
    _claim("K01", "Norrland White Paper", "2031-10-13", "container", 1000, bound="at_least"),
    _claim("K02", "Ministry of Norrland", "2031-11-02", "container", 2000),
    _claim("K03", "Ministry of Norrland", "2032-02-26", "container", 6700),
    _claim(
        "K04", "Ministry of Norrland", "2032-02-26", "flare", 3_000_000, bound="over", condition="if all were 152 mm"
    ),
    _claim("K05", "Deputy Envoy Ruiz", "2032-03-14", "container", 6700),
    _claim("K06", "Harbour Watch", "2033-03-20", "container", 14_800, high=16_500, bound="range"),
    _claim("K07", "Harbour Watch", "2033-03-20", "flare", 4_000_000, high=6_000_000, bound="range"),
    _claim("K08", "Ministry of Norrland", "2032-08-05", "container", 13_000, bound="over", start="2030-06-01"),
    _claim("K09", "General Bosk", "2033-01-20", "flare", 9_000_000, start="2032-01-01", bound="about"),
    _claim("K10", "Daily Gannet", "2032-04-02", "flare", 3_000_000, text="three million flares"),
    _claim(
        "K11",
        "Lindholm Port Office",
        "2031-11-05",
        "container",
        None,
        text="no such ships have called",
        category="denial",
        concerns=["K01", "K02"],
    ),
    _claim("K12", "Court of the Isles", "2032-12-01", "barrel", 500_000, bound="up_to", per="year", category="finding"),
    _claim("K13", "Northern Desk <b>&amp;", "2032-01-09", "flare", 1_200_000, bound="up_to"),
    _claim(
        "K14", "Ministry of Norrland", "2033-03-25", "flare", 12_000_000, condition="if all were 152 mm", bound="about"
    ),
    _claim(
        "K15", "Ministry of Norrland", "2032-06-01", "flare", 450_000, per="month", category="consumption", flow="fired"
    ),
    _claim("K16", "Harbour Watch", "2032-10-10", "person", 7000, bound="at_least", category="flow", flow="crews"),
]


def _checks() -> list[dict]:
    group = {"K04": "K03", "K05": "K03", "K10": "K03", "K07": "K06"}
    rows = []
    for c in CLAIMS:
        key = c["claim_id"]
        row = dict.fromkeys(tables.CLAIM_CHECKS.names)
        flags = {
            "K05": ["same-number-later"],
            "K10": ["condition-dropped"],
            "K04": ["capacity"],
            "K08": ["base-period-changed", "contradicts:K06"],
            "K09": ["exceeds-all-voyages"],
            "K01": ["denied-by:K11"],
        }.get(key, [])
        verdict = {"K09": "above", "K08": "above", "K14": "above"}.get(key, "consistent")
        by = (
            {
                "papers": "above" if key in {"K04", "K09", "K14"} else verdict,
                "all_152": verdict,
                "payload": "consistent",
            }
            if c["quantity"] == "flare"
            else {}
        )
        row |= {
            "claim_id": key,
            "origin_group": group.get(key, key),
            "is_origin": key not in group,
            "link": "probable" if key == "K05" else "stated",
            "t_start": c["t_start"],
            "t_end": c["t_end"],
            "scenario": "all_152" if c["condition"] else "papers",
            "verdict": verdict if c["category"] == "delivery" else "not comparable",
            "verdicts": list(by.items()),
            "flags": flags,
            "reason": "The number lies within what the voyages of the window can carry."
            if verdict == "consistent"
            else "It needs more voyages than were made.",
            "measurements": [f"claim.{key}"],
        }
        rows.append(row)
    return rows


def _calls(rng: np.random.Generator) -> list[dict]:
    rows, vessels = [], [v.id for v in CASE.vessels]
    for i in range(64):
        arrive = START + timedelta(days=float(i * 9 + rng.uniform(0, 6)))
        if arrive > END:
            break
        seen, main = bool(rng.random() < 0.55), vessels[int(rng.integers(4))]
        slack = 0.5 if seen else 4.0
        weights = {main: 1.0} if rng.random() < 0.7 else {main: 0.6, vessels[(vessels.index(main) + 1) % 4]: 0.4}
        rows.append(
            {
                "call_id": f"call-{i + 1:03d}",
                "place_id": "karst",
                "vessel_weights": list(weights.items()),
                "arrival_earliest": arrive,
                "arrival_latest": arrive + timedelta(days=slack),
                "departure_earliest": arrive + timedelta(days=1.2),
                "departure_latest": arrive + timedelta(days=1.8 + 2 * slack),
                "probability": 0.997 if seen else float(rng.uniform(0.4, 0.9)),
                "basis": "seen" if seen else "inferred",
                "readings": [f"sightings/S{i + 1:02d}"] if seen else [],
            }
        )
    return rows


def _survey_spread(key, by, inputs, name, *range_and_unit):
    low, middle, high, unit = range_and_unit
    name_in_full = f"{by}: {name}"
    return Measurement(
        f"survey.{key}.{name}", name_in_full, middle, unit, "fake/1", inputs, low=low, high=high, level=0.95
    )


def _survey_rows() -> tuple[list[dict], list[dict], dict[str, Measurement]]:
    raw, checks, found = [], [], {}
    for n, (key, by, end, low, cover, stated, calls, expect, p, role) in enumerate(
        (
            ("delta", "Delta Institute", "2032-02-13", 25, 0.64, True, (33, 38, 45), (21, 33), 0.41, "fit"),
            ("gull", "Gull Press", "2032-02-13", 32, 0.86, False, (33, 38, 45), (26, 40), 0.8, "fit"),
            ("atlas", "Atlas Desk", "2032-06-01", 20, 0.7, False, (46, 52, 60), (30, 44), 0.01, "check"),
        )
    ):
        ids = {"evidence": sha("inputs/surveys.csv"), "row": n + 1, "line": n + 2}
        raw.append(
            {
                **dict.fromkeys(tables.SURVEYS.names),
                "survey_id": key,
                "place_id": "karst",
                "t_start": START,
                "t_end": at(end),
                "by": by,
                "bound": "at_least",
                "calls_low": low,
                "url": f"https://example.org/{key}",
                "days_imaged": 109 if stated else None,
                "vessels": [],
                **ids,
            }
        )
        checks.append(
            {
                **dict.fromkeys(tables.SURVEY_CHECKS.names),
                "survey_id": key,
                "place_id": "karst",
                "by": by,
                "counted_low": low,
                "counted_high": low,
                "coverage": cover,
                "coverage_stated": stated,
                "calls": calls[1],
                "calls_low": calls[0],
                "calls_high": calls[2],
                "expected_low": expect[0],
                "expected_high": expect[1],
                "p_value": p,
                "compatible": p > 0.05,
                "role": role,
            }
        )
        ins = (f"surveys/{key}",)
        spread = partial(_survey_spread, key, by, (*ins, "calls.total"))
        for m in (
            _exact(f"survey.{key}.counted", low, "call", ins),
            _exact(f"survey.{key}.window_days", 171, "day", ins),
            _exact(f"survey.{key}.coverage", cover * 100, "percent", ins)
            if stated
            else spread("coverage", 62, 86, 97, "percent"),
            spread("needed", 48, 61, 77, "percent"),
            spread("seen", 55, 70, 84, "percent"),
            spread("calls", *calls, "call"),
            spread("expected", expect[0], sum(expect) / 2, expect[1], "call"),
        ):
            found[m.measurement_id] = m
    return raw, checks, found


def make_results(**changes) -> Results:
    rng = np.random.default_rng(5)
    looks = _looks(rng)
    look_ids = tuple(f"looks/L{i + 1:03d}" for i in range(len(looks)))
    n = 400
    rate = rng.lognormal(0, 0.06, n)
    monthly = rng.poisson(np.outer(rate, RATES))
    voyages = monthly - rng.binomial(monthly, 0.03)
    per = rng.lognormal(np.log(235), 0.09, n)
    load = voyages * per[:, None]
    factor = {
        "papers": rng.normal(290, 32, n),
        "all_152": rng.uniform(400, 500, n),
        "payload": rng.uniform(455, 605, n),
    }
    ms: dict[str, Measurement] = {}

    def put(key, draws, unit, *inputs, **more):
        ms[key] = _summary(key, np.asarray(draws, float), unit, inputs, **more)

    put("load.per_voyage", per, "container", "loads/W1", "loads/W2")
    for s, f in factor.items():
        put(f"factor.{s}", f, "flare", scenario=s, status="asserted" if s == "payload" else "supported")
    for head, data, unit, ins in (
        ("calls", monthly, "call", (*look_ids, "surveys/delta", "surveys/gull")),
        ("voyages", voyages, "voyage", ("calls.total",)),
        ("load", load, "container", ("voyages.total", "load.per_voyage")),
    ):
        put(f"{head}.total", data.sum(1), unit, *ins)
        for i, m in enumerate(MONTHS):
            put(f"{head}.to-{m}", data[:, : i + 1].sum(1), unit, *ins)
            put(f"{head}.{m}", data[:, i], unit, *ins)
    for s, f in factor.items():
        put(f"items.total.{s}", load.sum(1) * f, "flare", "load.total", f"factor.{s}", scenario=s)
        for i, m in enumerate(MONTHS):
            put(f"items.to-{m}.{s}", load[:, : i + 1].sum(1) * f, "flare", f"load.to-{m}", f"factor.{s}", scenario=s)
            put(f"items.{m}.{s}", load[:, i] * f, "flare", f"load.{m}", f"factor.{s}", scenario=s)
    for v, share in zip(CASE.vessels, (0.35, 0.3, 0.25, 0.1), strict=True):
        put(f"calls.vessel.{v.id}", rng.binomial(monthly.sum(1), share), "call", *look_ids[:9])
    for state in ("clear", "obscured"):
        ms[f"coverage.{state}"] = _exact(f"coverage.{state}", sum(v == state for v in looks.values()), "day", look_ids)
        for m in MONTHS:
            ms[f"coverage.{state}.{m}"] = _exact(
                f"coverage.{state}.{m}",
                sum(v == state and f"{d:%Y-%m}" == m for d, v in looks.items()),
                "day",
                look_ids,
            )
    ms["coverage.unimaged"] = _exact("coverage.unimaged", (END - START).days - len(looks), "day", look_ids)
    surveys, survey_checks, found = _survey_rows()
    ms |= found
    for c in CLAIMS:
        key = c["claim_id"]
        if c["low"] is not None:
            ms[f"claim.{key}"] = msgspec.structs.replace(
                _exact(f"claim.{key}", c["low"], c["quantity"], (f"claims/{key}",), c["high"]),
                name=f"claim of {c['claimant']}",
            )
        if c["category"] == "delivery" and c["low"]:
            put(
                f"claim.{key}.requires_voyages",
                c["low"] / (per * (1 if c["quantity"] == "container" else 450)),
                "voyage",
                f"claims/{key}",
                "load.per_voyage",
            )
            put(
                f"claim.{key}.requires_units_per_voyage",
                c["low"] / (1 if c["quantity"] == "container" else 450) / voyages.sum(1),
                "container",
                f"claims/{key}",
                "voyages.total",
            )
            if c["quantity"] == "flare":
                for s, f in factor.items():
                    put(f"claim.{key}.tally.{s}", load.sum(1) * f, "flare", "load.total", scenario=s)
    more = np.random.default_rng(6)
    added = extend(ms, put, _exact, more, months=MONTHS, voyages=voyages, load=load, factor=factor)
    calls = _calls(rng)
    rejects = [
        {
            "file": "inputs/looks.csv",
            "row": 41,
            "line": 42,
            "column": "place",
            "value": "Krast",
            "reason": 'unknown place "Krast". Did you mean "karst"?',
            "evidence": sha("inputs/looks.csv"),
        }
    ]
    data = {
        "inferred_calls": pa.Table.from_pylist(calls, schema=tables.INFERRED_CALLS),
        "survey_checks": pa.Table.from_pylist(survey_checks, schema=tables.SURVEY_CHECKS),
        "coverage": pa.Table.from_pylist(
            [{"place_id": "karst", "day": d, "state": s, "ship": False} for d, s in sorted(looks.items())],
            schema=tables.COVERAGE,
        ),
        "claims": pa.Table.from_pylist(CLAIMS, schema=tables.CLAIMS),
        "claim_checks": pa.Table.from_pylist(_checks(), schema=tables.CLAIM_CHECKS),
        "surveys": pa.Table.from_pylist(surveys, schema=tables.SURVEYS),
        "sightings": tables.SIGHTINGS.empty_table(),
        "looks": tables.LOOKS.empty_table(),
        "loads": tables.LOADS.empty_table(),
        "rejects": pa.Table.from_pylist(rejects, schema=tables.REJECTS),
        "notices": pa.Table.from_pylist(
            [
                {
                    "kind": "confusable",
                    "subject": "sightings/S07",
                    "message": 'row 7 says "Lindhelm", a lake in the north; not merged with Lindholm',
                }
            ],
            schema=tables.NOTICES,
        ),
        **added,
    }
    evidence = {
        sha(f): Evidence(sha(f), f, 4200 + i, at("2033-04-02"), url="https://example.org/data", licence="CC BY 4.0")
        for i, f in enumerate(FILES)
    }
    results = Results(
        ms,
        data,
        evidence,
        lambda ids: explain(ms, calls, ids),
        {"chains": 4, "draws": 2000, "rhat_max": 1.004, "ess_min": 812.0, "seed": 7, "numpy": "2.4"},
    )
    return msgspec.structs.replace(results, **changes)


def explain(ms: dict[str, Measurement], calls: list[dict], ids, secret=frozenset()) -> dict[str, Knot]:
    """Stand in for the evidence room: measurements over readings over files."""
    from tidewaiter.publish.figures import describe

    by_call = {c["call_id"]: c for c in calls}
    memo: dict[str, Knot] = {}

    def build(key: str) -> Knot:
        if key in memo:
            return memo[key]
        if key in ms:
            m = ms[key]
            made = Knot(
                key,
                "measurement",
                m.name,
                describe(m).partition(": ")[2],
                m.status,
                m.method,
                m.parameters,
                children=tuple(map(build, m.inputs)),
            )
        elif key in by_call:
            made = Knot(
                key,
                "call",
                f"call {key}",
                "",
                "supported",
                "fake/1",
                children=tuple(map(build, by_call[key]["readings"])),
            )
        else:
            kind, _, name = key.partition("/")
            row = int("".join(c for c in name if c.isdigit()) or 1)
            file = f"inputs/{kind}.csv"
            quote = f"{name},karst,2031-09-{row % 28 + 1:02d},clear,Delta Institute,https://example.org/{name}"
            made = Knot(
                key,
                "reading",
                key,
                locator=Locator(file, sha(file), row, row + 1),
                sensitive=sha(file) in secret,
                quote=quote,
                children=(Knot(sha(file), "evidence", file),),
            )
        memo[key] = made
        return made

    return {key: build(key) for key in ids}
