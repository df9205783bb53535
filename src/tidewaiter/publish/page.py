"""Setting the page: one HTML document that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tidewaiter.numbers import exact, percent, plural
from tidewaiter.publish import words
from tidewaiter.publish.answer_gallery import AnswerGallery
from tidewaiter.publish.balances import books, streams
from tidewaiter.publish.calibration import load_calibration, load_tally_calibration
from tidewaiter.publish.charts.canvas import Styles
from tidewaiter.publish.charts.variance import COMPONENT_COLOURS
from tidewaiter.publish.check import check_page
from tidewaiter.publish.claims import group_claims, letters
from tidewaiter.publish.figures import Figures, anchor
from tidewaiter.publish.gallery import hang
from tidewaiter.publish.leverage import leverage
from tidewaiter.publish.marks import between, day, moment, month, web, window_of
from tidewaiter.publish.moved import moved
from tidewaiter.publish.priors import priors
from tidewaiter.publish.sections import (
    contents,
    joined_surveys,
    ledger,
    month_keys,
    rows_of,
    survey_pairs,
)
from tidewaiter.publish.shifts import declared, setting_text
from tidewaiter.publish.totals import apart, titles, totals
from tidewaiter.publish.track_gallery import time_lines
from tidewaiter.publish.tracks import tracks
from tidewaiter.publish.trees import flatten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tidewaiter.model import Case
    from tidewaiter.publish.results import Results
    from tidewaiter.publish.totals import Total

_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def render(case: Case, results: Results) -> str:
    """Return the whole document.

    Args:
        case: what is asked.
        results: public results, see `withhold`.

    Raises:
        UnprovenFigure: a figure of the page is not proven inside the page.
    """
    tables = results.tables
    calls = ledger(case, rows_of(tables, "inferred_calls"))
    told = tracks(case, rows_of(tables, "events"))
    readings = [f"{name}/{key}" for name in ("claims", "surveys") for key in _ids(tables, name)]
    fig = Figures(
        results.measurements,
        readings=[*readings, *(e.key for track in told for e in track.events)],
        calls=[c.row["call_id"] for c in calls],
    )
    scenarios = contents(case, results.measurements)
    fits = rows_of(tables, "claim_fits")
    origins, other = group_claims(rows_of(tables, "claims"), rows_of(tables, "claim_checks"), fig, fits)
    surveys = joined_surveys(case, rows_of(tables, "survey_checks"), rows_of(tables, "surveys"))
    window = (case.window.start or _FIRST, case.window.end or _LAST)
    styles = Styles()
    gallery = hang(
        case,
        window,
        fig,
        styles,
        scenarios=scenarios,
        origins=origins,
        surveys=surveys,
        calls=calls,
        coverage=rows_of(tables, "coverage"),
    )
    shown = totals(case, results.measurements, scenarios)
    about = _about(case, results, shown, window)
    answer = AnswerGallery(case, window, fig, styles)
    answer.totals(shown)
    answer.seen(plural(case.load_model.unit))
    answer.leverage(about["leverage"])
    answer.moved(about["moved"], scenarios, origins)
    answer.books(about["books"])
    said = [c for o in origins for c in (o.origin, *o.derived, *o.copies)]
    answer.streams(about["streams"], said, "flows")
    answer.streams(about["people"], said, "people")
    answer.priors(about["priors"])
    environment = _environment(case, fig)
    shared = {
        **about,
        "case": case,
        "window": window,
        "unit": case.load_model.unit,
        "units": plural(case.load_model.unit),
        "months": month_keys(results.measurements),
        "scenarios": scenarios,
        "origins": origins,
        "other_claims": other,
        "claims": {c["claim_id"]: c for c in rows_of(tables, "claims")},
        "surveys": surveys,
        "pairs": survey_pairs(surveys),
        "calls": calls,
        "charts": gallery.charts | answer.charts | time_lines(case, window, fig, styles, told),
        "tracks": told,
        "ends": list(dict.fromkeys(e for leg in case.legs if leg.measured for e in (leg.origin, leg.destination))),
        "totals": shown,
        "apart": apart(results.measurements, shown),
        "has_fits": bool(fits),
        "has_lists": bool(rows_of(tables, "detections")),
        "component_colours": COMPONENT_COLOURS,
        "keys": gallery.keys,
        "rejects": rows_of(tables, "rejects"),
        "notices": rows_of(tables, "notices"),
        "evidence": [e for _, e in sorted(results.evidence.items(), key=lambda kv: (kv[1].name, kv[0]))],
        "held": frozenset(results.evidence),
        "has_looks": bool(rows_of(tables, "coverage")),
        "diagnostics": sorted(results.diagnostics.items()),
        "calibration": load_calibration(),
        "tally_calibration": load_tally_calibration(),
        "tables": sorted([*tables, "measurements"]),
        "words": words,
    }
    body = environment.get_template("body.html.j2").render(shared)
    chain = flatten(fig.used, results.trees)
    proof = environment.get_template("proof.html.j2").render(shared, chain=chain)
    css = f"{_asset('report.css')}\n{styles.css()}\n"
    script = _asset("report.js")
    page = environment.get_template("page.html.j2").render(
        shared,
        body=Markup(body),  # noqa: S704 - rendered with autoescape, as the next
        proof=Markup(proof),  # noqa: S704
        css=Markup(css),  # noqa: S704 - our own files
        script=Markup(script),  # noqa: S704
        hashes=(_digest(css), _digest(script)),
    )
    check_page(page)
    return page


def _about(case: Case, results: Results, shown: Sequence[Total], window: tuple[datetime, datetime]) -> dict[str, Any]:
    """Gather what is known about the answer; whatever the results lack is empty."""
    measured, names = results.measurements, titles(case, shown)
    answers, assumed = rows_of(results.tables, "answers"), rows_of(results.tables, "priors")
    hangs = leverage(answers, assumed, names, measured)
    flows = streams(case, measured)
    return {
        "leverage": hangs,
        "components": list(dict.fromkeys((part, label) for s in hangs.splits for part, label, _ in s.parts)),
        "moved": moved(answers, names, measured, window),
        "books": books(case, answers, measured),
        "streams": [s for s in flows if s.flow.kind != "people"],
        "people": [s for s in flows if s.flow.kind == "people"],
        "priors": priors(assumed, {s.id: s.label for s in case.scenarios}, measured),
    }


def _environment(case: Case, fig: Figures) -> Environment:
    environment = Environment(
        loader=PackageLoader("tidewaiter.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    places = {p.id: p.name for p in case.places}
    environment.globals.update(fig=fig, between=between, window_of=window_of, setting_text=setting_text)
    environment.filters.update(
        day=day,
        moment=moment,
        month=month,
        web=web,
        anchor=anchor,
        plural=plural,
        letters=letters,
        declared=declared,
        percent=percent,
        exact=exact,
        name=lambda text: Markup("<span data-name>{}</span>").format(text),
        quoted=lambda text: Markup("<span data-quote>{}</span>").format(text),
        place=lambda key: Markup("<span data-name>{}</span>").format(places.get(key, key)),
    )
    return environment


def _ids(tables: Mapping[str, Any], name: str) -> list[str]:
    return [r[f"{name[:-1]}_id"] for r in rows_of(tables, name)]


def _asset(name: str) -> str:
    return (resources.files("tidewaiter.publish") / "templates" / name).read_text("utf-8").strip()


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
