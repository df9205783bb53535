"""Claims as the report shows them: by origin, copies folded under it, denials and findings beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup

from tidewaiter.numbers import exact_range, plural
from tidewaiter.publish.words import BOUNDS, ENTRIES, flag_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.publish.figures import Figures

_ANSWERS = {"denial", "finding"}
_SERIES_START_DAYS = 62  # a cumulative claim may start this long after the window and still be read as the whole
_REQUIRES = (  # measurement of a claim, and what is said after its unit
    ("requires_voyages", ""),
    ("requires_units_per_voyage", ", over the voyages made"),
    ("requires_tonnes_per_unit", ""),
    ("own_factor", ", its own factor"),
)


class Entry(msgspec.Struct, frozen=True):
    """How a claim entered the answer.

    Attributes:
        role: reading | factor | copy | check | refused.
        kind: of a reading: point | floor | ceiling | count | factor | capacity.
        words: both in a sentence.
        reason: why it is no reading, "" when it is one.
        group: sources that it may be off together with, "" when there are none.
        scenarios: the only ones it entered; empty = all.
        predicted, conflict: measurements, "" when there are none.
        surprising: the rest of the evidence lets one expect something else.
        repeats: how many claims repeat it and add nothing.
    """

    role: str
    kind: str
    words: str
    reason: str
    group: str
    scenarios: tuple[str, ...]
    predicted: str
    conflict: str
    surprising: bool
    repeats: int


class Claim(msgspec.Struct, frozen=True):
    """One claim, ready to be shown; `row` and `check` are the rows of the tables it comes from."""

    id: str
    row: dict[str, Any]
    check: dict[str, Any]
    amount: Markup
    verdicts: tuple[tuple[str, str], ...]  # (scenario id or "", verdict)
    requires: tuple[tuple[str, str], ...]  # (words, measurement id)
    flags: tuple[tuple[str, str], ...]  # (words, id of the claim it points at or "")
    entry: Entry | None = None  # None when no fit looked at claims


class Origin(msgspec.Struct, frozen=True):
    """Claims that share one count.

    Attributes:
        origin: who counted.
        derived: the same count in another quantity (rounds computed from containers): tested, not counted again.
        copies: the same quantity again.
        answers: denials and findings that concern any of these.
    """

    origin: Claim
    derived: tuple[Claim, ...]
    copies: tuple[Claim, ...]
    answers: tuple[Claim, ...]


def group_claims(
    claims: list[dict[str, Any]], checks: list[dict[str, Any]], fig: Figures, fits: Sequence[dict[str, Any]] = ()
) -> tuple[list[Origin], list[Claim]]:
    """Group claims by origin, in order of the origin's date.

    Args:
        claims: rows of CLAIMS.
        checks: rows of CLAIM_CHECKS.
        fig: writes the figures.
        fits: rows of CLAIM_FITS.

    Returns:
        The origins, and the denials and findings that concern no claim of the case.
    """
    by_id = {c["claim_id"]: c for c in checks}
    entries = {f["claim_id"]: _entry(f, fig) for f in fits}
    views = {
        row["claim_id"]: _view(row, by_id.get(row["claim_id"], {}), entries.get(row["claim_id"]), fig) for row in claims
    }
    answers = {k: v for k, v in views.items() if v.row["category"] in _ANSWERS}
    groups: dict[str, list[Claim]] = {}
    for key, view in views.items():
        if key not in answers:
            groups.setdefault(view.check.get("origin_group") or key, []).append(view)
    origins = []
    answered: set[str] = set()
    for group, members in groups.items():
        members.sort(key=lambda v: (v.id != group and not v.check.get("is_origin"), v.row["stated"] or "", v.id))
        ids = {m.id for m in members}
        beside = [a for a in answers.values() if ids & set(a.row["concerns"] or ())]
        answered.update(a.id for a in beside)
        derived, copies = _divide(members[1:], {members[0].row["quantity"]})
        origins.append(Origin(members[0], derived, copies, tuple(sorted(beside, key=lambda a: a.row["stated"] or ""))))
    origins.sort(key=lambda o: (o.origin.row["stated"] or "", o.origin.id))
    return origins, [a for a in answers.values() if a.id not in answered]


def _divide(members: list[Claim], known: set[Any]) -> tuple[tuple[Claim, ...], tuple[Claim, ...]]:
    """Split the followers of an origin: other numbers in another quantity are derived, everything else is a copy."""
    derived: list[Claim] = []
    copies: list[Claim] = []
    numbers: set[tuple[Any, ...]] = set()
    for claim in members:
        number = (claim.row["quantity"], claim.row["low"], claim.row["high"])
        fresh = claim.row["quantity"] not in known and claim.row["low"] is not None and number not in numbers
        (derived if fresh else copies).append(claim)
        numbers.add(number)
    return tuple(derived), tuple(copies)


def is_running_total(claim: Claim, start: datetime) -> bool:
    """Tell whether a claim belongs on a cumulative chart: a delivered total since the line began, not a rate."""
    row, check = claim.row, claim.check
    if row.get("flow"):  # it speaks of something else than the line
        return False
    if row["category"] != "delivery" or row["per"] or (row["low"] is None and row["high"] is None):
        return False
    began = check.get("t_start") or row["t_start"] or start
    return abs((began - start).days) <= _SERIES_START_DAYS and claim_end(claim) is not None


def claim_end(claim: Claim) -> datetime | None:
    """Return the end of the period of a claim, else the date it was stated, UTC."""
    end = claim.check.get("t_end") or claim.row["t_end"]
    if end is not None:
        return end  # type: ignore[no-any-return]
    parts = str(claim.row["stated"] or "").split("T")[0].split("-")
    try:
        year, month, day = (*map(int, parts), 1, 1)[:3]
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def letters(index: int) -> str:
    """Return the key of the index-th claim on a chart: a … z, aa, ab …; keys hold no digits."""
    head, tail = divmod(index, 26)
    return (letters(head - 1) if head else "") + chr(97 + tail)


def _view(row: dict[str, Any], check: dict[str, Any], entry: Entry | None, fig: Figures) -> Claim:
    key = row["claim_id"]
    verdicts = tuple(sorted(dict(check.get("verdicts") or ()).items()))
    return Claim(
        id=key,
        row=row,
        check=check,
        amount=_amount(row, fig),
        verdicts=verdicts or ((("", check["verdict"]),) if check.get("verdict") else ()),
        requires=tuple(
            (plural(fig.measurements[needed].unit) + tail, needed)
            for name, tail in _REQUIRES
            if (needed := f"claim.{key}.{name}") in fig
        ),
        flags=tuple((flag_words(f.partition(":")[0]), f.partition(":")[2]) for f in check.get("flags") or ()),
        entry=entry,
    )


def _entry(fit: dict[str, Any], fig: Figures) -> Entry:
    role, kind = fit["role"] or "", fit["kind"] or ""
    return Entry(
        role=role,
        kind=kind,
        words=(ENTRIES.get(kind) if role in {"reading", "factor"} else None) or ENTRIES.get(role, role),
        reason="" if role in {"reading", "factor"} else fit["reason"] or "",
        group=fit["group"] or "",
        scenarios=tuple(fit["scenarios"] or ()),
        predicted=fit["predicted"] if fit["predicted"] in fig else "",
        conflict=fit["conflict"] if fit["conflict"] in fig else "",
        surprising=bool(fit["surprising"]),
        repeats=len(fit["folded"] or ()),
    )


def _amount(row: dict[str, Any], fig: Figures) -> Markup:
    """Write what was claimed: bound word, number as published, unit; or the words where no number was given."""
    key, low, high = row["claim_id"], row["low"], row["high"]
    if low is None and high is None:
        return Markup("<span data-quote>{}</span>").format(row["text"] or "no number")
    if f"claim.{key}" in fig:
        number = fig(f"claim.{key}")
    else:
        number = fig.cell(f"claims/{key}", exact_range(high if low is None else low, low if high is None else high))
    unit = plural(row["quantity"] or "")
    rate = Markup(" a {}").format(row["per"]) if row["per"] else ""
    return Markup("{} {} {}{}").format(BOUNDS.get(row["bound"] or "", ""), number, unit, rate)
