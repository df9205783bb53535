"""From a document to its claims: numbers, what they count, what happened to it, when, from where to where, and who says so.

    text ─► sentences ─► words and their meanings ─► numbers, times, voices ─► drafts ─► context ─► claims

Deterministic and offline. Every field carries the characters or the rule that it rests on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidewaiter.reports.claim import TextClaim
from tidewaiter.reports.grammar.attribution import Chain, chains
from tidewaiter.reports.grammar.context import carry, givers, resolve_countries, resolve_predicates
from tidewaiter.reports.grammar.counted import Counted
from tidewaiter.reports.grammar.draft import Draft, Told
from tidewaiter.reports.grammar.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.grammar.line import Line
from tidewaiter.reports.grammar.numbers import numbers
from tidewaiter.reports.grammar.stated import stated
from tidewaiter.reports.grammar.text import sentences, view
from tidewaiter.reports.grammar.times import periods, time_tokens
from tidewaiter.reports.grammar.unstated import unstated
from tidewaiter.reports.opening.limits import MOST_CHARACTERS

if TYPE_CHECKING:
    from tidewaiter.reports.document import Document
    from tidewaiter.reports.grammar.speakers import Voice

METHOD = "grammar/1"


def extract(document: Document) -> list[TextClaim]:
    """Return the claims of a document in the order of its text; [] when its language has no grammar.

    Args:
        document: of `opening.open_document`, or made by hand.
    """
    if document.language not in LANGUAGES:
        return []
    lexicon = load_lexicon(document.language)
    plain = view(document.text[:MOST_CHARACTERS])
    lines = [Line(plain, sentence, lexicon) for sentence in sentences(plain, lexicon)]
    published = document.published.value if document.published else ""
    outlet = _canonical_outlet(document, lexicon.file.organisations)
    told = [
        _read(line, chain, found, published) for line, (chain, found) in zip(lines, chains(lines, outlet), strict=True)
    ]
    drafts: list[Draft] = []
    before: Counted | None = None
    mass: list[str] = []
    latest: list[Draft] = []
    for n, here in enumerate(told):
        earlier = told[n - 1] if n else None
        fresh, last = stated(here, before, published, mass)
        fresh += unstated(here, fresh, published, last or before)
        if earlier is not None:
            dated = next((p.last or p.first for p in earlier.periods[::-1]), None)
            carry(here, fresh, latest, dated)
        drafts += fresh
        latest = fresh
        mass += [h.value for h in here.line.of("item") if _measured(here.line, h.value)]
        before = last or _named(here.line) or (before if here.line.sentence.heading else None)
    resolve_predicates(drafts)
    resolve_countries(drafts, [iso for here in told for iso in givers(here)])
    return [_finish(document, draft, number, published) for number, draft in enumerate(drafts, 1)]


def _named(line: Line) -> Counted | None:
    """Return the thing a sentence without numbers named last, for a number of the next one that names none."""
    items = line.lexicon.world.items
    hit = next((h for h in reversed(line.of("item")) if h.value in items and items[h.value].unit), None)
    return (
        None if hit is None else Counted(hit.value, items[hit.value].unit, None, None, "named in the sentence before")
    )


def _measured(line: Line, item: str) -> bool:
    kind = line.lexicon.world.items.get(item)
    return (
        kind is not None
        and not kind.unit
        and kind.family in {"grain", "fuel", "coal", "food", "fertiliser", "munition"}
    )


def _canonical_outlet(document: Document, organisations: dict[str, list[str]]) -> str:
    if document.outlet is None:
        return ""
    said = document.outlet.value.casefold()
    return next(
        (name for name, ways in organisations.items() if said in {name.casefold(), *(w.casefold() for w in ways)}), ""
    )


def _read(line: Line, chain: Chain, found: list[Voice], published: str) -> Told:
    return Told(line, chain, found, periods(line, published), numbers(line, time_tokens(line)))


def _finish(document: Document, draft: Draft, number: int, published: str) -> TextClaim:
    """Cut the words from the text itself and freeze the claim."""
    fields, text = dict(draft.claim), document.text
    for name in ("qty", "item"):
        start, end = fields.get(f"{name}_start"), fields.get(f"{name}_end")
        fields[f"{name}_text"] = text[start:end] if isinstance(start, int) and isinstance(end, int) else None
    condition = fields.pop("condition", None)
    if isinstance(condition, tuple):
        fields["condition"] = text[condition[0] : condition[1]]
    return TextClaim(
        id=f"{document.name}#{number}",
        doc=document.name,
        quote=text[fields["start"] : fields["end"]],
        pub_date=published,
        pub_date_inferred=document.published is not None and document.published.source != "given",
        language=document.language,
        confidence=draft.confidence,
        doubts=tuple(draft.doubts),
        extractor=METHOD,
        grounds=draft.grounds,
        **fields,
    )
