"""Claims against a tally: fictional claimants, each kind of drift beside a faithful twin that raises nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.case.dates import span
from tidewaiter.model import Case, Item, Leg, Quantiles, Scenario, Window
from tidewaiter.model.tables import CLAIM_CHECKS, CLAIMS
from tidewaiter.tally.claims import Reconciliation, reconcile

WINDOW = Window(datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC))
DAYS = 365.0
SCENARIOS = (
    Scenario("papers", "per papers", "crate", Quantiles(90, 100, 110)),
    Scenario(
        "all_large", "all large", "crate", Quantiles(40, 50, 60), condition="if all were large", claimants=("Norland",)
    ),
    Scenario(
        "all_small",
        "all small",
        "crate",
        Quantiles(400, 500, 600),
        condition="if all were small",
        claimants=("Norland",),
    ),
)
CASE = Case(
    root=Path(),
    id="fiction",
    title="",
    question="",
    window=WINDOW,
    places=(),
    vessels=(),
    legs=(Leg("amber", "birch"), Leg("amber", "cedar", mode="rail", measured=False)),
    items=(Item("crate", "crates", "crate", kg_per_unit=20.0),),
    scenarios=SCENARIOS,
    inputs=(),
)


class FlatTally:
    """Some 40 voyages in the year (95 %: 36.2 to 43.8), 200 containers each, evenly over time."""

    unit = "container"
    window = WINDOW
    scenarios = {s.id: s for s in SCENARIOS}  # noqa: RUF012 - as the protocol has it
    spread = np.linspace(0.9, 1.1, 401)

    def voyages(self, start, end):
        return 40.0 * self.spread * self._share(start, end)

    calls = voyages

    def loads(self, start, end):
        return 200.0 * self.voyages(start, end)

    def factor(self, scenario_id):
        return np.full(401, self.scenarios[scenario_id].per_unit.p50)

    def items(self, scenario_id, start, end):
        return self.factor(scenario_id) * self.loads(start, end)

    def load_per_voyage(self):
        return np.full(401, 200.0)

    def _share(self, start, end):
        first, last = start or WINDOW.start, end or WINDOW.end
        return (last - first).total_seconds() / 86400 / DAYS


def claim(claim_id: str, claimant: str = "Norland (press office)", stated: str = "2031-02-01", **fields: Any) -> dict:
    """Write one claim; `when` is its period as people write it."""
    period = span(*fields.pop("when", ("2030-01", "2030-12")))
    row = dict.fromkeys(CLAIMS.names)
    row |= {"claim_id": claim_id, "claimant": claimant, "stated": stated, "category": "delivery", "bound": "about"}
    row |= {
        "t_start": period.start,
        "t_end": period.end,
        "quantity": "container",
        "evidence": "0" * 64,
        "row": 1,
        "line": 2,
    }
    if "value" in fields:
        row["low"] = fields.pop("value")
    return row | fields


def held(*claims: dict, tally: Any = None) -> Reconciliation:
    return reconcile(CASE, pa.Table.from_pylist(list(claims), schema=CLAIMS), tally or FlatTally())


def checked(*claims: dict) -> dict[str, dict]:
    return {row["claim_id"]: row for row in held(*claims).checks.to_pylist()}


def flags(*claims: dict) -> dict[str, set[str]]:
    return {claim_id: set(row["flags"]) for claim_id, row in checked(*claims).items()}


# --- origins ----------------------------------------------------------------------------------------------------------


def test_a_chain_leads_to_its_root_and_counts_once():
    rows = checked(
        claim("A", value=8000.0),
        claim("B", "Gazette", value=8000.0, derived_from=["A"], derivation="stated"),
        claim("C", "Mirror", value=8000.0, derived_from=["B"], derivation="inferred"),
    )
    assert {row["origin_group"] for row in rows.values()} == {"A"}
    assert [rows[i]["link"] for i in "ABC"] == ["origin", "stated", "inferred"]
    assert [rows[i]["is_origin"] for i in "ABC"] == [True, False, False]


def test_same_number_by_another_claimant_later_is_probably_the_same_origin():
    rows = checked(claim("A", value=6710.0), claim("B", "Alliance", "2031-02-15", value=6710.0, bound="at_least"))
    assert (rows["B"]["origin_group"], rows["B"]["link"]) == ("A", "probable")
    assert "same-number-later" in rows["B"]["flags"]


@pytest.mark.parametrize(
    "other",
    [
        {"stated": "2031-02", "value": 6710.0},  # cannot be ordered
        {"stated": "2031-02-15", "value": 6720.0},
        {"stated": "2031-02-15", "value": 6710.0, "quantity": "crate"},
    ],
)
def test_numbers_that_are_not_the_same_or_not_later_stay_apart(other):
    rows = checked(claim("A", value=6710.0), claim("B", "Alliance", **other))
    assert rows["B"]["is_origin"]
    assert "same-number-later" not in rows["B"]["flags"]


def test_a_month_and_a_day_of_it_have_no_order():
    rows = checked(claim("A", stated="2031-02", value=6710.0), claim("B", "Alliance", "2031-02-15", value=6710.0))
    assert rows["A"]["is_origin"]
    assert rows["B"]["is_origin"]


def test_a_count_made_later_is_not_what_items_were_computed_from():
    crates = {"value": 400000.0, "quantity": "crate", "containers_base": 8000.0}
    rows = checked(claim("A", stated="2031-05", value=8000.0), claim("B", stated="2031-02", **crates))
    assert rows["B"]["is_origin"]


def test_small_counts_that_agree_are_no_sign_of_copying():
    rows = checked(
        claim("A", value=40.0, quantity="voyage"), claim("B", "Lookout", "2031-03", value=40.0, quantity="voyage")
    )
    assert rows["A"]["is_origin"]
    assert rows["B"]["is_origin"]


def test_a_claimant_repeating_itself_is_no_second_origin():
    rows = checked(claim("A", value=8000.0), claim("B", "Norland (minister)", "2031-03", value=8000.0))
    assert rows["B"]["origin_group"] == "A"
    assert "repeated" in rows["B"]["flags"]
    assert "same-number-later" not in rows["B"]["flags"]


def test_items_computed_from_own_containers_belong_to_the_container_count():
    rows = checked(
        claim("A", value=8000.0),
        claim("B", value=400000.0, quantity="crate", condition="if all were large", containers_base=8000.0),
    )
    assert (rows["B"]["origin_group"], rows["B"]["link"]) == ("A", "arithmetic")
    assert rows["B"]["own_factor"] == 50.0


def test_a_circle_of_sources_ends_at_the_claim_stated_first():
    rows = checked(
        claim("A", stated="2031-03", value=8000.0, derived_from=["B"], derivation="stated"),
        claim("B", "Gazette", "2031-02", value=8000.0, derived_from=["A"], derivation="stated"),
        claim("C", "Mirror", "2031-04", value=8000.0, derived_from=["A"], derivation="stated"),
    )
    assert {row["origin_group"] for row in rows.values()} == {"B"}
    assert "derived-in-circle" in rows["A"]["flags"]
    assert "derived-in-circle" not in rows["C"]["flags"]


def test_unknown_and_several_sources_are_flagged():
    found = flags(
        claim("A", value=8000.0),
        claim("B", "Lookout", value=7700.0),
        claim("C", "Gazette", value=7800.0, derived_from=["A", "B"], derivation="stated"),
        claim("D", "Mirror", value=7800.0, derived_from=["Z"], derivation="stated", stated="2031-01"),
    )
    assert "several-origins" in found["C"]
    assert "derived-from-unknown" in found["D"]
    assert not {"several-origins", "derived-from-unknown"} & (found["A"] | found["B"])


# --- verdicts and what a claim requires --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "bound", "expected"),
    [
        (8000.0, None, "exact", "consistent"),
        (9000.0, None, "exact", "above"),
        (7000.0, None, "exact", "below"),
        (9000.0, None, "about", "consistent"),  # rounded from 8,550 on
        (7000.0, None, "at_least", "consistent"),
        (9000.0, None, "at_least", "above"),
        (9000.0, None, "over", "above"),
        (None, 9000.0, "up_to", "consistent"),
        (None, 7000.0, "up_to", "below"),
        (None, 7000.0, "below", "below"),
        (5000.0, 7500.0, "range", "consistent"),
        (5000.0, 6000.0, "range", "below"),
        (9000.0, 12000.0, "range", "above"),
    ],
)
def test_bound_words_decide_what_is_too_much(low, high, bound, expected):
    row = checked(claim("A", low=low, high=high, bound=bound))["A"]  # the tally: 7,240 to 8,760
    assert row["verdict"] == expected


def test_a_claim_is_held_against_its_own_window():
    half = ("2030-01", "2030-06")
    rows = checked(
        claim("A", value=4000.0, bound="exact"), claim("B", "Lookout", value=4000.0, bound="exact", when=half)
    )
    assert rows["A"]["verdict"] == "below"
    assert rows["B"]["verdict"] == "consistent"


def test_scenarios_stay_apart_and_the_claimants_own_comes_first():
    crates = {"quantity": "crate", "value": 4_000_000.0, "bound": "exact"}
    rows = checked(
        claim("A", **crates, condition="if all were small"),
        claim("B", **crates, condition="if all were large"),
        claim("C", "Gazette", **crates, condition="if all of it were small"),
        claim("D", "Lookout", "2030", **crates),
    )
    assert [rows[i]["scenario"] for i in "ABCD"] == ["all_small", "all_large", "all_small", "papers"]
    assert dict(rows["A"]["verdicts"]) == {"papers": "above", "all_large": "above", "all_small": "consistent"}
    assert [rows[i]["verdict"] for i in "ABCD"] == ["consistent", "above", "consistent", "above"]


def test_what_a_claim_requires_by_its_own_factor():
    made = held(
        claim("A", value=8000.0),
        claim("B", value=400000.0, quantity="crate", derived_from=["A"], derivation="arithmetic"),
    )
    row = made.checks.to_pylist()[1]
    by_id = {m.measurement_id: m for m in made.measurements}
    assert row["own_factor"] == 50.0
    assert row["requires_voyages"] == pytest.approx(8000 / 200)
    assert row["requires_units_per_voyage"] == pytest.approx(8000 / 40, rel=0.01)
    assert row["requires_tonnes_per_unit"] == pytest.approx(400000 * 0.020 / 8000)
    assert row["requires_voyages_low"] <= row["requires_voyages"] <= row["requires_voyages_high"]
    assert set(row["measurements"]) <= set(by_id)
    assert "claims/B" in by_id["claim.B.requires_voyages"].inputs
    assert "load.per_voyage" in by_id["claim.B.requires_voyages"].inputs
    assert not any(i.startswith("factor.") for i in by_id["claim.B.requires_voyages"].inputs)


def test_without_an_own_factor_the_scenario_gives_it():
    made = held(claim("A", "Lookout", value=800000.0, quantity="crate"))
    needed = next(m for m in made.measurements if m.measurement_id == "claim.A.requires_voyages")
    assert needed.value == pytest.approx(800000 / 100 / 200)
    assert {"factor.papers", "load.per_voyage"} <= set(needed.inputs)


def test_tonnes_are_turned_into_items_by_their_mass():
    row = checked(claim("A", "Lookout", value=16000.0, quantity="tonne", bound="exact"))["A"]
    assert row["verdict"] == "consistent"  # 8,000 containers of 100 crates of 20 kg
    assert row["requires_voyages"] == pytest.approx(40)
    assert row["requires_tonnes_per_unit"] == pytest.approx(2, rel=0.01)


def test_a_range_requires_a_range():
    row = checked(claim("A", low=6000.0, high=10000.0, bound="range"))["A"]
    assert row["requires_voyages_low"] == pytest.approx(30)
    assert row["requires_voyages_high"] == pytest.approx(50)


def test_a_rate_is_compared_over_the_time_it_is_said_of():
    rows = checked(
        claim("A", value=8000.0, per="year", bound="exact", when=("2030-01", "2030-06")),
        claim("B", "Lookout", "2030-12-31", value=8000.0, per="year", bound="exact", when=("", "")),
    )
    assert rows["A"]["verdict"] == "consistent"
    assert rows["B"]["verdict"] == "consistent"
    assert rows["B"]["t_start"] == WINDOW.start


def test_more_voyages_than_the_whole_window_had():
    found = flags(
        claim("A", value=12000.0, bound="up_to", when=("2030-01", "2030-06")),
        claim("B", "Lookout", value=8000.0, bound="up_to"),
    )
    assert {"exceeds-all-voyages", "exceeds-voyages"} <= found["A"]
    assert not {"exceeds-all-voyages", "exceeds-voyages"} & found["B"]


def test_more_voyages_than_the_window_likely_had():
    found = flags(claim("A", value=8200.0), claim("B", "Lookout", value=7900.0))
    assert "likely-exceeds-all" in found["A"]  # 41, where the median is 40 and up to 43 are possible
    assert "exceeds-all-voyages" not in found["A"]
    assert "likely-exceeds-all" not in found["B"]


def test_more_voyages_than_its_own_window_had():
    found = flags(claim("A", value=6000.0, bound="up_to", when=("2030-01", "2030-06")))
    assert "exceeds-voyages" in found["A"]  # thirty in half a year of twenty
    assert "exceeds-all-voyages" not in found["A"]


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "quality", "quantity": "percent", "value": 50.0},
        {"category": "denial"},
        {"text": "tens of thousands"},
        {"value": 30.0, "quantity": "day"},
        {"value": 500.0, "route": "by rail only"},
        {"value": 500.0, "when": ("2029-01", "2029-12")},
    ],
)
def test_what_cannot_be_compared_gets_no_verdict_and_requires_nothing(fields):
    row = checked(claim("A", **fields))["A"]
    assert row["verdict"] == "not comparable"
    assert row["requires_voyages"] is None
    assert row["reason"].endswith(".")


def test_reasons_hold_no_figures():
    rows = checked(
        claim(
            "A1",
            value=90000.0,
            condition="if all were 152 mm",
            quantity="crate",
            route="sea and rail",
            when=("2028", "2032"),
        ),
        claim("A2", "Lookout 7", value=1.0),
        claim("A3", category="denial"),
    )
    assert not [row["reason"] for row in rows.values() if any(c.isdigit() for c in row["reason"])]


def test_no_voyage_in_the_window_requires_nothing_of_one():
    class NoTraffic(FlatTally):
        def voyages(self, start, end):  # noqa: ARG002
            return np.zeros(401)

    row = held(claim("A", value=500.0), tally=NoTraffic()).checks.to_pylist()[0]
    assert row["requires_units_per_voyage"] is None
    assert row["verdict"] == "above"


def test_no_claims_make_an_empty_table():
    made = held()
    assert made.checks.schema == CLAIM_CHECKS
    assert made.checks.num_rows == 0


# --- drift: each with a faithful twin -----------------------------------------------------------------------------------

LARGE = {"quantity": "crate", "value": 400000.0, "condition": "if all were large"}


def test_condition_dropped():
    linked = {"derived_from": ["A"], "derivation": "stated"}
    found = flags(
        claim("A", **LARGE),
        claim("B", "Gazette", "2031-03", quantity="crate", value=400000.0, **linked),
        claim("C", "Mirror", "2031-03", **LARGE, **linked),
        claim("D", "Courier", "2031-04", quantity="crate", value=400000.0),
    )
    assert "condition-dropped" in found["B"]
    assert "condition-dropped" in found["D"]
    assert "condition-dropped" not in found["A"] | found["C"]
    assert "capacity" in found["A"]
    assert "capacity" in found["C"]
    assert "capacity" not in found["B"]


def either(prefix: str, claimant: str, joined: str, **fields: Any) -> list[dict]:
    """Write two alternatives in one statement; a retelling names its sources."""
    return [
        claim(
            f"{prefix}{n}",
            claimant,
            quantity="crate",
            value=value,
            statement=prefix,
            joined=joined,
            derived_from=[f"A{n}"] if prefix != "A" else None,
            derivation="stated" if prefix != "A" else None,
            **fields,
        )
        for n, value in (("1", 400000.0), ("2", 4000000.0))
    ]


def test_or_became_and():
    said = either("A", "Norland", "or")
    wrong = either("B", "Gazette", "and", stated="2031-03")
    right = either("C", "Mirror", "or", stated="2031-03")
    added = claim("D", "Courier", "2031-03", quantity="crate", value=4400000.0)
    found = flags(*said, *wrong, *right, added)
    assert all("or-became-and" in found[i] for i in ("B1", "B2", "D"))
    assert all("or-became-and" not in found[i] for i in ("A1", "A2", "C1", "C2"))
    assert all("alternatives" in found[i] for i in ("A1", "A2", "C1", "C2"))
    assert all("alternatives" not in found[i] for i in ("B1", "B2", "D"))


def test_base_period_changed():
    found = flags(
        claim("A", stated="2030-06", value=3000.0, when=("2030-02", "2030-05")),
        claim("B", stated="2030-09", value=5000.0, when=("2030-02", "2030-08")),
        claim("C", stated="2030-12", value=7000.0, when=("2029-03", "2030-11")),
        claim(
            "D",
            "Gazette",
            "2030-12",
            value=7000.0,
            when=("2030-05", "2030-11"),
            derived_from=["C"],
            derivation="stated",
        ),
        claim(
            "E", "Mirror", "2030-12", value=7000.0, when=("2029-03", "2030-11"), derived_from=["C"], derivation="stated"
        ),
        claim("F", "Lookout", "2030-12", value=7001.0, when=("2030-06", "2030-11")),
    )
    assert "base-period-changed" in found["C"]
    assert "base-period-changed" in found["D"]
    assert not [i for i in "ABEF" if "base-period-changed" in found[i]]


def test_cumulative_became_annual_and_unit_changed_and_start_added():
    linked = {"derived_from": ["A"], "derivation": "stated", "stated": "2031-03"}
    found = flags(
        claim("A", value=8000.0, when=("", "2030-12")),
        claim("B", "Gazette", value=8000.0, per="year", when=("2030", "2030"), **linked),
        claim("C", "Mirror", value=8000.0, quantity="crate", when=("", "2030-12"), **linked),
        claim("D", "Courier", value=8000.0, when=("2030-07", "2030-12"), **linked),
        claim("E", "Herald", value=8000.0, when=("", "2030-12"), **linked),
    )
    words = {"cumulative-became-annual", "unit-changed", "start-added"}
    assert [found[i] & words for i in "ABCDE"] == [
        set(),
        {"cumulative-became-annual"},
        {"unit-changed"},
        {"start-added"},
        set(),
    ]


def test_shrinking_series():
    found = flags(
        claim("A", stated="2030-06", value=5000.0, when=("2030-01", "2030-05")),
        claim("B", stated="2030-09", value=4000.0, when=("2030-01", "2030-08")),
        claim("C", stated="2030-12", value=4200.0, bound="at_least", when=("2030-01", "2030-11")),
        claim("D", stated="2030-12", value=900.0, when=("2030-10", "2030-11")),
        claim("E", "Lookout", "2030-12", value=3000.0, when=("2030-01", "2030-11")),
    )
    assert "shrinking-series" in found["B"]
    assert not [i for i in "ACDE" if "shrinking-series" in found[i]]


def test_contradictions_are_not_growth_and_not_within_one_origin():
    found = flags(
        claim("A", value=5000.0, when=("2030-01", "2030-08")),
        claim("B", "Sudland", value=9000.0, bound="at_least", when=("2030-02", "2030-07")),
        claim("C", "Lookout", value=9500.0, when=("2030-01", "2030-12")),
        claim(
            "D",
            "Gazette",
            "2031-03",
            value=5000.0,
            when=("2030-01", "2030-08"),
            derived_from=["A"],
            derivation="stated",
        ),
        claim("E", "Herald", value=9000.0, quantity="crate", when=("2030-01", "2030-08")),
    )
    assert "contradicts:B" in found["A"]
    assert "contradicts:A" in found["B"]
    assert "contradicts:B" in found["D"]  # a copy shares the quarrel of its origin
    assert "contradicts:D" not in found["B"]  # which is not counted twice
    assert not [f for i in "CE" for f in found[i] if f.startswith("contradicts")]


def test_one_claimant_does_not_contradict_itself():
    found = flags(claim("A", stated="2031-03", value=5000.0), claim("B", stated="2031-02", value=9000.0))
    assert not [f for f in found["A"] | found["B"] if f.startswith("contradicts")]
    assert "shrinking-series" in found["A"]


def test_a_number_joined_with_others_is_no_total():
    said = either("A", "Norland", "and")
    other = claim("B", "Lookout", quantity="crate", value=900000.0)
    assert not [f for f in flags(*said, other)["B"] if f == "contradicts:A1"]
    alone = claim("A1", quantity="crate", value=400000.0)
    assert "contradicts:A1" in flags(alone, other)["B"]


def test_a_probable_origin_is_not_blamed_for_a_start():
    first = claim("A", value=8000.0, when=("", "2030-12"))
    assert "start-added" not in flags(first, claim("B", "Sudland", "2031-03", value=8000.0))["B"]


def test_a_wider_route_may_hold_more():
    narrow = claim("A", value=5000.0, route="sea")
    assert "contradicts:B" not in flags(narrow, claim("B", "Sudland", value=9000.0, route="sea and rail"))["A"]
    assert "contradicts:B" in flags(narrow, claim("B", "Sudland", value=9000.0, route="sea"))["A"]


def test_denials_and_findings_stand_beside_the_claims_they_concern():
    found = flags(
        claim("A", value=8000.0),
        claim("B", "Sudland", value=8100.0),
        claim("N", "Estland", category="denial", concerns=["A", "gone"]),
        claim("F", "Court", category="finding", text="no proof", concerns=["A"]),
    )
    assert {"denied-by:N", "finding:F"} <= found["A"]
    assert not [f for f in found["B"] if f.startswith(("denied-by", "finding"))]


@pytest.mark.parametrize(
    ("fields", "flag"),
    [
        ({"when": ("", "")}, "window-not-stated"),
        ({"when": ("", "2030-06")}, "window-not-stated"),
        ({"when": ("2029-06", "2030-06")}, "window-exceeds-case"),
        ({"when": ("2030-06", "2031-06")}, "window-exceeds-case"),
        ({"when": ("2028", "2028")}, "window-outside-case"),
        ({"route": "sea and rail"}, "route-wider"),
        ({"route": "all routes"}, "route-wider"),
        ({"route": "trains"}, "other-route"),
    ],
)
def test_windows_and_routes(fields, flag):
    assert flag in flags(claim("A", value=8000.0, **fields))["A"]


@pytest.mark.parametrize(
    "fields", [{}, {"when": ("2029-12-15", "2030-12")}, {"route": "sea, three ships"}, {"route": ""}]
)
def test_windows_and_routes_within_the_case_raise_nothing(fields):
    assert flags(claim("A", value=8000.0, **fields))["A"] == set()


# --- properties ---------------------------------------------------------------------------------------------------------

months = st.integers(1, 12).map(lambda m: f"2030-{m:02}")


@st.composite
def worlds(draw):
    """Draw up to eight claims by three claimants, linked at will, circles included."""
    size = draw(st.integers(1, 8))
    ids = [f"K{n}" for n in range(size)]
    return [
        claim(
            claim_id,
            draw(st.sampled_from(["Norland (a)", "Norland (b)", "Sudland", "Gazette"])),
            draw(st.one_of(months, st.just("2031"), st.just(""), months.map(lambda m: f"{m}-15"))),
            quantity=draw(st.sampled_from(["container", "crate", "tonne", "voyage"])),
            value=draw(st.sampled_from([None, 0.0, 40.0, 8000.0, 9000.0, 400000.0])),
            bound=draw(st.sampled_from(["exact", "about", "at_least", "up_to", "over"])),
            condition=draw(st.sampled_from(["", "if all were large"])),
            per=draw(st.sampled_from(["", "", "year"])),
            containers_base=draw(st.sampled_from([None, 8000.0])),
            derived_from=draw(st.lists(st.sampled_from([*ids, "gone"]), max_size=2)),
            derivation=draw(st.sampled_from(["stated", "arithmetic", "inferred", ""])),
            statement=draw(st.sampled_from(["", "s"])),
            joined=draw(st.sampled_from(["", "or", "and"])),
            when=draw(st.sampled_from([("", ""), ("2030-01", "2030-12"), ("2029", "2030"), ("2030-06", "")])),
        )
        for claim_id in ids
    ]


@settings(max_examples=60, deadline=None)
@given(worlds(), st.data())
def test_a_copy_changes_no_verdict_and_adds_no_origin(world, data):
    copied = data.draw(st.sampled_from(world))
    linked = data.draw(st.booleans()) or copied["low"] is None or copied["low"] < 100 or not copied["stated"]
    link = {"derived_from": [copied["claim_id"]], "derivation": "stated"} if linked else {"derived_from": None}
    copy = copied | {"claim_id": "Z", "claimant": "Herald", "stated": "2032", "containers_base": None} | link
    before, after = checked(*world), checked(*world, copy)
    assert after["Z"]["origin_group"] in {row["origin_group"] for row in before.values()}
    assert sum(r["is_origin"] for r in after.values()) == sum(r["is_origin"] for r in before.values())
    for claim_id, row in before.items():
        assert (after[claim_id]["verdict"], after[claim_id]["verdicts"]) == (row["verdict"], row["verdicts"])
        assert after[claim_id]["origin_group"] == row["origin_group"]


@settings(max_examples=40, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(world, random):
    mixed = list(world)
    random.shuffle(mixed)
    one, two = held(*world), held(*mixed)
    assert one.checks.equals(two.checks)
    assert one.measurements == two.measurements


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_every_group_has_one_origin_and_every_number_its_measurement(world):
    made = held(*world)
    rows = made.checks.to_pylist()
    groups = {row["origin_group"] for row in rows}
    assert groups == {row["claim_id"] for row in rows if row["is_origin"]}
    ids = [m.measurement_id for m in made.measurements]
    assert len(ids) == len(set(ids))
    assert {i for row in rows for i in row["measurements"]} == set(ids)
    assert all(m.inputs for m in made.measurements)
    for m in made.measurements:
        assert all(x is None or np.isfinite(x) for x in (m.value, m.low, m.high))
