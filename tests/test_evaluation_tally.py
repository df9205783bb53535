"""The evaluation of the tally scores right, builds its peers as it says, and writes what it measured; fits are left out."""

import importlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

from tidewaiter.publish.calibration import arrange_tally
from tidewaiter.simulate import LineSpec, simulate_line

pytest.importorskip("matplotlib", reason="the script draws a chart, which needs the extra [report]")

ROOT = Path(__file__).resolve().parent.parent
LEVELS = (0.5, 0.9)


@pytest.fixture(scope="module")
def script():
    """Give the modules of the script by the ends of their names."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, "1")  # the script sets them for itself
        patch.syspath_prepend(str(ROOT / "evaluation"))
        yield lambda name: importlib.import_module(f"tally_{name}" if name else "tally")


@pytest.fixture(scope="module")
def line():
    return simulate_line(LineSpec(), 4)


def rows(line):
    return line.tables["claims"].to_pylist()


@pytest.fixture
def metrics(script):
    """Figures of made-up outcomes: our intervals are too high for one line of four."""
    tally, fits, trials = script(""), script("fits"), script("trials")

    def outcome(shift):
        around = {level: (100.0 * shift * (1 - level / 2), 100.0 * shift * (1 + level)) for level in LEVELS}
        said = {q: fits.Summary(100.0 * shift, around, 0.5) for q in fits.QUANTITIES}
        peers = dict.fromkeys(("copies_independent", "no_unseen_voyages", "no_claims"), said)
        ranges = {name: {"containers": (10.0, 20.0), "rounds": (90.0, 110.0)} for name in script("peers").CALCULATED}
        return fits.Outcome(dict.fromkeys(fits.QUANTITIES, 100.0), {"": said, **peers}, ranges, 2.0, 900)

    lines = [outcome(1), outcome(1), outcome(1), outcome(2)]
    lies = [
        trials.Falsified("point", "a", 2.5, 0.01, (0.5,), (0.2, 0.04)),
        trials.Falsified("floor", "b", 2.5, 0.2, (0.01,), ()),
    ]
    stale = {(q, looseness): x for q, x in (("containers", -0.01), ("rounds", 0.02)) for looseness in ("", "stale")}
    found = {"cases": 4, "stress_cases": 4, "peer_cases": 4, "import_seconds": 0.4, "import_cpu_seconds": 0.4}
    found |= tally.of_fits("", lines) | tally.of_fits("no_claims_", lines, "no_claims") | tally.of_peers(lines, lines)
    for name in tally.STRESS:
        found |= tally.of_fits(f"stress_{name}_", lines) | tally.of_fits(
            f"stress_{name}_no_claims_", lines, "no_claims"
        )
    for q in fits.QUANTITIES:
        found |= {f"sbc_ks_{q}": 0.1, f"sbc_counts_{q}": script("scores").histogram([0.1, 0.5, 0.7, 1.0])}
    found |= tally.of_lies(lies)
    found |= tally.of_stability(
        [trials.Stable(0.0, 0.0, 0.001, stale, (0.4,))], [trials.Repeated(equal=True, medians=(0.01,), ends=(0.02,))]
    )
    found |= {"cpu_seconds_per_fit": 2.0, "cpu_seconds_per_fit_95": 3.0, "scaling_voyages_slope": 0.9}
    found |= {"scaling_months_slope": 0.5, "cost_100_voyages_cpu_s": 1.0, "cost_12_months_cpu_s": 1.0}
    return found | {"versions": {"numpy": "2", "product": "NumPy"}}


def test_interval_score_is_width_and_twenty_times_the_distance_outside(script):
    score = script("scores").interval_score

    assert score([10.0], [(5.0, 20.0)]) == pytest.approx(math.log(4))
    assert score([40.0], [(5.0, 20.0)]) == pytest.approx(math.log(4) + 20 * math.log(2))
    assert score([1.0, 40.0], [(2.0, 4.0), (40.0, 40.0)]) == pytest.approx((math.log(2) + 20 * math.log(2)) / 2)


def test_ranks_break_ties_and_are_counted_in_full(script):
    scores, rng = script("scores"), np.random.default_rng(1)
    ranks = [scores.rank(1.0, np.array([0.0, 1.0, 1.0, 2.0]), rng) for _ in range(200)]

    assert min(ranks) >= 0.25
    assert max(ranks) <= 0.75
    assert np.std(ranks) > 0.1
    assert sum(scores.histogram([0.0, 1.0, *ranks])) == 202
    assert scores.ks_distance((np.arange(100) + 0.5) / 100) == pytest.approx(0.005)
    assert scores.ks_distance([0.9, 0.95]) == pytest.approx(0.9)


def test_taken_as_independent_every_number_counts_with_a_source_of_its_own(script, line):
    fits = script("fits")
    ours = fits.readings_of(line.case, line.tables["claims"])
    theirs = fits.readings_of(*script("peers").independent(line.case, line.tables["claims"]))
    declared = {name: s.bias for s in line.case.sources for name in s.names}
    bias = {r.claim_id: r.voice.bias for r in theirs}

    assert {r.claim_id for r in theirs} == {r["claim_id"] for r in rows(line)} > {r.claim_id for r in ours}
    assert len({r.voice.group for r in theirs}) == len(theirs)
    assert "factor" in {r.kind for r in ours}
    assert "factor" not in {r.kind for r in theirs}
    for row in rows(line):
        if not row["derived_from"]:
            assert bias[row["claim_id"]] == declared[row["claimant"]]


def test_spreadsheet_multiplies_low_by_low_and_high_by_high(script, line):
    peers = script("peers")
    seen, load = peers.seen_of(line)
    said = peers.spreadsheet(line)

    assert seen == line.tables["detections"].num_rows
    assert said["containers"] == pytest.approx((0.9 * seen * load, 1.1 * seen * load))
    assert said["rounds"] == pytest.approx((0.9 * seen * load * 0.75 * 250, 1.1 * seen * load * 0.95 * 400))


def test_product_lies_around_what_was_seen(script, line):
    peers = script("peers")
    (low, high), seen = peers.product(line)["containers"], peers.seen_of(line)

    assert seen.voyages * seen.load * 0.9 < low < high < seen.voyages * seen.load * 1.45


def test_published_numbers_are_those_of_the_last_day(script, line):
    said = script("peers").published(line)
    last = [r["low"] for r in rows(line) if r["t_end"] == line.case.window.end and r["quantity"] == "container"]

    assert said["published_range"]["containers"] == pytest.approx((min(last), max(last)))
    low, high = said["published_mean"]["containers"]
    assert min(last) <= low <= high <= max(last)


@pytest.mark.parametrize("labelled", [True, False])
def test_repeats_leave_the_readings_as_they_are(script, line, labelled):
    fits, trials = script("fits"), script("trials")
    claims = line.tables["claims"]
    before = fits.readings_of(line.case, claims)
    for told in rows(line):
        if told["derived_from"] or told["low"] < trials.TELLING:
            continue
        more = trials._repeats(told, 5, labelled=labelled)
        assert fits.readings_of(line.case, trials._table([*rows(line), *more], claims)) == before


def test_more_products_of_a_factor_are_the_same_reading(script, line):
    fits, trials = script("fits"), script("trials")
    claims = line.tables["claims"]
    before = fits.readings_of(line.case, claims)
    more = trials._products(next(r for r in rows(line) if r["containers_base"]), rows(line), 20)
    after = fits.readings_of(line.case, trials._table([*rows(line), *more], claims))

    assert [r.claim_id for r in after] == [r.claim_id for r in before]
    assert [r.log_value for r in after] == pytest.approx([r.log_value for r in before], abs=0.01)


def test_a_stale_bound_is_a_floor_of_an_unknown_source(script, line):
    fits, trials = script("fits"), script("trials")
    claims = line.tables["claims"]
    known = {r.voice.id for r in fits.readings_of(line.case, claims)}
    for bound in trials._stale(line):
        after = fits.readings_of(line.case, trials._table([*rows(line), bound], claims))
        added = next(r for r in after if r.claim_id == bound["claim_id"])
        assert added.kind == "floor"
        assert added.voice.id not in known


def test_cost_that_grows_with_the_square_has_slope_two(script):
    assert script("trials").slope([1, 10, 100], [3, 300, 30_000]) == pytest.approx(2)


def test_figures_carry_the_agreed_names(metrics):
    assert metrics["coverage_90_rounds"] == 0.75
    assert metrics["peer_squigglepy_coverage_90_containers"] == 0
    assert metrics["ratio_squigglepy"] < 1 < metrics["ratio_spreadsheet_containers"]
    assert metrics["ratio_copies_independent"] == 1
    assert (metrics["conflict_power"], metrics["conflict_false_alarms"]) == (0.5, 0.5)
    assert metrics["conflict_power_floors"] == 0
    assert metrics["stale_bound_shift"] == pytest.approx(0.02)


def test_page_is_written_between_its_marks_and_again_the_same(script, metrics, tmp_path):
    page = script("page")
    (tmp_path / "calibration.md").write_text(f"before\n{page.MARKS[0]}\nold\n{page.MARKS[1]}\nafter\n")
    page.write_page(tmp_path, metrics)
    first = (tmp_path / "calibration.md").read_text(), (tmp_path / page.CHART).read_bytes()
    page.write_page(tmp_path, metrics)

    assert first == ((tmp_path / "calibration.md").read_text(), (tmp_path / page.CHART).read_bytes())
    assert first[0].startswith("before\n")
    assert first[0].endswith("after\n")
    assert "old" not in first[0]
    assert "| truths inside the 90 % interval, rounds | 75 % | 86 % to 94 %, **not met** |" in first[0]
    assert page.CHART in first[0]
    with pytest.raises(ValueError, match="no place"):
        page.fill("no marks", "text")


def test_tables_keep_their_columns(script, metrics):
    for block in script("page").tables(metrics).split("\n\n"):
        if block.startswith("|"):
            assert len({line.count("|") for line in block.splitlines()}) == 1, block


def test_report_gets_shares_by_lines_level_and_quantity(script, metrics):
    table = arrange_tally(json.loads(json.dumps(script("page").shares(metrics))))

    assert (table.cases, table.stress_cases) == (4, 4)
    assert len(table.columns) == 4
    assert table.rows[0] == ("as modelled", 50, (0.75,) * 4)
    assert len(table.rows) == 12
    assert arrange_tally({"cases": 3}) is None


def test_the_page_of_the_project_has_room_for_both_scripts(script):
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")

    head, mark, _ = page.partition("<!-- table -->")  # the other script keeps what stands before its mark
    assert mark
    assert script("page").MARKS[1] in head
