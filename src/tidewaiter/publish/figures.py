"""The only way a figure gets into the page: as a link to the evidence it rests on."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from tidewaiter.errors import UnprovenFigure, did_you_mean
from tidewaiter.numbers import is_exact, level_text, median_text, percent, plural, range_text
from tidewaiter.publish.shifts import ratio_text, shift_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tidewaiter.model import Measurement

_SAFE = re.compile(r"[A-Za-z0-9._/-]+")


def anchor(key: str) -> str:
    """Return the fragment of an id: itself when it is made of plain characters, else told apart by a hash."""
    if _SAFE.fullmatch(key):
        return f"m-{key}"
    return f"m-{'_'.join(_SAFE.findall(key))}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


class Figures:
    """Writes figures as links and remembers which ids the page refers to.

    Args:
        measurements: by id.
        readings: ids of readings (``claims/C01``) whose cells may be shown.
        calls: ids of inferred calls whose probability and weights may be shown.
    """

    def __init__(
        self, measurements: Mapping[str, Measurement], readings: Collection[str] = (), calls: Collection[str] = ()
    ) -> None:
        self.measurements = measurements
        self._cells = frozenset(readings) | frozenset(calls)
        self._used: dict[str, None] = {}

    @property
    def used(self) -> tuple[str, ...]:
        """Ids referred to so far, in the order of first use."""
        return tuple(self._used)

    def __contains__(self, measurement_id: str) -> bool:
        return measurement_id in self.measurements

    def __call__(self, measurement_id: str, prefix: str = "") -> Markup:
        """Link the range of a measurement (or its exact number), with the median and level as title.

        Args:
            measurement_id: which one.
            prefix: a bound word set before the number inside the link ("≥").

        Raises:
            UnprovenFigure: there is no such measurement.
        """
        m = self._get(measurement_id)
        return self._link(measurement_id, prefix + range_text(m), describe(m), m.status)

    def median(self, measurement_id: str) -> Markup:
        """Link the median of a measurement.

        Raises:
            UnprovenFigure: there is no such measurement.
        """
        m = self._get(measurement_id)
        return self._link(measurement_id, median_text(m), describe(m), m.status)

    def shift(self, measurement_id: str) -> Markup:
        """Link by how many percent something moves, with its sign.

        Raises:
            UnprovenFigure: there is no such measurement.
        """
        m = self._get(measurement_id)
        return self._link(measurement_id, shift_text(m), f"{m.name}: {shift_text(m)}", m.status)

    def ratio(self, measurement_id: str) -> Markup:
        """Link how many times as wide or large something is.

        Raises:
            UnprovenFigure: there is no such measurement.
        """
        m = self._get(measurement_id)
        return self._link(measurement_id, ratio_text(m), f"{m.name}: {ratio_text(m)}", m.status)

    def cell(self, key: str, text: object, title: str = "") -> Markup:
        """Link a number that stands in the reading or the inferred call `key`.

        Raises:
            UnprovenFigure: there is no such reading or call.
        """
        if key not in self._cells:
            raise UnprovenFigure(f'the report shows "{text}" but no reading or call "{key}" stands behind it')
        return self._link(key, str(text), title or f"as read: {key}", "")

    def share(self, key: str, value: float, title: str = "") -> Markup:
        """Link a probability in [0, 1] of the reading or call `key`.

        Raises:
            UnprovenFigure: there is no such reading or call.
        """
        return self.cell(key, percent(value), title)

    def see(self, target: str, text: object) -> Markup:
        """Link a number to the part `target` of this page that shows what it counts; the target must exist."""
        return Markup('<a class="fig" href="#{}">{}</a>').format(target, text)

    def url(self, key: str) -> str:
        """Return the link of an id for a mark in a chart, and remember the id."""
        self._used[key] = None
        return f"#{anchor(key)}"

    def _get(self, measurement_id: str) -> Measurement:
        try:
            return self.measurements[measurement_id]
        except KeyError:
            raise UnprovenFigure(
                f'the report shows a figure "{measurement_id}" that no measurement stands behind',
                hint=did_you_mean(measurement_id, self.measurements),
            ) from None

    def _link(self, key: str, text: str, title: str, status: str) -> Markup:
        mark = Markup("") if status in {"", "supported"} else Markup(' <sup class="mark">{}</sup>').format(status)
        return Markup('<a class="fig" href="{}" title="{}">{}</a>{}').format(self.url(key), title, text, mark)


def describe(measurement: Measurement) -> str:
    """Say in one line what a measurement is, its median and its level."""
    m = measurement
    unit = "" if m.unit in {"", "percent", "share", "probability"} else f" {plural(m.unit)}"  # these are written as %
    if is_exact(m):
        return f"{m.name}: {range_text(m)}{unit}"
    return f"{m.name}: median {median_text(m)}, {level_text(m)} interval {range_text(m)}{unit}"
