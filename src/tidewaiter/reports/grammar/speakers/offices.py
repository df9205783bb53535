"""Offices of a state: a role and the country beside it, or who was named before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.grammar.speakers.outlets import is_named
from tidewaiter.reports.grammar.speakers.people import Voice
from tidewaiter.reports.grammar.speakers.words import DEFINITE

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.line import Line
    from tidewaiter.reports.grammar.speakers.people import People

SERVING = frozenset({"officials", "officers", "diplomats", "ambassador"})
SHORT = {"European Union": "EU", "United Nations": "UN"}
UNNAMED = frozenset({"experts", "unnamed", "officials", "parliament", "media", "documents"})
"""Kinds of roles that without a country are "unnamed experts" and so on; an office without a country keeps its name."""


def government(line: Line, iso: str) -> str:
    """Return what the government of a country is called."""
    world = line.lexicon.world
    named = world.agencies.get(f"{iso}/government")
    house = world.organisations.get(named or "")
    if house is not None and house.parent:  # Moscow says so, not the Kremlin
        named = None
    return named or f"{world.countries[iso].adjective or world.countries[iso].name} government"


def office_of(line: Line, start: int, end: int, role: str, people: People) -> Voice:
    """Compose country and role: an adjective before, a country behind ("Verteidigungsministerium Südkoreas")."""
    world = line.lexicon.world
    kind = world.roles[role].kind
    if kind == "experts" and (known := people.holder("experts")) is not None and _is_again(line, start, end, kind):
        return Voice(start, end, known.name, known.kind, known.country)
    western = line.ending("attribution.western", start)
    if western is not None:
        return Voice(western.start, end, f"{western.value} {world.roles[role].name}", kind)
    iso, first, last = _country_beside(line, start, end)
    body_beside = line.ending("organisation", start) is not None or line.at("organisation", end) is not None
    if role == "spokesperson" and not iso and not body_beside and people.house is not None:  # of whom was named last
        return people.house._replace(start=start, end=end)
    if iso:
        named = world.agencies.get(f"{iso}/{role}")
        adjective = world.countries[iso].adjective or world.countries[iso].name
        name = named or f"{adjective} {world.roles[role].name}"
        other = line.ending("country", first - 1) if first > 1 and line.at("syntax.and", first - 1) else None
        if (
            other is not None and other.value[1] == "adjectives" and other.value[0] != iso
        ):  # "South Korean and American officials"
            also = world.agencies.get(f"{other.value[0]}/{role}") or (
                f"{world.countries[other.value[0]].adjective} {world.roles[role].name}"
            )
            name, first = "|".join(sorted((name, also))), other.start
        return Voice(first, last, name, kind, iso)
    own = line.at("syntax.they", start - 1) if start else None
    if own is not None and kind not in UNNAMED:  # "…, its Agriculture Ministry said"
        named_before = [h for h in line.of("country") if h.end < start and h.value[1] in {"names", "seats"}]
        if named_before:
            iso = named_before[0].value[0]
            agency = world.agencies.get(f"{iso}/{role}")
            return Voice(start, end, agency or f"{world.countries[iso].adjective} {world.roles[role].name}", kind, iso)
    name = world.roles[role].name
    again = (role == "media" and not is_named(line, end)) or kind not in UNNAMED or _is_again(line, start, end, kind)
    holder = people.holder(kind if kind in {"experts", "documents", "parliament"} else role) if again else None
    if holder is not None and kind == "parliament" and holder.kind != "person":
        holder = None
    if holder is not None and not any(line.at("country", t) for t in range(max(0, start - 2), min(line.size, end + 2))):
        return Voice(start, end, holder.name, holder.kind, holder.country)
    here = {h.value[0] for h in line.of("country")} or {people.country} - {""}
    home = line.lexicon.file.home
    only = home or (here.pop() if len(here) == 1 else "")  # an office without a country is one of the reader's own
    if (kind not in UNNAMED or role == "state_media") and only:
        agency = world.agencies.get(f"{only}/{role}")
        return Voice(start, end, agency or f"{world.countries[only].adjective} {name}", kind, only)
    described = line.ending("attribution.unnamed", start)  # "mit der Sache vertraute Diplomaten"
    if described is not None and kind in UNNAMED:
        start = described.start
    return Voice(start, end, f"unnamed {name}" if kind in UNNAMED else name, kind)


def _is_again(line: Line, start: int, end: int, kind: str) -> bool:
    """Tell whether words mean who was named before: "the experts", "die Unterlagen", "the lawmaker" (one, not some)."""
    at = start - 1
    while kind == "experts" and start - at < 5 and at > 0 and line.words.folded[at] not in DEFINITE:
        at -= 1  # "the London-based research group"
    if start == 0 or line.words.folded[at] not in DEFINITE or kind not in {"experts", "documents", "parliament"}:
        return False
    if any(line.at(k, t) for t in range(at, start) for k in ("attribution.verbs", "predicate", "syntax.clause")):
        return False
    last = line.words.folded[end - 1]
    many = line.words.folded[start - 1] == "die" if line.lexicon.code == "de" else last.endswith("s")
    return kind != "parliament" or not many


def _country_beside(line: Line, start: int, end: int) -> tuple[str, int, int]:
    for hit in line.of("country"):
        if hit.start <= start < hit.end:  # "US-Geheimdienst"
            return hit.value[0], min(hit.start, start), max(hit.end, end)
    for back in range(4):
        at = start - back
        before = line.ending("country", at)
        if before is not None:
            near = (
                back == 0
                or (back == 1 and line.words.folded[at] not in line.lexicon.stop)
                or line.words.folded[at] == "'s"
            )
            if before.value[1] == "adjectives" or (near and before.value[1] in {"names", "seats"}):
                return before.value[0], before.start, end
            break
        if at <= 0 or line.at("syntax.clause", at - 1):
            break
        if not line.words.folded[at - 1][0].isalpha() and line.words.folded[at - 1] != "'s":
            break
    serving = end + (end < line.size and line.words.folded[end] in {"der", "des", "of", "du", "de"})
    forces = line.at("organisation", serving)  # "Generalstab der ukrainischen Streitkräfte", "Генштаба ВСУ"
    if forces is not None and line.lexicon.world.organisations[forces.value].kind == "military":
        return line.lexicon.world.organisations[forces.value].country, start, forces.end
    if forces is not None and line.at("role", start) and line.value("role", start) == "officers":
        country = line.lexicon.world.organisations[forces.value].country
        if country:
            return country, start, forces.end  # "ein Offizier der Revolutionsgarden"
    for ahead in range(0 if line.lexicon.code == "ko" else 3):
        behind = line.at("country", end + ahead)
        if behind is not None:
            return (behind.value[0], start, behind.end) if behind.value[1] != "rulers" else ("", start, end)
        at = end + ahead
        if at >= line.size or not line.words.folded[at][0].isalpha() or len(line.words.folded[at]) > 3:
            break
    return "", start, end


def officials_of(line: Line, voice: Voice) -> Voice:
    """Let officials be more than what they serve: "a NATO official", "South Korean intelligence officials"."""
    role = line.at("role", voice.end)
    same = next((h for h in line.of("role") if voice.start <= h.start < voice.end and h.value in SERVING), None)
    if same is not None and voice.kind in {"alliance", "organisation"}:  # "EU-Diplomat"
        return Voice(
            voice.start,
            voice.end,
            f"{SHORT.get(voice.name, voice.name)} {line.lexicon.world.roles[same.value].name}",
            "officials",
        )
    if role is None or role.value not in SERVING:
        return voice
    if voice.kind == "intelligence" and voice.country and role.value != "ambassador":
        adjective = line.lexicon.world.countries[voice.country].adjective
        return Voice(voice.start, role.end, f"{adjective} intelligence officials", "officials", voice.country)
    if voice.kind in {"alliance", "organisation"}:
        name = line.lexicon.world.roles[role.value].name
        return Voice(voice.start, role.end, f"{SHORT.get(voice.name, voice.name)} {name}", "officials")
    return voice


def adjectives(line: Line) -> list[Voice]:
    """Find states by their adjective in front of a statement: "nach rumänischen Angaben", "par les autorités russes"."""
    return [
        Voice(h.start, h.end, government(line, h.value[0]), "officials", h.value[0])
        for h in line.of("country")
        if h.value[1] == "adjectives" and line.at("attribution.statements", h.end) and line.at("role", h.end) is None
    ]
