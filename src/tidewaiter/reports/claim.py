"""One quantified, attributed claim as a text makes it: the fields of the annotation rules, each with its ground."""

from __future__ import annotations

import msgspec


class Ground(msgspec.Struct, frozen=True):
    """Why a field has its value: the characters that say so, or the rule that inferred it.

    Attributes:
        start, end: code points of the text of the document, half-open; None when no characters say it.
        rule: name of the rule that read or inferred it ("adjective", "carried from the sentence before", "published").
    """

    start: int | None
    end: int | None
    rule: str


class TextClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A claim at one place of a text. Offsets count code points of the document's text; nothing is normalised.

    Attributes:
        id: "<doc>#<number>", counted from 1 in the order of the text.
        doc: name of the file.
        quote: the smallest span that holds quantity, item and verb; `text[start:end] == quote`.
        qty_text, item_text: the number with its modifier, the counted noun, as written; None when there is none.
        predicate: delivered | deployed | produced | lost | stock | share | voyages | trained | route | denial | other.
        item: canonical, English, snake_case, singular ("artillery_shell"); "" when unknown.
        low, high: plain units (6000000); None on the open side of a bound, both None when unquantified.
        relation: eq | approx | gt | ge | lt | le | range; None when unquantified.
        unit: round | container | person | percent | …; "" when unquantified.
        per: "" = cumulative; day | week | month | year = a rate.
        origin_country, destination_country: ISO 3166 alpha-2, direction of the goods or people.
        carriers: ship names as written. route_from, route_to: canonical places. mode: ship | rail | road | air | "".
        period_start, period_end: when it happened, ISO at the precision of the text (2023-09, 2024-10-08).
        modality: asserted | estimated | alleged | expected | denied.
        sources: outermost first, true origin last; equal co-sources of a level joined by "|" in alphabetical order.
        attribution: explicit | inherited | none.
        also_reported_by: parallel reporters, not part of the chain.
        condition: "if all were 152 mm": a capacity or a counterfactual, not a count; as written.
        statement, joined: claims made in one breath share a statement; or | and | "" says how it joins them.
        group: claims of one origin statement share it, "" until they are merged.
        pub_date: ISO at the precision known; "" when unknown. pub_date_inferred: it was not given by a person.
        language: de | en | fr | uk | ru | ko.
        confidence: 0..1, lowest of its fields; doubts: fields a person should look at.
        extractor: method and version that made it ("grammar/1", "llm:<model>").
        grounds: field name -> its ground.
        note: why, when a rule needed judgement.
    """

    id: str
    doc: str
    quote: str
    start: int
    end: int
    predicate: str = "other"
    item: str = ""
    low: float | None = None
    high: float | None = None
    relation: str | None = None
    unit: str = ""
    per: str = ""
    origin_country: str | None = None
    destination_country: str | None = None
    carriers: tuple[str, ...] = ()
    route_from: tuple[str, ...] = ()
    route_to: tuple[str, ...] = ()
    mode: str = ""
    period_start: str | None = None
    period_end: str | None = None
    modality: str = "asserted"
    sources: tuple[str, ...] = ()
    attribution: str = "none"
    also_reported_by: tuple[str, ...] = ()
    condition: str = ""
    statement: str = ""
    joined: str = ""
    group: str = ""
    pub_date: str = ""
    pub_date_inferred: bool = False
    qty_text: str | None = None
    qty_start: int | None = None
    qty_end: int | None = None
    item_text: str | None = None
    item_start: int | None = None
    item_end: int | None = None
    language: str = ""
    confidence: float = 1.0
    doubts: tuple[str, ...] = ()
    extractor: str = "grammar/1"
    grounds: dict[str, Ground] = {}
    note: str = ""
