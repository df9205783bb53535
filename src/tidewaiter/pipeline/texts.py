"""Texts of a case: opened from the stored bytes, read, merged, and brought beside what else the case holds.

    stored file ──► document ──► claims ──► decisions of people ──► groups of one origin ──► text_claims, claims

This is the only place that joins the room `reports` with the others. A text file is read as it lies in the store. Of
everything else (HTML, PDF, web archives, old encodings) the extracted text is kept as evidence of its own, so that each
claim stands on characters that can be shown again.
"""

from __future__ import annotations

import json
import re
import tempfile
from bisect import bisect_left
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from tidewaiter.errors import InputError
from tidewaiter.model.tables import CLAIMS, DOCUMENTS, NOTICES, REJECTS, TEXT_CLAIMS
from tidewaiter.pipeline.claim_rows import Told, claim_rows
from tidewaiter.pipeline.reviews import OPEN, Review, Spot, corrected, corrections, decisions, spots
from tidewaiter.reports import Document, Known, extract
from tidewaiter.reports.grammar.lexicon import LANGUAGES
from tidewaiter.reports.opening import MOST_CHARACTERS, open_document
from tidewaiter.reports.opening.dates import iso_date
from tidewaiter.reports.origins.contradiction import contradictions
from tidewaiter.reports.origins.drift import drift
from tidewaiter.reports.origins.hierarchy import names, same_voice
from tidewaiter.reports.origins.merge import merge

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tidewaiter.evidence import Store
    from tidewaiter.model import Case, Evidence
    from tidewaiter.reports import TextClaim
    from tidewaiter.reports.origins.merge import Merged

READER = "reports"
MARK = "\ufeff"  # a byte order mark: no character of the text, so claims do not count it
STAND_IN = "2001-06-15"
"""A day that takes the place of an unknown date of publication, to see whether any time of a text depends on it."""
_DATED_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_LONGEST_KEY = 80

Notice = tuple[str, str, str]


class Texts(msgspec.Struct, frozen=True):
    """What the texts of a case say.

    Attributes:
        documents: DOCUMENTS, by name. text_claims: TEXT_CLAIMS, in the order of the texts.
        claims: CLAIMS: what the answer can use of them.
        rejects: files that could not be read, REJECTS. notices: NOTICES.
    """

    documents: pa.Table
    text_claims: pa.Table
    claims: pa.Table
    rejects: pa.Table
    notices: pa.Table


class _Opened(msgspec.Struct, frozen=True):
    """A text that could be opened: its original, the evidence that holds its characters, and its claims as read."""

    original: Evidence
    evidence: str
    document: Document
    key: str
    claims: tuple[TextClaim, ...]

    @property
    def outlet(self) -> str:
        return self.document.outlet.value if self.document.outlet else ""

    @property
    def published(self) -> str:
        return self.document.published.value if self.document.published else ""


class _Placed(msgspec.Struct, frozen=True):
    """A claim with decisions laid over it, where it stands, and as it was read."""

    told: Told
    spot: Spot
    opened: _Opened
    read: TextClaim


def read_texts(
    case: Case, store: Store, files: Sequence[tuple[Evidence, Path]], taken: frozenset[str] = frozenset()
) -> Texts:
    """Read the texts of a case. One that cannot be read is set aside; it never stops the others.

    Args:
        case: decides which claims are about it.
        store: open for writing; extracted texts are kept in it, and it knows what people decided.
        files: records of the originals and their stored bytes.
        taken: ids of claims from tables; claims of texts get others.

    Raises:
        EvidenceError, StorageFull: an extracted text cannot be stored.
    """
    notices: list[Notice] = []
    rejects: list[dict[str, Any]] = []
    unique = _once(files, notices)
    keys = _keys([original for original, _ in unique], taken)
    opened: list[_Opened] = []
    for original, path in unique:
        try:
            document = _open(original, path, notices)
            claims = extract(document)
        except InputError as error:
            hint = f" {error.hint[0].upper()}{error.hint[1:]}." if error.hint else ""
            reason = f"{error.message}.{hint}"
            notices.append(("text", original.name, f"The text could not be read: {reason}"))
            values = (original.name, 0, 0, "", "", reason, original.sha256)
            rejects.append(dict(zip(REJECTS.names, values, strict=True)))
            continue
        key = keys[original.name]
        named = [msgspec.structs.replace(c, id=f"{key}-{n:02d}", doc=original.name) for n, c in enumerate(claims, 1)]
        text = _keep(store, original, path, document)
        opened.append(_Opened(original, text, document, key, tuple(named)))
        notices += _remarks(opened[-1])
    placed = _placed(opened, decisions(store), notices)
    counted = [p.told.claim for p in placed if p.told.review.status != "rejected"]
    merged = merge(counted, {o.original.name: o.document.text for o in opened})
    rows, left_out = claim_rows(case, [p.told for p in placed], merged)
    notices += _findings(opened, counted, merged, {row["claim_id"] for row in rows})
    groups = {
        name: {member: group for group, members in trees.items() for member in members}
        for name, trees in (("group", merged.groups), ("probable_group", merged.probable))
    }
    found = [_claim_row(p, left_out) | {n: of.get(p.told.claim.id, "") for n, of in groups.items()} for p in placed]
    return Texts(
        pa.Table.from_pylist([_document_row(o) for o in opened], DOCUMENTS),
        pa.Table.from_pylist(found, TEXT_CLAIMS),
        pa.Table.from_pylist(rows, CLAIMS),
        pa.Table.from_pylist(rejects, REJECTS),
        pa.Table.from_pylist([dict(zip(NOTICES.names, n, strict=True)) for n in notices], NOTICES),
    )


def _once(files: Sequence[tuple[Evidence, Path]], notices: list[Notice]) -> list[tuple[Evidence, Path]]:
    """Return each text once, by name; the same bytes under a second name are one text."""
    first: dict[str, str] = {}
    unique = []
    for original, path in sorted(files, key=lambda f: (f[0].name, f[0].sha256)):
        name = first.setdefault(original.sha256, original.name)
        if name == original.name:
            unique.append((original, path))
        else:
            notices.append(("duplicate_file", original.name, f"The text is the same as {name} and is read once."))
    return unique


def _keys(originals: Sequence[Evidence], taken: frozenset[str]) -> dict[str, str]:
    """Return how ids of claims begin, by file name: its stem, with as much of its path as tells it from the others."""
    beginnings = {ident.rpartition("-")[0] for ident in taken}
    keys: dict[str, str] = {}
    todo = list(originals)
    for way in (_stem, _stem_of_path, _whole_path, _with_hash):
        made = {o.name: way(o) for o in todo}
        often = Counter(made.values())
        known = {*keys.values(), *beginnings}
        keys |= {name: key for name, key in made.items() if often[key] == 1 and key not in known}
        todo = [o for o in todo if o.name not in keys]
    return keys | {o.name: o.sha256 for o in todo}


def _stem(original: Evidence) -> str:
    return _slug(PurePosixPath(original.name).stem)


def _stem_of_path(original: Evidence) -> str:
    return _slug(str(PurePosixPath(original.name).with_suffix("")))


def _whole_path(original: Evidence) -> str:
    return _slug(original.name)


def _with_hash(original: Evidence) -> str:
    return f"{_stem(original)[: _LONGEST_KEY - 9]}-{original.sha256[:8]}"


def _slug(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:_LONGEST_KEY] or "text"


def _open(original: Evidence, path: Path, notices: list[Notice]) -> Document:
    """Open the stored bytes; when it was published a person says, else the document, else a date before its name."""
    given = iso_date(original.published) if original.published else ""
    if original.published and not given:
        message = f'The date of publication given for it, "{original.published}", is no date and is not used.'
        notices.append(("text", original.name, message))
    document = open_document(path, name=original.name, published=given)
    text = document.text.removeprefix(MARK)
    published = document.published
    if published is None and (match := _DATED_NAME.match(PurePosixPath(original.name).name)):
        date = iso_date(match[0])
        published = Known(date, "file name") if date else None
    if len(text) > MOST_CHARACTERS:
        message = f"The text has {len(text):,} characters; claims are read from the first {MOST_CHARACTERS:,}."
        notices.append(("text", original.name, message))
    return msgspec.structs.replace(document, text=text[:MOST_CHARACTERS], published=published)


def _keep(store: Store, original: Evidence, path: Path, document: Document) -> str:
    """Return the SHA-256 of the evidence whose characters are those of the document, storing the text if need be."""
    if document.kind == "txt" and _as_quoted(path) == document.text:
        return original.sha256
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "text"
        file.write_bytes(document.text.encode("utf-8", "replace"))
        kept = store.add(
            file,
            name=f"{original.name}.text.txt",
            url=original.url,
            collector=f"text of {original.sha256}",
            sensitive=original.sensitive,
        )
    return kept.sha256


def _as_quoted(path: Path) -> str | None:
    """Return a file as quotes are taken from it; None when it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _remarks(opened: _Opened) -> Iterator[Notice]:
    """Yield what a reader should know about a text."""
    name, document = opened.original.name, opened.document
    if not document.text.strip():
        yield "text", name, "No words were found in it, so no claims are read from it."
    elif document.language not in LANGUAGES:
        yield (
            "text",
            name,
            f"Its language was not recognised as one of {', '.join(LANGUAGES)}: no claims are read from it.",
        )
    if document.published is None and opened.claims:
        stand_in = msgspec.structs.replace(document, published=Known(STAND_IN, "stand-in"))
        open_times = sum(
            (a.period_start, a.period_end) != (b.period_start, b.period_end)
            for a, b in zip(opened.claims, extract(stand_in), strict=False)
        )
        if open_times:
            message = (
                "It is not known when it was published, so times told from that day (“last month”) stay open. "
                "Say it with `tidewaiter add --published`, or put the date before the file name."
            )
            yield "text", name, message


def _placed(opened: Sequence[_Opened], decided: Mapping[Spot, Review], notices: list[Notice]) -> list[_Placed]:
    """Lay the decisions of people over the claims; one whose claim is gone is reported."""
    placed: list[_Placed] = []
    rows: Counter[str] = Counter()  # two originals may hold one text
    for o in opened:
        breaks = [m.start() for m in re.finditer("\n", o.document.text)]
        for spot, read in zip(spots(o.original.sha256, o.claims), o.claims, strict=True):
            rows[o.evidence] += 1
            review = decided.get(spot, OPEN)
            told = Told(
                corrected(read, review),
                review,
                key=o.key,
                evidence=o.evidence,
                row=rows[o.evidence],
                line=1 + bisect_left(breaks, read.start),
                outlet=o.outlet,
                url=o.original.url or o.document.url,
            )
            placed.append(_Placed(told, spot, o, read))
    names_of = {o.original.sha256: o.original.name for o in opened}
    for spot in sorted(decided.keys() - {p.spot for p in placed}, key=lambda s: (s.original, s.start, s.end, s.nth)):
        if spot.original in names_of:
            message = f"A decision about the claim {decided[spot].claim} fits no claim of the text any more."
            notices.append(("text", names_of[spot.original], message))
    return placed


def _findings(
    opened: Sequence[_Opened], claims: Sequence[TextClaim], merged: Merged, used: set[str]
) -> Iterator[Notice]:
    """Yield what does not fit together between texts, as far as the case uses one of the two claims."""
    by_id = {c.id: c for c in claims}
    secret = {o.original.name for o in opened if o.original.sensitive}

    def subject(first: str, second: str) -> str:
        """Name the claim; where a sensitive text is concerned, that text, so that a public report drops the notice."""
        texts = [by_id[i].doc for i in (first, second) if by_id[i].doc in secret]
        return texts[0] if texts else first

    for c in contradictions(claims, merged):
        if {c.a, c.b} & used:
            yield "contradiction", subject(c.b, c.a), f"{c.b} and {c.a}, {c.kind}: {c.why}."
    claims_of: dict[str, list[TextClaim]] = {}
    for claim in claims:
        claims_of.setdefault(claim.doc, []).append(claim)
    for later, sources in _retellings(opened, by_id, merged).items():
        told_before = [c for name in sources for c in claims_of.get(name, [])]
        for d in drift(claims_of.get(later, []), told_before):
            if {d.secondary, d.source} & used:
                changed = "; ".join(
                    f"{f.field} “{f.source}” became “{f.secondary}”" for f in d.fields if f.field != "quote"
                )
                words = f"{d.secondary} against {d.source}, {d.kind}: {d.why}{f' ({changed})' if changed else ''}."
                yield "drift", subject(d.secondary, d.source), words


def _retellings(opened: Sequence[_Opened], by_id: Mapping[str, TextClaim], merged: Merged) -> dict[str, list[str]]:
    """Return for each text the texts it retells: those in which a statement that both hold was told first."""
    texts = {o.original.name: o for o in opened}
    found: dict[str, set[str]] = {}
    for members in merged.probable.values():  # by time
        first, *others = dict.fromkeys(by_id[m].doc for m in members)
        for other in others:
            source, retelling = texts[first], texts[other]
            shared = min(len(source.published), len(retelling.published))
            apart = source.published[:shared] != retelling.published[:shared]
            if not apart and _cites(source, retelling) == _cites(retelling, source):
                continue  # which of the two came first is not known
            if not apart and _cites(source, retelling):
                source, retelling = retelling, source
            found.setdefault(retelling.original.name, set()).add(source.original.name)
    return {later: sorted(found[later]) for later in sorted(found)}


def _cites(text: _Opened, other: _Opened) -> bool:
    """Tell whether a text names the outlet of another one as a source."""
    said = {name for c in text.claims for level in (*c.sources, *c.also_reported_by) for name in names(level)}
    return bool(other.outlet) and any(same_voice(name, other.outlet) in {"same", "part"} for name in said)


def _document_row(o: _Opened) -> dict[str, Any]:
    d = o.document
    return {
        "document_id": o.key,
        "name": o.original.name,
        "original": o.original.sha256,
        "evidence": o.evidence,
        "kind": d.kind,
        "language": d.language,
        "title": d.title.value if d.title else None,
        "outlet": o.outlet or None,
        "published": o.published or None,
        "published_by": d.published.source if d.published else None,
        "url": o.original.url or d.url or None,
        "claims": len(o.claims),
        "notes": list(d.notes),
    }


def _claim_row(placed: _Placed, left_out: Mapping[str, str]) -> dict[str, Any]:
    """Return a row of TEXT_CLAIMS, groups aside: corrected values in their columns, both values in `corrections`."""
    told, claim, last = placed.told, placed.told.claim, placed.told.review.last
    fields = {name: value for name, value in msgspec.structs.asdict(claim).items() if name in TEXT_CLAIMS.names}
    return fields | {
        "claim_id": claim.id,
        "document_id": told.key,
        "document": claim.doc,
        "status": told.review.status,
        "left_out": left_out.get(claim.id, ""),
        "doubts": placed.read.doubts,
        "grounds": _plain({name: msgspec.to_builtins(ground) for name, ground in claim.grounds.items()}),
        "corrections": _plain(corrections(placed.read, told.review)),
        "reviewed": "" if last is None else _plain({"by": last.by, "at": last.at, "why": last.why}),
        "nth": placed.spot.nth,
        "original": placed.spot.original,
        "evidence": told.evidence,
        "row": told.row,
        "line": told.line,
    }


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
