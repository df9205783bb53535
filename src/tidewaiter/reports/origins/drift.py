"""What happened to claims on their way into a retelling: what was dropped, added, turned round or moved.

Each function looks at one kind of change. A faithful retelling raises none: coarser dates, rounded numbers, a translated
noun, a chain of sources that is cut short or a place named by its region change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from tidewaiter.reports.origins import extent
from tidewaiter.reports.origins.agreement import told, voices
from tidewaiter.reports.origins.confusables import compatible, country_of, mistaken, wrong_words
from tidewaiter.reports.origins.hierarchy import Voice, is_office, is_person, names, same_voice, voice
from tidewaiter.reports.origins.offices import offices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tidewaiter.reports.claim import TextClaim
    from tidewaiter.reports.origins.agreement import Told

Kind = Literal[
    "or to and",
    "condition dropped",
    "direction reversed",
    "origin added",
    "cumulative to annual",
    "statistic garbled",
    "time anchor lost",
    "wrong start",
    "wrong month",
    "attribution moved",
    "place mistranslated",
    "place confused",
    "person confused",
    "date conflict",
    "bound dropped",
    "bound strengthened",
    "rounding",
    "plan told as fact",
]
LOSSES = frozenset({"bound dropped", "rounding"})
"""Kinds that lose precision without turning the statement into another one."""
SHIFTED = 60
"""Days from which a window that kept its length was counted from another day."""
A_YEAR = 366
_ONE_BOUND = frozenset({("gt", "ge"), ("ge", "gt"), ("lt", "le")})
"""Bounds that translators take for each other."""
MOST_CANDIDATES = 60
"""Source claims with one number that a retelling is compared with."""


class Change(msgspec.Struct, frozen=True):
    """A field that was compared, as the source and as the retelling has it."""

    field: str
    source: str
    secondary: str


class Drift(msgspec.Struct, frozen=True):
    """A change on the way from a source to a retelling.

    Attributes:
        kind: see the words of `Kind`.
        secondary, source: ids of the claims compared.
        fields: what was compared.
        why: in words.
        severity: alarm | loss. A loss only makes the statement less exact.
    """

    kind: Kind
    secondary: str
    source: str
    fields: tuple[Change, ...]
    why: str
    severity: Literal["alarm", "loss"] = "alarm"


def drift(secondary: Sequence[TextClaim], source: Sequence[TextClaim]) -> list[Drift]:
    """Compare a retelling with what it retells.

    Args:
        secondary: claims of the retelling.
        source: claims of the text or texts it rests on.

    Returns:
        The changes, in the order of the retelling; claims that match none of the source are passed over.
    """
    ours = sorted((told(c) for c in secondary), key=lambda t: (t.claim.doc, t.claim.start, t.claim.id))
    theirs = _Sources(source)
    matched = [_Match(t, found) for t in ours if (found := theirs.match(t)) is not None]
    drifts: list[Drift] = []
    drifts.extend(_or_to_and(matched, ours, theirs))
    for match in matched:
        if _as_told(match.now.claim) != _as_told(match.was.claim):
            for look in _LOOKS:
                drifts.extend(look(match))
            drifts.extend(_origin_added(match, theirs))
            drifts.extend(_places(match, theirs))
    order = {t.claim.id: n for n, t in enumerate(ours)}
    unique = {(d.kind, d.secondary, d.source): d for d in reversed(drifts)}
    return sorted(unique.values(), key=lambda d: (order[d.secondary], d.kind, d.source))


class _Match(NamedTuple):
    now: Told
    was: Told


class _Sources:
    """The claims of the source, by number and by event."""

    def __init__(self, claims: Sequence[TextClaim]) -> None:
        self.told = sorted((told(c) for c in claims), key=lambda t: t.at)
        self._exact = {_as_told(t.claim): t for t in reversed(self.told)}
        self._by_number: dict[float, list[Told]] = {}
        self._by_event: dict[tuple[str, str], list[Told]] = {}
        self._by_item: dict[str, list[Told]] = {}
        for t in self.told:
            for number in t.numbers:
                self._by_number.setdefault(number, []).append(t)
            if not t.numbers:
                self._by_event.setdefault((t.family, t.claim.predicate), []).append(t)
            self._by_item.setdefault(t.family, []).append(t)
        self.places = {p for t in self.told for p in (*t.claim.route_from, *t.claim.route_to)}

    def match(self, now: Told) -> Told | None:
        """Return the claim that another one retells, None when there is none."""
        exact = self._exact.get(_as_told(now.claim))
        if exact is not None:
            return exact
        if not now.numbers:
            found = self._by_event.get((now.family, now.claim.predicate), [])[:MOST_CANDIDATES]
            scored = [(_event_score(now, t), t) for t in found]
            scored = [(score, t) for score, t in scored if score >= 2]
        else:
            found = list(
                {t.claim.id: t for n in now.numbers for t in self._by_number.get(n, ())[:MOST_CANDIDATES]}.values()
            )
            found += [
                t for t in self._by_item.get(now.family, ())[:MOST_CANDIDATES] if _nearly(now, t) and t not in found
            ]
            scored = [(_score(now, t), t) for t in found]
            scored = [(score, t) for score, t in scored if score > 0]
        if not scored:
            return None
        best = max(score for score, _ in scored)
        return next(t for score, t in scored if score == best)


def _as_told(claim: TextClaim) -> tuple[object, ...]:
    """Return every field that is compared: claims alike in all of them have not drifted."""
    return (
        *(claim.predicate, claim.item, claim.low, claim.high, claim.relation, claim.unit, claim.per),
        *(
            claim.origin_country,
            claim.destination_country,
            claim.carriers,
            claim.route_from,
            claim.route_to,
            claim.mode,
        ),
        *(claim.period_start, claim.period_end, claim.modality, claim.sources, claim.condition, claim.joined),
        *(claim.pub_date, claim.quote, claim.language, claim.statement),
    )


def _score(now: Told, was: Told) -> float:
    """Say how surely one quantified claim retells another; 0 when it does not.

    A telling number needs nothing else; a small or round one needs the same thing, or the same origin and time.
    """
    ours, theirs = now.claim, was.claim
    same_item = bool(ours.item) and extent.one_item(ours.item, theirs.item)
    same_unit = ours.unit == theirs.unit
    same_numbers = now.numbers == was.numbers
    score = 4.0 * same_numbers + 3.0 * same_item + same_unit + (ours.item == theirs.item)
    score += 2.0 * (ours.predicate == theirs.predicate)
    agreed = voices(now, was)
    score += {"same": 2.0, "part": 1.5, "unknown": 0.5}.get(agreed, 0.0)
    score += sum(
        (
            ours.origin_country == theirs.origin_country,
            ours.destination_country == theirs.destination_country,
            ours.period_start == theirs.period_start,
            ours.period_end == theirs.period_end,
            ours.relation == theirs.relation,
            ours.carriers == theirs.carriers,
            ours.joined == theirs.joined,
        )
    )
    if same_item and (same_unit or not ours.unit or not theirs.unit):
        sure = agreed in {"same", "part"} or any(extent.telling(n) for n in now.numbers)
        enough = sure or not (now.window.end and was.window.end and _gap(now.window.end, was.window.end) > extent.NEAR)
    elif not same_numbers or ours.unit == theirs.unit == "percent":
        enough = False
    else:  # the counted thing changed: only the number and what surrounds it can tell
        around = (ours.origin_country, ours.destination_country) == (theirs.origin_country, theirs.destination_country)
        told_so = agreed in {"same", "part"} and (around or bool(now.carriers & was.carriers))
        enough = told_so or (around and agreed != "different" and any(extent.telling(n) for n in now.numbers))
    return score if enough else 0.0


def _event_score(now: Told, was: Told) -> float:
    """Count what two claims without a number have in common beside the goods and the verb."""
    ours, theirs = now.claim, was.claim
    if (
        not ours.item
        or not extent.one_item(ours.item, theirs.item)
        or (ours.modality == "denied") != (theirs.modality == "denied")
    ):
        return 0
    places = {*ours.route_from, *ours.route_to} & {*theirs.route_from, *theirs.route_to}
    return sum(
        (
            voices(now, was) in {"same", "part"},
            bool(now.carriers & was.carriers),
            bool(places),
            bool(ours.period_start) and ours.period_start == theirs.period_start,
            {ours.origin_country, ours.destination_country} == {theirs.origin_country, theirs.destination_country},
        )
    )


def _nearly(now: Told, was: Told) -> bool:
    """Tell whether the numbers are within a tenth of each other, from one origin."""
    if not was.numbers or now.numbers == was.numbers:
        return False
    small, large = sorted((now.numbers[-1], was.numbers[-1]))
    return large > 0 and small >= 0.9 * large and voices(now, was) in {"same", "part"}


def _or_to_and(matched: Sequence[_Match], ours: Sequence[Told], theirs: _Sources) -> Iterator[Drift]:
    """Alternatives (so many of one or so many of another) that were added up or told side by side."""
    choices: dict[str, list[Told]] = {}
    for t in theirs.told:
        if t.claim.statement and t.claim.joined == "or":
            choices.setdefault(t.claim.statement, []).append(t)
    choices = {s: c for s, c in choices.items() if len(c) > 1}
    retold: dict[tuple[str, str], list[_Match]] = {}
    for match in matched:
        kept = match.was.claim.joined == "or"
        if kept and match.was.claim.statement in choices and match.now.claim.joined == "and":
            retold.setdefault(
                (match.was.claim.statement, match.now.claim.statement or match.now.claim.quote), []
            ).append(match)
    for found in retold.values():
        if len({m.was.claim.id for m in found}) > 1:
            for m in found:
                yield _drift("or to and", m, ("joined",), "the source names alternatives, the retelling both together")
    exact = {m.now.claim.id for m in matched if m.now.numbers == m.was.numbers}
    for choice in choices.values():
        total = sum(max(t.numbers, default=0.0) for t in choice)
        for t in ours:
            related = any(t.family == c.family for c in choice) and max(t.numbers, default=0.0) == total > 0
            if related and t.claim.id not in exact:
                why = "the retelling adds the alternatives up"
                yield _drift("or to and", _Match(t, choice[0]), ("high", "joined"), why)


def _condition(match: _Match) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    keeps = now.relation in {"le", "lt"} and was.relation not in {"le", "lt"}
    if was.condition and not now.condition and match.now.numbers and not keeps and now.modality != "expected":
        yield _drift("condition dropped", match, ("condition",), "a capacity or a counterfactual is told as a count")


def _direction(match: _Match) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    came, went = was.origin_country, was.destination_country
    if came == went:
        return
    turned = (went is not None and now.origin_country == went and now.destination_country != went) or (
        came is not None and now.destination_country == came and now.origin_country != came
    )
    if turned:
        yield _drift(
            "direction reversed", match, ("origin_country", "destination_country"), "the goods go the other way"
        )


def _origin_added(match: _Match, theirs: _Sources) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    new = _foreign(match, theirs)
    if new:
        yield _drift("origin added", match, ("route_from",), f"no source says that it came from {', '.join(new)}")
        return
    said = {t.claim.origin_country for t in theirs.told}
    if now.origin_country and was.origin_country is None and now.origin_country not in said and was.destination_country:
        yield _drift("origin added", match, ("origin_country",), "the source does not say where it came from")


def _foreign(match: _Match, theirs: _Sources) -> list[str]:
    """Return the places a retelling begins at that lie in a country the source does not bring it from or to."""
    now, was = match.now.claim, match.was.claim
    known = {was.origin_country, was.destination_country} | {country_of(p) for p in (*was.route_from, *was.route_to)}
    strangers = [p for p in now.route_from if not any(compatible(p, q) for q in theirs.places)]
    return [p for p in strangers if country_of(p) and country_of(p) not in known]


def _rate(match: _Match) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    if was.per or match.now.numbers != match.was.numbers or not match.now.numbers:
        return
    if now.per:
        yield _drift("cumulative to annual", match, ("per",), f"a total became an amount per {now.per}")
    elif now.unit != "percent" and now.predicate not in {"stock", "share"} and _became_annual(match):
        fields = ("period_start", "period_end")
        yield _drift("cumulative to annual", match, fields, "a running total is told as that of one year")


def _became_annual(match: _Match) -> bool:
    """Tell whether a running total was told as the amount of one year or of a part of it."""
    now, was = extent.window(match.now.claim), extent.window(match.was.claim)
    start = extent.days(match.now.claim.period_start)
    told_end = extent.days(match.now.claim.period_end)
    if start is None or told_end is None:
        return False
    end = extent.first_of_year(start[0]) + A_YEAR - 2
    a_year = start[0] == extent.first_of_year(start[0]) and end <= told_end[1] < end + 2
    so_far = start[0] == extent.first_of_year(start[0]) and match.now.claim.period_end == match.now.claim.pub_date
    source_end = was.end or extent.days(match.was.claim.period_end) or match.was.published
    running = not extent.is_event(was) and source_end is not None and source_end[1] >= start[0]
    before = was.start is None or start[0] - was.start[1] > extent.NEAR
    whole_year = was.start is not None and was.end is not None and was.last - was.first < A_YEAR
    return (a_year or so_far) and running and before and not whole_year and not extent.is_event(now)


def _garbled(match: _Match) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    if match.now.numbers != match.was.numbers or not match.now.numbers:
        return
    if not extent.one_item(now.item, was.item) and now.item and was.item:
        yield _drift("statistic garbled", match, ("item", "unit"), f"the number counted {was.item}, not {now.item}")
    elif extent.family(now.item) == "loss" and now.item != was.item and was.item in extent.above(now.item):
        yield _drift(
            "statistic garbled", match, ("item",), f"the number counted {was.item}, of whom {now.item} are a part"
        )
    elif now.predicate != was.predicate and _other_event(now.predicate, was.predicate):
        why = f"the number told what was {was.predicate}, not what was {now.predicate}"
        yield _drift("statistic garbled", match, ("predicate",), why)


def _other_event(a: str, b: str) -> bool:
    kinds = {"produced": 1, "lost": 2, "share": 3, "delivered": 4, "deployed": 4, "voyages": 4}
    return a in kinds and b in kinds and kinds[a] != kinds[b]


def _dates(match: _Match) -> Iterator[Drift]:
    """Compare the periods; the first explanation that fits is given."""
    now, was = extent.window(match.now.claim), extent.window(match.was.claim)
    told_now = (extent.days(match.now.claim.period_start), extent.days(match.now.claim.period_end))
    told_was = (extent.days(match.was.claim.period_start), extent.days(match.was.claim.period_end))
    if _became_annual(match) or match.now.claim.per != match.was.claim.per:
        return
    fields = ("period_start", "period_end")
    if _anchor_lost(match, told_now, told_was):
        why = "the span kept its length but was counted from the day of the retelling"
        yield _drift("time anchor lost", match, (*fields, "pub_date"), why)
    elif extent.is_event(now) and extent.is_event(was):
        if _overlap(now, was):
            return
        if _same_days(now, was):
            yield _drift("wrong month", match, fields, "the same days of another month")
        else:
            yield _drift("date conflict", match, fields, "the same event on other days")
    elif now.start and was.start and _gap(now.start, was.start) > extent.NEAR:
        yield _drift("wrong start", match, fields[:1], "the count begins at another time")
    elif now.end and was.end and _gap(now.end, was.end) > extent.NEAR:
        yield _drift("date conflict", match, fields[1:], "the count ends at another time")


def _anchor_lost(
    match: _Match,
    now: tuple[tuple[int, int] | None, tuple[int, int] | None],
    was: tuple[tuple[int, int] | None, tuple[int, int] | None],
) -> bool:
    """Tell whether a window of the same length was moved so that it ends when the retelling was published."""
    published = match.now.published
    if published is None or now[0] is None or was[0] is None or was[1] is None:
        return False
    end = now[1] or published
    moved = end[1] - was[1][1]
    kept = abs((end[1] - now[0][0]) - (was[1][1] - was[0][0])) <= extent.NEAR
    at_publication = abs(end[1] - published[1]) <= extent.NEAR
    return moved >= SHIFTED and kept and at_publication and now[0][0] - was[0][1] >= SHIFTED - extent.NEAR


def _overlap(a: extent.Window, b: extent.Window) -> bool:
    return a.first <= b.last and b.first <= a.last


def _same_days(a: extent.Window, b: extent.Window) -> bool:
    """Tell whether two short windows are alike but for the month: the same days of it, or a whole month each."""
    first, last = extent.day_of_month(int(a.first)), extent.day_of_month(int(b.first))
    whole_months = first == last == 1 and min(a.length, b.length) >= 28 and max(a.length, b.length) <= 31
    return whole_months or (first == last and a.length == b.length)


def _gap(a: tuple[int, int], b: tuple[int, int]) -> int:
    return max(a[0] - b[1], b[0] - a[1], 0)


def _attribution(match: _Match) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    if not now.sources or not was.sources:
        return
    for ours, other in _pairs(now.sources, was.sources):
        if _persons_confused(ours, other):
            yield _drift("person confused", match, ("sources",), f"{other.name} became {ours.name}")
            return
    known = {name for level in was.sources for name in names(level)} | set(was.also_reported_by)
    if any(same_voice(name, level) in {"same", "part"} for name in names(now.sources[-1]) for level in known):
        return  # a chain that is cut short, or names the one who passed it on
    if any(same_voice(level, was.sources[-1]) in {"same", "part"} for level in now.sources):
        return  # the origin is named, with somebody behind it
    if same_voice(now.sources[-1], was.sources[-1]) == "different":
        yield _drift("attribution moved", match, ("sources",), f"{was.sources[-1]} said it, not {now.sources[-1]}")


def _pairs(now: tuple[str, ...], was: tuple[str, ...]) -> Iterator[tuple[Voice, Voice]]:
    kept = {n for level in now for n in names(level)} & {n for level in was for n in names(level)}
    for ours in (n for level in now for n in names(level)):
        for other in (n for level in was for n in names(level)):
            if ours not in kept and other not in kept:
                yield voice(ours), voice(other)


def _persons_confused(now: Voice, was: Voice) -> bool:
    """Tell whether one office became that of another state, or a person one of the same family name."""
    if now.role == was.role and now.country and was.country and now.country != was.country:
        return is_office(was.role)
    if is_person(now) and is_person(was):
        ours, theirs = now.name.casefold().split(), was.name.casefold().split()
        return len(ours) > 1 and len(theirs) > 1 and ours[-1] == theirs[-1] and ours[0][0] != theirs[0][0]
    return False


def _offices(match: _Match) -> Iterator[Drift]:
    """Compare the offices the sentences name: one that is now of another state."""
    now, was = match.now.claim, match.was.claim
    ours, theirs = offices(now.quote, now.language), offices(was.quote, was.language)
    for country, role in sorted(ours - theirs):
        others = sorted(c for c, r in theirs - ours if r == role)
        if others:
            why = f"the {role.replace('_', ' ')} of {others[0]} became that of {country}"
            yield _drift("person confused", match, ("quote",), why)


def _places(match: _Match, theirs: _Sources) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    for field in ("route_from", "route_to"):
        ours: tuple[str, ...] = getattr(now, field)
        others: tuple[str, ...] = getattr(was, field)
        for right in others:
            written = wrong_words(right, now.quote, now.language)
            if written and not wrong_words(right, was.quote, was.language):
                word, wrong, kind = written
                yield _place(match, field, kind, f'"{word}" is {wrong}; the source means {right}')
        if not ours or not others or any(compatible(a, b) for a in ours for b in others):
            continue
        foreign = _foreign(match, theirs) if field == "route_from" else []
        strangers = [p for p in ours if p not in foreign and p not in theirs.places]
        for wrong in strangers:
            kinds = [(kind, right) for right in others if (kind := mistaken(right, wrong))]
            kind, right = kinds[0] if kinds else ("confused", others[0])
            yield _place(match, field, kind, f"{right} became {wrong}")


def _place(match: _Match, field: str, kind: str, why: str) -> Drift:
    return _drift("place mistranslated" if kind == "mistranslated" else "place confused", match, (field, "quote"), why)


def _bounds(match: _Match) -> Iterator[Drift]:
    """Compare how much the numbers allow: a retelling may allow more, and may round."""
    now, was = match.now.claim, match.was.claim
    if not match.now.numbers or not match.was.numbers or not extent.one_item(now.item, was.item):
        return
    if now.relation == was.relation and match.now.numbers == match.was.numbers:
        return
    fields = ("relation", "low", "high")
    low, high = extent.reach(was)
    told_low, told_high = extent.reach(now)
    if match.now.numbers == match.was.numbers:
        change = (was.relation, now.relation)
        if now.relation == "eq" or change in {("gt", "approx"), ("ge", "approx"), ("le", "approx")}:
            yield _drift("bound dropped", match, fields, f"{was.relation} became {now.relation}", "loss")
        elif now.relation != "approx" and change not in _ONE_BOUND:
            yield _drift("bound strengthened", match, fields, f"{was.relation} became {now.relation}")
        return
    if was.relation == "range":
        one_end = now.relation in {"ge", "gt"} and told_low <= match.was.numbers[0]
        one_end = one_end or (now.relation in {"le", "lt"} and told_high >= match.was.numbers[-1])
        inside = now.relation in {"approx", "range"} and told_high >= low and told_low <= high
        if now.relation == "eq":
            yield _drift("bound dropped", match, fields, "one number is left of the range", "loss")
        elif not one_end and not (inside and _rounded(match)):
            yield _drift("bound strengthened", match, fields, "the range became another bound")
        return
    if now.relation in {"gt", "ge"} and told_low > match.was.numbers[-1]:
        yield _drift("bound strengthened", match, fields, "the lower bound is above what the source says")
    elif now.relation in {"lt", "le"} and told_high < match.was.numbers[0]:
        yield _drift("bound strengthened", match, fields, "the upper bound is below what the source says")
    elif not _rounded(match) and now.relation not in {"gt", "ge", "lt", "le"}:
        yield _drift("rounding", match, fields, "the number was rounded further than its digits allow", "loss")


def _rounded(match: _Match) -> bool:
    """Tell whether the number of the retelling is that of the source, rounded to fewer digits or told as about."""
    if match.was.claim.relation == "range" and len(match.now.numbers) == 1:
        return match.was.numbers[0] <= match.now.numbers[0] <= match.was.numbers[-1]
    if len(match.now.numbers) != len(match.was.numbers):
        return False
    for now, was in zip(match.now.numbers, match.was.numbers, strict=True):
        allowed = extent.last_place(now) / 2 if extent.last_place(now) > extent.last_place(was) else 0.0
        if match.now.claim.relation == "approx":
            allowed = max(allowed, extent.ABOUT * abs(was))
        if abs(now - was) > allowed:
            return False
    return True


def _modality(match: _Match) -> Iterator[Drift]:
    now, was = match.now.claim, match.was.claim
    if was.modality == "expected" and now.modality in {"asserted", "estimated"}:
        yield _drift("plan told as fact", match, ("modality",), "the source only expects it")


def _drift(
    kind: Kind, match: _Match, fields: Sequence[str], why: str, severity: Literal["alarm", "loss"] = "alarm"
) -> Drift:
    now, was = match.now.claim, match.was.claim
    changes = tuple(Change(f, _shown(getattr(was, f)), _shown(getattr(now, f))) for f in fields)
    return Drift(kind, now.id, was.id, changes, why, severity)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    return " < ".join(value) if isinstance(value, tuple) else str(value)


_LOOKS: tuple[Callable[[_Match], Iterator[Drift]], ...] = (
    _condition,
    _direction,
    _rate,
    _garbled,
    _dates,
    _attribution,
    _offices,
    _bounds,
    _modality,
)
