"""The parts of the report that are about the answer itself, and how they vanish when there is nothing to say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pytest
from publish_answers import FITS, PRIORS, SOURCES
from publish_world import CASE, END, START, explain, sha

from tidewaiter.model import Measurement, tables
from tidewaiter.publish import Results, publish
from tidewaiter.publish.balances import books, streams
from tidewaiter.publish.check import check_page
from tidewaiter.publish.leverage import leverage
from tidewaiter.publish.moved import moved
from tidewaiter.publish.priors import curve, priors
from tidewaiter.publish.sections import contents
from tidewaiter.publish.totals import apart, titles, totals

if TYPE_CHECKING:
    from collections.abc import Iterable

HOSTILE = '<script>alert(9)</script>"><img src=y onerror=alert(8)> $5 to $7 {{ 7 * 7 }}'
SECTIONS = ("hangs", "moved", "balance")


def section(page: str, name: str) -> str:
    start = page.index(f'<section id="{name}"')
    return page[start : page.index("</section>", start)]


def words(html: str) -> str:
    html = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def rows(results: Results, name: str) -> list[dict]:
    return results.tables[name].to_pylist()


def without(results: Results, *, names: Iterable[str] = (), ids: str = "$^") -> Results:
    """Results less some tables and the measurements whose ids match; what is left rests on readings alone."""
    dropped = re.compile(ids)
    ms = {k: msgspec.structs.replace(m, inputs=()) for k, m in results.measurements.items() if not dropped.match(k)}
    left = {k: t for k, t in results.tables.items() if k not in names}
    calls = rows(results, "inferred_calls")
    return msgspec.structs.replace(results, measurements=ms, tables=left, trees=lambda keys: explain(ms, calls, keys))


BULKY = ("coverage", "inferred_calls", "surveys", "survey_checks")
MONTHLY = r"(with_claims\.|flow\.\w+\.)?(calls|items|load|voyages)\.(to-|\d)|flow\.\w+\.to-|coverage|survey|claim"


def slim(results: Results, *, names: Iterable[str] = (), ids: str = "$^") -> Results:
    """Results less what other tests look at, so that a report of them is built quickly."""
    return without(results, names=(*BULKY, *names), ids=f"{MONTHLY}|{ids}")


def interval(key, low, value, high, unit="container", **more) -> Measurement:
    return Measurement(key, key, value, unit, "fake/1", (), low=low, high=high, level=0.95, **more)


# the answer


def test_ranges_stand_side_by_side_ranges_before_medians(page):
    answer = section(page, "answer")
    row = re.search(r"<tr[^>]*>\s*<th scope=\"row\">containers<.*?</tr>", answer, re.DOTALL)[0]
    order = [row.index(f'href="#m-{key}"') for key in ("load.total", "with_claims.load.total", "prior.load.total")]
    assert order == sorted(order)
    assert row.index('class="number"') < row.index("median")
    assert 'class="before"' in row
    for key in ("all_routes.load.total", "usable.total.papers", "with_claims.usable.total.papers"):
        assert f'href="#m-{key}"' in answer


def test_without_claims_and_prior_there_is_one_column(results, tmp_path):
    lean = slim(results, names=["claims", "answers", "priors"], ids=r"with_claims\.|prior\.")
    answer = section(publish(CASE, lean, tmp_path).read_text(), "answer")
    assert "With claims" not in answer
    assert "Before any evidence" not in answer
    assert "chart-beside" not in answer
    assert 'href="#m-load.total"' in answer


def test_claims_that_pull_the_answer_away_are_told_loudly(page):
    alarm = re.search(r'<div class="alarm".*?</div>', section(page, "answer"), re.DOTALL)[0]
    assert "pull apart" in alarm
    assert "all 152 mm" in alarm
    assert 'href="#m-with_claims.items.total.all_152"' in alarm
    assert "per freight papers" not in alarm


@pytest.mark.parametrize(("low", "high", "how"), [(30, 40, ["not"]), (19, 30, ["barely"]), (15, 30, []), (8, 25, [])])
def test_intervals_overlap_barely_or_not_at_all(low, high, how):
    ends = {"low_50": 12, "high_50": 18}
    ms = {
        "load.total": interval("load.total", 5, 15, 25, low_80=10, high_80=20, **ends),
        "with_claims.load.total": interval(
            "with_claims.load.total", low, low + 1, high, low_80=low, high_80=high, **ends
        ),
    }
    assert [a.how for a in apart(ms, totals(CASE, ms, []))] == how


def test_exact_totals_are_not_held_apart():
    ms = {k: interval(k, 3, 3, 3) for k in ("load.total", "with_claims.load.total")}
    assert apart(ms, totals(CASE, ms, [])) == []


def test_seen_and_inferred_are_drawn_apart(page):
    answer = section(page, "answer")
    assert 'id="seen-wide-title"' in answer
    for key in ("voyages.seen", "voyages.inferred", "load.counted", "load.imputed"):
        assert answer.count(f'href="#m-{key}"') >= 3  # sentence, two widths of the chart
    seen, inferred = (
        re.search(rf'<a href="#m-voyages.{kind}">.*?<(?:path|use)[^>]*class="([^"]*)"', answer, re.DOTALL)[1]
        for kind in ("seen", "inferred")
    )
    assert seen != inferred


# claims


def test_each_claim_says_how_it_entered(page):
    claims = section(page, "claims")
    text = words(claims)
    for phrase in (
        "taken in as a floor",
        "taken in as a reading of the number",
        "a ceiling, not a delivery, under “ all 152 mm ” only",
        "compared only, without moving the answer: Its period begins before",
        "not taken in: Its unit is not one of this case.",
        "It may be off together with the others of “ allies ”",
    ):
        assert phrase.replace(" .", ".") in text.replace(" .", "."), phrase
    assert 'href="#m-claim.K03.predicted"' in claims
    assert 'href="#m-claim.K03.conflict"' in claims
    assert re.search(r'<a class="fig" href="#cm-claims/K03">2</a> repeats count as none', claims)
    assert re.search(r'<a class="fig" href="#cm-claims/K14">1</a> repeat counts as none', claims)


def test_a_surprising_claim_is_marked_and_never_called_false(page):
    claims = section(page, "claims")
    assert claims.count('class="entry surprising"') == 1
    assert claims.count(">surprising</span>") == 1
    assert not re.search(r"\b(true|false|lied|wrong)\b", words(claims).replace("need to be true", ""))


def test_claims_on_other_flows_stay_off_the_chart_of_the_line(page):
    keys = page[page.index('class="keys"') : page.index("</ol>", page.index('class="keys"'))]
    assert "K15" not in keys
    assert "persons" not in keys
    assert 'href="#m-claims/K16"' in section(page, "balance")  # on the chart of its own flow


def test_without_fits_claims_are_as_before(results, tmp_path):
    page = publish(CASE, slim(results, names=["claim_fits", "priors", "answers"]), tmp_path).read_text()
    assert "In the answer" not in page
    assert "takes each origin in once" not in page


# what it hangs on


def test_the_variance_is_split_with_words_for_each_component(page):
    hangs = section(page, "hangs")
    for text in ("number of voyages", "content of a load unit", "part that cannot be used"):
        assert text in hangs
    for key in ("variance.load.total.voyages", "variance.usable.total.papers.defect"):
        assert f'href="#m-{key}"' in hangs


def test_the_strongest_assumption_comes_first_with_its_sign_and_source(page):
    hangs = section(page, "hangs")
    table = hangs[hangs.index("Containers</span>: all assumptions") :]
    table = words(table[: table.index("</table>")])
    assert table.index("containers per voyage before any count") < table.index("idle time") < table.index("spread")
    assert "+21 %" in table
    assert "−12 %" in table
    assert "−0.3 %" in table
    assert "rated capacity, half" in table
    assert "120 · 240 · 480" in table


def test_each_source_has_its_pull_and_its_width(page):
    hangs = section(page, "hangs")
    table = words(
        hangs[hangs.index('class="stack pulls"') : hangs.index("</table>", hangs.index('class="stack pulls"'))]
    )
    assert table.index("Harbour Watch") < table.index("Ministry of Norrland") < table.index("Deputy Envoy")
    assert "+7 %" in table
    assert "× 1.21" in table


def test_the_sweep_says_that_the_data_cannot_decide(page):
    hangs = section(page, "hangs")
    assert "the data cannot decide between them" in hangs
    assert 'id="sweep-0-wide-title"' in hangs
    assert "<code>25\u202f%</code>" in hangs
    assert 'href="#m-sweep.unseen_share.0.25.load.total"' in hangs


def test_rows_without_a_measurement_are_left_out(results):
    answers = rows(results, "answers")
    few = {"variance.load.total.load": results.measurements["variance.load.total.load"]}
    found = leverage(answers, rows(results, "priors"), {}, few)
    assert [s.parts for s in found.splits] == [(("load", "load of a voyage", "variance.load.total.load"),)]
    assert (found.levers, found.pulls, found.sweeps) == ((), (), ())
    assert not leverage(answers, [], {}, {})


# how it moved


def test_earlier_answers_are_held_against_the_same_days(results):
    window = (START, END)
    found = {m.quantity: m for m in moved(rows(results, "answers"), {}, results.measurements, window)}
    load = found["load.total"]
    assert [f"{e.day}" for e in load.earlier] == ["2032-02-12", "2032-08-27", "2033-01-15"]
    assert load.final == "with_claims.load.total"
    assert load.earlier[0].month == "with_claims.load.to-2032-02"
    assert load.held == len(load.judged) == 3


def test_an_earlier_answer_can_be_too_low_or_too_high():
    end = interval("load.to-2031-12", 900, 1000, 1100)
    ms = {"load.to-2031-12": end, "low": interval("low", 1, 2, 3), "high": interval("high", 9000, 9100, 9200)}
    answers = [
        dict(zip(tables.ANSWERS.names, ("backtest", "load.total", "2031-12-15", None, "", key, None), strict=True))
        for key in ("low", "high")
    ]
    (found,) = moved(answers, {}, ms, (START, END))
    assert [e.verdict for e in found.earlier] == ["below", "above"]
    assert found.final == ""
    late = [answers[0] | {"part": "2033-03-01"}, answers[1] | {"part": "no day"}]
    (found,) = moved(late, {}, ms, (START, END))
    assert [e.verdict for e in found.earlier] == [""]  # this report says nothing of that day


def test_the_report_shows_days_ranges_and_how_many_held(page):
    text = section(page, "moved")
    assert '<time datetime="2032-02-12">' in text
    assert 'href="#m-as_of.2032-02-12.load.total"' in text
    assert re.search(r">3</a> of <a [^>]*>3</a> earlier ranges hold", text)
    assert 'href="#m-claims/K03"' in text  # a claim that was taken in
    assert 'href="#m-claims/K08"' not in text  # one that was only compared


def test_without_running_totals_the_final_range_is_the_background(results, tmp_path):
    lean = slim(results, names=["claims", "priors"])
    text = section(publish(CASE, lean, tmp_path).read_text(), "moved")
    assert 'id="moved-wide-title"' in text
    assert "earlier ranges hold" not in text


# balance and flows


def test_what_ifs_are_arithmetic_with_their_assumptions(page):
    text = section(page, "balance")
    assert "This is arithmetic on assumptions, not a forecast." in text
    assert 'href="#m-balance.need.covered"' in text
    assert 'href="#m-what_if.stop.6"' in text
    assert 'href="#m-what_if.stop.6.gap"' in text
    assert "the line stops" in text
    assert "without <span data-name>Heron-2</span>" in text
    assert "nothing goes to <span data-name>Lindholm</span>" in text
    for source in ("3 reports", "works council", "a guess, wide"):
        assert source in text
    assert "nobody computed this" not in text


def test_people_are_never_mixed_with_items(page):
    text = section(page, "balance")
    items, people = text[: text.index("<h3>People</h3>")], text[text.index("<h3>People</h3>") :]
    assert "crews sent north" not in items
    assert "flow.crews.total" in people
    assert "flow.fired.total" not in people


def test_flows_stand_alone_when_there_is_no_balance(results, tmp_path):
    case = msgspec.structs.replace(CASE, balances=(), what_ifs=(), flows=CASE.flows[:1])
    text = section(publish(case, slim(results, names=["claims", "priors", "answers"]), tmp_path).read_text(), "balance")
    assert "<h2>Flows known from claims alone</h2>" in text
    assert "forecast" not in text
    assert "People" not in text


def test_balances_without_numbers_and_flows_without_numbers_are_left_out(results):
    assert books(CASE, [], results.measurements) == []
    assert books(CASE, rows(results, "answers"), {}) == []
    assert streams(CASE, {}) == []


# assumptions


def test_each_assumption_has_a_curve_a_source_and_what_was_learnt(page):
    method = page[page.index('<section id="method"') : page.index('id="calibration"')]
    assert "Assumptions of this case" not in method
    for _, label, _, _, source, _ in PRIORS:
        assert label in method
        assert source in method
    assert 'id="priors-wide-title"' in method
    assert 'href="#m-posterior.load_model.typical"' in method
    assert method.count("not updated") == 3


def test_the_table_of_assumptions_is_there_when_no_priors_are(results, tmp_path):
    page = publish(CASE, slim(results, names=["priors", "claims", "answers"]), tmp_path).read_text()
    assert "Assumptions of this case" in page
    assert "chart-priors" not in page


def test_curves_are_those_of_the_declared_points(results):
    found = {p.id: p for p in priors(rows(results, "priors"), {}, results.measurements)}
    x, height = curve(found["load_model.typical"])
    assert max(height) == 1
    assert min(x) > 0
    assert x[height.index(1.0)] < 240 < x[-1]  # the mode of a lognormal lies below its median
    share, _ = curve(found["call_model.unseen_share"])
    assert 0 < min(share) < max(share) < 1
    assert curve(found["scenarios.payload.per_unit"]) == ([], [])  # no spread
    assert curve(found["list_model.zero"]) == ([], [])  # no logarithm
    assert [s for s, _ in found["scenarios.share"].posteriors] == ["papers", "all_152"]


def test_a_mix_is_shown_as_its_parts(page):
    text = section(page, "scenarios")
    for part in ("red flares, 40 mm", "white flares", "180 · 300 · 490", "21.5", "0.14 · 0.3 · 0.53"):
        assert part in text


# nothing there, hostile words, sensitive sources


def test_empty_tables_leave_no_trace(results, tmp_path):
    empty = {n: t.slice(0, 0) for n, t in results.tables.items() if n in {"claim_fits", "priors", "answers"}}
    ids = r"with_claims|prior\.|flow|usable|all_routes|voyages\.(seen|inf)|load\.(cou|imp)"
    lean = slim(results, names=empty, ids=ids)
    case = msgspec.structs.replace(CASE, flows=(), balances=(), what_ifs=())
    page = publish(case, msgspec.structs.replace(lean, tables=lean.tables | empty), tmp_path).read_text()
    for name in SECTIONS:
        assert f'"{name}"' not in page
        assert f"#{name}" not in page
    for word in ("With claims", "with claims", "In the answer", "Before any evidence", "hatched", "Hatched"):
        assert word not in page, word
    bare = publish(case, lean, tmp_path / "bare").read_text()
    assert [line for line in bare.splitlines() if "tables/" not in line] == [
        line for line in page.splitlines() if "tables/" not in line
    ]


@pytest.mark.parametrize("kind", ["variance", "sensitivity", "influence", "sweep", "backtest", "balance", "fit"])
def test_each_part_can_stand_alone(results, tmp_path, kind):
    some = [r for r in rows(results, "answers") if r["kind"] == kind]
    known = {r[key] for r in some for key in ("measurement", "other")}
    ms = {k: msgspec.structs.replace(m, inputs=()) for k, m in results.measurements.items() if k in known}
    answers = {"answers": pa.Table.from_pylist(some, schema=tables.ANSWERS)}
    page = publish(CASE, Results(ms, answers, {}, lambda ids: explain(ms, [], ids)), tmp_path).read_text()
    here = {"variance": "hangs", "sensitivity": "hangs", "influence": "hangs", "sweep": "hangs"}.get(kind, kind)
    here = {"backtest": "moved"}.get(here, here)
    assert [name for name in SECTIONS if f'<section id="{name}"' in page] == ([here] if some else [])


def test_a_lone_total_with_claims_is_enough(tmp_path):
    ms = {k: interval(k, 800, 900, 1000) for k in ("with_claims.load.total", "prior.load.total")}
    page = publish(CASE, Results(ms, {}, {}, lambda ids: explain(ms, [], ids)), tmp_path).read_text()
    assert 'href="#m-with_claims.load.total"' in section(page, "answer")
    assert "does not yet allow a count" in page


def test_hostile_words_stay_words_everywhere(results, tmp_path):
    def poisoned(name, *columns):
        return pa.Table.from_pylist(
            [r | dict.fromkeys(columns, HOSTILE) for r in rows(results, name)], schema=results.tables[name].schema
        )

    worse = results.tables | {
        "answers": poisoned("answers", "label"),
        "priors": poisoned("priors", "label", "source"),
        "claim_fits": poisoned("claim_fits", "reason", "group"),
    }
    flows = tuple(msgspec.structs.replace(f, label=HOSTILE, source=HOSTILE) for f in CASE.flows)
    case = msgspec.structs.replace(
        CASE,
        flows=flows,
        balances=tuple(msgspec.structs.replace(b, label=HOSTILE) for b in CASE.balances),
        what_ifs=tuple(msgspec.structs.replace(w, label=HOSTILE) for w in CASE.what_ifs),
        scenarios=tuple(
            msgspec.structs.replace(
                s, label=HOSTILE, mix=tuple(msgspec.structs.replace(p, name=HOSTILE) for p in s.mix)
            )
            for s in CASE.scenarios
        ),
    )
    page = publish(case, slim(msgspec.structs.replace(results, tables=worse)), tmp_path).read_text()
    check_page(page)
    assert page.count("<script>") == 1
    assert "<img" not in page
    assert "alert(9)" in page
    assert "{{ 7 * 7 }}" in page


def test_hostile_words_in_charts_are_text(results):
    from tidewaiter.publish.charts.canvas import Styles, draw
    from tidewaiter.publish.charts.priors import PriorPanel, paint_priors

    panel = PriorPanel("from $5 to $7 \\frac{", ([], []), (1.0, 2.0, 3.0), ())
    assert "$5 to $7" in str(draw("p", "t", "d", Styles(), lambda width: paint_priors(width, [panel])))


@pytest.fixture(scope="module")
def secret(results, tmp_path_factory):
    """A report in which one of two files of claims is sensitive: it holds all that the envoy and the gannet say."""
    claims, held = rows(results, "claims"), sha("inputs/secret.csv")
    for claim in claims:
        if claim["claim_id"] in {"K05", "K09", "K10"}:
            claim |= {"evidence": held}
    fits = [
        f | ({"source_id": "envoy"} if f["claim_id"] in {"K05", "K09"} else {}) for f in rows(results, "claim_fits")
    ]
    evidence = next(iter(results.evidence.values()))
    evidence = msgspec.structs.replace(evidence, sha256=held, name="inputs/secret.csv", sensitive=True)
    given = msgspec.structs.replace(
        results,
        tables=results.tables
        | {
            "claims": pa.Table.from_pylist(claims, schema=tables.CLAIMS),
            "claim_fits": pa.Table.from_pylist(fits, schema=tables.CLAIM_FITS),
        },
        evidence=results.evidence | {held: evidence},
    )
    return publish(CASE, given, tmp_path_factory.mktemp("secret")).parent


def test_a_sensitive_claim_leaves_nothing_in_the_new_tables(secret):
    files = [secret / "index.html", *sorted((secret / "tables").glob("*.csv"))]
    assert {"claim_fits.csv", "priors.csv", "answers.csv"} <= {f.name for f in files}
    for file in files:
        text = file.read_text()
        for trace in (
            "Deputy Envoy Ruiz",
            "General Bosk",
            "Daily Gannet",
            "claim.K09",
            "claims/K05",
            "influence.envoy",
        ):
            assert trace not in text, (file.name, trace)


def test_what_others_say_stays_and_hidden_repeats_still_count(secret):
    page = (secret / "index.html").read_text()
    assert "Harbour Watch" in section(page, "hangs")
    assert re.search(r'<a class="fig" href="#cm-claims/K03">2</a> repeats count as none', page)
    fits = (secret / "tables" / "claim_fits.csv").read_text()
    assert "withheld/" in fits
    assert "K06" in fits


def test_all_of_it_passes_the_gate_and_lies_beside_the_page(page, report, results):
    check_page(page)
    for name in ("claim_fits", "priors", "answers"):
        assert (report / "tables" / f"{name}.csv").exists()
        assert f'href="tables/{name}.csv"' in page
    assert set(FITS) == {c["claim_id"] for c in rows(results, "claims")}
    assert len(SOURCES) == 4


def test_totals_are_told_in_order_and_named(results):
    scenarios = contents(CASE, results.measurements)
    shown = totals(CASE, results.measurements, scenarios)
    assert [t.id for t in shown][:4] == ["calls.total", "voyages.total", "load.total", "all_routes.load.total"]
    assert [t.part for t in shown][:4] == [False, False, False, True]
    names = titles(CASE, shown)
    assert names["usable.total.papers"] == "Usable flares: per freight papers"
    assert names["flow.crews.total"] == "crews sent north"
