"""What each section of the report shows, gathered from the results; the template only sets it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import combinations
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.model import Scenario  # noqa: TC001 - msgspec reads the annotation at run time
from tidewaiter.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from tidewaiter.model import Case, Measurement
    from tidewaiter.publish.figures import Figures

_MONTH = re.compile(r"\d{4}-\d{2}")
_EARLIEST = datetime.min.replace(tzinfo=UTC)
_MOST_PAIRS = 3  # sentences comparing surveys
_SAME_WINDOW = 0.8  # part of the longer window that two surveys share when their counts are set side by side


class Content(msgspec.Struct, frozen=True):
    """A content scenario with the words for its unit."""

    scenario: Scenario
    unit: str  # singular
    item: str

    @property
    def id(self) -> str:
        """Id of the scenario."""
        return self.scenario.id

    @property
    def units(self) -> str:
        """Plural of the unit of the item."""
        return plural(self.unit)


class Call(msgspec.Struct, frozen=True):
    """One row of the voyage ledger; vessels are (id, name, weight), the likeliest first."""

    row: dict[str, Any]
    vessels: tuple[tuple[str, str, float], ...]

    @property
    def seen(self) -> bool:
        """Whether the call rests on a sighting."""
        return bool(self.row["basis"] == "seen")


class Pair(msgspec.Struct, frozen=True):
    """Two surveys of overlapping windows that counted differently."""

    first: dict[str, Any]
    second: dict[str, Any]
    compatible: bool


def rows_of(tables: Mapping[str, pa.Table], name: str) -> list[dict[str, Any]]:
    """Return the rows of a table, none when it is absent."""
    table = tables.get(name)
    return [] if table is None else list(table.to_pylist())


def contents(case: Case, fig: Figures) -> list[Content]:
    """Return the scenarios that were computed; one that only restates the load unit is left out."""
    items = {i.id: i for i in case.items}
    found = []
    for s in case.scenarios:
        total, factor = fig.measurements.get(f"items.total.{s.id}"), fig.measurements.get(f"factor.{s.id}")
        item = items.get(s.item)
        unit = item.unit if item else s.item
        same = unit == case.load_model.unit and factor is not None and factor.low == factor.high == factor.value == 1
        if total is not None and not same:
            found.append(Content(s, unit, item.name if item else s.item))
    return found


def month_keys(measurements: Iterable[str]) -> list[str]:
    """Return all months (``2023-09``) that any monthly or running figure has, in order."""
    found = set()
    for key in measurements:
        kind, _, rest = key.partition(".")
        month = rest.removeprefix("to-").partition(".")[0]
        if kind in {"calls", "voyages", "load", "items"} and _MONTH.fullmatch(month):
            found.add(month)
    return sorted(found)


def month_span(month: str) -> tuple[datetime, datetime]:
    """Return the first moment of a month and of the next one, UTC."""
    year, number = int(month[:4]), int(month[5:])
    return datetime(year, number, 1, tzinfo=UTC), datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def running_total(measurements: Mapping[str, Measurement], kind: str, tail: str = "") -> list[tuple[str, Measurement]]:
    """Return (month, measurement) of ``kind.to-MONTH[.tail]`` in order of time."""
    pattern = re.compile(rf"{re.escape(kind)}\.to-(\d{{4}}-\d{{2}}){re.escape(f'.{tail}' if tail else '')}")
    return sorted((hit[1], m) for key, m in measurements.items() if (hit := pattern.fullmatch(key)))


def ledger(case: Case, rows: list[dict[str, Any]]) -> list[Call]:
    """Return the inferred calls in order of arrival with the names of their vessels."""
    names = {v.id: v.name for v in case.vessels}
    calls: list[Call] = []
    for row in rows:
        shares: dict[str, float] = dict(row["vessel_weights"] or ())
        weights = sorted(shares.items(), key=lambda kv: (-kv[1], kv[0]))
        calls.append(Call(row, tuple((k, names.get(k, k), w) for k, w in weights if w >= 0.01)))
    calls.sort(key=lambda c: (c.row["arrival_earliest"] or _EARLIEST, c.row["call_id"]))
    return calls


def survey_pairs(surveys: list[dict[str, Any]]) -> list[Pair]:
    """Return the pairs of surveys worth a sentence: windows are nearly the same, counts differ.

    The pairs with the longest overlap come first; a team is not compared with itself.
    """
    found = []
    for a, b in combinations(surveys, 2):
        if (
            a["by"] == b["by"]
            or a["place_id"] != b["place_id"]
            or None in {a["t_start"], a["t_end"], b["t_start"], b["t_end"]}
        ):
            continue
        if list(a.get("vessels") or ()) != list(b.get("vessels") or ()) or a["counted_low"] == b["counted_low"]:
            continue
        if None in {a["counted_low"], b["counted_low"]}:
            continue
        overlap = (min(a["t_end"], b["t_end"]) - max(a["t_start"], b["t_start"])).total_seconds()
        longer = max((a["t_end"] - a["t_start"]).total_seconds(), (b["t_end"] - b["t_start"]).total_seconds())
        if longer > 0 and overlap >= _SAME_WINDOW * longer:
            few, many = sorted((a, b), key=lambda s: s["counted_low"])
            found.append(
                (
                    -overlap / longer,
                    -longer,
                    few["survey_id"],
                    Pair(few, many, bool(a["compatible"] and b["compatible"])),
                )
            )
    return [pair for *_, pair in sorted(found, key=lambda f: f[:3])[:_MOST_PAIRS]]


def joined_surveys(case: Case, checks: list[dict[str, Any]], surveys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the checks with the window, bound word and link of their survey, the ones that move the answer first.

    Each gets a `title`: the team, and what sets the survey apart when the team has several.
    """
    by_id = {s["survey_id"]: s for s in surveys}
    names = {v.id: v.name for v in case.vessels}
    teams = Counter(c["by"] for c in checks)
    rows = []
    for check in checks:
        row = {
            **dict.fromkeys(("t_start", "t_end", "bound", "url", "vessels")),
            **by_id.get(check["survey_id"], {}),
            **check,
        }
        only = ", ".join(names.get(v, v) for v in row["vessels"] or ())
        team = row["by"] or row["survey_id"]
        row["title"] = f"{team}: {only}" if only else f"{team} ({row['survey_id']})" if teams[row["by"]] > 1 else team
        rows.append(row)
    return sorted(rows, key=lambda r: (r["role"] != "fit", r["t_start"] or _EARLIEST, r["survey_id"]))
