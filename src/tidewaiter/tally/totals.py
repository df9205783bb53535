"""The totals beside those from evidence: with claims, by all routes, usable, before any evidence, seen and inferred apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tidewaiter.inference import law
from tidewaiter.tally.book import FIT, WITH, Book, dates
from tidewaiter.tally.figures import periods

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tidewaiter.model import Status
    from tidewaiter.tally.weigh import Totals


def with_claims(book: Book) -> None:
    """Totals with claims, over the same periods as those without; all routes and usable items, both ways."""
    base = book.weighed.totals[""]
    for tag, words, start, end in periods(book.case):
        more: dict[str, Any] = {"period": dates(start, end)}
        for kind, draws, unit in (
            ("calls", base.calls(start, end), "call"),
            ("voyages", base.voyages(start, end), "voyage"),
        ):
            name = f"{kind} {words}, with claims"
            book.keep(f"{WITH}{kind}.{tag}", name, draws, unit, [f"{kind}.{tag}", FIT], whole=True, **more)
        unit = book.tally.unit
        inputs = [f"load.{tag}", FIT]
        book.keep(f"{WITH}load.{tag}", f"{unit}s {words}, with claims", base.loads(start, end), unit, inputs, **more)
        for s in book.case.scenarios:
            book.keep(
                f"{WITH}items.{tag}.{s.id}",
                f"{book.units[s.id]}s {words}, {s.label}, with claims",
                book.weighed.totals[s.id].items(start, end),
                book.units[s.id],
                [f"items.{tag}.{s.id}", book.fit_id(s.id)],
                scenario=s.id,
                note=s.condition,
                **more,
            )
    for prefix, totals in (("", book.weighed.evidence), (WITH, book.weighed.totals)):
        _other_totals(book, prefix, totals)


def _other_totals(book: Book, prefix: str, totals: Mapping[str, Totals]) -> None:
    words = ", with claims" if prefix else ""
    wider = any(leg.relative is not None for leg in book.case.legs)
    if wider:
        inputs = [f"{prefix}load.total", book.declaration]
        draws = totals[""].loads(all_routes=True)
        name = f"{book.tally.unit}s by all routes{words}"
        book.keep(f"{prefix}all_routes.load.total", name, draws, book.tally.unit, inputs)
    for s in book.case.scenarios:
        inputs = [f"{prefix}items.total.{s.id}", book.declaration]
        of = totals[s.id]
        more: dict[str, Any] = {"scenario": s.id, "note": s.condition}
        unit = book.units[s.id]
        if wider:
            name = f"{unit}s by all routes, {s.label}{words}"
            book.keep(f"{prefix}all_routes.items.total.{s.id}", name, of.items(all_routes=True), unit, inputs, **more)
        if s.defect is not None:
            name = f"usable {unit}s, {s.label}{words}"
            book.keep(f"{prefix}usable.total.{s.id}", name, of.items(usable=True), unit, inputs, **more)


def before(book: Book, calls: NDArray[np.float64], voyages: NDArray[np.float64]) -> None:
    """Keep what the assumptions alone let one expect."""
    rng = np.random.default_rng([book.case.seed, 1 << 27])
    model, n = book.case.load_model, len(voyages)
    typical, spread = (law(q).at(rng.standard_normal(n)) for q in (model.typical, model.voyage_spread))
    whose = np.repeat(np.arange(n), np.minimum(voyages, 1e5).astype(int))
    each = typical[whose] * np.exp(spread[whose] * rng.standard_normal(len(whose)))
    load = np.bincount(whose, weights=each, minlength=n).astype(float)
    inputs = [book.declaration]
    status: Status = "asserted"
    more: dict[str, Any] = {"status": status, "method": "case.prior/1"}
    book.keep("prior.calls.total", "calls by the assumptions alone", calls, "call", inputs, whole=True, **more)
    book.keep("prior.voyages.total", "voyages by the assumptions alone", voyages, "voyage", inputs, whole=True, **more)
    unit = book.tally.unit
    book.keep("prior.load.total", f"{unit}s by the assumptions alone", load, unit, inputs, **more)
    for s in book.case.scenarios:
        factor = book.tally.factor(s.id)
        items = load * factor[rng.integers(len(factor), size=n)]
        name = f"{book.units[s.id]}s by the assumptions alone, {s.label}"
        book.keep(f"prior.items.total.{s.id}", name, items, book.units[s.id], inputs, scenario=s.id, **more)


def split(book: Book) -> None:
    """Keep what was seen and counted apart from what is inferred."""
    tally, unit = book.tally, book.tally.unit
    for ident, seen, name in (
        ("voyages.seen", True, "voyages that a dated reading shows"),
        ("voyages.inferred", False, "voyages inferred"),
    ):
        book.keep(ident, name, tally.voyages(seen=seen), "voyage", ["voyages.total"], whole=True)
    for ident, known, name in (
        ("load.counted", True, f"{unit}s on voyages whose load was counted"),
        ("load.imputed", False, f"{unit}s on voyages whose load is inferred"),
    ):
        book.keep(ident, name, tally.loads(counted=known), unit, ["load.total"])
