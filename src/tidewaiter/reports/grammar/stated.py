"""Claims that state a number: each number that counts something, and numbers that stand together in a sentence."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tidewaiter.reports.claim import Ground
from tidewaiter.reports.grammar.counted import Counted, counted
from tidewaiter.reports.grammar.draft import GUESSED, INFERRED, Draft, Told, doubt
from tidewaiter.reports.grammar.fields import fill
from tidewaiter.reports.grammar.frames import Frame, frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.numbers import Number

MEASURED = frozenset({"barrel", "tonne"})
NEIGHBOURS = 12
"""Numbers on either side that can take a noun away from a number."""


def stated(told: Told, before: Counted | None, published: str, mass: list[str]) -> tuple[list[Draft], Counted | None]:
    """Draft a claim for every number that counts something."""
    line = told.line
    drafts: list[Draft] = []
    last = before
    for n, said in enumerate(told.numbers):
        rose = n > 0 and said.relation == "le" and _rises(line, told.numbers[n - 1], said)
        number = said._replace(low=said.high, relation="eq") if rose else said  # "вырос с 70 до 383"
        around = told.numbers[max(0, n - NEIGHBOURS) : n + NEIGHBOURS + 1]
        thing = counted(line, number, around, last, same=bool(drafts))
        following = told.numbers[n + 1] if n + 1 < len(told.numbers) else None
        if thing is None and following is not None and _rises(line, number, following):
            after = counted(line, following, around, last, same=bool(drafts))
            thing = None if after is None else after._replace(start=None, end=None, rule="what it rose from")
        if thing is None or (number.share and not _is_share(line, number, thing)):
            continue
        items = line.lexicon.world.items
        if not thing.item and thing.unit and not mass:
            continue  # a measure of nothing named
        if not thing.item and thing.unit:
            thing = thing._replace(item=mass[-1], rule="the goods the text measured last")
        elif thing.item in items and not items[thing.item].unit:
            mass.append(thing.item)
        if last is not None and thing.item in {"", "person"} and not thing.unit.endswith("percent"):
            thing = _as_before(line, thing, last)
        if thing.unit in MEASURED and number.relation in {"eq", "le", "lt"} and _is_cap(line, number):
            thing = thing._replace(item="sanction_cap", rule="a measure that is allowed")
        last = thing
        token = thing.start if thing.start is not None else number.bare_start
        what = frame(line, token, thing.item, share=number.share, times=number.times)
        if drafts and n and _whole_of(line, told.numbers[n - 1], number) and what.predicate in {"lost", "delivered"}:
            what = what._replace(predicate="other", rule="the whole that a part is counted of")
        drafts.append(_draft(told, number, thing, what, published))
    _join(told, drafts)
    return drafts, last if drafts else None


def _rises(line: Line, number: Number, following: Number) -> bool:
    """Tell whether two numbers are the ends of a rise or fall: "from 40 to 60 wagons"."""
    between = range(number.end, following.bare_start)
    opened = line.ending("directions.from", number.start) or line.ending("time.from", number.start)
    to = any(line.at(kind, t) for kind in ("relations.to", "relations.le") for t in between)
    return len(between) <= 3 and opened is not None and to and line.has("relations.change")


def _is_cap(line: Line, number: Number) -> bool:
    """Tell whether a measure is what sanctions allow: "Erlaubt sind nach Resolution 2397 höchstens 500.000 Barrel"."""
    first, last = line.clause(number.start)
    return line.has("syntax.allowed", first, last)


def _is_share(line: Line, number: Number, thing: Counted) -> bool:
    """Tell whether a percentage is a part of a whole; one by which something rose or fell is none."""
    changes = number.start > 0 and line.words.folded[number.start - 1] in {"up", "down", "by", "plus", "minus"}
    if changes and line.has("numbers.percent", number.bare_start, number.end):
        return False
    if thing.start is not None and thing.start >= number.end:
        return True
    if any(line.has(f"syntax.{kind}", number.end, number.end + 4) for kind in ("they", "demonstratives")):
        return True
    first, _ = line.clause(number.bare_start)
    if thing.start is None and line.has("syntax.demonstratives", first, number.start):
        return True  # "Davon sei ein Viertel ausgeliefert"
    starts = number.start == 0 or line.words.folded[number.start - 1] == ","
    if thing.start is None and starts and line.has("predicate", number.end, number.end + 4):
        return True  # "Of the 12,000 men, nearly 40 percent have been killed"
    if line.lexicon.code == "ko" and thing.end is not None and 0 <= number.start - thing.end <= 2:
        return True
    behind = thing.end is not None and thing.end <= number.start
    if (thing.start is None or behind) and number.end < line.size and _genitive(line, number.end):
        return True  # "52 Prozent der zugesagten Menge"
    first, last = line.clause(number.bare_start)
    shares = any(first <= h.start < last and h.value[0] == "share" for h in line.of("predicate"))
    percent = line.has("numbers.percent", number.bare_start, number.end)
    return shares or (not percent and (thing.start is not None or number.start == 0))


def _whole_of(line: Line, part: Number, whole: Number) -> bool:
    """Tell whether the second number is the whole of the first: "200 of 900 aircraft"."""
    between = range(part.end, whole.start)
    if not 1 <= len(between) <= 2:
        return False
    return line.words.folded[part.end] == "of" or line.at("directions.from", part.end) is not None


def _genitive(line: Line, token: int) -> bool:
    """Tell whether a whole follows a share: "of …", "der …", "d'…"."""
    word = line.words.folded[token]
    return (
        word in {"of", "der", "des", "dieser", "dieses", "de", "d'", "du"}
        or line.at("directions.from", token) is not None
    )


def _as_before(line: Line, thing: Counted, last: Counted) -> Counted:
    """A noun that says little ("men", "apparatus") means what was counted before, where that is of its kind."""
    known = line.lexicon.world.items.get(last.item)
    if known is None or (thing.item == "person" and known.family != "people"):
        return thing
    if thing.item == "" and (not known.unit or thing.unit):
        return thing
    return thing._replace(item=last.item, unit=known.unit, rule="a general noun for what was counted before")


def _join(told: Told, drafts: Sequence[Draft]) -> None:
    """Tie numbers of one sentence that stand beside each other by "and" or "or"."""
    line = told.line
    for first, second in pairwise(drafts):
        start = line.token_at(int(str(first.claim["qty_end"])))
        between = range(start, second.token)
        word = next((k for k in ("or", "and") if any(line.at(f"syntax.{k}", t) for t in between)), "")
        if word and len(between) <= 12 and first.claim["unit"] == second.claim["unit"]:
            statement = f"s{line.sentence.start}"
            for draft in (first, second):
                draft.claim["statement"], draft.claim["joined"] = statement, word
                draft.grounds["joined"] = Ground(*line.span(start, second.token), f"joined by {word}")


def _draft(told: Told, number: Number, thing: Counted, what: Frame, published: str) -> Draft:
    line = told.line
    token = thing.start if thing.start is not None else number.bare_start
    qty = line.span(number.start, number.end)
    claim: dict[str, Any] = {
        "qty_start": qty[0],
        "qty_end": qty[1],
        "low": number.low,
        "high": number.high,
        "relation": number.relation,
        "item": thing.item,
        "unit": "percent" if number.share else thing.unit,
        "predicate": what.predicate,
    }
    grounds = {
        "low": Ground(*qty, "number"),
        "high": Ground(*qty, "number"),
        "relation": Ground(*qty, "words of a bound" if number.relation != "eq" else "no word of a bound"),
    }
    draft = Draft(told, number.start, claim, grounds, [])
    if thing.item == "person" and thing.rule == "people of a country":
        claim["item"] = "soldier"
    if what.predicate == "lost" and claim["item"] in {"soldier", "person"}:
        claim["item"] = "casualty"
    if thing.start is not None and thing.end is not None:
        span = line.span(thing.start, thing.end)
        claim["item_start"], claim["item_end"] = span
        grounds["item"] = Ground(*span, thing.rule)
    else:
        grounds["item"] = Ground(None, None, thing.rule)
        doubt(draft, "item", INFERRED)
    if not thing.item:
        doubt(draft, "item", GUESSED)
    fill(draft, what, token, published)
    return draft
