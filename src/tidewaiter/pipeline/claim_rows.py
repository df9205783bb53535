"""From claims of texts to rows of the table of claims: which of them the answer can use, and how it reads them.

Every claim of a text is kept in the table `text_claims`. To `claims` go only those that the reconciliation can use:

* they are about the line of the case: a leg goes from their country of origin to their country of destination, as far
  as they name them, or, naming no country, they name a place or a ship of the case;
* they count what the case counts: load units, voyages, calls, its items, tonnes where a mass is known, the units of its
  flows; or give a share; or deny;
* they tell what was, no plan. A capacity ("could hold up to … if all …") goes in with its condition.

    predicate                              category      what must hold
    -------------------------------------  ------------  ---------------------------------------------------------
    delivered, deployed, voyages, route,   delivery      a unit the case counts; people only as the one flow of
    other with a condition                               people that the case declares (category flow)
    share                                  share         a number, not of people
    produced                               production    a unit of an item or flow; names the flow when there is one
    lost                                   consumption   the same, for goods; lost people are no flow of the line
    denial                                 denial        answers the claims on the same goods and way in the texts
    stock, trained, other                  (left out)

Each goes in with use = "check" until a person accepts it: it is held against the answer and does not move it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from tidewaiter.case.dates import span
from tidewaiter.case.names import Names, place_names, vessel_names
from tidewaiter.errors import InputError
from tidewaiter.pipeline.reviews import SURE, Review
from tidewaiter.reports.grammar.lexicon import load_world
from tidewaiter.reports.origins.hierarchy import names, same_voice, voice
from tidewaiter.tally.demands import TRIPS
from tidewaiter.tally.windows import modes_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tidewaiter.model import Case
    from tidewaiter.reports import TextClaim
    from tidewaiter.reports.origins.merge import Link, Merged

BOUNDS = {
    "eq": "exact",
    "approx": "about",
    "ge": "at_least",
    "gt": "over",
    "le": "up_to",
    "lt": "below",
    "range": "range",
}
MODES = {"ship": "sea", "rail": "rail", "road": "road", "air": "air"}
"""Modes of texts in the words that `tally.windows.modes_of` understands."""
DELIVERIES = frozenset({"delivered", "deployed", "voyages", "route"})
_STATE = frozenset({"intelligence", "ministry", "government", "military", "officials", "parliament"})
_ANY_GOODS = frozenset({"", "weapon", "cargo", "container", "voyage", "ship", "shipment", "train", "wagon"})
"""Families of languages/world.toml that do not say which goods: a denial of these answers a claim on any."""
_SHORTEST = 3  # letters of a name of the case that is looked for in sentences


class Told(msgspec.Struct, frozen=True):
    """A claim of a text with what is known of its document and what people decided about it.

    Attributes:
        claim: corrections laid over it.
        key: how ids of this document begin.
        evidence, row, line: where it stands.
        outlet, url: of the document, "" when unknown.
    """

    claim: TextClaim
    review: Review
    key: str
    evidence: str
    row: int
    line: int
    outlet: str = ""
    url: str = ""

    @property
    def claimant(self) -> str:
        """Who says so: the innermost source, else the outlet, else nobody known."""
        if self.claim.sources:
            return " and ".join(names(self.claim.sources[-1]))
        return self.outlet or f"unknown ({self.claim.doc})"


def claim_rows(case: Case, told: Sequence[Told], merged: Merged) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the rows of CLAIMS, and for every claim that is none why it was left out, by id.

    Args:
        case: its legs, items, flows and names decide what is about it.
        told: with distinct ids.
        merged: groups and links of those that were not rejected.
    """
    line = _Line(case)
    rows: dict[str, dict[str, Any]] = {}
    left_out: dict[str, str] = {}
    for t in told:
        found = "a person rejected it" if t.review.status == "rejected" else line.category(t.claim)
        if isinstance(found, str):
            left_out[t.claim.id] = found
        else:
            rows[t.claim.id] = _row(t, *found)
    by_id = {t.claim.id: t for t in told}
    _derive(rows, by_id, merged)
    for ident, row in rows.items():
        if row["category"] == "denial":
            row["concerns"] = [i for i in rows if _answers(by_id[ident], by_id[i])]
    return list(rows.values()), left_out


class _Line:
    """What the case is about, as far as texts can tell."""

    def __init__(self, case: Case) -> None:
        self._names = Names(case)
        home = {p.id: p.country for p in case.places}
        above = {p.id: p.part_of for p in case.places}
        for ident in home:
            place, steps = ident, len(home)
            while not home[place] and above.get(place) in home and steps:
                place, steps = above[place], steps - 1
            home[ident] = home[place]
        self._ways = {(home.get(leg.origin, ""), home.get(leg.destination, "")) for leg in case.legs}
        self._countries = {c for way in self._ways for c in way} - {""}
        massive = any(i.kg_per_unit for i in case.items) or any(p.kg_per_item for s in case.scenarios for p in s.mix)
        self._units = {case.load_model.unit, *TRIPS, *(i.unit for i in case.items)} | ({"tonne"} if massive else set())
        self._flows = case.flows
        spellings = {n for p in case.places for n in place_names(p)} | {
            n for v in case.vessels for n in vessel_names(v)
        }
        words = sorted((re.escape(n) for n in spellings if len(n) >= _SHORTEST), key=lambda w: (-len(w), w))
        self._named = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else None

    def category(self, claim: TextClaim) -> tuple[str, str] | str:
        """Return the category and the flow of a claim, or why it is left out, in words."""
        kind = claim.predicate
        if claim.modality == "expected":
            return "tells of a plan or a forecast"
        if kind in {"produced", "lost"}:
            return self._away(claim) or self._made_or_used(claim, "production" if kind == "produced" else "consumption")
        if kind == "denial":
            return self._elsewhere(claim) or ("denial", "")
        if kind in DELIVERIES or (kind == "other" and claim.condition):
            return self._elsewhere(claim) or self._delivery(claim)
        if kind == "share":
            return self._elsewhere(claim) or self._share(claim)
        return f'tells of "{kind}", which is not reconciled'

    def _delivery(self, claim: TextClaim) -> tuple[str, str] | str:
        if claim.relation is None:
            return "gives no number"
        if claim.unit == "person":
            people = [f.id for f in self._flows if f.kind == "people" and f.unit == "person"]
            return (
                ("flow", people[0]) if len(people) == 1 else "counts people, which no single flow of the case is about"
            )
        if claim.unit not in self._units:
            return _not_counted(claim)
        return "delivery", ""

    def _share(self, claim: TextClaim) -> tuple[str, str] | str:
        item = load_world().items.get(claim.item)
        if claim.relation is None:
            return "gives no number"
        return "gives a share of people" if item is not None and item.unit == "person" else ("share", "")

    def _made_or_used(self, claim: TextClaim, kind: str) -> tuple[str, str] | str:
        if claim.relation is None:
            return "gives no number"
        flows = [f.id for f in self._flows if f.kind == kind and f.unit == claim.unit]
        if claim.unit == "person" or not (flows or claim.unit in self._units - TRIPS):
            return _not_counted(claim)
        return kind, flows[0] if len(flows) == 1 else ""

    def _elsewhere(self, claim: TextClaim) -> str:
        """Return "" for a claim about a way of the case, else why it is none."""
        start, end = claim.origin_country, claim.destination_country
        if start or end:
            fits = any((not start or start == a) and (not end or end == b) for a, b in self._ways)
            unsure = {"origin_country", "destination_country"} & set(claim.doubts)
            return (
                "" if fits else f"is about another way{', as far as its countries were understood' if unsure else ''}"
            )
        return "" if self._names_it(claim) else "names no country, place or ship of the case"

    def _away(self, claim: TextClaim) -> str:
        """Return "" for what one side of the line makes or uses, else why it is none."""
        countries = {claim.origin_country, claim.destination_country} - {None, ""}
        if countries:
            return "" if countries & self._countries else "is about another country"
        return "" if self._names_it(claim) else "names no country, place or ship of the case"

    def _names_it(self, claim: TextClaim) -> bool:
        """Tell whether a claim names a place or a ship of the case."""
        if any(self._names.place(p).id for p in (*claim.route_from, *claim.route_to)):
            return True
        if any(self._names.vessel(ship).id for ship in claim.carriers):
            return True
        return self._named is not None and self._named.search(claim.quote) is not None


def _not_counted(claim: TextClaim) -> str:
    return f'counts "{claim.unit or claim.item or "something unknown"}", which the case does not'


def _row(told: Told, category: str, flow: str) -> dict[str, Any]:
    """Return a row of CLAIMS, links aside."""
    claim, notes = told.claim, [told.claim.note] if told.claim.note else []
    try:
        period = span(claim.period_start or "", claim.period_end or "")
        start, end = period.start, period.end
    except InputError:
        start = end = None
        notes.append("Its period was not understood.")
    if claim.doubts:
        notes.append(f"To be looked at: {', '.join(claim.doubts)}.")
    if told.review.corrections:
        notes.append(f"Set by a person: {', '.join(sorted(told.review.corrections))}.")
    accepted = told.review.status == "accepted"
    return {
        "claim_id": claim.id,
        "category": category,
        "claimant": told.claimant,
        "claimant_type": _type(told),
        "stated": claim.pub_date or None,
        "t_start": start,
        "t_end": end,
        "route": _route(claim),
        "quantity": claim.unit,
        "per": claim.per,
        "low": claim.high if claim.low is None else claim.low,
        "high": claim.high if claim.low is not None and claim.high not in {None, claim.low} else None,
        "text": claim.quote if claim.relation is None else None,
        "bound": BOUNDS.get(claim.relation or "", "exact"),
        "item": claim.item.replace("_", " ") or None,
        "condition": claim.condition or None,
        "derived_from": [],
        "derivation": "",
        "statement": f"{told.key}-{claim.statement}" if claim.statement else None,
        "joined": claim.joined,
        "concerns": [],
        "use": "fit" if accepted else "check",
        "flow": flow,
        "looseness": "",
        "by": told.outlet or None,
        "published": claim.pub_date or None,
        "url": told.url or None,
        "confidence": _letter(told),
        "note": " ".join(notes) or None,
        "evidence": told.evidence,
        "row": told.row,
        "line": told.line,
        "start": claim.start,
        "end": claim.end,
    }


def _type(told: Told) -> str | None:
    """Return the type of the claimant in the words of tally/source_types.csv, where there is one."""
    if not told.claim.sources:
        return "media" if told.outlet else None
    kind = voice(names(told.claim.sources[-1])[0]).kind if names(told.claim.sources[-1]) else ""
    return ("government" if kind in _STATE else kind) or None


def _letter(told: Told) -> str:
    """Return A for what an outlet says itself, B for what it passes on, C for a reading that nobody confirmed yet."""
    doubtful = told.claim.confidence < SURE or bool(told.claim.doubts)
    if doubtful and told.review.status != "accepted":
        return "C"
    return "B" if told.claim.sources else "A"


def _route(claim: TextClaim) -> str | None:
    """Return the way in words; a name that would be taken for a mode of transport ("Black Sea") is left out."""
    ends = [
        " or ".join(n for n in found if not modes_of(n)) or country or ""
        for found, country in ((claim.route_from, claim.origin_country), (claim.route_to, claim.destination_country))
    ]
    way = " ".join(f"{word} {end}" for word, end in zip(("from", "to"), ends, strict=True) if end)
    return ", ".join(part for part in (MODES.get(claim.mode, ""), way) if part) or None


def _derive(rows: Mapping[str, dict[str, Any]], told: Mapping[str, Told], merged: Merged) -> None:
    """Link copies and retellings to the claim that stands for their statement, and conversions to what they convert."""
    why: dict[str, Link] = {}
    for link in merged.links:
        if link.kind in {"copy", "same", "headline"}:
            why.setdefault(link.b, link)
    heads: dict[str, str] = {}
    for group, members in merged.groups.items():
        here = [m for m in members if m in rows]
        if not here:
            continue
        head = _head([told[m] for m in here])
        heads[group] = head
        for member in here:
            if member != head:
                rows[member]["derived_from"] = [head]
                rows[member]["derivation"] = "stated" if _names_origin(told[member], told[head]) else "inferred"
                rows[member]["derivation_basis"] = why[member].why if member in why else "the same statement again"
    group_of = merged.group_of()
    for link in merged.links:
        if link.kind != "derived":
            continue
        base, made = heads.get(group_of[link.a], ""), heads.get(group_of[link.b], "")
        both = [rows[i]["category"] for i in (base, made) if i]
        if both == ["delivery", "delivery"] and base != made and not rows[made]["derived_from"]:
            rows[made]["derived_from"] = [base]
            rows[made]["derivation"] = "arithmetic" if link.status == "stated" else "inferred"
            rows[made]["derivation_basis"] = link.why


def _head(members: Sequence[Told]) -> str:
    """Return the id of the claim that stands for a statement: of its first document, the one told best."""
    first = [t for t in members if t.claim.doc == members[0].claim.doc]
    return max(first, key=_fidelity).claim.id


def _fidelity(told: Told) -> tuple[bool, bool, bool, int]:
    """Tell how well a claim is told: with a source, with a bound, with countries and mode, with a period."""
    claim = told.claim
    dated = (claim.period_start is not None) + (claim.period_end is not None)
    placed = bool(claim.mode and claim.origin_country and claim.destination_country)
    return bool(claim.sources), claim.relation != "eq", placed, dated


def _names_origin(retelling: Told, origin: Told) -> bool:
    """Tell whether the chain of a retelling names who said it first, or the outlet that wrote it first."""
    first = [origin.claim.sources[-1]] if origin.claim.sources else []
    if origin.outlet and origin.claim.doc != retelling.claim.doc:
        first.append(origin.outlet)
    return any(same_voice(level, name) in {"same", "part"} for level in retelling.claim.sources for name in first)


def _answers(denial: Told, told: Told) -> bool:
    """Tell whether a denial answers a claim: of the same way and goods, of somebody else, and not made later."""
    no, yes = denial.claim, told.claim
    if yes.predicate in {"denial", "produced", "lost"} or denial.claimant == told.claimant:
        return False
    for a, b in (
        (no.origin_country, yes.origin_country),
        (no.destination_country, yes.destination_country),
    ):
        if a and b and a != b:
            return False
    shared = min(len(no.pub_date), len(yes.pub_date))
    if yes.pub_date[:shared] > no.pub_date[:shared]:
        return False
    ours, theirs = _family(no.item), _family(yes.item)
    return ours == theirs or ours in _ANY_GOODS or theirs in _ANY_GOODS


def _family(item: str) -> str:
    kind = load_world().items.get(item)
    return item if kind is None else kind.family
