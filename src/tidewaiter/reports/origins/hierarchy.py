"""Who speaks for whom: offices and services of one state, institutes and their projects, read from languages/world.toml.

A claim of a part belongs to its whole: the minister to the ministry, the ministry to the government, the spokesperson to
the house. Two services side by side in one state are neither the same voice nor independent ones: unknown.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Literal

import msgspec

from tidewaiter.reports.grammar.lexicon import load_world

if TYPE_CHECKING:
    from collections.abc import Iterable

Agreement = Literal["same", "part", "unknown", "different"]

STATE = frozenset({"intelligence", "ministry", "government", "military", "officials", "parliament"})
"""Kinds of world.toml that speak for a state; its media, its experts and papers that leaked from it do not."""
HEADS = frozenset(
    {
        *("government", "president", "presidential_office", "prime_minister", "leader", "spokesperson"),
        *("security_council", "security_adviser", "officials", "authorities", "minister", "ministry"),
    }
)
"""Roles that speak for the whole state."""
PERSONS = frozenset({"minister", "president", "leader", "prime_minister", "spokesperson", "ambassador", "commander"})
"""Roles held by one person at a time, beside the ministers."""
WINGS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "defence": (
        frozenset({"defence_ministry", "defence_minister", "military", "military_circles"}),
        frozenset({"general_staff", "military_intelligence", "commander", "navy", "air_force"}),
    ),
    "intelligence": (
        # lawmakers and parliaments pass on what a service briefed them on
        frozenset({"intelligence", "lawmakers", "parliament"}),
        frozenset({"military_intelligence", "foreign_intelligence", "security_service"}),
    ),
    "foreign": (
        frozenset({"foreign_ministry", "foreign_minister", "state_department"}),
        frozenset({"diplomats", "ambassador", "embassy"}),
    ),
}
"""Branches of a state: roles that speak for the branch, and roles that are a part of it."""
UNNAMED = "unnamed "
_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгґдезийклмнопрстуфыэії", "abvhgdeziiklmnoprstufieii", strict=True)),
        **dict(zip("ёхцчшщжєюя", ("e", "kh", "ts", "ch", "sh", "shch", "zh", "ie", "iu", "ia"), strict=True)),
        **dict.fromkeys("ъь", ""),
    }
)
"""Ukrainian passport spelling (resolution 55 of 2010) without doubled vowels; Russian letters beside it."""
_SPELLINGS = (("iy", "i"), ("yi", "i"), ("ij", "i"), ("y", "i"), ("j", "i"), ("w", "v"), ("g", "h"), ("ii", "i"))
"""What spellings of one name differ in ("Sergiy", "Serhii", "Sergej")."""


class Voice(msgspec.Struct, frozen=True):
    """A source by name.

    Attributes:
        name: as given. kind: of world.toml, "" when nothing is known of it.
        root: what it speaks for in the end: "state:KR" or the name of its whole.
        role: of world.toml, "" when it has none. country: ISO code or "".
        wholes: the organisations it is a part of, nearest first.
    """

    name: str
    kind: str = ""
    root: str = ""
    role: str = ""
    country: str = ""
    wholes: tuple[str, ...] = ()

    @property
    def vague(self) -> bool:
        """Tell whether somebody else may stand behind it: a medium, an unnamed source, a name nothing is known of."""
        nobody = self.kind in {"", "media", "unnamed"} or self.name.casefold().startswith(UNNAMED)
        return nobody or (self.kind in STATE and not self.country)


def same_voice(a: str, b: str) -> Agreement:
    """Tell whether two levels of a chain of sources are one voice.

    Args:
        a: names of one level; equal co-sources joined by "|".
        b: names of another.

    Returns:
        "same", "part" (one speaks for the other), "unknown" (may be), "different".
    """
    return _levels(*sorted((a, b)))


@cache
def voice(name: str) -> Voice:
    """Return what is known about a source."""
    world = load_world()
    known = _organisations().get(_plain(name))
    if known is None:
        return _composed(name)
    organisation = world.organisations[known]
    wholes = [known]
    while (found := world.organisations.get(wholes[-1])) is not None and found.parent and found.parent not in wholes:
        wholes.append(found.parent)
    role = _roles_of_agencies().get(known, "")
    state = organisation.kind in STATE and organisation.country
    root = f"state:{organisation.country}" if state else wholes[-1]
    if not role and state:
        role = _role_by_name(known) or {"intelligence": "foreign_intelligence", "military": "commander"}.get(
            organisation.kind, ""
        )
        if organisation.kind == "government" and len(wholes) == 1:
            role = "government"
    return Voice(known, organisation.kind, root, role, organisation.country, tuple(wholes[1:]))


def is_person(found: Voice) -> bool:
    """Tell whether a name nothing is known of reads like that of a person: no office, no organisation, nobody unnamed."""
    return found.kind == found.country == "" and not found.name.casefold().startswith(UNNAMED)


def is_office(role: str) -> bool:
    """Tell whether a role is held by one person at a time."""
    return role in PERSONS or role.endswith("_minister")


def spelled_apart(a: str, b: str) -> bool:
    """Tell whether two names stand in different scripts, so that their letters cannot be compared."""
    return _script(a) != _script(b)


def origin(sources: tuple[str, ...]) -> str:
    """Return the level of a chain that said it first, "" when nobody is named."""
    return sources[-1] if sources else ""


def roots(level: str) -> frozenset[str]:
    """Return what the co-sources of a level speak for."""
    return frozenset(voice(name).root for name in names(level))


def names(level: str) -> tuple[str, ...]:
    """Return the co-sources of a level."""
    return tuple(n for n in (part.strip() for part in level.split("|")) if n)


@cache
def _levels(a: str, b: str) -> Agreement:
    ours, theirs = names(a), names(b)
    if not ours or not theirs:
        return "unknown"
    found = {_pair(voice(x), voice(y)) for x in ours for y in theirs}
    if "same" in found:
        return "same" if len(ours) == len(theirs) == 1 or set(ours) == set(theirs) else "part"
    for answer in ("part", "unknown"):
        if answer in found:
            return answer
    return "different"


def _pair(a: Voice, b: Voice) -> Agreement:
    if _plain(a.name) == _plain(b.name):
        return "same"
    if a.name in b.wholes or b.name in a.wholes:
        return "part"
    if a.root == b.root and a.root.startswith("state:"):
        return _in_one_state(a, b)
    if a.root and a.root == b.root:
        return "part" if a.wholes != b.wholes else "unknown"
    if a.kind == b.kind == "" and _one_person(a.name, b.name):
        return "same"
    if a.vague and b.vague:
        both_media = a.kind == b.kind == "media"
        both_people = is_person(a) and is_person(b) and not spelled_apart(a.name, b.name)
        return "different" if both_media or both_people else "unknown"
    return "unknown" if a.vague or b.vague else "different"


def _in_one_state(a: Voice, b: Voice) -> Agreement:
    composed = {_plain(a.name), _plain(b.name)} - _organisations().keys()
    if a.role and a.role == b.role and composed:
        return "same"
    if a.role in HEADS or b.role in HEADS:
        return "part"
    for heads, parts in WINGS.values():
        all_roles = heads | parts
        if {a.role, b.role} <= all_roles and {a.role, b.role} & heads:
            return "part"
    return "unknown"


def _one_person(a: str, b: str) -> bool:
    """Tell whether two names are one person: the shorter one ends the longer one ("Kirby", "John Kirby")."""
    short, long = sorted((_latin(a).split(), _latin(b).split()), key=len)
    return bool(short) and len(short[-1]) > 3 and long[-len(short) :] == short


def _latin(name: str) -> str:
    """Fold a name: no accents, Cyrillic in Latin letters, sounds that are spelled in several ways as one."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_CYRILLIC))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace("ł", "l").replace("'", "")
    for written, one in _SPELLINGS:
        plain = plain.replace(written, one)
    return plain


def _script(name: str) -> str:
    """Return the script of the first letter, as its Unicode name begins; Cyrillic counts as Latin, see `_latin`."""
    first = next((unicodedata.name(c, "").partition(" ")[0] for c in name if c.isalpha()), "")
    return "LATIN" if first == "CYRILLIC" else first


@cache
def _composed(name: str) -> Voice:
    """Read a name built from a country and a role ("South Korean lawmakers", "Russian internal documents")."""
    plain = _plain(name)
    bare = plain.removeprefix(UNNAMED)
    country, rest = _country(bare)
    role = _role(rest)
    if country and not rest:
        role = "government"  # the country itself said so
    if not role:
        return Voice(name, root=plain, country=country)
    kind = load_world().roles[role].kind
    agency = load_world().agencies.get(f"{country}/{role}", "")
    if kind in STATE and country:
        return Voice(name, kind, f"state:{country}", role, country, (agency,) if agency and agency != name else ())
    return Voice(name, kind, plain, role, country)


def _country(text: str) -> tuple[str, str]:
    """Split the country off a name; the rest keeps the role."""
    for form, iso in _country_forms():
        if text == form:
            return iso, ""
        if text.startswith(form + " "):
            return iso, text[len(form) + 1 :]
        for bridge in (f" of {form}", f" {form}", f" of the {form}"):
            if text.endswith(bridge):
                return iso, text.removesuffix(bridge)
        middle = text.find(f" {form} ")
        if middle > 0:  # "senior US officials"
            return iso, text[middle + len(form) + 2 :]
    return "", text


def _role(text: str) -> str:
    """Return the role a text ends with; singular and plural are one."""
    for words, role in _role_forms():
        if text == words or text.endswith(" " + words):
            return role
    return ""


def _role_by_name(name: str) -> str:
    """Return the role that the name of an organisation tells ("Defense Intelligence Agency South Korea")."""
    plain = _plain(name)
    if "defence intelligence" in plain:
        return "military_intelligence"
    if any(word in plain for word in ("parliament", "assembly", "congress")):
        return "parliament"
    return ""


@cache
def _country_forms() -> tuple[tuple[str, str], ...]:
    forms = {
        _plain(form): iso
        for iso, country in load_world().countries.items()
        for form in (country.adjective, country.name)
        if form
    }
    return tuple(sorted(forms.items(), key=lambda f: (-len(f[0]), f[0])))


@cache
def _role_forms() -> tuple[tuple[str, str], ...]:
    forms: dict[str, str] = {}
    for role, kind in load_world().roles.items():
        words = _plain(kind.name)
        for form in (words, words + "s", words.removesuffix("s")):
            forms.setdefault(form, role)
    return tuple(sorted(forms.items(), key=lambda f: (-len(f[0]), f[0])))


@cache
def _organisations() -> dict[str, str]:
    return {_plain(name): name for name in load_world().organisations}


@cache
def _roles_of_agencies() -> dict[str, str]:
    found: dict[str, str] = {}
    for key, name in load_world().agencies.items():
        role = key.partition("/")[2]
        if name not in found or role in HEADS:
            found[name] = role
    return found


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("defense", "defence").split())


def all_roots(levels: Iterable[str]) -> frozenset[str]:
    """Return what several levels speak for, together."""
    return frozenset(root for level in levels for root in roots(level))
