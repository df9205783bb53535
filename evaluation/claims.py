"""How well claims are read from texts: scored against any folder of hand-annotated articles.

    python evaluation/claims.py [--gold DIR [--texts DIR]] [--errors] [--quick] [--json FILE]

Without --gold it scores the two sets of evaluation/claims (`open`, which was looked at while the grammar was written, and
`held_out`, which was not) and, where a folder shared/data lies beside the project, the newspaper articles there. With
--gold it scores one folder of `*.jsonl` rows; the texts lie in the same folder or in --texts. --errors prints what was
missed (not of the held-out set, which would be spent by it).

Rules: a number is found when the prediction overlaps the annotated number and has the same ends; then the relation, then
the canonical item must agree as well; one to one; every number predicted counts for precision. Sources: innermost equal,
and the set of names of the chain equal, over all annotated claims and over the numbers found. Period: each distinct boundary of a paragraph at the
annotated precision. Route, modality and predicate: of the claims found. Merge: pairs of claims of one group.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections import defaultdict
from functools import cache
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tidewaiter.reports import TextClaim, extract, hold
from tidewaiter.reports.grammar.lexicon import LANGUAGES, load_lexicon
from tidewaiter.reports.grammar.line import Line
from tidewaiter.reports.grammar.text import Sentence
from tidewaiter.reports.origins.hierarchy import same_voice, voice
from tidewaiter.reports.origins.merge import merge

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/reports.md"
BEGIN, END = "<!-- claims -->", "<!-- /claims -->"
SHARED = ROOT.parent / "shared" / "data"
OWN = ROOT / "evaluation" / "claims"


class Pair(NamedTuple):
    """An annotated claim and what was predicted for it."""

    gold: dict[str, Any]
    found: TextClaim | None
    by_number: bool


class Scored(NamedTuple):
    """Everything counted over a folder."""

    pairs: list[Pair]
    predicted: list[TextClaim]
    gold: list[dict[str, Any]]
    texts: dict[str, str]
    seconds: float
    valid: int
    spans: int


def read_folder(folder: Path, texts: Path | None) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the annotated rows of a folder and the texts they speak of."""
    rows = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
        if line
    ]
    names = sorted({row["doc"] for row in rows})
    found = {name: (texts or folder) / name for name in names}
    return rows, {name: path.read_bytes().decode("utf-8") for name, path in found.items()}


def score(folder: Path, texts: Path | None) -> Scored:
    """Extract from every text of a folder and pair the predictions with the annotations."""
    gold, bodies = read_folder(folder, texts)
    predicted: list[TextClaim] = []
    pairs: list[Pair] = []
    valid = spans = 0
    for language in LANGUAGES:  # reading a lexicon is no part of reading a text
        load_lexicon(language)
    begun = time.process_time()
    read: dict[str, list[TextClaim]] = {}
    for name, text in bodies.items():
        published = next((row["pub_date"] for row in gold if row["doc"] == name and row.get("pub_date")), "")
        read[name] = extract(hold(name, text, published=published))
    seconds = time.process_time() - begun
    for name, text in bodies.items():
        claims = read[name]
        predicted += claims
        for claim in claims:
            for start, end, quote in (
                (claim.start, claim.end, claim.quote),
                (claim.qty_start, claim.qty_end, claim.qty_text),
                (claim.item_start, claim.item_end, claim.item_text),
            ):
                if quote is not None:
                    spans += 1
                    valid += text[start:end] == quote
        pairs += pair_up([row for row in gold if row["doc"] == name], claims)
    return Scored(pairs, predicted, gold, bodies, seconds, valid, spans)


def ends(low: float | None, high: float | None) -> frozenset[float]:
    """Return the numbers stated, without the open side."""
    return frozenset(round(float(x), 2) for x in (low, high) if x is not None)


def pair_up(gold: Sequence[dict[str, Any]], claims: Sequence[TextClaim]) -> list[Pair]:
    """Pair annotations and predictions of one text one to one: numbers by value, the rest by the quote they share."""
    used: set[str] = set()
    pairs: list[Pair] = []
    options = []
    for row in gold:
        if row.get("relation"):
            start, end = row.get("qty_start"), row.get("qty_end")
            start, end = (row["start"], row["end"]) if start is None else (start, end)
            for claim in claims:
                if claim.qty_start is None or claim.relation is None:
                    continue
                shared = min(end, claim.qty_end) - max(start, claim.qty_start)
                if shared > 0 and ends(row.get("low"), row.get("high")) == ends(claim.low, claim.high):
                    agree = (claim.relation == row["relation"]) + (claim.item == row["item"])
                    options.append((-agree, -shared, row["id"], claim.id, row, claim))
    options.sort(key=lambda o: o[:4])
    taken: dict[str, TextClaim] = {}
    for _, _, ident, other, _, claim in options:
        if ident not in taken and other not in used:
            taken[ident] = claim
            used.add(other)
    for row in gold:
        if row["id"] in taken:
            pairs.append(Pair(row, taken[row["id"]], by_number=True))
            continue
        overlapping = [
            (
                min(row["end"], c.end) - max(row["start"], c.start),
                c.item == row["item"],
                c.predicate == row["predicate"],
                c,
            )
            for c in claims
            if min(row["end"], c.end) > max(row["start"], c.start)
        ]
        best = max(overlapping, key=lambda o: (o[2], o[1], o[0]), default=None)
        pairs.append(Pair(row, best[3] if best else None, by_number=False))
    return pairs


def f1(right: int, predicted: int, gold: int) -> dict[str, float]:
    """Return precision, recall and F1; all 1 where there was nothing to find and nothing was found."""
    if not predicted and not gold:
        return {"p": 1.0, "r": 1.0, "f1": 1.0}
    p, r = right / predicted if predicted else 0.0, right / gold if gold else 0.0
    return {"p": round(p, 3), "r": round(r, 3), "f1": round(2 * p * r / (p + r), 3) if p + r else 0.0}


@cache
def canonical(name: str) -> str:
    """Return the name that the lexicons give to a voice, whatever the spelling ("Budanow"); else the name itself."""
    for language in LANGUAGES:
        line = Line(name, Sentence(0, len(name), 0, heading=False), load_lexicon(language))
        hit = next(iter(line.of("organisation")), None)
        if hit is not None and hit.start == 0 and hit.end == line.size:
            return str(hit.value)
    return name


def same_name(a: str, b: str) -> bool:
    """Tell whether two canonical names are one voice: "South Korean Ministry of Defence", "Defence Ministry of South Korea"."""
    a, b = canonical(a), canonical(b)
    x, y = voice(a), voice(b)
    return same_voice(a, b) == "same" or (bool(x.role) and (x.role, x.country) == (y.role, y.country))


def same_chain(gold: Iterable[str], found: Iterable[str]) -> bool:
    """Tell whether two chains name the same voices."""

    def names(chain: Iterable[str]) -> list[str]:
        return sorted(n for level in chain for n in level.split("|"))

    a, b = names(gold), names(found)
    return (
        len(a) == len(b)
        and all(any(same_name(x, y) for y in b) for x in a)
        and all(any(same_name(x, y) for y in a) for x in b)
    )


def same_level(gold: Sequence[str], found: Sequence[str]) -> bool:
    """Tell whether the innermost levels are the same."""
    if not gold or not found:
        return not gold and not found
    return same_chain(gold[-1:], found[-1:])


def metrics(scored: Scored) -> dict[str, float]:
    """Return all figures of one folder."""
    numbered = [p for p in scored.pairs if p.gold.get("relation")]
    right = [p for p in numbered if p.by_number and p.found]
    made = sum(c.relation is not None for c in scored.predicted)
    related = [p for p in right if p.found and p.found.relation == p.gold["relation"]]
    named = [p for p in related if p.found and p.found.item == p.gold["item"]]
    out: dict[str, float] = {
        "documents": len(scored.texts),
        "claims": len(scored.gold),
        "numbers": len(numbered),
        "predicted": made,
    }
    for name, good in (("value", right), ("relation", related), ("item", named)):
        out |= {f"{name}_{k}": v for k, v in f1(len(good), made, len(numbered)).items()}
    boundaries: dict[tuple[str, int, str, str], bool] = {}
    for p in scored.pairs:
        text = scored.texts[p.gold["doc"]]
        paragraph = text.count("\n", 0, p.gold["start"])
        for field in ("period_start", "period_end"):
            value = p.gold.get(field)
            if value:
                said = getattr(p.found, field) if p.found else None
                key = (p.gold["doc"], paragraph, field, value)
                boundaries[key] = boundaries.get(key, False) or bool(said and str(said)[: len(value)] == value)
    out["periods"] = len(boundaries)
    out["period_right"] = share(sum(boundaries.values()), len(boundaries))
    extra = sum(
        1
        for p in scored.pairs
        if p.found
        for f in ("period_start", "period_end")
        if getattr(p.found, f) and not p.gold.get(f)
    )
    out["period_extra"] = extra
    out["innermost"] = share(
        sum(bool(p.found and same_level(p.gold.get("sources", []), p.found.sources)) for p in scored.pairs),
        len(scored.pairs),
    )
    out["chain"] = share(
        sum(bool(p.found and same_chain(p.gold.get("sources", []), p.found.sources)) for p in scored.pairs),
        len(scored.pairs),
    )
    out["innermost_numbers"] = share(
        sum(bool(p.found and same_level(p.gold.get("sources", []), p.found.sources)) for p in right), len(right)
    )
    out["chain_numbers"] = share(
        sum(bool(p.found and same_chain(p.gold.get("sources", []), p.found.sources)) for p in right), len(right)
    )
    out["route"] = share(
        sum(
            bool(
                p.found
                and (p.found.origin_country or None, p.found.destination_country or None)
                == (p.gold.get("origin_country"), p.gold.get("destination_country"))
            )
            for p in right
        ),
        len(right),
    )
    for field in ("predicate", "modality", "attribution"):
        out[field] = share(sum(bool(p.found and getattr(p.found, field) == p.gold[field]) for p in right), len(right))
    out["unquantified_found"] = share(
        sum(p.found is not None for p in scored.pairs if not p.gold.get("relation")), len(scored.pairs) - len(numbered)
    )
    out["spans_valid"] = share(scored.valid, scored.spans)
    out |= merge_scores(scored)
    out["documents_per_second"] = round(len(scored.texts) / scored.seconds, 1) if scored.seconds else 0.0
    return out


def share(part: int, whole: int) -> float:
    """Return a share, 1 when there is nothing."""
    return round(part / whole, 3) if whole else 1.0


def from_gold(row: dict[str, Any]) -> TextClaim:
    """Make a claim of an annotated row."""
    fields = {f for f in TextClaim.__struct_fields__ if f in row and row[f] is not None}
    values = {f: tuple(row[f]) if isinstance(row[f], list) else row[f] for f in fields}
    return TextClaim(**{**values, "group": ""})


def merge_scores(scored: Scored) -> dict[str, float]:
    """Return pairwise precision, recall and F1 of merging, from annotated fields and end to end."""
    numbered = [row for row in scored.gold if row.get("relation")]
    by_id = {row["id"]: row["group"] for row in numbered}
    perfect = merge([from_gold(row) for row in numbered], scored.texts)
    out = {f"merge_gold_{k}": v for k, v in pairwise({i: by_id[i] for i in by_id}, perfect.group_of()).items()}
    found = {p.found.id: p.gold["group"] for p in scored.pairs if p.found and p.by_number}
    ours = merge(scored.predicted, scored.texts)
    missing = {p.gold["id"]: p.gold["group"] for p in scored.pairs if p.gold.get("relation") and not p.by_number}
    out |= {f"merge_{k}": v for k, v in pairwise(found | missing, ours.group_of()).items()}
    return out


def pairwise(gold: dict[str, str], groups: dict[str, str]) -> dict[str, float]:
    """Compare two groupings by the pairs they put together."""
    together: dict[str, list[str]] = defaultdict(list)
    for ident, group in gold.items():
        together[group].append(ident)
    wanted = {frozenset(pair) for members in together.values() for pair in combinations(sorted(members), 2)}
    ours: dict[str, list[str]] = defaultdict(list)
    for ident in gold:
        ours[groups.get(ident, ident)].append(ident)
    made = {frozenset(pair) for members in ours.values() for pair in combinations(sorted(members), 2)}
    return f1(len(wanted & made), len(made), len(wanted))


def print_errors(scored: Scored) -> None:
    """Print what differs, for work on the grammar."""
    used = {p.found.id for p in scored.pairs if p.found and p.by_number}
    for p in scored.pairs:
        g, c = p.gold, p.found
        if g.get("relation") and not p.by_number:
            print(
                f"MISSED {g['id']} {g.get('qty_text')!r} {g['item']} {g.get('low')}-{g.get('high')} | {g['quote'][:160]}"
            )
            continue
        if c is None:
            print(f"NO CLAIM {g['id']} {g['predicate']} {g['item']} | {g['quote'][:140]}")
            continue
        wrong = []
        fields = ["item", "predicate", "origin_country", "destination_country", "modality", "mode"] + (
            ["relation"] if p.by_number else []
        )
        for field in fields:
            said, meant = getattr(c, field) or None, g.get(field) or None
            if said != meant:
                wrong.append(f"{field}: {said} (not {meant})")
        for field in ("period_start", "period_end"):
            said, meant = getattr(c, field), g.get(field)
            if (said or None) != meant and not (said and meant and said[: len(meant)] == meant):
                wrong.append(f"{field}: {said} (not {meant})")
        if not same_chain(g.get("sources", []), c.sources):
            wrong.append(f"sources: {list(c.sources)} (not {g.get('sources')}, {g.get('attribution')})")
        if wrong:
            print(f"{g['id']} {g.get('qty_text')!r}: " + "; ".join(wrong) + f" | {g['quote'][:200]}")
    for c in scored.predicted:
        if c.relation is not None and c.id not in used:
            print(f"EXTRA {c.doc} {c.qty_text!r} {c.item} {c.low}-{c.high} | {c.quote[:160]}")


ROWS = (
    ("numbers: value F1", "value_f1"),
    ("+ relation", "relation_f1"),
    ("+ item", "item_f1"),
    ("period boundaries", "period_right"),
    ("innermost source, all claims", "innermost"),
    ("innermost source, numbers found", "innermost_numbers"),
    ("whole chain, all claims", "chain"),
    ("whole chain, numbers found", "chain_numbers"),
    ("route (both countries)", "route"),
    ("predicate", "predicate"),
    ("modality", "modality"),
    ("merge F1, annotated fields", "merge_gold_f1"),
    ("merge precision, annotated fields", "merge_gold_p"),
    ("merge F1, end to end", "merge_f1"),
    ("spans valid", "spans_valid"),
    ("claims without a number: found", "unquantified_found"),
)
SPEED = ("documents a second, one core", "documents_per_second")
BASELINES = """\
| baseline (measured on the newspaper set and on 35 further articles, see note) | value F1 de seeds / further de / en | + item |
|---|---|---|
| regular expressions and a lexicon | .88 / .88 / .88 | .82 / .75 / .68 |
| text2num and regular expressions | .63 / .67 / .67 | 0 |
| MS recognizers | .48 / .68 / .67 | 0 |
| quantulum3 | .33 / .33 / .68 | 0 |
| spaCy English NER | .25 / .37 / .78 | 0 |
| CQE on its own English set (published) | .92 | .57 |
"""


def page(results: dict[str, dict[str, float]]) -> str:
    """Write the sets side by side, and the languages of the set that no rule has seen."""
    sets = {name: r for name, r in results.items() if " " not in name}
    spoken = {name.removeprefix("held_out "): r for name, r in results.items() if name.startswith("held_out ")}
    by_language = ["The held-out set by language:", "", table(spoken, ROWS), ""] if spoken else []
    return "\n".join([table(sets, (*ROWS, SPEED)), "", *by_language, BASELINES])


def table(results: dict[str, dict[str, float]], rows: Sequence[tuple[str, str]]) -> str:
    """Write results side by side."""
    head = (
        "| | "
        + " | ".join(
            f"{name} ({int(r['documents'])} texts, {int(r['numbers'])} numbers)" for name, r in results.items()
        )
        + " |"
    )
    lines = [head, "|---" * (len(results) + 1) + "|"]
    lines += [f"| {label} | " + " | ".join(f"{r[key]:g}" for r in results.values()) + " |" for label, key in rows]
    return "\n".join(lines)


def main() -> int:
    """Score, print, and write the docs unless a single folder was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, help="folder of annotated rows (*.jsonl)")
    parser.add_argument("--texts", type=Path, help="folder of the texts, when it is another one")
    parser.add_argument("--errors", action="store_true", help="print what was missed")
    parser.add_argument("--quick", action="store_true", help="write no docs")
    parser.add_argument("--json", type=Path, help="write the metrics to this file")
    args = parser.parse_args()
    folders: dict[str, tuple[Path, Path | None]] = {}
    if args.gold:
        folders[args.gold.name] = (args.gold, args.texts)
    else:
        if (SHARED / "gold").is_dir():
            folders["newspapers"] = (SHARED / "gold", SHARED / "reports")
        folders |= {name: (OWN / name, None) for name in ("open", "held_out")}
    results: dict[str, dict[str, float]] = {}
    for name, (folder, texts) in folders.items():
        scored = score(folder, texts)
        if args.errors and folder != OWN / "held_out":
            print_errors(scored)
        results[name] = metrics(scored)
        if not args.gold:
            for language in sorted(
                {Path(doc).stem.rpartition("_")[2] for doc in scored.texts} & {"de", "en", "fr", "uk", "ru", "ko"}
            ):
                part = only(scored, language)
                results[f"{name} {language}"] = metrics(part)
    print(page(results))
    if args.json:
        flat = {f"{name.replace(' ', '_')}_{k}": v for name, r in results.items() for k, v in r.items()}
        single = next(iter(results.values()))
        versions = {"python": platform.python_version(), "tidewaiter": version("tidewaiter")}
        args.json.write_text(json.dumps((single if args.gold else flat) | {"versions": versions}, indent=1), "utf-8")
    if not args.gold and not args.quick and PAGE.exists():
        text = PAGE.read_text("utf-8")
        head, rest = text.split(BEGIN)
        tail = rest.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n{page(results)}\n{END}{tail}", "utf-8")
    return 0


def only(scored: Scored, language: str) -> Scored:
    """Return the part of a result in one language."""
    docs = {doc for doc in scored.texts if Path(doc).stem.endswith(f"_{language}")}
    return scored._replace(
        pairs=[p for p in scored.pairs if p.gold["doc"] in docs],
        predicted=[c for c in scored.predicted if c.doc in docs],
        gold=[g for g in scored.gold if g["doc"] in docs],
        texts={d: t for d, t in scored.texts.items() if d in docs},
    )


if __name__ == "__main__":
    sys.exit(main())
