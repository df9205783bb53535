"""Whether two claims can be one statement: every field is compared, and what speaks against it is said in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from tidewaiter.reports.origins import extent
from tidewaiter.reports.origins.hierarchy import (
    UNNAMED,
    Agreement,
    Voice,
    all_roots,
    is_person,
    names,
    origin,
    same_voice,
    voice,
)

if TYPE_CHECKING:
    from tidewaiter.reports.claim import TextClaim

Kind = Literal["copy", "same", "headline", "probable", "derived"]
LONG_AGO = 90
"""Days between two publications after which an undated number may be a new statement."""
A_WEEK = 7
"""The same for small numbers, which come up again by chance."""
SMALL = 20.0
FEWEST_ROUNDED = 100.0
"""Smaller numbers are not rounded in news."""
_APART = (
    frozenset({"produced"}),
    frozenset({"lost"}),
    frozenset({"share"}),
    frozenset({"denial"}),
    frozenset({"delivered", "deployed", "voyages", "trained", "stock", "route"}),
)
"""Predicates that tell of different things; "other" may be any of them."""
_LOOSE = frozenset({"stock", "trained"})


class Told(msgspec.Struct, frozen=True):
    """A claim with what is compared of it, worked out once.

    Attributes:
        at: its place in time. numbers, family, window: see `tidewaiter.reports.origins.extent`.
        published: first and last day, None when unknown. voices, roots: of its origin.
        signature: all that counts. measure: all that a copy of its sentence must share.
    """

    claim: TextClaim
    at: tuple[str, str, int, str]
    numbers: tuple[float, ...]
    family: str
    window: extent.Window
    published: tuple[int, int] | None
    voices: tuple[Voice, ...]
    roots: frozenset[str]
    carriers: frozenset[str]
    signature: tuple[object, ...]
    measure: tuple[object, ...]


class Verdict(NamedTuple):
    """What two claims are to each other; `closeness` counts fields that are told alike."""

    kind: Kind | Literal["echo"]  # echo: the number of another origin
    why: str
    closeness: int = 0


def told(claim: TextClaim) -> Told:
    """Work out what is compared of a claim."""
    measure = (
        *(claim.item, claim.predicate, claim.low, claim.high, claim.unit, claim.per, claim.modality == "denied"),
        *(claim.origin_country, claim.destination_country),
    )
    signature = (
        *(*measure, claim.relation, claim.modality, claim.sources, claim.doc if _by_document(claim) else ""),
        *(claim.carriers, claim.route_from, claim.route_to, claim.mode),
        *(claim.period_start, claim.period_end, claim.pub_date[:7], extent.up_to_publication(claim)),
    )
    level = origin(claim.sources)
    return Told(
        claim,
        (claim.pub_date or "9999", claim.doc, claim.start, claim.id),
        extent.numbers(claim),
        extent.family(claim.item),
        extent.window(claim),
        extent.days(claim.pub_date),
        tuple(voice(n) for n in names(level)),
        all_roots((level,)),
        frozenset(c.casefold() for c in claim.carriers),
        signature,
        measure,
    )


def compare(a: Told, b: Told) -> Verdict | None:
    """Return what two claims are to each other, None when they are nothing or cannot be the same."""
    against = objections(a, b)
    if against is None:
        return None
    if not (a.claim.sources or b.claim.sources) and a.claim.doc == b.claim.doc:
        return None if against else Verdict("same", "the same document tells it twice, without a source", _close(a, b))
    agreed = voices(a, b)
    if not a.numbers and (agreed not in {"same", "part"} or against or not _one_event(a, b)):
        return None  # without a number only its origin tells a statement from another
    if agreed == "different":
        echo = not against and a.numbers == b.numbers and any(extent.telling(n) for n in a.numbers)
        return Verdict("echo", "another origin gave the same number before: may be circular") if echo else None
    if agreed == "unknown" and firm(a) and firm(b):
        return None  # two services of one state: neither one voice nor two
    if agreed == "unknown" and a.claim.doc == b.claim.doc and not against and _office_and_person(a, b):
        why = f"the same document names an office and a person, {_said(a)} and {_said(b)}"
        return Verdict("headline", why, _close(a, b))
    if agreed == "unknown":
        nobody = not (a.claim.sources and b.claim.sources)
        why = "nobody is named" if nobody else f"{_said(a)} and {_said(b)} may be one voice"
        return None if against else Verdict("probable", f"same number, but {why}", _close(a, b))
    if against:
        return Verdict("probable", f"same number and origin, but {'; '.join(against)}", _close(a, b))
    voice_words = "same origin" if agreed == "same" else f"{_said(a)} and {_said(b)} speak for one another"
    return Verdict("same", f"{_number_words(a, b)}, {voice_words}", _close(a, b) + (agreed == "same"))


def voices(a: Told, b: Told) -> Agreement:
    """Tell whether two claims have one origin.

    A chain that ends where the other one only passes through names the same statement: one text names who passed it on,
    the other one the origin behind it. The same unnamed group in two texts need not be the same people.
    """
    ours, theirs = a.claim.sources, b.claim.sources
    if not ours or not theirs:
        return "unknown"
    agreed = same_voice(ours[-1], theirs[-1])
    if agreed == "same" and ours[-1].casefold().startswith(UNNAMED):
        known = a.claim.doc == b.claim.doc or set(ours[:-1]) & set(theirs[:-1])
        return "same" if known else "unknown"
    if agreed in {"same", "part"}:
        return agreed
    return "part" if ours[-1] in theirs or theirs[-1] in ours else agreed


def objections(a: Told, b: Told) -> list[str] | None:
    """Return what speaks against two claims being one statement, None when they cannot be."""
    ours, theirs = a.claim, b.claim
    if not extent.one_item(ours.item, theirs.item) or _differ(ours.unit, theirs.unit):
        return None
    if not numbers_agree(a, b) or (ours.modality == "denied") != (theirs.modality == "denied"):
        return None
    if (a.carriers and b.carriers and not a.carriers & b.carriers) or _apart(ours.predicate, theirs.predicate):
        return None
    if not a.numbers and (ours.predicate != theirs.predicate or _differ(ours.mode, theirs.mode)):
        return None
    against = []
    if _differ(ours.origin_country, theirs.origin_country) or _differ(
        ours.destination_country, theirs.destination_country
    ):
        if not _reversed(ours, theirs):
            return None
        against.append("the direction is reversed")
    if _other_days(a.window, b.window) or _other_end(a.window, b.window):
        return None
    if _too_far(a, b):
        against.append("it was said much later")
    if ours.per != theirs.per:
        against.append("one is a rate")
    if (ours.modality == "expected") != (theirs.modality == "expected"):
        against.append("one is only expected")
    if ours.predicate != theirs.predicate and {ours.predicate, theirs.predicate} & _LOOSE:
        against.append(f"one says {ours.predicate}, the other {theirs.predicate}")
    elsewhere = _places_differ(ours.route_from, theirs.route_from) or _places_differ(ours.route_to, theirs.route_to)
    if elsewhere and not (a.numbers == b.numbers and any(extent.telling(n) for n in a.numbers)):
        against.append("the places differ")  # of a telling number, one may name the port and the other the region
    if _differ(ours.mode, theirs.mode):
        against.append(f"one goes by {ours.mode}, the other by {theirs.mode}")
    return against


def numbers_agree(a: Told, b: Told) -> bool:
    """Tell whether the numbers are told alike: equal, one end of the other's range, or rounded."""
    if a.numbers == b.numbers:
        return True
    if not a.numbers or not b.numbers:
        return False
    ours, theirs = set(a.numbers), set(b.numbers)
    return ours <= theirs or theirs <= ours or rounded(a, b)


def rounded(a: Told, b: Told) -> bool:
    """Tell whether one number is the other one rounded, or lies in its range."""
    if a.numbers == b.numbers or not a.numbers or not b.numbers or min(*a.numbers, *b.numbers) < FEWEST_ROUNDED:
        return False
    if len(a.numbers) != len(b.numbers):
        one, many = sorted((a, b), key=lambda t: len(t.numbers))
        return one.claim.relation in {"eq", "approx"} and many.numbers[0] <= one.numbers[0] <= many.numbers[1]
    if _is_bound(a) != _is_bound(b) and "lt" not in {a.claim.relation, b.claim.relation}:
        return False
    return all(_rounds(x, y) for x, y in zip(a.numbers, b.numbers, strict=True))


def headline_of(bare: Told, body: Told) -> int | None:
    """Return how close a claim of which nobody is named comes to one of the same document, None when it is another."""
    ours, theirs = bare.claim, body.claim
    expected = (ours.modality == "expected") == (theirs.modality == "expected")
    if not bare.numbers and not (expected and ours.start < theirs.start and _tells_no_more(bare, body)):
        return None
    if not bare.numbers and body.numbers:
        same_way = (ours.origin_country, ours.destination_country) == (
            theirs.origin_country,
            theirs.destination_country,
        )
        fits = same_way and ours.predicate == theirs.predicate and ours.unit in {"", theirs.unit}
        fits = fits and extent.one_item(ours.item, theirs.item) and bool(ours.item) and ours.modality != "denied"
        return 0 if fits and theirs.modality != "denied" else None
    against = objections(bare, body)
    if against is None or "the direction is reversed" in against or "one is a rate" in against:
        return None
    return 10 + _close(bare, body) - 2 * len(against)


def _tells_no_more(bare: Told, body: Told) -> bool:
    """Tell whether a claim names no place, ship, way or time that another one does not: as a headline does."""
    ours, theirs = bare.claim, body.claim
    places = {*ours.route_from, *ours.route_to} <= {*theirs.route_from, *theirs.route_to}
    times = ours.period_start in {None, theirs.period_start} and ours.period_end in {None, theirs.period_end}
    return places and times and bare.carriers <= body.carriers and ours.mode in {"", theirs.mode}


def _rounds(x: float, y: float) -> bool:
    """Tell whether the coarser of two numbers is the finer one rounded to its last digit that is not zero."""
    fine, coarse = sorted((x, y), key=extent.last_place)
    place = extent.last_place(coarse)
    if place <= extent.last_place(fine) or abs(fine - coarse) > extent.ROUNDED * abs(coarse):
        return False
    return abs(fine - coarse) <= place / 2


def firm(t: Told) -> bool:
    """Tell whether an origin is named that nobody else can stand behind."""
    return bool(t.voices) and not any(v.vague for v in t.voices)


def _office_and_person(a: Told, b: Told) -> bool:
    return any(firm(x) and x.roots and all(v.role for v in x.voices) and _is_person(y) for x, y in ((a, b), (b, a)))


def _is_person(t: Told) -> bool:
    return bool(t.voices) and all(is_person(v) for v in t.voices)


def _is_bound(t: Told) -> bool:
    return t.claim.relation in {"gt", "ge", "lt", "le"}


def _by_document(claim: TextClaim) -> bool:
    """Tell whether a claim is told from others by its document: nobody is named, or nobody with a name."""
    return not claim.sources or claim.sources[-1].casefold().startswith(UNNAMED)


def _differ(a: str | None, b: str | None) -> bool:
    return bool(a) and bool(b) and a != b


def _reversed(a: TextClaim, b: TextClaim) -> bool:
    return a.origin_country == b.destination_country and a.destination_country == b.origin_country


def _apart(a: str, b: str) -> bool:
    if a == b or "other" in {a, b}:
        return False
    return next((n for n, group in enumerate(_APART) if a in group), a) != next(
        (n for n, group in enumerate(_APART) if b in group), b
    )


def _other_days(a: extent.Window, b: extent.Window) -> bool:
    """Tell whether two windows lie apart, or are short, told to the day and neither within the other: two events."""
    if a.last < b.first or b.last < a.first:
        return True
    if max(a.length, b.length) > A_WEEK:
        return False
    within = (a.first <= b.first and b.last <= a.last) or (b.first <= a.first and a.last <= b.last)
    return not within


def _other_end(a: extent.Window, b: extent.Window) -> bool:
    """Tell whether two running totals stop on dates that are months apart: the later one is an update."""
    if a.end is None or b.end is None:
        return False
    return a.end[0] - b.end[1] > extent.NEAR or b.end[0] - a.end[1] > extent.NEAR


def _too_far(a: Told, b: Told) -> bool:
    if a.published is None or b.published is None:
        return False
    gap = max(a.published[0] - b.published[1], b.published[0] - a.published[1])
    if _dated_alike(a.window, b.window):
        return False
    small = all(n < SMALL for n in a.numbers) if a.numbers else False
    return gap > (A_WEEK if small else LONG_AGO)


def _dated_alike(a: extent.Window, b: extent.Window) -> bool:
    """Tell whether two windows that overlap are told with an end, or are one short event."""
    return a.end is not None and b.end is not None and a.end[0] <= b.end[1] and b.end[0] <= a.end[1]


def _one_event(a: Told, b: Told) -> bool:
    """Tell whether two claims without a number tell of one thing: alike in item and way, published about the same time."""
    ours, theirs = a.claim, b.claim
    alike = (ours.item, ours.origin_country, ours.destination_country) == (
        theirs.item,
        theirs.origin_country,
        theirs.destination_country,
    )
    return alike and bool(ours.item)


def _places_differ(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return bool(a) and bool(b) and not {p.casefold() for p in a} & {p.casefold() for p in b}


def _close(a: Told, b: Told) -> int:
    ours, theirs = a.claim, b.claim
    return sum(
        (
            ours.relation == theirs.relation,
            ours.item == theirs.item,
            ours.predicate == theirs.predicate,
            ours.origin_country == theirs.origin_country,
            ours.destination_country == theirs.destination_country,
            a.window == b.window,
            ours.modality == theirs.modality,
            ours.sources == theirs.sources,
        )
    )


def _said(t: Told) -> str:
    return t.claim.sources[-1].replace("|", " and ") if t.claim.sources else "nobody"


def _number_words(a: Told, b: Told) -> str:
    if a.numbers == b.numbers:
        return "same number" if a.claim.relation == b.claim.relation else "same number with another bound word"
    return "the number rounded" if rounded(a, b) else "one end of the range"
