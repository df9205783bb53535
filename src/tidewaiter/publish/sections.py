"""What each section of the report shows, gathered from the results; the template only sets it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.model import Scenario  # noqa: TC001 - msgspec reads the annotation at run time
from tidewaiter.numbers import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from tidewaiter.model import Case, Measurement

_MONTH = re.compile(r"\d{4}-\d{2}")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
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


def contents(case: Case, measured: Mapping[str, Measurement]) -> list[Content]:
    """Return the scenarios that were computed; one that only restates the load unit is left out."""
    items = {i.id: i for i in case.items}
    found = []
    for s in case.scenarios:
        total, load = measured.get(f"items.total.{s.id}"), measured.get("load.total")
        item = items.get(s.item)
        unit = item.unit if item else s.item
        same = unit == case.load_model.unit and _equal(total, load)
        if total is not None and not same:
            found.append(Content(s, unit, item.name if item else s.item))
    return found


def _equal(a: Measurement | None, b: Measurement | None) -> bool:
    """Tell whether two ranges agree to a hundredth."""
    if a is None or b is None or None in {a.low, a.high, b.low, b.high}:
        return False
    return all(abs(x - y) <= 0.01 * abs(y) for x, y in ((a.value, b.value), (a.low, b.low), (a.high, b.high)))  # type: ignore[operator,arg-type]


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


def month_name(value: date) -> str:
    """Return the short English name of a month, whatever the locale of the machine."""
    return _MONTHS[value.month - 1]


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
    """Return the pairs of surveys worth a sentence: the same place, ships and nearly the same window, other counts.

    Only surveys that move the answer are paired. Pairs in which a team states its coverage come first, then those that differ most; no team meets itself.

    Args:
        surveys: as `joined_surveys` gives them.
    """
    found = []
    for a, b in combinations([s for s in surveys if s["role"] == "fit"], 2):
        times = (a["t_start"], a["t_end"], b["t_start"], b["t_end"])
        counts = (a["counted_low"], b["counted_low"])
        if a["by"] == b["by"] or a["place_id"] != b["place_id"] or a["only"] != b["only"]:
            continue
        if None in times or None in counts or counts[0] == counts[1]:
            continue
        shared = min(a["t_end"], b["t_end"]) - max(a["t_start"], b["t_start"])
        longer = max(a["t_end"] - a["t_start"], b["t_end"] - b["t_start"])
        if shared >= _SAME_WINDOW * longer:
            few, many = sorted((a, b), key=lambda s: s["counted_low"])
            stated = bool(a["coverage_stated"]) + bool(b["coverage_stated"])
            rank = (-stated, -abs(counts[0] - counts[1]), few["survey_id"], many["survey_id"])
            found.append((rank, Pair(few, many, bool(a["compatible"] and b["compatible"]))))
    return [pair for _, pair in sorted(found, key=lambda f: f[0])[:_MOST_PAIRS]]


def joined_surveys(case: Case, checks: list[dict[str, Any]], surveys: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the checks with the window, bound word and link of their survey, the ones that move the answer first.

    Each gets `only`, the names of the ships it is limited to (empty when that is the whole fleet), and a `title`: the
    team, and what sets the survey apart when the team has several.
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
        some = set(row["vessels"] or ()) if set(row["vessels"] or ()) < set(names) else set()
        row["only"] = ", ".join(name for key, name in names.items() if key in some)
        team = row["by"] or row["survey_id"]
        apart = f"{team}: {row['only']}" if row["only"] else team
        if teams[row["by"]] > 1 and row["t_end"] is not None and not row["only"]:
            last = row["t_end"] - timedelta(microseconds=1)
            apart = f"{team}, to {last.day} {month_name(last)} {last.year}"
        row["title"] = apart
        rows.append(row)
    return sorted(rows, key=lambda r: (r["role"] != "fit", r["t_start"] or _EARLIEST, r["survey_id"]))
