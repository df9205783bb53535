"""What a number counts: the noun to its right, else to its left, else the thing the sentence before spoke of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidewaiter.reports.grammar.lexicon import Hit
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.numbers import Number

RIGHT, LEFT = 8, 7  # tokens looked at on either side of a number
BREAKS = ("directions.to", "directions.via", "directions.against", "time.in", "modality.reported", "attribution.verbs")
"""Words that no noun group of a number goes across."""
HAPPENINGS = frozenset({"meeting", "voyage", "test", "attack", "flight"})
"""What can be counted by an adverb: one meets twice, but "twice the cap" is a multiple."""
STRONG = frozenset({".", ";", ":", "?", "!", ")", "("})
BEFELL = ("killed", "wounded", "captured")
KILLED, WOUNDED = "soldier_killed", "soldier_wounded"


class Counted(NamedTuple):
    """The counted thing: canonical item, unit, tokens [start, end) of the noun (None when it stands elsewhere), rule."""

    item: str
    unit: str
    start: int | None
    end: int | None
    rule: str


def counted(
    line: Line, number: Number, others: Sequence[Number], before: Counted | None, *, same: bool = False
) -> Counted | None:
    """Return what a number counts, None when it counts nothing that is known; see `_thing`."""
    thing = _thing(line, number, others, before, same=same)
    if thing is not None and thing.start is None and not number.share:
        return _with_loss(line, thing, number.start, number.end)
    return thing


def _thing(
    line: Line, number: Number, others: Sequence[Number], before: Counted | None, *, same: bool = False
) -> Counted | None:
    """Return what a number counts, None when it counts nothing that is known.

    Args:
        line: a sentence.
        number: one of its numbers.
        others: all of its numbers.
        before: what was counted last, for "of these" and "they".
        same: it was counted in this sentence ("36,000 shells, up from 14,000").
    """
    starts = {n.start for n in others if n is not number}
    at = number.end
    if number.share and before is not None and _of_it(line, at):
        return before._replace(start=None, end=None, rule="a share of what was counted before")
    if line.at("attribution.unnamed", at) or (line.at("role", at) and not line.at("item", at)):
        return None  # "two officials said"
    whole = next((n for n in others if 1 <= n.start - number.end <= 2), None)
    if (whole is not None and line.at("directions.from", at)) or (whole is not None and line.words.folded[at] == "of"):
        number = number._replace(end=whole.end)
        starts.discard(whole.start)
    right = _right(line, number, starts)
    if number.times:
        right = [
            h
            for h in right
            if h.value in line.lexicon.world.items and line.lexicon.world.items[h.value].family in HAPPENINGS
        ]
    found = _together(line, right)
    if found is not None and not found.item:
        return _measured(line, found, before)
    if found is not None and line.lexicon.code == "ko":
        found = _with_loss(line, _named_before(line, number, found), number.start, number.end + 1)
    if found is not None:
        return found
    left = _left(line, number, {t for n in others if n is not number for t in range(n.start, n.end)})
    if left is not None:
        return _with_loss(line, left, number.start, number.end) if not number.share else left
    if number.times and any(line.has("syntax.docks", *clause) for clause in [line.clause(number.start)]):
        return Counted("port_call", "call", None, None, "times of calling at a port")
    if number.times and any(line.value("predicate", h.start)[0] == "voyages" for h in line.of("predicate")):
        return Counted("voyage", "voyage", None, None, "times of a voyage")
    if number.times:
        return None
    if before is not None and (_takes_up(line, number) or (same and _nothing_follows(line, number))):
        return before._replace(start=None, end=None, rule="taken up from the sentence before")
    return _people(line, number) or _unknown(line, number)


def _of_it(line: Line, at: int) -> bool:
    """Tell whether a share is one of what was named before: "a third of it", "die Hälfte dieser Menge"."""
    for token in range(at, min(at + 3, line.size)):
        if line.at("syntax.they", token) or line.at("syntax.demonstratives", token):
            return not any(line.at("item", t) for t in range(token, min(token + 3, line.size)))
        if len(line.words.folded[token]) > 3:
            return False
    return False


def _measured(line: Line, measure: Counted, before: Counted | None) -> Counted | None:
    """A measure without a noun measures what the sentence before spoke of, where that is no thing one counts."""
    items = line.lexicon.world.items
    if before is not None and before.item in items and not items[before.item].unit:
        return measure._replace(item=before.item, rule="taken up from the sentence before")
    return measure


def _people(line: Line, number: Number) -> Counted | None:
    """People of a country are counted as what befell them, as soldiers else: "zwei Nordkoreaner gefangen"."""
    at = next((t for t in range(number.end, min(number.end + 2, line.size)) if line.at("country", t)), None)
    hit = line.at("country", at) if at is not None else None
    if hit is None or hit.value[1] != "people":
        return None
    return _with_loss(line, Counted("person", "person", hit.start, hit.end, "people of a country"), hit.start, hit.end)


def _unknown(line: Line, number: Number) -> Counted | None:
    """A noun that the lexicon does not know counts where its clause says that something was moved, made or lost."""
    at = number.end
    if number.share or number.times or _nothing_follows(line, number):
        return None
    first, last = line.clause(number.start)
    told = any(
        first <= h.start < last and h.value[0] != "other" and h.value[1] != "nouns" for h in line.of("predicate")
    )
    if not told or line.at("country", at):
        return None
    return Counted("", "", at, at + 1, "a noun the lexicon does not know")


def _right(line: Line, number: Number, starts: set[int]) -> list[Hit]:
    """Return the items of the noun group that begins at a number."""
    found: list[Hit] = []
    at = number.end
    stop = min(line.size, number.end + RIGHT)
    while at < stop:
        if at in starts:
            break
        word = line.words.folded[at]
        hit = line.at("item", at)
        if hit is not None:
            found.append(hit)
            at = hit.end
            stop = min(line.size, at + 4)
            continue
        if word in STRONG or (word == "," and not _adjectives_go_on(line, at)):
            break
        verb = line.at("predicate", at)
        if verb is not None and verb.value[1] != "nouns" and line.at("item", verb.end) is None and not found:
            ahead = any(line.at("item", t) for t in range(verb.end, min(line.size, verb.end + 3)))
            if not ahead or line.lexicon.code == "en":
                break
        elif verb is not None and found:
            break
        if found and not _links(line, at):
            break
        breaks = any(line.at(kind, at) for kind in BREAKS)
        if not found and breaks and not (number.share and line.at("time.in", at)):
            break
        at += 1
    return found


def _adjectives_go_on(line: Line, at: int) -> bool:
    """Tell whether a comma only parts adjectives before one noun."""
    following = line.at("item", at + 2)
    return following is not None and line.at("syntax.and", at + 1) is None


def _links(line: Line, at: int) -> bool:
    """Tell whether a word ties two nouns into one counted thing: "rounds of ammunition", "killed and wounded"."""
    word = line.words.folded[at]
    return bool(line.at("syntax.and", at) or line.at("syntax.or", at)) or len(word) <= 3 or bool(line.at("country", at))


def _together(line: Line, hits: list[Hit]) -> Counted | None:
    """Read the nouns of one group as one counted thing."""
    if not hits:
        return None
    world = line.lexicon.world
    names = [h.value for h in hits]
    first = hits[0]
    if first.value in world.measures:
        unit = world.measures[first.value].unit
        mass = next((h for h in hits[1:] if h.value in world.items), None) or _mass_near(line, first)
        if mass is None:
            return Counted("", unit, first.start, first.end, "measure without a noun")
        return Counted(mass.value, unit, mass.start, mass.end, "noun behind its measure")
    losses = {n for n in names if world.items[n].family == "loss"} if all(n in world.items for n in names) else set()
    people = any(world.items[n].family == "people" for n in names if n in world.items)
    if losses:
        last = hits[-1] if people else hits[len(losses) - 1]
        if {KILLED, WOUNDED} <= losses or "casualty" in losses:
            return Counted("casualty", "person", first.start, last.end, "killed and wounded")
        item = next(n for n in names if n in losses)
        return Counted(item, world.items[item].unit, first.start, last.end, "noun")
    chosen = first
    for hit in hits[1:]:
        if (
            hit.value in world.items
            and world.items[hit.value].parent == chosen.value
            and not _and_between(line, chosen, hit)
        ):
            chosen = hit  # "rounds of artillery shells"
    item = chosen.value
    found = Counted(item, world.items[item].unit, chosen.start, chosen.end, "noun")
    return _with_loss(line, found, chosen.start, chosen.end) if people else found


def _with_loss(line: Line, found: Counted, start: int, end: int) -> Counted:
    """People of whom the clause of tokens [start, end) says that they were killed, wounded or captured."""
    carried = found.start is None and found.item in {KILLED, WOUNDED, "soldier_captured", "casualty"}
    if not carried and found.item not in {"soldier", "person", "officer", "general", "sapper"}:
        return found
    first, last = line.clause(end - 1)
    stop = next((t for t in range(end, last) if line.words.folded[t][0].isdigit()), last)
    befell = {kind for kind in BEFELL if line.has(f"losses.{kind}", end, stop)}
    befell = befell or {kind for kind in BEFELL if line.has(f"losses.{kind}", max(first, start - 6), start)}
    if not befell:
        return found
    item = "casualty" if len(befell & {"killed", "wounded"}) > 1 else f"soldier_{min(befell)}"
    return found._replace(item=item, unit="person", rule="noun and what befell it")


def _and_between(line: Line, first: Hit, second: Hit) -> bool:
    return any(line.at("syntax.and", t) or line.at("syntax.or", t) for t in range(first.end, second.start))


def _mass_near(line: Line, measure: Hit) -> Hit | None:
    """Find what is measured elsewhere in the clause."""
    known = line.lexicon.world.items
    hits = [h for h in line.of("item") if h.value in known and not known[h.value].unit]
    return min(hits, key=lambda h: abs(h.start - measure.start), default=None)


def _named_before(line: Line, number: Number, counter: Counted) -> Counted:
    """A language that counts with classifiers names the thing before the number."""
    for at in range(number.start, max(number.start - 4, 0) - 1, -1):
        hit = line.ending("item", at)
        if hit is not None:
            world = line.lexicon.world
            if hit.value in world.measures:
                return counter
            unit = (
                counter.unit
                if counter.unit in {m.unit for m in world.measures.values()}
                else world.items[hit.value].unit
            )
            return Counted(hit.value, unit, hit.start, hit.end, "noun before its counter")
    return counter


def _left(line: Line, number: Number, taken: set[int]) -> Counted | None:
    """Return the item to the left: "the number of soldiers rose to 12,000", "Container: 16.000", "drones: more than 400"."""
    first, _ = line.clause(number.start)
    own = first
    if first and line.words.folded[first - 1] in {":", ","} and not _has_noun(line, first, number.start):
        first = 0
    world = line.lexicon.world
    crossed = False
    for at in range(number.start - 1, max(first, number.start - 3 * LEFT) - 1, -1):
        if at in taken:
            return None
        verb = line.at("predicate", at)
        if verb is not None and verb.value[1] == "give" and line.lexicon.code in {"en", "fr"} and not number.share:
            return None  # what gives is not what is counted: "Warships carried the first 1,500"
        crossed = crossed or at < own or line.at("predicate", at) is not None or line.words.folded[at] == ":"
        hit = line.ending("item", at + 1)
        if hit is not None and hit.value in world.items:
            near = number.start - hit.end <= 3
            bare = _nothing_follows(line, number)
            if not ((near or crossed) and bare) and not number.share and not number.times:
                return None
            if number.times and world.items[hit.value].family not in HAPPENINGS:
                continue
            if hit.start < own:  # its verb is another one
                return Counted(hit.value, world.items[hit.value].unit, None, None, "noun of the clause before")
            return Counted(hit.value, world.items[hit.value].unit, hit.start, hit.end, "noun before")
    return None


def _has_noun(line: Line, first: int, stop: int) -> bool:
    return any(first <= h.start < stop for h in line.of("item"))


def _nothing_follows(line: Line, number: Number) -> bool:
    """Tell whether no noun stands behind a number, so that it counts what was named before."""
    if number.end >= line.size or line.lexicon.code == "ko":  # counters name nothing
        return True
    word = line.words.folded[number.end]
    ahead = line.words.written[number.end : number.end + 3]
    if line.lexicon.code == "de" and ahead[0].islower() and not any(w[:1].isupper() for w in ahead):
        return True  # German writes nouns large
    known = ("predicate", "directions.to", "directions.from", "directions.via", "time.in", "time.since", "time.until",
             "time.from", "time.before", "time.after", "syntax.per", "numbers.articles", "syntax.and", "syntax.or", "syntax.clause", "time.now", "relations.to", "attribution.verbs")  # fmt: skip
    return not word[0].isalpha() or word in line.lexicon.stop or any(line.at(kind, number.end) for kind in known)


def _takes_up(line: Line, number: Number) -> bool:
    """Tell whether a sentence counts parts of what the one before counted: no noun of its own, and a verb."""
    first, last = line.clause(number.start)
    if not _nothing_follows(line, number):
        return False
    if line.at("relations.lowering", number.end):
        return True  # "10.000 weitere"
    refers = any(line.has(f"syntax.{kind}", 0, last) for kind in ("they", "demonstratives", "each"))
    verbs = ("predicate", "modality.reported")
    return refers or any(first <= h.start < last for kind in verbs for h in line.of(kind))
