"""What people decided about claims of texts: accepted, rejected, a field set right.

Decisions are lines of the log of the case: they are added to, never changed, and the last word on a claim or on one of
its fields counts. They are tied to the original and the characters of the claim, not to its id, which moves when claims
before it are found or lost. `run` lays them over what was read.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tidewaiter.case import load_case
from tidewaiter.case.dates import span
from tidewaiter.errors import InputError, UnknownId, did_you_mean
from tidewaiter.evidence import Store, read_table, table_names
from tidewaiter.readings.cells import number
from tidewaiter.readings.rejection import Rejected
from tidewaiter.reports import TextClaim
from tidewaiter.reports.grammar.lexicon import load_world

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

KIND = "claim_reviewed"
TABLE = "text_claims"
SURE = 0.8
"""A claim read with less confidence is put before a person."""
CHOICES: dict[str, tuple[str, ...]] = {
    "predicate": (
        *("delivered", "deployed", "produced", "lost", "stock", "share"),
        *("voyages", "trained", "route", "denial", "other"),
    ),
    "relation": ("eq", "approx", "gt", "ge", "lt", "le", "range"),
    "per": ("day", "week", "month", "year"),
    "mode": ("ship", "rail", "road", "air"),
    "modality": ("asserted", "estimated", "alleged", "expected", "denied"),
    "attribution": ("explicit", "inherited", "none"),
    "joined": ("or", "and"),
}
_NEEDED = frozenset({"predicate", "modality", "attribution"})  # never empty
_NULL = frozenset({"low", "high", "relation", "origin_country", "destination_country", "period_start", "period_end"})
_LISTS = ("carriers", "route_from", "route_to", "sources", "also_reported_by")
_MISTYPED = 0.85  # new nouns are welcome, so that only what is nearly a known one is taken for a typing error
_AMOUNT = frozenset({"low", "high", "relation"})
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,60}")
_COUNTRY = re.compile(r"[A-Z]{2}")

Status = Literal["open", "accepted", "rejected"]


class Spot(msgspec.Struct, frozen=True):
    """Where a claim stands: what a decision is tied to.

    Attributes:
        original: SHA-256 of the file.
        start, end, qty_start, qty_end, item_start, item_end: code points of its text.
        nth: of the claims on the very same characters, from 0.
    """

    original: str
    start: int
    end: int
    qty_start: int | None = None
    qty_end: int | None = None
    item_start: int | None = None
    item_end: int | None = None
    nth: int = 0


class Word(msgspec.Struct, frozen=True):
    """What somebody said about a claim or one of its fields; `at` is ISO 8601 UTC."""

    value: str
    by: str = ""
    at: str = ""
    why: str = ""


class Review(msgspec.Struct, frozen=True):
    """All that people decided about one claim.

    Attributes:
        claim: the id it had when it was last looked at.
        status: open | accepted | rejected.
        last: who said so last, None while it is open.
        corrections: field -> what it was set to.
    """

    claim: str = ""
    status: Status = "open"
    last: Word | None = None
    corrections: dict[str, Word] = {}


OPEN = Review()


class Reviewed(msgspec.Struct, frozen=True):
    """A claim of the last run with all decisions up to now.

    Attributes:
        row: of TEXT_CLAIMS, as the last run left it.
        claim: with the corrections; read: as it was read.
    """

    row: dict[str, Any]
    claim: TextClaim
    read: TextClaim
    review: Review

    @property
    def waits(self) -> bool:
        """Whether a person should look at it: nobody did, and the reading is doubtful."""
        return self.review.status == "open" and (self.claim.confidence < SURE or bool(self.claim.doubts))


def spots(original: str, claims: Sequence[TextClaim]) -> list[Spot]:
    """Return where the claims of one text stand."""
    seen: Counter[Spot] = Counter()
    found = []
    for c in claims:
        spot = Spot(original, c.start, c.end, c.qty_start, c.qty_end, c.item_start, c.item_end)
        found.append(msgspec.structs.replace(spot, nth=seen[spot]))
        seen[spot] += 1
    return found


def decisions(store: Store) -> dict[Spot, Review]:
    """Return what the log says people decided, by the place of the claim; the last word counts."""
    found: dict[Spot, Review] = {}
    for line in store.recorded(KIND):
        spot = msgspec.convert(line["spot"], Spot)
        before = found.get(spot, OPEN)
        word = Word(str(line.get("value", "")), line.get("by", ""), line["time"], line.get("why", ""))
        if line["decision"] == "set":
            now = msgspec.structs.replace(before, corrections=before.corrections | {line["field"]: word})
        else:
            now = msgspec.structs.replace(before, status=line["decision"], last=word)
        found[spot] = msgspec.structs.replace(now, claim=line["claim"])
    return found


def corrected(claim: TextClaim, review: Review) -> TextClaim:
    """Return a claim with the values that people set; what they set is not doubted any more."""
    if not review.corrections:
        return claim
    fields = {name: parse(name, word.value) for name, word in review.corrections.items()}
    doubts = tuple(d for d in claim.doubts if d not in fields)
    if fields.keys() & _AMOUNT:
        fields |= _ends(claim, fields)
    return msgspec.structs.replace(claim, **fields, doubts=doubts)


def _ends(claim: TextClaim, fields: Mapping[str, Any]) -> dict[str, float | None]:
    """Return both ends of a number of which some fields were set, so that they suit the words of its bound."""
    relation = fields.get("relation", claim.relation)
    low, high = fields.get("low", claim.low), fields.get("high", claim.high)
    if relation in {"eq", "approx"} and not {"low", "high"} <= fields.keys():
        one = fields.get("low", fields.get("high", high if low is None else low))
        return {"low": one, "high": one}
    if relation in {"ge", "gt"}:
        return {"low": fields.get("low", high if low is None else low), "high": None}
    if relation in {"le", "lt"}:
        return {"low": None, "high": fields.get("high", fields.get("low", low if high is None else high))}
    return {"low": low, "high": high}


def parse(field: str, text: str) -> Any:
    """Return what a written value means for a field of `TextClaim`; an empty one empties it.

    Raises:
        InputError: no such field, or no such value.
    """
    if field not in FIELDS:
        hint = did_you_mean(field, FIELDS) or f"fields: {', '.join(FIELDS)}"
        raise InputError(f'a claim has no field "{field}" that can be set', hint=hint)
    text = text.strip()
    if not text:
        if field in _NEEDED:
            raise InputError(f"{field} cannot be empty", hint=f"one of: {', '.join(CHOICES[field])}")
        return None if field in _NULL else () if field in _LISTS else ""
    return FIELDS[field](field, text)


def checked(field: str, text: str) -> Any:
    """Return what a written value means, refusing also a noun that is nearly one that is known.

    Raises:
        InputError: as `parse`.
    """
    value = parse(field, text)
    if field in {"item", "unit"} and value and value not in (known := _nouns(field)):
        near = did_you_mean(value, get_close_matches(value, known, n=1, cutoff=_MISTYPED))
        if near or not _WORD.fullmatch(value):
            raise InputError(f'"{text.strip()[:40]}" is no {field}', hint=near or "write one noun, singular: crate")
    return value


def reviewed(path: Path) -> list[Reviewed]:
    """Return every claim of the last run, in the order of the texts, with the decisions made since then laid over it.

    Args:
        path: case folder or its case.toml.

    Raises:
        CaseError: there is no case. UnknownId: no run has read a text.
    """
    root = load_case(path).root
    with Store.open(root, write=False) as store:
        decided = decisions(store)
    if TABLE not in table_names(root):
        hint = 'texts are read by `tidewaiter run`, from [[inputs]] with reader = "reports"'
        raise UnknownId("no claims of texts are in this case", file=root, hint=hint)
    found = []
    for row in read_table(root, TABLE).to_pylist():
        read = _read_back(row)
        review = decided.get(_spot(row), OPEN)
        found.append(Reviewed(row, corrected(read, review), read, review))
    return found


def decide(
    path: Path,
    *,
    accept: Sequence[str] = (),
    reject: Sequence[str] = (),
    correct: Sequence[tuple[str, str, str]] = (),
    why: str = "",
    by: str = "",
) -> int:
    """Add decisions to the log, all of them or, when one makes no sense, none; returns how many.

    Args:
        path: case folder or its case.toml.
        accept: ids of claims of the last run.
        reject: likewise.
        correct: claim id, field, value as written.
        why: the reason, kept with each decision.
        by: who decides.

    Raises:
        UnknownId: no claim has this id.
        InputError: a field or a value that makes no sense, or a claim both accepted and rejected.
    """
    known = {r.row["claim_id"]: r for r in reviewed(path)}
    both = sorted(set(accept) & set(reject))
    if both:
        raise InputError(f'"{both[0]}" is accepted and rejected at once', hint="say one of the two")
    lines: list[dict[str, Any]] = []
    for name, field, value in correct:
        item = _claim(name, known)
        checked(field, value)
        so_far = item.review.corrections | {field: Word(value)}
        now = msgspec.structs.replace(item.review, corrections=so_far)
        claim = corrected(item.read, now)
        _make_sense(name, claim)
        known[name] = msgspec.structs.replace(item, claim=claim, review=now)
        lines.append(_line(item, "set", field=field, value=value.strip(), was=shown(getattr(item.claim, field))))
    lines += [_line(_claim(name, known), "accepted") for name in dict.fromkeys(accept)]
    lines += [_line(_claim(name, known), "rejected") for name in dict.fromkeys(reject)]
    with Store.open(load_case(path).root) as store:
        for line in lines:
            store.record(KIND, **line, why=why, by=by)
    return len(lines)


def shown(value: object) -> str:
    """Return the value of a field as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return "; ".join(map(str, value))
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def as_json(item: Reviewed) -> dict[str, Any]:
    """Return a claim for scripts: its fields, what was read where a person set another value, and who decided what."""
    fields = msgspec.to_builtins(item.claim)
    kept = {k: v for k, v in fields.items() if k not in {"id", "doc", "grounds"}}
    return {
        "id": item.row["claim_id"],
        "document": item.claim.doc,
        "status": item.review.status,
        "left_out": item.row["left_out"],
        **kept,
        "corrections": corrections(item.read, item.review),
        "reviewed": msgspec.to_builtins(item.review.last),
    }


def corrections(read: TextClaim, review: Review) -> dict[str, dict[str, Any]]:
    """Return both values of each field that is not as it was read: read, set, by whom, when (ISO 8601 UTC)."""
    claim = corrected(read, review)
    found = {}
    for name in FIELDS:
        was, now = getattr(read, name), getattr(claim, name)
        word = review.corrections.get(name)
        if word is None and was != now:  # one end of a number that followed the other
            word = max((w for n, w in review.corrections.items() if n in _AMOUNT), key=lambda w: w.at)
        if word is not None:
            found[name] = {"read": was, "set": now, "by": word.by, "at": word.at}
    return found


def _claim(name: str, known: Mapping[str, Reviewed]) -> Reviewed:
    if name not in known:
        hint = did_you_mean(name, known) or "`tidewaiter reports review --all` lists all claims of texts"
        raise UnknownId(f'no claim of a text has the id "{name}"', hint=hint)
    return known[name]


def _line(item: Reviewed, decision: str, **more: str) -> dict[str, Any]:
    return {
        "claim": item.row["claim_id"],
        "spot": msgspec.to_builtins(_spot(item.row)),
        "decision": decision,
        **more,
    }


def _make_sense(name: str, claim: TextClaim) -> None:
    """Refuse a claim whose fields do not fit together."""
    if claim.low is not None and claim.high is not None and claim.low > claim.high:
        raise InputError(f"{name}: low would be above high", hint="set the other end first")
    try:
        span(claim.period_start or "", claim.period_end or "")
    except InputError as error:
        raise InputError(f"{name}: {error.message}", hint=error.hint) from None


def _spot(row: Mapping[str, Any]) -> Spot:
    return msgspec.convert({name: row[name] for name in Spot.__struct_fields__}, Spot)


def _read_back(row: Mapping[str, Any]) -> TextClaim:
    """Return the claim of a row of TEXT_CLAIMS as it was read, before anybody set a field."""
    fields = {name: row[name] for name in TextClaim.__struct_fields__ if name in row}
    fields |= {"id": row["claim_id"], "doc": row["document"], "grounds": json.loads(row["grounds"])}
    fields |= {name: both["read"] for name, both in json.loads(row["corrections"]).items()}
    return msgspec.convert(fields, TextClaim)


def _choice(field: str, text: str) -> str:
    value = text.casefold()
    if value not in CHOICES[field]:
        hint = did_you_mean(value, CHOICES[field]) or f"one of: {', '.join(CHOICES[field])}"
        raise InputError(f'"{text[:40]}" is no {field}', hint=hint)
    return value


def _number(field: str, text: str) -> float:
    try:
        return number(field, text, decimal_comma=False)
    except Rejected as error:
        raise InputError(f"{field}: {error.reason}") from None


def _noun(_field: str, text: str) -> str:
    return re.sub(r"[\s-]+", "_", text.casefold())


def _country(field: str, text: str) -> str:
    names = {c.name.casefold(): iso for iso, c in load_world().countries.items()}
    value = names.get(text.casefold(), text.upper())
    if not _COUNTRY.fullmatch(value):
        hint = (
            did_you_mean(text, [c.name for c in load_world().countries.values()]) or "two letters of ISO 3166: KP, RU"
        )
        raise InputError(f'{field}: "{text[:40]}" is no country', hint=hint)
    return value


def _day(field: str, text: str) -> str:
    if not _DAY.fullmatch(text):
        raise InputError(f'{field}: "{text[:40]}" is no date', hint="write 2023, 2023-09 or 2023-09-07")
    span(text, "")
    return text


def _list(_field: str, text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _text(_field: str, text: str) -> str:
    return text


def _nouns(field: str) -> set[str]:
    """Return the items, or the units, that texts are read for."""
    world = load_world()
    if field == "item":
        return set(world.items)
    return {kind.unit for table in (world.items, world.measures) for kind in table.values()} - {""} | {"percent"}


FIELDS: dict[str, Callable[[str, str], Any]] = {
    "predicate": _choice,
    "item": _noun,
    "low": _number,
    "high": _number,
    "relation": _choice,
    "unit": _noun,
    "per": _choice,
    "origin_country": _country,
    "destination_country": _country,
    "carriers": _list,
    "route_from": _list,
    "route_to": _list,
    "mode": _choice,
    "period_start": _day,
    "period_end": _day,
    "modality": _choice,
    "sources": _list,
    "attribution": _choice,
    "also_reported_by": _list,
    "condition": _text,
    "statement": _text,
    "joined": _choice,
}
"""The fields that a person can set, and how each is read; lists are written with semicolons."""
