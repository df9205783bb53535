"""What a voyage carries: which readings take part, and what they do to the load."""

import math

import msgspec
import numpy as np
import pytest

from shuttle import at, load, readings, shuttle
from tidewaiter.model import LoadModel, Quantiles
from tidewaiter.tally.loads import Z95, draw_loads, fit_loads, read_loads

DRAWS = 6000
SHARP = LoadModel(
    typical=Quantiles(120.0, 240.0, 480.0),
    voyage_spread=Quantiles(0.1999, 0.2, 0.2001),
    vessel_spread=1e-6,
    shared_bias=1e-6,
    count_error=0.1,
)
"""Everything but the typical load is known, so one count has a conjugate answer."""
SIGMA = math.log(480 / 120) / (2 * Z95)
CASE = shuttle(load_model=SHARP)


def read(*rows, case=CASE):
    return read_loads(case, readings(loads=rows)["loads"])


def fit(*rows, case=CASE, draws=DRAWS):
    return fit_loads(case, read(*rows, case=case)[0], draws, np.random.default_rng(11))


def conjugate(value, sd):
    """Posterior mean and sd of log typical load after one observation of it with this log sd."""
    precision = 1 / SIGMA**2 + 1 / sd**2
    return (math.log(240) / SIGMA**2 + value / sd**2) / precision, 1 / math.sqrt(precision)


def test_without_readings_the_load_is_the_prior():
    mu = fit().mu
    assert np.quantile(np.exp(mu), [0.05, 0.5, 0.95]) == pytest.approx([120, 240, 480], rel=0.05)


def test_one_count_gives_the_conjugate_answer():
    mean, sd = conjugate(math.log(300), math.hypot(0.2, 0.1))
    mu = fit(load(1, 300)).mu
    assert mu.mean() == pytest.approx(mean, abs=0.02)
    assert mu.std() == pytest.approx(sd, rel=0.06)


def test_a_range_is_wider_by_what_it_spans():
    (narrow, wide), _ = read(load(1, 300), load(2, 200, 400))
    assert narrow.error == pytest.approx(0.1)
    assert wide.error == pytest.approx(math.hypot(0.1, math.log(2) / (2 * 1.2815515655446004)))
    assert wide.log_value == pytest.approx(math.log(math.sqrt(200 * 400)))


def test_the_stated_error_of_a_count_goes_before_that_of_the_case():
    (reading,), _ = read(load(1, 300, relative_error=0.02))
    assert reading.error == pytest.approx(0.02)


def test_an_average_over_many_voyages_says_more_than_one_count():
    one, nine = fit(load(1, 300)).mu.std(), fit(load(1, 300, kind="average", voyages=9.0)).mu.std()
    expected = conjugate(0.0, math.hypot(math.sqrt(math.expm1(0.04) / 9), 0.1))[1]
    assert nine < one
    assert nine == pytest.approx(expected, rel=0.06)


def test_an_average_is_of_the_mean_and_not_of_the_median():
    value = math.log(300) - 0.02
    assert fit(load(1, 300, kind="average", voyages=50.0)).mu.mean() == pytest.approx(
        conjugate(value, math.hypot(math.sqrt(math.expm1(0.04) / 50), 0.1))[0], abs=0.02
    )


def test_a_total_is_its_average():
    (total,), _ = read(load(1, 2700, kind="total", voyages=9.0))
    (average,), _ = read(load(1, 300, kind="average", voyages=9.0))
    assert total.log_value == pytest.approx(average.log_value)
    assert (total.error, total.voyages) == (average.error, average.voyages)


def test_stacks_and_analogies_are_looser_than_counts():
    spread = [fit(load(1, 300, kind=kind)).mu.std() for kind in ("count", "stack", "analogy")]
    assert spread == sorted(spread)
    assert spread[2] > spread[0] + 0.05


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"channel": "unloaded"}, "unloaded"),
        ({"unit": "barrel"}, "unit"),
        ({"kind": "capacity"}, "capacity"),
        ({"low": 0.0}, "above zero"),
    ],
)
def test_what_is_no_load_of_the_line_never_joins_and_is_said(row, why):
    used, notices = read(load(1, 300), load(2, 9000) | row)
    assert [r.id for r in used] == ["loads/W1"]
    ((subject, message),) = notices
    assert subject == "loads/W2"
    assert why in message
    assert (fit(load(1, 300)).mu == fit(load(1, 300), load(2, 9000) | row).mu).all()


def test_more_counts_leave_less_doubt_but_never_less_than_the_shared_bias():
    biased = msgspec.structs.replace(SHARP, shared_bias=0.2)
    spread = [fit(*[load(i, 300) for i in range(n)], case=shuttle(load_model=biased)).mu.std() for n in (1, 4, 30)]
    assert spread == sorted(spread, reverse=True)
    assert spread[-1] > 0.15


def test_counts_that_differ_teach_the_spread_between_voyages():
    open_ = shuttle(load_model=msgspec.structs.replace(SHARP, voyage_spread=Quantiles(0.1, 0.25, 0.6)))
    alike = fit(*[load(i, 300) for i in range(8)], case=open_).spread
    apart = fit(*[load(i, x) for i, x in enumerate((120, 500, 200, 700, 150, 450, 100, 380))], case=open_).spread
    assert np.median(alike) < 0.2
    assert np.median(apart) > 0.35


def test_a_ship_that_carries_more_is_told_from_the_other():
    apart = shuttle(load_model=msgspec.structs.replace(SHARP, vessel_spread=0.5))
    rows = [load(i, 400, vessel_weights={"heron": 1.0}) for i in range(6)] + [
        load(i + 9, 150, vessel_weights={"tern": 1.0}) for i in range(6)
    ]
    effect = fit(*rows, case=apart).vessel
    assert np.mean(effect[:, 0] - effect[:, 1]) == pytest.approx(math.log(400 / 150), rel=0.25)


def voyages(posterior, *spans, vessel=None):
    """One row per draw and span of days, draws in order."""
    n = len(spans)
    draw = np.repeat(np.arange(DRAWS), n)
    arrival, departure = (np.tile([int(at(s[i]).timestamp() * 1e6) for s in spans], DRAWS) for i in (0, 1))
    who = np.zeros(DRAWS * n, np.int64) if vessel is None else np.tile(vessel, DRAWS)
    return draw_loads(posterior, draw, who, arrival, departure, np.random.default_rng(12)).reshape(DRAWS, n)


def test_a_voyage_whose_load_was_counted_is_drawn_given_its_count():
    posterior = fit(load(1, 300, day=10, relative_error=0.02))
    counted, other = voyages(posterior, (9, 11), (20, 22)).T
    assert np.median(counted) == pytest.approx(300, rel=0.03)
    assert np.std(np.log(counted)) < 0.03
    assert np.std(np.log(other)) > 0.15


def test_a_count_pins_one_voyage_only_and_that_of_its_ship():
    posterior = fit(load(1, 300, day=10, relative_error=0.02, vessel_weights={"tern": 1.0}))
    wrong, right, second = voyages(posterior, (9, 11), (9, 11), (10, 12), vessel=[0, 1, 1]).T
    assert np.std(np.log(right)) < 0.03
    assert min(np.std(np.log(wrong)), np.std(np.log(second))) > 0.15


@pytest.mark.parametrize("kind", ["average", "total", "stack", "analogy"])
def test_only_a_count_of_one_voyage_pins_it(kind):
    posterior = fit(load(1, 300, kind=kind, day=10, voyages=2.0, relative_error=0.02))
    assert np.std(np.log(voyages(posterior, (9, 11))[:, 0])) > 0.15


def test_loads_are_positive_and_scatter_around_the_typical_load():
    posterior = fit()
    drawn = voyages(posterior, (9, 11))[:, 0]
    assert (drawn > 0).all()
    assert np.std(np.log(drawn)) == pytest.approx(math.hypot(SIGMA, 0.2), rel=0.05)
