"""Which claims are one statement told again: copies, headlines, retellings of one origin, and numbers computed from others.

A link is certain or only probable, says why in words, and can be undone. Groups are the trees of certain links, so that
undoing a link splits its group in two. What counts is origins, not articles: a number that a second origin gives is
another group, and so is a later update by the same origin.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from tidewaiter.errors import InputError
from tidewaiter.reports.origins import agreement, derivation
from tidewaiter.reports.origins.copies import near_copies
from tidewaiter.reports.origins.hierarchy import all_roots, is_person, same_voice, spelled_apart, voice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from tidewaiter.reports.claim import TextClaim
    from tidewaiter.reports.origins.agreement import Kind, Told

MOST_NEIGHBOURS = 150
"""Claims of one block, in order of time, that each is compared with; beyond it a block costs no more than its length."""
COPIED_DOCUMENT = "one document is a copy of the other"
FORTNIGHT = 14
"""Days within which a rounded number is a retelling; later it may be an update."""
WIDEST = 12
"""Steps of a tenth that a range is looked for on: to a third of its upper end."""
COPIED = 0.6
"""Share of word triples that a sentence keeps when an editor changes a few words; its numbers must be kept as well."""
ALIKE = 2
"""Different numbers that two names must give alike to be two spellings of one."""
SURE = frozenset({"copy", "same", "headline"})
_STRENGTH = {"copy": 4, "same": 3, "headline": 2, "probable": 1}


class Link(msgspec.Struct, frozen=True):
    """Two claims that belong together.

    Attributes:
        a, b: ids; `a` is the earlier one. For "derived", `b` was computed from `a`.
        kind: copy | same | headline | probable | derived. The first three are certain.
        why: in words.
        status: stated | inferred, for "derived" only.
    """

    a: str
    b: str
    kind: Literal["copy", "same", "headline", "probable", "derived"]
    why: str
    status: str = ""


class Merged(msgspec.Struct, frozen=True):
    """Claims by statement.

    Attributes:
        groups: id of the earliest member -> members, by time; certain links only. A claim alone is a group.
        probable: the same with the probable links.
        links: that hold; derivations are among them. undone: that were cut.
        echoes: a telling number that another origin gave before: may be circular, joins nothing.
        independent_origins: voices behind all claims, at least; see `Merged.origins`.
        voices: group -> what its origins speak for ("state:KR"), empty when nobody is named.
    """

    groups: dict[str, tuple[str, ...]]
    probable: dict[str, tuple[str, ...]]
    links: tuple[Link, ...]
    undone: tuple[Link, ...]
    echoes: tuple[Link, ...]
    independent_origins: int
    voices: dict[str, frozenset[str]]

    def group_of(self) -> dict[str, str]:
        """Return claim id -> id of its group."""
        return {member: group for group, members in self.groups.items() for member in members}

    def origins(self, ids: Iterable[str]) -> int:
        """Return how many independent origins stand behind some claims, at least.

        Claims computed from others, and claims of which nobody is named, add none; nor do two offices of one state.
        """
        wanted = set(ids)
        group_of = self.group_of()
        computed = {
            group_of[link.b] for link in self.links if link.kind == "derived" and group_of[link.a] != group_of[link.b]
        }
        groups = {group_of[i] for i in wanted}
        known = [self.voices[g] for g in groups - computed if self.voices[g]]
        return max(_apart(known), 1 if groups else 0)


def merge(
    claims: Sequence[TextClaim],
    texts: Mapping[str, str] | None = None,
    undone: AbstractSet[tuple[str, str]] = frozenset(),
) -> Merged:
    """Return which claims are one statement.

    Args:
        claims: with distinct ids, in any order.
        texts: document name -> text, to find documents that were copied.
        undone: pairs of claims that a person holds apart. A pair that is linked only through others is parted at the
            weakest link between them.

    Raises:
        InputError: two claims have one id.
    """
    told = sorted((agreement.told(claim) for claim in claims), key=lambda t: t.at)
    by_id = {t.claim.id: t for t in told}
    if len(by_id) != len(told):
        seen: set[str] = set()
        twice = next(t.claim.id for t in told if t.claim.id in seen or seen.add(t.claim.id))  # type: ignore[func-returns-value]
        raise InputError(f'two claims have the id "{twice}"')
    place = {t.claim.id: n for n, t in enumerate(told)}
    edges = _Edges(place)
    for block in _blocks(told):
        _compare(block, edges)
    _copies(told, texts or {}, edges)
    _headlines(told, edges)
    _spellings(by_id, edges)

    sure = _Forest(place)
    firm = {t.claim.id: {t.claim.sources[-1]} if agreement.firm(t) else set() for t in told}
    amounts = {t.claim.id: {t.numbers: t} if t.numbers else {} for t in told}
    tree = [edge for edge in edges.ranked() if edge.kind in SURE and _join_trees(edge, sure, firm, amounts)]
    loose, tree_of_loose = _loose(edges, sure, by_id)
    tree += tree_of_loose
    apart = {(a, b) if place[a] <= place[b] else (b, a) for a, b in undone if a in place and b in place}
    kept, cut = _cut(tree, apart, place)

    sure, loose = _Forest(place), _Forest(place)
    for link in kept:
        loose.join(link.a, link.b)
        if link.kind in SURE:
            sure.join(link.a, link.b)
    derived = [Link(a, b, "derived", why, status) for a, b, why, status in derivation.derived(told)]
    cut += [link for link in derived if _pair(link, place) in apart]
    kept += [link for link in derived if _pair(link, place) not in apart]
    groups = sure.trees()
    voices = {group: _voices([by_id[m] for m in members]) for group, members in groups.items()}
    merged = Merged(groups, loose.trees(), tuple(kept), tuple(cut), tuple(edges.echoes(sure)), 0, voices)
    return msgspec.structs.replace(merged, independent_origins=merged.origins(by_id))


def grouped(claims: Sequence[TextClaim], merged: Merged) -> list[TextClaim]:
    """Return the claims with their groups filled in."""
    group_of = merged.group_of()
    return [msgspec.structs.replace(claim, group=group_of[claim.id]) for claim in claims]


class _Edge(NamedTuple):
    a: str
    b: str
    kind: Kind
    why: str
    rank: tuple[int, int, int, int]


class _Edges:
    """Links found so far, the strongest of each pair; and the echoes of telling numbers."""

    def __init__(self, place: Mapping[str, int]) -> None:
        self._place = place
        self._best: dict[tuple[str, str], _Edge] = {}
        self._echoes: dict[tuple[str, str], str] = {}

    def add(self, a: str, b: str, kind: Kind, why: str, closeness: int = 0) -> None:
        if self._place[a] > self._place[b]:
            a, b = b, a
        rank = (-_STRENGTH[kind], -closeness, self._place[b] - self._place[a], self._place[b])
        edge = _Edge(a, b, kind, why, rank)
        known = self._best.get((a, b))
        if known is None or edge[4:] + edge[2:4] < known[4:] + known[2:4]:
            self._best[a, b] = edge

    def echo(self, a: str, b: str, why: str) -> None:
        if self._place[a] > self._place[b]:
            a, b = b, a
        self._echoes.setdefault((a, b), why)

    def ranked(self) -> list[_Edge]:
        return sorted(self._best.values(), key=lambda e: e.rank)

    def echoes(self, sure: _Forest) -> Iterator[Link]:
        seen = set()
        for (a, b), why in sorted(self._echoes.items(), key=lambda e: (self._place[e[0][0]], self._place[e[0][1]])):
            between = (sure.top(a), sure.top(b))
            if between not in seen:
                seen.add(between)
                yield Link(a, b, "probable", why)


class _Forest:
    """Union-find; the earliest member names its tree."""

    def __init__(self, place: Mapping[str, int]) -> None:
        self._place = place
        self._over = {name: name for name in place}

    def top(self, name: str) -> str:
        over = self._over
        while over[name] != name:
            over[name] = name = over[over[name]]
        return name

    def join(self, a: str, b: str) -> bool:
        a, b = self.top(a), self.top(b)
        if a == b:
            return False
        if self._place[a] > self._place[b]:
            a, b = b, a
        self._over[b] = a
        return True

    def trees(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for name in self._over:
            found.setdefault(self.top(name), []).append(name)
        return {top: tuple(members) for top, members in found.items()}


def _blocks(told: Sequence[Told]) -> Iterator[list[Told]]:
    """Yield the claims that may be one: of one family of items with a number in common, or unquantified of one kind."""
    blocks: dict[tuple[object, ...], list[Told]] = {}
    near: dict[tuple[object, ...], list[Told]] = {}
    for t in told:
        for number in t.numbers:
            blocks.setdefault((t.family, number), []).append(t)
        if not t.numbers:
            key = (t.family, t.claim.predicate, t.claim.origin_country, t.claim.destination_country)
            blocks.setdefault(key, []).append(t)
        elif t.numbers[-1] >= agreement.FEWEST_ROUNDED:
            for root in t.roots:
                for step in _steps(t.numbers):
                    way = (t.claim.origin_country, t.claim.destination_country)
                    near.setdefault((t.family, root, *way, step), []).append(t)
    yield from blocks.values()
    for block in near.values():  # rounded numbers of one origin, told within days
        dated = [t for t in block if t.published is not None]
        days = [t.published[0] for t in dated if t.published is not None]
        for n, t in enumerate(dated):
            stop = min(bisect_right(days, days[n] + FORTNIGHT), n + MOST_NEIGHBOURS)
            for other in dated[n + 1 : stop]:
                if other.numbers != t.numbers and agreement.rounded(t, other):
                    yield [t, other]


def _steps(numbers: tuple[float, ...]) -> range:
    """Return the steps of a tenth that a number lies on, one more, and for a range those between: rounding moves by less."""
    last = math.floor(math.log(numbers[-1], 1.1))
    first = math.floor(math.log(numbers[0], 1.1)) if numbers[0] > 0 else last
    return range(max(first, last - WIDEST), last + 2)


def _compare(block: Sequence[Told], edges: _Edges) -> None:
    """Compare the claims of a block with each other; those that are alike in all that counts are compared once."""
    alike: dict[tuple[object, ...], list[Told]] = {}
    for t in block:
        alike.setdefault(t.signature, []).append(t)
    for twins in alike.values():
        for n, t in enumerate(twins[1:], 1):
            _join(twins[n - 1], t, edges)
            if n > 1:
                _join(twins[0], t, edges)
    first = sorted((twins[0] for twins in alike.values()), key=lambda t: (min(t.roots, default=""), t.at))
    for n, t in enumerate(first):
        for other in first[n + 1 : n + 1 + MOST_NEIGHBOURS]:
            _join(t, other, edges)


def _join_trees(
    edge: _Edge, sure: _Forest, firm: dict[str, set[str]], amounts: dict[str, dict[tuple[float, ...], Told]]
) -> bool:
    """Join two trees unless that would make one statement of two.

    A claim that names nobody must not tie two origins, nor a rounded number two exact ones.
    """
    a, b = sure.top(edge.a), sure.top(edge.b)
    if a == b:
        return False
    if edge.why != COPIED_DOCUMENT and any(
        same_voice(x, y) in {"different", "unknown"} for x in firm[a] for y in firm[b]
    ):
        return False
    if not all(agreement.numbers_agree(x, y) for x in amounts[a].values() for y in amounts[b].values()):
        return False
    sure.join(a, b)
    top = sure.top(a)
    firm[top] = firm[a] | firm[b]
    amounts[top] = amounts[a] | amounts[b]
    return True


def _join(a: Told, b: Told, edges: _Edges) -> None:
    verdict = agreement.compare(a, b)
    if verdict is None:
        return
    if verdict.kind == "echo":
        edges.echo(a.claim.id, b.claim.id, verdict.why)
    else:
        edges.add(a.claim.id, b.claim.id, verdict.kind, verdict.why, verdict.closeness)


def _copies(told: Sequence[Told], texts: Mapping[str, str], edges: _Edges) -> None:
    """Link claims whose sentences were copied."""
    wanted = {t.claim.doc for t in told}
    documents: dict[str, str] = {}
    copied: dict[str, set[str]] = {}
    for a, b in near_copies({name: texts[name] for name in sorted(texts) if name in wanted}):
        top = documents.get(a, a)
        documents[b] = top
        copied.setdefault(top, {top}).add(b)
    by_id = {t.claim.id: t for t in told}
    quotes = {t.claim.id: t.claim.quote for t in told}
    for a, b in near_copies(quotes, least=COPIED, keep=lambda name: by_id[name].measure):
        ours, theirs = by_id[a], by_id[b]
        same_document = documents.get(ours.claim.doc, ours.claim.doc) == documents.get(
            theirs.claim.doc, theirs.claim.doc
        )
        if same_document or agreement.voices(ours, theirs) != "different":
            whole = same_document and ours.claim.doc != theirs.claim.doc
            edges.add(a, b, "copy", COPIED_DOCUMENT if whole else "the sentence was copied word for word")


def _headlines(told: Sequence[Told], edges: _Edges) -> None:
    """Link what a document says without naming anybody to the claim it says with a source, when only one can be meant."""
    documents: dict[str, list[Told]] = {}
    for t in told:
        documents.setdefault(t.claim.doc, []).append(t)
    for in_document in documents.values():
        by_family: dict[str, list[Told]] = {}
        for t in in_document:
            by_family.setdefault(t.family, []).append(t)
        for in_family in by_family.values():
            _headlines_of(in_family[:MOST_NEIGHBOURS], edges)


def _headlines_of(in_family: Sequence[Told], edges: _Edges) -> None:
    named = [t for t in in_family if t.claim.sources]
    for bare in (t for t in in_family if not t.claim.sources):
        meant = [(t, close) for t in named if (close := agreement.headline_of(bare, t)) is not None]
        if not meant and not bare.numbers:
            silent = [t for t in in_family if not t.claim.sources and t.numbers]
            meant = [(t, close) for t in silent if (close := agreement.headline_of(bare, t)) is not None]
        if not meant:
            continue
        first = meant[0][0]
        one = all(
            agreement.voices(first, t) in {"same", "part"} or not (first.claim.sources or t.claim.sources)
            for t, _ in meant
        )
        one_number = bare.numbers or len({t.numbers for t, _ in meant if t.numbers}) <= 1
        if one and one_number:
            body, close = max(meant, key=lambda m: (m[1], tuple(-ord(c) for c in m[0].claim.id)))
            why = "the same document names the source" if body.claim.sources else "the same document gives the number"
            edges.add(bare.claim.id, body.claim.id, "headline", why, close)


def _spellings(by_id: Mapping[str, Told], edges: _Edges) -> None:
    """Take two names in different scripts for one person when they give several different numbers alike."""
    alike: dict[tuple[str, str], list[_Edge]] = {}
    for edge in edges.ranked():
        ours, theirs = by_id[edge.a], by_id[edge.b]
        people = (
            len(ours.voices) == len(theirs.voices) == 1 and is_person(ours.voices[0]) and is_person(theirs.voices[0])
        )
        if edge.kind == "probable" and people and spelled_apart(ours.voices[0].name, theirs.voices[0].name):
            first, second = sorted((ours.voices[0].name, theirs.voices[0].name))
            alike.setdefault((first, second), []).append(edge)
    for (first, second), found in alike.items():
        measures = {(by_id[e.a].claim.item, by_id[e.a].numbers) for e in found}
        if len(measures) >= ALIKE:
            why = f"same number; {first} and {second} give {len(measures)} numbers alike: one name in two scripts"
            for edge in found:
                edges.add(edge.a, edge.b, "same", why)


def _loose(edges: _Edges, sure: _Forest, by_id: Mapping[str, Told]) -> tuple[_Forest, list[_Edge]]:
    """Join probable links; a group of which nobody is named joins another only when no second one can be meant."""
    place = {name: n for n, name in enumerate(by_id)}
    groups = sure.trees()
    anchored = {g for g, members in groups.items() if any(not v.vague for m in members for v in by_id[m].voices)}
    loose, tree = _Forest(place), []
    candidates: dict[str, list[_Edge]] = {}
    among_unnamed = []
    for g, members in groups.items():
        for m in members:
            loose.join(g, m)
    probable = [e for e in edges.ranked() if e.kind == "probable"]
    for edge in probable:
        a, b = sure.top(edge.a), sure.top(edge.b)
        if a == b:
            continue
        if a in anchored and b in anchored:
            if by_id[edge.a].claim.sources and by_id[edge.b].claim.sources and loose.join(a, b):
                tree.append(edge)
        elif a in anchored or b in anchored:
            candidates.setdefault(b if a in anchored else a, []).append(edge)
        else:
            among_unnamed.append(edge)
    named = {name: loose.top(name) for name in place}
    for group, found in candidates.items():
        meant = {named[sure.top(e.a)] for e in found} | {named[sure.top(e.b)] for e in found}
        if len(meant - {named[group]}) == 1 and loose.join(found[0].a, found[0].b):
            tree.append(found[0])
    for edge in among_unnamed:
        free = sure.top(edge.a) not in candidates and sure.top(edge.b) not in candidates
        if free and loose.join(edge.a, edge.b):
            tree.append(edge)
    return loose, tree


def _cut(
    tree: Sequence[_Edge], apart: AbstractSet[tuple[str, str]], place: Mapping[str, int]
) -> tuple[list[Link], list[Link]]:
    """Part the pairs that a person holds apart: at the weakest link on the way from one to the other."""
    beside: dict[str, list[tuple[str, _Edge]]] = {}
    for edge in tree:
        beside.setdefault(edge.a, []).append((edge.b, edge))
        beside.setdefault(edge.b, []).append((edge.a, edge))
    gone: set[tuple[str, str]] = set()
    for a, b in sorted(apart, key=lambda pair: (place[pair[0]], place[pair[1]])):
        if a == b:
            continue
        direct = [e for other, e in beside.get(a, ()) if other == b]
        way = direct or _way(a, b, beside)
        if way:  # every pair is parted in the whole tree, so that the order of the pairs does not matter
            weakest = max(way, key=lambda e: e.rank)
            gone.add((weakest.a, weakest.b))
    kept = [Link(e.a, e.b, e.kind, e.why) for e in tree if (e.a, e.b) not in gone]
    return kept, [Link(e.a, e.b, e.kind, e.why) for e in tree if (e.a, e.b) in gone]


def _way(a: str, b: str, beside: Mapping[str, Sequence[tuple[str, _Edge]]]) -> list[_Edge]:
    """Return the links on the way from one claim to another, none when there is no way."""
    came: dict[str, tuple[str, _Edge] | None] = {a: None}
    todo = [a]
    while todo and b not in came:
        here = todo.pop()
        for other, edge in beside.get(here, ()):
            if other not in came:
                came[other] = (here, edge)
                todo.append(other)
    way = []
    step = came.get(b)
    while step is not None:
        way.append(step[1])
        step = came[step[0]]
    return way


def _pair(link: Link, place: Mapping[str, int]) -> tuple[str, str]:
    return (link.a, link.b) if place[link.a] <= place[link.b] else (link.b, link.a)


def _voices(members: Sequence[Told]) -> frozenset[str]:
    """Return what the origins of a group speak for; a medium or a person counts only when nobody stands behind it."""
    levels = {t.claim.sources[-1] for t in members if t.claim.sources}
    firm = {level for level in levels if any(not voice(n).vague for n in level.split("|"))}
    return all_roots(firm or levels)


def _apart(known: Sequence[frozenset[str]]) -> int:
    """Return the number of sets after those that share an element are joined."""
    joined: list[set[str]] = []
    for roots in known:
        touching = [s for s in joined if s & roots]
        joined = [s for s in joined if not s & roots] + [set(roots).union(*touching)]
    return len(joined)
