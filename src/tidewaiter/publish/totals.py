"""The totals of the answer, each as the evidence alone gives it, with the claims taken in, and before either."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from tidewaiter.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tidewaiter.model import Case, Measurement
    from tidewaiter.publish.sections import Content

_BARELY = 0.25
"""Part of the shorter interval that two 80 % intervals share below which they are said to barely overlap."""


class Total(msgspec.Struct, frozen=True):
    """One total.

    Attributes:
        id: measurement from evidence alone; `with_claims` and `prior` are the same with a word before it.
        label: what is counted, plural.
        note: what it means, without figures.
        scenario: label of the scenario it holds under, "" when it does not depend on one.
        condition: words of a conditional, "" for an estimate.
        part: it says more about the total before it (on all routes, of these usable).
        family: totals of one family share a scale in charts.
    """

    id: str
    label: str
    note: str = ""
    scenario: str = ""
    condition: str = ""
    part: bool = False
    family: str = ""

    @property
    def with_claims(self) -> str:
        """Id of the same total with the claims taken in."""
        return f"with_claims.{self.id}"

    @property
    def prior(self) -> str:
        """Id of the same total before any evidence."""
        return f"prior.{self.id}"

    @property
    def title(self) -> str:
        """Name in full, for charts and tables that are not about one total."""
        return f"{self.label}: {self.scenario}" if self.scenario else self.label


class Apart(msgspec.Struct, frozen=True):
    """A total on which evidence alone and evidence with claims hardly agree."""

    total: Total
    how: Literal["barely", "not"]


def totals(case: Case, measured: Mapping[str, Measurement], scenarios: Sequence[Content]) -> list[Total]:
    """Return the totals of which anything was measured, in the order they are told."""
    units = plural(case.load_model.unit)
    found = [
        Total("calls.total", "calls", "stays at the origin"),
        Total("voyages.total", "voyages", "call at the origin, then one at the destination"),
        Total("load.total", units, "loaded channel only", family="load"),
        Total("all_routes.load.total", f"{units} on all routes", "with the routes nobody counts", part=True),
    ]
    for s in scenarios:
        whole = Total(
            f"items.total.{s.id}", s.units, "", s.scenario.label, s.scenario.condition, part=False, family=s.unit
        )
        parts = (
            (f"all_routes.items.total.{s.id}", f"{s.units} on all routes", "with the routes nobody counts"),
            (f"usable.total.{s.id}", f"usable {s.units}", "without the defective ones"),
        )
        found += [
            whole,
            *(msgspec.structs.replace(whole, id=key, label=words, note=note, part=True) for key, words, note in parts),
        ]
    return [t for t in found if any(key in measured for key in (t.id, t.with_claims, t.prior))]


def titles(case: Case, shown: Sequence[Total]) -> dict[str, str]:
    """Return the name in full of each quantity that other sections speak of, by measurement id."""
    names = {t.id: capital(t.title) for t in shown}
    return names | {f"flow.{f.id}.total": f.label for f in case.flows}


def capital(text: str) -> str:
    """Return a text with a capital first letter and everything else as it is."""
    return text[:1].upper() + text[1:]


def apart(measured: Mapping[str, Measurement], shown: Sequence[Total]) -> list[Apart]:
    """Return the totals whose 80 % intervals without and with claims barely overlap, or do not."""
    found = []
    for total in shown:
        a, b = measured.get(total.id), measured.get(total.with_claims)
        if a is None or b is None or None in {a.low_80, a.high_80, b.low_80, b.high_80}:
            continue
        shared = min(a.high_80, b.high_80) - max(a.low_80, b.low_80)  # type: ignore[type-var,operator]
        shorter = min(a.high_80 - a.low_80, b.high_80 - b.low_80)  # type: ignore[operator]
        if shared < 0:
            found.append(Apart(total, "not"))
        elif shared < _BARELY * shorter:
            found.append(Apart(total, "barely"))
    return found
