"""The whole of what claims do: copies count once, scenarios stay apart, and nothing breaks where there is little."""

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from claims_world import CASE, PAPERS, GivenTally, claim, lognormal_tally, with_model
from shuttle import at, load, readings, shuttle
from tidewaiter.model import Leg, Quantiles, Scenario, Speaker
from tidewaiter.model.tables import CLAIMS, VOYAGE_DRAWS
from tidewaiter.simulate import LineSpec, simulate_line
from tidewaiter.tally import Tally, weigh
from tidewaiter.voyages import fit_calls

PARTICLES = 300


@pytest.fixture(scope="module")
def line():
    made = simulate_line(LineSpec(), 2)
    calls = fit_calls(made.case, made.tables, draws=300)
    return made, Tally(made.case, calls.voyages, made.tables["loads"], calls.draws, 5)


@pytest.fixture(scope="module")
def once(line):
    made, tally = line
    return weigh(made.case, made.tables["claims"], tally, particles=PARTICLES)


def arrays(weighed):
    """Every number of an answer, by name."""
    found = {}
    for name, totals in weighed.totals.items():
        found |= {f"{name} voyages": totals.voyages(), f"{name} loads": totals.loads(all_routes=True)}
        if totals.holdings is not None:
            found[f"{name} items"] = totals.items(all_routes=True, usable=True)
    for name, fit in weighed.fits.items():
        found |= {f"{name} z": fit.z, f"{name} index": fit.index, f"{name} predicted": fit.predicted}
    return found


def same(one, other):
    mine, theirs = arrays(one), arrays(other)
    return mine.keys() == theirs.keys() and all((mine[k] == theirs[k]).all() for k in mine)


def with_more(table, rows):
    return pa.concat_tables([table, readings(claims=rows)["claims"].cast(CLAIMS)])


def test_the_record_is_sorted_as_it_was_made(line, once):
    made, _ = line
    fates = once.observed.fates
    assert {i for i, fate in fates.items() if fate.role == "copy"} == set(made.copies)
    assert {i for i, fate in fates.items() if fate.role == "factor"} == set(made.derived)
    assert {fate.role for fate in fates.values()} == {"reading", "factor", "copy"}


@pytest.mark.parametrize(("origin", "copies"), [("C01", 1), ("C03", 5), ("C11", 20)])
def test_copies_change_not_one_bit(line, once, origin, copies):
    made, tally = line
    row = {r["claim_id"]: r for r in made.tables["claims"].to_pylist()}[origin]
    rows = [
        row
        | {"claim_id": f"{'A' if n % 2 else 'Z'}{n}", "claimant": f"Herald {n}", "claimant_type": "media"}
        | {"derived_from": [origin] if n < 3 else [f"{'Z' if n % 2 else 'A'}{n - 1}"], "derivation": "stated"}
        for n in range(1, copies + 1)
    ]
    more = weigh(made.case, with_more(made.tables["claims"], rows), tally, particles=PARTICLES)
    assert same(more, once)
    assert all(more.observed.fates[r["claim_id"]].origin == origin for r in rows)


def test_the_order_of_the_rows_changes_not_one_bit(line, once):
    made, tally = line
    table = made.tables["claims"]
    turned = table.take(pa.array(np.random.default_rng(1).permutation(table.num_rows)))
    assert same(weigh(made.case, turned, tally, particles=PARTICLES), once)


def test_more_numbers_by_the_same_factor_say_no_more(line):
    made, tally = line
    rows = {r["claim_id"]: r for r in made.tables["claims"].to_pylist()}
    first = next(i for i in made.derived if rows[i]["claimant"] == "Government A")
    others = [i for i in made.derived if rows[i]["claimant"] == "Government A" and i != first]
    bare = [r for i, r in rows.items() if i not in others]
    factor = rows[first]["low"] / rows[first]["containers_base"]
    more = [
        rows[first]
        | {"claim_id": f"Z{n}", "low": factor * n, "high": factor * n, "containers_base": n, "derived_from": []}
        for n in (512.0, 1024.0, 4096.0)
    ]
    one, many = (
        weigh(made.case, pa.Table.from_pylist(x, schema=CLAIMS), tally, particles=PARTICLES)
        for x in (bare, [*bare, *more])
    )
    assert {many.observed.fates[f"Z{n}"].role for n in (512.0, 1024.0, 4096.0)} == {"factor"}
    assert len(one.observed.readings) == len(many.observed.readings)
    for name, totals in one.totals.items():
        assert np.median(many.totals[name].loads()) == pytest.approx(np.median(totals.loads()), rel=0.02)
        if totals.holdings is not None:
            assert np.median(many.totals[name].items()) == pytest.approx(np.median(totals.items()), rel=0.02)


def test_the_same_case_gives_the_same_answer_and_another_seed_another(line, once):
    made, tally = line
    assert same(weigh(made.case, made.tables["claims"], tally, particles=PARTICLES), once)
    other = weigh(msgspec.structs.replace(made.case, seed=99), made.tables["claims"], tally, particles=PARTICLES)
    assert not (other.fits[""].z == once.fits[""].z).all()


def test_totals_are_finite_and_those_of_the_draws_chosen(line, once):
    _, tally = line
    for totals in (*once.totals.values(), *once.evidence.values()):
        assert (totals.voyages(None, at(99)) == tally.voyages(None, at(99))[totals.index]).all()
        assert (totals.calls() == tally.calls()[totals.index]).all()
        assert (totals.loads(all_routes=True) >= totals.loads()).all()
        if totals.holdings is None:
            with pytest.raises(ValueError, match="scenario"):
                totals.items()
        else:
            usable = totals.items(usable=True)
            assert (usable < totals.items()).all()
            assert (totals.items() <= totals.items(all_routes=True)).all()
            assert np.isfinite(usable).all()
            assert (usable > 0).all()


def test_the_evidence_alone_is_the_tally(line, once):
    _, tally = line
    plain = once.evidence["mix"]
    assert (plain.loads() == tally.loads()).all()
    assert plain.items() == pytest.approx(tally.items("mix"))
    relative = plain.loads(all_routes=True) / plain.loads() - 1
    assert np.quantile(relative, [0.05, 0.5, 0.95]) == pytest.approx([0.0182, 0.08, 0.351], rel=0.35)


def test_claims_leave_less_doubt(line, once):
    def width(totals):
        low, high = np.quantile(totals.items(all_routes=True), [0.05, 0.95])
        return np.log(high / low)

    assert width(once.totals["mix"]) < 0.9 * width(once.evidence["mix"])


# --- scenarios stay apart


def on_containers():
    return [claim("C1", 12_000.0), claim("C2", 9_000.0, claimant="Gazette", claimant_type="media")]


def on_items():
    return [claim("C3", 9e6, quantity="crate", claimant="Charity", claimant_type="ngo")]


def weighed(rows, case=CASE, tally=None):
    tally = lognormal_tally(case, draws=400) if tally is None else tally
    return weigh(case, readings(claims=rows)["claims"], tally, particles=200)


def test_a_conditional_learns_nothing_from_claims_on_items():
    without, having = weighed(on_containers()), weighed(on_containers() + on_items())
    assert "all_small" not in without.fits
    for name in ("", "all_small"):
        assert (without.totals[name].loads() == having.totals[name].loads()).all()
    assert (without.totals["all_small"].items() == having.totals["all_small"].items()).all()
    assert not (without.totals["papers"].items() == having.totals["papers"].items()).all()


def test_a_conditional_keeps_the_content_it_was_given():
    totals = weighed(on_containers() + on_items()).totals["all_small"]
    factor = totals.items() / totals.loads()
    assert np.quantile(factor, [0.05, 0.5, 0.95]) == pytest.approx([380, 420, 460], rel=0.03)


def test_scenarios_do_not_touch_one_another():
    other = Scenario("letters", "letters", "crate", Quantiles(10, 20, 40))
    more = msgspec.structs.replace(CASE, scenarios=(other, *CASE.scenarios))
    rows = on_containers() + on_items()
    tally = lognormal_tally(CASE, draws=400)
    grown = GivenTally(more, tally.loads())
    grown._holdings |= {s: tally.holdings(s) for s in tally.scenarios}
    one, two = weighed(rows, tally=tally), weighed(rows, more, grown)
    assert (one.totals["papers"].items() == two.totals["papers"].items()).all()
    assert (one.totals["all_small"].items() == two.totals["all_small"].items()).all()


def test_each_estimate_has_a_fit_and_so_has_the_load():
    assert set(weighed(on_containers()).fits) == {"", "papers"}


# --- little, nothing, and nonsense


def notices(found):
    for subject, message in found.notices:
        assert subject
        assert not any(c.isdigit() for c in message.replace("C1", "").replace("C2", ""))
    return " ".join(message for _, message in found.notices)


def finite(found):
    for totals in (*found.totals.values(), *found.evidence.values()):
        assert np.isfinite(totals.loads(all_routes=True)).all()
        if totals.holdings is not None:
            assert np.isfinite(totals.items(all_routes=True, usable=True)).all()
    for fit in found.fits.values():
        assert np.isfinite(fit.loglik).all()


def test_no_claim_leaves_the_answer_and_says_so():
    tally = lognormal_tally(CASE, draws=200)
    found = weighed([], tally=tally)
    assert "without" in notices(found)
    assert np.sort(found.totals[""].loads()) == pytest.approx(np.sort(tally.loads()))
    finite(found)


def test_claims_that_cannot_be_used_are_no_claims():
    found = weighed([claim("C1", 5000.0, route=""), claim("C2", None)])
    assert "no claim could be used" in notices(found)
    assert found.observed.readings == ()


def test_one_claim_alone_is_said():
    found = weighed([claim("C1", 12_000.0)])
    assert "alone" in notices(found)
    finite(found)


def test_only_copies_of_one_claim_are_one_claim():
    copies = [
        claim(f"C{n}", 12_000.0, claimant=f"Paper {n}", derived_from=["C1"], derivation="stated") for n in range(2, 9)
    ]
    found = weighed([claim("C1", 12_000.0), *copies])
    assert "alone" in notices(found)
    assert len(found.observed.readings) == 1


@pytest.mark.parametrize("quantity", ["container", "voyage"])
def test_bounds_of_one_source_that_exclude_each_other_are_said(quantity):
    factor = 1.0 if quantity == "container" else 0.01
    rows = [
        claim("C1", 20_000.0 * factor, bound="over", quantity=quantity),
        claim("C2", None, 5_000.0 * factor, bound="up_to", quantity=quantity),
    ]
    found = weighed(rows)
    assert "lower bound lies above the upper bound" in notices(found)
    finite(found)


def test_bounds_that_leave_room_are_not_said():
    rows = [claim("C1", 5_000.0, bound="over"), claim("C2", None, 20_000.0, bound="up_to")]
    assert "bound" not in notices(weighed(rows))
    earlier = [claim("C1", 20_000.0, bound="over"), claim("C2", None, 5_000.0, bound="up_to", t_end=at(60))]
    assert "bound" not in notices(weighed(earlier))


def test_claims_far_beyond_every_draw_are_said_to_leave_few():
    case = with_model(gross=0.0)
    rows = [claim(f"C{n}", 5e7, claimant=f"Source {n}", claimant_type="imagery") for n in range(6)]
    rows = [r | {"low": r["low"] + n, "high": r["low"] + n} for n, r in enumerate(rows)]
    found = weighed(rows, case, lognormal_tally(case, draws=100))
    assert "few draws" in notices(found)
    finite(found)


def real(case=CASE, rows=(), loads=(), draws=40):
    table = pa.Table.from_pylist(list(rows), schema=VOYAGE_DRAWS)
    return Tally(case, table, readings(loads=loads)["loads"], draws, 5)


def test_no_voyage_at_all():
    found = weighed(on_containers() + on_items(), tally=real())
    assert not found.totals[""].loads().any()
    assert not found.totals["papers"].items().any()
    finite(found)


def test_no_count_at_all():
    row = dict.fromkeys(VOYAGE_DRAWS.names) | {f: at(5) for f in ("arrival", "departure", "destination_arrival")}
    rows = [row | {"draw": d} for d in range(40) for _ in range(30 + d % 5)]
    found = weighed(on_containers() + on_items(), tally=real(rows=rows))
    assert (found.totals[""].voyages() >= 30).all()
    finite(found)


@pytest.mark.parametrize("draws", [1, 2, 5])
def test_a_handful_of_draws(draws):
    row = dict.fromkeys(VOYAGE_DRAWS.names) | {f: at(5) for f in ("arrival", "departure", "destination_arrival")}
    tally = real(rows=[row | {"draw": d} for d in range(draws)], loads=[load(1, 240, day=5)], draws=draws)
    found = weighed(on_containers() + on_items(), tally=tally)
    assert "few draws" in notices(found)
    finite(found)


def test_without_a_scenario_there_are_voyages_and_load():
    case = msgspec.structs.replace(CASE, scenarios=(), legs=(Leg("amber", "cobalt"),), sources=(Speaker("x", ("X",)),))
    found = weighed(on_containers() + on_items(), case)
    assert set(found.totals) == set(found.evidence) == {""}
    assert found.totals[""].routes.shape[1] == 0
    finite(found)


@pytest.mark.parametrize(
    "changes",
    [
        {"error": 0.0, "count_error": 0.0, "factor_error": 0.0, "capacity_error": 0.0},
        {"tight": 0.0, "loose": 0.0, "stale": 0.0},
        {"gross": 1.0},
        {"gross": 0.0, "gross_error": 0.0},
    ],
    ids=str,
)
def test_extreme_assumptions(changes):
    case = with_model(**changes)
    rows = [
        *on_containers(),
        *on_items(),
        claim("C4", 7_000.0, bound="over", looseness="tight", claimant="Charity"),
        claim("C5", 60.0, quantity="voyage", claimant="Watch"),
        claim("C6", 1.5e6, quantity="crate", containers_base=7_000.0, claimant="Charity"),
        claim("C7", 9e6, quantity="crate", containers_base=12_000.0, condition="if all were small"),
    ]
    finite(weighed(rows, case, lognormal_tally(case, draws=60)))


def test_a_case_with_named_ships_is_weighed_too():
    case = shuttle(150)
    row = dict.fromkeys(VOYAGE_DRAWS.names) | {f: at(5) for f in ("arrival", "departure", "destination_arrival")}
    tally = real(case, [row | {"draw": d, "vessel_id": "heron"} for d in range(40)], [load(1, 250, day=5)])
    rows = [claim("C1", 300.0, t_end=at(150)), claim("C2", 6e4, quantity="crate", t_end=at(150), claimant="Charity")]
    found = weigh(case, readings(claims=rows)["claims"], tally, particles=100)
    assert set(found.totals) == {"", "documents", "all_small"}
    assert PAPERS.id not in found.totals
    finite(found)
