"""Which charts the sections about the answer itself have; a chart without data is left out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tidewaiter.publish.charts.beside import Three, paint_beside
from tidewaiter.publish.charts.canvas import Styles, draw
from tidewaiter.publish.charts.cumulative import ClaimMark, Panel
from tidewaiter.publish.charts.flows import paint_flows
from tidewaiter.publish.charts.gaps import GapPanel, paint_gaps
from tidewaiter.publish.charts.levers import LeverPanel, paint_levers
from tidewaiter.publish.charts.moved import MovedPanel, Said, paint_moved
from tidewaiter.publish.charts.priors import PriorPanel, paint_priors
from tidewaiter.publish.charts.seen import SeenPart, paint_seen
from tidewaiter.publish.charts.sweep import SweepPanel, paint_sweep
from tidewaiter.publish.charts.variance import Stack, paint_variance
from tidewaiter.publish.claims import claim_end, is_running_total
from tidewaiter.publish.gallery import panel_of, series_of
from tidewaiter.publish.priors import curve
from tidewaiter.publish.shifts import setting_text
from tidewaiter.publish.totals import capital

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from markupsafe import Markup
    from matplotlib.figure import Figure

    from tidewaiter.model import Case, Measurement
    from tidewaiter.publish.balances import Book, Stream
    from tidewaiter.publish.claims import Claim, Origin
    from tidewaiter.publish.figures import Figures
    from tidewaiter.publish.leverage import Leverage
    from tidewaiter.publish.moved import Moved
    from tidewaiter.publish.priors import Prior
    from tidewaiter.publish.sections import Content
    from tidewaiter.publish.totals import Total

_MOST_LEVERS, _MOST_TOTALS = 7, 4  # drawn; the tables hold all


class AnswerGallery:
    """Draws the charts of the sections about the answer and keeps them by name.

    Args:
        case: what is asked.
        window: of the case.
        fig: links the marks.
        styles: takes up the styles.
    """

    def __init__(self, case: Case, window: tuple[datetime, datetime], fig: Figures, styles: Styles) -> None:
        self.charts: dict[str, Markup] = {}
        self._case, self._window, self._fig, self._styles = case, window, fig, styles

    def totals(self, totals: Sequence[Total]) -> None:
        """Draw each total before evidence, with evidence, with claims; totals with only one of these are left out."""
        panels = []
        for total in totals:
            if total.part or total.id == "calls.total":
                continue
            fits = tuple(self._linked(key) for key in (total.prior, total.id, total.with_claims))
            if sum(f is not None for f in fits) > 1:
                panels.append(Three(capital(total.title), total.family or total.id, fits))
        self._draw(
            "beside",
            "Each total before and after",
            "Three interval bars for each total: before any evidence, from evidence alone, with the claims taken in.",
            partial(paint_beside, panels=panels) if panels else None,
        )

    def seen(self, unit: str) -> None:
        """Draw what was seen or counted apart from what is inferred.

        Args:
            unit: plural of the load unit.
        """
        parts = []
        for title, known, inferred, words in (
            ("voyages", "voyages.seen", "voyages.inferred", ("seen", "inferred")),
            (unit, "load.counted", "load.imputed", ("on counted voyages", "inferred")),
        ):
            a, b = self._linked(known), self._linked(inferred)
            if a and b:
                parts.append(SeenPart(capital(title), a, b, words))
        self._draw(
            "seen",
            "Seen and inferred",
            "Each total as one bar: a solid part that readings show and a hatched part that is inferred.",
            partial(paint_seen, parts=parts) if parts else None,
        )

    def leverage(self, found: Leverage) -> None:
        """Draw where the width comes from, which assumption moves a total, and the sweeps."""
        link = self._link
        stacks = [Stack(s.title, tuple((part, *link(key)) for part, _, key in s.parts)) for s in found.splits]
        self._draw(
            "variance",
            "Where the width of each total comes from",
            "One bar of a hundred percent for each total, split by component; the table holds the same figures.",
            partial(paint_variance, stacks=stacks) if stacks else None,
        )
        panels = [
            LeverPanel(title, tuple((v.label, *link(v.measurement)) for v in levers[:_MOST_LEVERS]))
            for _, title, levers in found.levers[:_MOST_TOTALS]
        ]
        self._draw(
            "levers",
            "How far each assumption moves the answer",
            "Signed bars, the strongest assumption of each total on top; the table holds the same figures.",
            partial(paint_levers, panels=panels) if panels else None,
        )
        for index, part in enumerate(dict.fromkeys(s.part for s in found.sweeps)):
            sweeps = [
                SweepPanel(s.title, tuple((setting_text(x, share=s.share), *link(key)) for x, key in s.steps))
                for s in found.sweeps
                if s.part == part
            ]
            self._draw(
                f"sweep-{index}",
                "The answer over what cannot be decided",
                "One interval bar for each setting; the table holds the same figures.",
                partial(paint_sweep, panels=sweeps),
            )

    def moved(self, found: Sequence[Moved], scenarios: Sequence[Content], origins: Sequence[Origin]) -> None:
        """Draw how each total moved, with the claims that were taken in."""
        panels = [
            MovedPanel(
                m.title,
                m.series,
                tuple((e.at, *self._link(e.id)) for e in m.earlier),
                self._linked(m.final),
                tuple(self._said(m.quantity, scenarios, origins)),
            )
            for m in found
        ]
        self._draw(
            "moved",
            "How the answer moved as evidence came",
            "Bars: the answer as of earlier days. Pale band: what this report says of the same days.",
            partial(paint_moved, window=self._window, panels=panels) if panels else None,
        )

    def streams(self, found: Sequence[Stream], claims: Sequence[Claim], name: str) -> None:
        """Draw the running totals of flows.

        Args:
            found: flows.
            claims: all claims; those on a flow are set on its panel.
            name: of the chart.
        """
        panels = []
        for stream in found:
            flow = stream.flow
            series = series_of(self._fig, f"flow.{flow.id}", "", self._window)
            if series:
                marks = (self._mark(c) for c in claims if c.row.get("flow") == flow.id)
                panels.append(Panel(flow.label, series, tuple(m for m in marks if m)))
        self._draw(
            name,
            "Flows known from claims alone",
            "Running totals with bands of three interval levels, one panel a flow.",
            partial(paint_flows, start=self._window[0], panels=panels) if panels else None,
        )

    def books(self, found: Sequence[Book]) -> None:
        """Draw for each balance what stays uncovered after each change."""
        for index, book in enumerate(found):
            panels = [
                GapPanel(
                    change.label,
                    tuple((s.month, *self._link(s.uncovered)) for s in change.steps),
                    tuple((s.month, *self._link(s.gap)) for s in change.steps if s.gap),
                )
                for change in book.changes
            ]
            self._draw(
                f"gaps-{index}",
                "What stays uncovered after a change",
                "Interval bars of the uncovered part of consumption by month; dashed line: chance of any gap.",
                partial(paint_gaps, panels=panels) if panels else None,
            )

    def priors(self, found: Sequence[Prior]) -> None:
        """Draw the shape of each assumption and what was learnt about it."""
        panels = [
            PriorPanel(p.label, curve(p), p.points, tuple(self._link(key) for _, key in p.posteriors)) for p in found
        ]
        self._draw(
            "priors",
            "Assumptions before and after the evidence",
            "Small curves of what was assumed; the bar below each is what is believed after the evidence.",
            partial(paint_priors, panels=panels) if panels else None,
        )

    def _draw(self, name: str, title: str, text: str, paint: Callable[[float], Figure] | None) -> None:
        if paint is not None:
            self.charts[name] = draw(name, title, text, self._styles, paint)

    def _link(self, key: str) -> tuple[Measurement, str]:
        return self._fig.measurements[key], self._fig.url(key)

    def _linked(self, key: str) -> tuple[Measurement, str] | None:
        return self._link(key) if key in self._fig else None

    def _said(self, quantity: str, scenarios: Sequence[Content], origins: Sequence[Origin]) -> list[Said]:
        """Return the running totals that were taken in as readings of a quantity."""
        kind, _, tail = quantity.partition(".total")
        panel = tail.removeprefix(".") or kind
        found = []
        for claim in (c for o in origins for c in (o.origin, *o.derived)):
            end, entry = claim_end(claim), claim.entry
            if entry is None or entry.role != "reading" or end is None or not is_running_total(claim, self._window[0]):
                continue
            if panel_of(claim, self._case, scenarios) == panel:
                low, high = _ends(claim)
                url = self._fig.url(f"claims/{claim.id}")
                found.append(Said(min(end, self._window[1]), low, high, claim.row["bound"] or "", url))
        return found

    def _mark(self, claim: Claim) -> ClaimMark | None:
        """Return a cumulative claim on a flow as a mark without a letter."""
        end, row = claim_end(claim), claim.row
        if end is None or row["per"] or (row["low"] is None and row["high"] is None):
            return None
        low, high = _ends(claim)
        copy = claim.entry is not None and claim.entry.role == "copy"
        url = self._fig.url(f"claims/{claim.id}")
        return ClaimMark("", min(end, self._window[1]), low, high, row["bound"] or "", 0, copy, url)


def _ends(claim: Claim) -> tuple[float, float]:
    low, high = claim.row["low"], claim.row["high"]
    return (high if low is None else low), (low if high is None else high)
