"""What a voyage carries: which readings take part, and what they do to the load."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shuttle import at, load, readings, shuttle
from tidewaiter.inference import law
from tidewaiter.inference.laws import Z95
from tidewaiter.model import LoadModel, Quantiles
from tidewaiter.tally.loads import RANGE_Z, draw_loads, fit_loads, read_loads

DRAWS = 6000
SHARP = LoadModel(
    typical=Quantiles(120.0, 240.0, 480.0),
    voyage_spread=Quantiles(0.1999, 0.2, 0.2001),
    vessel_spread=1e-6,
    shared_bias=1e-6,
    count_error=Quantiles(0.1, 0.1, 0.1),
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
    assert (narrow.own_error, narrow.extra) == (None, 0.0)
    assert wide.own_error is None
    assert wide.extra == pytest.approx(math.log(2) / (2 * 1.2815515655446004))
    assert wide.log_value == pytest.approx(math.log(math.sqrt(200 * 400)))


def test_the_stated_error_of_a_count_goes_before_that_of_the_case():
    (reading,), _ = read(load(1, 300, relative_error=0.02))
    assert (reading.own_error, reading.extra) == (0.02, 0.0)
    assert fit(load(1, 300, relative_error=0.02)).mu.std() == pytest.approx(
        conjugate(0.0, math.hypot(0.2, 0.02))[1], rel=0.06
    )


def test_a_range_with_a_stated_error_has_both():
    (reading,), _ = read(load(1, 200, 400, kind="stack", relative_error=0.02))
    assert reading.own_error == 0.02
    assert reading.extra == pytest.approx(math.log(2) / RANGE_Z)


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
    assert (total.own_error, total.extra, total.voyages) == (average.own_error, average.extra, average.voyages)


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


def test_counts_that_differ_teach_the_error_of_a_count():
    """The spread between voyages is known, so what is left over is the counting error."""
    open_ = shuttle(load_model=msgspec.structs.replace(SHARP, count_error=Quantiles(0.05, 0.15, 0.45)))
    alike = fit(*[load(i, 300) for i in range(12)], case=open_)
    apart = fit(*[load(i, x) for i, x in enumerate((120, 600, 200, 800, 150, 450, 90, 300))], case=open_)
    assert np.median(alike.error) < 0.12
    assert np.median(apart.error) > 0.3


def test_without_readings_every_coordinate_is_its_prior():
    posterior = fit()
    assert posterior.z.shape == (DRAWS, 6)
    assert posterior.z.mean(axis=0) == pytest.approx(np.zeros(6), abs=0.06)
    assert posterior.z.std(axis=0) == pytest.approx(np.ones(6), abs=0.04)
    assert posterior.mu == pytest.approx(law(SHARP.typical).log_at(posterior.z[:, 0]))
    assert posterior.error == pytest.approx(np.full(DRAWS, 0.1))


def direct(case, rows):
    """Posterior mean and spread of log typical load by adding up over a grid, one reading at a time."""
    model = case.load_model
    axes = np.meshgrid(np.linspace(-4.5, 4.5, 61), *[np.linspace(-3.5, 3.5, 15)] * 3, indexing="ij")
    mu = law(model.typical).log_at(axes[0])
    spread, error = law(model.voyage_spread).at(axes[1]), law(model.count_error).at(axes[2])
    bias = model.shared_bias * axes[3]
    log = sum(stats.norm.logpdf(a) for a in axes)
    for r in read(*rows, case=case)[0]:
        own = error if r.own_error is None else r.own_error
        if r.voyages > 1:
            mean, scatter = mu + bias + spread**2 / 2, np.expm1(spread**2) / r.voyages
        else:
            mean, scatter = mu + bias, spread**2
        log = log + stats.norm.logpdf(r.log_value, mean, np.sqrt(scatter + own**2 + r.extra**2))
    w = np.exp(log - log.max())
    w /= w.sum()
    middle = (w * mu).sum()
    return middle, math.sqrt((w * (mu - middle) ** 2).sum()), (w * error).sum()


ROW = st.one_of(
    st.integers(60, 900).map(lambda x: {"low": float(x)}),
    st.integers(60, 900).map(lambda x: {"low": float(x), "high": 1.5 * x}),
    st.integers(60, 900).map(lambda x: {"low": float(x), "relative_error": 0.05}),
    st.integers(60, 900).map(lambda x: {"low": float(x), "kind": "average", "voyages": 5.0}),
    st.integers(60, 900).map(lambda x: {"low": float(x), "kind": "stack"}),
)


@settings(max_examples=8, derandomize=True)
@given(st.lists(ROW, min_size=1, max_size=7), st.integers(1, 3))
def test_sums_of_the_counts_say_as_much_as_the_counts(rows, times):
    """The fit sees number, sum and sum of squares only; the grid sees every reading."""
    case = shuttle(
        load_model=LoadModel(typical=Quantiles(120, 240, 480), vessel_spread=0.0, shared_bias=0.1), vessels=()
    )
    told = [load(i, 1) | row for i, row in enumerate(rows * times)]
    posterior = fit(*told, case=case, draws=1000)
    middle, spread, error = direct(case, told)
    assert posterior.mu.mean() == pytest.approx(middle, abs=4.5 * spread / math.sqrt(400))
    assert posterior.mu.std() == pytest.approx(spread, rel=0.2)
    assert posterior.error.mean() == pytest.approx(error, rel=0.12)


def test_the_order_of_the_readings_does_not_matter():
    rows = [load(i, x, kind=kind) for i, (x, kind) in enumerate(((200, "count"), (400, "stack"), (300, "count")))]
    first, turned = fit(*rows), fit(*reversed(rows))
    assert np.quantile(first.mu, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(turned.mu, [0.1, 0.5, 0.9]), abs=0.02)


@pytest.mark.parametrize("draws", [1, 7, 999, 1001, 2500])
def test_there_are_as_many_draws_as_asked_for(draws):
    for posterior in (fit(draws=draws), fit(load(1, 300), draws=draws)):
        shapes = {len(x) for x in (posterior.mu, posterior.spread, posterior.bias, posterior.error, posterior.vessel)}
        assert shapes == {draws}


def test_a_load_model_without_spread_is_exact_and_finite():
    exact = LoadModel(
        typical=Quantiles(240, 240, 240),
        voyage_spread=Quantiles(1e-9, 1e-9, 1e-9),
        vessel_spread=0.0,
        count_error=Quantiles(1e-9, 1e-9, 1e-9),
        shared_bias=0.0,
    )
    case = shuttle(load_model=exact)
    for rows in ((), (load(1, 240, day=10),), (load(1, 500, day=10), load(2, 100, 900))):
        posterior = fit(*rows, case=case, draws=50)
        loads, _ = drawn(posterior, (9, 11), (20, 22), draws=50)
        assert np.isfinite(loads).all()
        assert loads[:, 1] == pytest.approx(240, rel=1e-6)


def drawn(posterior, *spans, vessel=None, detection=None, detections=(), draws=DRAWS):
    """Loads, and which were counted: one row per draw and one column per span of days."""
    n = len(spans)
    draw = np.repeat(np.arange(draws), n)
    arrival, departure = (np.tile([int(at(s[i]).timestamp() * 1e6) for s in spans], draws) for i in (0, 1))
    who = np.zeros(draws * n, np.int64) if vessel is None else np.tile(vessel, draws)
    which = np.full(draws * n, -1) if detection is None else np.tile(detection, draws)
    found = draw_loads(posterior, draw, who, arrival, departure, which, detections, np.random.default_rng(12))
    return tuple(x.reshape(draws, n) for x in found)


def voyages(posterior, *spans, vessel=None):
    return drawn(posterior, *spans, vessel=vessel)[0]


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


def test_which_voyages_were_counted_is_said():
    posterior = fit(load(1, 300, day=10))
    _, counted = drawn(posterior, (9, 11), (20, 22))
    assert counted.all(axis=0).tolist() == [True, False]
    assert not counted[:, 1].any()
    assert not drawn(fit(load(1, 300)), (9, 11))[1].any()  # when it was counted is not known


def test_a_counted_voyage_has_the_conjugate_answer():
    """Everything but the load of this voyage is known: precisions add up."""
    known = msgspec.structs.replace(SHARP, typical=Quantiles(240, 240, 240))
    posterior = fit(load(1, 300, day=10, relative_error=0.15), case=shuttle(load_model=known))
    logs = np.log(drawn(posterior, (9, 11))[0][:, 0])
    precision = 1 / 0.2**2 + 1 / 0.15**2
    expected = (math.log(240) / 0.2**2 + math.log(300) / 0.15**2) / precision
    assert logs.mean() == pytest.approx(expected, abs=0.01)
    assert logs.std() == pytest.approx(1 / math.sqrt(precision), rel=0.05)


def test_a_count_of_a_detection_belongs_to_its_voyage_whenever_that_was():
    posterior = fit(load(1, 300, relative_error=0.02, detection_id="D2"))
    loads, counted = drawn(
        posterior, (9, 11), (20, 22), (30, 31), detection=[0, 1, -1], detections=("D1", "D2"), vessel=[-1, -1, -1]
    )
    assert counted.all(axis=0).tolist() == [False, True, False]
    assert np.std(np.log(loads[:, 1])) < 0.03
    assert min(np.std(np.log(loads[:, i])) for i in (0, 2)) > 0.15


def test_the_shared_bias_is_taken_off_a_count():
    biased = msgspec.structs.replace(SHARP, shared_bias=0.3)
    posterior = fit(load(1, 300, relative_error=0.01, detection_id="D1"), case=shuttle(load_model=biased))
    loads, _ = drawn(posterior, (9, 11), detection=[0], detections=("D1",))
    assert np.corrcoef(np.log(loads[:, 0]), posterior.bias)[0, 1] < -0.95
    assert np.log(loads[:, 0]) + posterior.bias == pytest.approx(np.full(DRAWS, math.log(300)), abs=0.08)


def test_a_count_of_a_detection_that_is_not_there_pins_nothing():
    posterior = fit(load(1, 300, relative_error=0.02, detection_id="D9"))
    _, counted = drawn(posterior, (9, 11), detection=[0], detections=("D1",))
    assert not counted.any()


def test_a_voyage_of_an_unnamed_ship_has_no_effect_of_a_ship():
    apart = shuttle(load_model=msgspec.structs.replace(SHARP, typical=Quantiles(240, 240, 240), vessel_spread=0.8))
    unnamed, named = drawn(fit(case=apart), (9, 11), (9, 11), vessel=[-1, 0])[0].T
    assert np.std(np.log(unnamed)) == pytest.approx(0.2, rel=0.05)
    assert np.std(np.log(named)) == pytest.approx(math.hypot(0.2, 0.8), rel=0.05)


def test_no_voyage_at_all_is_no_load():
    nothing = np.zeros(0, np.int64)
    loads, counted = draw_loads(
        fit(load(1, 300, day=10)), nothing, nothing, nothing, nothing, nothing, (), np.random.default_rng(1)
    )
    assert (loads.shape, counted.shape) == ((0,), (0,))
