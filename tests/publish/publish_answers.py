"""What the fit with claims adds to the fictional results: totals with claims, claim fits, assumptions, answers."""

from __future__ import annotations

import msgspec
import numpy as np
import pyarrow as pa

from tidewaiter.model import Measurement, tables

SOURCES = {
    "norrland": "Ministry of Norrland, Norrland White Paper",
    "harbour_watch": "Harbour Watch",
    "envoy": "Deputy Envoy Ruiz",
    "northern_desk": "Northern Desk <b>&amp;",
}
FITS = {  # claim -> role, kind, source, group, folded, scenarios, reason
    "K01": ("reading", "floor", "norrland", "allies", (), (), ""),
    "K02": ("reading", "point", "norrland", "allies", (), (), ""),
    "K03": ("reading", "point", "norrland", "allies", ("K05", "K10"), (), ""),
    "K04": ("factor", "capacity", "norrland", "allies", (), ("all_152",), ""),
    "K05": ("copy", "", "", "", (), (), "It repeats the number of the ministry."),
    "K06": ("reading", "point", "harbour_watch", "", (), (), ""),
    "K07": ("factor", "factor", "harbour_watch", "", (), ("papers",), ""),
    "K08": ("check", "", "", "", (), (), "Its period begins before the window of this case."),
    "K09": ("reading", "point", "envoy", "", (), (), ""),
    "K10": ("copy", "", "", "", (), (), "It repeats the number of the ministry."),
    "K11": ("refused", "", "", "", (), (), "It gives no number."),
    "K12": ("refused", "", "", "", (), (), "Its unit is not one of this case."),
    "K13": ("reading", "ceiling", "northern_desk", "", (), (), ""),
    "K14": ("reading", "count", "norrland", "allies", ("K99",), ("all_152", "payload"), ""),
    "K15": ("reading", "point", "norrland", "allies", (), (), ""),
    "K16": ("reading", "floor", "harbour_watch", "", (), (), ""),
}
EXPECTED = {  # claim -> 95 % interval and conflict p
    "K01": (420, 900, 1700, 0.11),
    "K02": (1300, 2400, 3900, 0.52),
    "K03": (4300, 6500, 9100, 0.84),
    "K06": (11_800, 15_900, 20_600, 0.92),
    "K09": (1.6e6, 2.8e6, 4.4e6, 0.003),
    "K13": (0.9e6, 1.5e6, 2.6e6, 0.31),
    "K15": (310_000, 470_000, 700_000, 0.61),
}
PRIORS = (  # id, label, points, scale, source, posterior interval by scenario
    ("call_model.idle_days", "idle time between rounds, days", (3, 15, 80), "log", "assumed", {"": (7.1, 9.4, 13)}),
    (
        "call_model.origin_stay_days",
        "stay at the origin, days",
        (1.2, 2.2, 4),
        "log",
        "27 stays of 2030",
        {"": (1.5, 1.9, 2.4)},
    ),
    (
        "call_model.unseen_share",
        "part of all voyages that no look could show",
        (0.02, 0.1, 0.3),
        "logit",
        "assumed, wide",
        {},
    ),
    (
        "load_model.typical",
        "containers per voyage before any count",
        (120, 240, 480),
        "log",
        "rated capacity, half",
        {"": (198, 235, 277)},
    ),
    (
        "load_model.voyage_spread",
        "spread between voyages, log scale",
        (0.14, 0.25, 0.45),
        "log",
        "assumed",
        {"": (0.15, 0.26, 0.44)},
    ),
    (
        "scenarios.papers.mix.red.per_unit",
        "red flares, 40 mm, per container",
        (180, 300, 490),
        "log",
        "freight papers",
        {"papers": (210, 290, 400)},
    ),
    (
        "scenarios.share",
        "part of the containers that hold flares",
        (0.63, 0.85, 0.95),
        "logit",
        "port workers",
        {"papers": (0.66, 0.84, 0.95), "all_152": (0.6, 0.8, 0.93)},
    ),
    (
        "claim_model.bias_scale",
        "how much larger biases are than declared",
        (0.45, 1.42, 4.5),
        "log",
        "assumed, wide",
        {"": (0.5, 1.1, 2.3)},
    ),
    (
        "scenarios.payload.per_unit",
        "per container at the payload limit",
        (530, 530, 530),
        "log",
        "plate on the container",
        {},
    ),
    ("list_model.zero", "something without a logarithm", (0, 0.5, 1), "log", "", {}),
)
SENSITIVITY = {
    "load.total": (
        ("load_model.typical", 21.3),
        ("call_model.idle_days", -11.8),
        ("call_model.unseen_share", 6.2),
        ("claim_model.bias_scale", -0.34),
        ("load_model.voyage_spread", 0.01),
    ),
    "items.total.papers": (
        ("scenarios.papers.mix.red.per_unit", 17.6),
        ("load_model.typical", 12.9),
        ("scenarios.share", 9.1),
        ("call_model.idle_days", -8.3),
        ("unknown.prior", 2.2),
    ),
}


def extend(ms, put, exact, rng, *, months, voyages, load, factor) -> dict[str, pa.Table]:
    """Add the measurements of the fit with claims to `ms` and return the tables that belong to it.

    Args:
        ms: measurements by id, added to.
        put: (id, draws, unit, *inputs, **more) adds an interval.
        exact: (id, value, unit, inputs) -> Measurement.
        rng: source of chance.
        months: keys of the months.
        voyages, load: draws by month.
        factor: draws of items per load unit, by scenario.
    """
    n = len(load)
    pull = rng.lognormal(0.04, 0.05, n)[:, None] * load.mean(axis=0)
    fewer = rng.poisson(1.06 * voyages.mean(0), voyages.shape)
    for head, data, unit in (("calls", fewer, "call"), ("voyages", fewer, "voyage"), ("load", pull, "container")):
        put(f"with_claims.{head}.total", data.sum(1), unit, f"{head}.total", "claims/K03")
        for i, m in enumerate(months):
            put(f"with_claims.{head}.{m}", data[:, i], unit, f"{head}.{m}")
            put(f"with_claims.{head}.to-{m}", data[:, : i + 1].sum(1), unit, f"{head}.{m}")
    put("prior.calls.total", rng.lognormal(np.log(60), 0.9, n), "call")
    put("prior.voyages.total", rng.lognormal(np.log(58), 0.9, n), "voyage")
    put("prior.load.total", rng.lognormal(np.log(14_000), 1.0, n), "container")
    for s, f in factor.items():
        g = f.mean() * rng.lognormal({"all_152": 0.3}.get(s, 0.0), 0.05, n)  # the ministry pulls its scenario away
        put(f"with_claims.items.total.{s}", pull.sum(1) * g, "flare", "with_claims.load.total", scenario=s)
        put(f"prior.items.total.{s}", rng.lognormal(np.log(14_000 * f.mean()), 1.15, n), "flare", scenario=s)
        for i, m in enumerate(months):
            put(
                f"with_claims.items.to-{m}.{s}",
                pull[:, : i + 1].sum(1) * g,
                "flare",
                f"with_claims.load.to-{m}",
                scenario=s,
            )
    sound = rng.beta(14, 6, n)
    put("usable.total.papers", load.sum(1) * factor["papers"] * sound, "flare", "items.total.papers", scenario="papers")
    put(
        "with_claims.usable.total.papers",
        pull.sum(1) * factor["papers"] * sound,
        "flare",
        "items.total.papers",
        scenario="papers",
    )
    put("all_routes.load.total", load.sum(1) * (1 + rng.lognormal(np.log(0.1), 0.5, n)), "container", "load.total")
    put(
        "with_claims.all_routes.load.total",
        pull.sum(1) * (1 + rng.lognormal(np.log(0.1), 0.5, n)),
        "container",
        "load.total",
    )
    ms["voyages.seen"] = exact("voyages.seen", 48, "voyage", ("voyages.total",))
    put("voyages.inferred", np.maximum(voyages.sum(1) - 48, 0), "voyage", "voyages.total")
    put("load.counted", rng.normal(3900, 160, n), "container", "load.total", "loads/W1")
    put("load.imputed", load.sum(1) - 3900, "container", "load.total")
    _flows(put, rng, months, n)
    answers = _Rows(ms, exact)
    _hangs(answers, put, rng)
    _backtest(answers, put, rng, months, pull, factor)
    _balance(answers, put, rng, n)
    return {"claim_fits": _claim_fits(ms, exact), "priors": _priors(ms), "answers": answers.table()}


class _Rows:
    def __init__(self, ms, exact) -> None:
        self.ms, self.exact, self.rows = ms, exact, []

    def add(self, kind, quantity, part, label, measurement, setting=None, other=None) -> None:
        names = tables.ANSWERS.names
        self.rows.append(dict(zip(names, (kind, quantity, part, setting, label, measurement, other), strict=True)))

    def number(self, key, value, unit="percent") -> str:
        self.ms[key] = self.exact(key, value, unit, ())
        return key

    def table(self) -> pa.Table:
        return pa.Table.from_pylist(self.rows, schema=tables.ANSWERS)


def _flows(put, rng, months, n) -> None:
    for flow, unit, rate in (("fired", "flare", 310_000), ("made", "flare", 190_000), ("crews", "person", 540)):
        draws = rate * rng.lognormal(0, 0.14, n)[:, None] * np.linspace(1, 1.15, len(months))
        put(f"flow.{flow}.total", draws.sum(1), unit, "claims/K15" if flow == "fired" else "claims/K16")
        put(f"prior.flow.{flow}.total", draws.sum(1).mean() * rng.lognormal(0, 0.5, n), unit)
        for i, m in enumerate(months):
            put(f"flow.{flow}.to-{m}", draws[:, : i + 1].sum(1), unit)


def _hangs(answers, put, rng) -> None:
    for quantity, parts in (
        ("load.total", {"voyages": 41.0, "load": 60.2, "routes": -1.2}),
        ("items.total.papers", {"voyages": 18, "load": 24, "share": 22, "content": 36}),
        ("usable.total.papers", {"voyages": 14, "load": 19, "share": 17, "content": 28, "defect": 22}),
    ):
        for part, value in parts.items():
            answers.add("variance", quantity, part, part, answers.number(f"variance.{quantity}.{part}", value))
    labels = {p[0]: p[1] for p in PRIORS}
    for quantity, rows in SENSITIVITY.items():
        for part, value in rows:
            key = answers.number(f"sensitivity.{quantity}.{part}", value)
            answers.add("sensitivity", quantity, part, labels.get(part, "an assumption nobody listed"), key)
    for n, (source, label) in enumerate(SOURCES.items()):
        for quantity, scale in (("load.total", 1.0), ("items.total.papers", 0.8)):
            shift = answers.number(f"influence.{source}.{quantity}", scale * (-6.4, 7.2, 3.1, 0.4)[n])
            ratio = answers.number(f"influence.{source}.{quantity}.width", (1.15, 1.212, 0.98, 1.0)[n], "")
            answers.add("influence", quantity, source, label, shift, other=ratio)
    for quantity, unit, middle in (("voyages.total", "voyage", 70), ("load.total", "container", 16_000)):
        for setting in (0, 0.1, 0.25, 0.4, 0.5):
            key = f"sweep.unseen_share.{setting}.{quantity}"
            put(key, middle / (1 - setting) * rng.lognormal(0, 0.12, 300), unit)
            answers.add("sweep", quantity, "unseen_share", "part of all voyages that no look could show", key, setting)


def _backtest(answers, put, rng, months, pull, factor) -> None:
    for day, bias in (("2032-02-12", 0.72), ("2032-08-27", 0.95), ("2033-01-15", 1.04)):
        upto = months.index(day[:7]) + 1
        total = bias * pull[:, :upto].sum(1) * rng.lognormal(0, 0.16, len(pull))
        put(f"as_of.{day}.load.total", total, "container")
        put(f"as_of.{day}.items.total.papers", total * factor["papers"], "flare", scenario="papers")
        answers.add("backtest", "load.total", day, day, f"as_of.{day}.load.total")
        answers.add("backtest", "items.total.papers", day, day, f"as_of.{day}.items.total.papers")


def _balance(answers, put, rng, n) -> None:
    put("balance.need.covered", 100 * rng.beta(10, 5, n), "percent")
    answers.add("balance", "items.total.papers", "need", "covered by the line", "balance.need.covered")
    for what_if, most in (("stop", 0.5), ("half", 0.25), ("no_heron", 0.14)):
        for month in (1, 3, 6, 12):
            level = most * (1 - np.exp(-month / 4))
            draws = 100 * np.clip(rng.normal(level, 0.14, n), 0, 1)
            put(f"what_if.{what_if}.{month}", draws, "percent")
            gap = answers.number(f"what_if.{what_if}.{month}.gap", float((draws > 0).mean()), "probability")
            answers.add(
                "balance", "items.total.papers", what_if, what_if, f"what_if.{what_if}.{month}", float(month), gap
            )


def _claim_fits(ms, exact) -> pa.Table:
    rows = []
    for key, (role, kind, source, group, folded, scenarios, reason) in FITS.items():
        predicted = conflict = None
        if key in EXPECTED:
            low, middle, high, p = EXPECTED[key]
            unit = ms[f"claim.{key}"].unit
            predicted, conflict = f"claim.{key}.predicted", f"claim.{key}.conflict"
            ms[predicted] = Measurement(
                predicted,
                f"expected of {key}",
                middle,
                unit,
                "fake/1",
                ("with_claims.load.total",),
                low=low,
                high=high,
                level=0.95,
            )
            ms[conflict] = exact(conflict, p, "probability", (f"claims/{key}",))
        values = (
            key,
            role,
            kind,
            source,
            group,
            list(folded),
            list(scenarios),
            reason,
            predicted,
            conflict,
            key == "K09",
        )
        rows.append(dict(zip(tables.CLAIM_FITS.names, values, strict=True)))
    return pa.Table.from_pylist(rows, schema=tables.CLAIM_FITS)


def _priors(ms) -> pa.Table:
    rows = []
    for prior, label, points, scale, source, after in PRIORS:
        for scenario, interval in (after or {"": None}).items():
            key = None
            if interval:
                key = f"posterior.{prior}.{scenario}" if scenario else f"posterior.{prior}"
                low, middle, high = interval
                known = Measurement(key, label, middle, "", "fake/1", ("load.total",), low=low, high=high, level=0.9)
                ms[key] = msgspec.structs.replace(known, low_50=(low + middle) / 2, high_50=(high + middle) / 2)
            values = (prior, label, *points, scale, source, key, scenario)
            rows.append(dict(zip(tables.PRIORS.names, values, strict=True)))
    return pa.Table.from_pylist(rows, schema=tables.PRIORS)
