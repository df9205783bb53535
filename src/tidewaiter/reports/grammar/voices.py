"""Who is named in a sentence as one who speaks: organisations, offices of a country, people, states by their capital."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tidewaiter.reports.grammar.lexicon import Hit, Lexicon
    from tidewaiter.reports.grammar.line import Line

UNNAMED = frozenset({"experts", "unnamed", "officials", "parliament", "media", "documents"})
"""Kinds of roles that without a country are "unnamed experts" and so on; an office without a country keeps its name."""
PARTICLES = frozenset({"de", "von", "van", "der", "al", "bin", "ibn", "del", "di", "da", "le", "la", "du", "ten"})
DEFINITE = frozenset({"the", "der", "die", "das", "den", "dem", "le", "la", "les", "l'", "these", "diese", "ces"})
BODIES = frozenset({"intelligence", "think tank", "experts", "data"})
LONGEST_NAME = 4  # tokens of a person's name
_QUOTE = '"'


class Voice(NamedTuple):
    """Somebody who may speak: tokens [start, end), canonical name, kind (media | person | …), country or ""."""

    start: int
    end: int
    name: str
    kind: str
    country: str = ""


class People:
    """Who was met so far in a text: people by surname, and the last holder of an office ("der Minister")."""

    def __init__(self) -> None:
        self._by_surname: dict[str, str] = {}
        self._by_office: dict[str, Voice] = {}
        self.outlets: dict[str, str] = {}
        """Outlets met in quotation marks, by their name in small letters."""
        self.body: Voice | None = None
        """The service, institute or team that was named last."""
        self.country = ""
        """The country whose office spoke last."""

    def meet(self, name: str) -> None:
        """Remember a full name by its parts; a family name may come first or last."""
        parts = name.split()
        for part in {parts[-1], parts[0]} if len(parts) > 1 else ():
            self._by_surname.setdefault(part.casefold(), name)

    def meet_as(self, written: str, name: str) -> None:
        """Remember that a surname as written stands for a name ("Peskow" for Dmitry Peskov)."""
        self._by_surname.setdefault(written.casefold(), name)

    def known(self, word: str) -> str | None:
        """Return the full name that a word is a part of."""
        folded = word.casefold()
        return self._by_surname.get(folded) or self._by_surname.get(folded.rstrip("s"))

    def hold(self, office: str, voice: Voice) -> None:
        """Remember who holds an office."""
        self._by_office[office] = voice

    def holder(self, office: str) -> Voice | None:
        """Return who was named last with an office, or with one of its kind ("minister" for "defence_minister")."""
        if office in self._by_office:
            return self._by_office[office]
        return next((v for known, v in reversed(self._by_office.items()) if known.endswith(f"_{office}")), None)

    def forget_offices(self) -> None:
        """Start reading again from the top; names stay known."""
        self._by_office.clear()
        self.body, self.country = None, ""


def voices(line: Line, people: People) -> list[Voice]:
    """Return the voices named in a line, in order; a role in front of or behind a name gives way to the person."""
    world = line.lexicon.world
    found = [
        Voice(h.start, h.end, h.value, world.organisations[h.value].kind, world.organisations[h.value].country)
        for h in line.of("organisation")
    ]
    found = [_officials_of(line, v) for v in found]
    covered = {t for v in found for t in range(v.start, v.end)}
    officials = [v._replace(kind="person") for v in found if v.kind == "official"]
    found = [v for v in found if v.kind != "official"]
    for official in officials:
        people.meet(official.name)
        people.meet_as(line.words.written[official.end - 1], official.name)
    offices = {h.start: h.value for h in line.of("role") if h.start not in covered}
    for hit in line.of("role"):
        if not covered.isdisjoint(range(hit.start, hit.end)):
            continue
        if hit.value == "media" and line.words.folded[hit.start] in DEFINITE:  # "the paper": which one was said before
            outlet = people.holder("media")
            if outlet is not None and not _is_named(line, hit.end):
                found.append(outlet._replace(start=hit.start, end=hit.end))
            continue
        if hit.value == "media" and line.at("organisation", hit.end):
            continue  # the name says it
        outlet_name = _outlet_name(line, hit.end) if hit.value == "media" else None
        if outlet_name is not None:
            found.append(outlet_name)
            continue
        found.append(_office(line, hit.start, hit.end, hit.value, people))
    covered = {t for v in found for t in range(v.start, v.end)}
    body = people.body
    if body is not None:
        again = [h for h in line.of("attribution.again") if covered.isdisjoint(range(h.start, h.end))]
        found += [body._replace(start=h.start, end=h.end) for h in again if not _is_named(line, h.end)]
    found.sort()
    found += [*_quoted(line, people), *_adjectives(line)]
    persons = officials + _persons(line, [*found, *officials], people)
    covered = {t for v in (*found, *persons) for t in range(v.start, v.end)}
    persons = [_with_office(line, p, found) for p in persons]
    for voice in (*found, *persons):
        for at, role in offices.items():
            if voice.start <= at < voice.end and (voice.country or voice.kind == "person"):
                people.hold(role, voice)
                if world.roles[role].kind == "parliament" and voice.kind == "person":
                    people.hold("parliament", voice)
        for key, name in line.lexicon.world.agencies.items():
            if name == voice.name:
                people.hold(key.partition("/")[2], voice)
        if voice.kind in {"intelligence", "media", "experts"} and not voice.name.startswith("unnamed"):
            people.hold(voice.kind, voice)
        if voice.kind in {"think tank", "experts"} and not voice.name.startswith("unnamed"):
            people.hold("experts", voice)
            people.hold("documents", voice)
        if voice.kind == "documents":
            people.hold("documents", voice)
        if voice.kind in BODIES and not voice.name.startswith("unnamed"):
            people.body = voice
        if voice.country and voice.kind not in {"media", "company"}:
            people.country = voice.country
    found = [v for v in found if not any(p.start <= v.start and v.end <= p.end for p in persons)] + persons
    found = [v for v in found if not any(_inside(v, o) for o in found)]
    found = [v for v in found if not _is_paper_of(line, v, found)]
    covered |= {t for v in persons for t in range(v.start, v.end)}
    for hit in line.of("country"):
        iso, form = hit.value
        if form in {"names", "seats"} and covered.isdisjoint(range(hit.start, hit.end)) and _speaks(line, hit, found):
            found.append(Voice(hit.start, hit.end, government(line, iso), "government", iso))
    found = _without_initials(line, sorted(found))
    aside = _dateline(line)
    return sorted(v for v in found if v.start not in aside)


def _officials_of(line: Line, voice: Voice) -> Voice:
    """Let officials be more than what they serve: "a NATO official", "South Korean intelligence officials"."""
    role = line.at("role", voice.end)
    if role is None or role.value not in {"officials", "officers", "diplomats", "ambassador"}:
        return voice
    if voice.kind == "intelligence" and voice.country and role.value != "ambassador":
        adjective = line.lexicon.world.countries[voice.country].adjective
        return Voice(voice.start, role.end, f"{adjective} intelligence officials", "officials", voice.country)
    if voice.kind in {"alliance", "organisation"}:
        name = line.lexicon.world.roles[role.value].name
        return Voice(voice.start, role.end, f"{voice.name} {name}", "officials")
    return voice


def _inside(voice: Voice, other: Voice) -> bool:
    """Tell whether a voice for nobody named is only a part of how another is described."""
    smaller = (
        other.start <= voice.start and voice.end <= other.end and voice.end - voice.start < other.end - other.start
    )
    return smaller and (voice.name.startswith("unnamed") or (voice.kind == "government" and other.kind == "person"))


def _without_initials(line: Line, found: list[Voice]) -> list[Voice]:
    """Let a name take in its own initials in brackets: "Open Source Centre (OSC)"."""
    out: list[Voice] = []
    for voice in found:
        again = bool(out) and out[-1].name == voice.name and voice.start - out[-1].end <= 1
        if again and line.words.folded[out[-1].end : voice.start] == ["("]:
            closed = voice.end < line.size and line.words.folded[voice.end] == ")"
            out[-1] = out[-1]._replace(end=voice.end + closed)
        else:
            out.append(voice)
    return out


def _quoted(line: Line, people: People) -> list[Voice]:
    """Find outlets whose names stand in quotation marks behind their kind: "видання «Берег»", "Die Zeitung „Bote“"."""
    outlets = _outlets(line.lexicon)
    out = []
    for at in (t for t, word in enumerate(line.words.folded) if word == '"'):
        close = next((t for t in range(at + 2, min(at + 6, line.size)) if line.words.folded[t] == '"'), None)
        inside = "" if close is None else " ".join(line.words.folded[at + 1 : close])
        name = outlets.get(inside) or people.outlets.get(inside, "")
        if close is not None and name and not any(line.covers("organisation", t) for t in range(at, close)):
            out.append(Voice(at + 1, close, name, "media"))
    for hit in line.of("role", "attribution.reports", "title"):
        if (hit.kind == "role" and hit.value != "media") or hit.end >= line.size or line.words.folded[hit.end] != '"':
            continue
        if hit.kind == "title" and line.lexicon.code == "ko":
            continue  # a title in front of a quotation is who says it
        if hit.kind == "attribution.reports" and line.ending("title", hit.end) is None:
            continue  # "die Berichte „Gerüchte“"
        close = next((t for t in range(hit.end + 2, min(hit.end + 7, line.size)) if line.words.folded[t] == '"'), None)
        known = any(v.start == hit.end + 1 for v in out)
        if close is not None and not known and not any(line.at("organisation", t) for t in range(hit.end, close)):
            name = " ".join(line.words.written[hit.end + 1 : close])
            people.outlets[name.casefold()] = name
            out.append(Voice(hit.end + 1, close, name, "media"))
    return out


@cache
def _outlets(lexicon: Lexicon) -> dict[str, str]:
    """Return outlets by their name in small letters, with and without its article, as quotation marks hold it."""
    out = {}
    for name, organisation in lexicon.world.organisations.items():
        if organisation.kind == "media":
            folded = name.casefold()
            out[folded] = name
            article, _, rest = folded.partition(" ")
            if article in {"der", "die", "das", "the", "le", "la", "les"} and rest:
                out[rest] = name
    return out


def _adjectives(line: Line) -> list[Voice]:
    """Find states by their adjective in front of a statement: "nach rumänischen Angaben", "par les autorités russes"."""
    return [
        Voice(h.start, h.end, government(line, h.value[0]), "officials", h.value[0])
        for h in line.of("country")
        if h.value[1] == "adjectives" and line.at("attribution.statements", h.end) and line.at("role", h.end) is None
    ]


def _dateline(line: Line) -> range:
    """Return the tokens of a dateline, which names the agency that publishes: "SEOUL, Nov 2 (Reuters) -"."""
    folded = line.words.folded[:12]
    if ")" in folded and "(" in folded:
        close = folded.index(")")
        if close + 1 < line.size and line.words.folded[close + 1] == "-":
            return range(close + 1)
    return range(0)


def _speaks(line: Line, hit: Hit, found: list[Voice]) -> bool:
    """Tell whether a country can be a voice: not in front of what it describes ("Londoner Instituts RUSI", "Russland-")."""
    if hit.end < line.size and line.words.folded[hit.end] == "-" and line.touches(hit.end):
        return False
    return not any(
        0 <= v.start - hit.end <= 2
        and not any(line.at("syntax.and", t) or not line.words.folded[t][0].isalpha() for t in range(hit.end, v.start))
        for v in found
    )


def government(line: Line, iso: str) -> str:
    """Return what the government of a country is called."""
    world = line.lexicon.world
    named = world.agencies.get(f"{iso}/government")
    house = world.organisations.get(named or "")
    if house is not None and house.parent:  # Moscow says so, not the Kremlin
        named = None
    return named or f"{world.countries[iso].adjective or world.countries[iso].name} government"


def _office(line: Line, start: int, end: int, role: str, people: People) -> Voice:
    """Compose country and role: an adjective before, a country behind ("Verteidigungsministerium Südkoreas")."""
    world = line.lexicon.world
    kind = world.roles[role].kind
    iso, first, last = _country_beside(line, start, end)
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
    again = (role == "media" and not _is_named(line, end)) or kind not in UNNAMED or _is_again(line, start, end, kind)
    holder = people.holder(kind if kind in {"experts", "documents", "parliament"} else role) if again else None
    if holder is not None and kind == "parliament" and holder.kind != "person":
        holder = None
    if holder is not None and not any(line.at("country", t) for t in range(max(0, start - 2), min(line.size, end + 2))):
        return Voice(start, end, holder.name, holder.kind, holder.country)
    here = {h.value[0] for h in line.of("country")} or {people.country} - {""}
    if kind not in UNNAMED and len(here) == 1:
        only = here.pop()
        agency = world.agencies.get(f"{only}/{role}")
        return Voice(start, end, agency or f"{world.countries[only].adjective} {name}", kind, only)
    western = line.ending("attribution.western", start)
    if western is not None:
        return Voice(western.start, end, f"Western {name}", kind)
    described = line.ending("attribution.unnamed", start)  # "mit der Sache vertraute Diplomaten"
    if described is not None and kind in UNNAMED:
        start = described.start
    return Voice(start, end, f"unnamed {name}" if kind in UNNAMED else name, kind)


def _is_named(line: Line, end: int) -> bool:
    """Tell whether the name of an outlet follows its kind: "die Agentur APA", "the newspaper “Herald”"."""
    if end >= line.size:
        return False
    return (
        line.words.folded[end] == '"'
        or line.at("organisation", end) is not None
        or line.words.written[end][0].isupper()
    )


def _outlet_name(line: Line, start: int) -> Voice | None:
    """Return an outlet nobody knows by the name behind its kind: "the broadcaster Channel North"."""
    of_state = line.at("country", start)  # "le journal allemand Spreeblatt"
    if of_state is not None and of_state.value[1] == "adjectives":
        start = of_state.end
    if any(line.at(kind, t) for kind in ("organisation", "country") for t in (start, start + 1)):
        return None
    written, end = line.words.written, start
    while end < line.size and end - start < LONGEST_NAME:
        inner = start < end < line.size - 1 and written[end] in PARTICLES and written[end + 1][0].isupper()
        if not inner and not written[end][0].isupper():
            break
        if line.lexicon.code == "de" and not _like_a_name(line, end, set()):
            break  # every noun has a capital
        end += 1
    return Voice(start, end, " ".join(line.words.written[start:end]), "media") if end > start else None


def _is_again(line: Line, start: int, end: int, kind: str) -> bool:
    """Tell whether words mean who was named before: "the experts", "die Unterlagen", "the lawmaker" (one, not some)."""
    if start == 0 or line.words.folded[start - 1] not in DEFINITE or kind not in {"experts", "documents", "parliament"}:
        return False
    last = line.words.folded[end - 1]
    many = last.endswith("n") if line.lexicon.code == "de" else last.endswith("s")
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
    for ahead in range(0 if line.lexicon.code == "ko" else 3):
        behind = line.at("country", end + ahead)
        if behind is not None:
            return (behind.value[0], start, behind.end) if behind.value[1] != "rulers" else ("", start, end)
        at = end + ahead
        if at >= line.size or not line.words.folded[at][0].isalpha() or len(line.words.folded[at]) > 3:
            break
    return "", start, end


def _persons(line: Line, others: list[Voice], people: People) -> list[Voice]:
    """Find names of people: after a title or an office, beside a verb of saying or a cue, or met before."""
    found: list[Voice] = _before_titles(line, others) if line.lexicon.code == "ko" else []
    for voice in found:
        people.meet(voice.name)
    taken = {t for v in others for t in range(v.start, v.end)}
    taken |= {t for h in line.of("country") for t in range(h.start, h.end)}
    token = 0
    while token < line.size:
        run = _name(line, token, taken)
        if run is None:
            token += 1
            continue
        start, end = run
        if start and end < line.size and line.words.folded[start - 1] == line.words.folded[end] == '"':
            token = end  # a ship or an outlet
            continue
        if end in taken and line.words.folded[start:end] == ["the"]:
            token = end  # "газета The Washington Post"
            continue
        full = " ".join(line.words.written[start:end])
        if end - start == 1:
            known = people.known(line.words.written[start])
            if known is not None and not line.at("item", start):
                found.append(Voice(start, end, known, "person"))
            elif line.ending("title", start):
                found.append(Voice(start, end, full, "person"))
        elif _introduced(line, start, end, others):
            people.meet(full)
            found.append(Voice(start, end, full, "person"))
        token = end
    return found


def _before_titles(line: Line, others: list[Voice]) -> list[Voice]:
    """Find names in front of a title, as Korean writes them: one or two unknown words of Hangul."""
    known = {t for h in line.hits for t in range(h.start, h.end) if h.kind not in {"syntax.they", "time.fillers"}}
    known |= {t for v in others if v.kind != "person" for t in range(v.start, v.end)} - {-1}
    out = []
    for hit in line.of("title", "role"):
        start = hit.start
        while start > 0 and hit.start - start < 2 and start - 1 not in known and _hangul(line.words.written[start - 1]):
            start -= 1
        name = " ".join(line.words.written[start : hit.start])
        if start < hit.start and len(name) > 1:
            out.append(Voice(start, hit.end, name, "person"))
    return out


def _hangul(word: str) -> bool:
    return all("\uac00" <= c <= "\ud7a3" for c in word) and word[-1] not in "은는이가을를의에로과와도"


def _name(line: Line, token: int, taken: set[int]) -> tuple[int, int] | None:
    """Return a run of capitalised words that the lexicon does not know."""
    end = token
    while end < line.size and end - token < LONGEST_NAME:
        word = line.words.written[end]
        inner = end > token and word in PARTICLES and end + 1 < line.size and line.words.written[end + 1][:1].isupper()
        if not inner and not _like_a_name(line, end, taken):
            break
        end += 1
    while end > token and line.words.written[end - 1] in PARTICLES:
        end -= 1
    if line.lexicon.code == "de" and end - token > 2 and _article(line, token - 1):
        token += 1
    return (token, end) if end > token else None


def _article(line: Line, token: int) -> bool:
    return token >= 0 and line.words.folded[token] in line.lexicon.stop and line.words.written[token].islower()


def _like_a_name(line: Line, token: int, taken: set[int]) -> bool:
    word = line.words.written[token]
    ruler = line.ending("country", token)
    if ruler is not None and ruler.value[1] == "rulers":
        return False  # the rest of a name
    if not (word[0].isupper() and word[0].isalpha()) or token in taken or (word.isupper() and len(word) > 1):
        return False
    kinds = (
        "item", "country", "place", "region", "role", "title", "time.months", "time.weekdays", "carrier", "mode",
        "syntax.demonstratives", "syntax.clause", "attribution.statements", "attribution.before", "attribution.so",
        "numbers.scales", "numbers.bare", "numbers.words", "time.seasons", "predicate", "attribution.verbs",
    )  # fmt: skip
    if any(line.at(kind, token) for kind in kinds):
        return False
    return not (token == 0 and line.words.folded[0] in line.lexicon.stop)


def _introduced(line: Line, start: int, end: int, others: list[Voice]) -> bool:
    """Tell whether a run of capitalised words is somebody: a title, an office or a verb of saying beside it."""
    of_state = line.ending("country", start)  # "le général ukrainien Ostap Lymar"
    titled = line.ending("title", start if of_state is None else of_state.start)
    if titled or any(_leads_to(line, v, start) for v in others):
        return True
    if end - start > 1 and start > 1 and line.words.folded[start - 1] == "," and line.ending("title", start - 1):
        return True  # "the group's director, May Hla, told …"
    if any(line.ending(kind, start) for kind in ("attribution.before", "attribution.so", "attribution.citing")):
        return True
    if line.ending("attribution.verbs", start) or line.at("attribution.verbs", end):
        return True
    if end < line.size and line.words.folded[end] in {",", "("}:  # "John Kirby, Sprecher des …"
        return any(end < v.start <= end + 6 for v in others) or line.has("title", end, end + 6)
    return bool(line.at("attribution.after", end)) or _behind_cue(line, start)


def _behind_cue(line: Line, start: int) -> bool:
    """Tell whether a name stands behind a cue with a few plain words between: "according to figures from the firm X"."""
    at = start
    for _ in range(6):
        for kind in ("attribution.before", "attribution.citing", "attribution.statements"):
            if line.ending(kind, at):
                return True
        if at == 0 or not line.words.written[at - 1][:1].islower() or line.at("predicate", at - 1):
            return False
        at -= 1
    return False


def _leads_to(line: Line, office: Voice, start: int) -> bool:
    """Tell whether an office stands right in front of a name: "ministre français de la Défense, Luc Morvan"."""
    if (office.kind == "media" and not office.name.startswith("unnamed")) or not office.end <= start <= office.end + 5:
        return False
    between = range(office.end, start)
    return not any(
        line.at(kind, t) for t in between for kind in ("predicate", "attribution.verbs", "syntax.clause", "syntax.and")
    )


def _is_paper_of(line: Line, voice: Voice, others: list[Voice]) -> bool:
    """Tell whether words for nobody named only introduce or follow a name: "une étude du RUSI", "NATO intelligence"."""
    proper = voice.name in line.lexicon.world.organisations
    beside = line.lexicon.code != "ko" and not proper
    if beside and any(o.end == voice.start and not o.name.startswith("unnamed") for o in others if o is not voice):
        return True
    only = not proper and (
        voice.name.startswith("unnamed")
        or voice.kind in {"experts", "documents"}
        or voice.name.endswith("spokesperson")
    )
    if only and _apposition(line, voice, others):
        return True
    for other in others:
        if other is voice or not only or not voice.start < other.start <= voice.end + 4 or other.end <= voice.end:
            continue
        if voice.country and other.kind not in {"think tank", "media"} and not voice.name.endswith("spokesperson"):
            continue
        if other.kind == "media" and voice.kind in {"documents", "officials", "parliament", "unnamed"}:
            continue  # "documents seen by the Post": the paper reports, the documents say
        between = range(voice.end, other.start)
        stops = ("syntax.and", "attribution.verbs", "predicate")
        return not any(line.words.folded[t] == "," or any(line.at(kind, t) for kind in stops) for t in between)
    return False


def _apposition(line: Line, voice: Voice, others: list[Voice]) -> bool:
    """Tell whether words only say what an institute is: "RUSI, a London think-tank"."""
    for other in others:
        between = range(other.end, voice.start)
        if (
            other is not voice
            and other.kind in BODIES
            and 1 <= len(between) <= 4
            and line.words.folded[other.end] == ","
        ):
            return not any(line.at(k, t) for t in between for k in ("attribution.verbs", "predicate", "syntax.and"))
    return False


def _with_office(line: Line, person: Voice, others: list[Voice]) -> Voice:
    """Let a person's span take in the office that says who it is, in front of or behind the name."""
    start, end, country = person.start, person.end, person.country
    for voice in others:
        if voice.kind == "media" and not voice.name.startswith("unnamed"):
            continue
        if _leads_to(line, voice, person.start):
            start, country = min(start, voice.start), country or voice.country
            continue
        between = range(person.end, voice.start)
        if person.end < voice.start <= person.end + 8 and line.words.folded[person.end] in {",", "("}:
            stops = ("attribution.verbs", "predicate")
            if not any(line.at(kind, t) for t in between for kind in stops):
                end, country = max(end, voice.end), country or voice.country
    return person._replace(start=start, end=end, country=country)
