"""A chain of sources, and how the voices of a sentence are put in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tidewaiter.reports.grammar.attribution.speech import coordinated
from tidewaiter.reports.grammar.speakers import Voice, government

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line


class Chain(NamedTuple):
    """A chain of sources.

    Attributes:
        levels: outermost first; co-sources of a level joined by "|".
        start, end: code points of cue and voices.
        how: explicit | inherited | none. also: parallel reporters.
        statement: the cue is a statement or report ("Einschätzung", "Bericht") and not somebody talking.
        denying: the chain of who denies, where the sentence has that beside another source.
    """

    levels: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    how: str = "none"
    also: tuple[str, ...] = ()
    statement: bool = False
    denying: tuple[str, ...] = ()


NOBODY = Chain()


class Tie(NamedTuple):
    """A voice tied to what a sentence says, and the tokens [start, end) of cue and voice."""

    rank: int  # 0 an outlet, 5 who speaks, 7 whose statement it is, 9 who is cited
    voice: Voice
    start: int
    end: int
    statement: bool


def in_order(line: Line, ties: list[Tie]) -> Chain:
    """Put ties in order, the outlet first, what is cited last; voices in one breath share a level."""
    if any(
        t.voice.kind not in {"documents", "media"} for t in ties
    ):  # whose papers they are says more than that they are
        ties = [t for t in ties if t.voice.kind != "documents" or not t.voice.name.startswith("unnamed")]
    ties = [t._replace(voice=_of_the_state(line, t.voice, ties)) for t in ties]
    if any(
        t.rank == 9 and t.voice.kind in {"person", "parliament"} for t in ties
    ):  # a lawmaker who quotes the services
        ties = [t._replace(rank=10) if t.voice.kind == "intelligence" and 0 < t.rank < 9 else t for t in ties]
    levels: list[list[str]] = []
    ties.sort(key=lambda t: t.voice.start)
    for n in range(1, len(ties)):  # voices in one breath stand on one level: "von Reuters und dem OSC"
        if coordinated(line, ties[n - 1].voice, ties[n].voice):
            rank = max(ties[n - 1].rank, ties[n].rank)
            ties[n - 1 : n + 1] = [ties[n - 1]._replace(rank=rank), ties[n]._replace(rank=rank)]
    ties.sort(key=lambda t: (t.rank, t.voice.start))
    last: Tie | None = None
    for tie in ties:
        joined = last is not None and last.rank == tie.rank and coordinated(line, last.voice, tie.voice)
        if joined:
            levels[-1].append(tie.voice.name)
        elif not any(tie.voice.name in level for level in levels):
            levels.append([tie.voice.name])
        last = tie
    services = _own_services(line, ties)
    if services and [services] not in levels:
        levels.append([services])
    start, end = min(t.start for t in ties), max(t.end for t in ties)
    first, stop = line.span(start, end)
    names = tuple("|".join(sorted(set(level))) for level in levels)
    return Chain(names, first, stop, "explicit", (), any(t.statement for t in ties))


def _of_the_state(line: Line, voice: Voice, ties: list[Tie]) -> Voice:
    """Services that nobody names are those of the state whose official cites them."""
    if voice.kind not in {"intelligence", "government"} or voice.country or voice.name != voice.kind:
        return voice
    states = [
        t.voice.country for t in ties if t.voice.country and (t.voice.kind != "media" or voice.kind == "government")
    ]
    if not states:
        return voice
    if voice.kind == "government":
        return voice._replace(name=government(line, states[0]), country=states[0])
    named = line.lexicon.world.agencies.get(f"{states[0]}/intelligence")
    return voice._replace(name=named, country=states[0]) if named else voice


def _own_services(line: Line, ties: list[Tie]) -> str:
    """Return whose knowledge it is when an official says "our information": the services of the state."""
    country = next((t.voice.country for t in reversed(ties) if t.voice.country and t.voice.kind != "media"), "")
    if not country or not line.has("attribution.own"):
        return ""
    world = line.lexicon.world
    return world.agencies.get(f"{country}/intelligence") or f"{world.countries[country].adjective} intelligence"
